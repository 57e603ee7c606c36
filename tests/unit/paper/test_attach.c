/* Files inside PDFs: in and out byte for byte, hostile ones within limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "attach.h"
#include "digest.h"

#define PAGE                                                   \
	"1 0 obj <</Type/Catalog/Pages 2 0 R %s>> endobj\n"    \
	"2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n" \
	"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>> endobj\n"

/* A PDF of the objects above and more, without an xref: the library finds
 * them by itself, as it does in damaged files. */
static void
make_pdf(struct buf *out, const char *catalog, const char *objects)
{
	buf_init(out, 4u << 20);
	buf_text(out, "%PDF-1.7\n");
	buf_printf(out, PAGE, catalog);
	buf_text(out, objects);
	buf_text(out, "trailer <</Root 1 0 R/Size 99>>\n%%EOF\n");
}

struct found {
	struct {
		char name[256];
		size_t bytes;
		uint8_t digest[DIGEST_BYTES];
	} items[16];
	size_t count;
};

static int
note(void *arg, const struct attach_file *file, struct why *why)
{
	struct found *found = arg;

	(void)why;
	assert_true(found->count < 16);
	strncpy(found->items[found->count].name, file->name, 255);
	found->items[found->count].bytes = file->bytes;
	digest_sha256(
	    file->data, file->bytes, found->items[found->count].digest);
	found->count++;
	return 0;
}

static void
round_trip(const char *password)
{
	static uint8_t big[300000];
	struct attach_file files[] = {
	    {"UPPLAN_202612.CSV", "a,\"b\"\r\n", 7},
	    {"連絡 髙﨑𠮷.pdf", big, sizeof(big)},
	    {"empty.txt", "", 0},
	    {"all) \\(bytes%.bin", "\0\r\n\xff endstream endobj", 21},
	};
	struct found found = {0};
	struct buf pdf, out;
	struct why why = {0};

	digest_random(big, sizeof(big));
	make_pdf(&pdf, "", "");
	buf_init(&out, 8u << 20);
	assert_int_equal(
	    attach_put(pdf.data, pdf.len, files, 4, password, &out, &why), 0);
	assert_int_equal(
	    attach_each(out.data, out.len, password, note, &found, &why), 4);
	for (size_t i = 0; i < 4; i++) {
		uint8_t digest[DIGEST_BYTES];
		digest_sha256(files[i].data, files[i].bytes, digest);
		assert_int_equal(found.items[i].bytes, files[i].bytes);
		assert_memory_equal(
		    found.items[i].digest, digest, DIGEST_BYTES);
	}
	assert_string_equal(found.items[1].name, "連絡 髙﨑𠮷.pdf");
	assert_string_equal(found.items[3].name, "(bytes%.bin");
	if (password != NULL) {
		assert_null(memmem(out.data, out.len, "UPPLAN", 6));
		assert_int_equal(
		    attach_each(out.data, out.len, "wrong", note, &found, &why),
		    TSK_DENIED);
		assert_string_equal(why.code, "pdf-password");
		assert_int_equal(
		    attach_each(out.data, out.len, NULL, note, &found, &why),
		    TSK_DENIED);
		assert_int_equal(attach_look(out.data, out.len), PDF_ENCRYPTED);
	} else {
		assert_int_equal(attach_look(out.data, out.len), 0);
	}
	buf_fini(&out);
	buf_fini(&pdf);
}

static void
comes_back(void **state)
{
	(void)state;
	round_trip(NULL);
}

static void
comes_back_encrypted(void **state)
{
	(void)state;
	round_trip("ひみつ9aB");
}

static void
same_input_same_bytes(void **state)
{
	struct attach_file file = {"a.csv", "1,2\r\n", 5};
	struct buf pdf, out[2];

	(void)state;
	make_pdf(&pdf, "", "");
	for (int i = 0; i < 2; i++) {
		buf_init(&out[i], 1u << 20);
		assert_int_equal(attach_put(pdf.data, pdf.len, &file, 1, NULL,
				     &out[i], NULL),
		    0);
	}
	assert_int_equal(out[0].len, out[1].len);
	assert_memory_equal(out[0].data, out[1].data, out[0].len);
	for (int i = 0; i < 2; i++)
		buf_fini(&out[i]);
	buf_fini(&pdf);
}

/* ---- hostile ones ---- */

#define ONE "/Names<</EmbeddedFiles 4 0 R>>"

static const struct {
	const char *catalog, *objects;
	int rc;
	const char *code; /* or the name found */
} trees[] = {
    {"", "", 0, ""},
    {ONE, "4 0 obj <</Kids[4 0 R]>> endobj\n", TSK_TOOBIG, "attach-too-big"},
    {ONE, "4 0 obj [4 0 R] endobj\n", 0, ""},
    {ONE, "4 0 obj <</Names[(a) 7]>> endobj\n", 0, ""},
    {ONE,
	"4 0 obj <</Names[(a) <</F(/etc/passwd)/UF(/etc/passwd)>>]>> endobj\n",
	0, ""},
    {ONE,
	"4 0 obj <</Names[(a) <</UF(..\\\\..\\\\x.csv)/EF<</F 5 0 R>>>>]>> "
	"endobj\n5 0 obj <</Length 3>>\nstream\nabc\nendstream endobj\n",
	1, "x.csv"},
    {ONE,
	"4 0 obj <</Names[(a) <</F(y)/EF<</F 5 0 R>>>>]>> endobj\n"
	"5 0 obj <</Length 3/Filter/LZWDecode>>\nstream\nabc\nendstream "
	"endobj\n",
	TSK_INVALID, "attach-filter"},
    {ONE,
	"4 0 obj <</Names[(a) <</F(y)/EF<</F 5 0 R>>>>]>> endobj\n"
	"5 0 obj <</Length 3/Filter/FlateDecode>>\nstream\nabc\nendstream "
	"endobj\n",
	TSK_DAMAGED, "pdf-damaged"},
};

static void
hostile_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		struct found found = {0};
		struct why why = {0};
		struct buf pdf;

		make_pdf(&pdf, trees[i].catalog, trees[i].objects);
		assert_int_equal(
		    attach_each(pdf.data, pdf.len, NULL, note, &found, &why),
		    trees[i].rc);
		if (trees[i].rc < 0)
			assert_string_equal(why.code, trees[i].code);
		else if (trees[i].rc > 0)
			assert_string_equal(found.items[0].name, trees[i].code);
		buf_fini(&pdf);
	}
}

/* T24: 100 MB of zeros in 100 KB. */
static void
bomb_is_too_big(void **state)
{
	size_t zeros = 100u << 20;
	uLongf packed_bytes = compressBound(zeros);
	uint8_t *plain = mem_new(zeros), *packed = mem_new(packed_bytes);
	struct found found = {0};
	struct why why = {0};
	struct buf pdf;

	(void)state;
	assert_int_equal(
	    compress2(packed, &packed_bytes, plain, zeros, 9), Z_OK);
	buf_init(&pdf, 4u << 20);
	buf_text(&pdf, "%PDF-1.7\n");
	buf_printf(&pdf, PAGE, ONE);
	buf_printf(&pdf,
	    "4 0 obj <</Names[(a) <</F(y)/EF<</F 5 0 R>>>>]>> endobj\n"
	    "5 0 obj <</Length %lu/Filter/FlateDecode>>\nstream\n",
	    packed_bytes);
	buf_add(&pdf, packed, packed_bytes);
	buf_text(&pdf, "\nendstream endobj\ntrailer <</Root 1 0 R/Size 9>>\n");
	assert_int_equal(
	    attach_each(pdf.data, pdf.len, NULL, note, &found, &why),
	    TSK_TOOBIG);
	buf_fini(&pdf);
	free(plain);
	free(packed);
}

static void
looks(void **state)
{
	static const struct {
		const char *catalog, *objects;
		unsigned traits;
	} rows[] = {
	    {"", "", 0},
	    {"/OpenAction[3 0 R/Fit]", "", 0},
	    {"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", "",
		PDF_ACTIVE},
	    {"", "5 0 obj <</S/Launch/F(calc.exe)>> endobj\n", PDF_ACTIVE},
	    {"/OpenAction<</S/J#61vaScript/J#53(x)>>", "", PDF_ACTIVE},
	    {"/AcroForm<</XFA[]>>", "", PDF_ACTIVE},
	    {"", "5 0 obj <</JSON(fine)>> endobj\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf pdf;

		make_pdf(&pdf, rows[i].catalog, rows[i].objects);
		assert_int_equal(
		    attach_look(pdf.data, pdf.len), rows[i].traits);
		buf_fini(&pdf);
	}
	assert_int_equal(attach_look("%PDF-1.4\nrubbish", 16), PDF_DAMAGED);
	assert_int_equal(attach_look("", 0), PDF_DAMAGED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_back),
	    cmocka_unit_test(comes_back_encrypted),
	    cmocka_unit_test(same_input_same_bytes),
	    cmocka_unit_test(hostile_trees),
	    cmocka_unit_test(bomb_is_too_big),
	    cmocka_unit_test(looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

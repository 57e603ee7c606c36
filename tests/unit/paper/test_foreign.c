/* NAME
 *	test_foreign - PDFs that crash, hang or fill the memory do it elsewhere
 * DESCRIPTION
 *	The reader is this program once more.  What a bad PDF makes of it is
 *	played by the reader itself where no small PDF does it to libqpdf any
 *	more: a word at the beginning of the PDF.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "foreign.h"

#define HEAD "%PDF-1.7\n"
#define PAGE                                                   \
	"1 0 obj <</Type/Catalog/Pages 2 0 R%s>> endobj\n"     \
	"2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n" \
	"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>> endobj\n"
#define TAIL    "trailer <</Root 1 0 R/Size 9>>\n"
#define FILE_IN "/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>"

/* ---- what a reader may come to ---- */

static void
eat(void)
{
	for (size_t i = 0; i < 4096; i++) {
		void *p = malloc(1u << 20);

		if (p == NULL)
			abort();
		memset(p, 1, 1u << 20);
	}
	_exit(0); /* nothing stopped it */
}

static void
hang(void)
{
	for (;;)
		pause();
}

static void
spin(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

static void
flood(void)
{
	static char zeros[1u << 16];

	while (write(STDOUT_FILENO, zeros, sizeof(zeros)) > 0)
		;
	_exit(0);
}

static void
crash(void)
{
	(void)raise(SIGSEGV);
}

/* Records that are not whole, or larger than what is there. */
static void
lie(void)
{
	static const unsigned heads[][4] = {
	    {2, 0, 3, ~0u}, {2, 0, ~0u, 1}, {9, 0, 0, 0}, {3, 0, 0, 7}};
	char verb[16] = "";
	ssize_t n = pread(STDIN_FILENO, verb, sizeof(verb), 4);
	unsigned which = n == sizeof(verb) ? (unsigned)(verb[4] - '0') : 0;

	(void)!write(STDOUT_FILENO, heads[which % 4], sizeof(heads[0]));
	(void)!write(STDOUT_FILENO, "abc", 3);
	_exit(0);
}

static const struct {
	const char *word;
	void (*act)(void);
} acts[] = {
    {"EAT", eat},
    {"HANG", hang},
    {"SPIN", spin},
    {"FLOOD", flood},
    {"CRASH", crash},
    {"LIE", lie},
};

/* In the reader, before it reads. */
static void
act(void)
{
	char word[8] = "";

	if (pread(STDIN_FILENO, word, sizeof(word) - 1, 4) <= 0)
		return;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strncmp(word, acts[i].word, strlen(acts[i].word)) == 0)
			acts[i].act();
	}
}

/* ---- the same answers as from here ---- */

struct found {
	int count;
	size_t bytes;
	char name[64];
};

static int
note(void *arg, const struct attach_file *file, struct why *why)
{
	struct found *found = arg;

	(void)why;
	found->count++;
	found->bytes += file->bytes;
	snprintf(found->name, sizeof(found->name), "%s", file->name);
	return 0;
}

static void
make(struct buf *pdf, const char *catalog, const char *objects)
{
	buf_init(pdf, 64u << 20);
	buf_text(pdf, HEAD);
	buf_printf(pdf, PAGE, catalog);
	buf_text(pdf, objects);
	buf_text(pdf, TAIL);
}

static void
files_come_back(void **state)
{
	static const struct attach_file files[] = {
	    {"UPPLAN.CSV", "1,2\r\n", 5}, {"髙﨑.csv", "", 0}};
	static const char *const passwords[] = {NULL, "ひみつ9aB", ""};
	struct buf pdf;

	(void)state;
	make(&pdf, "", "");
	for (size_t i = 0; i < 2; i++) {
		struct found found = {0};
		struct why why = {0};
		struct buf out;

		buf_init(&out, 1u << 20);
		assert_int_equal(attach_put(pdf.data, pdf.len, files, 2,
				     passwords[i], &out, &why),
		    0);
		assert_int_equal(foreign_each(out.data, out.len, passwords[i],
				     note, &found, &why),
		    2);
		assert_int_equal(found.count, 2);
		assert_int_equal(found.bytes, 5);
		assert_string_equal(found.name, files[1].name);
		if (i == 1) {
			assert_int_equal(foreign_each(out.data, out.len,
					     "wrong", note, &found, &why),
			    TSK_DENIED);
			assert_string_equal(why.code, "pdf-password");
			assert_int_equal(foreign_each(out.data, out.len, NULL,
					     note, &found, &why),
			    TSK_DENIED);
		}
		buf_fini(&out);
	}
	buf_fini(&pdf);
}

static void
looks(void **state)
{
	static const struct {
		const char *catalog, *objects;
		unsigned traits;
	} rows[] = {
	    {"", "", 0},
	    {"/OpenAction<</S/JavaScript/JS(x)>>", "", PDF_ACTIVE},
	    {"", "5 0 obj <</S/Launch/F(calc.exe)>> endobj\n", PDF_ACTIVE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned traits;
		struct buf pdf;

		make(&pdf, rows[i].catalog, rows[i].objects);
		assert_int_equal(
		    foreign_look(pdf.data, pdf.len, 20, &traits, NULL), 0);
		assert_int_equal(traits, rows[i].traits);
		buf_fini(&pdf);
	}
}

/* ---- bad ones ---- */

static void
deep(struct buf *out)
{
	buf_text(out, "4 0 obj ");
	for (unsigned i = 0; i < 200000; i++)
		buf_char(out, '[');
	buf_text(out, "\nendobj\n");
}

static void
many(struct buf *out)
{
	buf_text(out, "4 0 obj <</Size 2147483647>> endobj\n"
		      "trailer <</Root 1 0 R/Size 2147483647>>\n");
}

static void
loops(struct buf *out)
{
	buf_text(out, "4 0 obj 5 0 R endobj\n5 0 obj 4 0 R endobj\n"
		      "trailer <</Root 1 0 R/Size 9/Prev 0>>\nstartxref\n0\n");
}

/* A compressed table of objects of 400 MB of zeros in 400 KB. */
static void
bomb(struct buf *out)
{
	size_t zeros = 400u << 20, step = 1u << 20;
	uint8_t *plain = mem_new(step), *packed = mem_new(1u << 20);
	z_stream z = {.next_out = packed, .avail_out = 1u << 20};

	assert_int_equal(deflateInit(&z, 9), Z_OK);
	for (size_t done = 0; done < zeros; done += step) {
		z.next_in = plain;
		z.avail_in = (uInt)step;
		assert_int_equal(
		    deflate(&z, done + step == zeros ? Z_FINISH : Z_NO_FLUSH),
		    done + step == zeros ? Z_STREAM_END : Z_OK);
	}
	buf_printf(out,
	    "4 0 obj <</Type/XRef/Size 9/W[1 4 4]/Index[0 9]/Root 1 0 R"
	    "/Filter/FlateDecode/Length %lu>>\nstream\n",
	    z.total_out);
	size_t at = out->len;
	buf_add(out, packed, z.total_out);
	buf_printf(
	    out, "\nendstream endobj\nstartxref\n%zu\n%%%%EOF\n", at - 110);
	deflateEnd(&z);
	free(plain);
	free(packed);
}

static void (*const bad[])(struct buf *) = {deep, many, loops, bomb};

/* T27 */
static void
bad_pdfs_are_survived(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct found found = {0};
		struct why why = {0};
		unsigned traits;
		struct buf pdf;
		int rc;

		buf_init(&pdf, 64u << 20);
		buf_text(&pdf, HEAD);
		buf_printf(&pdf, PAGE, FILE_IN);
		bad[i](&pdf);
		assert_int_equal(
		    foreign_look(pdf.data, pdf.len, 20, &traits, &why), 0);
		rc = foreign_each(pdf.data, pdf.len, NULL, note, &found, &why);
		if (rc != TSK_DAMAGED && rc != 0)
			fail_msg("%zu: %d %s", i, rc, why.code);
		assert_int_equal(found.count, 0);
		buf_fini(&pdf);
	}
}

/* T27 */
static void
what_the_reader_comes_to_is_a_damaged_pdf(void **state)
{
	static const char *const words[] = {"EAT", "HANG", "SPIN", "FLOOD",
	    "CRASH", "LIE 0", "LIE 1", "LIE 2", "LIE 3", "%PDF-", "x"};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct found found = {0};
		struct why why = {0};
		char pdf[64];
		unsigned traits = 0;

		snprintf(pdf, sizeof(pdf), "%-40s", words[i]);
		assert_int_equal(foreign_look(pdf, 40, 1, &traits, &why), 0);
		assert_int_equal(traits, PDF_DAMAGED);
		if (words[i][0] == 'H' || words[i][0] == 'S')
			continue; /* they'd take their whole time */
		assert_int_equal(
		    foreign_each(pdf, 40, NULL, note, &found, &why),
		    TSK_DAMAGED);
		assert_string_equal(why.code, "pdf-damaged");
		assert_int_equal(why.class, WHY_NEVER);
		assert_int_equal(found.count, 0);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(files_come_back),
	    cmocka_unit_test(looks),
	    cmocka_unit_test(bad_pdfs_are_survived),
	    cmocka_unit_test(what_the_reader_comes_to_is_a_damaged_pdf),
	};
	int rc;

	if (argc == 3)
		act();
	rc = foreign_main(argc, argv);
	return rc >= 0 ? rc : cmocka_run_group_tests(cases, NULL, NULL);
}

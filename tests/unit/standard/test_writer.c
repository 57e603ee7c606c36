/* NAME
 *	test_writer - strict bytes out of UTF-8 cells, and what is refused
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "fixture.h"
#include "layout.h"
#include "replace.h"
#include "tables.h"
#include "writer.h"

#define PLAN    "UPPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV"
#define PLAN_V3 "UPPLAN_202504_1370100016_1370100024_20250325101500.CSV"
#define DELETE  "DLTPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV"

struct said {
	char codes[512];
	unsigned errors;
};

static void
on_finding(const struct finding *f, void *arg)
{
	struct said *said = arg;
	size_t n = strlen(said->codes);

	snprintf(said->codes + n, sizeof said->codes - n, "%s:%u ", f->code,
	    f->field_no);
	said->errors += f->level == FINDING_ERROR;
	assert_null(strchr(f->ja, '{'));
	assert_null(strchr(f->en, '{'));
}

static struct writer *
open_writer(const struct standard *standard, const char *name,
    const char *version, struct said *said)
{
	struct writer *writer;
	struct why why;

	*said = (struct said){0};
	assert_int_equal(writer_new(standard, name, version, on_finding, said,
			     &writer, &why),
	    0);
	return writer;
}

/* Cells "3=0000000123", ended by NULL. */
static void
put(struct writer *writer, const char *const *cells)
{
	struct writer_cell row[LAYOUT_FIELDS_MAX] = {0};

	for (; *cells != NULL; cells++) {
		unsigned long no = strtoul(*cells, NULL, 10);
		const char *value = strchr(*cells, '=') + 1;

		row[no - 1] =
		    (struct writer_cell){.p = value, .n = strlen(value)};
	}
	writer_row(writer, row, LAYOUT_FIELDS_MAX);
}

static const char *const plan[] = {"2=139998", "3=0000000123", "4=20250325",
    "5=202504", "6=1370100016", "7=山田", "8=100", "10=20250401", "12=0900",
    "13=1000", "14=1", "15=111211", "20=1370100024", "23=0", NULL};

/* -- bytes -------------------------------------------------------------- */

static const struct {
	const char *name, *cell; /* one cell on top of the plan's */
	const char *wanted;      /* what stands in the record, MS932 */
	const char *codes;       /* of the rows alone */
} byte_cases[] = {
    {"kanji", "7=\xE8\xA1\xA8\xE8\x83\xBD", ",\"\x95\x5C\x94\x5C\",", ""},
    {"quote doubled", "7=a\"b", ",\"a\"\"b\",", ""},
    {"line break stays", "7=a\r\nb", ",\"a\r\nb\",", ""},
    {"empty text is bare", "7=", ",1370100016,,100,", ""},
    {"a number with a comma", "8=1,0", ",\"1,0\",", ""},
    {"wave dash", "7=\xE3\x80\x9C", ",\"\x81\x60\",", "text-replaced:7 "},
    {"a kanji beyond", "7=\xF0\xA0\xAE\xB7", ",\"\x8B\x67\",",
	"text-replaced:7 "},
    {"kana in two parts", "7=\xE3\x81\x8B\xE3\x82\x99", ",\"\x82\xAA\",",
	"text-replaced:7 "},
    {"a variation selector", "7=\xE8\x91\x9B\xF3\xA0\x84\x80", ",\"\x8A\x8B\",",
	"text-dropped:7 "},
    {"nothing stands for it", "7=\xF0\x9F\x99\x82", ",\"\x81\xAC\",",
	"text-not-ms932:7 "},
    {"no UTF-8", "7=\xFF", ",\"\x81\xAC\",", "text-not-ms932:7 "},
    {"the one that has two codes", "7=\xE9\xAB\x99", ",\"\xFB\xFC\",", ""},
    {"the version", "1=202407", "202407,139998", ""},
    {"another version", "1=202208", "202407,139998", "version-mixed:1 "},
};

static void
bytes_as_they_should_be(void **state)
{
	for (size_t i = 0; i < sizeof byte_cases / sizeof *byte_cases; i++) {
		struct said said;
		struct writer *writer =
		    open_writer(*state, PLAN, "202407", &said);
		const char *cells[20], *p;
		size_t count = 0, n;

		for (; plan[count] != NULL; count++)
			cells[count] = plan[count];
		cells[count++] = byte_cases[i].cell;
		cells[count] = NULL;
		put(writer, cells);
		writer_bytes(writer, &p, &n);
		if (memmem(p, n, byte_cases[i].wanted,
			strlen(byte_cases[i].wanted)) == NULL)
			fail_msg("%s: %.*s", byte_cases[i].name, (int)n, p);
		assert_string_equal(said.codes, byte_cases[i].codes);
		assert_memory_equal(p + n - 2, "\r\n", 2);
		writer_free(&writer);
	}
}

static void
ms932_cells_keep_their_bytes(void **state)
{
	struct writer_cell row[7] = {0};
	struct said said;
	struct writer *writer = open_writer(*state, PLAN, "202407", &said);
	const char *p;
	size_t n;

	/* the other code of the same character */
	row[6] = (struct writer_cell){.p = "\xEE\xE0", .n = 2, .ms932 = true};
	writer_row(writer, row, 7);
	writer_bytes(writer, &p, &n);
	assert_non_null(memmem(p, n, "\"\xEE\xE0\"", 4));
	writer_free(&writer);
}

/* -- judging ------------------------------------------------------------ */

static void
a_good_file_is_saved(void **state)
{
	char folder[] = "/tmp/tasuki-writer-XXXXXX";
	struct check_result result;
	struct said said;
	struct writer *writer = open_writer(*state, PLAN, "202407", &said);
	struct buf bytes;
	int dirfd;

	assert_non_null(mkdtemp(folder));
	dirfd = file_dir_open(AT_FDCWD, folder);
	assert_true(dirfd >= 0);
	put(writer, plan);
	assert_int_equal(writer_save(writer, dirfd, 0600, &result), 0);
	assert_int_equal(result.records, 1);
	assert_int_equal(result.errors, 0);
	assert_int_equal(writer_save(writer, dirfd, 0600, &result), TSK_EXIST);
	buf_init(&bytes, 4096);
	assert_int_equal(file_read(dirfd, PLAN, 4096, &bytes), 0);
	buf_fini(&bytes);
	writer_free(&writer);
	assert_int_equal(file_remove_tree(dirfd, PLAN), 0);
	close(dirfd);
	assert_int_equal(rmdir(folder), 0);
}

static const struct {
	const char *name, *cell, *code;
} bad_cases[] = {
    {"required", "4=", "field-required:4 "},
    {"too long", "8=1234567", "length:8 "},
    {"no number", "8=x", "type-numeric:8 "},
    {"a code", "23=7", "code-unknown:23 "},
    {"a date", "10=20250431", "date-not-existing:10 "},
    {"another month", "10=20250501", "date-outside-month:10 "},
    {"nothing to write", "7=\xF0\x9F\x99\x82", "text-not-ms932:7 "},
};

static void
a_bad_file_is_not(void **state)
{
	for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
		struct check_result result;
		struct said said;
		struct writer *writer =
		    open_writer(*state, PLAN, "202407", &said);
		const char *cells[20];
		size_t count = 0;

		for (; plan[count] != NULL; count++)
			cells[count] = plan[count];
		cells[count++] = bad_cases[i].cell;
		cells[count] = NULL;
		put(writer, cells);
		/* a folder that is not there: it must not come to that */
		assert_int_equal(
		    writer_save(writer, -1, 0600, &result), TSK_INVALID);
		if (strstr(said.codes, bad_cases[i].code) == NULL)
			fail_msg("%s: %s", bad_cases[i].name, said.codes);
		assert_true(result.errors > 0);
		writer_free(&writer);
	}
}

static void
v3_has_no_place_for_it(void **state)
{
	static const char *const cells[] = {"16=12345-123456", "19=1", NULL};
	struct said said;
	struct writer *writer = open_writer(*state, PLAN_V3, "202208", &said);
	unsigned commas = 0;
	const char *p;
	size_t n;

	put(writer, cells);
	assert_string_equal(said.codes, "edition-field:0 ");
	writer_bytes(writer, &p, &n);
	for (size_t i = 0; i < n; i++)
		commas += p[i] == ',';
	assert_int_equal(commas, 21);
	writer_free(&writer);
}

static const struct {
	const char *file, *version;
	int rc;
} new_cases[] = {
    {PLAN, "202407", 0},
    {PLAN, "202410", TSK_NOTFOUND},
    {"UP3KYO_1370100016_1370100024_20250325101500.CSV", "202208", TSK_INVALID},
    {"UP3KYO_1370100016_43_1370100024_11_20250325101500.CSV", "202208",
	TSK_NOTFOUND},
    {"plan.csv", "202407", TSK_INVALID},
    {"UPKIHON_IMAGE_1300100011_46_1370100024_62_20250325101500_0001.jpg",
	"202407", TSK_NOTFOUND},
};

static void
what_can_be_begun(void **state)
{
	for (size_t i = 0; i < sizeof new_cases / sizeof *new_cases; i++) {
		struct writer *writer;
		struct why why = {0};
		struct said said = {0};

		assert_int_equal(
		    writer_new(*state, new_cases[i].file, new_cases[i].version,
			on_finding, &said, &writer, &why),
		    new_cases[i].rc);
		assert_true((writer == NULL) == (why.text[0] != '\0'));
		writer_free(&writer);
	}
}

/* Every row stands for something MS932 lacks, with something that it has. */
static void
every_replacement(void **state)
{
	const struct standard *standard = *state;

	assert_true(standard->replacement_count > 500);
	for (size_t i = 0; i < standard->replacement_count; i++) {
		const struct replacement *row = &standard->replacements[i];

		assert_true(row->first <= row->last);
		assert_true(row->second != 0 ||
			    !charset_has(standard->charset, row->first));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_as_they_should_be),
	    cmocka_unit_test(ms932_cells_keep_their_bytes),
	    cmocka_unit_test(a_good_file_is_saved),
	    cmocka_unit_test(a_bad_file_is_not),
	    cmocka_unit_test(v3_has_no_place_for_it),
	    cmocka_unit_test(what_can_be_begun),
	    cmocka_unit_test(every_replacement),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

/* NAME
 *	test_quirk - deviations are named, and mended only where a row says so
 * DESCRIPTION
 *	The bad files of the corpus each have one thing wrong; here is which of
 *	them are somebody's habit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "quirk.h"
#include "quirk_inside.h"
#include "table.h"

#define PLAN   "UPPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV"
#define GOOD   "tests/data/standard/good/every-kind/"
#define CORPUS "tests/data/standard/"

struct said {
	uint64_t errors, warnings;
	char codes[1024];
};

static void
on_finding(const struct finding *f, void *arg)
{
	struct said *said = arg;
	size_t n = strlen(said->codes);

	if (f->level == FINDING_ERROR)
		said->errors++;
	else
		said->warnings++;
	snprintf(said->codes + n, sizeof said->codes - n, "%s ", f->code);
	assert_null(strchr(f->ja, '{'));
	assert_null(strchr(f->en, '{'));
}

static bool
report_has(const struct quirk_report *report, const char *id)
{
	for (size_t i = 0; i < report->count; i++) {
		char text[96];

		snprintf(text, sizeof text, "%s/%s",
		    report->seen[i].quirk->family, report->seen[i].quirk->name);
		if (strcmp(text, id) == 0)
			return true;
	}
	return false;
}

/* -- files of the corpus ------------------------------------------------ */

static const struct {
	const char *file, *quirk;
	int rc;
} corpus_cases[] = {
    {"bad/utf8/" PLAN, "unicode/utf8", 0},
    {"bad/utf8-bom/" PLAN, "unicode/utf8-bom", 0},
    {"bad/utf16/" PLAN, "unicode/utf16", 0},
    {"bad/utf16-no-mark/" PLAN, "unicode/utf16", 0},
    {"bad/header-line/" PLAN, "spreadsheet/header", 0},
    {"bad/line-end-lf/" PLAN, "lines/lf", 0},
    {"bad/line-end-cr/" PLAN, "lines/cr", 0},
    {"bad/line-blank/" PLAN, "lines/blank", 0},
    {"bad/control-z/" PLAN, "lines/end-mark", 0},
    {"bad/numeric-wide/" PLAN, "values/wide", 0},
    {"bad/numeric-space/" PLAN, "values/spaces", 0},
    {"bad/tais-wide/" PLAN, "values/wide", 0},
    {"bad/version-unknown/" PLAN, "early41/version-202404", 0},
    {"bad/name-kihon-zeros/UPKIHON_000000_1300100011_46_1370100024_62_"
     "20250325101500.CSV",
	"names/zero-month", 0},
    {"good/small-extension/UPPLAN_202504_1370100016_43_1370100024_11_"
     "20250325101500.csv",
	"names/small-extension", 0},
    {"good/v4-0/UPPLAN_202504_1370100016_043_1370100024_011_"
     "20250325101500.CSV",
	"v40/name-code", 0},
    {"bad/gaiji/none", NULL, 0},
};

static void
of_the_corpus(void **state)
{
	for (size_t i = 0; corpus_cases[i].quirk != NULL; i++) {
		const char *file = corpus_cases[i].file;
		struct said said = {0};
		struct quirk_copy copy;
		struct quirk_with with = {NULL, on_finding, &said};
		struct why why = {0};
		char path[PATH_MAX], name[256];
		size_t n;
		char *p, *before;
		int rc;

		snprintf(name, sizeof name, CORPUS "%s", file);
		p = fixture_read(fixture_path(name, path), &n);
		before = mem_dup(p, n + 1);
		rc = quirk_repair(
		    *state, strrchr(file, '/') + 1, p, n, &with, &copy, &why);
		if (rc != corpus_cases[i].rc ||
		    !report_has(&copy.report, corpus_cases[i].quirk))
			fail_msg(
			    "%s: %d %s %s", file, rc, why.text, said.codes);
		assert_int_equal(copy.result.errors, 0);
		assert_int_equal(said.errors, 0);
		assert_memory_equal(p, before, n);
		quirk_copy_fini(&copy);
		free(before);
		free(p);
	}
}

/* -- one good file, written in another way ------------------------------ */

struct variant {
	const char *name;
	const char *file; /* as it is called */
	const char *from, *to;
	const char *quirk;
	int rc;
	bool same; /* the copy is the good file again */
};

static const struct variant variants[] = {
    {"a month as version", PLAN, "202407,", "202410,", "early41/version-202410",
	0, true},
    {"version of 4.0", PLAN, "202407,", "202504,", "v40/version-202504", 0,
	true},
    {"dates of a spreadsheet", PLAN, ",20250401,", ",2025/4/1,",
	"spreadsheet/date-slash", 0, true},
    {"and with hyphens", PLAN, ",20250401,", ",2025-04-01,",
	"spreadsheet/date-slash", 0, true},
    {"times", PLAN, ",0900,1000,", ",9:00,10:00,", "spreadsheet/time-colon", 0,
	true},
    {"surplus empty fields", PLAN, "\r\n", ",,,\r\n", "spreadsheet/trailing", 0,
	true},
    {"a thousand", PLAN, ",1,1", ",1,1", NULL, TSK_EMPTY, false},
    {"full width in UTF-8 is not ASCII", PLAN, ",202504,",
	",\x82\x51\x82\x4F\x82\x51\x82\x54\x82\x4F\x82\x53,", "values/wide", 0,
	true},
    {"a lost zero is not made up", PLAN, ",0000000123,", ",12300000,",
	"spreadsheet/zeros-lost", TSK_EMPTY, false},
    {"a number of physics", PLAN, ",1370100024,", ",1.37E+09,",
	"spreadsheet/exponent", TSK_EMPTY, false},
    {"lf", PLAN, "\r\n", "\n", "lines/lf", 0, true},
    {"a day that is not", PLAN, ",20250401,", ",2025/4/31,", NULL, TSK_EMPTY,
	false},
    {"small letters",
	"upplan_202504_1370100016_43_1370100024_11_20250325101500.CSV", NULL,
	NULL, "names/small-kind", 0, true},
    {"codes of 4.0",
	"UPPLAN_202504_1370100016_431_1370100024_111_20250325101500.CSV",
	"202407,", "202504,", "v40/name-code", 0, true},
    {"codes that are none",
	"UPPLAN_202504_1370100016_099_1370100024_111_20250325101500.CSV",
	"202407,", "202504,", "v40/name-code", TSK_INVALID, false},
};

static char *
replace_all(const char *p, size_t n, const struct variant *v, size_t *out_n)
{
	size_t from = v->from != NULL ? strlen(v->from) : 0, used = 0;
	char *out = mem_new(n * 4 + 1);

	for (size_t i = 0; i < n;) {
		if (from > 0 && i + from <= n &&
		    memcmp(p + i, v->from, from) == 0) {
			memcpy(out + used, v->to, strlen(v->to));
			used += strlen(v->to);
			i += from;
		} else {
			out[used++] = p[i++];
		}
	}
	*out_n = used;
	return out;
}

static void
written_in_another_way(void **state)
{
	char path[PATH_MAX];
	size_t good_n;
	char *good = fixture_read(fixture_path(GOOD PLAN, path), &good_n);

	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
		const struct variant *v = &variants[i];
		struct said said = {0};
		struct quirk_copy copy;
		struct quirk_with with = {NULL, on_finding, &said};
		struct why why = {0};
		size_t n;
		char *p = replace_all(good, good_n, v, &n);
		int rc =
		    quirk_repair(*state, v->file, p, n, &with, &copy, &why);

		if (rc != v->rc ||
		    (v->quirk != NULL && !report_has(&copy.report, v->quirk)))
			fail_msg(
			    "%s: %d %s %s", v->name, rc, why.text, said.codes);
		if (v->same) {
			assert_int_equal(copy.bytes.len, good_n);
			assert_memory_equal(copy.bytes.data, good, good_n);
			assert_string_equal(copy.name, PLAN);
		}
		quirk_copy_fini(&copy);
		free(p);
	}
	free(good);
}

/* A good file has nothing to mend, or a copy that is good as well. */
static void
good_files_stay_good(void **state)
{
	struct table *t;
	char path[PATH_MAX];

	assert_int_equal(
	    table_load(fixture_path(CORPUS "expected.tsv", path), &t, NULL), 0);
	for (size_t i = 0; i < table_rows(t); i++) {
		const char *file = table_cell(t, i, table_column(t, "file"));
		struct said said = {0};
		struct quirk_copy copy;
		struct quirk_with with = {NULL, on_finding, &said};
		char name[PATH_MAX];
		size_t n;
		char *p;
		int rc;

		if (strncmp(file, "good/", 5) != 0)
			continue;
		snprintf(name, sizeof name, CORPUS "%s", file);
		p = fixture_read(fixture_path(name, path), &n);
		rc = quirk_repair(
		    *state, strrchr(file, '/') + 1, p, n, &with, &copy, NULL);
		if (rc != TSK_EMPTY && rc != 0)
			fail_msg("%s: %d %s", file, rc, said.codes);
		quirk_copy_fini(&copy);
		free(p);
	}
	table_free(&t);
}

/* -- telling ------------------------------------------------------------ */

static void
only_what_explains(void **state)
{
	char path[PATH_MAX];
	struct quirk_report report;
	struct said said = {0};
	size_t n;
	char *p = fixture_read(fixture_path(CORPUS "bad/utf8/" PLAN, path), &n);

	assert_true(quirk_find(*state, PLAN, p, n, &report) > 0);
	quirk_tell(
	    *state, PLAN, &report, "line-end type-numeric", on_finding, &said);
	assert_string_equal(said.codes, "");
	quirk_tell(*state, PLAN, &report, "x charset-utf8", on_finding, &said);
	assert_string_equal(said.codes, "quirk-repairable ");
	free(p);
}

/* -- single values ------------------------------------------------------ */

static const struct {
	enum quirk_test test;
	const char *kind, *field, *value;
	const char *wanted; /* NULL: it is not that; "": seen, not mended */
} values[] = {
    {QUIRK_DATE_MARKS, "UPPLAN", "service_date", "2025/4/1", "20250401"},
    {QUIRK_DATE_MARKS, "UPPLAN", "service_date", "2025.12.31", "20251231"},
    {QUIRK_DATE_MARKS, "UPPLAN", "service_date", "2025/4-1", NULL},
    {QUIRK_DATE_MARKS, "UPPLAN", "service_date", "2025/02/30", ""},
    {QUIRK_DATE_MARKS, "UPPLAN", "service_date", "25/4/1", NULL},
    {QUIRK_DATE_MARKS, "UPPLAN", "plan_staff_name", "2025/4/1", NULL},
    {QUIRK_MONTH_MARKS, "UPPLAN", "target_month", "2025/4", "202504"},
    {QUIRK_MONTH_MARKS, "UPPLAN", "target_month", "2025/13", ""},
    {QUIRK_TIME_COLON, "UPPLAN", "service_start_time", "9:05", "0905"},
    {QUIRK_TIME_COLON, "UPPLAN", "service_start_time", "24:00", ""},
    {QUIRK_TIME_COLON, "UPPLAN", "service_start_time", "9:5", NULL},
    {QUIRK_THOUSANDS, "UPPLAN", "units", "12,345", "12345"},
    {QUIRK_THOUSANDS, "UPPLAN", "units", "1,23", NULL},
    {QUIRK_THOUSANDS, "UPPLAN", "units", "-1,234,567", "-1234567"},
    {QUIRK_SPACES, "UPPLAN", "units", " 12\xE3\x80\x80", "12"},
    {QUIRK_SPACES, "UPPLAN", "units", "1 2", NULL},
    {QUIRK_WIDE_ASCII, "UPPLAN", "units", "\xEF\xBC\x91\xEF\xBC\x92", "12"},
    {QUIRK_WIDE_ASCII, "UPPLAN", "units", "12", NULL},
    {QUIRK_POSTAL_PLAIN, "UPHOSOKU", "client_postal_code", "1250061",
	"125-0061"},
    {QUIRK_POSTAL_PLAIN, "UPHOSOKU", "client_postal_code", "125-0061", NULL},
    {QUIRK_TAIS_WIDE, "UPPLAN", "tais_code",
	"12345\xEF\xBC\x8D"
	"678901",
	"12345-678901"},
    {QUIRK_TAIS_WIDE, "UPPLAN", "tais_code", "12345678901", "12345-678901"},
    {QUIRK_TAIS_WIDE, "UPPLAN", "tais_code", "12345-678901", NULL},
    {QUIRK_PRICE_PLAIN, "UPSIKYU", "unit_price", "10", "10.00"},
    {QUIRK_PRICE_PLAIN, "UPSIKYU", "unit_price", "10.2", "10.20"},
    {QUIRK_PRICE_PLAIN, "UPSIKYU", "unit_price", "10.21", NULL},
    {QUIRK_HALF_KANA, "UPHOSOKU", "client_name_kana",
	"\xEF\xBD\xB6\xEF\xBE\x9E\xEF\xBE\x8A\xEF\xBE\x9F\xEF\xBD\xB3\xEF"
	"\xBE\x9E\xEF\xBD\xB0\xEF\xBE\x9F",
	"\xE3\x82\xAC\xE3\x83\x91\xE3\x83\xB4\xE3\x83\xBC\xE3\x82\x9C"},
    {QUIRK_ZEROS_LOST, "UPPLAN", "insured_number", "123456789", ""},
    {QUIRK_ZEROS_LOST, "UPPLAN", "insurer_number", "13999", ""},
    {QUIRK_ZEROS_LOST, "UPPLAN", "insurer_number", "139998", NULL},
    {QUIRK_EXPONENT, "UPPLAN", "insured_number", "1.2E+09", ""},
    {QUIRK_EXPONENT, "UPPLAN", "service_code", "1E1211", NULL},
};

static void
one_value(void **state)
{
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const struct layout *layout =
		    layout_find(*state, values[i].kind);
		unsigned no = layout_field(layout, values[i].field);
		bool seen;

		if (no == 0)
			fail_msg("no field %s", values[i].field);
		seen = quirk_value(values[i].test, &layout->fields[no - 1],
		    values[i].value, strlen(values[i].value), &out);
		if (seen != (values[i].wanted != NULL))
			fail_msg("%s: %d", values[i].value, seen);
		if (seen)
			assert_string_equal(
			    out.data != NULL ? out.data : "", values[i].wanted);
	}
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_the_corpus),
	    cmocka_unit_test(written_in_another_way),
	    cmocka_unit_test(good_files_stay_good),
	    cmocka_unit_test(only_what_explains),
	    cmocka_unit_test(one_value),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

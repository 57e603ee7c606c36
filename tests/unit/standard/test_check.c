/* NAME
 *	test_check - limits, levels, languages: what the corpus cannot show
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "check.h"
#include "fixture.h"

#define NAME "UPPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV"
#define TAIL                                                          \
	",202504,1370100016,,387,0,20250402,,0900,1000,1,111211,,,,," \
	"1370100024,,,0,,\r\n"
#define ROW "202407,139998,0000000123,20250325" TAIL

struct seen {
	unsigned count, errors, warnings;
	char code[32], last[32], ja[600], en[600];
	uint64_t line, record;
	unsigned field;
};

static void
on_finding(const struct finding *finding, void *arg)
{
	struct seen *seen = arg;

	if (seen->count++ == 0) {
		snprintf(seen->code, sizeof seen->code, "%s", finding->code);
		snprintf(seen->ja, sizeof seen->ja, "%s", finding->ja);
		snprintf(seen->en, sizeof seen->en, "%s", finding->en);
		seen->line = finding->line;
		seen->record = finding->record;
		seen->field = finding->field_no;
	}
	snprintf(seen->last, sizeof seen->last, "%s", finding->code);
	seen->errors += finding->level == FINDING_ERROR;
	seen->warnings += finding->level == FINDING_WARNING;
}

static struct check_result
check(
    void **state, const char *name, const char *p, size_t n, struct seen *seen)
{
	struct check_result result;

	*seen = (struct seen){0};
	assert_int_equal(
	    check_bytes(*state, name, p, n, on_finding, seen, &result), 0);
	return result;
}

static void
counts(void **state)
{
	struct seen seen;
	struct check_result result =
	    check(state, NAME, ROW ROW, strlen(ROW ROW), &seen);

	assert_true(result.standard);
	assert_int_equal(result.records, 2);
	assert_int_equal(result.clients, 1);
	assert_int_equal(result.errors, 0);
	assert_int_equal(result.warnings, 1);
	assert_string_equal(seen.code, "record-repeated");
	assert_string_equal(result.name.kind, "UPPLAN");
	assert_string_equal(result.name.to, "1370100024");
}

static void
not_of_the_standard(void **state)
{
	struct seen seen;
	struct check_result result = check(state, "memo.txt", "x", 1, &seen);

	assert_false(result.standard);
	assert_int_equal(seen.count, 0);
}

static void
unreadable(void **state)
{
	struct check_result result;
	struct seen seen = {0};
	char path[PATH_MAX];

	assert_int_equal(check_file(*state, "/nonexistent/" NAME, NULL,
			     on_finding, &seen, &result),
	    TSK_NOTFOUND);
	assert_int_equal(check_file(*state, fixture_path("tests", path), NAME,
			     on_finding, &seen, &result),
	    TSK_INVALID);
	assert_int_equal(seen.count, 0);
	assert_int_equal(check_note(*state, NAME, "file-unreadable",
			     "許可がありません", on_finding, &seen),
	    1);
	assert_string_equal(seen.code, "file-unreadable");
	assert_non_null(strstr(seen.ja, "許可がありません"));
}

static void
other_name(void **state)
{
	struct check_result result;
	struct seen seen = {0};
	char path[PATH_MAX];

	fixture_path("tests/data/standard/good/small-extension/" NAME, path);
	memcpy(strrchr(path, '.'), ".csv", 5);
	assert_int_equal(check_file(*state, path,
			     "UPPLAN_202505_1370100016_43_1370100024_11_"
			     "20250325101500.CSV",
			     on_finding, &seen, &result),
	    0);
	assert_string_equal(seen.code, "month-mismatch");
}

static void
huge(void **state)
{
	size_t n = 5 << 20;
	char *p = mem_new(n + 1);
	struct seen seen;

	memset(p, 'x', n);
	memcpy(p, ROW "\"", strlen(ROW) + 1);
	check(state, NAME, p, n, &seen);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.code, "field-huge");
	assert_int_equal(seen.record, 2);
	assert_int_equal(seen.line, 2);
	assert_non_null(strstr(seen.en, "1048576"));
	memcpy(p, ROW, strlen(ROW));
	p[strlen(ROW)] = 'x';
	for (size_t i = strlen(ROW); i < n; i += 1000000)
		p[i] = ',';
	check(state, NAME, p, n, &seen);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.code, "record-huge");
	memset(p + strlen(ROW), ',', 1000000);
	check(state, NAME, p, strlen(ROW) + 1000000, &seen);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.code, "column-count");
	assert_non_null(strstr(seen.en, "1000001"));
	free(p);
}

/* A file cut off at every byte: always an answer, never a crash, and an error
 * unless the cut is at the end of a record. */
static void
cut_anywhere(void **state)
{
	static const char text[] = ROW
	    "202407,139998,0000000123,20250325,202504,1370100016,\"a\r\nb\","
	    "387,0,20250403,,0900,1000,1,111211,,,,,1370100024,,,0,,\r\n";
	size_t first = strlen(ROW);

	for (size_t n = 0; n <= strlen(text); n++) {
		struct seen seen;
		struct check_result result = check(state, NAME, text, n, &seen);
		/* optional last fields may be cut and still be 25 columns */
		bool whole = n == strlen(text) || n == first ||
			     n == first - 1 || n == first - 2 ||
			     n == strlen(text) - 1 || n == strlen(text) - 2;

		if ((result.errors == 0) != whole)
			fail_msg("cut at %zu: %s", n, seen.code);
	}
}

static void
too_many(void **state)
{
	struct buf file;
	struct seen seen;
	struct check_result result;

	buf_init(&file, 64 << 20);
	for (int i = 0; i < 5000; i++)
		buf_text(&file, "202407\r\n");
	result = check(state, NAME, file.data, file.len, &seen);
	assert_int_equal(seen.count, 1001);
	assert_string_equal(seen.last, "too-many-findings");
	assert_int_equal(result.errors, 5000);
	assert_int_equal(result.warnings, 0);
	buf_fini(&file);
}

/* Findings as "code@record/line ", as many as fit. */
static void
list(const struct finding *finding, void *arg)
{
	char *text = arg;
	size_t n = strlen(text);

	snprintf(text + n, 400 - n, "%s@%ju/%ju ", finding->code,
	    (uintmax_t)finding->record, (uintmax_t)finding->line);
}

/* 70,000 clients (or more), more than memory keeps: 69,000 and 69,001 concern another
 * office, but 69,001 has a row of the receiver's at the end.  Repeated are a
 * record of memory, one beyond it, and that one once more after a line break.
 */
static void
many_file(struct buf *file, unsigned clients)
{
	const char *other = ",202504,1370100016,,387,0,20250402,,0900,1000,1,"
			    "111211,,,,,1370100032,,,0,,\r\n";

	buf_init(file, (size_t)64 << 20);
	for (unsigned i = 1; i <= clients; i++)
		buf_printf(file, "202407,139998,%010u,20250325%s", i,
		    i == 69000 || i == 69001 ? other : TAIL);
	for (unsigned i = 0; i < 3; i++)
		buf_printf(file, "202407,139998,%010u,20250325" TAIL,
		    i == 0 ? 5 : 69900);
	buf_printf(file, "202407,139998,%010u,20250326" TAIL, 69001);
}

static void
many_clients(void **state)
{
	struct buf file;
	struct check_result result;
	char got[400] = "";

	many_file(&file, 70000);
	assert_int_equal(
	    check_bytes(*state, NAME, file.data, file.len, list, got, &result),
	    0);
	assert_string_equal(got, "record-repeated@70001/70001 "
				 "record-repeated@70002/70002 "
				 "record-repeated@70003/70003 "
				 "receiver-missing@69000/69000 ");
	assert_int_equal(result.clients, 70000);
	assert_int_equal(result.records, 70004);
	buf_fini(&file);
}

/* No room for the temporary file: nobody can be sure, the file is refused. */
static void
no_room(void **state)
{
	const char *before = getenv("TMPDIR");
	char *kept = before != NULL ? mem_text(before) : NULL;
	struct buf file;
	struct check_result result;
	char got[400] = "";

	many_file(&file, 120000);
	setenv("TMPDIR", "/nonexistent", 1);
	assert_int_equal(
	    check_bytes(*state, NAME, file.data, file.len, list, got, &result),
	    0);
	if (kept != NULL)
		setenv("TMPDIR", kept, 1);
	else
		unsetenv("TMPDIR");
	free(kept);
	assert_string_equal(got, "too-many-records@0/0 too-many-clients@0/0 ");
	assert_int_equal(result.errors, 1);
	buf_fini(&file);
}

/* More repeats than findings: the first ones are said, all are counted. */
static void
many_repeats(void **state)
{
	struct buf file;
	struct seen seen;
	struct check_result result;

	buf_init(&file, (size_t)64 << 20);
	for (unsigned i = 0; i < 66000; i++)
		buf_printf(&file,
		    "202407,139998,0000000123,20250325,202504,"
		    "1370100016,%u,387,0,20250402,,0900,1000,1,"
		    "111211,,,,,1370100024,,,0,,\r\n",
		    i);
	for (unsigned i = 0; i < 5000; i++)
		buf_text(&file, ROW);
	result = check(state, NAME, file.data, file.len, &seen);
	assert_int_equal(seen.count, 1001);
	assert_string_equal(seen.code, "record-repeated");
	assert_int_equal(seen.record, 66002);
	assert_int_equal(result.warnings, 4999);
	assert_int_equal(result.clients, 1);
	buf_fini(&file);
}

/* T17: Who a client is stays in the file. */
static void
no_personal_data(void **state)
{
	static const char text[] =
	    "202407,139998,000000012X,20250325" TAIL
	    "202407,139998,0000000123,20250325,202504,1370100016,\"\xF0\x40"
	    "SECRET\",387,0,20250403,,0900,1000,1,111211,,,,,1370100024,,,0,,"
	    "\r\n";
	struct seen seen;

	check(state, NAME, text, strlen(text), &seen);
	assert_string_equal(seen.code, "insured-form");
	assert_null(strstr(seen.ja, "00000001"));
	assert_null(strstr(seen.en, "00000001"));
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.last, "text-gaiji");
}

static void
value_is_shown_safely(void **state)
{
	static const char text[] =
	    "202407,139998,0000000123,20250325,202504,1370100016,,\"\x1b[2J\r\n"
	    "\x83\x7C\",0,20250402,,0900,1000,1,111211,,,,,1370100024,,,0,,"
	    "\r\n";
	struct seen seen;

	check(state, NAME, text, strlen(text), &seen);
	assert_string_equal(seen.code, "type-numeric");
	assert_null(strchr(seen.en, '\x1b'));
	assert_null(strchr(seen.en, '\n'));
	assert_non_null(strstr(seen.ja, "ポ"));
	assert_non_null(strstr(seen.ja, "単位数"));
	assert_non_null(strstr(seen.en, "units"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts),
	    cmocka_unit_test(not_of_the_standard),
	    cmocka_unit_test(unreadable),
	    cmocka_unit_test(other_name),
	    cmocka_unit_test(huge),
	    cmocka_unit_test(cut_anywhere),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(many_clients),
	    cmocka_unit_test(no_room),
	    cmocka_unit_test(many_repeats),
	    cmocka_unit_test(no_personal_data),
	    cmocka_unit_test(value_is_shown_safely),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

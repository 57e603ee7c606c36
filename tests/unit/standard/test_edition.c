/* NAME
 *	test_edition - editions are rows: today's, and one that nobody wrote yet
 * DESCRIPTION
 *	The tables are copied to a folder and an edition 9.9 is added there:
 *	another version value, a layout v9 with one field more and one less in
 *	UPPLAN, and a kind of file that only it has.  No line of C knows it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "compare.h"
#include "fixture.h"
#include "layout.h"
#include "set.h"

struct invented {
	char dir[64];
	struct standard *standard;
};

static void
run(const char *format, const char *a, const char *b)
{
	char command[3 * PATH_MAX];

	snprintf(command, sizeof command, format, a, b);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test */
}

/* Put a line behind the last one of a table. */
static void
append(const struct invented *x, const char *table, const char *line)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", x->dir, table);
	f = fopen(path, "a");
	assert_non_null(f);
	fprintf(f, "%s\n", line);
	assert_int_equal(fclose(f), 0);
}

/* UPPLAN: a field of v9 behind the others, and the 25th ends with v4. */
static void
change_plan(const struct invented *x)
{
	run("sed -i '1s/$/\tsince\tuntil/; 2,$s/$/\t\t/; "
	    "26s/\t\t$/\t\tv4/' %s/layouts/UPPLAN.tsv%s",
	    x->dir, "");
	append(x, "layouts/UPPLAN.tsv",
	    "26\t実施方法\tservice_mode\tcode\t1\trequired\tcodes/mode.tsv"
	    "\tinvented\tv9\t");
	append(x, "codes/mode.tsv", "code\tname_ja\tname_en");
	append(x, "codes/mode.tsv", "1\t訪問\tvisit");
	append(x, "codes/mode.tsv", "2\tオンライン\tonline");
}

static void
add_kind(const struct invented *x)
{
	append(x, "layouts/UPMEMO.tsv",
	    "no\tname_ja\tname_en\ttype\tmax_length\trequired\t"
	    "format_or_codes\tnote");
	append(x, "layouts/UPMEMO.tsv",
	    "1\tCSVバージョン\tcsv_version\tcode\t6\trequired\t"
	    "codes/csv_version.tsv\t");
	append(x, "layouts/UPMEMO.tsv",
	    "2\t保険者番号\tinsurer_number\talnum\t6\trequired\t6 digits\t");
	append(x, "layouts/UPMEMO.tsv",
	    "3\t連絡事項\tmessage\ttext\t-\toptional\tfree text\t");
	append(x, "files.tsv",
	    "UPMEMO\t連絡票\tmessage\tUPMEMO_{from_office:10}_"
	    "{from_service_type:2}_{to_office:10}_{to_service_type:2}_"
	    "{timestamp:14}.CSV\t-\t-\tCM>SP;SP>CM\tV9.9\tlayouts/UPMEMO.tsv"
	    "\t-\t-\tno\t-");
	append(x, "bundles.tsv", "home\tCM\tUPMEMO\t-\tV9.9\talone");
}

static int
invent(void **state)
{
	struct invented *x = mem_new(sizeof *x);
	struct why why = {0};
	char source[PATH_MAX];

	strcpy(x->dir, "/tmp/tasuki-edition-XXXXXX");
	assert_non_null(mkdtemp(x->dir));
	run("cp -r %s/. %s", fixture_path("config/standard", source), x->dir);
	append(x, "editions.tsv",
	    "203104\t9.9\tv9\tv4_1\t203104\tcurrent\tinvented\t");
	append(x, "codes/csv_version.tsv", "203104\t9.9\t203104\tinvented");
	change_plan(x);
	add_kind(x);
	if (standard_load(x->dir, &x->standard, &why) != 0) {
		fprintf(stderr, "%s\n", why.text);
		return -1;
	}
	*state = x;
	return 0;
}

static int
forget(void **state)
{
	struct invented *x = *state;

	standard_free(&x->standard);
	run("rm -r %s%s", x->dir, "");
	free(x);
	return 0;
}

/* The value of 4.0 is larger than that of 4.1, and older. */
static void
versions_are_a_table(void **state)
{
	const struct invented *x = *state;
	static const struct {
		const char *code, *edition, *shape;
		enum edition_state state;
	} wanted[] = {
	    {"201910", "1", "v3", EDITION_OLD},
	    {"202003", "2", "v3", EDITION_OLD},
	    {"202208", "3", "v3", EDITION_CURRENT},
	    {"202504", "4.0", "v4", EDITION_OLD},
	    {"202407", "4.1", "v4", EDITION_CURRENT},
	    {"203104", "9.9", "v9", EDITION_CURRENT},
	};

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		const struct layout_edition *e =
		    layout_edition(x->standard, wanted[i].code);

		assert_non_null(e);
		assert_string_equal(e->edition, wanted[i].edition);
		assert_string_equal(
		    layout_shape_name(x->standard, e->shape), wanted[i].shape);
		assert_int_equal(e->state, wanted[i].state);
	}
	assert_null(layout_edition(x->standard, "202410"));
}

static void
layouts_of_each(void **state)
{
	const struct invented *x = *state;
	const struct layout *plan = layout_find(x->standard, "UPPLAN");
	const struct layout *memo = layout_find(x->standard, "UPMEMO");
	const struct layout *same = layout_find(x->standard, "UPJSK");
	enum layout_shape v9 = layout_edition(x->standard, "203104")->shape;
	enum layout_shape shape;

	assert_int_equal(layout_columns(plan, LAYOUT_V3), 22);
	assert_int_equal(layout_columns(plan, LAYOUT_V4), 25);
	assert_int_equal(layout_columns(plan, v9), 25);
	assert_int_equal(layout_position(plan, LAYOUT_V4, 25), 25);
	assert_int_equal(layout_position(plan, LAYOUT_V4, 26), 0);
	assert_int_equal(layout_position(plan, v9, 25), 0);
	assert_int_equal(layout_position(plan, v9, 26), 25);
	assert_int_equal(layout_columns(same, v9), 25);
	assert_int_equal(layout_columns(memo, v9), 3);
	assert_int_equal(layout_columns(memo, LAYOUT_V4), 0);
	assert_int_equal(layout_columns(memo, LAYOUT_V3), 0);
	assert_true(layout_by_columns(plan, 25, &shape));
	assert_int_equal(shape, LAYOUT_V4);
	assert_false(layout_by_columns(plan, 24, &shape));
}

/* -- the checker ---------------------------------------------------------- */

static void
on_finding(const struct finding *finding, void *arg)
{
	char *out = arg;
	size_t n = strlen(out);

	snprintf(out + n, 512 - n, "%s %u\n", finding->code, finding->field_no);
}

#define NAME "UPPLAN_203104_1370100016_43_1370100024_11_20310325101500.CSV"
#define REC(version, month, last)                                \
	version ",131011,0000000123,20310325," month             \
		",1370100016,\"\",387,0," month                  \
		"02,,0900,1000,1,111211,,,,,1370100024,\"\",,0," \
		"1370100016," last "\r\n"

static const struct {
	const char *name, *text, *want;
} checks[] = {
    {NAME, REC("203104", "203104", "1"), ""},
    {NAME, REC("203104", "203104", "3"), "code-unknown 25\n"},
    {NAME, REC("203104", "203104", ""), "field-required 25\n"},
    {NAME, REC("202407", "203104", ""), ""},
    {"UPMEMO_1370100016_43_1370100024_11_20310325101500.CSV",
	"203104,131011,\"こんにちは\"\r\n", "charset-utf8 0\n"},
    {"UPMEMO_1370100016_43_1370100024_11_20310325101500.CSV",
	"202407,131011,\"x\"\r\n", "version-kind 1\n"},
};

static void
checked_without_code(void **state)
{
	const struct invented *x = *state;

	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		struct check_result result;
		char said[512] = "";

		assert_int_equal(
		    check_bytes(x->standard, checks[i].name, checks[i].text,
			strlen(checks[i].text), on_finding, said, &result),
		    0);
		assert_true(result.standard);
		if (strcmp(said, checks[i].want) != 0)
			fail_msg("%zu: %s---\n%s", i, said, checks[i].want);
	}
}

static void
sets_of_it(void **state)
{
	const struct invented *x = *state;
	struct name name;
	struct why why;
	char missing[256];

	assert_int_equal(
	    name_parse(x->standard, checks[4].name, &name, &why), 0);
	assert_string_equal(name.kind, "UPMEMO");
	assert_int_equal(
	    set_judge(x->standard, &name, 1, missing, sizeof missing),
	    SET_COMPLETE);
	assert_string_equal(set_kind_ja(x->standard, "UPMEMO"), "連絡票");
}

/* Planned in 9.9, done in 4.1: fields are found by their names. */
static void
compared_across(void **state)
{
	static const char plan[] = REC("203104", "203104", "1");
	static const char done[] = REC("202407", "203104", "");
	const struct invented *x = *state;
	struct compare *compare = compare_new(x->standard);
	struct why why;

	assert_int_equal(
	    compare_add(compare, NAME, plan, sizeof plan - 1, &why), 0);
	assert_int_equal(
	    compare_add(compare,
		"UPJSK_203104_1370100024_11_1370100016_43_20310501090000.CSV",
		done, sizeof done - 1, &why),
	    0);
	compare_run(compare);
	assert_int_equal(compare_mode(compare), COMPARE_PLAN_ACTUAL);
	assert_int_equal(compare_differences(compare), 0);
	assert_int_equal(compare_sum(compare)->rows[COMPARE_SAME], 1);
	compare_free(&compare);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(versions_are_a_table),
	    cmocka_unit_test(layouts_of_each),
	    cmocka_unit_test(checked_without_code),
	    cmocka_unit_test(sets_of_it),
	    cmocka_unit_test(compared_across),
	};

	return cmocka_run_group_tests(tests, invent, forget);
}

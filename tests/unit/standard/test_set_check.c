/* NAME
 *	test_set_check - what the corpus cannot show of sets: what was sent
 *	before, members judged or not, profiles, memory
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fixture.h"
#include "set_check.h"
#include "tables.h"

#define SETS "tests/data/standard/sets/"
#define SENT "_1370100016_43_1370100024_11_20250325101500.CSV"

struct said {
	char text[4096]; /* "code@member/record " of each */
	unsigned errors;
};

static void
on_finding(const struct finding *finding, void *arg)
{
	struct said *said = arg;
	size_t n = strlen(said->text);

	said->errors += finding->level == FINDING_ERROR;
	snprintf(said->text + n, sizeof said->text - n, "%s@%u/%llu ",
	    finding->code, finding->member,
	    (unsigned long long)finding->record);
}

static void
nothing(const struct finding *finding, void *arg)
{
	(void)finding;
	(void)arg;
}

/* The files of a folder of the corpus, in the order given, judged together. */
struct judged {
	const char *folder, *files[4];
	const char *profile;
	enum set_members members;
	const char *known; /* a name that was sent */
};

static struct said
judge(const struct standard *standard, const struct judged *what)
{
	struct check_with with = {
	    .profile = standard_profile(standard, what->profile)};
	struct said said = {0};
	struct check_result result;
	struct set_result whole;
	struct name name;

	assert_non_null(with.profile);
	with.set = set_check_new(standard, with.profile);
	for (; with.member < 4 && what->files[with.member]; with.member++) {
		char file[PATH_MAX], path[PATH_MAX];

		snprintf(file, sizeof file, SETS "%s/%s%s", what->folder,
		    what->files[with.member], SENT);
		assert_int_equal(
		    check_file_with(standard, fixture_path(file, path), NULL,
			&with, nothing, NULL, &result),
		    0);
	}
	if (what->known != NULL) {
		assert_int_equal(
		    name_parse(standard, what->known, &name, NULL), 0);
		set_check_known(with.set, &name);
		snprintf(name.stamp, sizeof name.stamp, "20200101000000");
		set_check_known(with.set, &name); /* the latest counts */
	}
	set_check_judge(with.set, what->members, on_finding, &said, &whole);
	assert_int_equal(whole.errors, said.errors);
	set_check_free(&with.set);
	assert_null(with.set);
	return said;
}

#define MONTH                                                        \
	{                                                            \
		"UPPLAN_202504", "UPSIKYU_202504", "UPHOSOKU_202504" \
	}
#define NAME(stamp) "UPPLAN_202504_1370100016_43_1370100024_11_" stamp ".CSV"
#define OTHER       "UPPLAN_202504_1370100016_43_1370100024_15_"

static const struct {
	struct judged what;
	const char *said;
	unsigned errors;
} cases[] = {
    {{"month", MONTH, "exchange", SET_MEMBERS_WHOLE, NULL}, "", 0},
    /* what was sent before: older, the same, newer; another receiver, month */
    {{"month", MONTH, "exchange", SET_MEMBERS_WHOLE, NAME("20250325101501")},
	"stamp-old@0/0 ", 1},
    {{"month", MONTH, "exchange", SET_MEMBERS_WHOLE, NAME("20250325101500")},
	"", 0},
    {{"month", MONTH, "exchange", SET_MEMBERS_WHOLE, NAME("20250325101459")},
	"", 0},
    {{"month", MONTH, "exchange", SET_MEMBERS_WHOLE,
	 OTHER "20260325101501.CSV"},
	"", 0},
    {{"month", MONTH, "lenient", SET_MEMBERS_WHOLE, NAME("20250325101501")},
	"stamp-old@0/0 ", 0},
    /* members */
    {{"month", {"UPPLAN_202504"}, "exchange", SET_MEMBERS_MORE, NULL}, "", 0},
    {{"month", {"UPPLAN_202504"}, "exchange", SET_MEMBERS_WHOLE, NULL},
	"set-missing@0/0 ", 1},
    {{"missing", {"UPPLAN_202504", "UPSIKYU_202504"}, "exchange",
	 SET_MEMBERS_MORE, NULL},
	"set-missing@0/0 ", 1},
    {{"missing", {"UPPLAN_202504", "UPSIKYU_202504"}, "exchange",
	 SET_MEMBERS_ANY, NULL},
	"", 0},
    {{"missing", {"UPPLAN_202504", "UPSIKYU_202504"}, "lenient",
	 SET_MEMBERS_MORE, NULL},
	"set-missing@0/0 ", 0},
    /* the order in which they are given does not matter */
    {{"client-mixed", {"UPHOSOKU_202504", "UPSIKYU_202504", "UPPLAN_202504"},
	 "exchange", SET_MEMBERS_MORE, NULL},
	"link-child@2/1 link-parent@0/1 ", 2},
    /* a warning here, an error there */
    {{"limit", MONTH, "exchange", SET_MEMBERS_MORE, NULL},
	"limit-exceeded@1/4 ", 0},
    {{"limit", MONTH, "strict", SET_MEMBERS_MORE, NULL}, "limit-exceeded@1/4 ",
	1},
};

static void
judged(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct said said = judge(*state, &cases[i].what);
		char got[sizeof said.text + 32], wanted[256];

		/* links come in the order of links.tsv, parents first */
		snprintf(
		    got, sizeof got, "%zu %s%u", i, said.text, said.errors);
		snprintf(wanted, sizeof wanted, "%zu %s%u", i, cases[i].said,
		    cases[i].errors);
		if (strstr(cases[i].said, "link-child") != NULL)
			assert_int_equal(said.errors, cases[i].errors);
		else
			assert_string_equal(got, wanted);
	}
}

/* -- memory ------------------------------------------------------------- */

#define CLIENTS 20000u

static void
add_rows(struct buf *out, const char *format)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		buf_printf(out, format, i);
}

/* Every record another client: the worst there is. */
static void
memory(void **state)
{
	const struct standard *standard = *state;
	struct check_with with = {.set = set_check_new(standard, NULL)};
	struct check_result result;
	struct set_result whole;
	struct said said = {0};
	struct buf plan;
	struct mallinfo2 before, after;

	buf_init(&plan, 16u << 20);
	add_rows(&plan,
	    "202407,139998,%010u,20250325,202504,1370100016,,387,0,20250402,,"
	    "0900,1000,1,111211,,,,,1370100024,,,0,1370100016,\r\n");
	before = mallinfo2();
	assert_int_equal(
	    check_bytes_with(standard, NAME("20250325101500"), plan.data,
		plan.len, &with, on_finding, &said, &result),
	    0);
	after = mallinfo2();
	assert_int_equal(result.records, CLIENTS);
	assert_string_equal(said.text, "");
	assert_true(after.uordblks - before.uordblks <= 200u * CLIENTS);
	set_check_judge(with.set, SET_MEMBERS_MORE, on_finding, &said, &whole);
	assert_int_equal(whole.errors, 0);
	set_check_free(&with.set);
	buf_fini(&plan);
}

/* -- profiles ----------------------------------------------------------- */

static void
profiles(void **state)
{
	const struct standard *standard = *state;
	static const char *const names[] = {"strict", "exchange", "lenient"};
	static const char line[] =
	    "202407,139998,0000000123,20250325,202504,1370100016,,387,0,"
	    "20250402,,0900,1000,1,111211,,,,,1370100024,,,0,1370100016,1\r\n";
	static const uint64_t errors[] = {1, 0, 0}, warnings[] = {0, 1, 0};

	assert_null(standard_profile(standard, "other"));
	for (size_t i = 0; i < 3; i++) {
		struct check_with with = {
		    .profile = standard_profile(standard, names[i])};
		struct check_result result;
		struct said said = {0};

		assert_int_equal(
		    check_bytes_with(standard, NAME("20250325101500"), line,
			strlen(line), &with, on_finding, &said, &result),
		    0);
		assert_int_equal(result.errors, errors[i]);
		assert_int_equal(result.warnings, warnings[i]);
		assert_int_equal(said.errors, errors[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judged),
	    cmocka_unit_test(memory),
	    cmocka_unit_test(profiles),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

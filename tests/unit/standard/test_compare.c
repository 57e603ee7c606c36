/* NAME
 *	test_compare - planned against done, version against version
 * DESCRIPTION
 *	A case is a list of files, each its name and rows of words:
 *
 *	    insured day start end count units code office satellite equipment
 *
 *	and the rows that must come out, except those as planned.  "-" is an
 *	empty cell.  A file whose name begins with "3:" is written as V3.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "fixture.h"
#include "layout.h"

#define CARE  "1370100016"
#define HELP  "1370100024"
#define RENT  "1370100032"
#define PLAN  "UPPLAN_202504_" CARE "_43_" HELP "_11_20250325101500.CSV"
#define PLAN2 "UPPLAN_202504_" CARE "_43_" HELP "_11_20250328090000.CSV"
#define PLANR "UPPLAN_202504_" CARE "_43_" RENT "_17_20250325101500.CSV"
#define DONE  "UPJSK_202504_" HELP "_11_" CARE "_43_20250501090000.CSV"
#define DONE2 "UPJSK_202504_" HELP "_11_" CARE "_43_20250502090000.CSV"
#define DONE5 "UPJSK_202505_" HELP "_11_" CARE "_43_20250601090000.CSV"

#define FILES_MAX 4
#define A         "0000000123 "
#define B         "H000000456 "
#define VISIT     " 1 387 111211 " HELP " - -\n"

struct input {
	const char *name, *rows;
};

struct row_words {
	char cells[10][24];
};

static void
take_words(const char *line, struct row_words *out)
{
	memset(out, 0, sizeof *out);
	assert_int_equal(
	    sscanf(line, "%23s %23s %23s %23s %23s %23s %23s %23s %23s %23s",
		out->cells[0], out->cells[1], out->cells[2], out->cells[3],
		out->cells[4], out->cells[5], out->cells[6], out->cells[7],
		out->cells[8], out->cells[9]),
	    10);
	for (size_t i = 0; i < 10; i++) {
		if (strcmp(out->cells[i], "-") == 0)
			out->cells[i][0] = '\0';
	}
}

/* "202504" of the name, unless the day is a whole date. */
static void
put_record(struct buf *out, const char *month, bool v3, const char *line)
{
	struct row_words w;
	char date[40];

	take_words(line, &w);
	snprintf(date, sizeof date, "%s%s",
	    strlen(w.cells[1]) == 2 ? month : "", w.cells[1]);
	buf_printf(out,
	    "%s,139998,%s,20250325,%s,%s,\"相談\",%s,0,%s,,%s,%s,%s,%s,",
	    v3 ? "202208" : "202407", w.cells[0], month, CARE, w.cells[5], date,
	    w.cells[2], w.cells[3], w.cells[4], w.cells[6]);
	if (!v3)
		buf_printf(out, "%s,,\"\",", w.cells[9]);
	buf_printf(
	    out, ",%s,\"事業所\",%s,0,%s,\r\n", w.cells[7], w.cells[8], CARE);
}

static void
put_file(struct buf *out, const struct input *input, bool v3)
{
	const char *at = input->rows;
	char month[7];

	snprintf(month, sizeof month, "%.6s", strchr(input->name, '_') + 1);
	while (*at != '\0') {
		size_t n = strcspn(at, "\n");
		char line[256];

		snprintf(line, sizeof line, "%.*s", (int)n, at);
		put_record(out, month, v3, line);
		at += n + (at[n] == '\n');
	}
}

static void
add_file(struct compare *compare, const struct standard *standard,
    const struct input *input)
{
	bool v3 = strncmp(input->name, "3:", 2) == 0;
	struct input plain = {input->name + (v3 ? 2 : 0), input->rows};
	struct buf utf8, ms932;
	struct why why;

	buf_init(&utf8, 1 << 20);
	buf_init(&ms932, 1 << 20);
	buf_text(&utf8, "");
	put_file(&utf8, &plain, v3);
	assert_int_equal(charset_from_utf8(standard_charset(standard),
			     utf8.data, utf8.len, &ms932, NULL),
	    0);
	assert_int_equal(compare_add(compare, plain.name,
			     ms932.len > 0 ? ms932.data : "", ms932.len, &why),
	    0);
	buf_fini(&utf8);
	buf_fini(&ms932);
}

static void
print_side(
    struct buf *out, const struct compare_row *row, enum compare_side side)
{
	const struct compare_use *use = &row->use[side];

	if (row->there[side])
		buf_printf(out, "%u@%04u", use->day, use->start);
	if (row->there[side] && *use->satellite != '\0')
		buf_printf(out, "/%s", use->satellite);
}

static void
print_rows(const struct compare *compare, struct buf *out)
{
	const struct compare_client *clients;
	const struct compare_note *notes;
	const struct compare_row *rows;
	size_t n = compare_rows(compare, &rows);

	(void)compare_clients(compare, &clients);
	buf_text(out, "");
	for (size_t i = 0; i < n; i++) {
		if (rows[i].state == COMPARE_SAME)
			continue;
		buf_printf(out, "%s %s %s ",
		    compare_state_word(compare, rows[i].state, false),
		    clients[rows[i].client].insured, rows[i].code);
		print_side(out, &rows[i], COMPARE_LEFT);
		buf_char(out, '>');
		print_side(out, &rows[i], COMPARE_RIGHT);
		buf_printf(out, " %+" PRId64 " %+" PRId64 "\n",
		    rows[i].count_difference, rows[i].units_difference);
	}
	n = compare_notes(compare, &notes);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s %" PRIu64 "\n",
		    compare_note_code(notes[i].kind), notes[i].count);
}

static const struct {
	const char *name;
	struct input files[FILES_MAX];
	const char *want;
} cases[] = {
    {"as planned",
	{{PLAN, A "02 0900 1000" VISIT A "09 0900 1000" VISIT},
	    {DONE, A "02 0900 1000" VISIT A "09 0900 1000" VISIT}},
	""},
    {"order of the files does not matter",
	{{DONE, A "02 0900 1000" VISIT},
	    {PLAN, A "02 0900 1000" VISIT A "09 0900 1000" VISIT}},
	"missing 0000000123 111211 9@0900> -1 -387\n"},
    {"moved in time and in day",
	{{PLAN, A "02 0900 1000" VISIT A "09 0900 1000" VISIT},
	    {DONE, A "02 0905 1005" VISIT A "10 0900 1000" VISIT}},
	"moved 0000000123 111211 2@0900>2@0905 +0 +0\n"
	"moved 0000000123 111211 9@0900>10@0900 +0 +0\n"},
    {"the nearest day moves, the others are missing",
	{{PLAN, A "01 0900 1000" VISIT A "08 0900 1000" VISIT A
		  "15 0900 1000" VISIT},
	    {DONE, A "09 0900 1000" VISIT}},
	"missing 0000000123 111211 1@0900> -1 -387\n"
	"moved 0000000123 111211 8@0900>9@0900 +0 +0\n"
	"missing 0000000123 111211 15@0900> -1 -387\n"},
    {"added",
	{{PLAN, A "02 0900 1000" VISIT},
	    {DONE, A "02 0900 1000" VISIT A "03 0900 0930 1 244 111111 " HELP
		     " - -\n"}},
	"added 0000000123 111111 >3@0900 +1 +244\n"},
    {"another code is missing and added",
	{{PLAN, A "02 0900 1000" VISIT},
	    {DONE, A "02 0900 0930 1 244 111111 " HELP " - -\n"}},
	"added 0000000123 111111 >2@0900 +1 +244\n"
	"missing 0000000123 111211 2@0900> -1 -387\n"},
    {"twice a day",
	{{PLAN, A "02 0900 1000" VISIT A "02 1800 1900" VISIT},
	    {DONE, A "02 0900 1000" VISIT A "02 1830 1930" VISIT}},
	"moved 0000000123 111211 2@1800>2@1830 +0 +0\n"},
    {"counts of one slot add up; the same record twice is told",
	{{PLAN, A "02 0900 1000 2 387 111211 " HELP " - -\n"},
	    {DONE, A "02 0900 1000" VISIT A "02 0900 1000" VISIT A
		     "02 0900 1000" VISIT}},
	"changed 0000000123 111211 2@0900>2@0900 +1 +387\n"
	"compare-duplicate 2\n"},
    {"other units",
	{{PLAN, A "02 0900 1000" VISIT},
	    {DONE, A "02 0900 1000 1 390 111211 " HELP " - -\n"}},
	"changed 0000000123 111211 2@0900>2@0900 +0 +3\n"},
    {"percentage additions: no day, and units may be left out",
	{{PLAN, A "30 9999 9999 1 71 116271 " HELP " - -\n"},
	    {DONE, A "01 9999 9999 1 0 116271 " HELP " - -\n"}},
	""},
    {"percentage additions: units that both say",
	{{PLAN, A "30 9999 9999 1 71 116271 " HELP " - -\n"},
	    {DONE, A "30 9999 9999 1 80 116271 " HELP " - -\n"}},
	"changed 0000000123 116271 30@9999>30@9999 +0 +9\n"},
    {"percentage additions that the office writes for nobody",
	{{PLAN, A "02 0900 1000" VISIT A "30 9999 9999 1 71 116271 " HELP
		  " - -\n"},
	    {DONE, A "02 0900 1000" VISIT}},
	"unreported 0000000123 116271 30@9999> +0 +0\n"},
    {"percentage additions that the office writes for others",
	{{PLAN, A "30 9999 9999 1 71 116271 " HELP " - -\n" B
		  "30 9999 9999 1 71 116271 " HELP " - -\n"},
	    {DONE, A "30 9999 9999 1 71 116271 " HELP " - -\n"}},
	"missing H000000456 116271 30@9999> -1 -71\n"},
    {"a monthly addition on another day",
	{{PLAN, A "01 9999 9999 1 200 114001 " HELP " - -\n"},
	    {DONE, A "30 9999 9999 1 200 114001 " HELP " - -\n"}},
	""},
    {"a fixed fee a month: days of use differ, units do not",
	{{"UPPLAN_202504_" CARE "_43_" HELP "_73_20250325101500.CSV",
	     A "02 9999 9999 1 10458 731111 " HELP " - -\n" A
	       "05 9999 9999 1 10458 731111 " HELP " - -\n"},
	    {"UPJSK_202504_" HELP "_73_" CARE "_43_20250501090000.CSV",
		A "02 9999 9999 1 10458 731111 " HELP " - -\n"}},
	"missing 0000000123 731111 5@9999> -1 +0\n"},
    {"community services (A2)",
	{{"UPPLAN_202504_" CARE "_46_" HELP "_A2_20250325101500.CSV",
	     A "02 0900 1000 1 287 A22411 " HELP " - -\n"},
	    {"UPJSK_202504_" HELP "_A2_" CARE "_46_20250501090000.CSV",
		A "03 0900 1000 1 287 A22411 " HELP " - -\n"}},
	"moved 0000000123 A22411 2@0900>3@0900 +0 +0\n"},
    {"2400 ends the day as 0000 does",
	{{PLAN, A "02 2300 2400 1 366 111113 " HELP " - -\n"},
	    {DONE, A "02 2300 0000 1 366 111113 " HELP " - -\n"}},
	""},
    {"across midnight",
	{{PLAN, A "02 2330 0030 1 366 111113 " HELP " - -\n"},
	    {DONE, A "02 2330 0030 1 366 111113 " HELP " - -\n"}},
	""},
    {"satellites: 01 is 1, none is 0",
	{{PLAN, A "02 0900 1000 1 387 111211 " HELP " 1 -\n" A
		  "03 0900 1000" VISIT},
	    {DONE, A "02 0900 1000 1 387 111211 " HELP " 01 -\n" A
		     "03 0900 1000 1 387 111211 " HELP " 0 -\n"}},
	""},
    {"another satellite has moved",
	{{PLAN, A "02 0900 1000 1 387 111211 " HELP " 1 -\n"},
	    {DONE, A "02 0900 1000 1 387 111211 " HELP " 2 -\n"}},
	"moved 0000000123 111211 2@0900/1>2@0900/2 +0 +0\n"},
    {"V3 against V4.1: equipment is not looked at",
	{{"3:UPPLAN_202504_" CARE "_" RENT "_20250325101500.CSV",
	     A "01 9999 9999 1 300 171007 " RENT " - -\n"},
	    {"UPJSK_202504_" RENT "_17_" CARE "_43_20250501090000.CSV",
		A "01 9999 9999 1 300 171007 " RENT " - 00001-000010\n"}},
	""},
    {"other equipment is missing and added",
	{{PLANR, A "01 9999 9999 1 300 171007 " RENT " - 00001-000010\n"},
	    {"UPJSK_202504_" RENT "_17_" CARE "_43_20250501090000.CSV",
		A "01 9999 9999 1 300 171007 " RENT " - 00001-000020\n"}},
	"missing 0000000123 171007 1@9999> -1 -300\n"
	"added 0000000123 171007 >1@9999 +1 +300\n"},
    {"two pieces of one thing",
	{{PLANR, A "01 9999 9999 1 300 171007 " RENT " - 00001-000010\n" A
		   "01 9999 9999 1 300 171007 " RENT " - 00001-000010\n"},
	    {"UPJSK_202504_" RENT "_17_" CARE "_43_20250501090000.CSV",
		A "01 9999 9999 1 300 171007 " RENT " - 00001-000010\n"}},
	"changed 0000000123 171007 1@9999>1@9999 -1 -300\n"
	"compare-duplicate 1\n"},
    {"an office that has not reported",
	{{PLAN, A "02 0900 1000" VISIT A "01 9999 9999 1 300 171007 " RENT
		  " - 00001-000010\n"},
	    {DONE, A "02 0900 1000" VISIT}},
	"unreported 0000000123 171007 1@9999> +0 +0\n"},
    {"a client who is not in the actual file",
	{{PLAN, A "02 0900 1000" VISIT B "02 1300 1400" VISIT},
	    {DONE, A "02 0900 1000" VISIT}},
	"missing H000000456 111211 2@1300> -1 -387\n"},
    {"an empty actual file: nothing was done",
	{{PLAN, A "02 0900 1000" VISIT}, {DONE, ""}},
	"missing 0000000123 111211 2@0900> -1 -387\n"},
    {"the plan went to two offices: nothing counts twice",
	{{PLAN, A "02 0900 1000" VISIT A "01 9999 9999 1 300 171007 " RENT
		  " - 00001-000010\n"},
	    {PLANR, A "02 0900 1000" VISIT A "01 9999 9999 1 300 171007 " RENT
		      " - 00001-000010\n"},
	    {DONE, A "02 0900 1000" VISIT}},
	"unreported 0000000123 171007 1@9999> +0 +0\n"},
    {"a corrected plan speaks for its clients only",
	{{PLAN, A "02 0900 1000" VISIT B "02 1300 1400" VISIT},
	    {PLAN2, A "03 0900 1000" VISIT},
	    {DONE, A "03 0900 1000" VISIT B "02 1300 1400" VISIT}},
	""},
    {"a corrected actual file takes the place of the first",
	{{PLAN, A "02 0900 1000" VISIT}, {DONE, A "05 0900 1000" VISIT},
	    {DONE2, A "02 0900 1000" VISIT}},
	"compare-older 1\n"},
    {"another month is told, not compared",
	{{PLAN, A "02 0900 1000" VISIT}, {DONE5, A "02 0900 1000" VISIT}},
	"compare-month 1\ncompare-month 1\n"},
    {"a date outside of the month is told",
	{{PLAN, A "02 0900 1000" VISIT},
	    {DONE, A "02 0900 1000" VISIT A "20250502 0900 1000" VISIT A
		     "31 0900 1000" VISIT}},
	"compare-date 2\n"},
    {"nothing usable in the actual file",
	{{PLAN, A "02 0900 1000" VISIT}, {DONE, A "31 0900 1000" VISIT}},
	"missing 0000000123 111211 2@0900> -1 -387\ncompare-date 1\n"},
    {"broken times and counts",
	{{PLAN, A "02 0900 1000" VISIT},
	    {DONE, A "02 0960 1000 x 387 111211 " HELP " - -\n"}},
	"moved 0000000123 111211 2@0900>2@9999 +0 +0\n"
	"compare-time 1\ncompare-count 1\n"},
    {"two versions of a plan",
	{{PLAN2, A "02 0930 1030" VISIT A "09 0900 1000" VISIT B
		   "01 1300 1400" VISIT},
	    {PLAN, A "02 0900 1000" VISIT A "16 0900 1000" VISIT A
		     "09 0900 1000" VISIT}},
	"moved 0000000123 111211 2@0900>2@0930 +0 +0\n"
	"removed 0000000123 111211 16@0900> -1 -387\n"
	"added H000000456 111211 >1@1300 +1 +387\n"},
    {"two versions of actual use",
	{{DONE, A "02 0900 1000" VISIT},
	    {DONE2, A "02 0900 1000" VISIT A "03 0900 1000" VISIT}},
	"added 0000000123 111211 >3@0900 +1 +387\n"},
    {"three versions: the last two",
	{{PLAN, A "01 0900 1000" VISIT}, {PLAN2, A "02 0900 1000" VISIT},
	    {"UPPLAN_202504_" CARE "_43_" HELP "_11_20250329090000.CSV",
		A "03 0900 1000" VISIT}},
	"moved 0000000123 111211 2@0900>3@0900 +0 +0\ncompare-older 1\n"},
    {"two plans without kinship, in their order",
	{{PLANR, A "02 0900 1000" VISIT}, {PLAN, A "03 0900 1000" VISIT}},
	"moved 0000000123 111211 2@0900>3@0900 +0 +0\n"},
    {"one file alone", {{PLAN, A "02 0900 1000" VISIT}}, "compare-alone 1\n"},
    {"other kinds are passed over",
	{{PLAN, A "02 0900 1000" VISIT}, {DONE, A "02 0900 1000" VISIT},
	    {"UPSIKYU_202504_" CARE "_43_" HELP "_11_20250325101500.CSV", ""}},
	"compare-ignored 0\n"},
};

static void
all_cases(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct compare *compare = compare_new(*state);
		struct buf out;

		buf_init(&out, 1 << 16);
		for (size_t k = 0; k < FILES_MAX; k++) {
			if (cases[i].files[k].name != NULL)
				add_file(compare, *state, &cases[i].files[k]);
		}
		compare_run(compare);
		print_rows(compare, &out);
		if (strcmp(out.data, cases[i].want) != 0)
			fail_msg("%s:\n%s---\n%s", cases[i].name, out.data,
			    cases[i].want);
		buf_fini(&out);
		compare_free(&compare);
	}
}

/* -- sums, names, words --------------------------------------------------- */

/* A record of UPHOSOKU: number, name and month; 63 columns. */
static void
put_person(struct buf *out, const char *name)
{
	buf_printf(out, "202407,139998,0000000123,00000000,\"\",\"%s\"", name);
	for (unsigned no = 7; no < 63; no++)
		buf_char(out, ',');
	buf_text(out, ",202504\r\n");
}

static void
add_person(struct compare *compare, const char *stamp, const char *name)
{
	struct buf out;
	struct why why;
	char file[128];

	snprintf(file, sizeof file,
	    "UPHOSOKU_202504_" CARE "_43_" HELP "_11_%s.CSV", stamp);
	buf_init(&out, 4096);
	put_person(&out, name);
	assert_int_equal(
	    compare_add(compare, file, out.data, out.len, &why), 0);
	buf_fini(&out);
}

static struct compare *
example(const struct standard *standard, bool with_names)
{
	static const struct input plan = {
	    PLAN, A "02 0900 1000" VISIT A "09 0900 1000" VISIT};
	static const struct input done = {DONE, A
	    "02 0905 1005" VISIT A "09 0900 1000" VISIT A "10 0900 1000" VISIT};
	struct compare *compare = compare_new(standard);

	add_file(compare, standard, &plan);
	add_file(compare, standard, &done);
	if (with_names) { /* the newer one holds; this one is UTF-8 */
		add_person(compare, "20250326101500", "+介護 太郎");
		add_person(compare, "20250325101500", "old");
	}
	compare_run(compare);
	return compare;
}

static void
sums_of_a_client(void **state)
{
	struct compare *compare = example(*state, true);
	const struct compare_client *clients;
	const struct compare_sum *sum;

	assert_int_equal(compare_clients(compare, &clients), 1);
	assert_string_equal(clients[0].name, "+介護 太郎");
	sum = &clients[0].sum;
	assert_int_equal(sum->count[COMPARE_LEFT], 2);
	assert_int_equal(sum->count[COMPARE_RIGHT], 3);
	assert_int_equal(sum->units[COMPARE_LEFT], 774);
	assert_int_equal(sum->units[COMPARE_RIGHT], 1161);
	assert_int_equal(sum->rows[COMPARE_SAME], 1);
	assert_int_equal(sum->rows[COMPARE_MOVED], 1);
	assert_int_equal(sum->rows[COMPARE_ADDED], 1);
	assert_int_equal(compare_differences(compare), 2);
	assert_false(compare_doubtful(compare));
	assert_memory_equal(compare_sum(compare), sum, sizeof *sum);
	compare_free(&compare);
}

static void
csv_is_safe_for_a_spreadsheet(void **state)
{
	struct compare *compare = example(*state, true);
	struct buf out;

	buf_init(&out, 1 << 20);
	compare_csv(compare, false, true, &out);
	assert_true(buf_ok(&out));
	assert_memory_equal(out.data, "\xef\xbb\xbf\"利用者\",", 13);
	assert_non_null(strstr(out.data, "\"'+介護 太郎\",\"139998\","));
	assert_non_null(
	    strstr(out.data, "\"日時の変更\",\"2\",\"09:00\",\"10:00\",\"1\","
			     "\"387\",\"2\",\"09:05\",\"10:05\""));
	assert_non_null(strstr(out.data, "\"合計\""));
	assert_null(strstr(out.data, "予定どおり"));
	buf_clear(&out);
	compare_csv(compare, true, true, &out);
	assert_non_null(strstr(out.data, "予定どおり"));
	buf_fini(&out);
	compare_free(&compare);
}

static void
a_page_to_read(void **state)
{
	static const char *const wanted[2][3] = {
	    {"2 differences (1 clients)", "[moved]", "[added]"},
	    {"差異 2件（利用者 1人）", "【日時の変更】111211 身体介護２",
		"【予定になし】"}};

	for (int ja = 0; ja < 2; ja++) {
		struct compare *compare = example(*state, false);
		struct buf out;

		buf_init(&out, 1 << 20);
		compare_text(compare, 100, ja, &out);
		for (size_t i = 0; i < 3; i++)
			assert_non_null(strstr(out.data, wanted[ja][i]));
		buf_fini(&out);
		compare_free(&compare);
	}
}

static void
every_word_is_there(void **state)
{
	struct compare *compare = compare_new(*state);

	for (unsigned i = 0; i < NOTE_KINDS; i++) {
		struct compare_note note = {.kind = (enum compare_note_kind)i};
		struct buf out;

		buf_init(&out, 4096);
		assert_non_null(compare_note_code(note.kind));
		compare_note_text(&note, true, &out);
		compare_note_text(&note, false, &out);
		assert_true(out.len > 20);
		buf_fini(&out);
	}
	for (unsigned i = 0; i < COMPARE_STATES; i++)
		assert_non_null(
		    compare_state_word(compare, (enum compare_state)i, true));
	compare_free(&compare);
}

/* 100,000 records of 1,000 clients: seconds would be too much for a clerk. */
static void
a_large_month(void **state)
{
	struct compare *compare = compare_new(*state);
	static const char *const names[] = {PLAN, DONE};
	struct why why;

	for (size_t f = 0; f < 2; f++) {
		struct buf file;

		buf_init(&file, 64 << 20);
		for (unsigned i = 0; i < 50000; i++) {
			char line[128];

			snprintf(line, sizeof line,
			    "%010u %02u %02u00 %02u30 1 387 111211 " HELP
			    " - -",
			    i % 1000, i / 1000 % 25 + 1 + (unsigned)f,
			    8 + i / 25000, 8 + i / 25000);
			put_record(&file, "202504", false, line);
		}
		assert_int_equal(
		    compare_add(compare, names[f], file.data, file.len, &why),
		    0);
		buf_fini(&file);
	}
	compare_run(compare);
	assert_int_equal(compare_differences(compare), 2000);
	assert_int_equal(compare_sum(compare)->rows[COMPARE_MOVED], 2000);
	compare_free(&compare);
}

static void
names_of_other_files(void **state)
{
	struct compare *compare = compare_new(*state);
	struct why why;

	assert_int_equal(
	    compare_add(compare, "notes.txt", "x", 1, &why), TSK_NOTFOUND);
	assert_int_equal(
	    compare_add(compare, "UPPLAN_202513_x.CSV", "x", 1, &why),
	    TSK_INVALID);
	compare_run(compare);
	assert_int_equal(compare_mode(compare), COMPARE_NONE);
	compare_free(&compare);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_cases),
	    cmocka_unit_test(sums_of_a_client),
	    cmocka_unit_test(csv_is_safe_for_a_spreadsheet),
	    cmocka_unit_test(a_page_to_read),
	    cmocka_unit_test(every_word_is_there),
	    cmocka_unit_test(a_large_month),
	    cmocka_unit_test(names_of_other_files),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

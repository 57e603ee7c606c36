/* NAME
 *	test_corpus - tests/data/standard: exactly what expected.tsv says
 * DESCRIPTION
 *	Each file is checked twice, from the file and from memory, and with the
 *	others of its folder as a set; and every code of findings.tsv must occur
 *	somewhere, so that a new finding brings a file that shows it.  Content of
 *	strangers (T53) is receiver-missing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "set_check.h"
#include "table.h"
#include "tables.h"

#define FINDINGS_MAX 2200 /* each file is checked twice */

struct said {
	unsigned member;
	char code[32];
	unsigned long record, line, field;
	bool met;
};

struct list {
	struct said said[FINDINGS_MAX];
	size_t count;
	unsigned errors;
};

static void
on_finding(const struct finding *finding, void *arg)
{
	struct list *list = arg;
	struct said *said = &list->said[list->count++];

	assert_true(list->count < FINDINGS_MAX);
	snprintf(said->code, sizeof said->code, "%s", finding->code);
	said->member = finding->member;
	said->record = finding->record;
	said->line = finding->line;
	said->field = finding->field_no;
	said->met = false;
	list->errors += finding->level == FINDING_ERROR;
	/* a sentence is whole: no placeholder is left, it ends */
	assert_null(strchr(finding->ja, '{'));
	assert_null(strchr(finding->en, '{'));
	assert_true(finding->en[strlen(finding->en) - 1] == '.');
	assert_true((finding->field_no == 0) == (*finding->field == '\0'));
}

static const char *
cell(const struct table *t, size_t row, const char *column)
{
	return table_cell(t, row, table_column(t, column));
}

static bool
meet(struct list *list, const struct table *t, size_t row, unsigned member)
{
	for (size_t i = 0; i < list->count; i++) {
		struct said *said = &list->said[i];

		if (said->met || said->member != member ||
		    strcmp(said->code, cell(t, row, "code")) != 0 ||
		    said->record != strtoul(cell(t, row, "record"), NULL, 10) ||
		    said->line != strtoul(cell(t, row, "line"), NULL, 10) ||
		    said->field != strtoul(cell(t, row, "field_no"), NULL, 10))
			continue;
		said->met = true;
		return true;
	}
	return false;
}

/* Rows of expected.tsv about one folder. */
struct folder {
	size_t first, end;
};

static bool
same_cell(const struct table *t, size_t a, size_t b, bool folder)
{
	const char *x = cell(t, a, "file"), *y = cell(t, b, "file");
	const char *slash = strrchr(x, '/');

	if (!folder || slash == NULL)
		return strcmp(x, y) == 0;
	return strncmp(x, y, (size_t)(slash - x) + 1) == 0 &&
	       strchr(y + (slash - x) + 1, '/') == NULL;
}

static void
compare(struct list *list, const struct table *t, const struct folder *f)
{
	unsigned member = 0;

	for (size_t row = f->first; row < f->end; row++) {
		if (row > f->first && !same_cell(t, row - 1, row, false))
			member++;
		if (strcmp(cell(t, row, "code"), "-") != 0 &&
		    !meet(list, t, row, member))
			fail_msg("%s: %s was not said of record %s field %s",
			    cell(t, row, "file"), cell(t, row, "code"),
			    cell(t, row, "record"), cell(t, row, "field_no"));
	}
	for (size_t i = 0; i < list->count; i++) {
		if (!list->said[i].met)
			fail_msg("%s (%u): %s was said of line %lu field %lu",
			    cell(t, f->first, "file"), list->said[i].member,
			    list->said[i].code, list->said[i].line,
			    list->said[i].field);
	}
	if (strncmp(cell(t, f->first, "file"), "good/", 5) == 0)
		assert_int_equal(list->errors, 0);
}

static void
check_one(const struct standard *standard, const char *file,
    const struct check_with *with, struct list *list)
{
	struct check_result result, again;
	char path[PATH_MAX], name[PATH_MAX];
	const char *base;
	uint64_t errors;
	size_t n, count;
	char *bytes;

	snprintf(name, sizeof name, "tests/data/standard/%s", file);
	fixture_path(name, path);
	count = list->count;
	assert_int_equal(check_file_with(standard, path, NULL, with, on_finding,
			     list, &result),
	    0);
	base = strrchr(path, '/') + 1;
	if (!result.standard)
		assert_int_equal(check_note(standard, base, "name-not-standard",
				     "", on_finding, list),
		    1);
	while (count < list->count)
		list->said[count++].member = with->member;

	errors = list->errors;
	bytes = fixture_read(path, &n);
	assert_int_equal(
	    check_bytes(standard, base, bytes, n, on_finding, list, &again), 0);
	free(bytes);
	list->count = count; /* the same once more */
	list->errors = (unsigned)errors;
	assert_int_equal(result.records, again.records);
	assert_int_equal(result.errors, again.errors);
	assert_int_equal(result.warnings, again.warnings);
	assert_int_equal(result.clients, again.clients);
}

static size_t
check_folder(const struct standard *standard, const struct table *t,
    const struct folder *f)
{
	static struct list list;
	struct check_with with = {.set = set_check_new(standard, NULL)};
	struct set_result result;

	list = (struct list){0};
	for (size_t row = f->first; row < f->end; row++) {
		if (row > f->first && same_cell(t, row - 1, row, false))
			continue;
		check_one(standard, cell(t, row, "file"), &with, &list);
		with.member++;
	}
	set_check_judge(with.set, SET_MEMBERS_MORE, on_finding, &list, &result);
	set_check_free(&with.set);
	compare(&list, t, f);
	return with.member;
}

static struct table *
load_expected(void)
{
	struct table *t;
	char path[PATH_MAX];

	assert_int_equal(
	    table_load(fixture_path("tests/data/standard/expected.tsv", path),
		&t, NULL),
	    0);
	return t;
}

static void
every_file(void **state)
{
	struct table *t = load_expected();
	struct folder f = {0};
	size_t files = 0;

	for (; f.first < table_rows(t); f.first = f.end) {
		for (f.end = f.first + 1; f.end < table_rows(t) &&
					  same_cell(t, f.first, f.end, true);
		     f.end++)
			;
		files += check_folder(*state, t, &f);
	}
	printf("%zu files\n", files);
	assert_true(files > 400);
	table_free(&t);
}

/* Said of what no file of the corpus can hold: test_check.c and
 * test_set_check.c have them. */
static const char *const elsewhere[] = {"file-unreadable", "field-huge",
    "record-huge", "stamp-old", "too-many-clients", "too-many-records",
    /* the writer, the quirks and the conversion say these */
    "text-replaced", "text-dropped", "text-not-ms932", "edition-field",
    "edition-loss", "edition-loss-kind", "edition-length", "quirk-repairable",
    "quirk-known"};

static void
every_code(void **state)
{
	const struct standard *standard = *state;
	struct table *t = load_expected();

	for (size_t i = 0; i < standard->finding_count; i++) {
		const char *code = standard->findings[i].code;
		bool known = table_find(t, table_column(t, "code"), code) >= 0;

		for (size_t j = 0; j < sizeof elsewhere / sizeof *elsewhere;
		     j++)
			known |= strcmp(elsewhere[j], code) == 0;
		if (!known)
			fail_msg("no file of the corpus shows %s", code);
	}
	table_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_file),
	    cmocka_unit_test(every_code),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

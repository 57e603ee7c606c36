/* NAME
 *	test_corpus - tests/data/standard: exactly what expected.tsv says
 * DESCRIPTION
 *	Each file is checked twice, from the file and from memory; and every code
 *	of findings.tsv must occur somewhere, so that a new finding brings a file
 *	that shows it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "table.h"
#include "tables.h"

#define FINDINGS_MAX 1100

struct said {
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
meet(struct list *list, const struct table *t, size_t row)
{
	for (size_t i = 0; i < list->count; i++) {
		struct said *said = &list->said[i];

		if (said->met ||
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

static void
compare(struct list *list, const struct table *t, size_t first, size_t end)
{
	const char *file = cell(t, first, "file");

	for (size_t row = first; row < end; row++) {
		if (strcmp(cell(t, row, "code"), "-") != 0 &&
		    !meet(list, t, row))
			fail_msg("%s: %s was not said of record %s field %s",
			    file, cell(t, row, "code"), cell(t, row, "record"),
			    cell(t, row, "field_no"));
	}
	for (size_t i = 0; i < list->count; i++) {
		if (!list->said[i].met)
			fail_msg("%s: %s was said of line %lu field %lu", file,
			    list->said[i].code, list->said[i].line,
			    list->said[i].field);
	}
	if (strncmp(file, "good/", 5) == 0)
		assert_int_equal(list->errors, 0);
}

static void
check_one(const struct standard *standard, const struct table *t, size_t first,
    size_t end)
{
	static struct list list;
	struct check_result result, again;
	char path[PATH_MAX], name[PATH_MAX];
	const char *base;
	size_t n;
	char *bytes;

	snprintf(name, sizeof name, "tests/data/standard/%s",
	    cell(t, first, "file"));
	fixture_path(name, path);
	list = (struct list){0};
	assert_int_equal(
	    check_file(standard, path, NULL, on_finding, &list, &result), 0);
	base = strrchr(path, '/') + 1;
	if (!result.standard)
		assert_int_equal(check_note(standard, base, "name-not-standard",
				     "", on_finding, &list),
		    1);
	compare(&list, t, first, end);

	list = (struct list){0};
	bytes = fixture_read(path, &n);
	assert_int_equal(
	    check_bytes(standard, base, bytes, n, on_finding, &list, &again),
	    0);
	free(bytes);
	assert_int_equal(result.records, again.records);
	assert_int_equal(result.errors, again.errors);
	assert_int_equal(result.warnings, again.warnings);
	assert_int_equal(result.clients, again.clients);
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
	size_t files = 0;

	for (size_t first = 0, end; first < table_rows(t); first = end) {
		for (end = first + 1;
		     end < table_rows(t) &&
		     strcmp(cell(t, first, "file"), cell(t, end, "file")) == 0;
		     end++)
			;
		check_one(*state, t, first, end);
		files++;
	}
	printf("%zu files\n", files);
	assert_true(files > 200);
	table_free(&t);
}

/* Said of what no file of the corpus can hold: test_check.c has them. */
static const char *const elsewhere[] = {"file-unreadable", "field-huge",
    "record-huge", "too-many-clients",
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

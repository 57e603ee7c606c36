/* NAME
 *	test_convert - there and back again, and exactly what does not come along
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "fixture.h"
#include "layout.h"
#include "table.h"

#define CORPUS "tests/data/standard/"

struct said {
	char text[4096]; /* "code:record:field " */
	unsigned losses, errors;
};

static void
on_finding(const struct finding *f, void *arg)
{
	struct said *said = arg;
	size_t n = strlen(said->text);

	if (strncmp(f->code, "edition-loss", 12) == 0)
		said->losses++;
	if (strncmp(f->code, "edition-", 8) == 0 || f->level == FINDING_ERROR)
		snprintf(said->text + n, sizeof said->text - n, "%s:%u:%u ",
		    f->code, (unsigned)f->record, f->field_no);
	said->errors += f->level == FINDING_ERROR;
	assert_null(strchr(f->ja, '{'));
	assert_null(strchr(f->en, '{'));
}

static int
convert(const struct standard *standard, const char *file, const char *p,
    size_t n, const char *edition, const struct convert_types *types,
    bool accept_loss, struct convert_copy *copy, struct said *said)
{
	struct convert_to to = {.edition = convert_edition(standard, edition),
	    .accept_loss = accept_loss,
	    .fn = on_finding,
	    .arg = said};
	struct why why = {0};
	int rc;

	assert_non_null(to.edition);
	if (types != NULL)
		to.types = *types;
	*said = (struct said){0};
	rc = convert_file(standard, file, p, n, &to, copy, &why);
	assert_true((rc == 0) == (why.code[0] == '\0'));
	return rc;
}

/* -- the whole corpus --------------------------------------------------- */

/* What the way back gives for one good file; a difference fails. */
static bool
there_and_back(const struct standard *standard, const char *file, const char *p,
    size_t n, const struct layout_edition *from)
{
	const char *over = from->form == NAME_V3 ? "V4.1" : "V3";
	struct convert_types types = {0};
	struct convert_copy there, back;
	struct said said;
	bool whole;
	int rc;

	convert_learn(standard, file, p, n, &types);
	if (from->form == NAME_V3 && types.to[0] == '\0')
		snprintf(types.to, sizeof types.to, "11");
	rc = convert(standard, file, p, n, over, &types, false, &there, &said);
	whole = rc == 0 && !there.left_out;
	if (rc == TSK_DENIED)
		assert_true(said.losses > 0 && there.losses == said.losses);
	else if (rc != 0)
		fail_msg("%s: %d %s", file, rc, said.text);
	if (whole) {
		assert_int_equal(said.losses, 0);
		rc = convert(standard, there.name, there.bytes.data,
		    there.bytes.len, from->code, &types, false, &back, &said);
		if (rc != 0)
			fail_msg("%s: back: %d %s", file, rc, said.text);
		assert_string_equal(back.name, file);
		assert_int_equal(back.bytes.len, n);
		assert_memory_equal(back.bytes.data, p, n);
		convert_copy_fini(&back);
	}
	convert_copy_fini(&there);
	return whole;
}

/* Files whose own writing is not the strict one come back strict. */
static bool
strictly_written(const char *file)
{
	static const char *const others[] = {"good/no-last-line-end/",
	    "good/small-extension/", "good/text-5c-7c/"};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (strncmp(file, others[i], strlen(others[i])) == 0)
			return false;
	}
	return strstr(file, ".jpg") == NULL;
}

static bool
is_good(
    const struct standard *standard, const char *file, const char *p, size_t n)
{
	struct said said = {0};
	struct check_result result;

	return check_bytes(standard, file, p, n, on_finding, &said, &result) ==
		   0 &&
	       result.errors == 0;
}

static void
the_corpus_there_and_back(void **state)
{
	struct table *t;
	char path[PATH_MAX];
	size_t whole = 0, files = 0;

	assert_int_equal(
	    table_load(fixture_path(CORPUS "expected.tsv", path), &t, NULL), 0);
	for (size_t i = 0; i < table_rows(t); i++) {
		const char *file = table_cell(t, i, table_column(t, "file"));
		const struct layout_edition *from;
		char name[PATH_MAX];
		size_t n;
		char *p;

		if (strncmp(file, "good/", 5) != 0 || !strictly_written(file))
			continue;
		snprintf(name, sizeof name, CORPUS "%s", file);
		p = fixture_read(fixture_path(name, path), &n);
		from = convert_from(*state, p, n);
		assert_non_null(from);
		/* nothing goes back to the edition that was withdrawn */
		if (from->form != NAME_V4_0 &&
		    is_good(*state, strrchr(file, '/') + 1, p, n)) {
			whole += there_and_back(
			    *state, strrchr(file, '/') + 1, p, n, from);
			files++;
		}
		free(p);
	}
	printf("%zu files, %zu there and back\n", files, whole);
	assert_true(files > 30);
	assert_true(whole > 10);
	table_free(&t);
}

/* The first file of a corpus folder that begins so: its name, and its bytes. */
static char *
read_first(const char *folder, const char *begin, char name[256], size_t *n)
{
	char path[PATH_MAX], below[PATH_MAX];
	struct dirent **list;
	char *p = NULL;
	int count;

	*n = 0;
	snprintf(below, sizeof below, CORPUS "%s", folder);
	count = scandir(fixture_path(below, path), &list, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *entry = list[i]->d_name;

		if (p == NULL && strncmp(entry, begin, strlen(begin)) == 0) {
			snprintf(name, 256, "%s", entry);
			snprintf(
			    below, sizeof below, CORPUS "%s/%s", folder, entry);
			p = fixture_read(fixture_path(below, path), n);
		}
		free(list[i]);
	}
	assert_true(count >= 0);
	free(list);
	if (p == NULL)
		fail_msg("%s has no %s", folder, begin);
	return p;
}

/* -- what would be lost ------------------------------------------------- */

static const struct {
	const char *name, *folder, *file, *to;
	int rc;
	const char *said;
} losses[] = {
    {"equipment", "good/every-kind", "UPPLAN_", "V3", TSK_DENIED,
	"edition-loss:3:16 edition-loss:3:18 edition-loss:4:16 "
	"edition-loss:4:18 "},
    {"a notice code", "good/notice-code", "UPPLAN_", "V3", TSK_DENIED,
	"edition-loss:3:17 edition-loss:3:18 edition-loss:4:16 "
	"edition-loss:4:18 "},
    {"form 3", "good/every-kind", "UP3KYO_", "3", TSK_DENIED,
	"edition-loss-kind:0:0 "},
    {"prevention", "good/every-kind", "UPYOBO_1", "3", TSK_DENIED,
	"edition-loss-kind:0:0 "},
    {"nothing", "good/every-kind", "UPHOSOKU_2", "V3", 0, ""},
    {"the same edition", "good/every-kind", "UPHOSOKU_2", "V4.1", TSK_EMPTY,
	""},
    {"withdrawn", "good/every-kind", "UPHOSOKU_2", "4.0", TSK_INVALID, ""},
    {"from V3", "good/v3", "UPPLAN_", "202407", 0, ""},
    {"nobody says the type", "good/v3", "UPHOSOKU_2", "202407", TSK_NOTFOUND,
	""},
    {"broken", "bad/quote-unclosed", "UPPLAN_", "V3", TSK_INVALID,
	"edition-loss:3:16 edition-loss:3:18 "},
};

static void
what_would_be_lost(void **state)
{
	for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
		struct convert_types types = {0};
		struct convert_copy copy;
		struct said said;
		char name[256];
		size_t n;
		char *p =
		    read_first(losses[i].folder, losses[i].file, name, &n);
		int rc;

		convert_learn(*state, name, p, n, &types);
		rc = convert(*state, name, p, n, losses[i].to, &types, false,
		    &copy, &said);
		if (rc != losses[i].rc ||
		    strcmp(said.text, losses[i].said) != 0)
			fail_msg("%s: %d %s", losses[i].name, rc, said.text);
		if (rc != 0)
			assert_int_equal(copy.bytes.len, 0);
		convert_copy_fini(&copy);
		free(p);
	}
}

static void
an_accepted_loss(void **state)
{
	struct convert_copy copy;
	struct said said;
	char name[256];
	size_t n;
	char *p = read_first("good/every-kind", "UPPLAN_", name, &n);

	assert_int_equal(
	    convert(*state, name, p, n, "V3", NULL, true, &copy, &said), 0);
	assert_int_equal(copy.losses, 4);
	assert_int_equal(said.losses, 4);
	assert_null(strstr(copy.name, "_43_"));
	assert_true(copy.bytes.len > 0 && copy.bytes.len < n);
	assert_memory_equal(copy.bytes.data, "202208,", 7);
	convert_copy_fini(&copy);
	free(p);
}

/* A value that is too long for V3 is never cut, whatever is accepted. */
static void
never_cut(void **state)
{
	struct convert_copy copy;
	struct said said;
	char name[256];
	size_t n;
	char *p = read_first("good/every-kind", "UPSIKYU_", name, &n);
	char *at = p;
	struct buf out;

	/* field 16 of the first record: 10 times as much and more */
	for (unsigned commas = 0; commas < 15; commas++)
		at = strchr(at, ',') + 1;
	buf_init(&out, n + 16);
	buf_add(&out, p, (size_t)(at - p));
	buf_text(&out, "10");
	buf_add(&out, at, n - (size_t)(at - p));
	assert_int_equal(convert(*state, name, out.data, out.len, "V3", NULL,
			     true, &copy, &said),
	    TSK_INVALID);
	assert_non_null(strstr(said.text, "edition-length:1:16 "));
	convert_copy_fini(&copy);
	buf_fini(&out);
	free(p);
}

/* -- types -------------------------------------------------------------- */

static const struct {
	const char *kind;
	const char *from, *to;
} taught[] = {
    {"UPPLAN_", "43", "11"},
    {"UPSIKYU_", "43", "11"},
    {"UPHOSOKU_2", "43", ""},
    {"UPJSK_", "11", "43"},
};

static void
types_are_learned(void **state)
{
	for (size_t i = 0; i < sizeof taught / sizeof *taught; i++) {
		struct convert_types types = {0};
		char name[256];
		size_t n;
		char *p = read_first("good/v3", taught[i].kind, name, &n);

		convert_learn(*state, name, p, n, &types);
		assert_string_equal(types.from, taught[i].from);
		assert_string_equal(types.to, taught[i].to);
		assert_false(types.from_two || types.to_two);
		free(p);
	}
}

static const struct {
	const char *text, *code;
} editions[] = {
    {"V3", "202208"},
    {"3", "202208"},
    {"v4.1", "202407"},
    {"4.1", "202407"},
    {"202504", "202504"},
    {"V2", "202003"},
    {"3.2", "202208"},
    {"V3.1", "202208"},
    {"33", NULL},
    {"3x", NULL},
    {"4", NULL},
    {"4.2", NULL},
    {"5", NULL},
    {"", NULL},
    {"V", NULL},
};

static void
names_of_editions(void **state)
{
	for (size_t i = 0; i < sizeof editions / sizeof *editions; i++) {
		const struct layout_edition *e =
		    convert_edition(*state, editions[i].text);

		if (editions[i].code == NULL)
			assert_null(e);
		else
			assert_string_equal(e->code, editions[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_corpus_there_and_back),
	    cmocka_unit_test(what_would_be_lost),
	    cmocka_unit_test(an_accepted_loss),
	    cmocka_unit_test(never_cut),
	    cmocka_unit_test(types_are_learned),
	    cmocka_unit_test(names_of_editions),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

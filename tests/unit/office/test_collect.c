/* NAME
 *	test_collect - what goes together and when, on a false clock
 * DESCRIPTION
 *	A case is a small script: "t=100" moves the clock, "+NAME" a file is
 *	seen, ">NAME" one arrives by rename, "hNAME" one lies on hold, "rNAME"
 *	was held and came back, "-NAME" is gone.  Short names stand for long
 *	ones.  After the script the due units are written down and compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "collect.h"

#define WAIT_MS   60000
#define STABLE_MS 2000
#define PAIR      "1379900010_43_1379900028_11"

static const struct {
	const char *alias, *name;
} names[] = {
    {"plan", "UPPLAN_202612_" PAIR "_20261124150000.CSV"},
    {"sikyu", "UPSIKYU_202612_" PAIR "_20261124150000.CSV"},
    {"hosoku", "UPHOSOKU_202612_" PAIR "_20261124150000.CSV"},
    {"plan2", "UPPLAN_202612_" PAIR "_20261124150001.CSV"},
    {"sikyu2", "UPSIKYU_202612_" PAIR "_20261124150001.CSV"},
    {"hosoku2", "UPHOSOKU_202612_" PAIR "_20261124150001.CSV"},
    {"jsk", "UPJSK_202612_" PAIR "_20261124150000.CSV"},
    {"jsk2", "UPJSK_202612_" PAIR "_20261124150002.CSV"},
    {"jskx", "UPJSK_202612_1379900010_43_1379900036_15_20261124150003.CSV"},
    {"a", "1379900028/a.pdf"},
    {"b", "1379900028/b.txt"},
    {"c", "1379900036_15/c.txt"},
    {"memo", "memo.xlsx"},
};

struct collect_case {
	const char *label, *script, *wanted;
	enum incomplete incomplete;
	int64_t next_ms; /* what collect_next() says then; 0 = don't look */
};

static const struct collect_case cases[] = {
    {"a single-file set goes when quiet", "+jsk t=2000", "send jsk", 0, 0},
    {"not before it is quiet", "+jsk t=1999", "", 0, 2000},
    {"renamed into place: at once", ">jsk", "send jsk", 0, 0},
    {"it grew meanwhile", "+jsk t=1500 *jsk t=2000", "", 0, 3500},
    {"a whole set goes at once", ">plan >sikyu >hosoku",
	"send hosoku plan sikyu", 0, 0},
    {"two of three wait", ">plan >sikyu t=59999", "", 0, 60000},
    {"two of three are held", ">plan >sikyu t=60000", "hold plan sikyu",
	INCOMPLETE_HOLD, 0},
    {"or sent", ">plan >sikyu t=60000", "send plan sikyu", INCOMPLETE_SEND, 0},
    {"or rejected", ">plan >sikyu t=60000", "reject plan sikyu",
	INCOMPLETE_REJECT, 0},
    {"the wait begins anew with each member", ">plan t=50000 >sikyu t=70000",
	"", 0, 110000},
    {"the last member pulls the held ones", "hplan hsikyu t=99999 >hosoku",
	"send hosoku plan sikyu", 0, 0},
    {"held files alone wait for ever", "hplan hsikyu t=9999999", "", 0,
	INT64_MAX},
    {"moved back by hand: as it is", "rplan t=2000", "send plan", 0, 0},
    {"moved back with others still held", "hsikyu rplan t=2000",
	"send plan sikyu", 0, 0},
    {"another 連番 is another unit", ">plan >sikyu >hosoku >jsk2",
	"send hosoku plan sikyu, send jsk2", 0, 0},
    {"a later one waits for an earlier one", ">plan >plan2 >sikyu2 >hosoku2",
	"", 0, 60000},
    {"until that is held", ">plan t=1 >plan2 >sikyu2 >hosoku2 t=60000",
	"hold plan, send hosoku2 plan2 sikyu2", INCOMPLETE_HOLD, 0},
    {"another pair does not wait", ">plan >jskx", "send jskx", 0, 0},
    {"no set has these together", ">plan >sikyu >hosoku >jsk t=60000",
	"hold hosoku jsk plan sikyu", INCOMPLETE_HOLD, 0},
    {"gone before its time", "+jsk -jsk t=5000", "", 0, INT64_MAX},
    {"attachments of one folder go together", "+a t=500 +b t=2500",
	"attach a b", 0, 0},
    {"not while one is fresh", "+a t=1900 +b t=2100", "", 0, 3900},
    {"one folder does not wait for another", "+a t=1000 +c t=2000", "attach a",
	0, 0},
    {"a restless folder gives what is complete",
	"+a t=59000 +b t=60500 *b t=61000", "attach a", 0, 0},
    {"no name of the standard", "+memo t=2000", "stray memo", 0, 0},
};

static const char *
long_name(const char *alias, size_t n)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].alias) == n &&
		    strncmp(names[i].alias, alias, n) == 0)
			return names[i].name;
	fail_msg("no such alias: %.*s", (int)n, alias);
	return NULL;
}

static const char *
alias_of(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].alias;
	fail_msg("an unknown name: %s", name);
	return NULL;
}

static int
compare_aliases(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct note {
	struct collect *collect;
	struct buf text;
};

static void
write_down(const struct collect_due *due, void *arg)
{
	static const char *const words[] = {
	    "send", "hold", "reject", "stray", "attach"};
	struct note *note = arg;
	const char *aliases[16];

	if (note->text.len > 0)
		buf_text(&note->text, ", ");
	buf_text(&note->text, words[due->action]);
	for (size_t i = 0; i < due->count; i++)
		aliases[i] = alias_of(due->files[i]->name);
	qsort(aliases, due->count, sizeof(aliases[0]), compare_aliases);
	for (size_t i = 0; i < due->count; i++)
		buf_printf(&note->text, " %s", aliases[i]);
	for (size_t i = 0; i < due->count; i++)
		collect_gone(note->collect, due->files[i]->name);
}

static void
step(struct collect *c, const char *word, size_t n, int64_t *now_ms)
{
	static uint64_t size = 1;
	const char *name;
	struct collect_file *f;

	if (strncmp(word, "t=", 2) == 0) {
		*now_ms = strtoll(word + 2, NULL, 10);
		return;
	}
	name = long_name(word + 1, n - 1);
	switch (word[0]) {
	case '+':
	case '*':
		(void)collect_see(c, name, PLACE_OUTBOX, HOW_SEEN,
		    word[0] == '*' ? ++size : 1, 1, 1, *now_ms);
		break;
	case '>':
		(void)collect_see(
		    c, name, PLACE_OUTBOX, HOW_ARRIVED, 1, 1, 1, *now_ms);
		break;
	case 'h':
		(void)collect_see(
		    c, name, PLACE_HOLD, HOW_SEEN, 1, 1, 1, *now_ms);
		break;
	case 'r':
		f = collect_see(
		    c, name, PLACE_OUTBOX, HOW_SEEN, 1, 1, 1, *now_ms);
		f->returned = true;
		break;
	case '-':
		collect_gone(c, name);
		break;
	default:
		fail_msg("no such step: %s", word);
	}
}

static void
run_case(const struct standard *standard, const struct collect_case *k)
{
	struct note note = {0};
	int64_t now_ms = 0;

	note.collect = collect_new(standard, WAIT_MS, STABLE_MS, k->incomplete);
	buf_init(&note.text, 4096);
	buf_text(&note.text, "");
	for (const char *at = k->script; *at != '\0';) {
		size_t n = strcspn(at, " ");

		step(note.collect, at, n, &now_ms);
		at += n + strspn(at + n, " ");
	}
	(void)collect_take(note.collect, now_ms, 100, write_down, &note);
	if (strcmp(note.text.data, k->wanted) != 0)
		fail_msg("%s: \"%s\", wanted \"%s\"", k->label, note.text.data,
		    k->wanted);
	if (k->next_ms != 0 && collect_next(note.collect) != k->next_ms)
		fail_msg("%s: next %lld, wanted %lld", k->label,
		    (long long)collect_next(note.collect),
		    (long long)k->next_ms);
	buf_fini(&note.text);
	collect_free(&note.collect);
}

static void
test_cases(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(*state, &cases[i]);
}

/* What a share no longer shows is forgotten, place by place. */
static bool
only_plan(const char *name, void *arg)
{
	(void)arg;
	return strncmp(name, "UPPLAN", 6) == 0;
}

static void
test_sweep(void **state)
{
	struct collect *c = collect_new(*state, WAIT_MS, STABLE_MS, 0);
	int64_t now_ms = 0;

	step(c, "+plan", 5, &now_ms);
	step(c, "+sikyu", 6, &now_ms);
	step(c, "hhosoku", 7, &now_ms);
	step(c, "+a", 2, &now_ms);
	collect_sweep(c, PLACE_OUTBOX, "", only_plan, NULL);
	assert_int_equal(collect_count(c), 3);
	collect_sweep(c, PLACE_OUTBOX, "1379900028/", only_plan, NULL);
	assert_int_equal(collect_count(c), 2);
	assert_non_null(collect_find(c, long_name("hosoku", 6)));
	collect_free(&c);
}

static void
count_units(const struct collect_due *due, void *arg)
{
	struct note *note = arg;

	buf_char(&note->text, '.');
	collect_gone(note->collect, due->files[0]->name);
}

/* Ten thousand at once come out in slices, each once. */
static void
test_many(void **state)
{
	struct note note = {0};
	char name[128];
	size_t slices = 0;

	note.collect = collect_new(*state, WAIT_MS, STABLE_MS, 0);
	buf_init(&note.text, 20000);
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name),
		    "UPJSK_202612_" PAIR "_20261124%06u.CSV", i);
		(void)collect_see(
		    note.collect, name, PLACE_OUTBOX, HOW_ARRIVED, 1, 1, 1, 5);
	}
	while (collect_take(note.collect, 5, 1000, count_units, &note) > 0)
		slices++;
	assert_int_equal(note.text.len, 10000);
	assert_int_equal(collect_count(note.collect), 0);
	assert_int_equal(slices, 10);
	buf_fini(&note.text);
	collect_free(&note.collect);
}

static int
load(void **state)
{
	struct standard *standard;
	struct why why = {0};
	char path[4096];

	snprintf(
	    path, sizeof(path), "%s/config/standard", getenv("TASUKI_SOURCE"));
	if (standard_load(path, &standard, &why) != 0) {
		print_error("%s\n", why.text);
		return -1;
	}
	*state = standard;
	return 0;
}

static int
unload(void **state)
{
	struct standard *standard = *state;

	standard_free(&standard);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_sweep),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

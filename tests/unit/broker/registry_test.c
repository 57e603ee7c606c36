/* NAME
 *	registry_test - ways of a row, and what lists would do
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry_row.h"

#define TODAY 20261122

static void
count_fault(void *arg, const char *column, const char *english)
{
	assert_true(*english != '\0' && strlen(column) < 32);
	(*(int *)arg)++;
}

/* ---- ways ---- */

static const struct {
	const char *text;
	size_t count; /* 0 = a fault */
	const char *again;
} ways[] = {
    {"fax", 1, "fax"},
    {" national 2026-04-01..2027-03-31 ;hub:kanamic; fax;pdf;", 4,
	"national 2026-04-01..2027-03-31; hub:kanamic; fax; pdf"},
    {"national 20260401..", 1, "national 2026-04-01.."},
    {"national ..2027-03-31", 1, "national ..2027-03-31"},
    {"national ..2026-03-31; national 2026-04-01..", 2,
	"national ..2026-03-31; national 2026-04-01.."},
    {"hub:a; hub:b", 2, "hub:a; hub:b"},
    {"bus;national;hub:a;hub:b;fax;pdf", 6,
	"bus; national; hub:a; hub:b; fax; pdf"},
    {"bus;national;hub:a;hub:b;hub:c;fax;pdf", 0, NULL},
    {";", 0, NULL},
    {"hub", 0, NULL},
    {"hub:", 0, NULL},
    {"hub:../x", 0, NULL},
    {"post", 0, NULL},
    {"fax;fax", 0, NULL},
    {"national ..2026-04-01; national 2026-04-01..", 0, NULL},
    {"fax 2026-04-01", 0, NULL},
    {"fax ..", 0, NULL},
    {"fax 2026-02-29..", 0, NULL},
    {"fax 2026-04-02..2026-04-01", 0, NULL},
    {"fax 2026-04-01.. pdf", 0, NULL},
};

static void
test_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct desk desk = {0};
		int faults = 0, said;
		char *again;

		print_message("  %s\n", ways[i].text);
		said = row_ways(ways[i].text, &desk, count_fault, &faults);
		assert_int_equal(said, faults);
		assert_int_equal(faults, ways[i].count == 0);
		if (ways[i].count == 0)
			continue;
		assert_int_equal(desk.way_count, ways[i].count);
		again = row_ways_text(desk.ways, desk.way_count);
		assert_string_equal(again, ways[i].again);
		free(again);
	}
}

/* ---- lists ---- */

/* ' for ", so that tables stay readable */
static json_t *
json_of(const char *text)
{
	char *copy = strdup(text), *p;
	json_t *o;

	for (p = copy; *p != '\0'; p++)
		*p = *p == '\'' ? '"' : *p;
	o = json_loads(copy, 0, NULL);
	free(copy);
	assert_non_null(o);
	return o;
}

/* Office numbers with right check digits. */
#define OURS  "1370100016"
#define A     "1370100024"
#define B     "1370100032"
#define C     "1370100040"
#define OTHER "1370100057"

#define ROWS                                                             \
	"[{'office_number':'" OURS "','inside':'1','folder_agent':'a'}," \
	"{'office_number':'" A "','service_type':'11','way':'fax',"      \
	"'fax_number':'03-3581-4111','contact':'x'},"                    \
	"{'office_number':'" B "','source':'city'},"                     \
	"{'office_number':'" C "','valid_to':'2026-03-31','source':'city'}]"

static void
take(struct registry *r, struct registry_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		registry_put_desk(r, &plan->desks[i]);
	plan->count = 0;
}

static struct registry *
filled(void)
{
	struct registry *r = registry_new();
	struct registry_plan plan;
	json_t *rows = json_of(ROWS);

	registry_plan(r, rows, &plan);
	assert_int_equal(json_array_size(plan.errors), 0);
	assert_int_equal(plan.added, 4);
	take(r, &plan);
	registry_plan_fini(&plan);
	json_decref(rows);
	return r;
}

static const struct {
	const char *name;
	struct registry_list list;
	const char *rows, *columns;
	size_t added, changed, ended, unchanged, before, gone, unknown, errors;
	const char *key, *json; /* of one row afterwards */
} lists[] = {
    {"the same", {.mode = REGISTRY_ROWS}, ROWS, NULL, 0, 0, 0, 4, 3, 0, 0, 0, B,
	NULL},
    {"whole rows", {.mode = REGISTRY_ROWS},
	"[{'office_number':'" A "','service_type':'11','way':'pdf'}]", NULL, 0,
	1, 0, 0, 3, 0, 0, 0, A "/11",
	"{\"office_number\":\"" A
	"\",\"service_type\":\"11\",\"way\":\"pdf\"}"},
    {"some columns", {.mode = REGISTRY_ROWS},
	"[{'office_number':'" B "','name':'n'}]", "['name','source']", 0, 1, 0,
	0, 3, 0, 0, 0, B, "{\"name\":\"n\",\"office_number\":\"" B "\"}"},
    {"full", {.mode = REGISTRY_FULL},
	"[{'office_number':'" B "','source':'city'}]", NULL, 0, 0, 1, 1, 2, 0,
	0, 0, A "/11", NULL},
    {"full of a scope",
	{.mode = REGISTRY_FULL,
	    .scope_column = "source",
	    .scope_value = "city"},
	"[{'office_number':'" OTHER "','source':'city'}]", NULL, 1, 0, 1, 0, 1,
	0, 0, 0, B,
	"{\"office_number\":\"" B
	"\",\"source\":\"city\",\"valid_to\":\"2026-11-21\"}"},
    {"twice", {.mode = REGISTRY_ROWS},
	"[{'office_number':'" B "'},{'office_number':'" B "'}]", NULL, 0, 1, 0,
	0, 0, 0, 0, 1, B, NULL},
    {"empty", {.mode = REGISTRY_FULL}, "[]", NULL, 0, 0, 0, 0, 0, 0, 0, 1, B,
	NULL},
    {"check digit", {.mode = REGISTRY_PUBLIC, .name = "l", .from = TODAY},
	"[{'office_number':'1370100033'}]", NULL, 0, 0, 0, 0, 0, 0, 0, 1, B,
	NULL},
    {"public", {.mode = REGISTRY_PUBLIC, .name = "l", .from = 20261201},
	"[{'office_number':'" A "'},{'office_number':'" OTHER
	"'},{'office_number':'" OURS "'}]",
	NULL, 0, 1, 0, 0, 3, 0, 1, 0, A "/11",
	"{\"connected\":\"l\",\"contact\":\"x\",\"fax_number\":\"03-3581-4111\","
	"\"office_number\":\"" A
	"\",\"service_type\":\"11\",\"ways\":\"national 2026-12-01..; fax\"}"},
    {"public, other service",
	{.mode = REGISTRY_PUBLIC, .name = "l", .from = TODAY},
	"[{'office_number':'" A "','service_type':'43'}]", NULL, 0, 0, 0, 0, 3,
	0, 1, 0, B, NULL},
    {"public, unknown too",
	{.mode = REGISTRY_PUBLIC,
	    .name = "l",
	    .from = TODAY,
	    .add_unknown = true},
	"[{'office_number':'" OTHER "'}]", NULL, 1, 0, 0, 0, 3, 0, 0, 0, OTHER,
	"{\"connected\":\"l\",\"office_number\":\"" OTHER
	"\",\"ways\":\"national 2026-11-22..\"}"},
    {"not connected by it", {.mode = REGISTRY_GONE, .name = "l"},
	"['" B "','nonsense']", NULL, 0, 0, 0, 0, 3, 0, 0, 0, B, NULL},
};

static void
test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct registry *r = filled();
		struct registry_list list = lists[i].list;
		struct registry_plan p;
		json_t *rows = json_of(lists[i].rows);
		json_t *columns =
		    lists[i].columns ? json_of(lists[i].columns) : NULL;

		print_message("  %s\n", lists[i].name);
		list.rows = rows;
		list.columns = columns;
		list.today = TODAY;
		registry_plan_list(r, &list, &p);
		assert_int_equal(json_array_size(p.errors), lists[i].errors);
		assert_int_equal(p.added, lists[i].added);
		assert_int_equal(p.changed, lists[i].changed);
		assert_int_equal(p.ended, lists[i].ended);
		assert_int_equal(p.unchanged, lists[i].unchanged);
		assert_int_equal(p.before, lists[i].before);
		assert_int_equal(p.unknown, lists[i].unknown);
		assert_int_equal(json_array_size(p.gone), lists[i].gone);
		if (lists[i].json != NULL) {
			take(r, &p);
			assert_string_equal(
			    registry_key(r, lists[i].key)->json, lists[i].json);
		}
		registry_plan_fini(&p);
		json_decref(rows);
		json_decref(columns);
		registry_free(&r);
	}
}

/* Connected, gone, connected again. */
static void
test_public_lists_in_turn(void **state)
{
	static const struct {
		const char *rows;
		enum registry_mode mode;
		size_t changed, gone;
		const char *ways;
	} turns[] = {
	    {"[{'office_number':'" B "'}]", REGISTRY_PUBLIC, 1, 0,
		"national 2026-01-01..; pdf"},
	    {"[{'office_number':'" A "'}]", REGISTRY_PUBLIC, 1, 1,
		"national 2026-01-01..; pdf"},
	    {"['" B "']", REGISTRY_GONE, 1, 0,
		"national 2026-01-01..2026-11-21; pdf"},
	    {"[{'office_number':'" A "'},{'office_number':'" B "'}]",
		REGISTRY_PUBLIC, 1, 0,
		"national 2026-11-22..; national 2026-01-01..2026-11-21; pdf"},
	};
	struct registry *r = filled();

	(void)state;
	for (size_t i = 0; i < sizeof(turns) / sizeof(*turns); i++) {
		json_t *rows = json_of(turns[i].rows);
		struct registry_list list = {.mode = turns[i].mode,
		    .rows = rows,
		    .name = "l",
		    .today = TODAY,
		    .from = 20260101};
		struct registry_plan p;
		const struct desk *desk;
		char *text;

		registry_plan_list(r, &list, &p);
		assert_int_equal(json_array_size(p.errors), 0);
		assert_int_equal(p.changed, turns[i].changed);
		assert_int_equal(json_array_size(p.gone), turns[i].gone);
		take(r, &p);
		desk = registry_key(r, B);
		text = row_ways_text(desk->ways, desk->way_count);
		assert_string_equal(text, turns[i].ways);
		assert_int_equal(registry_reached(desk, TODAY), i == 2 ? -1
								: i == 3
								    ? TODAY
								    : 20260101);
		free(text);
		registry_plan_fini(&p);
		json_decref(rows);
	}
	registry_free(&r);
}

/* Rows that come in any order are found, and listed by key. */
static void
test_order(void **state)
{
	enum { MANY = 500 };
	struct registry *r = registry_new();
	struct desk *const *desks;
	size_t count, i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		struct desk desk;
		char number[NUMBER_OFFICE_BYTES];
		int faults = 0;
		json_t *row;

		snprintf(number, sizeof(number), "1370%05u",
		    (unsigned)(i * 7919 % MANY));
		number[9] = number_check_digit(number, 9);
		number[10] = '\0';
		row = json_pack("{s:s}", "office_number", number);
		assert_int_equal(
		    desk_parse(row, &desk, count_fault, &faults), 0);
		registry_put_desk(r, &desk);
		json_decref(row);
		if (i % 50 == 3) { /* between a few, between many */
			(void)registry_first(r, number, &count);
			assert_int_equal(count, 1);
		}
	}
	desks = registry_desks(r, &count);
	assert_int_equal(count, MANY);
	for (i = 1; i < count; i++)
		assert_true(strcmp(desks[i - 1]->key, desks[i]->key) < 0);
	registry_free(&r);
}

static void
test_fields(void **state)
{
	json_t *got = registry_fields("{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}",
	    "{\"a\":\"1\",\"b\":\"x\",\"d\":\"4\"}");
	json_t *wanted =
	    json_of("{'b':['2','x'],'c':['3',null],'d':[null,'4']}");

	(void)state;
	assert_true(json_equal(got, wanted));
	json_decref(got);
	json_decref(wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ways),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_public_lists_in_turn),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

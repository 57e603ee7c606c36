/* NAME
 *	ways_test - which of several ways on which day, what a partner does not
 *	take, what goes first
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry.h"
#include "route.h"

#define A   "1370100016" /* ours */
#define TO  "1370100032"
#define ALL ~0u

static void
complain(void *arg, const char *column, const char *english)
{
	fail_msg("%s: %s: %s", (const char *)arg, column, english);
}

/* A row of columns "name=value|name=value". */
static void
put(struct registry *r, const char *number, const char *columns)
{
	char copy[512], *rest = copy, *cell, *value;
	json_t *row = json_object();
	struct desk desk;

	assert_true(strlen(columns) < sizeof(copy));
	strcpy(copy, columns);
	json_object_set_new(row, "office_number", json_string(number));
	while ((cell = strsep(&rest, "|")) != NULL && cell[0] != '\0') {
		value = strchr(cell, '=');
		*value++ = '\0';
		json_object_set_new(row, cell, json_string(value));
	}
	if (desk_parse(row, &desk, complain, copy) != 0 ||
	    desk_resolve(registry_policies_of(r), &desk, row, complain, copy) !=
		0)
		fail_msg("%s", columns);
	registry_put_desk(r, &desk);
	json_decref(row);
}

static struct registry *
with(const char *columns)
{
	struct registry *r = registry_new();

	put(r, A, "inside=1|folder_agent=a");
	put(r, TO, columns);
	return r;
}

static void
decide(const struct registry *r, const char *kind, uint64_t bytes,
    unsigned ways, int day, struct route *out)
{
	struct wire_document d = {.name = "x", .kind = kind, .bytes = bytes};
	struct wire_parcel p = {.from = A,
	    .to = TO,
	    .month = "202612",
	    .document_count = 1,
	    .documents = &d};

	route_parcel(&p, r, ways, deadline_ms(day, 9 * 60), out);
}

#define NO_NATIONAL (~(1u << WAY_NATIONAL))
#define NO_FAX      (~(1u << WAY_FAX))
#define JOINS       "ways=hub:a ..2026-12-31; national 2027-01-01..; pdf"

static void
ways_have_days_and_an_order(void **state)
{
	static const struct {
		const char *columns;
		unsigned ways;
		int day;
		const char *queue, *code;
	} cases[] = {
	    {"way=national", ALL, 20261201, "national", ""},
	    {"way=national", NO_NATIONAL, 20261201, "pdf", "way-closed"},
	    {JOINS, ALL, 20261231, "hub/a", ""},
	    {JOINS, ALL, 20270101, "national", ""},
	    {JOINS, NO_NATIONAL, 20270101, "pdf", "way-closed"},
	    {"ways=national 2027-01-01..; pdf", ALL, 20261231, "pdf", ""},
	    {"ways=national; hub:a", ALL, 20261201, "national", ""},
	    {"ways=hub:a; national", ALL, 20261201, "hub/a", ""},
	    {"ways=national; hub:a", NO_NATIONAL, 20261201, "hub/a",
		"way-closed"},
	    /* of data the first, wherever paper stands */
	    {"ways=pdf; hub:a", ALL, 20261201, "hub/a", ""},
	    {"ways=pdf; hub:a|policy=paper", ALL, 20261201, "pdf", ""},
	    /* paper: the one that holds, if its number is verified */
	    {"ways=fax ..2026-11-30; pdf", ALL, 20261130, "pdf",
		"fax-unverified"},
	    {"ways=fax ..2026-11-30; pdf", ALL, 20261201, "pdf", ""},
	    {"ways=fax; pdf", NO_FAX, 20261201, "pdf", "way-closed"},
	    {"ways=pdf; fax", ALL, 20261201, "pdf", ""},
	    {"ways=pdf|paper_way=fax|fax_unverified=hold", ALL, 20261201, "fax",
		"fax-unverified"},
	};
	struct registry *r;
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = with(cases[i].columns);
		decide(r, "UPPLAN", 10, cases[i].ways, cases[i].day, &out);
		if (out.refusal != REFUSAL_NONE || out.leg_count != 1 ||
		    strcmp(out.legs[0].queue, cases[i].queue) != 0 ||
		    strcmp(out.legs[0].code, cases[i].code) != 0)
			fail_msg("case %zu: %zu legs, %s %s %s", i,
			    out.leg_count, out.legs[0].queue, out.legs[0].code,
			    out.note);
		assert_int_equal(out.note[0] != '\0', cases[i].code[0] != '\0');
		registry_free(&r);
	}
}

/* The policy's order goes before the row's. */
static void
a_policy_orders_ways(void **state)
{
	struct registry *r = registry_new();
	struct policies *p = registry_policies(r);
	const struct policy_column *c = policy_columns;
	struct route out;

	(void)state;
	while (strcmp(c->column, "order") != 0)
		c++;
	assert_int_equal(c->set(&p->rows[0], "hub national"), 0);
	put(r, A, "inside=1|folder_agent=a");
	put(r, TO, "ways=pdf; national; hub:b; hub:a ..2026-01-01");
	decide(r, "UPPLAN", 10, ALL, 20261201, &out);
	assert_string_equal(out.legs[0].queue, "hub/b");
	decide(r, "UPPLAN", 10, ~(1u << WAY_HUB), 20261201, &out);
	assert_string_equal(out.legs[0].queue, "national");
	assert_string_equal(out.legs[0].code, "way-closed");
	registry_free(&r);
}

static void
what_a_partner_does_not_take(void **state)
{
	static const struct {
		const char *columns, *kind;
		uint64_t bytes;
		enum refusal refusal;
		const char *queue, *code;
	} cases[] = {
	    {"way=national|kinds=plan result", "UPPLAN", 10, 0, "national", ""},
	    {"way=national|kinds=plan result", "UP1KYO", 10, REFUSAL_KIND, "",
		""},
	    {"way=national|kinds=plan|other_kinds=paper", "UP1KYO", 10, 0,
		"pdf", "kind-not-taken"},
	    {"way=national|kinds=plan|other_kinds=paper", "", 10, 0, "pdf",
		"kind-not-taken"},
	    {"way=national|max_size=1 KiB", "UPPLAN", 1024, 0, "national", ""},
	    {"way=national|max_size=1 KiB", "UPPLAN", 1025,
		REFUSAL_PARTNER_SIZE, "", ""},
	    {"way=national|max_size=1 KiB|other_kinds=paper", "UPPLAN", 1025, 0,
		"pdf", "too-large-for-partner"},
	    /* paper takes everything */
	    {"way=pdf|kinds=plan", "UP1KYO", 10, 0, "pdf", ""},
	    {"way=national|policy=paper|max_size=1", "UPPLAN", 10, 0, "pdf",
		""},
	};
	struct registry *r;
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = with(cases[i].columns);
		decide(r, cases[i].kind, cases[i].bytes, ALL, 20261201, &out);
		if (out.refusal != cases[i].refusal)
			fail_msg("case %zu: %s", i, out.note);
		if (out.refusal == REFUSAL_NONE) {
			assert_int_equal(out.leg_count, 1);
			assert_string_equal(out.legs[0].queue, cases[i].queue);
			assert_string_equal(out.legs[0].code, cases[i].code);
		}
		assert_int_equal(out.note[0] != '\0',
		    cases[i].refusal != 0 || cases[i].code[0] != '\0');
		registry_free(&r);
	}
}

static void
legs_know_what_they_carry(void **state)
{
	static const struct {
		const char *kind;
		unsigned flags;
	} cases[] = {
	    {"UPPLAN", STORE_LEG_PLAN},
	    {"UPJSK", STORE_LEG_RESULT | STORE_LEG_FIRST},
	    {"DLTPLAN", STORE_LEG_PLAN | STORE_LEG_FIRST},
	    {"DLT1KYO", STORE_LEG_FIRST},
	    {"UP1KYO", 0},
	    {"", 0},
	};
	struct registry *r = with("way=national");
	const struct desk *to = registry_desk(r, TO, "");
	uint32_t last = 0;
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		decide(r, cases[i].kind, 10, ALL, 20261201, &out);
		assert_int_equal(out.kinds, cases[i].flags);
	}
	/* a deletion of 予定 goes before 実績 of the same month, they before
	 * what has no deadline, and all before a 予定 */
	for (i = 0; i < 4; i++) {
		static const uint16_t order[] = {
		    STORE_LEG_PLAN | STORE_LEG_FIRST,
		    STORE_LEG_RESULT | STORE_LEG_FIRST, STORE_LEG_FIRST,
		    STORE_LEG_PLAN};
		uint32_t mine = route_priority(r, to, order[i], "202612");

		assert_true(mine > last);
		last = mine;
	}
	registry_free(&r);
}

struct heard {
	char codes[512];
};

static void
hear(void *arg, const char *code, const char *english)
{
	struct heard *h = arg;

	assert_true(english[0] != '\0');
	assert_true(strlen(h->codes) + strlen(code) + 2 < sizeof(h->codes));
	strcat(strcat(h->codes, code), " ");
}

static void
reasons_are_told(void **state)
{
	static const struct {
		const char *columns, *codes;
	} cases[] = {
	    {"ways=hub:a ..2026-01-01; national; pdf|quiet_hours=08:00-10:00",
		"policy way-not-valid way way data deadline no-fallback "
		"priority quiet-hours "},
	    {"way=national|kinds=result",
		"policy data deadline kind-not-taken kind "},
	    {"way=national|fallback=1b",
		"policy data deadline paper fallback priority "},
	};
	struct wire_document d = {.name = "x", .kind = "UPPLAN"};
	struct wire_parcel p = {.from = A,
	    .to = TO,
	    .month = "202612",
	    .document_count = 1,
	    .documents = &d};
	struct registry *r;
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard = {""};

		r = with(cases[i].columns);
		route_explain(&p, r, ALL, deadline_ms(20261120, 9 * 60), &out,
		    hear, &heard);
		assert_string_equal(heard.codes, cases[i].codes);
		registry_free(&r);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ways_have_days_and_an_order),
	    cmocka_unit_test(a_policy_orders_ways),
	    cmocka_unit_test(what_a_partner_does_not_take),
	    cmocka_unit_test(legs_know_what_they_carry),
	    cmocka_unit_test(reasons_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

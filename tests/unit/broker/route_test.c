/* NAME
 *	route_test - ways, refusals, rights, and the registry's import
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mandate.h"
#include "registry.h"
#include "route.h"

#define A     "1370100016" /* ours, agent a, one desk without type */
#define B     "1370100024" /* ours, desks 15 (agent b) and 43 (agent c) */
#define FAX   "1370100032"
#define HUB   "1370100040"
#define OLD   "1370100057" /* ours until 2026-03-31 */
#define PAPER "1370100065"
#define NONE  "1370100073"    /* nobody knows it */
#define NOW   1795305600000LL /* 2026-11-22 00:00 UTC */

static const char rows_json[] =
    "[{'office_number':'" A "','inside':'1','folder_agent':'a'},"
    "{'office_number':'" B "','service_type':'15','inside':'1',"
    "'folder_agent':'b','name':'B'},"
    "{'office_number':'" B "','service_type':'43','inside':1,"
    "'folder_agent':'c'},"
    "{'office_number':'" FAX "','way':'fax','fax_number':'03-1234-5678'},"
    "{'office_number':'" HUB "','way':'hub:kinki'},"
    "{'office_number':'" OLD "','inside':true,'folder_agent':'a',"
    "'valid_to':'2026-03-31'},"
    "{'office_number':'" PAPER "','inside':'0','way':''}]";

/* ' for ", so that tables stay readable */
static json_t *
json_of(const char *text)
{
	char *copy = strdup(text), *p;
	json_t *o;

	for (p = copy; *p != '\0'; p++) {
		if (*p == '\'')
			*p = '"';
	}
	o = json_loads(copy, 0, NULL);
	free(copy);
	assert_non_null(o);
	return o;
}

static struct registry *
of_rows(const char *text)
{
	struct registry *r = registry_new();
	struct registry_plan plan;
	json_t *rows = json_of(text);
	size_t i;

	registry_plan(r, rows, &plan);
	assert_int_equal(json_array_size(plan.errors), 0);
	assert_int_equal(plan.added, json_array_size(rows));
	for (i = 0; i < plan.count; i++)
		registry_put_desk(r, &plan.desks[i]);
	registry_plan_fini(&plan);
	json_decref(rows);
	return r;
}

static struct registry *
filled(void)
{
	return of_rows(rows_json);
}

static void
routes(void **state)
{
	static const unsigned bus_pdf = 1u << WAY_BUS | 1u << WAY_PDF;
	static const unsigned all = bus_pdf | 1u << WAY_FAX | 1u << WAY_HUB;
	static const struct {
		const char *from, *from_type, *to, *to_type;
		unsigned ways;
		enum refusal refusal;
		const char *queue;
		bool noted;
	} cases[] = {
	    {A, "", B, "15", bus_pdf, 0, "office/" B "/15", false},
	    {A, "", B, "43", bus_pdf, 0, "office/" B "/43", false},
	    {A, "", B, "", bus_pdf, 0, "office/" B "/15", true},
	    {A, "", B, "62", bus_pdf, REFUSAL_UNKNOWN_RECEIVER, "", true},
	    {B, "15", A, "", bus_pdf, 0, "office/" A, false},
	    {B, "15", A, "43", bus_pdf, 0, "office/" A, false},
	    {B, "15", B, "43", bus_pdf, 0, "office/" B "/43", false},
	    {B, "15", B, "15", bus_pdf, REFUSAL_SAME_OFFICE, "", true},
	    {A, "", A, "43", bus_pdf, REFUSAL_SAME_OFFICE, "", true},
	    {A, "", FAX, "", bus_pdf, 0, "pdf", true},
	    {A, "", FAX, "", all, 0, "pdf", true}, /* not verified */
	    {A, "", HUB, "11", all, 0, "hub/kinki", false},
	    {A, "", HUB, "11", bus_pdf, 0, "pdf", true},
	    {A, "", PAPER, "", bus_pdf, 0, "pdf", false},
	    {A, "", FAX, "", 1u << WAY_BUS, REFUSAL_NO_WAY, "", true},
	    {A, "", B, "15", 1u << WAY_PDF, REFUSAL_NO_WAY, "", true},
	    {A, "", NONE, "", all, REFUSAL_UNKNOWN_RECEIVER, "", true},
	    {NONE, "", A, "", all, REFUSAL_UNKNOWN_SENDER, "", true},
	    {A, "", OLD, "", all, REFUSAL_NOT_VALID_NOW, "", true},
	    {OLD, "", A, "", all, REFUSAL_NOT_VALID_NOW, "", true},
	};
	struct registry *r = filled();
	struct wire_parcel p;
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&p, 0, sizeof(p));
		strcpy(p.from, cases[i].from);
		strcpy(p.from_type, cases[i].from_type);
		strcpy(p.to, cases[i].to);
		strcpy(p.to_type, cases[i].to_type);
		route_parcel(&p, r, cases[i].ways, NOW, &out);
		if (out.refusal != cases[i].refusal)
			fail_msg("case %zu: %s", i, out.note);
		assert_int_equal(out.leg_count, out.refusal ? 0 : 1);
		if (out.leg_count == 1)
			assert_string_equal(out.legs[0].queue, cases[i].queue);
		assert_int_equal(out.note[0] != '\0', cases[i].noted);
	}
	registry_free(&r);
}

/* An office's last day ends at midnight in Japan, not in Greenwich. */
static void
validity_ends_in_japan(void **state)
{
	static const struct {
		int64_t now_ms;
		enum refusal refusal;
	} cases[] = {
	    {1774969199000, REFUSAL_NONE}, /* 2026-03-31 23:59:59 JST */
	    {1774969200000, REFUSAL_NOT_VALID_NOW}, /* one second later */
	};
	struct registry *r = filled();
	struct wire_parcel p = {.from = A, .to = OLD};
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		route_parcel(&p, r, 1u << WAY_BUS, cases[i].now_ms, &out);
		assert_int_equal(out.refusal, cases[i].refusal);
	}
	registry_free(&r);
}

static void
rights(void **state)
{
	static const struct {
		const char *agent, *role, *office, *type;
		bool acts;
		const char *queue;
		bool serves;
	} cases[] = {
	    {"a", "office", A, "", true, "office/" A, true},
	    {"a", "office", A, "43", true, "office/" A "/43", false},
	    {"a", "office", B, "", false, "office/" B "/15", false},
	    {"b", "office", B, "15", true, "office/" B "/15", true},
	    {"b", "office", B, "43", false, "office/" B "/43", false},
	    {"b", "office", B, "", true, "office/" B, false},
	    {"b", "office", FAX, "", false, "pdf", false},
	    {"b", "office", NONE, "", false, "office/12", false},
	    {"a", "pdf", A, "", false, "pdf", true},
	    {"a", "pdf", A, "", false, "office/" A, false},
	    {"a", "fax", A, "", false, "fax", true},
	    {"a", "national", A, "", false, "national", true},
	    {"a", "hub:kinki", A, "", false, "hub/kinki", true},
	    {"a", "hub:kinki", A, "", false, "hub/kanto", false},
	    {"a", "hub:kinki", A, "", false, "pdf", false},
	};
	struct curve_key key;
	struct registry *r = filled();
	struct mandates *m = mandates_new(r);
	struct agent agent;
	struct mandate_act act = {.agent = &agent, .partner = ""};
	struct why why = {0};
	size_t i;

	(void)state;
	curve_new(&key);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(agent_parse(cases[i].agent, key.public_key,
				     cases[i].role, &agent, &why),
		    0);
		act.office = cases[i].office;
		act.type = cases[i].type;
		act.rights = RIGHT_SEND;
		assert_int_equal(
		    mandate_allows(m, &act, NOW, NULL), cases[i].acts);
		assert_int_equal(mandate_serves(m, &agent, cases[i].queue, NOW),
		    cases[i].serves);
		agent.revoked = true;
		act.rights = RIGHT_RECEIVE;
		assert_false(mandate_allows(m, &act, NOW, NULL));
		assert_false(mandate_serves(m, &agent, cases[i].queue, NOW));
	}
	mandates_free(&m);
	registry_free(&r);
}

/* What a gateway brings in: from anybody but ours, to ours alone. */
static void
gateways_bring_in(void **state)
{
	static const struct {
		const char *from, *type;
		bool ours;
		const char *to;
		enum refusal refusal;
		bool noted;
	} cases[] = {
	    {FAX, "", false, A, REFUSAL_NONE, false},
	    {NONE, "43", false, A, REFUSAL_NONE, true},
	    {OLD, "", true, A, REFUSAL_NONE, false}, /* ended: still ours */
	    {A, "", true, B, REFUSAL_NONE, true},
	    {B, "77", true, A, REFUSAL_NONE, true},
	    {NONE, "", false, FAX, REFUSAL_NO_RIGHT, true},
	    {FAX, "", false, NONE, REFUSAL_UNKNOWN_RECEIVER, true},
	};
	struct registry *r = filled();
	struct wire_parcel p;
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    mandate_ours(r, cases[i].from, cases[i].type, NOW),
		    cases[i].ours);
		memset(&p, 0, sizeof(p));
		strcpy(p.from, cases[i].from);
		strcpy(p.from_type, cases[i].type);
		strcpy(p.to, cases[i].to);
		route_inward(&p, r, ~0u, NOW, &out);
		assert_int_equal(out.refusal, cases[i].refusal);
		assert_int_equal(out.note[0] != '\0', cases[i].noted);
	}
	registry_free(&r);
}

/* Number and service type to desk, as rows say it. */
static void
desks_by_type(void **state)
{
	static const char rows[] =
	    "[{'office_number':'" A "','service_type':'15','inside':1,"
	    "'folder_agent':'a','service_types':'17, 78'},"
	    "{'office_number':'" A "','service_type':'43','inside':1,"
	    "'folder_agent':'b','default_desk':1},"
	    "{'office_number':'" B "','service_type':'11','inside':1,"
	    "'folder_agent':'a'},"
	    "{'office_number':'" B "','inside':1,'folder_agent':'b'}]";
	static const struct {
		const char *from, *from_type, *to, *to_type, *queue, *note;
	} cases[] = {
	    {B, "11", A, "15", "office/" A "/15", ""},
	    {B, "11", A, "17", "office/" A "/15", ""}, /* shares the desk */
	    {B, "11", A, "78", "office/" A "/15", ""},
	    {B, "11", A, "", "office/" A "/43", "default desk"},
	    {B, "11", A, "62", NULL, "not in the registry"},
	    {A, "15", B, "11", "office/" B "/11", ""},
	    {A, "15", B, "", "office/" B, ""},
	    {A, "15", B, "66", "office/" B, "no desk of its own"},
	    /* among themselves */
	    {A, "15", A, "43", "office/" A "/43", ""},
	    {A, "43", A, "78", "office/" A "/15", ""},
	    {A, "43", A, "", "office/" A "/15", "no service type"},
	    {A, "15", A, "", "office/" A "/43", "default desk"},
	    {A, "", A, "43", "office/" A "/43", ""},
	    {A, "15", A, "17", NULL, "same desk"}, /* one desk, two types */
	    {A, "", A, "", NULL, "same desk"},
	};
	struct registry *r = of_rows(rows);
	struct wire_parcel p;
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&p, 0, sizeof(p));
		strcpy(p.from, cases[i].from);
		strcpy(p.from_type, cases[i].from_type);
		strcpy(p.to, cases[i].to);
		strcpy(p.to_type, cases[i].to_type);
		route_parcel(&p, r, ~0u, NOW, &out);
		if (out.leg_count != (cases[i].queue != NULL))
			fail_msg("case %zu: %s", i, out.note);
		if (cases[i].queue != NULL)
			assert_string_equal(out.legs[0].queue, cases[i].queue);
		if (cases[i].note[0] == '\0')
			assert_string_equal(out.note, "");
		else
			assert_non_null(strstr(out.note, cases[i].note));
	}
	registry_free(&r);
}

/* A row that has ended, or has not begun, stands for nothing. */
static void
desks_by_day(void **state)
{
	static const char rows[] =
	    /* 15 has closed, 43 is to open; 11 and 66 are there */
	    "[{'office_number':'" A "','service_type':'11','inside':1,"
	    "'folder_agent':'a'},"
	    "{'office_number':'" A "','service_type':'15','inside':1,"
	    "'folder_agent':'b','service_types':'17','default_desk':1,"
	    "'valid_to':'20261031'},"
	    "{'office_number':'" A "','service_type':'43','inside':1,"
	    "'folder_agent':'c','service_types':'17','default_desk':1,"
	    "'valid_from':'20261201'},"
	    "{'office_number':'" A "','service_type':'66','inside':1,"
	    "'folder_agent':'d'},"
	    /* a desk with a type is all that is left, or was */
	    "{'office_number':'" B "','inside':1,'folder_agent':'a',"
	    "'valid_to':'20261031'},"
	    "{'office_number':'" B "','service_type':'62','inside':1,"
	    "'folder_agent':'b','valid_from':'20261101'},"
	    /* one without a type takes over from one with */
	    "{'office_number':'" HUB "','service_type':'15','way':'hub:x',"
	    "'valid_to':'20261031'},"
	    "{'office_number':'" HUB "','way':'hub:y'},"
	    "{'office_number':'" FAX "','inside':1,'folder_agent':'f'}]";
	static const struct {
		int day;
		const char *to, *to_type;
		enum refusal refusal;
		const char *queue, *note;
	} cases[] = {
	    {20261031, A, "15", 0, "office/" A "/15", ""},
	    {20261031, A, "17", 0, "office/" A "/15", ""},
	    {20261031, A, "", 0, "office/" A "/15", "default desk"},
	    {20261101, A, "15", REFUSAL_NOT_VALID_NOW, NULL,
		"its row ended with 20261031"},
	    {20261101, A, "17", REFUSAL_NOT_VALID_NOW, NULL, "ended with"},
	    {20261101, A, "", 0, "office/" A "/11",
		"the row of " A "/15 ended with 20261031: the desk of " A
		"/11 taken"},
	    {20261130, A, "43", REFUSAL_NOT_VALID_NOW, NULL,
		"its row begins on 20261201"},
	    {20261130, A, "66", 0, "office/" A "/66", ""},
	    {20261201, A, "17", 0, "office/" A "/43",
		"the row of " A "/15 ended with 20261031"},
	    {20261201, A, "", 0, "office/" A "/43", "ended with 20261031"},
	    {20261031, B, "", 0, "office/" B, ""},
	    {20261031, B, "62", 0, "office/" B, "begins on 20261101"},
	    {20261101, B, "62", 0, "office/" B "/62", ""},
	    {20261101, B, "", 0, "office/" B "/62", "ended with 20261031"},
	    {20261101, B, "11", REFUSAL_NOT_VALID_NOW, NULL, "ended with"},
	    {20261031, HUB, "15", 0, "hub/x", ""},
	    {20261101, HUB, "15", 0, "hub/y", "ended with 20261031"},
	};
	struct registry *r = of_rows(rows);
	struct wire_parcel p = {.from = FAX};
	struct route out;
	int64_t last_ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strcpy(p.to, cases[i].to);
		strcpy(p.to_type, cases[i].to_type);
		/* until its last second in Japan */
		last_ms = deadline_ms(cases[i].day, 24 * 60) - 1000;
		route_parcel(&p, r, ~0u, last_ms, &out);
		if (out.refusal != cases[i].refusal)
			fail_msg("case %zu: %s", i, out.note);
		if (cases[i].queue != NULL)
			assert_string_equal(out.legs[0].queue, cases[i].queue);
		if (cases[i].note[0] == '\0')
			assert_string_equal(out.note, "");
		else if (strstr(out.note, cases[i].note) == NULL)
			fail_msg("case %zu: %s", i, out.note);
	}
	registry_free(&r);
}

/* Two services of one number: the one that has closed is not the other one. */
static void
the_other_desk_holds(void **state)
{
	static const char rows[] =
	    "[{'office_number':'" A "','service_type':'15','inside':1,"
	    "'folder_agent':'a'},"
	    "{'office_number':'" A "','service_type':'43','inside':1,"
	    "'folder_agent':'b'},"
	    "{'office_number':'" A "','service_type':'11','inside':1,"
	    "'folder_agent':'c','valid_to':'20261031'}]";
	struct registry *r = of_rows(rows);
	struct wire_parcel p = {.from = A, .to = A, .from_type = "15"};
	struct route out;

	(void)state;
	route_parcel(&p, r, ~0u, deadline_ms(20261101, 0), &out);
	assert_int_equal(out.refusal, REFUSAL_NONE);
	assert_string_equal(out.legs[0].queue, "office/" A "/43");
	registry_free(&r);
}

struct steps {
	char text[4096];
};

static void
add_step(void *arg, const char *code, const char *english)
{
	struct steps *s = arg;
	size_t n = strlen(s->text);

	snprintf(s->text + n, sizeof(s->text) - n, "%s: %s\n", code, english);
}

static void
days_are_explained(void **state)
{
	static const char rows[] =
	    "[{'office_number':'" A "','inside':1,'folder_agent':'a',"
	    "'valid_from':'20261201'},"
	    "{'office_number':'" B "','service_type':'15','inside':1,"
	    "'folder_agent':'b','valid_to':'20261031'},"
	    "{'office_number':'" B "','inside':1,'folder_agent':'b'},"
	    "{'office_number':'" FAX "','inside':1,'folder_agent':'f'}]";
	static const struct {
		const char *to, *to_type, *wanted;
	} cases[] = {
	    {A, "",
		"not-valid-now: Office " A
		" is outside its valid days: its row begins on 20261201.\n"},
	    {B, "15",
		"row-passed-over: The row of " B "/15 ended with 20261031: " B
		" stands for it.\n"},
	};
	struct registry *r = of_rows(rows);
	struct wire_parcel p = {.from = FAX};
	struct steps steps;
	struct route out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		steps.text[0] = '\0';
		strcpy(p.to, cases[i].to);
		strcpy(p.to_type, cases[i].to_type);
		route_explain(&p, r, ~0u, NOW, &out, add_step, &steps);
		if (strstr(steps.text, cases[i].wanted) == NULL)
			fail_msg("case %zu: %s", i, steps.text);
	}
	registry_free(&r);
}

/* Who acts for a number on a day; what was accepted is still his who sent it. */
static void
rights_by_day(void **state)
{
	static const char rows[] =
	    "[{'office_number':'" A "','service_type':'15','inside':1,"
	    "'folder_agent':'a','valid_to':'20261031'},"
	    "{'office_number':'" A "','inside':1,'folder_agent':'b',"
	    "'valid_from':'20261101'}]";
	static const struct {
		const char *agent, *type;
		int day, accepted;
		bool acts;
	} cases[] = {
	    {"a", "15", 20261031, 0, true},
	    {"a", "15", 20261101, 0, false},
	    {"a", "15", 20261101, 20261031, true},
	    {"a", "", 20261031, 0, true},
	    {"a", "", 20261101, 0, false},
	    {"b", "15", 20261031, 0, false},
	    {"b", "15", 20261101, 0, true},
	    {"b", "15", 20261101, 20261031, false},
	    {"b", "", 20261101, 0, true},
	};
	struct registry *r = of_rows(rows);
	struct mandates *m = mandates_new(r);
	struct curve_key key;
	struct agent agent;
	struct mandate_act act = {
	    .agent = &agent, .office = A, .partner = "", .rights = RIGHT_SEE};
	struct why why = {0};
	int64_t now_ms;
	size_t i;

	(void)state;
	curve_new(&key);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(agent_parse(cases[i].agent, key.public_key,
				     "office", &agent, &why),
		    0);
		act.type = cases[i].type;
		act.desk_ms = cases[i].accepted != 0
				  ? deadline_ms(cases[i].accepted, 60)
				  : 0;
		now_ms = deadline_ms(cases[i].day, 60);
		if (mandate_allows(m, &act, now_ms, NULL) != cases[i].acts)
			fail_msg("case %zu", i);
	}
	/* what lies there still goes to its agent */
	assert_int_equal(
	    agent_parse("a", key.public_key, "office", &agent, &why), 0);
	assert_true(mandate_serves(
	    m, &agent, "office/" A "/15", deadline_ms(20261101, 60)));
	mandates_free(&m);
	registry_free(&r);
}

/* ---- import ---- */

/* Two rows of a number are both the default desk only on days they share. */
static void
defaults_by_period(void **state)
{
#define ROW(type, more)                                                  \
	"{'office_number':'" A "','service_type':'" type "','inside':1," \
	"'folder_agent':'a','default_desk':1" more "}"
#define FROM(day) ",'valid_from':'" day "'"
#define TO(day)   ",'valid_to':'" day "'"
	static const struct {
		const char *kept, *rows;
		size_t errors;
	} cases[] = {
	    {"[" ROW("11", "") "]", "[" ROW("15", "") "]", 1},
	    {"[" ROW("11", TO("20261231")) "]",
		"[" ROW("15", FROM("20270101")) "]", 0},
	    {"[" ROW("11", TO("20261231")) "]",
		"[" ROW("15", FROM("20261231")) "]", 1},
	    {"[" ROW("11", TO("20261231")) "]", "[" ROW("15", "") "]", 1},
	    /* over: the other one need not say since when */
	    {"[" ROW("11", TO("20261031")) "]", "[" ROW("15", "") "]", 0},
	    {"[" ROW("11", FROM("20270101")) "]",
		"[" ROW("15", TO("20261231")) "]", 0},
	    {"[" ROW("11", "") "]",
		"[" ROW("11", TO("20261231")) "," ROW(
		    "15", FROM("20270101")) "]",
		0},
	    {"[" ROW("66", TO("20261031")) "]",
		"[" ROW("11", TO("20261231")) "," ROW(
		    "15", FROM("20270101")) "," ROW("43", FROM("20270201")) "]",
		1},
	};
	struct registry_list list = {.mode = REGISTRY_ROWS, .today = 20261122};
	struct registry_plan plan;
	struct registry *r;
	json_t *rows;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = of_rows(cases[i].kept);
		list.rows = rows = json_of(cases[i].rows);
		registry_plan_list(r, &list, &plan);
		if (json_array_size(plan.errors) != cases[i].errors)
			fail_msg("case %zu: %s", i, json_dumps(plan.errors, 0));
		registry_plan_fini(&plan);
		json_decref(rows);
		registry_free(&r);
	}
#undef ROW
#undef FROM
#undef TO
}

static void
bad_rows_are_named(void **state)
{
	static const struct {
		const char *rows, *column;
		int row;
	} cases[] = {
	    {"[]", "", 0},
	    {"{}", "", 0},
	    {"[7]", "", 1},
	    {"[{'office_number':'1370100015'}]", "office_number", 1},
	    {"[{'office_number':'13701000'}]", "office_number", 1},
	    {"[{'way':'pdf'}]", "office_number", 1},
	    {"[{'office_number':'" A "','service_type':'1'}]", "service_type",
		1},
	    {"[{'office_number':'" A "','inside':'yes'}]", "inside", 1},
	    {"[{'office_number':'" A "','inside':'1'}]", "folder_agent", 1},
	    {"[{'office_number':'" A "','inside':'1','folder_agent':'a/b'}]",
		"folder_agent", 1},
	    {"[{'office_number':'" A "','inside':'1','folder_agent':'a',"
	     "'service_types':'15'}]",
		"service_types", 1},
	    {"[{'office_number':'" A "','service_type':'11','inside':'1',"
	     "'folder_agent':'a','service_types':'15 1'}]",
		"service_types", 1},
	    {"[{'office_number':'" A "','inside':'1','folder_agent':'a',"
	     "'default_desk':'x'}]",
		"default_desk", 1},
	    {"[{'office_number':'" A "','inside':'1','folder_agent':'a',"
	     "'mandate_required':'yes'}]",
		"mandate_required", 1},
	    {"[{'office_number':'" A "','way':'pigeon'}]", "way", 1},
	    {"[{'office_number':'" A "','way':'hub:'}]", "way", 1},
	    {"[{'office_number':'" A "','valid_from':'2026-02-30'}]",
		"valid_from", 1},
	    {"[{'office_number':'" A "','valid_to':'20261301'}]", "valid_to",
		1},
	    {"[{'office_number':'" A "','valid_to':'2026-1-1'}]", "valid_to",
		1},
	    {"[{'office_number':'" A "','valid_from':'20260401',"
	     "'valid_to':'20260331'}]",
		"valid_to", 1},
	    {"[{'office_number':'" A "'},{'office_number':'" B "'},"
	     "{'office_number':'" A "'}]",
		"office_number", 3},
	};
	struct registry *r = registry_new();
	struct registry_plan plan;
	json_t *rows, *error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rows = json_of(cases[i].rows);
		registry_plan(r, rows, &plan);
		if (json_array_size(plan.errors) != 1)
			fail_msg("case %zu", i);
		error = json_array_get(plan.errors, 0);
		assert_string_equal(
		    json_string_value(json_object_get(error, "column")),
		    cases[i].column);
		assert_int_equal(
		    json_integer_value(json_object_get(error, "row")),
		    cases[i].row);
		registry_plan_fini(&plan);
		json_decref(rows);
	}
	registry_free(&r);
}

static void
all_faults_are_listed(void **state)
{
	struct registry *r = registry_new();
	struct registry_plan plan;
	json_t *rows = json_of("[{'office_number':'x','way':'y','inside':'z'},"
			       "{'office_number':'" A "'},"
			       "{'office_number':'" B "','valid_to':'q'}]");

	(void)state;
	registry_plan(r, rows, &plan);
	assert_int_equal(json_array_size(plan.errors), 4);
	registry_plan_fini(&plan);
	json_decref(rows);
	registry_free(&r);
}

static void
import_tells_new_from_changed(void **state)
{
	struct registry *r = filled();
	struct registry_plan plan;
	json_t *rows = json_of("[{'office_number':'" A "','inside':'1',"
			       "'folder_agent':'a'},"
			       "{'office_number':'" PAPER "','way':'fax'},"
			       "{'office_number':'" NONE "','memo':'kept'}]");

	(void)state;
	registry_plan(r, rows, &plan);
	assert_int_equal(plan.unchanged, 1);
	assert_int_equal(plan.changed, 1);
	assert_int_equal(plan.added, 1);
	assert_non_null(strstr(plan.desks[1].json, "memo"));
	registry_plan_fini(&plan);
	json_decref(rows);
	registry_free(&r);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(routes),
	    cmocka_unit_test(validity_ends_in_japan),
	    cmocka_unit_test(rights),
	    cmocka_unit_test(gateways_bring_in),
	    cmocka_unit_test(desks_by_type),
	    cmocka_unit_test(desks_by_day),
	    cmocka_unit_test(the_other_desk_holds),
	    cmocka_unit_test(days_are_explained),
	    cmocka_unit_test(rights_by_day),
	    cmocka_unit_test(defaults_by_period),
	    cmocka_unit_test(bad_rows_are_named),
	    cmocka_unit_test(all_faults_are_listed),
	    cmocka_unit_test(import_tells_new_from_changed),
	};

	return cmocka_run_group_tests_name("route", cases, NULL, NULL);
}

/* NAME
 *	mandate_test - who may act for which office, and until when
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admit.h"
#include "log.h"
#include "mandate.h"

#define A     "1370100016" /* ours, agent a by its own right */
#define B     "1370100024" /* ours, desks 15 (a, with 17) and 43 (b) */
#define C     "1370100032" /* ours, folders at p, who needs a mandate */
#define OUT   "1370100040" /* a partner */
#define OTHER "1370100057" /* another partner */

/* 2026-11-30 in Japan, its last millisecond; the mandates below end that day */
#define LAST_MS  1796050799999LL
#define NOON_MS  (LAST_MS + 1 - 12LL * 3600 * 1000)
#define FIRST_MS 1793458800000LL /* 2026-11-01 00:00 JST */
#define DAY_MS   (24LL * 3600 * 1000)

static const char rows_json[] =
    "[{'office_number':'" A "','inside':'1','folder_agent':'a'},"
    "{'office_number':'" B "','service_type':'15','inside':'1',"
    "'folder_agent':'a','service_types':'17'},"
    "{'office_number':'" B "','service_type':'43','inside':1,"
    "'folder_agent':'b'},"
    "{'office_number':'" C "','inside':1,'folder_agent':'p',"
    "'mandate_required':1},"
    "{'office_number':'" OUT "','way':'pdf'},"
    "{'office_number':'" OTHER "','way':'pdf'}]";

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

struct world {
	struct registry *registry;
	struct mandates *mandates;
};

static void
add_agent(struct registry *r, const char *name, const char *role)
{
	struct curve_key key;
	struct agent agent;
	struct why why = {0};

	curve_new(&key);
	assert_int_equal(
	    agent_parse(name, key.public_key, role, &agent, &why), 0);
	registry_put_agent(r, &agent);
}

static void
world_open(struct world *w)
{
	struct registry_plan plan;
	json_t *rows = json_of(rows_json);
	size_t i;

	log_open("test", LOG_ERROR_);
	w->registry = registry_new();
	registry_plan(w->registry, rows, &plan);
	assert_int_equal(json_array_size(plan.errors), 0);
	for (i = 0; i < plan.count; i++)
		registry_put_desk(w->registry, &plan.desks[i]);
	registry_plan_fini(&plan);
	json_decref(rows);
	add_agent(w->registry, "a", "office");
	add_agent(w->registry, "b", "office");
	add_agent(w->registry, "p", "office");
	add_agent(w->registry, "q", "office");
	add_agent(w->registry, "n", "national");
	w->mandates = mandates_new(w->registry);
}

static void
world_close(struct world *w)
{
	mandates_free(&w->mandates);
	registry_free(&w->registry);
}

/* more: further members of the record, each with a leading comma */
static void
give(struct world *w, const char *id, const char *agent, const char *office,
    const char *rights, const char *more)
{
	char text[512];
	struct mandate m;
	struct why why = {0};
	json_t *o;

	snprintf(text, sizeof(text),
	    "{'id':'%s','agent':'%s','party':'P','office':'%s','rights':[%s],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'r','by':'z'%s}",
	    id, agent, office, rights, more);
	o = json_of(text);
	if (mandate_parse(o, &m, &why) != 0)
		fail_msg("%s", why.text);
	json_decref(o);
	mandates_put(w->mandates, &m, NOON_MS);
}

static bool
may(const struct world *w, const char *agent, const char *office,
    const char *type, const char *partner, unsigned rights, int64_t now_ms)
{
	struct mandate_act act = {.agent = registry_agent(w->registry, agent),
	    .office = office,
	    .type = type,
	    .partner = partner,
	    .rights = rights};

	return mandate_allows(w->mandates, &act, now_ms, NULL);
}

/* ---- to the millisecond, in Japan ---- */

/* T07 */
static void
ends_at_midnight_in_japan(void **state)
{
	static const struct {
		int64_t now_ms;
		bool allowed;
		enum mandate_state state;
	} cases[] = {
	    {FIRST_MS - 1, false, MANDATE_FUTURE},
	    {FIRST_MS, true, MANDATE_VALID},
	    {NOON_MS, true, MANDATE_VALID},
	    {LAST_MS - 999, true, MANDATE_VALID}, /* 23:59:59 */
	    {LAST_MS, true, MANDATE_VALID},
	    {LAST_MS + 1, false, MANDATE_ENDED}, /* 00:00:00 */
	    {LAST_MS + DAY_MS, false, MANDATE_ENDED},
	};
	struct world w;
	size_t i;

	(void)state;
	world_open(&w);
	give(&w, "m000001", "p", C, "'send-plan','receive','see'", "");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t now = cases[i].now_ms;

		assert_int_equal(may(&w, "p", C, "", OUT, RIGHT_PLAN, now),
		    cases[i].allowed);
		assert_int_equal(
		    mandate_serves(w.mandates, registry_agent(w.registry, "p"),
			"office/" C, now),
		    cases[i].allowed);
		assert_int_equal(
		    mandate_takes(w.mandates, registry_agent(w.registry, "p"),
			registry_key(w.registry, C), OUT, now, NULL),
		    cases[i].allowed);
		assert_int_equal(
		    mandate_state(mandates_find(w.mandates, "m000001"), now),
		    cases[i].state);
	}
	world_close(&w);
}

static void
count_change(const struct mandate *mandate, void *arg)
{
	(void)mandate;
	++*(int *)arg;
}

/* Each begin and end is told once. */
static void
midnight_is_told(void **state)
{
	struct world w;
	int changes = 0;

	(void)state;
	world_open(&w);
	give(&w, "m000001", "p", C, "'receive'", "");
	give(&w, "m000002", "q", A, "'receive'", ",'revoked_ms':1");
	mandates_tick(w.mandates, NOON_MS, count_change, &changes);
	assert_int_equal(changes, 0);
	mandates_tick(w.mandates, LAST_MS, count_change, &changes);
	assert_int_equal(changes, 0);
	mandates_tick(w.mandates, LAST_MS + 1, count_change, &changes);
	assert_int_equal(changes, 1);
	mandates_tick(w.mandates, LAST_MS + DAY_MS, count_change, &changes);
	assert_int_equal(changes, 1);
	world_close(&w);
}

/* ---- for whom, what, with whom ---- */

static void
scope(void **state)
{
	static const struct {
		const char *agent, *office, *type, *partner;
		unsigned rights;
		bool allowed;
	} cases[] = {
	    /* own right, without any mandate */
	    {"a", A, "", OUT, RIGHT_PLAN | RIGHT_FAX, true},
	    {"a", B, "15", OUT, RIGHT_RESULT, true},
	    {"a", B, "17", OUT, RIGHT_RESULT, true}, /* the same desk */
	    {"a", B, "43", OUT, RIGHT_RESULT, false},
	    {"a", C, "", OUT, RIGHT_PLAN, false},
	    {"a", OUT, "", A, RIGHT_PLAN, false}, /* not ours */
	    {"n", A, "", OUT, RIGHT_PLAN, false},
	    /* m1: p for all of A, plans and receipts */
	    {"p", A, "", OUT, RIGHT_PLAN, true},
	    {"p", A, "43", OTHER, RIGHT_PLAN, true},
	    {"p", A, "", OUT, RIGHT_PLAN | RIGHT_SEE, true},
	    {"p", A, "", OUT, RIGHT_RESULT, false},
	    {"p", A, "", OUT, RIGHT_PLAN | RIGHT_RESULT, false},
	    {"p", A, "", OUT, RIGHT_DELETE, false},
	    {"p", A, "", OUT, RIGHT_FAX, false},
	    {"p", A, "", OUT, RIGHT_RECEIVE, false},
	    /* m2: p for type 17 of B, results, with OUT alone */
	    {"p", B, "17", OUT, RIGHT_RESULT, true},
	    {"p", B, "15", OUT, RIGHT_RESULT, true}, /* the same desk */
	    {"p", B, "", OUT, RIGHT_RESULT, true},   /* no type written */
	    {"p", B, "43", OUT, RIGHT_RESULT, false},
	    {"p", B, "17", OTHER, RIGHT_RESULT, false},
	    {"p", B, "17", OUT, RIGHT_PLAN, false},
	    /* mandate_required: the folder alone is no right */
	    {"p", C, "", OUT, RIGHT_PLAN, false},
	    {"q", A, "", OUT, RIGHT_PLAN, false},
	};
	struct world w;
	size_t i;

	(void)state;
	world_open(&w);
	give(&w, "m000001", "p", A, "'send-plan','see'", "");
	give(&w, "m000002", "p", B "/17", "'send-result'",
	    ",'partners':['" OUT "']");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (may(&w, cases[i].agent, cases[i].office, cases[i].type,
			cases[i].partner, cases[i].rights,
			NOON_MS) != cases[i].allowed)
			fail_msg("case %zu", i);
	}
	world_close(&w);
}

/* Rights come together from several mandates; which were used is said. */
static void
rights_add_up(void **state)
{
	static const struct {
		const char *office, *type, *partner;
		unsigned rights;
		int64_t now_ms;
		bool allowed;
		const char *under;
	} cases[] = {
	    {A, "", OUT, RIGHT_PLAN, NOON_MS, true, "m000004"},
	    {A, "", OUT, RIGHT_RESULT, NOON_MS, true, "m000002"},
	    {A, "", OUT, RIGHT_PLAN | RIGHT_RESULT, NOON_MS, true,
		"m000004+m000002"},
	    /* of others, of another office, revoked, ended */
	    {A, "", OTHER, RIGHT_RESULT, NOON_MS, false, ""},
	    {B, "", OUT, RIGHT_PLAN, NOON_MS, false, ""},
	    {A, "", OUT, RIGHT_DELETE, NOON_MS, false, ""},
	    {A, "", OUT, RIGHT_PLAN | RIGHT_DELETE, NOON_MS, false, ""},
	    {A, "", OUT, RIGHT_PLAN, LAST_MS + 1, false, ""},
	};
	char under[STORE_UNDER_BYTES];
	struct world w;
	size_t i;

	(void)state;
	world_open(&w);
	give(&w, "m000001", "p", A, "'send-plan'", "");
	give(&w, "m000002", "p", A, "'send-result'", ",'partners':['" OUT "']");
	give(&w, "m000003", "p", A, "'delete'", ",'revoked_ms':1");
	give(&w, "m000004", "p", A, "'send-plan','see'", "");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct mandate_act act = {
		    .agent = registry_agent(w.registry, "p"),
		    .office = cases[i].office,
		    .type = cases[i].type,
		    .partner = cases[i].partner,
		    .rights = cases[i].rights};

		if (mandate_allows(w.mandates, &act, cases[i].now_ms, under) !=
		    cases[i].allowed)
			fail_msg("case %zu", i);
		assert_string_equal(under, cases[i].under);
	}
	world_close(&w);
}

static void
why_not(void **state)
{
	static const struct {
		const char *agent, *office, *partner;
		unsigned rights;
		int64_t now_ms;
		const char *says;
	} cases[] = {
	    {"q", A, OUT, RIGHT_PLAN, NOON_MS, ""},
	    {"p", A, OUT, RIGHT_RESULT, NOON_MS, "allows only: send-plan"},
	    {"p", A, OTHER, RIGHT_PLAN, NOON_MS, "not for this partner"},
	    {"p", A, OUT, RIGHT_PLAN, LAST_MS + 1, "ended with the day 2026"},
	    {"p", A, OUT, RIGHT_PLAN, FIRST_MS - 1, "begins on the day"},
	    {"p", B, OUT, RIGHT_PLAN, NOON_MS, "m000002 was revoked"},
	};
	char text[MANDATE_WHY_BYTES];
	struct world w;
	size_t i;

	(void)state;
	world_open(&w);
	give(&w, "m000001", "p", A, "'send-plan'", ",'partners':['" OUT "']");
	give(&w, "m000002", "p", B, "'send-plan'", ",'revoked_ms':1");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mandate_act act = {
		    .agent = registry_agent(w.registry, cases[i].agent),
		    .office = cases[i].office,
		    .type = "",
		    .partner = cases[i].partner,
		    .rights = cases[i].rights};

		mandate_why(w.mandates, &act, cases[i].now_ms, text);
		if (cases[i].says[0] == '\0')
			assert_string_equal(text, "");
		else if (strstr(text, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, text);
	}
	world_close(&w);
}

/* ---- one office, one receiver ---- */

static const char *
takers(const struct world *w, const char *key, const char *partner)
{
	static const char *const names[] = {"a", "b", "p", "q"};
	const char *found = "";
	size_t i;

	for (i = 0; i < 4; i++) {
		if (!mandate_takes(w->mandates,
			registry_agent(w->registry, names[i]),
			registry_key(w->registry, key), partner, NOON_MS, NULL))
			continue;
		assert_string_equal(found, ""); /* never two */
		found = names[i];
	}
	return found;
}

static void
one_takes_a_delivery(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	assert_string_equal(takers(&w, A, OUT), "a");
	assert_string_equal(takers(&w, C, OUT), "");
	give(&w, "m000001", "p", A, "'receive'", ",'partners':['" OUT "']");
	assert_string_equal(takers(&w, A, OUT), "p");
	assert_string_equal(takers(&w, A, OTHER), "a");
	give(&w, "m000002", "q", A, "'receive'", ""); /* the newer one */
	assert_string_equal(takers(&w, A, OUT), "q");
	assert_string_equal(takers(&w, A, OTHER), "q");
	give(&w, "m000002", "q", A, "'receive'", ",'revoked_ms':1");
	assert_string_equal(takers(&w, A, OUT), "p");
	give(&w, "m000003", "p", B "/43", "'receive'", "");
	assert_string_equal(takers(&w, B "/43", OUT), "p");
	assert_string_equal(takers(&w, B "/15", OUT), "a");
	world_close(&w);
}

static void
desks_of_an_agent(void **state)
{
	const struct desk *desks[8];
	const struct agent *p;
	struct world w;

	(void)state;
	world_open(&w);
	p = registry_agent(w.registry, "p");
	assert_int_equal(
	    mandate_desks(w.mandates, p, NOON_MS, RIGHT_SEND, desks, 8), 0);
	give(&w, "m000001", "p", C, "'send-plan'", "");
	give(&w, "m000002", "p", C, "'send-result'", "");
	give(&w, "m000003", "p", B, "'receive'", "");
	assert_int_equal(
	    mandate_desks(w.mandates, p, NOON_MS, RIGHT_SEND, desks, 8), 1);
	assert_string_equal(desks[0]->key, C);
	assert_int_equal(mandate_desks(w.mandates, p, NOON_MS,
			     RIGHT_SEND | RIGHT_RECEIVE, desks, 8),
	    3);
	assert_int_equal(mandate_desks(w.mandates, p, NOON_MS,
			     RIGHT_SEND | RIGHT_RECEIVE, desks, 2),
	    2); /* no more than there is room for */
	assert_int_equal(
	    mandate_desks(w.mandates, p, LAST_MS + 1, RIGHT_SEND, desks, 8), 0);
	world_close(&w);
}

/* ---- what was sent under it ---- */

static const struct mandate *
stopped(const struct world *w, int64_t accepted_ms, int64_t now_ms)
{
	const struct mandate_act act = {
	    .office = C, .type = "", .partner = OUT, .rights = RIGHT_PLAN};

	return mandate_stopped(w->mandates, "p", &act, accepted_ms, now_ms);
}

static void
revoked_stops_what_is_under_way(void **state)
{
	char more[64];
	struct world w;

	(void)state;
	world_open(&w);
	give(&w, "m000001", "p", C, "'send-plan'", "");
	assert_null(stopped(&w, NOON_MS, NOON_MS + 1));
	assert_null(stopped(&w, NOON_MS, LAST_MS + 1)); /* ended: in time */
	assert_false(mandate_revoked(w.mandates, C));
	snprintf(
	    more, sizeof(more), ",'revoked_ms':%lld", (long long)NOON_MS + 100);
	give(&w, "m000001", "p", C, "'send-plan'", more);
	assert_true(mandate_revoked(w.mandates, C));
	assert_non_null(stopped(&w, NOON_MS, NOON_MS + 200));
	assert_null(stopped(&w, FIRST_MS - 1, NOON_MS + 200)); /* older */
	give(&w, "m000002", "p", C, "'send-plan'", "");        /* given anew */
	assert_null(stopped(&w, NOON_MS, NOON_MS + 200));
	world_close(&w);
}

/* ---- records ---- */

static void
bad_records(void **state)
{
	static const char *const records[] = {
	    "{}",
	    "{'id':'m1'}",
	    "{'id':'m1','agent':'p','office':'1370100015','rights':['see'],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'r','by':'z'}",
	    "{'id':'m1','agent':'p','office':'" A "','rights':[],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'r','by':'z'}",
	    "{'id':'m1','agent':'p','office':'" A "','rights':['fly'],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'r','by':'z'}",
	    "{'id':'m1','agent':'p','office':'" A "/1','rights':['see'],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'r','by':'z'}",
	    "{'id':'m1','agent':'p','office':'" A "','rights':['see'],"
	    "'from':'2026-02-29','until':'2026-11-30','reason':'r','by':'z'}",
	    "{'id':'m1','agent':'p','office':'" A "','rights':['see'],"
	    "'from':'2026-12-01','until':'2026-11-30','reason':'r','by':'z'}",
	    "{'id':'m1','agent':'p','office':'" A "','rights':['see'],"
	    "'from':'2026-11-01','until':'','reason':'r','by':'z'}",
	    "{'id':'m1','agent':'p','office':'" A "','rights':['see'],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'','by':'z'}",
	    "{'id':'m1','agent':'p','office':'" A "','rights':['see'],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'r','by':''}",
	    "{'id':'m1','agent':'p','office':'" A "','rights':['see'],"
	    "'partners':['1370100041'],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'r','by':'z'}",
	    "{'id':'x','agent':'p','office':'" A "','rights':['see'],"
	    "'from':'2026-11-01','until':'2026-11-30','reason':'r','by':'z'}",
	};
	struct mandate m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		json_t *o = json_of(records[i]);
		struct why why = {0};

		if (mandate_parse(o, &m, &why) == 0)
			fail_msg("case %zu was taken", i);
		assert_true(why.text[0] != '\0');
		json_decref(o);
	}
}

static void
record_comes_back(void **state)
{
	json_t *o = json_of(
	    "{'id':'m000007','agent':'p','party':'代行','office':'" B "/15',"
	    "'rights':['see','send-plan','fax','partners'],"
	    "'partners':['" OTHER "','" OUT "'],'from':'20261101',"
	    "'until':'2026-11-30','reason':'r','by':'z','given_ms':5,"
	    "'revoked_ms':6,'revoked_by':'y','revoked_reason':'s'}");
	struct mandate m, again;
	struct why why = {0};
	json_t *first, *second;

	(void)state;
	assert_int_equal(mandate_parse(o, &m, &why), 0);
	assert_int_equal(m.number, 7);
	assert_int_equal(m.end_ms, LAST_MS + 1);
	first = mandate_json(&m);
	assert_int_equal(mandate_parse(first, &again, &why), 0);
	second = mandate_json(&again);
	assert_true(json_equal(first, second));
	assert_string_equal(m.partners[0], OUT); /* ascending */
	mandate_fini(&m);
	mandate_fini(&again);
	json_decref(first);
	json_decref(second);
	json_decref(o);
}

/* ---- which rights a parcel takes ---- */

static void
kinds_to_rights(void **state)
{
	static const struct {
		const char *kinds[3];
		unsigned rights, one_of;
	} cases[] = {
	    {{"UPPLAN", "UPSIKYU", "UPHOSOKU"}, RIGHT_PLAN, 0},
	    {{"UPJSK", NULL, NULL}, RIGHT_RESULT, 0},
	    {{"DLTPLAN", NULL, NULL}, RIGHT_DELETE, 0},
	    {{"DLTJSK", "", NULL}, RIGHT_DELETE, 0},
	    {{"UP1KYO", NULL, NULL}, RIGHT_PLAN, 0},
	    {{"UPJSK", "UPPLAN", NULL}, RIGHT_PLAN | RIGHT_RESULT, 0},
	    {{"", NULL, NULL}, 0, RIGHT_SEND},
	};
	struct wire_document documents[3];
	struct wire_parcel p = {.documents = documents};
	unsigned rights, one_of;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(documents, 0, sizeof(documents));
		for (p.document_count = 0; p.document_count < 3;
		     p.document_count++) {
			if (cases[i].kinds[p.document_count] == NULL)
				break;
			documents[p.document_count].kind =
			    cases[i].kinds[p.document_count];
		}
		admit_rights(&p, &rights, &one_of);
		assert_int_equal(rights, cases[i].rights);
		assert_int_equal(one_of, cases[i].one_of);
	}
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(ends_at_midnight_in_japan),
	    cmocka_unit_test(midnight_is_told),
	    cmocka_unit_test(scope),
	    cmocka_unit_test(rights_add_up),
	    cmocka_unit_test(why_not),
	    cmocka_unit_test(one_takes_a_delivery),
	    cmocka_unit_test(desks_of_an_agent),
	    cmocka_unit_test(revoked_stops_what_is_under_way),
	    cmocka_unit_test(bad_records),
	    cmocka_unit_test(record_comes_back),
	    cmocka_unit_test(kinds_to_rights),
	};

	return cmocka_run_group_tests_name("mandate", cases, NULL, NULL);
}

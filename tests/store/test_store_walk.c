/* NAME
 *	test_store_walk - what is found again, on every back end
 * DESCRIPTION
 *	Walks and queries, the registry, the audit, and what is forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "err.h"

#include "words.h"

/* ---- purge ---- */

static void
purge_forgets_what_ended(void **state)
{
	enum { N = 6 };
	struct rig *rig = *state;
	struct rig_parcel p[N];
	struct store_parcel *got;
	struct store_op op = {.type = STORE_PURGE, .actor = "tasukid"};

	for (size_t i = 0; i < N; i++) {
		rig_parcel(rig, &p[i], 100, i);
		assert_int_equal(rig_accept(rig, &p[i]), 0);
		if (i != 1)
			assert_int_equal(
			    rig_settle(rig, &p[i].parcel.id, 0, LEG_DELIVERED),
			    0);
		rig->now_ms += 100;
	}
	op.purge.before_ms = RIG_NOW + 400; /* the first four */
	op.purge.max = 2;
	assert_int_equal(rig_one(rig, &op), 0);
	assert_int_equal(op.purge.count, 2);
	op.purge.max = 100;
	assert_int_equal(rig_one(rig, &op), 0);
	assert_int_equal(op.purge.count, 1);
	assert_int_equal(rig_one(rig, &op), 0);
	assert_int_equal(op.purge.count, 0);
	assert_int_equal(stats_of(rig).parcels, 3);
	assert_int_equal(
	    store_parcel_get(rig->store, &p[0].parcel.id, &got), TSK_NOTFOUND);
	assert_body(rig, &p[1].parcel.id, 0, 0, p[1].data, 100);
	/* forgotten: the same id is new again */
	assert_int_equal(rig_accept(rig, &p[0]), 0);
	for (size_t i = 0; i < N; i++)
		rig_parcel_fini(&p[i]);
}

static void
purge_sweeps_old_staging(void **state)
{
	struct rig *rig = *state;
	struct id a = id_new(rig->now_ms), b = id_new(rig->now_ms);
	struct store_op op = {.type = STORE_PURGE,
	    .actor = "tasukid",
	    .purge = {.staged_before_ms = RIG_NOW + 50, .max = 100}};
	uint64_t bytes;

	assert_int_equal(rig_stage(rig, &a, 0, 0, "a", 1), 0);
	assert_int_equal(rig_stage(rig, &a, 0, 1, "a", 1), 0);
	assert_int_equal(rig_stage(rig, &b, 0, 0, "b", 1), 0);
	rig->now_ms += 100; /* b still goes on: all of it stays */
	assert_int_equal(rig_stage(rig, &b, 1, 0, "b", 1), 0);
	assert_int_equal(rig_one(rig, &op), 0);
	assert_int_equal(op.purge.count, 2);
	assert_int_equal(stats_of(rig).staged_pieces, 2);
	assert_int_equal(stats_of(rig).bodies, 2);
	assert_int_equal(store_staged(rig->store, &b, 0, &bytes), 0);
	assert_int_equal(bytes, 1);
}

/* ---- registry ---- */

struct texts {
	size_t count;
	char text[16][64];
};

static int
see_registry(const char *key, const void *value, size_t bytes, void *arg)
{
	struct texts *t = arg;

	assert_true(t->count < 16);
	snprintf(t->text[t->count++], 64, "%s=%.*s", key, (int)bytes,
	    (const char *)value);
	return 0;
}

static void
registry_puts_walks_deletes(void **state)
{
	struct rig *rig = *state;
	struct texts t = {0};
	char longest[STORE_KEY_BYTES_MAX + 2];

	assert_int_equal(rig_registry(rig, "office", "1370000019/15", "C"), 0);
	assert_int_equal(rig_registry(rig, "office", "1370000001", "A"), 0);
	assert_int_equal(rig_registry(rig, "agent", "a", "key"), 0);
	assert_int_equal(rig_registry(rig, "office-x", "z", "no"), 0);
	assert_int_equal(rig_registry(rig, "office", "1370000001", "B"), 0);
	assert_int_equal(
	    rig_registry(rig, "office", "none", NULL), TSK_NOTFOUND);
	assert_int_equal(
	    store_registry_walk(rig->store, "office", see_registry, &t), 0);
	assert_int_equal(t.count, 2);
	assert_string_equal(t.text[0], "1370000001=B");
	assert_string_equal(t.text[1], "1370000019/15=C");
	assert_int_equal(rig_registry(rig, "office", "1370000001", NULL), 0);
	t.count = 0;
	assert_int_equal(
	    store_registry_walk(rig->store, "office", see_registry, &t), 0);
	assert_int_equal(t.count, 1);
	t.count = 0;
	assert_int_equal(
	    store_registry_walk(rig->store, "agents", see_registry, &t), 0);
	assert_int_equal(t.count, 0);
	memset(longest, 'k', sizeof(longest));
	longest[STORE_KEY_BYTES_MAX + 1] = '\0';
	assert_int_equal(
	    rig_registry(rig, "office", longest, "v"), TSK_INVALID);
	longest[STORE_KEY_BYTES_MAX] = '\0';
	assert_int_equal(rig_registry(rig, "office", longest, "v"), 0);
	assert_int_equal(rig_registry(rig, "OFFICE", "k", "v"), TSK_INVALID);
	assert_int_equal(rig_registry(rig, "office", "", "v"), TSK_INVALID);
	assert_chain(rig, 7);
}

/* ---- walks and queries ---- */

static void
walk_open_tells_all_the_schedule_needs(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct seen seen;

	rig_parcel(rig, &p, 1234, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	open_legs(rig, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(id_compare(&seen.legs[0].id, &p.parcel.id), 0);
	assert_string_equal(seen.legs[0].from, "1370000001");
	assert_string_equal(seen.legs[0].from_type, "43");
	assert_string_equal(seen.legs[0].to, "1370000019");
	assert_string_equal(seen.legs[0].to_type, "15");
	assert_string_equal(seen.legs[0].month, "202611");
	assert_string_equal(seen.legs[0].stamp, "20261122090000");
	assert_int_equal(seen.legs[0].accepted_ms, rig->now_ms);
	assert_int_equal(seen.legs[0].encoded_bytes, 1234);
	assert_memory_equal(&seen.legs[0].leg.no, &p.parcel.legs[0].no, 8);
	assert_string_equal(seen.legs[0].leg.queue, "office/1370000019/15");
	rig_parcel_fini(&p);
}

static int
stop_at_second(const struct store_open_leg *leg, void *arg)
{
	(void)leg;
	return ++*(int *)arg == 2 ? 42 : 0;
}

static void
walk_stops_when_asked(void **state)
{
	struct rig *rig = *state;
	int calls = 0;

	for (uint64_t i = 0; i < 4; i++) {
		struct rig_parcel p;

		rig_parcel(rig, &p, 1, i);
		assert_int_equal(rig_accept(rig, &p), 0);
		rig_parcel_fini(&p);
	}
	assert_int_equal(
	    store_walk_open(rig->store, stop_at_second, NULL, &calls), 42);
	assert_int_equal(calls, 2);
}

static int
see_parcel(const struct store_parcel *p, void *arg)
{
	struct texts *t = arg;

	assert_true(t->count < 16);
	snprintf(t->text[t->count++], 64, "%.*s", (int)p->header_bytes,
	    (const char *)p->header);
	return 0;
}

struct find_case {
	struct store_filter filter;
	const char *want; /* last digits of the headers, newest first */
};

static const struct find_case find_cases[] = {
    {{0}, "43210"},
    {{.from = "", .to = "", .month = ""}, "43210"},
    {{.limit = 2}, "43"},
    {{.month = "202610"}, "1"},
    {{.from = "1370000027"}, "2"},
    {{.to = "1370000035"}, "3"},
    {{.to = "1370000035", .month = "202610"}, ""},
    {{.since_ms = RIG_NOW + 300}, "43"},
    {{.until_ms = RIG_NOW + 100}, "10"},
    {{.since_ms = RIG_NOW + 100, .until_ms = RIG_NOW + 300}, "321"},
    {{.open_only = true}, "4321"},
    {{.open_only = true, .limit = 1}, "4"},
};

static void
find_filters_newest_first(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p[5];

	for (size_t i = 0; i < 5; i++) {
		rig_parcel(rig, &p[i], 10, i);
		if (i == 1)
			strcpy(p[i].parcel.month, "202610");
		if (i == 2)
			strcpy(p[i].parcel.from, "1370000027");
		if (i == 3)
			strcpy(p[i].parcel.to, "1370000035");
		assert_int_equal(rig_accept(rig, &p[i]), 0);
		rig->now_ms += 100;
	}
	assert_int_equal(rig_settle(rig, &p[0].parcel.id, 0, LEG_DELIVERED), 0);
	for (size_t i = 0; i < sizeof(find_cases) / sizeof(find_cases[0]);
	     i++) {
		struct texts t = {0};
		char got[8] = "";

		assert_int_equal(store_find(rig->store, &find_cases[i].filter,
				     see_parcel, &t),
		    0);
		for (size_t j = 0; j < t.count; j++)
			got[j] = t.text[j][strlen("header-")];
		if (strcmp(got, find_cases[i].want) != 0)
			fail_msg(
			    "case %zu: %s, not %s", i, got, find_cases[i].want);
	}
	for (size_t i = 0; i < 5; i++)
		rig_parcel_fini(&p[i]);
}

static void
unknown_things_are_not_found(void **state)
{
	struct rig *rig = *state;
	struct id id = id_new(rig->now_ms);
	struct store_parcel *p;

	assert_int_equal(store_parcel_get(rig->store, &id, &p), TSK_NOTFOUND);
	assert_null(p);
	assert_int_equal(body_rc(rig, &id, 0), TSK_NOTFOUND);
}

/* ---- audit ---- */

struct entries {
	size_t count;
	struct store_audit entry[16];
};

static int
see_audit(const struct store_audit *entry, void *arg)
{
	struct entries *e = arg;

	assert_true(e->count < 16);
	e->entry[e->count++] = *entry;
	return 0;
}

/* T14 */
static void
audit_tells_every_change(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_op note = {.type = STORE_NOTE,
	    .actor = "operator",
	    .at_ms = RIG_NOW + 5,
	    .note = {.subject = "start", .text = "version=0.1.0"}};
	struct entries e = {0};

	rig_parcel(rig, &p, 10, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	assert_int_equal(rig_registry(rig, "agent", "a", "key"), 0);
	assert_int_equal(rig_one(rig, &note), 0);
	assert_int_equal(store_audit_walk(rig->store, 0, see_audit, &e), 0);
	assert_int_equal(e.count, 4);
	assert_string_equal(e.entry[0].subject, "accept");
	assert_string_equal(e.entry[0].actor, "sender");
	assert_memory_equal(&e.entry[0].id, &p.parcel.id, ID_BYTES);
	assert_string_equal(e.entry[1].subject, "settle");
	assert_string_equal(
	    e.entry[1].text, "leg=0 state=delivered attempts=0");
	assert_string_equal(e.entry[2].subject, "registry");
	assert_true(id_is_zero(&e.entry[2].id));
	assert_string_equal(e.entry[3].subject, "start");
	assert_string_equal(e.entry[3].text, "version=0.1.0");
	assert_int_equal(e.entry[3].at_ms, RIG_NOW + 5);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(e.entry[i].no, i + 1);
	e.count = 0;
	assert_int_equal(store_audit_walk(rig->store, 3, see_audit, &e), 0);
	assert_int_equal(e.count, 2);
	assert_int_equal(e.entry[0].no, 3);
	e.count = 0;
	assert_int_equal(store_audit_walk(rig->store, 5, see_audit, &e), 0);
	assert_int_equal(e.count, 0);
	assert_chain(rig, 4);
	rig_parcel_fini(&p);
}

static void
audit_walks_from_inside_a_batch(void **state)
{
	struct rig *rig = *state;
	struct store_op note[6], *ops[6];
	struct entries e = {0};

	for (size_t i = 0; i < 6; i++) {
		note[i] = (struct store_op){.type = STORE_NOTE,
		    .actor = "operator",
		    .note = {.subject = "n", .text = ""}};
		ops[i] = &note[i];
	}
	assert_int_equal(store_apply(rig->store, ops, 4, &rig->why), 0);
	assert_int_equal(store_apply(rig->store, ops + 4, 2, &rig->why), 0);
	for (uint64_t from = 1; from <= 6; from++) {
		e.count = 0;
		assert_int_equal(
		    store_audit_walk(rig->store, from, see_audit, &e), 0);
		assert_int_equal(e.count, 7 - from);
		assert_int_equal(e.entry[0].no, from);
	}
	assert_chain(rig, 6);
}

static void
stats_count(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_stats s;

	rig_parcel(rig, &p, 10, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_WAITING), 0);
	s = stats_of(rig);
	assert_int_equal(s.parcels, 1);
	assert_int_equal(s.open_legs, 1);
	assert_int_equal(s.bodies, 1);
	assert_int_equal(s.audit_entries, 2);
	assert_int_equal(s.commits, 2);
	assert_int_equal(s.ops, 2);
	assert_true(s.used_bytes > 0);
	rig_parcel_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(purge_forgets_what_ended),
	    CASE(purge_sweeps_old_staging),
	    CASE(registry_puts_walks_deletes),
	    CASE(walk_open_tells_all_the_schedule_needs),
	    CASE(walk_stops_when_asked),
	    CASE(find_filters_newest_first),
	    CASE(unknown_things_are_not_found),
	    CASE(audit_tells_every_change),
	    CASE(audit_walks_from_inside_a_batch),
	    CASE(stats_count),
	};

	return cmocka_run_group_tests_name("store_walk", tests, NULL, NULL);
}

/* NAME
 *	test_store_settle - what becomes of legs, on every back end
 * DESCRIPTION
 *	Settling, further legs, and several operations in one batch.
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

/* ---- settle ---- */

static void
settle_moves_and_drops_bodies(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_parcel *got;
	struct seen seen;

	rig_parcel(rig, &p, 5000, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	rig->now_ms += 10;
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_WAITING), 0);
	open_legs(rig, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.legs[0].leg.state, LEG_WAITING);
	assert_int_equal(seen.legs[0].leg.attempts, 1);
	assert_int_equal(seen.legs[0].leg.due_ms, rig->now_ms + 1000);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 5000);

	rig->now_ms += 10;
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	open_legs(rig, &seen);
	assert_int_equal(seen.count, 0);
	assert_int_equal(body_rc(rig, &p.parcel.id, 0), TSK_NOTFOUND);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_PICKED_UP), 0);
	got = stored(rig, &p.parcel.id);
	assert_true(got->bodies_dropped);
	assert_int_equal(got->step_count, 4);
	assert_int_equal(got->steps[1].state, LEG_WAITING);
	assert_int_equal(got->steps[3].state, LEG_PICKED_UP);
	assert_string_equal(got->steps[3].agent, "receiver");
	assert_int_equal(got->legs[0].state, LEG_PICKED_UP);
	assert_int_equal(got->legs[0].state_ms, rig->now_ms);
	store_parcel_free(&got);
	rig_parcel_fini(&p);
}

static void
settle_keeps_bodies_for_other_legs(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;

	rig_parcel(rig, &p, 50, 1);
	p.parcel.leg_count = 2;
	p.parcel.legs[1] = p.parcel.legs[0];
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 50);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 1, LEG_PARKED), 0);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 50);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 1, LEG_CLOSED), 0);
	assert_int_equal(body_rc(rig, &p.parcel.id, 0), TSK_NOTFOUND);
	rig_parcel_fini(&p);
}

struct move {
	enum leg_state from, to;
	int rc;
};

static const struct move moves[] = {
    {LEG_READY, LEG_WAITING, 0},
    {LEG_READY, LEG_DELIVERED, 0},
    {LEG_READY, LEG_PARKED, 0},
    {LEG_READY, LEG_SUPERSEDED, 0},
    {LEG_READY, LEG_RECALLED, 0},
    {LEG_READY, LEG_CLOSED, TSK_INVALID},
    {LEG_WAITING, LEG_READY, 0},
    {LEG_WAITING, LEG_WAITING, 0},
    {LEG_WAITING, LEG_DELIVERED, 0},
    {LEG_PARKED, LEG_READY, 0},
    {LEG_PARKED, LEG_CLOSED, 0},
    {LEG_PARKED, LEG_DELIVERED, 0},
    {LEG_PARKED, LEG_PARKED, TSK_EXIST},
    {LEG_PARKED, LEG_WAITING, TSK_INVALID},
    {LEG_PARKED, LEG_RECALLED, 0},
    {LEG_DELIVERED, LEG_DELIVERED, TSK_EXIST},
    {LEG_DELIVERED, LEG_WAITING, TSK_EXIST},
    {LEG_DELIVERED, LEG_PARKED, TSK_EXIST},
    {LEG_DELIVERED, LEG_PICKED_UP, 0},
    {LEG_DELIVERED, LEG_RECALLED, TSK_INVALID},
    {LEG_PICKED_UP, LEG_DELIVERED, TSK_EXIST},
    {LEG_PICKED_UP, LEG_ANSWERED, 0},
    {LEG_ANSWERED, LEG_PICKED_UP, TSK_EXIST},
    {LEG_SUPERSEDED, LEG_SUPERSEDED, TSK_EXIST},
    {LEG_SUPERSEDED, LEG_DELIVERED, TSK_INVALID},
    {LEG_RECALLED, LEG_READY, TSK_INVALID},
    {LEG_PARKED, LEG_WORKING, TSK_EXIST},
    {LEG_DELIVERED, LEG_WORKING, TSK_EXIST},
    {LEG_RECALLED, LEG_WORKING, TSK_EXIST},
    {LEG_CLOSED, LEG_WORKING, TSK_EXIST},
};

/* Bring a fresh leg into a state by allowed moves. */
static void
bring(struct rig *rig, const struct id *id, enum leg_state state)
{
	if (state == LEG_READY)
		return;
	if (state == LEG_CLOSED)
		assert_int_equal(rig_settle(rig, id, 0, LEG_PARKED), 0);
	assert_int_equal(rig_settle(rig, id, 0, state), 0);
}

static void
settle_allows_the_moves_of_leg_h(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		struct rig_parcel p;
		struct store_parcel *got;

		rig_parcel(rig, &p, 10, i);
		assert_int_equal(rig_accept(rig, &p), 0);
		bring(rig, &p.parcel.id, moves[i].from);
		if (rig_settle(rig, &p.parcel.id, 0, moves[i].to) !=
		    moves[i].rc)
			fail_msg("%s -> %s", leg_state_name(moves[i].from),
			    leg_state_name(moves[i].to));
		got = stored(rig, &p.parcel.id);
		assert_int_equal(got->legs[0].state,
		    moves[i].rc == 0 ? moves[i].to : moves[i].from);
		store_parcel_free(&got);
		rig_parcel_fini(&p);
	}
}

static void
settle_twice_is_harmless(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_op op;

	rig_parcel(rig, &p, 10, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	op = rig_settle_op(rig, &p.parcel.id, 0, LEG_READY);
	op.settle.due_ms = p.parcel.legs[0].due_ms;
	assert_int_equal(rig_one(rig, &op), TSK_EXIST);
	op.settle.due_ms++;
	assert_int_equal(rig_one(rig, &op), 0);
	assert_int_equal(op.settle.out.due_ms, op.settle.due_ms);
	op = rig_settle_op(rig, &p.parcel.id, 0, LEG_DELIVERED);
	assert_int_equal(rig_one(rig, &op), 0);
	assert_int_equal(op.settle.out.state, LEG_DELIVERED);
	assert_int_equal(rig_one(rig, &op), TSK_EXIST);
	assert_int_equal(op.settle.out.state, LEG_DELIVERED);
	assert_int_equal(stats_of(rig).audit_entries, 3);
	rig_parcel_fini(&p);
}

static void
settle_unknown(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;

	rig_parcel(rig, &p, 10, 1);
	assert_int_equal(
	    rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), TSK_NOTFOUND);
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(
	    rig_settle(rig, &p.parcel.id, 1, LEG_DELIVERED), TSK_NOTFOUND);
	rig_parcel_fini(&p);
}

static void
settle_many_times_keeps_a_bounded_history(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_parcel *got;
	char detail[STORE_DETAIL_BYTES * 2];

	memset(detail, 'd', sizeof(detail));
	detail[sizeof(detail) - 1] = '\0';
	rig_parcel(rig, &p, 10, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	for (int i = 0; i < STORE_STEPS_MAX + 20; i++) {
		struct store_op op =
		    rig_settle_op(rig, &p.parcel.id, 0, LEG_WAITING);

		op.at_ms += i;
		op.settle.attempts = 1;
		op.settle.code = "busy";
		op.settle.detail = detail;
		assert_int_equal(rig_one(rig, &op), 0);
	}
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	got = stored(rig, &p.parcel.id);
	assert_int_equal(got->step_count, STORE_STEPS_MAX);
	assert_int_equal(got->steps[0].state, LEG_READY);
	assert_int_equal(got->steps[1].state, LEG_WAITING);
	assert_string_equal(got->steps[1].code, "busy");
	assert_int_equal(strlen(got->steps[1].detail), STORE_DETAIL_BYTES - 1);
	assert_int_equal(got->steps[STORE_STEPS_MAX - 1].state, LEG_DELIVERED);
	assert_int_equal(got->legs[0].attempts, STORE_STEPS_MAX + 20);
	store_parcel_free(&got);
	rig_parcel_fini(&p);
}

static int
work_on(struct rig *rig, const struct id *id, const char *code,
    const char *detail, const char *actor)
{
	struct store_op op = rig_settle_op(rig, id, 0, LEG_WORKING);

	op.actor = actor;
	op.settle.code = code;
	op.settle.detail = detail;
	return rig_one(rig, &op);
}

static void
steps_under_way_stand_in_the_history(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_parcel *got;

	rig_parcel(rig, &p, 10, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_WAITING), 0);
	rig->now_ms += 10;
	assert_int_equal(work_on(rig, &p.parcel.id, "queued", "", "fax"), 0);
	got = stored(rig, &p.parcel.id);
	assert_int_equal(got->legs[0].state, LEG_READY);
	assert_int_equal(got->legs[0].attempts, 1);
	assert_int_equal(got->legs[0].state_ms, rig->now_ms);
	assert_int_equal(got->step_count, 3);
	assert_int_equal(got->steps[2].state, LEG_WORKING);
	store_parcel_free(&got);
	/* the same step with another detail takes its place */
	assert_int_equal(
	    work_on(rig, &p.parcel.id, "queued", "tomorrow", "fax"), 0);
	assert_int_equal(work_on(rig, &p.parcel.id, "sending", "", "fax"), 0);
	assert_int_equal(work_on(rig, &p.parcel.id, "queued", "", "fax"), 0);
	assert_int_equal(work_on(rig, &p.parcel.id, "queued", "", "hub"), 0);
	got = stored(rig, &p.parcel.id);
	assert_int_equal(got->step_count, 6);
	assert_string_equal(got->steps[2].detail, "tomorrow");
	assert_string_equal(got->steps[3].code, "sending");
	assert_string_equal(got->steps[5].agent, "hub");
	store_parcel_free(&got);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	assert_int_equal(
	    work_on(rig, &p.parcel.id, "sending", "", "fax"), TSK_EXIST);
	rig_parcel_fini(&p);
}

static void
many_steps_under_way_keep_a_bounded_history(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_parcel *got;

	rig_parcel(rig, &p, 10, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	for (int i = 0; i < STORE_STEPS_MAX + 20; i++)
		assert_int_equal(work_on(rig, &p.parcel.id,
				     i % 2 ? "sending" : "queued", "", "fax"),
		    0);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	got = stored(rig, &p.parcel.id);
	assert_int_equal(got->step_count, STORE_STEPS_MAX);
	assert_int_equal(got->steps[0].state, LEG_READY);
	assert_int_equal(got->steps[1].state, LEG_WORKING);
	assert_int_equal(got->steps[STORE_STEPS_MAX - 1].state, LEG_DELIVERED);
	store_parcel_free(&got);
	rig_parcel_fini(&p);
}

/* ---- further legs ---- */

static struct store_op
fallback(const struct rig *rig, const struct id *id)
{
	return (struct store_op){.type = STORE_ADD_LEG,
	    .actor = "operator",
	    .at_ms = rig->now_ms,
	    .add_leg = {.id = *id,
		.leg = {.state = LEG_READY, .way = WAY_PDF, .queue = "pdf"},
		.code = "fallback",
		.detail = "not delivered in time"}};
}

static void
add_leg_is_a_further_open_leg(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_op op;
	struct seen seen;
	int rc;

	rig_parcel(rig, &p, 10, 1);
	op = fallback(rig, &p.parcel.id);
	assert_int_equal(rig_one(rig, &op), TSK_NOTFOUND);
	assert_int_equal(rig_accept(rig, &p), 0);
	for (uint8_t i = 1; i < STORE_LEGS_MAX; i++) {
		op = fallback(rig, &p.parcel.id);
		assert_int_equal(rig_one(rig, &op), 0);
		assert_int_equal(op.add_leg.leg.index, i);
	}
	op = fallback(rig, &p.parcel.id);
	rc = rig_one(rig, &op);
	assert_int_equal(rc, TSK_TOOBIG);
	open_legs(rig, &seen);
	assert_int_equal(seen.count, STORE_LEGS_MAX);
	assert_string_equal(seen.legs[1].leg.queue, "pdf");
	for (uint8_t i = 0; i < STORE_LEGS_MAX; i++)
		assert_int_equal(
		    rig_settle(rig, &p.parcel.id, i, LEG_DELIVERED), 0);
	op = fallback(rig, &p.parcel.id);
	assert_int_equal(rig_one(rig, &op), TSK_INVALID);
	rig_parcel_fini(&p);
}

/* ---- batches ---- */

static void
one_batch_may_do_all_to_one_parcel(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p, again;
	struct store_op add, done, late, *ops[5];
	struct store_parcel *got;

	rig_parcel(rig, &p, 3000, 1);
	again = p;
	again.op.accept.parcel = &again.parcel;
	add = fallback(rig, &p.parcel.id);
	done = rig_settle_op(rig, &p.parcel.id, 0, LEG_DELIVERED);
	late = rig_settle_op(rig, &p.parcel.id, 1, LEG_RECALLED);
	ops[0] = &p.op;
	ops[1] = &again.op;
	ops[2] = &add;
	ops[3] = &done;
	ops[4] = &late;
	assert_int_equal(store_apply(rig->store, ops, 5, &rig->why), 0);
	assert_int_equal(p.op.rc, 0);
	assert_int_equal(again.op.rc, TSK_EXIST);
	assert_int_equal(again.parcel.legs[0].no, p.parcel.legs[0].no);
	assert_int_equal(add.rc, 0);
	assert_int_equal(done.rc, 0);
	assert_int_equal(late.rc, 0);
	got = stored(rig, &p.parcel.id);
	assert_int_equal(got->step_count, 4);
	assert_true(got->bodies_dropped);
	store_parcel_free(&got);
	assert_int_equal(stats_of(rig).bodies, 0);
	assert_int_equal(stats_of(rig).open_legs, 0);
	assert_chain(rig, 4);
	rig_parcel_fini(&p);
}

static void
a_large_batch_keeps_the_order(void **state)
{
	enum { N = 300 };
	struct rig *rig = *state;
	struct rig_parcel *p = mem_new(N * sizeof(*p));
	struct store_op *ops[N];
	struct store_parcel *got;

	for (size_t i = 0; i < N; i++) {
		rig_parcel(rig, &p[i], 500 + i, i);
		ops[i] = &p[i].op;
	}
	assert_int_equal(store_apply(rig->store, ops, N, &rig->why), 0);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(p[i].op.rc, 0);
		assert_int_equal(p[i].parcel.legs[0].no, i + 1);
		assert_body(rig, &p[i].parcel.id, 0, 0, p[i].data, 500 + i);
		got = stored(rig, &p[i].parcel.id);
		store_parcel_free(&got);
		rig_parcel_fini(&p[i]);
	}
	assert_chain(rig, N);
	free(p);
}

static void
an_empty_batch_is_nothing(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(store_apply(rig->store, NULL, 0, &rig->why), 0);
	assert_int_equal(stats_of(rig).commits, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(settle_moves_and_drops_bodies),
	    CASE(settle_keeps_bodies_for_other_legs),
	    CASE(settle_allows_the_moves_of_leg_h),
	    CASE(settle_twice_is_harmless),
	    CASE(settle_unknown),
	    CASE(settle_many_times_keeps_a_bounded_history),
	    CASE(steps_under_way_stand_in_the_history),
	    CASE(many_steps_under_way_keep_a_bounded_history),
	    CASE(add_leg_is_a_further_open_leg),
	    CASE(one_batch_may_do_all_to_one_parcel),
	    CASE(a_large_batch_keeps_the_order),
	    CASE(an_empty_batch_is_nothing),
	};

	return cmocka_run_group_tests_name("store_settle", tests, NULL, NULL);
}

/* NAME
 *	test_store - every verb of store.h, on every back end
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

#include "rig.h"

static const enum store_backend lmdb = STORE_LMDB, mem = STORE_MEM;

static int
setup(void **state)
{
	struct rig *rig = mem_new(sizeof(*rig));

	rig_init(rig, *(const enum store_backend *)*state);
	*state = rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;

	rig_fini(rig);
	free(rig);
	return 0;
}

/* ---- words for checks ---- */

struct seen {
	size_t count;
	struct store_open_leg legs[64];
};

static int
see_open(const struct store_open_leg *leg, void *arg)
{
	struct seen *seen = arg;

	assert_true(seen->count < 64);
	seen->legs[seen->count++] = *leg;
	return 0;
}

static void
open_legs(struct rig *rig, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	assert_int_equal(store_walk_open(rig->store, see_open, NULL, seen), 0);
	for (size_t i = 1; i < seen->count; i++)
		assert_true(seen->legs[i - 1].leg.no < seen->legs[i].leg.no);
}

static void
assert_body(struct rig *rig, const struct id *id, uint16_t document,
    uint32_t chunk, const void *want, size_t n)
{
	void *data;
	size_t bytes;

	assert_int_equal(
	    store_body(rig->store, id, document, chunk, &data, &bytes), 0);
	assert_int_equal(bytes, n);
	assert_memory_equal(data, want, n);
	free(data);
}

static int
body_rc(struct rig *rig, const struct id *id, uint16_t document)
{
	void *data;
	size_t bytes;
	int rc = store_body(rig->store, id, document, 0, &data, &bytes);

	free(data);
	return rc;
}

static struct store_parcel *
parcel(struct rig *rig, const struct id *id)
{
	struct store_parcel *p;

	assert_int_equal(store_parcel_get(rig->store, id, &p), 0);
	return p;
}

static struct store_stats
stats(struct rig *rig)
{
	struct store_stats s;

	assert_int_equal(store_stats(rig->store, &s), 0);
	return s;
}

static void
assert_chain(struct rig *rig, uint64_t want)
{
	uint64_t entries;

	assert_int_equal(
	    store_audit_verify(rig->store, &entries, &rig->why), 0);
	assert_int_equal(entries, want);
}

/* ---- accept ---- */

static void
accept_keeps_everything(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_parcel *got;

	rig_parcel(rig, &p, 20000, 1);
	p.parcel.leg_count = 2;
	p.parcel.legs[1] = p.parcel.legs[0];
	p.parcel.legs[1].way = WAY_PDF;
	snprintf(p.parcel.legs[1].queue, STORE_QUEUE_BYTES, "pdf");
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(p.parcel.legs[0].index, 0);
	assert_int_equal(p.parcel.legs[1].index, 1);
	assert_true(p.parcel.legs[1].no == p.parcel.legs[0].no + 1);

	got = parcel(rig, &p.parcel.id);
	assert_string_equal(got->from, p.parcel.from);
	assert_string_equal(got->from_type, p.parcel.from_type);
	assert_string_equal(got->to, p.parcel.to);
	assert_string_equal(got->to_type, p.parcel.to_type);
	assert_string_equal(got->month, p.parcel.month);
	assert_string_equal(got->stamp, p.parcel.stamp);
	assert_string_equal(got->agent, p.parcel.agent);
	assert_int_equal(got->accepted_ms, p.parcel.accepted_ms);
	assert_int_equal(got->encoded_bytes, 20000);
	assert_false(got->bodies_dropped);
	assert_int_equal(got->header_bytes, strlen(p.header));
	assert_memory_equal(got->header, p.header, got->header_bytes);
	assert_int_equal(got->leg_count, 2);
	assert_string_equal(got->legs[1].queue, "pdf");
	assert_int_equal(got->legs[1].way, WAY_PDF);
	assert_int_equal(got->legs[0].expires_ms, rig->now_ms + 7000);
	assert_int_equal(got->step_count, 2);
	assert_int_equal(got->steps[0].state, LEG_READY);
	assert_string_equal(got->steps[0].agent, "sender");
	assert_int_equal(got->steps[1].leg, 1);
	store_parcel_free(&got);
	assert_null(got);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 20000);
	rig_parcel_fini(&p);
}

static void
accept_again_is_the_same_parcel(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	uint64_t no;

	rig_parcel(rig, &p, 100, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	no = p.parcel.legs[0].no;
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	p.parcel.accepted_ms = 1;
	p.parcel.legs[0].state = LEG_READY;
	p.parcel.legs[0].no = 0;
	assert_int_equal(rig_accept(rig, &p), TSK_EXIST);
	assert_int_equal(p.parcel.accepted_ms, rig->now_ms);
	assert_int_equal(p.parcel.legs[0].no, no);
	assert_int_equal(p.parcel.legs[0].state, LEG_DELIVERED);
	assert_int_equal(stats(rig).parcels, 1);
	assert_int_equal(stats(rig).audit_entries, 2);
	rig_parcel_fini(&p);
}

static void
accept_other_content_is_refused(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_parcel *got;

	rig_parcel(rig, &p, 100, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	p.header[0] = 'X';
	assert_int_equal(rig_accept(rig, &p), TSK_INVALID);
	got = parcel(rig, &p.parcel.id);
	assert_int_equal(((const char *)got->header)[0], 'h');
	store_parcel_free(&got);
	assert_int_equal(stats(rig).audit_entries, 1);
	rig_parcel_fini(&p);
}

static void
accept_without_all_bodies_is_refused(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;

	rig_parcel(rig, &p, 100, 1);
	p.parcel.encoded_bytes = 101;
	assert_int_equal(rig_accept(rig, &p), TSK_NOTFOUND);
	p.op.accept.staged = true;
	assert_int_equal(rig_accept(rig, &p), TSK_NOTFOUND);
	assert_int_equal(stats(rig).parcels, 0);
	assert_int_equal(stats(rig).bodies, 0);
	assert_int_equal(stats(rig).open_legs, 0);
	rig_parcel_fini(&p);
}

static void
an_empty_document_is_kept(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;

	rig_parcel(rig, &p, 0, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 0);
	rig_parcel_fini(&p);
}

static void
bad_arguments_spoil_one_operation(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel good, bad;
	struct store_op note = {.type = STORE_NOTE,
	    .actor = NULL,
	    .note = {.subject = "x", .text = "y"}};
	struct store_op *ops[3];

	rig_parcel(rig, &good, 10, 1);
	rig_parcel(rig, &bad, 10, 2);
	bad.parcel.leg_count = 0;
	ops[0] = &bad.op;
	ops[1] = &good.op;
	ops[2] = &note;
	assert_int_equal(store_apply(rig->store, ops, 3, &rig->why), 0);
	assert_int_equal(bad.op.rc, TSK_INVALID);
	assert_int_equal(good.op.rc, 0);
	assert_int_equal(note.rc, TSK_INVALID);
	bad.parcel.leg_count = 1;
	bad.parcel.legs[0].state = LEG_DELIVERED;
	assert_int_equal(rig_accept(rig, &bad), TSK_INVALID);
	bad.parcel.legs[0].state = LEG_READY;
	memset(bad.parcel.month, '1', sizeof(bad.parcel.month));
	assert_int_equal(rig_accept(rig, &bad), TSK_INVALID);
	assert_int_equal(stats(rig).parcels, 1);
	rig_parcel_fini(&good);
	rig_parcel_fini(&bad);
}

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
	got = parcel(rig, &p.parcel.id);
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
		got = parcel(rig, &p.parcel.id);
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
	assert_int_equal(stats(rig).audit_entries, 3);
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
	got = parcel(rig, &p.parcel.id);
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
	got = parcel(rig, &p.parcel.id);
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
	got = parcel(rig, &p.parcel.id);
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
	got = parcel(rig, &p.parcel.id);
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
	got = parcel(rig, &p.parcel.id);
	assert_int_equal(got->step_count, 4);
	assert_true(got->bodies_dropped);
	store_parcel_free(&got);
	assert_int_equal(stats(rig).bodies, 0);
	assert_int_equal(stats(rig).open_legs, 0);
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
		got = parcel(rig, &p[i].parcel.id);
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
	assert_int_equal(stats(rig).commits, 0);
}

/* ---- staging ---- */

static void
staged_pieces_resume_and_become_bodies(void **state)
{
	struct rig *rig = *state;
	const size_t last = 777, whole = STORE_CHUNK_BYTES;
	struct rig_parcel p;
	uint8_t *big = mem_new(2 * whole + last);
	uint64_t bytes;

	rig_fill(big, 2 * whole + last, 9);
	rig_parcel(rig, &p, 100, 1);
	assert_int_equal(store_staged(rig->store, &p.parcel.id, 1, &bytes), 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(rig_stage(rig, &p.parcel.id, 1, 0, big, whole), 0);
	assert_int_equal(
	    rig_stage(rig, &p.parcel.id, 1, 2, big + 2 * whole, last), 0);
	assert_int_equal(store_staged(rig->store, &p.parcel.id, 1, &bytes), 0);
	assert_int_equal(bytes, whole);

	/* a gap is not whole */
	p.parcel.encoded_bytes = 100 + whole + last;
	p.op.accept.staged = true;
	assert_int_equal(rig_accept(rig, &p), TSK_NOTFOUND);

	assert_int_equal(
	    rig_stage(rig, &p.parcel.id, 1, 1, big + whole, whole), 0);
	assert_int_equal(
	    rig_stage(rig, &p.parcel.id, 1, 1, big + whole, whole), 0);
	assert_int_equal(store_staged(rig->store, &p.parcel.id, 1, &bytes), 0);
	assert_int_equal(bytes, 2 * whole + last);
	assert_int_equal(stats(rig).staged_pieces, 3);
	assert_body(rig, &p.parcel.id, 1, 2, big + 2 * whole, last);

	p.parcel.encoded_bytes = 100 + 2 * whole + last;
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(stats(rig).staged_pieces, 0);
	assert_int_equal(stats(rig).bodies, 4);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 100);
	assert_body(rig, &p.parcel.id, 1, 1, big + whole, whole);
	assert_int_equal(
	    rig_stage(rig, &p.parcel.id, 1, 1, big + whole, whole), TSK_EXIST);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	assert_int_equal(stats(rig).bodies, 0);
	rig_parcel_fini(&p);
	free(big);
}

static void
given_pieces_replace_staged_ones(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p, q;

	rig_parcel(rig, &p, 100, 1);
	assert_int_equal(rig_stage(rig, &p.parcel.id, 0, 0, "old", 3), 0);
	assert_int_equal(rig_stage(rig, &p.parcel.id, 0, 1, "old", 3), 0);
	assert_int_equal(rig_stage(rig, &p.parcel.id, 3, 0, "unused", 6), 0);
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 100);
	assert_int_equal(stats(rig).bodies, 1);
	assert_int_equal(stats(rig).staged_pieces, 0);

	/* the sweep cannot take an accepted body */
	struct store_op purge = {.type = STORE_PURGE,
	    .actor = "tasukid",
	    .at_ms = rig->now_ms,
	    .purge = {.staged_before_ms = rig->now_ms + 99, .max = 100}};
	assert_int_equal(rig_one(rig, &purge), 0);
	assert_int_equal(purge.purge.count, 0);
	assert_int_equal(stats(rig).bodies, 1);

	/* staged of another parcel stays */
	rig_parcel(rig, &q, 5, 2);
	assert_int_equal(rig_stage(rig, &q.parcel.id, 0, 0, q.data, 5), 0);
	q.op.accept.piece_count = 0;
	q.op.accept.staged = true;
	assert_int_equal(rig_accept(rig, &q), 0);
	assert_body(rig, &q.parcel.id, 0, 0, q.data, 5);
	rig_parcel_fini(&p);
	rig_parcel_fini(&q);
}

static void
unstage_forgets(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_op op;
	uint64_t bytes;

	rig_parcel(rig, &p, 10, 1);
	for (uint32_t i = 0; i < 70; i++)
		assert_int_equal(
		    rig_stage(rig, &p.parcel.id, 0, i, p.data, 10), 0);
	op = (struct store_op){.type = STORE_UNSTAGE,
	    .actor = "sender",
	    .unstage = {.id = p.parcel.id}};
	assert_int_equal(rig_one(rig, &op), 0);
	assert_int_equal(rig_one(rig, &op), 0);
	assert_int_equal(stats(rig).staged_pieces, 0);
	assert_int_equal(stats(rig).bodies, 0);
	assert_int_equal(store_staged(rig->store, &p.parcel.id, 0, &bytes), 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(rig_one(rig, &op), TSK_EXIST);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 10);
	rig_parcel_fini(&p);
}

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
	assert_int_equal(stats(rig).parcels, 3);
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
	assert_int_equal(stats(rig).staged_pieces, 2);
	assert_int_equal(stats(rig).bodies, 2);
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
	s = stats(rig);
	assert_int_equal(s.parcels, 1);
	assert_int_equal(s.open_legs, 1);
	assert_int_equal(s.bodies, 1);
	assert_int_equal(s.audit_entries, 2);
	assert_int_equal(s.commits, 2);
	assert_int_equal(s.ops, 2);
	assert_true(s.used_bytes > 0);
	rig_parcel_fini(&p);
}

#define CASE(f)                                                         \
	{"lmdb: " #f, f, setup, teardown, (void *)(uintptr_t)&lmdb},    \
	{                                                               \
		"mem: " #f, f, setup, teardown, (void *)(uintptr_t)&mem \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(accept_keeps_everything),
	    CASE(accept_again_is_the_same_parcel),
	    CASE(accept_other_content_is_refused),
	    CASE(accept_without_all_bodies_is_refused),
	    CASE(an_empty_document_is_kept),
	    CASE(bad_arguments_spoil_one_operation),
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
	    CASE(staged_pieces_resume_and_become_bodies),
	    CASE(given_pieces_replace_staged_ones),
	    CASE(unstage_forgets),
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

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}

/* NAME
 *	test_store_accept - taking parcels in, on every back end
 * DESCRIPTION
 *	Accept, and the pieces that were staged before it.
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

	got = stored(rig, &p.parcel.id);
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
	assert_int_equal(stats_of(rig).parcels, 1);
	assert_int_equal(stats_of(rig).audit_entries, 2);
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
	got = stored(rig, &p.parcel.id);
	assert_int_equal(((const char *)got->header)[0], 'h');
	store_parcel_free(&got);
	assert_int_equal(stats_of(rig).audit_entries, 1);
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
	assert_int_equal(stats_of(rig).parcels, 0);
	assert_int_equal(stats_of(rig).bodies, 0);
	assert_int_equal(stats_of(rig).open_legs, 0);
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
	assert_int_equal(stats_of(rig).parcels, 1);
	rig_parcel_fini(&good);
	rig_parcel_fini(&bad);
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
	assert_int_equal(stats_of(rig).staged_pieces, 3);
	assert_body(rig, &p.parcel.id, 1, 2, big + 2 * whole, last);

	p.parcel.encoded_bytes = 100 + 2 * whole + last;
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(stats_of(rig).staged_pieces, 0);
	assert_int_equal(stats_of(rig).bodies, 4);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 100);
	assert_body(rig, &p.parcel.id, 1, 1, big + whole, whole);
	assert_int_equal(
	    rig_stage(rig, &p.parcel.id, 1, 1, big + whole, whole), TSK_EXIST);
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_DELIVERED), 0);
	assert_int_equal(stats_of(rig).bodies, 0);
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
	assert_int_equal(stats_of(rig).bodies, 1);
	assert_int_equal(stats_of(rig).staged_pieces, 0);

	/* the sweep cannot take an accepted body */
	struct store_op purge = {.type = STORE_PURGE,
	    .actor = "tasukid",
	    .at_ms = rig->now_ms,
	    .purge = {.staged_before_ms = rig->now_ms + 99, .max = 100}};
	assert_int_equal(rig_one(rig, &purge), 0);
	assert_int_equal(purge.purge.count, 0);
	assert_int_equal(stats_of(rig).bodies, 1);

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
	assert_int_equal(stats_of(rig).staged_pieces, 0);
	assert_int_equal(stats_of(rig).bodies, 0);
	assert_int_equal(store_staged(rig->store, &p.parcel.id, 0, &bytes), 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(rig_accept(rig, &p), 0);
	assert_int_equal(rig_one(rig, &op), TSK_EXIST);
	assert_body(rig, &p.parcel.id, 0, 0, p.data, 10);
	rig_parcel_fini(&p);
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
	    CASE(staged_pieces_resume_and_become_bodies),
	    CASE(given_pieces_replace_staged_ones),
	    CASE(unstage_forgets),
	};

	return cmocka_run_group_tests_name("store_accept", tests, NULL, NULL);
}

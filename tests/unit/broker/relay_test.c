/* NAME
 *	relay_test - parcels through a whole broker, over real sockets
 * DESCRIPTION
 *	Every case runs on both back ends of the store.  What the broker does not
 *	let its agents do is relay_guard_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"

#include "relay.h"

/* ---- the main road ---- */

static void
relays(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	struct id id;

	(void)state;
	peer_join(b, 1, 4);
	peer_join(a, 2, 0);
	id = peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, 20000);
	peer_expect(a, WIRE_ACCEPTED);
	assert_int_equal(a->msg.accepted.count, 1);
	assert_false(a->msg.accepted.items[0].duplicate);
	assert_int_equal(a->msg.accepted.items[0].ways, 1u << WAY_BUS);
	expect_deliver(b, 1);
	assert_int_equal(b->frame_count, 1);
	assert_int_equal(zmq_msg_size(&b->frames[0]), 20000);
	assert_int_equal(*(char *)zmq_msg_data(&b->frames[0]), 1);
	settle(b, 1, WIRE_OUTCOME_DELIVERED, "");
	peer_expect(a, WIRE_RECEIPT);
	assert_int_equal(a->msg.receipt.state, LEG_DELIVERED);
	peer_settle(b, &id, 0, WIRE_OUTCOME_PICKED_UP, "");
	peer_expect(b, WIRE_SETTLED);
	peer_expect(a, WIRE_RECEIPT);
	assert_int_equal(a->msg.receipt.state, LEG_PICKED_UP);
	/* once more: the same answer, no second parcel */
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, 20000);
	peer_expect(a, WIRE_ACCEPTED);
	assert_true(a->msg.accepted.items[0].duplicate);
	/* the same id for something else */
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, 20001);
	expect_refused(a, REFUSAL_ID_REUSED);
	assert_int_equal(room_counter(r, "delivered"), 1);
	expect_state(r, 1, "picked-up");
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

static void
paper_for_the_unconnected(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a), *p = peer_new(r, &r->pdf);
	json_t *o;

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_A, ROOM_OUT, STAMP, 100);
	peer_expect(a, WIRE_ACCEPTED);
	assert_int_equal(a->msg.accepted.items[0].ways, 1u << WAY_PDF);
	peer_join(p, 2, 1);
	expect_deliver(p, 1);
	assert_string_equal(p->msg.deliver.queue, "pdf");
	o = parcel_of(r, 1);
	assert_non_null(strstr(
	    json_string_value(json_object_get(
		json_array_get(
		    json_object_get(json_object_get(o, "parcel"), "steps"), 0),
		"detail")),
	    "paper instead")); /* never two ways silently */
	json_decref(o);
	settle(p, 1, WIRE_OUTCOME_DELIVERED, "");
	peer_free(&a);
	peer_free(&p);
	room_close(&r);
}

/* Parcels wait for a receiver that is away, in order, and for a broker that is
 * restarted. */
static void
keeps_and_orders(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a), *b;

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 3, ROOM_A, ROOM_B, "20261103000000", 30);
	peer_submit(a, 2, ROOM_A, ROOM_B, "20261102000000", 20);
	peer_submit(a, 1, ROOM_A, ROOM_B, "20261101000000", 10);
	while (room_counter(r, "accepted") < 3)
		peer_expect(a, WIRE_ACCEPTED);
	peer_free(&a);
	if (strcmp(relay_backend(), "lmdb") == 0)
		room_restart(r);
	b = peer_new(r, &r->b);
	peer_join(b, 2, 8);
	expect_deliver(b, 1);
	expect_deliver(b, 2);
	expect_deliver(b, 3);
	peer_free(&b);
	room_close(&r);
}

static void
settles_later_and_never(void **state)
{
	struct room *r = opened("schedule\n    backoff = \"300ms\"\n"
				"    jitter = \"0\"\n");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	struct id two = room_id(2);
	int64_t before;

	(void)state;
	peer_join(a, 1, 0);
	peer_join(b, 2, 8);
	peer_submit(a, 1, ROOM_A, ROOM_B, "20261101000000", 10);
	peer_submit(a, 2, ROOM_A, ROOM_B, "20261102000000", 10);
	expect_deliver(b, 1);
	expect_deliver(b, 2);
	before = clock_mono_ms();
	settle(b, 1, WIRE_OUTCOME_LATER, "disk-full");
	peer_settle(b, &two, 0, WIRE_OUTCOME_LATER, "waits");
	peer_expect(b, WIRE_SETTLED);
	expect_deliver(b, 1); /* nothing overtook it */
	assert_true(clock_mono_ms() - before >= 250);
	assert_int_equal(b->msg.deliver.attempt, 2);
	expect_deliver(b, 2);
	assert_int_equal(b->msg.deliver.attempt, 1);
	settle(b, 1, WIRE_OUTCOME_NEVER, "digest");
	settle(b, 2, WIRE_OUTCOME_DELIVERED, "");
	expect_state(r, 1, "parked");
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

static void
expect_step(struct peer *p, enum leg_state state, const char *code)
{
	peer_expect(p, WIRE_RECEIPT);
	assert_int_equal(p->msg.receipt.state, state);
	assert_string_equal(p->msg.receipt.code, code);
}

static void
query(struct peer *p, unsigned n)
{
	struct wire_msg msg = {.type = WIRE_QUERY};
	struct id id = room_id(n);

	msg.query.count = 1;
	msg.query.ids = &id;
	peer_say(p, &msg, NULL, NULL, 0);
}

static void
join_as(struct peer *p, uint8_t epoch, uint32_t protocol)
{
	struct wire_msg msg = {.type = WIRE_HELLO};

	msg.hello.protocol_min = 1;
	msg.hello.protocol_max = protocol;
	msg.hello.software = "old/1";
	msg.hello.zstd = true;
	memset(msg.hello.epoch, epoch, WIRE_EPOCH_BYTES);
	peer_say(p, &msg, NULL, NULL, 0);
	peer_expect(p, WIRE_WELCOME);
	assert_int_equal(p->msg.welcome.protocol, protocol);
}

/* What the agent that holds a leg tells of it reaches the sender; the leg stays
 * lent, and who knows only version 2 is not troubled. */
static void
steps_of_a_lent_leg(void **state)
{
	struct room *r = opened("schedule\n    lease_paper = \"3s\"\n");
	struct peer *a = peer_new(r, &r->a), *p = peer_new(r, &r->pdf);
	struct id id = room_id(1);

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_A, ROOM_OUT, STAMP, 100);
	peer_expect(a, WIRE_ACCEPTED);
	peer_join(p, 2, 1);
	expect_deliver(p, 1);
	peer_settle(p, &id, 0, WIRE_OUTCOME_WORKING, "queued");
	expect_step(a, LEG_WORKING, "queued");
	/* once more: it was said; the receipt that comes is the next one's */
	peer_settle(p, &id, 0, WIRE_OUTCOME_WORKING, "queued");
	peer_settle(p, &id, 0, WIRE_OUTCOME_WORKING, "sending");
	expect_step(a, LEG_WORKING, "sending");
	expect_state(r, 1, "ready");
	query(a, 1);
	expect_step(a, LEG_WORKING, "sending");
	peer_expect(a, WIRE_ANSWER);
	assert_int_equal(room_counter(r, "working"), 2);
	/* an older sender hears of a leg that is ready */
	peer_free(&a);
	a = peer_new(r, &r->a);
	join_as(a, 1, 2);
	query(a, 1);
	expect_step(a, LEG_READY, "way-closed");
	peer_settle(p, &id, 0, WIRE_OUTCOME_WORKING, "seen");
	settle(p, 1, WIRE_OUTCOME_DELIVERED, "");
	peer_expect(a, WIRE_RECEIPT);
	assert_int_equal(a->msg.receipt.state, LEG_DELIVERED);
	/* too late: its agent may forget it */
	peer_settle(p, &id, 0, WIRE_OUTCOME_WORKING, "seen");
	peer_expect(p, WIRE_RECALL);
	assert_string_equal(p->msg.recall.code, "ended");
	settle(p, 1, WIRE_OUTCOME_DELIVERED, "");
	expect_state(r, 1, "delivered");
	peer_free(&a);
	peer_free(&p);
	room_close(&r);
}

/* A step renews the lease: without it the leg is lent to the agent once more. */
static void
steps_keep_the_lease(void **state)
{
	struct room *r = opened("schedule\n    lease_paper = \"1s\"\n"
				"    backoff = \"0s\"\n");
	struct peer *a = peer_new(r, &r->a), *p = peer_new(r, &r->pdf);
	struct id id = room_id(1);

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_A, ROOM_OUT, STAMP, 100);
	peer_expect(a, WIRE_ACCEPTED);
	peer_join(p, 2, 4);
	expect_deliver(p, 1);
	peer_settle(p, &id, 0, WIRE_OUTCOME_WORKING, "sending");
	expect_step(a, LEG_WORKING, "sending");
	expect_deliver(p, 1); /* nothing more was said: the lease is over */
	assert_int_equal(p->msg.deliver.attempt, 2);
	/* what was said in the last lease counts no more */
	peer_settle(p, &id, 0, WIRE_OUTCOME_WORKING, "sending");
	expect_step(a, LEG_WAITING, "lease-over");
	expect_step(a, LEG_WORKING, "sending");
	settle(p, 1, WIRE_OUTCOME_DELIVERED, "");
	peer_free(&a);
	peer_free(&p);
	room_close(&r);
}

/* F26: a receiver that dies of one parcel: parked after N tries, others flow */
static void
poison_is_parked(void **state)
{
	struct room *r = opened("schedule\n    backoff = \"0s\"\n"
				"    attempts = \"3\"\n");
	struct peer *a = peer_new(r, &r->a), *b;
	json_t *o;
	uint8_t i;

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_A, ROOM_B, "20261101000000", 10);
	peer_submit(a, 2, ROOM_A, ROOM_B, "20261102000000", 10);
	for (i = 0; i < 3; i++) {
		b = peer_new(r, &r->b);
		peer_join(b, (uint8_t)(10 + i), 8);
		expect_deliver(b, 1);
		expect_deliver(b, 2);
		peer_free(&b);
	}
	b = peer_new(r, &r->b);
	peer_join(b, 20, 8);
	expect_deliver(b, 2);
	assert_int_equal(b->msg.deliver.attempt, 1);
	settle(b, 2, WIRE_OUTCOME_DELIVERED, "");
	expect_state(r, 1, "parked");
	o = room_ask(r, json_pack("{s:s}", "command", "parked.list"));
	assert_int_equal(json_array_size(json_object_get(o, "parked")), 1);
	json_decref(o);
	o = room_ask(r, json_pack("{s:s,s:s,s:i}", "command", "parked.requeue",
			    "id", "0707070707070707070701", "leg", 0));
	assert_true(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
	expect_deliver(b, 1);
	assert_int_equal(b->msg.deliver.attempt, 1);
	settle(b, 1, WIRE_OUTCOME_NEVER, "digest");
	o = room_ask(
	    r, json_pack("{s:s,s:s,s:i,s:s}", "command", "parked.close", "id",
		   "0707070707070707070701", "leg", 0, "reason", "by phone"));
	assert_true(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
	expect_state(r, 1, "closed");
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

static void
expires(void **state)
{
	struct room *r = opened("schedule\n    expiry = \"1 s\"\n");
	struct peer *a = peer_new(r, &r->a);

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(a, WIRE_ACCEPTED);
	peer_expect(a, WIRE_RECEIPT);
	assert_int_equal(a->msg.receipt.state, LEG_PARKED);
	assert_string_equal(a->msg.receipt.code, "expired");
	peer_free(&a);
	room_close(&r);
}

/* ---- large documents ---- */

static void
chunk(struct peer *p, const struct id *id, uint64_t offset, size_t bytes)
{
	struct wire_msg msg = {.type = WIRE_CHUNK};
	char *body = malloc(bytes);
	const void *bodies[1] = {body};

	memset(body, 9, bytes);
	msg.chunk.id = *id;
	msg.chunk.offset = offset;
	peer_say(p, &msg, bodies, &bytes, 1);
	free(body);
}

static void
expect_resume(struct peer *p, uint64_t offset)
{
	peer_expect(p, WIRE_RESUME);
	assert_int_equal(p->msg.resume.offset, offset);
}

static void
fetch(struct peer *p, const struct id *id, uint64_t offset, size_t bytes)
{
	struct wire_msg msg = {.type = WIRE_FETCH};

	msg.fetch.id = *id;
	msg.fetch.offset = offset;
	peer_say(p, &msg, NULL, NULL, 0);
	peer_expect(p, WIRE_CHUNK);
	assert_int_equal(p->frame_count, 1);
	assert_int_equal(zmq_msg_size(&p->frames[0]), bytes);
	assert_int_equal(*(char *)zmq_msg_data(&p->frames[0]), 9);
}

static void
large_documents_resume(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	struct id id;

	(void)state;
	peer_join(a, 1, 0);
	id = peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, LARGE);
	expect_resume(a, 0);
	chunk(a, &id, 0, 1 << 20);
	expect_resume(a, 1 << 20);
	chunk(a, &id, 0, 1 << 20); /* again: told where we are */
	expect_resume(a, 1 << 20);
	peer_free(&a);
	if (strcmp(relay_backend(), "lmdb") == 0)
		room_restart(r);
	a = peer_new(r, &r->a);
	peer_join(a, 2, 0);
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, LARGE);
	expect_resume(a, 1 << 20);
	chunk(a, &id, 1 << 20, 1 << 20);
	chunk(a, &id, 2 << 20, 500);
	peer_expect(a, WIRE_ACCEPTED);
	assert_false(a->msg.accepted.items[0].duplicate);
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, LARGE);
	peer_expect(a, WIRE_ACCEPTED);
	assert_true(a->msg.accepted.items[0].duplicate);
	peer_free(&b);
	b = peer_new(r, &r->b);
	peer_join(b, 3, 8);
	expect_deliver(b, 1);
	assert_int_equal(b->frame_count, 0);
	fetch(b, &id, 0, 1 << 20);
	fetch(b, &id, 2 << 20, 500);
	fetch(b, &id, 1 << 20, 1 << 20);
	settle(b, 1, WIRE_OUTCOME_DELIVERED, "");
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

/* What is asked for while the line is full comes when it has room again, each
 * once and in order: nobody asks twice. */
static void
chunks_wait_for_a_full_line(void **state)
{
	struct room *r = opened("session\n    send_messages = \"1\"\n");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	struct wire_msg msg = {.type = WIRE_FETCH};
	struct id id;

	(void)state;
	peer_join(a, 1, 0);
	id = peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, LARGE);
	expect_resume(a, 0);
	chunk(a, &id, 0, 1 << 20);
	chunk(a, &id, 1 << 20, 1 << 20);
	chunk(a, &id, 2 << 20, 500);
	peer_expect(a, WIRE_ACCEPTED);
	peer_join(b, 2, 8);
	expect_deliver(b, 1);
	msg.fetch.id = id;
	for (uint64_t i = 0; i < WIRE_CHUNKS_AHEAD; i++) {
		msg.fetch.offset = (i % 3) << 20;
		peer_say(b, &msg, NULL, NULL, 0);
	}
	for (uint64_t i = 0; i < WIRE_CHUNKS_AHEAD; i++) {
		peer_expect(b, WIRE_CHUNK);
		assert_int_equal(b->msg.chunk.offset, (i % 3) << 20);
	}
	settle(b, 1, WIRE_OUTCOME_DELIVERED, "");
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

static int
group(const char *name)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(relays),
	    cmocka_unit_test(paper_for_the_unconnected),
	    cmocka_unit_test(keeps_and_orders),
	    cmocka_unit_test(settles_later_and_never),
	    cmocka_unit_test(steps_of_a_lent_leg),
	    cmocka_unit_test(steps_keep_the_lease),
	    cmocka_unit_test(poison_is_parked),
	    cmocka_unit_test(expires),
	    cmocka_unit_test(large_documents_resume),
	    cmocka_unit_test(chunks_wait_for_a_full_line),
	};

	return cmocka_run_group_tests_name(name, cases, NULL, NULL);
}

int
main(void)
{
	return relay_cases("relay", group);
}

/* NAME
 *	relay_test - a whole broker and its agents, over real sockets
 * DESCRIPTION
 *	Every case runs on both back ends of the store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "digest.h"
#include "gate.h"

#include "room.h"

#define STAMP    "20261101000000"
#define QUIET_MS 300 /* nothing came in that time: nothing comes */

static const char *backend = "mem";

static struct room *
opened(const char *extra)
{
	return room_open(backend, extra);
}

static void
expect_refused(struct peer *p, enum refusal refusal)
{
	int64_t until = clock_mono_ms() + ROOM_WAIT_MS;

	while (peer_hear(p, ROOM_WAIT_MS) && clock_mono_ms() < until) {
		if (p->msg.type != WIRE_REFUSED)
			continue;
		assert_string_equal(refusal_row(p->msg.refused.refusal)->name,
		    refusal_row(refusal)->name);
		return;
	}
	fail_msg("no refused %s came", refusal_row(refusal)->name);
}

static void
expect_bye(struct peer *p, enum refusal refusal)
{
	int64_t until = clock_mono_ms() + ROOM_WAIT_MS;

	while (peer_hear(p, ROOM_WAIT_MS) && clock_mono_ms() < until) {
		if (p->msg.type != WIRE_BYE)
			continue;
		assert_int_equal(p->msg.bye.refusal, refusal);
		return;
	}
	fail_msg("no bye %s came", refusal_row(refusal)->name);
}

static void
expect_deliver(struct peer *p, unsigned n)
{
	struct id id = room_id(n);

	peer_expect(p, WIRE_DELIVER);
	assert_memory_equal(p->msg.deliver.parcel.id.bytes, id.bytes, ID_BYTES);
}

static void
settle(struct peer *p, unsigned n, enum wire_outcome outcome, const char *code)
{
	struct id id = room_id(n);

	peer_settle(p, &id, 0, outcome, code);
	peer_expect(p, WIRE_SETTLED);
}

static json_t *
parcel_of(struct room *r, unsigned n)
{
	char text[ID_TEXT_BYTES];
	struct id id = room_id(n);

	return room_ask(r, json_pack("{s:s,s:s}", "command", "parcel", "id",
			       id_text(&id, text)));
}

static void
expect_state(struct room *r, unsigned n, const char *state)
{
	json_t *o = parcel_of(r, n);
	json_t *leg = json_array_get(
	    json_object_get(json_object_get(o, "parcel"), "legs"), 0);

	assert_string_equal(
	    json_string_value(json_object_get(leg, "state")), state);
	json_decref(o);
}

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
	if (strcmp(backend, "lmdb") == 0)
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

#define LARGE (2 * 1024 * 1024 + 500)

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
	if (strcmp(backend, "lmdb") == 0)
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

/* ---- who may what ---- */

static void
refuses_with_reason(void **state)
{
	struct room *r = opened("limits\n    parcel = \"50 KiB\"\n");
	struct peer *a = peer_new(r, &r->a);

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_B, ROOM_A, STAMP, 10);
	expect_refused(a, REFUSAL_NO_RIGHT);
	peer_submit(a, 2, ROOM_A, "1370100040", STAMP, 10);
	expect_refused(a, REFUSAL_UNKNOWN_RECEIVER);
	peer_submit(a, 3, "1370100040", ROOM_A, STAMP, 10);
	expect_refused(a, REFUSAL_UNKNOWN_SENDER);
	peer_submit(a, 4, ROOM_A, ROOM_A, STAMP, 10);
	expect_refused(a, REFUSAL_SAME_OFFICE);
	peer_submit(a, 5, ROOM_A, ROOM_B, STAMP, 60 * 1024);
	expect_refused(a, REFUSAL_TOO_LARGE);
	/* and goes on */
	peer_submit(a, 6, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(a, WIRE_ACCEPTED);
	peer_free(&a);
	room_close(&r);
}

/* F23, T45 */
static void
window_is_kept(void **state)
{
	struct room *r = opened("limits\n    submit_parcels = \"1\"\n");
	struct peer *a = peer_new(r, &r->a);
	unsigned i, accepted = 0, busy = 0;

	(void)state;
	peer_join(a, 1, 0);
	for (i = 0; i < 200; i++)
		peer_submit(a, 100 + i, ROOM_A, ROOM_B, STAMP, 100);
	while (accepted + busy < 200 && peer_hear(a, ROOM_WAIT_MS)) {
		if (a->msg.type == WIRE_ACCEPTED)
			accepted += (unsigned)a->msg.accepted.count;
		else if (a->msg.type == WIRE_REFUSED &&
			 a->msg.refused.refusal == REFUSAL_BUSY)
			busy++;
	}
	assert_int_equal(accepted + busy, 200);
	assert_true(accepted > 0);
	assert_true(busy > 0);
	peer_free(&a);
	room_close(&r);
}

/* F23, T45 */
static void
queue_limit_is_kept(void **state)
{
	struct room *r = opened("limits\n    queue_parcels = \"2\"\n");
	struct peer *a = peer_new(r, &r->a);

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(a, WIRE_ACCEPTED);
	peer_submit(a, 2, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(a, WIRE_ACCEPTED);
	peer_submit(a, 3, ROOM_A, ROOM_B, STAMP, 10);
	expect_refused(a, REFUSAL_QUEUE_FULL);
	peer_submit(a, 4, ROOM_A, ROOM_OUT, STAMP, 10);
	peer_expect(a, WIRE_ACCEPTED);
	peer_free(&a);
	room_close(&r);
}

static void
reserve_is_kept(void **state)
{
	struct room *r;
	struct peer *a;

	(void)state;
	if (strcmp(backend, "lmdb") != 0)
		return; /* memory has no disk to be full */
	r = room_open_reserve("lmdb", INT64_MAX / 4, 0);
	a = peer_new(r, &r->a);
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, LARGE);
	expect_refused(a, REFUSAL_LARGE_NOT_NOW);
	peer_submit(a, 2, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(a, WIRE_ACCEPTED);
	peer_free(&a);
	room_close(&r);
	r = room_open_reserve("lmdb", INT64_MAX / 4, INT64_MAX / 4);
	a = peer_new(r, &r->a);
	peer_join(a, 1, 0);
	peer_submit(a, 2, ROOM_A, ROOM_B, STAMP, 10);
	expect_refused(a, REFUSAL_DISK_FULL);
	assert_true(a->msg.refused.later);
	peer_free(&a);
	room_close(&r);
}

/* T01 */
static void
strangers_stay_out(void **state)
{
	struct room *r = opened("session\n    handshake = \"500 ms\"\n");
	struct curve_key unknown;
	struct peer *p, *a;
	json_t *o;

	(void)state;
	curve_new(&unknown);
	p = peer_new(r, &unknown);
	peer_hello(p, 1);
	assert_int_equal(peer_hear(p, QUIET_MS), 0);
	peer_free(&p);
	/* revoked while it is connected */
	a = peer_new(r, &r->a);
	peer_join(a, 1, 0);
	o = room_ask(
	    r, json_pack("{s:s,s:s}", "command", "agent.revoke", "name", "a"));
	assert_true(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
	expect_bye(a, REFUSAL_NO_RIGHT);
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, 10);
	expect_bye(a, REFUSAL_NO_RIGHT);
	peer_free(&a);
	a = peer_new(r, &r->a);
	peer_hello(a, 2);
	assert_int_equal(peer_hear(a, QUIET_MS), 0);
	peer_free(&a);
	assert_true(room_counter(r, "gate_refused") >= 2);
	room_close(&r);
}

/* T02 */
static void
dead_gate_lets_nobody_in(void **state)
{
	struct room *r = opened("session\n    handshake = \"500 ms\"\n");
	struct peer *in = peer_new(r, &r->a), *late;

	(void)state;
	peer_join(in, 1, 0);
	gate_stop(r->broker->gate);
	late = peer_new(r, &r->b);
	peer_hello(late, 1);
	assert_int_equal(peer_hear(late, 1000), 0);
	/* who was in stays in */
	peer_submit(in, 1, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(in, WIRE_ACCEPTED);
	peer_free(&late);
	peer_free(&in);
	room_close(&r);
}

/* T01 */
static void
key_of_the_manual_is_refused(void **state)
{
	struct room *r = opened("");
	json_t *o;

	(void)state;
	o = room_ask(r, json_pack("{s:s,s:s,s:s,s:s}", "command", "agent.add",
			    "name", "test", "role", "pdf", "public_key",
			    "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"));
	assert_false(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
	room_close(&r);
}

/* ---- one key, two sessions ---- */

/* F25 */
static void
clones_conflict(void **state)
{
	/* long: on a busy machine a word may take its time */
	struct room *r = opened("session\n    probe = \"3 s\"\n");
	struct peer *one = peer_new(r, &r->a), *two = peer_new(r, &r->a);
	struct wire_msg pong = {.type = WIRE_PONG};
	json_t *o;

	(void)state;
	peer_join(one, 1, 0);
	peer_hello(two, 2);
	peer_expect(one, WIRE_PING);
	pong.pong = one->msg.ping;
	peer_say(one, &pong, NULL, NULL, 0);
	expect_bye(two, REFUSAL_CONFLICT);
	peer_submit(one, 1, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(one, WIRE_ACCEPTED);
	o = room_ask(r, json_pack("{s:s}", "command", "status"));
	assert_int_equal(json_array_size(json_object_get(o, "alarms")), 1);
	json_decref(o);
	/* the old one falls silent: the new one gets in */
	peer_hello(two, 3);
	peer_expect(two, WIRE_WELCOME);
	peer_submit(one, 2, ROOM_A, ROOM_B, STAMP, 10);
	expect_bye(one, REFUSAL_NOT_OPEN);
	peer_free(&one);
	peer_free(&two);
	room_close(&r);
}

/* F17: The same process by another socket: no question is asked. */
static void
reconnection_takes_over_at_once(void **state)
{
	struct room *r = opened("session\n    probe = \"1 min\"\n");
	struct peer *one = peer_new(r, &r->a), *two = peer_new(r, &r->a);

	(void)state;
	peer_join(one, 1, 0);
	peer_hello(two, 1);
	peer_expect(two, WIRE_WELCOME);
	peer_free(&one);
	peer_free(&two);
	room_close(&r);
}

/* Another process: at once if the broker knows by then that the old one's line
 * is cut, after the probe if its socket does not know it yet. */
static void
restart_takes_over(void **state)
{
	struct room *r = opened("session\n    probe = \"1 s\"\n");
	struct peer *one = peer_new(r, &r->a), *two;

	(void)state;
	peer_join(one, 1, 0);
	peer_free(&one);
	two = peer_new(r, &r->a);
	peer_join(two, 9, 0);
	peer_free(&two);
	room_close(&r);
}

/* F17 */
static void
silent_agents_are_gone(void **state)
{
	struct room *r = opened("session\n    heartbeat = \"100 ms\"\n");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	int64_t until = clock_mono_ms() + ROOM_WAIT_MS;

	(void)state;
	peer_join(a, 1, 0);
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(a, WIRE_ACCEPTED);
	peer_join(b, 2, 4);
	expect_deliver(b, 1);
	while (room_counter(r, "sessions") > 0)
		assert_true(clock_mono_ms() < until);
	assert_int_equal(room_counter(r, "lost_leases"), 1);
	peer_settle(b, &(struct id){{1}}, 0, WIRE_OUTCOME_DELIVERED, "");
	expect_bye(b, REFUSAL_NOT_OPEN);
	peer_hello(b, 2);
	peer_expect(b, WIRE_WELCOME);
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

/* ---- what breaks the grammar ---- */

static void
bad_frames_harm_nobody(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	struct wire_msg hello = {.type = WIRE_HELLO};
	struct wire_msg credit = {.type = WIRE_CREDIT};
	char *big = calloc(1, 2 * 1024 * 1024);
	struct buf frame;

	(void)state;
	peer_join(b, 1, 4);
	peer_raw(a, "\xff\xff\xff", 3, 0);
	expect_bye(a, REFUSAL_MALFORMED);
	peer_raw(a, "", 0, 0);
	expect_bye(a, REFUSAL_MALFORMED);
	peer_raw(a, "\x7a\x00", 2, 100); /* many frames */
	expect_bye(a, REFUSAL_NOT_OPEN);
	/* no common version */
	hello.hello.protocol_min = hello.hello.protocol_max = 77;
	hello.hello.software = "later/9";
	peer_say(a, &hello, NULL, NULL, 0);
	expect_bye(a, REFUSAL_VERSION);
	/* words before hello */
	credit.credit.parcels = 1;
	peer_say(a, &credit, NULL, NULL, 0);
	expect_bye(a, REFUSAL_NOT_OPEN);
	/* a submit without its frame, with two, with a short one */
	peer_join(a, 2, 0);
	buf_init(&frame, WIRE_BUF_MAX);
	peer_submit_header(1, ROOM_A, ROOM_B, 10, &frame);
	peer_raw(a, frame.data, frame.len, 0);
	expect_refused(a, REFUSAL_MALFORMED);
	peer_raw(a, frame.data, frame.len, 2);
	expect_refused(a, REFUSAL_MALFORMED);
	peer_submit_header(1, ROOM_A, ROOM_B, 11, &frame);
	peer_raw(a, frame.data, frame.len, 1);
	expect_refused(a, REFUSAL_DIGEST);
	peer_submit_header(1, ROOM_A, ROOM_B, 10, &frame);
	peer_raw(a, frame.data, frame.len, 1);
	peer_expect(a, WIRE_ACCEPTED);
	expect_deliver(b, 1);
	/* frames behind a ping */
	peer_raw(a, "\x82\x01\x02\x08\x2a", 5, 1);
	expect_bye(a, REFUSAL_MALFORMED);
	/* over a frame's limit: the connection is closed, nobody else's */
	peer_join(a, 2, 0);
	peer_raw(a, big, 2 * 1024 * 1024, 0);
	settle(b, 1, WIRE_OUTCOME_DELIVERED, "");
	free(big);
	buf_fini(&frame);
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

/* T04 */
static void
own_routing_ids_are_not_heard(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new_as(r, &r->a, "office");

	(void)state;
	peer_hello(a, 1);
	assert_int_equal(peer_hear(a, QUIET_MS), 0);
	peer_free(&a);
	room_close(&r);
}

/* ---- fairness, flow ---- */

/* F19 */
static void
credit_bounds_deliveries(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	struct id one = room_id(1);
	unsigned i, n = 0;

	(void)state;
	peer_join(a, 1, 0);
	peer_join(b, 2, 2);
	for (i = 1; i <= 5; i++)
		peer_submit(a, i, ROOM_A, ROOM_B, STAMP, 10);
	while (room_counter(r, "accepted") < 5)
		peer_expect(a, WIRE_ACCEPTED);
	while (peer_hear(b, QUIET_MS))
		n += b->msg.type == WIRE_DELIVER;
	assert_int_equal(n, 2);
	peer_settle(b, &one, 0, WIRE_OUTCOME_DELIVERED, "");
	expect_deliver(b, 3);
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

static void
query_tells_states(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	struct wire_msg msg = {.type = WIRE_QUERY};
	struct id ids[2] = {room_id(1), room_id(99)};

	(void)state;
	peer_join(a, 1, 0);
	peer_join(b, 2, 0);
	peer_submit(a, 1, ROOM_A, ROOM_B, STAMP, 10);
	peer_expect(a, WIRE_ACCEPTED);
	msg.query.count = 2;
	msg.query.ids = ids;
	peer_say(a, &msg, NULL, NULL, 0);
	peer_expect(a, WIRE_RECEIPT);
	assert_int_equal(a->msg.receipt.state, LEG_READY);
	peer_expect(a, WIRE_ANSWER);
	assert_int_equal(a->msg.answer.count, 1);
	/* not the receiver's to ask: no receipt, but not unknown either, or it
	 * would be offered again */
	peer_say(b, &msg, NULL, NULL, 0);
	peer_expect(b, WIRE_ANSWER);
	assert_int_equal(b->msg.answer.count, 1);
	assert_int_equal(id_compare(&b->msg.answer.ids[0], &ids[1]), 0);
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

static void
registry_change_ends_sessions(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a);
	json_t *o;

	(void)state;
	peer_join(a, 1, 0);
	assert_int_equal(a->msg.welcome.office_count, 1);
	o = room_ask(r, json_pack("{s:s,s:[{s:s,s:s,s:s}]}", "command",
			    "registry.import", "rows", "office_number",
			    "1370100040", "inside", "1", "folder_agent", "a"));
	assert_true(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
	expect_bye(a, REFUSAL_NONE);
	peer_hello(a, 1);
	peer_expect(a, WIRE_WELCOME);
	assert_int_equal(a->msg.welcome.office_count, 2);
	peer_free(&a);
	room_close(&r);
}

int
main(void)
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
	    cmocka_unit_test(refuses_with_reason),
	    cmocka_unit_test(window_is_kept),
	    cmocka_unit_test(queue_limit_is_kept),
	    cmocka_unit_test(reserve_is_kept),
	    cmocka_unit_test(strangers_stay_out),
	    cmocka_unit_test(dead_gate_lets_nobody_in),
	    cmocka_unit_test(key_of_the_manual_is_refused),
	    cmocka_unit_test(clones_conflict),
	    cmocka_unit_test(reconnection_takes_over_at_once),
	    cmocka_unit_test(restart_takes_over),
	    cmocka_unit_test(silent_agents_are_gone),
	    cmocka_unit_test(bad_frames_harm_nobody),
	    cmocka_unit_test(own_routing_ids_are_not_heard),
	    cmocka_unit_test(credit_bounds_deliveries),
	    cmocka_unit_test(query_tells_states),
	    cmocka_unit_test(registry_change_ends_sessions),
	};
	int failed =
	    cmocka_run_group_tests_name("relay-mem", cases, NULL, NULL);

	backend = "lmdb";
	return failed +
	       cmocka_run_group_tests_name("relay-lmdb", cases, NULL, NULL);
}

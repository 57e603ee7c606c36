/* NAME
 *	relay_guard_test - what a whole broker does not let its agents do
 * DESCRIPTION
 *	Who may what, one key in two places, what breaks the grammar, and more
 *	than fits.  Every case runs on both back ends of the store.
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

#include "relay.h"

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
	if (strcmp(relay_backend(), "lmdb") != 0)
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

static int
group(const char *name)
{
	const struct CMUnitTest cases[] = {
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

	return cmocka_run_group_tests_name(name, cases, NULL, NULL);
}

int
main(void)
{
	return relay_cases("relay-guard", group);
}

/* NAME
 *	test_link_receive - the agent's side of the wire: what is delivered
 * DESCRIPTION
 *	Against a small peer (bench.h): downloads, settling, asking.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "digest.h"
#include "log.h"

#include "bench.h"

static void
keep_settle(struct bench *b, const struct wire_msg *msg)
{
	b->settle = msg->settle.items[0];
	snprintf(b->code, sizeof(b->code), "%s", b->settle.code);
	b->settle_parcels += msg->settle.credit.parcels;
	b->settle_bytes += msg->settle.credit.bytes;
	bench_done(b);
}

static void
hear_settle(struct peer *peer, const struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, void *arg)
{
	(void)peer, (void)frames, (void)count;
	if (msg->type == WIRE_SETTLE)
		keep_settle(arg, msg);
}

static void
say_deliver(
    struct bench *b, const struct wire_parcel *p, const struct link_body *body)
{
	struct wire_msg out = {.type = WIRE_DELIVER};

	out.deliver.parcel = *p;
	out.deliver.leg = 1;
	out.deliver.queue = "office/1370100026";
	peer_say(&b->peer, &out, body, wire_inline_count(p));
}

struct deliver_case {
	const char *label;
	size_t bytes;
	bool text;
	enum { HONEST, BAD_DIGEST, LONGER, SHORTER, BROKEN } lie;
	enum wire_outcome wanted;
};

static const struct deliver_case deliver_cases[] = {
    {"text", 20000, true, HONEST, WIRE_OUTCOME_DELIVERED},
    {"random", 20000, false, HONEST, WIRE_OUTCOME_DELIVERED},
    {"empty", 0, false, HONEST, WIRE_OUTCOME_DELIVERED},
    {"one byte", 1, false, HONEST, WIRE_OUTCOME_DELIVERED},
    {"one frame", WIRE_INLINE_BYTES_MAX, false, HONEST, WIRE_OUTCOME_DELIVERED},
    {"other digest", 3000, true, BAD_DIGEST, WIRE_OUTCOME_NEVER},
    {"other digest, plain", 3000, false, BAD_DIGEST, WIRE_OUTCOME_NEVER},
    {"more than it says", 3000, true, LONGER, WIRE_OUTCOME_NEVER},
    {"less than it says", 3000, true, SHORTER, WIRE_OUTCOME_NEVER},
    {"not zstd", 3000, true, BROKEN, WIRE_OUTCOME_NEVER},
};

static void
deliver_one(struct bench *b, const struct deliver_case *c)
{
	struct link_body raw =
	    c->text ? text_body(c->bytes) : random_body(c->bytes);
	struct link_body body;
	struct wire_parcel p;
	struct wire_document d;

	parcel_make(&p, &d, "A.CSV", &raw, &body);
	b->expect[0] = raw;
	b->expect_count = 1;
	d.sha256[0] ^= c->lie == BAD_DIGEST;
	if (c->lie == LONGER)
		d.bytes--;
	if (c->lie == SHORTER)
		d.bytes++;
	if (c->lie == BROKEN)
		memset((char *)(uintptr_t)body.data, 'x', body.bytes);
	say_deliver(b, &p, &body);
	bench_run(b);
	assert_int_equal(b->settle.outcome, c->wanted);
	assert_string_equal(
	    b->code, c->wanted == WIRE_OUTCOME_NEVER ? "digest" : "");
	assert_int_equal(b->settle.leg, 1);
	body_free(&d, &body);
	free((void *)(uintptr_t)raw.data);
}

static void
test_deliver(void **state)
{
	struct bench *b = bench_new(hear_settle);
	size_t count = sizeof(deliver_cases) / sizeof(deliver_cases[0]);

	(void)state;
	bench_run(b);
	bench_run_until(b, &b->peer.counts[WIRE_CREDIT], 1);
	for (size_t i = 0; i < count; i++) {
		print_message("case: %s\n", deliver_cases[i].label);
		deliver_one(b, &deliver_cases[i]);
	}
	assert_int_equal(b->settle_parcels, count);
	bench_free(b);
}

/* The peer serves chunks of what upload holds. */
static void
serve_fetch(struct peer *peer, const struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, void *arg)
{
	struct bench *b = arg;
	struct wire_msg out = {.type = WIRE_CHUNK};
	struct link_body piece;

	(void)frames, (void)count;
	if (msg->type == WIRE_SETTLE)
		keep_settle(b, msg);
	if (msg->type != WIRE_FETCH)
		return;
	if (id_compare(&msg->fetch.id, &b->gone) == 0)
		return;
	if (b->ignore > 0) {
		b->ignore--;
		return;
	}
	out.chunk = msg->fetch;
	piece.data = b->upload + msg->fetch.offset;
	piece.bytes = b->upload_bytes - msg->fetch.offset;
	if (piece.bytes > WIRE_INLINE_BYTES_MAX)
		piece.bytes = WIRE_INLINE_BYTES_MAX;
	peer_say(peer, &out, &piece, 1);
	if (b->between != NULL)
		say_deliver(b, b->between, b->between_body);
	b->between = NULL;
}

/* A large parcel, then a small one of the same pair and one of another: the
 * stranger passes, the pair keeps its order. */
static void
test_download(void **state)
{
	struct bench *b = bench_new(serve_fetch);
	struct link_body raw = random_body(5 * WIRE_INLINE_BYTES_MAX + 77);
	struct link_body small = text_body(300), body, body_small;
	struct wire_parcel p, q;
	struct wire_document d, e;

	(void)state;
	parcel_make(&p, &d, "L.PDF", &raw, &body);
	parcel_make(&q, &e, "S.CSV", &small, &body_small);
	b->upload = (char *)(uintptr_t)raw.data;
	b->upload_bytes = raw.bytes;
	bench_run(b);
	say_deliver(b, &p, NULL);
	say_deliver(b, &q, &body_small);
	memcpy(q.from, "1370100034", 11);
	q.id = id_new(clock_wall_ms());
	e.name = "X.CSV";
	say_deliver(b, &q, &body_small);
	bench_run_until(b, &b->delivered, 3);
	assert_string_equal(b->order.data, "XLS");
	bench_run_until(b, &b->settle_parcels, 3);
	body_free(&e, &body_small);
	free((void *)(uintptr_t)small.data);
	bench_free(b);
}

/* A compressed small one of another pair comes in the middle of a compressed
 * large one: neither spoils the other. */
static void
test_download_between(void **state)
{
	struct bench *b = bench_new(serve_fetch);
	struct link_body raw = random_body(6 * WIRE_INLINE_BYTES_MAX);
	struct link_body small = text_body(300), body, body_small;
	struct wire_parcel p, q;
	struct wire_document d, e;
	char *letters = (char *)(uintptr_t)raw.data;

	(void)state;
	for (size_t i = 0; i < raw.bytes; i++)
		letters[i] = (char)('a' + (letters[i] & 15));
	parcel_make(&p, &d, "L.TXT", &raw, &body);
	parcel_make(&q, &e, "X.CSV", &small, &body_small);
	assert_int_equal(d.encoding, WIRE_ENCODING_ZSTD);
	assert_int_equal(e.encoding, WIRE_ENCODING_ZSTD);
	assert_true(body.bytes > 2 * WIRE_INLINE_BYTES_MAX);
	memcpy(q.from, "1370100034", 11);
	b->between = &q;
	b->between_body = &body_small;
	b->upload = (char *)(uintptr_t)body.data;
	b->upload_bytes = body.bytes;
	bench_run(b);
	say_deliver(b, &p, NULL);
	bench_run_until(b, &b->settle_parcels, 2);
	assert_string_equal(b->order.data, "XL");
	assert_int_equal(b->settle.outcome, WIRE_OUTCOME_DELIVERED);
	body_free(&e, &body_small);
	free((void *)(uintptr_t)small.data);
	free(letters);
	bench_free(b);
}

/* Its lease ran out, so what it fetched was ignored, and it is delivered again:
 * it comes once, and the large one behind it comes too. */
static void
test_download_again(void **state)
{
	struct bench *b = bench_new(serve_fetch);
	struct link_body raw = random_body(2 * WIRE_INLINE_BYTES_MAX + 7), body;
	struct wire_parcel p, q;
	struct wire_document d, e;

	(void)state;
	parcel_make(&p, &d, "L.PDF", &raw, &body);
	parcel_make(&q, &e, "M.PDF", &raw, &body);
	memcpy(q.from, "1370100034", 11);
	b->upload = (char *)(uintptr_t)raw.data;
	b->upload_bytes = raw.bytes;
	b->ignore = 3;
	bench_run(b);
	say_deliver(b, &p, NULL);
	say_deliver(b, &q, NULL);
	bench_run_until(b, &b->peer.counts[WIRE_FETCH], 3);
	say_deliver(b, &p, NULL);
	bench_run_until(b, &b->delivered, 2);
	assert_string_equal(b->order.data, "LM");
	/* two settled, and what the second copy had cost */
	bench_run_until(b, &b->settle_parcels, 3);
	assert_int_equal(b->settle_bytes, 11 + 11 + d.encoded_bytes);
	bench_free(b);
}

/* The owner has it already, and its leg ends with that: nothing of it is
 * fetched, and the large one behind it is not kept waiting. */
static void
test_offered(void **state)
{
	struct bench *b = bench_new(serve_fetch);
	struct link_body raw = random_body(2 * WIRE_INLINE_BYTES_MAX + 7), body;
	struct wire_parcel p, q;
	struct wire_document d, e;

	(void)state;
	parcel_make(&p, &d, "L.PDF", &raw, &body);
	parcel_make(&q, &e, "M.PDF", &raw, &body);
	b->upload = (char *)(uintptr_t)raw.data;
	b->upload_bytes = raw.bytes;
	b->had = b->gone = p.id;
	bench_run(b);
	say_deliver(b, &p, NULL);
	say_deliver(b, &q, NULL);
	bench_run_until(b, &b->settle_parcels, 2);
	assert_int_equal(b->offers, 2);
	assert_string_equal(b->order.data, "M");
	assert_int_equal(b->peer.counts[WIRE_FETCH], 3);
	assert_int_equal(b->settle_bytes, 11 + 11);
	assert_int_equal(b->downs, 0);
	bench_free(b);
}

/* The leg of the first ends while it is fetched and nobody says so: the link
 * begins anew instead of waiting for ever, and the others come. */
static void
test_download_gone(void **state)
{
	struct bench *b = bench_hurried(serve_fetch, 2000);
	struct link_body raw = random_body(2 * WIRE_INLINE_BYTES_MAX + 7), body;
	struct wire_parcel p, q;
	struct wire_document d, e;

	(void)state;
	parcel_make(&p, &d, "L.PDF", &raw, &body);
	parcel_make(&q, &e, "M.PDF", &raw, &body);
	b->upload = (char *)(uintptr_t)raw.data;
	b->upload_bytes = raw.bytes;
	b->gone = p.id;
	b->peer.heartbeat_ms = 100;
	bench_run(b);
	say_deliver(b, &p, NULL);
	say_deliver(b, &q, NULL);
	bench_run_until(b, &b->downs, 1);
	assert_string_equal(b->down.code, "no-chunk");
	assert_int_equal(b->delivered, 0);
	bench_run_until(b, &b->welcomes, 2);
	say_deliver(b, &q, NULL);
	bench_run_until(b, &b->settle_parcels, 1);
	assert_string_equal(b->order.data, "M");
	bench_free(b);
}

static void
test_settle(void **state)
{
	struct bench *b = bench_new(hear_settle);
	struct link_body raw = text_body(100), body;
	struct wire_parcel p;
	struct wire_document d;
	struct wire_settle_item item = {.outcome = WIRE_OUTCOME_PICKED_UP};
	struct wire_settled_item settled = {0};
	struct wire_msg out = {.type = WIRE_SETTLED};

	(void)state;
	parcel_make(&p, &d, "A.CSV", &raw, &body);
	bench_run(b);
	b->outcome = WIRE_OUTCOME_LATER;
	say_deliver(b, &p, &body);
	bench_run(b);
	assert_int_equal(b->settle.outcome, WIRE_OUTCOME_LATER);
	assert_string_equal(b->code, "disk-full");
	assert_int_equal(b->settle_parcels, 1);
	assert_int_equal(b->settle_bytes, 11);
	item.id = p.id;
	link_settle(b->link, &item, 0);
	bench_run(b);
	assert_int_equal(b->settle.outcome, WIRE_OUTCOME_PICKED_UP);
	assert_int_equal(b->settle_parcels, 1);
	out.settled.count = 1;
	out.settled.items = &settled;
	settled.id = p.id;
	peer_say(&b->peer, &out, NULL, 0);
	bench_run(b);
	assert_int_equal(b->settled, 1);
	body_free(&d, &body);
	free((void *)(uintptr_t)raw.data);
	bench_free(b);
}

static void
answer_query(struct peer *peer, const struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, void *arg)
{
	struct wire_msg out = {.type = WIRE_RECEIPT};

	(void)frames, (void)count, (void)arg;
	if (msg->type != WIRE_QUERY)
		return;
	out.receipt.id = msg->query.ids[0];
	out.receipt.state = LEG_DELIVERED;
	out.receipt.way = WAY_BUS;
	out.receipt.code = out.receipt.detail = "";
	peer_say(peer, &out, NULL, 0);
	memset(&out, 0, sizeof(out));
	out.type = WIRE_ANSWER;
	peer_say(peer, &out, NULL, 0);
}

static void
test_query(void **state)
{
	struct bench *b = bench_new(answer_query);
	struct id id = id_new(1);

	(void)state;
	assert_int_equal(link_query(b->link, &id, 1), TSK_LATER);
	bench_run(b);
	assert_int_equal(link_query(b->link, &id, 1), 0);
	bench_run_until(b, &b->answers, 1);
	assert_int_equal(b->receipts, 1);
	bench_free(b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deliver),
	    cmocka_unit_test(test_download),
	    cmocka_unit_test(test_download_between),
	    cmocka_unit_test(test_download_again),
	    cmocka_unit_test(test_download_gone),
	    cmocka_unit_test(test_offered),
	    cmocka_unit_test(test_settle),
	    cmocka_unit_test(test_query),
	};

	log_open("test", LOG_ERROR_);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_link - the agent's side of the wire against a small peer
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

#include "peer.h"

#define LIMIT_MS 20000

/* One case: a peer, a link, and what happened to it. */
struct bench {
	zloop_t *loop;
	struct peer peer;
	struct link *link;
	bool done;
	/* events of the link */
	unsigned welcomes, downs, accepted, refused, rooms, delivered, settled,
	    answers, receipts;
	struct why down;
	enum refusal refusal;
	struct buf order; /* parcels delivered, a letter each */
	/* what the case gives */
	struct link_body expect[4];
	size_t expect_count;
	enum wire_outcome outcome;
	/* what the peer heard */
	struct wire_settle_item settle;
	char code[32];
	uint32_t settle_parcels;
	uint64_t settle_bytes;
	char *upload;
	size_t upload_bytes, upload_total;
	unsigned ahead, ahead_max;
	unsigned ignore;                   /* that many fetches */
	struct id gone;                    /* its leg ended: fetched in vain */
	struct id had;                     /* the owner has this one already */
	unsigned offers;                   /* asked about */
	const struct wire_parcel *between; /* delivered after the first chunk */
	const struct link_body *between_body;
};

static void
finish(struct bench *b)
{
	b->done = true;
}

/* ---- the link's events ---- */

static void
on_welcome(struct link *link, const struct wire_welcome *w, void *arg)
{
	struct bench *b = arg;

	assert_true(link_open(link));
	assert_int_equal(w->protocol, 1);
	b->welcomes++;
	finish(b);
}

static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct bench *b = arg;

	assert_false(link_open(link));
	b->down = *why;
	b->downs++;
	finish(b);
}

static void
on_accepted(struct link *link, const struct wire_accepted_item *item, void *arg)
{
	(void)link, (void)item;
	((struct bench *)arg)->accepted++;
}

static void
on_refused(struct link *link, const struct wire_refused *refused, void *arg)
{
	struct bench *b = arg;

	(void)link;
	b->refusal = refused->refusal;
	b->refused++;
}

static void
on_room(struct link *link, void *arg)
{
	(void)link;
	((struct bench *)arg)->rooms++;
	finish(arg);
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	struct bench *b = arg;
	struct wire_settle_item item = {0};
	const struct wire_parcel *parcel = &delivery->deliver->parcel;

	for (size_t i = 0; i < b->expect_count; i++) {
		assert_int_equal(delivery->bodies[i].bytes, b->expect[i].bytes);
		assert_memory_equal(delivery->bodies[i].data, b->expect[i].data,
		    b->expect[i].bytes);
	}
	buf_char(&b->order, parcel->documents[0].name[0]);
	b->delivered++;
	item.id = parcel->id;
	item.leg = delivery->deliver->leg;
	item.outcome = b->outcome;
	item.code = b->outcome == WIRE_OUTCOME_DELIVERED ? "" : "disk-full";
	item.detail = "a\nb";
	item.at_ms = 7;
	link_settle(link, &item, 11);
}

static bool
on_offered(struct link *link, const struct wire_deliver *deliver, void *arg)
{
	struct bench *b = arg;
	struct wire_settle_item item = {.code = "", .detail = ""};

	b->offers++;
	if (id_compare(&deliver->parcel.id, &b->had) != 0)
		return false;
	item.id = deliver->parcel.id;
	item.leg = deliver->leg;
	item.outcome = WIRE_OUTCOME_DELIVERED;
	item.at_ms = 7;
	link_settle(link, &item, 11);
	return true;
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	(void)link, (void)item;
	((struct bench *)arg)->settled++;
	finish(arg);
}

static void
on_receipt(struct link *link, const struct wire_receipt *receipt, void *arg)
{
	(void)link;
	assert_int_equal(receipt->state, LEG_DELIVERED);
	((struct bench *)arg)->receipts++;
}

static void
on_answer(struct link *link, const struct wire_ids *unknown, void *arg)
{
	(void)link;
	assert_int_equal(unknown->count, 0);
	((struct bench *)arg)->answers++;
	finish(arg);
}

static const struct link_events events = {
    .welcome = on_welcome,
    .down = on_down,
    .accepted = on_accepted,
    .refused = on_refused,
    .deliver = on_deliver,
    .offered = on_offered,
    .settled = on_settled,
    .receipt = on_receipt,
    .answer = on_answer,
    .room = on_room,
};

/* ---- the bench ---- */

static struct bench *
bench_hurried(peer_fn *fn, int64_t fetch_timeout_ms)
{
	struct bench *b = mem_new(sizeof(*b));
	struct link_settings s = {0};
	struct curve_key own;
	struct why why = {0};

	curve_new(&own);
	b->loop = zloop_new();
	b->outcome = WIRE_OUTCOME_DELIVERED;
	buf_init(&b->order, 1000);
	peer_open(&b->peer, b->loop, fn, b);
	s.endpoint = b->peer.endpoint;
	s.broker_key = b->peer.key.public_key;
	s.public_key = own.public_key;
	s.secret_key = own.secret_key;
	s.software = "test/1";
	s.credit_parcels = 8;
	s.credit_bytes = 1000000;
	s.connect_timeout_ms = 1000;
	s.fetch_timeout_ms = fetch_timeout_ms;
	assert_int_equal(link_new(b->loop, &s, &events, b, &b->link, &why), 0);
	return b;
}

static struct bench *
bench_new(peer_fn *fn)
{
	return bench_hurried(fn, 0);
}

static void
bench_free(struct bench *b)
{
	link_free(&b->link);
	if (b->peer.socket != NULL)
		peer_close(&b->peer);
	zloop_destroy(&b->loop);
	buf_fini(&b->order);
	free(b->upload);
	free(b);
}

static void
run(struct bench *b)
{
	b->done = false;
	assert_true(peer_run(b->loop, &b->done, LIMIT_MS));
}

static void
run_until(struct bench *b, const unsigned *counter, unsigned wanted)
{
	int64_t end = clock_mono_ms() + LIMIT_MS;

	while (*counter < wanted && clock_mono_ms() < end) {
		b->done = false;
		peer_run(b->loop, &b->done, 50);
	}
	assert_int_equal(*counter, wanted);
}

/* A parcel of one document with these bytes. */
static void
parcel_make(struct wire_parcel *p, struct wire_document *d, const char *name,
    const struct link_body *raw, struct link_body *body)
{
	memset(p, 0, sizeof(*p));
	memset(d, 0, sizeof(*d));
	p->id = id_new(clock_wall_ms());
	memcpy(p->from, "1370100018", 11);
	memcpy(p->to, "1370100026", 11);
	p->document_count = 1;
	p->documents = d;
	d->name = name;
	d->kind = "UPPLAN";
	d->bytes = raw->bytes;
	digest_sha256(raw->data, raw->bytes, d->sha256);
	encode_body(raw->data, raw->bytes, body, &d->encoding);
	d->encoded_bytes = body->bytes;
}

static void
body_free(const struct wire_document *d, struct link_body *body)
{
	if (d->encoding == WIRE_ENCODING_ZSTD)
		free((void *)(uintptr_t)body->data);
}

static struct link_body
text_body(size_t bytes)
{
	static const char words[] =
	    "202407,0000000001,\"訪問介護\",1000,1130\r\n";
	char *p = mem_new(bytes + 1);

	for (size_t i = 0; i < bytes; i++)
		p[i] = words[i % (sizeof(words) - 1)];
	return (struct link_body){p, bytes};
}

static struct link_body
random_body(size_t bytes)
{
	char *p = mem_new(bytes + 1);

	digest_random(p, bytes);
	return (struct link_body){p, bytes};
}

/* ---- sending ---- */

static void
accept_submit(struct peer *peer, const struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, void *arg)
{
	struct wire_msg out = {.type = WIRE_ACCEPTED};
	struct wire_accepted_item item = {0};

	(void)frames, (void)arg;
	if (msg->type != WIRE_SUBMIT)
		return;
	assert_int_equal(count, wire_inline_count(&msg->submit));
	for (size_t i = 0; i < count; i++)
		assert_true(wire_frame_check(
		    &msg->submit, i, zmq_msg_size(&frames[i])));
	item.id = msg->submit.id;
	item.accepted_ms = 5;
	out.accepted.count = 1;
	out.accepted.items = &item;
	peer_say(peer, &out, NULL, 0);
}

static void
test_submit(void **state)
{
	struct bench *b = bench_new(accept_submit);
	struct link_body raw = text_body(5000), body;
	struct wire_parcel p;
	struct wire_document d;
	unsigned sent = 0;

	(void)state;
	parcel_make(&p, &d, "A.CSV", &raw, &body);
	assert_int_equal(d.encoding, WIRE_ENCODING_ZSTD);
	assert_int_equal(link_submit(b->link, &p, &body), TSK_LATER);
	run(b);
	while (link_submit(b->link, &p, &body) == 0) {
		p.id = id_new(clock_wall_ms());
		sent++;
	}
	assert_int_equal(sent, b->peer.window);
	run_until(b, &b->accepted, sent);
	assert_true(b->rooms > 0);
	assert_int_equal(link_submit(b->link, &p, &body), 0);
	run_until(b, &b->accepted, sent + 1);
	body_free(&d, &body);
	free((void *)(uintptr_t)raw.data);
	bench_free(b);
}

static void
refuse_submit(struct peer *peer, const struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, void *arg)
{
	struct wire_msg out = {.type = WIRE_REFUSED};

	(void)frames, (void)arg, (void)count;
	if (msg->type != WIRE_SUBMIT)
		return;
	out.refused.id = msg->submit.id;
	out.refused.refusal = REFUSAL_UNKNOWN_RECEIVER;
	out.refused.detail = "";
	peer_say(peer, &out, NULL, 0);
}

static void
test_refused(void **state)
{
	struct bench *b = bench_new(refuse_submit);
	struct link_body raw = random_body(500), body;
	struct wire_parcel p;
	struct wire_document d;

	(void)state;
	parcel_make(&p, &d, "A.CSV", &raw, &body);
	assert_int_equal(d.encoding, WIRE_ENCODING_NONE);
	run(b);
	assert_int_equal(link_submit(b->link, &p, &body), 0);
	run_until(b, &b->refused, 1);
	assert_int_equal(b->refusal, REFUSAL_UNKNOWN_RECEIVER);
	free((void *)(uintptr_t)raw.data);
	bench_free(b);
}

/* Takes chunks; each acknowledgement comes late, so that the agent shows how
 * far ahead it goes.  Begins at 1 MiB: the rest of an upload that was cut. */
static void
say_resume(struct peer *peer, const struct id *id, uint64_t offset)
{
	struct wire_msg out = {.type = WIRE_RESUME};

	out.resume.id = *id;
	out.resume.offset = offset;
	peer_say(peer, &out, NULL, 0);
}

static void
take_chunks(struct peer *peer, const struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, void *arg)
{
	struct bench *b = arg;

	if (msg->type == WIRE_SUBMIT) {
		assert_int_equal(count, 0);
		b->upload_total = msg->submit.documents[0].encoded_bytes;
		b->upload = mem_new(b->upload_total);
		b->upload_bytes = WIRE_INLINE_BYTES_MAX;
		say_resume(peer, &msg->submit.id, WIRE_INLINE_BYTES_MAX);
	} else if (msg->type == WIRE_CHUNK) {
		assert_int_equal(count, 1);
		assert_int_equal(msg->chunk.offset, b->upload_bytes);
		memcpy(b->upload + b->upload_bytes, zmq_msg_data(&frames[0]),
		    zmq_msg_size(&frames[0]));
		b->upload_bytes += zmq_msg_size(&frames[0]);
		if (++b->ahead < WIRE_CHUNKS_AHEAD &&
		    b->upload_bytes < b->upload_total)
			return;
		b->ahead = 0;
		say_resume(peer, &msg->chunk.id, b->upload_bytes);
		if (b->upload_bytes == b->upload_total)
			finish(b);
	}
}

static void
test_upload(void **state)
{
	struct bench *b = bench_new(take_chunks);
	size_t n = 7 * WIRE_INLINE_BYTES_MAX + 12345;
	struct link_body raw = random_body(n), body;
	struct wire_parcel p;
	struct wire_document d;

	(void)state;
	parcel_make(&p, &d, "A.PDF", &raw, &body);
	run(b);
	assert_int_equal(link_submit(b->link, &p, &body), 0);
	run(b);
	assert_memory_equal(b->upload + WIRE_INLINE_BYTES_MAX,
	    (const char *)raw.data + WIRE_INLINE_BYTES_MAX,
	    n - WIRE_INLINE_BYTES_MAX);
	assert_int_equal(b->peer.counts[WIRE_CHUNK], 7);
	free((void *)(uintptr_t)raw.data);
	bench_free(b);
}

/* ---- receiving ---- */

static void
keep_settle(struct bench *b, const struct wire_msg *msg)
{
	b->settle = msg->settle.items[0];
	snprintf(b->code, sizeof(b->code), "%s", b->settle.code);
	b->settle_parcels += msg->settle.credit.parcels;
	b->settle_bytes += msg->settle.credit.bytes;
	finish(b);
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
	run(b);
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
	run(b);
	run_until(b, &b->peer.counts[WIRE_CREDIT], 1);
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
	run(b);
	say_deliver(b, &p, NULL);
	say_deliver(b, &q, &body_small);
	memcpy(q.from, "1370100034", 11);
	q.id = id_new(clock_wall_ms());
	e.name = "X.CSV";
	say_deliver(b, &q, &body_small);
	run_until(b, &b->delivered, 3);
	assert_string_equal(b->order.data, "XLS");
	run_until(b, &b->settle_parcels, 3);
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
	run(b);
	say_deliver(b, &p, NULL);
	run_until(b, &b->settle_parcels, 2);
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
	run(b);
	say_deliver(b, &p, NULL);
	say_deliver(b, &q, NULL);
	run_until(b, &b->peer.counts[WIRE_FETCH], 3);
	say_deliver(b, &p, NULL);
	run_until(b, &b->delivered, 2);
	assert_string_equal(b->order.data, "LM");
	/* two settled, and what the second copy had cost */
	run_until(b, &b->settle_parcels, 3);
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
	run(b);
	say_deliver(b, &p, NULL);
	say_deliver(b, &q, NULL);
	run_until(b, &b->settle_parcels, 2);
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
	run(b);
	say_deliver(b, &p, NULL);
	say_deliver(b, &q, NULL);
	run_until(b, &b->downs, 1);
	assert_string_equal(b->down.code, "no-chunk");
	assert_int_equal(b->delivered, 0);
	run_until(b, &b->welcomes, 2);
	say_deliver(b, &q, NULL);
	run_until(b, &b->settle_parcels, 1);
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
	run(b);
	b->outcome = WIRE_OUTCOME_LATER;
	say_deliver(b, &p, &body);
	run(b);
	assert_int_equal(b->settle.outcome, WIRE_OUTCOME_LATER);
	assert_string_equal(b->code, "disk-full");
	assert_int_equal(b->settle_parcels, 1);
	assert_int_equal(b->settle_bytes, 11);
	item.id = p.id;
	link_settle(b->link, &item, 0);
	run(b);
	assert_int_equal(b->settle.outcome, WIRE_OUTCOME_PICKED_UP);
	assert_int_equal(b->settle_parcels, 1);
	out.settled.count = 1;
	out.settled.items = &settled;
	settled.id = p.id;
	peer_say(&b->peer, &out, NULL, 0);
	run(b);
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
	run(b);
	assert_int_equal(link_query(b->link, &id, 1), 0);
	run_until(b, &b->answers, 1);
	assert_int_equal(b->receipts, 1);
	bench_free(b);
}

/* ---- trouble ---- */

static void
test_heartbeat(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	b->peer.heartbeat_ms = 100;
	run(b);
	run_until(b, &b->peer.counts[WIRE_PING], 3);
	assert_int_equal(b->downs, 0);
	bench_free(b);
}

/* The peer still hears us and says nothing: a new socket, the same epoch. */
static void
test_silence(void **state)
{
	struct bench *b = bench_new(NULL);
	uint8_t epoch[WIRE_EPOCH_BYTES];

	(void)state;
	b->peer.heartbeat_ms = 100;
	run(b);
	memcpy(epoch, b->peer.epoch, sizeof(epoch));
	b->peer.mute = true;
	run_until(b, &b->downs, 1);
	assert_string_equal(b->down.code, "silence");
	run_until(b, &b->peer.hellos, 2);
	b->peer.mute = false;
	run_until(b, &b->welcomes, 2);
	assert_memory_equal(epoch, b->peer.epoch, sizeof(epoch));
	bench_free(b);
}

/* The peer goes away and comes back on the same port. */
static void
test_restart(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	run(b);
	peer_close(&b->peer);
	run_until(b, &b->downs, 1);
	assert_string_equal(b->down.code, "connection-lost");
	peer_reopen(&b->peer);
	run_until(b, &b->welcomes, 2);
	bench_free(b);
}

static void
say_conflict(struct bench *b)
{
	struct wire_msg out = {.type = WIRE_BYE};

	out.bye.refusal = REFUSAL_CONFLICT;
	out.bye.detail = "";
	peer_say(&b->peer, &out, NULL, 0);
}

static void
test_conflict(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	run(b);
	say_conflict(b);
	run_until(b, &b->downs, 1);
	assert_string_equal(b->down.code, "conflict");
	run_until(b, &b->welcomes, 2);
	bench_free(b);
}

/* Header bytes that mean nothing: the link starts over and lives. */
static void
test_nonsense(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	run(b);
	zmq_send(b->peer.socket, b->peer.identity, b->peer.identity_bytes,
	    ZMQ_SNDMORE);
	zmq_send(b->peer.socket, "\xff\xff\xff", 3, 0);
	run_until(b, &b->downs, 1);
	run_until(b, &b->welcomes, 2);
	bench_free(b);
}

static void
test_settings(void **state)
{
	struct link_settings s = {.endpoint = "tcp://127.0.0.1:1",
	    .broker_key = "short",
	    .public_key = "",
	    .secret_key = ""};
	zloop_t *loop = zloop_new();
	struct link *link;
	struct why why = {0};

	(void)state;
	assert_int_equal(
	    link_new(loop, &s, &events, NULL, &link, &why), TSK_INVALID);
	assert_null(link);
	zloop_destroy(&loop);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_submit),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_upload),
	    cmocka_unit_test(test_deliver),
	    cmocka_unit_test(test_download),
	    cmocka_unit_test(test_download_between),
	    cmocka_unit_test(test_download_again),
	    cmocka_unit_test(test_download_gone),
	    cmocka_unit_test(test_offered),
	    cmocka_unit_test(test_settle),
	    cmocka_unit_test(test_query),
	    cmocka_unit_test(test_heartbeat),
	    cmocka_unit_test(test_silence),
	    cmocka_unit_test(test_restart),
	    cmocka_unit_test(test_conflict),
	    cmocka_unit_test(test_nonsense),
	    cmocka_unit_test(test_settings),
	};

	log_open("test", LOG_ERROR_);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

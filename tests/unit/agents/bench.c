/* NAME
 *	bench - a link and a small peer, and what happened between them
 * SUMMARY
 *	see bench.h
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "digest.h"

#include "bench.h"

#define LIMIT_MS 20000

void
bench_done(struct bench *b)
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
	bench_done(b);
}

static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct bench *b = arg;

	assert_false(link_open(link));
	b->down = *why;
	b->downs++;
	bench_done(b);
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
	bench_done(arg);
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
	bench_done(arg);
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
	bench_done(arg);
}

const struct link_events bench_events = {
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

struct bench *
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
	assert_int_equal(
	    link_new(b->loop, &s, &bench_events, b, &b->link, &why), 0);
	return b;
}

struct bench *
bench_new(peer_fn *fn)
{
	return bench_hurried(fn, 0);
}

void
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

void
bench_run(struct bench *b)
{
	b->done = false;
	assert_true(peer_run(b->loop, &b->done, LIMIT_MS));
}

void
bench_run_until(struct bench *b, const unsigned *counter, unsigned wanted)
{
	int64_t end = clock_mono_ms() + LIMIT_MS;

	while (*counter < wanted && clock_mono_ms() < end) {
		b->done = false;
		peer_run(b->loop, &b->done, 50);
	}
	assert_int_equal(*counter, wanted);
}

/* A parcel of one document with these bytes. */
void
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

void
body_free(const struct wire_document *d, struct link_body *body)
{
	if (d->encoding == WIRE_ENCODING_ZSTD)
		free((void *)(uintptr_t)body->data);
}

struct link_body
text_body(size_t bytes)
{
	static const char words[] =
	    "202407,0000000001,\"訪問介護\",1000,1130\r\n";
	char *p = mem_new(bytes + 1);

	for (size_t i = 0; i < bytes; i++)
		p[i] = words[i % (sizeof(words) - 1)];
	return (struct link_body){p, bytes};
}

struct link_body
random_body(size_t bytes)
{
	char *p = mem_new(bytes + 1);

	digest_random(p, bytes);
	return (struct link_body){p, bytes};
}

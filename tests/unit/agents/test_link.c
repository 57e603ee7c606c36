/* NAME
 *	test_link - the agent's side of the wire: sending, and trouble
 * DESCRIPTION
 *	Against a small peer (bench.h).  Receiving is test_link_receive.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "log.h"

#include "bench.h"

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
	bench_run(b);
	while (link_submit(b->link, &p, &body) == 0) {
		p.id = id_new(clock_wall_ms());
		sent++;
	}
	assert_int_equal(sent, b->peer.window);
	bench_run_until(b, &b->accepted, sent);
	assert_true(b->rooms > 0);
	assert_int_equal(link_submit(b->link, &p, &body), 0);
	bench_run_until(b, &b->accepted, sent + 1);
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
	bench_run(b);
	assert_int_equal(link_submit(b->link, &p, &body), 0);
	bench_run_until(b, &b->refused, 1);
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
			bench_done(b);
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
	bench_run(b);
	assert_int_equal(link_submit(b->link, &p, &body), 0);
	bench_run(b);
	assert_memory_equal(b->upload + WIRE_INLINE_BYTES_MAX,
	    (const char *)raw.data + WIRE_INLINE_BYTES_MAX,
	    n - WIRE_INLINE_BYTES_MAX);
	assert_int_equal(b->peer.counts[WIRE_CHUNK], 7);
	free((void *)(uintptr_t)raw.data);
	bench_free(b);
}

/* ---- trouble ---- */

static void
test_heartbeat(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	b->peer.heartbeat_ms = 100;
	bench_run(b);
	bench_run_until(b, &b->peer.counts[WIRE_PING], 3);
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
	bench_run(b);
	memcpy(epoch, b->peer.epoch, sizeof(epoch));
	b->peer.mute = true;
	bench_run_until(b, &b->downs, 1);
	assert_string_equal(b->down.code, "silence");
	bench_run_until(b, &b->peer.hellos, 2);
	b->peer.mute = false;
	bench_run_until(b, &b->welcomes, 2);
	assert_memory_equal(epoch, b->peer.epoch, sizeof(epoch));
	bench_free(b);
}

/* The peer goes away and comes back on the same port. */
static void
test_restart(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	bench_run(b);
	peer_close(&b->peer);
	bench_run_until(b, &b->downs, 1);
	assert_string_equal(b->down.code, "connection-lost");
	peer_reopen(&b->peer);
	bench_run_until(b, &b->welcomes, 2);
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
	bench_run(b);
	say_conflict(b);
	bench_run_until(b, &b->downs, 1);
	assert_string_equal(b->down.code, "conflict");
	bench_run_until(b, &b->welcomes, 2);
	bench_free(b);
}

/* Header bytes that mean nothing: the link starts over and lives. */
static void
test_nonsense(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	bench_run(b);
	zmq_send(b->peer.socket, b->peer.identity, b->peer.identity_bytes,
	    ZMQ_SNDMORE);
	zmq_send(b->peer.socket, "\xff\xff\xff", 3, 0);
	bench_run_until(b, &b->downs, 1);
	bench_run_until(b, &b->welcomes, 2);
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
	    link_new(loop, &s, &bench_events, NULL, &link, &why), TSK_INVALID);
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

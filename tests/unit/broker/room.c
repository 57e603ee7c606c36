/* NAME
 *	room - a whole broker in a thread, and small peers that speak the wire
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "digest.h"
#include "file.h"
#include "log.h"

#include "room.h"

static const char config[] = "listen = \"tcp://127.0.0.1:*\"\n"
			     "data = \"%s/data\"\n"
			     "key = \"%s/broker.key\"\n"
			     "log = \"error\"\n"
			     "store\n"
			     "    backend = \"%s\"\n"
			     "    map = \"64 MiB\"\n"
			     "limits\n"
			     "    reserve_large = \"0\"\n"
			     "    reserve = \"0\"\n"
			     "%s";

static void *
room_main(void *arg)
{
	struct room *r = arg;

	r->exit_code = broker_run(r->broker, r->stop_fd);
	return NULL;
}

static void
start(struct room *r)
{
	struct why why = {0};

	if (broker_open(&r->settings, &r->broker, &why) != 0)
		fail_msg("broker_open: %s", why.text);
	r->stop_fd = eventfd(0, EFD_CLOEXEC);
	assert_true(r->stop_fd >= 0);
	assert_int_equal(pthread_create(&r->thread, NULL, room_main, r), 0);
}

static void
stop(struct room *r)
{
	uint64_t one = 1;

	assert_int_equal(write(r->stop_fd, &one, sizeof(one)), sizeof(one));
	pthread_join(r->thread, NULL);
	close(r->stop_fd);
	broker_close(&r->broker);
}

void
room_restart(struct room *r)
{
	stop(r);
	start(r);
}

json_t *
room_ask(struct room *r, json_t *request)
{
	char endpoint[128], *text = json_dumps(request, JSON_COMPACT);
	void *s = zmq_socket(r->zmq, ZMQ_REQ);
	int limit = ROOM_WAIT_MS, linger = 0;
	zmq_msg_t msg;
	json_t *answer;

	assert_non_null(text);
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/data/control.sock",
	    r->folder);
	zmq_setsockopt(s, ZMQ_RCVTIMEO, &limit, sizeof(limit));
	zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof(linger));
	assert_int_equal(zmq_connect(s, endpoint), 0);
	assert_true(zmq_send(s, text, strlen(text), 0) > 0);
	zmq_msg_init(&msg);
	if (zmq_msg_recv(&msg, s, 0) < 0)
		fail_msg("no answer to %s", text);
	answer = json_loadb(zmq_msg_data(&msg), zmq_msg_size(&msg), 0, NULL);
	assert_non_null(answer);
	zmq_msg_close(&msg);
	zmq_close(s);
	free(text);
	json_decref(request);
	return answer;
}

int64_t
room_counter(struct room *r, const char *name)
{
	json_t *o = room_ask(r, json_pack("{s:s}", "command", "stats"));
	int64_t n = json_integer_value(
	    json_object_get(json_object_get(o, "counters"), name));

	json_decref(o);
	return n;
}

static void
add_agent(
    struct room *r, const char *name, const char *role, struct curve_key *key)
{
	json_t *o;

	curve_new(key);
	o = room_ask(
	    r, json_pack("{s:s,s:s,s:s,s:s}", "command", "agent.add", "name",
		   name, "public_key", key->public_key, "role", role));
	assert_true(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
}

static void
add_offices(struct room *r)
{
	json_t *o = room_ask(
	    r, json_pack("{s:s,s:[{s:s,s:s,s:s},{s:s,s:s,s:s},{s:s,s:s,s:s}]}",
		   "command", "registry.import", "rows", "office_number",
		   ROOM_A, "inside", "1", "folder_agent", "a", "office_number",
		   ROOM_B, "inside", "1", "folder_agent", "b", "office_number",
		   ROOM_OUT, "inside", "0", "way", "fax"));

	if (!json_is_true(json_object_get(o, "ok")))
		fail_msg("import: %s", json_dumps(o, 0));
	json_decref(o);
}

static struct room *
opened(const char *backend, const char *extra, int64_t reserve_large,
    int64_t reserve)
{
	struct room *r = mem_new(sizeof(*r));
	char path[128], text[2048];
	struct curve_key key;
	struct why why = {0};
	FILE *f;

	log_open("test", LOG_ERROR_);
	snprintf(r->folder, sizeof(r->folder), "%.40s/tasuki-room-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(r->folder));
	curve_new(&key);
	snprintf(path, sizeof(path), "%s/broker", r->folder);
	assert_int_equal(curve_save(path, &key, &why), 0);
	snprintf(path, sizeof(path), "%s/conf", r->folder);
	snprintf(
	    text, sizeof(text), config, r->folder, r->folder, backend, extra);
	assert_non_null(f = fopen(path, "w"));
	fputs(text, f);
	fclose(f);
	if (settings_load(path, &r->settings, &why) != 0)
		fail_msg("%s", why.text);
	r->settings.limits.reserve_large_bytes = reserve_large;
	r->settings.limits.reserve_bytes = reserve;
	r->zmq = zmq_ctx_new();
	start(r);
	add_agent(r, "a", "office", &r->a);
	add_agent(r, "b", "office", &r->b);
	add_agent(r, "paper", "pdf", &r->pdf);
	add_offices(r);
	return r;
}

/* The disk under a test may be anything: no reserve unless asked for. */
struct room *
room_open(const char *backend, const char *extra)
{
	return opened(backend, extra, 0, 0);
}

struct room *
room_open_reserve(const char *backend, int64_t reserve_large, int64_t reserve)
{
	return opened(backend, "", reserve_large, reserve);
}

void
room_close(struct room **r_p)
{
	struct room *r = *r_p;
	char base[64];
	int dir;

	stop(r);
	zmq_ctx_term(r->zmq);
	settings_free(&r->settings);
	snprintf(base, sizeof(base), "%s", r->folder);
	*strrchr(base, '/') = '\0';
	dir = open(base, O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(file_remove_tree(dir, strrchr(r->folder, '/') + 1), 0);
	close(dir);
	free(r);
	*r_p = NULL;
}

/* ---- peers ---- */

struct peer *
peer_new(struct room *r, const struct curve_key *key)
{
	return peer_new_as(r, key, "");
}

struct peer *
peer_new_as(struct room *r, const struct curve_key *key, const char *routing_id)
{
	struct peer *p = mem_new(sizeof(*p));
	int linger = 200;

	p->socket = zmq_socket(r->zmq, ZMQ_DEALER);
	if (routing_id[0] != '\0')
		zmq_setsockopt(
		    p->socket, ZMQ_ROUTING_ID, routing_id, strlen(routing_id));
	zmq_setsockopt(p->socket, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_setsockopt(p->socket, ZMQ_CURVE_SERVERKEY, r->broker->public_key,
	    CURVE_KEY_BYTES);
	zmq_setsockopt(
	    p->socket, ZMQ_CURVE_PUBLICKEY, key->public_key, CURVE_KEY_BYTES);
	zmq_setsockopt(
	    p->socket, ZMQ_CURVE_SECRETKEY, key->secret_key, CURVE_KEY_BYTES);
	assert_int_equal(zmq_connect(p->socket, r->broker->endpoint), 0);
	return p;
}

static void
forget(struct peer *p)
{
	while (p->frame_count > 0)
		zmq_msg_close(&p->frames[--p->frame_count]);
	wire_fini(&p->msg);
	memset(&p->msg, 0, sizeof(p->msg));
}

void
peer_free(struct peer **p)
{
	forget(*p);
	zmq_close((*p)->socket);
	free(*p);
	*p = NULL;
}

void
peer_say(struct peer *p, const struct wire_msg *msg, const void **bodies,
    const size_t *sizes, size_t count)
{
	struct buf b;
	size_t i;

	buf_init(&b, WIRE_BUF_MAX);
	wire_encode(msg, &b);
	assert_true(zmq_send(p->socket, b.data, b.len,
			count > 0 ? ZMQ_SNDMORE : 0) >= 0);
	for (i = 0; i < count; i++)
		assert_true(zmq_send(p->socket, bodies[i], sizes[i],
				i + 1 < count ? ZMQ_SNDMORE : 0) >= 0);
	buf_fini(&b);
}

void
peer_raw(struct peer *p, const void *header, size_t n, size_t frames)
{
	assert_true(
	    zmq_send(p->socket, header, n, frames ? ZMQ_SNDMORE : 0) >= 0);
	while (frames-- > 0)
		assert_true(zmq_send(p->socket, "0123456789", 10,
				frames ? ZMQ_SNDMORE : 0) >= 0);
}

int
peer_hear(struct peer *p, int ms)
{
	zmq_msg_t header;
	struct why why;
	int more;

	forget(p);
	zmq_setsockopt(p->socket, ZMQ_RCVTIMEO, &ms, sizeof(ms));
	zmq_msg_init(&header);
	if (zmq_msg_recv(&header, p->socket, 0) < 0) {
		zmq_msg_close(&header);
		return 0;
	}
	for (more = zmq_msg_more(&header); more;) {
		assert_true(p->frame_count < WIRE_DOCUMENTS_MAX);
		zmq_msg_init(&p->frames[p->frame_count]);
		assert_true(zmq_msg_recv(
				&p->frames[p->frame_count], p->socket, 0) >= 0);
		more = zmq_msg_more(&p->frames[p->frame_count++]);
	}
	if (wire_decode(zmq_msg_data(&header), zmq_msg_size(&header), &p->msg,
		&why) != 0)
		fail_msg("%s", why.text);
	zmq_msg_close(&header);
	return 1;
}

void
peer_expect(struct peer *p, enum wire_type type)
{
	int64_t until = clock_mono_ms() + ROOM_WAIT_MS;

	for (;;) {
		int64_t left = until - clock_mono_ms();

		if (left <= 0 || !peer_hear(p, (int)left))
			fail_msg("no %s came", wire_type_name(type));
		if (p->msg.type == type)
			return;
		if (p->msg.type == WIRE_REFUSED)
			fail_msg("refused instead of %s: %s",
			    wire_type_name(type), p->msg.refused.detail);
		if (p->msg.type == WIRE_BYE)
			fail_msg("bye instead of %s: %s", wire_type_name(type),
			    p->msg.bye.detail);
	}
}

void
peer_hello(struct peer *p, uint8_t epoch)
{
	struct wire_msg msg = {.type = WIRE_HELLO};

	msg.hello.protocol_min = WIRE_PROTOCOL_MIN;
	msg.hello.protocol_max = WIRE_PROTOCOL_MAX;
	msg.hello.software = "test/1";
	msg.hello.zstd = true;
	memset(msg.hello.epoch, epoch, WIRE_EPOCH_BYTES);
	peer_say(p, &msg, NULL, NULL, 0);
}

void
peer_join(struct peer *p, uint8_t epoch, uint32_t credit)
{
	struct wire_msg msg = {.type = WIRE_CREDIT};

	peer_hello(p, epoch);
	peer_expect(p, WIRE_WELCOME);
	if (credit == 0)
		return;
	msg.credit.parcels = credit;
	msg.credit.bytes = (uint64_t)credit * 1024 * 1024;
	peer_say(p, &msg, NULL, NULL, 0);
}

struct id
room_id(unsigned n)
{
	struct id id;

	memset(id.bytes, 7, sizeof(id.bytes));
	memcpy(id.bytes + 10, &n, sizeof(n));
	return id;
}

struct id
peer_submit(struct peer *p, unsigned n, const char *from, const char *to,
    const char *stamp, size_t bytes)
{
	struct wire_document doc = {
	    .name = "memo.txt", .kind = "", .bytes = bytes};
	struct wire_msg msg = {.type = WIRE_SUBMIT};
	const void *bodies[1];
	char *body = mem_new(bytes + 1);

	memset(body, (int)(n & 0xff), bytes);
	digest_sha256(body, bytes, doc.sha256);
	doc.encoded_bytes = bytes;
	msg.submit.id = room_id(n);
	strcpy(msg.submit.from, from);
	strcpy(msg.submit.to, to);
	strcpy(msg.submit.stamp, stamp);
	msg.submit.document_count = 1;
	msg.submit.documents = &doc;
	bodies[0] = body;
	peer_say(p, &msg, bodies, &bytes, wire_inline(&doc) ? 1 : 0);
	free(body);
	return msg.submit.id;
}

void
peer_submit_header(
    unsigned n, const char *from, const char *to, size_t bytes, struct buf *out)
{
	struct wire_document doc = {.name = "memo.txt",
	    .kind = "",
	    .bytes = bytes,
	    .encoded_bytes = bytes};
	struct wire_msg msg = {.type = WIRE_SUBMIT};

	msg.submit.id = room_id(n);
	strcpy(msg.submit.from, from);
	strcpy(msg.submit.to, to);
	msg.submit.document_count = 1;
	msg.submit.documents = &doc;
	wire_encode(&msg, out);
}

void
peer_settle(struct peer *p, const struct id *id, unsigned leg,
    enum wire_outcome outcome, const char *code)
{
	struct wire_settle_item item = {.id = *id,
	    .leg = leg,
	    .outcome = outcome,
	    .code = code,
	    .detail = ""};
	struct wire_msg msg = {.type = WIRE_SETTLE};

	msg.settle.count = 1;
	msg.settle.items = &item;
	if (outcome != WIRE_OUTCOME_PICKED_UP &&
	    outcome != WIRE_OUTCOME_WORKING) {
		msg.settle.credit.parcels = 1;
		msg.settle.credit.bytes = 1024 * 1024;
	}
	peer_say(p, &msg, NULL, NULL, 0);
}

/* NAME
 *	room - a whole broker in a thread, and small peers that speak the wire
 * DESCRIPTION
 *	For tests: real sockets, real CURVE, a folder of its own.  Everything
 *	that waits has a limit; what fails fails the test.
 */
#ifndef TASUKI_TEST_ROOM_H
#define TASUKI_TEST_ROOM_H

#include <pthread.h>

#include <jansson.h>
#include <zmq.h>

#include "broker.h"
#include "curve.h"
#include "settings.h"
#include "wire.h"

#define ROOM_WAIT_MS 10000
#define ROOM_A       "1370100016" /* agent a */
#define ROOM_B       "1370100024" /* agent b */
#define ROOM_OUT     "1370100032" /* outside: paper */

struct room {
	char folder[64];
	struct settings settings;
	struct broker *broker;
	pthread_t thread;
	int stop_fd, exit_code;
	void *zmq; /* the peers' */
	struct curve_key a, b, pdf;
};

/* room_open(backend, extra): agents a, b (role office) and pdf, offices ROOM_A
 * and ROOM_B inside, ROOM_OUT outside; extra = more lines of settings. */
struct room *room_open(const char *backend, const char *extra);
struct room *room_open_reserve(
    const char *backend, int64_t reserve_large, int64_t reserve);
/* room_restart(r): orderly stop and a new broker on the same folder. */
void room_restart(struct room *r);
void room_close(struct room **r);
/* room_ask(r, request): the control socket; owned by the caller. */
json_t *room_ask(struct room *r, json_t *request);
int64_t room_counter(struct room *r, const char *name);

struct peer {
	void *socket;
	struct wire_msg msg; /* the last one read */
	zmq_msg_t frames[WIRE_DOCUMENTS_MAX];
	size_t frame_count;
};

struct peer *peer_new(struct room *r, const struct curve_key *key);
struct peer *peer_new_as(
    struct room *r, const struct curve_key *key, const char *routing_id);
void peer_free(struct peer **p);
/* peer_say(p, msg, bodies, count): NULL-terminated by count; NULL data = zeros */
void peer_say(struct peer *p, const struct wire_msg *msg, const void **bodies,
    const size_t *sizes, size_t count);
/* peer_raw(p, header, n, frames): any bytes, then that many 10-byte frames */
void peer_raw(struct peer *p, const void *header, size_t n, size_t frames);
/* peer_hear(p, ms): 1 and p->msg, or 0 when nothing came. */
int peer_hear(struct peer *p, int ms);
/* peer_expect(p, type): the next message of that type; receipts, pings and
 * answers of other kinds on the way are passed over; fails after a while. */
void peer_expect(struct peer *p, enum wire_type type);
/* peer_hello(p, epoch): says hello and nothing else */
void peer_hello(struct peer *p, uint8_t epoch);
/* peer_join(p, epoch, credit): hello, welcome, credit */
void peer_join(struct peer *p, uint8_t epoch, uint32_t credit);
/* peer_submit(p, n, from, to, stamp, bytes): one document of ${bytes}; the
 * parcel's id is made of ${n}. */
struct id peer_submit(struct peer *p, unsigned n, const char *from,
    const char *to, const char *stamp, size_t bytes);
void peer_submit_header(unsigned n, const char *from, const char *to,
    size_t bytes, struct buf *out);
struct id room_id(unsigned n);
void peer_settle(struct peer *p, const struct id *id, unsigned leg,
    enum wire_outcome outcome, const char *code);

#endif

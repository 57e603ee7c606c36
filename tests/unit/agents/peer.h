/* NAME
 *	peer - the broker's end of the wire, as small as a test needs it
 * DESCRIPTION
 *	A CURVE ROUTER on a free loopback port in the caller's zloop.  Answers
 *	hello, ping and nothing else; each message is shown to the test, which
 *	answers as the case wants.
 */
#ifndef TASUKI_TEST_PEER_H
#define TASUKI_TEST_PEER_H

#include <czmq.h>

#include "curve.h"
#include "link.h"
#include "wire.h"

struct peer;
typedef void peer_fn(struct peer *peer, const struct wire_msg *msg,
    zmq_msg_t *frames, size_t count, void *arg);

struct peer {
	zloop_t *loop;
	void *socket;
	struct curve_key key;
	char endpoint[128];
	peer_fn *fn;
	void *arg;
	bool mute;       /* hears everything, answers nothing */
	unsigned hellos; /* heard */
	unsigned counts[WIRE_TYPES];
	uint8_t epoch[WIRE_EPOCH_BYTES]; /* of the last hello */
	uint32_t heartbeat_ms, window;
	char identity[64]; /* of who spoke last */
	size_t identity_bytes;
};

void peer_open(struct peer *peer, zloop_t *loop, peer_fn *fn, void *arg);
void peer_close(struct peer *peer);  /* the endpoint stays in the struct */
void peer_reopen(struct peer *peer); /* the same port again */
void peer_say(struct peer *peer, const struct wire_msg *msg,
    const struct link_body *bodies, size_t count);
/* peer_run(loop, done, limit_ms): run until *done or the limit; returns *done
 */
bool peer_run(zloop_t *loop, const bool *done, int limit_ms);

#endif

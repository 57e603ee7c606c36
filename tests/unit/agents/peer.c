/* NAME
 *	peer - the broker's end of the wire, as small as a test needs it
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#include "peer.h"

static void
answer(struct peer *peer, const struct wire_msg *msg)
{
	struct wire_msg out = {0};

	if (msg->type == WIRE_HELLO) {
		peer->hellos++;
		memcpy(peer->epoch, msg->hello.epoch, sizeof(peer->epoch));
		out.type = WIRE_WELCOME;
		out.welcome.protocol = 1;
		out.welcome.heartbeat_ms = peer->heartbeat_ms;
		out.welcome.submit_parcels = peer->window;
		out.welcome.submit_bytes = 8 * 1024 * 1024;
		out.welcome.now_ms = 1;
	} else if (msg->type == WIRE_PING) {
		out.type = WIRE_PONG;
		out.pong = msg->ping;
	} else {
		return;
	}
	if (!peer->mute)
		peer_say(peer, &out, NULL, 0);
}

static void
hear(struct peer *peer, zmq_msg_t *head, zmq_msg_t *frames, size_t count)
{
	struct wire_msg msg = {0};
	struct why why = {0};

	if (wire_decode(zmq_msg_data(head), zmq_msg_size(head), &msg, &why) !=
	    0)
		panic("an agent says nonsense: %s", why.text);
	peer->counts[msg.type]++;
	answer(peer, &msg);
	if (peer->fn != NULL && !peer->mute)
		peer->fn(peer, &msg, frames, count, peer->arg);
	wire_fini(&msg);
}

static int
on_readable(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct peer *peer = arg;
	zmq_msg_t parts[2 + WIRE_DOCUMENTS_MAX];
	size_t count = 0;

	(void)loop, (void)item;
	do {
		zmq_msg_init(&parts[count]);
		if (zmq_msg_recv(&parts[count], peer->socket,
			count == 0 ? ZMQ_DONTWAIT : 0) == -1)
			return 0;
		count++;
	} while (zmq_msg_more(&parts[count - 1]));
	peer->identity_bytes = zmq_msg_size(&parts[0]);
	memcpy(peer->identity, zmq_msg_data(&parts[0]), peer->identity_bytes);
	hear(peer, &parts[1], &parts[2], count - 2);
	while (count > 0)
		zmq_msg_close(&parts[--count]);
	return 0;
}

static void
bind_at(struct peer *peer, const char *endpoint)
{
	zmq_pollitem_t item = {.events = ZMQ_POLLIN};
	int one = 1, zero = 0;
	size_t n = sizeof(peer->endpoint);

	peer->socket = zmq_socket(zsys_init(), ZMQ_ROUTER);
	zmq_setsockopt(peer->socket, ZMQ_CURVE_SERVER, &one, sizeof(one));
	zmq_setsockopt(peer->socket, ZMQ_LINGER, &zero, sizeof(zero));
	zmq_setsockopt(
	    peer->socket, ZMQ_CURVE_SECRETKEY, peer->key.secret_key, 41);
	if (zmq_bind(peer->socket, endpoint) == -1)
		panic("bind: %s", zmq_strerror(errno));
	zmq_getsockopt(peer->socket, ZMQ_LAST_ENDPOINT, peer->endpoint, &n);
	item.socket = peer->socket;
	zloop_poller(peer->loop, &item, on_readable, peer);
}

void
peer_open(struct peer *peer, zloop_t *loop, peer_fn *fn, void *arg)
{
	memset(peer, 0, sizeof(*peer));
	peer->loop = loop;
	peer->fn = fn;
	peer->arg = arg;
	peer->heartbeat_ms = 1000;
	peer->window = 16;
	curve_new(&peer->key);
	bind_at(peer, "tcp://127.0.0.1:*");
}

void
peer_close(struct peer *peer)
{
	zmq_pollitem_t item = {0};

	item.socket = peer->socket;
	zloop_poller_end(peer->loop, &item);
	zmq_close(peer->socket);
	peer->socket = NULL;
}

void
peer_reopen(struct peer *peer)
{
	char endpoint[sizeof(peer->endpoint)];

	memcpy(endpoint, peer->endpoint, sizeof(endpoint));
	bind_at(peer, endpoint);
}

void
peer_say(struct peer *peer, const struct wire_msg *msg,
    const struct link_body *bodies, size_t count)
{
	struct buf head;

	buf_init(&head, WIRE_BUF_MAX);
	wire_encode(msg, &head);
	zmq_send(
	    peer->socket, peer->identity, peer->identity_bytes, ZMQ_SNDMORE);
	zmq_send(
	    peer->socket, head.data, head.len, count > 0 ? ZMQ_SNDMORE : 0);
	for (size_t i = 0; i < count; i++)
		zmq_send(peer->socket, bodies[i].data, bodies[i].bytes,
		    i + 1 < count ? ZMQ_SNDMORE : 0);
	buf_fini(&head);
}

struct waiting {
	const bool *done;
	int64_t until_ms;
};

static int
look(zloop_t *loop, int timer, void *arg)
{
	struct waiting *w = arg;

	(void)loop, (void)timer;
	return *w->done || clock_mono_ms() >= w->until_ms ? -1 : 0;
}

bool
peer_run(zloop_t *loop, const bool *done, int limit_ms)
{
	struct waiting w = {done, clock_mono_ms() + limit_ms};
	int timer = zloop_timer(loop, 2, 0, look, &w);

	zloop_start(loop);
	zloop_timer_end(loop, timer);
	return *done;
}

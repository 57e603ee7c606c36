/* NAME
 *	link_socket - one socket of the link, from connect to close
 * DESCRIPTION
 *	It never reconnects by itself; its monitor says when it is refused or
 *	cut.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

#include "inside.h"

#define CIPHER_BYTES 64 /* CURVE's nonce and tag count as the frame's */

static int
on_readable(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	(void)loop, (void)item;
	hear_drain(arg);
	return 0;
}

/* What the monitor says about a socket that never reconnects: any of these
 * ends it.  A refusal by the gate is told apart: it needs a person. */
static int
on_monitor(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct link *link = arg;
	zmq_msg_t event, address;
	uint16_t what = 0;

	(void)loop, (void)item;
	zmq_msg_init(&event);
	zmq_msg_init(&address);
	if (zmq_msg_recv(&event, link->monitor, ZMQ_DONTWAIT) == -1)
		return 0;
	if (zmq_msg_size(&event) >= sizeof(what))
		memcpy(&what, zmq_msg_data(&event), sizeof(what));
	if (zmq_msg_more(&event))
		(void)zmq_msg_recv(&address, link->monitor, 0);
	zmq_msg_close(&address);
	zmq_msg_close(&event);
	hear_drain(
	    link); /* a last word of the broker says more than a cut line */
	if (what == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
		link_lose(link, WHY_NEVER, "key-refused",
		    "The broker does not know this agent's key.");
	else if (link->state == DIALOG_OPEN)
		link_lose(link, WHY_LATER, "connection-lost",
		    "The connection to the broker was cut.");
	else
		link_lose(link, WHY_LATER, "no-connection",
		    "The broker cannot be reached, or its key is another.");
	return 0;
}

#define MONITOR_EVENTS                               \
	(ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED | \
	    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |        \
	    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |    \
	    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)

static void
set_int(void *socket, int option, int value)
{
	if (zmq_setsockopt(socket, option, &value, sizeof(value)) == -1)
		panic("socket option %d: %s", option, zmq_strerror(errno));
}

static void
set_options(struct link *link, void *socket)
{
	int64_t frame_max = WIRE_INLINE_BYTES_MAX + CIPHER_BYTES;

	set_int(socket, ZMQ_LINGER, 0);
	set_int(socket, ZMQ_SNDHWM, 0);
	set_int(socket, ZMQ_RCVHWM, 0);
	set_int(socket, ZMQ_IPV6, 1);
	set_int(socket, ZMQ_RECONNECT_IVL, -1);
	set_int(socket, ZMQ_HANDSHAKE_IVL, (int)link->timeout_ms);
	set_int(socket, ZMQ_CONNECT_TIMEOUT, (int)link->timeout_ms);
	zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &frame_max, sizeof(frame_max));
	if (zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, link->broker_key, 41) ==
		-1 ||
	    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, link->public_key, 41) ==
		-1 ||
	    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, link->secret_key, 41) ==
		-1)
		panic("CURVE keys: %s", zmq_strerror(errno));
}

/* A name no other socket of this process ever had: a closed socket gives its
 * name back some time later in libzmq's own thread, when the memory of its link
 * may long belong to another. */
static void
watch_socket(struct link *link)
{
	static atomic_uint made;
	zmq_pollitem_t item = {.events = ZMQ_POLLIN};
	char address[64];

	snprintf(address, sizeof(address), "inproc://link-%u",
	    atomic_fetch_add(&made, 1));
	link->monitor = zmq_socket(zsys_init(), ZMQ_PAIR);
	if (link->monitor == NULL ||
	    zmq_socket_monitor(link->socket, address, MONITOR_EVENTS) == -1 ||
	    zmq_connect(link->monitor, address) == -1)
		panic("socket monitor: %s", zmq_strerror(errno));
	item.socket = link->monitor;
	zloop_poller(link->loop, &item, on_monitor, link);
	item.socket = link->socket;
	zloop_poller(link->loop, &item, on_readable, link);
}

void
socket_close(struct link *link)
{
	zmq_pollitem_t item = {0};

	if (link->socket == NULL)
		return;
	item.socket = link->socket;
	zloop_poller_end(link->loop, &item);
	item.socket = link->monitor;
	zloop_poller_end(link->loop, &item);
	zmq_socket_monitor(link->socket, NULL, 0);
	zmq_close(link->socket);
	zmq_close(link->monitor);
	link->socket = link->monitor = NULL;
	link->state = DIALOG_CLOSED;
}

void
socket_open(struct link *link)
{
	link->socket = zmq_socket(zsys_init(), ZMQ_DEALER);
	if (link->socket == NULL)
		panic("socket: %s", zmq_strerror(errno));
	set_options(link, link->socket);
	watch_socket(link);
	link->begun_ms = link->heard_ms = link->sent_ms = link->pinged_ms =
	    clock_mono_ms();
	link->opened_ms = 0;
	link->state = DIALOG_NEW;
	memset(&link->lost, 0, sizeof(link->lost));
	if (zmq_connect(link->socket, link->endpoint) == -1) {
		link_lose(link, WHY_LATER, "no-connection",
		    "The endpoint of the broker cannot be used.");
		return;
	}
	link_say_hello(link);
}

void
socket_linger(struct link *link, int ms)
{
	set_int(link->socket, ZMQ_LINGER, ms);
}

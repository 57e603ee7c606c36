/* NAME
 *	link - an agent's side of the wire: the session
 * SUMMARY
 *	link_new(), then events; link_free().
 * DESCRIPTION
 *	States of one socket (dialog.h): new, hello sent, open, closed.  A
 *socket that disappoints is thrown away with everything in it, and a new one is
 *	made: a ROUTER may keep a mute connection for ever (two peers with one
 *	routing id), and only a new socket cures that.  libzmq's own
 *reconnecting is off for the same reason and because it would wake an office PC
 *ten times a second while the broker is away for a weekend.  The socket's
 *	monitor tells at once when the connection is refused or cut; heartbeats
 *	find the half-open ones.
 *
 *	Sending never blocks: the high-water mark is off, and what may be under
 *	way is bounded by the window of the welcome and by our own credit.
 *	Bodies are copied into the message once.  A reference would save that
 *	copy, but closing a socket does not wait for libzmq's I/O thread, which
 *	could then still read a body that the owner has freed.
 * DIAGNOSTICS
 *	One line when the link opens and one when it is lost; while it stays
 *	lost, one line an hour for each kind of reason.
 * BUGS
 *	The broker is named by one endpoint.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "curve.h"
#include "digest.h"
#include "log.h"

#include "inside.h"

#define TIMEOUT_MS      5000
#define RETRY_FIRST_MS  1000
#define RETRY_MAX_MS    30000
#define SETTLED_IN_MS   10000 /* open that long: the next try is at once */
#define DEAD_HEARTBEATS 3
#define MESSAGES_A_TURN 256 /* then others in the loop get their turn */
#define TELL_AGAIN_MS   (3600 * 1000)
#define CIPHER_BYTES    64 /* CURVE's nonce and tag count as the frame's */
#define SETTLE_TEXT_MAX (128u * 1024) /* well below a header frame */

static void arm(struct link *link);
static int turn_over(zloop_t *loop, int timer, void *arg);

/* ---- sending ---- */

/* The end of this turn of the loop: settlements go out, a lost socket is
 * replaced.  A timer of 0 ms is what zloop has for that. */
static void
want_turn(struct link *link)
{
	if (link->turn == -1)
		link->turn = zloop_timer(link->loop, 0, 1, turn_over, link);
}

void
link_lose(
    struct link *link, enum why_class class, const char *code, const char *text)
{
	if (link->lost.class == WHY_NONE)
		why_set(&link->lost, class, code, "%s", text);
	want_turn(link);
}

static bool
send_frame(struct link *link, const void *p, size_t n, bool more)
{
	zmq_msg_t frame;

	if (zmq_msg_init_size(&frame, n) == -1)
		panic("no memory for a frame");
	if (n > 0)
		memcpy(zmq_msg_data(&frame), p, n);
	if (zmq_msg_send(&frame, link->socket,
		ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) != -1)
		return true;
	zmq_msg_close(&frame);
	return false;
}

void
link_send(struct link *link, const struct wire_msg *msg,
    const struct link_body *bodies, size_t count)
{
	bool ok;

	if (link->socket == NULL || link->lost.class != WHY_NONE)
		return;
	wire_encode(msg, &link->out);
	ok = send_frame(link, link->out.data, link->out.len, count > 0);
	for (size_t i = 0; ok && i < count; i++)
		ok = send_frame(
		    link, bodies[i].data, bodies[i].bytes, i + 1 < count);
	link->sent_ms = clock_mono_ms();
	if (!ok)
		link_lose(link, WHY_LATER, "connection-lost",
		    "The connection to the broker takes no more data.");
}

static void
say_hello(struct link *link)
{
	struct wire_msg msg = {.type = WIRE_HELLO};
	enum dialog_state state = link->state;

	msg.hello.protocol_min = WIRE_PROTOCOL_MIN;
	msg.hello.protocol_max = WIRE_PROTOCOL_MAX;
	msg.hello.software = link->software;
	memcpy(msg.hello.epoch, link->epoch, sizeof(msg.hello.epoch));
	msg.hello.serve_count = link->serve_count;
	msg.hello.serve = (const char **)link->serve;
	msg.hello.zstd = true;
	if (dialog_step(DIALOG_AGENT, &state, WIRE_HELLO) != DIALOG_TAKE)
		panic("hello in state %s", dialog_state_name(link->state));
	link->state = state;
	link_send(link, &msg, NULL, 0);
}

static void
say_bye(struct link *link)
{
	struct wire_msg msg = {.type = WIRE_BYE};

	msg.bye.refusal = REFUSAL_NONE; /* an agent never refuses */
	msg.bye.detail = "";
	link_send(link, &msg, NULL, 0);
}

static void
say_credit(struct link *link)
{
	struct wire_msg msg = {.type = WIRE_CREDIT};

	if (link->credit.parcels == 0)
		return;
	msg.credit = link->credit;
	link_send(link, &msg, NULL, 0);
}

/* ---- settlements ---- */

static void
settles_clear(struct settle_queue *q)
{
	for (size_t i = 0; i < q->count; i++) {
		if (q->items[i].code[0] != '\0')
			free((void *)(uintptr_t)q->items[i].code);
		if (q->items[i].detail[0] != '\0')
			free((void *)(uintptr_t)q->items[i].detail);
	}
	q->count = q->text_bytes = 0;
	memset(&q->credit, 0, sizeof(q->credit));
}

static void
settles_flush(struct link *link)
{
	struct settle_queue *q = &link->settles;
	struct wire_msg msg = {.type = WIRE_SETTLE};

	if (q->count == 0)
		return;
	msg.settle.count = q->count;
	msg.settle.items = q->items;
	msg.settle.credit = q->credit;
	link_send(link, &msg, NULL, 0);
	settles_clear(q);
}

/* A copy of at most max bytes, cut at a character, without control characters;
 * "" stays static. */
static const char *
short_text(const char *s, size_t max)
{
	size_t n = s == NULL ? 0 : strlen(s);
	char *copy;

	if (n > max) {
		n = max;
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	if (n == 0)
		return "";
	copy = mem_new(n + 1);
	memcpy(copy, s, n);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7f)
			copy[i] = ' ';
	return copy;
}

void
link_settle(struct link *link, const struct wire_settle_item *item,
    uint64_t credit_bytes)
{
	struct settle_queue *q = &link->settles;
	struct wire_settle_item *copy;

	if (!link_open(link))
		return;
	if (q->count == q->cap) {
		q->cap = q->cap == 0 ? 16 : q->cap * 2;
		q->items = mem_resize(q->items, q->cap * sizeof(*q->items));
	}
	copy = &q->items[q->count++];
	*copy = *item;
	copy->code = short_text(item->code, WIRE_CODE_BYTES_MAX);
	copy->detail = short_text(item->detail, WIRE_DETAIL_BYTES_MAX);
	q->text_bytes += strlen(copy->code) + strlen(copy->detail);
	if (item->outcome != WIRE_OUTCOME_PICKED_UP) {
		q->credit.parcels++;
		q->credit.bytes += credit_bytes;
	}
	if (q->count == WIRE_ITEMS_MAX || q->text_bytes > SETTLE_TEXT_MAX)
		settles_flush(link);
	else if (!link->draining) /* drain() flushes at its end */
		want_turn(link);
}

int
link_query(struct link *link, const struct id *ids, size_t count)
{
	struct wire_msg msg = {.type = WIRE_QUERY};

	if (!link_open(link))
		return TSK_LATER;
	if (count == 0 || count > WIRE_ITEMS_MAX)
		return TSK_TOOBIG;
	msg.query.count = count;
	msg.query.ids = mem_dup(ids, count * sizeof(*ids));
	link_send(link, &msg, NULL, 0);
	free(msg.query.ids);
	return 0;
}

/* ---- receiving: one handler a message type ---- */

typedef void handler_fn(struct link *link, struct link_in *in);

static void
on_welcome(struct link *link, struct link_in *in)
{
	const struct wire_welcome *w = &in->msg.welcome;

	link->opened_ms = clock_mono_ms();
	link->heartbeat_ms = w->heartbeat_ms;
	link->told[0] = '\0';
	upload_welcome(link, w);
	log_info("link: opened protocol=%u queues=%zu offices=%zu window=%u "
		 "heartbeat_ms=%u",
	    w->protocol, w->serve_count, w->office_count, w->submit_parcels,
	    w->heartbeat_ms);
	say_credit(link);
	arm(link);
	if (link->events.welcome != NULL)
		link->events.welcome(link, w, link->arg);
}

static void
on_resume(struct link *link, struct link_in *in)
{
	upload_resume(link, &in->msg.resume);
}

static void
on_accepted(struct link *link, struct link_in *in)
{
	upload_accepted(link, &in->msg.accepted);
}

/* No parcel: the session itself is refused. */
static void
session_refused(struct link *link, enum refusal refusal)
{
	const struct refusal_row *row = refusal_row(refusal);

	if (link->tries == 0)
		link->tries = 1; /* never at once again after a no */
	link_lose(link, row->class, row->name, row->en);
}

static void
on_refused(struct link *link, struct link_in *in)
{
	if (id_is_zero(&in->msg.refused.id))
		session_refused(link, in->msg.refused.refusal);
	else
		upload_refused(link, &in->msg.refused);
}

static void
on_settled(struct link *link, struct link_in *in)
{
	for (size_t i = 0; i < in->msg.settled.count; i++)
		if (link->events.settled != NULL)
			link->events.settled(
			    link, &in->msg.settled.items[i], link->arg);
}

static void
on_receipt(struct link *link, struct link_in *in)
{
	if (link->events.receipt != NULL)
		link->events.receipt(link, &in->msg.receipt, link->arg);
}

static void
on_receipts(struct link *link, struct link_in *in)
{
	for (size_t i = 0; i < in->msg.receipts.count; i++)
		if (link->events.receipt != NULL)
			link->events.receipt(
			    link, &in->msg.receipts.items[i], link->arg);
}

static void
on_answer(struct link *link, struct link_in *in)
{
	if (link->events.answer != NULL)
		link->events.answer(link, &in->msg.answer, link->arg);
}

static void
on_ping(struct link *link, struct link_in *in)
{
	struct wire_msg msg = {.type = WIRE_PONG};

	msg.pong = in->msg.ping;
	link_send(link, &msg, NULL, 0);
}

static void
on_pong(struct link *link, struct link_in *in)
{
	(void)link, (void)in; /* heard_ms is all it's for */
}

static void
on_bye(struct link *link, struct link_in *in)
{
	if (in->msg.bye.refusal == REFUSAL_NONE)
		link_lose(link, WHY_LATER, "bye", "The broker said bye.");
	else
		session_refused(link, in->msg.bye.refusal);
}

static handler_fn *const handlers[WIRE_TYPES] = {
    [WIRE_WELCOME] = on_welcome,
    [WIRE_RESUME] = on_resume,
    [WIRE_CHUNK] = download_chunk,
    [WIRE_ACCEPTED] = on_accepted,
    [WIRE_REFUSED] = on_refused,
    [WIRE_DELIVER] = download_deliver,
    [WIRE_SETTLED] = on_settled,
    [WIRE_RECEIPT] = on_receipt,
    [WIRE_RECEIPTS] = on_receipts,
    [WIRE_ANSWER] = on_answer,
    [WIRE_PING] = on_ping,
    [WIRE_PONG] = on_pong,
    [WIRE_BYE] = on_bye,
};

static void
take(struct link *link, zmq_msg_t *head)
{
	struct link_in *in = &link->in;
	struct why why = {0};
	enum dialog_verdict verdict;

	if (wire_decode(
		zmq_msg_data(head), zmq_msg_size(head), &in->msg, &why) != 0) {
		say_bye(link);
		link_lose(link, WHY_LATER, why.code, why.text);
		return;
	}
	verdict = dialog_step(DIALOG_BROKER, &link->state, in->msg.type);
	if (verdict == DIALOG_REFUSE)
		link_lose(link, WHY_LATER, "not-open",
		    "The broker broke the order of the dialog.");
	else if (verdict == DIALOG_TAKE && handlers[in->msg.type] != NULL)
		handlers[in->msg.type](link, in);
	wire_fini(&in->msg);
}

/* More frames than documents can be: read on and drop them. */
static bool
receive_rest(struct link *link, struct link_in *in)
{
	bool fits = true;
	zmq_msg_t frame;
	int more = 1;

	while (more) {
		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, link->socket, 0) == -1)
			panic("half a message: %s", zmq_strerror(errno));
		more = zmq_msg_more(&frame);
		if (in->frame_count < WIRE_DOCUMENTS_MAX) {
			in->frames[in->frame_count++] = frame;
		} else {
			zmq_msg_close(&frame);
			fits = false;
		}
	}
	return fits;
}

/* One message, if there is one. */
static bool
receive(struct link *link)
{
	struct link_in *in = &link->in;
	zmq_msg_t head;
	bool fits = true;

	zmq_msg_init(&head);
	if (zmq_msg_recv(&head, link->socket, ZMQ_DONTWAIT) == -1)
		return false;
	in->frame_count = 0;
	if (zmq_msg_more(&head))
		fits = receive_rest(link, in);
	if (fits)
		take(link, &head);
	else
		link_lose(link, WHY_LATER, "malformed",
		    "The broker sent more frames than a message has.");
	for (size_t i = 0; i < in->frame_count; i++)
		zmq_msg_close(&in->frames[i]);
	zmq_msg_close(&head);
	return true;
}

static void
drain(struct link *link)
{
	unsigned n = 0;

	link->draining = true;
	while (n < MESSAGES_A_TURN && link->lost.class == WHY_NONE &&
	       link->socket != NULL && receive(link))
		n++;
	if (n > 0)
		link->heard_ms = clock_mono_ms();
	settles_flush(link);
	link->draining = false;
}

static int
on_readable(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	(void)loop, (void)item;
	drain(arg);
	return 0;
}

/* ---- the socket ---- */

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
	drain(link); /* a last word of the broker says more than a cut line */
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

static void
watch_socket(struct link *link)
{
	zmq_pollitem_t item = {.events = ZMQ_POLLIN};
	char address[64];

	snprintf(address, sizeof(address), "inproc://link-%p-%u", (void *)link,
	    link->sockets++);
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

static void
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

static void
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
	say_hello(link);
}

/* At once after a session that had lived a while, then 1 s doubling to 30 s,
 * give or take 20 % so that a thousand agents don't knock together. */
static int64_t
retry_delay(struct link *link, int64_t now_ms)
{
	int64_t delay = RETRY_FIRST_MS;
	uint8_t dice;

	if (link->opened_ms != 0 && now_ms - link->opened_ms >= SETTLED_IN_MS)
		link->tries = 0;
	if (link->tries++ == 0)
		return 0;
	for (unsigned i = 2; i < link->tries && delay < RETRY_MAX_MS; i++)
		delay *= 2;
	if (delay > RETRY_MAX_MS)
		delay = RETRY_MAX_MS;
	digest_random(&dice, 1);
	return delay * 4 / 5 + delay * 2 / 5 * dice / 255;
}

static void
tell_lost(struct link *link, const struct why *why, int64_t now_ms)
{
	if (strcmp(link->told, why->code) == 0 &&
	    now_ms - link->told_ms < TELL_AGAIN_MS)
		return;
	snprintf(link->told, sizeof(link->told), "%s", why->code);
	link->told_ms = now_ms;
	log_warn("link: lost code=%s retry_ms=%lld why=\"%s\"", why->code,
	    (long long)(link->retry_at_ms - now_ms), why->text);
}

static void
give_up_socket(struct link *link)
{
	int64_t now_ms = clock_mono_ms();
	bool was_open = link->opened_ms != 0;
	struct why why = link->lost;

	socket_close(link);
	memset(&link->lost, 0, sizeof(link->lost));
	link->retry_at_ms = now_ms + retry_delay(link, now_ms);
	link->opened_ms = 0;
	settles_clear(&link->settles);
	upload_forget(link);
	download_forget(link);
	tell_lost(link, &why, now_ms);
	arm(link);
	if (was_open && link->events.down != NULL)
		link->events.down(link, &why, link->arg);
}

static int
turn_over(zloop_t *loop, int timer, void *arg)
{
	struct link *link = arg;

	(void)loop, (void)timer;
	link->turn = -1;
	if (link->lost.class != WHY_NONE)
		give_up_socket(link);
	else
		settles_flush(link);
	return 0;
}

/* ---- the one timer ---- */

/* When nothing was sent, or nothing heard, for a heartbeat. */
static int64_t
ping_ms(const struct link *link)
{
	int64_t heard =
	    link->heard_ms > link->pinged_ms ? link->heard_ms : link->pinged_ms;
	int64_t older = link->sent_ms < heard ? link->sent_ms : heard;

	return older + link->heartbeat_ms;
}

static int64_t
next_ms(const struct link *link)
{
	int64_t ping, dead;

	if (link->socket == NULL)
		return link->retry_at_ms;
	if (link->state != DIALOG_OPEN)
		return link->begun_ms + link->timeout_ms;
	ping = ping_ms(link);
	dead = link->heard_ms + DEAD_HEARTBEATS * link->heartbeat_ms;
	return ping < dead ? ping : dead;
}

static void
beat(struct link *link, int64_t now_ms)
{
	struct wire_msg msg = {.type = WIRE_PING};

	drain(link); /* we may have been asleep, not the broker */
	if (now_ms - link->heard_ms >= DEAD_HEARTBEATS * link->heartbeat_ms) {
		link_lose(link, WHY_LATER, "silence",
		    "The broker has not been heard for three heartbeats.");
	} else if (now_ms >= ping_ms(link)) {
		msg.ping = ++link->pings;
		link->pinged_ms = now_ms;
		link_send(link, &msg, NULL, 0);
	}
}

static int
on_timer(zloop_t *loop, int timer, void *arg)
{
	struct link *link = arg;
	int64_t now_ms = clock_mono_ms();

	(void)loop, (void)timer;
	link->timer = -1;
	if (link->socket == NULL) {
		if (now_ms >= link->retry_at_ms)
			socket_open(link);
	} else if (link->state == DIALOG_OPEN) {
		beat(link, now_ms);
	} else if (now_ms - link->begun_ms >= link->timeout_ms) {
		link_lose(link, WHY_LATER, "no-answer",
		    "The broker did not answer hello in time.");
	}
	arm(link);
	return 0;
}

static void
arm(struct link *link)
{
	int64_t wait = next_ms(link) - clock_mono_ms();

	if (link->timer != -1)
		zloop_timer_end(link->loop, link->timer);
	if (wait < 0)
		wait = 0;
	if (link->lost.class != WHY_NONE)
		wait = link->timeout_ms; /* the end of the turn arms again */
	/* one more: a timer may fire within the last millisecond */
	link->timer =
	    zloop_timer(link->loop, (size_t)wait + 1, 1, on_timer, link);
}

/* ---- life ---- */

static int
check_settings(const struct link_settings *s, struct why *why)
{
	if (s->endpoint == NULL || s->endpoint[0] == '\0') {
		why_set(why, WHY_NEVER, "settings",
		    "The broker's endpoint is not set.");
		return TSK_INVALID;
	}
	if (!curve_form(s->broker_key) || !curve_form(s->public_key) ||
	    !curve_form(s->secret_key)) {
		why_set(why, WHY_NEVER, "settings",
		    "A CURVE key is not 40 characters of Z85.");
		return TSK_INVALID;
	}
	return 0;
}

static void
keep_settings(struct link *link, const struct link_settings *s)
{
	link->endpoint = mem_text(s->endpoint);
	link->software = mem_text(s->software == NULL ? "" : s->software);
	while (s->serve != NULL && s->serve[link->serve_count] != NULL)
		link->serve_count++;
	link->serve = mem_new((link->serve_count + 1) * sizeof(*link->serve));
	for (size_t i = 0; i < link->serve_count; i++)
		link->serve[i] = mem_text(s->serve[i]);
	memcpy(link->broker_key, s->broker_key, 41);
	memcpy(link->public_key, s->public_key, 41);
	memcpy(link->secret_key, s->secret_key, 41);
	link->credit.parcels = s->credit_parcels;
	link->credit.bytes = s->credit_bytes;
	link->timeout_ms =
	    s->connect_timeout_ms > 0 ? s->connect_timeout_ms : TIMEOUT_MS;
}

int
link_new(zloop_t *loop, const struct link_settings *settings,
    const struct link_events *events, void *arg, struct link **out,
    struct why *why)
{
	struct link *link;
	int rc;

	*out = NULL;
	rc = check_settings(settings, why);
	if (rc != 0)
		return rc;
	link = mem_new(sizeof(*link));
	link->loop = loop;
	link->events = *events;
	link->arg = arg;
	keep_settings(link, settings);
	digest_random(link->epoch, sizeof(link->epoch));
	buf_init(&link->out, WIRE_BUF_MAX);
	link->timer = link->turn = -1;
	link->state = DIALOG_CLOSED;
	upload_init(link);
	download_init(link);
	arm(link); /* the first socket is made in the loop */
	*out = link;
	return 0;
}

void
link_free(struct link **link_p)
{
	struct link *link = *link_p;

	if (link == NULL)
		return;
	*link_p = NULL;
	if (link_open(link)) {
		settles_flush(link);
		say_bye(link);
		set_int(link->socket, ZMQ_LINGER, 200); /* let bye leave */
	}
	socket_close(link);
	if (link->timer != -1)
		zloop_timer_end(link->loop, link->timer);
	if (link->turn != -1)
		zloop_timer_end(link->loop, link->turn);
	settles_clear(&link->settles);
	free(link->settles.items);
	upload_forget(link);
	download_fini(link);
	buf_fini(&link->out);
	for (size_t i = 0; i < link->serve_count; i++)
		free(link->serve[i]);
	free(link->serve);
	free(link->endpoint);
	free(link->software);
	explicit_bzero(link->secret_key, sizeof(link->secret_key));
	free(link);
}

bool
link_open(const struct link *link)
{
	return link->socket != NULL && link->state == DIALOG_OPEN &&
	       link->lost.class == WHY_NONE;
}

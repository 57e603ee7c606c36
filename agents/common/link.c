/* NAME
 *	link - an agent's side of the wire: the session
 * SUMMARY
 *	link_new(), then events; link_free().
 * DESCRIPTION
 *	States of one socket (dialog.h): new, hello sent, open, closed.  A socket
 *	that disappoints is thrown away with everything in it, and a new one is
 *	made: a ROUTER may keep a mute connection for ever (two peers with one
 *	routing id), and only a new socket cures that.  libzmq's own reconnecting
 *	is off for the same reason, and because it would wake an office PC ten
 *	times a second while the broker is away for a weekend.  The socket's
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
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "curve.h"
#include "digest.h"
#include "log.h"

#include "inside.h"

#define TIMEOUT_MS      5000
#define FETCH_MS        (10 * 60 * 1000) /* as long as a broker lends */
#define RETRY_FIRST_MS  1000
#define RETRY_MAX_MS    30000
#define SETTLED_IN_MS   10000 /* open that long: the next try is at once */
#define DEAD_HEARTBEATS 3
#define TELL_AGAIN_MS   (3600 * 1000)

static int turn_over(zloop_t *loop, int timer, void *arg);

/* ---- sending ---- */

/* The end of this turn of the loop: settlements go out, a lost socket is
 * replaced.  A timer of 0 ms is what zloop has for that. */
void
link_want_turn(struct link *link)
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
	link_want_turn(link);
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

void
link_say_hello(struct link *link)
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

void
link_say_bye(struct link *link)
{
	struct wire_msg msg = {.type = WIRE_BYE};

	msg.bye.refusal = REFUSAL_NONE; /* an agent never refuses */
	msg.bye.detail = "";
	link_send(link, &msg, NULL, 0);
}

void
link_say_credit(struct link *link)
{
	struct wire_msg msg = {.type = WIRE_CREDIT};

	if (link->credit.parcels == 0)
		return;
	msg.credit = link->credit;
	link_send(link, &msg, NULL, 0);
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

int
link_recall(struct link *link, const struct id *id, const char *code)
{
	struct wire_msg msg = {.type = WIRE_RECALL};

	if (!link_open(link))
		return TSK_LATER;
	if (link->protocol < 2)
		return TSK_VERSION;
	msg.recall.id = *id;
	msg.recall.code = code;
	link_send(link, &msg, NULL, 0);
	return 0;
}

int
link_reads(struct link *link, const char *number, const char *type)
{
	struct wire_msg msg = {.type = WIRE_READS};

	if (!link_open(link))
		return TSK_LATER;
	if (link->protocol < 4)
		return TSK_VERSION;
	snprintf(msg.reads.number, sizeof(msg.reads.number), "%s", number);
	snprintf(msg.reads.type, sizeof(msg.reads.type), "%s", type);
	msg.reads.editions = msg.reads.name = "";
	link_send(link, &msg, NULL, 0);
	return 0;
}

/* ---- a lost connection ---- */

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
	settle_clear(&link->settles);
	upload_forget(link);
	download_forget(link);
	tell_lost(link, &why, now_ms);
	link_arm(link);
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
		settle_flush(link);
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

	hear_drain(link); /* we may have been asleep, not the broker */
	if (now_ms - link->heard_ms >= DEAD_HEARTBEATS * link->heartbeat_ms) {
		link_lose(link, WHY_LATER, "silence",
		    "The broker has not been heard for three heartbeats.");
	} else if (download_stands(link, now_ms)) {
		link_say_bye(link);
		link_lose(link, WHY_LATER, "no-chunk",
		    "The broker sends nothing of a large document.");
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
	link_arm(link);
	return 0;
}

void
link_arm(struct link *link)
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
	size_t count = 0;

	link->endpoint = mem_text(s->endpoint);
	link->software = mem_text(s->software == NULL ? "" : s->software);
	while (s->serve != NULL && s->serve[count] != NULL)
		count++;
	link->serve = mem_new((count + 1) * sizeof(*link->serve));
	for (size_t i = 0; i < count; i++)
		link->serve[i] = mem_text(s->serve[i]);
	link->serve_count = count;
	memcpy(link->broker_key, s->broker_key, 41);
	memcpy(link->public_key, s->public_key, 41);
	memcpy(link->secret_key, s->secret_key, 41);
	link->credit.parcels = s->credit_parcels;
	link->credit.bytes = s->credit_bytes;
	link->timeout_ms =
	    s->connect_timeout_ms > 0 ? s->connect_timeout_ms : TIMEOUT_MS;
	link->fetch_ms =
	    s->fetch_timeout_ms > 0 ? s->fetch_timeout_ms : FETCH_MS;
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
	link_arm(link); /* the first socket is made in the loop */
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
		settle_flush(link);
		link_say_bye(link);
		socket_linger(link, 200); /* let bye leave */
	}
	socket_close(link);
	if (link->timer != -1)
		zloop_timer_end(link->loop, link->timer);
	if (link->turn != -1)
		zloop_timer_end(link->loop, link->turn);
	settle_clear(&link->settles);
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

uint32_t
link_protocol(const struct link *link)
{
	return link_open(link) ? link->protocol : 0;
}

bool
link_open(const struct link *link)
{
	return link->socket != NULL && link->state == DIALOG_OPEN &&
	       link->lost.class == WHY_NONE;
}

/* NAME
 *	hear - what agents say, until a handler takes it
 * DESCRIPTION
 *	Every message comes through hear_message(): who speaks (the key behind the
 *	connection, for every message anew), whether it can be read, whether
 *	the dialog table allows it now, then the handler of its type.
 * DIAGNOSTICS
 *	bad_messages counts what broke a rule; the peer hears bye or refused.
 */
#include <string.h>

#include "deliver.h"
#include "hear.h"
#include "intake.h"
#include "post.h"
#include "reads.h"
#include "recall.h"
#include "receipt.h"
#include "session.h"
#include "settle.h"

static void
on_submit(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	intake_submit(b, s, msg, in);
}

static void
on_chunk(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	intake_chunk(b, s, &msg->chunk, in);
}

static void
on_credit(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)in;
	deliver_credit(b, s, &msg->credit);
}

static void
on_fetch(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)in;
	deliver_fetch(b, s, &msg->fetch);
}

static void
on_settle(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)in;
	settle_message(b, s, &msg->settle);
	if (!s->over)
		deliver_credit(b, s, &msg->settle.credit);
}

static void
on_query(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)in;
	receipt_query(b, s, &msg->query);
}

static void
on_recall(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)in;
	recall_message(b, s, &msg->recall);
}

static void
on_reads(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)in;
	reads_message(b, s, &msg->reads);
}

static void
on_ping(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	struct wire_msg pong = {.type = WIRE_PONG};

	(void)in;
	pong.pong = msg->ping;
	post_message(b, s, &pong);
}

/* The answer to the ping of a probe is a new word, however soon it is read;
 * of others that were read in the turn of the probe nobody knows. */
static void
on_pong(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)in;
	if (s->probe_ms != 0 && msg->pong == (uint64_t)s->probe_ms &&
	    s->agent->live == s && s->agent->challenger != NULL)
		session_conflict(b, s->agent);
}

static void
on_bye(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)msg;
	(void)in;
	session_end(b, s, false);
}

static void
on_hello(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	(void)in;
	session_hello(b, s, msg);
}

static const struct {
	void (*take)(struct broker *b, struct session *s, struct wire_msg *msg,
	    struct hear_input *in);
	bool frames; /* may have frames behind the header */
} handlers[WIRE_TYPES] = {
    [WIRE_HELLO] = {on_hello, false},
    [WIRE_SUBMIT] = {on_submit, true},
    [WIRE_CHUNK] = {on_chunk, true},
    [WIRE_CREDIT] = {on_credit, false},
    [WIRE_FETCH] = {on_fetch, false},
    [WIRE_SETTLE] = {on_settle, false},
    [WIRE_QUERY] = {on_query, false},
    [WIRE_PING] = {on_ping, false},
    [WIRE_PONG] = {on_pong, false},
    [WIRE_BYE] = {on_bye, false},
    [WIRE_RECALL] = {on_recall, false},
    [WIRE_READS] = {on_reads, false},
};

/* A header that breaks the rules: tell which parcel, if it names one. */
static void
unreadable(struct broker *b, struct session *s, struct hear_input *in, int rc,
    const struct why *why)
{
	const void *p = zmq_msg_data(in->header);
	size_t n = zmq_msg_size(in->header);
	enum refusal refusal =
	    rc == TSK_TOOBIG ? REFUSAL_TOO_LARGE : REFUSAL_MALFORMED;
	struct id id;

	stats_add(&b->stats, STAT_BAD_MESSAGES, 1);
	if (strcmp(why->code, refusal_row(REFUSAL_BAD_NAME)->name) == 0)
		refusal = REFUSAL_BAD_NAME;
	if (s != NULL && s->dialog == DIALOG_OPEN && wire_submit_id(p, n, &id))
		post_refused(b, s, &id, refusal, why->text);
	else if (s != NULL)
		session_bye(b, s, refusal, why->text);
	else
		post_bye(b, in->route, refusal, why->text);
}

static void
step(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	switch (dialog_step(DIALOG_AGENT, &s->dialog, msg->type)) {
	case DIALOG_TAKE:
		break;
	case DIALOG_IGNORE:
		return;
	case DIALOG_REFUSE:
		stats_add(&b->stats, STAT_BAD_MESSAGES, 1);
		session_bye(b, s, REFUSAL_NOT_OPEN, NULL);
		return;
	}
	if (in->frame_count > 0 && msg->type != WIRE_UNKNOWN &&
	    !handlers[msg->type].frames) {
		stats_add(&b->stats, STAT_BAD_MESSAGES, 1);
		session_bye(b, s, REFUSAL_MALFORMED,
		    "Frames behind a message that has none.");
		return;
	}
	if (handlers[msg->type].take != NULL)
		handlers[msg->type].take(b, s, msg, in);
}

static struct session *
stranger(struct broker *b, struct hear_input *in, struct agent *agent,
    const struct wire_msg *msg)
{
	if (msg->type == WIRE_HELLO)
		return session_open(b, in->route, agent);
	if (msg->type != WIRE_BYE && msg->type != WIRE_UNKNOWN)
		post_bye(b, in->route, REFUSAL_NOT_OPEN,
		    refusal_row(REFUSAL_NOT_OPEN)->en);
	return NULL;
}

/* The key behind this connection, not the message, says who speaks; a key that
 * was replaced since the handshake speaks for nobody. */
static struct agent *
speaker(struct broker *b, struct hear_input *in)
{
	struct agent *agent =
	    in->user != NULL ? registry_agent(b->registry, in->user) : NULL;

	if (agent == NULL || agent->revoked || in->key == NULL ||
	    strcmp(agent->public_key, in->key) != 0)
		return NULL;
	return agent;
}

void
hear_message(struct broker *b, struct hear_input *in)
{
	struct session *s = session_find(b, in->route);
	struct agent *agent = speaker(b, in);
	struct wire_msg msg = {0};
	struct why why = {0};
	int rc;

	stats_add(&b->stats, STAT_MESSAGES_IN, 1);
	if (agent == NULL || (s != NULL && s->agent != agent)) {
		stats_add(&b->stats, STAT_BAD_MESSAGES, 1);
		post_bye(
		    b, in->route, REFUSAL_NO_RIGHT, "This key has no agent.");
		if (s != NULL)
			session_end(b, s, false);
		return;
	}
	if (s != NULL) {
		s->heard_ms = b->now_ms;
		if (s->probe_ms != 0 && agent->live == s &&
		    b->turns > s->probe_turn && agent->challenger != NULL)
			session_conflict(b, agent);
	}
	rc = wire_decode(
	    zmq_msg_data(in->header), zmq_msg_size(in->header), &msg, &why);
	if (rc != 0) {
		unreadable(b, s, in, rc, &why);
		return;
	}
	if (s == NULL)
		s = stranger(b, in, agent, &msg);
	if (s != NULL)
		step(b, s, &msg, in);
	wire_fini(&msg);
}

/* NAME
 *	link_hear - what the broker says
 * SUMMARY
 *	hear_drain(link): take what has come.
 * DESCRIPTION
 *	A message is read with all its frames, decoded (wire.h), held against
 *	the dialog (dialog.h) and handed to its handler.  What cannot be read
 *	ends the connection: the agent says bye and begins anew.
 */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "log.h"

#include "inside.h"

#define MESSAGES_A_TURN 256 /* then others in the loop get their turn */

/* ---- one handler a message type ---- */

typedef void handler_fn(struct link *link, struct link_in *in);

static void
on_welcome(struct link *link, struct link_in *in)
{
	const struct wire_welcome *w = &in->msg.welcome;

	link->opened_ms = clock_mono_ms();
	link->heartbeat_ms = w->heartbeat_ms;
	link->protocol = w->protocol;
	link->told[0] = '\0';
	upload_welcome(link, w);
	log_info("link: opened protocol=%u queues=%zu offices=%zu window=%u "
		 "heartbeat_ms=%u",
	    w->protocol, w->serve_count, w->office_count, w->submit_parcels,
	    w->heartbeat_ms);
	link_say_credit(link);
	link_arm(link);
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
on_recall(struct link *link, struct link_in *in)
{
	if (link->events.recall != NULL)
		link->events.recall(link, &in->msg.recall, link->arg);
}

static void
on_reads(struct link *link, struct link_in *in)
{
	if (link->events.reads != NULL)
		link->events.reads(link, &in->msg.reads, link->arg);
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
    [WIRE_RECALL] = on_recall,
    [WIRE_READS] = on_reads,
};

static void
take(struct link *link, zmq_msg_t *head)
{
	struct link_in *in = &link->in;
	struct why why = {0};
	enum dialog_verdict verdict;

	if (wire_decode(
		zmq_msg_data(head), zmq_msg_size(head), &in->msg, &why) != 0) {
		link_say_bye(link);
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

void
hear_drain(struct link *link)
{
	unsigned n = 0;

	link->draining = true;
	while (n < MESSAGES_A_TURN && link->lost.class == WHY_NONE &&
	       link->socket != NULL && receive(link))
		n++;
	if (n > 0)
		link->heard_ms = clock_mono_ms();
	settle_flush(link);
	link->draining = false;
}

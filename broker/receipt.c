/* NAME
 *	receipt - the sender hears what became of a parcel
 * BUGS
 *	A query is read from the store in the net thread: at most 1,024 small
 *	reads.
 */
#include <string.h>

#include "post.h"
#include "receipt.h"

static void
gather(struct broker *b, struct session *s, const struct wire_receipt *r)
{
	if (s->receipt_count == s->receipt_room) {
		s->receipt_room = s->receipt_room * 2 + 4;
		s->receipts = mem_resize(
		    s->receipts, s->receipt_room * sizeof(*s->receipts));
	}
	s->receipts[s->receipt_count] = *r;
	s->receipts[s->receipt_count].code = "";
	s->receipts[s->receipt_count++].detail = "";
	session_gathers(b, s);
}

void
receipt_flush(struct broker *b, struct session *s)
{
	struct wire_msg msg = {.type = WIRE_RECEIPTS};
	size_t i;

	if (s->receipt_count == 1) {
		msg.type = WIRE_RECEIPT;
		msg.receipt = s->receipts[0];
		post_message(b, s, &msg);
		s->receipt_count = 0;
	}
	for (i = 0; i < s->receipt_count && !s->over; i += WIRE_ITEMS_MAX) {
		msg.receipts.items = s->receipts + i;
		msg.receipts.count = s->receipt_count - i;
		if (msg.receipts.count > WIRE_ITEMS_MAX)
			msg.receipts.count = WIRE_ITEMS_MAX;
		post_message(b, s, &msg);
	}
	s->receipt_count = 0;
}

/* Nearly all are good news without a reason: gathered until the end of the turn
 * like accepted and settled.  One with a reason goes by itself, after them. */
static void
send(struct broker *b, struct session *s, const struct id *id,
    const struct store_leg *leg, const char *code, const char *detail)
{
	struct wire_msg msg = {.type = WIRE_RECEIPT};
	struct why why;

	/* a working leg is a ready one to who does not know the word */
	if (s->over || (leg->state == LEG_WORKING && s->protocol < 3))
		return;
	msg.receipt.id = *id;
	msg.receipt.leg = leg->index;
	msg.receipt.state = leg->state;
	msg.receipt.way = leg->way;
	msg.receipt.at_ms = (uint64_t)leg->state_ms;
	msg.receipt.code = code;
	msg.receipt.detail = detail;
	/* kept text is older than this program, maybe */
	if (wire_check(&msg, &why) != 0)
		msg.receipt.code = msg.receipt.detail = "";
	stats_add(&b->stats, STAT_RECEIPTS, 1);
	if (msg.receipt.code[0] == '\0' && msg.receipt.detail[0] == '\0') {
		gather(b, s, &msg.receipt);
		return;
	}
	receipt_flush(b, s);
	post_message(b, s, &msg);
}

void
receipt_send(struct broker *b, const char *from, const char *from_type,
    const struct id *id, const struct store_leg *leg, const char *code,
    const char *detail)
{
	struct session *s = session_of_parcel(b, id, from, from_type);

	if (s != NULL)
		send(b, s, id, leg, code, detail);
}

bool
receipt_silent(const struct store_leg *leg, const char *code)
{
	if (!(leg->flags & STORE_LEG_FALLBACK))
		return false;
	return (leg->state == LEG_WAITING && (leg->flags & STORE_LEG_ASLEEP)) ||
	       strcmp(code, "not-needed") == 0;
}

/* The reason that belongs to the leg's present state: of one that is lent, the
 * step that was told last. */
static const struct store_step *
last_step(const struct store_parcel *p, const struct store_leg *leg, bool steps)
{
	size_t i = p->step_count;

	while (i-- > 0) {
		if (p->steps[i].leg != leg->index)
			continue;
		if (p->steps[i].state == leg->state ||
		    (steps && leg->state == LEG_READY &&
			p->steps[i].state == LEG_WORKING))
			return &p->steps[i];
	}
	return NULL;
}

static void
answer_leg(
    struct broker *b, struct session *s, const struct store_parcel *p, size_t i)
{
	struct store_leg leg = p->legs[i];
	const struct store_step *step = last_step(p, &leg, s->protocol >= 3);
	const char *code = step != NULL ? step->code : "";

	if (receipt_silent(&leg, code))
		return;
	if (step != NULL && step->state == LEG_WORKING) {
		leg.state = LEG_WORKING;
		leg.state_ms = step->at_ms;
	}
	send(b, s, &p->id, &leg, code, step != NULL ? step->detail : "");
}

/* False: the broker has no such parcel, so its agent may offer it again.  One
 * that is not the agent's to ask for is not told of, and not called unknown. */
static bool
answer_one(struct broker *b, struct session *s, const struct id *id)
{
	struct store_parcel *p = NULL;
	bool allowed;
	size_t i;
	int rc = store_parcel_get(b->store, id, &p);

	if (rc != 0)
		return rc != TSK_NOTFOUND;
	allowed = session_may_see(b, s->agent, p);
	for (i = 0; allowed && i < p->leg_count; i++)
		answer_leg(b, s, p, i);
	store_parcel_free(&p);
	return true;
}

void
receipt_query(struct broker *b, struct session *s, const struct wire_ids *query)
{
	struct wire_msg msg = {.type = WIRE_ANSWER};
	struct id unknown[WIRE_ITEMS_MAX];
	size_t i;

	msg.answer.ids = unknown;
	for (i = 0; i < query->count && !s->over; i++) {
		if (!answer_one(b, s, &query->ids[i]))
			unknown[msg.answer.count++] = query->ids[i];
	}
	receipt_flush(b, s);
	post_message(b, s, &msg);
}

/* NAME
 *	receipt - the sender hears what became of a parcel
 * BUGS
 *	A query is read from the store in the net thread: at most 1,024 small
 *	reads.
 */
#include <string.h>

#include "mandate.h"
#include "post.h"
#include "receipt.h"

static void
send(struct broker *b, struct session *s, const struct id *id,
    const struct store_leg *leg, const char *code, const char *detail)
{
	struct wire_msg msg = {.type = WIRE_RECEIPT};
	struct why why;

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
	post_message(b, s, &msg);
}

void
receipt_send(struct broker *b, const char *from, const char *from_type,
    const struct id *id, const struct store_leg *leg, const char *code,
    const char *detail)
{
	struct session *s = session_of_office(b, from, from_type);

	if (s != NULL)
		send(b, s, id, leg, code, detail);
}

/* The reason that belongs to the leg's present state. */
static const struct store_step *
last_step(const struct store_parcel *p, const struct store_leg *leg)
{
	size_t i = p->step_count;

	while (i-- > 0) {
		if (p->steps[i].leg == leg->index &&
		    p->steps[i].state == leg->state)
			return &p->steps[i];
	}
	return NULL;
}

static bool
answer_one(struct broker *b, struct session *s, const struct id *id)
{
	struct store_parcel *p = NULL;
	const struct store_step *step;
	bool known;
	size_t i;

	if (store_parcel_get(b->store, id, &p) != 0)
		return false;
	known = mandate_allows(b->registry, s->agent, p->from, p->from_type,
	    RIGHT_SEE, b->wall_ms);
	for (i = 0; known && i < p->leg_count; i++) {
		step = last_step(p, &p->legs[i]);
		send(b, s, id, &p->legs[i], step != NULL ? step->code : "",
		    step != NULL ? step->detail : "");
	}
	store_parcel_free(&p);
	return known;
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
	post_message(b, s, &msg);
}

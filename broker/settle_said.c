/* NAME
 *	settle_said - what agents settle
 * DESCRIPTION
 *	What an agent may settle: a leg lent to it; or, since settling twice and
 *	settling late are harmless, any leg of a queue or office it may receive
 *	for.  The store refuses moves that make no sense (leg.h).
 *
 *	"later" with code "waits" means: not this leg's fault, the one before it
 *	of the same pair must come first.  Nothing durable happens then.
 *
 *	"working" tells a step of a leg that stays lent: kept, and its lease is
 *	renewed.  It is nobody's loss if the disk has no room for it.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"

#include "deliver.h"
#include "hash.h"
#include "legs.h"
#include "mandate.h"
#include "post.h"
#include "revoked.h"
#include "settle_inside.h"
#include "turn.h"

#define RETRY_HINT_MAX_MS (6 * 60 * 60 * 1000u)
/* "waits" of a leg that nothing is before: the agent has yet to hear that the
 * one before it was parked.  Not at once, or the two would race in circles. */
#define WAITS_MS 100

/* Nothing left the agent's hands. */
static struct settlement *
given_back(struct broker *b, struct session *s, struct leg *leg,
    const struct wire_settle_item *item, enum leg_state ended)
{
	char detail[REVOKED_DETAIL_BYTES];
	struct settlement *st;

	if (leg->flags & STORE_LEG_TURN && !turn_given_back(b, leg))
		ended = LEG_READY; /* it stays paper after all */
	if (ended != LEG_READY)
		return settle_new(b, &item->id, item->leg, s->agent->name,
		    ended, leg->flags & STORE_LEG_TURN ? "turned" : "recalled",
		    item->detail);
	if (revoked_leg(b, leg, detail))
		st = settle_new(b, &item->id, item->leg, s->agent->name,
		    LEG_PARKED, REVOKED_CODE, detail);
	else
		st = settle_failed_try(
		    b, leg, s->agent->name, item->code, item->detail, 0);
	st->work.op.settle.clear_flags = STORE_LEG_RECALL | STORE_LEG_TURN;
	return st;
}

static struct settlement *
by_outcome(struct broker *b, struct session *s, struct leg *leg,
    const struct wire_settle_item *item)
{
	uint32_t hint = item->retry_ms;
	enum leg_state ended;

	if (leg != NULL && legs_given_back(leg, item, &ended))
		return given_back(b, s, leg, item, ended);
	switch (item->outcome) {
	case WIRE_OUTCOME_DELIVERED:
		return settle_new(b, &item->id, item->leg, s->agent->name,
		    LEG_DELIVERED, item->code, item->detail);
	case WIRE_OUTCOME_LATER:
		if (hint > RETRY_HINT_MAX_MS)
			hint = RETRY_HINT_MAX_MS;
		return settle_failed_try(b, leg, s->agent->name, item->code,
		    item->detail,
		    hint > 0 ? hint : settle_backoff_ms(b, leg->attempts + 1));
	case WIRE_OUTCOME_NEVER:
		return settle_new(b, &item->id, item->leg, s->agent->name,
		    LEG_PARKED, item->code, item->detail);
	case WIRE_OUTCOME_PICKED_UP:
		return settle_new(b, &item->id, item->leg, s->agent->name,
		    LEG_PICKED_UP, item->code, item->detail);
	case WIRE_OUTCOME_WORKING:
		break; /* no settlement: settle_step() */
	}
	return NULL;
}

/* A step of a leg that stays where it is.  What was said before is not written
 * down once more: it only keeps the lease. */
static void
settle_step(struct broker *b, struct session *s, struct leg *leg,
    const struct wire_settle_item *item)
{
	uint32_t said = hash_bytes(item->detail, strlen(item->detail),
	    hash_bytes(item->code, strlen(item->code), 1));
	struct settlement *st;

	deliver_renew(b, leg);
	if (leg->said == said)
		return;
	leg->said = said;
	st = settle_new(b, &item->id, item->leg, s->agent->name, LEG_WORKING,
	    item->code, item->detail);
	st->step = true;
	/* the actor's name lies in the session */
	st->work.session = session_ref(s);
	settle_from_pair(st, leg->pair);
	CRASH_POINT("settle-step-before-commit");
	writer_put(b->writer, &st->work);
}

static bool
serves(const struct broker *b, const struct session *s, const char *queue)
{
	return mandate_serves(b->mandates, s->agent, queue, b->wall_ms);
}

/* Under which mandate it took what ${from} sent to that queue; NULL: by its own
 * right. */
static const char *
under(const struct broker *b, const struct session *s, const char *queue,
    const char *from)
{
	const struct mandate *m = NULL;
	const struct desk *desk;

	if (s->agent->role != ROLE_OFFICE || strncmp(queue, "office/", 7) != 0)
		return NULL;
	desk = registry_key(b->registry, queue + 7);
	if (desk == NULL || !mandate_shared(b->mandates, desk->number) ||
	    !mandate_takes(b->mandates, s->agent, desk, from, b->wall_ms, &m))
		return NULL;
	return m != NULL ? m->id : NULL;
}

/* An open leg. */
static void
settle_leg(struct broker *b, struct session *s, struct leg *leg,
    const struct wire_settle_item *item)
{
	bool ours =
	    leg->state == QUEUE_LEASED && leg->pair->lessee == &s->lessee;
	struct settlement *st;

	if (!serves(b, s, leg->pair->queue->name))
		return; /* not its business, and not worth a word */
	/* that it is there counts from whomever and whenever; the rest only
	 * from who has it now */
	if (item->outcome == WIRE_OUTCOME_WORKING) {
		if (ours && !leg->held)
			settle_step(b, s, leg, item);
		return;
	}
	if (item->outcome != WIRE_OUTCOME_DELIVERED &&
	    item->outcome != WIRE_OUTCOME_PICKED_UP) {
		if (!ours)
			settle_answer(b, s, &item->id, item->leg);
		if (!ours || leg->held)
			return;
	}
	if (ours && item->outcome == WIRE_OUTCOME_LATER &&
	    strcmp(item->code, "waits") == 0) {
		if (leg->pair->first == leg)
			queue_wait(&b->queues, leg, b->now_ms + WAITS_MS);
		else
			queue_back(&b->queues, leg);
		settle_answer(b, s, &item->id, item->leg);
		return;
	}
	if ((st = by_outcome(b, s, leg, item)) == NULL)
		return;
	st->answer = true;
	st->work.op.under =
	    under(b, s, leg->pair->queue->name, leg->pair->from);
	st->work.session = session_ref(s);
	st->work.joined =
	    item->outcome == WIRE_OUTCOME_DELIVERED && legs_follow(b, leg);
	settle_put_held(b, leg, st);
	if (item->outcome == WIRE_OUTCOME_DELIVERED ||
	    item->outcome == WIRE_OUTCOME_PICKED_UP)
		legs_delivered(b, leg);
}

/* The agent holds something for a leg that has ended while it was away: it need
 * not keep it for ever. */
static void
say_ended(
    struct broker *b, struct session *s, const struct wire_settle_item *item)
{
	struct wire_msg msg = {.type = WIRE_RECALL};
	struct store_parcel *p = NULL;

	if (store_parcel_get(b->store, &item->id, &p) == 0 &&
	    item->leg < p->leg_count &&
	    !leg_state_open(p->legs[item->leg].state) &&
	    serves(b, s, p->legs[item->leg].queue)) {
		msg.recall.id = item->id;
		msg.recall.leg = item->leg;
		msg.recall.code = "ended";
		post_message(b, s, &msg);
	}
	store_parcel_free(&p);
}

/* Not open: delivered before (picked up now), or said twice, or unknown. */
static void
settle_ended(
    struct broker *b, struct session *s, const struct wire_settle_item *item)
{
	struct store_parcel *p = NULL;
	struct settlement *st;

	if (item->outcome == WIRE_OUTCOME_WORKING) {
		say_ended(b, s, item);
		return;
	}
	if (item->outcome != WIRE_OUTCOME_PICKED_UP ||
	    store_parcel_get(b->store, &item->id, &p) != 0 ||
	    item->leg >= p->leg_count ||
	    !serves(b, s, p->legs[item->leg].queue)) {
		store_parcel_free(&p);
		settle_answer(b, s, &item->id, item->leg);
		return;
	}
	st = by_outcome(b, s, NULL, item);
	memcpy(st->from, p->from, sizeof(st->from));
	memcpy(st->from_type, p->from_type, sizeof(st->from_type));
	st->answer = true;
	st->work.op.under = under(b, s, p->legs[item->leg].queue, p->from);
	st->work.session = session_ref(s);
	store_parcel_free(&p);
	writer_put(b->writer, &st->work);
}

void
settle_message(
    struct broker *b, struct session *s, const struct wire_settle *settle)
{
	struct leg *leg;
	size_t i;

	CRASH_POINT("settle-received");
	for (i = 0; i < settle->count; i++) {
		leg = queue_leg(
		    &b->queues, &settle->items[i].id, settle->items[i].leg);
		if (leg != NULL)
			settle_leg(b, s, leg, &settle->items[i]);
		else
			settle_ended(b, s, &settle->items[i]);
	}
}

/* NAME
 *	legs - the broker's side of the gateway
 * DESCRIPTION
 *	A leg that is delivered becomes a parcel of run.h; what becomes of that
 *	is settled, as often as somebody asks.  Parcels that come in are
 *	submitted by inbound.h; its answers pass through here.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "log.h"

#include "program.h"

/* ---- settling ---- */

static uint64_t
encoded_bytes(const struct wire_parcel *parcel)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < parcel->document_count; i++)
		sum += parcel->documents[i].encoded_bytes;
	return sum;
}

static void
settle_now(struct program *p, const struct wire_deliver *deliver,
    enum wire_outcome outcome, const char *code, const char *detail)
{
	struct wire_settle_item item = {
	    .id = deliver->parcel.id,
	    .leg = deliver->leg,
	    .outcome = outcome,
	    .code = code,
	    .detail = detail,
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	link_settle(p->link, &item, encoded_bytes(&deliver->parcel));
}

static struct wire_settle_item
settlement(const struct parcel *p, bool recall)
{
	struct wire_settle_item item = {
	    .id = p->id,
	    .leg = p->leg,
	    .outcome = WIRE_OUTCOME_NEVER,
	    .code = p->code,
	    .detail = p->text,
	    .at_ms = (uint64_t)p->ended_ms,
	};

	if (p->state == PARCEL_FETCHED && p->told) {
		item.outcome = WIRE_OUTCOME_PICKED_UP;
		item.at_ms = (uint64_t)p->fetched_ms;
	} else if (p->state == PARCEL_LISTED || p->state == PARCEL_FETCHED) {
		item.outcome = WIRE_OUTCOME_DELIVERED;
		item.at_ms = (uint64_t)p->listed_ms;
	} else if (p->state == PARCEL_RECALLED ||
		   (recall && p->state == PARCEL_FAILED)) {
		item.code = "recalled";
	}
	if (item.outcome != WIRE_OUTCOME_NEVER)
		item.code = "";
	return item;
}

/* What became of it, as often as somebody asks. */
static void
settle_task(struct program *p, struct task *t)
{
	struct wire_settle_item item = settlement(t->parcel, t->recall);

	CRASH_POINT("national-before-settle");
	link_settle(p->link, &item,
	    item.outcome == WIRE_OUTCOME_PICKED_UP ? 0 : t->credit);
	t->credit = 0;
}

static bool
is_there(const struct parcel *p)
{
	return p->state == PARCEL_LISTED || p->state == PARCEL_FETCHED;
}

void
legs_tell(void *arg, struct task *t)
{
	struct program *p = arg;

	if (is_there(t->parcel))
		p->sent += !t->parcel->told;
	else
		p->failed++;
	program_wake(p);
	/* that it is there counts from anybody; the rest only from who holds
	 * the leg */
	if (p->link != NULL && (t->lent || is_there(t->parcel)))
		settle_task(p, t);
}

/* What lies on the desk the other side has not taken yet; what is being handed
 * over may be there. */
static const char *
step_code(const struct program *p, const struct parcel *parcel)
{
	if (parcel->state == PARCEL_HANDED)
		return p->driver->traits & DRIVER_BY_HAND ? "laid-out"
							  : "handed-over";
	if (parcel->state == PARCEL_HANDING)
		return "handing-over";
	return parcel->hold ? "held" : "queued";
}

void
legs_step(void *arg, struct task *t)
{
	struct program *p = arg;
	const struct parcel *parcel = t->parcel;
	struct wire_settle_item item = {
	    .id = parcel->id,
	    .leg = parcel->leg,
	    .outcome = WIRE_OUTCOME_WORKING,
	    .code = step_code(p, parcel),
	    .detail = parcel->text,
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	program_wake(p);
	if (p->link != NULL && t->lent)
		link_settle(p->link, &item, 0);
}

/* ---- deliveries ---- */

static struct parcel *
parcel_of(const struct wire_deliver *deliver, int64_t now)
{
	const struct wire_parcel *w = &deliver->parcel;
	struct parcel *p = parcel_new(w->document_count);

	p->id = w->id;
	p->leg = deliver->leg;
	p->state = PARCEL_PREPARED;
	memcpy(p->from, w->from, sizeof(p->from));
	memcpy(p->from_type, w->from_type, sizeof(p->from_type));
	memcpy(p->to, w->to, sizeof(p->to));
	memcpy(p->to_type, w->to_type, sizeof(p->to_type));
	snprintf(p->month, sizeof(p->month), "%s", w->month);
	snprintf(p->stamp, sizeof(p->stamp), "%s", w->stamp);
	if (deliver->paper != NULL) {
		snprintf(p->from_name, sizeof(p->from_name), "%s",
		    deliver->paper->from_name);
		snprintf(p->to_name, sizeof(p->to_name), "%s",
		    deliver->paper->to_name);
	}
	p->clients = w->clients;
	p->accepted_ms = (int64_t)deliver->accepted_ms;
	p->made_ms = p->due_ms = now;
	for (size_t i = 0; i < w->document_count; i++) {
		const struct wire_document *d = &w->documents[i];
		snprintf(
		    p->documents[i].name, PARCEL_NAME_BYTES, "%s", d->name);
		snprintf(p->documents[i].kind, sizeof(p->documents[i].kind),
		    "%s", d->kind);
		p->documents[i].bytes = d->bytes;
		memcpy(p->documents[i].sha256, d->sha256, DIGEST_BYTES);
	}
	parcel_say(p, "queued", "It waits for its turn.");
	return p;
}

static bool
wants_back(const struct wire_deliver *deliver)
{
	return deliver->paper != NULL && deliver->paper->recalled;
}

static void
take_new(struct program *p, const struct link_delivery *delivery)
{
	const struct wire_deliver *deliver = delivery->deliver;
	int64_t now = clock_wall_ms();
	struct task *t = NULL;
	struct why why = {0};

	if (wants_back(deliver)) {
		settle_now(p, deliver, WIRE_OUTCOME_NEVER, "recalled",
		    "It was taken back before it came here.");
		return;
	}
	if (run_add(p->run, parcel_of(deliver, now), delivery->bodies, now, &t,
		&why) < 0) {
		log_warn("national: from=%s to=%s attempt=%u result=later "
			 "code=%s why=\"%s\"",
		    deliver->parcel.from, deliver->parcel.to, deliver->attempt,
		    why.code, why.text);
		settle_now(p, deliver, WIRE_OUTCOME_LATER, why.code, why.text);
		return;
	}
	t->credit = encoded_bytes(&deliver->parcel);
	run_lend(p->run, t);
	legs_step(p, t);
}

static void
take_again(
    struct program *p, struct task *t, const struct wire_deliver *deliver)
{
	t->credit = encoded_bytes(&deliver->parcel);
	run_lend(p->run, t);
	if (wants_back(deliver))
		run_recall(p->run, t, clock_wall_ms());
	else if (parcel_ended(t->parcel))
		settle_task(p, t);
	else
		legs_step(p, t);
	program_wake(p);
}

/* An end that is written down and out of the way. */
static bool
was_ended(struct program *p, const struct wire_deliver *deliver)
{
	struct parcel *old = NULL;

	if (spool_ended(p->spool, &deliver->parcel.id, deliver->leg, &old) != 1)
		return false;
	/* recalled, and somebody wants it sent after all */
	bool over = old->state != PARCEL_RECALLED || wants_back(deliver);
	if (over) {
		old->told = false; /* once more */
		struct wire_settle_item item = settlement(old, false);
		link_settle(p->link, &item, encoded_bytes(&deliver->parcel));
	}
	parcel_free(&old);
	return over;
}

/* Ended and told, and here again: a person had it queued again. */
static bool
once_more(const struct task *t, const struct wire_deliver *deliver)
{
	return t->parcel->told && !t->busy && !wants_back(deliver) &&
	       (t->parcel->state == PARCEL_FAILED ||
		   t->parcel->state == PARCEL_UNKNOWN);
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	const struct wire_deliver *deliver = delivery->deliver;
	struct program *p = arg;
	struct task *t = run_find(p->run, &deliver->parcel.id, deliver->leg);

	(void)link;
	if (t != NULL && !once_more(t, deliver))
		take_again(p, t, deliver);
	else if (t != NULL || !was_ended(p, deliver))
		take_new(p, delivery);
}

/* Large documents of what is over are not fetched again. */
static bool
on_offered(struct link *link, const struct wire_deliver *deliver, void *arg)
{
	struct program *p = arg;
	struct task *t = run_find(p->run, &deliver->parcel.id, deliver->leg);

	(void)link;
	if (t == NULL)
		return was_ended(p, deliver);
	if (!parcel_ended(t->parcel) || once_more(t, deliver))
		return false;
	take_again(p, t, deliver);
	return true;
}

static void
on_recall(struct link *link, const struct wire_recall *recall, void *arg)
{
	struct program *p = arg;
	struct task *t = run_find(p->run, &recall->id, recall->leg);

	(void)link;
	log_info("recall: code=%s result=%s", recall->code,
	    t == NULL ? "unknown" : parcel_state_name(t->parcel->state));
	if (t != NULL)
		run_recall(p->run, t, clock_wall_ms());
	program_wake(p);
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	struct program *p = arg;
	struct task *t = run_find(p->run, &item->id, item->leg);

	(void)link;
	if (t != NULL)
		run_told(p->run, t, clock_wall_ms());
	program_wake(p);
}

static void
on_welcome(struct link *link, const struct wire_welcome *welcome, void *arg)
{
	struct program *p = arg;

	(void)link;
	log_info("link: result=open queues=%zu", welcome->serve_count);
	if (welcome->serve_count == 0)
		log_warn("link: result=no-queue why=\"The broker does not let "
			 "this agent serve the queue national: give it the "
			 "role national.\"");
	for (struct task *t = run_first(p->run); t != NULL;
	     t = run_next(p->run)) {
		const struct parcel *parcel = t->parcel;
		if (is_there(parcel) &&
		    (!parcel->told ||
			(parcel->state == PARCEL_FETCHED && !parcel->picked)))
			settle_task(p, t);
	}
	p->inbound_ms = 0;
	program_wake(p);
}

/* The leases are gone with the session: nothing new goes out until the broker
 * lends again. */
static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct program *p = arg;

	(void)link;
	log_warn("link: result=down code=%s why=\"%s\"", why->code, why->text);
	for (struct task *t = run_first(p->run); t != NULL;
	     t = run_next(p->run)) {
		t->lent = false;
		t->credit = 0;
	}
	inbound_down(p->inbound);
}

static void
on_accepted(struct link *link, const struct wire_accepted_item *item, void *arg)
{
	struct program *p = arg;

	(void)link;
	(void)inbound_accepted(p->inbound, item);
	p->inbound_ms = 0;
	run_wake_all(p->run);
	program_wake(p);
}

static void
on_refused(struct link *link, const struct wire_refused *refused, void *arg)
{
	struct program *p = arg;

	(void)link;
	(void)inbound_refused(p->inbound, refused, clock_wall_ms());
	p->inbound_ms = 0;
	run_wake_all(p->run);
	program_wake(p);
}

static void
on_room(struct link *link, void *arg)
{
	struct program *p = arg;

	(void)link;
	p->inbound_ms = 0;
	program_wake(p);
}

const struct link_events legs_events = {
    .welcome = on_welcome,
    .down = on_down,
    .deliver = on_deliver,
    .offered = on_offered,
    .settled = on_settled,
    .recall = on_recall,
    .accepted = on_accepted,
    .refused = on_refused,
    .room = on_room,
};

/* NAME
 *	leg_desk - where an agent of a way out takes legs in and tells their fate
 * SUMMARY
 *	see leg_desk.h
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

#include "leg_desk.h"

#define CREDIT_BYTES (1ull << 40) /* a lent leg may lie for days */
#define CREDIT_LEGS  1000

struct leg_desk {
	struct link *link;
	struct leg_desk_settings settings;
	const struct leg_desk_ops *ops;
	void *arg;
};

/* ---- settling ---- */

bool
leg_desk_recalled(const struct wire_deliver *deliver)
{
	return deliver->paper != NULL && deliver->paper->recalled;
}

void
leg_desk_settle(
    struct leg_desk *d, const struct wire_settle_item *item, uint64_t credit)
{
	if (d != NULL)
		link_settle(d->link, item, credit);
}

/* For a leg of which we keep nothing. */
static void
settle_now(struct leg_desk *d, const struct wire_deliver *deliver,
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

	link_settle(d->link, &item, wire_encoded_bytes(&deliver->parcel));
}

static void
refuse(struct leg_desk *d, const struct wire_deliver *deliver,
    const struct why *why)
{
	bool later = why->class == WHY_LATER;
	char id[ID_TEXT_BYTES];

	log_warn("deliver: parcel=%s from=%s to=%s attempt=%u result=%s "
		 "code=%s why=\"%s\"",
	    id_text(&deliver->parcel.id, id), deliver->parcel.from,
	    deliver->parcel.to, deliver->attempt, later ? "later" : "never",
	    why->code, why->text);
	settle_now(d, deliver, later ? WIRE_OUTCOME_LATER : WIRE_OUTCOME_NEVER,
	    why->code, why->text);
}

/* ---- deliveries ---- */

static void
lend(struct leg_desk *d, void *thing, const struct wire_deliver *deliver)
{
	d->ops->lend(d->arg, thing, wire_encoded_bytes(&deliver->parcel));
}

static void
take_new(struct leg_desk *d, const struct link_delivery *delivery)
{
	const struct wire_deliver *deliver = delivery->deliver;
	struct why why = {0};
	void *thing = NULL;

	if (leg_desk_recalled(deliver)) {
		settle_now(d, deliver, WIRE_OUTCOME_NEVER, "recalled",
		    "It was taken back before it came here.");
		return;
	}
	if (d->ops->take(d->arg, delivery, &thing, &why) < 0) {
		refuse(d, deliver, &why);
		return;
	}
	lend(d, thing, deliver);
	if (d->ops->taken != NULL)
		d->ops->taken(d->arg, thing);
}

static void
take_again(struct leg_desk *d, void *thing, const struct wire_deliver *deliver)
{
	lend(d, thing, deliver);
	if (leg_desk_recalled(deliver))
		d->ops->recall(d->arg, thing, "recalled");
	else
		d->ops->again(d->arg, thing, deliver);
}

static bool
ended(struct leg_desk *d, const struct wire_deliver *deliver)
{
	return d->ops->ended(
	    d->arg, deliver, wire_encoded_bytes(&deliver->parcel));
}

/* Failed and told, and here again: a person had it queued again. */
static bool
once_more(const struct leg_desk *d, const void *thing,
    const struct wire_deliver *deliver)
{
	return d->ops->failed(thing) && !leg_desk_recalled(deliver);
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	const struct wire_deliver *deliver = delivery->deliver;
	struct leg_desk *d = arg;
	void *thing = d->ops->find(d->arg, &deliver->parcel.id, deliver->leg);

	(void)link;
	if (thing != NULL && !once_more(d, thing, deliver))
		take_again(d, thing, deliver);
	else if (thing != NULL || !ended(d, deliver))
		take_new(d, delivery);
	d->ops->wake(d->arg);
}

/* Large documents of what is over are not fetched again; what is under way here
 * keeps the leg, and has no settlement yet. */
static bool
on_offered(struct link *link, const struct wire_deliver *deliver, void *arg)
{
	struct leg_desk *d = arg;
	void *thing = d->ops->find(d->arg, &deliver->parcel.id, deliver->leg);

	(void)link;
	if (thing == NULL)
		return ended(d, deliver);
	if (!d->ops->over(thing) || once_more(d, thing, deliver))
		return false;
	take_again(d, thing, deliver);
	d->ops->wake(d->arg);
	return true;
}

static void
on_recall(struct link *link, const struct wire_recall *recall, void *arg)
{
	struct leg_desk *d = arg;
	void *thing = d->ops->find(d->arg, &recall->id, recall->leg);

	(void)link;
	log_info("recall: code=%s result=%s", recall->code,
	    thing == NULL ? "unknown" : d->ops->state(thing));
	if (thing != NULL)
		d->ops->recall(d->arg, thing, recall->code);
	d->ops->wake(d->arg);
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	struct leg_desk *d = arg;
	void *thing = d->ops->find(d->arg, &item->id, item->leg);

	(void)link;
	if (thing != NULL)
		d->ops->told(d->arg, thing);
	d->ops->wake(d->arg);
}

/* ---- the session ---- */

void
leg_desk_log_open(
    const struct wire_welcome *welcome, const char *queue, const char *role)
{
	log_info("link: result=open queues=%zu", welcome->serve_count);
	if (welcome->serve_count == 0)
		log_warn("link: result=no-queue why=\"The broker does not let "
			 "this agent serve the queue %s: give it the role "
			 "%s.\"",
		    queue, role);
}

static void
on_welcome(struct link *link, const struct wire_welcome *welcome, void *arg)
{
	struct leg_desk *d = arg;
	void *thing = NULL;

	leg_desk_log_open(welcome, d->settings.queue, d->settings.role);
	/* none of them is lent yet: which of them may be forgotten? */
	while ((thing = d->ops->next(d->arg, thing)) != NULL)
		d->ops->greet(d->arg, thing);
	if (d->ops->opened != NULL)
		d->ops->opened(d->arg, link);
	d->ops->wake(d->arg);
}

/* The leases are gone with the session: nothing new goes out until the broker
 * lends again. */
static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct leg_desk *d = arg;
	void *thing = NULL;

	(void)link;
	log_warn("link: result=down code=%s why=\"%s\"", why->code, why->text);
	while ((thing = d->ops->next(d->arg, thing)) != NULL)
		d->ops->unlend(d->arg, thing);
	if (d->settings.inbound != NULL)
		inbound_down(d->settings.inbound);
}

/* ---- parcels that come in ---- */

static void
on_accepted(struct link *link, const struct wire_accepted_item *item, void *arg)
{
	struct leg_desk *d = arg;

	(void)link;
	if (inbound_accepted(d->settings.inbound, item))
		d->ops->answered(d->arg, true);
	d->ops->wake(d->arg);
}

static void
on_refused(struct link *link, const struct wire_refused *refused, void *arg)
{
	struct leg_desk *d = arg;

	(void)link;
	if (inbound_refused(d->settings.inbound, refused, clock_wall_ms()))
		d->ops->answered(d->arg, false);
	d->ops->wake(d->arg);
}

static void
on_receipt(struct link *link, const struct wire_receipt *receipt, void *arg)
{
	struct leg_desk *d = arg;

	(void)link;
	if (d->ops->receipt != NULL)
		d->ops->receipt(d->arg, receipt);
	d->ops->wake(d->arg);
}

static void
on_room(struct link *link, void *arg)
{
	struct leg_desk *d = arg;

	(void)link;
	if (d->ops->room != NULL)
		d->ops->room(d->arg);
	d->ops->wake(d->arg);
}

/* ---- life ---- */

/* What only submits is answered: without inbound it can only come by a broker's
 * mistake. */
static const struct link_events events_out = {
    .welcome = on_welcome,
    .down = on_down,
    .deliver = on_deliver,
    .offered = on_offered,
    .settled = on_settled,
    .recall = on_recall,
};

static const struct link_events events_both = {
    .welcome = on_welcome,
    .down = on_down,
    .accepted = on_accepted,
    .refused = on_refused,
    .deliver = on_deliver,
    .offered = on_offered,
    .settled = on_settled,
    .receipt = on_receipt,
    .recall = on_recall,
    .room = on_room,
};

int
leg_desk_open(zloop_t *loop, const struct leg_desk_settings *settings,
    const struct leg_desk_ops *ops, void *arg, struct leg_desk **out,
    struct why *why)
{
	struct leg_desk *d = mem_new(sizeof(*d));
	struct link_settings link = *settings->link;
	const char *const queues[] = {d->settings.queue, NULL};

	d->settings = *settings;
	d->settings.link = NULL;
	d->ops = ops;
	d->arg = arg;
	*out = d;
	link.serve = queues;
	link.credit_parcels = settings->legs > 0 ? settings->legs : CREDIT_LEGS;
	link.credit_bytes = CREDIT_BYTES;
	int rc = link_new(loop, &link,
	    settings->inbound != NULL ? &events_both : &events_out, d, &d->link,
	    why);
	if (rc < 0)
		leg_desk_close(out);
	return rc;
}

void
leg_desk_close(struct leg_desk **desk_p)
{
	struct leg_desk *d = *desk_p;

	if (d == NULL)
		return;
	link_free(&d->link);
	free(d);
	*desk_p = NULL;
}

struct link *
leg_desk_link(struct leg_desk *d)
{
	return d->link;
}

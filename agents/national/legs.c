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

#include "program.h"

#define LEGS_MAX 100000 /* a month's parcels lie here for days */

/* ---- settling ---- */

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
	leg_desk_settle(p->legs, &item,
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
	if (p->legs != NULL && (t->lent || is_there(t->parcel)))
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
	if (t->lent)
		leg_desk_settle(p->legs, &item, 0);
}

/* ---- parcels ---- */

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

/* ---- tasks ---- */

static void *
find(void *arg, const struct id *id, unsigned leg)
{
	struct program *p = arg;

	return run_find(p->run, id, leg);
}

static void *
next(void *arg, void *thing)
{
	struct program *p = arg;

	return thing == NULL ? run_first(p->run) : run_next(p->run);
}

static const char *
state_of(const void *thing)
{
	return parcel_state_name(((const struct task *)thing)->parcel->state);
}

static bool
is_over(const void *thing)
{
	return parcel_ended(((const struct task *)thing)->parcel);
}

static bool
has_failed(const void *thing)
{
	const struct task *t = thing;

	return t->parcel->told && !t->busy &&
	       (t->parcel->state == PARCEL_FAILED ||
		   t->parcel->state == PARCEL_UNKNOWN);
}

/* ---- deliveries ---- */

static int
take(void *arg, const struct link_delivery *delivery, void **thing,
    struct why *why)
{
	struct program *p = arg;
	int64_t now = clock_wall_ms();
	struct task *t = NULL;
	int rc = run_add(p->run, parcel_of(delivery->deliver, now),
	    delivery->bodies, now, &t, why);

	*thing = t;
	return rc;
}

static void
lend(void *arg, void *thing, uint64_t credit)
{
	struct program *p = arg;
	struct task *t = thing;

	t->credit = credit;
	run_lend(p->run, t);
}

static void
unlend(void *arg, void *thing)
{
	struct task *t = thing;

	(void)arg;
	t->lent = false;
	t->credit = 0;
}

static void
taken(void *arg, void *thing)
{
	legs_step(arg, thing);
}

static void
again(void *arg, void *thing, const struct wire_deliver *deliver)
{
	struct task *t = thing;

	(void)deliver;
	if (parcel_ended(t->parcel))
		settle_task(arg, t);
	else
		legs_step(arg, t);
}

static bool
ended(void *arg, const struct wire_deliver *deliver, uint64_t credit)
{
	struct program *p = arg;
	struct parcel *old = NULL;

	if (spool_ended(p->spool, &deliver->parcel.id, deliver->leg, &old) != 1)
		return false;
	/* recalled, and somebody wants it sent after all */
	bool over = old->state != PARCEL_RECALLED || leg_desk_recalled(deliver);
	if (over) {
		old->told = false; /* once more */
		struct wire_settle_item item = settlement(old, false);
		leg_desk_settle(p->legs, &item, credit);
	}
	parcel_free(&old);
	return over;
}

static void
recall(void *arg, void *thing, const char *code)
{
	struct program *p = arg;

	(void)code;
	run_recall(p->run, thing, clock_wall_ms());
}

static void
told(void *arg, void *thing)
{
	struct program *p = arg;

	run_told(p->run, thing, clock_wall_ms());
}

/* ---- the session ---- */

static void
greet(void *arg, void *thing)
{
	struct task *t = thing;
	const struct parcel *parcel = t->parcel;

	if (is_there(parcel) &&
	    (!parcel->told ||
		(parcel->state == PARCEL_FETCHED && !parcel->picked)))
		settle_task(arg, t);
}

static void
room(void *arg)
{
	struct program *p = arg;

	p->inbound_ms = 0;
}

static void
opened(void *arg, struct link *link)
{
	(void)link;
	room(arg);
}

static void
answered(void *arg, bool accepted)
{
	struct program *p = arg;

	(void)accepted;
	room(p);
	run_wake_all(p->run);
}

static void
wake(void *arg)
{
	program_wake(arg);
}

static const struct leg_desk_ops ops = {
    .find = find,
    .next = next,
    .state = state_of,
    .over = is_over,
    .failed = has_failed,
    .take = take,
    .lend = lend,
    .unlend = unlend,
    .taken = taken,
    .again = again,
    .ended = ended,
    .recall = recall,
    .told = told,
    .greet = greet,
    .opened = opened,
    .answered = answered,
    .room = room,
    .wake = wake,
};

int
legs_open(struct program *p, struct why *why)
{
	const struct leg_desk_settings settings = {.link = &p->agent->link,
	    .queue = "national",
	    .role = "national",
	    .inbound = p->inbound,
	    .legs = LEGS_MAX};

	return leg_desk_open(p->agent->loop, &settings, &ops, p, &p->legs, why);
}

/* NAME
 *	run_step - what is done for an office when its time has come
 * DESCRIPTION
 *	One order at a time, the most urgent first:
 *
 *	    1. a recalled parcel that a person has not sent yet: take it back
 *	    2. a call whose end nobody knows: ask the list
 *	    3. the oldest parcel that may go
 *	    4. the list of what was sent, when it is due
 *	    5. what came in
 *
 *	An office with trouble waits for itself.  Whose turn it was for some
 *	orders goes to the end, so that one with many parcels does not keep the
 *	others waiting.
 *
 *	What an order costs here does not grow with the parcels that wait: the
 *	next one is the first of a receiver; lists of all are walked when a list
 *	of the other side is due, and once a second for what lies too long.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "run_inside.h"

#define SKEW_MS   (10 * 60 * 1000) /* clocks of the two sides differ */
#define TURNS_MAX 20
#define TIMES_MS  1000

/* ---- giving an order ---- */

static void
give(struct run *r, struct station *s, struct task *t, enum driver_verb verb,
    int64_t now)
{
	struct driver_order *o = &s->order;

	o->number = ++r->number;
	o->verb = verb;
	memcpy(o->office, s->office, sizeof(o->office));
	if (t != NULL) {
		s->folder = spool_folder(r->spool, t->parcel);
		o->folder = s->folder;
		o->parcel = t->parcel;
		t->busy = true;
	}
	s->task = t;
	s->busy = true;
	s->asked_ms = now;
	r->in_flight++;
	r->driver->order(r->self, o);
}

/* ---- sending ---- */

/* The first of a receiver: those behind it wait. */
static bool
ready(const struct task *t, int64_t now)
{
	return t->lent && !t->parcel->hold && !t->recall &&
	       t->parcel->due_ms <= now;
}

/* The intent first: whoever reads this record after a crash must ask. */
static bool
send_one(struct run *r, struct station *s, struct task *t, int64_t now)
{
	struct parcel *p = t->parcel;

	if (t->dirty && !run_keep(r, t)) {
		p->due_ms = now + r->settings.wait_min_ms;
		return false;
	}
	p->tries++;
	p->handing_ms = now;
	run_place(t, PARCEL_HANDING);
	parcel_say(p, "handing-over", "It is being handed over.");
	CRASH_POINT("national-begin");
	if (!run_keep(r, t)) {
		run_place(t, PARCEL_PREPARED);
		p->due_ms = now + r->settings.wait_min_ms;
		return false;
	}
	CRASH_POINT("national-marked");
	give(r, s, t, DRIVER_SEND, now);
	CRASH_POINT("national-ordered");
	return true;
}

static bool
try_send(struct run *r, struct station *s, int64_t now, int64_t *next)
{
	struct pair *p;

	TAILQ_FOREACH(p, &s->pairs, entry)
	{
		struct task *t = TAILQ_FIRST(&p->tasks);
		if (p->handing > 0 || t == NULL)
			continue;
		if (ready(t, now))
			return send_one(r, s, t, now);
		if (t->parcel->due_ms > now && t->parcel->due_ms < *next)
			*next = t->parcel->due_ms;
	}
	return false;
}

/* ---- taking back ---- */

static bool
try_withdraw(struct run *r, struct station *s, int64_t now)
{
	struct task *t;

	if (!s->withdraw)
		return false;
	TAILQ_FOREACH(t, &s->handed, entry)
	{
		if (t->recall && !t->refused) {
			give(r, s, t, DRIVER_WITHDRAW, now);
			return true;
		}
	}
	s->withdraw = false;
	return false;
}

/* ---- lists ---- */

/* The oldest of those that were listed (if at all) after that. */
static int64_t
oldest(const struct tasks *list, int64_t listed_ms)
{
	const struct task *t;
	int64_t since = INT64_MAX;

	TAILQ_FOREACH(t, list, entry)
	{
		const struct parcel *p = t->parcel;
		if (p->listed_ms >= listed_ms && p->made_ms < since)
			since = p->made_ms;
	}
	return since;
}

/* Back to the oldest whose end is open.  Watched ones may lie there for weeks
 * until somebody fetches them, and no list says what was fetched since: most
 * are fetched soon, so what was listed long ago waits for a whole list. */
static void
ask_list(struct run *r, struct station *s, enum list_depth depth, int64_t now)
{
	int64_t since = oldest(&s->handing, 0), other = oldest(&s->handed, 0);

	since = other < since ? other : since;
	if (depth != LIST_OPEN) {
		other = oldest(&s->watched,
		    depth == LIST_WHOLE ? 0 : now - r->settings.recent_ms);
		since = other < since ? other : since;
		s->watch_ms = now + 10 * r->settings.poll_ms;
	}
	s->depth = depth;
	s->list_ms = now + r->settings.poll_ms;
	if (since == INT64_MAX)
		return; /* all of them are old */
	s->order.since_ms = since > SKEW_MS ? since - SKEW_MS : 0;
	give(r, s, NULL, DRIVER_LIST_SENT, now);
}

/* How far back, if a list is due.  Also whole when our clock was set back. */
static bool
list_due(const struct run *r, const struct station *s, int64_t now,
    enum list_depth *depth)
{
	bool watched = !TAILQ_EMPTY(&s->watched) && s->watch_ms <= now;

	*depth = LIST_OPEN;
	if (watched)
		*depth = s->whole_ms <= now ||
				 s->whole_ms > now + r->settings.whole_ms
			     ? LIST_WHOLE
			     : LIST_RECENT;
	return watched || (!TAILQ_EMPTY(&s->handed) && s->list_ms <= now);
}

static bool
try_lists(struct run *r, struct station *s, int64_t now, int64_t *next)
{
	enum list_depth depth;
	struct task *t;

	TAILQ_FOREACH(t, &s->handing, entry)
	{
		if (t->ask_ms <= now) {
			ask_list(r, s, LIST_OPEN, now);
			return true;
		}
		*next = t->ask_ms < *next ? t->ask_ms : *next;
	}
	if (list_due(r, s, now, &depth))
		ask_list(r, s, depth, now);
	if (s->busy)
		return true;
	if (!TAILQ_EMPTY(&s->handed) && s->list_ms < *next)
		*next = s->list_ms;
	if (!TAILQ_EMPTY(&s->watched) && s->watch_ms < *next)
		*next = s->watch_ms;
	return false;
}

/* ---- what lies too long ---- */

static void
remind(struct run *r, struct station *s, struct task *t, int64_t now)
{
	struct parcel *p = t->parcel;

	if (t->reminded || now - p->handed_ms < r->settings.remind_ms)
		return;
	t->reminded = true;
	parcel_say(p, "handed-over",
	    "It has been waiting for a person at the desk for a long time.");
	log_warn("national: to=%s result=waits why=\"%s\"", p->to, p->text);
	r->events->step(r->arg, t);
	r->events->notice(r->arg, s->office, "desk-waits",
	    "Parcels lie on the desk and have not been sent.");
}

/* A list that could not be asked for does not say so. */
static void
not_listed(struct run *r, struct station *s, struct task *t, int64_t now)
{
	struct parcel *p = t->parcel;

	if (t->busy || s->seen_ms - p->handed_ms < r->settings.listed_ms)
		return;
	parcel_say(p, "unknown",
	    "It was handed over, but does not appear in the list of what was "
	    "sent.");
	run_change(r, t, PARCEL_UNKNOWN, now);
}

/* What was asked back while it was with the driver, and came back. */
static void
take_back(struct run *r, struct station *s, int64_t now)
{
	struct task *t, *next_task;
	struct pair *p, *next;

	for (p = TAILQ_FIRST(&s->pairs); p != NULL; p = next) {
		next = TAILQ_NEXT(p, entry);
		for (t = TAILQ_FIRST(&p->tasks); t != NULL; t = next_task) {
			next_task = TAILQ_NEXT(t, entry);
			if (t->recall)
				run_recall(r, t, now);
		}
	}
}

static void
look_at_times(struct run *r, struct station *s, int64_t now)
{
	struct task *t, *after;

	if (s->times_ms > now && s->times_ms <= now + TIMES_MS)
		return;
	s->times_ms = now + TIMES_MS;
	take_back(r, s, now);
	for (t = TAILQ_FIRST(&s->handed); t != NULL; t = after) {
		after = TAILQ_NEXT(t, entry);
		if (run_by_hand(r))
			remind(r, s, t, now);
		else
			not_listed(r, s, t, now);
	}
	for (t = TAILQ_FIRST(&s->watched); t != NULL; t = after) {
		after = TAILQ_NEXT(t, entry);
		if (t->parcel->told &&
		    now - t->parcel->listed_ms > r->settings.fetched_ms)
			run_over(r, t, now);
	}
}

/* ---- the turn of an office ---- */

static bool
try_inbound(struct run *r, struct station *s, int64_t now, int64_t *next)
{
	struct driver_order wanted = {0};
	int64_t when = now + IDLE_MS;

	if (s->office[0] != '\0' &&
	    r->events->inbound_next(r->arg, s->office, now, &wanted, &when)) {
		s->order.since_ms = wanted.since_ms;
		memcpy(s->order.ref, wanted.ref, sizeof(wanted.ref));
		give(r, s, NULL, wanted.verb, now);
		return true;
	}
	*next = when < *next ? when : *next;
	return false;
}

static void
step(struct run *r, struct station *s, int64_t now)
{
	int64_t next = now + IDLE_MS;

	if (s->blocked_ms > now) {
		s->next_ms = s->blocked_ms;
		return;
	}
	look_at_times(r, s, now);
	memset(&s->order, 0, sizeof(s->order));
	if (try_withdraw(r, s, now) || try_send(r, s, now, &next) ||
	    try_lists(r, s, now, &next) || try_inbound(r, s, now, &next))
		return;
	s->next_ms = next;
}

/* Also true when a wall clock was set back: it must not stop anything. */
static bool
due(const struct station *s, int64_t now)
{
	int64_t far = now + IDLE_MS;

	if (s->blocked_ms > far)
		far = s->blocked_ms;
	return s->next_ms <= now || s->next_ms > far;
}

/* Several orders in a row: a turn may cost a process, a handshake and a login.
 * An office that has no more simply is not due while it stays in front. */
static void
take_turn(struct run *r, struct station *s)
{
	if (++s->turns < TURNS_MAX)
		return;
	s->turns = 0;
	TAILQ_REMOVE(&r->stations, s, entry);
	TAILQ_INSERT_TAIL(&r->stations, s, entry);
}

int64_t
run_tick(struct run *r, int64_t now)
{
	struct station *s, *after, *last = TAILQ_LAST(&r->stations, stations);
	int64_t next = now + IDLE_MS;

	if (r->blocked_ms > now)
		return r->blocked_ms;
	for (s = TAILQ_FIRST(&r->stations); s != NULL; s = after) {
		after = s == last ? NULL : TAILQ_NEXT(s, entry);
		if (r->in_flight >= r->settings.parallel)
			return next; /* an answer is followed by a tick */
		if (s->busy || !due(s, now)) {
			next =
			    !s->busy && s->next_ms < next ? s->next_ms : next;
			continue;
		}
		step(r, s, now);
		if (s->busy) {
			take_turn(r, s);
		} else if (s->next_ms < next) {
			next = s->next_ms;
		}
	}
	return next > now ? next : now;
}

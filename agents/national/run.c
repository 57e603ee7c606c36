/* NAME
 *	run - all parcels: the records and what changes in them
 * SUMMARY
 *	see run.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "run_inside.h"

/* ---- life ---- */

struct run *
run_new(const struct run_settings *settings, struct spool *spool,
    const struct run_events *events, void *arg)
{
	struct run *r = mem_new(sizeof(*r));

	r->settings = *settings;
	r->spool = spool;
	r->events = events;
	r->arg = arg;
	r->tasks = zhashx_new();
	r->by_name = zhashx_new();
	TAILQ_INIT(&r->stations);
	return r;
}

void
run_driver(struct run *r, const struct driver *driver, void *self)
{
	r->driver = driver;
	r->self = self;
}

void
run_free(struct run **run_p)
{
	struct run *r = *run_p;
	struct station *s;

	if (r == NULL)
		return;
	for (struct task *t = zhashx_first(r->tasks); t != NULL;
	     t = zhashx_next(r->tasks))
		run_task_free(t);
	while ((s = TAILQ_FIRST(&r->stations)) != NULL) {
		TAILQ_REMOVE(&r->stations, s, entry);
		run_station_free(s);
	}
	zhashx_destroy(&r->tasks);
	zhashx_destroy(&r->by_name);
	free(r);
	*run_p = NULL;
}

bool
run_by_hand(const struct run *r)
{
	return (r->driver->traits & DRIVER_BY_HAND) != 0;
}

int64_t
run_wait(const struct run_settings *s, unsigned trouble)
{
	int64_t wait = s->wait_min_ms;

	while (trouble-- > 1 && wait < s->wait_max_ms)
		wait *= 2;
	return wait < s->wait_max_ms ? wait : s->wait_max_ms;
}

/* ---- records ---- */

static void
log_change(const struct task *t)
{
	const struct parcel *p = t->parcel;
	char key[PARCEL_KEY_BYTES];
	bool bad = p->state == PARCEL_FAILED || p->state == PARCEL_UNKNOWN;

	log_line(bad ? LOG_WARN_ : LOG_INFO_,
	    "national: parcel=%s from=%s to=%s try=%u documents=%zu result=%s "
	    "code=%s why=\"%s\"",
	    parcel_key_of(p, key), p->from, p->to, p->tries, p->count,
	    parcel_state_name(p->state), p->code, p->text);
}

bool
run_keep(struct run *r, struct task *t)
{
	struct why why = {0};
	int rc = spool_save(r->spool, t->parcel, &why);

	if (rc < 0 && !t->dirty)
		log_error("national: result=not-kept why=\"%s\"", why.text);
	t->dirty = rc < 0;
	return rc == 0;
}

void
run_change(struct run *r, struct task *t, enum parcel_state state, int64_t now)
{
	struct parcel *p = t->parcel;

	run_place(t, state);
	run_wake(t->station);
	if (t->recall) /* now it may be possible */
		t->station->times_ms = 0;
	if (parcel_ended(p)) {
		p->ended_ms = now;
		if (state != PARCEL_FETCHED)
			p->told = false;
	}
	(void)run_keep(r, t);
	CRASH_POINT("national-recorded");
	log_change(t);
	if (parcel_ended(p))
		r->events->tell(r->arg, t);
	else
		r->events->step(r->arg, t);
}

/* Nothing more will be heard of it, or nobody wants to. */
void
run_over(struct run *r, struct task *t, int64_t now)
{
	struct why why = {0};

	if (spool_end(r->spool, t->parcel, &why) < 0) {
		log_error("national: result=not-ended why=\"%s\"", why.text);
		t->parcel->ended_ms = now; /* once more later */
		return;
	}
	run_drop(r, t);
}

void
run_told(struct run *r, struct task *t, int64_t now)
{
	struct parcel *p = t->parcel;
	struct why why = {0};

	if (!parcel_ended(p) || t->busy || (p->told && p->picked))
		return;
	bool first = !p->told;
	p->told = true;
	t->lent = false;
	/* taken back, and certainly not sent: that is an end, too */
	if (p->state == PARCEL_FAILED && t->recall)
		p->state = PARCEL_RECALLED;
	if (p->state == PARCEL_RECALLED ||
	    (p->state == PARCEL_LISTED && run_by_hand(r))) {
		run_over(r, t, now);
		return;
	}
	if (p->state == PARCEL_FETCHED && !first) {
		p->picked = true;
		run_over(r, t, now);
		return;
	}
	if (p->state == PARCEL_LISTED || p->state == PARCEL_FETCHED)
		(void)!spool_strip(r->spool, p, &why);
	(void)run_keep(r, t);
	if (p->state == PARCEL_FETCHED)
		r->events->tell(r->arg, t); /* the second half */
}

void
run_recall(struct run *r, struct task *t, int64_t now)
{
	t->recall = t->station->withdraw = true;
	run_wake(t->station);
	if (parcel_ended(t->parcel)) {
		r->events->tell(r->arg, t);
		return;
	}
	if (t->parcel->state != PARCEL_PREPARED || t->busy)
		return;
	parcel_say(
	    t->parcel, "recalled", "It was taken back before it was sent.");
	run_change(r, t, PARCEL_RECALLED, now);
}

/* NAME
 *	run_enter - parcels that come in: from the spool, from the broker
 * SUMMARY
 *	run_load(), run_add() and run_lend() of run.h
 * DIAGNOSTICS
 *	warn: national: result=interrupted (a call was under way when the process
 *	before this one ended)
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "run_inside.h"

/* ---- after a start ---- */

struct loading {
	struct parcel **parcels;
	size_t count, room;
};

/* Told, but the crash came before it was out of the way. */
static bool
is_over(const struct run *r, const struct parcel *p)
{
	if (!p->told)
		return false;
	return p->state == PARCEL_RECALLED ||
	       (p->state == PARCEL_LISTED && run_by_hand(r)) ||
	       (p->state == PARCEL_FETCHED && p->picked);
}

/* Whatever call was under way ended with the process that made it: what it can
 * still bring about is there in a moment. */
static void
load_one(struct run *r, struct parcel *parcel, int64_t now)
{
	struct task *t = run_append(r, parcel);

	if (parcel->state == PARCEL_HANDING) {
		t->ask_ms = now + (run_by_hand(r) ? 0 : r->settings.lag_ms);
		log_warn("national: result=interrupted why=\"It is looked for "
			 "in the list of what was sent.\"");
	}
	if (is_over(r, parcel))
		run_over(r, t, now);
}

static void
take_parcel(void *arg, struct parcel *parcel)
{
	struct loading *l = arg;

	if (l->count == l->room) {
		l->room = l->room * 2 + 64;
		l->parcels =
		    mem_resize(l->parcels, l->room * sizeof(struct parcel *));
	}
	l->parcels[l->count++] = parcel;
}

static int
by_age(const void *a, const void *b)
{
	const struct parcel *x = *(struct parcel *const *)a;
	const struct parcel *y = *(struct parcel *const *)b;

	return run_older(x, y) ? -1 : run_older(y, x);
}

/* A folder has no order; the lists have one and take what comes last best. */
int
run_load(struct run *r, int64_t now, struct why *why)
{
	struct loading l = {0};
	int rc = spool_load(r->spool, take_parcel, &l, why);

	if (l.count > 0)
		qsort(l.parcels, l.count, sizeof(struct parcel *), by_age);
	for (size_t i = 0; i < l.count; i++)
		load_one(r, l.parcels[i], now);
	free(l.parcels);
	return rc;
}

/* ---- from the broker ---- */

/* What is on the other side already stays there: only the rest is sent. */
static void
inherit(struct parcel *p, const struct parcel *old)
{
	p->tries = old->tries;
	if (old->count != p->count)
		return;
	for (size_t i = 0; i < p->count; i++) {
		const struct parcel_document *d = &old->documents[i];
		if (strcmp(d->name, p->documents[i].name) != 0 ||
		    memcmp(d->sha256, p->documents[i].sha256, DIGEST_BYTES) !=
			0)
			continue;
		if (d->state != DOCUMENT_REFUSED) {
			p->documents[i].state = d->state;
			memcpy(p->documents[i].ref, d->ref, sizeof(d->ref));
		}
	}
	memcpy(p->ref, old->ref, sizeof(p->ref));
}

/* A person had it queued again.  What nobody knows of is looked for first. */
static void
replace(struct run *r, struct parcel *p, struct task *old)
{
	inherit(p, old->parcel);
	if (old->parcel->state == PARCEL_UNKNOWN) {
		p->state = PARCEL_HANDING;
		p->handing_ms = old->parcel->handing_ms;
		p->made_ms = old->parcel->made_ms > 0 ? old->parcel->made_ms
						      : p->made_ms;
		parcel_say(p, "looked-for",
		    "It is looked for in the list of what was sent.");
	}
	run_drop(r, old);
}

int
run_add(struct run *r, struct parcel *parcel, const struct link_body *bodies,
    int64_t now, struct task **out, struct why *why)
{
	struct task *old = run_find(r, &parcel->id, parcel->leg);
	int rc;

	*out = NULL;
	if (old != NULL &&
	    (old->busy || (old->parcel->state != PARCEL_FAILED &&
			      old->parcel->state != PARCEL_UNKNOWN &&
			      old->parcel->state != PARCEL_RECALLED))) {
		why_set(why, WHY_LATER, "under-way",
		    "The parcel is under way already.");
		parcel_free(&parcel);
		return TSK_LATER;
	}
	if (old != NULL)
		replace(r, parcel, old);
	rc = spool_put(r->spool, parcel, bodies, why);
	if (rc < 0) {
		parcel_free(&parcel);
		return rc;
	}
	*out = run_append(r, parcel);
	(*out)->ask_ms = now;
	return 0;
}

void
run_lend(struct run *r, struct task *t)
{
	(void)r;
	t->lent = true;
	t->recall = t->refused = false;
	run_wake(t->station);
}

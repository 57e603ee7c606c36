/* NAME
 *	run_decide - what people decide about a parcel
 * SUMMARY
 *	run_decide() of run.h
 */
#include <stdio.h>
#include <string.h>

#include "log.h"

#include "run_inside.h"

static int
decide_hold(struct run *r, struct task *t, int64_t now)
{
	(void)now;
	if (t->parcel->state != PARCEL_PREPARED)
		return TSK_INVALID;
	t->parcel->hold = true;
	parcel_say(t->parcel, "held", "Held by %s.", t->parcel->by);
	r->events->step(r->arg, t);
	return run_keep(r, t) ? 0 : TSK_FULL;
}

static int
decide_release(struct run *r, struct task *t, int64_t now)
{
	(void)now;
	if (t->parcel->state != PARCEL_PREPARED || !t->parcel->hold)
		return TSK_INVALID;
	t->parcel->hold = false;
	parcel_say(t->parcel, "queued", "Released by %s.", t->parcel->by);
	r->events->step(r->arg, t);
	return run_keep(r, t) ? 0 : TSK_FULL;
}

/* Do not wait any longer; what nobody knows of is looked for once more. */
static int
decide_retry(struct run *r, struct task *t, int64_t now)
{
	struct parcel *p = t->parcel;

	if (p->state != PARCEL_PREPARED && p->state != PARCEL_HANDING &&
	    p->state != PARCEL_HANDED)
		return TSK_INVALID;
	if (p->due_ms > now)
		p->due_ms = now;
	t->station->list_ms = now;
	t->station->blocked_ms = 0;
	r->blocked_ms = 0;
	return run_keep(r, t) ? 0 : TSK_FULL;
}

static int
decide_done(struct run *r, struct task *t, int64_t now)
{
	struct parcel *p = t->parcel;

	if (p->state != PARCEL_HANDING && p->state != PARCEL_HANDED &&
	    p->state != PARCEL_UNKNOWN)
		return TSK_INVALID;
	p->listed_ms = now;
	for (size_t i = 0; i < p->count; i++)
		p->documents[i].state = DOCUMENT_LISTED;
	parcel_say(p, "listed", "%s says that it was sent.", p->by);
	run_change(r, t, PARCEL_LISTED, now);
	return 0;
}

static int
decide_fail(struct run *r, struct task *t, int64_t now)
{
	struct parcel *p = t->parcel;

	if (p->state != PARCEL_HANDING && p->state != PARCEL_HANDED &&
	    p->state != PARCEL_UNKNOWN)
		return TSK_INVALID;
	for (size_t i = 0; i < p->count; i++) {
		p->documents[i].state = DOCUMENT_OPEN;
		p->documents[i].ref[0] = '\0';
	}
	parcel_say(
	    p, "failed-by-person", "%s says that it was not sent.", p->by);
	/* a leg that is parked stays parked: its owner queues it again */
	bool told = p->told && p->state == PARCEL_UNKNOWN;
	run_change(r, t, PARCEL_FAILED, now);
	if (told) {
		p->told = true;
		(void)run_keep(r, t);
	}
	return 0;
}

static int
decide_cancel(struct run *r, struct task *t, int64_t now)
{
	if (t->parcel->state != PARCEL_PREPARED)
		return TSK_INVALID;
	parcel_say(
	    t->parcel, "failed-cancelled", "Stopped by %s.", t->parcel->by);
	run_change(r, t, PARCEL_FAILED, now);
	return 0;
}

static const struct decision {
	const char *verb;
	int (*run)(struct run *r, struct task *t, int64_t now);
} decisions[] = {
    {"hold", decide_hold},
    {"release", decide_release},
    {"retry", decide_retry},
    {"done", decide_done},
    {"fail", decide_fail},
    {"cancel", decide_cancel},
};

static int
decide(struct run *r, const struct decision *d, struct task *t, const char *by,
    int64_t now, struct why *why)
{
	enum parcel_state state = t->parcel->state;
	bool hold = t->parcel->hold;
	int rc = TSK_INVALID;

	if (!t->busy) {
		snprintf(t->parcel->by, sizeof(t->parcel->by), "%.63s", by);
		rc = d->run(r, t, now);
	}
	log_info("national: by=person decision=%s state=%s result=%s", d->verb,
	    parcel_state_name(state), rc == 0 ? "done" : "refused");
	if (rc == TSK_INVALID)
		why_set(why, WHY_NEVER, "wrong-state",
		    "A parcel that is %s%s%s cannot be dealt with so.",
		    parcel_state_name(state), hold ? " and held" : "",
		    t->busy ? " (the driver is busy with it)" : "");
	else if (rc < 0)
		why_set(why, WHY_LATER, "folder",
		    "The decision cannot be written down.");
	return rc;
}

int
run_decide(struct run *r, struct task *t, const char *verb, const char *by,
    int64_t now, struct why *why)
{
	run_wake(t->station);
	for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++) {
		if (strcmp(decisions[i].verb, verb) == 0)
			return decide(r, &decisions[i], t, by, now, why);
	}
	why_set(
	    why, WHY_NEVER, "unknown", "There is no decision \"%s\".", verb);
	return TSK_INVALID;
}

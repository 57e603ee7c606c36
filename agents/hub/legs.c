/* NAME
 *	legs - the broker's side of the hub agent
 * DESCRIPTION
 *	A leg that is delivered becomes a job of send.h; how far it is, and what
 *	became of it, is told as far as the profile lets us know.  Parcels that
 *	come in are submitted by inbound.h; its answers pass through here.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "crash.h"

#include "program.h"

/* where only "seen" is delivered a leg lies here until somebody has seen it */
#define LEGS_MAX 100000

/* ---- settling ---- */

static void
settle(struct program *p, struct job *job, enum wire_outcome outcome,
    const char *code, const char *detail, int64_t at_ms)
{
	struct wire_settle_item item = {
	    .id = job->id,
	    .leg = job->leg,
	    .outcome = outcome,
	    .code = code,
	    .detail = detail,
	    .at_ms = (uint64_t)at_ms,
	};

	CRASH_POINT("hub-before-settle");
	if (outcome == WIRE_OUTCOME_WORKING ||
	    outcome == WIRE_OUTCOME_PICKED_UP) {
		leg_desk_settle(p->legs, &item, 0);
		return;
	}
	leg_desk_settle(p->legs, &item, job->credit);
	job->credit = 0;
	job->lent = false;
}

static void
settle_seen(struct program *p, struct job *job)
{
	char detail[JOB_BY_BYTES + 8] = "";

	if (job->by[0] != '\0')
		snprintf(detail, sizeof(detail), "by=%s", job->by);
	if (profile_waits(&p->profile)) {
		settle(
		    p, job, WIRE_OUTCOME_DELIVERED, "", detail, job->seen_ms);
		return;
	}
	if (job->lent)
		settle(p, job, WIRE_OUTCOME_DELIVERED, "", "", job->handed_ms);
	settle(p, job, WIRE_OUTCOME_PICKED_UP, "", detail, job->seen_ms);
}

/* What is to be told of a job, as often as somebody asks. */
static void
settle_job(struct program *p, struct job *job)
{
	switch (job->state) {
	case JOB_HANDED:
		if (job->recall || !profile_waits(&p->profile))
			settle(p, job, WIRE_OUTCOME_DELIVERED, "", "",
			    job->handed_ms);
		else if (job->lent)
			settle(p, job, WIRE_OUTCOME_WORKING, "handed-over", "",
			    job->handed_ms);
		break;
	case JOB_SEEN:
		settle_seen(p, job);
		break;
	case JOB_FAILED:
		if (job->lent)
			settle(p, job, WIRE_OUTCOME_NEVER,
			    job->recall ? "recalled" : job->code, job->text,
			    job->ended_ms);
		break;
	case JOB_RECALLED:
		if (job->lent)
			settle(p, job, WIRE_OUTCOME_NEVER, "recalled",
			    job->text, job->ended_ms);
		break;
	default: /* on its way */
		break;
	}
}

void
legs_told(void *arg, struct job *job)
{
	struct program *p = arg;

	if (job->state == JOB_HANDED)
		p->handed++;
	else if (job->state == JOB_FAILED)
		p->failed++;
	p->next_ms = 0; /* another of the pair may go now */
	if (p->legs != NULL)
		settle_job(p, job);
}

/* ---- jobs ---- */

static void *
find(void *arg, const struct id *id, unsigned leg)
{
	struct program *p = arg;

	return send_find(p->send, id, leg);
}

static void *
next(void *arg, void *thing)
{
	struct program *p = arg;

	return send_next(p->send, thing);
}

static const char *
state_of(const void *thing)
{
	return job_state_name(((const struct job *)thing)->state);
}

static bool
is_over(const void *thing)
{
	return ((const struct job *)thing)->state >= JOB_HANDED;
}

static bool
has_failed(const void *thing)
{
	const struct job *job = thing;

	return job->state == JOB_FAILED && job->told;
}

/* ---- deliveries ---- */

static int
take(void *arg, const struct link_delivery *delivery, void **thing,
    struct why *why)
{
	const struct wire_deliver *deliver = delivery->deliver;
	struct program *p = arg;
	struct job *job = NULL;
	int rc = profile_takes(&p->profile, p->standard, &deliver->parcel, why);

	if (rc == 0)
		rc = send_add(p->send, &deliver->parcel, deliver->leg,
		    delivery->bodies, clock_wall_ms(), &job, why);
	if (rc < 0)
		p->failed++;
	*thing = job;
	return rc;
}

static void
lend(void *arg, void *thing, uint64_t credit)
{
	struct job *job = thing;

	(void)arg;
	job->lent = true;
	job->recall = false;
	job->credit = credit;
}

static void
unlend(void *arg, void *thing)
{
	struct job *job = thing;

	(void)arg;
	job->lent = false;
	job->credit = 0;
}

static void
again(void *arg, void *thing, const struct wire_deliver *deliver)
{
	(void)deliver;
	settle_job(arg, thing);
}

static bool
ended(void *arg, const struct wire_deliver *deliver, uint64_t credit)
{
	struct program *p = arg;
	struct job *old = NULL;
	bool counts =
	    spool_ended(p->spool, &deliver->parcel.id, deliver->leg, &old) == 1;

	if (counts && old->state == JOB_RECALLED)
		/* somebody wants it sent after all? */
		counts = leg_desk_recalled(deliver);
	if (counts && old->state == JOB_FAILED)
		counts = false;
	if (counts) {
		old->lent = true;
		old->credit = credit;
		settle_job(p, old);
	}
	job_free(&old);
	return counts;
}

static void
recall(void *arg, void *thing, const char *code)
{
	struct program *p = arg;

	(void)code;
	/* what is in a bundle may be there already */
	if (p->carry == NULL || carry_recall(p->carry, thing))
		send_recall(p->send, thing, clock_wall_ms());
}

static void
told(void *arg, void *thing)
{
	struct program *p = arg;
	struct job *job = thing;

	if (job->state >= JOB_HANDED)
		send_delivered(p->send, job);
}

/* ---- the session ---- */

static void
greet(void *arg, void *thing)
{
	struct job *job = thing;

	if (job->state >= JOB_HANDED && !job->told)
		settle_job(arg, job);
}

static void
opened(void *arg, struct link *link)
{
	struct program *p = arg;

	if (p->carry != NULL)
		carry_open(p->carry, link);
}

static void
on_receipt(void *arg, const struct wire_receipt *receipt)
{
	struct program *p = arg;

	if (p->carry != NULL)
		carry_receipt(p->carry, receipt);
}

static void
answered(void *arg, bool accepted)
{
	struct program *p = arg;

	p->fetched += accepted;
}

static void
wake(void *arg)
{
	struct program *p = arg;

	p->next_ms = 0;
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
    .again = again,
    .ended = ended,
    .recall = recall,
    .told = told,
    .greet = greet,
    .opened = opened,
    .receipt = on_receipt,
    .answered = answered,
    .wake = wake,
};

int
legs_open(struct program *p, struct why *why)
{
	struct leg_desk_settings settings = {
	    .link = &p->agent->link, .inbound = p->inbound, .legs = LEGS_MAX};

	snprintf(
	    settings.queue, sizeof(settings.queue), "hub/%s", p->settings->hub);
	snprintf(
	    settings.role, sizeof(settings.role), "hub:%s", p->settings->hub);
	return leg_desk_open(p->agent->loop, &settings, &ops, p, &p->legs, why);
}

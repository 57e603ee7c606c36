/* NAME
 *	run_result - what the worker brought, what the broker takes back and what
 *	people decide
 * SUMMARY
 *	run_results(), run_recall() and run_decide() of run.h
 */
#include <stdio.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "run_inside.h"

/* ---- what the worker brought ---- */

static void
accepted(struct run *r, struct job *job, const struct worker_order *o)
{
	memcpy(job->ref, o->job.ref, sizeof(job->ref));
	job->accepted = true;
	job->trouble = 0;
	(void)!run_keep(r, job);
	CRASH_POINT("fax-accepted");
	log_debug("fax: tag=%s result=accepted", job->tag);
}

/* It certainly did not go out this time. */
static void
failed(struct run *r, struct job *job, const struct why *why, int64_t now)
{
	job_say(job, why->code, "%s", why->text);
	if (job->recall) {
		job_say(job, "recalled",
		    "It was taken back; it has not been sent.");
		run_change(r, job, JOB_RECALLED, now);
		return;
	}
	if (why->class == WHY_LATER && job->round_tries < r->settings.tries &&
	    job->state == JOB_SENDING) {
		job->due_ms = now + r->settings.spacing_ms;
		run_change(r, job, JOB_QUEUED, now);
		return;
	}
	run_change(r, job, JOB_FAILED, now);
}

/* The provider did not take it: nobody's line was busy, so it is no try; ever
 * longer until it is taken. */
static void
not_taken(struct run *r, struct job *job, const struct why *why, int64_t now)
{
	int64_t wait = r->settings.poll_ms
		       << (job->trouble < 10 ? job->trouble : 10);

	job->trouble++;
	job->round_tries -= job->round_tries > 0;
	(void)!run_count_day(r, job, true, job->sent_ms);
	job->due_ms =
	    now +
	    (wait < r->settings.spacing_ms ? wait : r->settings.spacing_ms);
	job_say(job, why->code, "%s", why->text);
	run_change(r, job, JOB_QUEUED, now);
	job->next_ms = job->due_ms;
}

static void
on_submit(struct run *r, struct job *job, struct worker_order *o, int64_t now)
{
	struct why *why = &o->why;

	job->next_ms = now + r->settings.poll_ms;
	if (o->rc == 0) {
		accepted(r, job, o);
	} else if (o->rc == TSK_CLOSED) {
		job->next_ms = now; /* ask find() */
	} else if (o->rc == TSK_LATER) {
		not_taken(r, job, why, now);
	} else {
		why->class = WHY_NEVER;
		failed(r, job, why, now);
	}
}

static void
on_find(struct run *r, struct job *job, struct worker_order *o, int64_t now)
{
	if (o->rc == 0) {
		accepted(r, job, o);
		job->next_ms = now;
	} else if (o->rc == TSK_NOTFOUND) {
		/* it never got there: that was no try */
		job->round_tries -= job->round_tries > 0;
		(void)!run_count_day(r, job, true, job->sent_ms);
		job->due_ms = now;
		job_say(job, "queued", "The provider never had it.");
		run_change(r, job, JOB_QUEUED, now);
		job->next_ms = now;
	} else if (o->rc == TSK_EMPTY) {
		run_give_up(r, job,
		    "It may have been sent before a stop, and this provider "
		    "cannot tell: ask the partner.",
		    now);
	}
}

static void
confirm(struct run *r, struct job *job, const struct driver_report *report,
    int64_t now)
{
	memcpy(job->remote, report->remote, sizeof(job->remote));
	job->pages_sent = report->pages > 0 ? report->pages : job->pages;
	job->yen = report->yen > 0 ? report->yen
				   : (int64_t)job->pages * r->settings.yen_page;
	job_say(job, "confirmed", "The provider confirms it.");
	run_change(r, job, JOB_CONFIRMED, now);
}

static void
on_poll(struct run *r, struct job *job, struct worker_order *o, int64_t now)
{
	if (o->rc == TSK_NOTFOUND && job->state == JOB_SENDING)
		run_give_up(r, job,
		    "The provider does not know the job any more: ask the "
		    "partner.",
		    now);
	if (o->rc < 0) {
		if (o->rc == TSK_LATER)
			log_warn("fax: tag=%s result=no-answer code=%s "
				 "why=\"%s\"",
			    job->tag, o->why.code, o->why.text);
		return;
	}
	if (o->report.state == DRIVER_CONFIRMED)
		confirm(r, job, &o->report, now);
	else if (o->report.state == DRIVER_FAILED)
		failed(r, job, &o->why, now);
}

static void
on_cancel(struct run *r, struct job *job, struct worker_order *o, int64_t now)
{
	job->refused = true;
	job->next_ms = now;
	if (o->rc != 0)
		return; /* too late: the result will tell */
	job_say(
	    job, "recalled", "The provider took it back; nothing was sent.");
	run_change(r, job, JOB_RECALLED, now);
}

static void
take(struct run *r, struct worker_order *o, int64_t now)
{
	struct job *job = run_find(r, &o->id, o->leg);

	if (job == NULL || o->verb == WORKER_FORGET)
		return;
	job->busy = false;
	/* a person decided meanwhile */
	if (job->state != JOB_SENDING &&
	    !(job->state == JOB_UNKNOWN && o->verb == WORKER_POLL))
		return;
	switch (o->verb) {
	case WORKER_SUBMIT:
		on_submit(r, job, o, now);
		break;
	case WORKER_FIND:
		on_find(r, job, o, now);
		break;
	case WORKER_POLL:
		on_poll(r, job, o, now);
		break;
	case WORKER_CANCEL:
		on_cancel(r, job, o, now);
		break;
	case WORKER_FORGET:
		break;
	}
}

void
run_results(struct run *r, int64_t now)
{
	struct worker_order *o;

	while ((o = worker_take(r->worker)) != NULL) {
		take(r, o, now);
		worker_order_free(&o);
	}
}

/* ---- recall and people ---- */

void
run_recall(struct run *r, struct job *job, int64_t now)
{
	job->recall = true;
	job->next_ms = now;
	if (job_ended(job))
		r->tell(r->arg, job);
	else if (!job->busy)
		run_step(r, job, now);
}

void
run_over(struct run *r, struct job *job, int64_t now)
{
	job->over = true;
	if (!job_ended(job))
		run_recall(r, job, now);
}

static int
decide_confirm(struct run *r, struct job *job, int64_t now)
{
	if (job->state != JOB_UNKNOWN && job->state != JOB_SENDING)
		return TSK_INVALID;
	job->pages_sent = job->pages;
	job_say(job, "confirmed", "Confirmed by %s.", job->by);
	run_change(r, job, JOB_CONFIRMED, now);
	return 0;
}

static int
decide_fail(struct run *r, struct job *job, int64_t now)
{
	if (job->state != JOB_UNKNOWN && job->state != JOB_SENDING)
		return TSK_INVALID;
	job_say(job, "failed-by-person", "%s says that it did not arrive.",
	    job->by);
	run_change(r, job, JOB_FAILED, now);
	return 0;
}

static int
decide_cancel(struct run *r, struct job *job, int64_t now)
{
	if (job->state == JOB_SENDING && job->accepted && !job->busy) {
		job->recall = true;
		job->refused = false;
		run_step(r, job, now);
		return 0;
	}
	if (job->state != JOB_QUEUED)
		return TSK_INVALID;
	job_say(job, "failed-cancelled", "Stopped by %s.", job->by);
	run_change(r, job, JOB_FAILED, now);
	return 0;
}

static int
decide_hold(struct run *r, struct job *job, int64_t now)
{
	if (job->state != JOB_QUEUED)
		return TSK_INVALID;
	job->hold = true;
	job->next_ms = now;
	job_say(job, "held", "Held by %s.", job->by);
	run_say(r, job);
	return run_keep(r, job) ? 0 : TSK_FULL;
}

static int
decide_release(struct run *r, struct job *job, int64_t now)
{
	if (job->state != JOB_QUEUED || !job->hold)
		return TSK_INVALID;
	job->hold = false;
	job->next_ms = now;
	job_say(job, "queued", "Released by %s.", job->by);
	run_say(r, job);
	return run_keep(r, job) ? 0 : TSK_FULL;
}

static const struct decision {
	const char *verb;
	int (*run)(struct run *r, struct job *job, int64_t now);
} decisions[] = {
    {"confirm", decide_confirm},
    {"fail", decide_fail},
    {"cancel", decide_cancel},
    {"hold", decide_hold},
    {"release", decide_release},
};

int
run_decide(struct run *r, struct job *job, const char *verb, const char *by,
    int64_t now, struct why *why)
{
	for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++) {
		if (strcmp(decisions[i].verb, verb) != 0)
			continue;
		snprintf(job->by, sizeof(job->by), "%.63s", by);
		log_info(
		    "fax: by=person decision=%s tries=%u", verb, job->tries);
		int rc = decisions[i].run(r, job, now);
		if (rc == TSK_INVALID)
			why_set(why, WHY_NEVER, "wrong-state",
			    "A FAX that is %s%s cannot be dealt with so.",
			    job_state_name(job->state),
			    job->hold ? " and held" : "");
		else if (rc < 0)
			why_set(why, WHY_LATER, "folder",
			    "The decision cannot be written down.");
		return rc;
	}
	why_set(
	    why, WHY_NEVER, "unknown", "There is no decision \"%s\".", verb);
	return TSK_INVALID;
}

/* NAME
 *	legs - the broker's side of the FAX agent
 * DESCRIPTION
 *	A leg that is delivered becomes a job of run.h; what becomes of that is
 *	settled, as often as somebody asks.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "crash.h"

#include "program.h"

/* ---- settling ---- */

static enum wire_outcome
outcome_of(const struct job *job, const char **code)
{
	*code = job->code;
	if (job->state == JOB_CONFIRMED) {
		*code = "";
		return WIRE_OUTCOME_DELIVERED;
	}
	/* taken back, and it is certain that nothing went out */
	if (job->state == JOB_RECALLED ||
	    (job->recall && job->state == JOB_FAILED))
		*code = "recalled";
	return WIRE_OUTCOME_NEVER;
}

/* What became of a job, as often as somebody asks. */
static void
settle_job(struct program *p, struct job *job)
{
	char detail[WIRE_DETAIL_BYTES_MAX + 1];
	const char *code;
	struct wire_settle_item item = {
	    .id = job->id,
	    .leg = job->leg,
	    .outcome = outcome_of(job, &code),
	    .at_ms = (uint64_t)job->ended_ms,
	};

	if (job->state == JOB_CONFIRMED)
		snprintf(detail, sizeof(detail), "pages=%u yen=%lld",
		    job->pages_sent, (long long)job->yen);
	else
		snprintf(detail, sizeof(detail), "%s", job->text);
	item.code = code;
	item.detail = detail;
	CRASH_POINT("fax-before-settle");
	leg_desk_settle(p->legs, &item, job->credit);
	job->credit = 0;
}

/* How far it is: the sender's office shows it.  Names of persons who decided
 * stay here. */
static void
settle_step(struct program *p, const struct job *job)
{
	static const char *const waits[] = {
	    "held", "waits-hours", "waits-limit"};
	struct wire_settle_item item = {
	    .id = job->id,
	    .leg = job->leg,
	    .outcome = WIRE_OUTCOME_WORKING,
	    .code = job_state_name(job->state),
	    .detail = "",
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		if (job->state == JOB_QUEUED &&
		    strcmp(job->code, waits[i]) == 0)
			item.code = waits[i];
	}
	leg_desk_settle(p->legs, &item, 0);
}

void
legs_told(void *arg, struct job *job)
{
	struct program *p = arg;

	if (!job_ended(job)) {
		if (job->lent)
			settle_step(p, job);
		return;
	}
	if (job->state == JOB_CONFIRMED)
		p->sent++;
	else
		p->failed++;
	p->next_ms = 0; /* somebody may have room now */
	/* that it is out counts from anybody; the rest only from who holds
	 * the leg */
	if (p->legs != NULL && (job->lent || job->state == JOB_CONFIRMED))
		settle_job(p, job);
}

/* ---- jobs ---- */

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

	return run_next(p->run, thing);
}

static const char *
state_of(const void *thing)
{
	return job_state_name(((const struct job *)thing)->state);
}

static bool
is_over(const void *thing)
{
	return job_ended(thing);
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
	struct program *p = arg;
	struct job *job = NULL;
	int rc = desk_deliver(&p->desk, delivery, clock_wall_ms(), &job, why);

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
	job->next_ms = 0;
}

/* What the broker says of the number now counts. */
static void
again(void *arg, void *thing, const struct wire_deliver *deliver)
{
	char number[FAX_NUMBER_BYTES];
	struct program *p = arg;
	struct job *job = thing;
	struct why why = {0};

	if (job_ended(job))
		settle_job(p, job);
	else if (job->state == JOB_QUEUED &&
		 (desk_check(deliver, number, &why) < 0 ||
		     strcmp(number, job->number) != 0))
		run_fail(p->run, job, "fax-unverified",
		    "The FAX number of the partner was changed or is no "
		    "longer verified.",
		    clock_wall_ms());
	else
		settle_step(p, job);
}

static bool
ended(void *arg, const struct wire_deliver *deliver, uint64_t credit)
{
	struct program *p = arg;
	struct job old = {0};

	if (spool_ended(p->spool, &deliver->parcel.id, deliver->leg, &old) != 1)
		return false;
	if (old.state == JOB_RECALLED && !leg_desk_recalled(deliver))
		return false; /* somebody wants it sent after all */
	old.credit = credit;
	settle_job(p, &old);
	return true;
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
taken(void *arg, void *thing)
{
	settle_step(arg, thing);
}

static void
recall(void *arg, void *thing, const char *code)
{
	struct program *p = arg;

	if (strcmp(code, "ended") == 0)
		run_over(p->run, thing, clock_wall_ms());
	else
		run_recall(p->run, thing, clock_wall_ms());
}

static void
told(void *arg, void *thing)
{
	struct program *p = arg;

	run_told(p->run, thing);
}

static void
greet(void *arg, void *thing)
{
	struct job *job = thing;

	if (job->state == JOB_CONFIRMED)
		settle_job(arg, job);
	else
		settle_step(arg, job);
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
    .taken = taken,
    .again = again,
    .ended = ended,
    .recall = recall,
    .told = told,
    .greet = greet,
    .wake = wake,
};

int
legs_open(struct program *p, struct why *why)
{
	const struct leg_desk_settings settings = {
	    .link = &p->agent->link, .queue = "fax", .role = "fax"};

	return leg_desk_open(p->agent->loop, &settings, &ops, p, &p->legs, why);
}

/* NAME
 *	run - all jobs, and what is done with each next
 * SUMMARY
 *	see run.h
 * BUGS
 *	The pages of a day are counted when a try begins; one that a crash kept
 *	from beginning is counted all the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "log.h"

#include "join.h"
#include "run.h"

#define IDLE_MS   60000                    /* come back at least so often */
#define RETRY_MS  1000                     /* after trouble with our own disk */
#define LATE_MS   (7LL * 24 * 3600 * 1000) /* for results after unknown */
#define LATE_POLL 10                       /* times as seldom then */

struct run {
	struct run_settings settings;
	struct spool *spool;
	struct worker *worker;
	run_told_fn *tell;
	void *arg;
	struct job *jobs;
};

struct run *
run_new(const struct run_settings *settings, struct spool *spool,
    struct worker *worker, run_told_fn *tell, void *arg)
{
	struct run *r = mem_new(sizeof(*r));

	r->settings = *settings;
	r->spool = spool;
	r->worker = worker;
	r->tell = tell;
	r->arg = arg;
	return r;
}

void
run_free(struct run **run_p)
{
	struct run *r = *run_p;

	if (r == NULL)
		return;
	while (r->jobs != NULL) {
		struct job *job = r->jobs;
		r->jobs = job->next;
		free(job);
	}
	free(r);
	*run_p = NULL;
}

/* ---- the list ---- */

/* At the end: the oldest goes out first. */
static struct job *
append(struct run *r, const struct job *job)
{
	struct job **at = &r->jobs;
	struct job *kept = mem_dup(job, sizeof(*job));

	while (*at != NULL)
		at = &(*at)->next;
	*at = kept;
	kept->next = NULL;
	return kept;
}

static void
drop(struct run *r, struct job *job)
{
	struct job **at = &r->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	free(job);
}

struct job *
run_find(struct run *r, const struct id *id, unsigned leg)
{
	for (struct job *job = r->jobs; job != NULL; job = job->next) {
		if (job->leg == leg && id_compare(&job->id, id) == 0)
			return job;
	}
	return NULL;
}

struct job *
run_first(struct run *r)
{
	return r->jobs;
}

static void
load_one(void *arg, const struct job *job)
{
	append(arg, job);
}

int
run_load(struct run *r, struct why *why)
{
	return spool_load(r->spool, load_one, r, why);
}

int
run_add(struct run *r, const struct job *job, const void *tiff, size_t n,
    struct job **out, struct why *why)
{
	struct job *old = run_find(r, &job->id, job->leg);
	int rc = spool_put(r->spool, job, tiff, n, why);

	*out = NULL;
	if (rc < 0)
		return rc;
	if (old != NULL)
		drop(r, old);
	*out = append(r, job);
	return 0;
}

/* ---- records ---- */

static void
log_job(const struct job *job)
{
	char key[JOB_KEY_BYTES];
	bool bad = job->state == JOB_FAILED || job->state == JOB_UNKNOWN;

	log_line(bad ? LOG_WARN_ : LOG_INFO_,
	    "fax: job=%s to=%s try=%u pages=%u result=%s code=%s why=\"%s\"",
	    job_key_of(job, key), job->to, job->tries, job->pages,
	    job_state_name(job->state), job->code, job->text);
}

/* The record as the job is now; false if the disk does not take it: it is tried
 * again, and nothing goes out meanwhile. */
static bool
keep(struct run *r, struct job *job)
{
	struct why why = {0};
	int rc = spool_save(r->spool, job, &why);

	if (rc < 0 && !job->dirty)
		log_error("fax: result=not-kept why=\"%s\"", why.text);
	job->dirty = rc < 0;
	return rc == 0;
}

static struct job *
lead_of(struct run *r, const struct job *job)
{
	struct id id;
	unsigned leg;

	if (job->lead[0] == '\0' || job_key_parse(job->lead, &id, &leg) != 0)
		return NULL;
	return run_find(r, &id, leg);
}

/* Those that ride in the same call. */
static struct job *
next_rider(struct run *r, const struct job *lead, struct job *from)
{
	char key[JOB_KEY_BYTES];

	job_key_of(lead, key);
	for (from = from == NULL ? r->jobs : from->next; from != NULL;
	     from = from->next) {
		if (strcmp(from->lead, key) == 0)
			return from;
	}
	return NULL;
}

/* ---- orders ---- */

static void
order(struct run *r, struct job *job, enum worker_verb verb)
{
	struct worker_order *o = mem_new(sizeof(*o));
	struct driver_job *d = &o->job;

	o->verb = verb;
	o->id = job->id;
	o->leg = job->leg;
	memcpy(d->tag, job->tag, sizeof(d->tag));
	memcpy(d->ref, job->ref, sizeof(d->ref));
	memcpy(d->number, job->number, sizeof(d->number));
	memcpy(d->from, job->from, sizeof(d->from));
	memcpy(d->to, job->to, sizeof(d->to));
	memcpy(d->month, job->month, sizeof(d->month));
	d->pages = job->pages;
	d->superfine = job->superfine;
	d->made_ms = job->made_ms;
	d->sent_ms = job->sent_ms;
	d->tiff = spool_sendable(r->spool, job);
	job->busy = verb != WORKER_FORGET;
	worker_put(r->worker, o);
}

/* Nothing of a job is to stay with the other software once it is over. */
static void
forget(struct run *r, struct job *job)
{
	if (job->tag[0] != '\0')
		order(r, job, WORKER_FORGET);
}

/* ---- changes ---- */

static void
change_one(struct run *r, struct job *job, enum job_state state, int64_t now)
{
	job->state = state;
	job->next_ms = now;
	if (job_ended(job)) {
		job->ended_ms = now;
		job->told = false;
	}
	bool kept = keep(r, job);
	CRASH_POINT("fax-recorded");
	log_job(job);
	if (!job_ended(job))
		return;
	if (kept && state != JOB_UNKNOWN)
		forget(r, job);
	r->tell(r->arg, job);
}

/* What becomes of a call becomes of all that ride in it. */
static void
change(struct run *r, struct job *job, enum job_state state, int64_t now)
{
	struct job *rider = NULL;

	while ((rider = next_rider(r, job, rider)) != NULL) {
		if (rider->state != JOB_SENDING)
			continue;
		memcpy(rider->code, job->code, sizeof(rider->code));
		memcpy(rider->text, job->text, sizeof(rider->text));
		memcpy(rider->remote, job->remote, sizeof(rider->remote));
		rider->due_ms = job->due_ms;
		rider->pages_sent = state == JOB_CONFIRMED ? rider->pages : 0;
		rider->yen = rider->pages * r->settings.yen_page;
		if (state == JOB_QUEUED)
			rider->lead[0] = '\0';
		change_one(r, rider, state, now);
	}
	change_one(r, job, state, now);
}

void
run_fail(struct run *r, struct job *job, const char *code, const char *sentence,
    int64_t now)
{
	job_say(job, code, "%s", sentence);
	change(r, job, JOB_FAILED, now);
}

void
run_told(struct run *r, struct job *job)
{
	struct why why = {0};

	if (!job_ended(job) || job->told)
		return;
	job->told = true;
	job->lent = false;
	/* taken back, and certainly not sent: that is an end, too */
	if (job->state == JOB_FAILED && job->recall)
		job->state = JOB_RECALLED;
	if (job->state != JOB_CONFIRMED && job->state != JOB_RECALLED) {
		(void)!keep(r, job);
		return;
	}
	if (spool_end(r->spool, job, &why) < 0) {
		log_error("fax: result=not-ended why=\"%s\"", why.text);
		return;
	}
	drop(r, job);
}

/* ---- queued ---- */

static unsigned
count_sending(struct run *r)
{
	unsigned n = 0;

	for (struct job *job = r->jobs; job != NULL; job = job->next)
		n += job->state == JOB_SENDING && job->lead[0] == '\0';
	return n;
}

/* Waiting is told once in the record, not at each look. */
static void
wait_until(struct run *r, struct job *job, int64_t when, const char *code,
    const char *sentence)
{
	job->next_ms = when;
	if (strcmp(job->code, code) == 0 && job->due_ms == when)
		return;
	job->due_ms = when;
	job_say(job, code, "%s", sentence);
	(void)!keep(r, job);
	log_job(job);
}

static bool
over_limit(const struct run *r, const struct spool_day *used, unsigned pages)
{
	const struct run_settings *s = &r->settings;
	int64_t yen = (int64_t)pages * s->yen_page;

	return (s->pages_day > 0 && used->pages + pages > s->pages_day) ||
	       (s->yen_day > 0 && used->yen + yen > s->yen_day);
}

/* May it go out at all today, and is there room? */
static bool
within_limits(struct run *r, struct job *job, int64_t now)
{
	static const struct spool_day nothing;
	struct spool_day used;
	char day[HOURS_DAY_BYTES];

	if (over_limit(r, &nothing, job->pages)) {
		run_fail(r, job, "failed-limit",
		    "It has more pages than a whole day's limit allows.", now);
		return false;
	}
	if (spool_day(r->spool, hours_day(now, day), &used) < 0) {
		log_error("fax: day=%s result=damaged", day);
		used = nothing;
	}
	if (!over_limit(r, &used, job->pages))
		return true;
	wait_until(r, job, hours_tomorrow(&r->settings.hours, now),
	    "waits-limit", "The pages or the cost of today are used up.");
	return false;
}

/* Counted when a try begins, taken back when it did not come to that. */
static bool
count_day(struct run *r, const struct job *lead, bool back, int64_t when)
{
	struct spool_day used;
	char day[HOURS_DAY_BYTES];
	unsigned pages = lead->pages;
	struct job *rider = NULL;

	while ((rider = next_rider(r, lead, rider)) != NULL)
		pages += rider->pages;
	if (spool_day(r->spool, hours_day(when, day), &used) < 0)
		memset(&used, 0, sizeof(used));
	if (!back) {
		used.pages += pages;
		used.calls++;
		used.yen += (int64_t)pages * r->settings.yen_page;
	} else if (used.pages >= pages && used.calls > 0) {
		used.pages -= pages;
		used.calls--;
		used.yen -= (int64_t)pages * r->settings.yen_page;
	}
	return spool_day_save(r->spool, day, &used) == 0;
}

/* Ready to go out this moment, as far as the job itself is concerned. */
static bool
ready(const struct job *job, int64_t now)
{
	return job->state == JOB_QUEUED && job->lent && !job->hold &&
	       !job->busy && !job->recall && job->due_ms <= now;
}

static bool
may_ride(const struct job *lead, const struct job *job, int64_t now)
{
	return job != lead && ready(job, now) && !job->test && !lead->test &&
	       job->superfine == lead->superfine &&
	       strcmp(job->number, lead->number) == 0 &&
	       strcmp(job->from, lead->from) == 0;
}

/* Riders are written down first: a rider whose lead never began goes back to
 * the queue by itself. */
static void
take_riders(struct run *r, struct job *lead, int64_t now)
{
	char key[JOB_KEY_BYTES];
	unsigned pages = lead->pages;

	job_key_of(lead, key);
	for (struct job *job = r->jobs; r->settings.join && job != NULL;
	     job = job->next) {
		if (!may_ride(lead, job, now) ||
		    pages + job->pages > r->settings.pages_max ||
		    !within_limits(r, job, now))
			continue;
		memcpy(job->lead, key, sizeof(key));
		job->state = JOB_SENDING;
		job->sent_ms = now;
		job->tries++;
		job->round_tries++;
		job_say(job, "joined", "It goes out in one call with %s.", key);
		if (!keep(r, job)) {
			job->state = JOB_QUEUED;
			job->lead[0] = '\0';
			continue;
		}
		pages += job->pages;
		log_job(job);
	}
}

/* One TIFF of all that ride together, in the lead's folder. */
static int
join_pages(struct run *r, struct job *lead)
{
	struct job *rider = NULL;
	char **paths = NULL;
	size_t n = 0;
	int rc = spool_unjoin(r->spool, lead);

	if (rc < 0 || next_rider(r, lead, NULL) == NULL)
		return rc;
	paths = mem_resize(NULL, 2 * sizeof(*paths));
	paths[n++] = spool_tiff(r->spool, lead);
	while ((rider = next_rider(r, lead, rider)) != NULL) {
		paths = mem_resize(paths, (n + 2) * sizeof(*paths));
		paths[n++] = spool_tiff(r->spool, rider);
	}
	char *out = spool_joined(r->spool, lead);
	rc = join_tiffs((const char *const *)paths, n, out);
	free(out);
	while (n > 0)
		free(paths[--n]);
	free(paths);
	return rc;
}

static void
begin(struct run *r, struct job *job, int64_t now)
{
	take_riders(r, job, now);
	if (join_pages(r, job) < 0) {
		job_say(job, "waits-folder", "The pages cannot be joined.");
		job->due_ms = now + RETRY_MS;
		change(r, job, JOB_QUEUED, now);
		return;
	}
	job_try(job);
	job->state = JOB_SENDING;
	job->sent_ms = now;
	job_say(job, "sending", "Handed to the provider.");
	CRASH_POINT("fax-begin");
	if (!count_day(r, job, false, now) || !keep(r, job)) {
		job->due_ms = now + RETRY_MS;
		change(r, job, JOB_QUEUED, now);
		return;
	}
	CRASH_POINT("fax-marked");
	log_job(job);
	order(r, job, WORKER_SUBMIT);
}

static void
step_queued(struct run *r, struct job *job, int64_t now)
{
	if (job->recall) {
		job_say(
		    job, "recalled", "It was taken back before it was sent.");
		change(r, job, JOB_RECALLED, now);
		return;
	}
	if (!ready(job, now)) {
		job->next_ms =
		    job->hold || !job->lent ? now + IDLE_MS : job->due_ms;
		return;
	}
	int64_t opens = hours_next(&r->settings.hours, now);
	if (opens != now) {
		wait_until(r, job, opens < 0 ? now + IDLE_MS : opens,
		    "waits-hours", "It waits for office hours.");
		return;
	}
	if (count_sending(r) >= r->settings.parallel)
		return; /* whoever ends makes room and is followed by a tick */
	if (within_limits(r, job, now))
		begin(r, job, now);
}

/* ---- sending ---- */

static void
give_up(struct run *r, struct job *job, const char *sentence, int64_t now)
{
	job_say(job, "unknown", "%s", sentence);
	change(r, job, JOB_UNKNOWN, now);
}

static void
step_sending(struct run *r, struct job *job, int64_t now)
{
	if (job->lead[0] != '\0') {
		struct job *lead = lead_of(r, job);
		job->next_ms = now + IDLE_MS;
		if (lead != NULL && lead->state == JOB_SENDING)
			return;
		job->lead[0] = '\0';
		if (lead != NULL && lead->state == JOB_QUEUED) {
			job_say(job, "queued", "It is tried again.");
			change(r, job, JOB_QUEUED, now);
			return;
		}
		give_up(r, job, "What became of the call is not known.", now);
		return;
	}
	if (now - job->sent_ms > r->settings.result_ms) {
		give_up(r, job,
		    "The provider gave no result in time: ask the partner.",
		    now);
		return;
	}
	job->next_ms = now + r->settings.poll_ms;
	if (!job->accepted)
		order(r, job, WORKER_FIND);
	else if (job->recall && !job->refused)
		order(r, job, WORKER_CANCEL);
	else
		order(r, job, WORKER_POLL);
}

/* A result that comes too late still counts, and nobody is asked then. */
static void
step_unknown(struct run *r, struct job *job, int64_t now)
{
	if (!job->accepted || job->lead[0] != '\0' ||
	    now - job->sent_ms > r->settings.result_ms + LATE_MS) {
		job->next_ms = now + IDLE_MS;
		return;
	}
	job->next_ms = now + r->settings.poll_ms * LATE_POLL;
	order(r, job, WORKER_POLL);
}

static void
step(struct run *r, struct job *job, int64_t now)
{
	if (job->dirty && !keep(r, job)) {
		job->next_ms = now + RETRY_MS;
		return;
	}
	job->next_ms = now + IDLE_MS;
	if (job->state == JOB_QUEUED)
		step_queued(r, job, now);
	else if (job->state == JOB_SENDING)
		step_sending(r, job, now);
	else if (job->state == JOB_UNKNOWN)
		step_unknown(r, job, now);
}

int64_t
run_tick(struct run *r, int64_t now)
{
	int64_t next = now + IDLE_MS;

	/* a wall clock that was set back must not stop anything */
	for (struct job *job = r->jobs; job != NULL; job = job->next) {
		if (!job->busy &&
		    (job->next_ms <= now || job->next_ms > now + IDLE_MS))
			step(r, job, now);
		if (!job->busy && job->next_ms < next)
			next = job->next_ms;
	}
	return next > now ? next : now;
}

/* ---- what the worker brought ---- */

static void
accepted(struct run *r, struct job *job, const struct worker_order *o)
{
	memcpy(job->ref, o->job.ref, sizeof(job->ref));
	job->accepted = true;
	job->trouble = 0;
	(void)!keep(r, job);
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
		change(r, job, JOB_RECALLED, now);
		return;
	}
	if (why->class == WHY_LATER && job->round_tries < r->settings.tries &&
	    job->state == JOB_SENDING) {
		job->due_ms = now + r->settings.spacing_ms;
		change(r, job, JOB_QUEUED, now);
		return;
	}
	change(r, job, JOB_FAILED, now);
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
	(void)!count_day(r, job, true, job->sent_ms);
	job->due_ms =
	    now +
	    (wait < r->settings.spacing_ms ? wait : r->settings.spacing_ms);
	job_say(job, why->code, "%s", why->text);
	change(r, job, JOB_QUEUED, now);
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
		(void)!count_day(r, job, true, job->sent_ms);
		job->due_ms = now;
		job_say(job, "queued", "The provider never had it.");
		change(r, job, JOB_QUEUED, now);
		job->next_ms = now;
	} else if (o->rc == TSK_EMPTY) {
		give_up(r, job,
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
	change(r, job, JOB_CONFIRMED, now);
}

static void
on_poll(struct run *r, struct job *job, struct worker_order *o, int64_t now)
{
	if (o->rc == TSK_NOTFOUND && job->state == JOB_SENDING)
		give_up(r, job,
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
	change(r, job, JOB_RECALLED, now);
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
		step(r, job, now);
}

static int
decide_confirm(struct run *r, struct job *job, int64_t now)
{
	if (job->state != JOB_UNKNOWN && job->state != JOB_SENDING)
		return TSK_INVALID;
	job->pages_sent = job->pages;
	job_say(job, "confirmed", "Confirmed by %s.", job->by);
	change(r, job, JOB_CONFIRMED, now);
	return 0;
}

static int
decide_fail(struct run *r, struct job *job, int64_t now)
{
	if (job->state != JOB_UNKNOWN && job->state != JOB_SENDING)
		return TSK_INVALID;
	job_say(job, "failed-by-person", "%s says that it did not arrive.",
	    job->by);
	change(r, job, JOB_FAILED, now);
	return 0;
}

static int
decide_cancel(struct run *r, struct job *job, int64_t now)
{
	if (job->state == JOB_SENDING && job->accepted && !job->busy) {
		job->recall = true;
		job->refused = false;
		step(r, job, now);
		return 0;
	}
	if (job->state != JOB_QUEUED)
		return TSK_INVALID;
	job_say(job, "failed-cancelled", "Stopped by %s.", job->by);
	change(r, job, JOB_FAILED, now);
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
	return keep(r, job) ? 0 : TSK_FULL;
}

static int
decide_release(struct run *r, struct job *job, int64_t now)
{
	if (job->state != JOB_QUEUED || !job->hold)
		return TSK_INVALID;
	job->hold = false;
	job->next_ms = now;
	job_say(job, "queued", "Released by %s.", job->by);
	return keep(r, job) ? 0 : TSK_FULL;
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

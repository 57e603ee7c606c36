/* NAME
 *	run_step - what is done with a job when its time has come
 * SUMMARY
 *	run_tick() of run.h; run_inside.h
 * BUGS
 *	The pages of a day are counted when a try begins; one that a crash kept
 *	from beginning is counted all the same.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "join.h"
#include "run_inside.h"

#define IDLE_MS   60000 /* come back at least so often */
#define RETRY_MS  1000  /* after trouble with our own disk */
#define STEPS_MAX 200   /* in one tick: each may wait for the disk */
#define LATE_MS   (7LL * 24 * 3600 * 1000) /* for results after unknown */
#define LATE_POLL 10                       /* times as seldom then */

/* ---- queued ---- */

/* A call of its own; riders take no line. */
static bool
sends(const struct job *job)
{
	return job->state == JOB_SENDING && job->lead[0] == '\0';
}

static unsigned
count_sending(struct run *r)
{
	unsigned n = 0;

	for (struct job *job = NULL; (job = run_next(r, job)) != NULL;)
		n += sends(job);
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
	(void)!run_keep(r, job);
	run_say(r, job);
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

bool
run_count_day(struct run *r, const struct job *lead, bool back, int64_t when)
{
	struct spool_day used;
	char day[HOURS_DAY_BYTES];
	unsigned pages = lead->pages;
	struct job *rider = NULL;

	while ((rider = run_next_rider(lead, rider)) != NULL)
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

/* One of the lead's line: the same number, the same office. */
static bool
may_ride(const struct job *lead, const struct job *job, int64_t now)
{
	return job != lead && ready(job, now) && !job->test && !lead->test &&
	       job->superfine == lead->superfine;
}

/* Riders are written down first: a rider whose lead never began goes back to
 * the queue by itself. */
static void
take_riders(struct run *r, struct job *lead, int64_t now)
{
	char key[JOB_KEY_BYTES];
	unsigned pages = lead->pages;

	job_key_of(lead, key);
	for (struct job *job = leg_list_line_first(&lead->entry);
	     r->settings.join && job != NULL;
	     job = leg_list_line_next(&job->entry)) {
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
		if (!run_keep(r, job)) {
			job->state = JOB_QUEUED;
			job->lead[0] = '\0';
			continue;
		}
		pages += job->pages;
		run_say(r, job);
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

	if (rc < 0 || run_next_rider(lead, NULL) == NULL)
		return rc;
	paths = mem_resize(NULL, 2 * sizeof(*paths));
	paths[n++] = spool_tiff(r->spool, lead);
	while ((rider = run_next_rider(lead, rider)) != NULL) {
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
		run_change(r, job, JOB_QUEUED, now);
		return;
	}
	job_try(job);
	job->state = JOB_SENDING;
	job->sent_ms = now;
	job_say(job, "sending", "Handed to the provider.");
	CRASH_POINT("fax-begin");
	if (!run_count_day(r, job, false, now) || !run_keep(r, job)) {
		job->due_ms = now + RETRY_MS;
		run_change(r, job, JOB_QUEUED, now);
		return;
	}
	CRASH_POINT("fax-marked");
	run_say(r, job);
	run_order(r, job, WORKER_SUBMIT);
}

static void
step_queued(struct run *r, struct job *job, int64_t now)
{
	if (job->recall) {
		job_say(
		    job, "recalled", "It was taken back before it was sent.");
		run_change(r, job, JOB_RECALLED, now);
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
	if (r->sending >= r->settings.parallel)
		return; /* see due() */
	if (within_limits(r, job, now))
		begin(r, job, now);
}

/* ---- sending ---- */

static struct job *
lead_of(struct run *r, const struct job *job)
{
	struct id id;
	unsigned leg;

	if (job->lead[0] == '\0' || leg_key_parse(job->lead, &id, &leg) != 0)
		return NULL;
	return run_find(r, &id, leg);
}

void
run_give_up(struct run *r, struct job *job, const char *sentence, int64_t now)
{
	job_say(job, "unknown", "%s", sentence);
	run_change(r, job, JOB_UNKNOWN, now);
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
			run_change(r, job, JOB_QUEUED, now);
			return;
		}
		run_give_up(
		    r, job, "What became of the call is not known.", now);
		return;
	}
	if (now - job->sent_ms > r->settings.result_ms) {
		run_give_up(r, job,
		    "The provider gave no result in time: ask the partner.",
		    now);
		return;
	}
	job->next_ms = now + r->settings.poll_ms;
	if (!job->accepted)
		run_order(r, job, WORKER_FIND);
	else if (job->recall && !job->refused)
		run_order(r, job, WORKER_CANCEL);
	else
		run_order(r, job, WORKER_POLL);
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
	run_order(r, job, WORKER_POLL);
}

void
run_step(struct run *r, struct job *job, int64_t now)
{
	if (job->dirty && !run_keep(r, job)) {
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

/* Nobody asks for these any more. */
static void
end_over(struct run *r)
{
	for (struct job *job = run_next(r, NULL), *next; job != NULL;
	     job = next) {
		next = run_next(r, job);
		if (!job->over || job->busy || !job_ended(job))
			continue;
		log_info("fax: tag=%s result=over", job->tag);
		job->over = false; /* once: the disk may be in trouble */
		run_end(r, job);
	}
}

/* Those whose time has come; and whoever found no room, as soon as there is. */
static bool
due(const struct run *r, const struct job *job, int64_t now)
{
	if (job->busy)
		return false;
	/* a wall clock that was set back must not stop anything */
	if (job->next_ms <= now || job->next_ms > now + IDLE_MS)
		return true;
	return ready(job, now) && !job->dirty &&
	       r->sending < r->settings.parallel;
}

int64_t
run_tick(struct run *r, int64_t now)
{
	int64_t next = now + IDLE_MS;
	unsigned steps = 0;

	end_over(r);
	r->sending = count_sending(r);
	for (struct job *job = NULL; (job = run_next(r, job)) != NULL;) {
		bool was = sends(job);

		if (due(r, job, now)) {
			if (++steps > STEPS_MAX)
				return now; /* the heartbeat, then the rest */
			run_step(r, job, now);
			r->sending = r->sending + sends(job) - was;
			if (was && !sends(job))
				next = now; /* whoever stands before it */
		}
		if (!job->busy && job->next_ms < next)
			next = job->next_ms;
	}
	return next > now ? next : now;
}

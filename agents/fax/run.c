/* NAME
 *	run - all jobs: the list, their records and changes
 * SUMMARY
 *	see run.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "run_inside.h"

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
	r->jobs = leg_list_new();
	return r;
}

static void
drop(struct run *r, struct job *job)
{
	leg_list_remove(r->jobs, &job->entry);
	free(job);
}

void
run_free(struct run **run_p)
{
	struct run *r = *run_p;
	struct job *job;

	if (r == NULL)
		return;
	while ((job = run_next(r, NULL)) != NULL)
		drop(r, job);
	leg_list_free(&r->jobs);
	free(r);
	*run_p = NULL;
}

/* ---- the list ---- */

/* At the end: the oldest goes out first. */
static struct job *
append(struct run *r, const struct job *job)
{
	char line[NUMBER_OFFICE_BYTES + FAX_NUMBER_BYTES];
	struct job *kept = mem_dup(job, sizeof(*job));

	leg_list_add(r->jobs, &kept->entry, kept, &kept->id, kept->leg);
	snprintf(line, sizeof(line), "%s>%s", kept->from, kept->number);
	leg_list_line_up(r->jobs, &kept->entry, line);
	return kept;
}

struct job *
run_find(struct run *r, const struct id *id, unsigned leg)
{
	return leg_list_find(r->jobs, id, leg);
}

struct job *
run_next(struct run *r, const struct job *job)
{
	return leg_list_next(r->jobs, job == NULL ? NULL : &job->entry);
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

void
run_log(const struct job *job)
{
	char key[JOB_KEY_BYTES];
	bool bad = job->state == JOB_FAILED || job->state == JOB_UNKNOWN;

	log_line(bad ? LOG_WARN_ : LOG_INFO_,
	    "fax: job=%s to=%s try=%u pages=%u result=%s code=%s why=\"%s\"",
	    job_key_of(job, key), job->to, job->tries, job->pages,
	    job_state_name(job->state), job->code, job->text);
}

void
run_say(struct run *r, struct job *job)
{
	run_log(job);
	r->tell(r->arg, job);
}

bool
run_keep(struct run *r, struct job *job)
{
	struct why why = {0};
	int rc = spool_save(r->spool, job, &why);

	if (rc < 0 && !job->dirty)
		log_error("fax: result=not-kept why=\"%s\"", why.text);
	job->dirty = rc < 0;
	return rc == 0;
}

struct job *
run_next_rider(const struct job *lead, const struct job *from)
{
	struct job *job = from == NULL ? leg_list_line_first(&lead->entry)
				       : leg_list_line_next(&from->entry);
	char key[JOB_KEY_BYTES];

	job_key_of(lead, key);
	while (job != NULL && strcmp(job->lead, key) != 0)
		job = leg_list_line_next(&job->entry);
	return job;
}

/* ---- orders ---- */

void
run_order(struct run *r, struct job *job, enum worker_verb verb)
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
		run_order(r, job, WORKER_FORGET);
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
	bool kept = run_keep(r, job);
	CRASH_POINT("fax-recorded");
	run_log(job);
	if (job_ended(job) && kept && state != JOB_UNKNOWN)
		forget(r, job);
	r->tell(r->arg, job);
}

/* What becomes of a call becomes of all that ride in it. */
void
run_change(struct run *r, struct job *job, enum job_state state, int64_t now)
{
	struct job *rider = NULL;

	while ((rider = run_next_rider(job, rider)) != NULL) {
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
	run_change(r, job, JOB_FAILED, now);
}

void
run_end(struct run *r, struct job *job)
{
	struct why why = {0};

	if (spool_end(r->spool, job, &why) < 0)
		log_error("fax: result=not-ended why=\"%s\"", why.text);
	else
		drop(r, job);
}

void
run_told(struct run *r, struct job *job)
{
	if (!job_ended(job) || job->told)
		return;
	job->told = true;
	job->lent = false;
	/* taken back, and certainly not sent: that is an end, too */
	if (job->state == JOB_FAILED && job->recall)
		job->state = JOB_RECALLED;
	if (job->state != JOB_CONFIRMED && job->state != JOB_RECALLED) {
		(void)!run_keep(r, job);
		return;
	}
	run_end(r, job);
}

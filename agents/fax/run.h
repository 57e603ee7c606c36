/* NAME
 *	run - all jobs, and what is done with each next
 * DESCRIPTION
 *	Holds the open jobs in memory (the truth is in the spool), looks at each
 *	when something happened or time passed, and moves it along the states of
 *	job.h: record first, then the provider.  Knows nothing of the wire: the
 *	owner hears what to settle.
 *
 *	A job is handed to the provider only while the broker lends us its leg
 *	(job->lent): a leg that was recalled while we were away is never sent.
 *	Thread: the loop's.
 * DIAGNOSTICS
 *	info: each change of state.  warn: failed, unknown.
 */
#ifndef TASUKI_FAX_RUN_H
#define TASUKI_FAX_RUN_H

#include "hours.h"
#include "job.h"
#include "settings.h"
#include "spool.h"
#include "worker.h"

struct run_settings {
	struct hours hours;
	bool join;
	unsigned tries, parallel;
	int64_t spacing_ms, result_ms, poll_ms;
	unsigned pages_max; /* of one call */
	unsigned pages_day;
	int64_t yen_day, yen_page;
};

/* The job came to an end, or (job_ended() is false) a step further towards it;
 * the owner tells the broker. */
typedef void run_told_fn(void *arg, struct job *job);

struct run;

struct run *run_new(const struct run_settings *settings, struct spool *spool,
    struct worker *worker, run_told_fn *tell, void *arg);
void run_free(struct run **run);
/* run_load(run, why): what the spool holds. */
int run_load(struct run *run, struct why *why) TSK_MUST_USE;

/* run_find(run, id, leg): an open job or NULL.  run_next(run, job): all, by age:
 * the one after ${job}; NULL: the oldest. */
struct job *run_find(struct run *run, const struct id *id, unsigned leg);
struct job *run_next(struct run *run, const struct job *job);
/* run_add(run, job, tiff, n, why): a new job, durable; or one in the place of
 * a failed one with the same key.  *out is the list's. */
int run_add(struct run *run, const struct job *job, const void *tiff, size_t n,
    struct job **out, struct why *why) TSK_MUST_USE;
/* run_told(run, job): the broker knows its end; a job that is over is gone
 * then. */
void run_told(struct run *run, struct job *job);
/* run_recall(run, job, now): give it back if it is not out. */
void run_recall(struct run *run, struct job *job, int64_t now_ms);

/* run_over(run, job, now): nothing is owed for it any more: it is given back if
 * it is not out, and gone at the next tick after its end. */
void run_over(struct run *run, struct job *job, int64_t now_ms);

/* run_tick(run, now): look at every job that is due; returns when to come
 * again, wall time. */
int64_t run_tick(struct run *run, int64_t now_ms);
/* run_results(run, now): take what the worker has done. */
void run_results(struct run *run, int64_t now_ms);

/* A person decides; TSK_INVALID and why if the state does not allow it. */
int run_decide(struct run *run, struct job *job, const char *verb,
    const char *by, int64_t now_ms, struct why *why) TSK_MUST_USE;

/* run_fail(run, job, code, sentence, now): it cannot be sent. */
void run_fail(struct run *run, struct job *job, const char *code,
    const char *sentence, int64_t now_ms);

#endif

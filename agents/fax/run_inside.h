/* NAME
 *	run_inside - what the files of run share; nobody else includes it
 * DESCRIPTION
 *	run.c owns the list, the records and the changes of state, run_step.c
 *	what is due, run_result.c what comes from the worker and from people.
 */
#ifndef TASUKI_FAX_RUN_INSIDE_H
#define TASUKI_FAX_RUN_INSIDE_H

#include "run.h"

struct run {
	struct run_settings settings;
	struct spool *spool;
	struct worker *worker;
	run_told_fn *tell;
	void *arg;
	/* in one line: from one office to one number, who can share a call */
	struct leg_list *jobs;
	unsigned sending; /* calls under way, counted anew at each tick */
};

/* ---- run.c ---- */
/* run_log(job): one line with its state. */
void run_log(const struct job *job);
/* run_say(run, job): the same, and the owner hears of the step. */
void run_say(struct run *run, struct job *job);
/* run_keep(run, job): the record as the job is now; false if the disk does not
 * take it: it is tried again, and nothing goes out meanwhile. */
bool run_keep(struct run *run, struct job *job);
/* run_next_rider(lead, from): those that ride in the same call, one after the
 * other; from NULL: the first. */
struct job *run_next_rider(const struct job *lead, const struct job *from);
/* run_order(run, job, verb): to the worker; busy until it is back. */
void run_order(struct run *run, struct job *job, enum worker_verb verb);
/* run_change(run, job, state, now): with all that ride in its call; recorded,
 * logged, and told if it is an end. */
void run_change(
    struct run *run, struct job *job, enum job_state state, int64_t now_ms);

/* run_end(run, job): to the ended ones, out of the list. */
void run_end(struct run *run, struct job *job);

/* ---- run_step.c ---- */
/* run_step(run, job, now): whatever its state asks for; the job isn't busy. */
void run_step(struct run *run, struct job *job, int64_t now_ms);
/* run_give_up(run, job, sentence, now): unknown, a person must ask. */
void run_give_up(
    struct run *run, struct job *job, const char *sentence, int64_t now_ms);
/* run_count_day(run, lead, back, when): its pages and those of its riders,
 * counted when a try begins, taken back when it did not come to that; false if
 * the disk does not take it. */
bool run_count_day(
    struct run *run, const struct job *lead, bool back, int64_t when_ms);

#endif

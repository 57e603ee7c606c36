/* NAME
 *	spool - the folder of the FAX agent: a small folder a job
 * DESCRIPTION
 *	    jobs/ID-LEG/record		what is known of it (job.h)
 *	    jobs/ID-LEG/pages.tif	what is sent
 *	    ended/2026-11/ID-LEG/record	confirmed and recalled ones; no pages:
 *					they hold what offices keep themselves
 *	    days/2026-11-22		pages, yen and calls of a day
 *	    .incoming/ID-LEG.tmp	being written
 *
 *	A job is there, whole, from the rename out of .incoming on: then the
 *	delivery is safe with us.  All else is the record's replacement.
 * DIAGNOSTICS
 *	why: "disk-full", "folder", "folder-in-use", all WHY_LATER.
 */
#ifndef TASUKI_FAX_SPOOL_H
#define TASUKI_FAX_SPOOL_H

#include "err.h"
#include "job.h"

struct spool;

struct spool_day {
	unsigned pages, calls;
	int64_t yen;
};

/* spool_open(path, out, why): made if absent; one agent a folder. */
int spool_open(
    const char *path, struct spool **out, struct why *why) TSK_MUST_USE;
void spool_close(struct spool **spool);
int spool_dirfd(const struct spool *spool);

/* A record that could not be read comes as a job in state unknown with code
 * "record-damaged": it is never sent again. */
typedef void spool_fn(void *arg, const struct job *job);
/* spool_load(spool, each, arg, why): tidy up, then every open job. */
int spool_load(struct spool *spool, spool_fn *each, void *arg,
    struct why *why) TSK_MUST_USE;
/* spool_put(spool, job, tiff, n, why): a new job, or one in the place of a
 * failed one. */
int spool_put(struct spool *spool, const struct job *job, const void *tiff,
    size_t n, struct why *why) TSK_MUST_USE;
/* spool_save(spool, job, why): its record as it is now. */
int spool_save(
    struct spool *spool, const struct job *job, struct why *why) TSK_MUST_USE;
/* spool_end(spool, job, why): record saved, pages removed, out of the way. */
int spool_end(
    struct spool *spool, const struct job *job, struct why *why) TSK_MUST_USE;
/* spool_ended(spool, id, leg, job): 1 and *job, 0 there is none, TSK_*. */
int spool_ended(struct spool *spool, const struct id *id, unsigned leg,
    struct job *job) TSK_MUST_USE;
/* spool_tiff(spool, job): path of its pages, malloced.  spool_joined(): of its
 * pages joined with those of others.  spool_sendable(): that if it is there,
 * else the first.  spool_unjoin(): it is there no longer. */
char *spool_tiff(const struct spool *spool, const struct job *job);
char *spool_joined(const struct spool *spool, const struct job *job);
char *spool_sendable(const struct spool *spool, const struct job *job);
int spool_unjoin(struct spool *spool, const struct job *job) TSK_MUST_USE;

/* spool_day(spool, day, out): what was used on "2026-11-22"; zero if nothing. */
int spool_day(
    struct spool *spool, const char *day, struct spool_day *out) TSK_MUST_USE;
int spool_day_save(struct spool *spool, const char *day,
    const struct spool_day *used) TSK_MUST_USE;

#endif

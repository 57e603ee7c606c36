/* NAME
 *	spool - the folder of the hub agent: a small folder a job
 * DESCRIPTION
 *	    jobs/ID-LEG/record		what is known of it (job.h)
 *	    jobs/ID-LEG/.parcel		the parcel (manifest.h)
 *	    jobs/ID-LEG/documents/	what is laid at the hub
 *	    ended/2026-11/ID-LEG/record	over; no documents: the offices keep
 *					them themselves
 *	    .incoming/ID-LEG.tmp	being written
 *	    inbound/			what came from the hub (inbound.h)
 *	    courier/			driver courier only (courier.h)
 *
 *	Durability and diagnostics are those of shelf.h.
 */
#ifndef TASUKI_HUB_SPOOL_H
#define TASUKI_HUB_SPOOL_H

#include "job.h"
#include "link.h"
#include "wire.h"

struct spool;

/* spool_open(path, out, why): made if absent; one agent a folder. */
int spool_open(
    const char *path, struct spool **out, struct why *why) TSK_MUST_USE;
void spool_close(struct spool **spool);
int spool_dirfd(const struct spool *spool);

/* takes the job */
typedef void spool_fn(void *arg, struct job *job);
/* spool_load(spool, each, arg, why): tidy up, then every open job. */
int spool_load(struct spool *spool, spool_fn *each, void *arg,
    struct why *why) TSK_MUST_USE;
/* spool_put(spool, job, parcel, bodies, why): a new job, or one in the place of
 * a failed one. */
int spool_put(struct spool *spool, const struct job *job,
    const struct wire_parcel *parcel, const struct link_body *bodies,
    struct why *why) TSK_MUST_USE;
/* spool_save(spool, job, why): its record as it is now. */
int spool_save(
    struct spool *spool, const struct job *job, struct why *why) TSK_MUST_USE;
/* spool_end(spool, job, why): record saved, documents removed, out of the way.
 */
int spool_end(
    struct spool *spool, const struct job *job, struct why *why) TSK_MUST_USE;
/* spool_ended(spool, id, leg, out): 1 and *out (job_free), 0 there is none,
 * TSK_*. */
int spool_ended(struct spool *spool, const struct id *id, unsigned leg,
    struct job **out) TSK_MUST_USE;
/* spool_parcel(spool, job, out): manifest_free() it.  spool_document(): bytes
 * of one, proved by its digest: TSK_DAMAGED. */
int spool_parcel(struct spool *spool, const struct job *job,
    struct wire_parcel **out) TSK_MUST_USE;
int spool_document(struct spool *spool, const struct job *job,
    const struct wire_document *document, struct buf *out) TSK_MUST_USE;

#endif

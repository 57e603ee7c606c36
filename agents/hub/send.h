/* NAME
 *	send - all parcels for a hub, and what is done with each next
 * DESCRIPTION
 *	Holds the open jobs in memory (the truth is in the spool) and moves each
 *	along the states of job.h: record first, then the hub.  Knows nothing of
 *	the wire: the owner hears what to tell the broker.
 *
 *	A job is laid only while the broker lends us its leg: what was recalled
 *	while we were away is never laid.  Jobs of one sender and receiver go
 *	one after the other.
 *	With the courier (no worker) the owner moves the jobs: send_handed(),
 *	send_seen().
 *	Thread: the loop's.
 * DIAGNOSTICS
 *	info: job: parcel=... result=handed|seen|later; warn: result=failed
 */
#ifndef TASUKI_HUB_SEND_H
#define TASUKI_HUB_SEND_H

#include "profile.h"
#include "settings.h"
#include "spool.h"
#include "worker.h"

struct send;

/* The job is in another state; the owner tells the broker. */
typedef void send_told_fn(void *arg, struct job *job);

struct send *send_new(const struct hub_settings *settings,
    const struct hub_profile *profile, struct spool *spool,
    struct worker *worker, send_told_fn *tell, void *arg);
void send_free(struct send **send);
/* send_load(send, why): what the spool holds. */
int send_load(struct send *send, struct why *why) TSK_MUST_USE;

struct job *send_find(struct send *send, const struct id *id, unsigned leg);
/* send_next(send, job): all, by age: the one after ${job}; NULL: the oldest. */
struct job *send_next(struct send *send, const struct job *job);
/* send_add(send, parcel, leg, bodies, now, out, why): a new job, durable; or
 * one in the place of a failed one. */
int send_add(struct send *send, const struct wire_parcel *parcel, unsigned leg,
    const struct link_body *bodies, int64_t now_ms, struct job **out,
    struct why *why) TSK_MUST_USE;
/* send_delivered(send, job): the broker has settled it; a job that is over is
 * gone then. */
void send_delivered(struct send *send, struct job *job);
/* send_recall(send, job, now): give it back if nothing of it is visible. */
void send_recall(struct send *send, struct job *job, int64_t now_ms);
/* send_handed(send, job, now), send_seen(send, job, by, now): it happened;
 * TSK_INVALID if the state does not allow it. */
int send_handed(
    struct send *send, struct job *job, int64_t now_ms) TSK_MUST_USE;
int send_seen(struct send *send, struct job *job, const char *by,
    int64_t now_ms) TSK_MUST_USE;
/* send_retry(send, job, now): do not wait any longer. */
int send_retry(struct send *send, struct job *job, int64_t now_ms) TSK_MUST_USE;
/* send_fail(send, job, code, sentence, now): it cannot go there. */
void send_fail(struct send *send, struct job *job, const char *code,
    const char *sentence, int64_t now_ms);

/* send_over(send, job, now): nothing more is to come of it; it goes with the
 * next tick, with the courier only once the owner has set forgotten. */
bool send_over(const struct send *send, const struct job *job, int64_t now_ms);
/* send_tick(send, now): look at every job; when to come again, wall time. */
int64_t send_tick(struct send *send, int64_t now_ms);

#endif

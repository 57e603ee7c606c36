/* NAME
 *	worker - the thread that talks to the provider
 * DESCRIPTION
 *	A provider may be slow or silent; the agent's own thread must not be: it
 *	keeps the heartbeat.  Orders go in, results come out in the same order, a
 *	descriptor becomes readable when there are any.  Nothing durable happens
 *	in this thread.
 */
#ifndef TASUKI_FAX_WORKER_H
#define TASUKI_FAX_WORKER_H

#include "driver.h"

enum worker_verb {
	WORKER_SUBMIT,
	WORKER_FIND,
	WORKER_POLL,
	WORKER_CANCEL,
	WORKER_FORGET,
};

struct worker_order {
	enum worker_verb verb;
	struct id id; /* the job's */
	unsigned leg;
	struct driver_job job; /* job.tiff is malloced */
	/* result; job.ref is set by submit and find */
	int rc;
	struct driver_report report;
	struct why why;
	struct worker_order *next;
};

struct worker;

int worker_new(const struct fax_profile *profile, struct worker **out,
    struct why *why) TSK_MUST_USE;
/* worker_free(worker): waits for the order under way. */
void worker_free(struct worker **worker);
int worker_fd(const struct worker *worker);
/* worker_put(worker, order): takes it. */
void worker_put(struct worker *worker, struct worker_order *order);
/* worker_take(worker): a result, the caller's, or NULL. */
struct worker_order *worker_take(struct worker *worker);
void worker_order_free(struct worker_order **order);

#endif

/* NAME
 *	worker - the thread that talks to the hub
 * DESCRIPTION
 *	A hub may be slow or silent; the agent's own thread must not be: it
 *	keeps the heartbeat.  Orders are worked off one after the other; when one
 *	is done the descriptor becomes readable and worker_done() says so.  The
 *	place is opened with the first order, and again after each that failed.
 *	Nothing of ours that is durable is written in this thread.
 */
#ifndef TASUKI_HUB_WORKER_H
#define TASUKI_HUB_WORKER_H

#include "driver.h"

/* The place, as an order sees it. */
struct place {
	const struct driver *driver;
	void *self;
};

struct order {
	/* in the worker's thread */
	int (*work)(struct order *order, struct place *place);
	/* in the caller's; takes the order */
	void (*done)(struct order *order);
	void *arg;
	int rc; /* of work, or of opening the place */
	struct why why;
	struct order *next;
};

struct worker;

int worker_new(const struct driver *driver, const struct hub_settings *settings,
    struct worker **out, struct why *why) TSK_MUST_USE;
/* worker_free(worker): waits for the order under way; ends the others as they
 * are, with rc TSK_CLOSED. */
void worker_free(struct worker **worker);
int worker_fd(const struct worker *worker);
/* worker_put(worker, order): takes it until done. */
void worker_put(struct worker *worker, struct order *order);
/* worker_done(worker): calls done for all that are. */
void worker_done(struct worker *worker);

#endif

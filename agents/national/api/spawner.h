/* NAME
 *	spawner - where workers come from
 * SUMMARY
 *	tasuki-national --spawner PROFILE	(started by the gateway)
 * DESCRIPTION
 *	A process between gateway and workers: it has loaded the libraries, the
 *	profile and the certificates to trust, has given up what no worker needs
 *	(sandbox.h), and forks.  So a worker costs a fork instead of the linking
 *	of fifty libraries, and shares their memory.  It never sees a secret: an
 *	office's key goes from the gateway to the worker, over a socket that the
 *	spawner closes.
 *
 *	Gateway, spawner and workers end together: each gets SIGKILL when its
 *	parent ends.  All hold the lock of the gateway (pool.h), so the next
 *	gateway knows when the last worker of this one is gone.
 * BUGS
 *	Forked workers have one memory layout in common; a worker that was taken
 *	over learns where things lie in the others, but has no way to them.
 */
#ifndef TASUKI_NATIONAL_SPAWNER_H
#define TASUKI_NATIONAL_SPAWNER_H

#include <sys/types.h>

#include "err.h"

#define SPAWNER_OPTION "--spawner"

/* ---- the gateway's side ---- */

struct spawner;

/* A worker: ${socket} does not block; ${pidfd} is readable when it is gone.
 * Both the caller's. */
struct spawned {
	int socket, pidfd;
	pid_t pid; /* for the log only */
};

/* spawner_new(profile, lock): starts nothing yet.  ${profile}: path, copied.
 * ${lock}: the caller's, open as long as the spawner. */
struct spawner *spawner_new(const char *profile, int lock);
/* spawner_free(spawner): it and all its workers are killed. */
void spawner_free(struct spawner **spawner);
/* spawner_worker(spawner, out): TSK_SYSTEM: it cannot be started now. */
int spawner_worker(struct spawner *spawner, struct spawned *out) TSK_MUST_USE;

/* ---- its own ---- */

/* spawner_main(profile): never returns. */
void spawner_main(const char *profile) __attribute__((noreturn));

#endif

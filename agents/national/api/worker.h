/* NAME
 *	worker - the process that acts for one office
 * SUMMARY
 *	forked by the spawner (spawner.h), socket and lock on fixed descriptors
 */
#ifndef TASUKI_NATIONAL_WORKER_H
#define TASUKI_NATIONAL_WORKER_H

#include <sys/types.h>

#include "exchange.h"
#include "profile.h"

#define WORKER_SOCKET 3
#define WORKER_LOCK   4 /* held, never used */

/* What all workers of a gateway have in common: data, no secret. */
struct worker_ground {
	struct api_profile profile;
	struct exchange_trust *trust;
	bool landlock, seccomp; /* what guards them */
	int rc;                 /* < 0: no worker can begin, ${why} */
	struct why why;
};

/* worker_main(ground, parent): never returns.  ${parent}: who forked it. */
void worker_main(const struct worker_ground *ground, pid_t parent)
    __attribute__((noreturn));

#endif

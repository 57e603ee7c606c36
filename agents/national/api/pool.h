/* NAME
 *	pool - the workers of the gateway
 * DESCRIPTION
 *	A process for each office that has something to do, so many at once,
 *	ended when they were idle for a while or another office needs the
 *	place.  The main process never holds a secret of an office: it hands
 *	over that office's key, and wipes it.
 *
 *	Everything happens in the zloop of the owner; nothing here blocks.
 */
#ifndef TASUKI_NATIONAL_POOL_H
#define TASUKI_NATIONAL_POOL_H

#include <czmq.h>

#include "container.h"
#include "message.h"

struct pool_settings {
	const char *profile; /* path */
	int lock;            /* pool_lock() */
	size_t most;
	int64_t idle_ms, order_ms;
};

struct pool_events {
	/* may this office log in now?  Counted by the callee. */
	bool (*may_login)(
	    void *arg, const char *office, const char *id, struct outcome *out);
	void (*tried)(void *arg, const char *office, const char *id,
	    enum tried tried, int64_t until_ms);
	/* The end of an order.  ${out}: the anonymous file, the pool's; -1. */
	void (*answer)(void *arg, const struct message_answer *answer, int out);
};

struct pool;

/* pool_lock(dirfd, wait_ms): a descriptor that this gateway and all its workers
 * hold, the caller's to close after the pool.  A gateway that was killed leaves
 * workers for an instant: it waits until the last of them is gone, or their
 * calls could reach the national system after its list was looked at.
 * TSK_LATER: they are still there after ${wait_ms}. */
int pool_lock(int dirfd, int64_t wait_ms) TSK_MUST_USE;
struct pool *pool_new(zloop_t *loop, const struct pool_settings *settings,
    const struct pool_events *events, void *arg);
/* pool_free(pool): workers without an order may log out, the others are ended
 * at once; none outlives this call. */
void pool_free(struct pool **pool);
/* pool_room(pool, office, id): an order of this office could be put now.  If
 * not, a worker that is idle makes room: ask again later. */
bool pool_room(struct pool *pool, const char *office, const char *id);
/* An order on its way to a worker. */
struct pool_order {
	const struct container_facts *facts;
	const uint8_t *key; /* MASTER_KEY_BYTES */
	int container;      /* for a new worker; the caller's */
	const struct message_order *message;
	const int *fds; /* the caller's */
	size_t count;
	int out; /* taken; or -1 */
};

/* pool_put(pool, order, why): only after pool_room() said yes. */
int pool_put(struct pool *pool, const struct pool_order *order,
    struct why *why) TSK_MUST_USE;
size_t pool_workers(const struct pool *pool);

#endif

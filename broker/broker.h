/* NAME
 *	broker - the net thread: one loop over socket, writer and requests
 * DESCRIPTION
 *	struct broker is what the modules of the net thread share; nothing in it
 *	is touched by another thread, except what writer.h, control.h and gate.h
 *	guard themselves.
 *
 *	A turn of the loop: read what agents said, take what the writer finished,
 *	serve requests of the control thread, look at the timers, hand out legs,
 *	send what was gathered for each session, and give the writer its next
 *	batch.  Nothing in a turn waits.
 */
#ifndef TASUKI_BROKER_H
#define TASUKI_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "cache.h"
#include "curve.h"
#include "err.h"
#include "hash.h"
#include "queue.h"
#include "registry.h"
#include "settings.h"
#include "stats.h"
#include "store.h"
#include "wire.h"

struct writer;
struct gate;
struct control;
struct session;
struct wish;
struct origins;
struct answers;
struct quotas;
struct mandates;

struct broker {
	const struct settings *settings;
	struct store *store;
	struct registry *registry;
	struct mandates *mandates;
	struct writer *writer;
	struct gate *gate;
	struct control *control;
	void *zmq, *router;
	char endpoint[256]; /* as bound: the port is known */
	char public_key[CURVE_KEY_BYTES];
	unsigned ways;

	int64_t now_ms;     /* monotonic, taken once a turn */
	int64_t wall_ms;    /* Unix, taken once a turn */
	int64_t apart_ms;   /* wall less monotonic, as times were counted */
	int64_t started_ms; /* wall */

	struct queue_set queues;
	struct cache cache;
	struct stats stats;

	struct hash sessions;    /* by routing id */
	struct session *first;   /* all sessions */
	struct session *flush;   /* those with something gathered */
	struct session *ended;   /* to be freed at the end of the turn */
	struct wish *wishes;     /* see legs.c */
	struct origins *origins; /* see origin.c; NULL = not made yet */
	struct answers *answers; /* see answer.c; NULL = not made yet */
	struct quotas *quotas;   /* see quota.c; NULL = nobody has one */
	size_t session_count;
	uint64_t turns;      /* of the loop */
	int64_t sessions_ms; /* next look at silent sessions */
	int64_t clogged_ms;  /* next try for those that did not read; -1 */

	int64_t space_ms, purge_ms, history_ms; /* next look */
	int64_t conflict_ms; /* last time one key came twice */
	int64_t away_ms;     /* next look; see away.c */
	uint8_t away_round;
	int64_t space_bytes; /* what may still be written */
	struct buf frame;    /* scratch for encoding */
	bool stopping;       /* refuse new work, finish the running commit */
	bool broken;         /* the store gave up */
	bool busy;           /* more to do at once: do not wait in poll */
	int64_t stop_ms;     /* stopping since */
	int exit_code;
};

/**
 * broker_open(settings, out, why):
 * Open store, registry and key, rebuild the queues, bind the sockets and start
 * the gate, writer and control threads.  Nothing is served until broker_run().
 */
int broker_open(const struct settings *settings, struct broker **out,
    struct why *why) TSK_MUST_USE;
/**
 * broker_run(b, signal_fd):
 * Serve until ${signal_fd} (a signalfd or any descriptor) is readable (SIGHUP
 * from a signalfd: the policies are read again instead) or
 * broker_stop() was called; then the orderly stop.  Returns the exit code: 0, or
 * 1 when the store gave up (it is verified at the next start).
 */
int broker_run(struct broker *b, int signal_fd);
void broker_close(struct broker **b);

#endif

/* NAME
 *	queue - open legs in memory: order, turns, leases, timers
 * SUMMARY
 *	An index over the store, rebuilt at start; nothing here is durable.
 * DESCRIPTION
 *	A queue is what one agent role takes from.  Within a queue, the legs of
 *	one sender and one receiver (a pair) go out in the order (連番, no), so
 *	that nothing overtakes; pairs of the same priority take turns, so that a
 *	flood of one partner never keeps another waiting.  A pair is lent to one
 *	lessee at a time.
 *
 *	A pair is as urgent as the most urgent of its legs: what stands before
 *	that one goes out first all the same, and sooner for it.  More urgent
 *	pairs go first, but one turn in QUEUE_TURNS belongs to each of the less
 *	urgent priorities in turn: nobody waits for ever.
 *
 *	State of a leg in memory and the moves allowed:
 *
 *	    READY -> LEASED       lend
 *	    LEASED -> READY       given back: session gone, lease over
 *	    LEASED -> WAITING     settled later
 *	    WAITING -> READY      due
 *	    any -> PARKED         a person decides
 *	    PARKED -> READY       requeued
 *	    ASLEEP -> READY       its time has come, or its reason
 *
 *	PARKED and ASLEEP legs stand outside the order: nothing waits for them.
 *
 *	held: a change of this leg is on its way to the store.  A held leg is not
 *	lent, has no timer, and still blocks the legs behind it.
 *	Thread: the net thread's.
 */
#ifndef TASUKI_QUEUE_H
#define TASUKI_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "id.h"
#include "number.h"
#include "schedule.h"
#include "store.h"

enum queue_state {
	QUEUE_READY,
	QUEUE_LEASED,
	QUEUE_WAITING,
	QUEUE_PARKED,
	QUEUE_ASLEEP
};

struct pair;
struct broker;

/* about 180 bytes: a million of them are held in memory */
struct leg {
	struct hash_node node, version_node;
	struct id id;
	struct schedule_timer timer;
	struct pair *pair;
	struct leg *prev, *next;             /* in the pair's order */
	struct leg *lease_prev, *lease_next; /* in the lessee's list */
	uint64_t no;
	uint64_t stamp;             /* 連番 as a number */
	int64_t due_ms, expires_ms; /* monotonic */
	int64_t accepted_ms;        /* wall */
	uint32_t bytes, attempts;
	uint32_t priority; /* less is sooner; see policy_priority() */
	uint32_t said;     /* the step last told, as a hash; 0 = none */
	uint8_t index, way;
	uint8_t state; /* enum queue_state */
	bool held;
	/* it may have been lent before: by a run that crashed, or now */
	bool touched;
	bool asked; /* lent to ask for it: see revoked.h */
	bool away;  /* its agent is, and that was told; see away.h */
	uint8_t looked;
	uint16_t flags;   /* enum store_leg_flag */
	uint64_t version; /* 0 = none */
};

/* who holds leases; lies in the session */
struct lessee {
	struct leg *first, *last;
	size_t count;
	/* NULL: any pair; else only those it says yes to */
	bool (*may)(const struct lessee *lessee, const struct pair *pair);
	void *arg;
};

struct pair {
	struct hash_node node;
	struct queue *queue;
	struct pair *ring_prev, *ring_next; /* pairs with a leg to lend */
	struct pair *prev, *next;           /* all pairs of the queue */
	struct leg *first, *last;           /* ready, waiting, leased */
	struct leg *cursor; /* first one not leased; NULL: all are */
	struct lessee *lessee;
	uint32_t legs; /* all, parked too */
	uint32_t leased;
	uint32_t priority; /* the least of ready and waiting legs */
	uint32_t urgent;   /* so many have it */
	struct tier *tier; /* in whose ring it is; NULL: nothing to lend */
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
};

#define QUEUE_LAST  UINT32_MAX /* priority: after all that have a deadline */
#define QUEUE_TURNS 8

/* pairs of one priority that have something to lend */
struct tier {
	struct tier *next; /* less urgent */
	uint32_t priority;
	struct pair *ring; /* whose turn is next; never NULL */
};

struct queue {
	struct hash_node node;
	char name[STORE_QUEUE_BYTES];
	struct tier *tiers; /* most urgent first; NULL: nothing to lend */
	struct tier *spare;
	size_t tier_count;
	uint64_t turns;
	struct pair *pairs; /* all */
	struct queue *hot_next;
	bool hot;
	size_t ready, leased, waiting, parked, asleep;
	uint64_t bytes;
	/* sessions that serve it; kept by session.c */
	struct session **servers;
	size_t server_count, server_turn;
	int64_t gone_ms; /* wall; the last of them left; 0 = not in this run */
};

struct queue_set {
	struct hash queues, pairs, legs, versions;
	struct schedule timers;
	struct queue *hot, *hot_last;
	struct leg *free_legs;
	void **slabs;
	size_t slab_count;
};

/* what queue_add() needs to know of a leg */
struct queue_new {
	const struct store_leg *leg;
	const struct id *id;
	const char *from, *from_type, *to, *to_type, *stamp;
	int64_t accepted_ms;
	uint64_t bytes;
	int64_t due_ms, expires_ms; /* monotonic */
	uint32_t priority;          /* 0 = QUEUE_LAST */
	bool touched;
};

void queue_init(struct queue_set *set);
void queue_fini(struct queue_set *set);
/* queue_get(set, name): the queue, made when first named; never freed. */
struct queue *queue_get(struct queue_set *set, const char *name);
/* queue_find(set, name): or NULL */
struct queue *queue_find(const struct queue_set *set, const char *name);
/* queue_next(set, previous): all queues in no order; NULL starts and ends. */
struct queue *queue_next(const struct queue_set *set, const struct queue *q);

/* queue_add(set, new): the leg takes its place; its state from new->leg. */
struct leg *queue_add(struct queue_set *set, const struct queue_new *new);
struct leg *queue_leg(
    const struct queue_set *set, const struct id *id, unsigned index);
/* queue_walk(set, fn, arg): every open leg, in no order; fn may change and end it
 * (and hold, park... it), not add others. */
void queue_walk(const struct queue_set *set,
    void (*fn)(struct leg *leg, void *arg), void *arg);
/* queue_version(set, version, previous): open legs of that version, NULL starts
 * and ends; the set must not change in between. */
struct leg *queue_version(
    const struct queue_set *set, uint64_t version, const struct leg *previous);
/**
 * queue_lend(set, q, lessee, until_ms):
 * The next leg of ${q} for ${lessee}, by priority and turn; NULL if none is
 * ready for it.  It is leased until queue_back(), queue_wait(), queue_park() or
 * queue_end().
 */
struct leg *queue_lend(struct queue_set *set, struct queue *q,
    struct lessee *lessee, int64_t until_ms);
/* queue_renew(set, leg, until_ms): a lent leg is being worked on. */
void queue_renew(struct queue_set *set, struct leg *leg, int64_t until_ms);
/* queue_back(set, leg): ready again. */
void queue_back(struct queue_set *set, struct leg *leg);
/* queue_wait(set, leg, due_ms): waiting until due. */
void queue_wait(struct queue_set *set, struct leg *leg, int64_t due_ms);
void queue_park(struct queue_set *set, struct leg *leg);
/* queue_sleep(set, leg, due_ms) */
void queue_sleep(struct queue_set *set, struct leg *leg, int64_t due_ms);
/* queue_end(set, leg): done with it; *leg is gone. */
void queue_end(struct queue_set *set, struct leg *leg);
/* queue_hold(set, leg), queue_unhold(): see held above */
void queue_hold(struct queue_set *set, struct leg *leg);
void queue_unhold(struct queue_set *set, struct leg *leg);

/* queue_jump(set, ms): the wall clock went so much further than the monotonic one
 * (a machine that was suspended, a clock that was set): what is due or expires
 * at a time of the wall clock moves.  A wait never gets longer. */
void queue_jump(struct queue_set *set, int64_t ms);

enum queue_event {
	QUEUE_NOTHING,
	QUEUE_DUE,
	QUEUE_EXPIRED,
	QUEUE_OVERDUE,
	QUEUE_WAKE
};
/**
 * queue_tick(set, now_ms, &leg):
 * One thing that came due, or QUEUE_NOTHING.  QUEUE_DUE: the leg waited and is
 * ready now.  QUEUE_EXPIRED: the caller parks it.  QUEUE_OVERDUE: its lease is
 * over; the caller takes it back.  QUEUE_WAKE: the time of a sleeping leg has
 * come; the caller decides, the leg has no timer now.
 */
enum queue_event queue_tick(
    struct queue_set *set, int64_t now_ms, struct leg **leg);

/* queue_heat(set, q): look at this queue at the next hand-out (it has something
 * ready and somebody may have room); queue_hot(set) takes one such, or NULL. */
void queue_heat(struct queue_set *set, struct queue *q);
struct queue *queue_hot(struct queue_set *set);

#endif

/* NAME
 *	run - all parcels of the gateway, and what is done with each next
 * DESCRIPTION
 *	Holds the open parcels in memory (the truth is in the spool) and moves
 *	them along the states of parcel.h: record first, then the driver.  Knows
 *	nothing of the wire: the owner hears what to settle.
 *
 *	Every office stands for itself: one order at a time, its own back-off,
 *	its own lists.  An office that is locked, or whose certificate is over,
 *	stops nobody else.  Parcels of one sender and receiver go in the order
 *	in which the broker took them.
 *
 *	A parcel is handed over only while the broker lends us its leg
 *	(task->lent): one that was recalled while we were away never goes.
 *
 *	What may have been handed over (a crash, a broken line) is looked for in
 *	the list of what was sent, by name and SHA-256, before anything else:
 *
 *	    there                      it was handed over
 *	    not there, list complete,
 *	    asked run_settings.lag_ms
 *	    after the call             it certainly is not: again
 *	    the list does not say      unknown: a person
 *
 *	Thread: the loop's.
 * DIAGNOSTICS
 *	info: each change of state.  warn: failed, unknown.
 */
#ifndef TASUKI_NATIONAL_RUN_H
#define TASUKI_NATIONAL_RUN_H

#include <sys/queue.h>

#include "driver.h"
#include "spool.h"

struct run_settings {
	unsigned parallel; /* orders with the driver at once */
	int64_t poll_ms;   /* how often the list of what was sent is asked */
	int64_t soon_ms;   /* ... after something was handed over */
	int64_t lag_ms;
	int64_t wait_min_ms, wait_max_ms;
	int64_t listed_ms;  /* handed over for so long: unknown (not by hand) */
	int64_t fetched_ms; /* listed ones are watched for so long */
	int64_t recent_ms;  /* listed longer ago: looked for with whole lists */
	int64_t whole_ms;   /* how often those are asked for */
	int64_t remind_ms;  /* by hand: lies too long */
};

struct pair;
struct station;
struct task;
TAILQ_HEAD(tasks, task);

/* A parcel and what memory alone holds of it. */
struct task {
	struct parcel *parcel;
	struct station *station;
	struct pair *pair; /* prepared, handing: whose turn it waits for */
	bool lent;         /* the broker lent us the leg in this session */
	bool recall;       /* it wants it back */
	bool refused;      /* ... and it cannot be taken back */
	bool dirty;        /* the record on disk is older than this */
	bool busy;         /* an order about it is with the driver */
	bool reminded;     /* people were told that it waits */
	unsigned trouble;  /* calls that came to nothing, in a row */
	int64_t ask_ms;  /* handing: "not there" counts if asked from here on */
	uint64_t credit; /* bytes of credit the delivery took */
	TAILQ_ENTRY(task) entry;
	struct tasks *list; /* the one it is in */
};

struct run_events {
	/* It came to an end, or further than that; the owner tells the
	 * broker. */
	void (*tell)(void *arg, struct task *task);
	/* A step on the way: code and text of the parcel. */
	void (*step)(void *arg, struct task *task);
	/* Parcels that come in: the next order of this office, if one is due;
	 * else *when it may be.  What became of it. */
	bool (*inbound_next)(void *arg, const char *office, int64_t now_ms,
	    struct driver_order *order, int64_t *when);
	void (*inbound_answer)(void *arg, const struct driver_order *order,
	    const struct driver_answer *answer, int64_t now_ms);
	void (*notice)(
	    void *arg, const char *office, const char *code, const char *text);
	void (*notice_clear)(void *arg, const char *office, const char *code);
};

struct run;

struct run *run_new(const struct run_settings *settings, struct spool *spool,
    const struct run_events *events, void *arg);
void run_free(struct run **run);
/* run_driver(run, driver, self): who does it; before run_load(). */
void run_driver(struct run *run, const struct driver *driver, void *self);
/* run_load(run, now, why): what the spool holds. */
int run_load(struct run *run, int64_t now_ms, struct why *why) TSK_MUST_USE;

struct task *run_find(struct run *run, const struct id *id, unsigned leg);
/* run_first(), run_next(): all, in no order; nothing may be added or told
 * meanwhile. */
struct task *run_first(struct run *run);
struct task *run_next(struct run *run);
size_t run_count(const struct run *run);
/* run_add(run, parcel, bodies, now, out, why): takes the parcel: new, durable;
 * or in the place of a failed or unknown one, whose documents that are there
 * stay there. */
int run_add(struct run *run, struct parcel *parcel,
    const struct link_body *bodies, int64_t now_ms, struct task **out,
    struct why *why) TSK_MUST_USE;
/* run_lend(run, task): the broker lends us the leg (again). */
void run_lend(struct run *run, struct task *task);
/* run_told(run, task): the broker has heard the last thing that was told;
 * what is over is gone then. */
void run_told(struct run *run, struct task *task, int64_t now_ms);
void run_recall(struct run *run, struct task *task, int64_t now_ms);

/* run_tick(run, now): give the orders that are due; when to come again, wall
 * time. */
int64_t run_tick(struct run *run, int64_t now_ms);
/* events of the driver */
void run_answer(
    struct run *run, const struct driver_answer *answer, int64_t now_ms);
void run_changed(struct run *run, const char *office, int64_t now_ms);
/* run_wake_all(run): something came in that may be due for any office. */
void run_wake_all(struct run *run);
/* run_office(run, office): it is looked after (lists of received things). */
void run_office(struct run *run, const char *office);
/* run_offices(run, each, arg): every office, with its health. */
struct run_office {
	const char *office;
	size_t open, watched, stopped; /* parcels */
	int64_t blocked_ms;            /* 0 = it is not */
	const struct why *why;         /* blocked */
	struct driver_health health;
};
void run_offices(struct run *run,
    void (*each)(void *arg, const struct run_office *office), void *arg);

/* run_decide(run, task, verb, by, now, why): a person decides: hold, release,
 * retry, done, fail, cancel.  TSK_INVALID and why if the state does not allow
 * it. */
int run_decide(struct run *run, struct task *task, const char *verb,
    const char *by, int64_t now_ms, struct why *why) TSK_MUST_USE;

#endif

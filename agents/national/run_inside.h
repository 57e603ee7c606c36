/* NAME
 *	run_inside - what the files of run share; nobody else includes it
 * DESCRIPTION
 *	run_office.c owns the offices; run_place.c the lists; run.c the records
 *	and the changes of state; run_enter.c what comes in; run_step.c what is
 *	due; run_answer.c what the driver says; run_match.c the comparison with
 *	a list; run_decide.c what people decide.
 */
#ifndef TASUKI_NATIONAL_RUN_INSIDE_H
#define TASUKI_NATIONAL_RUN_INSIDE_H

#include "run.h"

#define IDLE_MS (60 * 1000)

/* One sender and one receiver: what has not been handed over yet, and goes in
 * order.  Gone when there is nothing more of it. */
struct pair {
	char key[NUMBER_OFFICE_BYTES + NUMBER_TYPE_BYTES]; /* the receiver */
	struct tasks tasks; /* prepared: the oldest first */
	size_t handing;     /* begun, and not known to be over */
	TAILQ_ENTRY(pair) entry;
};
TAILQ_HEAD(pairs, pair);

/* How far back a list of what was sent is asked: to the oldest parcel ... */
enum list_depth {
	LIST_OPEN,   /* that is not known to be listed */
	LIST_RECENT, /* ... and the watched ones that were listed lately */
	LIST_WHOLE,  /* ... and all watched ones */
};

struct station {
	char office[NUMBER_OFFICE_BYTES];
	/* what is to be done.  No step for one parcel may look at all of them:
	 * an office may have 10,000. */
	struct pairs pairs; /* prepared: the one with the oldest parcel first */
	zhashx_t *by_receiver;        /* key -> pair */
	struct tasks handing, handed; /* the oldest first */
	struct tasks watched;         /* listed */
	struct tasks stopped;         /* failed, unknown, recalled, fetched */
	size_t todo_count, watched_count, stopped_count;
	/* the order that is with the driver */
	bool busy;
	struct driver_order order;
	struct task *task; /* send, withdraw */
	char *folder;
	int64_t asked_ms;
	enum list_depth depth; /* of that list */
	bool withdraw;         /* something handed over is wanted back */
	int64_t seen_ms;       /* the last list that came was asked then */
	int64_t times_ms;      /* what lies too long is looked for */
	/* patience */
	int64_t blocked_ms; /* nothing before then */
	struct why why;
	unsigned trouble;
	int64_t list_ms;  /* the list of what was sent is due */
	int64_t watch_ms; /* ... back to what was listed lately */
	int64_t whole_ms; /* ... back to the oldest watched one */
	int64_t next_ms;
	unsigned turns; /* orders in a row */
	TAILQ_ENTRY(station) entry;
};
TAILQ_HEAD(stations, station);

struct run {
	struct run_settings settings;
	struct spool *spool;
	const struct driver *driver;
	void *self;
	const struct run_events *events;
	void *arg;
	zhashx_t *tasks;          /* key -> task */
	zhashx_t *by_name;        /* office -> station */
	struct stations stations; /* the one whose turn it is first */
	unsigned in_flight;
	uint64_t number; /* of the last order */
	int64_t blocked_ms;
	unsigned trouble;
};

/* ---- run.c ---- */
bool run_by_hand(const struct run *run);
/* run_keep(run, task): the record as the parcel is now; false if the disk does
 * not take it: nothing goes out meanwhile. */
bool run_keep(struct run *run, struct task *task);
/* run_change(run, task, state, now): recorded, logged, told if it is an end. */
void run_change(struct run *run, struct task *task, enum parcel_state state,
    int64_t now_ms);
/* run_wait(settings, trouble): how long after so many failures. */
int64_t run_wait(const struct run_settings *settings, unsigned trouble);
/* run_over(run, task, now): nothing more will be heard of it. */
void run_over(struct run *run, struct task *task, int64_t now_ms);

/* ---- run_office.c ---- */
struct station *run_station(struct run *run, const char *office);
/* run_station_free(station): in no list any more. */
void run_station_free(struct station *station);
/* run_wake(station): look at it with the next tick. */
void run_wake(struct station *station);

/* ---- run_place.c ---- */
/* run_task_free(task): and its parcel; it is in no list any more. */
void run_task_free(struct task *task);
/* run_older(a, b): by the time the broker took it; ids of one moment are
 * ascending. */
bool run_older(const struct parcel *a, const struct parcel *b);
/* run_place(task, state): into the lists of that state. */
void run_place(struct task *task, enum parcel_state state);
/* run_append(run, parcel): takes the parcel; in the list of its state. */
struct task *run_append(struct run *run, struct parcel *parcel);
/* run_drop(run, task): out of all lists, and freed. */
void run_drop(struct run *run, struct task *task);

/* ---- run_match.c ---- */
/* run_match(run, station, answer, now): the list of what was sent. */
void run_match(struct run *run, struct station *station,
    const struct driver_answer *answer, int64_t now_ms);

#endif

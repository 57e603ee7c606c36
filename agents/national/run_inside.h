/* NAME
 *	run_inside - what the files of run share; nobody else includes it
 * DESCRIPTION
 *	run.c owns the lists, the records and the changes of state; run_step.c
 *	what is due; run_answer.c what the driver says; run_match.c the
 *	comparison with a list; run_decide.c what people decide.
 */
#ifndef TASUKI_NATIONAL_RUN_INSIDE_H
#define TASUKI_NATIONAL_RUN_INSIDE_H

#include "run.h"

#define IDLE_MS (60 * 1000)

struct station {
	char office[NUMBER_OFFICE_BYTES];
	struct tasks todo;    /* prepared, handing, handed: the oldest first */
	struct tasks watched; /* listed */
	struct tasks stopped; /* failed, unknown, recalled, fetched */
	size_t todo_count, watched_count, stopped_count;
	/* the order that is with the driver */
	bool busy;
	struct driver_order order;
	struct task *task; /* send, withdraw */
	char *folder;
	int64_t asked_ms;
	bool whole; /* the list was asked back to the oldest watched one */
	/* patience */
	int64_t blocked_ms; /* nothing before then */
	struct why why;
	unsigned trouble;
	int64_t list_ms;  /* the list of what was sent is due */
	int64_t watch_ms; /* ... back to the oldest watched one */
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
struct station *run_station(struct run *run, const char *office);
bool run_by_hand(const struct run *run);
/* run_keep(run, task): the record as the parcel is now; false if the disk does
 * not take it: nothing goes out meanwhile. */
bool run_keep(struct run *run, struct task *task);
/* run_change(run, task, state, now): recorded, logged, told if it is an end. */
void run_change(struct run *run, struct task *task, enum parcel_state state,
    int64_t now_ms);
/* run_wake(station): look at it with the next tick. */
void run_wake(struct station *station);
/* run_wait(settings, trouble): how long after so many failures. */
int64_t run_wait(const struct run_settings *settings, unsigned trouble);
/* run_strip(run, task): listed and told: its documents go. */
void run_over(struct run *run, struct task *task, int64_t now_ms);

/* ---- run_match.c ---- */
/* run_match(run, station, answer, now): the list of what was sent. */
void run_match(struct run *run, struct station *station,
    const struct driver_answer *answer, int64_t now_ms);

#endif

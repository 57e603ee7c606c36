/* NAME
 *	schedule - what comes due when
 * DESCRIPTION
 *	Pure rules (when to try again) and a binary heap of timers.  Times are
 *	monotonic milliseconds: a step of the wall clock moves nothing.
 */
#ifndef TASUKI_SCHEDULE_H
#define TASUKI_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

struct settings;

/* Tries after a lost session are quicker: the first losses say more about the
 * line than about the leg. */
#define SCHEDULE_LOSSES_FREE 2u

/**
 * schedule_backoff_ms(s, attempts, random):
 * The wait after ${attempts} (1, 2...) failed tries: the attempts-th entry of the
 * list, the last one for all later; +- jitter decided by ${random}.
 */
int64_t schedule_backoff_ms(
    const struct settings *s, uint32_t attempts, uint32_t random);

/* A timer lies in the struct it belongs to; slot 0 = not set. */
struct schedule_timer {
	int64_t at_ms;
	uint32_t slot;
};

struct schedule {
	struct schedule_timer **heap; /* 1-based */
	size_t count, room;
};

void schedule_init(struct schedule *s);
void schedule_fini(struct schedule *s);
/* schedule_set(s, timer, at_ms): set or move; at_ms < 0 clears. */
void schedule_set(
    struct schedule *s, struct schedule_timer *timer, int64_t at_ms);
/* schedule_next(s): when the first timer comes due; -1: none. */
int64_t schedule_next(const struct schedule *s);
/* schedule_due(s, now_ms): takes one timer that is due out, or NULL. */
struct schedule_timer *schedule_due(struct schedule *s, int64_t now_ms);

#endif

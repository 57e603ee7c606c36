/* NAME
 *	stats - counters and alarms
 * DESCRIPTION
 *	Numbers only, no labels: nothing about a person or an office can get in.
 *	An alarm is a sentence that stays in `status` until it is cleared.
 *	Thread: the net thread's.
 */
#ifndef TASUKI_STATS_H
#define TASUKI_STATS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

enum stats_counter {
	STAT_HELLOS,
	STAT_SESSIONS_ENDED,
	STAT_CONFLICTS,
	STAT_MESSAGES_IN,
	STAT_MESSAGES_OUT,
	STAT_BAD_MESSAGES,
	STAT_SUBMITS,
	STAT_ACCEPTED,
	STAT_DUPLICATES,
	STAT_REFUSED,
	STAT_CHUNKS_IN,
	STAT_CHUNKS_OUT,
	STAT_BYTES_IN,
	STAT_BYTES_OUT,
	STAT_LENT,
	STAT_DELIVERED,
	STAT_LATER,
	STAT_WORKING,
	STAT_PICKED_UP,
	STAT_ANSWERED,
	STAT_PARKED,
	STAT_WITHDRAWN,
	STAT_WOKEN,
	STAT_TURNED,
	STAT_LOST_LEASES,
	STAT_OVERDUE,
	STAT_EXPIRED,
	STAT_RECEIPTS,
	STAT_CACHE_HITS,
	STAT_CACHE_MISSES,
	STAT_COMMITS,
	STAT_COMMIT_OPS,
	STAT_DISK_FULL,
	STAT_PURGED,
	STAT_COUNT
};

#define ALARM_MAX        16
#define ALARM_TEXT_BYTES 256

struct alarm {
	char code[32];
	char text[ALARM_TEXT_BYTES];
	int64_t since_ms; /* wall; 0 = slot is free */
	uint64_t times;
};

struct stats {
	uint64_t counters[STAT_COUNT];
	struct alarm alarms[ALARM_MAX];
};

static inline void
stats_add(struct stats *stats, enum stats_counter which, uint64_t n)
{
	stats->counters[which] += n;
}

/* stats_alarm(stats, wall_ms, code, format, ...): raise (log once as error) or
 * repeat an alarm. */
void stats_alarm(struct stats *stats, int64_t wall_ms, const char *code,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void stats_calm(struct stats *stats, const char *code);
json_t *stats_json(const struct stats *stats);   /* {"submits":12,...} */
json_t *stats_alarms(const struct stats *stats); /* [{code,text,...}] */

#endif

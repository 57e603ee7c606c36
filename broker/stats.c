/* NAME
 *	stats - counters and alarms
 * DIAGNOSTICS
 *	An alarm is logged as an error when it is raised and as info when it is
 *	over; repeats only count.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

#include "stats.h"

static const char *const names[STAT_COUNT] = {
    [STAT_HELLOS] = "hellos",
    [STAT_SESSIONS_ENDED] = "sessions_ended",
    [STAT_CONFLICTS] = "conflicts",
    [STAT_MESSAGES_IN] = "messages_in",
    [STAT_MESSAGES_OUT] = "messages_out",
    [STAT_BAD_MESSAGES] = "bad_messages",
    [STAT_SUBMITS] = "submits",
    [STAT_ACCEPTED] = "accepted",
    [STAT_DUPLICATES] = "duplicates",
    [STAT_REFUSED] = "refused",
    [STAT_CHUNKS_IN] = "chunks_in",
    [STAT_CHUNKS_OUT] = "chunks_out",
    [STAT_BYTES_IN] = "bytes_in",
    [STAT_BYTES_OUT] = "bytes_out",
    [STAT_LENT] = "lent",
    [STAT_DELIVERED] = "delivered",
    [STAT_LATER] = "later",
    [STAT_WORKING] = "working",
    [STAT_PICKED_UP] = "picked_up",
    [STAT_ANSWERED] = "answered",
    [STAT_PARKED] = "parked",
    [STAT_WITHDRAWN] = "withdrawn",
    [STAT_WOKEN] = "woken",
    [STAT_TURNED] = "turned",
    [STAT_LOST_LEASES] = "lost_leases",
    [STAT_OVERDUE] = "overdue_leases",
    [STAT_EXPIRED] = "expired",
    [STAT_RECEIPTS] = "receipts",
    [STAT_CACHE_HITS] = "cache_hits",
    [STAT_CACHE_MISSES] = "cache_misses",
    [STAT_COMMITS] = "commits",
    [STAT_COMMIT_OPS] = "commit_ops",
    [STAT_DISK_FULL] = "disk_full_batches",
    [STAT_PURGED] = "purged",
};

static struct alarm *
find(struct stats *stats, const char *code)
{
	size_t i;

	for (i = 0; i < ALARM_MAX; i++) {
		if (stats->alarms[i].since_ms != 0 &&
		    strcmp(stats->alarms[i].code, code) == 0)
			return &stats->alarms[i];
	}
	return NULL;
}

void
stats_alarm(struct stats *stats, int64_t wall_ms, const char *code,
    const char *format, ...)
{
	struct alarm *a = find(stats, code);
	va_list ap;
	size_t i;

	for (i = 0; a == NULL && i < ALARM_MAX; i++) {
		if (stats->alarms[i].since_ms == 0)
			a = &stats->alarms[i];
	}
	if (a == NULL)
		a = &stats->alarms[ALARM_MAX - 1];
	va_start(ap, format);
	vsnprintf(a->text, sizeof(a->text), format, ap);
	va_end(ap);
	if (strcmp(a->code, code) != 0 || a->since_ms == 0) {
		snprintf(a->code, sizeof(a->code), "%s", code);
		a->since_ms = wall_ms;
		a->times = 0;
		log_error("alarm: code=%s why=\"%s\"", code, a->text);
	}
	a->times++;
}

void
stats_calm(struct stats *stats, const char *code)
{
	struct alarm *a = find(stats, code);

	if (a == NULL)
		return;
	log_info("alarm: code=%s result=over", code);
	memset(a, 0, sizeof(*a));
}

json_t *
stats_json(const struct stats *stats)
{
	json_t *o = json_object();
	size_t i;

	for (i = 0; i < STAT_COUNT; i++)
		json_object_set_new(
		    o, names[i], json_integer((json_int_t)stats->counters[i]));
	return o;
}

json_t *
stats_alarms(const struct stats *stats)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < ALARM_MAX; i++) {
		const struct alarm *a = &stats->alarms[i];

		if (a->since_ms != 0)
			json_array_append_new(
			    list, json_pack("{s:s,s:s,s:I,s:I}", "code",
				      a->code, "text", a->text, "since_ms",
				      (json_int_t)a->since_ms, "times",
				      (json_int_t)a->times));
	}
	return list;
}

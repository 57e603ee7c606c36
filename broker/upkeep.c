/* NAME
 *	upkeep - what the broker does once a second and once a day
 * DESCRIPTION
 *	Space: what the disk has free plus what the database holds free inside its
 *	own file, since that file never shrinks.
 *
 *	Purge: at most PURGE_RECORDS a commit, so that mail never waits for it.
 * DIAGNOSTICS
 *	Alarms: disk (below limits/reserve), gate (its thread ended).  Alarm
 *	conflict is over when ten minutes brought no new one.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "answer.h"
#include "away.h"
#include "gate.h"
#include "history.h"
#include "mandate.h"
#include "session.h"
#include "upkeep.h"
#include "writer.h"

#define SECOND_MS     1000
#define DAY_MS        (24LL * 60 * 60 * 1000)
#define PURGE_RECORDS 500

void
upkeep_space(struct broker *b)
{
	struct store_stats s = {0};
	uint64_t inside = 0;

	b->space_ms = b->now_ms + SECOND_MS;
	if (strcmp(b->settings->store.backend, "mem") == 0) {
		b->space_bytes = INT64_MAX / 2;
		return;
	}
	if (store_stats(b->store, &s) != 0)
		return;
	if (s.file_bytes > s.used_bytes)
		inside = s.file_bytes - s.used_bytes;
	b->space_bytes = INT64_MAX / 2;
	if (s.free_bytes + inside < (uint64_t)b->space_bytes)
		b->space_bytes = (int64_t)(s.free_bytes + inside);
	if (b->space_bytes < b->settings->limits.reserve_bytes)
		stats_alarm(&b->stats, b->wall_ms, "disk",
		    "The disk is nearly full: %lld MiB left, nothing is "
		    "accepted.",
		    (long long)(b->space_bytes >> 20));
	else if (b->space_bytes < b->settings->limits.reserve_large_bytes)
		stats_alarm(&b->stats, b->wall_ms, "disk",
		    "The disk is filling: %lld MiB left, large documents are "
		    "not accepted.",
		    (long long)(b->space_bytes >> 20));
	else
		stats_calm(&b->stats, "disk");
}

/* Midnight: who may act for whom is another today. */
static void
mandate_turned(const struct mandate *mandate, void *arg)
{
	struct broker *b = arg;

	log_info("mandate: id=%s agent=%s office=%s result=%s", mandate->id,
	    mandate->agent, mandate->office,
	    mandate_state_name(mandate_state(mandate, b->wall_ms)));
	session_mandate_changed(b, mandate);
}

void
upkeep_second(struct broker *b)
{
	upkeep_space(b);
	if (!gate_alive(b->gate))
		stats_alarm(&b->stats, b->wall_ms, "gate",
		    "The gate ended: no agent can connect.");
	if (b->now_ms - b->conflict_ms > UPKEEP_CONFLICT_MS)
		stats_calm(&b->stats, "conflict");
	if (writer_stalled(b->writer) > 0)
		writer_retry(b->writer);
	mandates_tick(b->mandates, b->wall_ms, mandate_turned, b);
	if (b->now_ms >= b->history_ms)
		history_prune(b);
	away_look(b);
}

static void
purge_done(struct broker *b, struct work *work)
{
	size_t count = work->op.rc == 0 ? work->op.purge.count : 0;

	stats_add(&b->stats, STAT_PURGED, count);
	if (count > 0)
		log_info("upkeep: records=%zu result=purged", count);
	b->purge_ms = b->now_ms + (count == PURGE_RECORDS ? SECOND_MS : DAY_MS);
	free(work);
}

void
upkeep_purge(struct broker *b)
{
	struct work *work = mem_new(sizeof(*work));

	b->purge_ms = b->now_ms + DAY_MS;
	work->done = purge_done;
	work->op.type = STORE_PURGE;
	work->op.actor = "broker";
	work->op.at_ms = b->wall_ms;
	work->op.purge.before_ms = b->wall_ms - b->settings->store.retention_ms;
	work->op.purge.staged_before_ms =
	    b->wall_ms - b->settings->store.staged_ms;
	work->op.purge.max = PURGE_RECORDS;
	writer_put(b->writer, work);
	answer_forget(b);
}

int64_t
upkeep_session_ms(const struct broker *b)
{
	int64_t ms = b->settings->session.heartbeat_ms / 4;

	if (ms > b->settings->session.probe_ms / 4)
		ms = b->settings->session.probe_ms / 4;
	return ms < 20 ? 20 : ms > 500 ? 500 : ms;
}

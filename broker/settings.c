/* NAME
 *	settings - what an operator may choose for tasukid
 * DESCRIPTION
 *	Defaults suit one corporation of some hundred offices.  Nothing here can
 *	switch off syncing: an acknowledgement always means "on the disk".
 * DIAGNOSTICS
 *	why->text is one sentence with file and line, for the person who wrote
 *	the file.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "leg.h"
#include "log.h"

#include "remind.h"
#include "settings.h"

#define AT(field) offsetof(struct settings, field)
#define KIB       1024LL
#define MIB       (1024 * KIB)
#define GIB       (1024 * MIB)
#define SECOND    1000LL
#define MINUTE    (60 * SECOND)
#define HOUR      (60 * MINUTE)
#define DAY       (24 * HOUR)

static const struct conf_row rows[] = {
    {"listen", CONF_TEXT, AT(listen), "tcp://127.0.0.1:5570", 0, 0,
	"Where agents connect to (ZeroMQ endpoint).", NULL, 0},
    {"data", CONF_TEXT, AT(data), "/var/lib/tasuki/broker", 0, 0,
	"Folder of the store and the control socket; mode 0700.", NULL, 0},
    {"key", CONF_TEXT, AT(key), "/etc/tasuki/broker.key", 0, 0,
	"The broker's CURVE key file; mode 0600.", NULL, 0},
    {"log", CONF_TEXT, AT(log_level), "info", 0, 0,
	"Least level that is logged: debug, info, warn or error.", NULL, 0},

    {"store/backend", CONF_TEXT, AT(store.backend), "lmdb", 0, 0,
	"lmdb (durable) or mem (tests only: forgets everything).", NULL, 0},
    {"store/map", CONF_SIZE, AT(store.map_bytes), "1 GiB", 64 * KIB, 4096 * GIB,
	"Bytes the database may use before it grows.", NULL, 0},
    {"store/map_limit", CONF_SIZE, AT(store.map_limit_bytes), "256 GiB",
	64 * KIB, 65536 * GIB, "Bytes the database may grow to.", NULL, 0},
    {"store/retention", CONF_DURATION, AT(store.retention_ms), "400 d", DAY,
	36500 * DAY, "How long ended parcels can be looked up.", NULL, 0},
    {"store/staged", CONF_DURATION, AT(store.staged_ms), "24 h", MINUTE,
	365 * DAY, "How long pieces of an unfinished upload are kept.", NULL,
	0},

    {"limits/submit_parcels", CONF_INT, AT(limits.submit_parcels), "256", 1,
	1000000, "Unanswered parcels one agent may have.", NULL, 0},
    {"limits/submit_bytes", CONF_SIZE, AT(limits.submit_bytes), "16 MiB", MIB,
	4 * GIB, "Unanswered bytes one agent may have.", NULL, 0},
    {"limits/parcel", CONF_SIZE, AT(limits.parcel_bytes), "64 MiB", KIB,
	64 * MIB, "Bytes of all documents of one parcel.", NULL, 0},
    {"limits/pending", CONF_SIZE, AT(limits.pending_bytes), "32 MiB", MIB,
	4 * GIB, "Bytes waiting for the disk before reading stops.", NULL, 0},
    {"limits/cache", CONF_SIZE, AT(limits.cache_bytes), "16 MiB", 0, 16 * GIB,
	"Bytes of fresh parcels kept in memory for delivery.", NULL, 0},
    {"limits/backlog", CONF_SIZE, AT(limits.backlog_bytes), "1 MiB", 64 * KIB,
	GIB, "Bytes of answers kept for an agent that does not read.", NULL, 0},
    {"limits/queue_parcels", CONF_INT, AT(limits.queue_parcels), "200000", 1,
	100000000, "Open parcels one queue may hold.", NULL, 0},
    {"limits/reserve_large", CONF_SIZE, AT(limits.reserve_large_bytes), "1 GiB",
	0, 65536 * GIB,
	"Free bytes below which documents over 1 MiB are refused.", NULL, 0},
    {"limits/reserve", CONF_SIZE, AT(limits.reserve_bytes), "256 MiB", 0,
	65536 * GIB, "Free bytes below which every parcel is refused.", NULL,
	0},

    {"route/ways", CONF_LIST, AT(route.ways), "bus pdf", 0, 0,
	"Ways this site operates: bus, national, hub, fax, pdf.", NULL, 0},

    {"policy/file", CONF_TEXT, AT(policy.file), "", 0, 0,
	"Table of policies (policies.tsv); empty: the built-in ones.", NULL, 0},
    {"policy/holidays", CONF_TEXT, AT(policy.holidays), "", 0, 0,
	"Table of public holidays; empty: only weekends and the year's end.",
	NULL, 0},

    {"registry/quarantine_share", CONF_INT, AT(registry.quarantine_share), "10",
	0, 100,
	"Percent of the rows an import may end or change before it waits for "
	"a person.",
	NULL, 0},
    {"registry/quarantine_rows", CONF_INT, AT(registry.quarantine_rows), "20",
	0, 1000000, "So many rows may always change, whatever their share.",
	NULL, 0},

    {"history/keep", CONF_DURATION, AT(history.keep_ms), "1827 d", 0,
	36500 * DAY,
	"How long it is known what imports changed in the registry; 0 s: for "
	"ever.",
	NULL, 0},

    {"paper/fax_yen", CONF_INT, AT(paper.fax_yen), "20", 0, 100000,
	"Cost of a FAX page, where the agent does not say.", NULL, 0},
    {"paper/pdf_yen", CONF_INT, AT(paper.pdf_yen), "10", 0, 100000,
	"Cost of a printed page, where the agent does not say.", NULL, 0},

    {"expected/remind", CONF_TEXT, AT(expected.remind), "", 0, 0,
	"When partners that owe a result are reminded: \"2b 09:00; 4b 09:00\" "
	"(of the month after); empty: never.",
	NULL, 0},

    {"schedule/backoff", CONF_LIST, AT(schedule.backoff),
	"0s 15s 1min 5min 15min 30min", 0, 0,
	"Waits before the second, third... try; the last one repeats.", NULL,
	0},
    {"schedule/jitter", CONF_INT, AT(schedule.jitter_percent), "20", 0, 90,
	"Percent by which a wait is made longer or shorter at random.", NULL,
	0},
    {"schedule/expiry", CONF_DURATION, AT(schedule.expiry_ms), "7 d", SECOND,
	3650 * DAY, "After this long an undelivered leg is parked.", NULL, 0},
    {"schedule/attempts", CONF_INT, AT(schedule.attempts_max), "100", 1,
	1000000, "After this many tries a leg is parked.", NULL, 0},
    {"schedule/lease", CONF_DURATION, AT(schedule.lease_ms), "10 min", 100,
	7 * DAY, "How long an agent may keep a leg unsettled.", NULL, 0},
    {"schedule/lease_paper", CONF_DURATION, AT(schedule.lease_paper_ms), "3 d",
	100, 7 * DAY, "The same for FAX and pdf, which wait for office hours.",
	NULL, 0},
    {"schedule/away", CONF_DURATION, AT(schedule.away_ms), "2 d", SECOND,
	3650 * DAY, "A leg whose agent is away this long is shown to people.",
	NULL, 0},

    {"session/heartbeat", CONF_DURATION, AT(session.heartbeat_ms), "10 s", 100,
	HOUR, "Agents silent for 3 of these are gone.", NULL, 0},
    {"session/probe", CONF_DURATION, AT(session.probe_ms), "2 s", 50, MINUTE,
	"How long an old session of the same key has to answer.", NULL, 0},
    {"session/handshake", CONF_DURATION, AT(session.handshake_ms), "3 s", 100,
	MINUTE, "Longest CURVE handshake.", NULL, 0},
    {"session/send_messages", CONF_INT, AT(session.send_messages), "1000", 1,
	1000000, "Messages queued for one agent in memory.", NULL, 0},
    {"session/receive_messages", CONF_INT, AT(session.receive_messages), "256",
	1, 1000000, "Messages read ahead from one agent.", NULL, 0},
    {NULL, CONF_TEXT, 0, NULL, 0, 0, NULL, NULL, 0},
};

const struct conf_row *
settings_rows(void)
{
	return rows;
}

/* A duration written without a space, as lists need it: "15s" "5min". */
static int
duration(const char *text, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {
	    {"ms", 1}, {"s", SECOND}, {"min", MINUTE}, {"h", HOUR}, {"d", DAY}};
	char *end;
	long long n;
	size_t i;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || errno != 0 || n < 0 || n > 365 * DAY)
		return TSK_INVALID;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) == 0) {
			*ms = n * units[i].ms;
			return *ms <= 365 * DAY ? 0 : TSK_INVALID;
		}
	}
	return TSK_INVALID;
}

static int
check_backoff(struct settings *s, struct why *why)
{
	size_t n;

	for (n = 0; s->schedule.backoff && s->schedule.backoff[n]; n++) {
		if (n == SETTINGS_BACKOFF_MAX ||
		    duration(
			s->schedule.backoff[n], &s->schedule.backoff_ms[n])) {
			why_set(why, WHY_NEVER, "settings",
			    "schedule/backoff: \"%s\" is not a wait like 15s "
			    "or 5min, or there are more than %d.",
			    s->schedule.backoff[n], SETTINGS_BACKOFF_MAX);
			return TSK_INVALID;
		}
	}
	if (n == 0) {
		why_set(why, WHY_NEVER, "settings",
		    "schedule/backoff: at least one wait is needed.");
		return TSK_INVALID;
	}
	s->schedule.backoff_count = n;
	return 0;
}

static int
check_ways(const struct settings *s, struct why *why)
{
	size_t i;

	for (i = 0; s->route.ways && s->route.ways[i]; i++) {
		if (leg_way_parse(s->route.ways[i]) < 0) {
			why_set(why, WHY_NEVER, "settings",
			    "route/ways: \"%s\" is no way: use bus, national, "
			    "hub, fax or pdf.",
			    s->route.ways[i]);
			return TSK_INVALID;
		}
	}
	return 0;
}

int
settings_check(struct settings *s, struct why *why)
{
	const char *said = NULL;

	if (log_level_parse(s->log_level) < 0)
		said = "log: use debug, info, warn or error.";
	else if (strcmp(s->store.backend, "lmdb") != 0 &&
		 strcmp(s->store.backend, "mem") != 0)
		said = "store/backend: use lmdb (or mem in tests).";
	else if (s->store.map_limit_bytes < s->store.map_bytes)
		said = "store/map_limit must not be below store/map.";
	else if (s->limits.reserve_large_bytes < s->limits.reserve_bytes)
		said = "limits/reserve_large must not be below limits/reserve.";
	else if (s->data[0] == '\0' || s->key[0] == '\0')
		said = "data and key must not be empty.";
	if (said != NULL) {
		why_set(why, WHY_NEVER, "settings", "%s", said);
		return TSK_INVALID;
	}
	if (check_backoff(s, why) || check_ways(s, why) ||
	    remind_check(s->expected.remind, why) != 0)
		return TSK_INVALID;
	return 0;
}

int
settings_load(const char *path, struct settings *out, struct why *why)
{
	struct why inner = {0};
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = conf_load(path, rows, out, why)) != 0)
		return rc;
	if ((rc = settings_check(out, &inner)) != 0) {
		why_set(why, WHY_NEVER, "settings", "%s: %s", path, inner.text);
		settings_free(out);
	}
	return rc;
}

void
settings_free(struct settings *settings)
{
	conf_free(rows, settings);
	memset(settings, 0, sizeof(*settings));
}

unsigned
settings_ways(const struct settings *s)
{
	unsigned bits = 0;
	size_t i;

	for (i = 0; s->route.ways && s->route.ways[i]; i++)
		bits |= 1u << (unsigned)leg_way_parse(s->route.ways[i]);
	return bits;
}

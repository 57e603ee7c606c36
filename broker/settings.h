/* NAME
 *	settings - what an operator may choose for tasukid
 * DESCRIPTION
 *	One row a setting (settings.c): config/tasukid.conf documents every row and
 *	a unit test compares the two.
 */
#ifndef TASUKI_SETTINGS_H
#define TASUKI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "err.h"

#define SETTINGS_BACKOFF_MAX 16

struct settings {
	char *listen, *data, *key, *log_level;
	struct {
		char *backend;
		int64_t map_bytes, map_limit_bytes;
		int64_t retention_ms, staged_ms;
	} store;
	struct {
		int64_t submit_parcels, submit_bytes;
		int64_t pending_bytes, cache_bytes;
		int64_t queue_parcels;
		int64_t reserve_large_bytes, reserve_bytes;
		int64_t parcel_bytes, backlog_bytes;
	} limits;
	struct {
		char **ways;
	} route;
	struct {
		char *file, *holidays;
	} policy;
	struct {
		int64_t quarantine_share, quarantine_rows;
	} registry;
	struct {
		int64_t keep_ms; /* 0: for ever */
	} history;
	struct {
		int64_t fax_yen, pdf_yen;
	} paper;
	struct {
		char *remind;
	} expected;
	struct {
		char **backoff; /* as written; backoff_ms is what counts */
		int64_t backoff_ms[SETTINGS_BACKOFF_MAX];
		size_t backoff_count;
		int64_t jitter_percent, expiry_ms, attempts_max;
		int64_t lease_ms, lease_paper_ms, away_ms;
	} schedule;
	struct {
		int64_t heartbeat_ms, probe_ms, handshake_ms;
		int64_t send_messages, receive_messages;
	} session;
};

/* the rows, for --help-settings and the test of config/tasukid.conf */
const struct conf_row *settings_rows(void);
/**
 * settings_load(path, out, why):
 * Read and check a settings file.  0, or TSK_* with ${why}->text
 * "path:line: sentence".  Release with settings_free().
 */
int settings_load(
    const char *path, struct settings *out, struct why *why) TSK_MUST_USE;
void settings_free(struct settings *settings);
/* settings_check(settings, why): what one row alone cannot say (backoff texts,
 * ways, reserves); fills backoff_ms.  0 or TSK_INVALID. */
int settings_check(struct settings *settings, struct why *why) TSK_MUST_USE;
/* settings_ways(settings): bits 1 << enum leg_way this site operates. */
unsigned settings_ways(const struct settings *settings);

#endif

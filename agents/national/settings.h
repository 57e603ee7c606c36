/* NAME
 *	settings - the settings of tasuki-national
 */
#ifndef TASUKI_NATIONAL_SETTINGS_H
#define TASUKI_NATIONAL_SETTINGS_H

#include "agent.h"

struct national_settings {
	struct agent_settings common;
	char *standard, *folder, *driver;
	/* order and patience */
	int64_t parallel; /* orders with the driver at once, all offices */
	int64_t poll_ms;  /* how often the lists are asked */
	int64_t soon_ms;  /* ... after something was handed over */
	int64_t lag_ms;   /* a sent document may be missing in a list so long */
	int64_t wait_min_ms, wait_max_ms; /* back-off */
	int64_t listed_ms; /* handed over, but not listed: a person must look */
	int64_t fetched_ms; /* how long it is watched for */
	int64_t recent_ms;  /* older ones only with whole lists */
	int64_t whole_ms;   /* how often lists go back all the way */
	/* what comes in */
	bool receive;
	int64_t set_ms; /* how long an incomplete received set may wait */
	int64_t
	    window_ms; /* how far back the list of received things is asked */
	int64_t overlap_ms;  /* ... between whole lists: before the newest */
	char *person_folder; /* what a person must look at; "" = the driver's */
	/* driver desk */
	char *desk_folder;
	int64_t desk_scan_ms, desk_stable_ms, desk_remind_ms, desk_keep_ms;
	/* driver api */
	char *api_profile;    /* file: addresses, paths and field names */
	char *api_containers; /* folder: one encrypted container an office */
	char *api_secret;     /* file: opens the containers, owner only */
	int64_t api_workers;  /* processes at once, one an office */
	int64_t api_idle_ms;  /* an office's worker ends after so long */
};

extern const struct conf_row national_settings_rows[];

/* settings_check(settings, why): what the rows cannot say. */
int settings_check(
    const struct national_settings *settings, struct why *why) TSK_MUST_USE;

#endif

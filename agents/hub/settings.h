/* NAME
 *	settings - the settings of tasuki-hub: what belongs to the site
 */
#ifndef TASUKI_HUB_SETTINGS_H
#define TASUKI_HUB_SETTINGS_H

#include "agent.h"

struct hub_settings {
	struct agent_settings common;
	char *hub, *profile, *folder, *standard;
	char *path, *host, *user, *key_file;
	int64_t port;
	char **host_keys; /* "SHA256:..." */
	int64_t timeout_ms, interval_ms, retry_ms, retry_max_ms;
};

extern const struct conf_row hub_settings_rows[];

/* settings_check(settings, driver, why): what the rows cannot say, for the
 * driver the profile names. */
int settings_check(const struct hub_settings *settings, const char *driver,
    struct why *why) TSK_MUST_USE;

#endif

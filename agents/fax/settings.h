/* NAME
 *	settings - the settings of tasuki-fax
 */
#ifndef TASUKI_FAX_SETTINGS_H
#define TASUKI_FAX_SETTINGS_H

#include "agent.h"

struct fax_settings {
	struct agent_settings common;
	char *standard, *forms, *folder;
	char *provider, *user, *password_file, *from;
	char *resolution, *datasheet;
	char *phone, *fax, *message;
	char **days;
	char *open, *close;
	bool holidays;
	bool hold_first, join;
	int64_t tries, spacing_ms;
	int64_t result_ms, poll_ms;
	int64_t parallel;
	int64_t pages_job, pages_day, yen_day, yen_page;
};

extern const struct conf_row fax_settings_rows[];

/* settings_check(settings, why): what the rows cannot say. */
int settings_check(
    const struct fax_settings *settings, struct why *why) TSK_MUST_USE;

#endif

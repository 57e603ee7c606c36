/* NAME
 *	settings - what tasuki-office reads from its file
 */
#ifndef TASUKI_OFFICE_SETTINGS_H
#define TASUKI_OFFICE_SETTINGS_H

#include "agent.h"
#include "conf.h"

#include "texts.h"

struct office_settings {
	char *number, *service_type; /* service_type "" = every desk */
	char *folder;
};

enum incomplete { INCOMPLETE_HOLD, INCOMPLETE_SEND, INCOMPLETE_REJECT };

struct settings {
	struct agent_settings agent;
	char *standard, *language;
	struct conf_sections offices; /* struct office_settings */
	char *desks_folder;
	char *outbox, *inbox, *sent, *sending, *rejected, *hold, *recall;
	int64_t set_wait_ms;
	char *incomplete;
	char *profile;
	int64_t stable_ms, interval_ms;
	int64_t status_parcels;
	bool compare;
	char *compare_folder;
	bool repair_outgoing, repair_incoming;
	char *repair_folder;
	char *editions_unread, *editions_listed, *editions_folder;
	char *partner_first;
	int64_t receive_parcels, receive_bytes;
};

extern const struct conf_row settings_rows[];

/* settings_check(settings, why): what the rows cannot say. */
int settings_check(const void *settings, struct why *why);
enum incomplete settings_incomplete(const struct settings *settings);
enum language settings_language(const struct settings *settings);
const struct office_settings *settings_office(
    const struct settings *settings, size_t index);

#endif

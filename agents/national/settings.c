/* NAME
 *	settings - the settings of tasuki-national
 * DESCRIPTION
 *	config/tasuki-national.conf explains the same rows; a test compares.
 */
#include <string.h>

#include "driver.h"
#include "settings.h"

#define AT(field) offsetof(struct national_settings, field)
#define DAY_MS    (24LL * 3600 * 1000)

/* clang-format off: a table is read by its columns */
const struct conf_row national_settings_rows[] = {
    AGENT_ROWS(struct national_settings, common),
    {"folder", CONF_TEXT, AT(folder), NULL, 0, 0,
	"Folder of this gateway's parcels; made if absent.  One gateway only.",
	NULL, 0},
    {"standard", CONF_TEXT, AT(standard), "", 0, 0,
	"Folder of the tables of the standard; empty = the installed ones.",
	NULL, 0},
    {"driver", CONF_TEXT, AT(driver), NULL, 0, 0,
	"Who does it: desk (a person) or api (the interface of 2027).", NULL,
	0},
    {"parallel", CONF_INT, AT(parallel), "16", 1, 1000,
	"How many offices are served at once.", NULL, 0},
    {"list/poll", CONF_DURATION, AT(poll_ms), "5 min", 10, DAY_MS,
	"How often the list of what was sent is asked while something is not "
	"in it; ten times as seldom for what waits to be fetched.",
	NULL, 0},
    {"list/soon", CONF_DURATION, AT(soon_ms), "5 s", 1, DAY_MS,
	"... but so soon after something was handed over.", NULL, 0},
    {"list/lag", CONF_DURATION, AT(lag_ms), "2 min", 0, DAY_MS,
	"After a broken line, only a list asked so much later shows that "
	"something did not arrive.",
	NULL, 0},
    {"list/wait", CONF_DURATION, AT(listed_ms), "2 h", 100, 30 * DAY_MS,
	"Handed over, but not listed for so long: a person must look.", NULL,
	0},
    {"list/watch", CONF_DURATION, AT(fetched_ms), "40 d", 0, 400 * DAY_MS,
	"How long it is watched whether the receiver fetches a parcel.", NULL,
	0},
    {"list/recent", CONF_DURATION, AT(recent_ms), "3 d", 0, 400 * DAY_MS,
	"Of what is watched, what was listed longer ago is looked for with "
	"whole lists only.",
	NULL, 0},
    {"list/whole", CONF_DURATION, AT(whole_ms), "24 h", 0, 30 * DAY_MS,
	"How often lists are asked back to the first thing of interest; also "
	"after a start and after trouble with a list.",
	NULL, 0},
    {"wait/first", CONF_DURATION, AT(wait_min_ms), "10 s", 10, DAY_MS,
	"After trouble: how long until the next call; doubles each time.", NULL,
	0},
    {"wait/most", CONF_DURATION, AT(wait_max_ms), "10 min", 10, DAY_MS,
	"... and at most; also between tries of an office that needs a person.",
	NULL, 0},
    {"receive/on", CONF_BOOL, AT(receive), "yes", 0, 0,
	"Bring in what came for our offices.", NULL, 0},
    {"receive/set", CONF_DURATION, AT(set_ms), "10 min", 0, DAY_MS,
	"How long files of one set wait for the missing ones.", NULL, 0},
    {"receive/window", CONF_DURATION, AT(window_ms), "35 d", 1000, 400 * DAY_MS,
	"How far back received things are looked for.", NULL, 0},
    {"receive/overlap", CONF_DURATION, AT(overlap_ms), "6 h", 0, 400 * DAY_MS,
	"Between whole lists they are asked from the newest one known less "
	"this: for what appears late.",
	NULL, 0},
    {"receive/person", CONF_TEXT, AT(person_folder), "", 0, 0,
	"Folder for what a person must look at; empty = for-person in folder, "
	"with the driver desk 要確認 in desk/folder.",
	NULL, 0},
    {"desk/folder", CONF_TEXT, AT(desk_folder), "/srv/tasuki/national", 0, 0,
	"Driver desk: the folder in which people find what to do.", NULL, 0},
    {"desk/scan", CONF_DURATION, AT(desk_scan_ms), "2 s", 10, DAY_MS,
	"Driver desk: how often it is looked at.", NULL, 0},
    {"desk/stable", CONF_DURATION, AT(desk_stable_ms), "3 s", 0, DAY_MS,
	"Driver desk: a file that has not changed for so long is whole.", NULL,
	0},
    {"desk/remind", CONF_DURATION, AT(desk_remind_ms), "24 h", 100, 30 * DAY_MS,
	"Driver desk: what lies longer is reported.", NULL, 0},
    {"desk/keep", CONF_DURATION, AT(desk_keep_ms), "35 d", DAY_MS, 400 * DAY_MS,
	"Driver desk: how long finished days are kept.", NULL, 0},
    {"api/profile", CONF_TEXT, AT(api_profile), "", 0, 0,
	"Driver api: file with addresses, paths and names of fields.", NULL, 0},
    {"api/containers", CONF_TEXT, AT(api_containers), "", 0, 0,
	"Driver api: folder of the offices' sealed certificates and logins.",
	NULL, 0},
    {"api/secret", CONF_TEXT, AT(api_secret), "", 0, 0,
	"Driver api: file that opens the containers, readable by its owner "
	"only.",
	NULL, 0},
    {"api/workers", CONF_INT, AT(api_workers), "96", 1, 1000,
	"Driver api: how many worker processes there may be, about 3 MiB each; "
	"offices with one need no new login.",
	NULL, 0},
    {"api/idle", CONF_DURATION, AT(api_idle_ms), "5 min", 10, DAY_MS,
	"Driver api: an office's worker process ends after so long without an "
	"order.",
	NULL, 0},
    {0},
};
/* clang-format on */

int
settings_check(const struct national_settings *s, struct why *why)
{
	const struct driver *driver = driver_find(s->driver);

	if (driver == NULL) {
		why_set(why, WHY_NEVER, "settings",
		    "There is no driver \"%s\": desk or api.", s->driver);
		return TSK_INVALID;
	}
	if (s->wait_min_ms > s->wait_max_ms) {
		why_set(why, WHY_NEVER, "settings",
		    "wait/first is longer than wait/most.");
		return TSK_INVALID;
	}
	return driver->check != NULL ? driver->check(s, why) : 0;
}

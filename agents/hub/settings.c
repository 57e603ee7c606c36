/* NAME
 *	settings - the settings of tasuki-hub: what belongs to the site
 * DESCRIPTION
 *	config/tasuki-hub.conf explains the same rows; a test compares.
 */
#include <string.h>

#include "settings.h"

#define AT(field) offsetof(struct hub_settings, field)
#define DAY_MS    (24 * 3600 * 1000)

/* clang-format off: a table is read by its columns */
const struct conf_row hub_settings_rows[] = {
    AGENT_ROWS(struct hub_settings, common),
    {"hub", CONF_TEXT, AT(hub), NULL, 0, 0,
	"Name of the hub: the queue is hub/NAME, the agent's role hub:NAME.",
	NULL, 0},
    {"profile", CONF_TEXT, AT(profile), NULL, 0, 0,
	"File that describes the hub (examples in hub/).", NULL, 0},
    {"folder", CONF_TEXT, AT(folder), NULL, 0, 0,
	"Folder of this agent's jobs; made if absent.  One agent only.", NULL,
	0},
    {"standard", CONF_TEXT, AT(standard), "", 0, 0,
	"Folder of the tables of the standard; empty = the installed ones.",
	NULL, 0},
    {"place/path", CONF_TEXT, AT(path), "", 0, 0,
	"The hub's folder: on this machine (driver folder; it must be there), "
	"or at the server (driver sftp; empty = where the login leads).",
	NULL, 0},
    {"place/host", CONF_TEXT, AT(host), "", 0, 0, "sftp: the server.", NULL, 0},
    {"place/port", CONF_INT, AT(port), "22", 1, 65535, "sftp: its port.", NULL,
	0},
    {"place/host_keys", CONF_LIST, AT(host_keys), "", 0, 0,
	"sftp: SHA256:... of the server's host key, as ssh-keygen -l prints "
	"it; several for a change of key.  Others are not spoken to.",
	NULL, 0},
    {"place/timeout", CONF_DURATION, AT(timeout_ms), "60 s", 100, 3600 * 1000,
	"How long one exchange with the hub may take.", NULL, 0},
    {"account/user", CONF_TEXT, AT(user), "", 0, 0, "sftp: user name.", NULL,
	0},
    {"account/key_file", CONF_TEXT, AT(key_file), "", 0, 0,
	"sftp: file with the private key (OpenSSH, Ed25519, no passphrase), "
	"readable by its owner only.",
	NULL, 0},
    {"poll/interval", CONF_DURATION, AT(interval_ms), "30 s", 50, DAY_MS,
	"How often the hub is looked at.", NULL, 0},
    {"retry/first", CONF_DURATION, AT(retry_ms), "5 s", 10, DAY_MS,
	"Wait before the second try of what did not work; doubled each time.",
	NULL, 0},
    {"retry/most", CONF_DURATION, AT(retry_max_ms), "10 min", 10, DAY_MS,
	"Longest wait between two tries.", NULL, 0},
    {0},
};
/* clang-format on */

static int
need(struct why *why, const char *setting, const char *driver)
{
	why_set(why, WHY_NEVER, "settings", "%s must be set for the driver %s.",
	    setting, driver);
	return TSK_INVALID;
}

static bool
hub_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < 60 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789.-_") == n;
}

int
settings_check(
    const struct hub_settings *s, const char *driver, struct why *why)
{
	if (!hub_name(s->hub)) {
		why_set(why, WHY_NEVER, "settings",
		    "hub must be a name of letters, digits, . - and _.");
		return TSK_INVALID;
	}
	if (strcmp(driver, "folder") == 0 && s->path[0] == '\0')
		return need(why, "place/path", driver);
	if (strcmp(driver, "sftp") != 0)
		return 0;
	if (s->host[0] == '\0')
		return need(why, "place/host", driver);
	if (s->user[0] == '\0')
		return need(why, "account/user", driver);
	if (s->key_file[0] == '\0')
		return need(why, "account/key_file", driver);
	if (s->host_keys == NULL || s->host_keys[0] == NULL)
		return need(why, "place/host_keys", driver);
	for (char **key = s->host_keys; *key != NULL; key++) {
		if (strncmp(*key, "SHA256:", 7) == 0 && strlen(*key) == 7 + 43)
			continue;
		why_set(why, WHY_NEVER, "settings",
		    "place/host_keys holds a word that is no SHA256:... of 43 "
		    "characters.");
		return TSK_INVALID;
	}
	return 0;
}

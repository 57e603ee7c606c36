/* NAME
 *	settings - the settings of tasuki-fax
 * DESCRIPTION
 *	config/tasuki-fax.conf explains the same rows; a test compares.
 */
#include <string.h>

#include "hours.h"
#include "settings.h"

#define AT(field) offsetof(struct fax_settings, field)
#define DAY_MS    (24 * 3600 * 1000)

/* clang-format off: a table is read by its columns */
const struct conf_row fax_settings_rows[] = {
    AGENT_ROWS(struct fax_settings, common),
    {"folder", CONF_TEXT, AT(folder), NULL, 0, 0,
	"Folder of this agent's jobs; made if absent.  One agent only.", NULL,
	0},
    {"standard", CONF_TEXT, AT(standard), "", 0, 0,
	"Folder of the tables of the standard; empty = the installed ones.",
	NULL, 0},
    {"forms", CONF_TEXT, AT(forms), "", 0, 0,
	"Folder of the tables of the forms; empty = beside the standard.", NULL,
	0},
    {"provider", CONF_TEXT, AT(provider), NULL, 0, 0,
	"File that describes who sends the FAX (examples in fax/).", NULL, 0},
    {"account/user", CONF_TEXT, AT(user), "", 0, 0,
	"User name at the provider.", NULL, 0},
    {"account/password_file", CONF_TEXT, AT(password_file), "", 0, 0,
	"File with the password at the provider, readable by its owner only.",
	NULL, 0},
    {"account/from", CONF_TEXT, AT(from), "", 0, 0,
	"Mail address the FAX is sent from; providers know us by it.", NULL, 0},
    {"pages/resolution", CONF_TEXT, AT(resolution), "fine", 0, 0,
	"fine (204 x 196) or superfine (204 x 391); a partner's column "
	"fax_resolution counts more.",
	NULL, 0},
    {"pages/datasheet", CONF_TEXT, AT(datasheet), "able", 0, 0,
	"Pages with the documents as QR codes: able (for partners whose column "
	"qr says 1), always or never.",
	NULL, 0},
    {"cover/phone", CONF_TEXT, AT(phone), "", 0, 0,
	"Telephone number of the sender on the cover.", NULL, 0},
    {"cover/fax", CONF_TEXT, AT(fax), "", 0, 0,
	"FAX number of the sender on the cover.", NULL, 0},
    {"cover/message", CONF_TEXT, AT(message), "", 0, 0,
	"A sentence on every cover.", NULL, 0},
    {"hours/days", CONF_LIST, AT(days), "mon tue wed thu fri", 0, 0,
	"Days on which a FAX is sent.", NULL, 0},
    {"hours/open", CONF_TEXT, AT(open), "08:30", 0, 0,
	"Time of day before which none is sent.", NULL, 0},
    {"hours/close", CONF_TEXT, AT(close), "18:00", 0, 0,
	"Time of day after which none is sent; at most 24:00.", NULL, 0},
    {"hours/holidays", CONF_BOOL, AT(holidays), "no", 0, 0,
	"Send on national holidays, too.", NULL, 0},
    {"hold/first", CONF_BOOL, AT(hold_first), "yes", 0, 0,
	"The first FAX to a partner stops until a person released it.", NULL,
	0},
    {"join", CONF_BOOL, AT(join), "no", 0, 0,
	"Jobs that wait for one number go out in one call.", NULL, 0},
    {"tries/max", CONF_INT, AT(tries), "3", 1, 20,
	"How often a FAX is tried when the line is busy or nobody answers.",
	NULL, 0},
    {"tries/spacing", CONF_DURATION, AT(spacing_ms), "10 min", 10, DAY_MS,
	"Time between two tries.", NULL, 0},
    {"result/wait", CONF_DURATION, AT(result_ms), "2 h", 100, 7LL * DAY_MS,
	"Without a result for this long nobody knows what became of a FAX: a "
	"person must find out.",
	NULL, 0},
    {"result/poll", CONF_DURATION, AT(poll_ms), "20 s", 10, DAY_MS,
	"How often the provider is asked for a result.", NULL, 0},
    {"limits/parallel", CONF_INT, AT(parallel), "4", 1, 1000,
	"How many FAXes are with the provider at once.", NULL, 0},
    {"limits/pages_job", CONF_INT, AT(pages_job), "100", 1, 20000,
	"Most pages of one FAX; a larger one needs a person.", NULL, 0},
    {"limits/pages_day", CONF_INT, AT(pages_day), "1000", 0, 1000000,
	"Most pages a day; what is over waits for the next day.  0: no limit.",
	NULL, 0},
    {"limits/yen_day", CONF_INT, AT(yen_day), "0", 0, 100000000,
	"Most yen a day.  0: no limit.", NULL, 0},
    {"limits/yen_page", CONF_INT, AT(yen_page), "0", 0, 10000,
	"What a page costs where the provider does not say.", NULL, 0},
    {0},
};
/* clang-format on */

static bool
one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcmp(*words, text) == 0)
			return true;
	}
	return false;
}

int
settings_check(const struct fax_settings *s, struct why *why)
{
	static const char *const resolutions[] = {"fine", "superfine", NULL};
	static const char *const sheets[] = {"able", "always", "never", NULL};
	struct hours hours;

	if (!one_of(s->resolution, resolutions)) {
		why_set(why, WHY_NEVER, "settings",
		    "pages/resolution is neither fine nor superfine.");
		return TSK_INVALID;
	}
	if (!one_of(s->datasheet, sheets)) {
		why_set(why, WHY_NEVER, "settings",
		    "pages/datasheet is none of able, always and never.");
		return TSK_INVALID;
	}
	return hours_parse(s->days, s->open, s->close, &hours, why);
}

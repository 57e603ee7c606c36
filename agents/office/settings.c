/* NAME
 *	settings - what tasuki-office reads from its file
 * DESCRIPTION
 *	config/tasuki-office.conf documents every row; a test compares.
 */
#include <string.h>

#include "file.h"
#include "number.h"

#include "settings.h"

#define ROW(path, type, field, initial, min, max, meaning)                  \
	{                                                                   \
		path, type, offsetof(struct settings, field), initial, min, \
		    max, meaning, NULL, 0                                   \
	}
#define OFFICE_ROW(path, field, initial, meaning)                         \
	{                                                                 \
		path, CONF_TEXT, offsetof(struct office_settings, field), \
		    initial, 0, 0, meaning, NULL, 0                       \
	}
#define DAY_MS (24 * 3600 * 1000)

static const struct conf_row office_rows[] = {
    OFFICE_ROW("number", number, NULL,
	"Office number (介護保険事業所番号), 10 characters."),
    OFFICE_ROW("service_type", service_type, "",
	"Service type, 2 characters; empty: this folder serves every service "
	"of the number."),
    OFFICE_ROW("folder", folder, NULL,
	"Folder of this office; made if it is not there."),
    {NULL, CONF_TEXT, 0, NULL, 0, 0, NULL, NULL, 0},
};

/* clang-format off: a table is read by its columns */
const struct conf_row settings_rows[] = {
    AGENT_ROWS(struct settings, agent),
    ROW("standard", CONF_TEXT, standard, "", 0, 0,
	"Folder with the tables of the standard; empty: beside the program."),
    ROW("language", CONF_TEXT, language, "ja", 0, 0,
	"Language of what office staff read: ja or en."),
    {"office", CONF_SECTION, offsetof(struct settings, offices), NULL, 0, 0,
	"One office served here; repeat the section for each.", office_rows,
	sizeof(struct office_settings)},
    ROW("offices/folder", CONF_TEXT, desks_folder, "", 0, 0,
	"Folder in which every further office this agent may act for gets a "
	"folder of its own; empty: none."),
    ROW("folders/outbox", CONF_TEXT, outbox, "送信", 0, 0,
	"Name of the folder the care software exports to."),
    ROW("folders/inbox", CONF_TEXT, inbox, "受信", 0, 0,
	"Name of the folder the care software imports from."),
    ROW("folders/sent", CONF_TEXT, sent, "送信済", 0, 0,
	"Name of the folder of what was sent, by month."),
    ROW("folders/sending", CONF_TEXT, sending, "送信中", 0, 0,
	"Name of the folder of what waits for the broker."),
    ROW("folders/rejected", CONF_TEXT, rejected, "エラー", 0, 0,
	"Name of the folder of what cannot be sent, with explanations."),
    ROW("folders/hold", CONF_TEXT, hold, "保留", 0, 0,
	"Name of the folder of sets that miss a member."),
    ROW("folders/recall", CONF_TEXT, recall, "取消", 0, 0,
	"Name of the folder for what is to be taken back."),
    ROW("set/wait", CONF_DURATION, set_wait_ms, "60 s", 0, DAY_MS,
	"How long to wait for missing members of a set after the last one "
	"came."),
    ROW("set/incomplete", CONF_TEXT, incomplete, "hold", 0, 0,
	"What to do with an incomplete set then: hold, send or reject."),
    ROW("check/profile", CONF_TEXT, profile, "exchange", 0, 0,
	"How severe findings in files are: strict, exchange or lenient; what "
	"is an error there is not sent."),
    ROW("scan/stable", CONF_DURATION, stable_ms, "2 s", 10, 3600 * 1000,
	"A file is taken when it has not changed for this long; one that was "
	"renamed into the folder is taken at once."),
    ROW("scan/interval", CONF_DURATION, interval_ms, "10 s", 100, 3600 * 1000,
	"How often folders are looked through for what the system did not "
	"report (network shares)."),
    ROW("compare/write", CONF_BOOL, compare, "yes", 0, 0,
	"Write a comparison (予実突合) beside a received 実績 whose 予定 was sent "
	"from here."),
    ROW("compare/folder", CONF_TEXT, compare_folder, "突合", 0, 0,
	"Name of the folder of such comparisons."),
    ROW("repair/outgoing", CONF_BOOL, repair_outgoing, "yes", 0, 0,
	"Save a repaired copy of a rejected file whose deviation is known."),
    ROW("repair/incoming", CONF_BOOL, repair_incoming, "yes", 0, 0,
	"Save a repaired copy beside a received file whose deviation is known."),
    ROW("repair/folder", CONF_TEXT, repair_folder, "修復", 0, 0,
	"Name of the folder for these copies, in that of rejected files and in "
	"the inbox."),
    ROW("editions/unread", CONF_TEXT, editions_unread, "warn", 0, 0,
	"What to do with an edition that nothing received shows the partner to "
	"read: warn, reject or send."),
    ROW("editions/listed", CONF_TEXT, editions_listed, "reject", 0, 0,
	"What to do with an edition that the partner cannot read by the "
	"registry: warn, reject or send."),
    ROW("editions/folder", CONF_TEXT, editions_folder, "変換", 0, 0,
	"Name of the folder, in that of rejected files, for copies in the "
	"partner's edition."),
    ROW("partner/first", CONF_TEXT, partner_first, "warn", 0, 0,
	"What to do with the first files for a partner: warn (name it in the "
	"status file), hold (until a person agrees) or send."),
    ROW("status/parcels", CONF_INT, status_parcels, "2000", 10, 100000,
	"How many parcels the status file of an office shows."),
    ROW("receive/parcels", CONF_INT, receive_parcels, "64", 1, 10000,
	"How many deliveries may be under way to this agent at once."),
    ROW("receive/bytes", CONF_SIZE, receive_bytes, "16 MiB", 1024 * 1024,
	1024 * 1024 * 1024,
	"How many bytes may be under way to this agent at once."),
    {NULL, CONF_TEXT, 0, NULL, 0, 0, NULL, NULL, 0},
};
/* clang-format on */

static int
refuse(struct why *why, const char *setting, const char *value,
    const char *sentence)
{
	why_set(why, WHY_NEVER, "settings", "%s: \"%s\": %s", setting, value,
	    sentence);
	return TSK_INVALID;
}

const struct office_settings *
settings_office(const struct settings *s, size_t index)
{
	return (const struct office_settings *)s->offices.items + index;
}

static int
check_office(const struct settings *s, size_t index, struct why *why)
{
	const struct office_settings *o = settings_office(s, index);

	if (!number_office_form(o->number, strlen(o->number)))
		return refuse(why, "office/number", o->number,
		    "is no office number of 10 characters");
	if (!number_office_check(o->number))
		return refuse(
		    why, "office/number", o->number, "has a wrong check digit");
	if (o->service_type[0] != '\0' && !number_type_form(o->service_type))
		return refuse(why, "office/service_type", o->service_type,
		    "is no service type of 2 characters");
	if (o->folder[0] == '\0')
		return refuse(why, "office/folder", "", "is empty");
	for (size_t i = 0; i < index; i++) {
		const struct office_settings *other = settings_office(s, i);

		if (strcmp(other->folder, o->folder) == 0)
			return refuse(why, "office/folder", o->folder,
			    "belongs to two offices");
		if (strcmp(other->number, o->number) == 0 &&
		    strcmp(other->service_type, o->service_type) == 0)
			return refuse(why, "office/number", o->number,
			    "is there twice with one service type");
	}
	return 0;
}

static int
check_folders(const struct settings *s, struct why *why)
{
	const char *const names[] = {s->outbox, s->inbox, s->sent, s->sending,
	    s->rejected, s->hold, s->compare_folder};
	size_t count = sizeof(names) / sizeof(names[0]);

	for (size_t i = 0; i < count; i++) {
		if (!file_name_safe(names[i]))
			return refuse(why, "folders", names[i],
			    "is not a usable folder name");
		for (size_t k = 0; k < i; k++)
			if (strcmp(names[i], names[k]) == 0)
				return refuse(why, "folders", names[i],
				    "is used for two folders");
	}
	return 0;
}

static bool
one_of(const char *value, const char *a, const char *b, const char *c)
{
	return strcmp(value, a) == 0 || strcmp(value, b) == 0 ||
	       strcmp(value, c) == 0;
}

int
settings_check(const void *settings, struct why *why)
{
	const struct settings *s = settings;
	int rc;

	if (s->offices.count == 0 && s->desks_folder[0] == '\0')
		return refuse(why, "office", "",
		    "at least one is needed, or offices/folder");
	for (size_t i = 0; i < s->offices.count; i++) {
		rc = check_office(s, i, why);
		if (rc != 0)
			return rc;
	}
	if (!one_of(s->incomplete, "hold", "send", "reject"))
		return refuse(why, "set/incomplete", s->incomplete,
		    "is none of hold, send, reject");
	if (!one_of(s->language, "ja", "en", "en"))
		return refuse(
		    why, "language", s->language, "is none of ja, en");
	if (!one_of(s->editions_unread, "warn", "reject", "send"))
		return refuse(why, "editions/unread", s->editions_unread,
		    "is none of warn, reject, send");
	if (!one_of(s->editions_listed, "warn", "reject", "send"))
		return refuse(why, "editions/listed", s->editions_listed,
		    "is none of warn, reject, send");
	if (!one_of(s->partner_first, "warn", "hold", "send"))
		return refuse(why, "partner/first", s->partner_first,
		    "is none of warn, hold, send");
	if (!file_name_safe(s->repair_folder))
		return refuse(why, "repair/folder", s->repair_folder,
		    "is not a usable folder name");
	if (!file_name_safe(s->editions_folder))
		return refuse(why, "editions/folder", s->editions_folder,
		    "is not a usable folder name");
	return check_folders(s, why);
}

enum incomplete
settings_incomplete(const struct settings *s)
{
	if (strcmp(s->incomplete, "send") == 0)
		return INCOMPLETE_SEND;
	if (strcmp(s->incomplete, "reject") == 0)
		return INCOMPLETE_REJECT;
	return INCOMPLETE_HOLD;
}

enum language
settings_language(const struct settings *s)
{
	return strcmp(s->language, "en") == 0 ? LANGUAGE_EN : LANGUAGE_JA;
}

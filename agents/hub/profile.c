/* NAME
 *	profile - what is to be known of a hub, as data
 * SUMMARY
 *	see profile.h
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "name.h"

#include "driver.h"
#include "profile.h"

#define AT(field) offsetof(struct hub_profile, field)
#define TEXT(path, field, initial, meaning)                                 \
	{                                                                   \
		path, CONF_TEXT, AT(field), initial, 0, 0, meaning, NULL, 0 \
	}
#define DAY_MS (24 * 3600 * 1000LL)

/* clang-format off: a table is read by its columns */
const struct conf_row profile_rows[] = {
    TEXT("driver", driver, NULL, "How it is reached: folder, sftp or courier."),
    TEXT("name", name, NULL, "Name of the hub, for people."),
    TEXT("send/folder", send.folder, "{to}",
	"Template of the folder files are laid in."),
    TEXT("send/name", send.name, "{name}", "Template of their names."),
    TEXT("send/ready", send.ready, "",
	"Template of the name of an empty file that is laid when all others of "
	"a parcel are there; empty: none."),
    {"send/editions", CONF_LIST, AT(send.editions), "V3 V4.1", 0, 0,
	"Forms of names of the standard the hub takes: V3, V4.0, V4.1.", NULL,
	0},
    {"send/kinds", CONF_LIST, AT(send.kinds), "", 0, 0,
	"Kinds of files the hub takes; empty: all of the standard.", NULL, 0},
    {"send/attachments", CONF_BOOL, AT(send.attachments), "no", 0, 0,
	"It takes files that are not of the standard, too.", NULL, 0},
    {"send/bytes", CONF_SIZE, AT(send.bytes), "20 MiB", 1, 1 << 30,
	"Largest file the hub takes.", NULL, 0},
    TEXT("status/delivered", status.delivered, "handed",
	"What counts as delivered: handed (it lies at the hub) or seen (a "
	"person there took or saw it)."),
    TEXT("status/seen", status.seen, "person",
	"How we know that it was seen: person (somebody tells us), gone (the "
	"files are no longer there) or moved (they are in status/folder)."),
    TEXT("status/folder", status.folder, "",
	"Template of the folder files are moved to when they were seen."),
    {"status/wait", CONF_DURATION, AT(status.wait_ms), "14 d", 1000,
	400 * DAY_MS, "How long that is watched.", NULL, 0},
    TEXT("fetch/folder", fetch.folder, "",
	"Folder with files for us; empty: nothing is fetched."),
    {"fetch/patterns", CONF_LIST, AT(fetch.patterns), "*", 0, 0,
	"Names that are taken (*, ?, [...]); names that begin with a dot or "
	"end in .tmp, .part or .filepart never are.",
	NULL, 0},
    TEXT("fetch/attachment", fetch.attachment, "",
	"Regular expression for names that are not of the standard, with two "
	"groups: sender's and receiver's number; empty: such files stay."),
    TEXT("fetch/taken", fetch.taken, "",
	"Folder for files that were taken; empty: they are removed."),
    {"fetch/stable", CONF_DURATION, AT(fetch.stable_ms), "10 s", 10, DAY_MS,
	"A file is whole when it has not changed for so long.", NULL, 0},
    {"fetch/wait", CONF_DURATION, AT(fetch.wait_ms), "2 min", 10, DAY_MS,
	"How long the rest of a set is waited for.", NULL, 0},
    {"fetch/bytes", CONF_SIZE, AT(fetch.bytes), "20 MiB", 1,
	WIRE_PARCEL_BYTES_MAX, "Largest file that is fetched.", NULL, 0},
    {NULL, CONF_TEXT, 0, NULL, 0, 0, NULL, NULL, 0},
};
/* clang-format on */

/* ---- templates ---- */

static const char *
or_dash(const char *text)
{
	return text[0] == '\0' ? "-" : text;
}

static const char *
value_of(const char *name, size_t n, const struct wire_parcel *parcel,
    const char *file, char id[ID_TEXT_BYTES])
{
	const struct {
		const char *name, *value;
	} values[] = {
	    {"from", parcel->from},
	    {"to", parcel->to},
	    {"from_type", or_dash(parcel->from_type)},
	    {"to_type", or_dash(parcel->to_type)},
	    {"month", or_dash(parcel->month)},
	    {"stamp", or_dash(parcel->stamp)},
	    {"id", id_text(&parcel->id, id)},
	    {"name", file},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strlen(values[i].name) == n &&
		    memcmp(values[i].name, name, n) == 0)
			return values[i].value;
	return NULL;
}

static int
fill(const char *text, const struct wire_parcel *parcel, const char *file,
    struct buf *out)
{
	char id[ID_TEXT_BYTES];

	for (; *text != '\0'; text++) {
		const char *end = *text == '{' ? strchr(text, '}') : NULL,
			   *value;

		if (*text != '{') {
			buf_char(out, *text);
			continue;
		}
		value = end == NULL
			    ? NULL
			    : value_of(text + 1, (size_t)(end - text) - 1,
				  parcel, file, id);
		if (value == NULL)
			return TSK_INVALID;
		buf_text(out, value);
		text = end;
	}
	return buf_ok(out) ? 0 : TSK_TOOBIG;
}

/* Every component of a path is a safe name. */
static int
safe_path(const char *path)
{
	char part[256];

	while (*path != '\0') {
		size_t n = strcspn(path, "/");

		if (n == 0 || n >= sizeof(part))
			return TSK_INVALID;
		memcpy(part, path, n);
		part[n] = '\0';
		if (!file_name_safe(part) ||
		    (path[n] == '/' && path[n + 1] == '\0'))
			return TSK_INVALID;
		path += n + (path[n] == '/' ? 1 : 0);
	}
	return 0;
}

int
profile_folder(const struct hub_profile *profile,
    const struct wire_parcel *parcel, struct buf *out)
{
	int rc = fill(profile->send.folder, parcel, "-", out);

	if (rc == 0 && out->len > 0)
		rc = safe_path(out->data);
	return rc;
}

int
profile_file(const struct hub_profile *profile,
    const struct wire_parcel *parcel, const char *name, struct buf *out)
{
	int rc = fill(profile->send.name, parcel, name, out);

	if (rc == 0 && (out->len == 0 || !file_name_safe(out->data)))
		rc = TSK_INVALID;
	return rc;
}

int
profile_ready(const struct hub_profile *profile,
    const struct wire_parcel *parcel, struct buf *out)
{
	int rc = fill(profile->send.ready, parcel, "-", out);

	if (rc == 0 && out->len > 0 && !file_name_safe(out->data))
		rc = TSK_INVALID;
	return rc;
}

/* ---- loading ---- */

static int
bad(struct why *why, const char *path, const char *what, const char *sentence)
{
	why_set(why, WHY_NEVER, "settings", "%s: %s %s", path, what, sentence);
	return TSK_INVALID;
}

static bool
one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, text) == 0)
			return true;
	return false;
}

static int
check_templates(const char *path, const struct hub_profile *p, struct why *why)
{
	const struct {
		const char *setting, *text;
		bool is_path;
	} all[] = {
	    {"send/folder", p->send.folder, true},
	    {"send/name", p->send.name, false},
	    {"send/ready", p->send.ready, false},
	    {"status/folder", p->status.folder, true},
	    {"fetch/folder", p->fetch.folder, true},
	    {"fetch/taken", p->fetch.taken, true},
	};
	struct wire_parcel sample = {.from = "1370100018", .to = "1370100018"};
	struct buf out;
	int rc = 0;

	buf_init(&out, DRIVER_PATH_MAX);
	for (size_t i = 0; rc == 0 && i < sizeof(all) / sizeof(all[0]); i++) {
		buf_clear(&out);
		if (fill(all[i].text, &sample, "x", &out) != 0)
			rc = bad(why, path, all[i].setting,
			    "names something in braces that does not exist.");
		else if (out.len > 0 && (safe_path(out.data) != 0 ||
					    (!all[i].is_path &&
						strchr(out.data, '/') != NULL)))
			rc = bad(why, path, all[i].setting,
			    "is not a name that can be laid everywhere.");
	}
	buf_fini(&out);
	return rc;
}

static int
check_words(const char *path, const struct hub_profile *p, struct why *why)
{
	static const char *const delivered[] = {"handed", "seen", NULL};
	static const char *const seen[] = {"person", "gone", "moved", NULL};
	static const char *const editions[] = {"V3", "V4.0", "V4.1", NULL};
	regex_t regex;

	if (!profile_courier(p) && driver_find(p->driver) == NULL)
		return bad(
		    why, path, "driver", "is none of folder, sftp, courier.");
	if (!one_of(p->status.delivered, delivered))
		return bad(why, path, "status/delivered",
		    "is neither handed nor seen.");
	if (!one_of(p->status.seen, seen))
		return bad(why, path, "status/seen",
		    "is none of person, gone and moved.");
	if (strcmp(p->status.seen, "moved") == 0 && p->status.folder[0] == '\0')
		return bad(why, path, "status/folder",
		    "must be set for status/seen moved.");
	for (char **e = p->send.editions; *e != NULL; e++)
		if (!one_of(*e, editions))
			return bad(why, path, "send/editions",
			    "knows V3, V4.0 and V4.1 only.");
	if (p->fetch.attachment[0] == '\0')
		return 0;
	if (regcomp(&regex, p->fetch.attachment, REG_EXTENDED) != 0)
		return bad(why, path, "fetch/attachment",
		    "is not a regular expression.");
	size_t groups = regex.re_nsub;
	regfree(&regex);
	return groups >= 2 ? 0
			   : bad(why, path, "fetch/attachment",
				 "needs two groups: sender and receiver.");
}

int
profile_load(const char *path, struct hub_profile *out, struct why *why)
{
	memset(out, 0, sizeof(*out));
	int rc = conf_load(path, profile_rows, out, why);
	if (rc < 0) {
		memset(out, 0, sizeof(*out));
		return rc;
	}
	rc = check_words(path, out, why);
	if (rc == 0)
		rc = check_templates(path, out, why);
	if (rc < 0)
		profile_fini(out);
	return rc;
}

void
profile_fini(struct hub_profile *profile)
{
	if (profile->driver == NULL)
		return;
	conf_free(profile_rows, profile);
	memset(profile, 0, sizeof(*profile));
}

bool
profile_courier(const struct hub_profile *profile)
{
	return strcmp(profile->driver, "courier") == 0;
}

bool
profile_waits(const struct hub_profile *profile)
{
	return strcmp(profile->status.delivered, "seen") == 0;
}

bool
profile_watches(const struct hub_profile *profile)
{
	return strcmp(profile->status.seen, "person") != 0;
}

/* ---- what it takes ---- */

static bool
in_list(const char *word, char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static const char *
form_name(enum name_form form)
{
	return form == NAME_V3 ? "V3" : form == NAME_V4_0 ? "V4.0" : "V4.1";
}

static int
not_taken(struct why *why, const char *code, const char *what)
{
	why_set(why, WHY_NEVER, code, "The hub does not take %s.", what);
	return TSK_INVALID;
}

int
profile_takes(const struct hub_profile *p, const struct standard *standard,
    const struct wire_parcel *parcel, struct why *why)
{
	for (size_t i = 0; i < parcel->document_count; i++) {
		const struct wire_document *d = &parcel->documents[i];
		struct name name;

		if (d->bytes > (uint64_t)p->send.bytes)
			return not_taken(why, "hub-size", "files so large");
		if (name_parse(standard, d->name, &name, NULL) != 0) {
			if (!p->send.attachments)
				return not_taken(why, "hub-attachment",
				    "files that are not of the standard");
			continue;
		}
		if (p->send.kinds[0] != NULL &&
		    !in_list(name.kind, p->send.kinds))
			return not_taken(why, "hub-kind", name.kind);
		if (!in_list(form_name(name.form), p->send.editions))
			return not_taken(
			    why, "hub-edition", form_name(name.form));
	}
	return 0;
}

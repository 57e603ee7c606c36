/* NAME
 *	profile - what is to be known of a provider, as data
 * SUMMARY
 *	see profile.h
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

#include "driver.h"
#include "profile.h"
#include "template.h"

#define AT(field) offsetof(struct fax_profile, field)
#define TEXT(path, field, initial, meaning)                                 \
	{                                                                   \
		path, CONF_TEXT, AT(field), initial, 0, 0, meaning, NULL, 0 \
	}

/* clang-format off: a table is read by its columns */
const struct conf_row profile_rows[] = {
    TEXT("driver", driver, NULL,
	"Who talks to the provider: smtp, http, hylafax or folder."),
    TEXT("name", name, NULL, "Name of the provider, for people."),
    {"limits/pages", CONF_INT, AT(pages_max), "100", 1, 20000,
	"Most pages the provider takes in one FAX.", NULL, 0},
    {"limits/bytes", CONF_SIZE, AT(bytes_max), "20 MiB", 1024, 1 << 30,
	"Most bytes the provider takes in one FAX, as it is sent there.", NULL,
	0},
    {"timeout", CONF_DURATION, AT(timeout_ms), "60 s", 100, 3600 * 1000,
	"How long one exchange with the provider may take.", NULL, 0},
    TEXT("result/confirmed", confirmed, "",
	"What says that the FAX arrived: smtp a regular expression over the "
	"result mail, http the states, separated by spaces (\"0\", \"<0\", "
	"\">0\" for numbers)."),
    TEXT("result/failed", failed, "", "What says that it did not."),
    TEXT("result/busy", busy, "",
	"What of the failures passes by itself (busy, no answer): tried "
	"again."),
    TEXT(
	"result/pending", pending, "", "http: what says that it is under way."),
    TEXT("mail/server", mail.server, "",
	"smtp: smtp://HOST:PORT or smtps://HOST:PORT."),
    {"mail/tls", CONF_BOOL, AT(mail.tls), "yes", 0, 0,
	"smtp: insist on TLS with a certificate that is right (also for "
	"imap).",
	NULL, 0},
    TEXT("mail/ca", mail.ca, "",
	"smtp: file with the certificates to trust; empty: the system's."),
    TEXT("mail/to", mail.to, "",
	"smtp: template of the receiver's address, as {intl}@fax.example."),
    TEXT("mail/subject", mail.subject, "{tag}",
	"smtp: template of the subject; result mails must bring {tag} back."),
    TEXT("mail/body", mail.body, "", "smtp: template of the text."),
    TEXT("mail/file", mail.file, "{tag}.tif",
	"smtp: template of the attachment's name."),
    TEXT("mail/result_from", mail.result_from, "",
	"smtp: addresses (or @domains) result mails come from, separated by "
	"spaces; others are not believed."),
    TEXT("mail/maildir", mail.maildir, "",
	"smtp: Maildir that result mails are delivered to."),
    TEXT("mail/imap", mail.imap, "",
	"smtp: imaps://HOST/FOLDER with the result mails, instead of a "
	"Maildir."),
    TEXT("http/submit", http.submit, "",
	"http: template of the address the TIFF is sent to."),
    TEXT("http/method", http.method, "POST", "http: method of submit."),
    TEXT("http/type", http.type, "image/tiff",
	"http: Content-Type of the TIFF."),
    TEXT("http/ref", http.ref, "header:Location",
	"http: where the answer to submit says the job's name: header:NAME (of "
	"an address its last part) or json:PATH."),
    TEXT("http/status", http.status, "",
	"http: template of the address of a job's status."),
    TEXT("http/state", http.state, "json:status", "http: where the state is."),
    TEXT("http/code", http.code, "", "http: where the reason of a failure is."),
    TEXT("http/pages", http.pages, "", "http: where the count of pages is."),
    TEXT("http/yen", http.yen, "", "http: where the cost is."),
    TEXT("http/remote", http.remote, "",
	"http: where the identifier of the answering FAX is."),
    TEXT("http/cancel", http.cancel, "",
	"http: template of the address that cancels a job; empty: the "
	"provider cannot."),
    TEXT("http/cancel_method", http.cancel_method, "POST",
	"http: method of cancel."),
    TEXT("http/find", http.find, "",
	"http: template of the address that lists jobs with our {tag}; empty: "
	"the provider cannot tell."),
    TEXT("http/find_ref", http.find_ref, "json:id",
	"http: where a listed job's name is."),
    TEXT("http/find_tag", http.find_tag, "",
	"http: where a listed job's tag is, to be sure; empty: the list holds "
	"that job only."),
    TEXT("http/ca", http.ca, "",
	"http: file with the certificates to trust; empty: the system's."),
    TEXT("hylafax/host", hylafax.host, "127.0.0.1", "hylafax: its host."),
    {"hylafax/port", CONF_INT, AT(hylafax.port), "4559", 1, 65535,
	"hylafax: its port.", NULL, 0},
    {"hylafax/dials", CONF_INT, AT(hylafax.dials), "1", 1, 99,
	"hylafax: how often the server dials for one try of ours.", NULL, 0},
    {"hylafax/tries", CONF_INT, AT(hylafax.tries), "1", 1, 99,
	"hylafax: how often the server sends pages for one try of ours.", NULL,
	0},
    TEXT("hylafax/dial", hylafax.dial, "{number}",
	"hylafax: template of what is dialled (\"0,{number}\" behind an "
	"exchange)."),
    TEXT("hylafax/modem", hylafax.modem, "any",
	"hylafax: the modem or class of modems."),
    TEXT("folder/path", folder.path, "",
	"folder: where TIFF and job file are put; made if absent."),
    {NULL, CONF_TEXT, 0, NULL, 0, 0, NULL, NULL, 0},
};
/* clang-format on */

/* What each driver cannot do without, and which texts are templates. */
static const struct need {
	const char *driver, *path;
	size_t offset;
	bool needed, template;
} needs[] = {
    {"smtp", "mail/server", AT(mail.server), true, false},
    {"smtp", "mail/to", AT(mail.to), true, true},
    {"smtp", "mail/subject", AT(mail.subject), true, true},
    {"smtp", "mail/body", AT(mail.body), false, true},
    {"smtp", "mail/file", AT(mail.file), true, true},
    {"smtp", "mail/result_from", AT(mail.result_from), true, false},
    {"smtp", "result/confirmed", AT(confirmed), true, false},
    {"http", "http/submit", AT(http.submit), true, true},
    {"http", "http/status", AT(http.status), true, true},
    {"http", "http/cancel", AT(http.cancel), false, true},
    {"http", "http/find", AT(http.find), false, true},
    {"http", "result/confirmed", AT(confirmed), true, false},
    {"hylafax", "hylafax/dial", AT(hylafax.dial), true, true},
    {"folder", "folder/path", AT(folder.path), true, false},
};

static int
bad(struct why *why, const char *path, const char *what, const char *sentence)
{
	why_set(why, WHY_NEVER, "settings", "%s: %s %s", path, what, sentence);
	return TSK_INVALID;
}

static int
check_needs(
    const char *path, const struct fax_profile *profile, struct why *why)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		const struct need *n = &needs[i];
		const char *text =
		    *(char *const *)(const void *)((const char *)profile +
						   n->offset);
		if (strcmp(n->driver, profile->driver) != 0)
			continue;
		if (n->needed && text[0] == '\0')
			return bad(why, path, n->path, "must be set.");
		if (n->template && template_check(text) != 0)
			return bad(why, path, n->path,
			    "names something in braces that does not exist.");
	}
	return 0;
}

/* Patterns of the mail driver are compiled once here, so that a slip shows at
 * the start and not with the first result. */
static int
check_patterns(
    const char *path, const struct fax_profile *profile, struct why *why)
{
	const char *const texts[] = {
	    profile->confirmed, profile->failed, profile->busy};
	regex_t regex;

	if (strcmp(profile->driver, "smtp") != 0)
		return 0;
	if (profile->mail.maildir[0] == '\0' && profile->mail.imap[0] == '\0')
		return bad(why, path, "mail/maildir",
		    "or mail/imap must be "
		    "set.");
	for (size_t i = 0; i < 3; i++) {
		if (regcomp(&regex, texts[i], REG_EXTENDED | REG_NOSUB) != 0)
			return bad(why, path, "result/*",
			    "holds a pattern that is no regular expression.");
		regfree(&regex);
	}
	return 0;
}

static int
read_secret(const char *file, char **out, struct why *why)
{
	struct buf text;
	int rc;

	*out = NULL;
	if (file[0] == '\0') {
		*out = mem_text("");
		return 0;
	}
	buf_init(&text, PROFILE_SECRET_MAX);
	rc = file_private(file);
	if (rc == 0)
		rc = file_read_path(file, PROFILE_SECRET_MAX, &text);
	if (rc == 0 && text.len > 0) {
		text.data[strcspn(text.data, "\r\n")] = '\0';
		*out = mem_text(text.data);
		explicit_bzero(text.data, text.len);
	}
	buf_fini(&text);
	if (*out == NULL) {
		why_set(why, WHY_NEVER, "settings",
		    "%s: the password cannot be read, or others may read it.",
		    file);
		return rc < 0 ? rc : TSK_INVALID;
	}
	return 0;
}

int
profile_load(const char *path, const char *user, const char *secret_file,
    const char *from, struct fax_profile *out, struct why *why)
{
	int rc;

	memset(out, 0, sizeof(*out));
	rc = conf_load(path, profile_rows, out, why);
	if (rc < 0) {
		memset(out, 0, sizeof(*out));
		return rc;
	}
	out->user = mem_text(user);
	out->from = mem_text(from);
	rc = read_secret(secret_file, &out->secret, why);
	if (rc == 0 && driver_find(out->driver) == NULL)
		rc = bad(why, path, "driver",
		    "is none of smtp, http, hylafax and folder.");
	if (rc == 0)
		rc = check_needs(path, out, why);
	if (rc == 0)
		rc = check_patterns(path, out, why);
	if (rc == 0 && strcmp(out->driver, "smtp") == 0 && from[0] == '\0')
		rc = bad(why, path, "account/from",
		    "of tasuki-fax.conf must be set for this driver.");
	if (rc < 0)
		profile_fini(out);
	return rc;
}

void
profile_fini(struct fax_profile *profile)
{
	if (profile->driver == NULL)
		return;
	conf_free(profile_rows, profile);
	if (profile->secret != NULL)
		explicit_bzero(profile->secret, strlen(profile->secret));
	free(profile->secret);
	free(profile->user);
	free(profile->from);
	memset(profile, 0, sizeof(*profile));
}

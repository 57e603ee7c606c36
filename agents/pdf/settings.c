/* NAME
 *	settings - the settings of tasuki-pdf
 * DESCRIPTION
 *	config/tasuki-pdf.conf explains the same rows; a test compares.
 */
#include <string.h>

#include "mail.h"
#include "number.h"
#include "outlet.h"

#include "settings.h"

#define S(member) offsetof(struct pdf_settings, member)
#define P(member) offsetof(struct pdf_partner, member)

#define DAY_MS  (24ll * 60 * 60 * 1000)
#define HOUR_MS (60ll * 60 * 1000)
#define MIB     (1024ll * 1024)

static const struct conf_row partner_rows[] = {
    {"number", CONF_TEXT, P(number), NULL, 0, 0, "The partner's office number.",
	NULL, 0},
    {"out", CONF_TEXT, P(out), "", 0, 0,
	"folder, printer, mail or handover; empty = as the registry says.",
	NULL, 0},
    {"email", CONF_TEXT, P(email), "", 0, 0,
	"Its e-mail address; empty = as the registry says.", NULL, 0},
    {"printer", CONF_TEXT, P(printer), "", 0, 0,
	"Printer for its papers; empty = as the registry says.", NULL, 0},
    {"qr", CONF_TEXT, P(qr), "", 0, 0,
	"Whether it can scan data sheets: yes or no; empty = as the registry "
	"says.",
	NULL, 0},
    {0},
};

const struct conf_row pdf_settings_rows[] = {
    AGENT_ROWS(struct pdf_settings, common),
    {"folder", CONF_TEXT, S(folder), NULL, 0, 0,
	"Folder that gets one folder a partner; made if absent.", NULL, 0},
    {"standard", CONF_TEXT, S(standard), "", 0, 0,
	"Folder of the tables of the standard; empty = the installed ones.",
	NULL, 0},
    {"forms", CONF_TEXT, S(forms), "", 0, 0,
	"Folder of the tables of the forms; empty = beside the standard.", NULL,
	0},
    {"language", CONF_TEXT, S(language), "ja", 0, 0,
	"Language of e-mails and letters: ja or en.", NULL, 0},
    {"out", CONF_TEXT, S(out), "folder", 0, 0,
	"How papers leave the house where neither the registry nor a section "
	"partner says: folder, printer, mail or handover.",
	NULL, 0},
    {"documents/dubious", CONF_TEXT, S(documents), "pass", 0, 0,
	"What to do with PDFs that are encrypted, damaged or hold scripts, and "
	"with attachments that are not what their name says: pass or refuse.",
	NULL, 0},
    {"received/keep", CONF_DURATION, S(keep_ms), "400 d", 31 * DAY_MS,
	3650 * DAY_MS,
	"How long it is remembered which parcels were filed and sent.", NULL,
	0},
    {"print/printer", CONF_TEXT, S(printer), "", 0, 0,
	"Printer for partners without one of their own; empty = the print "
	"server's default.",
	NULL, 0},
    {"print/server", CONF_TEXT, S(print.server), "", 0, 0,
	"Print server, host:port; empty = that of this machine.", NULL, 0},
    {"print/command", CONF_TEXT, S(print.command), "/usr/bin/lp", 0, 0,
	"The lp command of CUPS.", NULL, 0},
    {"print/timeout", CONF_DURATION, S(print.timeout_ms), "2 min", 1000,
	HOUR_MS, "How long lp may take for a job.", NULL, 0},
    {"mail/server", CONF_TEXT, S(mail.server), "", 0, 0,
	"Mail server: smtps://host:465, or smtp://host:587 (TLS is demanded "
	"there as well); empty = no mail from here.",
	NULL, 0},
    {"mail/from", CONF_TEXT, S(mail.from), "", 0, 0,
	"Address that e-mails come from.", NULL, 0},
    {"mail/from_name", CONF_TEXT, S(from_name), "", 0, 0,
	"Name beside that address; empty = none.", NULL, 0},
    {"mail/user", CONF_TEXT, S(mail.user), "", 0, 0,
	"User to log in as; empty = without.", NULL, 0},
    {"mail/password_file", CONF_TEXT, S(mail.password_file), "", 0, 0,
	"File with that user's password, readable by its owner only.", NULL, 0},
    {"mail/ca", CONF_TEXT, S(mail.ca), "", 0, 0,
	"File with the certificates to trust (PEM); empty = the system's.",
	NULL, 0},
    {"mail/timeout", CONF_DURATION, S(mail.timeout_ms), "3 min", 1000, HOUR_MS,
	"How long one e-mail may take.", NULL, 0},
    {"mail/size", CONF_SIZE, S(mail_bytes), "20 MiB", 64 * 1024, 200 * MIB,
	"Largest e-mail, encoded; larger ones are parked.", NULL, 0},
    {"mail/passwords", CONF_TEXT, S(passwords), "", 0, 0,
	"Folder with one PDF password a partner, mode 0700; must be set to "
	"send mail.",
	NULL, 0},
    {"handover/look", CONF_DURATION, S(handover_ms), "5 s", 100, HOUR_MS,
	"How often to look for codes that came back.", NULL, 0},
    {"partner", CONF_SECTION, S(partners), NULL, 0, 0,
	"How the papers of one partner leave the house.", partner_rows,
	sizeof(struct pdf_partner)},
    {0},
};

static int
bad(struct why *why, const char *setting, const char *value)
{
	why_set(why, WHY_NEVER, "settings", "%s: \"%s\" cannot be used.",
	    setting, value);
	return TSK_INVALID;
}

static bool
one_of(const char *value, const char *a, const char *b)
{
	return strcmp(value, a) == 0 || strcmp(value, b) == 0;
}

static int
check_mail(const struct pdf_settings *s, struct why *why)
{
	if (s->mail.server[0] == '\0')
		return 0;
	if (strncmp(s->mail.server, "smtps://", 8) != 0 &&
	    strncmp(s->mail.server, "smtp://", 7) != 0)
		return bad(why, "mail/server", s->mail.server);
	if (!mail_address_ok(s->mail.from))
		return bad(why, "mail/from", s->mail.from);
	if (s->passwords[0] == '\0')
		return bad(why, "mail/passwords", s->passwords);
	return 0;
}

static int
check_partner(const struct pdf_partner *p, struct why *why)
{
	if (!number_office_form(p->number, strlen(p->number)))
		return bad(why, "partner/number", p->number);
	if (p->out[0] != '\0' && outlet_parse(p->out) < 0)
		return bad(why, "partner/out", p->out);
	if (p->email[0] != '\0' && !mail_address_ok(p->email))
		return bad(why, "partner/email", p->email);
	if (p->printer[0] != '\0' && !print_name_ok(p->printer))
		return bad(why, "partner/printer", p->printer);
	if (p->qr[0] != '\0' && !one_of(p->qr, "yes", "no"))
		return bad(why, "partner/qr", p->qr);
	return 0;
}

int
pdf_settings_check(const struct pdf_settings *s, struct why *why)
{
	const struct pdf_partner *partners = s->partners.items;

	if (!one_of(s->language, "ja", "en"))
		return bad(why, "language", s->language);
	if (outlet_parse(s->out) < 0)
		return bad(why, "out", s->out);
	if (!one_of(s->documents, "pass", "refuse"))
		return bad(why, "documents/dubious", s->documents);
	if (s->printer[0] != '\0' && !print_name_ok(s->printer))
		return bad(why, "print/printer", s->printer);
	int rc = check_mail(s, why);
	for (size_t i = 0; i < s->partners.count && rc == 0; i++)
		rc = check_partner(&partners[i], why);
	return rc;
}

/* NAME
 *	settings - the settings of tasuki-pdf
 */
#ifndef TASUKI_PDF_SETTINGS_H
#define TASUKI_PDF_SETTINGS_H

#include "agent.h"

#include "post.h"
#include "print.h"

/* One section "partner". */
struct pdf_partner {
	char *number, *out, *email, *printer, *qr;
};

struct pdf_settings {
	struct agent_settings common;
	char *standard, *forms, *folder;
	char *language;  /* of what partners and staff read */
	char *out;       /* where nobody says otherwise */
	char *documents; /* "pass" or "refuse": dubious ones */
	int64_t keep_ms; /* markers and jobs */
	char *printer;
	struct print_settings print;
	struct post_settings mail;
	char *from_name, *passwords;
	int64_t mail_bytes;
	int64_t handover_ms; /* between looks for codes */
	struct conf_sections partners;
};

extern const struct conf_row pdf_settings_rows[];

/* pdf_settings_check(settings, why): what rows cannot say. */
int pdf_settings_check(
    const struct pdf_settings *settings, struct why *why) TSK_MUST_USE;

#endif

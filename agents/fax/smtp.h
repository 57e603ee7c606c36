/* NAME
 *	smtp - one mail out, mails of an IMAP folder in
 * DESCRIPTION
 *	The door to libcurl's mail protocols.  TLS with a right certificate, or
 *	this machine only.
 */
#ifndef TASUKI_FAX_SMTP_H
#define TASUKI_FAX_SMTP_H

#include "driver.h"

struct smtp_mail {
	const char *from, *to; /* one address each, no display name */
	const char *subject, *id, *body;
	const char *file; /* name of the attachment */
	const char *path; /* the attachment */
	int64_t date_ms;
};

/* smtp_send(profile, mail, why): 0 accepted; TSK_LATER, TSK_INVALID,
 * TSK_CLOSED as driver.h says of submit. */
int smtp_send(const struct fax_profile *profile, const struct smtp_mail *mail,
    struct why *why) TSK_MUST_USE;
/* One mail of the folder; true: it is the one that was wanted. */
typedef bool smtp_mail_fn(void *arg, const char *p, size_t n);
/* smtp_fetch(profile, tag, each, arg, why): hand over the mails of the IMAP
 * folder that hold ${tag}, newest first (the last 16 of them, none over
 * MAIL_MAX), until one is wanted: 0.  TSK_EMPTY: none was; TSK_LATER and why
 * ("no-line", "provider-login"): the folder could not be looked into.  Mails
 * stay there; looking may mark them as read. */
int smtp_fetch(const struct fax_profile *profile, const char *tag,
    smtp_mail_fn *each, void *arg, struct why *why) TSK_MUST_USE;
/* smtp_address_ok(text): one plain address. */
bool smtp_address_ok(const char *text);

#endif

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
/* smtp_fetch(profile, tag, out, why): the first mail of the IMAP folder that
 * holds ${tag}, appended; TSK_EMPTY: none; TSK_LATER. */
int smtp_fetch(const struct fax_profile *profile, const char *tag,
    struct buf *out, struct why *why) TSK_MUST_USE;
/* smtp_address_ok(text): one plain address. */
bool smtp_address_ok(const char *text);

#endif

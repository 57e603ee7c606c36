/* NAME
 *	mail - what a result mail says, as text
 * DESCRIPTION
 *	Reads a mail of anybody (RFC 5322, MIME): its sender, and everything a
 *	person would read of it as one UTF-8 text: subject, text parts, the
 *	headers of a mail it brings back.  Base64 and quoted-printable are
 *	decoded, charsets converted (a broken character becomes "?").  Images and
 *	other parts are passed over.  Depth, parts and sizes are limited, all of
 *	it is only looked at.
 */
#ifndef TASUKI_FAX_MAIL_H
#define TASUKI_FAX_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

#define MAIL_MAX      (32u << 20) /* a result may bring the FAX back */
#define MAIL_TEXT_MAX (256u << 10)
#define MAIL_FROM_MAX 256

struct mail {
	char from[MAIL_FROM_MAX]; /* address only, lower case; "" = none */
	struct buf text;
	bool bounced; /* a delivery report: it did not get there */
	bool delayed; /* ... it is not there yet */
};

/* mail_read(p, n, mail): never fails; release with mail_fini(). */
void mail_read(const char *p, size_t n, struct mail *mail);
void mail_fini(struct mail *mail);

/* mail_from(mail, list): its sender is one of the addresses or "@domain"s that
 * stand in ${list}, separated by spaces. */
bool mail_from(const struct mail *mail, const char *list);

#endif

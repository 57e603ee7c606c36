/* NAME
 *	mail - the e-mail that carries a paper
 * DESCRIPTION
 *	Composes a message: headers in encoded words, a text and one PDF.  No
 *	value can add a header: addresses are checked by mail_address_ok(), all
 *	other text goes as base64.  Pure: the same input gives the same bytes.
 */
#ifndef TASUKI_PDF_MAIL_H
#define TASUKI_PDF_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

#define MAIL_ADDRESS_MAX 254u

struct mail {
	const char *from, *from_name; /* name may be "" */
	const char *to;
	const char *subject, *text;
	const char *message_id; /* without the angle brackets */
	int64_t at_ms;          /* wall */
	const char *file_name;
	const void *file;
	size_t file_bytes;
};

/* mail_address_ok(address): one plain user@host: no display name, quotes,
 * spaces or anything that could end a header or become an option. */
bool mail_address_ok(const char *address);
/* mail_compose(mail, out): append the message with CRLF line ends.  TSK_INVALID
 * for an address that is not ok, TSK_TOOBIG over the limit of ${out}. */
int mail_compose(const struct mail *mail, struct buf *out) TSK_MUST_USE;

#endif

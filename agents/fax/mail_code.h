/* NAME
 *	mail_code - the codings of mail: base64, quoted-printable, charsets
 * DESCRIPTION
 *	The one door to iconv of this agent.  Broken input gives what can be read
 *	of it.
 */
#ifndef TASUKI_FAX_MAIL_CODE_H
#define TASUKI_FAX_MAIL_CODE_H

#include <stddef.h>

#include "buf.h"

enum mail_coding { MAIL_PLAIN, MAIL_BASE64, MAIL_QUOTED };

/* mail_coding(value): of a Content-Transfer-Encoding. */
enum mail_coding mail_coding(const char *value);
/* mail_decode(p, n, coding, charset, out): append as UTF-8. */
void mail_decode(const char *p, size_t n, enum mail_coding coding,
    const char *charset, struct buf *out);
/* mail_words(value, out): a header with its =?charset?B?...?= words decoded. */
void mail_words(const char *value, struct buf *out);

#endif

/* NAME
 *	ftp_line - a conversation in commands and numbered replies
 * DESCRIPTION
 *	What the client protocol of HylaFAX shares with FTP: a command a line,
 *	replies "200 text" or "200-text" and more, a second connection for
 *	bytes.  Everything has an end: connects, reads and writes by time, lines
 *	and listings by size.
 */
#ifndef TASUKI_FAX_FTP_LINE_H
#define TASUKI_FAX_FTP_LINE_H

#include <stdint.h>

#include "buf.h"
#include "err.h"

#define FTP_LINE_MAX 1024
#define FTP_LIST_MAX (4u << 20)

struct ftp_line;

/* ftp_open(host, port, timeout_ms, out, why): connected, greeting heard. */
int ftp_open(const char *host, unsigned port, int64_t timeout_ms,
    struct ftp_line **out, struct why *why) TSK_MUST_USE;
void ftp_close(struct ftp_line **line);

/* ftp_say(line, why, format...): one command; the number of the reply, its text
 * in ftp_text(); TSK_CLOSED if the line broke (it may have been heard). */
int ftp_say(struct ftp_line *line, struct why *why, const char *format, ...)
    __attribute__((format(printf, 3, 4))) TSK_MUST_USE;
/* text of the last line of the last reply, without the number; until the next
 * command */
const char *ftp_text(const struct ftp_line *line);

/* ftp_put(line, command, p, n, why): store bytes: the reply that names the file
 * is kept for ftp_stored(). */
int ftp_put(struct ftp_line *line, const char *command, const void *p, size_t n,
    struct why *why) TSK_MUST_USE;
const char *ftp_stored(const struct ftp_line *line);
/* ftp_get(line, command, out, why): bytes of a listing, appended. */
int ftp_get(struct ftp_line *line, const char *command, struct buf *out,
    struct why *why) TSK_MUST_USE;

#endif

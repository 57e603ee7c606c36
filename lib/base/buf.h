/* NAME
 *	buf - growable bytes with a stated maximum
 * DESCRIPTION
 *	data is always NUL-terminated one byte past len, so a text buffer can be
 *	read as a C string.  Going over max sets the sticky flag full and adds
 *	nothing; look once at the end with buf_ok().
 */
#ifndef TASUKI_BUF_H
#define TASUKI_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap, max;
	bool full;
};

void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b);  /* frees; b is empty and usable again */
void buf_clear(struct buf *b); /* keeps the memory */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_text(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline bool
buf_ok(const struct buf *b)
{
	return !b->full;
}

#endif

/* NAME
 *	buf - growable bytes with a stated maximum
 * SUMMARY
 *	see buf.h
 * BUGS
 *	buf_add(b, b->data, n) is not allowed: growing may move the bytes.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "buf.h"

/* What an empty buffer points at: readable as "", never written (cap is 0). */
static const char nothing[1] = "";

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.data = (char *)nothing, .max = max};
}

void
buf_fini(struct buf *b)
{
	if (b->cap > 0)
		free(b->data);
	buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->cap > 0)
		b->data[0] = '\0';
}

/* Room for n more bytes and the NUL; false and full if max forbids it. */
static bool
reserve(struct buf *b, size_t n)
{
	if (b->full || n > b->max - b->len) {
		b->full = true;
		return false;
	}
	size_t need = b->len + n + 1;
	if (need <= b->cap)
		return true;
	size_t cap = b->cap < 64 ? 64 : b->cap;
	while (cap < need)
		cap = cap > b->max / 2 ? b->max + 1 : cap * 2;
	b->data = mem_resize(b->cap > 0 ? b->data : NULL, cap);
	b->cap = cap;
	b->data[b->len] = '\0';
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		panic("bad format \"%s\"", format);
	if (n == 0 || !reserve(b, (size_t)n))
		return;
	va_start(args, format);
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
	va_end(args);
	b->len += (size_t)n;
}

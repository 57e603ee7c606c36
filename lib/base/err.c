/* NAME
 *	err - result codes and reasons
 * SUMMARY
 *	see err.h
 * DIAGNOSTICS
 *	panic and a failed allocation write one line to stderr and abort, so
 *	that a core dump shows where.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "utf8.h"

#include "err.h"

static const char *const texts[] = {
    [-TSK_OK] = "ok",
    [-TSK_EMPTY] = "nothing there",
    [-TSK_NOTFOUND] = "not found",
    [-TSK_EXIST] = "already there",
    [-TSK_INVALID] = "breaks a rule",
    [-TSK_TOOBIG] = "over a limit",
    [-TSK_DENIED] = "no right to do that",
    [-TSK_SYSTEM] = "a system call failed",
    [-TSK_FULL] = "no space left",
    [-TSK_DAMAGED] = "stored bytes are damaged",
    [-TSK_LATER] = "not now, try again later",
    [-TSK_VERSION] = "made by another version",
    [-TSK_BROKEN] = "the store must not be used any more",
    [-TSK_CLOSED] = "the other side is gone",
};

const char *
err_text(int code)
{
	int count = (int)(sizeof(texts) / sizeof(texts[0]));

	/* -count before negating: INT_MIN has no positive counterpart */
	if (code > 0 || code <= -count)
		return "unknown error";
	return texts[-code];
}

void
why_set(struct why *why, enum why_class class, const char *code,
    const char *format, ...)
{
	va_list args;

	if (why == NULL)
		return;
	why->class = class;
	(void)snprintf(why->code, sizeof(why->code), "%s", code);
	va_start(args, format);
	int n = vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	if (n >= (int)sizeof(why->text)) {
		size_t end = utf8_cut(why->text, sizeof(why->text) - 1);
		why->text[end] = '\0';
	}
}

void
why_system(struct why *why, enum why_class class, const char *what)
{
	int error = errno;
	char text[128];

	/* the GNU strerror_r may or may not use the buffer */
	const char *said = strerror_r(error, text, sizeof(text));
	why_set(why, class, "system", "%s: %s", what, said);
	errno = error;
}

void
panic_at(const char *file, int line, const char *format, ...)
{
	char text[512];
	va_list args;

	int n = snprintf(text, sizeof(text), "panic: %s:%d: ", file, line);
	size_t used = n < 0 ? 0 : (size_t)n;
	if (used < sizeof(text)) {
		va_start(args, format);
		(void)vsnprintf(text + used, sizeof(text) - used, format, args);
		va_end(args);
	}
	size_t end = strlen(text);
	if (end == sizeof(text) - 1)
		end--;
	text[end++] = '\n';
	ssize_t written = write(STDERR_FILENO, text, end);
	(void)written;
	abort();
}

void *
mem_new(size_t bytes)
{
	void *p = calloc(1, bytes == 0 ? 1 : bytes);

	if (p == NULL)
		panic("no memory for %zu bytes", bytes);
	return p;
}

void *
mem_resize(void *p, size_t bytes)
{
	void *q = realloc(p, bytes == 0 ? 1 : bytes);

	if (q == NULL)
		panic("no memory for %zu bytes", bytes);
	return q;
}

char *
mem_text(const char *s)
{
	return mem_dup(s, strlen(s) + 1);
}

void *
mem_dup(const void *p, size_t bytes)
{
	void *q = mem_new(bytes);

	if (bytes > 0)
		memcpy(q, p, bytes);
	return q;
}

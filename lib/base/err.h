/* NAME
 *	err - result codes and reasons
 * SUMMARY
 *	0 or a negative TSK_* from one table; what a person or the scheduler
 *	will act on also fills a struct why.
 */
#ifndef TASUKI_ERR_H
#define TASUKI_ERR_H

#include <stdbool.h>
#include <stddef.h>

#define TSK_MUST_USE __attribute__((warn_unused_result))

enum tsk {
	TSK_OK = 0,
	TSK_EMPTY = -1,    /* nothing there (yet) */
	TSK_NOTFOUND = -2, /* no such thing */
	TSK_EXIST = -3,    /* it is already there */
	TSK_INVALID = -4,  /* the input breaks a rule */
	TSK_TOOBIG = -5,   /* over a stated limit */
	TSK_DENIED = -6,   /* no right to do that */
	TSK_SYSTEM = -7,   /* a system call failed: errno was meaningful */
	TSK_FULL = -8,     /* no space: later may work */
	TSK_DAMAGED = -9,  /* stored bytes do not match their tag */
	TSK_LATER = -10,   /* not now; try again */
	TSK_VERSION = -11, /* made by another version */
	TSK_BROKEN = -12,  /* the store must not be used any more */
	TSK_CLOSED = -13,  /* the other side is gone */
};

/* err_text(code): the English text of a TSK_* code; never NULL, static. */
const char *err_text(int code);

/* Only later-or-never decides a retry; the code is stable, the text is for
 * people (English, one complete sentence, no personal data). */
enum why_class { WHY_NONE, WHY_LATER, WHY_NEVER, WHY_BUG };

struct why {
	enum why_class class;
	char code[32];
	char text[384];
};

/* why_set(why, class, code, format, ...): fill *why; why may be NULL.
 * Long text is cut at a UTF-8 character. */
void why_set(struct why *why, enum why_class class, const char *code,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* why_system(why, class, what): fill *why from errno: "what: strerror". */
void why_system(struct why *why, enum why_class class, const char *what);

/* panic: a broken invariant of ours.  Writes file, line and the text to stderr
 * and aborts. */
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)
void panic_at(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* Memory never runs out quietly: these end the process (all accepted work is
 * on disk).  Free with free(). */
void *mem_new(size_t bytes)
    __attribute__((malloc, returns_nonnull)); /* zeroed */
void *mem_resize(void *p, size_t bytes) __attribute__((returns_nonnull));
char *mem_text(const char *s)
    __attribute__((malloc, returns_nonnull)); /* strdup */
void *mem_dup(const void *p, size_t bytes)
    __attribute__((malloc, returns_nonnull));

#endif

/* NAME
 *	record - what an agent keeps of one leg, as a small text
 * DESCRIPTION
 *	    tasuki-fax-job 1		the form, and its version
 *	    key ID-LEG			leg_key()
 *	    state WORD
 *	    NAME VALUE			a line a row of the form's table
 *	    ...				lines of the owner's own
 *	    tag 0123456789abcdef	a checksum over all before it
 *
 *	A value is one line, whatever it was.  Lines nobody knows are passed
 *	over, so that an older program reads what a newer one wrote; a state
 *	nobody knows is TSK_VERSION: what to do about it cannot be guessed.
 * DIAGNOSTICS
 *	TSK_DAMAGED: not what was written.  TSK_VERSION: a newer program's.
 */
#ifndef TASUKI_RECORD_H
#define TASUKI_RECORD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

enum record_kind {
	RECORD_TEXT,   /* char[bytes] */
	RECORD_COUNT,  /* unsigned */
	RECORD_MOMENT, /* int64_t */
	RECORD_FLAG,   /* bool */
};

struct record_row {
	const char *name;
	enum record_kind kind;
	size_t offset, bytes;
};

#define RECORD_ROW(type, name, kind, field)                                   \
	{                                                                     \
		name, kind, offsetof(type, field), sizeof(((type *)0)->field) \
	}

/* The words of an enum that begins at 1: names[0] is not used. */
struct record_words {
	const char *const *names;
	size_t count;
};

#define RECORD_WORDS(names)                               \
	{                                                 \
		names, sizeof(names) / sizeof((names)[0]) \
	}

/* record_word(words, value): "?" for a number that is none; static.
 * record_word_parse(words, name): the number, or -1. */
const char *record_word(const struct record_words *words, unsigned value);
int record_word_parse(const struct record_words *words, const char *name);

struct record_form {
	const char *version; /* the first line */
	uint64_t seed;       /* of the tag: one form is never read as another */
	struct record_words states;
	const struct record_row *rows;
	size_t count;
	/* where a record holds its struct id, unsigned leg and enum state */
	size_t id, leg, state;
};

/* record_begin(out, form, record): all that the form knows; lines of the
 * owner's own may follow.  record_end(out, form): the tag. */
void record_begin(
    struct buf *out, const struct record_form *form, const void *record);
void record_end(struct buf *out, const struct record_form *form);
/* record_text(out, text): a value. */
void record_text(struct buf *out, const char *text);

/* A line that none of the form's rows takes: 0, also if it is nobody's, or
 * TSK_*, which ends the reading. */
typedef int record_line_fn(void *record, const char *name, char *value);
/* record_read(form, text, n, line, record): 0, TSK_DAMAGED, TSK_VERSION or what
 * line said; ${record} is the caller's, zeroed, and of no use unless 0.
 * ${line} may be NULL. */
int record_read(const struct record_form *form, const char *text, size_t n,
    record_line_fn *line, void *record) TSK_MUST_USE;

/* record_print(out, bytes, format, args): a sentence into a field, cut between
 * two characters if it must be. */
void record_print(char *out, size_t bytes, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

#endif

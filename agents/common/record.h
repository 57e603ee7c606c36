/* NAME
 *	record - a struct as a small text with a checksum over it
 * DESCRIPTION
 *	One "name value" a line, as a table of rows says, and a last line "tag".
 *	Lines nobody knows are passed over, so that an older program reads what
 *	a newer one wrote.
 */
#ifndef TASUKI_RECORD_H
#define TASUKI_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

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

/* record_text(out, text): a value is one line, whatever it was. */
void record_text(struct buf *out, const char *text);
void record_write(struct buf *out, const struct record_row *rows, size_t count,
    const void *record);
/* record_take(rows, count, name, value, record): a line that was read. */
void record_take(const struct record_row *rows, size_t count, const char *name,
    const char *value, void *record);
/* record_seal(out, seed): the last line. */
void record_seal(struct buf *out, uint64_t seed);
/* record_unseal(text, n, seed): a copy without the last line, malloced, or NULL
 * if there is none or it does not match. */
char *record_unseal(const char *text, size_t n, uint64_t seed);

#endif

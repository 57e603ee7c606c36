/* NAME
 *	replace - what stands for a character that MS932 does not have
 * DESCRIPTION
 *	Only what replacements.tsv lists is replaced: the same sign with another
 *	code, the usual form of a kanji, a letter without its mark.  What is not
 *	there is never guessed.
 */
#ifndef TASUKI_REPLACE_H
#define TASUKI_REPLACE_H

#include <stddef.h>

#include "buf.h"
#include "standard.h"

/**
 * replace_find(standard, text, n, used):
 * What to write for the UTF-8 character at ${text} (n >= 1 bytes), or for it
 * and the one behind it (a kana and its mark); *${used} bytes are replaced.
 * NULL if the table has no row.  "" means: leave it out.
 */
const char *replace_find(
    const struct standard *standard, const char *text, size_t n, size_t *used);

/* What replace_encode() tells of each character that is not as it was:
 * ${from} as UTF-8 text, or "U+XXXX" for what cannot be seen; ${to} NULL if
 * nothing stands for it. */
typedef void replace_fn(const char *from, const char *to, void *arg);
/**
 * replace_encode(standard, text, n, out, fn, arg):
 * Append UTF-8 ${text} as MS932.  Characters without a row, and bytes that are
 * no UTF-8, become GETA MARK (81AC) and are told with ${to} NULL.  How many
 * those are.
 */
size_t replace_encode(const struct standard *standard, const char *text,
    size_t n, struct buf *out, replace_fn *fn, void *arg);

#endif

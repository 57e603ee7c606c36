/* NAME
 *	utf8 - read UTF-8 one character at a time
 * DESCRIPTION
 *	Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef TASUKI_UTF8_H
#define TASUKI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* utf8_next(s, n, used): the character at s, of which n bytes may be read
 * (n >= 1), and its length in *used; -1 and *used = 1 if the bytes are none. */
int32_t utf8_next(const char *s, size_t n, size_t *used);
bool utf8_valid(const char *s, size_t n);
/* utf8_cut(s, n): the largest length <= n at which s[0..n) may be cut without
 * splitting a character. */
size_t utf8_cut(const char *s, size_t n);
/* utf8_hidden(c): controls, bidi controls, zero-width and line-breaking
 * characters: what makes a text look like another one. */
bool utf8_hidden(int32_t c);

#endif

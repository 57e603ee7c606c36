/* NAME
 *	charset - MS932 (CP932) text, strictly
 * SUMMARY
 *	The one door to iconv.  Everything iconv knows of CP932 is asked once
 *	and kept in tables, so that checking costs a lookup a character.
 * DESCRIPTION
 *	Of the byte pairs that iconv takes, user-defined characters (gaiji, F040
 *	to F9FC) are told apart: the standard forbids them.  Single bytes 80, A0,
 *	FD-FF are not characters.  Second bytes are 40-7E and 80-FC, so a quote
 *	(22), a comma (2C) and a line end are never half of a character, while
 *	5C and 7C often are.
 *
 *	Some characters have two codes; decoding and encoding again need not give
 *	the same bytes.  So bytes are forwarded as they came and converted for
 *	display only.
 */
#ifndef TASUKI_CHARSET_H
#define TASUKI_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

struct charset;

/* charset_new(out, why): build the tables; TSK_NOTFOUND if this system's iconv
 * has no CP932.  Immutable: share between threads. */
int charset_new(struct charset **out, struct why *why) TSK_MUST_USE;
void charset_free(struct charset **charset);

enum charset_fault {
	CHARSET_GOOD,
	CHARSET_GAIJI,     /* a user-defined character */
	CHARSET_UNDEFINED, /* a byte or pair without a character */
	CHARSET_HALF,      /* a lead byte without its second byte */
};

/* charset_ascii(p, n): only 00-7F (fast). */
bool charset_ascii(const char *p, size_t n);
/* charset_check(charset, p, n, at): the first fault and its offset in *at;
 * CHARSET_GOOD if every character is of MS932. */
enum charset_fault charset_check(
    const struct charset *charset, const char *p, size_t n, size_t *at);
/* charset_next(charset, p, n, code): length in bytes (1, 2) of the first
 * character and its Unicode value; U+FFFD and 1 for what is none.  n > 0. */
size_t charset_next(
    const struct charset *charset, const char *p, size_t n, uint32_t *code);
/* charset_has(charset, code): MS932 has this character (not a gaiji). */
bool charset_has(const struct charset *charset, uint32_t code);
/* charset_to_utf8(charset, p, n, out): append for display; what has no
 * character becomes U+FFFD. */
void charset_to_utf8(
    const struct charset *charset, const char *p, size_t n, struct buf *out);
/* charset_from_utf16(p, n, out): append as UTF-8, in the byte order that its mark
 * or first character tells.  A half of a pair without the other one, and a byte
 * too much, stay a mark of damage, U+FFFD, which MS932 does not have. */
void charset_from_utf16(const void *p, size_t n, struct buf *out);
/* charset_from_utf8(charset, text, n, out): append as MS932.  TSK_INVALID, with
 * *at (may be NULL) the offset of the first character that MS932 does not have;
 * what came before it is then in ${out}. */
int charset_from_utf8(const struct charset *charset, const char *text, size_t n,
    struct buf *out, size_t *at) TSK_MUST_USE;

enum charset_kind {
	CHARSET_MS932, /* or plain ASCII, or cannot be told */
	CHARSET_UTF8,
	CHARSET_UTF8_BOM,
	CHARSET_UTF16,
};
/* charset_guess(p, n): what the beginning of a file is written in.  The end of
 * the sample may cut a character. */
enum charset_kind charset_guess(const char *p, size_t n);
/* charset_is_utf8(p, n): the whole of it is well formed UTF-8. */
bool charset_is_utf8(const char *p, size_t n);

#endif

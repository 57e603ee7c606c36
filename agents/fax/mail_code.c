/* NAME
 *	mail_code - the codings of mail: base64, quoted-printable, charsets
 * SUMMARY
 *	see mail_code.h
 */
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "mail_code.h"

#define DECODED_MAX (1u << 20)

enum mail_coding
mail_coding(const char *value)
{
	if (strncasecmp(value, "base64", 6) == 0)
		return MAIL_BASE64;
	if (strncasecmp(value, "quoted-printable", 16) == 0)
		return MAIL_QUOTED;
	return MAIL_PLAIN;
}

/* ---- bytes ---- */

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void
from_base64(const char *p, size_t n, struct buf *out)
{
	unsigned bits = 0, count = 0;

	for (size_t i = 0; i < n && p[i] != '='; i++) {
		int six = sextet(p[i]);
		if (six < 0)
			continue;
		bits = bits << 6 | (unsigned)six;
		if (++count % 4 != 1) /* 8 bits of 12, 18, 24 */
			buf_char(out,
			    (char)(bits >> (2 * (3 - (count - 1) % 4)) & 0xff));
	}
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
from_quoted(const char *p, size_t n, bool header, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (header && p[i] == '_') {
			buf_char(out, ' ');
			continue;
		}
		if (p[i] != '=') {
			buf_char(out, p[i]);
			continue;
		}
		int high = i + 2 < n ? hex(p[i + 1]) : -1;
		int low = i + 2 < n ? hex(p[i + 2]) : -1;
		if (high >= 0 && low >= 0) {
			buf_char(out, (char)(high * 16 + low));
			i += 2;
		} else { /* a soft line end, or rubbish */
			while (
			    i + 1 < n && (p[i + 1] == '\r' || p[i + 1] == ' '))
				i++;
			if (i + 1 < n && p[i + 1] == '\n')
				i++;
		}
	}
}

/* ---- characters ---- */

static void
convert(iconv_t cd, char *p, size_t n, struct buf *out)
{
	char piece[1024];

	while (n > 0) {
		char *to = piece;
		size_t room = sizeof(piece);
		size_t rc = iconv(cd, &p, &n, &to, &room);
		size_t got = sizeof(piece) - room;
		/* only here: UTF-7 writes a NUL in letters, UTF-16 letters with
		 * NULs */
		for (size_t i = 0; i < got; i++) {
			if (piece[i] == '\0')
				piece[i] = ' ';
		}
		buf_add(out, piece, got);
		if (rc != (size_t)-1 || errno == E2BIG)
			continue;
		if (n > 0) {
			p++;
			n--;
			buf_char(out, '?');
		}
	}
}

static void
to_utf8(char *p, size_t n, const char *charset, struct buf *out)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_";
	iconv_t cd = (iconv_t)-1;

	if (charset[0] != '\0' && charset[strspn(charset, plain)] == '\0')
		cd = iconv_open("UTF-8", charset);
	if (cd == (iconv_t)-1) /* as it is: ASCII at least can be read */
		cd = iconv_open("UTF-8", "UTF-8");
	if (cd == (iconv_t)-1)
		return;
	convert(cd, p, n, out);
	iconv_close(cd);
}

void
mail_decode(const char *p, size_t n, enum mail_coding coding,
    const char *charset, struct buf *out)
{
	struct buf bytes;

	buf_init(&bytes, DECODED_MAX);
	if (n > DECODED_MAX)
		n = DECODED_MAX; /* no result is told that late in a mail */
	if (coding == MAIL_BASE64)
		from_base64(p, n, &bytes);
	else if (coding == MAIL_QUOTED)
		from_quoted(p, n, false, &bytes);
	else
		buf_add(&bytes, p, n);
	if (bytes.len > 0)
		to_utf8(bytes.data, bytes.len, charset, out);
	buf_fini(&bytes);
}

/* =?charset?B?text?= at p: its length, 0 if there is none. */
static size_t
take_word(const char *p, struct buf *out)
{
	char charset[32];
	struct buf bytes;
	size_t name = strcspn(p + 2, "?*"), skip;

	skip = 2 + strcspn(p + 2, "?");
	if (p[skip] != '?' || p[skip + 1] == '\0' || p[skip + 2] != '?' ||
	    name >= sizeof(charset))
		return 0;
	const char *text = p + skip + 3;
	const char *end = strstr(text, "?=");
	if (end == NULL)
		return 0;
	memcpy(charset, p + 2, name);
	charset[name] = '\0';
	buf_init(&bytes, DECODED_MAX);
	if ((p[skip + 1] | 0x20) == 'b')
		from_base64(text, (size_t)(end - text), &bytes);
	else
		from_quoted(text, (size_t)(end - text), true, &bytes);
	if (bytes.len > 0)
		to_utf8(bytes.data, bytes.len, charset, out);
	buf_fini(&bytes);
	return (size_t)(end + 2 - p);
}

void
mail_words(const char *value, struct buf *out)
{
	while (*value != '\0') {
		size_t n = value[0] == '=' && value[1] == '?'
			       ? take_word(value, out)
			       : 0;
		if (n > 0) { /* space between two words is none */
			value += n;
			size_t space = strspn(value, " \t");
			if (strncmp(value + space, "=?", 2) == 0)
				value += space;
			continue;
		}
		buf_char(out, *value++);
	}
}

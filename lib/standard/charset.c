/* NAME
 *	charset - MS932 (CP932) text, strictly
 * SUMMARY
 *	See charset.h.
 * DESCRIPTION
 *	iconv is asked for each of the 60 x 188 pairs and 256 bytes once, a few
 *	milliseconds at start.  The way back (Unicode to MS932) is asked of iconv
 *	too, because for characters with two codes it has a preferred one that
 *	differs from the first one found (U+9AD9 is FBFC, not EEE0).
 * DIAGNOSTICS
 *	TSK_NOTFOUND if iconv lacks CP932.
 */
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"

#define SECONDS 0xBD /* 0x40..0xFC */

struct charset {
	uint16_t single[256];        /* 0: none (except 00 itself) */
	uint16_t pair[128][SECONDS]; /* by lead & 7F; 0: none */
	uint16_t back[0x10000];      /* Unicode -> MS932; 0: none */
};

static bool
is_lead(unsigned char c)
{
	return (c >= 0x81 && c <= 0x9F) || (c >= 0xE0 && c <= 0xFC);
}

static bool
is_second(unsigned char c)
{
	return c >= 0x40 && c <= 0xFC && c != 0x7F;
}

/* One conversion of at most 4 bytes; the number of bytes out, 0 if none. */
static size_t
convert(
    iconv_t cd, const char *in, size_t in_bytes, char *out, size_t out_bytes)
{
	char from[4], *from_p = from;
	size_t left = out_bytes;

	memcpy(from, in, in_bytes);
	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from_p, &in_bytes, &out, &left) == (size_t)-1)
		return 0;
	return out_bytes - left;
}

static uint16_t
ask_unicode(iconv_t to_ucs, const char *in, size_t n)
{
	unsigned char out[4];

	if (convert(to_ucs, in, n, (char *)out, sizeof out) != 2)
		return 0;
	return (uint16_t)(out[0] << 8 | out[1]);
}

static void
ask_back(struct charset *charset, iconv_t from_ucs, uint16_t code)
{
	char in[2] = {(char)(code >> 8), (char)(code & 0xFF)};
	unsigned char out[4];
	size_t n;

	if (code == 0 || charset->back[code] != 0)
		return;
	n = convert(from_ucs, in, 2, (char *)out, sizeof out);
	if (n == 1)
		charset->back[code] = out[0];
	else if (n == 2)
		charset->back[code] = (uint16_t)(out[0] << 8 | out[1]);
}

static void
fill_single(struct charset *charset, iconv_t to_ucs, iconv_t from_ucs)
{
	for (unsigned c = 0; c < 256; c++) {
		char in = (char)c;

		if (c >= 0x80 && (c < 0xA1 || c > 0xDF))
			continue;
		/* 5C and 7E are shown as themselves */
		charset->single[c] =
		    c < 0x80 ? (uint16_t)c : ask_unicode(to_ucs, &in, 1);
		if (c >= 0x80)
			ask_back(charset, from_ucs, charset->single[c]);
		else
			charset->back[c] = (uint16_t)c;
	}
}

static void
fill_pairs(struct charset *charset, iconv_t to_ucs, iconv_t from_ucs)
{
	for (unsigned lead = 0x81; lead <= 0xFC; lead++) {
		if (!is_lead((unsigned char)lead))
			continue;
		for (unsigned second = 0x40; second <= 0xFC; second++) {
			char in[2] = {(char)lead, (char)second};
			uint16_t code;

			if (!is_second((unsigned char)second))
				continue;
			code = ask_unicode(to_ucs, in, 2);
			charset->pair[lead & 0x7F][second - 0x40] = code;
			if (lead < 0xF0 || lead > 0xF9)
				ask_back(charset, from_ucs, code);
		}
	}
}

int
charset_new(struct charset **out, struct why *why)
{
	iconv_t to_ucs = iconv_open("UTF-16BE", "CP932");
	iconv_t from_ucs = iconv_open("CP932", "UTF-16BE");
	int rc = 0;

	*out = NULL;
	if (to_ucs == (iconv_t)-1 || from_ucs == (iconv_t)-1) {
		why_set(why, WHY_NEVER, "charset",
		    "iconv on this system does not know CP932.");
		rc = TSK_NOTFOUND;
	} else {
		*out = mem_new(sizeof **out);
		fill_single(*out, to_ucs, from_ucs);
		fill_pairs(*out, to_ucs, from_ucs);
	}
	if (to_ucs != (iconv_t)-1)
		iconv_close(to_ucs);
	if (from_ucs != (iconv_t)-1)
		iconv_close(from_ucs);
	return rc;
}

void
charset_free(struct charset **charset)
{
	free(*charset);
	*charset = NULL;
}

bool
charset_ascii(const char *p, size_t n)
{
	uint64_t bits = 0, word;

	for (; n >= sizeof word; n -= sizeof word, p += sizeof word) {
		memcpy(&word, p, sizeof word);
		bits |= word;
	}
	for (; n > 0; n--, p++)
		bits |= (unsigned char)*p;
	return (bits & UINT64_C(0x8080808080808080)) == 0;
}

enum charset_fault
charset_check(
    const struct charset *charset, const char *p, size_t n, size_t *at)
{
	const unsigned char *u = (const unsigned char *)p;

	for (size_t i = 0; i < n; i++) {
		*at = i;
		if (u[i] < 0x80)
			continue;
		if (!is_lead(u[i])) {
			if (charset->single[u[i]] == 0)
				return CHARSET_UNDEFINED;
			continue;
		}
		if (i + 1 >= n || !is_second(u[i + 1]))
			return CHARSET_HALF;
		if (u[i] >= 0xF0 && u[i] <= 0xF9)
			return CHARSET_GAIJI;
		if (charset->pair[u[i] & 0x7F][u[i + 1] - 0x40] == 0)
			return CHARSET_UNDEFINED;
		i++;
	}
	return CHARSET_GOOD;
}

size_t
charset_next(
    const struct charset *charset, const char *p, size_t n, uint32_t *code)
{
	const unsigned char *u = (const unsigned char *)p;

	*code = charset->single[u[0]];
	if (u[0] < 0x80)
		return 1;
	if (is_lead(u[0]) && n > 1 && is_second(u[1])) {
		*code = charset->pair[u[0] & 0x7F][u[1] - 0x40];
		if (*code == 0)
			*code = 0xFFFD;
		return 2;
	}
	if (*code == 0)
		*code = 0xFFFD;
	return 1;
}

bool
charset_has(const struct charset *charset, uint32_t code)
{
	return code > 0 && code <= 0xFFFF && charset->back[code] != 0;
}

static void
put_code(uint32_t c, struct buf *out)
{
	char text[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (size_t i = n - 1; i > 0; i--) {
		text[i] = (char)(0x80 | (c & 0x3F));
		c >>= 6;
	}
	text[0] = (char)(first[n] | c);
	buf_add(out, text, n);
}

void
charset_to_utf8(
    const struct charset *charset, const char *p, size_t n, struct buf *out)
{
	if (charset_ascii(p, n)) {
		buf_add(out, p, n);
		return;
	}
	for (size_t i = 0; i < n;) {
		uint32_t code;

		i += charset_next(charset, p + i, n - i, &code);
		put_code(code, out);
	}
}

void
charset_from_utf16(const void *p, size_t n, struct buf *out)
{
	const unsigned char *u = p;
	bool marked = n >= 2 && ((u[0] == 0xFF && u[1] == 0xFE) ||
				    (u[0] == 0xFE && u[1] == 0xFF));
	bool big = marked ? u[0] == 0xFE : n > 0 && u[0] == 0;
	uint32_t high = 0; /* a first half that waits for its second */

	for (size_t i = marked ? 2 : 0; i + 1 < n; i += 2) {
		uint32_t c = (uint32_t)u[i + !big] << 8 | u[i + big];
		bool second = c >= 0xDC00 && c <= 0xDFFF;

		if (high != 0 && second) {
			put_code(0x10000 + ((high & 0x3FF) << 10 | (c & 0x3FF)),
			    out);
			high = 0;
			continue;
		}
		if (high != 0)
			put_code(0xFFFD, out);
		high = c >= 0xD800 && c <= 0xDBFF ? c : 0;
		if (high == 0)
			put_code(second ? 0xFFFD : c, out);
	}
	if (high != 0 || n % 2 != 0)
		put_code(0xFFFD, out);
}

/* Length and value of the first UTF-8 character; 0 if it is not well formed,
 * *cut if only because the bytes end. */
static size_t
get_utf8(const unsigned char *p, size_t n, uint32_t *code, bool *cut)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length;

	*cut = false;
	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	length = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	*code = p[0] & (0x7Fu >> length);
	for (size_t i = 1; i < length; i++) {
		if (i >= n) {
			*cut = true;
			return 0;
		}
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3F);
	}
	if (*code < least[length] || *code > 0x10FFFF ||
	    (*code >= 0xD800 && *code <= 0xDFFF))
		return 0;
	return length;
}

int
charset_from_utf8(const struct charset *charset, const char *text, size_t n,
    struct buf *out, size_t *at)
{
	const unsigned char *u = (const unsigned char *)text;

	for (size_t i = 0; i < n;) {
		uint32_t code;
		bool cut;
		size_t length = get_utf8(u + i, n - i, &code, &cut);
		uint16_t bytes;

		if (at != NULL)
			*at = i;
		if (length == 0 || code > 0xFFFF)
			return TSK_INVALID;
		bytes = charset->back[code];
		if (bytes == 0 && code != 0)
			return TSK_INVALID;
		if (bytes > 0xFF)
			buf_char(out, (char)(bytes >> 8));
		buf_char(out, (char)(bytes & 0xFF));
		i += length;
	}
	return 0;
}

/* The number of characters of 3 bytes and more, -1 if it is not UTF-8. */
static long
count_wide(const char *p, size_t n, bool may_be_cut)
{
	const unsigned char *u = (const unsigned char *)p;
	long wide = 0;

	for (size_t i = 0; i < n;) {
		uint32_t code;
		bool cut;
		size_t length = get_utf8(u + i, n - i, &code, &cut);

		if (length == 0)
			return cut && may_be_cut ? wide : -1;
		if (length > 2)
			wide++;
		i += length;
	}
	return wide;
}

bool
charset_is_utf8(const char *p, size_t n)
{
	return count_wide(p, n, false) >= 0;
}

/* "2\0000\0002\0": ASCII written in 16 bits without a mark. */
static bool
looks_utf16(const unsigned char *p, size_t n)
{
	size_t even = 0, odd = 0, look = n < 64 ? n & ~(size_t)1 : 64;

	for (size_t i = 0; i < look; i += 2) {
		even += p[i] == 0;
		odd += p[i + 1] == 0;
	}
	return look >= 8 && (even > look / 4 || odd > look / 4) &&
	       (even == 0 || odd == 0);
}

enum charset_kind
charset_guess(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		return CHARSET_UTF8_BOM;
	if (n >= 2 &&
	    ((u[0] == 0xFF && u[1] == 0xFE) || (u[0] == 0xFE && u[1] == 0xFF)))
		return CHARSET_UTF16;
	if (looks_utf16(u, n))
		return CHARSET_UTF16;
	/* Two half-width kana look like one UTF-8 character of 2 bytes, so only
	 * longer ones count; Japanese in UTF-8 always has them. */
	return count_wide(p, n, true) > 0 ? CHARSET_UTF8 : CHARSET_MS932;
}

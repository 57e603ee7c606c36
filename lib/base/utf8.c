/* NAME
 *	utf8 - read UTF-8 one character at a time
 * SUMMARY
 *	see utf8.h
 * DESCRIPTION
 *	The table gives, for each kind of first byte, the length, the bits that
 *	count and the smallest character that may be written so; anything
 *	smaller is an overlong form, a classic way to smuggle a '/' past a
 *	check.
 */
#include "utf8.h"

struct shape {
	unsigned char mask, lead, bits;
	unsigned char length;
	int32_t smallest;
};

static const struct shape shapes[] = {
    {0x80, 0x00, 0x7f, 1, 0},
    {0xe0, 0xc0, 0x1f, 2, 0x80},
    {0xf0, 0xe0, 0x0f, 3, 0x800},
    {0xf8, 0xf0, 0x07, 4, 0x10000},
};

static const struct shape *
shape_of(unsigned char first)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if ((first & shapes[i].mask) == shapes[i].lead)
			return &shapes[i];
	}
	return NULL;
}

int32_t
utf8_next(const char *s, size_t n, size_t *used)
{
	const unsigned char *u = (const unsigned char *)s;
	const struct shape *shape = shape_of(u[0]);

	*used = 1;
	if (shape == NULL || shape->length > n)
		return -1;
	int32_t c = u[0] & shape->bits;
	for (size_t i = 1; i < shape->length; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return -1;
		c = (c << 6) | (u[i] & 0x3f);
	}
	if (c < shape->smallest || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	*used = shape->length;
	return c;
}

bool
utf8_valid(const char *s, size_t n)
{
	size_t used;

	for (size_t i = 0; i < n; i += used) {
		if (utf8_next(s + i, n - i, &used) < 0)
			return false;
	}
	return true;
}

size_t
utf8_cut(const char *s, size_t n)
{
	size_t back = 0;

	/* at most three continuation bytes can belong to a split character */
	while (back < 4 && back < n) {
		back++;
		unsigned char u = (unsigned char)s[n - back];
		if ((u & 0xc0) == 0x80)
			continue;
		const struct shape *shape = shape_of(u);
		return (shape != NULL && shape->length > back) ? n - back : n;
	}
	return n;
}

bool
utf8_hidden(int32_t c)
{
	static const int32_t ranges[][2] = {
	    {0x00, 0x1f},       /* controls */
	    {0x7f, 0x9f},       /* DEL and C1 controls */
	    {0xad, 0xad},       /* soft hyphen */
	    {0x61c, 0x61c},     /* Arabic letter mark */
	    {0x180e, 0x180e},   /* Mongolian vowel separator */
	    {0x200b, 0x200f},   /* zero width, direction marks */
	    {0x2028, 0x202e},   /* line breaks, bidi embeddings */
	    {0x2060, 0x206f},   /* word joiner, bidi isolates */
	    {0xfeff, 0xfeff},   /* byte order mark */
	    {0xfff9, 0xfffb},   /* interlinear annotation */
	    {0xfffe, 0xffff},   /* not characters */
	    {0xe0000, 0xe007f}, /* invisible tags */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	}
	return false;
}

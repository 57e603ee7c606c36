/* NAME
 *	pbtext - protobuf bytes from a line of text, for tests
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "pbtext.h"

#define BYTES_MAX (1024u * 1024)

static const char *items(const char *s, unsigned counter, struct buf *out);

static void
varint(struct buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_char(out, (char)(0x80 | (v & 0x7f)));
	buf_char(out, (char)v);
}

static void
tagged(struct buf *out, unsigned long field, const struct buf *inside)
{
	varint(out, field << 3 | 2);
	varint(out, inside->len);
	buf_add(out, inside->data, inside->len);
}

static const char *
text(const char *s, unsigned counter, struct buf *out)
{
	for (; *s != '\''; s++)
		if (*s == '\0')
			panic("pbtext: text without end");
		else if (*s == '%')
			buf_printf(out, "%u", counter);
		else
			buf_char(out, *s);
	return s + 1;
}

static const char *
filled(const char *s, struct buf *out)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10), byte;

	if (*end != 'x')
		panic("pbtext: no x at %s", s);
	byte = strtoul(end + 1, &end, 16);
	for (; n > 0; n--)
		buf_char(out, (char)byte);
	return end;
}

static const char *
raw(const char *s, struct buf *out)
{
	char pair[3] = "";

	while (s[0] != '\0' && s[0] != ' ' && s[1] != '\0') {
		memcpy(pair, s, 2);
		buf_char(out, (char)strtoul(pair, NULL, 16));
		s += 2;
	}
	return s;
}

static const char *
item(const char *s, unsigned counter, struct buf *out)
{
	struct buf inside;
	const char *start, *end = s;
	char *after;
	unsigned long field;

	if (*s == '!')
		return raw(s + 1, out);
	field = strtoul(s, &after, 10);
	if (after == s)
		panic("pbtext: no field at %s", s);
	start = after + 1;
	if (*after == '=') {
		varint(out, field << 3);
		varint(out, strtoull(start, &after, 10));
		return after;
	}
	if (*after == '*') {
		for (unsigned i = 0; i < field; i++)
			end = items(start + 1, i, out);
		return end + 1;
	}
	buf_init(&inside, BYTES_MAX);
	if (*after == '\'')
		end = text(start, counter, &inside);
	else if (*after == '#')
		end = filled(start, &inside);
	else if (*after == '{')
		end = items(start, counter, &inside) + 1;
	else
		panic("pbtext: what is %s", after);
	tagged(out, field, &inside);
	buf_fini(&inside);
	return end;
}

static const char *
items(const char *s, unsigned counter, struct buf *out)
{
	for (;;) {
		while (*s == ' ')
			s++;
		if (*s == '\0' || *s == '}' || *s == ')')
			return s;
		s = item(s, counter, out);
	}
}

void
pbtext(const char *s, struct buf *out)
{
	if (*items(s, 0, out) != '\0')
		panic("pbtext: something is left of %s", s);
}

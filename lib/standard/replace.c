/* NAME
 *	replace - what stands for a character that MS932 does not have
 * SUMMARY
 *	See replace.h; replacements.tsv is its table.
 * DESCRIPTION
 *	A row is a character ("U+2212"), a range ("U+E0100-U+E01EF") or a
 *	character and the mark behind it ("U+304B U+3099").  The pair is tried
 *	first: both of its halves may be of MS932 while together they are not
 *	what was meant.
 * DIAGNOSTICS
 *	At loading TSK_INVALID with file and line: a row that cannot be read, a
 *	character that MS932 has, a replacement that it does not have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#include "replace.h"
#include "tables.h"

/* -- the table ---------------------------------------------------------- */

/* "U+304B": its value and what follows; NULL if it is none. */
static const char *
parse_code(const char *text, uint32_t *out)
{
	char *end;
	unsigned long value;

	if (strncmp(text, "U+", 2) != 0)
		return NULL;
	value = strtoul(text + 2, &end, 16);
	if (end == text + 2 || value == 0 || value > 0x10FFFF)
		return NULL;
	*out = (uint32_t)value;
	return end;
}

static bool
parse_from(const char *text, struct replacement *row)
{
	*row = (struct replacement){0};
	text = parse_code(text, &row->first);
	row->last = row->first;
	if (text != NULL && *text == '-')
		text = parse_code(text + 1, &row->last);
	else if (text != NULL && *text == ' ')
		text = parse_code(text + 1, &row->second);
	return text != NULL && *text == '\0' && row->first <= row->last;
}

static bool
encodable(const struct standard *standard, uint32_t code)
{
	return code == 0 || charset_has(standard->charset, code);
}

static bool
text_encodable(const struct standard *standard, const char *text)
{
	struct buf out;
	bool good;

	buf_init(&out, 256);
	good = charset_from_utf8(
		   standard->charset, text, strlen(text), &out, NULL) == 0 &&
	       buf_ok(&out);
	buf_fini(&out);
	return good;
}

static int
compare(const void *a, const void *b)
{
	const struct replacement *x = a, *y = b;

	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	if (x->last < y->first)
		return -1;
	return x->first > y->last;
}

static int
load_row(struct loader *loader, const struct table *t, size_t row)
{
	struct standard *s = loader->standard;
	struct replacement *r = &s->replacements[s->replacement_count];
	const char *from = table_text(t, row, "from");

	if (!parse_from(from, r))
		return load_bad(loader, "replacements.tsv", t, row,
		    "%s is not U+XXXX, U+XXXX-U+XXXX or U+XXXX U+XXXX.", from);
	if (encodable(s, r->first) && encodable(s, r->second))
		return load_bad(loader, "replacements.tsv", t, row,
		    "MS932 has %s; nothing may stand for it.", from);
	r->to = table_text(t, row, "to");
	if (!text_encodable(s, r->to))
		return load_bad(loader, "replacements.tsv", t, row,
		    "what stands for %s is not of MS932.", from);
	s->replacement_count++;
	return 0;
}

int
replacements_load(struct loader *loader)
{
	static const char *const columns[] = {"from", "to", NULL};
	struct standard *s = loader->standard;
	struct table *t;
	int rc = load_table(loader, "replacements.tsv", columns, &t);

	if (rc != 0)
		return rc;
	s->replacements =
	    mem_new((table_rows(t) + 1) * sizeof *s->replacements);
	for (size_t i = 0; i < table_rows(t) && rc == 0; i++)
		rc = load_row(loader, t, i);
	qsort(s->replacements, s->replacement_count, sizeof *s->replacements,
	    compare);
	for (size_t i = 1; i < s->replacement_count && rc == 0; i++)
		if (compare(&s->replacements[i - 1], &s->replacements[i]) == 0)
			rc = load_bad(loader, "replacements.tsv", t, 0,
			    "U+%04X is there twice.",
			    (unsigned)s->replacements[i].first);
	return rc;
}

/* -- looking up --------------------------------------------------------- */

static const struct replacement *
find(const struct standard *standard, uint32_t first, uint32_t second)
{
	struct replacement key = {
	    .first = first, .last = first, .second = second};

	return bsearch(&key, standard->replacements,
	    standard->replacement_count, sizeof *standard->replacements,
	    compare);
}

const char *
replace_find(
    const struct standard *standard, const char *text, size_t n, size_t *used)
{
	const struct replacement *row = NULL;
	int32_t first = utf8_next(text, n, used), second;
	size_t more;

	if (first <= 0)
		return NULL;
	if (*used < n) {
		second = utf8_next(text + *used, n - *used, &more);
		if (second > 0x7F)
			row = find(standard, (uint32_t)first, (uint32_t)second);
		if (row != NULL) {
			*used += more;
			return row->to;
		}
	}
	row = find(standard, (uint32_t)first, 0);
	return row != NULL ? row->to : NULL;
}

/* -- encoding ----------------------------------------------------------- */

/* The character as a person can see it. */
static const char *
show(const char *text, size_t n, char out[24])
{
	size_t used;
	int32_t code = utf8_next(text, n, &used);

	if (code < 0)
		snprintf(out, 24, "%02X", (unsigned)(unsigned char)*text);
	else if (utf8_hidden(code) || code == 0xAD || code == 0xA0 ||
		 (code >= 0x2000 && code < 0x2010) ||
		 (code >= 0xFE00 && code < 0xFE10) || code >= 0xE0000)
		snprintf(out, 24, "U+%04X", (unsigned)code);
	else
		snprintf(out, 24, "%.*s", (int)(n < 23 ? n : 23), text);
	return out;
}

size_t
replace_encode(const struct standard *standard, const char *text, size_t n,
    struct buf *out, replace_fn *fn, void *arg)
{
	size_t lost = 0;

	for (size_t i = 0, used; i < n; i += used) {
		const char *to = replace_find(standard, text + i, n - i, &used);
		char from[24];

		if (to == NULL && charset_from_utf8(standard->charset, text + i,
				      used, out, NULL) == 0)
			continue;
		fn(show(text + i, used, from), to, arg);
		if (to != NULL && charset_from_utf8(standard->charset, to,
				      strlen(to), out, NULL) == 0)
			continue;
		buf_add(out, "\x81\xAC", 2);
		lost++;
	}
	return lost;
}

/* NAME
 *	conf_scan - the lines of a settings file
 * SUMMARY
 *	see conf_scan.h
 * DESCRIPTION
 *	Grammar (a subset of ZPL):
 *
 *	    line   = indent [name [blanks ["=" blanks value]]] [comment]
 *	    indent = a multiple of 4 spaces, at most one level deeper than the
 *	             line with a name before it; also in front of a comment
 *	    name   = letters, digits and $ - _ @ . & +
 *	    value  = "text" or 'text' (the quote cannot occur inside), or
 *	             characters up to a '#' or the end of the line
 *
 *	Stricter than zconfig on purpose: '/' in a name (it separates sections
 *	in our paths), control characters, lines over LINE_MAX_BYTES, text that
 *	is not UTF-8, and an unquoted value that begins with '#', in front of
 *	which zconfig reads memory that is not its own.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#include "conf_scan.h"

#define LINE_MAX_BYTES 1000

struct scan {
	const char *path;
	struct conf_lines *lines;
	size_t cap;
	unsigned long number;
	size_t deepest; /* level the next name may have at most */
	struct why *why;
};

/* The rest of a line. */
struct rest {
	const char *at, *end;
};

static int
refuse(const struct scan *s, const char *sentence)
{
	why_set(s->why, WHY_NEVER, "bad-settings", "%s:%lu: %s", s->path,
	    s->number, sentence);
	return TSK_INVALID;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_name(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr("$-_@.&+", c) != NULL;
}

static void
skip_blanks(struct rest *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static bool
at_end(const struct rest *r)
{
	return r->at == r->end || *r->at == '#';
}

static int
check_characters(const struct scan *s, const struct rest *r)
{
	size_t used;

	if (r->end - r->at > LINE_MAX_BYTES)
		return refuse(s, "the line is too long");
	for (const char *p = r->at; p < r->end; p += used) {
		int32_t c = utf8_next(p, (size_t)(r->end - p), &used);
		if (c < 0)
			return refuse(
			    s, "the text is not UTF-8: save the file as UTF-8");
		if (c != '\t' && utf8_hidden(c))
			return refuse(s,
			    "the line holds an invisible or control character: "
			    "delete it");
	}
	return 0;
}

static int
scan_indent(const struct scan *s, struct rest *r, size_t *level)
{
	size_t n = 0;

	for (; r->at < r->end && is_blank(*r->at); r->at++, n++) {
		if (*r->at == '\t')
			return refuse(s,
			    "the line is indented by a tab: use 4 spaces for "
			    "each level");
	}
	if (n % 4 != 0)
		return refuse(s,
		    "the indentation is no multiple of 4 spaces: use 4 spaces "
		    "for each level");
	*level = n / 4;
	return 0;
}

static int
scan_value(const struct scan *s, struct rest *r)
{
	skip_blanks(r);
	if (r->at == r->end)
		return 0;
	if (*r->at == '#')
		return refuse(s,
		    "there is no value before the '#': put quotes around it");
	if (*r->at != '"' && *r->at != '\'')
		return 0;
	const char *close =
	    memchr(r->at + 1, *r->at, (size_t)(r->end - r->at - 1));
	if (close == NULL)
		return refuse(s, "the closing quote is missing");
	r->at = close + 1;
	skip_blanks(r);
	return at_end(r)
		   ? 0
		   : refuse(
			 s, "there is text after the closing quote: remove it");
}

static void
note_node(struct scan *s, size_t level)
{
	struct conf_lines *lines = s->lines;

	if (lines->count == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		lines->numbers = mem_resize(
		    lines->numbers, s->cap * sizeof(*lines->numbers));
	}
	lines->numbers[lines->count++] = s->number;
	s->deepest = level + 1;
}

static int
scan_line(struct scan *s, struct rest r)
{
	size_t level = 0;

	while (r.end > r.at && (is_blank(r.end[-1]) || r.end[-1] == '\r'))
		r.end--;
	if (r.at == r.end)
		return 0;
	int rc = check_characters(s, &r);
	if (rc == 0)
		rc = scan_indent(s, &r, &level);
	if (rc != 0 || at_end(&r))
		return rc;
	if (level > s->deepest)
		return refuse(
		    s, "the line is indented deeper than the section it is in");
	if (!is_name(*r.at))
		return refuse(s,
		    "a name must stand here, of letters, digits, '-' and '_' "
		    "(\"section\" and below it \"    name = value\")");
	while (r.at < r.end && is_name(*r.at))
		r.at++;
	skip_blanks(&r);
	note_node(s, level);
	if (at_end(&r))
		return 0;
	if (*r.at != '=')
		return refuse(s, "'=' must follow the name");
	r.at++;
	return scan_value(s, &r);
}

int
conf_scan(const char *path, const char *text, size_t n,
    struct conf_lines *lines, struct why *why)
{
	struct scan s = {.path = path, .lines = lines, .why = why};
	const char *end = text + n, *at = text;
	int rc = 0;

	*lines = (struct conf_lines){0};
	while (rc == 0 && at < end) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		if (eol == NULL)
			eol = end;
		s.number++;
		rc = scan_line(&s, (struct rest){at, eol});
		at = eol + 1;
	}
	if (rc != 0)
		conf_scan_free(lines);
	return rc;
}

void
conf_scan_free(struct conf_lines *lines)
{
	free(lines->numbers);
	*lines = (struct conf_lines){0};
}

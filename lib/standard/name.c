/* NAME
 *	name - the file-name grammar of the standard, 18 kinds, V3 and V4.x
 * SUMMARY
 *	See name.h.
 * DESCRIPTION
 *	files.tsv holds a pattern a kind and form.  A name is cut at '_' after
 *	its kind; the pattern with the same number of parts and the same lengths
 *	is its form.  If none fits, the pattern that comes nearest explains what
 *	is wrong.
 *
 *	Odd but taken: a small letter in the kind, and the month 000000 where
 *	the printed examples put one although the rule has none
 *	(UPKIHON_000000_...).
 * DIAGNOSTICS
 *	TSK_NOTFOUND; TSK_INVALID with why.code = the code of the finding:
 *	name-parts, name-month, name-office, name-type, name-stamp, name-branch,
 *	name-extension.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "calendar.h"
#include "tables.h"
#include "utf8.h"

struct word {
	const char *p;
	size_t n;
};

struct split {
	size_t count; /* PARTS_MAX + 1: too many */
	struct word words[PARTS_MAX];
	struct word extension;
};

static const struct {
	const char *text;
	enum part_kind kind;
	size_t chars;
} placeholders[] = {
    {"month:6", PART_MONTH, 6},
    {"from_office:10", PART_FROM, 10},
    {"from_service_type:2", PART_FROM_TYPE, 2},
    {"from_service_code:3", PART_FROM_CODE, 3},
    {"to_office:10", PART_TO, 10},
    {"to_service_type:2", PART_TO_TYPE, 2},
    {"to_service_code:3", PART_TO_CODE, 3},
    {"timestamp:14", PART_STAMP, 14},
    {"branch:4", PART_BRANCH, 4},
};

/* -- patterns ----------------------------------------------------------- */

static bool
parse_part(const char *text, size_t n, struct part *part)
{
	if (n == 0)
		return false;
	if (text[0] != '{') {
		part->kind = PART_LITERAL;
		part->chars = n;
		if (n >= sizeof part->literal)
			return false;
		memcpy(part->literal, text, n);
		part->literal[n] = '\0';
		return true;
	}
	for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0];
	     i++) {
		const char *name = placeholders[i].text;

		if (strlen(name) == n - 2 &&
		    strncmp(name, text + 1, n - 2) == 0 && text[n - 1] == '}') {
			part->kind = placeholders[i].kind;
			part->chars = placeholders[i].chars;
			return true;
		}
	}
	return false;
}

/* End of a part: a '_' or '.' outside of braces. */
static size_t
part_length(const char *text)
{
	size_t n = 0;

	if (text[0] == '{')
		n = strcspn(text, "}");
	return n + strcspn(text + n, "_.");
}

bool
pattern_parse(const char *kind, const char *text, struct pattern *out)
{
	size_t n = strlen(kind);

	if (strncmp(text, kind, n) != 0 || text[n] != '_')
		return false;
	text += n;
	*out = (struct pattern){0};
	while (*text == '_') {
		n = part_length(++text);
		if (out->count == PARTS_MAX ||
		    !parse_part(text, n, &out->parts[out->count++]))
			return false;
		text += n;
	}
	return strcmp(text, ".CSV") == 0 || strcmp(text, ".jpg") == 0;
}

/* -- cutting a name ----------------------------------------------------- */

const struct file_kind *
kind_of_name(const struct standard *standard, const char *file_name)
{
	for (size_t i = 0; i < standard->kind_count; i++) {
		const struct file_kind *kind = &standard->kinds[i];
		size_t n = kind->kind_length;

		if (strncasecmp(file_name, kind->kind, n) == 0 &&
		    (file_name[n] == '_' || file_name[n] == '.' ||
			file_name[n] == '\0'))
			return kind;
	}
	return NULL;
}

static void
split_name(const char *rest, struct split *out)
{
	const char *dot = strrchr(rest, '.');
	const char *end = dot != NULL ? dot : rest + strlen(rest);

	*out = (struct split){0};
	out->extension.p = dot != NULL ? dot + 1 : "";
	out->extension.n = strlen(out->extension.p);
	while (rest < end && *rest == '_') {
		const char *next =
		    memchr(rest + 1, '_', (size_t)(end - rest - 1));

		if (next == NULL)
			next = end;
		if (out->count < PARTS_MAX)
			out->words[out->count] =
			    (struct word){rest + 1, (size_t)(next - rest - 1)};
		out->count++;
		rest = next;
	}
	if (rest != end)
		out->count = PARTS_MAX + 1; /* "UPPLAN.x.CSV" */
}

static bool
fits(const struct pattern *pattern, const struct split *split)
{
	if (pattern->count != split->count)
		return false;
	for (size_t i = 0; i < pattern->count; i++) {
		const struct part *part = &pattern->parts[i];

		if (part->chars != split->words[i].n ||
		    (part->kind == PART_LITERAL &&
			memcmp(part->literal, split->words[i].p, part->chars) !=
			    0))
			return false;
	}
	return true;
}

/* How many parts have the right length, for the explanation. */
static size_t
nearness(const struct pattern *pattern, const struct split *split)
{
	size_t near = 0;

	if (pattern->odd)
		return 0;
	for (size_t i = 0; i < pattern->count && i < split->count; i++)
		near += pattern->parts[i].chars == split->words[i].n;
	return near * 2 + (pattern->count == split->count);
}

static const struct pattern *
nearest(const struct file_kind *kind, const struct split *split)
{
	const struct pattern *best = &kind->patterns[0];

	for (size_t i = 0; i < kind->pattern_count; i++) {
		if (fits(&kind->patterns[i], split))
			return &kind->patterns[i];
	}
	if (split->count > PARTS_MAX)
		return best;
	for (size_t i = 1; i < kind->pattern_count; i++) {
		if (nearness(&kind->patterns[i], split) > nearness(best, split))
			best = &kind->patterns[i];
	}
	return best;
}

/* -- the parts ---------------------------------------------------------- */

static bool
all_digits(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0';
}

static bool
month_right(const struct file_kind *kind, const char *s)
{
	if (strcmp(s, "000000") == 0)
		return kind->month_may_be_zero;
	return calendar_month(s);
}

static bool
stamp_right(const char *s)
{
	return all_digits(s) && calendar_stamp(s);
}

/* File names come from anywhere and end in logs: nothing that steers a terminal
 * or makes one name look like another. */
static const char *
printable(const char *file_name, char out[192])
{
	size_t left = strlen(file_name), n = 0, used;

	for (; left > 0 && n + 4 < 192; left -= used, file_name += used) {
		int32_t c = utf8_next(file_name, left, &used);

		if (c < 0 || utf8_hidden(c)) {
			out[n++] = '?';
			continue;
		}
		memcpy(out + n, file_name, used);
		n += used;
	}
	out[n] = '\0';
	return out;
}

static int
refuse(
    struct why *why, const char *code, const char *file_name, const char *what)
{
	char text[192];

	why_set(why, WHY_NEVER, code, "The name %s %s.",
	    printable(file_name, text), what);
	return TSK_INVALID;
}

/* Take one part into ${out}: the code of the finding if it is wrong. */
static const char *
take_part(const struct file_kind *kind, const struct part *part,
    const struct word *word, struct name *out)
{
	char text[16];

	if (word->p == NULL || word->n != part->chars)
		return "name-parts";
	memcpy(text, word->p, word->n);
	text[word->n] = '\0';
	switch (part->kind) {
	case PART_MONTH:
		memcpy(out->month, text, 7);
		return month_right(kind, text) ? NULL : "name-month";
	case PART_FROM:
		memcpy(out->from, text, 11);
		return number_office_form(text, 10) ? NULL : "name-office";
	case PART_TO:
		memcpy(out->to, text, 11);
		return number_office_form(text, 10) ? NULL : "name-office";
	case PART_FROM_TYPE:
		memcpy(out->from_type, text, 3);
		return number_type_form(text) ? NULL : "name-type";
	case PART_TO_TYPE:
		memcpy(out->to_type, text, 3);
		return number_type_form(text) ? NULL : "name-type";
	case PART_FROM_CODE:
		memcpy(out->from_code, text, 4);
		return all_digits(text) ? NULL : "name-type";
	case PART_TO_CODE:
		memcpy(out->to_code, text, 4);
		return all_digits(text) ? NULL : "name-type";
	case PART_STAMP:
		memcpy(out->stamp, text, 15);
		return stamp_right(text) ? NULL : "name-stamp";
	case PART_BRANCH:
		memcpy(out->branch, text, 5);
		return all_digits(text) && strcmp(text, "0000") != 0
			   ? NULL
			   : "name-branch";
	case PART_LITERAL:
		return strcmp(text, part->literal) == 0 ? NULL : "name-parts";
	}
	return "name-parts";
}

static const char *
what_is_wrong(const char *code)
{
	static const struct {
		const char *code, *text;
	} texts[] = {
	    {"name-parts", "does not have the parts of its kind"},
	    {"name-month", "has a month that does not exist"},
	    {"name-office", "has an office number of the wrong form"},
	    {"name-type", "has a service type of the wrong form"},
	    {"name-stamp", "has a sequence number that is no date and time"},
	    {"name-branch", "has an image number that is not 0001 to 9999"},
	    {"name-extension", "has the wrong extension"},
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (strcmp(texts[i].code, code) == 0)
			return texts[i].text;
	}
	return "is wrong";
}

static bool
word_is(const struct word *word, const char *text)
{
	return word->n == strlen(text) &&
	       strncasecmp(word->p, text, word->n) == 0;
}

/* A drawing or a note that merely borrows the name is an attachment. */
static bool
foreign_extension(const struct word *word)
{
	static const char *const ours[] = {"csv", "jpg", "jpeg", ""};

	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		if (word_is(word, ours[i]))
			return false;
	}
	return true;
}

int
name_parse(const struct standard *standard, const char *file_name,
    struct name *out, struct why *why)
{
	const struct file_kind *kind = kind_of_name(standard, file_name);
	const struct pattern *pattern;
	struct split split;
	const char *wrong = NULL;

	*out = (struct name){0};
	if (kind == NULL)
		goto foreign;
	split_name(file_name + kind->kind_length, &split);
	if (foreign_extension(&split.extension))
		goto foreign;
	memcpy(out->kind, kind->kind, kind->kind_length + 1);
	out->image = kind->image;
	pattern = nearest(kind, &split);
	out->form = pattern->form;
	out->odd = pattern->odd ||
		   strncmp(file_name, kind->kind, kind->kind_length) != 0;
	if (split.count != pattern->count)
		wrong = "name-parts";
	for (size_t i = 0; wrong == NULL && i < pattern->count; i++)
		wrong =
		    take_part(kind, &pattern->parts[i], &split.words[i], out);
	if (wrong == NULL &&
	    !word_is(&split.extension, kind->image ? "jpg" : "csv"))
		wrong = "name-extension";
	if (wrong != NULL)
		return refuse(why, wrong, file_name, what_is_wrong(wrong));
	return 0;
foreign:
	refuse(
	    why, "name-not-standard", file_name, "is not one of the standard");
	return TSK_NOTFOUND;
}

static const char *
party(const struct name *name, const char *type, const char *code)
{
	if (name->form == NAME_V4_1)
		return type;
	return name->form == NAME_V4_0 ? code : "";
}

const char *
name_print(const struct name *name, char out[NAME_TEXT_BYTES])
{
	const char *from = party(name, name->from_type, name->from_code);
	const char *to = party(name, name->to_type, name->to_code);

	snprintf(out, NAME_TEXT_BYTES, "%s%s%s_%s%s%s_%s%s%s_%s%s%s.%s",
	    name->kind, *name->month ? "_" : "", name->month, name->from,
	    *from ? "_" : "", from, name->to, *to ? "_" : "", to, name->stamp,
	    *name->branch ? "_" : "", name->branch,
	    name->image ? "jpg" : "CSV");
	return out;
}

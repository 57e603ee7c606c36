/* NAME
 *	registry_row - cells of a registry row
 * DESCRIPTION
 *	Pure functions of text.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"

#include "deadline.h"
#include "reads.h"
#include "registry_row.h"

#define WAYS_TEXT_BYTES 512

const char *
row_text(const json_t *row, const char *column, char scratch[ROW_SCRATCH_BYTES])
{
	const json_t *v = json_object_get(row, column);

	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v)) {
		snprintf(scratch, ROW_SCRATCH_BYTES, "%lld",
		    (long long)json_integer_value(v));
		return scratch;
	}
	if (json_is_boolean(v))
		return json_is_true(v) ? "1" : "0";
	return "";
}

bool
row_plain_name(const char *s)
{
	size_t n =
	    strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "0123456789._-");

	return s[n] == '\0' && n > 0 && n < STORE_AGENT_BYTES && s[0] != '.' &&
	       s[0] != '-';
}

int
row_day(const char *s)
{
	char digits[9];
	size_t n = 0;
	const char *p;
	int year, month, d;

	if (*s == '\0')
		return 0;
	for (p = s; *p != '\0'; p++) {
		if (*p == '-' && (p - s == 4 || p - s == 7) && strlen(s) == 10)
			continue;
		if (*p < '0' || *p > '9' || n == 8)
			return -1;
		digits[n++] = *p;
	}
	if (n != 8)
		return -1;
	digits[8] = '\0';
	d = atoi(digits + 6);
	digits[6] = '\0';
	month = atoi(digits + 4);
	digits[4] = '\0';
	year = atoi(digits);
	if (d < 1 || d > clock_days_in_month(year, month))
		return -1;
	return year * 10000 + month * 100 + d;
}

const char *
row_day_text(int day, char out[16])
{
	if (day <= 0)
		out[0] = '\0';
	else
		snprintf(out, 16, "%04d-%02d-%02d", day / 10000 % 10000,
		    day / 100 % 100, day % 100);
	return out;
}

int
row_day_before(int day)
{
	return deadline_day(deadline_ms(day, 0) - 1);
}

char *
row_ways_text(const struct desk_way *ways, size_t count)
{
	char from[16], to[16], *text;
	struct buf out;

	buf_init(&out, WAYS_TEXT_BYTES * 2);
	for (size_t i = 0; i < count; i++) {
		const struct desk_way *w = &ways[i];

		buf_printf(&out, "%s%s%s", i > 0 ? "; " : "",
		    w->way == WAY_HUB ? "hub:" : leg_way_name(w->way), w->hub);
		if (w->valid_from != 0 || w->valid_to != 0)
			buf_printf(&out, " %s..%s",
			    row_day_text(w->valid_from, from),
			    row_day_text(w->valid_to, to));
	}
	text = mem_text(out.len > 0 ? out.data : "");
	buf_fini(&out);
	return text;
}

int
row_way(const char *text, struct desk_way *out)
{
	int parsed = leg_way_parse(text);

	memset(out, 0, sizeof(*out));
	if (parsed < 0)
		return TSK_INVALID;
	out->way = (enum leg_way)parsed;
	if (parsed != WAY_HUB)
		return 0;
	if (strncmp(text, "hub:", 4) != 0 || !row_plain_name(text + 4))
		return TSK_INVALID;
	snprintf(out->hub, sizeof(out->hub), "%s", text + 4);
	return 0;
}

bool
row_days(char *text, int *from, int *to)
{
	char *dots = strstr(text, "..");

	if (dots == NULL)
		return false;
	*dots = '\0';
	*from = row_day(text);
	*to = row_day(dots + 2);
	return *from >= 0 && *to >= 0 && *from + *to > 0 &&
	       (*from == 0 || *to == 0 || *from <= *to);
}

/* Blanks at both ends away. */
static char *
stripped(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	s[n] = '\0';
	return s;
}

static const char *
one_way(char *text, struct desk_way *out)
{
	char *s = stripped(text), *days = s + strcspn(s, " \t");

	if (*days != '\0')
		*days++ = '\0';
	if (row_way(s, out) != 0)
		return "A way is bus, national, hub:NAME, fax or pdf.";
	days = stripped(days);
	if (*days != '\0' && !row_days(days, &out->valid_from, &out->valid_to))
		return "Days of a way are written "
		       "2026-04-01..2027-03-31; one end may be left out.";
	return NULL;
}

/* The same way twice is good only for days that do not meet. */
static bool
meets(const struct desk_way *a, const struct desk_way *b)
{
	if (a->way != b->way || strcmp(a->hub, b->hub) != 0)
		return false;
	if (a->valid_to != 0 && a->valid_to < b->valid_from)
		return false;
	return b->valid_to == 0 || b->valid_to >= a->valid_from;
}

static const char *
add_way(struct desk *desk, char *entry)
{
	struct desk_way *way = &desk->ways[desk->way_count];
	const char *wrong;

	if (desk->way_count == DESK_WAYS_MAX)
		return "Six ways at most.";
	if ((wrong = one_way(entry, way)) != NULL)
		return wrong;
	for (size_t i = 0; i < desk->way_count; i++) {
		if (meets(&desk->ways[i], way))
			return "A way is there twice for the same days.";
	}
	desk->way_count++;
	return NULL;
}

int
row_ways(
    const char *text, struct desk *desk, desk_complain_fn *complain, void *arg)
{
	char copy[WAYS_TEXT_BYTES], *entry, *rest = copy;
	const char *wrong = NULL;

	desk->way_count = 0;
	if (strlen(text) >= sizeof(copy))
		wrong = "Six ways at most.";
	else
		memcpy(copy, text, strlen(text) + 1);
	while (wrong == NULL && (entry = strsep(&rest, ";")) != NULL) {
		if (*stripped(entry) != '\0')
			wrong = add_way(desk, entry);
	}
	if (wrong == NULL && desk->way_count == 0)
		wrong = "Write at least one way, or leave the cell empty.";
	if (wrong != NULL)
		complain(arg, "ways", wrong);
	return wrong != NULL;
}

/* ---- columns that only people and agents read ---- */

/* Every word, apart by blanks or commas, is good. */
static bool
words_good(const char *text, bool (*good)(const char *word))
{
	char *copy = mem_text(text), *rest = copy, *word;
	bool all = true;

	while (all && (word = strsep(&rest, " ,")) != NULL)
		all = *word == '\0' || good(word);
	free(copy);
	return all;
}

static bool
sayable(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p < ' ' || *p == 0x7f)
			return false;
	}
	return strlen(text) <= 256;
}

static bool
address(const char *text)
{
	const char *at = strchr(text, '@');

	return sayable(text) && at != NULL && at > text && at[1] != '\0' &&
	       strchr(at + 1, '@') == NULL && strpbrk(text, " <>,;") == NULL;
}

static bool
insurers(const char *text)
{
	return words_good(text, number_insurer_check);
}

int
row_check_more(const json_t *row, desk_complain_fn *complain, void *arg)
{
	static const struct {
		const char *column;
		bool (*good)(const char *text);
		const char *english;
	} columns[] = {
	    {"editions", reads_good,
		"Write the editions it reads, 4.1 3, maybe with days: "
		"3:..2026-12-31 4.1:2027-01-01.."},
	    {"insurer_area", insurers,
		"Insurer numbers have six digits with a right check digit."},
	    {"contact", sayable, "At most 256 bytes, on one line."},
	    {"phone", sayable, "At most 256 bytes, on one line."},
	    {"email", address, "This is no mail address."},
	};
	char scratch[ROW_SCRATCH_BYTES];
	int faults = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		const char *text = row_text(row, columns[i].column, scratch);

		if (*text == '\0' || columns[i].good(text))
			continue;
		complain(arg, columns[i].column, columns[i].english);
		faults++;
	}
	return faults;
}

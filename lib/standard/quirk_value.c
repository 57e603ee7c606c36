/* NAME
 *	quirk_value - one value that is written in another way
 * SUMMARY
 *	See quirk_inside.h: one function a test, each a dozen lines.
 * DESCRIPTION
 *	A function says yes only if there is one thing the value can mean.  What
 *	it means is put together from the value's own digits; nothing is added
 *	but zeros in front of a month, day or hour.
 */
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "utf8.h"

#include "quirk_inside.h"

struct value {
	const struct layout_field *field;
	const char *p; /* with a NUL behind it */
	size_t n;
};

typedef bool value_fn(const struct value *v, struct buf *out);

static bool
is_text(const struct value *v)
{
	return v->field->type == TYPE_TEXT || v->field->type == TYPE_KANA;
}

static bool
digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
	}
	return n > 0;
}

/* A number of at most ${max} digits; what follows, NULL if there is none. */
static const char *
number(const char *p, size_t max, unsigned *out)
{
	size_t n = strspn(p, "0123456789");

	if (n == 0 || n > max)
		return NULL;
	*out = calendar_digits(p, (unsigned)n);
	return p + n;
}

/* -- width and spaces --------------------------------------------------- */

static bool
wide_ascii(const struct value *v, struct buf *out)
{
	bool found = false;

	if (is_text(v))
		return false;
	for (size_t i = 0, used; i < v->n; i += used) {
		int32_t c = utf8_next(v->p + i, v->n - i, &used);

		if (c >= 0xFF01 && c <= 0xFF5E) {
			buf_char(out, (char)(c - 0xFF01 + '!'));
			found = true;
		} else if (c == 0x2212 || c == 0x30FC || c == 0x2015) {
			buf_char(out, '-');
			found = true;
		} else {
			buf_add(out, v->p + i, used);
		}
	}
	return found;
}

static size_t
space_at(const char *p, size_t n)
{
	if (n > 0 && (*p == ' ' || *p == '\t'))
		return 1;
	return n > 2 && memcmp(p, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

static bool
spaces(const struct value *v, struct buf *out)
{
	size_t from = 0, to = v->n, more;

	if (is_text(v))
		return false;
	while ((more = space_at(v->p + from, v->n - from)) > 0)
		from += more;
	while (to > from) {
		if (space_at(v->p + to - 1, 1) > 0)
			to--;
		else if (to > from + 2 && space_at(v->p + to - 3, 3) == 3)
			to -= 3;
		else
			break;
	}
	buf_add(out, v->p + from, to - from);
	return to - from < v->n;
}

/* -- dates and times ---------------------------------------------------- */

static bool
is_mark(char c)
{
	return c == '/' || c == '-' || c == '.';
}

static bool
date_marks(const struct value *v, struct buf *out)
{
	const char *p = v->p;
	unsigned year, month, day;
	char text[40], mark;

	if (v->field->type != TYPE_DATE8)
		return false;
	p = number(p, 4, &year);
	if (p == NULL || year < 1000 || !is_mark(*p))
		return false;
	mark = *p;
	p = number(p + 1, 2, &month);
	if (p == NULL || *p != mark)
		return false;
	p = number(p + 1, 2, &day);
	if (p == NULL || *p != '\0')
		return false;
	snprintf(text, sizeof text, "%04u%02u%02u", year, month, day);
	if (calendar_date(text))
		buf_text(out, text);
	return true;
}

static bool
month_marks(const struct value *v, struct buf *out)
{
	const char *p = v->p;
	unsigned year, month;
	char text[32];

	if (v->field->type != TYPE_MONTH6)
		return false;
	p = number(p, 4, &year);
	if (p == NULL || year < 1000 || !is_mark(*p))
		return false;
	p = number(p + 1, 2, &month);
	if (p == NULL || *p != '\0')
		return false;
	snprintf(text, sizeof text, "%04u%02u", year, month);
	if (calendar_month(text))
		buf_text(out, text);
	return true;
}

static bool
time_colon(const struct value *v, struct buf *out)
{
	const char *p = v->p;
	unsigned hour, minute;
	char text[32];

	if (v->field->type != TYPE_TIME4)
		return false;
	p = number(p, 2, &hour);
	if (p == NULL || *p != ':' || strlen(p) != 3)
		return false;
	p = number(p + 1, 2, &minute);
	if (p == NULL || *p != '\0')
		return false;
	snprintf(text, sizeof text, "%02u%02u", hour, minute);
	if (calendar_time(text))
		buf_text(out, text);
	return true;
}

/* -- numbers ------------------------------------------------------------ */

/* 1,234 and -12,345,678 */
static bool
thousands(const struct value *v, struct buf *out)
{
	const char *p = v->p + (*v->p == '-');
	size_t lead = strcspn(p, ",");

	if (v->field->type != TYPE_NUMERIC || p[lead] != ',' || lead > 3 ||
	    !digits(p, lead))
		return false;
	for (const char *at = p + lead; *at != '\0'; at += 4) {
		if (*at != ',' || strlen(at) < 4 || !digits(at + 1, 3))
			return false;
	}
	for (size_t i = 0; i < v->n; i++) {
		if (v->p[i] != ',')
			buf_char(out, v->p[i]);
	}
	return true;
}

static bool
price_plain(const struct value *v, struct buf *out)
{
	const char *dot = strchr(v->p, '.');
	size_t before = strcspn(v->p, "."), after;

	if (v->field->format != FORMAT_DECIMAL || !digits(v->p, before))
		return false;
	after = dot != NULL ? strlen(dot + 1) : 0;
	if (after >= 2 || (after == 1 && !digits(dot + 1, 1)))
		return false;
	buf_add(out, v->p, before);
	buf_char(out, '.');
	buf_char(out, after == 1 ? dot[1] : '0');
	buf_char(out, '0');
	return true;
}

static bool
zeros_lost(const struct value *v, struct buf *out)
{
	size_t whole = v->field->format == FORMAT_INSURER ? 6 : 10;

	(void)out;
	return (v->field->format == FORMAT_INSURER ||
		   v->field->format == FORMAT_INSURED ||
		   v->field->format == FORMAT_OFFICE) &&
	       v->n < whole && v->n > whole - 6 && digits(v->p, v->n);
}

/* 1.37E+09 */
static bool
exponent(const struct value *v, struct buf *out)
{
	const char *e = strpbrk(v->p, "Ee");

	(void)out;
	return !is_text(v) && e != NULL && e > v->p &&
	       strspn(v->p, "0123456789.") == (size_t)(e - v->p) &&
	       e[1] == '+' && digits(e + 2, strlen(e + 2));
}

/* -- hyphens ------------------------------------------------------------ */

static bool
postal_plain(const struct value *v, struct buf *out)
{
	if (v->field->format != FORMAT_POSTAL || v->n != 7 || !digits(v->p, 7))
		return false;
	buf_add(out, v->p, 3);
	buf_char(out, '-');
	buf_add(out, v->p + 3, 4);
	return true;
}

/* Five digits, one hyphen of whatever width or none, six digits. */
static bool
tais_wide(const struct value *v, struct buf *out)
{
	size_t used = 0;
	int32_t c = '-';

	if (v->field->format != FORMAT_TAIS || v->n < 11 || !digits(v->p, 5) ||
	    !digits(v->p + v->n - 6, 6))
		return false;
	if (v->n > 11)
		c = utf8_next(v->p + 5, v->n - 5, &used);
	if (5 + used + 6 != v->n || used == 1 ||
	    (c != '-' && c != 0xFF0D && c != 0x2010 && c != 0x2212 &&
		c != 0x2013 && c != 0x2014 && c != 0x2015 && c != 0x30FC))
		return false;
	buf_add(out, v->p, 5);
	buf_char(out, '-');
	buf_add(out, v->p + v->n - 6, 6);
	return true;
}

/* -- half-width kana ---------------------------------------------------- */

static uint32_t
full_kana(int32_t half, int32_t mark, bool *taken)
{
	/* U+FF61 to U+FF9F */
	static const uint16_t full[] = {0x3002, 0x300C, 0x300D, 0x3001, 0x30FB,
	    0x30F2, 0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9, 0x30E3, 0x30E5,
	    0x30E7, 0x30C3, 0x30FC, 0x30A2, 0x30A4, 0x30A6, 0x30A8, 0x30AA,
	    0x30AB, 0x30AD, 0x30AF, 0x30B1, 0x30B3, 0x30B5, 0x30B7, 0x30B9,
	    0x30BB, 0x30BD, 0x30BF, 0x30C1, 0x30C4, 0x30C6, 0x30C8, 0x30CA,
	    0x30CB, 0x30CC, 0x30CD, 0x30CE, 0x30CF, 0x30D2, 0x30D5, 0x30D8,
	    0x30DB, 0x30DE, 0x30DF, 0x30E0, 0x30E1, 0x30E2, 0x30E4, 0x30E6,
	    0x30E8, 0x30E9, 0x30EA, 0x30EB, 0x30EC, 0x30ED, 0x30EF, 0x30F3,
	    0x309B, 0x309C};
	uint32_t code = full[half - 0xFF61];
	bool ha = half >= 0xFF8A && half <= 0xFF8E;

	*taken = true;
	if (mark == 0xFF9E && half == 0xFF73)
		return 0x30F4;
	if (mark == 0xFF9E && (ha || (half >= 0xFF76 && half <= 0xFF84)))
		return code + 1;
	if (mark == 0xFF9F && ha)
		return code + 2;
	*taken = false;
	return code;
}

static bool
half_kana(const struct value *v, struct buf *out)
{
	bool found = false;

	if (!is_text(v))
		return false;
	for (size_t i = 0, used; i < v->n; i += used) {
		int32_t c = utf8_next(v->p + i, v->n - i, &used), mark = 0;
		size_t more = 0;
		uint32_t full;
		bool taken;

		if (c < 0xFF61 || c > 0xFF9F) {
			buf_add(out, v->p + i, used);
			continue;
		}
		if (i + used < v->n)
			mark =
			    utf8_next(v->p + i + used, v->n - i - used, &more);
		full = full_kana(c, mark, &taken);
		buf_char(out, (char)(0xE0 | full >> 12));
		buf_char(out, (char)(0x80 | (full >> 6 & 0x3F)));
		buf_char(out, (char)(0x80 | (full & 0x3F)));
		used += taken ? more : 0;
		found = true;
	}
	return found;
}

/* -- all ---------------------------------------------------------------- */

bool
quirk_value(enum quirk_test test, const struct layout_field *field,
    const char *text, size_t n, struct buf *out)
{
	static value_fn *const tests[QUIRK_TESTS] = {
	    [QUIRK_WIDE_ASCII] = wide_ascii,
	    [QUIRK_SPACES] = spaces,
	    [QUIRK_DATE_MARKS] = date_marks,
	    [QUIRK_MONTH_MARKS] = month_marks,
	    [QUIRK_TIME_COLON] = time_colon,
	    [QUIRK_THOUSANDS] = thousands,
	    [QUIRK_POSTAL_PLAIN] = postal_plain,
	    [QUIRK_TAIS_WIDE] = tais_wide,
	    [QUIRK_PRICE_PLAIN] = price_plain,
	    [QUIRK_HALF_KANA] = half_kana,
	    [QUIRK_ZEROS_LOST] = zeros_lost,
	    [QUIRK_EXPONENT] = exponent,
	};
	struct value v = {field, text, n};

	buf_clear(out);
	if (n == 0 || tests[test] == NULL || memchr(text, '\0', n) != NULL)
		return false;
	return tests[test](&v, out);
}

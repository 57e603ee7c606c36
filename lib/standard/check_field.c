/* NAME
 *	check_field - one field alone
 * SUMMARY
 *	Empty or not, then by its type, then by its format; the first fault of a
 *	field is said, further ones would have the same cause.
 * DESCRIPTION
 *	What the layout marks as uncertain ends in a warning.  Check digits are
 *	warnings too: the standard's own examples break them.
 */
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "check_run.h"
#include "number.h"
#include "set.h"

/* Before this year nobody who lives was born; a date field holds a slip. */
#define YEAR_FIRST 1868
/* Ahead of the file's own time stamp this far is a dummy for "open". */
#define YEARS_AHEAD 10
#define YEAR_LAST   2100

#define TOTAL_OFFICE "9999999999"

struct spot {
	struct check_run *run;
	const struct layout_field *field;
	unsigned no;
	const char *p;
	size_t n;
};

/* Say it; the field is not good if it is an error. */
static void
say(const struct spot *spot, const char *code, const char *expected)
{
	if (check_is_error(spot->run, code))
		spot->run->cells[spot->no].good = false;
	check_say_cell(spot->run, code, spot->no, expected);
}

static void
say_limit(const struct spot *spot, const char *code, unsigned limit)
{
	char text[16];

	snprintf(text, sizeof text, "%u", limit);
	say(spot, code, text);
}

static bool
all_of(const char *p, size_t n, const char *set)
{
	return n > 0 && strspn(p, set) == n;
}

static bool
all_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
	}
	return n > 0;
}

static bool
is(const struct spot *spot, const char *text)
{
	return *text != '\0' && strcmp(spot->p, text) == 0;
}

/* -- empty -------------------------------------------------------------- */

/* Percentage additions have no time and may have no units.  The master knows
 * a part of their codes; a row that counts no units is one most likely. */
static bool
may_be_rate(const struct spot *spot)
{
	const struct layout *layout = &spot->run->kind->layout;
	unsigned units = layout->units;

	for (size_t i = 0; i < layout->rule_count; i++) {
		const struct layout_rule *rule = &layout->rules[i];
		const struct cell *cells = spot->run->cells;

		if (rule->kind != RULE_MAY_BE_RATE || rule->field != spot->no)
			continue;
		if (standard_service_rate(
			spot->run->standard, cells[rule->other].p))
			return true;
		return units != spot->no && units != 0 &&
		       strspn(cells[units].p, "0") == cells[units].n;
	}
	return false;
}

static void
check_empty(const struct spot *spot)
{
	spot->run->cells[spot->no].good = false;
	if (spot->field->need != NEED_REQUIRED)
		return;
	if (!spot->field->need_uncertain)
		say(spot,
		    may_be_rate(spot) ? "field-expected" : "field-required",
		    NULL);
	else if (!may_be_rate(spot))
		say(spot, "field-expected", NULL);
}

/* -- numbers ------------------------------------------------------------ */

static bool
negative_is_fine(const struct spot *spot)
{
	const struct layout *layout = &spot->run->kind->layout;

	for (size_t i = 0; i < layout->rule_count; i++) {
		if (layout->rules[i].kind == RULE_NEGATIVE &&
		    layout->rules[i].field == spot->no)
			return true;
	}
	return false;
}

static void
check_length(const struct spot *spot)
{
	const struct layout_field *field = spot->field;
	bool v3 = spot->run->shape == LAYOUT_V3 && field->v3_max != 0;

	if (v3 && spot->n > field->v3_max)
		say_limit(spot, "length", field->v3_max);
	else if (field->max == 0 || spot->n <= field->max)
		return;
	else if (field->max_hard != 0 && spot->n > field->max_hard)
		say_limit(spot, "length", field->max_hard);
	else
		say_limit(spot, "length-uncertain", field->max);
}

static void
check_decimal(const struct spot *spot)
{
	const char *dot = memchr(spot->p, '.', spot->n);
	size_t before = dot != NULL ? (size_t)(dot - spot->p) : spot->n;
	size_t after = dot != NULL ? spot->n - before - 1 : 0;

	if (!all_digits(spot->p, before) ||
	    (dot != NULL && !all_digits(dot + 1, after)) || after > 2)
		say(spot, "type-decimal", NULL);
	else if (spot->n > spot->field->max)
		check_length(spot);
	else if (after != 2)
		say(spot, "decimal-form", NULL);
}

static void
check_numeric(const struct spot *spot)
{
	bool negative = spot->p[0] == '-';

	if (spot->field->format == FORMAT_DECIMAL) {
		check_decimal(spot);
		return;
	}
	if (!all_digits(spot->p + negative, spot->n - negative)) {
		if (spot->field->type_uncertain)
			say(spot, "value-form-odd", "1, 2, 3 …");
		else
			say(spot, "type-numeric", NULL);
		return;
	}
	check_length(spot);
	if (!spot->run->cells[spot->no].good)
		return;
	if (negative && !negative_is_fine(spot))
		say(spot, "number-negative", NULL);
	else if (all_of(spot->p, spot->n, "0")) {
		if (spot->field->format == FORMAT_SERIAL99)
			say(spot, "number-range", "1-99");
		else if (spot->field->format == FORMAT_SERIAL)
			say(spot, "value-form-odd", "1, 2, 3 …");
	}
}

/* -- dates and times ---------------------------------------------------- */

static unsigned
year_last(const struct check_run *run)
{
	if (run->name_good)
		return calendar_digits(run->result->name.stamp, 4) +
		       YEARS_AHEAD;
	return YEAR_LAST;
}

static void
check_date(const struct spot *spot)
{
	unsigned year;

	if (is(spot, spot->field->special))
		return;
	if (spot->n != 8 || !all_digits(spot->p, 8)) {
		say(spot, "date-form", NULL);
		return;
	}
	if (is(spot, "00000000")) {
		say(spot, "date-zero", NULL);
		return;
	}
	if (!calendar_date(spot->p)) {
		say(spot, "date-not-existing", NULL);
		return;
	}
	year = calendar_digits(spot->p, 4);
	if (year < YEAR_FIRST)
		say(spot, "date-year", NULL);
	else if (year > year_last(spot->run))
		say(spot, "date-future", NULL);
}

static void
check_month(const struct spot *spot)
{
	if (is(spot, spot->field->special))
		return;
	/* long-term care insurance began in April 2000 */
	if (spot->n != 6 || !calendar_month(spot->p) ||
	    calendar_digits(spot->p, 4) < 2000)
		say(spot, "month-form", NULL);
}

static void
check_time(const struct spot *spot)
{
	if (is(spot, spot->field->special))
		return;
	if (is(spot, "9999"))
		say(spot, "time-9999", NULL);
	else if (is(spot, "2400"))
		say(spot, "time-2400", NULL);
	else if (spot->n != 4 || !calendar_time(spot->p))
		say(spot, "time-form", NULL);
}

/* -- text --------------------------------------------------------------- */

static bool
is_kana(uint32_t c)
{
	return (c >= 0x3041 && c <= 0x30FE) || /* hiragana, katakana */
	       (c >= 0xFF61 && c <= 0xFF9F) || /* half-width katakana */
	       c == 0x3000 || c == ' ' || c == '-' || c == '.' || c == 0xFF0D ||
	       c == 0x2010 || c == 0x2015 ||
	       (c < 0x80 && c > 0x20) || /* foreign names, dots */
	       (c >= 0xFF01 && c <= 0xFF5E);
}

static void
check_kana(const struct spot *spot)
{
	for (size_t i = 0; i < spot->n;) {
		uint32_t code;

		i += charset_next(spot->run->standard->charset, spot->p + i,
		    spot->n - i, &code);
		if (!is_kana(code)) {
			say(spot, "kana-odd", NULL);
			return;
		}
	}
}

static bool
has_control(const struct spot *spot)
{
	for (size_t i = 0; i < spot->n; i++) {
		unsigned char c = (unsigned char)spot->p[i];

		if ((c < 0x20 && c != '\n' && c != '\r') || c == 0x7F)
			return true;
	}
	return false;
}

/* Only spaces, ASCII or full width (8140): somebody left it empty. */
static bool
only_spaces(const struct spot *spot)
{
	size_t i = 0;

	while (i < spot->n) {
		if (spot->p[i] == ' ')
			i++;
		else if (i + 1 < spot->n &&
			 memcmp(spot->p + i, "\x81\x40", 2) == 0)
			i += 2;
		else
			return false;
	}
	return true;
}

static void
check_text(const struct spot *spot)
{
	static const char *const codes[] = {
	    [CHARSET_GAIJI] = "text-gaiji",
	    [CHARSET_UNDEFINED] = "text-undefined",
	    [CHARSET_HALF] = "text-half",
	};
	enum charset_fault fault = CHARSET_GOOD;
	size_t at;

	if (!spot->run->not_ms932 && !charset_ascii(spot->p, spot->n))
		fault = charset_check(
		    spot->run->standard->charset, spot->p, spot->n, &at);
	if (fault != CHARSET_GOOD)
		say(spot, codes[fault], NULL);
	else if (only_spaces(spot) && spot->field->need == NEED_REQUIRED)
		check_empty(spot);
	else if (has_control(spot))
		say(spot, "control-character", NULL);
	else if (spot->field->type == TYPE_KANA && !spot->run->not_ms932)
		check_kana(spot);
}

/* The image is found by this name: it must be one, of this set. */
static void
check_image_name(const struct spot *spot)
{
	struct name image;

	if (name_parse(spot->run->standard, spot->p, &image, NULL) != 0 ||
	    !image.image)
		say(spot, "image-name", NULL);
	else if (spot->run->name_good &&
		 !set_same(&image, &spot->run->result->name))
		say(spot, "image-name-other", NULL);
}

/* -- identifiers -------------------------------------------------------- */

static void
check_insurer(const struct spot *spot)
{
	if (spot->n != 6 || !all_digits(spot->p, 6))
		say(spot, "insurer-form", NULL);
	else if (!number_insurer_check(spot->p))
		say(spot, "insurer-check", NULL);
}

static void
check_insured(const struct spot *spot)
{
	bool h = spot->p[0] == 'H';

	if (spot->n != 10 || !all_digits(spot->p + h, 10U - h))
		say(spot, "insured-form", NULL);
}

static void
check_office(const struct spot *spot)
{
	if (is(spot, spot->field->special))
		return;
	if (!number_office_form(spot->p, spot->n))
		say(spot, "office-form", NULL);
	/* the number of total rows has a right check digit, but is nobody's */
	else if (!number_office_check(spot->p) || is(spot, TOTAL_OFFICE))
		say(spot, "office-check", NULL);
}

static void
check_postal(const struct spot *spot)
{
	if (spot->n == 8 && spot->p[3] == '-' && all_digits(spot->p, 3) &&
	    all_digits(spot->p + 4, 4))
		return;
	if (spot->n == 7 && all_digits(spot->p, 7))
		say(spot, "value-form-odd", spot->field->format_text);
	else
		say(spot, "value-form", spot->field->format_text);
}

/* The layout prints a wide hyphen, but the length fits an ASCII one. */
static bool
tais_wide(const struct spot *spot)
{
	static const char *const wide[] = {
	    "\x81\x7C", "\x81\x5D", "\x81\x5B", "\x81\x5C"};

	if (spot->n != 13 || !all_digits(spot->p, 5) ||
	    !all_digits(spot->p + 7, 6))
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (memcmp(spot->p + 5, wide[i], 2) == 0)
			return true;
	}
	return false;
}

static void
check_tais(const struct spot *spot)
{
	if (spot->n == 12 && spot->p[5] == '-' && all_digits(spot->p, 5) &&
	    all_digits(spot->p + 6, 6))
		return;
	if (tais_wide(spot) || (spot->n == 11 && all_digits(spot->p, 11)))
		say(spot, "value-form-odd", spot->field->format_text);
	else
		say(spot, "value-form", spot->field->format_text);
}

static void
check_days(const struct spot *spot)
{
	if (spot->n != 31 || !all_of(spot->p, spot->n, "01"))
		say(spot, "days-form", NULL);
}

static void
check_service(const struct spot *spot)
{
	const char *scope;

	if (spot->n != 6 ||
	    !all_of(spot->p, 6, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
		say(spot, "service-code-form", NULL);
		return;
	}
	if (is(spot, spot->field->special))
		return; /* the grand total */
	scope = service_type(spot->run->standard, spot->p, "exchange_scope");
	if (scope == NULL)
		say(spot, "service-type-unknown", NULL);
	else if (strcmp(scope, "out") == 0)
		say(spot, "service-out-of-scope", NULL);
}

static void
check_code(const struct spot *spot)
{
	const struct table *t = spot->field->codes->table;
	int column = spot->field->codes->code;
	struct buf *wanted = &spot->run->wanted;

	/* the version is looked at with the whole file */
	if (spot->no == 1 || table_find(t, column, spot->p) >= 0)
		return;
	buf_clear(wanted);
	for (size_t i = 0; i < table_rows(t); i++) {
		if (i == 12) {
			buf_text(wanted, " …");
			break;
		}
		buf_printf(
		    wanted, "%s%s", i > 0 ? " " : "", table_cell(t, i, column));
	}
	say(spot, "code-unknown", wanted->data);
}

static void
check_any(const struct spot *spot)
{
	if (!charset_ascii(spot->p, spot->n) || has_control(spot))
		say(spot, "type-alnum", NULL);
	else
		check_length(spot);
}

static void
check_alnum(const struct spot *spot)
{
	switch (spot->field->format) {
	case FORMAT_INSURER:
		check_insurer(spot);
		break;
	case FORMAT_INSURED:
		check_insured(spot);
		break;
	case FORMAT_OFFICE:
		check_office(spot);
		break;
	case FORMAT_POSTAL:
		check_postal(spot);
		break;
	case FORMAT_TAIS:
		check_tais(spot);
		break;
	case FORMAT_DAYS:
		check_days(spot);
		break;
	case FORMAT_SERVICE:
	case FORMAT_ROW:
		check_service(spot);
		break;
	case FORMAT_FIXED:
		check_any(spot);
		if (spot->run->cells[spot->no].good &&
		    !is(spot, spot->field->format_text))
			say(spot, "field-fixed", spot->field->format_text);
		break;
	case FORMAT_UNUSED:
		check_any(spot);
		if (spot->run->cells[spot->no].good)
			say(spot, "field-unused", NULL);
		break;
	default:
		check_any(spot);
	}
}

static void
check_type(const struct spot *spot)
{
	const struct check_result *result = spot->run->result;
	uint64_t before = result->errors + result->warnings;

	switch (spot->field->type) {
	case TYPE_NUMERIC:
		check_numeric(spot);
		break;
	case TYPE_ALNUM:
		check_alnum(spot);
		break;
	case TYPE_TEXT:
	case TYPE_KANA:
		check_text(spot);
		if (spot->field->format == FORMAT_IMAGE &&
		    result->errors + result->warnings == before)
			check_image_name(spot);
		break;
	case TYPE_DATE8:
		check_date(spot);
		break;
	case TYPE_MONTH6:
		check_month(spot);
		break;
	case TYPE_TIME4:
		check_time(spot);
		break;
	case TYPE_CODE:
	case TYPE_FLAG:
		check_code(spot);
		break;
	}
}

static void
check_filled(const struct spot *spot)
{
	const struct check_result *result = spot->run->result;
	struct check_memo *memo = &spot->run->memos[spot->no];
	uint64_t before = result->errors + result->warnings;

	if (memchr(spot->p, '\0', spot->n) != NULL)
		say(spot, "nul-byte", NULL);
	else
		check_type(spot);
	if (spot->n > sizeof memo->value ||
	    result->errors + result->warnings > before)
		return;
	memo->n = spot->n;
	memcpy(memo->value, spot->p, spot->n);
}

/* -- all fields --------------------------------------------------------- */

/* In loads that overlap where n is no power of two; compilers do memcmp() of a
 * constant length in line.  Its call for each field would be the largest part
 * of a check. */
static bool
same_value(const char *a, const char *b, size_t n)
{
	if (n > 16)
		return memcmp(a, b, n) == 0;
	if (n >= 8)
		return memcmp(a, b, 8) == 0 &&
		       memcmp(a + n - 8, b + n - 8, 8) == 0;
	if (n >= 4)
		return memcmp(a, b, 4) == 0 &&
		       memcmp(a + n - 4, b + n - 4, 4) == 0;
	if (n >= 2)
		return memcmp(a, b, 2) == 0 &&
		       memcmp(a + n - 2, b + n - 2, 2) == 0;
	return *a == *b;
}

void
check_fields(struct check_run *run)
{
	const struct layout *layout = &run->kind->layout;

	for (unsigned no = 1; no <= layout->count; no++) {
		const struct cell *cell = &run->cells[no];
		const struct check_memo *memo = &run->memos[no];
		struct spot spot = {.run = run, .no = no};

		/* the verdict on a value depends on nothing but the file: most
		 * repeat from record to record, and there is nothing to do */
		if (!cell->there ||
		    (cell->n > 0 && cell->n == memo->n &&
			same_value(cell->p, memo->value, cell->n)))
			continue;
		spot.field = &layout->fields[no - 1];
		spot.p = cell->p;
		spot.n = cell->n;
		if (cell->n == 0)
			check_empty(&spot);
		else
			check_filled(&spot);
	}
}

/* NAME
 *	check_field - one field alone
 * SUMMARY
 *	Empty or not, then by its type, then by its format; the first fault of a
 *	field is said, further ones would have the same cause.
 * DESCRIPTION
 *	What the layout marks as uncertain ends in a warning.  Check digits are
 *	warnings too: the standard's own examples break them.
 *
 *	Numbers, dates and times are looked at here; texts in check_field_text.c,
 *	identifiers and codes in check_field_code.c.
 */
#include <string.h>

#include "calendar.h"
#include "check_spot.h"

/* Before this year nobody who lives was born; a date field holds a slip. */
#define YEAR_FIRST 1868
/* Ahead of the file's own time stamp this far is a dummy for "open". */
#define YEARS_AHEAD 10
#define YEAR_LAST   2100

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
check_decimal(const struct spot *spot)
{
	const char *dot = memchr(spot->p, '.', spot->n);
	size_t before = dot != NULL ? (size_t)(dot - spot->p) : spot->n;
	size_t after = dot != NULL ? spot->n - before - 1 : 0;

	if (!spot_all_digits(spot->p, before) ||
	    (dot != NULL && !spot_all_digits(dot + 1, after)) || after > 2)
		spot_say(spot, "type-decimal", NULL);
	else if (spot->n > spot->field->max)
		spot_length(spot);
	else if (after != 2)
		spot_say(spot, "decimal-form", NULL);
}

static void
check_numeric(const struct spot *spot)
{
	bool negative = spot->p[0] == '-';

	if (spot->field->format == FORMAT_DECIMAL) {
		check_decimal(spot);
		return;
	}
	if (!spot_all_digits(spot->p + negative, spot->n - negative)) {
		if (spot->field->type_uncertain)
			spot_say(spot, "value-form-odd", "1, 2, 3 …");
		else
			spot_say(spot, "type-numeric", NULL);
		return;
	}
	spot_length(spot);
	if (!spot->run->cells[spot->no].good)
		return;
	if (negative && !negative_is_fine(spot))
		spot_say(spot, "number-negative", NULL);
	else if (spot_all_of(spot->p, spot->n, "0")) {
		if (spot->field->format == FORMAT_SERIAL99)
			spot_say(spot, "number-range", "1-99");
		else if (spot->field->format == FORMAT_SERIAL)
			spot_say(spot, "value-form-odd", "1, 2, 3 …");
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

	if (spot_is(spot, spot->field->special))
		return;
	if (spot->n != 8 || !spot_all_digits(spot->p, 8)) {
		spot_say(spot, "date-form", NULL);
		return;
	}
	if (spot_is(spot, "00000000")) {
		spot_say(spot, "date-zero", NULL);
		return;
	}
	if (!calendar_date(spot->p)) {
		spot_say(spot, "date-not-existing", NULL);
		return;
	}
	year = calendar_digits(spot->p, 4);
	if (year < YEAR_FIRST)
		spot_say(spot, "date-year", NULL);
	else if (year > year_last(spot->run))
		spot_say(spot, "date-future", NULL);
}

static void
check_month(const struct spot *spot)
{
	if (spot_is(spot, spot->field->special))
		return;
	/* long-term care insurance began in April 2000 */
	if (spot->n != 6 || !calendar_month(spot->p) ||
	    calendar_digits(spot->p, 4) < 2000)
		spot_say(spot, "month-form", NULL);
}

static void
check_time(const struct spot *spot)
{
	if (spot_is(spot, spot->field->special))
		return;
	if (spot_is(spot, "9999"))
		spot_say(spot, "time-9999", NULL);
	else if (spot_is(spot, "2400"))
		spot_say(spot, "time-2400", NULL);
	else if (spot->n != 4 || !calendar_time(spot->p))
		spot_say(spot, "time-form", NULL);
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
		check_field_alnum(spot);
		break;
	case TYPE_TEXT:
	case TYPE_KANA:
		check_field_text(spot);
		if (spot->field->format == FORMAT_IMAGE &&
		    result->errors + result->warnings == before)
			check_field_image(spot);
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
		check_field_code(spot);
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
		spot_say(spot, "nul-byte", NULL);
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
			spot_empty(&spot);
		else
			check_filled(&spot);
	}
}

/* NAME
 *	check_field_code - identifiers and codes
 * SUMMARY
 *	Numbers of insurers, clients and offices, postal and TAIS codes, days of
 *	a month, services, and what a table lists.
 * DESCRIPTION
 *	Check digits are warnings: the standard's own examples break them.
 */
#include <string.h>

#include "check_spot.h"
#include "number.h"

#define TOTAL_OFFICE "9999999999"

static void
check_insurer(const struct spot *spot)
{
	if (spot->n != 6 || !spot_all_digits(spot->p, 6))
		spot_say(spot, "insurer-form", NULL);
	else if (!number_insurer_check(spot->p))
		spot_say(spot, "insurer-check", NULL);
}

static void
check_insured(const struct spot *spot)
{
	bool h = spot->p[0] == 'H';

	if (spot->n != 10 || !spot_all_digits(spot->p + h, 10U - h))
		spot_say(spot, "insured-form", NULL);
}

static void
check_office(const struct spot *spot)
{
	if (spot_is(spot, spot->field->special))
		return;
	if (!number_office_form(spot->p, spot->n))
		spot_say(spot, "office-form", NULL);
	/* the number of total rows has a right check digit, but is nobody's */
	else if (!number_office_check(spot->p) || spot_is(spot, TOTAL_OFFICE))
		spot_say(spot, "office-check", NULL);
}

static void
check_postal(const struct spot *spot)
{
	if (spot->n == 8 && spot->p[3] == '-' && spot_all_digits(spot->p, 3) &&
	    spot_all_digits(spot->p + 4, 4))
		return;
	if (spot->n == 7 && spot_all_digits(spot->p, 7))
		spot_say(spot, "value-form-odd", spot->field->format_text);
	else
		spot_say(spot, "value-form", spot->field->format_text);
}

/* The layout prints a wide hyphen, but the length fits an ASCII one. */
static bool
tais_wide(const struct spot *spot)
{
	static const char *const wide[] = {
	    "\x81\x7C", "\x81\x5D", "\x81\x5B", "\x81\x5C"};

	if (spot->n != 13 || !spot_all_digits(spot->p, 5) ||
	    !spot_all_digits(spot->p + 7, 6))
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
	if (spot->n == 12 && spot->p[5] == '-' && spot_all_digits(spot->p, 5) &&
	    spot_all_digits(spot->p + 6, 6))
		return;
	if (tais_wide(spot) || (spot->n == 11 && spot_all_digits(spot->p, 11)))
		spot_say(spot, "value-form-odd", spot->field->format_text);
	else
		spot_say(spot, "value-form", spot->field->format_text);
}

static void
check_days(const struct spot *spot)
{
	if (spot->n != 31 || !spot_all_of(spot->p, spot->n, "01"))
		spot_say(spot, "days-form", NULL);
}

static void
check_service(const struct spot *spot)
{
	const char *scope;

	if (spot->n != 6 ||
	    !spot_all_of(spot->p, 6, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
		spot_say(spot, "service-code-form", NULL);
		return;
	}
	if (spot_is(spot, spot->field->special))
		return; /* the grand total */
	scope = service_type(spot->run->standard, spot->p, "exchange_scope");
	if (scope == NULL)
		spot_say(spot, "service-type-unknown", NULL);
	else if (strcmp(scope, "out") == 0)
		spot_say(spot, "service-out-of-scope", NULL);
}

void
check_field_code(const struct spot *spot)
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
	spot_say(spot, "code-unknown", wanted->data);
}

static void
check_any(const struct spot *spot)
{
	if (!charset_ascii(spot->p, spot->n) || spot_has_control(spot))
		spot_say(spot, "type-alnum", NULL);
	else
		spot_length(spot);
}

void
check_field_alnum(const struct spot *spot)
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
		    !spot_is(spot, spot->field->format_text))
			spot_say(spot, "field-fixed", spot->field->format_text);
		break;
	case FORMAT_UNUSED:
		check_any(spot);
		if (spot->run->cells[spot->no].good)
			spot_say(spot, "field-unused", NULL);
		break;
	default:
		check_any(spot);
	}
}

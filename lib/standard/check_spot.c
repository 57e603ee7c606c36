/* NAME
 *	check_spot - a field under the eye of the check
 * SUMMARY
 *	see check_spot.h
 */
#include <stdio.h>
#include <string.h>

#include "check_spot.h"

void
spot_say(const struct spot *spot, const char *code, const char *expected)
{
	if (check_is_error(spot->run, code))
		spot->run->cells[spot->no].good = false;
	check_say_cell(spot->run, code, spot->no, expected);
}

void
spot_say_limit(const struct spot *spot, const char *code, unsigned limit)
{
	char text[16];

	snprintf(text, sizeof text, "%u", limit);
	spot_say(spot, code, text);
}

bool
spot_has_control(const struct spot *spot)
{
	for (size_t i = 0; i < spot->n; i++) {
		unsigned char c = (unsigned char)spot->p[i];

		if ((c < 0x20 && c != '\n' && c != '\r') || c == 0x7F)
			return true;
	}
	return false;
}

void
spot_length(const struct spot *spot)
{
	const struct layout_field *field = spot->field;
	bool v3 = spot->run->shape == LAYOUT_V3 && field->v3_max != 0;

	if (v3 && spot->n > field->v3_max)
		spot_say_limit(spot, "length", field->v3_max);
	else if (field->max == 0 || spot->n <= field->max)
		return;
	else if (field->max_hard != 0 && spot->n > field->max_hard)
		spot_say_limit(spot, "length", field->max_hard);
	else
		spot_say_limit(spot, "length-uncertain", field->max);
}

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

void
spot_empty(const struct spot *spot)
{
	spot->run->cells[spot->no].good = false;
	if (spot->field->need != NEED_REQUIRED)
		return;
	if (!spot->field->need_uncertain)
		spot_say(spot,
		    may_be_rate(spot) ? "field-expected" : "field-required",
		    NULL);
	else if (!may_be_rate(spot))
		spot_say(spot, "field-expected", NULL);
}

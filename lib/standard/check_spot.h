/* NAME
 *	check_spot - a field under the eye of the check (this folder only)
 * DESCRIPTION
 *	What every check of a single field needs: where it is, how a fault is
 *	said of it, and the questions that several types ask.
 */
#ifndef TASUKI_CHECK_SPOT_H
#define TASUKI_CHECK_SPOT_H

#include <string.h>

#include "check_run.h"

struct spot {
	struct check_run *run;
	const struct layout_field *field;
	unsigned no;
	const char *p;
	size_t n;
};

/* spot_say(spot, code, expected): say it; the field is not good if it is an
 * error. */
void spot_say(const struct spot *spot, const char *code, const char *expected);
void spot_say_limit(const struct spot *spot, const char *code, unsigned limit);
/* spot_empty(spot): nothing is there; may that be? */
void spot_empty(const struct spot *spot);
/* spot_length(spot): is it longer than the layout allows? */
void spot_length(const struct spot *spot);
/* spot_has_control(spot): but for ends of lines. */
bool spot_has_control(const struct spot *spot);

/* In line: they are asked of every field of every record. */
static inline bool
spot_all_of(const char *p, size_t n, const char *set)
{
	return n > 0 && strspn(p, set) == n;
}

static inline bool
spot_all_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
	}
	return n > 0;
}

static inline bool
spot_is(const struct spot *spot, const char *text)
{
	return *text != '\0' && strcmp(spot->p, text) == 0;
}

/* ---- check_field_text.c ---- */
void check_field_text(const struct spot *spot);
/* check_field_image(spot): the name of an image, as text already good. */
void check_field_image(const struct spot *spot);

/* ---- check_field_code.c ---- */
void check_field_alnum(const struct spot *spot);
/* check_field_code(spot): one of a table. */
void check_field_code(const struct spot *spot);

#endif

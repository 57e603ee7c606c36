/* NAME
 *	inside - what the files of lib/forms share with each other only
 */
#ifndef TASUKI_FORMS_INSIDE_H
#define TASUKI_FORMS_INSIDE_H

#include "layout.h"

#include "form.h"
#include "form6.h"
#include "forms.h"
#include "pivot.h"

/* The columns of form 6, as the table of places has them. */
struct form6_places {
	struct form_place time, content, office, side, days, total;
	struct form_place dates, weekdays, grid;
	unsigned rows; /* services a page */
};

struct forms {
	const struct standard *standard;
	struct form *form6;
	struct form6_places form6_places;
	const struct layout_codes *care_levels; /* lives with standard */
};

/* form6_prepare(form, places, path, why): find every place form 6 needs. */
int form6_prepare(const struct form *form, struct form6_places *places,
    const char *path, struct why *why) TSK_MUST_USE;
/* form6_read(standard, input, pivot, why): all UPPLAN, UPJSK and UPHOSOKU. */
int form6_read(const struct standard *standard, const struct form6_input *input,
    struct pivot *pivot, struct why *why) TSK_MUST_USE;

#endif

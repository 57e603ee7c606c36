/* NAME
 *	forms - the definitions of the forms, loaded once
 * SUMMARY
 *	see forms.h
 */
#include <stdio.h>
#include <stdlib.h>

#include "inside.h"

static int
load_form6(struct forms *forms, const char *dir, struct why *why)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/form6.tsv", dir) >=
	    (int)sizeof(path)) {
		why_set(why, WHY_NEVER, "form-table",
		    "The path of the forms is too long.");
		return TSK_INVALID;
	}
	int rc = form_load(path, &forms->form6, why);
	if (rc < 0)
		return rc;
	return form6_prepare(forms->form6, &forms->form6_places, path, why);
}

static const struct layout_codes *
find_care_levels(const struct standard *standard)
{
	const struct layout *layout = layout_find(standard, "UPHOSOKU");
	unsigned no = layout == NULL ? 0 : layout_field(layout, "care_level");

	return no == 0 ? NULL : layout->fields[no - 1].codes;
}

int
forms_load(const char *dir, const struct standard *standard, struct forms **out,
    struct why *why)
{
	struct forms *forms = mem_new(sizeof(*forms));

	forms->standard = standard;
	forms->care_levels = find_care_levels(standard);
	int rc = load_form6(forms, dir, why);
	if (rc < 0)
		forms_free(&forms);
	*out = forms;
	return rc;
}

void
forms_free(struct forms **forms_p)
{
	struct forms *forms = *forms_p;

	if (forms == NULL)
		return;
	form_free(&forms->form6);
	free(forms);
	*forms_p = NULL;
}

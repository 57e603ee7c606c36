/* NAME
 *	forms - the definitions of the forms, loaded once
 * SUMMARY
 *	see forms.h
 */
#include <stdio.h>
#include <stdlib.h>

#include "inside.h"

static const char *const files[FORM_IDS] = {
    [FORM_6] = "form6.tsv",
    [FORM_7] = "form7.tsv",
    [FORM_1] = "plan1.tsv",
    [FORM_2] = "plan2.tsv",
    [FORM_3] = "plan3.tsv",
    [FORM_PERSON] = "person.tsv",
    [FORM_PERSON_SECOND] = "person2.tsv",
    [FORM_PREVENT] = "prevent.tsv",
    [FORM_PREVENT_SECOND] = "prevent2.tsv",
    [FORM_NOTICE] = "notice.tsv",
    [FORM_PLAIN] = "plain.tsv",
    [FORM_MORE] = "more.tsv",
    [FORM_COVER_FAX] = "cover_fax.tsv",
    [FORM_COVER_POST] = "cover_post.tsv",
    [FORM_COVER_TEST] = "cover_test.tsv",
    [FORM_IMAGE] = "image.tsv",
};

/* The places and columns that the program fills; a table without one is
 * refused when it is loaded. */
static const struct {
	enum form_id form;
	const char *place;
	bool columns;
} wanted[] = {
    {FORM_7, "rows", true},
    {FORM_1, "rows", true},
    {FORM_2, "rows", true},
    {FORM_3, "week", false},
    {FORM_3, "activities", false},
    {FORM_3, "below", false},
    {FORM_PERSON, "image", false},
    {FORM_PERSON_SECOND, "days", true},
    {FORM_PERSON_SECOND, "history", true},
    {FORM_PREVENT_SECOND, "rows", true},
    {FORM_NOTICE, "rows", true},
    {FORM_PLAIN, "rows", false},
    {FORM_MORE, "notes", true},
    {FORM_IMAGE, "image", false},
    {FORM_IMAGE, "photo", false},
};

static int
load_table(
    struct forms *forms, const char *dir, enum form_id id, struct why *why)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s", dir, files[id]) >=
	    (int)sizeof(path)) {
		why_set(why, WHY_NEVER, "form-table",
		    "The path of the forms is too long.");
		return TSK_INVALID;
	}
	int rc = form_load(path, &forms->table[id], why);
	if (rc == 0 && id == FORM_6)
		rc = form6_prepare(
		    forms->table[id], &forms->form6_places, path, why);
	return rc;
}

static int
check_places(const struct forms *forms, struct why *why)
{
	struct form_place place;
	struct form_column column;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct form *form = forms->table[wanted[i].form];
		if (form_place(form, wanted[i].place, &place) == 0 &&
		    (!wanted[i].columns ||
			form_columns(form, wanted[i].place, &column, 1) > 0))
			continue;
		why_set(why, WHY_NEVER, "form-table",
		    "%s: there is no place \"%s\" with all it needs.",
		    files[wanted[i].form], wanted[i].place);
		return TSK_INVALID;
	}
	return 0;
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
	int rc = 0;

	forms->standard = standard;
	forms->care_levels = find_care_levels(standard);
	for (int id = 0; id < FORM_IDS && rc == 0; id++)
		rc = load_table(forms, dir, (enum form_id)id, why);
	if (rc == 0)
		rc = check_places(forms, why);
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
	for (int id = 0; id < FORM_IDS; id++)
		form_free(&forms->table[id]);
	free(forms);
	*forms_p = NULL;
}

int
forms_load_tables(const char *standard_from, const char *forms_from,
    struct standard **standard, struct forms **forms, struct why *why)
{
	const char *dir =
	    standard_from[0] != '\0' ? standard_from : standard_dir();
	char beside[4096];

	*forms = NULL;
	int rc = standard_load(dir, standard, why);
	if (rc < 0)
		return rc;
	snprintf(beside, sizeof(beside), "%.4000s/../forms", dir);
	rc = forms_load(
	    forms_from[0] != '\0' ? forms_from : beside, *standard, forms, why);
	if (rc < 0)
		standard_free(standard);
	return rc;
}

const struct form *
forms_table(const struct forms *forms, enum form_id id)
{
	return forms->table[id];
}

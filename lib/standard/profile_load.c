/* NAME
 *	profile_load - how severe each finding is (profiles.tsv), and the
 *	figures rules allow for (tolerances.tsv)
 * DESCRIPTION
 *	One row a code, one column a profile.  A code without a row has the level
 *	of findings.tsv in all of them, so a new finding needs no row.
 * DIAGNOSTICS
 *	TSK_INVALID with file and line: an unknown code or level.
 */
#include <string.h>

#include "tables.h"

#define FILE_NAME "profiles.tsv"

static const char *const columns[] = {
    "code", "strict", "exchange", "lenient", NULL};

static bool
parse_level(const char *text, uint8_t *out)
{
	static const char *const words[] = {
	    [LEVEL_IGNORE] = "ignore",
	    [LEVEL_WARNING] = "warning",
	    [LEVEL_ERROR] = "error",
	};

	for (uint8_t i = 0; i < 3; i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

static int
load_row(struct loader *loader, const struct table *t, size_t row)
{
	struct standard *s = loader->standard;
	const char *code = table_text(t, row, "code");
	/* only the loader writes; everybody else gets it const */
	struct finding_text *text =
	    (struct finding_text *)finding_find(s, code);

	if (text == NULL)
		return load_bad(
		    loader, FILE_NAME, t, row, "findings.tsv has no %s.", code);
	for (size_t i = 0; i < s->profile_count; i++) {
		const char *level = table_text(t, row, s->profiles[i].name);

		if (!parse_level(level, &text->level[i]))
			return load_bad(loader, FILE_NAME, t, row,
			    "%s is none of error, warning, ignore.", level);
	}
	return 0;
}

static void
add_profile(struct standard *s, const char *name)
{
	struct profile *profile = &s->profiles[s->profile_count];

	*profile = (struct profile){name, (unsigned)s->profile_count++};
}

int
profiles_load(struct loader *loader)
{
	struct standard *s = loader->standard;
	struct table *t;
	int rc = load_table(loader, FILE_NAME, columns, &t);

	if (rc != 0)
		return rc;
	add_profile(s, "exchange");
	add_profile(s, "strict");
	add_profile(s, "lenient");
	for (size_t i = 0; i < s->finding_count; i++) {
		struct finding_text *text = &s->findings[i];

		memset(text->level, text->error ? LEVEL_ERROR : LEVEL_WARNING,
		    sizeof text->level);
	}
	for (size_t i = 0; i < table_rows(t) && rc == 0; i++)
		rc = load_row(loader, t, i);
	return rc;
}

/* -- tolerances --------------------------------------------------------- */

int
tolerances_load(struct loader *loader)
{
	static const char *const names[TOLERANCES] = {"cost_yen",
	    "discount_units", "price_min", "price_max", "rate_percent",
	    "birth_age"};
	static const char *const wanted[] = {"name", "value", NULL};
	struct table *t;
	int rc = load_table(loader, "tolerances.tsv", wanted, &t);

	for (size_t i = 0; i < TOLERANCES && rc == 0; i++) {
		long row = table_find(t, table_column(t, "name"), names[i]);
		unsigned value = 0;

		if (row < 0 || !cell_number(table_text(t, (size_t)row, "value"),
				   1000000, &value))
			rc = load_bad(loader, "tolerances.tsv", t,
			    row < 0 ? 0 : (size_t)row, "%s is missing.",
			    names[i]);
		loader->standard->tolerances[i] = (long)value;
	}
	return rc;
}

long
standard_tolerance(const struct standard *standard, enum tolerance which)
{
	return standard->tolerances[which];
}

const struct profile *
standard_profile(const struct standard *standard, const char *name)
{
	for (size_t i = 0; i < standard->profile_count; i++) {
		if (strcmp(standard->profiles[i].name, name) == 0)
			return &standard->profiles[i];
	}
	return NULL;
}

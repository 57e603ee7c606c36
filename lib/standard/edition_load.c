/* NAME
 *	edition_load - editions (editions.tsv) and sets (bundles.tsv)
 * DIAGNOSTICS
 *	TSK_INVALID with file and line: an unknown word, a version without an
 *	edition, a set of unknown kinds.
 */
#include <stdio.h>
#include <string.h>

#include "tables.h"

/* -- editions ----------------------------------------------------------- */

static const char *const edition_columns[] = {
    "code", "edition", "layout", "name_form", "applies_from", "state", NULL};

int
shape_find(const struct standard *s, const char *name)
{
	for (size_t i = 0; i < s->shape_count; i++) {
		if (strcmp(s->shapes[i], name) == 0)
			return (int)i;
	}
	return -1;
}

/* A layout that the table names for the first time is one more. */
static int
take_shape(struct standard *s, const char *name)
{
	int known = shape_find(s, name);

	if (known >= 0)
		return known;
	if (*name == '\0' || s->shape_count == LAYOUT_SHAPES_MAX)
		return -1;
	s->shapes[s->shape_count] = name;
	return (int)s->shape_count++;
}

const char *
layout_shape_name(const struct standard *s, enum layout_shape shape)
{
	return (size_t)shape < s->shape_count ? s->shapes[shape] : NULL;
}

static int
add_edition(struct loader *loader, const struct table *table, size_t row)
{
	struct standard *s = loader->standard;
	struct layout_edition *e = &s->editions[s->edition_count];
	const char *shape = table_text(table, row, "layout");
	const char *form = table_text(table, row, "name_form");
	int known = take_shape(s, shape);

	e->code = table_text(table, row, "code");
	e->edition = table_text(table, row, "edition");
	e->applies_from = table_text(table, row, "applies_from");
	e->shape = (enum layout_shape)(known < 0 ? 0 : known);
	e->form = strcmp(form, "v3") == 0     ? NAME_V3
		  : strcmp(form, "v4_0") == 0 ? NAME_V4_0
					      : NAME_V4_1;
	e->state = strcmp(table_text(table, row, "state"), "current") == 0
		       ? EDITION_CURRENT
		       : EDITION_OLD;
	if (known < 0 || (e->form == NAME_V4_1 && strcmp(form, "v4_1") != 0))
		return load_bad(loader, "editions.tsv", table, row,
		    "too many layouts with %s, or unknown name_form %s.", shape,
		    form);
	if (layout_edition(s, e->code) != NULL)
		return load_bad(loader, "editions.tsv", table, row,
		    "the code %s is there twice.", e->code);
	s->edition_count++;
	return 0;
}

int
editions_load(struct loader *loader)
{
	struct standard *s = loader->standard;
	struct table *table;
	int rc = load_table(loader, "editions.tsv", edition_columns, &table);

	if (rc != 0)
		return rc;
	s->shapes[LAYOUT_V3] = "v3";
	s->shapes[LAYOUT_V4] = "v4";
	s->shape_count = 2;
	s->editions = mem_new((table_rows(table) + 1) * sizeof *s->editions);
	for (size_t i = 0; i < table_rows(table); i++) {
		rc = add_edition(loader, table, i);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
editions_check(struct loader *loader)
{
	struct standard *s = loader->standard;
	const struct layout_codes *codes =
	    layout_codes_of(s, "codes/csv_version.tsv");

	for (size_t i = 0; codes != NULL && i < table_rows(codes->table); i++) {
		if (layout_edition(s, table_text(codes->table, i, "code")) ==
		    NULL)
			return load_bad(loader, codes->path, codes->table, i,
			    "editions.tsv does not know this version.");
	}
	return 0;
}

/* -- sets --------------------------------------------------------------- */

static const char *const bundle_columns[] = {
    "members", "optional", "versions", NULL};

static bool
listed(const char *list, const char *word, size_t n)
{
	for (const char *at = list; *at != '\0';) {
		size_t length = strcspn(at, ",");

		if (length == n && memcmp(at, word, n) == 0)
			return true;
		at += length + (at[length] == ',');
	}
	return false;
}

/* "V3,V4.1" or "V9.9": an edition whose names are not those of V1 to V3. */
static bool
after_v3(const char *versions)
{
	while (*versions != '\0') {
		size_t n = strcspn(versions, ",");

		if (n > 1 &&
		    (versions[1] < '1' || versions[1] > '3' ||
			(n > 2 && versions[2] >= '0' && versions[2] <= '9')))
			return true;
		versions += n + (versions[n] == ',');
	}
	return false;
}

static int
add_bundle(struct loader *loader, const struct table *table, size_t row)
{
	struct standard *s = loader->standard;
	struct bundle *bundle = &s->bundles[s->bundle_count++];
	const char *optional = table_text(table, row, "optional");
	const char *at = table_text(table, row, "members");

	bundle->v3 = strstr(table_text(table, row, "versions"), "V3") != NULL;
	bundle->v4 = after_v3(table_text(table, row, "versions"));
	while (*at != '\0') {
		size_t length = strcspn(at, ",");
		char word[NAME_KIND_BYTES];
		const struct file_kind *kind;

		snprintf(word, sizeof word, "%.*s", (int)length, at);
		kind = kind_find(s, word);
		if (kind == NULL || bundle->count == BUNDLE_MAX)
			return load_bad(loader, "bundles.tsv", table, row,
			    "%s is no kind, or there are too many.", word);
		bundle->members[bundle->count].kind = kind->kind;
		bundle->members[bundle->count++].optional =
		    listed(optional, word, length);
		at += length + (at[length] == ',');
	}
	if (bundle->count == 0)
		return load_bad(
		    loader, "bundles.tsv", table, row, "no members.");
	return 0;
}

int
bundles_load(struct loader *loader)
{
	struct standard *s = loader->standard;
	struct table *table;
	int rc = load_table(loader, "bundles.tsv", bundle_columns, &table);

	if (rc != 0)
		return rc;
	s->bundles = mem_new((table_rows(table) + 1) * sizeof *s->bundles);
	for (size_t i = 0; i < table_rows(table) && rc == 0; i++)
		rc = add_bundle(loader, table, i);
	return rc;
}

/* NAME
 *	kind_load - kinds of files (files.tsv)
 * DESCRIPTION
 *	Names, name patterns, directions; loads the layout of each kind and
 *	compares the numbers of fields.
 * DIAGNOSTICS
 *	TSK_INVALID with file and line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

static const char *const kind_columns[] = {"prefix", "name_ja", "name_en",
    "pattern_v4_1", "pattern_v4_0", "pattern_v3", "pattern_odd", "versions",
    "directions", "layout", "fields_v4_1", "fields_v3", "month_in_name", NULL};

static int
add_pattern(struct loader *loader, const struct table *table, size_t row,
    struct file_kind *kind, const char *column, enum name_form form)
{
	struct pattern *pattern = &kind->patterns[kind->pattern_count];
	char text[256];

	/* an uncertain pattern is a pattern: there is no other one to take */
	cell_uncertain(table_text(table, row, column), text, sizeof text);
	if (strcmp(text, "-") == 0)
		return 0;
	if (!pattern_parse(kind->kind, text, pattern))
		return load_bad(loader, "files.tsv", table, row,
		    "%s is not a pattern of %s.", column, kind->kind);
	pattern->form = form;
	pattern->odd = strcmp(column, "pattern_odd") == 0;
	kind->pattern_count++;
	return 0;
}

static int
add_patterns(struct loader *loader, const struct table *table, size_t row,
    struct file_kind *kind)
{
	int rc =
	    add_pattern(loader, table, row, kind, "pattern_v4_1", NAME_V4_1);

	if (rc == 0)
		rc = add_pattern(
		    loader, table, row, kind, "pattern_v4_0", NAME_V4_0);
	if (rc == 0)
		rc = add_pattern(
		    loader, table, row, kind, "pattern_v3", NAME_V3);
	if (rc == 0)
		rc = add_pattern(
		    loader, table, row, kind, "pattern_odd", NAME_V4_1);
	if (rc == 0 && kind->pattern_count == 0)
		rc = load_bad(loader, "files.tsv", table, row,
		    "%s has no name pattern.", kind->kind);
	return rc;
}

static bool
parse_party(const char *text, enum party *out)
{
	static const char *const words[PARTIES] = {"CM", "SC", "SP"};

	for (*out = 0; *out < PARTIES; ++*out) {
		if (strncmp(text, words[*out], 2) == 0)
			return true;
	}
	return false;
}

/* "CM>SP;SC>SP" */
static bool
parse_directions(const char *text, struct file_kind *kind)
{
	while (*text != '\0') {
		size_t n = strcspn(text, ";");
		enum party from, to;

		if (n != 5 || text[2] != '>' || !parse_party(text, &from) ||
		    !parse_party(text + 3, &to))
			return false;
		kind->goes[from][to] = true;
		text += n + (text[n] == ';');
	}
	return true;
}

/* -- roles -------------------------------------------------------------- */

/* May the party export (import) the kind in some domain?  An uncertain "no" is
 * none: the text of the standard describes what its table does not list. */
static bool
plays(const struct table *t, const char *kind, enum party party,
    const char *column)
{
	for (size_t i = 0; i < table_rows(t); i++) {
		enum party role;

		if (strcmp(table_text(t, i, "prefix"), kind) == 0 &&
		    parse_party(table_text(t, i, "role"), &role) &&
		    role == party && strcmp(table_text(t, i, column), "-") != 0)
			return true;
	}
	return false;
}

/* Directions of files.tsv that nobody could use are a slip in one of both. */
int
roles_load(struct loader *loader)
{
	static const char *const columns[] = {
	    "prefix", "role", "export", "import", NULL};
	struct standard *s = loader->standard;
	struct table *t;
	int rc = load_table(loader, "roles.tsv", columns, &t);

	for (size_t i = 0; i < s->kind_count && rc == 0; i++) {
		const struct file_kind *kind = &s->kinds[i];

		if (table_find(t, table_column(t, "prefix"), kind->kind) < 0)
			continue; /* goes with another one */
		for (unsigned d = 0; d < PARTIES * PARTIES && rc == 0; d++) {
			enum party from = d / PARTIES, to = d % PARTIES;

			if (kind->goes[from][to] &&
			    (!plays(t, kind->kind, from, "export") ||
				!plays(t, kind->kind, to, "import")))
				rc = load_bad(loader, "roles.tsv", t, 0,
				    "files.tsv sends %s where nobody exports "
				    "or imports it.",
				    kind->kind);
		}
	}
	return rc;
}

static int
check_columns(struct loader *loader, const struct table *table, size_t row,
    const struct file_kind *kind)
{
	unsigned columns = layout_columns(&kind->layout, LAYOUT_V4), n = 0;
	char text[16];

	cell_uncertain(
	    table_text(table, row, "fields_v4_1"), text, sizeof text);
	/* "-": a kind that came after 4.1 */
	if (strcmp(text, "-") != 0 && !cell_number(text, LAYOUT_FIELDS_MAX, &n))
		n = LAYOUT_FIELDS_MAX + 1;
	if (n != columns)
		return load_bad(loader, "files.tsv", table, row,
		    "fields_v4_1 is %s, but the layout has %u fields.", text,
		    columns);
	return 0;
}

static int
add_kind(struct loader *loader, const struct table *table, size_t row)
{
	struct standard *s = loader->standard;
	struct file_kind *kind = &s->kinds[s->kind_count];
	const char *versions = table_text(table, row, "versions");
	int rc;

	kind->kind = table_text(table, row, "prefix");
	kind->kind_length = strlen(kind->kind);
	kind->name_ja = table_text(table, row, "name_ja");
	kind->name_en = table_text(table, row, "name_en");
	if (kind->kind_length == 0 || kind->kind_length >= NAME_KIND_BYTES ||
	    kind_find(s, kind->kind) != NULL)
		return load_bad(loader, "files.tsv", table, row,
		    "the prefix is empty, too long or there twice.");
	s->kind_count++;
	kind->in_v3 = strstr(versions, "V3") != NULL;
	kind->in_v4 = strstr(versions, "V4.0") != NULL ||
		      strstr(versions, "V4.1") != NULL;
	kind->month_may_be_zero =
	    strstr(table_text(table, row, "month_in_name"), "000000") != NULL;
	kind->image = strncmp(table_text(table, row, "layout"), "-", 1) == 0;
	if (!parse_directions(table_text(table, row, "directions"), kind))
		return load_bad(loader, "files.tsv", table, row,
		    "directions are written like CM>SP;SC>SP.");
	rc = add_patterns(loader, table, row, kind);
	if (rc != 0 || kind->image)
		return rc;
	rc = layout_load(loader, kind);
	return rc != 0 ? rc : check_columns(loader, table, row, kind);
}

static int
by_length(const void *a, const void *b)
{
	const struct file_kind *x = a, *y = b;

	if (x->kind_length != y->kind_length)
		return x->kind_length < y->kind_length ? 1 : -1;
	return strcmp(x->kind, y->kind);
}

int
kinds_load(struct loader *loader)
{
	struct standard *s = loader->standard;
	struct table *table;
	int rc = load_table(loader, "files.tsv", kind_columns, &table);

	if (rc != 0)
		return rc;
	if (table_rows(table) > KINDS_MAX)
		return load_bad(
		    loader, "files.tsv", table, KINDS_MAX, "too many kinds.");
	for (size_t i = 0; i < table_rows(table); i++) {
		rc = add_kind(loader, table, i);
		if (rc != 0)
			return rc;
	}
	qsort(s->kinds, s->kind_count, sizeof s->kinds[0], by_length);
	rc = layout_load_v3(loader);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < table_rows(table); i++) {
		const struct file_kind *kind =
		    kind_find(s, table_text(table, i, "prefix"));
		char text[16];
		unsigned n;

		cell_uncertain(
		    table_text(table, i, "fields_v3"), text, sizeof text);
		if (kind->image || !cell_number(text, LAYOUT_FIELDS_MAX, &n))
			n = 0;
		if (n != kind->layout.v3_count)
			return load_bad(loader, "files.tsv", table, i,
			    "fields_v3 is %s, but the V3 map gives %u.", text,
			    kind->layout.v3_count);
	}
	return 0;
}

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

/* "CM>SP;SC>SP": care-management offices and support centers are not told
 * apart here, since no table says for sure which types centers use. */
static bool
parse_directions(const char *text, struct file_kind *kind)
{
	while (*text != '\0') {
		size_t n = strcspn(text, ";");
		bool from = strncmp(text, "SP", 2) == 0;

		if (n != 5 || text[2] != '>')
			return false;
		kind->goes[from][strncmp(text + 3, "SP", 2) == 0] = true;
		text += n + (text[n] == ';');
	}
	return true;
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
	kind->in_v4 = strstr(versions, "V4") != NULL;
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

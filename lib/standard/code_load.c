/* NAME
 *	code_load - code tables and the index of service types
 * DIAGNOSTICS
 *	TSK_INVALID with file and line: an empty code, a code said twice.
 */
#include <stdio.h>
#include <string.h>

#include "tables.h"

static const char *const code_columns[] = {"code", NULL};

const struct layout_codes *
layout_codes_of(const struct standard *s, const char *path)
{
	for (size_t i = 0; i < s->code_count; i++) {
		if (strcmp(s->codes[i].path, path) == 0)
			return &s->codes[i];
	}
	return NULL;
}

static int
load_codes(struct loader *loader, const char *path)
{
	struct standard *s = loader->standard;
	struct table *table;
	int rc = load_table(loader, path, code_columns, &table);
	int code;

	if (rc != 0)
		return rc;
	code = table_column(table, "code");
	for (size_t i = 0; i < table_rows(table); i++) {
		const char *value = table_cell(table, i, code);

		if (*value == '\0')
			return load_bad(
			    loader, path, table, i, "an empty code.");
		/* 202208 stands for 3 and 3.1: the only code said twice */
		if (table_find(table, code, value) != (long)i &&
		    strcmp(path, "codes/csv_version.tsv") != 0)
			return load_bad(loader, path, table, i,
			    "the code %s is there twice.", value);
	}
	s->codes[s->code_count++] =
	    (struct layout_codes){.path = path, .table = table, .code = code};
	return 0;
}

/* Each table a layout names; the names are cells of layouts, which live as
 * long as the standard. */
int
codes_load(struct loader *loader, const struct table *layout)
{
	int column = table_column(layout, "format_or_codes");

	for (size_t i = 0; i < table_rows(layout); i++) {
		const char *path = table_cell(layout, i, column);

		if (strncmp(path, "codes/", 6) != 0 ||
		    layout_codes_of(loader->standard, path) != NULL)
			continue;
		if (strstr(path, "..") != NULL ||
		    loader->standard->code_count == CODES_MAX)
			return TSK_INVALID;
		int rc = load_codes(loader, path);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* A code table that the checks need whether a layout names it or not. */
int
codes_need(
    struct loader *loader, const char *path, const struct layout_codes **out)
{
	int rc = 0;

	if (layout_codes_of(loader->standard, path) == NULL)
		rc = load_codes(loader, path);
	if (rc == 0)
		*out = layout_codes_of(loader->standard, path);
	return rc;
}

/* Character of a service type to 0..35, or -1. */
static int
type_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

static int
type_index(const char *code)
{
	int high = type_digit(code[0]);
	int low = high < 0 ? -1 : type_digit(code[1]);

	return low < 0 ? -1 : high * 36 + low;
}

int
codes_index_types(struct loader *loader)
{
	struct standard *s = loader->standard;
	const struct layout_codes *types = s->service_types;

	for (size_t i = 0; i < table_rows(types->table); i++) {
		const char *code = table_cell(types->table, i, types->code);

		if (type_index(code) < 0 || code[2] != '\0')
			return load_bad(loader, types->path, types->table, i,
			    "a service type has 2 characters 0-9 A-Z.");
		s->type_row[type_index(code)] = (uint16_t)(i + 1);
		s->type_home[type_index(code)] =
		    strcmp(table_text(types->table, i, "group"), "home") == 0;
	}
	return 0;
}

const char *
service_type(
    const struct standard *standard, const char *code, const char *column)
{
	int index = type_index(code);
	unsigned row = index < 0 ? 0 : standard->type_row[index];

	return row == 0 ? NULL
			: table_text(
			      standard->service_types->table, row - 1, column);
}

bool
service_home(const struct standard *standard, const char *code)
{
	int index = type_index(code);

	return index >= 0 && standard->type_home[index];
}

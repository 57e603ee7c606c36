/* NAME
 *	standard - the tables of the CSV standard, loaded once
 * SUMMARY
 *	See standard.h; the inside is in tables.h, each table has its *_load.c.
 * DESCRIPTION
 *	A table that contradicts another one is refused at loading, with file and
 *	line, so that nothing later has to expect it: unknown code tables, gaps
 *	in field numbers, V3 maps that skip, sets of unknown kinds, findings
 *	without a sentence.
 * DIAGNOSTICS
 *	TSK_NOTFOUND (no such table), TSK_INVALID (why: file:line: reason).
 * BUGS
 *	The masters hold a part of the official service code table only.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tables.h"

int
load_path(char out[PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);

	return n > 0 && n < PATH_MAX ? 0 : TSK_TOOBIG;
}

int
load_bad(struct loader *loader, const char *name, const struct table *table,
    size_t row, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	why_set(loader->why, WHY_NEVER, "standard-table", "%s/%s:%zu: %s",
	    loader->dir, name, table_line(table, row), text);
	return TSK_INVALID;
}

int
load_table(struct loader *loader, const char *name, const char *const *columns,
    struct table **out)
{
	struct standard *s = loader->standard;
	char path[PATH_MAX];
	int rc;

	if (load_path(path, loader->dir, name) != 0 ||
	    s->table_count == TABLES_MAX) {
		why_set(loader->why, WHY_NEVER, "standard-table",
		    "%s/%s: the path is too long or there are too many tables.",
		    loader->dir, name);
		return TSK_TOOBIG;
	}
	rc = table_load(path, out, loader->why);
	if (rc != 0)
		return rc;
	s->tables[s->table_count++] = *out;
	for (; *columns != NULL; columns++) {
		if (table_column(*out, *columns) >= 0)
			continue;
		why_set(loader->why, WHY_NEVER, "standard-table",
		    "%s:1: the column %s is missing.", path, *columns);
		return TSK_INVALID;
	}
	return 0;
}

bool
cell_uncertain(const char *cell, char *out, size_t size)
{
	size_t n = strlen(cell);
	bool uncertain = n > 0 && cell[n - 1] == '?';

	snprintf(out, size, "%.*s", (int)(n - uncertain), cell);
	return uncertain;
}

bool
cell_number(const char *text, unsigned max, unsigned *out)
{
	unsigned long value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned long)(*text - '0');
		if (value > max)
			return false;
	}
	*out = (unsigned)value;
	return value > 0;
}

const char *
table_text(const struct table *table, size_t row, const char *column)
{
	return table_cell(table, row, table_column(table, column));
}

static int
load_all(struct loader *loader)
{
	int rc = charset_new(&loader->standard->charset, loader->why);

	if (rc == 0)
		rc = findings_load(loader);
	if (rc == 0)
		rc = profiles_load(loader);
	if (rc == 0)
		rc = tolerances_load(loader);
	if (rc == 0)
		rc = editions_load(loader);
	if (rc == 0)
		rc = kinds_load(loader);
	if (rc == 0)
		rc = codes_need(loader, "codes/service_type.tsv",
		    &loader->standard->service_types);
	if (rc == 0)
		rc = codes_index_types(loader);
	if (rc == 0)
		rc = codes_need(loader, "codes/total_row_code.tsv",
		    &loader->standard->total_rows);
	if (rc == 0)
		rc = editions_check(loader);
	if (rc == 0)
		rc = bundles_load(loader);
	if (rc == 0)
		rc = links_load(loader);
	if (rc == 0)
		rc = roles_load(loader);
	if (rc == 0)
		rc = masters_load(loader);
	if (rc == 0)
		rc = layout_load_special(loader);
	if (rc == 0)
		rc = replacements_load(loader);
	if (rc == 0)
		rc = writing_load(loader);
	if (rc == 0)
		rc = quirks_load(loader);
	if (rc == 0)
		rc = reads_load(loader);
	return rc == 0 ? rule_load(loader) : rc;
}

int
standard_load(const char *dir, struct standard **out, struct why *why)
{
	struct standard *s = mem_new(sizeof *s);
	struct loader loader = {.dir = dir, .standard = s, .why = why};
	int rc = load_all(&loader);

	if (rc != 0)
		standard_free(&s);
	*out = s;
	return rc;
}

void
standard_free(struct standard **standard)
{
	struct standard *s = *standard;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->kind_count; i++) {
		free(s->kinds[i].layout.fields);
		free(s->kinds[i].layout.rules);
	}
	for (size_t i = 0; i < s->table_count; i++)
		table_free(&s->tables[i]);
	charset_free(&s->charset);
	free(s->editions);
	free(s->bundles);
	free(s->links);
	free(s->findings);
	free(s->service_index);
	free(s->replacements);
	free(s->quirks);
	free(s);
	*standard = NULL;
}

const struct charset *
standard_charset(const struct standard *standard)
{
	return standard->charset;
}

const struct file_kind *
kind_find(const struct standard *standard, const char *kind)
{
	for (size_t i = 0; i < standard->kind_count; i++) {
		if (strcmp(standard->kinds[i].kind, kind) == 0)
			return &standard->kinds[i];
	}
	return NULL;
}

const struct layout_edition *
layout_edition(const struct standard *standard, const char *version)
{
	for (size_t i = 0; i < standard->edition_count; i++) {
		if (strcmp(standard->editions[i].code, version) == 0)
			return &standard->editions[i];
	}
	return NULL;
}

bool
layout_in_edition(const struct standard *standard, const char *kind,
    const struct layout_edition *edition)
{
	const struct file_kind *k = kind_find(standard, kind);

	if (k == NULL)
		return false;
	if (k->image) /* without fields */
		return edition->form == NAME_V3 ? k->in_v3 : k->in_v4;
	return layout_columns(&k->layout, edition->shape) > 0;
}

/* Beside the program first: an uninstalled build must find its own tables. */
const char *
standard_dir(void)
{
	static char found[PATH_MAX];
	static const char *const beside[] = {"../config/standard",
	    "../../../config/standard", "../share/tasuki/config/standard"};
	const char *setting = getenv("TASUKI_CONFIG");
	char program[PATH_MAX];
	ssize_t n;

	if (setting != NULL && *setting != '\0') {
		if (load_path(found, setting, "standard") == 0)
			return found;
	}
	n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (n > 0) {
		program[n] = '\0';
		*strrchr(program, '/') = '\0';
		for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
			if (load_path(found, program, beside[i]) == 0 &&
			    access(found, R_OK) == 0)
				return found;
		}
	}
	return "/usr/share/tasuki/config/standard";
}

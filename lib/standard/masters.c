/* NAME
 *	masters - names of service codes, insurers and holidays
 * DESCRIPTION
 *	A site may lack a master, and each holds a part only: then a program
 *	shows the code.  Nothing here guesses a name.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tables.h"

static int
load_master(struct loader *loader, const char *name, const char *column,
    struct table **out)
{
	const char *const columns[] = {column, "name_ja", NULL};
	struct why ignored;
	char path[PATH_MAX];

	/* a site may do without a master: then codes are shown, not names */
	if (load_path(path, loader->dir, name) != 0 ||
	    access(path, R_OK) != 0) {
		why_set(&ignored, WHY_NONE, "", "%s", "");
		*out = NULL;
		return 0;
	}
	return load_table(loader, name, columns, out);
}

struct by_row {
	const struct table *table;
	int column;
};

static int
by_service(const void *a, const void *b, void *arg)
{
	const struct by_row *by = arg;
	const size_t *x = a, *y = b;
	int order = strcmp(table_cell(by->table, *x, by->column),
	    table_cell(by->table, *y, by->column));

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

int
masters_load(struct loader *loader)
{
	struct standard *s = loader->standard;
	int rc = load_master(
	    loader, "masters/service_codes.tsv", "code", &s->services);

	if (rc == 0)
		rc = load_master(loader, "masters/insurers.tsv",
		    "insurer_number", &s->insurers);
	if (rc == 0)
		rc = load_master(
		    loader, "masters/holidays.tsv", "date", &s->holidays);
	if (rc == 0 && s->services != NULL) {
		size_t n = table_rows(s->services);
		struct by_row by = {
		    s->services, table_column(s->services, "code")};

		s->service_index = mem_new((n + 1) * sizeof(size_t));
		for (size_t i = 0; i < n; i++)
			s->service_index[i] = i;
		qsort_r(s->service_index, n, sizeof(size_t), by_service, &by);
	}
	return rc;
}

/* First index entry of that code; the number of entries if there is none. */
static size_t
service_first(const struct standard *s, const char *code)
{
	int column = table_column(s->services, "code");
	size_t low = 0, high = table_rows(s->services);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *at =
		    table_cell(s->services, s->service_index[middle], column);

		if (strcmp(at, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *
standard_service_name(
    const struct standard *standard, const char *code, const char *month)
{
	const struct table *t = standard->services;

	if (t == NULL)
		return NULL;
	for (size_t i = service_first(standard, code); i < table_rows(t); i++) {
		size_t row = standard->service_index[i];
		const char *from = table_text(t, row, "valid_from");
		const char *to = table_text(t, row, "valid_to");

		if (strcmp(table_text(t, row, "code"), code) != 0)
			return NULL;
		if ((*from == '\0' || strcmp(month, from) >= 0) &&
		    (*to == '\0' || strcmp(month, to) <= 0))
			return table_text(t, row, "name_ja");
	}
	return NULL;
}

bool
standard_service_rate(const struct standard *standard, const char *code)
{
	const struct table *t = standard->services;
	size_t at;

	if (t == NULL)
		return false;
	at = service_first(standard, code);
	if (at == table_rows(t))
		return false;
	at = standard->service_index[at];
	return strcmp(table_text(t, at, "code"), code) == 0 &&
	       strcmp(table_text(t, at, "unit_kind"), "rate") == 0;
}

static const char *
name_in(const struct table *t, const char *column, const char *value)
{
	long row;

	if (t == NULL)
		return NULL;
	row = table_find(t, table_column(t, column), value);
	return row < 0 ? NULL : table_text(t, (size_t)row, "name_ja");
}

const char *
standard_service_type_name(const struct standard *standard, const char *type)
{
	return name_in(standard->service_types->table, "code", type);
}

const char *
standard_insurer_name(const struct standard *standard, const char *insurer)
{
	return name_in(standard->insurers, "insurer_number", insurer);
}

const char *
standard_holiday(const struct standard *standard, const char *date)
{
	return name_in(standard->holidays, "date", date);
}

const char *
layout_code_name(const struct layout_codes *codes, const char *code)
{
	return name_in(codes->table, "code", code);
}

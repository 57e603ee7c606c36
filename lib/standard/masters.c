/* NAME
 *	masters - names of service codes, insurers and holidays
 * DESCRIPTION
 *	A site may lack a master, and each holds a part only: then a program
 *	shows the code.  Nothing here guesses a name.
 *
 *	They lie in the folder masters/ of the tables.  $TASUKI_MASTERS names a
 *	folder of the site's own; a file that is there takes the place of the
 *	one that came with the program, so that an upgrade cannot undo an
 *	import.
 *
 *	service_codes.tsv may have a column insurer (総合事業: municipalities
 *	publish their own codes).  A row with an insurer is true for its clients
 *	only; a row without one for everybody else.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "masters.h"
#include "tables.h"

const char *
masters_site(void)
{
	const char *dir = getenv("TASUKI_MASTERS");

	return dir != NULL && *dir != '\0' ? dir : NULL;
}

/* True: path is a file of that folder that can be read. */
static bool
found(char path[PATH_MAX], const char *dir, const char *name)
{
	return dir != NULL && load_path(path, dir, name) == 0 &&
	       access(path, R_OK) == 0;
}

/* The loader takes names below its folder; a site's folder is another one. */
static int
load_from(struct loader *loader, const char *dir, const char *name,
    const char *const *columns, struct table **out)
{
	struct loader there = *loader;

	there.dir = dir;
	return load_table(&there, name, columns, out);
}

static int
load_master(struct loader *loader, const char *name, const char *column,
    struct table **out)
{
	const char *const columns[] = {column, "name_ja", NULL};
	char path[PATH_MAX], below[64];

	*out = NULL;
	if (found(path, masters_site(), name))
		return load_from(loader, masters_site(), name, columns, out);
	snprintf(below, sizeof below, "masters/%s", name);
	/* a site may do without a master: then codes are shown, not names */
	if (!found(path, loader->dir, below))
		return 0;
	return load_table(loader, below, columns, out);
}

static int
load_monthly(struct loader *loader)
{
	static const char *const columns[] = {"service_type", NULL};
	char path[PATH_MAX];

	if (!found(path, loader->dir, "monthly_types.tsv"))
		return 0;
	return load_table(
	    loader, "monthly_types.tsv", columns, &loader->standard->monthly);
}

static int
by_service(const void *a, const void *b, void *arg)
{
	const struct standard *s = arg;
	int code = s->service_columns.code;
	const size_t *x = a, *y = b;
	int order = strcmp(table_cell(s->services, *x, code),
	    table_cell(s->services, *y, code));

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

static void
index_services(struct standard *s)
{
	const struct table *t = s->services;
	size_t n = table_rows(t);

	s->service_columns.code = table_column(t, "code");
	s->service_columns.name = table_column(t, "name_ja");
	s->service_columns.units = table_column(t, "units");
	s->service_columns.unit_kind = table_column(t, "unit_kind");
	s->service_columns.from = table_column(t, "valid_from");
	s->service_columns.to = table_column(t, "valid_to");
	s->service_columns.insurer = table_column(t, "insurer");
	s->service_index = mem_new((n + 1) * sizeof(size_t));
	for (size_t i = 0; i < n; i++)
		s->service_index[i] = i;
	qsort_r(s->service_index, n, sizeof(size_t), by_service, s);
}

int
masters_load(struct loader *loader)
{
	struct standard *s = loader->standard;
	int rc = load_master(loader, "service_codes.tsv", "code", &s->services);

	if (rc == 0)
		rc = load_master(
		    loader, "insurers.tsv", "insurer_number", &s->insurers);
	if (rc == 0)
		rc = load_master(loader, "holidays.tsv", "date", &s->holidays);
	if (rc == 0)
		rc = load_monthly(loader);
	if (rc == 0 && s->services != NULL)
		index_services(s);
	return rc;
}

/* First index entry of that code; the number of entries if there is none. */
static size_t
service_first(const struct standard *s, const char *code)
{
	size_t low = 0, high = table_rows(s->services);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *at = table_cell(s->services,
		    s->service_index[middle], s->service_columns.code);

		if (strcmp(at, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_code(const struct standard *s, size_t row, const char *code)
{
	return strcmp(table_cell(s->services, row, s->service_columns.code),
		   code) == 0;
}

static bool
in_month(const struct standard *s, size_t row, const char *month)
{
	const char *from =
	    table_cell(s->services, row, s->service_columns.from);
	const char *to = table_cell(s->services, row, s->service_columns.to);

	return (*from == '\0' || strcmp(month, from) >= 0) &&
	       (*to == '\0' || strcmp(month, to) <= 0);
}

/* The row of that code, month and insurer ("": the national one), or -1. */
static long
service_row(const struct standard *s, const char *code, const char *month,
    const char *insurer)
{
	if (s->services == NULL)
		return -1;
	for (size_t i = service_first(s, code); i < table_rows(s->services);
	     i++) {
		size_t row = s->service_index[i];

		if (!is_code(s, row, code))
			return -1;
		if (in_month(s, row, month) &&
		    strcmp(table_cell(
			       s->services, row, s->service_columns.insurer),
			insurer) == 0)
			return (long)row;
	}
	return -1;
}

static long
units_of(const char *text)
{
	char *end;
	long units = strtol(text, &end, 10);

	return *text == '\0' || *end != '\0' ? -1 : units;
}

bool
standard_service_find(const struct standard *s, const char *code,
    const char *month, const char *insurer, struct standard_service *out)
{
	long row = *insurer == '\0' ? -1 : service_row(s, code, month, insurer);

	if (row < 0)
		row = service_row(s, code, month, "");
	if (row < 0)
		return false;
	out->name =
	    table_cell(s->services, (size_t)row, s->service_columns.name);
	out->unit_kind =
	    table_cell(s->services, (size_t)row, s->service_columns.unit_kind);
	out->insurer =
	    table_cell(s->services, (size_t)row, s->service_columns.insurer);
	out->units = units_of(
	    table_cell(s->services, (size_t)row, s->service_columns.units));
	return true;
}

const char *
standard_service_name(
    const struct standard *standard, const char *code, const char *month)
{
	struct standard_service service;

	return standard_service_find(standard, code, month, "", &service)
		   ? service.name
		   : NULL;
}

bool
standard_service_monthly(const struct standard *s, const char *code,
    const char *month, const char *insurer)
{
	struct standard_service service;
	char type[3];

	if (standard_service_find(s, code, month, insurer, &service) &&
	    *service.unit_kind != '\0')
		return strcmp(service.unit_kind, "month") == 0;
	if (s->monthly == NULL || strlen(code) < 2)
		return false;
	snprintf(type, sizeof type, "%.2s", code);
	return table_find(s->monthly, table_column(s->monthly, "service_type"),
		   type) >= 0;
}

bool
standard_service_rate(const struct standard *standard, const char *code)
{
	size_t at;

	if (standard->services == NULL)
		return false;
	at = service_first(standard, code);
	if (at == table_rows(standard->services))
		return false;
	at = standard->service_index[at];
	return is_code(standard, at, code) &&
	       strcmp(table_cell(standard->services, at,
			  standard->service_columns.unit_kind),
		   "rate") == 0;
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

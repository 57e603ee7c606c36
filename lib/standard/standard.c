/* NAME
 *	standard - the tables of the CSV standard, loaded once
 * SUMMARY
 *	See standard.h; the inside is in tables.h, layouts in layout_load.c and
 *	rules in rule_load.c.
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

static int
path_of(char out[PATH_MAX], const char *dir, const char *name)
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

	if (path_of(path, loader->dir, name) != 0 ||
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

static const char *
cell(const struct table *table, size_t row, const char *column)
{
	return table_cell(table, row, table_column(table, column));
}

/* -- codes -------------------------------------------------------------- */

static const char *const code_columns[] = {"code", NULL};

static const struct layout_codes *
codes_known(const struct standard *s, const char *path)
{
	for (size_t i = 0; i < s->code_count; i++) {
		if (strcmp(s->codes[i].path, path) == 0)
			return &s->codes[i];
	}
	return NULL;
}

const struct layout_codes *
layout_codes_of(const struct standard *standard, const char *path)
{
	return codes_known(standard, path);
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
		    codes_known(loader->standard, path) != NULL)
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
static int
need_codes(
    struct loader *loader, const char *path, const struct layout_codes **out)
{
	int rc = 0;

	if (codes_known(loader->standard, path) == NULL)
		rc = load_codes(loader, path);
	if (rc == 0)
		*out = codes_known(loader->standard, path);
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

static int
index_service_types(struct loader *loader)
{
	struct standard *s = loader->standard;
	const struct layout_codes *types = s->service_types;

	for (size_t i = 0; i < table_rows(types->table); i++) {
		const char *code = table_cell(types->table, i, types->code);

		if (type_index(code) < 0 || code[2] != '\0')
			return load_bad(loader, types->path, types->table, i,
			    "a service type has 2 characters 0-9 A-Z.");
		s->type_row[type_index(code)] = (uint16_t)(i + 1);
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
			: cell(standard->service_types->table, row - 1, column);
}

/* -- kinds of files ----------------------------------------------------- */

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
	cell_uncertain(cell(table, row, column), text, sizeof text);
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
	char text[16];
	unsigned n;

	cell_uncertain(cell(table, row, "fields_v4_1"), text, sizeof text);
	if (!cell_number(text, LAYOUT_FIELDS_MAX, &n) ||
	    n != kind->layout.count)
		return load_bad(loader, "files.tsv", table, row,
		    "fields_v4_1 is %s, but the layout has %u fields.", text,
		    kind->layout.count);
	return 0;
}

static int
add_kind(struct loader *loader, const struct table *table, size_t row)
{
	struct standard *s = loader->standard;
	struct file_kind *kind = &s->kinds[s->kind_count];
	const char *versions = cell(table, row, "versions");
	int rc;

	kind->kind = cell(table, row, "prefix");
	kind->kind_length = strlen(kind->kind);
	kind->name_ja = cell(table, row, "name_ja");
	kind->name_en = cell(table, row, "name_en");
	if (kind->kind_length == 0 || kind->kind_length >= NAME_KIND_BYTES ||
	    kind_find(s, kind->kind) != NULL)
		return load_bad(loader, "files.tsv", table, row,
		    "the prefix is empty, too long or there twice.");
	s->kind_count++;
	kind->in_v3 = strstr(versions, "V3") != NULL;
	kind->in_v4 = strstr(versions, "V4") != NULL;
	kind->month_may_be_zero =
	    strstr(cell(table, row, "month_in_name"), "000000") != NULL;
	kind->image = strncmp(cell(table, row, "layout"), "-", 1) == 0;
	if (!parse_directions(cell(table, row, "directions"), kind))
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

static int
load_kinds(struct loader *loader)
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
		    kind_find(s, cell(table, i, "prefix"));
		char text[16];
		unsigned n;

		cell_uncertain(cell(table, i, "fields_v3"), text, sizeof text);
		if (kind->image || !cell_number(text, LAYOUT_FIELDS_MAX, &n))
			n = 0;
		if (n != kind->layout.v3_count)
			return load_bad(loader, "files.tsv", table, i,
			    "fields_v3 is %s, but the V3 map gives %u.", text,
			    kind->layout.v3_count);
	}
	return 0;
}

/* -- editions ----------------------------------------------------------- */

static const char *const edition_columns[] = {
    "code", "edition", "layout", "name_form", "applies_from", "state", NULL};

static int
add_edition(struct loader *loader, const struct table *table, size_t row)
{
	struct standard *s = loader->standard;
	struct layout_edition *e = &s->editions[s->edition_count];
	const char *shape = cell(table, row, "layout");
	const char *form = cell(table, row, "name_form");

	e->code = cell(table, row, "code");
	e->edition = cell(table, row, "edition");
	e->applies_from = cell(table, row, "applies_from");
	e->shape = strcmp(shape, "v3") == 0 ? LAYOUT_V3 : LAYOUT_V4;
	e->form = strcmp(form, "v3") == 0     ? NAME_V3
		  : strcmp(form, "v4_0") == 0 ? NAME_V4_0
					      : NAME_V4_1;
	e->state = strcmp(cell(table, row, "state"), "current") == 0
		       ? EDITION_CURRENT
		       : EDITION_OLD;
	if ((e->shape != LAYOUT_V3 && strcmp(shape, "v4") != 0) ||
	    (e->form == NAME_V4_1 && strcmp(form, "v4_1") != 0))
		return load_bad(loader, "editions.tsv", table, row,
		    "unknown layout %s or name_form %s.", shape, form);
	if (layout_edition(s, e->code) != NULL)
		return load_bad(loader, "editions.tsv", table, row,
		    "the code %s is there twice.", e->code);
	s->edition_count++;
	return 0;
}

static int
load_editions(struct loader *loader)
{
	struct standard *s = loader->standard;
	const struct layout_codes *codes =
	    codes_known(s, "codes/csv_version.tsv");
	struct table *table;
	int rc = load_table(loader, "editions.tsv", edition_columns, &table);

	if (rc != 0)
		return rc;
	s->editions = mem_new((table_rows(table) + 1) * sizeof *s->editions);
	for (size_t i = 0; i < table_rows(table); i++) {
		rc = add_edition(loader, table, i);
		if (rc != 0)
			return rc;
	}
	for (size_t i = 0; codes != NULL && i < table_rows(codes->table); i++) {
		if (layout_edition(s, cell(codes->table, i, "code")) == NULL)
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

static int
add_bundle(struct loader *loader, const struct table *table, size_t row)
{
	struct standard *s = loader->standard;
	struct bundle *bundle = &s->bundles[s->bundle_count++];
	const char *optional = cell(table, row, "optional");
	const char *at = cell(table, row, "members");

	bundle->v3 = strstr(cell(table, row, "versions"), "V3") != NULL;
	bundle->v4 = strstr(cell(table, row, "versions"), "V4") != NULL;
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

static int
load_bundles(struct loader *loader)
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

/* -- findings ----------------------------------------------------------- */

static const char *const finding_columns[] = {
    "code", "level", "ja", "en", NULL};

static int
by_code(const void *a, const void *b)
{
	const struct finding_text *x = a, *y = b;

	return strcmp(x->code, y->code);
}

static int
load_findings(struct loader *loader)
{
	struct standard *s = loader->standard;
	struct table *table;
	int rc = load_table(loader, "findings.tsv", finding_columns, &table);

	if (rc != 0)
		return rc;
	s->findings = mem_new((table_rows(table) + 1) * sizeof *s->findings);
	for (size_t i = 0; i < table_rows(table); i++) {
		struct finding_text *text = &s->findings[i];
		const char *level = cell(table, i, "level");

		text->code = cell(table, i, "code");
		text->ja = cell(table, i, "ja");
		text->en = cell(table, i, "en");
		text->error = strcmp(level, "error") == 0;
		if (*text->code == '\0' || *text->ja == '\0' ||
		    *text->en == '\0' ||
		    (!text->error && strcmp(level, "warning") != 0))
			return load_bad(loader, "findings.tsv", table, i,
			    "code, ja or en is empty, or level is neither "
			    "error nor warning.");
		if (table_find(table, table_column(table, "code"),
			text->code) != (long)i)
			return load_bad(loader, "findings.tsv", table, i,
			    "the code %s is there twice.", text->code);
		s->finding_count++;
	}
	qsort(s->findings, s->finding_count, sizeof *s->findings, by_code);
	return 0;
}

const struct finding_text *
finding_find(const struct standard *standard, const char *code)
{
	struct finding_text key = {.code = code};

	return bsearch(&key, standard->findings, standard->finding_count,
	    sizeof *standard->findings, by_code);
}

/* -- masters ------------------------------------------------------------ */

static int
load_master(struct loader *loader, const char *name, const char *column,
    struct table **out)
{
	const char *const columns[] = {column, "name_ja", NULL};
	struct why ignored;
	char path[PATH_MAX];

	/* a site may do without a master: then codes are shown, not names */
	if (path_of(path, loader->dir, name) != 0 || access(path, R_OK) != 0) {
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

static int
load_masters(struct loader *loader)
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
		const char *from = cell(t, row, "valid_from");
		const char *to = cell(t, row, "valid_to");

		if (strcmp(cell(t, row, "code"), code) != 0)
			return NULL;
		if ((*from == '\0' || strcmp(month, from) >= 0) &&
		    (*to == '\0' || strcmp(month, to) <= 0))
			return cell(t, row, "name_ja");
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
	return strcmp(cell(t, at, "code"), code) == 0 &&
	       strcmp(cell(t, at, "unit_kind"), "rate") == 0;
}

static const char *
name_in(const struct table *t, const char *column, const char *value)
{
	long row;

	if (t == NULL)
		return NULL;
	row = table_find(t, table_column(t, column), value);
	return row < 0 ? NULL : cell(t, (size_t)row, "name_ja");
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

/* -- the whole ---------------------------------------------------------- */

static int
load_all(struct loader *loader)
{
	int rc = charset_new(&loader->standard->charset, loader->why);

	if (rc == 0)
		rc = load_findings(loader);
	if (rc == 0)
		rc = load_kinds(loader);
	if (rc == 0)
		rc = need_codes(loader, "codes/service_type.tsv",
		    &loader->standard->service_types);
	if (rc == 0)
		rc = index_service_types(loader);
	if (rc == 0)
		rc = need_codes(loader, "codes/total_row_code.tsv",
		    &loader->standard->total_rows);
	if (rc == 0)
		rc = load_editions(loader);
	if (rc == 0)
		rc = load_bundles(loader);
	if (rc == 0)
		rc = load_masters(loader);
	if (rc == 0)
		rc = layout_load_special(loader);
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
	free(s->findings);
	free(s->service_index);
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
layout_in_edition(
    const struct standard *standard, const char *kind, enum name_form form)
{
	const struct file_kind *k = kind_find(standard, kind);

	return k != NULL && (form == NAME_V3 ? k->in_v3 : k->in_v4);
}

/* Beside the program first: an uninstalled build must find its own tables. */
const char *
standard_dir(void)
{
	static char found[PATH_MAX];
	static const char *const beside[] = {
	    "../config/standard", "../../../config/standard"};
	const char *setting = getenv("TASUKI_CONFIG");
	char program[PATH_MAX];
	ssize_t n;

	if (setting != NULL && *setting != '\0') {
		if (path_of(found, setting, "standard") == 0)
			return found;
	}
	n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (n > 0) {
		program[n] = '\0';
		*strrchr(program, '/') = '\0';
		for (size_t i = 0; i < 2; i++) {
			if (path_of(found, program, beside[i]) == 0 &&
			    access(found, R_OK) == 0)
				return found;
		}
	}
	return "/usr/share/tasuki/config/standard";
}

/* NAME
 *	map - a foreign list as rows of the registry, by a table
 * DESCRIPTION
 *	Rules are looked at in the order of the file.  A foreign cell goes
 *	through its form, then through the words of its column.
 * DIAGNOSTICS
 *	"path:line: ..." for the map, "file:line: ..." for the list.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "standard.h"
#include "table.h"

#include "map.h"

#define CELL_MAX 4096
#define WORDS    "value"

struct map {
	struct table *table;
	char *path;
	int rule, column, foreign, value;
};

static const char *
cell(const struct map *m, size_t row, int column)
{
	return table_cell(m->table, row, column);
}

static bool
is_rule(const struct map *m, size_t row, const char *rule)
{
	return strcmp(cell(m, row, m->rule), rule) == 0;
}

static int
wrong(const struct map *m, size_t row, const char *sentence, struct why *why)
{
	why_set(why, WHY_NEVER, "registry-map", "%s:%zu: %s", m->path,
	    table_line(m->table, row), sentence);
	return TSK_INVALID;
}

static int
check_row(const struct map *m, size_t row, struct why *why)
{
	static const char *const rules[] = {
	    "setting", "take", "const", WORDS, "only", "not"};
	static const char *const forms[] = {"", "narrow", "number", "day"};
	const char *form = cell(m, row, m->value);
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		if (is_rule(m, row, rules[i]))
			break;
	}
	if (i == sizeof(rules) / sizeof(*rules))
		return wrong(m, row,
		    "a rule is setting, take, const, value, only or not", why);
	if (i >= 1 && i <= 3 && *cell(m, row, m->column) == '\0')
		return wrong(m, row, "the column is missing", why);
	if (i != 2 && *cell(m, row, m->foreign) == '\0')
		return wrong(m, row, "the foreign name is missing", why);
	if (i != 1)
		return 0;
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (strcmp(form, forms[i]) == 0)
			return 0;
	}
	return wrong(m, row, "a form is narrow, number, day or nothing", why);
}

static int
check(const struct map *m, struct why *why)
{
	bool number = false;
	int rc = 0;

	if (m->rule < 0 || m->column < 0 || m->foreign < 0 || m->value < 0) {
		why_set(why, WHY_NEVER, "registry-map",
		    "%s:1: the columns are rule, column, foreign, value",
		    m->path);
		return TSK_INVALID;
	}
	for (size_t i = 0; rc == 0 && i < table_rows(m->table); i++) {
		rc = check_row(m, i, why);
		number = number ||
			 (is_rule(m, i, "take") && strcmp(cell(m, i, m->column),
						       "office_number") == 0);
	}
	if (rc == 0 && !number) {
		why_set(why, WHY_NEVER, "registry-map",
		    "%s: no rule takes office_number", m->path);
		return TSK_INVALID;
	}
	return rc;
}

/* A name lies beside the tables of the standard. */
static char *
path_of(const char *name)
{
	struct buf path;
	char *out;

	if (strchr(name, '/') != NULL || strstr(name, ".tsv") != NULL)
		return mem_text(name);
	buf_init(&path, CELL_MAX);
	buf_printf(&path, "%s/../registry/%s.tsv", standard_dir(), name);
	out = mem_text(path.len > 0 ? path.data : "");
	buf_fini(&path);
	return out;
}

int
map_load(const char *name, struct map **out, struct why *why)
{
	struct map *m = mem_new(sizeof(*m));
	int rc;

	m->path = path_of(name);
	rc = table_load(m->path, &m->table, why);
	if (rc == TSK_NOTFOUND)
		why_set(why, WHY_NEVER, "registry-map",
		    "There is no column map %s: write one (config/registry has "
		    "examples and README.md) and name it by its path.",
		    m->path);
	if (rc == 0) {
		m->rule = table_column(m->table, "rule");
		m->column = table_column(m->table, "column");
		m->foreign = table_column(m->table, "foreign");
		m->value = table_column(m->table, "value");
		rc = check(m, why);
	}
	if (rc != 0)
		map_free(&m);
	*out = m;
	return rc;
}

void
map_free(struct map **m)
{
	if (*m == NULL)
		return;
	table_free(&(*m)->table);
	free((*m)->path);
	free(*m);
	*m = NULL;
}

const char *
map_setting(const struct map *m, const char *name)
{
	for (size_t i = 0; i < table_rows(m->table); i++) {
		if (is_rule(m, i, "setting") &&
		    strcmp(cell(m, i, m->foreign), name) == 0)
			return cell(m, i, m->value);
	}
	return "";
}

json_t *
map_columns(const struct map *m)
{
	json_t *out = json_array();

	for (size_t i = 0; i < table_rows(m->table); i++) {
		if (is_rule(m, i, "take") || is_rule(m, i, "const"))
			json_array_append_new(
			    out, json_string(cell(m, i, m->column)));
	}
	return out;
}

/* ---- forms of cells ---- */

/* Full-width ASCII (U+FF01..FF5E) and the wide blank become narrow. */
static void
narrow(char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	char *out = s;

	while (*p != '\0') {
		if (p[0] == 0xef && (p[1] == 0xbc || p[1] == 0xbd) &&
		    p[2] != '\0') {
			unsigned code =
			    0xf000u | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);

			if (code >= 0xff01 && code <= 0xff5e) {
				*out++ = (char)(code - 0xfee0);
				p += 3;
				continue;
			}
		} else if (p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80) {
			*out++ = ' ';
			p += 3;
			continue;
		}
		*out++ = (char)*p++;
	}
	*out = '\0';
}

static void
strip(char *s)
{
	size_t n = strlen(s), begin = strspn(s, " \t");

	while (n > begin && strchr(" \t\r\n", s[n - 1]) != NULL)
		n--;
	memmove(s, s + begin, n - begin);
	s[n - begin] = '\0';
}

/* An office number without hyphens; spreadsheets eat its leading zero. */
static void
number(char *s)
{
	char digits[11] = "0000000000";
	size_t n = 0;

	for (char *p = s; *p != '\0'; p++) {
		if (*p != '-' && *p != ' ' && *p != '\'')
			s[n++] = *p;
	}
	s[n] = '\0';
	if (n < 9 || n > 10)
		return;
	memcpy(digits + 10 - n, s, n);
	memcpy(s, digits, 11);
}

/* 2026/4/1, 2026年4月1日, 令和8年4月1日, R8.4.1 as 2026-04-01; else unchanged. */
static void
day(char *s)
{
	int add = 0;
	const char *p = s;
	int year, month, d, end = 0;

	if (strncmp(p, "令和", strlen("令和")) == 0) {
		p += strlen("令和");
		add = 2018;
	} else if (*p == 'R') {
		p++;
		add = 2018;
	}
	if (sscanf(p, "%4d%*[^0-9]%2d%*[^0-9]%2d%n", &year, &month, &d, &end) <
	    3)
		return;
	if (p[end] != '\0' && strcmp(p + end, "日") != 0)
		return;
	year += add;
	if (year < 1900 || year > 9999 || month < 1 || month > 12 || d < 1 ||
	    d > 31)
		return;
	snprintf(s, 11, "%04d-%02d-%02d", year, month, d);
}

static void
form(char *s, const char *name)
{
	if (*name != '\0')
		narrow(s);
	strip(s);
	if (strcmp(name, "number") == 0)
		number(s);
	else if (strcmp(name, "day") == 0 && strlen(s) >= 6)
		day(s);
}

/* ---- one row ---- */

struct applying {
	const struct map *m;
	const char *path;
	struct rows *rows;
	size_t line;
	struct why *why;
};

static const char *
foreign(const json_t *row, const char *heading)
{
	const char *text = json_string_value(json_object_get(row, heading));

	return text != NULL ? text : "";
}

/* ${words} is "A|B|C". */
static bool
among(const char *text, const char *words)
{
	size_t n = strlen(text);

	for (;;) {
		size_t w = strcspn(words, "|");

		if (w == n && strncmp(text, words, n) == 0)
			return true;
		if (words[w] == '\0')
			return false;
		words += w + 1;
	}
}

static bool
taken(const struct map *m, const json_t *row)
{
	for (size_t i = 0; i < table_rows(m->table); i++) {
		bool only = is_rule(m, i, "only");

		if (!only && !is_rule(m, i, "not"))
			continue;
		if (among(foreign(row, cell(m, i, m->foreign)),
			cell(m, i, m->value)) != only)
			return false;
	}
	return true;
}

/* What a foreign word means; the word itself if the column has no words. */
static const char *
word(const struct applying *a, const char *column, const char *text)
{
	const char *other = NULL;
	bool any = false;

	for (size_t i = 0; i < table_rows(a->m->table); i++) {
		const char *from = cell(a->m, i, a->m->foreign);

		if (!is_rule(a->m, i, WORDS) ||
		    strcmp(cell(a->m, i, a->m->column), column) != 0)
			continue;
		any = true;
		if (strcmp(from, text) == 0)
			return cell(a->m, i, a->m->value);
		if (strcmp(from, "*") == 0)
			other = cell(a->m, i, a->m->value);
	}
	if (!any || *text == '\0')
		return text;
	if (other == NULL)
		why_set(a->why, WHY_NEVER, "registry-file",
		    "%s:%zu: the map does not know this word of the column %s",
		    a->path, a->line, column);
	return other;
}

static int
take(const struct applying *a, size_t rule, const json_t *row, json_t *out)
{
	const char *column = cell(a->m, rule, a->m->column), *value;
	const char *text = foreign(row, cell(a->m, rule, a->m->foreign));
	char room[CELL_MAX];

	if (strlen(text) >= sizeof(room)) {
		why_set(a->why, WHY_NEVER, "registry-file",
		    "%s:%zu: a cell is too long", a->path, a->line);
		return TSK_INVALID;
	}
	memcpy(room, text, strlen(text) + 1);
	form(room, cell(a->m, rule, a->m->value));
	if ((value = word(a, column, room)) == NULL)
		return TSK_INVALID;
	if (*value != '\0')
		json_object_set_new(out, column, json_string(value));
	return 0;
}

static int
apply_row(const struct applying *a, const json_t *row, json_t *out)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < table_rows(a->m->table); i++) {
		if (is_rule(a->m, i, "take"))
			rc = take(a, i, row, out);
		else if (is_rule(a->m, i, "const"))
			json_object_set_new(out, cell(a->m, i, a->m->column),
			    json_string(cell(a->m, i, a->m->value)));
	}
	return rc;
}

static int
check_headings(const struct applying *a)
{
	for (size_t i = 0; i < table_rows(a->m->table); i++) {
		const char *name = cell(a->m, i, a->m->foreign);
		bool there = false;
		json_t *heading;
		size_t j;

		if (!is_rule(a->m, i, "take") && !is_rule(a->m, i, "only") &&
		    !is_rule(a->m, i, "not"))
			continue;
		json_array_foreach(a->rows->columns, j, heading) there =
		    there || strcmp(json_string_value(heading), name) == 0;
		if (there)
			continue;
		why_set(a->why, WHY_NEVER, "registry-file",
		    "%s: there is no column \"%s\", which %s takes", a->path,
		    name, a->m->path);
		return TSK_INVALID;
	}
	return 0;
}

int
map_apply(
    const struct map *m, const char *path, struct rows *rows, struct why *why)
{
	struct applying a = {.m = m, .path = path, .rows = rows, .why = why};
	json_t *made = json_array(), *row, *out;
	size_t i, count = 0;
	int rc = check_headings(&a);

	json_array_foreach(rows->array, i, row)
	{
		if (rc != 0)
			break;
		if (!taken(m, row))
			continue;
		a.line = rows_line(rows, i);
		out = json_object();
		rc = apply_row(&a, row, out);
		json_array_append_new(made, out);
		rows->lines[count++] = a.line;
	}
	json_decref(rows->array);
	rows->array = made;
	rows->count = count;
	return rc;
}

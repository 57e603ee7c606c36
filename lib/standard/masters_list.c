/* NAME
 *	masters_list - a master as a list of rows: loaded, merged, printed
 * SUMMARY
 *	See masters.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "calendar.h"
#include "masters_inside.h"
#include "table.h"

static const struct {
	const char *file;
	const char *columns[MASTERS_COLUMNS_MAX + 1];
	size_t key[3]; /* columns; the rest of it is 0 */
	size_t keys;
} lists[] = {
    [MASTERS_SERVICES] = {"service_codes.tsv",
	{"code", "name_ja", "units", "unit_kind", "valid_from", "valid_to",
	    "insurer", "source_note", NULL},
	{CODE, INSURER, FROM}, 3},
    [MASTERS_INSURERS] = {"insurers.tsv",
	{"insurer_number", "name_ja", "prefecture", NULL}, {0}, 1},
    [MASTERS_HOLIDAYS] = {"holidays.tsv", {"date", "name_ja", NULL}, {0}, 1},
};

const char *
masters_file(enum masters_list list)
{
	return lists[list].file;
}

const char *const *
masters_columns(enum masters_list list)
{
	return lists[list].columns;
}

size_t
masters_column_count(enum masters_list list)
{
	size_t n = 0;

	while (lists[list].columns[n] != NULL)
		n++;
	return n;
}

/* -- rows ---------------------------------------------------------------- */

void
masters_init(struct masters *m, enum masters_list list)
{
	memset(m, 0, sizeof *m);
	m->list = list;
}

static void
row_fini(struct masters_row *row)
{
	for (size_t i = 0; i < MASTERS_COLUMNS_MAX; i++)
		free(row->cells[i]);
	free(row->before);
}

void
masters_fini(struct masters *m)
{
	for (size_t i = 0; i < m->count; i++)
		row_fini(&m->rows[i]);
	free(m->rows);
	free(m->faults);
	memset(m, 0, sizeof *m);
}

struct masters_row *
masters_row_new(struct masters *m)
{
	if (m->count == m->room) {
		m->room = m->room == 0 ? 256 : 2 * m->room;
		m->rows = mem_resize(m->rows, m->room * sizeof *m->rows);
	}
	memset(&m->rows[m->count], 0, sizeof *m->rows);
	return &m->rows[m->count++];
}

int
masters_old(struct masters *m, const char *path, struct why *why)
{
	const char *const *columns = lists[m->list].columns;
	struct table *t;
	int rc = table_load(path, &t, why);

	if (rc == TSK_NOTFOUND)
		return 0;
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < table_rows(t); i++) {
		struct masters_row *row = masters_row_new(m);

		for (size_t k = 0; columns[k] != NULL; k++)
			row->cells[k] = mem_text(
			    table_cell(t, i, table_column(t, columns[k])));
	}
	table_free(&t);
	return 0;
}

/* -- merging -------------------------------------------------------------- */

static int
by_row(const void *a, const void *b, void *arg)
{
	const struct masters *m = arg;
	const struct masters_row *x = a, *y = b;

	for (size_t i = 0; i < lists[m->list].keys; i++) {
		size_t column = lists[m->list].key[i];
		int order = strcmp(x->cells[column], y->cells[column]);

		if (order != 0)
			return order;
	}
	return (x->line > y->line) -
	       (x->line < y->line); /* the old one first */
}

static bool
same_key(const struct masters *m, const struct masters_row *x,
    const struct masters_row *y)
{
	for (size_t i = 0; i < lists[m->list].keys; i++) {
		size_t column = lists[m->list].key[i];

		if (strcmp(x->cells[column], y->cells[column]) != 0)
			return false;
	}
	return true;
}

static char *
row_text(const struct masters *m, const struct masters_row *row)
{
	struct buf out;
	char *text;

	buf_init(&out, MASTERS_COLUMNS_MAX * CELL_BYTES_MAX);
	buf_text(&out, "");
	for (size_t i = 0; i < masters_column_count(m->list); i++)
		buf_printf(&out, "%s%s", i > 0 ? "\t" : "", row->cells[i]);
	text = mem_text(out.data);
	buf_fini(&out);
	return text;
}

/* The row that stays is the file's; of two in the file the later one. */
static void
replace(struct masters *m, struct masters_row *old, struct masters_row *fresh)
{
	if (old->line == 0)
		fresh->before = row_text(m, old);
	else {
		fresh->before = old->before;
		old->before = NULL;
	}
	row_fini(old);
}

/* The last month before ${month}. */
static void
month_before(const char *month, char out[8])
{
	unsigned year = calendar_digits(month, 4);
	unsigned of_year = calendar_digits(month + 4, 2);

	if (of_year == 1)
		snprintf(out, 8, "%04u12", (year - 1) % 10000);
	else
		snprintf(out, 8, "%04u%02u", year, (of_year - 1) % 100);
}

/* A service ends before its next row begins. */
static void
close_services(struct masters *m)
{
	for (size_t i = 0; i + 1 < m->count; i++) {
		struct masters_row *row = &m->rows[i], *next = row + 1;
		char last[8];

		if (strcmp(row->cells[CODE], next->cells[CODE]) != 0 ||
		    strcmp(row->cells[INSURER], next->cells[INSURER]) != 0 ||
		    strlen(next->cells[FROM]) != 6 ||
		    (*row->cells[TO] != '\0' &&
			strcmp(row->cells[TO], next->cells[FROM]) < 0))
			continue;
		if (row->line == 0)
			row->before = row_text(m, row);
		month_before(next->cells[FROM], last);
		free(row->cells[TO]);
		row->cells[TO] = mem_text(last);
	}
}

/* Column ${no} of a row's text. */
static bool
same_cell(const char *text, size_t no, const char *cell)
{
	size_t n;

	for (; no > 0; no--) {
		text += strcspn(text, "\t");
		text += *text == '\t';
	}
	n = strcspn(text, "\t");
	return strlen(cell) == n && memcmp(text, cell, n) == 0;
}

/* Against what it was; where a row came from is no difference. */
static enum masters_change
judge(const struct masters *m, const struct masters_row *row)
{
	bool services = m->list == MASTERS_SERVICES, facts = true;

	if (row->before == NULL)
		return row->line > 0 ? MASTERS_ADDED : MASTERS_SAME;
	for (size_t i = 0; i < masters_column_count(m->list); i++) {
		if (services && (i == TO || i == SOURCE))
			continue;
		facts = facts && same_cell(row->before, i, row->cells[i]);
	}
	if (!facts)
		return MASTERS_CHANGED;
	if (!services || same_cell(row->before, TO, row->cells[TO]))
		return MASTERS_SAME;
	return *row->cells[TO] == '\0' ? MASTERS_CHANGED : MASTERS_CLOSED;
}

void
masters_merge(struct masters *m)
{
	size_t n = 0;

	if (m->count > 0)
		qsort_r(m->rows, m->count, sizeof *m->rows, by_row, m);
	for (size_t i = 0; i < m->count; i++) {
		struct masters_row *row = &m->rows[i];

		if (n > 0 && same_key(m, &m->rows[n - 1], row))
			replace(m, &m->rows[--n], row);
		m->rows[n++] = *row;
	}
	m->count = n;
	if (m->list == MASTERS_SERVICES)
		close_services(m);
	for (size_t i = 0; i < m->count; i++) {
		m->rows[i].change = judge(m, &m->rows[i]);
		m->changes[m->rows[i].change]++;
	}
}

void
masters_print(const struct masters *m, struct buf *out)
{
	const char *const *columns = lists[m->list].columns;

	for (size_t i = 0; columns[i] != NULL; i++)
		buf_printf(out, "%s%s", i > 0 ? "\t" : "", columns[i]);
	buf_char(out, '\n');
	for (size_t i = 0; i < m->count; i++) {
		for (size_t k = 0; columns[k] != NULL; k++) {
			if (k > 0)
				buf_char(out, '\t');
			buf_text(out, m->rows[i].cells[k]);
		}
		buf_char(out, '\n');
	}
}

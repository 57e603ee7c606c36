/* NAME
 *	table - small TSV tables of facts
 * SUMMARY
 *	see table.h
 * DESCRIPTION
 *	The text of the file is kept and cut in place: tabs and line ends become
 *	NUL, and an index of rows * columns pointers leads into it.  A row with
 *	more cells than the header has columns is refused: in a table of facts a
 *	stray tab would otherwise shift a fact silently.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "file.h"
#include "utf8.h"

#include "table.h"

#define TABLE_BYTES_MAX   (16UL << 20)
#define TABLE_COLUMNS_MAX 256

struct table {
	struct buf text;
	size_t columns, rows, cap;
	const char **header; /* columns names */
	const char **cells;  /* rows * columns */
	size_t *lines;       /* rows: where each stands in the file */
};

/* What table_load() walks through. */
struct reader {
	const char *path;
	struct table *table;
	char *next; /* NULL at the end */
	unsigned long line;
	struct why *why;
};

static int
refuse(const struct reader *r, const char *sentence)
{
	why_set(r->why, WHY_NEVER, "bad-table", "%s:%lu: %s", r->path, r->line,
	    sentence);
	return TSK_INVALID;
}

/* Cut the next line that is neither empty nor a comment; NULL at the end. */
static char *
next_line(struct reader *r)
{
	while (r->next != NULL) {
		char *line = r->next;
		char *end = strchr(line, '\n');
		r->line++;
		r->next = end == NULL ? NULL : end + 1;
		if (end == NULL)
			end = line + strlen(line);
		if (end > line && end[-1] == '\r')
			end--;
		*end = '\0';
		if (*line != '\0' && *line != '#')
			return line;
	}
	return NULL;
}

/* Cut a line into at most max cells; how many there are, max + 1 if more. */
static size_t
cut_cells(char *line, const char **cells, size_t max)
{
	size_t n = 0;

	for (char *tab; n < max; line = tab + 1) {
		cells[n++] = line;
		tab = strchr(line, '\t');
		if (tab == NULL)
			return n;
		*tab = '\0';
	}
	return max + 1;
}

static int
read_header(struct reader *r)
{
	struct table *t = r->table;
	char *line = next_line(r);

	if (line == NULL)
		return refuse(r, "the table has no header line");
	t->header = mem_new(TABLE_COLUMNS_MAX * sizeof(*t->header));
	t->columns = cut_cells(line, t->header, TABLE_COLUMNS_MAX);
	if (t->columns > TABLE_COLUMNS_MAX)
		return refuse(r, "the header has too many columns");
	for (size_t i = 0; i < t->columns; i++) {
		if (*t->header[i] == '\0')
			return refuse(r, "a column has no name");
		if (table_column(t, t->header[i]) != (int)i)
			return refuse(r, "two columns have the same name");
	}
	return 0;
}

static const char **
new_row(struct table *t)
{
	if (t->rows == t->cap) {
		t->cap = t->cap == 0 ? 64 : t->cap * 2;
		t->cells = mem_resize(
		    t->cells, t->cap * t->columns * sizeof(*t->cells));
		t->lines = mem_resize(t->lines, t->cap * sizeof(*t->lines));
	}
	return t->cells + t->rows++ * t->columns;
}

static int
read_rows(struct reader *r)
{
	struct table *t = r->table;
	char *line;

	while ((line = next_line(r)) != NULL) {
		const char **row = new_row(t);
		t->lines[t->rows - 1] = r->line;
		size_t n = cut_cells(line, row, t->columns);
		if (n > t->columns)
			return refuse(
			    r, "the line has more cells than the header");
		for (; n < t->columns; n++)
			row[n] = "";
	}
	return 0;
}

static int
read_table(struct reader *r)
{
	struct buf *text = &r->table->text;
	int rc = file_read_path(r->path, TABLE_BYTES_MAX, text);

	if (rc != 0) {
		why_set(r->why, WHY_NEVER, "no-table", "%s: cannot read: %s",
		    r->path, err_text(rc));
		return rc;
	}
	if (strlen(text->data) != text->len ||
	    !utf8_valid(text->data, text->len))
		return refuse(r, "the file is not UTF-8 text");
	r->next = text->data;
	if (strncmp(r->next, "\xef\xbb\xbf", 3) == 0)
		r->next += 3;
	if (text->len == 0)
		r->next = NULL; /* nothing of our own to cut */
	rc = read_header(r);
	return rc != 0 ? rc : read_rows(r);
}

int
table_load(const char *path, struct table **out, struct why *why)
{
	struct table *t = mem_new(sizeof(*t));
	struct reader r = {.path = path, .table = t, .why = why};

	buf_init(&t->text, TABLE_BYTES_MAX);
	int rc = read_table(&r);
	if (rc != 0)
		table_free(&t);
	*out = t;
	return rc;
}

void
table_free(struct table **t)
{
	if (*t == NULL)
		return;
	buf_fini(&(*t)->text);
	free((*t)->header);
	free((*t)->cells);
	free((*t)->lines);
	free(*t);
	*t = NULL;
}

size_t
table_rows(const struct table *t)
{
	return t->rows;
}

size_t
table_line(const struct table *t, size_t row)
{
	return row < t->rows ? t->lines[row] : 1;
}

int
table_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->columns; i++) {
		if (strcmp(t->header[i], name) == 0)
			return (int)i;
	}
	return -1;
}

const char *
table_name(const struct table *t, int column)
{
	return column >= 0 && (size_t)column < t->columns ? t->header[column]
							  : NULL;
}

const char *
table_cell(const struct table *t, size_t row, int column)
{
	if (row >= t->rows || column < 0 || (size_t)column >= t->columns)
		return "";
	return t->cells[row * t->columns + (size_t)column];
}

long
table_find(const struct table *t, int column, const char *value)
{
	if (column < 0 || (size_t)column >= t->columns)
		return -1;
	for (size_t i = 0; i < t->rows; i++) {
		if (strcmp(table_cell(t, i, column), value) == 0)
			return (long)i;
	}
	return -1;
}

/* NAME
 *	rows - the cells of a document of the standard, by name, as UTF-8
 * SUMMARY
 *	see rows.h
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "layout.h"
#include "reader.h"

#include "rows.h"

#define CELLS_BYTES_MAX (16u * 1024 * 1024) /* of one record, as UTF-8 */
#define BOM_BYTES       3

struct rows {
	const struct standard *standard;
	const struct layout *layout;
	const char *name;
	struct reader *reader;
	struct reader_record record;
	bool utf8, all;
	unsigned nos[ROWS_CELLS_MAX]; /* 4.1 field numbers */
	size_t count;
	struct buf text; /* the cells, each with a NUL */
};

static int
refuse(const struct rows *rows, struct why *why, const char *what)
{
	why_set(why, WHY_NEVER, "bad-csv", "%s, record %llu: %s.", rows->name,
	    (unsigned long long)rows->record.no, what);
	return TSK_INVALID;
}

static int
find_fields(struct rows *rows, const char *kind, const char *const *fields,
    struct why *why)
{
	rows->all = fields == NULL;
	if (rows->all) {
		rows->count = rows->layout->count;
		for (size_t i = 0; i < rows->count; i++)
			rows->nos[i] = (unsigned)i + 1;
		return 0;
	}
	for (size_t i = 0; i < rows->count; i++) {
		rows->nos[i] = layout_field(rows->layout, fields[i]);
		if (rows->nos[i] > 0)
			continue;
		why_set(why, WHY_BUG, "layout",
		    "The layout of %s has no field \"%s\".", kind, fields[i]);
		return TSK_INVALID;
	}
	return 0;
}

/* Which characters the file is written in, by its beginning. */
static int
look_at_sample(struct rows *rows, struct why *why)
{
	const char *sample;
	size_t n;

	if (reader_sample(rows->reader, &sample, &n) < 0)
		return refuse(rows, why, "it cannot be read");
	switch (charset_guess(sample, n)) {
	case CHARSET_UTF8_BOM:
		reader_skip(rows->reader, BOM_BYTES);
		rows->utf8 = true;
		return 0;
	case CHARSET_UTF8:
		rows->utf8 = true;
		return 0;
	case CHARSET_UTF16:
		return refuse(rows, why, "it is UTF-16, not MS932");
	case CHARSET_MS932:
		return 0;
	}
	return 0;
}

struct rows *
rows_open(const struct standard *standard, const char *kind, const char *name,
    const void *p, size_t n, const char *const *fields, size_t count,
    struct why *why)
{
	struct rows *rows = mem_new(sizeof(*rows));

	if (fields != NULL && count > ROWS_CELLS_MAX)
		panic("rows: %zu fields", count);
	rows->standard = standard;
	rows->name = name;
	rows->count = count;
	rows->layout = layout_find(standard, kind);
	buf_init(&rows->text, CELLS_BYTES_MAX);
	rows->reader = reader_bytes(p, n);
	if (rows->layout == NULL)
		why_set(
		    why, WHY_BUG, "layout", "There is no layout of %s.", kind);
	if (rows->layout == NULL || find_fields(rows, kind, fields, why) < 0 ||
	    look_at_sample(rows, why) < 0)
		rows_close(&rows);
	return rows;
}

void
rows_close(struct rows **rows_p)
{
	struct rows *rows = *rows_p;

	if (rows == NULL)
		return;
	reader_close(&rows->reader);
	buf_fini(&rows->text);
	free(rows);
	*rows_p = NULL;
}

uint64_t
rows_record(const struct rows *rows)
{
	return rows->record.no;
}

/* Controls become spaces; CR LF, CR and LF a line break if lines are kept. */
static void
clean(struct rows *rows, size_t start)
{
	char *to = rows->text.data + start, *p = to;
	char *end = rows->text.data + rows->text.len;

	for (; p < end; p++) {
		bool line = rows->all && (*p == '\r' || *p == '\n');
		if (line && *p == '\r' && p + 1 < end && p[1] == '\n')
			continue;
		if (line)
			*to++ = '\n';
		else if ((unsigned char)*p < ' ' || *p == 0x7f)
			*to++ = ' ';
		else
			*to++ = *p;
	}
	*to = '\0';
	rows->text.len = (size_t)(to - rows->text.data);
}

/* Append a cell; false if it is not text. */
static bool
put_cell(struct rows *rows, const struct reader_field *field)
{
	const struct charset *charset = standard_charset(rows->standard);
	size_t start = rows->text.len, at;

	if (rows->utf8) {
		if (!charset_is_utf8(field->p, field->n))
			return false;
		buf_add(&rows->text, field->p, field->n);
	} else {
		if (charset_check(charset, field->p, field->n, &at) !=
		    CHARSET_GOOD)
			return false;
		charset_to_utf8(charset, field->p, field->n, &rows->text);
	}
	if (rows->text.len > start)
		clean(rows, start);
	buf_char(&rows->text, '\0');
	return true;
}

/* The columns tell the layout: 4.1 has more than V3 where they differ. */
static int
shape_of(const struct rows *rows, enum layout_shape *shape)
{
	return layout_by_columns(rows->layout, rows->record.count, shape)
		   ? 0
		   : TSK_INVALID;
}

static int
convert(struct rows *rows, enum layout_shape shape, const char **cells,
    struct why *why)
{
	static const struct reader_field none = {"", 0};
	size_t offsets[ROWS_CELLS_MAX];

	buf_clear(&rows->text);
	for (size_t i = 0; i < rows->count; i++) {
		unsigned at =
		    layout_position(rows->layout, shape, rows->nos[i]);
		offsets[i] = rows->text.len;
		if (!put_cell(
			rows, at == 0 ? &none : &rows->record.fields[at - 1]))
			return refuse(rows, why,
			    "it holds bytes that are no characters of MS932");
	}
	if (!buf_ok(&rows->text))
		return refuse(rows, why, "it is too long");
	for (size_t i = 0; i < rows->count; i++)
		cells[i] = rows->text.data + offsets[i];
	return 0;
}

/* Some programs write a line of column names; a record begins with digits. */
static bool
is_header(const struct rows *rows)
{
	const struct reader_field *first = &rows->record.fields[0];

	return rows->record.no == 1 &&
	       (first->n == 0 || first->p[0] < '0' || first->p[0] > '9');
}

int
rows_next(struct rows *rows, const char **cells, struct why *why)
{
	enum layout_shape shape;

	for (;;) {
		int rc = reader_next(rows->reader, &rows->record);
		if (rc == TSK_EMPTY)
			return rc;
		if (rc < 0 || rows->record.faults != 0)
			return refuse(rows, why,
			    "its quotes or its length break the rules");
		if (rows->record.blank)
			continue;
		if (shape_of(rows, &shape) < 0)
			return refuse(
			    rows, why, "it has another number of columns");
		if (!is_header(rows))
			return convert(rows, shape, cells, why);
	}
}

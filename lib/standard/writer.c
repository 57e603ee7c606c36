/* NAME
 *	writer - a strict file of the standard from rows of cells
 * SUMMARY
 *	See writer.h.
 * DESCRIPTION
 *	One buffer holds the file until it is saved, so that a file is either
 *	whole and judged or not there.  Free text is quoted (writing.tsv); any
 *	other value that would break the CSV is quoted too, and then told by the
 *	check.
 * DIAGNOSTICS
 *	Findings text-replaced, text-not-ms932, edition-field, version-mixed of
 *	its own; the rest are the check's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "file.h"

#include "replace.h"
#include "tables.h"
#include "writer.h"

struct writer {
	const struct standard *standard;
	const struct file_kind *kind;
	const struct layout_edition *edition;
	struct name name;
	char *file_name;
	finding_fn *fn;
	void *arg;
	struct buf out, cell;
	uint64_t records, line, errors, warnings;
};

/* -- begin and end ------------------------------------------------------ */

static int
refuse(
    struct why *why, int rc, const char *format, const char *a, const char *b)
{
	char text[256];

	snprintf(text, sizeof text, format, a, b);
	why_set(why, WHY_NEVER, "writer", "%s", text);
	return rc;
}

int
writer_new(const struct standard *standard, const char *file_name,
    const char *version, finding_fn *fn, void *arg, struct writer **out,
    struct why *why)
{
	const struct layout_edition *edition =
	    layout_edition(standard, version);
	struct writer *writer;
	struct name name;

	*out = NULL;
	if (name_parse(standard, file_name, &name, why) != 0)
		return TSK_INVALID;
	if (edition == NULL)
		return refuse(why, TSK_NOTFOUND,
		    "There is no CSV version %s%s.", version, "");
	if (name.image || !layout_in_edition(standard, name.kind, edition))
		return refuse(why, TSK_NOTFOUND,
		    "The kind %s has no records in edition %s.", name.kind,
		    edition->edition);
	writer = mem_new(sizeof *writer);
	writer->standard = standard;
	writer->kind = kind_find(standard, name.kind);
	writer->edition = edition;
	writer->name = name;
	writer->file_name = mem_text(file_name);
	writer->fn = fn;
	writer->arg = arg;
	writer->line = 1;
	buf_init(&writer->out, WRITER_BYTES_MAX);
	buf_init(&writer->cell, WRITER_BYTES_MAX);
	*out = writer;
	return 0;
}

void
writer_free(struct writer **writer_p)
{
	struct writer *writer = *writer_p;

	if (writer == NULL)
		return;
	buf_fini(&writer->out);
	buf_fini(&writer->cell);
	free(writer->file_name);
	free(writer);
	*writer_p = NULL;
}

/* -- findings of the rows ----------------------------------------------- */

static void
tell(struct writer *writer, const struct layout_field *field, const char *code,
    const char *value, const char *expected)
{
	struct finding_place place = {
	    .file = writer->file_name,
	    .record = writer->records,
	    .line = writer->line,
	    .layout = &writer->kind->layout,
	    .field_no = field->no,
	    .shape = writer->edition->shape,
	};

	if (check_tell(writer->standard, &place, code, value, expected,
		writer->fn, writer->arg) != 0)
		writer->errors++;
	else
		writer->warnings++;
}

struct spot {
	struct writer *writer;
	const struct layout_field *field;
};

static void
on_replace(const char *from, const char *to, void *arg)
{
	const struct spot *spot = arg;

	if (to == NULL)
		tell(spot->writer, spot->field, "text-not-ms932", from, NULL);
	else if (*to == '\0')
		tell(spot->writer, spot->field, "text-dropped", from, NULL);
	else
		tell(spot->writer, spot->field, "text-replaced", from, to);
}

/* -- cells -------------------------------------------------------------- */

static bool
is_text(const struct layout_field *field)
{
	return field->type == TYPE_TEXT || field->type == TYPE_KANA;
}

static bool
needs_quotes(const struct writer *writer, const struct layout_field *field,
    const char *p, size_t n)
{
	const struct writing *writing = &writer->standard->writing;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"' || p[i] == ',' || p[i] == '\r' || p[i] == '\n')
			return true;
	}
	if (writing->quote == QUOTE_NONE)
		return false;
	if (writing->quote == QUOTE_TEXT && !is_text(field))
		return false;
	return n > 0 || writing->quote_empty;
}

/* A second byte of MS932 is never a quote, comma or line break. */
static void
put_cell(struct writer *writer, const struct layout_field *field, const char *p,
    size_t n)
{
	struct buf *out = &writer->out;

	if (!needs_quotes(writer, field, p, n)) {
		buf_add(out, p, n);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < n;) {
		const char *quote = memchr(p + i, '"', n - i);
		size_t upto = quote != NULL ? (size_t)(quote - p) + 1 : n;

		buf_add(out, p + i, upto - i);
		if (quote != NULL)
			buf_char(out, '"');
		i = upto;
	}
	buf_char(out, '"');
}

static void
take_cell(struct writer *writer, const struct layout_field *field,
    const struct writer_cell *cell)
{
	struct spot spot = {writer, field};

	if (cell->ms932 || charset_ascii(cell->p, cell->n)) {
		put_cell(writer, field, cell->p, cell->n);
		return;
	}
	buf_clear(&writer->cell);
	replace_encode(writer->standard, cell->p, cell->n, &writer->cell,
	    on_replace, &spot);
	put_cell(writer, field, writer->cell.data, writer->cell.len);
}

/* Field 1 is ours to say. */
static void
put_version(struct writer *writer, const struct writer_cell *cell)
{
	const char *version = writer->edition->code;
	char given[16];

	buf_text(&writer->out, version);
	if (cell->n == 0 || (cell->n == strlen(version) &&
				memcmp(cell->p, version, cell->n) == 0))
		return;
	snprintf(given, sizeof given, "%.*s",
	    cell->n < sizeof given ? (int)cell->n : 0, cell->p);
	tell(writer, &writer->kind->layout.fields[0], "version-mixed", given,
	    version);
}

/* -- rows --------------------------------------------------------------- */

static uint64_t
count_lines(const char *p, size_t n)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n' ||
			 (p[i] == '\r' && (i + 1 == n || p[i + 1] != '\n'));
	return lines;
}

void
writer_row(struct writer *writer, const struct writer_cell *cells, size_t count)
{
	static const struct writer_cell nothing = {.p = ""};
	const struct layout *layout = &writer->kind->layout;
	size_t begin = writer->out.len;

	writer->records++;
	for (unsigned no = 1; no <= layout->count; no++) {
		const struct layout_field *field = &layout->fields[no - 1];
		const struct writer_cell *cell =
		    no <= count && cells[no - 1].n > 0 ? &cells[no - 1]
						       : &nothing;

		if (layout_position(layout, writer->edition->shape, no) == 0) {
			if (cell->n > 0)
				tell(writer, field, "edition-field",
				    writer->edition->edition, NULL);
			continue;
		}
		if (no == 1) {
			put_version(writer, cell);
			continue;
		}
		buf_char(&writer->out, ',');
		take_cell(writer, field, cell);
	}
	buf_text(&writer->out, writer->standard->writing.line_end);
	writer->line +=
	    count_lines(writer->out.data + begin, writer->out.len - begin);
}

/* -- the result --------------------------------------------------------- */

void
writer_bytes(const struct writer *writer, const char **p, size_t *n)
{
	const struct writing *writing = &writer->standard->writing;

	*p = writer->out.data != NULL ? writer->out.data : "";
	*n = writer->out.len;
	if (!writing->last_line_end && *n > 0)
		*n -= strlen(writing->line_end);
}

int
writer_check(struct writer *writer, const struct profile *profile,
    struct check_result *result)
{
	struct check_with with = {.profile = profile};
	const char *p;
	size_t n;
	int rc;

	*result = (struct check_result){0};
	if (!buf_ok(&writer->out) || !buf_ok(&writer->cell))
		return TSK_TOOBIG;
	writer_bytes(writer, &p, &n);
	rc = check_bytes_with(writer->standard, writer->file_name, p, n, &with,
	    writer->fn, writer->arg, result);
	result->errors += writer->errors;
	result->warnings += writer->warnings;
	if (rc != 0)
		return rc;
	return result->errors > 0 ? TSK_INVALID : 0;
}

int
writer_save_unchecked(
    struct writer *writer, int dirfd, const char *name, mode_t mode)
{
	const char *p;
	size_t n;
	int rc;

	if (!buf_ok(&writer->out) || !buf_ok(&writer->cell))
		return TSK_TOOBIG;
	writer_bytes(writer, &p, &n);
	rc = file_create(dirfd, name, p, n, mode);
	CRASH_POINT("writer-created");
	return rc == 0 ? file_dir_sync(dirfd) : rc;
}

int
writer_save(
    struct writer *writer, int dirfd, mode_t mode, struct check_result *result)
{
	int rc = writer_check(writer, NULL, result);

	if (rc != 0)
		return rc;
	return writer_save_unchecked(writer, dirfd, writer->file_name, mode);
}

/* -- the table ---------------------------------------------------------- */

static int
take_point(struct loader *loader, const struct table *t, size_t row)
{
	struct writing *w = &loader->standard->writing;
	const char *point = table_text(t, row, "point");
	const char *value = table_text(t, row, "value");

	if (strcmp(point, "quote") == 0 && strcmp(value, "text") == 0)
		w->quote = QUOTE_TEXT;
	else if (strcmp(point, "quote") == 0 && strcmp(value, "all") == 0)
		w->quote = QUOTE_ALL;
	else if (strcmp(point, "quote") == 0 && strcmp(value, "none") == 0)
		w->quote = QUOTE_NONE;
	else if (strcmp(point, "empty") == 0 && strcmp(value, "bare") == 0)
		w->quote_empty = false;
	else if (strcmp(point, "empty") == 0 && strcmp(value, "quoted") == 0)
		w->quote_empty = true;
	else if (strcmp(point, "line-end") == 0 && strcmp(value, "crlf") == 0)
		w->line_end = "\r\n";
	else if (strcmp(point, "line-end") == 0 && strcmp(value, "lf") == 0)
		w->line_end = "\n";
	else if (strcmp(point, "line-end") == 0 && strcmp(value, "cr") == 0)
		w->line_end = "\r";
	else if (strcmp(point, "last-line-end") == 0 &&
		 (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0))
		w->last_line_end = *value == 'y';
	else
		return load_bad(loader, "writing.tsv", t, row,
		    "%s cannot be %s.", point, value);
	return 0;
}

int
writing_load(struct loader *loader)
{
	static const char *const columns[] = {"point", "value", NULL};
	struct table *t;
	int rc = load_table(loader, "writing.tsv", columns, &t);

	loader->standard->writing =
	    (struct writing){.last_line_end = true, .line_end = "\r\n"};
	for (size_t i = 0; rc == 0 && i < table_rows(t); i++)
		rc = take_point(loader, t, i);
	return rc;
}

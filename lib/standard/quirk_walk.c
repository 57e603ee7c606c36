/* NAME
 *	quirk_walk - through a file, looking for deviations
 * SUMMARY
 *	see quirk_walk.h; the name is quirk_name.c, the values quirk_cells.c
 * DESCRIPTION
 *	It makes UTF-8 of UTF-16, gives the name its strict form, and looks at
 *	every record.  With a writer at hand the records go on, mended, into the
 *	copy.
 * BUGS
 *	A file is walked in memory.
 */
#include <stdio.h>
#include <string.h>

#include "quirk_walk.h"

/* -- the encoding ------------------------------------------------------- */

/* False: the encoding must not be repaired. */
static bool
take_charset(struct quirk_walk *walk)
{
	bool may = true;

	walk->ms932 = false;
	switch (charset_guess(walk->p, walk->n)) {
	case CHARSET_UTF16:
		may = quirk_see_test(walk, QUIRK_UTF16, NULL, 0);
		charset_from_utf16(walk->p, walk->n, &walk->utf8);
		walk->p = walk->utf8.data != NULL ? walk->utf8.data : "";
		walk->n = walk->utf8.len;
		break;
	case CHARSET_UTF8_BOM:
		may = quirk_see_test(walk, QUIRK_UTF8_BOM, NULL, 0);
		walk->p += 3;
		walk->n -= 3;
		break;
	case CHARSET_UTF8:
		may = quirk_see_test(walk, QUIRK_UTF8, NULL, 0);
		break;
	case CHARSET_MS932:
		walk->ms932 = true;
	}
	walk->has_quote = memchr(walk->p, '"', walk->n) != NULL;
	return may;
}

/* -- records that are none ---------------------------------------------- */

/* ",,,,": an empty line of a spreadsheet. */
static bool
all_empty(const struct reader_record *record, unsigned from)
{
	for (unsigned i = from; i < record->kept; i++) {
		if (record->fields[i].n > 0)
			return false;
	}
	return record->kept == record->count;
}

/* Is it left out of the copy? */
static bool
left_out(struct quirk_walk *walk, const struct reader_record *record)
{
	if (record->blank || (record->count > 1 && all_empty(record, 0)))
		return quirk_see_test(
		    walk, QUIRK_BLANK_LINE, NULL, record->line);
	if (record->count == 1 && strcmp(record->fields[0].p, "\x1A") == 0)
		return quirk_see_test(walk, QUIRK_END_MARK, NULL, record->line);
	if (reader_heading(record))
		return quirk_see_test(
		    walk, QUIRK_HEADER_LINE, NULL, record->line);
	return false;
}

static void
look_at_line(struct quirk_walk *walk, const struct reader_record *record)
{
	static const char *const ends[] = {
	    [READER_END_LF] = "lf", [READER_END_CR] = "cr"};

	if (record->end == READER_END_LF || record->end == READER_END_CR)
		quirk_see_test(
		    walk, QUIRK_LINE_END, ends[record->end], record->line);
}

/* -- the edition -------------------------------------------------------- */

/* The version as it should be, of a file whose first record this is. */
static void
take_version(struct quirk_walk *walk, const struct reader_record *record)
{
	const struct reader_field *field = &record->fields[0];

	snprintf(walk->version, sizeof walk->version, "%.*s",
	    field->n < sizeof walk->version ? (int)field->n : 0, field->p);
	for (size_t i = 0; i < walk->standard->quirk_count; i++) {
		const struct quirk *quirk = &walk->standard->quirks[i];
		const char *to = quirk_rule(quirk, "version");

		if (quirk->test != QUIRK_VERSION ||
		    strcmp(quirk->value, walk->version) != 0)
			continue;
		quirk_see(walk, quirk, record->line);
		if (to != NULL)
			snprintf(walk->version, sizeof walk->version, "%s", to);
	}
	walk->edition = layout_edition(walk->standard, walk->version);
	if (walk->edition != NULL)
		walk->shape = walk->edition->shape;
	else if (!layout_by_columns(
		     &walk->kind->layout, record->count, &walk->shape))
		walk->shape = LAYOUT_V4;
	walk->shape_known = true;
	if (walk->p[record->offset] == '"')
		quirk_see_test(walk, QUIRK_QUOTED_ALL, NULL, record->line);
}

/* -- records ------------------------------------------------------------ */

/* The number of columns is right, or what is too much of them is empty. */
static bool
columns_fit(struct quirk_walk *walk, const struct reader_record *record)
{
	unsigned columns = layout_columns(&walk->kind->layout, walk->shape);

	if (record->count == columns)
		return true;
	if (columns == 0 || record->count < columns ||
	    !all_empty(record, columns))
		return false;
	return quirk_see_test(walk, QUIRK_TRAILING_EMPTY, NULL, record->line);
}

static int
need_writer(struct quirk_walk *walk)
{
	if (walk->writer != NULL)
		return 0;
	/* a name of one edition and a version of another are no repair */
	if (walk->edition == NULL || !walk->name_good ||
	    walk->edition->form != walk->parsed.form)
		return TSK_INVALID;
	return writer_new(walk->standard, walk->name, walk->version, walk->fn,
	    walk->arg, &walk->writer, NULL);
}

static void
take_record(struct quirk_walk *walk, const struct reader_record *record)
{
	struct writer_cell cells[LAYOUT_FIELDS_MAX] = {0};
	const struct reader_field *first = &record->fields[0];

	look_at_line(walk, record);
	if (left_out(walk, record))
		return;
	if (record->blank || record->kept == 0 || record->faults != 0) {
		walk->stuck = true;
		return;
	}
	if (!walk->shape_known)
		take_version(walk, record);
	if (!columns_fit(walk, record)) {
		walk->stuck = true;
		return;
	}
	quirk_fill_cells(walk, record, cells);
	quirk_look_for_text(walk, cells);
	if (!walk->repair || walk->stuck)
		return;
	if (need_writer(walk) != 0) {
		walk->stuck = true;
		return;
	}
	/* the version this file began with is the one that is replaced */
	if (quirk_row(walk, QUIRK_VERSION, first->p) != NULL)
		cells[0] = (struct writer_cell){.p = ""};
	writer_row(walk->writer, cells, walk->kind->layout.count);
}

/* Columns of the first record that is no header. */
static unsigned
first_columns(const struct quirk_walk *walk)
{
	struct reader *reader = reader_bytes(walk->p, walk->n);
	struct reader_record record;
	unsigned columns = 0;

	while (columns == 0 && reader_next(reader, &record) == 0) {
		if (!record.blank && !reader_heading(&record))
			columns = record.count;
	}
	reader_close(&reader);
	return columns;
}

static void
walk_records(struct quirk_walk *walk)
{
	struct reader *reader = reader_bytes(walk->p, walk->n);
	struct reader_record record;
	int rc;

	while ((rc = reader_next(reader, &record)) == 0)
		take_record(walk, &record);
	if (rc != TSK_EMPTY)
		walk->stuck = true;
	reader_close(&reader);
	if (walk->has_text && !walk->has_quote)
		quirk_see_test(walk, QUIRK_QUOTED_NONE, NULL, 0);
}

void
quirk_walk_init(struct quirk_walk *walk, const struct standard *standard,
    const void *p, size_t n, struct quirk_report *report)
{
	*walk = (struct quirk_walk){
	    .standard = standard, .p = p, .n = n, .report = report};
	report->count = 0;
	buf_init(&walk->utf8, WRITER_BYTES_MAX);
	buf_init(&walk->text, 4 * READER_FIELD_BYTES_MAX);
	buf_init(&walk->fixed, 4 * READER_FIELD_BYTES_MAX);
	buf_init(&walk->cells, 4 * READER_RECORD_BYTES_MAX);
}

void
quirk_walk_fini(struct quirk_walk *walk)
{
	writer_free(&walk->writer);
	buf_fini(&walk->utf8);
	buf_fini(&walk->text);
	buf_fini(&walk->fixed);
	buf_fini(&walk->cells);
}

/* Images have a name only. */
void
quirk_walk_file(struct quirk_walk *walk, const char *file_name)
{
	const struct file_kind *kind = kind_of_name(walk->standard, file_name);

	if (kind != NULL && kind->image) {
		quirk_take_name(walk, file_name, 0);
		return;
	}
	if (!take_charset(walk))
		walk->stuck = true;
	quirk_take_name(walk, file_name, first_columns(walk));
	if (walk->kind != NULL && !walk->kind->image)
		walk_records(walk);
}

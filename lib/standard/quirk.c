/* NAME
 *	quirk - known deviations of care software, recognised and repaired
 * SUMMARY
 *	See quirk.h; the packs are config/standard/quirks/, a single value is
 *	quirk_value.c.
 * DESCRIPTION
 *	One walk serves both: it makes UTF-8 of UTF-16, gives the name its strict
 *	form, and looks at every record.  With a writer at hand the records go
 *	on, mended, into the copy.  Cells that nothing is wrong with keep their
 *	MS932 bytes: some characters have two codes, and decoding and encoding
 *	would swap them.
 *
 *	The copy is judged by the check like any file.  So a pack can promise
 *	only what the check then confirms.
 * BUGS
 *	A file is walked in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "quirk_inside.h"
#include "reader.h"
#include "utf8.h"
#include "writer.h"

struct walk {
	const struct standard *standard;
	struct quirk_report *report;
	char name[256]; /* as repaired so far */
	struct name parsed;
	bool name_good;
	const struct file_kind *kind; /* NULL: no kind of the standard */
	bool ms932;
	bool has_quote, has_text; /* bytes, and free text, seen */
	const char *p;            /* the text, without its mark */
	size_t n;
	struct buf utf8; /* of a UTF-16 file */
	struct buf text, fixed, cells;

	char version[16]; /* of the copy */
	const struct layout_edition *edition;
	enum layout_shape shape;
	bool shape_known;

	/* repairing only */
	bool repair, stuck; /* stuck: a record cannot be taken over */
	struct writer *writer;
	finding_fn *fn;
	void *arg;
};

/* -- what was seen ------------------------------------------------------ */

static void
see(struct walk *walk, const struct quirk *quirk, uint64_t line)
{
	struct quirk_report *report = walk->report;

	for (size_t i = 0; i < report->count; i++) {
		if (report->seen[i].quirk == quirk) {
			report->seen[i].count++;
			return;
		}
	}
	if (report->count < QUIRKS_MAX)
		report->seen[report->count++] =
		    (struct quirk_seen){quirk, 1, line};
}

/* The row of a test (and value, if the row has one) that has no more to it than
 * being there; NULL if no pack has it. */
static const struct quirk *
row_of(const struct walk *walk, enum quirk_test test, const char *value)
{
	for (size_t i = 0; i < walk->standard->quirk_count; i++) {
		const struct quirk *quirk = &walk->standard->quirks[i];

		if (quirk->test == test &&
		    (*quirk->value == '\0' || value == NULL ||
			strcmp(quirk->value, value) == 0))
			return quirk;
	}
	return NULL;
}

static bool
see_test(
    struct walk *walk, enum quirk_test test, const char *value, uint64_t line)
{
	const struct quirk *quirk = row_of(walk, test, value);

	if (quirk == NULL)
		return false;
	see(walk, quirk, line);
	return strcmp(quirk->repair, "-") != 0;
}

/* -- the encoding ------------------------------------------------------- */

/* False: the encoding must not be repaired. */
static bool
take_charset(struct walk *walk)
{
	bool may = true;

	walk->ms932 = false;
	switch (charset_guess(walk->p, walk->n)) {
	case CHARSET_UTF16:
		may = see_test(walk, QUIRK_UTF16, NULL, 0);
		charset_from_utf16(walk->p, walk->n, &walk->utf8);
		walk->p = walk->utf8.data != NULL ? walk->utf8.data : "";
		walk->n = walk->utf8.len;
		break;
	case CHARSET_UTF8_BOM:
		may = see_test(walk, QUIRK_UTF8_BOM, NULL, 0);
		walk->p += 3;
		walk->n -= 3;
		break;
	case CHARSET_UTF8:
		may = see_test(walk, QUIRK_UTF8, NULL, 0);
		break;
	case CHARSET_MS932:
		walk->ms932 = true;
	}
	walk->has_quote = memchr(walk->p, '"', walk->n) != NULL;
	return may;
}

/* -- the name ----------------------------------------------------------- */

/* ${old} (n bytes) at the beginning of the name becomes ${new}. */
static void
rename_prefix(struct walk *walk, size_t n, const char *new)
{
	char rest[256];

	snprintf(rest, sizeof rest, "%s", walk->name + n);
	snprintf(walk->name, sizeof walk->name, "%.32s%.220s", new, rest);
}

static bool
kind_columns(struct walk *walk, const struct quirk *quirk, unsigned columns)
{
	size_t n = strcspn(quirk->value, ":");
	const struct file_kind *other;
	enum layout_shape shape;

	if (walk->kind == NULL || columns == 0 || quirk->value[n] != ':' ||
	    strlen(walk->kind->kind) != n ||
	    strncmp(walk->kind->kind, quirk->value, n) != 0)
		return false;
	other = kind_find(walk->standard, quirk->value + n + 1);
	return other != NULL &&
	       layout_by_columns(&other->layout, columns, &shape) &&
	       !layout_by_columns(&walk->kind->layout, columns, &shape);
}

static const char *
extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL ? dot + 1 : "";
}

static bool
name_fits(struct walk *walk, const struct quirk *quirk, unsigned columns)
{
	size_t n = strlen(quirk->value);

	switch (quirk->test) {
	case QUIRK_NAME_PREFIX:
		return strncasecmp(walk->name, quirk->value, n) == 0 &&
		       walk->name[n] == '_';
	case QUIRK_KIND_COLUMNS:
		return kind_columns(walk, quirk, columns);
	case QUIRK_NAME_EXTENSION:
		return walk->name_good &&
		       strcmp(extension(walk->name), quirk->value) == 0;
	case QUIRK_NAME_CASE:
		return walk->name_good && strncmp(walk->name, walk->parsed.kind,
					      strlen(walk->parsed.kind)) != 0;
	case QUIRK_NAME_ZERO_MONTH:
		return walk->name_good && walk->parsed.odd &&
		       walk->parsed.month[0] == '\0' &&
		       strstr(walk->name, "_000000_") != NULL;
	case QUIRK_NAME_CODE:
		return walk->name_good && walk->parsed.form == NAME_V4_0;
	default:
		return false;
	}
}

/* "043" or "431": the type with a zero before it, or the code cut after three
 * characters; one of them is a type of the table or nothing is changed. */
static bool
type_of_code(struct walk *walk, const char *code, char type[NUMBER_TYPE_BYTES])
{
	snprintf(type, NUMBER_TYPE_BYTES, "%.2s", code + (*code == '0'));
	return service_type(walk->standard, type, "code") != NULL;
}

/* The types of the table, or the name stays as it is. */
static void
codes_to_types(struct walk *walk)
{
	struct name name = walk->parsed;
	char text[NAME_TEXT_BYTES];

	if (!type_of_code(walk, name.from_code, name.from_type) ||
	    !type_of_code(walk, name.to_code, name.to_type))
		return;
	name.form = NAME_V4_1;
	snprintf(walk->name, sizeof walk->name, "%s", name_print(&name, text));
}

static void
parse_name(struct walk *walk)
{
	walk->kind = kind_of_name(walk->standard, walk->name);
	walk->name_good =
	    name_parse(walk->standard, walk->name, &walk->parsed, NULL) == 0;
}

/* ${columns} of the first record; 0: unknown. */
static void
take_name(struct walk *walk, const char *file_name, unsigned columns)
{
	char text[NAME_TEXT_BYTES];

	snprintf(walk->name, sizeof walk->name, "%s", file_name);
	parse_name(walk);
	for (size_t i = 0; i < walk->standard->quirk_count; i++) {
		const struct quirk *quirk = &walk->standard->quirks[i];
		const char *to = quirk_rule(quirk, "name");

		if (!name_fits(walk, quirk, columns))
			continue;
		see(walk, quirk, 0);
		if (to == NULL)
			continue;
		if (strcmp(to, "type") == 0)
			codes_to_types(walk);
		else if (strcmp(to, "strict") == 0)
			snprintf(walk->name, sizeof walk->name, "%s",
			    name_print(&walk->parsed, text));
		else
			rename_prefix(walk, strcspn(walk->name, "_"), to);
		parse_name(walk);
	}
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
left_out(struct walk *walk, const struct reader_record *record)
{
	if (record->blank || (record->count > 1 && all_empty(record, 0)))
		return see_test(walk, QUIRK_BLANK_LINE, NULL, record->line);
	if (record->count == 1 && strcmp(record->fields[0].p, "\x1A") == 0)
		return see_test(walk, QUIRK_END_MARK, NULL, record->line);
	if (reader_heading(record))
		return see_test(walk, QUIRK_HEADER_LINE, NULL, record->line);
	return false;
}

static void
look_at_line(struct walk *walk, const struct reader_record *record)
{
	static const char *const ends[] = {
	    [READER_END_LF] = "lf", [READER_END_CR] = "cr"};

	if (record->end == READER_END_LF || record->end == READER_END_CR)
		see_test(walk, QUIRK_LINE_END, ends[record->end], record->line);
}

/* -- the edition -------------------------------------------------------- */

/* The version as it should be, of a file whose first record this is. */
static void
take_version(struct walk *walk, const struct reader_record *record)
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
		see(walk, quirk, record->line);
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
		see_test(walk, QUIRK_QUOTED_ALL, NULL, record->line);
}

/* -- cells -------------------------------------------------------------- */

/* A cell as UTF-8, without a copy if it is so already. */
static const char *
as_utf8(struct walk *walk, const struct reader_field *field, size_t *n)
{
	*n = field->n;
	if (!walk->ms932 || charset_ascii(field->p, field->n))
		return field->p;
	buf_clear(&walk->text);
	charset_to_utf8(
	    walk->standard->charset, field->p, field->n, &walk->text);
	*n = walk->text.len;
	return walk->text.data;
}

/* Every test on one cell in the order of the packs.  True: it was mended, and
 * walk->text has it. */
static bool
mend(struct walk *walk, const struct layout_field *field,
    const struct reader_field *cell, uint64_t line)
{
	size_t n;
	const char *text = as_utf8(walk, cell, &n);
	bool mended = false;

	for (size_t i = 0; i < walk->standard->quirk_count; i++) {
		const struct quirk *quirk = &walk->standard->quirks[i];

		if (quirk->test < QUIRK_FIRST_VALUE ||
		    !quirk_value(quirk->test, field, text, n, &walk->fixed))
			continue;
		if (walk->fixed.len == 0 && strcmp(quirk->repair, "-") != 0)
			continue; /* it looks so, but means nothing */
		see(walk, quirk, line);
		if (strcmp(quirk->repair, "-") == 0)
			continue;
		buf_clear(&walk->text);
		buf_add(&walk->text, walk->fixed.data, walk->fixed.len);
		text = walk->text.data;
		n = walk->text.len;
		mended = true;
	}
	return mended;
}

/* Cells of one record for the writer, by their 4.1 numbers.  Mended ones lie in
 * walk->cells, which must not move: it has room for all from the beginning. */
static void
fill_cells(struct walk *walk, const struct reader_record *record,
    struct writer_cell *cells)
{
	const struct layout *layout = &walk->kind->layout;
	size_t offsets[LAYOUT_FIELDS_MAX + 1] = {0};

	buf_clear(&walk->cells);
	for (unsigned no = 1; no <= layout->count; no++) {
		unsigned at = layout_position(layout, walk->shape, no);
		const struct reader_field *cell;

		cells[no - 1] = (struct writer_cell){.p = ""};
		if (at == 0 || at > record->kept)
			continue;
		cell = &record->fields[at - 1];
		cells[no - 1] = (struct writer_cell){
		    .p = cell->p, .n = cell->n, .ms932 = walk->ms932};
		if (no == 1 ||
		    !mend(walk, &layout->fields[no - 1], cell, record->line))
			continue;
		cells[no - 1] =
		    (struct writer_cell){.p = NULL, .n = walk->text.len};
		offsets[no] = walk->cells.len;
		buf_add(&walk->cells, walk->text.data, walk->text.len);
	}
	for (unsigned no = 1; no <= layout->count; no++) {
		if (cells[no - 1].p == NULL)
			cells[no - 1].p = walk->cells.data + offsets[no];
	}
}

/* Free text that no quote stands around. */
static void
look_for_text(struct walk *walk, const struct writer_cell *cells)
{
	const struct layout *layout = &walk->kind->layout;

	for (unsigned no = 1; no <= layout->count && !walk->has_text; no++) {
		enum layout_type type = layout->fields[no - 1].type;

		walk->has_text = (type == TYPE_TEXT || type == TYPE_KANA) &&
				 cells[no - 1].n > 0;
	}
}

/* -- records ------------------------------------------------------------ */

/* The number of columns is right, or what is too much of them is empty. */
static bool
columns_fit(struct walk *walk, const struct reader_record *record)
{
	unsigned columns = layout_columns(&walk->kind->layout, walk->shape);

	if (record->count == columns)
		return true;
	if (columns == 0 || record->count < columns ||
	    !all_empty(record, columns))
		return false;
	return see_test(walk, QUIRK_TRAILING_EMPTY, NULL, record->line);
}

static int
need_writer(struct walk *walk)
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
take_record(struct walk *walk, const struct reader_record *record)
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
	fill_cells(walk, record, cells);
	look_for_text(walk, cells);
	if (!walk->repair || walk->stuck)
		return;
	if (need_writer(walk) != 0) {
		walk->stuck = true;
		return;
	}
	/* the version this file began with is the one that is replaced */
	if (row_of(walk, QUIRK_VERSION, first->p) != NULL)
		cells[0] = (struct writer_cell){.p = ""};
	writer_row(walk->writer, cells, walk->kind->layout.count);
}

/* Columns of the first record that is no header. */
static unsigned
first_columns(const struct walk *walk)
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
walk_records(struct walk *walk)
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
		see_test(walk, QUIRK_QUOTED_NONE, NULL, 0);
}

static void
walk_init(struct walk *walk, const struct standard *standard, const void *p,
    size_t n, struct quirk_report *report)
{
	*walk = (struct walk){
	    .standard = standard, .p = p, .n = n, .report = report};
	report->count = 0;
	buf_init(&walk->utf8, WRITER_BYTES_MAX);
	buf_init(&walk->text, 4 * READER_FIELD_BYTES_MAX);
	buf_init(&walk->fixed, 4 * READER_FIELD_BYTES_MAX);
	buf_init(&walk->cells, 4 * READER_RECORD_BYTES_MAX);
}

static void
walk_fini(struct walk *walk)
{
	writer_free(&walk->writer);
	buf_fini(&walk->utf8);
	buf_fini(&walk->text);
	buf_fini(&walk->fixed);
	buf_fini(&walk->cells);
}

/* Images have a name only. */
static void
walk_file(struct walk *walk, const char *file_name)
{
	const struct file_kind *kind = kind_of_name(walk->standard, file_name);

	if (kind != NULL && kind->image) {
		take_name(walk, file_name, 0);
		return;
	}
	if (!take_charset(walk))
		walk->stuck = true;
	take_name(walk, file_name, first_columns(walk));
	if (walk->kind != NULL && !walk->kind->image)
		walk_records(walk);
}

/* -- finding ------------------------------------------------------------ */

size_t
quirk_find(const struct standard *standard, const char *file_name,
    const void *p, size_t n, struct quirk_report *report)
{
	struct walk walk;

	walk_init(&walk, standard, p, n, report);
	walk_file(&walk, file_name);
	walk_fini(&walk);
	return report->count;
}

/* -- repairing ---------------------------------------------------------- */

static bool
any_repair(const struct quirk_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		if (strcmp(report->seen[i].quirk->repair, "-") != 0)
			return true;
	}
	return false;
}

static int
refuse(struct why *why, int rc, const char *code, const char *text)
{
	why_set(why, WHY_NEVER, code, "%s", text);
	return rc;
}

/* The copy is the writer's bytes, or the image's own. */
static int
take_copy(struct walk *walk, const void *p, size_t n,
    const struct profile *profile, struct quirk_copy *copy)
{
	struct check_with with = {.profile = profile};
	const char *bytes = p;

	if (walk->writer != NULL)
		writer_bytes(walk->writer, &bytes, &n);
	buf_add(&copy->bytes, bytes, n);
	snprintf(copy->name, sizeof copy->name, "%.*s",
	    (int)sizeof copy->name - 1, walk->name);
	if (!buf_ok(&copy->bytes))
		return TSK_TOOBIG;
	if (walk->writer != NULL)
		return writer_check(walk->writer, profile, &copy->result);
	return check_bytes_with(walk->standard, copy->name, bytes, n, &with,
	    walk->fn, walk->arg, &copy->result);
}

static int
judge(struct walk *walk, const void *p, size_t n, const struct profile *profile,
    struct quirk_copy *copy, struct why *why)
{
	int rc;

	if (!any_repair(&copy->report))
		return refuse(why, TSK_EMPTY, "nothing-known",
		    "No deviation of this file is known, or none that may be "
		    "repaired.");
	if (walk->stuck || !walk->name_good ||
	    (walk->writer == NULL && !walk->kind->image))
		return refuse(why, TSK_INVALID, "unreadable-record",
		    "A record, the name or the encoding cannot be taken over.");
	rc = take_copy(walk, p, n, profile, copy);
	if (rc == TSK_TOOBIG)
		return refuse(
		    why, rc, "too-large", "The copy would be too large.");
	if (rc == TSK_INVALID || (rc == 0 && copy->result.errors > 0))
		return refuse(why, TSK_INVALID, "copy-errors",
		    "The copy would still have errors.");
	return rc;
}

int
quirk_repair(const struct standard *standard, const char *file_name,
    const void *p, size_t n, const struct quirk_with *with,
    struct quirk_copy *copy, struct why *why)
{
	struct walk walk;
	int rc;

	*copy = (struct quirk_copy){0};
	buf_init(&copy->bytes, WRITER_BYTES_MAX);
	walk_init(&walk, standard, p, n, &copy->report);
	walk.repair = true;
	walk.fn = with->fn;
	walk.arg = with->arg;
	walk_file(&walk, file_name);
	rc = judge(&walk, p, n, with->profile, copy, why);
	walk_fini(&walk);
	return rc;
}

void
quirk_copy_fini(struct quirk_copy *copy)
{
	buf_fini(&copy->bytes);
}

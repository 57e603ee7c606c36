/* NAME
 *	check - one file of the standard against its rules
 * SUMMARY
 *	See check.h.
 * DESCRIPTION
 *	The order of things: the name; the encoding of the whole; then record by
 *	record its shape (quotes, number of fields), its fields one by one, and
 *	the rules of rules.tsv; last what only the whole file tells (the receiver
 *	occurs for every client).
 *
 *	A record with another number of fields is not looked into: every field
 *	would be the wrong one.
 * DIAGNOSTICS
 *	0 whenever the file could be read.  Findings have the codes of
 *	findings.tsv; a code that is missing there ends the program.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_benefit.h"
#include "check_rules.h"
#include "set_run.h"

/* -- the encoding of the whole ------------------------------------------ */

/* False: there is no sense in reading on. */
static bool
check_charset(
    struct check_run *run, struct reader *reader, const char *p, size_t n)
{
	switch (charset_guess(p, n)) {
	case CHARSET_UTF16:
		check_say_text(run, "charset-utf16", "", NULL);
		return false;
	case CHARSET_UTF8_BOM:
		check_say_text(run, "charset-bom", "", NULL);
		reader_skip(reader, 3);
		run->not_ms932 = true;
		return true;
	case CHARSET_UTF8:
		check_say_text(run, "charset-utf8", "", NULL);
		run->not_ms932 = true;
		return true;
	case CHARSET_MS932:
		break;
	}
	return true;
}

static void
check_image(struct check_run *run, const char *p, size_t n)
{
	if (n == 0)
		check_say_text(run, "file-empty", "", NULL);
	else if (n < 4 || memcmp(p, "\xFF\xD8\xFF", 3) != 0)
		check_say_text(run, "image-not-jpeg", "", NULL);
}

/* -- the edition -------------------------------------------------------- */

/* What a file of an unknown version most likely is. */
static enum layout_shape
guess_shape(const struct check_run *run, const struct reader_record *record)
{
	enum layout_shape shape;

	if (layout_by_columns(&run->kind->layout, record->count, &shape))
		return shape;
	return run->name_good && run->result->name.form == NAME_V3 ? LAYOUT_V3
								   : LAYOUT_V4;
}

static bool
fits_name(const struct check_run *run, const struct layout_edition *e)
{
	return !run->name_good || e->form == run->result->name.form;
}

static void
check_edition(struct check_run *run)
{
	const struct layout_edition *e = run->edition;
	const struct name *name = &run->result->name;
	size_t n = strlen(e->code);

	if (e->state == EDITION_OLD)
		check_say(run, "version-old", 1, e->code, n, NULL);
	if (layout_columns(&run->kind->layout, e->shape) == 0)
		check_say(run, "version-kind", 1, e->code, n, NULL);
	if (!run->name_good)
		return;
	if ((e->form == NAME_V3) != (name->form == NAME_V3))
		check_say(run, "version-name", 1, e->code, n, NULL);
	else if (e->form != name->form)
		check_say(run, "version-name-form", 1, e->code, n, NULL);
	if (*name->month != '\0' && strcmp(name->month, "000000") != 0 &&
	    strcmp(name->month, e->applies_from) < 0)
		check_say(run, "version-month", 1, e->code, n, e->applies_from);
}

/* A kind that V3 does not have, or an edition that both name and columns
 * contradict: said by check_edition(), and only the version is wrong then. */
static enum layout_shape
shape_of(const struct check_run *run, const struct reader_record *record)
{
	enum layout_shape shape = run->edition->shape;
	unsigned columns = layout_columns(&run->kind->layout, shape);

	return columns == 0 || (record->count != columns &&
				   !fits_name(run, run->edition))
		   ? guess_shape(run, record)
		   : shape;
}

/* The first record with a known version speaks for the file. */
static void
take_version(struct check_run *run, const struct reader_record *record)
{
	const struct reader_field *field = &record->fields[0];
	bool first = run->version[0] == '\0';
	char text[16];

	snprintf(text, sizeof text, "%s", field->p);
	run->edition =
	    field->n < sizeof text ? layout_edition(run->standard, text) : NULL;
	if (first || run->edition != NULL)
		memcpy(run->version, text, sizeof text);
	memset(run->memos, 0, sizeof run->memos);
	run->at[0] = 0;
	if (run->edition != NULL) {
		run->shape = shape_of(run, record);
		run->version_record = run->record;
		run->version_line = run->line;
		check_edition(run);
		return;
	}
	run->shape = guess_shape(run, record);
	if (!first)
		return;
	if (field->n > 0)
		check_say(run, "version-unknown", 1, field->p, field->n, NULL);
	else
		memcpy(run->version, "-", 2);
}

/* V4.0 in a name of V4.1 and the like is a warning; that another version follows
 * makes it the odd one. */
static void
say_odd_version(struct check_run *run, const char *version)
{
	uint64_t record = run->record, line = run->line;

	if ((run->edition->form == NAME_V3) !=
	    (run->result->name.form == NAME_V3))
		return; /* said already */
	run->record = run->version_record;
	run->line = run->version_line;
	check_say(run, "version-mixed", 1, run->version, strlen(run->version),
	    version);
	run->record = record;
	run->line = line;
}

/* ... unless it contradicts the name and this one does not: else the slip of one
 * record would be blamed on all others. */
static bool
take_fitting(struct check_run *run, const struct reader_record *record)
{
	const struct layout_edition *e =
	    layout_edition(run->standard, record->fields[0].p);

	if (e == NULL || fits_name(run, run->edition) || !fits_name(run, e))
		return false;
	say_odd_version(run, e->code);
	take_version(run, record);
	return true;
}

static void
check_version(struct check_run *run, const struct reader_record *record)
{
	const struct reader_field *field = &record->fields[0];

	if (run->edition == NULL)
		take_version(run, record);
	else if (field->n > 0 && strcmp(field->p, run->version) != 0 &&
		 !take_fitting(run, record))
		check_say(
		    run, "version-mixed", 1, field->p, field->n, run->version);
}

/* -- records ------------------------------------------------------------ */

static void
check_lines(struct check_run *run, const struct reader_record *record)
{
	if (record->blank)
		check_say_text(run, "line-blank", "", NULL);
	if (!run->line_end_said && record->end != READER_END_CRLF &&
	    record->end != READER_END_NONE) {
		run->line_end_said = true;
		check_say_text(run, "line-end", "", NULL);
	}
}

/* False: the record is so broken that its fields mean nothing. */
static bool
check_shape(struct check_run *run, const struct reader_record *record)
{
	unsigned columns = layout_columns(&run->kind->layout, run->shape);

	if (record->faults & READER_UNCLOSED_QUOTE) {
		check_say_text(run, "quote-unclosed", "", NULL);
		return false;
	}
	if (record->faults & READER_STRAY_QUOTE)
		check_say_text(run, "quote-stray", "", NULL);
	if (record->count != columns) {
		if (!(record->faults & READER_STRAY_QUOTE))
			check_say_number(
			    run, "column-count", record->count, columns);
		return false;
	}
	return true;
}

static void
find_fields(struct check_run *run)
{
	const struct layout *layout = &run->kind->layout;

	run->at[0] = 1;
	for (unsigned no = 1; no <= layout->count; no++)
		run->at[no] = (uint8_t)layout_position(layout, run->shape, no);
}

static void
fill_cells(struct check_run *run, const struct reader_record *record)
{
	const struct layout *layout = &run->kind->layout;

	if (run->at[0] == 0)
		find_fields(run);
	for (unsigned no = 1; no <= layout->count; no++) {
		unsigned at = run->at[no];
		struct cell *cell = &run->cells[no];

		if (at == 0 || at > record->kept)
			*cell = (struct cell){.p = ""};
		else
			*cell = (struct cell){.p = record->fields[at - 1].p,
			    .n = record->fields[at - 1].n,
			    .there = true,
			    .good = true};
	}
}

/* A lone Control-Z: the end mark of files under DOS. */
static bool
is_end_mark(struct check_run *run, const struct reader_record *record)
{
	if (record->count != 1 || strcmp(record->fields[0].p, "\x1A") != 0)
		return false;
	run->record = 0;
	check_say_text(run, "line-blank", "", NULL);
	return true;
}

static void
check_one(struct check_run *run, const struct reader_record *record)
{
	run->record = record->blank ? 0 : record->no;
	run->line = record->line;
	check_lines(run, record);
	if (record->blank || is_end_mark(run, record))
		return;
	run->result->records++;
	if (reader_heading(record)) {
		check_say_text(run, "header-line", "", NULL);
		return;
	}
	if (record->kept > 0)
		check_version(run, record);
	if (!check_shape(run, record)) {
		check_unsure(run, record);
		set_lost(run);
		return;
	}
	fill_cells(run, record);
	run->text = record->text;
	run->text_bytes = record->text_bytes;
	run->twice = false;
	check_fields(run);
	check_record(run);
	set_note(run);
}

static int
check_records(struct check_run *run, struct reader *reader)
{
	struct reader_record record;
	int rc;

	while ((rc = reader_next(reader, &record)) == 0)
		check_one(run, &record);
	if (rc == TSK_TOOBIG) {
		bool field = record.faults & READER_FIELD_HUGE;

		run->record = record.no;
		run->line = record.line;
		check_say_number(run, field ? "field-huge" : "record-huge", 0,
		    field ? READER_FIELD_BYTES_MAX : READER_RECORD_BYTES_MAX);
		rc = TSK_EMPTY;
	} else if (rc == TSK_EMPTY) {
		run->read_all = true;
		/* only a file read to its end tells what is missing */
		check_clients(run);
	}
	run->record = run->line = 0;
	return rc == TSK_EMPTY ? 0 : rc;
}

static int
check_reader(struct check_run *run, struct reader *reader)
{
	const char *sample;
	size_t n;
	int rc = reader_sample(reader, &sample, &n);

	if (rc != 0)
		return rc;
	if (run->kind->image) {
		check_image(run, sample, n);
		return 0;
	}
	if (!check_charset(run, reader, sample, n))
		return 0;
	rc = check_records(run, reader);
	if (rc == 0 && run->result->records == 0 && run->result->errors == 0)
		check_say_text(run, "file-empty", "", NULL);
	return rc;
}

/* -- one file ----------------------------------------------------------- */

static void
run_init(struct check_run *run)
{
	buf_init(&run->ja, 4096);
	buf_init(&run->en, 4096);
	buf_init(&run->value, 1024);
	buf_init(&run->wanted, 2048);
	run->shape = LAYOUT_V4;
}

static void
run_fini(struct check_run *run)
{
	buf_fini(&run->ja);
	buf_fini(&run->en);
	buf_fini(&run->value);
	buf_fini(&run->wanted);
	check_late_fini(run);
	check_rows_free(run);
	benefit_free(&run->benefit);
}

static int
check_all(struct check_run *run, const char *file_name, struct reader *reader)
{
	struct why why = {0};
	int rc = name_parse(run->standard, file_name, &run->result->name, &why);

	if (rc == TSK_NOTFOUND)
		return 0;
	run->result->standard = true;
	run->kind = kind_of_name(run->standard, file_name);
	run->name_good = rc == 0;
	run_init(run);
	if (rc == 0)
		check_name(run);
	else
		check_bad_name(run, why.code);
	if (run->set != NULL && rc == 0)
		run->set_file = set_join(run->set, run, run->member);
	rc = check_reader(run, reader);
	set_done(run);
	if (run->result->clients == 0) /* the check stopped halfway */
		run->result->clients = (uint32_t)run->client_keys.count;
	if (run->unsaid > 0) {
		uint64_t unsaid = run->unsaid;

		run->said = 0;
		check_say_number(run, "too-many-findings", unsaid, 0);
		run->result->warnings--; /* a remark on the remarks */
	}
	run_fini(run);
	return rc;
}

static struct check_run *
run_new(const struct standard *standard, const char *file_name,
    const struct check_with *with, finding_fn *fn, void *arg,
    struct check_result *result)
{
	struct check_run *run = mem_new(sizeof *run);

	*result = (struct check_result){0};
	run->standard = standard;
	run->file = file_name;
	run->fn = fn;
	run->arg = arg;
	run->result = result;
	if (with != NULL) {
		run->profile = with->profile != NULL ? with->profile->no : 0;
		run->set = with->set;
		run->member = with->member;
	}
	return run;
}

int
check_file_with(const struct standard *standard, const char *path,
    const char *file_name, const struct check_with *with, finding_fn *fn,
    void *arg, struct check_result *result)
{
	const char *slash = strrchr(path, '/');
	struct check_run *run;
	struct reader *reader;
	int rc, saved;

	if (file_name == NULL)
		file_name = slash != NULL ? slash + 1 : path;
	*result = (struct check_result){0};
	rc = reader_open(path, &reader, NULL);
	if (rc != 0)
		return rc;
	run = run_new(standard, file_name, with, fn, arg, result);
	rc = check_all(run, file_name, reader);
	saved = errno;
	reader_close(&reader);
	free(run);
	errno = saved;
	return rc;
}

int
check_file(const struct standard *standard, const char *path,
    const char *file_name, finding_fn *fn, void *arg,
    struct check_result *result)
{
	return check_file_with(
	    standard, path, file_name, NULL, fn, arg, result);
}

int
check_bytes_with(const struct standard *standard, const char *file_name,
    const void *p, size_t n, const struct check_with *with, finding_fn *fn,
    void *arg, struct check_result *result)
{
	struct check_run *run =
	    run_new(standard, file_name, with, fn, arg, result);
	struct reader *reader = reader_bytes(p, n);
	int rc = check_all(run, file_name, reader);

	reader_close(&reader);
	free(run);
	return rc;
}

int
check_bytes(const struct standard *standard, const char *file_name,
    const void *p, size_t n, finding_fn *fn, void *arg,
    struct check_result *result)
{
	return check_bytes_with(
	    standard, file_name, p, n, NULL, fn, arg, result);
}

int
check_note(const struct standard *standard, const char *file, const char *code,
    const char *value, finding_fn *fn, void *arg)
{
	struct check_result result = {0};
	struct check_run *run = run_new(standard, file, NULL, fn, arg, &result);

	run_init(run);
	check_say_text(run, code, value, NULL);
	run_fini(run);
	free(run);
	return result.errors > 0 ? 1 : 0;
}

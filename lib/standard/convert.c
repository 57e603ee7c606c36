/* NAME
 *	convert - a file of one edition as a file of another
 * SUMMARY
 *	See convert.h.
 * DESCRIPTION
 *	Records are read by the source's layout, losses are told, and the writer
 *	puts what is left where the other edition has it.
 * DIAGNOSTICS
 *	Findings edition-loss, edition-loss-kind, edition-length.
 * BUGS
 *	A file is converted in memory.  Nothing is converted to V4.0: its 3-digit
 *	codes were withdrawn before anybody wrote down what they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "reader.h"
#include "tables.h"
#include "writer.h"

struct job {
	const struct standard *standard;
	const struct convert_to *to;
	const struct file_kind *kind;
	const struct layout_edition *from;
	const char *file_name;
	struct convert_copy *copy;
	struct writer *writer;
	uint64_t record, line;
	bool too_long;
};

/* -- editions ----------------------------------------------------------- */

static bool
is_edition(const struct layout_edition *e, const char *text)
{
	size_t n = strlen(e->edition);

	if (strcmp(e->edition, text) == 0)
		return true;
	/* 3.1 and 3.2 share what the table calls 3 */
	return strchr(e->edition, '.') == NULL &&
	       strncmp(e->edition, text, n) == 0 && text[n] == '.';
}

const struct layout_edition *
convert_edition(const struct standard *standard, const char *text)
{
	const struct layout_edition *found = layout_edition(standard, text);

	if (*text == 'V' || *text == 'v')
		text++;
	for (size_t i = 0; found == NULL && i < standard->edition_count; i++) {
		const struct layout_edition *e =
		    &standard->editions[standard->edition_count - 1 - i];

		if (is_edition(e, text))
			found = e;
	}
	return found;
}

const struct layout_edition *
convert_current(const struct standard *standard)
{
	for (size_t i = standard->edition_count; i > 0; i--) {
		if (standard->editions[i - 1].state == EDITION_CURRENT)
			return &standard->editions[i - 1];
	}
	return NULL;
}

/* The first record; blank lines before it do not count. */
static bool
first_record(struct reader *reader, struct reader_record *record)
{
	while (reader_next(reader, record) == 0) {
		if (!record->blank)
			return record->kept > 0;
	}
	return false;
}

const struct layout_edition *
convert_from(const struct standard *standard, const void *p, size_t n)
{
	struct reader *reader = reader_bytes(p, n);
	const struct layout_edition *edition = NULL;
	struct reader_record record;

	if (first_record(reader, &record))
		edition = layout_edition(standard, record.fields[0].p);
	reader_close(&reader);
	return edition;
}

/* -- service types ------------------------------------------------------ */

static void
add_type(char known[NUMBER_TYPE_BYTES], bool *two, const char *type)
{
	if (*known == '\0')
		snprintf(known, NUMBER_TYPE_BYTES, "%.2s", type);
	else if (strncmp(known, type, 2) != 0)
		*two = true;
}

/* The type of a role, if the role has but one. */
static const char *
only_type(const struct standard *standard, const char *role)
{
	const struct table *t = standard->service_types->table;
	const char *found = NULL;

	for (size_t i = 0; i < table_rows(t); i++) {
		if (strcmp(table_text(t, i, "role"), role) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = table_text(t, i, "code");
	}
	return found;
}

/* Where a kind says whose rows they are, and of which type. */
struct teacher {
	const struct layout *layout;
	enum layout_shape shape;
	unsigned office, type; /* 4.1 numbers */
	const char *own;       /* the office whose rows count */
	char *known;
	bool *two;
};

static void
learn_row(const struct standard *standard, struct teacher *teacher,
    const struct reader_record *record)
{
	unsigned office =
	    layout_position(teacher->layout, teacher->shape, teacher->office);
	unsigned type =
	    layout_position(teacher->layout, teacher->shape, teacher->type);

	if (office == 0 || type == 0 || office > record->kept ||
	    type > record->kept || record->fields[type - 1].n < 2 ||
	    strcmp(record->fields[office - 1].p, teacher->own) != 0 ||
	    service_type(standard, record->fields[type - 1].p, "code") == NULL)
		return;
	add_type(teacher->known, teacher->two, record->fields[type - 1].p);
}

/* Actual results go from the service office, everything else to it; V3 knows
 * the home domain only. */
static bool
teacher_init(const struct standard *standard, const struct name *name,
    struct convert_types *types, struct teacher *teacher)
{
	bool actual = strcmp(name->kind, "UPJSK") == 0 ||
		      strcmp(name->kind, "DLTJSK") == 0;
	const char *manager = only_type(standard, "CM");

	teacher->layout = layout_find(standard, name->kind);
	if (teacher->layout == NULL)
		return false;
	if (manager != NULL)
		add_type(actual ? types->to : types->from,
		    actual ? &types->to_two : &types->from_two, manager);
	teacher->own = actual ? name->from : name->to;
	teacher->known = actual ? types->from : types->to;
	teacher->two = actual ? &types->from_two : &types->to_two;
	teacher->office =
	    layout_field(teacher->layout, "service_office_number");
	teacher->type = layout_field(teacher->layout, "service_code");
	if (teacher->type == 0)
		teacher->type = layout_field(teacher->layout, "service_type");
	return teacher->office != 0 && teacher->type != 0;
}

void
convert_learn(const struct standard *standard, const char *file_name,
    const void *p, size_t n, struct convert_types *types)
{
	const struct layout_edition *edition = convert_from(standard, p, n);
	struct teacher teacher = {0};
	struct reader_record record;
	struct reader *reader;
	struct name name;

	if (name_parse(standard, file_name, &name, NULL) != 0)
		return;
	if (name.form == NAME_V4_1) {
		add_type(types->from, &types->from_two, name.from_type);
		add_type(types->to, &types->to_two, name.to_type);
		return;
	}
	if (edition == NULL || !teacher_init(standard, &name, types, &teacher))
		return;
	teacher.shape = edition->shape;
	reader = reader_bytes(p, n);
	while (reader_next(reader, &record) == 0)
		learn_row(standard, &teacher, &record);
	reader_close(&reader);
}

/* -- losses ------------------------------------------------------------- */

static void
tell(struct job *job, unsigned no, const char *code, const char *ja,
    const char *en, const char *expected)
{
	struct finding_place place = {
	    .file = job->file_name,
	    .record = job->record,
	    .line = job->line,
	    .layout = &job->kind->layout,
	    .field_no = no,
	    .shape = job->from->shape,
	    .value_en = en,
	};

	check_tell(job->standard, &place, code, ja, expected, job->to->fn,
	    job->to->arg);
}

/* What kind of value it is; the value itself may tell who a client is. */
static void
value_kind(const struct layout_field *field, size_t n, char ja[64], char en[64])
{
	static const struct {
		const char *ja, *en;
	} types[] = {
	    [TYPE_NUMERIC] = {"数値", "a number"},
	    [TYPE_ALNUM] = {"番号・コード", "an identifier"},
	    [TYPE_TEXT] = {"文章", "text"},
	    [TYPE_KANA] = {"フリガナ", "a reading"},
	    [TYPE_DATE8] = {"日付", "a date"},
	    [TYPE_MONTH6] = {"年月", "a month"},
	    [TYPE_TIME4] = {"時刻", "a time"},
	    [TYPE_CODE] = {"コード", "a code"},
	    [TYPE_FLAG] = {"区分", "a flag"},
	};

	snprintf(ja, 64, "%s、%zuバイト", types[field->type].ja, n);
	snprintf(en, 64, "%s, %zu bytes", types[field->type].en, n);
}

/* Longest value the edition takes; 0: no limit. */
static size_t
longest(const struct layout_field *field, enum layout_shape shape)
{
	if (shape == LAYOUT_V3 && field->v3_max != 0)
		return field->v3_max;
	return field->max_hard;
}

/* True: the cell goes on into the copy. */
static bool
take_cell(struct job *job, const struct layout_field *field,
    const struct reader_field *cell)
{
	enum layout_shape shape = job->to->edition->shape;
	const char *edition = job->to->edition->edition;
	size_t most = longest(field, shape);
	char ja[64], en[64];

	if (cell->n == 0)
		return false;
	value_kind(field, cell->n, ja, en);
	if (layout_position(&job->kind->layout, shape, field->no) == 0) {
		tell(job, field->no, "edition-loss", ja, en, edition);
		job->copy->losses++;
		return false;
	}
	if (most != 0 && cell->n > most &&
	    (longest(field, job->from->shape) == 0 ||
		cell->n <= longest(field, job->from->shape))) {
		tell(job, field->no, "edition-length", ja, en, edition);
		job->too_long = true;
	}
	return true;
}

/* -- records ------------------------------------------------------------ */

static bool
take_record(struct job *job, const struct reader_record *record)
{
	struct writer_cell cells[LAYOUT_FIELDS_MAX];
	const struct layout *layout = &job->kind->layout;

	job->record = record->no;
	job->line = record->line;
	if (record->faults != 0 ||
	    record->count != layout_columns(layout, job->from->shape))
		return false;
	for (unsigned no = 1; no <= layout->count; no++) {
		unsigned at = layout_position(layout, job->from->shape, no);
		const struct reader_field *cell;

		cells[no - 1] = (struct writer_cell){.p = ""};
		if (at == 0 || at > record->kept)
			continue;
		cell = &record->fields[at - 1];
		/* field 1 is the writer's, if it says what it should */
		if ((no == 1 && strcmp(cell->p, job->from->code) == 0) ||
		    !take_cell(job, &layout->fields[no - 1], cell))
			continue;
		cells[no - 1] = (struct writer_cell){
		    .p = cell->p, .n = cell->n, .ms932 = true};
	}
	writer_row(job->writer, cells, layout->count);
	return true;
}

static bool
take_records(struct job *job, const void *p, size_t n)
{
	struct reader *reader = reader_bytes(p, n);
	struct reader_record record;
	bool good = true;
	int rc = 0;

	while (good && (rc = reader_next(reader, &record)) == 0)
		good = record.blank || take_record(job, &record);
	reader_close(&reader);
	return good && rc == TSK_EMPTY;
}

/* -- names -------------------------------------------------------------- */

static int
refuse(struct why *why, int rc, const char *code, const char *text)
{
	why_set(why, WHY_NEVER, code, "%s", text);
	return rc;
}

static int
make_name(struct job *job, const struct name *from, struct why *why)
{
	const struct convert_types *types = &job->to->types;
	struct name name = *from;

	name.form = job->to->edition->form;
	if (name.form == NAME_V4_0)
		return refuse(why, TSK_INVALID, "edition-withdrawn",
		    "Nothing is converted to edition 4.0: it was withdrawn.");
	if (name.form == NAME_V4_1 && from->form != NAME_V4_1) {
		if (types->from_two || types->to_two || *types->from == '\0' ||
		    *types->to == '\0')
			return refuse(why, TSK_NOTFOUND, "types-unknown",
			    "The service types for the name cannot be told "
			    "from the rows of the set; give them.");
		snprintf(
		    name.from_type, sizeof name.from_type, "%s", types->from);
		snprintf(name.to_type, sizeof name.to_type, "%s", types->to);
	}
	name_print(&name, job->copy->name);
	return 0;
}

/* -- one file ----------------------------------------------------------- */

/* The kind does not exist there: all of the file is a loss. */
static int
leave_out(struct job *job, struct why *why)
{
	tell(job, 0, "edition-loss-kind", job->kind->name_ja,
	    job->kind->name_en, job->to->edition->edition);
	job->copy->losses++;
	job->copy->left_out = true;
	return job->to->accept_loss
		   ? 0
		   : refuse(why, TSK_DENIED, "loss",
			 "The edition does not have this kind of file.");
}

static int
judge(struct job *job, struct why *why)
{
	const char *p;
	size_t n;
	int rc;

	if (job->too_long)
		return refuse(why, TSK_INVALID, "too-long",
		    "A value is longer than the edition allows.");
	if (job->copy->losses > 0 && !job->to->accept_loss)
		return refuse(why, TSK_DENIED, "loss",
		    "The edition has no place for some of the values.");
	rc = writer_check(job->writer, job->to->profile, &job->copy->result);
	if (rc != 0)
		return refuse(
		    why, rc, "copy-errors", "The copy would have errors.");
	writer_bytes(job->writer, &p, &n);
	buf_add(&job->copy->bytes, p, n);
	return buf_ok(&job->copy->bytes) ? 0
					 : refuse(why, TSK_TOOBIG, "too-large",
					       "The copy would be too large.");
}

static int
convert(struct job *job, const struct name *name, const void *p, size_t n,
    struct why *why)
{
	int rc;

	if (!layout_in_edition(job->standard, name->kind, job->to->edition))
		return leave_out(job, why);
	rc = make_name(job, name, why);
	if (rc != 0)
		return rc;
	if (name->image) {
		buf_add(&job->copy->bytes, p, n);
		return buf_ok(&job->copy->bytes) ? 0 : TSK_TOOBIG;
	}
	if (writer_new(job->standard, job->copy->name, job->to->edition->code,
		job->to->fn, job->to->arg, &job->writer, why) != 0)
		return TSK_INVALID;
	if (!take_records(job, p, n))
		return refuse(why, TSK_INVALID, "unreadable-record",
		    "A record cannot be read; check the file first.");
	return judge(job, why);
}

/* An image has no version: its name tells. */
static const struct layout_edition *
edition_of(const struct standard *standard, const struct name *name,
    const void *p, size_t n)
{
	const struct layout_edition *found = NULL;

	if (!name->image)
		return convert_from(standard, p, n);
	for (size_t i = 0; i < standard->edition_count; i++) {
		if (standard->editions[i].form == name->form)
			found = &standard->editions[i];
	}
	return found;
}

int
convert_file(const struct standard *standard, const char *file_name,
    const void *p, size_t n, const struct convert_to *to,
    struct convert_copy *copy, struct why *why)
{
	struct job job = {.standard = standard,
	    .to = to,
	    .file_name = file_name,
	    .copy = copy};
	struct name name;
	int rc;

	*copy = (struct convert_copy){0};
	buf_init(&copy->bytes, WRITER_BYTES_MAX);
	if (name_parse(standard, file_name, &name, why) != 0)
		return TSK_INVALID;
	job.kind = kind_find(standard, name.kind);
	job.from = edition_of(standard, &name, p, n);
	if (job.from == NULL)
		return refuse(why, TSK_INVALID, "version-unknown",
		    "The CSV version of the first record is unknown.");
	if (job.from == to->edition ||
	    (name.image && name.form == to->edition->form))
		return refuse(why, TSK_EMPTY, "same",
		    "The file is of that edition already.");
	rc = convert(&job, &name, p, n, why);
	writer_free(&job.writer);
	return rc;
}

void
convert_copy_fini(struct convert_copy *copy)
{
	buf_fini(&copy->bytes);
}

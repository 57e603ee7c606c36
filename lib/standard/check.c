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

#include "check_run.h"

/* -- saying ------------------------------------------------------------- */

/* Findings may be mailed around; who a client is stays in the file. */
static bool
tells_who(const struct layout_field *field)
{
	static const char *const parts[] = {"insured", "birth", "phone",
	    "postal", "address", "fax", "kana", "_name"};

	if (field->type == TYPE_TEXT || field->type == TYPE_KANA)
		return true;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (strstr(field->name_en, parts[i]) != NULL)
			return true;
	}
	return false;
}

/* A value cut to a readable length, without control characters.  Values of
 * fields are in the file's encoding, others (parts of names) in UTF-8. */
static void
put_value(struct check_run *run, const char *value, size_t n, bool utf8)
{
	size_t shown = n > CHECK_VALUE_BYTES ? CHECK_VALUE_BYTES : n;

	if (utf8 && charset_is_utf8(value, shown))
		buf_add(&run->value, value, shown);
	else
		charset_to_utf8(
		    run->standard->charset, value, shown, &run->value);
	for (size_t i = 0; i < run->value.len; i++) {
		unsigned char c = (unsigned char)run->value.data[i];

		if (c < 0x20 || c == 0x7F)
			run->value.data[i] = ' ';
	}
	if (shown < n)
		buf_text(&run->value, "…");
}

struct filling {
	const char *value, *expected, *field;
};

static void
expand(struct buf *out, const char *text, const struct filling *filling)
{
	static const char *const names[] = {"{value}", "{expected}", "{field}"};
	const char *with[] = {
	    filling->value, filling->expected, filling->field};

	buf_clear(out);
	while (*text != '\0') {
		size_t n = strcspn(text, "{"), i;

		buf_add(out, text, n);
		text += n;
		for (i = 0; i < 3; i++) {
			if (strncmp(text, names[i], strlen(names[i])) == 0)
				break;
		}
		if (i < 3) {
			buf_text(out, with[i]);
			text += strlen(names[i]);
		} else if (*text != '\0') {
			buf_char(out, *text++);
		}
	}
}

static const struct finding_text *
text_of(const struct check_run *run, const char *code)
{
	const struct finding_text *text = finding_find(run->standard, code);

	if (text == NULL)
		panic("findings.tsv has no %s", code);
	return text;
}

bool
check_is_error(const struct check_run *run, const char *code)
{
	return text_of(run, code)->error;
}

static void
emit(struct check_run *run, const struct finding_text *text,
    const struct layout_field *field, struct filling *filling)
{
	struct finding finding = {
	    .file = run->file,
	    .record = run->record,
	    .line = run->line,
	    .field = "",
	    .level = text->error ? FINDING_ERROR : FINDING_WARNING,
	    .code = text->code,
	};

	if (field != NULL) {
		finding.field_no =
		    run->shape == LAYOUT_V3 ? field->v3_no : field->no;
		finding.field = field->name_ja;
	}
	filling->field = finding.field;
	expand(&run->ja, text->ja, filling);
	filling->field = field != NULL ? field->name_en : "";
	expand(&run->en, text->en, filling);
	finding.ja = run->ja.data;
	finding.en = run->en.data;
	run->fn(&finding, run->arg);
}

void
check_say(struct check_run *run, const char *code, unsigned field_no,
    const char *value, size_t n, const char *expected)
{
	const struct finding_text *text = text_of(run, code);
	const struct layout_field *field =
	    field_no == 0 ? NULL : &run->kind->layout.fields[field_no - 1];
	struct filling filling = {.expected = expected ? expected : ""};

	if (text->error)
		run->result->errors++;
	else
		run->result->warnings++;
	if (run->said == CHECK_FINDINGS_MAX) {
		run->unsaid++;
		return;
	}
	run->said++;
	buf_clear(&run->value);
	if (field != NULL && tells_who(field))
		buf_text(&run->value, "***");
	else if (value != NULL)
		put_value(run, value, n, field == NULL || run->not_ms932);
	filling.value = run->value.len > 0 ? run->value.data : "";
	emit(run, text, field, &filling);
}

void
check_say_cell(struct check_run *run, const char *code, unsigned field,
    const char *expected)
{
	check_say(run, code, field, run->cells[field].p, run->cells[field].n,
	    expected);
}

static void
say_text(struct check_run *run, const char *code, const char *value,
    const char *expected)
{
	check_say(run, code, 0, value, strlen(value), expected);
}

static void
say_number(struct check_run *run, const char *code, unsigned long value,
    unsigned long expected)
{
	char a[24], b[24];

	snprintf(a, sizeof a, "%lu", value);
	snprintf(b, sizeof b, "%lu", expected);
	say_text(run, code, a, b);
}

/* -- the name ----------------------------------------------------------- */

enum check_role
check_role(const struct standard *standard, const char *type)
{
	const char *role = service_type(standard, type, "role");

	if (*type == '\0')
		return ROLE_UNKNOWN;
	if (role == NULL)
		return ROLE_SP;
	return strcmp(role, "CM") == 0   ? ROLE_CM
	       : strcmp(role, "SC") == 0 ? ROLE_SC
					 : ROLE_SP;
}

/* The strict name with the parts of the given one; an example where they are
 * wrong. */
static void
example_name(const struct check_run *run, char out[NAME_TEXT_BYTES])
{
	struct name name = {.form = NAME_V4_1,
	    .from = "1370100016",
	    .from_type = "43",
	    .to = "1370100024",
	    .to_type = "11",
	    .stamp = "20250325101500",
	    .image = run->kind->image};

	for (size_t i = 0; i < run->kind->patterns[0].count; i++) {
		if (run->kind->patterns[0].parts[i].kind == PART_MONTH)
			memcpy(name.month, "202504", 7);
		if (run->kind->patterns[0].parts[i].kind == PART_BRANCH)
			memcpy(name.branch, "0001", 5);
	}
	memcpy(name.kind, run->kind->kind, run->kind->kind_length + 1);
	name_print(&name, out);
}

static const char *
wrong_part(const struct name *name, const char *code)
{
	if (strcmp(code, "name-month") == 0)
		return name->month;
	if (strcmp(code, "name-stamp") == 0)
		return name->stamp;
	if (strcmp(code, "name-branch") == 0)
		return name->branch;
	if (strcmp(code, "name-office") == 0)
		return *name->to != '\0' ? name->to : name->from;
	if (strcmp(code, "name-type") != 0)
		return "";
	if (name->form == NAME_V4_0)
		return *name->to_code ? name->to_code : name->from_code;
	return *name->to_type ? name->to_type : name->from_type;
}

static void
say_bad_name(struct check_run *run, const char *code)
{
	char strict[NAME_TEXT_BYTES];

	example_name(run, strict);
	if (strcmp(code, "name-extension") == 0)
		say_text(run, code, "", run->kind->image ? ".jpg" : ".CSV");
	else
		say_text(
		    run, code, wrong_part(&run->result->name, code), strict);
}

static void
check_party(struct check_run *run, const char *office, const char *type)
{
	if (!number_office_check(office))
		say_text(run, "name-office-check", office, NULL);
	if (*type != '\0' && service_type(run->standard, type, "code") == NULL)
		say_text(run, "name-type-unknown", type, NULL);
}

/* The type within a service code of V4.0; how they are built is not stated:
 * "043" and "430" are both read as 43. */
static const char *
code_type(const char *code)
{
	return *code == '0' ? code + 1 : code;
}

static enum check_role
party_role(const struct check_run *run, const char *type, const char *code)
{
	char text[3] = "";

	if (*type == '\0' && *code == '\0')
		return ROLE_UNKNOWN;
	memcpy(text, *type != '\0' ? type : code_type(code), 2);
	return check_role(run->standard, text);
}

/* Where the types contradict the kind (swapped, say), the offices are judged as
 * in V3, whose names have no types. */
static void
check_direction(struct check_run *run)
{
	const struct name *name = &run->result->name;

	run->from_role = party_role(run, name->from_type, name->from_code);
	run->to_role = party_role(run, name->to_type, name->to_code);
	if (run->from_role == ROLE_UNKNOWN || run->to_role == ROLE_UNKNOWN ||
	    run->kind->goes[run->from_role == ROLE_SP][run->to_role == ROLE_SP])
		return;
	run->from_role = run->to_role = ROLE_UNKNOWN;
	say_text(run, "name-direction",
	    *name->from_type ? name->from_type : name->from_code,
	    *name->to_type ? name->to_type : name->to_code);
}

static void
check_name(struct check_run *run)
{
	const struct name *name = &run->result->name;
	char strict[NAME_TEXT_BYTES];

	check_direction(run);
	if (name->odd)
		say_text(run, "name-odd", "", name_print(name, strict));
	if (name->form == NAME_V4_0)
		say_text(run, "name-withdrawn", "", NULL);
	check_party(run, name->from, name->from_type);
	check_party(run, name->to, name->to_type);
	if (strcmp(name->from, name->to) == 0)
		say_text(run, "name-same-office", name->to, NULL);
}

/* -- the encoding of the whole ------------------------------------------ */

/* False: there is no sense in reading on. */
static bool
check_charset(
    struct check_run *run, struct reader *reader, const char *p, size_t n)
{
	switch (charset_guess(p, n)) {
	case CHARSET_UTF16:
		say_text(run, "charset-utf16", "", NULL);
		return false;
	case CHARSET_UTF8_BOM:
		say_text(run, "charset-bom", "", NULL);
		reader_skip(reader, 3);
		run->not_ms932 = true;
		return true;
	case CHARSET_UTF8:
		say_text(run, "charset-utf8", "", NULL);
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
		say_text(run, "file-empty", "", NULL);
	else if (n < 4 || memcmp(p, "\xFF\xD8\xFF", 3) != 0)
		say_text(run, "image-not-jpeg", "", NULL);
}

/* -- the edition -------------------------------------------------------- */

/* What a file of an unknown version most likely is. */
static enum layout_shape
guess_shape(const struct check_run *run, const struct reader_record *record)
{
	const struct layout *layout = &run->kind->layout;

	if (record->count == layout->count)
		return LAYOUT_V4;
	if (record->count == layout->v3_count)
		return LAYOUT_V3;
	return run->name_good && run->result->name.form == NAME_V3 ? LAYOUT_V3
								   : LAYOUT_V4;
}

static void
check_edition(struct check_run *run)
{
	const struct layout_edition *e = run->edition;
	const struct name *name = &run->result->name;
	size_t n = strlen(e->code);

	if (e->state == EDITION_OLD)
		check_say(run, "version-old", 1, e->code, n, NULL);
	if (!layout_in_edition(run->standard, run->kind->kind, e->form))
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
	if (run->edition != NULL) {
		/* a kind that V3 does not have: said by check_edition() */
		run->shape = run->kind->layout.v3_count == 0
				 ? LAYOUT_V4
				 : run->edition->shape;
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

static void
check_version(struct check_run *run, const struct reader_record *record)
{
	const struct reader_field *field = &record->fields[0];

	if (run->edition == NULL)
		take_version(run, record);
	else if (field->n > 0 && strcmp(field->p, run->version) != 0)
		check_say(
		    run, "version-mixed", 1, field->p, field->n, run->version);
}

/* -- records ------------------------------------------------------------ */

static bool
has_digit(const struct reader_field *field)
{
	for (size_t i = 0; i < field->n; i++) {
		if (field->p[i] >= '0' && field->p[i] <= '9')
			return true;
	}
	return false;
}

/* Version, insurer and insured number are the first fields of every kind; none
 * of them is ever without a digit. */
static bool
is_header(const struct reader_record *record)
{
	if (record->no != 1 || record->kept < 3 || record->fields[0].n == 0)
		return false;
	for (unsigned i = 0; i < 3; i++) {
		if (has_digit(&record->fields[i]) || record->fields[i].n == 0)
			return false;
	}
	return true;
}

static void
check_lines(struct check_run *run, const struct reader_record *record)
{
	if (record->blank)
		say_text(run, "line-blank", "", NULL);
	if (!run->line_end_said && record->end != READER_END_CRLF &&
	    record->end != READER_END_NONE) {
		run->line_end_said = true;
		say_text(run, "line-end", "", NULL);
	}
}

/* False: the record is so broken that its fields mean nothing. */
static bool
check_shape(struct check_run *run, const struct reader_record *record)
{
	unsigned columns = layout_columns(&run->kind->layout, run->shape);

	if (record->faults & READER_UNCLOSED_QUOTE) {
		say_text(run, "quote-unclosed", "", NULL);
		return false;
	}
	if (record->faults & READER_STRAY_QUOTE)
		say_text(run, "quote-stray", "", NULL);
	if (record->count != columns) {
		if (!(record->faults & READER_STRAY_QUOTE))
			say_number(run, "column-count", record->count, columns);
		return false;
	}
	return true;
}

static void
fill_cells(struct check_run *run, const struct reader_record *record)
{
	const struct layout *layout = &run->kind->layout;

	for (unsigned no = 1; no <= layout->count; no++) {
		unsigned at = layout_position(layout, run->shape, no);
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
	say_text(run, "line-blank", "", NULL);
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
	if (is_header(record)) {
		say_text(run, "header-line", "", NULL);
		return;
	}
	if (record->kept > 0)
		check_version(run, record);
	if (!check_shape(run, record)) {
		check_unsure(run, record);
		return;
	}
	fill_cells(run, record);
	run->text = record->text;
	run->text_bytes = record->text_bytes;
	for (unsigned no = 1; no <= run->kind->layout.count; no++) {
		if (run->cells[no].there)
			check_field(run, no);
	}
	check_record(run);
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
		say_number(run, field ? "field-huge" : "record-huge", 0,
		    field ? READER_FIELD_BYTES_MAX : READER_RECORD_BYTES_MAX);
		rc = TSK_EMPTY;
	} else if (rc == TSK_EMPTY) {
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
		say_text(run, "file-empty", "", NULL);
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
	keys_fini(&run->client_keys);
	keys_fini(&run->record_keys);
	free(run->clients);
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
		say_bad_name(run, why.code);
	rc = check_reader(run, reader);
	run->result->clients = (uint32_t)run->client_keys.count;
	if (run->unsaid > 0) {
		uint64_t unsaid = run->unsaid;

		run->said = 0;
		say_number(run, "too-many-findings", unsaid, 0);
		run->result->warnings--; /* a remark on the remarks */
	}
	run_fini(run);
	return rc;
}

static struct check_run *
run_new(const struct standard *standard, const char *file_name, finding_fn *fn,
    void *arg, struct check_result *result)
{
	struct check_run *run = mem_new(sizeof *run);

	*result = (struct check_result){0};
	run->standard = standard;
	run->file = file_name;
	run->fn = fn;
	run->arg = arg;
	run->result = result;
	return run;
}

int
check_file(const struct standard *standard, const char *path,
    const char *file_name, finding_fn *fn, void *arg,
    struct check_result *result)
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
	run = run_new(standard, file_name, fn, arg, result);
	rc = check_all(run, file_name, reader);
	saved = errno;
	reader_close(&reader);
	free(run);
	errno = saved;
	return rc;
}

int
check_bytes(const struct standard *standard, const char *file_name,
    const void *p, size_t n, finding_fn *fn, void *arg,
    struct check_result *result)
{
	struct check_run *run = run_new(standard, file_name, fn, arg, result);
	struct reader *reader = reader_bytes(p, n);
	int rc = check_all(run, file_name, reader);

	reader_close(&reader);
	free(run);
	return rc;
}

int
check_note(const struct standard *standard, const char *file, const char *code,
    const char *value, finding_fn *fn, void *arg)
{
	struct check_result result = {0};
	struct check_run *run = run_new(standard, file, fn, arg, &result);

	run_init(run);
	say_text(run, code, value, NULL);
	run_fini(run);
	free(run);
	return result.errors > 0 ? 1 : 0;
}

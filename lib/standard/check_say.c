/* NAME
 *	check_say - findings, in the words of findings.tsv
 * DESCRIPTION
 *	Fills the sentences, hides what tells who a client is, counts, and stops
 *	handing findings on after CHECK_FINDINGS_MAX.
 * DIAGNOSTICS
 *	A code that findings.tsv lacks ends the program.
 */
#include <stdio.h>
#include <string.h>

#include "check_run.h"

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
	    .level = text->level[run->profile] == LEVEL_ERROR ? FINDING_ERROR
							      : FINDING_WARNING,
	    .code = text->code,
	    .member = run->member,
	};

	if (field != NULL) {
		finding.field_no =
		    layout_position(&run->kind->layout, run->shape, field->no);
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

	if (text->level[run->profile] == LEVEL_IGNORE)
		return;
	if (text->level[run->profile] == LEVEL_ERROR)
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

/* In the profile "exchange": these files are on their way to somebody. */
int
check_tell(const struct standard *standard, const struct finding_place *place,
    const char *code, const char *value, const char *expected, finding_fn *fn,
    void *arg)
{
	struct check_run run = {.standard = standard};
	const struct finding_text *text = text_of(&run, code);
	struct finding finding = {
	    .file = place->file,
	    .record = place->record,
	    .line = place->line,
	    .field = "",
	    .level = text->error ? FINDING_ERROR : FINDING_WARNING,
	    .code = text->code,
	};
	struct filling filling = {
	    .value = value != NULL ? value : "",
	    .expected = expected != NULL ? expected : "",
	    .field = "",
	};
	const char *en = "";

	if (place->field_no != 0) {
		const struct layout_field *field =
		    &place->layout->fields[place->field_no - 1];

		finding.field_no = layout_position(
		    place->layout, place->shape, place->field_no);
		finding.field = filling.field = field->name_ja;
		en = field->name_en;
	}
	buf_init(&run.ja, 4096);
	buf_init(&run.en, 4096);
	expand(&run.ja, text->ja, &filling);
	filling.field = en;
	if (place->value_en != NULL)
		filling.value = place->value_en;
	expand(&run.en, text->en, &filling);
	finding.ja = run.ja.data;
	finding.en = run.en.data;
	fn(&finding, arg);
	buf_fini(&run.ja);
	buf_fini(&run.en);
	return text->error ? 1 : 0;
}

void
check_say_cell(struct check_run *run, const char *code, unsigned field,
    const char *expected)
{
	check_say(run, code, field, run->cells[field].p, run->cells[field].n,
	    expected);
}

void
check_say_text(struct check_run *run, const char *code, const char *value,
    const char *expected)
{
	check_say(run, code, 0, value, strlen(value), expected);
}

void
check_say_number(struct check_run *run, const char *code, unsigned long value,
    unsigned long expected)
{
	char a[24], b[24];

	snprintf(a, sizeof a, "%lu", value);
	snprintf(b, sizeof b, "%lu", expected);
	check_say_text(run, code, a, b);
}

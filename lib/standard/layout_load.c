/* NAME
 *	layout_load - from a table of fields to struct layout
 * SUMMARY
 *	layouts/KIND.tsv, v3_field_map.tsv and codes/special_value.tsv; and the
 *	questions of layout.h.
 * DIAGNOSTICS
 *	TSK_INVALID with file and line: a gap in the numbers, an unknown type or
 *	format, a V3 map that is not one to one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

static const char *const field_columns[] = {"no", "name_ja", "name_en", "type",
    "max_length", "required", "format_or_codes", NULL};

static const struct {
	const char *text;
	enum layout_type type;
} types[] = {
    {"numeric", TYPE_NUMERIC},
    {"alnum", TYPE_ALNUM},
    {"text", TYPE_TEXT},
    {"kana", TYPE_KANA},
    {"date8", TYPE_DATE8},
    {"month6", TYPE_MONTH6},
    {"time4", TYPE_TIME4},
    {"code", TYPE_CODE},
    {"flag", TYPE_FLAG},
};

static const struct {
	const char *text;
	enum layout_format format;
} formats[] = {
    {"6 digits", FORMAT_INSURER},
    {"10 digits, or H + 9 digits", FORMAT_INSURED},
    {"office number, 10 characters", FORMAT_OFFICE},
    {"NNN-NNNN", FORMAT_POSTAL},
    {"NNNNN-NNNNNN", FORMAT_TAIS},
    {"31 characters of 0/1, position = day of month", FORMAT_DAYS},
    {"99.99", FORMAT_DECIMAL},
    {"integer", FORMAT_INTEGER},
    {"number", FORMAT_INTEGER},
    {"1,2,3,...", FORMAT_SERIAL},
    {"1,2,3,... or the office's own number", FORMAT_INTEGER},
    {"1-99", FORMAT_SERIAL99},
    {"service type (2) + item (4)", FORMAT_SERVICE},
    {"service code, or codes/total_row_code.tsv", FORMAT_ROW},
    {"9999999999", FORMAT_FIXED},
    {"not used", FORMAT_UNUSED},
    {"file name, see UPKIHON_IMAGE in files.tsv", FORMAT_IMAGE},
    {"no format stated", FORMAT_ANY},
    {"free text", FORMAT_NONE},
    {"free text (as printed)", FORMAT_NONE},
    {"YYYYMMDD", FORMAT_NONE},
    {"YYYYMM", FORMAT_NONE},
    {"HHMM", FORMAT_NONE},
    {"HHMM or 9999", FORMAT_NONE},
};

static bool
parse_type(const char *text, enum layout_type *out)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (strcmp(types[i].text, text) == 0) {
			*out = types[i].type;
			return true;
		}
	}
	return false;
}

static bool
parse_format(
    const struct standard *s, const char *text, struct layout_field *field)
{
	char plain[80];

	cell_uncertain(text, plain, sizeof plain);
	field->format_text = text;
	if (strncmp(plain, "codes/", 6) == 0) {
		field->format = FORMAT_CODES;
		field->codes = layout_codes_of(s, text);
		return field->codes != NULL;
	}
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		if (strcmp(formats[i].text, plain) == 0) {
			field->format = formats[i].format;
			return true;
		}
	}
	return false;
}

static bool
parse_need(const char *text, struct layout_field *field)
{
	static const char *const needs[] = {
	    "required", "optional", "conditional"};
	char plain[16];

	field->need_uncertain = cell_uncertain(text, plain, sizeof plain);
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(needs[i], plain) == 0) {
			field->need = (enum layout_need)i;
			return true;
		}
	}
	return false;
}

static bool
parse_max(const char *text, struct layout_field *field)
{
	char plain[16];

	field->max_uncertain = cell_uncertain(text, plain, sizeof plain);
	if (strcmp(plain, "-") == 0)
		return true;
	return cell_number(plain, 1000000, &field->max);
}

static int
load_field(struct loader *loader, const char *name, const struct table *t,
    size_t row, struct layout_field *field)
{
	const char *cells[7];
	char plain[16];

	for (size_t i = 0; i < 7; i++)
		cells[i] =
		    table_cell(t, row, table_column(t, field_columns[i]));
	if (!cell_number(cells[0], LAYOUT_FIELDS_MAX, &field->no) ||
	    field->no != row + 1)
		return load_bad(loader, name, t, row,
		    "field numbers must run 1, 2, 3, ...; here is %s.",
		    cells[0]);
	field->name_ja = cells[1];
	field->name_en = cells[2];
	field->special = "";
	field->type_uncertain = cell_uncertain(cells[3], plain, sizeof plain);
	if (*field->name_ja == '\0' || *field->name_en == '\0' ||
	    table_find(t, table_column(t, "name_en"), cells[2]) != (long)row)
		return load_bad(loader, name, t, row,
		    "a name is empty, or name_en is there twice.");
	if (!parse_type(plain, &field->type))
		return load_bad(
		    loader, name, t, row, "unknown type %s.", cells[3]);
	if (!parse_max(cells[4], field))
		return load_bad(
		    loader, name, t, row, "unknown max_length %s.", cells[4]);
	field->max_hard = field->max_uncertain ? 0 : field->max;
	if (!parse_need(cells[5], field))
		return load_bad(
		    loader, name, t, row, "unknown required %s.", cells[5]);
	if (!parse_format(loader->standard, cells[6], field))
		return load_bad(
		    loader, name, t, row, "unknown format %s.", cells[6]);
	return 0;
}

/* A shape by its name; ${fallback} for an empty cell. */
static bool
parse_shape(const struct standard *s, const char *text, unsigned fallback,
    unsigned *out)
{
	int shape = *text == '\0' ? (int)fallback : shape_find(s, text);

	*out = (unsigned)shape;
	return shape >= LAYOUT_V4;
}

/* From which layout to which the field is there.  A kind that is younger than
 * v4 begins with the first layout after it. */
static int
load_span(struct loader *loader, const char *name, const struct table *t,
    size_t row, const struct file_kind *kind, struct layout_field *field)
{
	const struct standard *s = loader->standard;
	const char *since = table_text(t, row, "since");
	const char *until = table_text(t, row, "until");

	field->note = table_text(t, row, "note");
	if (!parse_shape(s, since, kind->in_v4 ? LAYOUT_V4 : LAYOUT_LATER,
		&field->since) ||
	    !parse_shape(s, until, LAYOUT_SHAPES_MAX - 1, &field->until))
		return load_bad(loader, name, t, row,
		    "since %s, until %s: a layout of editions.tsv after v3.",
		    since, until);
	return 0;
}

static void
layout_place(struct layout *layout, size_t shapes)
{
	for (unsigned shape = LAYOUT_V4; shape < shapes; shape++) {
		uint8_t *at = layout->at[shape];

		for (unsigned no = 1; no <= layout->count; no++) {
			const struct layout_field *f = &layout->fields[no - 1];

			if (f->since <= shape && shape <= f->until)
				at[no] = ++at[0];
		}
	}
}

int
layout_load(struct loader *loader, struct file_kind *kind)
{
	struct layout *layout = &kind->layout;
	struct table *t;
	char name[64];
	int rc;

	snprintf(name, sizeof name, "layouts/%s.tsv", kind->kind);
	rc = load_table(loader, name, field_columns, &t);
	if (rc == 0)
		rc = codes_load(loader, t);
	if (rc != 0)
		return rc;
	if (table_rows(t) < 3 || table_rows(t) > LAYOUT_FIELDS_MAX)
		return load_bad(loader, name, t, 0,
		    "a layout has 3 to %d fields.", LAYOUT_FIELDS_MAX);
	layout->kind = kind->kind;
	layout->count = (unsigned)table_rows(t);
	layout->fields = mem_new(layout->count * sizeof *layout->fields);
	for (size_t i = 0; i < layout->count && rc == 0; i++) {
		rc = load_field(loader, name, t, i, &layout->fields[i]);
		if (rc == 0)
			rc = load_span(
			    loader, name, t, i, kind, &layout->fields[i]);
	}
	if (rc != 0)
		return rc;
	layout_place(layout, loader->standard->shape_count);
	layout->service = layout_field(layout, "service_code");
	layout->units = layout_field(layout, "units");
	if (strcmp(layout->fields[0].name_en, "csv_version") != 0)
		rc = load_bad(loader, name, t, 0,
		    "the first field of every kind is csv_version.");
	return rc;
}

/* -- V3 ----------------------------------------------------------------- */

/* A kind without rows in the map is the same in V3. */
static void
same_in_v3(struct layout *layout)
{
	for (unsigned i = 1; i <= layout->count; i++) {
		unsigned at = layout_position(layout, LAYOUT_V4, i);

		if (at == 0)
			continue;
		layout->v3_count = at;
		layout->fields[i - 1].v3_no = at;
		layout->v3[at] = (uint8_t)i;
	}
}

static struct layout *
layout_of(const struct standard *standard, const char *kind)
{
	const struct file_kind *k = kind_find(standard, kind);

	/* only the loader writes; everybody else gets it const */
	return k == NULL || k->image ? NULL : (struct layout *)&k->layout;
}

static int
map_row(struct loader *loader, const struct table *t, size_t row)
{
	const char *kind = table_cell(t, row, table_column(t, "prefix"));
	const char *no = table_cell(t, row, table_column(t, "v4_1_no"));
	const char *v3 = table_cell(t, row, table_column(t, "v3_no"));
	struct layout *layout = layout_of(loader->standard, kind);
	unsigned from, to;

	if (layout == NULL || !cell_number(no, layout->count, &from))
		return load_bad(loader, "v3_field_map.tsv", t, row,
		    "%s has no field %s.", kind, no);
	if (strcmp(v3, "-") == 0)
		return 0;
	if (!cell_number(v3, LAYOUT_FIELDS_MAX, &to) ||
	    to != layout->v3_count + 1)
		return load_bad(loader, "v3_field_map.tsv", t, row,
		    "V3 numbers must run 1, 2, 3, ...; here is %s.", v3);
	layout->v3_count = to;
	layout->v3[to] = (uint8_t)from;
	layout->fields[from - 1].v3_no = to;
	return 0;
}

int
layout_load_v3(struct loader *loader)
{
	static const char *const columns[] = {
	    "prefix", "v4_1_no", "v3_no", NULL};
	struct standard *s = loader->standard;
	struct table *t;
	int rc = load_table(loader, "v3_field_map.tsv", columns, &t);

	for (size_t i = 0; rc == 0 && i < table_rows(t); i++)
		rc = map_row(loader, t, i);
	for (size_t i = 0; rc == 0 && i < s->kind_count; i++) {
		struct file_kind *kind = &s->kinds[i];

		if (kind->in_v3 && !kind->image && kind->layout.v3_count == 0)
			same_in_v3(&kind->layout);
	}
	return rc;
}

/* -- special values ----------------------------------------------------- */

/* "63" or "12-13" */
static bool
parse_range(const char *text, unsigned max, unsigned *first, unsigned *last)
{
	char part[16];
	size_t n = strcspn(text, "-");

	snprintf(part, sizeof part, "%.*s", (int)n, text);
	if (!cell_number(part, max, first))
		return false;
	*last = *first;
	return text[n] == '\0' || cell_number(text + n + 1, max, last);
}

int
layout_load_special(struct loader *loader)
{
	static const char *const columns[] = {
	    "prefix", "field_no", "value", NULL};
	static const char *const name = "codes/special_value.tsv";
	struct table *t;
	int rc = load_table(loader, name, columns, &t);

	for (size_t i = 0; rc == 0 && i < table_rows(t); i++) {
		const char *kind = table_cell(t, i, table_column(t, "prefix"));
		const char *no = table_cell(t, i, table_column(t, "field_no"));
		struct layout *layout = layout_of(loader->standard, kind);
		unsigned first, last;

		if (layout == NULL ||
		    !parse_range(no, layout->count, &first, &last))
			return load_bad(loader, name, t, i,
			    "%s has no field %s.", kind, no);
		for (; first <= last; first++)
			layout->fields[first - 1].special =
			    table_cell(t, i, table_column(t, "value"));
	}
	return rc;
}

/* -- questions ---------------------------------------------------------- */

const struct layout *
layout_find(const struct standard *standard, const char *kind)
{
	return layout_of(standard, kind);
}

unsigned
layout_columns(const struct layout *layout, enum layout_shape shape)
{
	return shape == LAYOUT_V3 ? layout->v3_count : layout->at[shape][0];
}

bool
layout_by_columns(
    const struct layout *layout, unsigned columns, enum layout_shape *out)
{
	*out = LAYOUT_V4;
	if (columns == 0 || columns == layout_columns(layout, LAYOUT_V4))
		return columns > 0;
	for (unsigned i = LAYOUT_SHAPES_MAX; i > 0; i--) {
		*out = (enum layout_shape)(i - 1);
		if (columns == layout_columns(layout, *out))
			return true;
	}
	return false;
}

unsigned
layout_field(const struct layout *layout, const char *name_en)
{
	for (unsigned i = 0; i < layout->count; i++) {
		if (strcmp(layout->fields[i].name_en, name_en) == 0)
			return i + 1;
	}
	return 0;
}

unsigned
layout_position(
    const struct layout *layout, enum layout_shape shape, unsigned no)
{
	if (no == 0 || no > layout->count)
		return 0;
	return shape == LAYOUT_V3 ? layout->fields[no - 1].v3_no
				  : layout->at[shape][no];
}

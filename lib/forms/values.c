/* NAME
 *	values - what stands in the fields of a form, by name
 * DESCRIPTION
 *	A name is looked up in the special values of the form, then in those of
 *	every form, then in the records of the unit, in their order.  How it is
 *	written (column value of a field):
 *
 *	    ""		as it is
 *	    date	令和8年6月25日
 *	    month	令和8年6月
 *	    code	the name of the code; the code itself if it has none
 *	    number	27,048
 *	    office	name and number of an office
 *	    insurer	name of the insurer with that number
 *	    flag	○ for 1
 *	    clock	0930 as 09:30, nothing for 9999
 *	A word behind a blank is put behind the value: "number 単位".
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"

#include "inside.h"
#include "wareki.h"

#define FOOT_NAME_MAX 90 /* bytes */

void
values_date(struct buf *out, const char *date)
{
	char text[WAREKI_TEXT_BYTES];

	buf_text(out, wareki_date(date, text));
}

/* 27048 -> 27,048; -27048 -> -27,048; others as they are. */
void
values_number(struct buf *out, const char *text)
{
	const char *digits = text + (text[0] == '-');
	size_t n = strspn(digits, "0123456789");

	if (n == 0 || n > 12 || (digits[n] != '\0' && digits[n] != '.')) {
		buf_text(out, text);
		return;
	}
	if (text[0] == '-')
		buf_char(out, '-');
	while (n > 1 && digits[0] == '0') {
		digits++;
		n--;
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			buf_char(out, ',');
		buf_char(out, digits[i]);
	}
	buf_text(out, digits + n);
}

static void
put_code(struct buf *out, const struct layout_field *field, const char *text)
{
	const char *name = field == NULL || field->codes == NULL
			       ? NULL
			       : layout_code_name(field->codes, text);

	buf_text(out, name != NULL ? name : text);
}

static void
put_office(struct draw *d, struct buf *out, const char *number)
{
	const char *name = sheet_office(d, number);

	if (name != NULL)
		buf_printf(out, "%s\n", name);
	buf_text(out, number);
}

static void
put_insurer(struct draw *d, struct buf *out, const char *number)
{
	const char *name = standard_insurer_name(d->forms->standard, number);

	buf_text(out, name != NULL ? name : "");
}

static void
put_clock(struct buf *out, const char *text)
{
	if (strcmp(text, "9999") == 0)
		return;
	if (strlen(text) == 4 && strspn(text, "0123456789") == 4)
		buf_printf(out, "%.2s:%s", text, text + 2);
	else
		buf_text(out, text);
}

static void
put_month(struct buf *out, const char *text)
{
	char month[WAREKI_TEXT_BYTES];

	buf_text(out, wareki_month(text, month));
}

void
values_write(struct draw *d, struct buf *out, const struct layout_field *field,
    const char *text, const char *format)
{
	size_t n = strcspn(format, " "), before = out->len;
	const char *behind = format[n] == ' ' ? format + n + 1 : "";
#define IS(word) (n == sizeof(word) - 1 && strncmp(format, word, n) == 0)

	if (text[0] == '\0')
		return;
	if (IS("date"))
		values_date(out, text);
	else if (IS("month"))
		put_month(out, text);
	else if (IS("code"))
		put_code(out, field, text);
	else if (IS("number"))
		values_number(out, text);
	else if (IS("office"))
		put_office(d, out, text);
	else if (IS("insurer"))
		put_insurer(d, out, text);
	else if (IS("flag"))
		buf_text(out, strcmp(text, "1") == 0   ? "○"
			      : strcmp(text, "0") == 0 ? ""
						       : text);
	else if (IS("clock"))
		put_clock(out, text);
	else
		buf_text(out, text);
	if (out->len > before)
		buf_text(out, behind);
#undef IS
}

/* ---- values of every form ---- */

static void
foot_left(struct draw *d, struct buf *out)
{
	/* the page being drawn is not yet counted */
	buf_printf(out, "通し %u/%u", page_count(d->page) + 1, d->pages_all);
	if (d->set != NULL && d->set->reference != NULL &&
	    d->set->reference[0] != '\0')
		buf_printf(out, "　送信単位 %s", d->set->reference);
}

static void
foot_right(struct draw *d, struct buf *out)
{
	if (d->unit->pages > 1 || d->set != NULL)
		buf_printf(out, "（%u/%u）", d->page_no, d->unit->pages);
	if (d->set == NULL || d->set->from == NULL || d->set->from[0] == '\0')
		return;
	const char *name = sheet_office(d, d->set->from);
	buf_printf(out, "送信元 %s", d->set->from);
	/* a longer one stands in the form itself; here it would ask for a
	 * 続紙 of its own on every page */
	if (name != NULL && strlen(name) <= FOOT_NAME_MAX)
		buf_printf(out, " %s", name);
}

static void
made_date(struct draw *d, struct buf *out)
{
	char stamp[CLOCK_TEXT_BYTES], day[9];

	snprintf(day, sizeof(day), "%.8s", clock_stamp(d->job->made_ms, stamp));
	values_date(out, day);
}

static void
from_office(struct draw *d, struct buf *out)
{
	if (d->set != NULL && d->set->from != NULL)
		values_write(d, out, NULL, d->set->from, "office");
}

static void
to_office(struct draw *d, struct buf *out)
{
	if (d->set != NULL && d->set->to != NULL)
		values_write(d, out, NULL, d->set->to, "office");
}

static const struct value_row common[] = {
    {"foot_left", foot_left},
    {"foot_right", foot_right},
    {"made_date", made_date},
    {"from_office", from_office},
    {"to_office", to_office},
};

static bool
put_special(struct draw *d, const struct value_row *rows, size_t count,
    const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			rows[i].put(d, &d->value);
			return true;
		}
	}
	return false;
}

static void
put_field(struct draw *d, const char *name, const char *format)
{
	for (size_t i = 0; i < d->source_count; i++) {
		const struct source *s = &d->sources[i];
		unsigned no = s->records->layout == NULL
				  ? 0
				  : layout_field(s->records->layout, name);
		if (no == 0 || s->records->cells[s->row][no - 1][0] == '\0')
			continue;
		values_write(d, &d->value, &s->records->layout->fields[no - 1],
		    s->records->cells[s->row][no - 1], format);
		return;
	}
}

const char *
values_get(void *arg, const char *name, const char *format)
{
	struct draw *d = arg;

	buf_clear(&d->value);
	if (!put_special(d, d->values, d->value_count, name) &&
	    !put_special(d, common, sizeof(common) / sizeof(common[0]), name))
		put_field(d, name, format);
	return d->value.len == 0 ? "" : d->value.data;
}

const char *
values_label(const struct draw *d, const char *name)
{
	for (size_t i = 0; i < d->source_count; i++) {
		const struct layout *layout = d->sources[i].records->layout;
		unsigned no = layout == NULL ? 0 : layout_field(layout, name);
		if (no > 0)
			return layout->fields[no - 1].name_ja;
	}
	return name;
}

void
values_source(struct draw *d, const struct records *records, size_t row)
{
	if (d->source_count < SOURCES_MAX && row < records->count)
		d->sources[d->source_count++] = (struct source){records, row};
}

void
values_hosoku(struct draw *d, const struct bundle *bundle, const char *insurer,
    const char *insured, const char *plan_date, const char *month)
{
	const struct records *r = &bundle->records[KIND_HOSOKU];

	for (size_t i = 0; i < r->count; i++) {
		if (strcmp(records_cell(r, i, "insured_number"), insured) !=
			0 ||
		    strcmp(records_cell(r, i, "insurer_number"), insurer) != 0)
			continue;
		if (plan_date != NULL &&
		    strcmp(records_cell(r, i, "plan_date"), plan_date) != 0)
			continue;
		if (month != NULL &&
		    strcmp(records_cell(r, i, "target_month"), month) != 0)
			continue;
		values_source(d, r, i);
		return;
	}
}

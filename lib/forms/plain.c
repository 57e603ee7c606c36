/* NAME
 *	plain - a CSV or text that is no form, and photos, on pages of their own
 * DESCRIPTION
 *	A CSV becomes a table, its first line the head of every page.  Tables of
 *	more columns than a page can hold are written downward: for every record
 *	the names of the first line and the values.  What is no text of UTF-8 or
 *	MS932 is not drawn; the caller sees it in its fate.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "reader.h"

#include "inside.h"

#define TEXT_MAX     (64u * 1024 * 1024)
#define ACROSS_MAX   10  /* columns of a table that fit side by side */
#define ROWS_AT_ONE  200 /* a ledger; the next begins a page */
#define ROWS_MAX     20000
#define LINES_AT_ONE 400
#define WIDE_MAX     40 /* characters that make a column wider */
#define WIDE_MIN     4
#define BOM          "\xef\xbb\xbf"

struct plain {
	struct draw *d;
	const struct draw_document *document;
	struct buf text; /* UTF-8 */
	char **names;    /* of the first line */
	size_t columns;
	double widths[ACROSS_MAX]; /* shares */
	struct ledger ledger;
	size_t row_count;
};

static bool
has_nul(const struct draw_document *document)
{
	return document->bytes > 0 &&
	       memchr(document->data, 0, document->bytes) != NULL;
}

/* The document as UTF-8; false if it is no text. */
static bool
decode(struct plain *p)
{
	const struct charset *charset = standard_charset(p->d->forms->standard);
	const char *data = p->document->data;
	size_t n = p->document->bytes, at;

	if (n == 0 || n > TEXT_MAX / 2 || has_nul(p->document))
		return false;
	if (n >= 3 && memcmp(data, BOM, 3) == 0) {
		data += 3;
		n -= 3;
	}
	if (charset_is_utf8(data, n))
		buf_add(&p->text, data, n);
	else if (charset_check(charset, data, n, &at) == CHARSET_GOOD)
		charset_to_utf8(charset, data, n, &p->text);
	else
		return false;
	return buf_ok(&p->text) && p->text.len > 0;
}

/* Controls become blanks; line ends a line break. */
static char *
clean(const char *p, size_t n)
{
	char *out = mem_new(n + 1), *to = out;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n')
			continue;
		if (p[i] == '\r' || p[i] == '\n')
			*to++ = '\n';
		else if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
			*to++ = ' ';
		else
			*to++ = p[i];
	}
	*to = '\0';
	return out;
}

/* ---- pages ---- */

static void
value_name(struct draw *d, struct buf *out)
{
	const struct draw_document *doc =
	    &d->unit->bundle->set->documents[d->unit->index];

	if (doc->name != NULL)
		buf_text(out, doc->name);
}

static const struct value_row values[] = {{"document", value_name}};

static void
begin_ledger(struct plain *p)
{
	struct form_place place;

	memset(&p->ledger, 0, sizeof(p->ledger));
	if (form_place(p->d->forms->table[FORM_PLAIN], "rows", &place) < 0)
		panic("plain: no place");
	p->ledger.box = place.box;
	p->ledger.size = place.style.size;
	p->ledger.min = 6.5;
	p->ledger.line = place.line;
	p->ledger.edge = 1;
	p->ledger.pad = 0.5;
	p->ledger.lines = 1;
}

static void
add_column(struct plain *p, double x, double width)
{
	struct form_column *c = &p->ledger.columns[p->ledger.column_count++];

	memset(c, 0, sizeof(*c));
	c->name = c->format = "";
	c->x = x;
	c->width = width;
	c->style.align = PAGE_LEFT;
}

static void
set_columns(struct plain *p)
{
	struct page_box box = p->ledger.box;
	double x = box.x, sum = 0;

	if (p->columns > ACROSS_MAX) {
		add_column(p, x, box.width * 0.08);
		add_column(p, x + box.width * 0.08, box.width * 0.3);
		add_column(p, x + box.width * 0.38, box.width * 0.62);
		return;
	}
	for (size_t i = 0; i < p->columns; i++)
		sum += p->widths[i];
	for (size_t i = 0; i < p->columns; i++) {
		double width = box.width * p->widths[i] / sum;
		add_column(p, x, width);
		x += width;
	}
}

static void
end_ledger(struct plain *p)
{
	if (p->ledger.count > 0)
		sheet_ledger(p->d, &p->ledger, FORM_PLAIN);
	ledger_fini(&p->ledger);
}

/* ---- a table ---- */

static size_t
characters(const struct reader_field *field)
{
	size_t n = 0;

	for (size_t i = 0; i < field->n; i++)
		n += ((unsigned char)field->p[i] & 0xc0) != 0x80;
	return n;
}

/* Once through: how many columns, how wide. */
static bool
look(struct plain *p)
{
	struct reader *reader = reader_bytes(p->text.data, p->text.len);
	struct reader_record record;
	size_t rows = 0;
	int rc;

	while ((rc = reader_next(reader, &record)) == 0 && rows < ROWS_MAX) {
		if (record.blank)
			continue;
		if (record.faults & ~(unsigned)READER_STRAY_QUOTE ||
		    record.count != record.kept) {
			rc = TSK_INVALID;
			break;
		}
		rows++;
		if (record.kept > p->columns)
			p->columns = record.kept;
		for (size_t i = 0; i < record.kept && i < ACROSS_MAX; i++) {
			double n = (double)characters(&record.fields[i]);
			n = fmin(fmax(n, WIDE_MIN), WIDE_MAX);
			p->widths[i] = fmax(p->widths[i], n);
		}
	}
	reader_close(&reader);
	return rc == TSK_EMPTY && rows > 0;
}

static void
put_across(struct plain *p, const struct reader_record *record)
{
	struct ledger_row *row = ledger_add(&p->ledger);

	for (size_t i = 0; i < record->kept; i++) {
		char *text = clean(record->fields[i].p, record->fields[i].n);
		ledger_put(row, i, text);
		free(text);
	}
}

/* The first line gives the names; every record is a list of its values. */
static void
put_down(struct plain *p, const struct reader_record *record)
{
	char no[24];

	if (p->names == NULL) {
		p->names = mem_new((p->columns + 1) * sizeof(*p->names));
		for (size_t i = 0; i < record->kept; i++)
			p->names[i] =
			    clean(record->fields[i].p, record->fields[i].n);
		return;
	}
	for (size_t i = 0; i < record->kept; i++) {
		if (record->fields[i].n == 0)
			continue;
		struct ledger_row *row = ledger_add(&p->ledger);
		char *text = clean(record->fields[i].p, record->fields[i].n);
		snprintf(no, sizeof(no), "%zu", p->row_count);
		ledger_put(row, 0, no);
		ledger_put(row, 1, p->names[i] != NULL ? p->names[i] : "");
		ledger_put(row, 2, text);
		free(text);
	}
}

static void
draw_table(struct plain *p)
{
	struct reader *reader = reader_bytes(p->text.data, p->text.len);
	struct reader_record record;
	bool down = p->columns > ACROSS_MAX;

	begin_ledger(p);
	set_columns(p);
	while (reader_next(reader, &record) == 0) {
		if (record.blank)
			continue;
		if (down)
			put_down(p, &record);
		else
			put_across(p, &record);
		p->row_count++;
		if (p->ledger.count < ROWS_AT_ONE)
			continue;
		end_ledger(p);
		begin_ledger(p);
		set_columns(p);
	}
	/* a single line of many columns: it was taken for names */
	if (down && p->row_count == 1) {
		for (size_t i = 0; i < p->columns; i++) {
			struct ledger_row *row = ledger_add(&p->ledger);
			ledger_put(
			    row, 2, p->names[i] != NULL ? p->names[i] : "");
		}
	}
	end_ledger(p);
	for (size_t i = 0; p->names != NULL && i < p->columns; i++)
		free(p->names[i]);
	free(p->names);
	reader_close(&reader);
}

/* ---- a text ---- */

static void
draw_text(struct plain *p)
{
	char *text = clean(p->text.data, p->text.len);
	char *line = text;

	begin_ledger(p);
	p->ledger.line = 0.1;
	while (line != NULL) {
		char *end = strchr(line, '\n');
		if (p->ledger.column_count == 0)
			add_column(p, p->ledger.box.x, p->ledger.box.width);
		if (end != NULL)
			*end = '\0';
		ledger_put(ledger_add(&p->ledger), 0, line);
		line = end == NULL ? NULL : end + 1;
		if (p->ledger.count >= LINES_AT_ONE) {
			end_ledger(p);
			begin_ledger(p);
		}
	}
	end_ledger(p);
	free(text);
}

void
plain_draw_unit(struct draw *d, const struct unit *unit)
{
	struct plain p = {.d = d};
	const char *name;

	d->values = values;
	d->value_count = sizeof(values) / sizeof(values[0]);
	p.document = &unit->bundle->set->documents[unit->index];
	name = p.document->name;
	buf_init(&p.text, TEXT_MAX);
	size_t n = strlen(name);
	if (decode(&p)) {
		if (n > 4 && strcasecmp(name + n - 4, ".txt") == 0)
			draw_text(&p);
		else if (look(&p))
			draw_table(&p);
	}
	buf_fini(&p.text);
}

/* ---- photos ---- */

void
photo_draw_unit(struct draw *d, const struct unit *unit)
{
	const struct draw_document *document =
	    &unit->bundle->set->documents[unit->index];
	struct form_place place;

	d->values = values;
	d->value_count = sizeof(values) / sizeof(values[0]);
	/* the first time, on nothing, tells whether it is an image at all */
	if ((unit->pages == 0 &&
		!page_photo(d->page, document->data, document->bytes,
		    (struct page_box){0, 0, 100, 100})) ||
	    form_place(d->forms->table[FORM_IMAGE], "photo", &place) < 0)
		return;
	sheet_begin(d, FORM_IMAGE);
	page_photo(d->page, document->data, document->bytes, place.box);
	sheet_end(d);
}

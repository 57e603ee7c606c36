/* NAME
 *	form - a form as data: where its lines, labels and values stand
 * SUMMARY
 *	see form.h
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "utf8.h"

#include "form.h"

#define ITEMS_MAX      1000
#define SENTENCE_LINES 3      /* a box this high holds a sentence */
#define LENGTH_MAX     2000.0 /* mm or points; more is a slip of the pen */

enum item_kind {
	ITEM_PAPER,
	ITEM_FRAME,
	ITEM_RULE,
	ITEM_LABEL,
	ITEM_FIELD,
	ITEM_DIGITS,
	ITEM_CHOICE,
	ITEM_PLACE,
	ITEM_COLUMN,
	ITEM_KINDS
};

static const char *const kind_names[ITEM_KINDS] = {
    [ITEM_PAPER] = "paper",
    [ITEM_FRAME] = "frame",
    [ITEM_RULE] = "rule",
    [ITEM_LABEL] = "label",
    [ITEM_FIELD] = "field",
    [ITEM_DIGITS] = "digits",
    [ITEM_CHOICE] = "choice",
    [ITEM_PLACE] = "place",
    [ITEM_COLUMN] = "column",
};

struct item {
	enum item_kind kind;
	char *name, *text, *value;
	struct page_box box;
	struct page_style style;
	double line;
};

struct form {
	struct item *items;
	size_t count;
	const struct item *paper;
};

/* Reads one row; names the column in *bad if a cell is wrong. */
struct row_reader {
	const struct table *table;
	size_t row;
	const char *bad;
};

static const char *
cell(struct row_reader *r, const char *column)
{
	return table_cell(r->table, r->row, table_column(r->table, column));
}

static double
length(struct row_reader *r, const char *column)
{
	const char *text = cell(r, column);
	char *end;

	if (text[0] == '\0')
		return 0;
	double value = strtod(text, &end);
	if (*end != '\0' || !isfinite(value) || value < 0 ||
	    value > LENGTH_MAX) {
		r->bad = column;
		return 0;
	}
	return value;
}

static enum page_align
align(struct row_reader *r)
{
	const char *text = cell(r, "align");

	if (text[0] == '\0' || strcmp(text, "center") == 0)
		return PAGE_CENTER;
	if (strcmp(text, "left") == 0 || strcmp(text, "top") == 0)
		return PAGE_LEFT;
	if (strcmp(text, "right") == 0)
		return PAGE_RIGHT;
	r->bad = "align";
	return PAGE_LEFT;
}

static enum item_kind
kind(struct row_reader *r)
{
	for (int i = 0; i < ITEM_KINDS; i++) {
		if (strcmp(cell(r, "item"), kind_names[i]) == 0)
			return (enum item_kind)i;
	}
	r->bad = "item";
	return ITEM_LABEL;
}

static char *
lines(const char *text)
{
	char *copy = mem_text(text);

	for (char *p = copy; *p != '\0'; p++) {
		if (*p == '|')
			*p = '\n';
	}
	return copy;
}

static void
read_item(struct row_reader *r, struct item *item)
{
	item->kind = kind(r);
	item->name = mem_text(cell(r, "name"));
	item->text = lines(cell(r, "text"));
	item->value = mem_text(cell(r, "value"));
	item->box.x = length(r, "x");
	item->box.y = length(r, "y");
	item->box.width = length(r, "width");
	item->box.height = length(r, "height");
	item->style.size = length(r, "size");
	item->style.align = align(r);
	item->style.top = strcmp(cell(r, "align"), "top") == 0;
	item->line = length(r, "line");
	if (item->kind == ITEM_DIGITS &&
	    (atoi(item->text) < 1 || atoi(item->text) > 40))
		r->bad = "text";
	if (item->style.size == 0)
		item->style.size = 8;
}

static int
read_items(const char *path, const struct table *table, struct form *form,
    struct why *why)
{
	struct row_reader r = {table, 0, NULL};

	for (; r.row < table_rows(table); r.row++) {
		struct item *item = &form->items[form->count++];
		read_item(&r, item);
		if (r.bad != NULL) {
			why_set(why, WHY_NEVER, "form-table",
			    "%s:%zu: the column \"%s\" cannot be read.", path,
			    table_line(table, r.row), r.bad);
			return TSK_INVALID;
		}
		if (item->kind == ITEM_PAPER)
			form->paper = item;
	}
	if (form->paper != NULL)
		return 0;
	why_set(
	    why, WHY_NEVER, "form-table", "%s: there is no paper row.", path);
	return TSK_INVALID;
}

int
form_load(const char *path, struct form **out, struct why *why)
{
	struct table *table;
	int rc = table_load(path, &table, why);

	if (rc < 0)
		return rc;
	struct form *form = mem_new(sizeof(*form));
	if (table_rows(table) == 0 || table_rows(table) > ITEMS_MAX) {
		why_set(why, WHY_NEVER, "form-table",
		    "%s: a form has 1 to %d items.", path, ITEMS_MAX);
		rc = TSK_INVALID;
	} else {
		form->items = mem_new(table_rows(table) * sizeof(*form->items));
		rc = read_items(path, table, form, why);
	}
	table_free(&table);
	if (rc < 0)
		form_free(&form);
	*out = form;
	return rc;
}

void
form_free(struct form **form_p)
{
	struct form *form = *form_p;

	if (form == NULL)
		return;
	for (size_t i = 0; i < form->count; i++) {
		free(form->items[i].name);
		free(form->items[i].text);
		free(form->items[i].value);
	}
	free(form->items);
	free(form);
	*form_p = NULL;
}

int
form_place(const struct form *form, const char *name, struct form_place *out)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct item *item = &form->items[i];
		if (item->kind != ITEM_PLACE || strcmp(item->name, name) != 0)
			continue;
		out->box = item->box;
		out->style = item->style;
		out->line = item->line;
		out->text = item->text;
		return 0;
	}
	return TSK_NOTFOUND;
}

size_t
form_columns(const struct form *form, const char *place,
    struct form_column *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < form->count && n < max; i++) {
		const struct item *item = &form->items[i];
		if (item->kind != ITEM_COLUMN || strcmp(item->text, place) != 0)
			continue;
		out[n].name = item->name;
		out[n].format = item->value;
		out[n].x = item->box.x;
		out[n].width = item->box.width;
		out[n].level = (unsigned)item->box.height;
		out[n++].style = item->style;
	}
	return n;
}

const char *
form_fonts(const struct form *form)
{
	return form->paper->text;
}

struct page_box
form_paper(const struct form *form)
{
	return form->paper->box;
}

/* Text keeps a little away from the border. */
static struct page_box
inside(struct page_box box)
{
	const double gap = 0.5;

	if (box.width > 4 * gap) {
		box.x += gap;
		box.width -= 2 * gap;
	}
	return box;
}

static void
draw_digits(struct page *page, const struct item *item, const char *text)
{
	int count = atoi(item->text);
	int first = count - (int)strlen(text); /* to the right */
	struct page_box box = item->box;
	char one[2] = {0};

	box.width /= count;
	for (int i = 0; i < count; i++) {
		box.x = item->box.x + i * box.width;
		page_frame(page, box, item->line);
		if (i < first || i - first >= (int)strlen(text))
			continue;
		one[0] = text[i - first];
		page_text(page, one, box, item->style);
	}
}

/* More characters than boxes (or anything but ASCII): write it as a text. */
static bool
fits_boxes(const struct item *item, const char *text)
{
	if (strlen(text) > (size_t)atoi(item->text))
		return false;
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

static void
draw_text(struct page *page, const struct item *item, const char *text,
    const char *label)
{
	struct page_style style = item->style;
	struct page_box box = inside(item->box);

	if (item->line > 0)
		page_frame(page, item->box, item->line);
	style.label = label;
	if (style.top && box.height > 2) {
		box.y += 0.6;
		box.height -= 0.8;
	}
	page_text(page, text, box, style);
}

/* Words of a form break where its table says so; sentences wrap. */
static void
draw_label(struct page *page, const struct item *item)
{
	struct item label = *item;

	label.style.own_lines =
	    strchr(item->text, '\n') != NULL ||
	    item->box.height < SENTENCE_LINES * item->style.size / 72 * 25.4;
	draw_text(page, &label, item->text, NULL);
}

static void
draw_value(struct page *page, const struct item *item, const char *text)
{
	bool digits = item->kind == ITEM_DIGITS;

	if (digits && fits_boxes(item, text))
		draw_digits(page, item, text);
	else
		draw_text(page, item, text,
		    digits || item->text[0] == '\0' ? item->name : item->text);
}

/* value may name several, "05,07". */
static bool
chosen(const char *wanted, const char *value)
{
	size_t n = strlen(value);

	while (n > 0 && *wanted != '\0') {
		size_t m = strcspn(wanted, ",");
		if (m == n && strncmp(wanted, value, n) == 0)
			return true;
		wanted += m + (wanted[m] == ',');
	}
	return false;
}

static void
draw_choice(struct page *page, const struct item *item, const char *value)
{
	page_text(page, item->text, item->box, item->style);
	if (chosen(item->value, value))
		page_ring(page, item->box, 0.8);
}

static void
draw_item(
    const struct item *item, struct page *page, form_value_fn *value, void *arg)
{
	switch (item->kind) {
	case ITEM_FRAME:
		page_frame(page, item->box, item->line);
		break;
	case ITEM_RULE:
		page_line(page, item->box.x, item->box.y,
		    item->box.x + item->box.width,
		    item->box.y + item->box.height, item->line);
		break;
	case ITEM_LABEL:
		draw_label(page, item);
		break;
	case ITEM_FIELD:
		draw_value(page, item, value(arg, item->name, item->value));
		break;
	case ITEM_DIGITS:
		draw_value(page, item, value(arg, item->name, ""));
		break;
	case ITEM_CHOICE:
		draw_choice(page, item, value(arg, item->name, ""));
		break;
	case ITEM_PAPER:
	case ITEM_PLACE:
	case ITEM_COLUMN:
	case ITEM_KINDS:
		break;
	}
}

void
form_draw(
    const struct form *form, struct page *page, form_value_fn *value, void *arg)
{
	for (size_t i = 0; i < form->count; i++)
		draw_item(&form->items[i], page, value, arg);
}

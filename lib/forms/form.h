/* NAME
 *	form - a form as data: where its lines, labels and values stand
 * DESCRIPTION
 *	A table of config/forms.  Columns: item name x y width height size align
 *	line text value; lengths in millimetres, type size and line width in
 *	points.  In text a "|" is a line break.  Items:
 *
 *	    paper	width, height; text = list of fonts
 *	    frame	a rectangle
 *	    rule	a line from x, y by width and height
 *	    label	text in a box
 *	    field	the value called name in a box; value = how it is written
 *			(see values.h); text = what it is called where it had
 *			to be continued on another page
 *	    digits	the same, a character a box, text = how many boxes,
 *			value = first box used (the others stay empty)
 *	    choice	text in a box, ringed if the value called name = value
 *			(one of several, split by commas)
 *	    place	a box that the program asks for by name; text is its own
 *	    column	a column of the place called text: name = the field, x,
 *			width, size and align its own, height = level (0: a cell
 *			a row; 1, 2 ..: rows with the same group of that level
 *			share a cell), value = how it is written
 *
 *	line = 0 draws no border; align "top" is left and at the top.  Items
 *	are drawn in the order of the table.
 */
#ifndef TASUKI_FORM_H
#define TASUKI_FORM_H

#include "err.h"
#include "page.h"

struct form;

/* The value called name, written as format says, valid until the next call;
 * "" if there is none. */
typedef const char *form_value_fn(
    void *arg, const char *name, const char *format);

struct form_place {
	struct page_box box;
	struct page_style style;
	double line;
	const char *text; /* valid until form_free() */
};

struct form_column {
	const char *name, *format; /* valid until form_free() */
	double x, width;
	unsigned level;
	struct page_style style;
};

/* form_load(path, out, why): TSK_INVALID names file:line. */
int form_load(
    const char *path, struct form **out, struct why *why) TSK_MUST_USE;
void form_free(struct form **form);
/* form_place(form, name, out): 0 or TSK_NOTFOUND. */
int form_place(const struct form *form, const char *name,
    struct form_place *out) TSK_MUST_USE;
/* form_columns(form, place, out, max): how many there are. */
size_t form_columns(const struct form *form, const char *place,
    struct form_column *out, size_t max);
const char *form_fonts(const struct form *form);
struct page_box form_paper(const struct form *form);
/* form_draw(form, page, value, arg): everything but places and columns. */
void form_draw(const struct form *form, struct page *page, form_value_fn *value,
    void *arg);

#endif

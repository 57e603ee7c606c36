/* NAME
 *	form - a form as data: where its lines, labels and values stand
 * DESCRIPTION
 *	A table of config/forms.  Columns: item name x y width height size align
 *	line text value; lengths in millimetres, type size and line width in
 *	points.  In text a "|" is a line break.  Items:
 *
 *	    paper	width, height; text = list of fonts
 *	    frame	a rectangle
 *	    label	text in a box
 *	    field	the value called name in a box
 *	    digits	the same, a character a box, text = how many boxes,
 *			value = first box used (the others stay empty)
 *	    choice	text in a box, ringed if the value called name = value
 *	    place	a box that the program asks for by name; text is its own
 *
 *	line = 0 draws no border.  Items are drawn in the order of the table.
 */
#ifndef TASUKI_FORM_H
#define TASUKI_FORM_H

#include "err.h"
#include "page.h"

struct form;

/* The value called name, valid until the next call; "" if there is none. */
typedef const char *form_value_fn(void *arg, const char *name);

struct form_place {
	struct page_box box;
	struct page_style style;
	double line;
	const char *text; /* valid until form_free() */
};

/* form_load(path, out, why): TSK_INVALID names file:line. */
int form_load(
    const char *path, struct form **out, struct why *why) TSK_MUST_USE;
void form_free(struct form **form);
/* form_place(form, name, out): 0 or TSK_NOTFOUND. */
int form_place(const struct form *form, const char *name,
    struct form_place *out) TSK_MUST_USE;
const char *form_fonts(const struct form *form);
struct page_box form_paper(const struct form *form);
/* form_draw(form, page, value, arg): everything but the places. */
void form_draw(const struct form *form, struct page *page, form_value_fn *value,
    void *arg);

#endif

/* NAME
 *	page - paper to draw on
 * SUMMARY
 *	The one door to cairo and pango.
 * DESCRIPTION
 *	A document of pages in millimetres, drawn into memory as a PDF whose text
 *	can be searched and copied.  Text is put into a box and never cut: what
 *	does not fit is wrapped, then made smaller until it does.  Lines are at
 *	least one device pixel wide and lie on the pixel grid, so that none
 *	vanishes or blurs.  Characters for which no font has a glyph are counted
 *	and are an error at the end: a form must not go out with holes.
 *	The same drawing gives the same bytes.
 * DIAGNOSTICS
 *	page_finish(): code "glyph-missing", "page-failed", "pdf-too-big".
 */
#ifndef TASUKI_PAGE_H
#define TASUKI_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

struct page;

struct page_box { /* millimetres from the top left corner */
	double x, y, width, height;
};

enum page_align { PAGE_LEFT, PAGE_CENTER, PAGE_RIGHT };

struct page_style {
	double size; /* points wanted; less if the box is too small */
	enum page_align align;
	bool one_line; /* never wrap, only shrink */
};

/* page_new(fonts, width, height, made_ms, out_max): fonts is a list for
 * fontconfig, made_ms (wall time) becomes the creation date of the PDF. */
struct page *page_new(const char *fonts, double width, double height,
    int64_t made_ms, size_t out_max);
void page_free(struct page **page);
void page_title(struct page *page, const char *title);
/* page_next(): the page is finished, the next one begins. */
void page_next(struct page *page);
unsigned page_count(const struct page *page); /* finished ones */

void page_text(struct page *page, const char *text, struct page_box box,
    struct page_style style);
/* width in points; at least one pixel. */
void page_line(struct page *page, double x0, double y0, double x1, double y1,
    double width);
void page_frame(struct page *page, struct page_box box, double width);
/* grey 0 black .. 1 white; no border. */
void page_fill(struct page *page, struct page_box box, double grey);
/* an ellipse inside the box, for 男・女 and the like. */
void page_ring(struct page *page, struct page_box box, double width);

/* page_finish(page, out, why): the PDF, appended to *out. */
int page_finish(
    struct page *page, struct buf *out, struct why *why) TSK_MUST_USE;

#endif

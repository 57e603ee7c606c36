/* NAME
 *	page - paper to draw on
 * SUMMARY
 *	The one door to cairo and pango.
 * DESCRIPTION
 *	A document of pages in millimetres, each of its own size, drawn onto one
 *	of four targets: a PDF whose text can be searched and copied; the bitmap
 *	of a fax, 1728 dots wide, onto which pages that lie across are turned;
 *	a PNG a page; or nothing, to count pages.  The drawing is the same.
 *
 *	Text is put into a box and never cut: what does not fit is wrapped, then
 *	made smaller down to ${min}, and what then still does not fit goes to the
 *	overflow, which gives the mark that stands in the box after its
 *	beginning.  Lines are at least one device pixel wide and lie on the pixel
 *	grid, so that none vanishes or blurs.  A character without a glyph in
 *	any font is drawn as 〓 and told, with its number, in the foot of the
 *	page.  The same drawing gives the same bytes.
 * DIAGNOSTICS
 *	page_finish(): code "page-failed", "too-big", or that of the sink.
 */
#ifndef TASUKI_PAGE_H
#define TASUKI_PAGE_H

#include <stdbool.h>
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
	double min;  /* the least; 0: PAGE_MIN */
	enum page_align align;
	bool one_line;     /* never wrap, only shrink */
	bool own_lines;    /* break only where the text does */
	bool top;          /* at the top of the box, not in its middle */
	const char *label; /* what this text is, for the overflow */
};

#define PAGE_MIN 6.0 /* points: less cannot be read on a fax */

enum page_target { PAGE_NOTHING, PAGE_PDF, PAGE_FAX, PAGE_PNG };

/* A finished page of a bitmap target.  FAX: rows of ${stride} bytes, 1 =
 * black, most significant bit first.  PNG: a file, stride is 0. */
struct page_bitmap {
	unsigned no; /* 1.. */
	const unsigned char *data;
	size_t bytes, stride;
	unsigned width, height;
};
/* Not 0 ends the drawing; page_finish() gives it back. */
typedef int page_sink_fn(
    void *arg, const struct page_bitmap *bitmap, struct why *why);
/* Keep ${text} for later and give the mark for the box, e.g. "※1". */
typedef const char *page_overflow_fn(
    void *arg, const char *label, const char *text);

struct page_setup {
	enum page_target target;
	const char *fonts;  /* a list for fontconfig */
	int64_t made_ms;    /* wall time; the creation date of the PDF */
	size_t out_max;     /* bytes of the PDF or of one PNG */
	unsigned dpi;       /* PNG: dots an inch; FAX: rows, 196 or 391 */
	page_sink_fn *sink; /* PNG, FAX */
	void *sink_arg;
	page_overflow_fn *overflow; /* NULL: shrink without end */
	void *overflow_arg;
};

#define PAGE_FAX_WIDTH 1728u /* dots: 215 mm at 204 an inch */

struct page *page_new(const struct page_setup *setup);
void page_free(struct page **page);
void page_title(struct page *page, const char *title);
/* page_begin(page, width, height): a page of that size; page_next(): it is
 * finished. */
void page_begin(struct page *page, double width, double height);
void page_next(struct page *page);
unsigned page_count(const struct page *page); /* finished ones */
size_t page_marked(const struct page *page);  /* characters drawn as 〓 */

/* page_text(): false if a part of it went to the overflow. */
bool page_text(struct page *page, const char *text, struct page_box box,
    struct page_style style);

/* A text broken into lines of one height, to be drawn in parts. */
struct page_flow;
struct page_flow *page_flow_new(
    struct page *page, const char *text, double width, double size);
void page_flow_free(struct page_flow **flow);
unsigned page_flow_lines(const struct page_flow *flow);
/* page_flow_step(size): the height of a line in mm. */
double page_flow_step(double size);
/* page_flow_draw(page, flow, first, count, x, y, align): some of its lines
 * from y downward. */
void page_flow_draw(struct page *page, struct page_flow *flow, unsigned first,
    unsigned count, double x, double y, enum page_align align);

/* width in points; at least one pixel. */
void page_line(struct page *page, double x0, double y0, double x1, double y1,
    double width);
void page_frame(struct page *page, struct page_box box, double width);
/* grey 0 black .. 1 white; no border. */
void page_fill(struct page *page, struct page_box box, double grey);
/* an ellipse inside the box, for 男・女 and the like. */
void page_ring(struct page *page, struct page_box box, double width);

/* page_bits(page, bits, stride, width, height, box): one bit a dot, 1 = black,
 * most significant first, as large as on a fax (204 x 196) or smaller; on a
 * fax that is not smaller dot for dot. */
void page_bits(struct page *page, const unsigned char *bits, size_t stride,
    unsigned width, unsigned height, struct page_box box);
/* page_photo(page, data, n, box): a JPEG or PNG into the box, its shape kept.
 * False: it is none, it is damaged or over PAGE_PHOTO_DOTS. */
bool page_photo(
    struct page *page, const void *data, size_t n, struct page_box box);
#define PAGE_PHOTO_DOTS 50000000u /* width x height */

/* page_finish(page, out, why): the PDF, appended to *out (other targets:
 * nothing). */
int page_finish(
    struct page *page, struct buf *out, struct why *why) TSK_MUST_USE;

#endif

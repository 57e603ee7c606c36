/* NAME
 *	page_inside - what the files of page share with each other only
 */
#ifndef TASUKI_PAGE_INSIDE_H
#define TASUKI_PAGE_INSIDE_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "page.h"

#define POINTS_PER_MM (72.0 / 25.4)
#define TEXTS         2048 /* layouts kept; a power of two */
#define HOLES_MAX     16   /* different ones told in one foot */

/* Characters of a text without a glyph. */
struct page_holes {
	size_t count;
	uint32_t codes[HOLES_MAX]; /* different ones */
	size_t code_count;
};

/* A text as it was fitted once. */
struct page_kept {
	uint64_t tag; /* of text, box and style; 0: free */
	PangoLayout *layout;
	double scale;
	struct page_holes holes;
	bool fits;
};

/* Rows and columns of black dots, painted when the page is done. */
struct page_rect {
	int x0, y0, x1, y1;
};

/* Lines of one width that wait to be drawn in one stroke: cairo's price is by
 * the stroke. */
#define PENS 8
struct page_pen {
	double pixels; /* 0: not in use */
	struct page_stroke {
		double x, y, width, height; /* points */
		bool frame; /* else from x, y by width, height */
	} * strokes;
	size_t count, room;
};

struct page {
	struct page_setup setup;
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoFontMap *map;
	PangoContext *context;
	PangoLayout *layout; /* for measuring */
	PangoFontDescription *font;
	struct page_kept *kept;
	struct buf pdf;
	double width, height; /* of the page, mm */
	double pixel;         /* PDF, PNG: of the device, in points */
	struct page_pen pens[PENS];
	unsigned dots, rows; /* bitmap targets */
	struct page_rect *rects;
	size_t rect_count, rect_room;
	unsigned pages;
	size_t marked;
	uint32_t holes[HOLES_MAX]; /* of this page */
	size_t hole_count;
	bool open;
	int failed; /* of the sink */
	struct why why;
};

/* page_text.c */
void page_text_open(struct page *page);
void page_text_close(struct page *page);
void page_text_foot(struct page *page); /* what 〓 stands for */
void page_prepare(PangoLayout *layout, const char *text, double width,
    struct page_style style);
/* page_mark_holes(): 〓 into the layout for what has no glyph;
 * page_tell_holes(): they stand on this page. */
void page_mark_holes(PangoLayout *layout, struct page_holes *holes);
void page_tell_holes(struct page *page, const struct page_holes *holes);
uint64_t page_tag(
    const char *text, struct page_box box, struct page_style style);
/* page_surely_fits(): on one line, without laying it out; false: perhaps. */
bool page_surely_fits(
    const char *text, struct page_box box, struct page_style style);

/* page_bitmap.c */
void page_bitmap_begin(struct page *page);
void page_bitmap_end(struct page *page);
/* Black, in mm. */
void page_bitmap_rect(struct page *page, struct page_box box);
void page_bitmap_line(
    struct page *page, double x0, double y0, double x1, double y1, double mm);

#endif

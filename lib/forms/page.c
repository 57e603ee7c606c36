/* NAME
 *	page - paper to draw on: targets and pages
 * SUMMARY
 *	see page.h
 * DESCRIPTION
 *	Coordinates of the drawing are points, whatever the target; a bitmap
 *	has a matrix from points to dots, turned by a quarter for a page that
 *	lies across on a fax.
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include <cairo-pdf.h>

#include "page_inside.h"

/* A PDF has no pixels; lines lie on the grid of a printer of 600 dpi. */
#define PDF_PIXEL (72.0 / 600.0)

static cairo_status_t
keep(void *arg, const unsigned char *data, unsigned n)
{
	struct buf *pdf = arg;

	buf_add(pdf, data, n);
	return buf_ok(pdf) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void
date_of(struct page *page, int64_t made_ms)
{
	time_t seconds = (time_t)(made_ms / 1000);
	struct tm utc;
	char text[32];

	/* cairo would put the clock's time in, and two runs would differ */
	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	cairo_pdf_surface_set_metadata(
	    page->surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
	cairo_pdf_surface_set_metadata(
	    page->surface, CAIRO_PDF_METADATA_CREATOR, "Tasuki");
}

struct page *
page_new(const struct page_setup *setup)
{
	struct page *page = mem_new(sizeof(*page));

	page->setup = *setup;
	buf_init(&page->pdf, setup->out_max);
	page->pixel = PDF_PIXEL;
	if (setup->target == PAGE_PDF) {
		page->surface = cairo_pdf_surface_create_for_stream(
		    keep, &page->pdf, 595, 842);
		date_of(page, setup->made_ms);
		page->cr = cairo_create(page->surface);
	}
	page_text_open(page);
	return page;
}

void
page_free(struct page **page_p)
{
	struct page *page = *page_p;

	if (page == NULL)
		return;
	page_text_close(page);
	if (page->cr != NULL)
		cairo_destroy(page->cr);
	if (page->surface != NULL)
		cairo_surface_destroy(page->surface);
	buf_fini(&page->pdf);
	for (size_t i = 0; i < PENS; i++)
		free(page->pens[i].strokes);
	free(page->rects);
	free(page);
	*page_p = NULL;
}

void
page_title(struct page *page, const char *title)
{
	if (page->setup.target == PAGE_PDF)
		cairo_pdf_surface_set_metadata(
		    page->surface, CAIRO_PDF_METADATA_TITLE, title);
}

/* The next line between pixels (odd widths) or on their edge (even ones). */
static double
snap(const struct page *page, double mm, double pixels)
{
	double at = mm * POINTS_PER_MM / page->pixel;
	double shift = fmod(pixels, 2) == 0 ? 0 : 0.5;

	return (floor(at - shift + 0.5) + shift) * page->pixel;
}

static double
pixels_of(const struct page *page, double points)
{
	return fmax(1, round(points / page->pixel));
}

static void
flush_pen(struct page *page, struct page_pen *pen)
{
	cairo_t *cr = page->cr;

	if (pen->count == 0)
		return;
	cairo_set_line_width(cr, pen->pixels * page->pixel);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_SQUARE);
	for (size_t i = 0; i < pen->count; i++) {
		const struct page_stroke *s = &pen->strokes[i];
		if (s->frame) {
			cairo_rectangle(cr, s->x, s->y, s->width, s->height);
			continue;
		}
		cairo_move_to(cr, s->x, s->y);
		cairo_line_to(cr, s->x + s->width, s->y + s->height);
	}
	cairo_stroke(cr);
	pen->count = 0;
}

static void
flush_pens(struct page *page)
{
	for (size_t i = 0; i < PENS; i++) {
		flush_pen(page, &page->pens[i]);
		page->pens[i].pixels = 0;
	}
}

static struct page_pen *
pen_of(struct page *page, double pixels)
{
	for (size_t i = 0; i < PENS; i++) {
		struct page_pen *pen = &page->pens[i];
		if (pen->pixels == 0)
			pen->pixels = pixels;
		if (pen->pixels == pixels)
			return pen;
	}
	flush_pens(page);
	page->pens[0].pixels = pixels;
	return &page->pens[0];
}

void
page_begin(struct page *page, double width, double height)
{
	page->width = width;
	page->height = height;
	page->hole_count = 0;
	page->open = true;
	if (page->setup.target == PAGE_PDF)
		cairo_pdf_surface_set_size(page->surface, width * POINTS_PER_MM,
		    height * POINTS_PER_MM);
	else if (page->setup.target != PAGE_NOTHING)
		page_bitmap_begin(page);
}

void
page_next(struct page *page)
{
	if (!page->open)
		panic("page: next without begin");
	page_text_foot(page);
	if (page->setup.target != PAGE_NOTHING)
		flush_pens(page);
	page->open = false;
	page->pages++;
	if (page->setup.target == PAGE_PDF)
		cairo_show_page(page->cr);
	else if (page->setup.target != PAGE_NOTHING)
		page_bitmap_end(page);
}

unsigned
page_count(const struct page *page)
{
	return page->pages;
}

size_t
page_marked(const struct page *page)
{
	return page->marked;
}

static void
add_stroke(struct page *page, double pixels, struct page_stroke stroke)
{
	struct page_pen *pen = pen_of(page, pixels);

	if (pen->count == pen->room) {
		pen->room = pen->room == 0 ? 256 : 2 * pen->room;
		pen->strokes =
		    mem_resize(pen->strokes, pen->room * sizeof(*pen->strokes));
	}
	pen->strokes[pen->count++] = stroke;
}

void
page_line(
    struct page *page, double x0, double y0, double x1, double y1, double width)
{
	double n = pixels_of(page, width);

	if (page->setup.target == PAGE_NOTHING)
		return;
	if (page->setup.target == PAGE_FAX && (x0 == x1 || y0 == y1)) {
		page_bitmap_line(page, x0, y0, x1, y1, width / POINTS_PER_MM);
		return;
	}
	double x = snap(page, x0, n), y = snap(page, y0, n);
	add_stroke(page, n,
	    (struct page_stroke){
		x, y, snap(page, x1, n) - x, snap(page, y1, n) - y, false});
}

void
page_frame(struct page *page, struct page_box box, double width)
{
	double right = box.x + box.width, bottom = box.y + box.height;

	if (page->setup.target == PAGE_NOTHING)
		return;
	if (page->setup.target == PAGE_FAX) {
		page_line(page, box.x, box.y, right, box.y, width);
		page_line(page, box.x, bottom, right, bottom, width);
		page_line(page, box.x, box.y, box.x, bottom, width);
		page_line(page, right, box.y, right, bottom, width);
		return;
	}
	double n = pixels_of(page, width);
	double x = snap(page, box.x, n), y = snap(page, box.y, n);
	add_stroke(page, n,
	    (struct page_stroke){x, y, snap(page, right, n) - x,
		snap(page, bottom, n) - y, true});
}

void
page_fill(struct page *page, struct page_box box, double grey)
{
	if (page->setup.target == PAGE_NOTHING)
		return;
	if (page->setup.target == PAGE_FAX) {
		if (grey < 0.5)
			page_bitmap_rect(page, box);
		return; /* light ones are white on a fax */
	}
	flush_pens(page); /* what was drawn before lies below */
	cairo_save(page->cr);
	cairo_set_source_rgb(page->cr, grey, grey, grey);
	cairo_rectangle(page->cr, box.x * POINTS_PER_MM, box.y * POINTS_PER_MM,
	    box.width * POINTS_PER_MM, box.height * POINTS_PER_MM);
	cairo_fill(page->cr);
	cairo_restore(page->cr);
}

void
page_ring(struct page *page, struct page_box box, double width)
{
	double rx = box.width * POINTS_PER_MM / 2;
	double ry = box.height * POINTS_PER_MM / 2;

	if (page->setup.target == PAGE_NOTHING)
		return;
	cairo_save(page->cr);
	cairo_translate(
	    page->cr, box.x * POINTS_PER_MM + rx, box.y * POINTS_PER_MM + ry);
	cairo_scale(page->cr, rx, ry);
	cairo_new_sub_path(page->cr);
	cairo_arc(page->cr, 0, 0, 1, 0, 2 * M_PI);
	cairo_restore(page->cr); /* the pen stays round */
	cairo_set_line_width(
	    page->cr, fmax(width, pixels_of(page, width) * page->pixel));
	cairo_stroke(page->cr);
}

int
page_finish(struct page *page, struct buf *out, struct why *why)
{
	cairo_status_t status = CAIRO_STATUS_SUCCESS;

	if (page->failed < 0) {
		*why = page->why;
		return page->failed;
	}
	if (page->setup.target != PAGE_PDF)
		return 0;
	cairo_surface_finish(page->surface);
	if (!buf_ok(&page->pdf)) {
		why_set(why, WHY_NEVER, "too-big",
		    "The drawn form is over %zu bytes.", page->pdf.max);
		return TSK_TOOBIG;
	}
	status = cairo_surface_status(page->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_status(page->cr);
	if (status != CAIRO_STATUS_SUCCESS) {
		why_set(why, WHY_NEVER, "page-failed",
		    "The form could not be drawn: %s.",
		    cairo_status_to_string(status));
		return TSK_INVALID;
	}
	buf_add(out, page->pdf.data, page->pdf.len);
	if (buf_ok(out))
		return 0;
	why_set(why, WHY_NEVER, "too-big", "The drawn form is over %zu bytes.",
	    out->max);
	return TSK_TOOBIG;
}

/* NAME
 *	page - paper to draw on
 * SUMMARY
 *	see page.h
 * DESCRIPTION
 *	Layouts are made from a font map of our own at resolution 72, where a
 *	point is a unit: pango_cairo_create_layout() takes the widths from the
 *	current matrix and gets them wrong as soon as that isn't square.  Metrics
 *	are not hinted, so that a text has one width on every device.
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "page.h"

#define POINTS_PER_MM (72.0 / 25.4)
/* A PDF has no pixels; lines lie on the grid of a printer of 600 dpi. */
#define PDF_PIXEL (72.0 / 600.0)
#define SIZE_STEP 0.25
#define SIZE_MIN  2.0 /* below, the whole text is scaled */

/* fontconfig keeps its tables until the process ends; that is no leak. */
#if defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_CHECK 1
#endif
#endif
#ifdef LEAK_CHECK
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\n";
}
#endif

struct page {
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoFontMap *map;
	PangoContext *context;
	PangoLayout *layout;
	PangoFontDescription *font;
	struct buf pdf;
	double pixel; /* of the device, in points */
	unsigned pages;
	size_t holes; /* characters without a glyph */
};

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

static void
new_layout(struct page *page, const char *fonts)
{
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	page->map = pango_cairo_font_map_new();
	pango_cairo_font_map_set_resolution(
	    PANGO_CAIRO_FONT_MAP(page->map), 72);
	page->context = pango_font_map_create_context(page->map);
	pango_cairo_context_set_font_options(page->context, options);
	pango_context_set_language(
	    page->context, pango_language_from_string("ja"));
	page->layout = pango_layout_new(page->context);
	page->font = pango_font_description_new();
	pango_font_description_set_family(page->font, fonts);
	cairo_font_options_destroy(options);
}

struct page *
page_new(const char *fonts, double width, double height, int64_t made_ms,
    size_t out_max)
{
	struct page *page = mem_new(sizeof(*page));

	buf_init(&page->pdf, out_max);
	page->pixel = PDF_PIXEL;
	page->surface = cairo_pdf_surface_create_for_stream(
	    keep, &page->pdf, width * POINTS_PER_MM, height * POINTS_PER_MM);
	date_of(page, made_ms);
	page->cr = cairo_create(page->surface);
	new_layout(page, fonts);
	return page;
}

void
page_free(struct page **page_p)
{
	struct page *page = *page_p;

	if (page == NULL)
		return;
	cairo_destroy(page->cr);
	cairo_surface_destroy(page->surface);
	g_object_unref(page->layout);
	g_object_unref(page->context);
	g_object_unref(page->map);
	pango_font_description_free(page->font);
	buf_fini(&page->pdf);
	free(page);
	*page_p = NULL;
}

void
page_title(struct page *page, const char *title)
{
	cairo_pdf_surface_set_metadata(
	    page->surface, CAIRO_PDF_METADATA_TITLE, title);
}

void
page_next(struct page *page)
{
	cairo_show_page(page->cr);
	page->pages++;
}

unsigned
page_count(const struct page *page)
{
	return page->pages;
}

/* Set the layout to that size; true if it fits. */
static bool
fits(struct page *page, double size, double width, double height)
{
	PangoRectangle extent;

	pango_font_description_set_size(
	    page->font, (gint)lround(size * PANGO_SCALE));
	pango_layout_set_font_description(page->layout, page->font);
	pango_layout_get_extents(page->layout, NULL, &extent);
	return extent.width <= (int)lround(width * PANGO_SCALE) &&
	       extent.height <= (int)lround(height * PANGO_SCALE);
}

static void
prepare(
    struct page *page, const char *text, double width, struct page_style style)
{
	static const PangoAlignment aligns[] = {
	    [PAGE_LEFT] = PANGO_ALIGN_LEFT,
	    [PAGE_CENTER] = PANGO_ALIGN_CENTER,
	    [PAGE_RIGHT] = PANGO_ALIGN_RIGHT,
	};

	pango_layout_set_text(page->layout, text, -1);
	pango_layout_set_width(page->layout,
	    style.one_line ? -1 : (int)lround(width * PANGO_SCALE));
	pango_layout_set_wrap(page->layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(page->layout, aligns[style.align]);
	pango_layout_set_single_paragraph_mode(page->layout, style.one_line);
}

/* Draw the layout as it stands, scaled, in the middle of the box's height. */
static void
place(struct page *page, double x, double y, double width, double height,
    enum page_align align, double scale)
{
	PangoRectangle extent;

	pango_layout_get_extents(page->layout, NULL, &extent);
	double text_width = scale * extent.width / PANGO_SCALE;
	double text_height = scale * extent.height / PANGO_SCALE;
	if (align == PAGE_CENTER)
		x += (width - text_width) / 2;
	else if (align == PAGE_RIGHT)
		x += width - text_width;
	cairo_save(page->cr);
	cairo_translate(page->cr, x, y + (height - text_height) / 2);
	cairo_scale(page->cr, scale, scale);
	cairo_translate(page->cr, -(double)extent.x / PANGO_SCALE,
	    -(double)extent.y / PANGO_SCALE);
	pango_cairo_show_layout(page->cr, page->layout);
	cairo_restore(page->cr);
}

void
page_text(struct page *page, const char *text, struct page_box box,
    struct page_style style)
{
	double width = box.width * POINTS_PER_MM;
	double height = box.height * POINTS_PER_MM;
	double size = style.size, scale = 1;

	if (text[0] == '\0')
		return;
	prepare(page, text, width, style);
	while (!fits(page, size, width, height) && size > SIZE_MIN)
		size -= SIZE_STEP;
	/* a text this long is unreadable either way; it still is all there */
	if (!fits(page, size, width, height)) {
		PangoRectangle extent;
		pango_layout_get_extents(page->layout, NULL, &extent);
		scale = fmin(width * PANGO_SCALE / extent.width,
		    height * PANGO_SCALE / extent.height);
	}
	page->holes +=
	    (size_t)pango_layout_get_unknown_glyphs_count(page->layout);
	place(page, box.x * POINTS_PER_MM, box.y * POINTS_PER_MM, width, height,
	    style.align, scale);
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

void
page_line(
    struct page *page, double x0, double y0, double x1, double y1, double width)
{
	double n = pixels_of(page, width);

	cairo_set_line_width(page->cr, n * page->pixel);
	cairo_set_line_cap(page->cr, CAIRO_LINE_CAP_SQUARE);
	cairo_move_to(page->cr, snap(page, x0, n), snap(page, y0, n));
	cairo_line_to(page->cr, snap(page, x1, n), snap(page, y1, n));
	cairo_stroke(page->cr);
}

void
page_frame(struct page *page, struct page_box box, double width)
{
	double n = pixels_of(page, width);
	double x0 = snap(page, box.x, n), y0 = snap(page, box.y, n);
	double x1 = snap(page, box.x + box.width, n);
	double y1 = snap(page, box.y + box.height, n);

	cairo_set_line_width(page->cr, n * page->pixel);
	cairo_rectangle(page->cr, x0, y0, x1 - x0, y1 - y0);
	cairo_stroke(page->cr);
}

void
page_fill(struct page *page, struct page_box box, double grey)
{
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

	cairo_save(page->cr);
	cairo_translate(
	    page->cr, box.x * POINTS_PER_MM + rx, box.y * POINTS_PER_MM + ry);
	cairo_scale(page->cr, rx, ry);
	cairo_new_sub_path(page->cr);
	cairo_arc(page->cr, 0, 0, 1, 0, 2 * M_PI);
	cairo_restore(page->cr); /* the pen stays round */
	cairo_set_line_width(page->cr, pixels_of(page, width) * page->pixel);
	cairo_stroke(page->cr);
}

int
page_finish(struct page *page, struct buf *out, struct why *why)
{
	cairo_surface_finish(page->surface);
	if (!buf_ok(&page->pdf)) {
		why_set(why, WHY_NEVER, "pdf-too-big",
		    "The drawn form is over %zu bytes.", page->pdf.max);
		return TSK_TOOBIG;
	}
	cairo_status_t status = cairo_surface_status(page->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_status(page->cr);
	if (status != CAIRO_STATUS_SUCCESS) {
		why_set(why, WHY_NEVER, "page-failed",
		    "The form could not be drawn: %s.",
		    cairo_status_to_string(status));
		return TSK_INVALID;
	}
	if (page->holes > 0) {
		why_set(why, WHY_NEVER, "glyph-missing",
		    "No font has a glyph for %zu characters of the form; "
		    "install fonts-ipaexfont-gothic and fonts-noto-cjk.",
		    page->holes);
		return TSK_INVALID;
	}
	buf_add(out, page->pdf.data, page->pdf.len);
	return buf_ok(out) ? 0 : TSK_TOOBIG;
}

/* NAME
 *	page_bitmap - pages as dots: the fax and the preview
 * SUMMARY
 *	see page.h
 * DESCRIPTION
 *	A page of a fax is drawn onto a surface of grey (text is finer that
 *	way), cut to black and white at half, and packed.  Lines don't go the
 *	way through grey: they are painted into the packed bits as whole dots,
 *	so that none is thinner than one dot or missing.  A dot of a fax is not
 *	square, and a page that lies across is turned a quarter to the right: the
 *	matrix does both.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page_inside.h"

#define FAX_MM       215.0 /* of a line */
#define FAX_FINE     7.7   /* rows a mm */
#define FAX_SUPER    15.4
#define FAX_SUPERDPI 391
#define RECTS_MAX    1000000u

static double
rows_per_mm(const struct page *page)
{
	return page->setup.dpi == FAX_SUPERDPI ? FAX_SUPER : FAX_FINE;
}

static bool
lies_across(const struct page *page)
{
	return page->width > page->height;
}

/* From points to dots. */
static cairo_matrix_t
fax_matrix(const struct page *page)
{
	double sx = PAGE_FAX_WIDTH / FAX_MM, sy = rows_per_mm(page);
	double across = fmin(page->width, page->height);
	double margin = (PAGE_FAX_WIDTH - across * sx) / 2;
	cairo_matrix_t m;

	sx /= POINTS_PER_MM;
	sy /= POINTS_PER_MM;
	if (lies_across(page))
		cairo_matrix_init(
		    &m, 0, sy, -sx, 0, PAGE_FAX_WIDTH - margin, 0);
	else
		cairo_matrix_init(&m, sx, 0, 0, sy, margin, 0);
	return m;
}

static void
new_surface(struct page *page, unsigned dots, unsigned rows)
{
	bool fax = page->setup.target == PAGE_FAX;

	if (page->surface != NULL && page->dots == dots && page->rows == rows)
		return;
	if (page->cr != NULL)
		cairo_destroy(page->cr);
	if (page->surface != NULL)
		cairo_surface_destroy(page->surface);
	page->dots = dots;
	page->rows = rows;
	page->surface = cairo_image_surface_create(
	    fax ? CAIRO_FORMAT_A8 : CAIRO_FORMAT_RGB24, (int)dots, (int)rows);
	page->cr = cairo_create(page->surface);
}

void
page_bitmap_begin(struct page *page)
{
	if (page->setup.target == PAGE_FAX) {
		double along = fmax(page->width, page->height);
		new_surface(page, PAGE_FAX_WIDTH,
		    (unsigned)lround(along * rows_per_mm(page)));
		cairo_matrix_t m = fax_matrix(page);
		cairo_set_matrix(page->cr, &m);
		cairo_surface_flush(page->surface);
		memset(cairo_image_surface_get_data(page->surface), 0,
		    (size_t)cairo_image_surface_get_stride(page->surface) *
			page->rows);
		cairo_surface_mark_dirty(page->surface);
		page->rect_count = 0;
		return;
	}
	double scale = page->setup.dpi / 72.0;
	page->pixel = 1 / scale;
	new_surface(page, (unsigned)lround(page->width * POINTS_PER_MM * scale),
	    (unsigned)lround(page->height * POINTS_PER_MM * scale));
	cairo_identity_matrix(page->cr);
	cairo_set_source_rgb(page->cr, 1, 1, 1);
	cairo_paint(page->cr);
	cairo_set_source_rgb(page->cr, 0, 0, 0);
	cairo_scale(page->cr, scale, scale);
}

/* ---- black rectangles ---- */

static void
add_rect(struct page *page, struct page_rect r)
{
	if (page->rect_count == page->rect_room) {
		if (page->rect_room >= RECTS_MAX)
			panic("page: %zu lines", page->rect_room);
		page->rect_room =
		    page->rect_room == 0 ? 512 : 2 * page->rect_room;
		page->rects = mem_resize(
		    page->rects, page->rect_room * sizeof(*page->rects));
	}
	r.x0 = r.x0 < 0 ? 0 : r.x0;
	r.y0 = r.y0 < 0 ? 0 : r.y0;
	r.x1 = r.x1 > (int)page->dots ? (int)page->dots : r.x1;
	r.y1 = r.y1 > (int)page->rows ? (int)page->rows : r.y1;
	if (r.x0 < r.x1 && r.y0 < r.y1)
		page->rects[page->rect_count++] = r;
}

static void
to_dots(const struct page *page, double *x, double *y)
{
	cairo_matrix_t m = fax_matrix(page);

	*x *= POINTS_PER_MM;
	*y *= POINTS_PER_MM;
	cairo_matrix_transform_point(&m, x, y);
}

static void
sort_two(double *a, double *b)
{
	if (*a > *b) {
		double kept = *a;
		*a = *b;
		*b = kept;
	}
}

void
page_bitmap_rect(struct page *page, struct page_box box)
{
	double x0 = box.x, y0 = box.y;
	double x1 = box.x + box.width, y1 = box.y + box.height;

	to_dots(page, &x0, &y0);
	to_dots(page, &x1, &y1);
	sort_two(&x0, &x1);
	sort_two(&y0, &y1);
	add_rect(page, (struct page_rect){(int)lround(x0), (int)lround(y0),
			   (int)lround(x1), (int)lround(y1)});
}

void
page_bitmap_line(
    struct page *page, double x0, double y0, double x1, double y1, double mm)
{
	bool upright;

	to_dots(page, &x0, &y0);
	to_dots(page, &x1, &y1);
	upright = fabs(x0 - x1) < fabs(y0 - y1);
	sort_two(&x0, &x1);
	sort_two(&y0, &y1);
	int n = (int)lround(
	    mm * (upright ? PAGE_FAX_WIDTH / FAX_MM : rows_per_mm(page)));
	if (n < 1)
		n = 1;
	struct page_rect r = {
	    (int)floor(x0), (int)floor(y0), (int)floor(x1), (int)floor(y1)};
	/* square ends: corners of frames close */
	r.x0 -= n / 2;
	r.y0 -= n / 2;
	r.x1 += n - n / 2;
	r.y1 += n - n / 2;
	if (upright)
		r.x1 = r.x0 + n;
	else
		r.y1 = r.y0 + n;
	add_rect(page, r);
}

static void
paint_row(unsigned char *row, int x0, int x1)
{
	int first = x0 / 8, last = (x1 - 1) / 8;
	unsigned char left = (unsigned char)(0xff >> (x0 & 7));
	unsigned char right = (unsigned char)(0xff << (7 - ((x1 - 1) & 7)));

	if (first == last) {
		row[first] |= left & right;
		return;
	}
	row[first] |= left;
	memset(row + first + 1, 0xff, (size_t)(last - first - 1));
	row[last] |= right;
}

static void
paint_rects(const struct page *page, unsigned char *bits, size_t stride)
{
	for (size_t i = 0; i < page->rect_count; i++) {
		const struct page_rect *r = &page->rects[i];
		for (int y = r->y0; y < r->y1; y++)
			paint_row(bits + (size_t)y * stride, r->x0, r->x1);
	}
}

/* ---- a page is done ---- */

/* The top bit of eight bytes, the first one to the left. */
static unsigned char
pack(const unsigned char *grey)
{
	uint64_t eight;

	memcpy(&eight, grey, sizeof(eight));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	eight = __builtin_bswap64(eight);
#endif
	if (eight == 0)
		return 0;
	eight = (eight >> 7) & 0x0101010101010101u;
	return (unsigned char)((eight * 0x8040201008040201u) >> 56);
}

static void
end_fax(struct page *page)
{
	const unsigned char *data = cairo_image_surface_get_data(page->surface);
	size_t from = (size_t)cairo_image_surface_get_stride(page->surface);
	struct page_bitmap bitmap = {.no = page->pages,
	    .stride = PAGE_FAX_WIDTH / 8,
	    .width = page->dots,
	    .height = page->rows};
	unsigned char *bits;

	bitmap.bytes = bitmap.stride * page->rows;
	bits = mem_new(bitmap.bytes);
	for (size_t y = 0; y < page->rows; y++) {
		for (size_t i = 0; i < bitmap.stride; i++)
			bits[y * bitmap.stride + i] =
			    pack(data + y * from + 8 * i);
	}
	paint_rects(page, bits, bitmap.stride);
	bitmap.data = bits;
	page->failed =
	    page->setup.sink(page->setup.sink_arg, &bitmap, &page->why);
	free(bits);
}

static cairo_status_t
keep_png(void *arg, const unsigned char *data, unsigned n)
{
	struct buf *out = arg;

	buf_add(out, data, n);
	return buf_ok(out) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void
end_png(struct page *page)
{
	struct page_bitmap bitmap = {
	    .no = page->pages, .width = page->dots, .height = page->rows};
	struct buf png;

	buf_init(&png, page->setup.out_max);
	if (cairo_surface_write_to_png_stream(page->surface, keep_png, &png) ==
	    CAIRO_STATUS_SUCCESS) {
		bitmap.data = (const unsigned char *)png.data;
		bitmap.bytes = png.len;
		page->failed =
		    page->setup.sink(page->setup.sink_arg, &bitmap, &page->why);
	} else {
		why_set(&page->why, WHY_NEVER, "page-failed",
		    "The picture of a page could not be made.");
		page->failed = TSK_TOOBIG;
	}
	buf_fini(&png);
}

void
page_bitmap_end(struct page *page)
{
	if (page->failed < 0)
		return;
	cairo_surface_flush(page->surface);
	if (page->setup.target == PAGE_FAX)
		end_fax(page);
	else
		end_png(page);
}

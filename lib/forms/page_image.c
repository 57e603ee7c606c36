/* NAME
 *	page_image - bitmaps and photos on a page
 * SUMMARY
 *	see page.h
 * DESCRIPTION
 *	The one door to libjpeg.  Sizes are looked at before anything is
 *	unpacked, and a large JPEG is made smaller while it is read.  On a fax a
 *	photo becomes dots by the diffusion of Floyd and Steinberg, near white
 *	and near black cleaned first: drawings stay drawings.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "page_inside.h"

#define FAX_DPI_X   204.0
#define FAX_DPI_Y   196.0
#define PHOTO_SIDE  3600u /* dots are enough for any paper here */
#define PNG_HEAD    24u
#define NEAR_WHITE  208
#define NEAR_BLACK  56
#define MARKERS_MAX 1000

/* ---- one bit a dot ---- */

static bool
dot_at(const unsigned char *bits, size_t stride, size_t x, size_t y)
{
	return (bits[y * stride + x / 8] >> (7 - x % 8)) & 1;
}

/* Dot for dot, or the nearest one. */
static void
bits_to_fax(struct page *page, const unsigned char *bits, size_t stride,
    unsigned width, unsigned height, struct page_box at)
{
	cairo_matrix_t m;
	double x = at.x * POINTS_PER_MM, y = at.y * POINTS_PER_MM;
	double w = at.width * POINTS_PER_MM, h = at.height * POINTS_PER_MM;
	size_t to = (size_t)cairo_image_surface_get_stride(page->surface);

	cairo_get_matrix(page->cr, &m);
	cairo_matrix_transform_point(&m, &x, &y);
	cairo_matrix_transform_distance(&m, &w, &h);
	long left = lround(x), top = lround(y);
	long wide = labs(lround(w)), tall = labs(lround(h));
	cairo_surface_flush(page->surface);
	unsigned char *data = cairo_image_surface_get_data(page->surface);
	for (long j = 0; j < tall; j++) {
		for (long i = 0; i < wide; i++) {
			long px = left + i, py = top + j;
			if (px < 0 || py < 0 || px >= (long)page->dots ||
			    py >= (long)page->rows)
				continue;
			if (dot_at(bits, stride,
				(size_t)(i * (long)width / wide),
				(size_t)(j * (long)height / tall)))
				data[(size_t)py * to + (size_t)px] = 255;
		}
	}
	cairo_surface_mark_dirty(page->surface);
}

static cairo_surface_t *
mask_of(
    const unsigned char *bits, size_t stride, unsigned width, unsigned height)
{
	cairo_surface_t *mask = cairo_image_surface_create(
	    CAIRO_FORMAT_A8, (int)width, (int)height);
	unsigned char *data = cairo_image_surface_get_data(mask);
	size_t to = (size_t)cairo_image_surface_get_stride(mask);

	if (data == NULL)
		return mask;
	for (size_t y = 0; y < height; y++) {
		for (size_t x = 0; x < width; x++)
			data[y * to + x] = dot_at(bits, stride, x, y) ? 255 : 0;
	}
	cairo_surface_mark_dirty(mask);
	return mask;
}

static void
bits_to_cairo(struct page *page, const unsigned char *bits, size_t stride,
    unsigned width, unsigned height, struct page_box at)
{
	cairo_surface_t *mask = mask_of(bits, stride, width, height);

	cairo_save(page->cr);
	cairo_translate(page->cr, at.x * POINTS_PER_MM, at.y * POINTS_PER_MM);
	cairo_scale(page->cr, at.width * POINTS_PER_MM / width,
	    at.height * POINTS_PER_MM / height);
	cairo_pattern_t *pattern = cairo_pattern_create_for_surface(mask);
	cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST);
	cairo_set_source_rgb(page->cr, 0, 0, 0);
	cairo_mask(page->cr, pattern);
	cairo_pattern_destroy(pattern);
	cairo_restore(page->cr);
	cairo_surface_destroy(mask);
}

void
page_bits(struct page *page, const unsigned char *bits, size_t stride,
    unsigned width, unsigned height, struct page_box box)
{
	/* as the matrix of a fax has it: 1728 dots are 215 mm */
	double dot_x = 215.0 / PAGE_FAX_WIDTH, dot_y = 1 / 7.7;
	struct page_box at = {0, box.y, width * dot_x, height * dot_y};
	double scale =
	    fmin(1, fmin(box.width / at.width, box.height / at.height));

	if (page->setup.target == PAGE_NOTHING || width == 0 || height == 0)
		return;
	at.width *= scale;
	at.height *= scale;
	at.x = box.x + (box.width - at.width) / 2;
	if (page->setup.target == PAGE_FAX)
		bits_to_fax(page, bits, stride, width, height, at);
	else
		bits_to_cairo(page, bits, stride, width, height, at);
}

/* ---- photos ---- */

struct jpeg_trouble {
	struct jpeg_error_mgr base; /* first: libjpeg knows only this */
	jmp_buf out;
	int markers;
};

static void
jpeg_fatal(j_common_ptr info)
{
	longjmp(((struct jpeg_trouble *)info->err)->out, 1);
}

/* Damaged data gives warnings without end; one is not worth a word, many
 * end it. */
static void
jpeg_message(j_common_ptr info, int level)
{
	struct jpeg_trouble *trouble = (struct jpeg_trouble *)info->err;

	if (level < 0 && ++trouble->markers > MARKERS_MAX)
		longjmp(trouble->out, 1);
}

static bool
jpeg_size_good(struct jpeg_decompress_struct *info)
{
	uint64_t dots = (uint64_t)info->image_width * info->image_height;

	if (dots == 0 || dots > PAGE_PHOTO_DOTS)
		return false;
	info->out_color_space =
	    info->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
	/* CMYK is no family's drawing; libjpeg cannot turn it into RGB */
	if (info->num_components != 1 && info->num_components != 3)
		return false;
	unsigned side = info->image_width > info->image_height
			    ? info->image_width
			    : info->image_height;
	info->scale_num = 8;
	while (info->scale_num > 1 && side / 8 * info->scale_num > PHOTO_SIDE)
		info->scale_num--;
	info->scale_denom = 8;
	return true;
}

static void
put_row(const unsigned char *row, uint32_t *to, unsigned width, bool grey)
{
	for (unsigned x = 0; x < width; x++) {
		const unsigned char *p = grey ? row + x : row + 3 * (size_t)x;
		uint32_t r = p[0], g = grey ? r : p[1], b = grey ? r : p[2];
		to[x] = 0xff000000u | r << 16 | g << 8 | b;
	}
}

static void
read_rows(struct jpeg_decompress_struct *info, cairo_surface_t *surface,
    unsigned char *row)
{
	unsigned char *data = cairo_image_surface_get_data(surface);
	size_t stride = (size_t)cairo_image_surface_get_stride(surface);

	while (info->output_scanline < info->output_height) {
		size_t y = info->output_scanline;
		JSAMPROW rows[1] = {row};
		jpeg_read_scanlines(info, rows, 1);
		put_row(row, (uint32_t *)(void *)(data + y * stride),
		    info->output_width, info->output_components == 1);
	}
	cairo_surface_mark_dirty(surface);
}

static cairo_surface_t *
read_jpeg(const void *data, size_t n)
{
	struct jpeg_decompress_struct info;
	struct jpeg_trouble trouble = {.markers = 0};
	cairo_surface_t *volatile surface = NULL;
	unsigned char *volatile row = NULL;

	info.err = jpeg_std_error(&trouble.base);
	trouble.base.error_exit = jpeg_fatal;
	trouble.base.emit_message = jpeg_message;
	if (setjmp(trouble.out) != 0) {
		jpeg_destroy_decompress(&info);
		if (surface != NULL)
			cairo_surface_destroy(surface);
		free(row);
		return NULL;
	}
	jpeg_create_decompress(&info);
	jpeg_mem_src(&info, data, (unsigned long)n);
	jpeg_read_header(&info, TRUE);
	if (!jpeg_size_good(&info))
		longjmp(trouble.out, 1);
	jpeg_start_decompress(&info);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
	    (int)info.output_width, (int)info.output_height);
	if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
		longjmp(trouble.out, 1);
	row =
	    mem_new((size_t)info.output_width * (size_t)info.output_components);
	read_rows(&info, surface, row);
	jpeg_finish_decompress(&info);
	jpeg_destroy_decompress(&info);
	free(row);
	return surface;
}

struct bytes {
	const unsigned char *p;
	size_t n;
};

static cairo_status_t
give(void *arg, unsigned char *data, unsigned n)
{
	struct bytes *bytes = arg;

	if (n > bytes->n)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(data, bytes->p, n);
	bytes->p += n;
	bytes->n -= n;
	return CAIRO_STATUS_SUCCESS;
}

static uint32_t
big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static cairo_surface_t *
read_png(const unsigned char *data, size_t n)
{
	static const unsigned char magic[] = "\x89PNG\r\n\x1a\n";
	struct bytes bytes = {data, n};

	if (n < PNG_HEAD || memcmp(data, magic, 8) != 0 ||
	    memcmp(data + 12, "IHDR", 4) != 0)
		return NULL;
	uint64_t width = big_endian(data + 16), height = big_endian(data + 20);
	if (width == 0 || height == 0 || width > INT16_MAX ||
	    height > INT16_MAX || width * height > PAGE_PHOTO_DOTS)
		return NULL;
	cairo_surface_t *surface =
	    cairo_image_surface_create_from_png_stream(give, &bytes);
	if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
		return surface;
	cairo_surface_destroy(surface);
	return NULL;
}

/* Into the box, on white, its shape kept, in the middle. */
static void
paint(cairo_t *cr, cairo_surface_t *photo, struct page_box box)
{
	double w = cairo_image_surface_get_width(photo);
	double h = cairo_image_surface_get_height(photo);
	double scale = fmin(box.width / w, box.height / h) * POINTS_PER_MM;

	cairo_save(cr);
	cairo_translate(cr,
	    box.x * POINTS_PER_MM + (box.width * POINTS_PER_MM - w * scale) / 2,
	    box.y * POINTS_PER_MM +
		(box.height * POINTS_PER_MM - h * scale) / 2);
	cairo_scale(cr, scale, scale);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_rectangle(cr, 0, 0, w, h);
	cairo_fill(cr);
	cairo_set_source_surface(cr, photo, 0, 0);
	cairo_paint(cr);
	cairo_restore(cr);
	cairo_set_source_rgb(cr, 0, 0, 0);
}

static int
lightness(uint32_t rgb)
{
	int light = (int)(((rgb >> 16 & 255) * 77 + (rgb >> 8 & 255) * 150 +
			      (rgb & 255) * 29) >>
			  8);

	if (light >= NEAR_WHITE)
		return 255;
	return light <= NEAR_BLACK ? 0 : light;
}

/* Rows of grey, white 255, become dots on the surface of the fax. */
static void
diffuse(struct page *page, cairo_surface_t *grey)
{
	const unsigned char *from = cairo_image_surface_get_data(grey);
	unsigned char *to = cairo_image_surface_get_data(page->surface);
	size_t from_stride = (size_t)cairo_image_surface_get_stride(grey);
	size_t to_stride =
	    (size_t)cairo_image_surface_get_stride(page->surface);
	int *errors = mem_new(2 * ((size_t)page->dots + 2) * sizeof(*errors));
	int *now = errors, *next = errors + page->dots + 2;

	for (size_t y = 0; y < page->rows; y++) {
		const uint32_t *row =
		    (const uint32_t *)(const void *)(from + y * from_stride);
		memset(next, 0, (page->dots + 2) * sizeof(*next));
		for (size_t x = 0; x < page->dots; x++) {
			int light = lightness(row[x]);
			int wanted = light + (light == 255 ? 0 : now[x + 1]);
			bool black = wanted < 128;
			int error = wanted - (black ? 0 : 255);
			if (black)
				to[y * to_stride + x] = 255;
			if (light == 255 || light == 0)
				continue;
			now[x + 2] += error * 7 / 16;
			next[x] += error * 3 / 16;
			next[x + 1] += error * 5 / 16;
			next[x + 2] += error / 16;
		}
		int *kept = now;
		now = next;
		next = kept;
	}
	free(errors);
}

static void
photo_to_fax(struct page *page, cairo_surface_t *photo, struct page_box box)
{
	cairo_surface_t *grey = cairo_image_surface_create(
	    CAIRO_FORMAT_RGB24, (int)page->dots, (int)page->rows);
	cairo_t *cr = cairo_create(grey);
	cairo_matrix_t m;

	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_get_matrix(page->cr, &m);
	cairo_set_matrix(cr, &m);
	paint(cr, photo, box);
	cairo_destroy(cr);
	cairo_surface_flush(grey);
	cairo_surface_flush(page->surface);
	diffuse(page, grey);
	cairo_surface_mark_dirty(page->surface);
	cairo_surface_destroy(grey);
}

bool
page_photo(struct page *page, const void *data, size_t n, struct page_box box)
{
	static const unsigned char jpeg[] = {0xff, 0xd8, 0xff};
	cairo_surface_t *photo = NULL;

	if (n > sizeof(jpeg) && memcmp(data, jpeg, sizeof(jpeg)) == 0)
		photo = read_jpeg(data, n);
	else
		photo = read_png(data, n);
	if (photo == NULL)
		return false;
	if (page->setup.target == PAGE_FAX)
		photo_to_fax(page, photo, box);
	else if (page->setup.target != PAGE_NOTHING)
		paint(page->cr, photo, box);
	cairo_surface_destroy(photo);
	return true;
}

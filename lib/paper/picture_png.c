/* NAME
 *	picture_png - PNG as grey pixels
 * DESCRIPTION
 *	Line by line; an interlaced image needs all its lines at once and is
 *	limited like any other.
 */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "picture.h"

struct source {
	const uint8_t *data;
	size_t bytes, at;
};

struct reading {
	png_structp png;
	png_infop info;
	struct source source;
	struct picture picture;
	png_bytep *rows;
	struct why *why;
};

static void
feed(png_structp png, png_bytep out, size_t n)
{
	struct source *s = png_get_io_ptr(png);

	if (s->bytes - s->at < n)
		png_error(png, "cut off");
	memcpy(out, s->data + s->at, n);
	s->at += n;
}

static void
on_error(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* Everything to 8-bit grey on white paper. */
static void
transform(struct reading *r)
{
	static const png_color_16 white = {
	    .red = 255, .green = 255, .blue = 255, .gray = 255};
	int colour = png_get_color_type(r->png, r->info);

	png_set_strip_16(r->png);
	png_set_expand(r->png);
	png_set_background(r->png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
	if (colour & PNG_COLOR_MASK_COLOR)
		png_set_rgb_to_gray(r->png, PNG_ERROR_ACTION_NONE,
		    PNG_RGB_TO_GRAY_DEFAULT, PNG_RGB_TO_GRAY_DEFAULT);
	png_set_interlace_handling(r->png);
	png_read_update_info(r->png, r->info);
}

/* No local variable lives over the jump: all of it is in ${r}. */
static int
decode(struct reading *r)
{
	if (setjmp(png_jmpbuf(r->png)) != 0)
		return picture_damaged(r->why);
	png_set_read_fn(r->png, &r->source, feed);
	png_read_info(r->png, r->info);
	int rc = picture_room(png_get_image_width(r->png, r->info),
	    png_get_image_height(r->png, r->info), &r->picture, r->why);
	if (rc < 0)
		return rc;
	transform(r);
	if (png_get_rowbytes(r->png, r->info) != r->picture.width)
		return picture_damaged(r->why);
	r->rows = mem_new(r->picture.height * sizeof(*r->rows));
	for (unsigned y = 0; y < r->picture.height; y++)
		r->rows[y] = r->picture.grey + (size_t)y * r->picture.width;
	png_read_image(r->png, r->rows);
	return 0;
}

int
picture_png(const void *data, size_t bytes, picture_fn *page, void *arg,
    struct why *why)
{
	struct reading r = {
	    .source = {.data = data, .bytes = bytes},
	    .why = why,
	};

	r.png = png_create_read_struct(
	    PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
	if (r.png != NULL)
		r.info = png_create_info_struct(r.png);
	int rc = r.info == NULL ? picture_damaged(why) : decode(&r);
	png_destroy_read_struct(&r.png, &r.info, NULL);
	if (rc == 0)
		rc = page(arg, &r.picture);
	free(r.rows);
	free(r.picture.grey);
	return rc;
}

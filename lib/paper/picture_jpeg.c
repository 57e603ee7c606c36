/* NAME
 *	picture_jpeg - JPEG as grey pixels
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "picture.h"

struct reading {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	jmp_buf back;
	struct picture picture;
	struct why *why;
};

static void
on_error(j_common_ptr jpeg)
{
	struct reading *r = jpeg->client_data;

	longjmp(r->back, 1);
}

static void
on_message(j_common_ptr jpeg)
{
	(void)jpeg;
}

static int
decode(struct reading *r, const void *data, size_t bytes)
{
	if (setjmp(r->back) != 0)
		return picture_damaged(r->why);
	jpeg_create_decompress(&r->jpeg);
	r->jpeg.client_data = r;
	jpeg_mem_src(&r->jpeg, data, bytes);
	jpeg_read_header(&r->jpeg, TRUE);
	int rc = picture_room(
	    r->jpeg.image_width, r->jpeg.image_height, &r->picture, r->why);
	if (rc < 0)
		return rc;
	r->jpeg.out_color_space = JCS_GRAYSCALE;
	jpeg_start_decompress(&r->jpeg);
	if (r->jpeg.output_width != r->picture.width ||
	    r->jpeg.output_height != r->picture.height)
		return picture_damaged(r->why);
	while (r->jpeg.output_scanline < r->jpeg.output_height) {
		JSAMPROW row =
		    r->picture.grey +
		    (size_t)r->jpeg.output_scanline * r->picture.width;
		jpeg_read_scanlines(&r->jpeg, &row, 1);
	}
	jpeg_finish_decompress(&r->jpeg);
	return 0;
}

int
picture_jpeg(const void *data, size_t bytes, picture_fn *page, void *arg,
    struct why *why)
{
	struct reading *r = mem_new(sizeof(*r));

	r->why = why;
	r->jpeg.err = jpeg_std_error(&r->errors);
	r->errors.error_exit = on_error;
	r->errors.output_message = on_message;
	r->jpeg.client_data = r;
	int rc = decode(r, data, bytes);
	jpeg_destroy_decompress(&r->jpeg);
	if (rc == 0)
		rc = page(arg, &r->picture);
	free(r->picture.grey);
	free(r);
	return rc;
}

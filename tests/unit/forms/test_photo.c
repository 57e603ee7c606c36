/* NAME
 *	test_photo - a real JPEG on a fax, looked at dot by dot
 * DESCRIPTION
 *	A chart of fields is made into a JPEG, drawn as a fax and read back.  Where
 *	a field is black or white every dot (away from the fields' edges, where
 *	JPEG rings and dots fall on both sides) must be what the chart says; where
 *	it is grey, the share of black dots must be its darkness.  The geometry is
 *	that of config/forms/image.tsv and of the matrix of a receiver: 1728 dots
 *	are 215 mm, 7.7 rows a mm.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <jpeglib.h>

#include "draw.h"
#include "pages.h"
#include "standard.h"

/* the place "photo" of image.tsv, in mm; the chart has its shape */
#define MARGIN  2.5 /* A4 in the middle of the line */
#define PLACE_X (MARGIN + 12.0)
#define PLACE_Y 18.0
#define PLACE_W 186.0
#define PLACE_H 264.0
#define COLUMNS 6
#define ROWS    8
#define FIELD_W 124 /* pixels */
#define FIELD_H 132
#define WIDTH   (COLUMNS * FIELD_W)
#define HEIGHT  (ROWS * FIELD_H)
#define EDGE_MM 1.5

/* black, white, and greys that neither is taken for */
static int
light_of(int column, int row)
{
	static const int lights[] = {0, 255, 128, 255, 0, 96, 0, 255, 176};

	return lights[(column * 5 + row * 7) % 9];
}

static void
make_jpeg(unsigned char **out, unsigned long *bytes)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	unsigned char line[WIDTH];
	JSAMPROW rows[1] = {line};

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, out, bytes);
	jpeg.image_width = WIDTH;
	jpeg.image_height = HEIGHT;
	jpeg.input_components = 1;
	jpeg.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, 90, TRUE);
	jpeg_start_compress(&jpeg, TRUE);
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++)
			line[x] =
			    (unsigned char)light_of(x / FIELD_W, y / FIELD_H);
		jpeg_write_scanlines(&jpeg, rows, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
}

static void
draw(const unsigned char *data, unsigned long bytes, struct pages *pages)
{
	struct draw_document document = {
	    .name = "photo.jpg", .kind = "", .data = data, .bytes = bytes};
	struct draw_set set = {
	    .documents = &document, .count = 1, .from = "", .to = ""};
	struct draw_job job = {.sets = &set, .set_count = 1};
	struct standard *standard;
	struct forms *forms;
	struct draw_result result;
	struct why why = {0};
	struct buf fax;
	char dir[4096], path[] = "/tmp/test-photo-XXXXXX";
	int fd = mkstemp(path);

	assert_int_not_equal(fd, -1);
	snprintf(
	    dir, sizeof(dir), "%s/config/standard", getenv("TASUKI_SOURCE"));
	assert_int_equal(standard_load(dir, &standard, &why), 0);
	snprintf(dir, sizeof(dir), "%s/config/forms", getenv("TASUKI_SOURCE"));
	assert_int_equal(forms_load(dir, standard, &forms, &why), 0);
	buf_init(&fax, DRAW_BYTES_MAX);
	assert_int_equal(
	    draw_fax(forms, &job, DRAW_FINE, &fax, &result, &why), 0);
	assert_int_equal(result.pages, 1);
	assert_int_equal(write(fd, fax.data, fax.len), (ssize_t)fax.len);
	close(fd);
	assert_int_equal(pages_read(pages, path), 0);
	(void)unlink(path);
	buf_fini(&fax);
	forms_free(&forms);
	standard_free(&standard);
}

static unsigned
black(const struct fax_page *page, unsigned x, unsigned y)
{
	const uint8_t *row = page->bits + y * ((page->width + 7) / 8);

	return (unsigned)row[x / 8] >> (7 - x % 8) & 1u;
}

static void
look(const struct fax_page *page, int column, int row)
{
	double w = PLACE_W / COLUMNS, h = PLACE_H / ROWS;
	double x = PLACE_X + column * w, y = PLACE_Y + row * h;
	unsigned left = (unsigned)((x + EDGE_MM) * 1728 / 215),
		 right = (unsigned)((x + w - EDGE_MM) * 1728 / 215),
		 top = (unsigned)((y + EDGE_MM) * 7.7),
		 bottom = (unsigned)((y + h - EDGE_MM) * 7.7);
	int light = light_of(column, row);
	size_t dots = 0, ink = 0;

	assert_in_range(bottom, top, page->height - 1);
	for (unsigned j = top; j < bottom; j++) {
		for (unsigned i = left; i < right; i++) {
			dots++;
			ink += black(page, i, j);
		}
	}
	assert_true(dots > 30000);
	if (light == 0)
		assert_int_equal(ink, dots);
	else if (light == 255)
		assert_int_equal(ink, 0);
	else if (ink * 255 < dots * (size_t)(255 - light - 8) ||
		 ink * 255 > dots * (size_t)(255 - light + 8))
		fail_msg("field %d %d: %zu of %zu dots are black", column, row,
		    ink, dots);
}

static void
every_field(void **state)
{
	struct pages pages = {0};
	unsigned char *data = NULL;
	unsigned long bytes = 0;

	(void)state;
	make_jpeg(&data, &bytes);
	draw(data, bytes, &pages);
	assert_int_equal(pages.count, 1);
	assert_int_equal(pages.items[0].width, 1728);
	for (int row = 0; row < ROWS; row++)
		for (int column = 0; column < COLUMNS; column++)
			look(&pages.items[0], column, row);
	pages_free(&pages);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(every_field),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}

/* Data sheets: drawn, turned into the images scanners and FAX machines make,
 * and read back byte for byte. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>

#include "buf.h"
#include "data_sheet.h"
#include "digest.h"
#include "file.h"
#include "scan.h"

#define PAPER_WIDTH  1728u
#define PAPER_HEIGHT 2280u
#define MARGIN_X     84u
#define MARGIN_Y     200u

/* ---- documents ---- */

/* Rows like those of a UPPLAN file, in MS932. */
static char *
plan(unsigned rows, size_t *bytes)
{
	struct buf out;

	buf_init(&out, 1u << 20);
	for (unsigned i = 0; i < rows; i++)
		buf_printf(&out,
		    "202407,131227,%010u,20261124,202612,1,\"\x95\x57\x8e\xaf"
		    "\",1,0,202612%02u,0900,1000,60,1,171007,,,,,1379900093,"
		    "\"\x8e\x96\x8b\xc6\x8f\x8a\",11,%u,%08x%08x%08x,\r\n",
		    1000000000 + i / 8 * 7919, i % 31 + 1, i % 3,
		    i * 2654435761u, i * i * 2246822519u,
		    (i + 7) * i * i * 3266489917u);
	*bytes = out.len;
	return out.data;
}

struct rig {
	struct parts_document documents[2];
	char *data[2];
	struct data_sheet *sheet;
};

static void
rig_make(struct rig *rig, unsigned rows)
{
	static const char *const names[] = {
	    "UPPLAN_202612_1379900010_43_1379900093_17_20261124150000.CSV",
	    "連絡.txt"};
	size_t bytes;

	rig->data[0] = plan(rows, &bytes);
	rig->documents[0] =
	    (struct parts_document){names[0], rig->data[0], bytes};
	rig->data[1] = mem_text("memo \xfc\x4b\r\n");
	rig->documents[1] = (struct parts_document){
	    names[1], rig->data[1], strlen(rig->data[1])};
	assert_int_equal(
	    data_sheet_new(rig->documents, 2, &rig->sheet, NULL), 0);
}

static void
rig_free(struct rig *rig)
{
	data_sheet_free(&rig->sheet);
	free(rig->data[0]);
	free(rig->data[1]);
}

/* ---- pages: grey pixels of a sheet of paper ---- */

static uint8_t *
paper(const struct rig *rig, unsigned page)
{
	uint8_t *bits = mem_new(DATA_SHEET_STRIDE * DATA_SHEET_HEIGHT);
	uint8_t *grey = mem_new(PAPER_WIDTH * PAPER_HEIGHT);

	memset(grey, 255, PAPER_WIDTH * PAPER_HEIGHT);
	data_sheet_draw(rig->sheet, page, bits, DATA_SHEET_STRIDE);
	for (unsigned y = 0; y < DATA_SHEET_HEIGHT; y++) {
		for (unsigned x = 0; x < DATA_SHEET_WIDTH; x++) {
			if (bits[y * DATA_SHEET_STRIDE + x / 8] >> (7 - x % 8) &
			    1)
				grey[(y + MARGIN_Y) * PAPER_WIDTH + x +
				     MARGIN_X] = 0;
		}
	}
	free(bits);
	return grey;
}

/* As it lies on the glass: turned a little, with dust. */
static void
disturb(uint8_t *grey, double degrees, unsigned specks)
{
	size_t n = PAPER_WIDTH * PAPER_HEIGHT;
	uint8_t *was = mem_dup(grey, n);
	double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
	uint32_t random = 1;

	for (unsigned y = 0; y < PAPER_HEIGHT; y++) {
		for (unsigned x = 0; x < PAPER_WIDTH; x++) {
			double dx = x - PAPER_WIDTH / 2.0;
			double dy = y - PAPER_HEIGHT / 2.0;
			long sx = lround(c * dx + s * dy + PAPER_WIDTH / 2.0);
			long sy = lround(-s * dx + c * dy + PAPER_HEIGHT / 2.0);
			bool inside = sx >= 0 && sy >= 0 && sx < PAPER_WIDTH &&
				      sy < PAPER_HEIGHT;
			grey[y * PAPER_WIDTH + x] =
			    inside ? was[sy * PAPER_WIDTH + sx] : 255;
		}
	}
	for (unsigned i = 0; i < specks; i++) {
		random = random * 1664525 + 1013904223;
		grey[random % n] ^= 255;
	}
	free(was);
}

/* ---- images ---- */

static void
add_png(png_structp png, png_bytep data, size_t n)
{
	buf_add(png_get_io_ptr(png), data, n);
}

static void
flush_png(png_structp png)
{
	(void)png;
}

static void
write_png(const uint8_t *grey, unsigned width, unsigned height, struct buf *out)
{
	png_structp png =
	    png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);

	png_set_write_fn(png, out, add_png, flush_png);
	png_set_compression_level(png, 1);
	png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_GRAY,
	    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
	    PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (unsigned y = 0; y < height; y++)
		png_write_row(png, grey + (size_t)y * width);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
}

static void
write_jpeg(const uint8_t *grey, struct buf *out)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	unsigned char *data = NULL;
	unsigned long bytes = 0;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &data, &bytes);
	jpeg.image_width = PAPER_WIDTH;
	jpeg.image_height = PAPER_HEIGHT;
	jpeg.input_components = 1;
	jpeg.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, 60, TRUE);
	jpeg_start_compress(&jpeg, TRUE);
	for (unsigned y = 0; y < PAPER_HEIGHT; y++) {
		JSAMPROW row = (JSAMPROW)grey + (size_t)y * PAPER_WIDTH;
		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	buf_add(out, data, bytes);
	free(data);
}

/* A FAX page: one bit, G4; every step-th line. */
static void
add_tiff_page(TIFF *tiff, const uint8_t *grey, unsigned step)
{
	uint8_t line[PAPER_WIDTH / 8];

	TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, PAPER_WIDTH);
	TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, PAPER_HEIGHT / step);
	TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITT_T6);
	TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
	TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 204.0);
	TIFFSetField(tiff, TIFFTAG_YRESOLUTION, step == 2 ? 98.0 : 196.0);
	for (unsigned y = 0; y < PAPER_HEIGHT / step; y++) {
		memset(line, 0, sizeof(line));
		for (unsigned x = 0; x < PAPER_WIDTH; x++) {
			if (grey[(size_t)y * step * PAPER_WIDTH + x] < 128)
				line[x / 8] |= (uint8_t)(0x80 >> x % 8);
		}
		TIFFWriteScanline(tiff, line, y, 0);
	}
	TIFFWriteDirectory(tiff);
}

/* All pages of a sheet, the last one first. */
static void
write_tiff(const struct rig *rig, unsigned step, struct buf *out)
{
	char path[] = "/tmp/tasuki-test-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	TIFF *tiff = TIFFFdOpen(fd, path, "w");

	for (unsigned i = data_sheet_pages(rig->sheet); i > 0; i--) {
		uint8_t *grey = paper(rig, i - 1);
		add_tiff_page(tiff, grey, step);
		free(grey);
	}
	TIFFClose(tiff);
	assert_int_equal(file_read_path(path, 1u << 24, out), 0);
	unlink(path);
}

/* ---- tests ---- */

static void
same_documents(const struct rig *rig, struct parts *parts)
{
	const struct parts_document *found;
	size_t count = 0;

	assert_int_equal(parts_sets(parts), 1);
	assert_true(parts_complete(parts, 0));
	assert_int_equal(parts_documents(parts, 0, &found, &count, NULL), 0);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(found[i].name, rig->documents[i].name);
		assert_int_equal(found[i].bytes, rig->documents[i].bytes);
		assert_memory_equal(
		    found[i].data, rig->documents[i].data, found[i].bytes);
	}
}

enum image { AS_PNG, AS_JPEG };

static const struct {
	unsigned rows;
	double degrees;
	unsigned specks;
	enum image as;
} pages[] = {
    {1, 0, 0, AS_PNG},
    {40, 0, 0, AS_PNG},
    {40, 0, 0, AS_JPEG},
    {40, 1.2, 0, AS_PNG},
    {40, -2.5, 4000, AS_PNG},
    {200, 0, 0, AS_PNG},
    {40, 180, 4000, AS_JPEG},
    {300, 0.7, 2000, AS_PNG},
};

static void
scanned_pages(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(pages) / sizeof(pages[0]); k++) {
		struct parts *parts = parts_new();
		struct scan_result result = {0};
		struct rig rig;

		rig_make(&rig, pages[k].rows);
		unsigned count = data_sheet_pages(rig.sheet);
		for (unsigned i = count; i > 0; i--) {
			uint8_t *grey = paper(&rig, i - 1);
			struct buf image;
			buf_init(&image, 1u << 25);
			disturb(grey, pages[k].degrees, pages[k].specks);
			if (pages[k].as == AS_PNG)
				write_png(
				    grey, PAPER_WIDTH, PAPER_HEIGHT, &image);
			else
				write_jpeg(grey, &image);
			assert_int_equal(scan_image(image.data, image.len,
					     parts, &result, NULL),
			    0);
			buf_fini(&image);
			free(grey);
		}
		print_message("row %zu: %u codes on %u pages, %u read\n", k,
		    data_sheet_codes(rig.sheet), count, result.fresh);
		assert_int_equal(result.fresh, data_sheet_codes(rig.sheet));
		same_documents(&rig, parts);
		parts_free(&parts);
		rig_free(&rig);
	}
}

static void
received_fax(void **state)
{
	static const unsigned steps[] = {1, 2};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct parts *parts = parts_new();
		struct scan_result result = {0};
		struct rig rig;
		struct buf image;

		rig_make(&rig, 600);
		assert_true(data_sheet_pages(rig.sheet) > 1);
		buf_init(&image, 1u << 25);
		write_tiff(&rig, steps[k], &image);
		assert_int_equal(
		    scan_image(image.data, image.len, parts, &result, NULL), 0);
		print_message("every %u. line: %u of %u codes\n", steps[k],
		    result.fresh, data_sheet_codes(rig.sheet));
		same_documents(&rig, parts);
		buf_fini(&image);
		parts_free(&parts);
		rig_free(&rig);
	}
}

static void
missing_parts_are_named(void **state)
{
	struct parts *parts = parts_new();
	const struct parts_document *found;
	struct parts_made made;
	struct rig rig;
	size_t count;

	(void)state;
	rig_make(&rig, 300);
	assert_int_equal(parts_make(rig.documents, 2, &made, NULL), 0);
	assert_true(made.count > 4);
	for (unsigned i = made.count; i > 0; i--) {
		if (i == 3)
			continue;
		assert_int_equal(parts_add(parts, made.texts[i - 1],
				     strlen(made.texts[i - 1])),
		    1);
		assert_int_equal(parts_add(parts, made.texts[i - 1],
				     strlen(made.texts[i - 1])),
		    0);
	}
	assert_false(parts_complete(parts, 0));
	for (unsigned i = 1; i <= made.count; i++)
		assert_int_equal(parts_have(parts, 0, i), i != 3);
	assert_int_equal(
	    parts_documents(parts, 0, &found, &count, NULL), TSK_EMPTY);
	assert_int_equal(
	    parts_add(parts, made.texts[2], strlen(made.texts[2])), 1);
	same_documents(&rig, parts);
	parts_made_fini(&made);
	parts_free(&parts);
	rig_free(&rig);
}

static void
too_much_for_a_sheet(void **state)
{
	size_t bytes = 1u << 20;
	uint8_t *noise = mem_new(bytes);
	struct parts_document document = {"noise.bin", noise, bytes};
	struct data_sheet *sheet;
	struct why why = {0};

	(void)state;
	digest_random(noise, bytes);
	assert_int_equal(
	    data_sheet_new(&document, 1, &sheet, &why), TSK_TOOBIG);
	assert_null(sheet);
	assert_int_equal(why.class, WHY_NEVER);
	assert_string_equal(why.code, "sheet-too-big");
	free(noise);
}

static void
bad_images(void **state)
{
	struct parts *parts = parts_new();
	struct scan_result result = {0};
	struct why why = {0};
	struct buf image;
	uint8_t *white = mem_new(20001u * 16);

	(void)state;
	assert_int_equal(
	    scan_image("%PDF-1.7", 8, parts, &result, &why), TSK_INVALID);
	assert_string_equal(why.code, "image-kind");
	buf_init(&image, 1u << 22);
	write_png(white, 20001, 4, &image);
	assert_int_equal(
	    scan_image(image.data, image.len, parts, &result, &why),
	    TSK_TOOBIG);
	assert_string_equal(why.code, "image-too-big");
	buf_clear(&image);
	write_png(white, 20000, 16, &image);
	assert_int_equal(
	    scan_image(image.data, image.len, parts, &result, &why), 0);
	/* cut off anywhere: refused or read, never worse */
	for (size_t n = 0; n < image.len; n += 7)
		(void)!scan_image(image.data, n, parts, &result, &why);
	/* a header that promises 20,000 x 20,000 and nothing behind it */
	static const char huge[] =
	    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x4e\x20\0\0\x4e\x20\x08\0\0\0\0"
	    "\x0f\xd5\xb2\xab";
	assert_true(
	    scan_image(huge, sizeof(huge) - 1, parts, &result, &why) < 0);
	assert_int_equal(result.codes, 0);
	buf_fini(&image);
	free(white);
	parts_free(&parts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(scanned_pages),
	    cmocka_unit_test(received_fax),
	    cmocka_unit_test(missing_parts_are_named),
	    cmocka_unit_test(too_much_for_a_sheet),
	    cmocka_unit_test(bad_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

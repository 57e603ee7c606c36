/* NAME
 *	picture_tiff - the pages of a TIFF as grey pixels
 * DESCRIPTION
 *	Lines of 1-bit pages (received FAXes) and of 8-bit grey and RGB pages
 *	(scanners).  A FAX page of standard resolution has half as many lines
 *	as it should: each becomes two, or the codes would be squeezed.
 * BUGS
 *	Tiled pages, palettes, 16 bits and planes apart are image-kind.
 */
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "scan.h"

#include "picture.h"

#define LINE_BYTES_MAX (SCAN_SIDE_MAX * 4u)

/* ---- a TIFF in memory ---- */

struct source {
	const uint8_t *data;
	toff_t bytes, at;
};

static tmsize_t
on_read(thandle_t handle, void *out, tmsize_t n)
{
	struct source *s = handle;
	toff_t left = s->at < s->bytes ? s->bytes - s->at : 0;
	toff_t take = (toff_t)n < left ? (toff_t)n : left;

	if (n < 0)
		return -1;
	if (take > 0)
		memcpy(out, s->data + s->at, (size_t)take);
	s->at += take;
	return (tmsize_t)take;
}

static tmsize_t
on_write(thandle_t handle, void *data, tmsize_t n)
{
	(void)handle;
	(void)data;
	(void)n;
	return -1;
}

static toff_t
on_seek(thandle_t handle, toff_t offset, int from)
{
	struct source *s = handle;

	s->at = from == SEEK_SET   ? offset
		: from == SEEK_CUR ? s->at + offset
				   : s->bytes + offset;
	return s->at;
}

static int
on_close(thandle_t handle)
{
	(void)handle;
	return 0;
}

static toff_t
on_size(thandle_t handle)
{
	const struct source *s = handle;

	return s->bytes;
}

/* ---- a page ---- */

struct layout {
	uint32_t width, height;
	uint16_t bits, samples, photometric, planar;
	unsigned repeat; /* 2: lines of standard resolution */
};

static bool
can_read(TIFF *tiff, struct layout *l)
{
	uint16_t compression = 0;

	if (TIFFIsTiled(tiff) ||
	    !TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &l->width) ||
	    !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &l->height))
		return false;
	TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &l->bits);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &l->samples);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &l->planar);
	if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &l->photometric))
		l->photometric = PHOTOMETRIC_MINISWHITE;
	if (compression == COMPRESSION_JPEG &&
	    l->photometric == PHOTOMETRIC_YCBCR) {
		TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
		l->photometric = PHOTOMETRIC_RGB;
	}
	if (l->planar != PLANARCONFIG_CONTIG && l->samples > 1)
		return false;
	if (l->photometric == PHOTOMETRIC_RGB)
		return l->bits == 8 && (l->samples == 3 || l->samples == 4);
	return (l->photometric == PHOTOMETRIC_MINISWHITE ||
		   l->photometric == PHOTOMETRIC_MINISBLACK) &&
	       l->samples == 1 && (l->bits == 1 || l->bits == 8);
}

static unsigned
line_repeat(TIFF *tiff)
{
	float x = 0, y = 0;

	if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x) &&
	    TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y) && y > 0 &&
	    x / y > 1.6f && x / y < 2.6f)
		return 2;
	return 1;
}

static void
grey_line(const struct layout *l, const uint8_t *line, uint8_t *out)
{
	bool white = l->photometric == PHOTOMETRIC_MINISWHITE;

	for (uint32_t x = 0; x < l->width; x++) {
		if (l->photometric == PHOTOMETRIC_RGB) {
			const uint8_t *p = line + (size_t)x * l->samples;
			out[x] = picture_luma(p[0], p[1], p[2]);
		} else if (l->bits == 8) {
			out[x] = white ? (uint8_t)~line[x] : line[x];
		} else {
			bool bit = line[x / 8] >> (7 - x % 8) & 1;
			out[x] = bit == white ? 0 : 255;
		}
	}
}

static int
read_lines(TIFF *tiff, const struct layout *l, struct picture *picture,
    struct why *why)
{
	tmsize_t bytes = TIFFScanlineSize(tiff);
	size_t wanted = ((size_t)l->width * l->bits * l->samples + 7) / 8;
	int rc = 0;

	if (bytes < (tmsize_t)wanted || bytes > (tmsize_t)LINE_BYTES_MAX)
		return picture_damaged(why);
	uint8_t *line = mem_new((size_t)bytes);
	for (uint32_t y = 0; y < l->height && rc == 0; y++) {
		if (TIFFReadScanline(tiff, line, y, 0) != 1) {
			rc = picture_damaged(why);
			break;
		}
		for (unsigned k = 0; k < l->repeat; k++)
			grey_line(l, line,
			    picture->grey +
				((size_t)y * l->repeat + k) * l->width);
	}
	free(line);
	return rc;
}

static int
read_page(TIFF *tiff, picture_fn *page, void *arg, struct why *why)
{
	struct layout l = {0};
	struct picture picture = {0};

	if (!can_read(tiff, &l)) {
		why_set(why, WHY_NEVER, "image-kind",
		    "This kind of TIFF is not read: save it as PNG.");
		return TSK_INVALID;
	}
	l.repeat = line_repeat(tiff);
	int rc = picture_room(
	    l.width, (unsigned long)l.height * l.repeat, &picture, why);
	if (rc == 0)
		rc = read_lines(tiff, &l, &picture, why);
	if (rc == 0)
		rc = page(arg, &picture);
	free(picture.grey);
	return rc;
}

int
picture_tiff(const void *data, size_t bytes, picture_fn *page, void *arg,
    struct why *why)
{
	struct source source = {.data = data, .bytes = bytes};
	unsigned pages = 0;
	int rc = 0;

	TIFFSetErrorHandler(NULL);
	TIFFSetWarningHandler(NULL);
	/* m: no mapping; our functions hand out the bytes */
	TIFF *tiff = TIFFClientOpen("image", "rm", &source, on_read, on_write,
	    on_seek, on_close, on_size, NULL, NULL);
	if (tiff == NULL)
		return picture_damaged(why);
	do {
		rc = ++pages > SCAN_PAGES_MAX ? picture_damaged(why)
					      : read_page(tiff, page, arg, why);
	} while (rc == 0 && TIFFReadDirectory(tiff) == 1);
	TIFFClose(tiff);
	return rc;
}

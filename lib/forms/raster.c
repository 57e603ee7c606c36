/* NAME
 *	raster - pages of dots as a TIFF class F
 * SUMMARY
 *	see raster.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tiffio.h>

#include "raster.h"

#define FIRST_ROOM (256u * 1024)

struct raster {
	TIFF *tiff;
	unsigned char *data;
	size_t bytes, room, max, at;
	unsigned pages, dpi_y;
	char made[20];
};

/* ---- a file in memory, as libtiff wants it ---- */

static tmsize_t
memory_read(thandle_t arg, void *to, tmsize_t n)
{
	struct raster *r = (struct raster *)arg;
	size_t left = r->at < r->bytes ? r->bytes - r->at : 0;
	size_t count = (size_t)n < left ? (size_t)n : left;

	memcpy(to, r->data + r->at, count);
	r->at += count;
	return (tmsize_t)count;
}

static tmsize_t
memory_write(thandle_t arg, void *from, tmsize_t n)
{
	struct raster *r = (struct raster *)arg;
	size_t end = r->at + (size_t)n;

	if (n < 0 || end > r->max)
		return 0;
	if (end > r->room) {
		size_t room = 2 * end > FIRST_ROOM ? 2 * end : FIRST_ROOM;
		r->data = mem_resize(r->data, room);
		memset(r->data + r->room, 0, room - r->room);
		r->room = room;
	}
	memcpy(r->data + r->at, from, (size_t)n);
	r->at = end;
	if (end > r->bytes)
		r->bytes = end;
	return n;
}

static toff_t
memory_seek(thandle_t arg, toff_t offset, int whence)
{
	struct raster *r = (struct raster *)arg;

	if (whence == SEEK_SET)
		r->at = (size_t)offset;
	else if (whence == SEEK_CUR)
		r->at += (size_t)offset;
	else
		r->at = r->bytes + (size_t)offset;
	return (toff_t)r->at;
}

static int
memory_close(thandle_t arg)
{
	(void)arg;
	return 0;
}

static toff_t
memory_size(thandle_t arg)
{
	return (toff_t)((struct raster *)arg)->bytes;
}

struct raster *
raster_open(unsigned pages, unsigned dpi_y, int64_t made_ms, size_t max)
{
	struct raster *r = mem_new(sizeof(*r));
	time_t seconds = (time_t)(made_ms / 1000);
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(r->made, sizeof(r->made), "%Y:%m:%d %H:%M:%S", &utc);
	r->pages = pages;
	r->dpi_y = dpi_y;
	r->max = max;
	/* what libtiff has to say comes back as a result; stderr is ours */
	TIFFSetErrorHandler(NULL);
	TIFFSetWarningHandler(NULL);
	r->tiff = TIFFClientOpen("memory", "wl", (thandle_t)r, memory_read,
	    memory_write, memory_seek, memory_close, memory_size, NULL, NULL);
	return r;
}

void
raster_free(struct raster **raster_p)
{
	struct raster *r = *raster_p;

	if (r == NULL)
		return;
	if (r->tiff != NULL)
		TIFFClose(r->tiff);
	free(r->data);
	free(r);
	*raster_p = NULL;
}

static void
describe(const struct raster *r, const struct page_bitmap *bitmap)
{
	TIFF *t = r->tiff;

	TIFFSetField(t, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE);
	TIFFSetField(t, TIFFTAG_IMAGEWIDTH, bitmap->width);
	TIFFSetField(t, TIFFTAG_IMAGELENGTH, bitmap->height);
	TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(t, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
	TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
	TIFFSetField(t, TIFFTAG_FILLORDER, FILLORDER_MSB2LSB);
	TIFFSetField(t, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
	TIFFSetField(t, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
	TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, bitmap->height);
	TIFFSetField(t, TIFFTAG_XRESOLUTION, 204.0);
	TIFFSetField(t, TIFFTAG_YRESOLUTION, (double)r->dpi_y);
	TIFFSetField(t, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
	TIFFSetField(t, TIFFTAG_PAGENUMBER, (int)bitmap->no - 1,
	    r->pages > UINT16_MAX ? 0 : (int)r->pages);
	TIFFSetField(t, TIFFTAG_SOFTWARE, "Tasuki");
	TIFFSetField(t, TIFFTAG_DATETIME, r->made);
}

static int
too_big(const struct raster *r, struct why *why)
{
	why_set(
	    why, WHY_NEVER, "too-big", "The fax is over %zu bytes.", r->max);
	return TSK_TOOBIG;
}

int
raster_add(void *arg, const struct page_bitmap *bitmap, struct why *why)
{
	struct raster *r = arg;

	if (r->tiff == NULL)
		return too_big(r, why);
	describe(r, bitmap);
	/* libtiff takes the bytes as not const, and leaves them alone */
	void *bits = mem_dup(bitmap->data, bitmap->bytes);
	tmsize_t wrote =
	    TIFFWriteEncodedStrip(r->tiff, 0, bits, (tmsize_t)bitmap->bytes);
	free(bits);
	if (wrote < 0 || TIFFWriteDirectory(r->tiff) != 1)
		return too_big(r, why);
	return 0;
}

int
raster_finish(struct raster *r, struct buf *out, struct why *why)
{
	if (r->tiff == NULL)
		return too_big(r, why);
	TIFFClose(r->tiff);
	r->tiff = NULL;
	buf_add(out, r->data, r->bytes);
	return buf_ok(out) ? 0 : too_big(r, why);
}

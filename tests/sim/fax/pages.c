/* NAME
 *	pages - FAX pages for tests: made, written, read, compared
 * SUMMARY
 *	see pages.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "err.h"

#include "pages.h"

static size_t
stride(const struct fax_page *page)
{
	return (page->width + 7) / 8;
}

/* A small generator of our own: the same pages everywhere. */
static unsigned
next(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void
fill_run(uint8_t *row, unsigned from, unsigned to)
{
	for (unsigned x = from; x < to; x++)
		row[x / 8] |= (uint8_t)(0x80 >> (x % 8));
}

static void
make_row(const struct fax_page *page, unsigned y, uint8_t *row, unsigned *state)
{
	unsigned kind = y / 40 % 5;

	for (unsigned x = 0; x < page->width;) {
		unsigned white = next(state) % (kind == 1 ? 9 : 200);
		unsigned black = next(state) % (kind == 1 ? 9 : 40);
		unsigned from = x + white;
		unsigned to = from + black;
		if (kind == 0 || from >= page->width)
			return;
		fill_run(row, from, to < page->width ? to : page->width);
		x = to;
	}
}

void
pages_make(struct pages *pages, size_t count, unsigned width, unsigned height,
    unsigned seed)
{
	unsigned state = seed * 2654435761u + 1;

	pages->count = count;
	pages->items = mem_new(count * sizeof(*pages->items));
	for (size_t i = 0; i < count; i++) {
		struct fax_page *p = &pages->items[i];
		p->width = width;
		p->height = height;
		p->bits = mem_new(stride(p) * height);
		for (unsigned y = 0; y < height; y++) {
			uint8_t *row = p->bits + y * stride(p);
			/* two rows alike, as of letters */
			if (y % 2 == 1)
				memcpy(row, row - stride(p), stride(p));
			else
				make_row(p, y, row, &state);
		}
	}
}

static int
write_page(TIFF *tiff, const struct fax_page *page, size_t n, size_t count,
    int superfine)
{
	TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page->width);
	TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, page->height);
	TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, page->height);
	TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
	TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
	TIFFSetField(tiff, TIFFTAG_FILLORDER, FILLORDER_MSB2LSB);
	TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
	TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 204.0);
	TIFFSetField(tiff, TIFFTAG_YRESOLUTION, superfine ? 391.0 : 196.0);
	TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE);
	TIFFSetField(tiff, TIFFTAG_PAGENUMBER, n, count);
	for (unsigned y = 0; y < page->height; y++)
		if (TIFFWriteScanline(
			tiff, page->bits + y * stride(page), y, 0) != 1)
			return -1;
	return TIFFWriteDirectory(tiff) ? 0 : -1;
}

int
pages_write(const struct pages *pages, const char *path, int superfine)
{
	TIFF *tiff = TIFFOpen(path, "w");
	int rc = tiff == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < pages->count; i++)
		rc = write_page(
		    tiff, &pages->items[i], i, pages->count, superfine);
	if (tiff != NULL)
		TIFFClose(tiff);
	return rc;
}

static int
read_page(TIFF *tiff, struct fax_page *page)
{
	uint32_t width = 0, height = 0;
	uint16_t photometric = PHOTOMETRIC_MINISWHITE;

	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
	TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
	TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &page->x);
	TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &page->y);
	page->width = width;
	page->height = height;
	page->bits = mem_new(stride(page) * height + 1);
	for (unsigned y = 0; y < height; y++) {
		uint8_t *row = page->bits + y * stride(page);
		if (TIFFReadScanline(tiff, row, y, 0) != 1)
			return -1;
		if (photometric != PHOTOMETRIC_MINISWHITE)
			for (size_t i = 0; i < stride(page); i++)
				row[i] = (uint8_t)~row[i];
	}
	return 0;
}

int
pages_read(struct pages *pages, const char *path)
{
	TIFF *tiff = TIFFOpen(path, "r");
	int rc = tiff == NULL ? -1 : 0;

	memset(pages, 0, sizeof(*pages));
	while (rc == 0) {
		pages->items = mem_resize(
		    pages->items, (pages->count + 1) * sizeof(*pages->items));
		struct fax_page *p = &pages->items[pages->count++];
		memset(p, 0, sizeof(*p));
		rc = read_page(tiff, p);
		if (rc == 0 && !TIFFReadDirectory(tiff))
			break;
	}
	if (tiff != NULL)
		TIFFClose(tiff);
	return rc;
}

void
pages_free(struct pages *pages)
{
	for (size_t i = 0; i < pages->count; i++)
		free(pages->items[i].bits);
	free(pages->items);
	memset(pages, 0, sizeof(*pages));
}

static int
page_differs(const struct fax_page *a, const struct fax_page *b, size_t n,
    char *text, size_t room)
{
	unsigned rows = a->height < b->height ? a->height : b->height;
	unsigned more = a->height > b->height ? a->height - b->height
					      : b->height - a->height;

	if (a->width != b->width || more > 8) {
		snprintf(text, room, "page %zu: %ux%u and %ux%u", n + 1,
		    a->width, a->height, b->width, b->height);
		return 1;
	}
	for (unsigned y = 0; y < rows; y++) {
		if (memcmp(a->bits + y * stride(a), b->bits + y * stride(b),
			stride(a)) != 0) {
			snprintf(text, room, "page %zu, row %u", n + 1, y);
			return 1;
		}
	}
	return 0;
}

int
pages_differ(
    const struct pages *a, const struct pages *b, char *text, size_t room)
{
	if (a->count != b->count) {
		snprintf(text, room, "%zu and %zu pages", a->count, b->count);
		return 1;
	}
	for (size_t i = 0; i < a->count; i++) {
		if (page_differs(&a->items[i], &b->items[i], i, text, room))
			return 1;
	}
	return 0;
}

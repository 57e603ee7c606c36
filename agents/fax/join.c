/* NAME
 *	join - the pages of several TIFFs as one
 * DESCRIPTION
 *	Strips are copied as they are, never decoded: what was drawn is what is
 *	sent.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tiffio.h>

#include "join.h"

#define STRIP_MAX (64 << 20)

/* What makes a page; the others are libtiff's to write. */
static const uint32_t tags[] = {
    TIFFTAG_IMAGEWIDTH, TIFFTAG_IMAGELENGTH, TIFFTAG_ROWSPERSTRIP};
static const uint16_t shorts[] = {TIFFTAG_BITSPERSAMPLE,
    TIFFTAG_SAMPLESPERPIXEL, TIFFTAG_COMPRESSION, TIFFTAG_PHOTOMETRIC,
    TIFFTAG_FILLORDER, TIFFTAG_ORIENTATION, TIFFTAG_PLANARCONFIG,
    TIFFTAG_RESOLUTIONUNIT};

static void
copy_tags(TIFF *from, TIFF *to)
{
	uint32_t number;
	uint16_t word;
	float inch;

	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
		if (TIFFGetField(from, shorts[i], &word))
			TIFFSetField(to, shorts[i], word);
	}
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (TIFFGetField(from, tags[i], &number))
			TIFFSetField(to, tags[i], number);
	}
	if (TIFFGetField(from, TIFFTAG_XRESOLUTION, &inch))
		TIFFSetField(to, TIFFTAG_XRESOLUTION, (double)inch);
	if (TIFFGetField(from, TIFFTAG_YRESOLUTION, &inch))
		TIFFSetField(to, TIFFTAG_YRESOLUTION, (double)inch);
	if (TIFFGetField(from, TIFFTAG_GROUP3OPTIONS, &number))
		TIFFSetField(to, TIFFTAG_GROUP3OPTIONS, number);
}

static int
copy_strips(TIFF *from, TIFF *to)
{
	uint32_t count = TIFFNumberOfStrips(from);

	for (uint32_t i = 0; i < count; i++) {
		uint64_t bytes = TIFFGetStrileByteCount(from, i);
		if (bytes > STRIP_MAX)
			return TSK_TOOBIG;
		void *strip = mem_new((size_t)bytes + 1);
		bool done = TIFFReadRawStrip(from, i, strip, (tmsize_t)bytes) ==
				(tmsize_t)bytes &&
			    TIFFWriteRawStrip(to, i, strip, (tmsize_t)bytes) ==
				(tmsize_t)bytes;
		free(strip);
		if (!done)
			return TSK_SYSTEM;
	}
	return 0;
}

static int
copy_pages(TIFF *from, TIFF *to, unsigned *page, unsigned of)
{
	int rc = 0;

	do {
		copy_tags(from, to);
		TIFFSetField(to, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE);
		TIFFSetField(to, TIFFTAG_PAGENUMBER, (*page)++, of);
		rc = copy_strips(from, to);
		if (rc == 0 && !TIFFWriteDirectory(to))
			rc = TSK_SYSTEM;
	} while (rc == 0 && TIFFReadDirectory(from));
	return rc;
}

static unsigned
count_pages(const char *const *paths, size_t count)
{
	unsigned pages = 0;

	for (size_t i = 0; i < count; i++) {
		TIFF *tiff = TIFFOpen(paths[i], "r");
		if (tiff == NULL)
			return 0;
		pages += TIFFNumberOfDirectories(tiff);
		TIFFClose(tiff);
	}
	return pages;
}

static int
sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd >= 0 && fsync(fd) == 0 ? 0 : TSK_SYSTEM;

	if (fd >= 0)
		close(fd);
	return rc;
}

int
join_tiffs(const char *const *paths, size_t count, const char *out)
{
	unsigned page = 0, of = count_pages(paths, count);
	TIFF *to = of == 0 ? NULL : TIFFOpen(out, "w");
	int rc = to == NULL ? TSK_SYSTEM : 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		TIFF *from = TIFFOpen(paths[i], "r");
		rc =
		    from == NULL ? TSK_SYSTEM : copy_pages(from, to, &page, of);
		if (from != NULL)
			TIFFClose(from);
	}
	if (to != NULL)
		TIFFClose(to);
	if (rc == 0)
		rc = sync_file(out);
	if (rc < 0)
		unlink(out);
	return rc;
}

static int
look_page(TIFF *tiff, unsigned page, unsigned width, struct why *why)
{
	uint32_t found = 0;
	uint16_t bits = 1, samples = 1;

	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &found);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
	TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
	if (found == width && bits == 1 && samples == 1)
		return 0;
	why_set(why, WHY_NEVER, "failed-pages",
	    "Page %u is %u dots wide and %u bits deep, not %u and 1.", page,
	    (unsigned)found, (unsigned)(bits * samples), width);
	return TSK_INVALID;
}

int
join_look(const char *path, unsigned *pages, unsigned width, struct why *why)
{
	TIFF *tiff = TIFFOpen(path, "r");
	int rc = 0;

	*pages = 0;
	if (tiff == NULL) {
		why_set(why, WHY_NEVER, "failed-pages",
		    "The pages are no TIFF that can be read.");
		return TSK_INVALID;
	}
	do
		rc = look_page(tiff, ++*pages, width, why);
	while (rc == 0 && TIFFReadDirectory(tiff));
	TIFFClose(tiff);
	return rc;
}

/* NAME
 *	scan - the codes of data sheets on scanned pages and received FAXes
 * SUMMARY
 *	see scan.h
 * DESCRIPTION
 *	The one door to libzbar.  A page is looked at as it is; where that shows
 *	fewer codes than it might, also at half the size, which helps with fine
 *	scans whose modules are many pixels wide and noisy.
 */
#include <stdlib.h>
#include <string.h>

#include <zbar.h>

#include "picture.h"

#include "scan.h"

#define SHRINK_FROM 2000u /* pixels of width */

struct look {
	struct parts *parts;
	struct scan_result *result;
	zbar_image_scanner_t *scanner;
	struct why *why;
};

static int
take(struct look *look, const zbar_symbol_t *symbol)
{
	int rc = parts_add(look->parts, zbar_symbol_get_data(symbol),
	    zbar_symbol_get_data_length(symbol));

	if (rc == TSK_TOOBIG) {
		why_set(look->why, WHY_NEVER, "too-many-sheets",
		    "There are more than %u data sheets in this pile.",
		    PARTS_SETS_MAX);
		return rc;
	}
	look->result->codes += rc >= 0;
	look->result->fresh += rc == 1;
	look->result->newer += rc == TSK_VERSION;
	look->result->foreign += rc == TSK_NOTFOUND;
	return 0;
}

/* How many codes of any kind. */
static int
look_at(struct look *look, const uint8_t *grey, unsigned width, unsigned height,
    int *rc)
{
	zbar_image_t *image = zbar_image_create();

	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, width, height);
	zbar_image_set_data(image, grey, (unsigned long)width * height, NULL);
	int found = zbar_scan_image(look->scanner, image);
	for (const zbar_symbol_t *s = zbar_image_first_symbol(image);
	     s != NULL && *rc == 0; s = zbar_symbol_next(s))
		*rc = take(look, s);
	zbar_image_destroy(image);
	return found;
}

static uint8_t *
halved(const struct picture *p)
{
	unsigned width = p->width / 2, height = p->height / 2;
	uint8_t *out = mem_new((size_t)width * height);

	for (unsigned y = 0; y < height; y++) {
		const uint8_t *a = p->grey + (size_t)2 * y * p->width;
		const uint8_t *b = a + p->width;
		for (unsigned x = 0; x < width; x++, a += 2, b += 2)
			out[(size_t)y * width + x] =
			    (uint8_t)((a[0] + a[1] + b[0] + b[1]) / 4);
	}
	return out;
}

static int
on_page(void *arg, const struct picture *p)
{
	struct look *look = arg;
	int rc = 0;

	look->result->pages++;
	look_at(look, p->grey, p->width, p->height, &rc);
	if (rc == 0 && p->width >= SHRINK_FROM && p->height >= 2) {
		uint8_t *half = halved(p);
		look_at(look, half, p->width / 2, p->height / 2, &rc);
		free(half);
	}
	return rc;
}

int
scan_image(const void *data, size_t bytes, struct parts *parts,
    struct scan_result *result, struct why *why)
{
	struct look look = {.parts = parts, .result = result, .why = why};

	look.scanner = zbar_image_scanner_create();
	if (look.scanner == NULL)
		panic("no memory for a scanner");
	zbar_image_scanner_set_config(
	    look.scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(
	    look.scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	int rc = picture_pages(data, bytes, on_page, &look, why);
	zbar_image_scanner_destroy(look.scanner);
	return rc;
}

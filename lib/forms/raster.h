/* NAME
 *	raster - pages of dots as a TIFF class F
 * SUMMARY
 *	The one door to libtiff.
 * DESCRIPTION
 *	Written into memory: one image a page, 1728 dots wide, one bit, white is
 *	0, Group 4, one strip, the page's number and count set.  204 x 196 dots
 *	an inch, or 204 x 391.
 */
#ifndef TASUKI_RASTER_H
#define TASUKI_RASTER_H

#include "err.h"
#include "page.h"

struct raster;

/* raster_open(pages, dpi_y, made_ms, max): pages = how many will come; more than
 * ${max} bytes of file are "too-big".  Never NULL; end with raster_free(). */
struct raster *raster_open(
    unsigned pages, unsigned dpi_y, int64_t made_ms, size_t max);
/* raster_add(): a page_sink_fn; arg is the raster. */
int raster_add(void *arg, const struct page_bitmap *bitmap, struct why *why);
/* raster_finish(raster, out, why): the file, appended to *out. */
int raster_finish(
    struct raster *raster, struct buf *out, struct why *why) TSK_MUST_USE;
void raster_free(struct raster **raster);

#endif

/* NAME
 *	picture - PNG, JPEG and TIFF as grey pixels, within limits
 * DESCRIPTION
 *	The one door to libpng, libjpeg and libtiff for reading.  Limits and
 *	codes: scan.h.
 */
#ifndef TASUKI_PICTURE_H
#define TASUKI_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct picture {
	uint8_t *grey; /* width * height, 0 black; valid during the event */
	unsigned width, height;
};

/* A page; not 0 ends the reading with that result. */
typedef int picture_fn(void *arg, const struct picture *picture);

/* picture_pages(data, bytes, page, arg, why): 0 or TSK_*. */
int picture_pages(const void *data, size_t bytes, picture_fn *page, void *arg,
    struct why *why) TSK_MUST_USE;

/* ---- between the files of this door ---- */

int picture_png(const void *data, size_t bytes, picture_fn *page, void *arg,
    struct why *why) TSK_MUST_USE;
int picture_jpeg(const void *data, size_t bytes, picture_fn *page, void *arg,
    struct why *why) TSK_MUST_USE;
int picture_tiff(const void *data, size_t bytes, picture_fn *page, void *arg,
    struct why *why) TSK_MUST_USE;
/* picture_room(width, height, picture, why): limits looked at, memory taken. */
int picture_room(unsigned long width, unsigned long height,
    struct picture *picture, struct why *why) TSK_MUST_USE;
int picture_damaged(struct why *why);
static inline uint8_t
picture_luma(unsigned red, unsigned green, unsigned blue)
{
	return (uint8_t)((red * 77 + green * 151 + blue * 28) >> 8);
}

#endif

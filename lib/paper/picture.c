/* NAME
 *	picture - PNG, JPEG and TIFF as grey pixels, within limits
 * SUMMARY
 *	see picture.h
 */
#include <stdlib.h>
#include <string.h>

#include "scan.h"

#include "picture.h"

int
picture_damaged(struct why *why)
{
	why_set(why, WHY_NEVER, "image-damaged",
	    "The image is damaged or cut off.");
	return TSK_DAMAGED;
}

int
picture_room(unsigned long width, unsigned long height, struct picture *picture,
    struct why *why)
{
	if (width == 0 || height == 0)
		return picture_damaged(why);
	if (width > SCAN_SIDE_MAX || height > SCAN_SIDE_MAX ||
	    width * height > SCAN_PIXELS_MAX) {
		why_set(why, WHY_NEVER, "image-too-big",
		    "The image has %lu x %lu pixels; scan with 300 dots an "
		    "inch.",
		    width, height);
		return TSK_TOOBIG;
	}
	picture->width = (unsigned)width;
	picture->height = (unsigned)height;
	picture->grey = mem_new(width * height);
	return 0;
}

static const struct {
	const char *magic;
	size_t bytes;
	int (*read)(const void *data, size_t bytes, picture_fn *page, void *arg,
	    struct why *why);
} kinds[] = {
    {"\x89PNG\r\n\x1a\n", 8, picture_png},
    {"\xff\xd8\xff", 3, picture_jpeg},
    {"II*\0", 4, picture_tiff},
    {"MM\0*", 4, picture_tiff},
    {"II+\0", 4, picture_tiff},
    {"MM\0+", 4, picture_tiff},
};

int
picture_pages(const void *data, size_t bytes, picture_fn *page, void *arg,
    struct why *why)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (bytes >= kinds[i].bytes &&
		    memcmp(data, kinds[i].magic, kinds[i].bytes) == 0)
			return kinds[i].read(data, bytes, page, arg, why);
	}
	why_set(why, WHY_NEVER, "image-kind",
	    "This is none of PNG, JPEG and TIFF.");
	return TSK_INVALID;
}

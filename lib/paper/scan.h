/* NAME
 *	scan - the codes of data sheets on scanned pages and received FAXes
 * DESCRIPTION
 *	Reads PNG, JPEG and TIFF (all its pages: 1-bit FAX pages, grey, colour),
 *	in any orientation, pages in any order, over any number of files.  An
 *	image becomes 8-bit grey line by line; one with more than
 *	SCAN_PIXELS_MAX pixels a page is refused before memory is taken for it.
 *	The content decides what a file is, not its name.
 * DIAGNOSTICS
 *	image-kind, image-damaged, image-too-big (all never).
 */
#ifndef TASUKI_SCAN_H
#define TASUKI_SCAN_H

#include <stddef.h>

#include "err.h"
#include "parts.h"

#define SCAN_PIXELS_MAX (64u * 1024 * 1024) /* A4 at 800 dots an inch */
#define SCAN_SIDE_MAX   20000u
#define SCAN_PAGES_MAX  1000u
#define SCAN_BYTES_MAX  (256u * 1024 * 1024) /* of a file */

struct scan_result {
	unsigned pages;   /* looked at */
	unsigned codes;   /* of ours, read well */
	unsigned fresh;   /* of these, not seen before */
	unsigned foreign; /* other codes */
	unsigned newer;   /* made by a later Tasuki */
};

/* scan_image(data, bytes, parts, result, why): put every code of the image in
 * ${data} into ${parts}; 0 also if there is none. */
int scan_image(const void *data, size_t bytes, struct parts *parts,
    struct scan_result *result, struct why *why) TSK_MUST_USE;

#endif

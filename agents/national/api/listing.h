/* NAME
 *	listing - a page of a list, as the gateway's items
 */
#ifndef TASUKI_NATIONAL_LISTING_H
#define TASUKI_NATIONAL_LISTING_H

#include <jansson.h>

#include "driver.h"
#include "profile.h"

#define LISTING_CURSOR_BYTES 1024u

struct listing {
	const struct api_list *how;
	size_t most;
	/* 0, or TSK_*: the page is broken */
	int (*add)(void *arg, const struct driver_item *item);
	void *arg;
	size_t count;
	bool cut; /* there is more than ${most} */
};

/* listing_page(listing, root, cursor): every file of every item of an answer;
 * ${cursor} becomes the one of the next page, "" = none.  TSK_INVALID: what is
 * there cannot be told in full. */
int listing_page(struct listing *listing, const json_t *root,
    char cursor[LISTING_CURSOR_BYTES]) TSK_MUST_USE;

#endif

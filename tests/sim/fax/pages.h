/* NAME
 *	pages - FAX pages for tests: made, written, read, compared
 * DESCRIPTION
 *	A page is one bit deep; rows are byte aligned, 1 = black, the highest bit
 *	is the leftmost dot.  Pages made from a seed hold noise, text-like runs
 *	and blank stretches, so that every code of the compression is used.
 */
#ifndef TASUKI_TEST_FAX_PAGES_H
#define TASUKI_TEST_FAX_PAGES_H

#include <stddef.h>
#include <stdint.h>

struct fax_page {
	unsigned width, height;
	uint8_t *bits; /* malloced */
	float x, y;    /* dots an inch */
};

struct pages {
	struct fax_page *items;
	size_t count;
};

void pages_make(struct pages *pages, size_t count, unsigned width,
    unsigned height, unsigned seed);
/* G4, class F; superfine says 391 lines an inch.  0 or -1. */
int pages_write(const struct pages *pages, const char *path, int superfine);
/* 0 or -1; a row that cannot be decoded is -1, too. */
int pages_read(struct pages *pages, const char *path);
void pages_free(struct pages *pages);
/* pages_differ(a, b, text, room): 0 the same dot for dot (as far as the shorter
 * page goes a receiver may add white rows), else 1 and what differs. */
int pages_differ(
    const struct pages *a, const struct pages *b, char *text, size_t room);

#endif

/* NAME
 *	flatten - attachments no FAX can show, as pages of dots
 * DESCRIPTION
 *	PDF and GIF are read by other programs (poppler's pdfinfo and pdftoppm,
 *	netpbm's giftopnm) under limits (limited.h): no parser of either runs in
 *	an agent.  A PDF that is encrypted or carries scripts is refused: what it
 *	shows is not what somebody else would see.  Of a GIF that moves the first
 *	picture counts.
 * DIAGNOSTICS
 *	WHY_NEVER: attachment-encrypted, attachment-scripted, attachment-pages,
 *	attachment-damaged.  WHY_LATER: attachment-tool.
 */
#ifndef TASUKI_FLATTEN_H
#define TASUKI_FLATTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

/* One bit a dot, 1 = black, most significant first, at 204 x 196 an inch; a page
 * that is wider than high is turned. */
struct flatten_page {
	uint8_t *bits;
	size_t stride;
	unsigned width, height;
};
struct flatten {
	struct flatten_page *pages;
	size_t count;
};

/* flatten_pdf(p, n), flatten_gif(p, n): by its first bytes. */
bool flatten_is_pdf(const void *p, size_t n);
bool flatten_is_gif(const void *p, size_t n);
/* flatten_pdf(p, n, pages_max, out, why): its pages; flatten_fini(). */
int flatten_pdf(const void *p, size_t n, unsigned pages_max,
    struct flatten *out, struct why *why) TSK_MUST_USE;
void flatten_fini(struct flatten *out);
/* flatten_gif(p, n, png, why): the same picture as a PNG. */
int flatten_gif(
    const void *p, size_t n, struct buf *png, struct why *why) TSK_MUST_USE;

#endif

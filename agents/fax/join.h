/* NAME
 *	join - the pages of several TIFFs as one
 */
#ifndef TASUKI_FAX_JOIN_H
#define TASUKI_FAX_JOIN_H

#include <stddef.h>

#include "err.h"

/* join_tiffs(paths, count, out): the pages of all, in order and dot for dot,
 * numbered through, in the new file ${out} (synced; replaced if there). */
int join_tiffs(
    const char *const *paths, size_t count, const char *out) TSK_MUST_USE;

/* join_look(path, pages, width, why): a TIFF a FAX machine takes: each page one
 * bit deep, ${*width} dots wide, no other.  TSK_INVALID says which page is not. */
int join_look(const char *path, unsigned *pages, unsigned width,
    struct why *why) TSK_MUST_USE;

#endif

/* NAME
 *	limited - another program looks at what strangers sent
 * DESCRIPTION
 *	The program gets its input as a file that nobody else sees and its output
 *	is taken from another.  It has one minute of life at most, bounded memory,
 *	bounded output, no descriptors of ours, no network, no new rights and no
 *	core file.  What it does to itself stays there.
 */
#ifndef TASUKI_LIMITED_H
#define TASUKI_LIMITED_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"

#define LIMITED_INPUT "/proc/self/fd/0" /* its name for the input */

struct limited_part {
	const void *p;
	size_t n;
};

struct limited {
	const char *const *argv; /* [0]: absolute path */
	const void *in;
	size_t in_bytes;
	const struct limited_part *parts; /* of the input, behind ${in} */
	size_t part_count;
	size_t out_max; /* more: it is ended */
	unsigned seconds;
	/* A program of ours: built with a sanitizer it needs more addresses
	 * than any limit, and is held by the sanitizer's own. */
	bool ours;
};

/**
 * limited_run(l, out, why):
 * Run it and append what it wrote.  0; TSK_INVALID (WHY_NEVER, code "damaged"):
 * it complained, crashed or was ended for going over its limits; TSK_LATER
 * (code "tool"): it could not be started.
 */
int limited_run(
    const struct limited *l, struct buf *out, struct why *why) TSK_MUST_USE;

#endif

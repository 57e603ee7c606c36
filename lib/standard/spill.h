/* NAME
 *	spill - what a check must remember of more records than memory holds
 * DESCRIPTION
 *	A list of digests, each with 64 bits of the caller's, that takes the same
 *	small memory for a thousand and for a hundred million: sorted into parts
 *	by their digest they go to a file without a name, and come back part by
 *	part.  All entries of one digest are in one part, so repeats are found
 *	exactly.
 *
 *	The file lies in $TMPDIR, else /var/tmp, is readable by nobody else and
 *	vanishes with the process.
 * DIAGNOSTICS
 *	TSK_SYSTEM or TSK_FULL if the file cannot be made or written; what was
 *	added is lost then.
 */
#ifndef TASUKI_SPILL_H
#define TASUKI_SPILL_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct spill_entry {
	uint64_t digest, note;
};

struct spill;

/* spill_add(spill, digest, note): *spill is NULL before the first one. */
int spill_add(
    struct spill **spill, uint64_t digest, uint64_t note) TSK_MUST_USE;
void spill_free(struct spill **spill);

struct spill_walk {
	/* a digest that is there already: first may be changed */
	void (*again)(struct spill_entry *first,
	    const struct spill_entry *entry, void *arg);
	/* each digest once, after its repeats; may be NULL */
	void (*each)(const struct spill_entry *entry, void *arg);
	void *arg;
};
/* spill_walk(spill, walk): the entries of a part in the order they came, the
 * parts in no order.  NULL is an empty one. */
int spill_walk(struct spill *spill, const struct spill_walk *walk) TSK_MUST_USE;

#endif

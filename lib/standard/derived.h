/* NAME
 *	derived - a copy of a file of the standard that was made from another one
 * DESCRIPTION
 *	Repaired and converted files are never taken for what the care software
 *	wrote: they lie in a folder of their own, and beside each stands
 *	"NAME.txt", which says from which bytes (SHA-256) it was made, when, and
 *	what was done.  The note is there before the copy.
 */
#ifndef TASUKI_DERIVED_H
#define TASUKI_DERIVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

struct derived {
	const char *name; /* of the copy */
	const void *p;
	size_t n;
	const char *origin; /* name of the file it was made from */
	const void *origin_p;
	size_t origin_n;
	const char *what; /* lines: what was done, for people */
	int64_t now_ms;
	bool ja; /* language of the note; its "key: value" lines are English */
};

/* derived_save(dirfd, derived): note and copy, durable.  0 also if that very
 * copy is there already; TSK_EXIST if another file has its name: nothing is
 * written then.  TSK_INVALID: not a safe name; TSK_SYSTEM, TSK_FULL: it could not
 * be written.  After a crash there is at most a note without its copy; the same
 * call ends it. */
int derived_save(int dirfd, const struct derived *derived) TSK_MUST_USE;

#endif

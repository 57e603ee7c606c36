/* NAME
 *	desk_inbox - what people downloaded
 * DESCRIPTION
 *	Files in 受け取り, and in folders below it whose name begins with an
 *	office number: those are attachments of that office.  A file counts once
 *	it has not changed for a while: downloads grow.
 */
#ifndef TASUKI_NATIONAL_DESK_INBOX_H
#define TASUKI_NATIONAL_DESK_INBOX_H

#include "buf.h"
#include "driver.h"

#define DESK_INBOX "受け取り"

/* Found files, as items of a list. */
struct desk_found {
	struct driver_item *items;
	size_t count;
	bool growing; /* something is there that isn't whole yet */
};

/* desk_find(parent, prefix, stable_ms, now, out): files in parent/受け取り are
 * added; refs begin with prefix. */
int desk_find(int parent, char prefix, int64_t stable_ms, int64_t now_ms,
    struct desk_found *out) TSK_MUST_USE;
void desk_found_fini(struct desk_found *found);
/* desk_load(parent, ref, out): TSK_NOTFOUND, TSK_TOOBIG... */
int desk_load(int parent, const char *ref, struct buf *out) TSK_MUST_USE;
/* desk_taken(parent, ref, now): out of the way, kept for people. */
int desk_taken(int parent, const char *ref, int64_t now_ms) TSK_MUST_USE;

#endif

/* NAME
 *	loaded - a parcel's folder in memory, ready for the wire
 * DESCRIPTION
 *	The folder holds the manifest and the documents it names.
 */
#ifndef TASUKI_LOADED_H
#define TASUKI_LOADED_H

#include "buf.h"
#include "link.h"
#include "wire.h"

/* A parcel's documents in memory, encoded for the wire. */
struct loaded {
	struct wire_parcel *parcel; /* NULL: not loaded */
	struct link_body *bodies;
	struct buf *raw;
};

/* loaded_init(l, id, dir): read the manifest and the documents, prove their
 * digests, encode.  TSK_DAMAGED: they are not what was prepared; TSK_SYSTEM:
 * the disk fails. */
int loaded_init(struct loaded *l, const struct id *id, int dir) TSK_MUST_USE;
void loaded_fini(struct loaded *l);

#endif

/* NAME
 *	sending - the folder of one parcel that is being sent
 */
#ifndef TASUKI_OFFICE_SENDING_H
#define TASUKI_OFFICE_SENDING_H

#include "buf.h"
#include "office.h"
#include "wire.h"

struct outgoing;

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

/* sending_reject(office, id, text): move every document to the rejected ones
 * with one text, drop the folder. */
void sending_reject(
    struct office *office, const struct id *id, const char *text);

#endif

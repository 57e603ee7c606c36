/* NAME
 *	manifest - .parcel, the small file that makes a folder a parcel
 * DESCRIPTION
 *	Text lines, written once before the first send and never changed: the
 *	parcel goes out the same after any crash.
 *
 *	    tasuki-parcel 1
 *	    id 0192...
 *	    from 1370100018 43
 *	    to 1370200021 -
 *	    month 202611
 *	    stamp 20261120093000
 *	    clients 12
 *	    mark 32 hex digits (people.h)
 *	    repeat 0192...
 *	    document <sha256> <bytes> <kind or -> <name>
 *	    end
 */
#ifndef TASUKI_MANIFEST_H
#define TASUKI_MANIFEST_H

#include "wire.h"

#define MANIFEST_NAME ".parcel"

/* manifest_write(dir, parcel): new file in dir, not synced (the batch is). */
int manifest_write(int dir, const struct wire_parcel *parcel) TSK_MUST_USE;
/* manifest_read(dir, out): TSK_NOTFOUND; TSK_INVALID if it is not whole.
 * encoding and encoded_bytes are those of an unencoded document. */
int manifest_read(int dir, struct wire_parcel **out) TSK_MUST_USE;
/* manifest_print(parcel, out): the text. */
void manifest_print(const struct wire_parcel *parcel, struct buf *out);
void manifest_free(struct wire_parcel **parcel);
/* manifest_content(parcel, out): 32 hex digits that are the same for the same
 * documents' bytes to the same receiver. */
#define MANIFEST_CONTENT_BYTES 33
void manifest_content(
    const struct wire_parcel *parcel, char out[MANIFEST_CONTENT_BYTES]);

/* manifest_new(count): an empty parcel with room for count documents. */
struct wire_parcel *manifest_new(size_t count);
/* manifest_document(parcel, i, name, kind): the texts are copied. */
void manifest_document(
    struct wire_parcel *parcel, size_t i, const char *name, const char *kind);

#endif

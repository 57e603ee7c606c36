/* NAME
 *	known - which parcels from outside came before
 * DESCRIPTION
 *	A folder of marks, by month: known/2026-11/MARK holds the id under which
 *	the parcel is kept.  Two parcels are the same when sender, receiver,
 *	names and bytes are; or, for those that came with an id, when the ids
 *	are.  A second copy that comes after KNOWN_MONTHS is a parcel.
 */
#ifndef TASUKI_KNOWN_H
#define TASUKI_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "digest.h"
#include "id.h"
#include "wire.h"

#define KNOWN_MONTHS     14
#define KNOWN_MARK_BYTES DIGEST_HEX_BYTES

/* known_mark(parcel, given, out): what a second copy is known by; digests of
 * the documents must be there.  ${given}: its id came with it.  Returns out. */
const char *known_mark(
    const struct wire_parcel *parcel, bool given, char out[KNOWN_MARK_BYTES]);
/* known_find(dirfd, mark, id): 0 and *id; TSK_NOTFOUND, also if nobody can read
 * what is there; TSK_*. */
int known_find(int dirfd, const char *mark, struct id *id) TSK_MUST_USE;
/* known_add(dirfd, mark, id): durable. */
int known_add(int dirfd, const char *mark, const struct id *id) TSK_MUST_USE;
/* known_forget(dirfd, mark, id): it may come again; absent is fine. */
int known_forget(int dirfd, const char *mark, const struct id *id) TSK_MUST_USE;
/* known_prune(dirfd): the oldest months go. */
void known_prune(int dirfd);

#endif

/* NAME
 *	spool - the parcels of the gateway on disk
 * DESCRIPTION
 *	    parcels/ID-LEG/record	what is known of it (parcel.h)
 *	    parcels/ID-LEG/00, 01...	its documents; gone once it is listed:
 *					they hold what offices keep themselves
 *	    ended/2026-11/ID-LEG/record	what is over
 *
 *	Durability is that of shelf.h.
 */
#ifndef TASUKI_NATIONAL_SPOOL_H
#define TASUKI_NATIONAL_SPOOL_H

#include "err.h"
#include "link.h"
#include "parcel.h"

struct spool;

int spool_open(
    const char *path, struct spool **out, struct why *why) TSK_MUST_USE;
void spool_close(struct spool **spool);
int spool_dirfd(const struct spool *spool);

/* The function takes the parcel.  A record that could not be read comes as one
 * in state unknown with code "record-damaged": it is never sent. */
typedef void spool_fn(void *arg, struct parcel *parcel);
int spool_load(struct spool *spool, spool_fn *each, void *arg,
    struct why *why) TSK_MUST_USE;
/* spool_put(spool, parcel, bodies, why): a new parcel, or one in the place of a
 * failed one. */
int spool_put(struct spool *spool, const struct parcel *parcel,
    const struct link_body *bodies, struct why *why) TSK_MUST_USE;
int spool_save(struct spool *spool, const struct parcel *parcel,
    struct why *why) TSK_MUST_USE;
/* spool_strip(spool, parcel): its documents are needed no more. */
int spool_strip(struct spool *spool, const struct parcel *parcel,
    struct why *why) TSK_MUST_USE;
/* spool_end(spool, parcel, why): saved, and out of the way. */
int spool_end(struct spool *spool, const struct parcel *parcel,
    struct why *why) TSK_MUST_USE;
/* spool_ended(spool, id, leg, out): 1 and *out (free it), 0 there is none,
 * TSK_*. */
int spool_ended(struct spool *spool, const struct id *id, unsigned leg,
    struct parcel **out) TSK_MUST_USE;
/* spool_folder(spool, parcel): where its documents lie, malloced. */
char *spool_folder(const struct spool *spool, const struct parcel *parcel);

#endif

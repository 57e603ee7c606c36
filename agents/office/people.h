/* NAME
 *	people - which people a file is about, without saying who
 * DESCRIPTION
 *	The broker withdraws an older version of a set when a newer one about the
 *	same people comes.  It must not learn who they are: it gets a mark made
 *	of their numbers and a secret only this agent has, equal for the same
 *	people and of no use to anybody else.
 */
#ifndef TASUKI_OFFICE_PEOPLE_H
#define TASUKI_OFFICE_PEOPLE_H

#include "buf.h"
#include "digest.h"
#include "standard.h"
#include "wire.h"

/* people_digest(standard, kind, bytes, out): of the people in a good file; all
 * zero if its kind names none. */
void people_digest(const struct standard *standard, const char *kind,
    const struct buf *bytes, uint8_t out[DIGEST_BYTES]);
/* people_mark(secret, parcel, digests): sets parcel->clients_mark; ${digests}
 * are those of its documents, in order.  None is set unless every file of the
 * standard but images tells its people. */
void people_mark(const char *secret, struct wire_parcel *parcel,
    const uint8_t (*digests)[DIGEST_BYTES]);

#endif

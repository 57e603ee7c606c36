/* NAME
 *	people - which people a file is about, without saying who
 * DESCRIPTION
 *	The broker withdraws an older version of a set when a newer one about the
 *	same people comes.  It must not learn who they are: it gets a mark made
 *	of their numbers and a secret only this agent has, equal for the same
 *	people and of no use to anybody else.  For what came in from outside the
 *	agent that brought it makes the mark.
 */
#ifndef TASUKI_PEOPLE_H
#define TASUKI_PEOPLE_H

#include "digest.h"
#include "link.h"
#include "standard.h"
#include "wire.h"

/* people_digest(standard, kind, p, n, out): of the people in a good file of n
 * bytes; all zero if its kind names none.  How many they are. */
size_t people_digest(const struct standard *standard, const char *kind,
    const void *p, size_t n, uint8_t out[DIGEST_BYTES]);
/* people_mark(secret, parcel, digests): sets parcel->clients_mark; ${digests}
 * are those of its documents, in order.  None is set unless every file of the
 * standard but images tells its people. */
void people_mark(const char *secret, struct wire_parcel *parcel,
    const uint8_t (*digests)[DIGEST_BYTES]);
/* people_of(standard, secret, parcel, bodies): both for a parcel that came from
 * outside and that nobody has checked: its mark, and as clients the most that
 * one of its documents is about. */
void people_of(const struct standard *standard, const char *secret,
    struct wire_parcel *parcel, const struct link_body *bodies);

#endif

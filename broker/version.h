/* NAME
 *	version - are two parcels versions of one thing?
 * DESCRIPTION
 *	The standard has no corrections: who changes something sends the whole
 *	set again with a new 連番.  Two parcels are versions of one thing if
 *	sender, receiver, month and the kinds of their files are the same, and
 *	if they are about the same people.  The last the broker cannot see; the
 *	sender says it by a mark (clients_mark, PROTOCOL.md) that only itself
 *	can make.  Without a mark there are no versions: the number of clients
 *	alone would take two people for one.
 *	Pure.
 */
#ifndef TASUKI_VERSION_H
#define TASUKI_VERSION_H

#include <stdint.h>

#include "wire.h"

/* version_of(parcel): the same number for versions of one thing; 0: none. */
uint64_t version_of(const struct wire_parcel *parcel);

#endif

/* NAME
 *	fallback - whether paper goes out when its time has come
 * DESCRIPTION
 *	The data of a parcel is still on its way at the hour at which paper is to
 *	go out instead.  What its agent said last decides (national only; any
 *	other way has no other side that takes before it delivers):
 *
 *	    handed-over    the other side has taken it and said so: it counts as
 *	                   delivered, and paper waits on; with the policy column
 *	                   needs = listed it goes, and may be the second one
 *	    handing-over   the line broke in the middle, nobody knows: goes, and
 *	                   may be the second one
 *	    anything else  it certainly waits here: goes.  But if its agent, which
 *	                   had it, is not there: as handing-over
 *
 *	Pure.
 */
#ifndef TASUKI_FALLBACK_H
#define TASUKI_FALLBACK_H

#include "store.h"
#include "wire.h"

/* Steps of a leg with these codes; wire: outcome working. */
#define FALLBACK_HANDED  "handed-over"
#define FALLBACK_HANDING "handing-over"
/* Why paper goes out; the second: the data may arrive, too. */
#define FALLBACK_CODE   "fallback"
#define FALLBACK_UNSURE WIRE_REASON_UNSURE

enum fallback { FALLBACK_GOES, FALLBACK_MAYBE_TWICE, FALLBACK_WAITS };

/* fallback_of(parcel, data, lent, listed): of the data leg's index; lent: its
 * agent has it now; listed: policy column needs. */
enum fallback fallback_of(
    const struct store_parcel *parcel, unsigned data, bool lent, bool listed);
/* fallback_said(parcel, paper): that it waits on stands in its history. */
bool fallback_said(const struct store_parcel *parcel, unsigned paper);

#endif

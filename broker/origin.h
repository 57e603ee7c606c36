/* NAME
 *	origin - a deletion goes the ways its original went
 * DESCRIPTION
 *	A deletion file (DLTPLAN...) must reach whoever holds what it deletes:
 *	paper for paper, data for data, although the partner was connected, or
 *	its policy changed, in between.  Originals are all parcels of same sender,
 *	receiver and month with the kind that is deleted (DLTPLAN: UPPLAN); not
 *	those that are certainly about somebody else: both about one person, with
 *	different marks.  A deletion may be of one person of many, and a needless
 *	one does no harm.
 *
 *	An index of such parcels is made when the first deletion comes (one pass
 *	over what was accepted in the last ORIGIN_DAYS) and kept from then on.
 * BUGS
 *	Of the originals of one month the latest 64 count.
 */
#ifndef TASUKI_ORIGIN_H
#define TASUKI_ORIGIN_H

#include "broker.h"
#include "route.h"

#define ORIGIN_DAYS 100

struct origins;

/* origin_accepted(b, parcel): it may be deleted one day. */
void origin_accepted(struct broker *b, const struct wire_parcel *parcel);
/* origin_route(b, parcel, route): add to *route the legs by which what ${parcel}
 * deletes went. */
void origin_route(
    struct broker *b, const struct wire_parcel *parcel, struct route *route);
void origin_free(struct origins **origins);

#endif

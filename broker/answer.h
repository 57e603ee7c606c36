/* NAME
 *	answer - a result (実績) answers the plans (予定) it belongs to
 * DESCRIPTION
 *	When a UPJSK is accepted and the ledger (expected.h) then says of its
 *	pair of desks and its month that the results of all clients are there,
 *	each delivered leg of the plans sent that way becomes "answered", in the
 *	transaction that keeps the result.  A part of the clients answers
 *	nothing yet.
 *
 *	What was sent either way lies in an index by both numbers and month, in
 *	memory: made from the store when first needed (the last ANSWER_DAYS
 *	days), kept up afterwards.  A parcel on its way to the disk counts from
 *	the moment it is put, so two results of one batch see each other.
 *	Thread: the net thread's.
 * BUGS
 *	A plan that is delivered after its result came stays delivered; so does
 *	one answered past the bus.  More than ANSWER_PARCELS parcels of one pair
 *	and month: the oldest are not counted.  A plan deleted in part is
 *	answered together with the rest of its pair.
 */
#ifndef TASUKI_ANSWER_H
#define TASUKI_ANSWER_H

#include "broker.h"
#include "wire.h"

#define ANSWER_DAYS    100
#define ANSWER_PARCELS 64

struct answers;

/* one plan's leg that is answered */
struct answered {
	struct store_parcel *plan; /* owned */
	uint8_t leg;
};

struct answer_list {
	struct answered *items;
	size_t count;
};

/* answer_find(b, parcel, kept, out): ${kept} is about to be put, ${parcel} its
 * header: it is counted from now on, until answer_kept() said otherwise; *out:
 * what it answers. */
void answer_find(struct broker *b, const struct wire_parcel *parcel,
    const struct store_parcel *kept, struct answer_list *out);
void answer_list_fini(struct answer_list *list);
/* answer_put(b, list, kept, joined): the changes, in one transaction with what was
 * put joined just before; ${joined}: and with what is put next. */
void answer_put(struct broker *b, struct answer_list *list,
    const struct store_parcel *kept, bool joined);
/* answer_kept(b, parcel, kept, rc): what became of it; ${kept} is not looked at
 * any more. */
void answer_kept(struct broker *b, const struct wire_parcel *parcel,
    const struct store_parcel *kept, int rc);
/* answer_forget(b): drop what nothing was sent about for ANSWER_DAYS days. */
void answer_forget(struct broker *b);
void answer_free(struct answers **answers);

#endif

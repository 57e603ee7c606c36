/* NAME
 *	route - which way a parcel goes, or why it goes nowhere
 * DESCRIPTION
 *	A pure function of header, registry, the ways this site operates and the
 *	time.  Never two ways silently: when the way is not the receiver's own
 *	wish, note says why and goes on the record.
 */
#ifndef TASUKI_ROUTE_H
#define TASUKI_ROUTE_H

#include <stddef.h>
#include <stdint.h>

#include "refusal.h"
#include "registry.h"
#include "store.h"
#include "wire.h"

struct route_leg {
	enum leg_way way;
	char queue[STORE_QUEUE_BYTES];
};

struct route {
	enum refusal refusal; /* REFUSAL_NONE: legs */
	size_t leg_count;
	struct route_leg legs[STORE_LEGS_MAX];
	char note[192]; /* English; "" = nothing to explain */
};

/**
 * route_parcel(parcel, r, ways, now_ms, out):
 * Fill *${out} with the legs of ${parcel}, or with a refusal and its sentence in
 * note.  ${ways}: bits 1 << enum leg_way.  Rights are mandate's, not looked at.
 */
void route_parcel(const struct wire_parcel *parcel, const struct registry *r,
    unsigned ways, int64_t now_ms, struct route *out);

#endif

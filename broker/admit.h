/* NAME
 *	admit - may this agent hand in this parcel, and which way does it go
 * DESCRIPTION
 *	Asked when a submit comes, and again when the last byte of a large
 *	parcel is here.  Two kinds of agents hand in parcels:
 *
 *	    office         for the offices it may act for (mandate.h), to anybody;
 *	    national, hub  as gateways: from any office that is not ours, also one
 *	                   the registry does not know, to an office of ours.
 *
 *	For an office with mandates the kinds decide which rights it takes:
 *	DLT... delete, UPJSK send-result, any other kind send-plan, attachments
 *	alone either of the two.  Where the mandate has no FAX, paper is printed.
 *
 *	Who is refused for want of a right leaves an audit entry.
 *
 *	A gateway that could speak as one of our offices, or send outwards, would
 *	make one stolen gateway key a key for everything.
 */
#ifndef TASUKI_ADMIT_H
#define TASUKI_ADMIT_H

#include "broker.h"
#include "route.h"

/* admit_rights(parcel, &rights, &one_of): of enum right, as in mandate_act. */
void admit_rights(
    const struct wire_parcel *parcel, unsigned *rights, unsigned *one_of);
/* admit_parcel(b, agent, parcel, route): *route, or the refusal (also in
 * route->refusal) with its sentence in route->note (may be ""). */
enum refusal admit_parcel(struct broker *b, const struct agent *agent,
    const struct wire_parcel *parcel, struct route *route);

#endif

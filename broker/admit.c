/* NAME
 *	admit - may this agent hand in this parcel, and which way does it go
 */
#include <stdio.h>

#include "admit.h"
#include "mandate.h"
#include "origin.h"

static enum refusal
refuse(struct route *route, enum refusal refusal, const char *note)
{
	route->refusal = refusal;
	route->leg_count = 0;
	snprintf(route->note, sizeof(route->note), "%s", note);
	return refusal;
}

static enum refusal
admit_inward(struct broker *b, const struct wire_parcel *p, struct route *route)
{
	if (mandate_ours(b->registry, p->from, p->from_type))
		return refuse(route, REFUSAL_NO_RIGHT,
		    "A gateway does not speak for an office of ours.");
	route_inward(p, b->registry, b->ways, b->wall_ms, route);
	return route->refusal;
}

static enum refusal
admit_office(struct broker *b, const struct agent *agent,
    const struct wire_parcel *p, struct route *route)
{
	size_t count;

	registry_first(b->registry, p->from, &count);
	if (count == 0)
		return refuse(route, REFUSAL_UNKNOWN_SENDER, "");
	if (!mandate_allows(b->registry, agent, p->from, p->from_type,
		RIGHT_SEND, b->wall_ms))
		return refuse(route, REFUSAL_NO_RIGHT, "");
	route_parcel(p, b->registry, b->ways, b->wall_ms, route);
	return route->refusal;
}

enum refusal
admit_parcel(struct broker *b, const struct agent *agent,
    const struct wire_parcel *p, struct route *route)
{
	enum refusal refusal = mandate_gateway(agent)
				   ? admit_inward(b, p, route)
				   : admit_office(b, agent, p, route);

	if (refusal == REFUSAL_NONE)
		origin_route(b, p, route);
	return refusal;
}

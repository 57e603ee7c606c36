/* NAME
 *	admit - may this agent hand in this parcel, and which way does it go
 * BUGS
 *	An agent that is refused again and again leaves AUDIT_MAX audit entries
 *	an hour; what is over that is counted in the next one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "mandate.h"
#include "origin.h"
#include "writer.h"

#define AUDIT_MAX 60
#define HOUR_MS   (60LL * 60 * 1000)

static enum refusal
refuse(struct route *route, enum refusal refusal, const char *note)
{
	route->refusal = refusal;
	route->leg_count = 0;
	snprintf(route->note, sizeof(route->note), "%s", note);
	return refusal;
}

/* ---- what was refused stays on record ---- */

struct refused {
	struct work work;
	char text[256];
};

static void
refused_done(struct broker *b, struct work *work)
{
	(void)b;
	free(work);
}

static bool
worth_an_entry(struct broker *b, struct agent *agent)
{
	if (b->wall_ms - agent->refused_ms >= HOUR_MS ||
	    b->wall_ms < agent->refused_ms) {
		agent->refused_ms = b->wall_ms;
		agent->refused_count = 0;
	}
	if (agent->refused_count >= AUDIT_MAX) {
		agent->refused_silent++;
		return false;
	}
	agent->refused_count++;
	return true;
}

/* Who tried to act for whom it may not: an operator must be able to see it. */
static void
audit(struct broker *b, const struct agent *actor, const struct wire_parcel *p,
    enum refusal refusal)
{
	struct agent *agent = registry_agent(b->registry, actor->name);
	char id[ID_TEXT_BYTES];
	struct refused *r;

	if (agent == NULL || !worth_an_entry(b, agent))
		return;
	r = mem_new(sizeof(*r));
	snprintf(r->text, sizeof(r->text),
	    "parcel=%s from=%s%s%s to=%s%s%s code=%s left-out=%u",
	    id_text(&p->id, id), p->from, p->from_type[0] ? "/" : "",
	    p->from_type, p->to, p->to_type[0] ? "/" : "", p->to_type,
	    refusal_row(refusal)->name, agent->refused_silent);
	agent->refused_silent = 0;
	r->work.done = refused_done;
	r->work.bytes = sizeof(*r);
	r->work.op.type = STORE_NOTE;
	r->work.op.actor = agent->name;
	r->work.op.at_ms = b->wall_ms;
	r->work.op.note.subject = "refused";
	r->work.op.note.text = r->text;
	writer_put(b->writer, &r->work);
}

/* ---- gateways ---- */

static enum refusal
admit_inward(struct broker *b, const struct wire_parcel *p, struct route *route)
{
	if (mandate_ours(b->registry, p->from, p->from_type, b->wall_ms))
		return refuse(route, REFUSAL_NO_RIGHT,
		    "A gateway does not speak for an office of ours.");
	route_inward(p, b->registry, b->ways, b->wall_ms, route);
	return route->refusal;
}

/* ---- offices ---- */

void
admit_rights(const struct wire_parcel *p, unsigned *rights, unsigned *one_of)
{
	size_t i;

	*rights = 0;
	for (i = 0; i < p->document_count; i++) {
		const char *kind = p->documents[i].kind;

		if (strncmp(kind, "DLT", 3) == 0)
			*rights |= RIGHT_DELETE;
		else if (strcmp(kind, "UPJSK") == 0)
			*rights |= RIGHT_RESULT;
		else if (kind[0] != '\0')
			*rights |= RIGHT_PLAN;
	}
	/* attachments alone: who may send anything may send them */
	*one_of = *rights == 0 ? RIGHT_SEND : 0;
}

/* Paper is printed where FAX is not given; where nothing is printed, nothing
 * goes out. */
static enum refusal
without_fax(struct broker *b, struct route *route)
{
	size_t i;

	for (i = 0; i < route->leg_count; i++) {
		struct route_leg *leg = &route->legs[i];

		if (leg->way != WAY_FAX)
			continue;
		if (!(b->ways & 1u << WAY_PDF))
			return refuse(route, REFUSAL_MANDATE,
			    "The mandate does not include FAX.");
		leg->way = WAY_PDF;
		if (leg->state == LEG_PARKED)
			leg->state = LEG_READY;
		leg->code = "no-fax-right";
		snprintf(leg->queue, sizeof(leg->queue), "pdf");
		snprintf(route->note, sizeof(route->note),
		    "the mandate does not include FAX: paper instead");
	}
	return REFUSAL_NONE;
}

static enum refusal
admit_office(struct broker *b, const struct agent *agent,
    const struct wire_parcel *p, struct route *route)
{
	struct mandate_act act = {.agent = agent,
	    .office = p->from,
	    .type = p->from_type,
	    .partner = p->to};
	char why[MANDATE_WHY_BYTES];
	size_t count;

	registry_first(b->registry, p->from, &count);
	if (count == 0)
		return refuse(route, REFUSAL_UNKNOWN_SENDER, "");
	admit_rights(p, &act.rights, &act.one_of);
	if (!mandate_allows(b->mandates, &act, b->wall_ms, route->under)) {
		mandate_why(b->mandates, &act, b->wall_ms, why);
		return refuse(route,
		    why[0] != '\0' ? REFUSAL_MANDATE : REFUSAL_NO_RIGHT, why);
	}
	route_parcel(p, b->registry, b->ways, b->wall_ms, route);
	return route->refusal;
}

/* May it go by FAX?  Then the mandate that says so is on the record, too. */
static bool
may_fax(struct broker *b, const struct agent *agent,
    const struct wire_parcel *p, struct route *route)
{
	struct mandate_act act = {.agent = agent,
	    .office = p->from,
	    .type = p->from_type,
	    .partner = p->to};
	char under[STORE_UNDER_BYTES];

	admit_rights(p, &act.rights, &act.one_of);
	act.rights |= RIGHT_FAX;
	if (!mandate_allows(b->mandates, &act, b->wall_ms, under))
		return false;
	memcpy(route->under, under, sizeof(under));
	return true;
}

static bool
by_fax(const struct route *route)
{
	size_t i;

	for (i = 0; i < route->leg_count; i++) {
		if (route->legs[i].way == WAY_FAX)
			return true;
	}
	return false;
}

enum refusal
admit_parcel(struct broker *b, const struct agent *agent,
    const struct wire_parcel *p, struct route *route)
{
	enum refusal refusal;

	route->under[0] = '\0';
	refusal = mandate_gateway(agent) ? admit_inward(b, p, route)
					 : admit_office(b, agent, p, route);
	if (refusal == REFUSAL_NONE)
		origin_route(b, p, route);
	if (refusal == REFUSAL_NONE && route->under[0] != '\0' &&
	    by_fax(route) && !may_fax(b, agent, p, route))
		refusal = without_fax(b, route);
	if (refusal == REFUSAL_NO_RIGHT || refusal == REFUSAL_MANDATE)
		audit(b, agent, p, refusal);
	return refusal;
}

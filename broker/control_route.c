/* NAME
 *	control_route - which way would it go, and why?
 * DESCRIPTION
 *	The same decision as for a parcel, from the tables the broker works with
 *	now, told step by step.
 */
#include <string.h>

#include "clock.h"

#include "admit.h"
#include "control.h"
#include "origin.h"
#include "quota.h"
#include "reads.h"
#include "route.h"

/* "NUMBER" or "NUMBER/TYPE" */
static bool
desk_of(const char *text, char number[NUMBER_OFFICE_BYTES],
    char type[NUMBER_TYPE_BYTES])
{
	size_t n = strcspn(text, "/");

	if (n != NUMBER_OFFICE_CHARS || !number_office_form(text, n))
		return false;
	memcpy(number, text, n);
	number[n] = '\0';
	type[0] = '\0';
	if (text[n] == '\0')
		return true;
	if (!number_type_form(text + n + 1))
		return false;
	memcpy(type, text + n + 1, NUMBER_TYPE_BYTES);
	return true;
}

/* 予定 of the next month, else what happened in this one, as people send. */
static void
usual_month(const char *kind, int64_t now_ms, char month[WIRE_MONTH_BYTES])
{
	int day = deadline_day(now_ms), year = day / 10000;
	int of = day / 100 % 100 + (policy_cycle(kind) == POLICY_PLAN ? 1 : 0);

	if (of == 13) {
		of = 1;
		year++;
	}
	snprintf(month, WIRE_MONTH_BYTES, "%04u%02u", (unsigned)year % 10000,
	    (unsigned)of % 100);
}

static void
say(void *arg, const char *code, const char *english)
{
	json_array_append_new(
	    arg, json_pack("{s:s,s:s}", "step", code, "text", english));
}

static json_t *
legs_json(const struct route *route)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < route->leg_count; i++) {
		const struct route_leg *l = &route->legs[i];
		bool asleep = (l->flags & STORE_LEG_ASLEEP) != 0;

		json_array_append_new(list,
		    json_pack("{s:i,s:s,s:s,s:s,s:s,s:I}", "leg", (int)i, "way",
			leg_way_name(l->way), "queue", l->queue, "state",
			asleep ? "asleep" : leg_state_name(l->state), "code",
			l->code, "due_ms", (json_int_t)l->due_ms));
	}
	return list;
}

static void
refuse(
    struct route *route, enum refusal refusal, const char *note, json_t *steps)
{
	route->refusal = refusal;
	route->leg_count = 0;
	if (note != route->note)
		snprintf(route->note, sizeof(route->note), "%s", note);
	say(steps, refusal_row(refusal)->name, route->note);
}

/* May that agent hand it in? */
static void
explain_agent(struct broker *b, const char *name, const struct wire_parcel *p,
    struct route *route, json_t *steps)
{
	const struct agent *agent = registry_agent(b->registry, name);
	struct route admitted = {.note = ""};
	char text[192];

	if (agent == NULL) {
		refuse(
		    route, REFUSAL_NO_RIGHT, "There is no such agent.", steps);
	} else if (admit_parcel(b, agent, p, &admitted) == REFUSAL_NONE) {
		snprintf(text, sizeof(text), "Agent %s may send it.", name);
		say(steps, "agent", text);
	} else if (route->refusal == REFUSAL_NONE) {
		refuse(route, admitted.refusal,
		    admitted.note[0] != '\0'
			? admitted.note
			: refusal_row(admitted.refusal)->en,
		    steps);
	}
}

static void
explain_quota(struct broker *b, const struct wire_parcel *p,
    struct route *route, json_t *steps)
{
	const struct desk *from = registry_match(
	    b->registry, p->from, p->from_type, deadline_day(b->wall_ms), NULL);
	struct quota_used used;
	enum refusal refusal;
	char text[192];

	if (from == NULL ||
	    (from->policy.quota_parcels == 0 && from->policy.quota_bytes == 0))
		return;
	refusal = quota_check(b, p, route->note);
	if (refusal != REFUSAL_NONE) {
		refuse(route, refusal, route->note, steps);
		return;
	}
	used = quota_of(b, from);
	snprintf(text, sizeof(text),
	    "Office %s has sent %u parcels (of %u) and %llu bytes (of %llu) "
	    "today; 0 is no limit.",
	    from->key, used.parcels, from->policy.quota_parcels,
	    (unsigned long long)used.bytes,
	    (unsigned long long)from->policy.quota_bytes);
	say(steps, "quota", text);
}

/* What a deletion deletes may have gone other ways. */
static void
explain_origin(struct broker *b, const struct wire_parcel *p,
    struct route *route, json_t *steps)
{
	size_t i;

	origin_route(b, p, route);
	for (i = 0; i < route->leg_count; i++) {
		if (strcmp(route->legs[i].code, "same-as-before") == 0)
			say(steps, "same-as-before",
			    "A deletion goes the ways its original went, too.");
	}
}

void
control_route(struct broker *b, struct request *rq)
{
	const char *kind = control_text(rq->in, "kind");
	const char *month = control_text(rq->in, "month");
	const char *agent = control_text(rq->in, "agent");
	int64_t bytes = control_number(rq->in, "bytes", 0);
	struct wire_document document = {.name = "file", .kind = kind};
	struct wire_parcel p = {.document_count = 1, .documents = &document};
	struct route route = {.note = ""};
	const struct desk *to;
	char reads[READS_BYTES] = "";
	json_t *steps;

	if (!desk_of(control_text(rq->in, "from"), p.from, p.from_type) ||
	    !desk_of(control_text(rq->in, "to"), p.to, p.to_type) ||
	    (month[0] != '\0' && strlen(month) != 6)) {
		control_answer(rq, control_error("malformed",
				       "Write FROM and TO as NUMBER or "
				       "NUMBER/TYPE, a month as 202612."));
		return;
	}
	if (month[0] != '\0')
		memcpy(p.month, month, WIRE_MONTH_BYTES);
	else
		usual_month(kind, b->wall_ms, p.month);
	document.bytes = document.encoded_bytes =
	    bytes > 0 ? (uint64_t)bytes : 0;
	steps = json_array();
	route_explain(&p, b->registry, b->ways, b->wall_ms, &route, say, steps);
	if (route.refusal == REFUSAL_NONE)
		explain_origin(b, &p, &route, steps);
	if (route.refusal == REFUSAL_NONE)
		explain_quota(b, &p, &route, steps);
	if (agent[0] != '\0')
		explain_agent(b, agent, &p, &route, steps);
	to = registry_match(
	    b->registry, p.to, p.to_type, deadline_day(b->wall_ms), NULL);
	if (to != NULL)
		(void)reads_today(b, to, reads);
	control_answer(rq,
	    json_pack("{s:b,s:o,s:o,s:s,s:s,s:s,s:s,s:s}", "ok", 1, "legs",
		legs_json(&route), "steps", steps, "note", route.note, "reads",
		reads, "refusal",
		route.refusal != REFUSAL_NONE ? refusal_row(route.refusal)->name
					      : "",
		"month", p.month, "cycle",
		policy_cycle_name(policy_cycle(kind))));
}

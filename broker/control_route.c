/* NAME
 *	control_route - which way would it go, and why?
 * DESCRIPTION
 *	The same decision as for a parcel, from the tables the broker works with
 *	now, told step by step.
 */
#include <string.h>

#include "clock.h"

#include "control.h"
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

void
control_route(struct broker *b, struct request *rq)
{
	const char *kind = control_text(rq->in, "kind");
	const char *month = control_text(rq->in, "month");
	struct wire_document document = {.name = "file", .kind = kind};
	struct wire_parcel p = {.document_count = 1, .documents = &document};
	struct route route = {.note = ""};
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
	steps = json_array();
	route_explain(&p, b->registry, b->ways, b->wall_ms, &route, say, steps);
	control_answer(rq,
	    json_pack("{s:b,s:o,s:o,s:s,s:s,s:s,s:s}", "ok", 1, "legs",
		legs_json(&route), "steps", steps, "note", route.note,
		"refusal",
		route.refusal != REFUSAL_NONE ? refusal_row(route.refusal)->name
					      : "",
		"month", p.month, "cycle",
		policy_cycle_name(policy_cycle(kind))));
}

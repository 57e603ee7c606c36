/* NAME
 *	paper - what goes with a leg to an agent that makes paper of it
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "legs.h"
#include "paper.h"
#include "registry_record.h"

const struct desk *
paper_desk(const struct broker *b, const struct leg *leg)
{
	return registry_match(b->registry, leg->pair->to, leg->pair->to_type,
	    deadline_day(leg->accepted_ms), NULL);
}

bool
paper_recalled(const struct leg *leg)
{
	return (leg->flags & STORE_LEG_RECALL) != 0 || leg->asked;
}

const struct store_step *
paper_last_step(
    const struct store_parcel *p, unsigned leg, enum leg_state state)
{
	size_t i = p->step_count;

	while (i-- > 0) {
		if (p->steps[i].leg == leg &&
		    (state == 0 || p->steps[i].state == state))
			return &p->steps[i];
	}
	return NULL;
}

/* ---- the partner's columns ---- */

static const char *
text_of(const json_t *row, const char *column)
{
	const char *text = json_string_value(json_object_get(row, column));

	return text != NULL ? text : "";
}

static bool
wanted(const char *column)
{
	static const char *const names[] = {
	    "contact", "phone", "email", "qr", NULL};
	size_t i;

	if (strcmp(column, "fax_number") == 0 || strlen(column) > 31)
		return false;
	for (i = 0; names[i] != NULL; i++) {
		if (strcmp(column, names[i]) == 0)
			return true;
	}
	return strncmp(column, "fax_", 4) == 0 ||
	       strncmp(column, "pdf_", 4) == 0;
}

/* What the wire would refuse is left out: it came from a list somebody made. */
static bool
sayable(struct wire_note *note)
{
	struct wire_document d = {.name = "x"};
	struct wire_paper paper = {.reason = "",
	    .fax_number = "",
	    .test_code = "",
	    .from_name = "",
	    .to_name = "",
	    .partner_count = 1,
	    .partner = note};
	struct wire_msg msg = {.type = WIRE_DELIVER};
	struct why why;

	memset(msg.deliver.parcel.id.bytes, 1, ID_BYTES);
	strcpy(msg.deliver.parcel.from, "1370100008");
	strcpy(msg.deliver.parcel.to, "1370100016");
	msg.deliver.parcel.document_count = 1;
	msg.deliver.parcel.documents = &d;
	msg.deliver.queue = "pdf";
	msg.deliver.paper = &paper;
	return wire_check(&msg, &why) == 0;
}

static void
add_notes(struct paper *p)
{
	const char *column;
	json_t *value;
	struct wire_note *note;

	json_object_foreach(p->row, column, value)
	{
		if (p->wire.partner_count == WIRE_NOTES_MAX)
			return;
		if (!json_is_string(value) || !wanted(column) ||
		    json_string_value(value)[0] == '\0')
			continue;
		note = &p->notes[p->wire.partner_count];
		note->name = column;
		note->value = json_string_value(value);
		if (sayable(note))
			p->wire.partner_count++;
	}
}

/* A name of the list that the wire takes, or "". */
static const char *
name_of(const char *name)
{
	struct wire_note note = {"contact", name};

	return sayable(&note) ? name : "";
}

/* ---- the parcel's other legs ---- */

static void
look_at_data(const struct store_parcel *p, struct paper *out)
{
	size_t i;

	for (i = 0; i < p->leg_count; i++) {
		const struct store_leg *l = &p->legs[i];

		if (!legs_data(l->way) ||
		    (l->state != LEG_DELIVERED && l->state != LEG_PICKED_UP &&
			l->state != LEG_ANSWERED))
			continue;
		out->wire.copy = true;
		out->wire.data_ms = (uint64_t)l->state_ms;
		out->wire.data_way = l->way;
	}
}

/* When the data arrived, not when it was picked up. */
static void
look_at_steps(
    const struct store_parcel *p, const struct leg *leg, struct paper *out)
{
	size_t i;

	for (i = 0; i < p->step_count; i++) {
		const struct store_step *s = &p->steps[i];

		if (s->leg == leg->index &&
		    (s->state == LEG_READY || s->state == LEG_WAITING) &&
		    s->code[0] != '\0' &&
		    (out->reason[0] == '\0' || s->state == LEG_READY))
			memcpy(out->reason, s->code, sizeof(out->reason));
		if (s->leg < p->leg_count && s->leg != leg->index &&
		    legs_data(p->legs[s->leg].way) && s->state == LEG_DELIVERED)
			out->wire.data_ms = (uint64_t)s->at_ms;
	}
}

static void
look_at_fax(const struct desk *to, const struct leg *leg, struct paper *out)
{
	bool test = (leg->flags & STORE_LEG_TEST) != 0;

	if (to != NULL) {
		out->wire.fax_number = to->fax.number;
		out->wire.fax_verified = to->fax.verified;
		out->wire.fax_first = to->fax.first && !test;
		if (test)
			out->wire.test_code = text_of(to->fax_record, "code");
	}
	if (test && out->wire.test_code[0] == '\0')
		out->park = "test-code-over";
	else if (!test && !out->wire.fax_verified && !out->wire.recalled)
		out->park = PAPER_UNVERIFIED;
}

int
paper_open(struct broker *b, const struct leg *leg, struct paper *out)
{
	const struct desk *to = paper_desk(b, leg), *from;
	struct store_parcel *p = NULL;
	int rc = store_parcel_get(b->store, &leg->id, &p);

	memset(out, 0, sizeof(*out));
	if (rc != 0)
		return rc;
	out->wire.fax_number = out->wire.test_code = "";
	out->wire.recalled = paper_recalled(leg);
	out->wire.reason = out->reason;
	out->wire.partner = out->notes;
	from = registry_match(b->registry, leg->pair->from,
	    leg->pair->from_type, deadline_day(leg->accepted_ms), NULL);
	out->wire.from_name = from != NULL ? name_of(from->name) : "";
	out->wire.to_name = to != NULL ? name_of(to->name) : "";
	look_at_data(p, out);
	look_at_steps(p, leg, out);
	if (leg->way == WAY_FAX)
		look_at_fax(to, leg, out);
	if (to != NULL && !legs_data((enum leg_way)leg->way)) {
		out->row = json_loads(to->json, 0, NULL);
		add_notes(out);
	}
	store_parcel_free(&p);
	return 0;
}

void
paper_close(struct paper *p)
{
	json_decref(p->row);
	p->row = NULL;
}

/* ---- the first FAX to a number ---- */

bool
paper_first(const struct broker *b, const struct leg *leg)
{
	const struct desk *to;

	if (leg->way != WAY_FAX || (leg->flags & STORE_LEG_TEST))
		return false;
	to = paper_desk(b, leg);
	return to != NULL && to->fax.verified && to->fax.first;
}

void
paper_delivered(struct broker *b, const struct leg *leg)
{
	const struct desk *to = paper_desk(b, leg);
	json_t *record;

	if (!paper_first(b, leg))
		return;
	if ((record = fax_delivered(to->fax_record, b->wall_ms)) != NULL)
		registry_record_fax(b, to->key, record, "broker", "first-send",
		    false, NULL, NULL);
}

/* NAME
 *	route - which way a parcel goes, or why it goes nowhere
 * DESCRIPTION
 *	1. both desks are known and valid today, and are not the same desk;
 *	2. the data's way: receiver inside: its own bus queue; else the first of
 *	   its ways (national, hub) that holds today and this site operates
 *	   (route_way.c), unless the partner does not take such files as data;
 *	3. the paper's way: FAX, if that is wanted, operated, and the number is
 *	   verified (else wait for that, if the policy says so); else pdf;
 *	4. the receiver's policy: data alone, paper alone, or both (dual until a
 *	   day); data alone may have a fallback: paper that sleeps until a time
 *	   before the deadline.  Without a data's way: paper, with the reason.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

#include "desk_table.h"
#include "route.h"

static void refuse(struct route *out, enum refusal refusal, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static void
refuse(struct route *out, enum refusal refusal, const char *format, ...)
{
	va_list ap;

	out->refusal = refusal;
	out->leg_count = 0;
	va_start(ap, format);
	vsnprintf(out->note, sizeof(out->note), format, ap);
	va_end(ap);
}

/* A decision being made. */
struct making {
	const struct wire_parcel *parcel;
	const struct registry *r;
	unsigned ways;
	int64_t now_ms;
	int day;
	bool inward; /* a gateway brings it: not our sender */
	struct route *out;
	route_say_fn *say; /* NULL: nobody listens */
	void *arg;
};

static void say(const struct making *m, const char *code, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static void
say(const struct making *m, const char *code, const char *format, ...)
{
	char text[256];
	va_list ap;

	if (m->say == NULL)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	m->say(m->arg, code, text);
}

static bool
operates(unsigned ways, enum leg_way way)
{
	return (ways & (1u << (unsigned)way)) != 0;
}

static struct route_leg *
add_leg(struct route *out, enum leg_way way, const char *queue)
{
	struct route_leg *leg = &out->legs[out->leg_count++];

	memset(leg, 0, sizeof(*leg));
	leg->way = way;
	leg->state = LEG_READY;
	leg->code = "";
	snprintf(leg->queue, sizeof(leg->queue), "%s", queue);
	return leg;
}

/* ---- the data's way ---- */

/* The ways that are not taken, and why. */
static void
say_ways(const struct making *m, const struct desk *to)
{
	const struct desk_way *list[DESK_WAYS_MAX], *w;
	size_t i, n;

	if (m->say == NULL || to->inside || to->way_count < 2)
		return;
	n = route_ways(to, list);
	for (i = 0; i < n; i++) {
		w = list[i];
		if (!route_way_holds(w, m->day))
			say(m, "way-not-valid", "Way %s%s%s holds %s %d.",
			    leg_way_name(w->way), w->hub[0] ? ":" : "", w->hub,
			    w->valid_from > m->day ? "from" : "to",
			    w->valid_from > m->day ? w->valid_from
						   : w->valid_to);
		else
			say(m, "way", "Way %s%s%s: %s.", leg_way_name(w->way),
			    w->hub[0] ? ":" : "", w->hub,
			    operates(m->ways, w->way)
				? "holds today, operated here"
				: "holds today, not operated here");
	}
}

static void
say_data(const struct making *m, const struct desk *to,
    const struct route_choice *data)
{
	say_ways(m, to);
	if (data->way != 0)
		say(m, "data", "Data can go by way %s (queue %s).",
		    leg_way_name(data->way), data->queue);
	else if (data->closed != 0)
		say(m, "way-closed", "Way %s is not operated here.",
		    leg_way_name(data->closed));
	else
		say(m, "no-data", "No way leads there for data (way %s).",
		    leg_way_name(to->way));
}

/* ---- what the partner does not take ---- */

const char *
route_not_taken(
    const struct policy *policy, const struct wire_parcel *p, char note[192])
{
	uint64_t bytes = 0;
	size_t i;

	if (policy->kinds == POLICY_ANY && policy->size_bytes == 0)
		return NULL;
	for (i = 0; i < p->document_count; i++) {
		bytes += p->documents[i].bytes;
		if (policy->kinds & policy_kind(p->documents[i].kind))
			continue;
		snprintf(note, 192, "the partner takes no %s as data",
		    p->documents[i].kind[0] != '\0' ? p->documents[i].kind
						    : "attachments");
		return "kind-not-taken";
	}
	if (policy->size_bytes == 0 || bytes <= policy->size_bytes)
		return NULL;
	snprintf(note, 192,
	    "the partner takes %llu bytes as data at most, these are %llu",
	    (unsigned long long)policy->size_bytes, (unsigned long long)bytes);
	return "too-large-for-partner";
}

/* ---- paper ---- */

static struct route_leg *
add_paper(struct making *m, const struct desk *to)
{
	struct route_leg *leg;
	char note[192];
	const char *code;
	bool hold;
	enum leg_way way = route_paper(to, m->ways, m->day, &hold, &code, note);

	if (way == 0)
		return NULL;
	leg = add_leg(m->out, way, leg_way_name(way));
	leg->code = code;
	if (hold)
		leg->state = LEG_PARKED;
	if (note[0] != '\0')
		memcpy(m->out->note, note, sizeof(m->out->note));
	say(m, "paper", "Paper goes by way %s%s%s.", leg_way_name(way),
	    note[0] ? ": " : "", note);
	return leg;
}

/* code, note: why it is paper; "": the partner's wish. */
static void
paper_only(
    struct making *m, const struct desk *to, const char *code, const char *note)
{
	struct route_leg *leg = add_paper(m, to);

	if (leg == NULL) {
		refuse(m->out, REFUSAL_NO_WAY,
		    "Office %s wants way %s; this site operates neither that "
		    "nor pdf.",
		    to->key, leg_way_name(to->way));
		return;
	}
	if (code[0] == '\0' || leg->code[0] != '\0')
		return;
	leg->code = code;
	snprintf(m->out->note, sizeof(m->out->note), "%.180s", note);
}

static void
paper_for_want_of_data(
    struct making *m, const struct desk *to, enum leg_way closed)
{
	char note[96];

	if (to->inside) {
		refuse(m->out, REFUSAL_NO_WAY, "This site operates no bus.");
		return;
	}
	snprintf(note, sizeof(note),
	    "way %s is not operated here: paper instead", leg_way_name(closed));
	paper_only(m, to, closed != 0 ? "way-closed" : "", note);
}

/* False: it goes as data. */
static bool
not_as_data(struct making *m, const struct desk *to)
{
	char note[192];
	const char *code = route_not_taken(&to->policy, m->parcel, note);

	if (code == NULL)
		return false;
	say(m, code, "Not as data: %s.", note);
	if (to->policy.other_paper)
		paper_only(m, to, code, note);
	else
		refuse(m->out,
		    code[0] == 'k' ? REFUSAL_KIND : REFUSAL_PARTNER_SIZE,
		    "Office %s: %s.", to->key, note);
	return true;
}

/* ---- both ---- */

static enum policy_cycle
cycle_of(const struct wire_parcel *p)
{
	enum policy_cycle cycle = POLICY_NO_CYCLE;
	size_t i;

	for (i = 0; i < p->document_count && cycle == POLICY_NO_CYCLE; i++)
		cycle = policy_cycle(p->documents[i].kind);
	return cycle;
}

static void
sleep_until(struct making *m, struct route_leg *leg, uint16_t flag,
    const char *code, int64_t due_ms)
{
	leg->state = LEG_WAITING;
	leg->flags = (uint16_t)(STORE_LEG_ASLEEP | flag);
	leg->code = code;
	leg->due_ms = due_ms;
	m->out->note[0] = '\0'; /* of the paper: not now */
}

static void
say_time(const struct making *m, const char *code, const char *what, int64_t ms)
{
	char text[CLOCK_TEXT_BYTES];

	say(m, code, "%s %s.", what,
	    ms > 0 ? clock_people(ms, text) : "only if the data fails");
}

/* It drives what goes first, quiet hours and the fallback. */
static void
say_deadline(const struct making *m, const struct desk *to)
{
	int64_t due;

	if (m->say == NULL)
		return;
	due =
	    policy_deadline(&to->policy, &registry_policies_of(m->r)->holidays,
		cycle_of(m->parcel), m->parcel->month);
	if (due > 0)
		say_time(m, "deadline", "The deadline is", due);
	else
		say(m, "no-deadline", "These files have no deadline.");
}

static int64_t
fallback_of(const struct making *m, const struct desk *to)
{
	return policy_fallback(&to->policy,
	    &registry_policies_of(m->r)->holidays, cycle_of(m->parcel),
	    m->parcel->month, m->now_ms);
}

static void
add_dual(struct making *m, const struct desk *to)
{
	int64_t at = fallback_of(m, to);
	struct route_leg *leg = add_paper(m, to);

	if (leg == NULL) {
		snprintf(m->out->note, sizeof(m->out->note),
		    "dual: this site operates no way for paper");
		return;
	}
	sleep_until(m, leg, STORE_LEG_DUAL, "dual", at);
	say_time(m, "dual",
	    "A marked copy on paper follows the data; unmarked paper goes out",
	    at);
}

static void
add_fallback(struct making *m, const struct desk *to)
{
	int64_t at;
	struct route_leg *leg;

	if (!to->policy.fallback.set) {
		say(m, "no-fallback", "The policy has no fallback to paper.");
		return;
	}
	if ((at = fallback_of(m, to)) == 0 || (leg = add_paper(m, to)) == NULL)
		return;
	sleep_until(m, leg, STORE_LEG_FALLBACK, "fallback", at);
	say_time(m, "fallback", "Without the data, paper goes out at", at);
}

static bool
ended(const struct desk *to, int day)
{
	return to->policy_until != 0 && day > to->policy_until;
}

enum policy_deliver
route_deliver(const struct desk *to, int64_t now_ms)
{
	return ended(to, deadline_day(now_ms)) ? POLICY_ELECTRONIC
					       : to->policy.deliver;
}

static enum policy_deliver
wanted(const struct making *m, const struct desk *to)
{
	const struct policy *p = &to->policy;

	if (ended(to, m->day)) {
		say(m, "policy", "Policy %s ended with %d: electronic.",
		    p->name, to->policy_until);
		return POLICY_ELECTRONIC;
	}
	if (to->policy_until != 0)
		say(m, "policy", "Policy %s (%s) until %d.", p->name,
		    policy_deliver_name(p->deliver), to->policy_until);
	else
		say(m, "policy", "Policy %s (%s).", p->name,
		    policy_deliver_name(p->deliver));
	return p->deliver;
}

/* ---- when ---- */

uint32_t
route_priority(const struct registry *r, const struct desk *to, uint16_t flags,
    const char *month)
{
	enum policy_cycle cycle = flags & STORE_LEG_PLAN     ? POLICY_PLAN
				  : flags & STORE_LEG_RESULT ? POLICY_RESULT
							     : POLICY_NO_CYCLE;

	return policy_priority(&to->policy, &registry_policies_of(r)->holidays,
	    cycle, month, (flags & STORE_LEG_FIRST) != 0);
}

int64_t
route_quiet(const struct registry *r, const struct desk *to, enum leg_way way,
    const struct wire_parcel *p, int64_t now_ms)
{
	if (!to->policy.quiet.set)
		return 0;
	return policy_quiet(&to->policy, &registry_policies_of(r)->holidays,
	    way, cycle_of(p), p->month, now_ms);
}

static uint16_t
kinds_of(const struct wire_parcel *p, const struct desk *to)
{
	enum policy_cycle cycle = cycle_of(p);
	uint16_t flags = cycle == POLICY_PLAN     ? STORE_LEG_PLAN
			 : cycle == POLICY_RESULT ? STORE_LEG_RESULT
						  : 0;
	size_t i;

	for (i = 0; i < p->document_count; i++) {
		if (to->policy.first & policy_kind(p->documents[i].kind))
			return flags | STORE_LEG_FIRST;
	}
	return flags;
}

/* What holds for the legs, but changes none of them. */
static void
say_when(const struct making *m, const struct desk *to)
{
	const struct holidays *h = &registry_policies_of(m->r)->holidays;
	char text[CLOCK_TEXT_BYTES];
	int64_t at;
	size_t i;

	if (m->say == NULL)
		return;
	say(m, "priority", "It goes %s others, then by deadline.",
	    m->out->kinds & STORE_LEG_FIRST ? "before" : "after or among");
	at =
	    policy_claim(&to->policy, h, cycle_of(m->parcel), m->parcel->month);
	if (at > 0)
		say(m, "claim", "The claims of that month are due %s.",
		    clock_people(at, text));
	for (i = 0; i < m->out->leg_count; i++) {
		at = route_quiet(
		    m->r, to, m->out->legs[i].way, m->parcel, m->now_ms);
		if (at > 0)
			say(m, "quiet-hours",
			    "The partner's quiet hours: by way %s not before "
			    "%s.",
			    leg_way_name(m->out->legs[i].way),
			    clock_people(at, text));
	}
}

static void
route_to(struct making *m, const struct desk *to, bool guessed)
{
	struct route_choice data;
	enum policy_deliver deliver = wanted(m, to);
	char desk[DESK_TABLE_NOTE_BYTES];
	struct route_leg *leg;
	size_t n;

	m->out->kinds = kinds_of(m->parcel, to);
	route_choose(to, m->ways, m->day, &data);
	say_data(m, to, &data);
	say_deadline(m, to);
	if (deliver == POLICY_PAPER) {
		paper_only(m, to, "", "");
		return;
	}
	if (data.way == 0) {
		paper_for_want_of_data(m, to, data.closed);
		return;
	}
	if (not_as_data(m, to))
		return;
	leg = add_leg(m->out, data.way, data.queue);
	if (deliver == POLICY_DUAL)
		add_dual(m, to);
	else
		add_fallback(m, to);
	if (data.closed != 0) {
		leg->code = "way-closed";
		snprintf(m->out->note, sizeof(m->out->note),
		    "way %s is not operated here: way %s instead",
		    leg_way_name(data.closed), leg_way_name(data.way));
	}
	desk_table_note(m->r, to, m->parcel->to_type, guessed, m->day, desk);
	n = strlen(m->out->note);
	if (desk[0] != '\0')
		snprintf(m->out->note + n, sizeof(m->out->note) - n, "%s%s",
		    n > 0 ? "; " : "", desk);
}

/* Two services of one number, and a name that says the type of neither or of one
 * only: the desk that had to be guessed is the other one. */
static void
part(const struct making *m, const struct desk **from, bool from_guessed,
    const struct desk **to, bool to_guessed)
{
	const struct desk *other;

	if (*from == NULL || *from != *to || from_guessed == to_guessed ||
	    (other = desk_table_other(m->r, *to, m->day)) == NULL)
		return;
	*(from_guessed ? from : to) = other;
}

/* The desk an address means, when its row does not hold today and another one
 * stands for it. */
static void
say_passed(const struct making *m, const char *number, const char *type,
    const struct desk *taken)
{
	const struct desk *meant;
	char when[DESK_TABLE_WHEN_BYTES];

	if (m->say == NULL || taken == NULL)
		return;
	meant = registry_match(m->r, number, type, 0, NULL);
	if (meant == taken || desk_table_holds(meant, m->day))
		return;
	say(m, "row-passed-over", "The row of %s %s: %s stands for it.",
	    meant->key, desk_table_when(meant, m->day, when), taken->key);
}

static void
not_valid(const struct making *m, const struct desk *desk)
{
	char when[DESK_TABLE_WHEN_BYTES];

	refuse(m->out, REFUSAL_NOT_VALID_NOW,
	    "Office %s is outside its valid days: its row %s.", desk->key,
	    desk_table_when(desk, m->day, when));
}

static void
decide(struct making *m)
{
	const struct wire_parcel *p = m->parcel;
	struct route *out = m->out;
	const struct desk *from, *to;
	bool guessed, unsure;

	m->day = deadline_day(m->now_ms);
	out->refusal = REFUSAL_NONE;
	out->leg_count = 0;
	out->kinds = 0;
	out->note[0] = '\0';
	from = registry_match(m->r, p->from, p->from_type, m->day, &unsure);
	to = registry_match(m->r, p->to, p->to_type, m->day, &guessed);
	say_passed(m, p->from, p->from_type, from);
	say_passed(m, p->to, p->to_type, to);
	part(m, &from, unsure, &to, guessed);
	if (from == NULL && !m->inward)
		refuse(out, REFUSAL_UNKNOWN_SENDER,
		    "Office %s%s%s is not in the registry.", p->from,
		    p->from_type[0] ? "/" : "", p->from_type);
	else if (to == NULL)
		refuse(out, REFUSAL_UNKNOWN_RECEIVER,
		    "Office %s%s%s is not in the registry.", p->to,
		    p->to_type[0] ? "/" : "", p->to_type);
	else if (from == to)
		refuse(out, REFUSAL_SAME_OFFICE,
		    "Sender and receiver are the same desk %s.", to->key);
	else if (m->inward && !to->inside)
		refuse(out, REFUSAL_NO_RIGHT,
		    "A gateway brings parcels to offices of ours only, not to "
		    "%s.",
		    to->key);
	else if (!desk_table_holds(to, m->day))
		not_valid(m, to);
	else if (!m->inward && !desk_table_holds(from, m->day))
		not_valid(m, from);
	else
		route_to(m, to, guessed);
	if (out->refusal == REFUSAL_NONE)
		say_when(m, to);
	if (m->inward && from == NULL && out->note[0] == '\0')
		snprintf(out->note, sizeof(out->note),
		    "the sender is not in the registry; a gateway brought it");
	if (out->refusal != REFUSAL_NONE)
		say(m, refusal_row(out->refusal)->name, "%s", out->note);
}

void
route_explain(const struct wire_parcel *p, const struct registry *r,
    unsigned ways, int64_t now_ms, struct route *out, route_say_fn *listener,
    void *arg)
{
	struct making m = {.parcel = p,
	    .r = r,
	    .ways = ways,
	    .now_ms = now_ms,
	    .out = out,
	    .say = listener,
	    .arg = arg};

	decide(&m);
}

void
route_parcel(const struct wire_parcel *p, const struct registry *r,
    unsigned ways, int64_t now_ms, struct route *out)
{
	route_explain(p, r, ways, now_ms, out, NULL, NULL);
}

void
route_inward(const struct wire_parcel *p, const struct registry *r,
    unsigned ways, int64_t now_ms, struct route *out)
{
	struct making m = {.parcel = p,
	    .r = r,
	    .ways = ways,
	    .now_ms = now_ms,
	    .inward = true,
	    .out = out};

	decide(&m);
}

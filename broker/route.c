/* NAME
 *	route - which way a parcel goes, or why it goes nowhere
 * DESCRIPTION
 *	1. both desks are known and valid today, and are not the same desk;
 *	2. receiver inside: its own bus queue;
 *	3. else its own way, if this site operates that way;
 *	4. else paper: the pdf queue, with the reason.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

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

/* Today in Japan as YYYYMMDD: an office's last day ends at midnight there. */
static int
today(int64_t now_ms)
{
	char stamp[CLOCK_TEXT_BYTES];

	clock_stamp(now_ms, stamp);
	stamp[8] = '\0';
	return atoi(stamp);
}

static bool
valid(const struct desk *desk, int day)
{
	return (desk->valid_from == 0 || day >= desk->valid_from) &&
	       (desk->valid_to == 0 || day <= desk->valid_to);
}

static void
add_leg(struct route *out, enum leg_way way, const char *queue)
{
	struct route_leg *leg = &out->legs[out->leg_count++];

	leg->way = way;
	snprintf(leg->queue, sizeof(leg->queue), "%s", queue);
}

static bool
operates(unsigned ways, enum leg_way way)
{
	return (ways & (1u << (unsigned)way)) != 0;
}

static void
route_outside(const struct desk *to, unsigned ways, struct route *out)
{
	char queue[STORE_QUEUE_BYTES];

	if (to->way != WAY_BUS && operates(ways, to->way)) {
		if (to->way == WAY_HUB)
			snprintf(queue, sizeof(queue), "hub/%.59s", to->hub);
		else
			snprintf(
			    queue, sizeof(queue), "%s", leg_way_name(to->way));
		add_leg(out, to->way, queue);
	} else if (operates(ways, WAY_PDF)) {
		add_leg(out, WAY_PDF, "pdf");
		snprintf(out->note, sizeof(out->note),
		    "way %s is not operated here: paper instead",
		    leg_way_name(to->way));
	} else {
		refuse(out, REFUSAL_NO_WAY,
		    "Office %s wants way %s; this site operates neither that "
		    "nor pdf.",
		    to->key, leg_way_name(to->way));
	}
}

static void
route_to(const struct wire_parcel *p, const struct desk *to, bool guessed,
    unsigned ways, struct route *out)
{
	char queue[STORE_QUEUE_BYTES];

	if (!to->inside) {
		route_outside(to, ways, out);
		return;
	}
	if (!operates(ways, WAY_BUS)) {
		refuse(out, REFUSAL_NO_WAY, "This site operates no bus.");
		return;
	}
	add_leg(out, WAY_BUS, desk_queue(to, queue));
	if (guessed && to->type[0] != '\0')
		snprintf(out->note, sizeof(out->note),
		    "the name has no service type: first desk of %s taken (%s)",
		    p->to, to->type);
}

void
route_parcel(const struct wire_parcel *p, const struct registry *r,
    unsigned ways, int64_t now_ms, struct route *out)
{
	const struct desk *from, *to;
	bool guessed;
	int day = today(now_ms);

	out->refusal = REFUSAL_NONE;
	out->leg_count = 0;
	out->note[0] = '\0';
	from = registry_match(r, p->from, p->from_type, NULL);
	to = registry_match(r, p->to, p->to_type, &guessed);
	if (from == NULL)
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
	else if (!valid(from, day) || !valid(to, day))
		refuse(out, REFUSAL_NOT_VALID_NOW,
		    "Office %s is outside its valid days.",
		    valid(to, day) ? from->key : to->key);
	else
		route_to(p, to, guessed, ways, out);
}

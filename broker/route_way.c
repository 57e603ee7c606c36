/* NAME
 *	route_way - by which of its ways a desk is reached today
 * DESCRIPTION
 *	A row lists ways in the order of preference, each with its days; the
 *	policy may name another order for all partners that have it.  The first
 *	one that holds today and is operated here is taken, for data and for
 *	paper each.
 */
#include <stdio.h>
#include <string.h>

#include "route.h"

bool
route_way_holds(const struct desk_way *way, int day)
{
	return (way->valid_from == 0 || day >= way->valid_from) &&
	       (way->valid_to == 0 || day <= way->valid_to);
}

/* Its place in the order; those that are not named come last. */
static size_t
rank(const struct policy *p, enum leg_way way)
{
	size_t i;

	for (i = 0; i < POLICY_WAYS && p->order[i] != 0; i++) {
		if (p->order[i] == (uint8_t)way)
			return i;
	}
	return POLICY_WAYS;
}

size_t
route_ways(const struct desk *to, const struct desk_way *out[DESK_WAYS_MAX])
{
	size_t i, at, mine;

	for (i = 0; i < to->way_count; i++) {
		mine = rank(&to->policy, to->ways[i].way);
		for (at = i;
		     at > 0 && rank(&to->policy, out[at - 1]->way) > mine; at--)
			out[at] = out[at - 1];
		out[at] = &to->ways[i];
	}
	return to->way_count;
}

static bool
operates(unsigned ways, enum leg_way way)
{
	return (ways & (1u << (unsigned)way)) != 0;
}

/* ---- data ---- */

static void
queue_of(const struct desk_way *way, char queue[STORE_QUEUE_BYTES])
{
	if (way->way == WAY_HUB)
		snprintf(queue, STORE_QUEUE_BYTES, "hub/%.59s", way->hub);
	else
		snprintf(queue, STORE_QUEUE_BYTES, "national");
}

void
route_choose(
    const struct desk *to, unsigned ways, int day, struct route_choice *out)
{
	const struct desk_way *list[DESK_WAYS_MAX];
	size_t i, n;

	memset(out, 0, sizeof(*out));
	if (to->inside) {
		desk_queue(to, out->queue);
		if (operates(ways, WAY_BUS))
			out->way = WAY_BUS;
		else
			out->closed = WAY_BUS;
		return;
	}
	n = route_ways(to, list);
	for (i = 0; i < n && out->way == 0; i++) {
		if ((list[i]->way != WAY_NATIONAL && list[i]->way != WAY_HUB) ||
		    !route_way_holds(list[i], day))
			continue;
		if (operates(ways, list[i]->way)) {
			out->way = list[i]->way;
			queue_of(list[i], out->queue);
		} else if (out->closed == 0) {
			out->closed = list[i]->way;
		}
	}
}

enum leg_way
route_data(const struct desk *to, unsigned ways, int day,
    char queue[STORE_QUEUE_BYTES])
{
	struct route_choice c;

	route_choose(to, ways, day, &c);
	memcpy(queue, c.queue, STORE_QUEUE_BYTES);
	return c.way;
}

/* ---- paper ---- */

/* How paper is to come; 0: whichever.  paper_way is the row's own word, or else
 * the first paper of its ways, which counts on its days only. */
static enum leg_way
paper_wish(const struct desk *to, int day)
{
	const struct desk_way *list[DESK_WAYS_MAX];
	size_t i, n = to->way_count;
	bool listed = false;

	for (i = 0; i < n && !listed; i++)
		listed = to->ways[i].way == to->paper_way;
	if (!listed)
		return to->paper_way;
	n = route_ways(to, list);
	for (i = 0; i < n; i++) {
		if ((list[i]->way == WAY_FAX || list[i]->way == WAY_PDF) &&
		    route_way_holds(list[i], day))
			return list[i]->way;
	}
	return 0;
}

enum leg_way
route_paper(const struct desk *to, unsigned ways, int day, bool *hold,
    const char **code, char note[192])
{
	bool fax = operates(ways, WAY_FAX), pdf = operates(ways, WAY_PDF);
	enum leg_way wish = paper_wish(to, day);

	*hold = false;
	*code = "";
	note[0] = '\0';
	if (wish == WAY_PDF && pdf)
		return WAY_PDF;
	if (fax && to->fax.verified)
		return WAY_FAX;
	if (wish != WAY_FAX || !fax) {
		if (wish == WAY_FAX && pdf) {
			*code = "way-closed";
			snprintf(note, 192,
			    "way fax is not operated here: paper instead");
		}
		return pdf ? WAY_PDF : 0;
	}
	*code = "fax-unverified";
	*hold = to->policy.hold || !pdf;
	snprintf(note, 192, "the FAX number is %s: %s",
	    to->fax.number[0] == '\0' ? "missing"
	    : to->fax.frozen          ? "frozen since its change"
				      : "not verified",
	    *hold ? "waits for that" : "paper instead");
	return *hold ? WAY_FAX : WAY_PDF;
}

/* NAME
 *	mandate_right - may this agent do that for this office
 * DESCRIPTION
 *	Which desk a number and a type mean depends on the day (desk_table.h): for
 *	a new parcel on today, for one that was accepted on the day it was.  That a
 *	desk has closed does not end its agent's own right to what was accepted
 *	in time; nothing new goes there, route sees to that.
 *
 *	Rights are added up: what is asked for may come from several mandates of
 *	the same agent for that office, each of which holds now and is for this
 *	service and this partner.
 */
#include <stdlib.h>
#include <string.h>

#include "desk_table.h"
#include "mandate_inside.h"

#define STOPPED_DAYS 400 /* a parcel does not stay open that long */
#define DAY_MS       (24LL * 60 * 60 * 1000)

/* ---- one mandate ---- */

bool
mandate_about_partner(const struct mandate *one, const char *partner)
{
	size_t low = 0, high = one->partner_count, mid;
	int order;

	if (one->partner_count == 0 || partner[0] == '\0')
		return true;
	while (low < high) {
		mid = low + (high - low) / 2;
		order = strcmp(one->partners[mid], partner);
		if (order == 0)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool
mandate_about_type(const struct mandates *m, const struct mandate *one,
    const char *type, int64_t at_ms)
{
	const struct desk *asked, *given;
	int day;

	if (one->type[0] == '\0' || type[0] == '\0' ||
	    strcmp(one->type, type) == 0)
		return true;
	day = deadline_day(at_ms);
	asked = registry_match(m->registry, one->office, type, day, NULL);
	given = registry_match(m->registry, one->office, one->type, day, NULL);
	return asked != NULL && asked == given;
}

/* When the act's desks are looked up. */
static int64_t
desk_ms(const struct mandate_act *act, int64_t now_ms)
{
	return act->desk_ms != 0 ? act->desk_ms : now_ms;
}

/* Here and now, whatever it gives. */
static bool
holds(const struct mandates *m, const struct mandate *one,
    const struct mandate_act *act, int64_t now_ms)
{
	return one->revoked_ms == 0 && now_ms >= one->begin_ms &&
	       now_ms < one->end_ms &&
	       strcmp(one->agent, act->agent->name) == 0 &&
	       mandate_about_type(m, one, act->type, desk_ms(act, now_ms)) &&
	       mandate_about_partner(one, act->partner);
}

/* ---- several mandates ---- */

/* What is wanted beyond ${have}: any of these helps. */
static unsigned
lacking(const struct mandate_act *act, unsigned have)
{
	unsigned missing = act->rights & ~have;

	if (missing == 0 && act->one_of != 0 && (have & act->one_of) == 0)
		missing = act->one_of;
	return missing;
}

/* The newest one that gives all that is asked for, or (${any}) some of it. */
static const struct mandate *
newest(const struct mandates *m, const struct mandate_act *act, unsigned any,
    int64_t now_ms)
{
	const struct mandate *one, *best = NULL;

	for (one = mandate_first(m, act->office); one != NULL;
	     one = mandate_next(one)) {
		if (!holds(m, one, act, now_ms) ||
		    (any != 0 ? (one->rights & any) == 0
			      : lacking(act, one->rights) != 0))
			continue;
		if (best == NULL || one->number > best->number)
			best = one;
	}
	return best;
}

static void
name_it(char *under, const struct mandate *one)
{
	size_t n;

	if (under == NULL)
		return;
	n = strlen(under);
	snprintf(under + n, STORE_UNDER_BYTES - n, "%s%s", n > 0 ? "+" : "",
	    one->id);
}

/* One that does by itself, else as few as the newest first make. */
static bool
added_up(const struct mandates *m, const struct mandate_act *act,
    int64_t now_ms, char *under)
{
	const struct mandate *one = newest(m, act, 0, now_ms);
	unsigned have = 0, missing;

	if (one != NULL) {
		name_it(under, one);
		return true;
	}
	while ((missing = lacking(act, have)) != 0) {
		one = newest(m, act, missing, now_ms);
		if (one == NULL)
			break;
		have |= one->rights;
		name_it(under, one);
	}
	if (missing != 0 && under != NULL)
		under[0] = '\0';
	return missing == 0;
}

/* All that hold give together. */
static unsigned
sum_of(const struct mandates *m, const struct mandate_act *act, int64_t now_ms)
{
	const struct mandate *one;
	unsigned sum = 0;

	for (one = mandate_first(m, act->office); one != NULL;
	     one = mandate_next(one)) {
		if (holds(m, one, act, now_ms))
			sum |= one->rights;
	}
	return sum;
}

/* ---- own right ---- */

bool
mandate_owns(const struct desk *desk, const struct agent *agent)
{
	return desk != NULL && desk->inside && !desk->mandate_required &&
	       strcmp(desk->folder_agent, agent->name) == 0;
}

/* A number without a type stands for all its desks: any one of ours is enough,
 * since a name of the old form cannot say which. */
static bool
owns_any(const struct registry *r, const struct agent *agent,
    const char *office, int day)
{
	struct desk *const *desks;
	size_t i, count;

	day = desk_table_day(r, office, day, &count);
	desks = registry_first(r, office, &count);
	for (i = 0; i < count; i++) {
		if (desk_table_holds(desks[i], day) &&
		    mandate_owns(desks[i], agent))
			return true;
	}
	return false;
}

static bool
inside_any(const struct registry *r, const char *office, int day)
{
	struct desk *const *desks;
	size_t i, count;

	day = desk_table_day(r, office, day, &count);
	desks = registry_first(r, office, &count);
	for (i = 0; i < count; i++) {
		if (desk_table_holds(desks[i], day) && desks[i]->inside)
			return true;
	}
	return false;
}

/* A mandate is worth what the office has: it must be one of ours. */
static bool
inside(const struct registry *r, const char *office, const char *type, int day)
{
	const struct desk *desk;

	if (type[0] == '\0')
		return inside_any(r, office, day);
	desk = registry_match(r, office, type, day, NULL);
	return desk != NULL && desk->inside;
}

bool
mandate_can_give(const struct registry *r, const char *office, const char *type)
{
	return inside(r, office, type, 0);
}

/* ---- questions ---- */

bool
mandate_allows(const struct mandates *m, const struct mandate_act *act,
    int64_t now_ms, char under[STORE_UNDER_BYTES])
{
	const struct registry *r = m->registry;
	int day = deadline_day(desk_ms(act, now_ms));

	if (under != NULL)
		under[0] = '\0';
	if (act->agent->revoked || act->agent->role != ROLE_OFFICE)
		return false;
	if (act->type[0] == '\0' ? owns_any(r, act->agent, act->office, day)
				 : mandate_owns(registry_match(r, act->office,
						    act->type, day, NULL),
				       act->agent))
		return true;
	return mandate_first(m, act->office) != NULL &&
	       inside(r, act->office, act->type, day) &&
	       added_up(m, act, now_ms, under);
}

/* Of several the newest says it best. */
const char *
mandate_why(const struct mandates *m, const struct mandate_act *act,
    int64_t now_ms, char out[MANDATE_WHY_BYTES])
{
	const struct mandate *one, *best = NULL;
	unsigned sum = sum_of(m, act, now_ms);
	char rights[MANDATE_RIGHTS_BYTES];

	out[0] = '\0';
	for (one = mandate_first(m, act->office); one != NULL;
	     one = mandate_next(one)) {
		if (strcmp(one->agent, act->agent->name) == 0 &&
		    (best == NULL || one->number > best->number))
			best = one;
	}
	if (best == NULL)
		return out;
	switch (mandate_state(best, now_ms)) {
	case MANDATE_REVOKED:
		snprintf(out, MANDATE_WHY_BYTES, "Mandate %s was revoked.",
		    best->id);
		break;
	case MANDATE_ENDED:
		snprintf(out, MANDATE_WHY_BYTES,
		    "Mandate %s ended with the day %d.", best->id, best->until);
		break;
	case MANDATE_FUTURE:
		snprintf(out, MANDATE_WHY_BYTES,
		    "Mandate %s begins on the day %d.", best->id, best->from);
		break;
	case MANDATE_VALID:
		if (lacking(act, best->rights) != 0)
			snprintf(out, MANDATE_WHY_BYTES,
			    "Mandate %s%s allows only: %s.", best->id,
			    sum != 0 && sum != best->rights
				? ", with the others that hold,"
				: "",
			    mandate_rights_text(sum | best->rights, rights));
		else
			snprintf(out, MANDATE_WHY_BYTES,
			    "Mandate %s is not for this %s.", best->id,
			    mandate_about_type(
				m, best, act->type, desk_ms(act, now_ms))
				? "partner"
				: "service");
		break;
	}
	return out;
}

bool
mandate_gateway(const struct agent *agent)
{
	return !agent->revoked &&
	       (agent->role == ROLE_NATIONAL || agent->role == ROLE_HUB);
}

bool
mandate_ours(const struct registry *r, const char *office, const char *type,
    int64_t at_ms)
{
	const struct desk *desk = registry_desk(r, office, type);
	int day = deadline_day(at_ms);

	if (desk != NULL && desk_table_holds(desk, day))
		return desk->inside;
	return inside_any(r, office, day);
}

bool
mandate_shared(const struct mandates *m, const char *number)
{
	return mandate_first(m, number) != NULL;
}

bool
mandate_revoked(const struct mandates *m, const char *number)
{
	const struct mandate *one;

	for (one = mandate_first(m, number); one != NULL;
	     one = mandate_next(one)) {
		if (one->revoked_ms != 0)
			return true;
	}
	return false;
}

/* ---- what was sent under it ---- */

const struct mandate *
mandate_stopped(const struct mandates *m, const char *name,
    const struct mandate_act *act, int64_t accepted_ms, int64_t now_ms)
{
	const struct mandate *one, *found = NULL;
	struct mandate_act now = *act;

	for (one = mandate_first(m, act->office); one != NULL;
	     one = mandate_next(one)) {
		if (one->revoked_ms > accepted_ms &&
		    accepted_ms >= one->begin_ms &&
		    now_ms - one->revoked_ms < STOPPED_DAYS * DAY_MS &&
		    (one->rights & (act->rights | act->one_of)) != 0 &&
		    strcmp(one->agent, name) == 0)
			found = one;
	}
	if (found == NULL)
		return NULL;
	now.agent = registry_agent(m->registry, name);
	return now.agent != NULL && mandate_allows(m, &now, now_ms, NULL)
		   ? NULL
		   : found;
}

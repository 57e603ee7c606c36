/* NAME
 *	fallback - whether paper goes out when its time has come
 * SUMMARY
 *	see fallback.h
 */
#include <string.h>

#include "fallback.h"

/* What the leg's agent said since the leg was last made ready by somebody else;
 * that it waits (a lost session), or that the broker asked for it, changes
 * nothing of what is over there. */
static const struct store_step *
said_last(const struct store_parcel *p, unsigned leg)
{
	const struct store_step *s;
	size_t i;

	for (i = p->step_count; i-- > 0;) {
		s = &p->steps[i];
		if (s->leg != leg || s->state == LEG_WAITING ||
		    (s->state == LEG_WORKING &&
			strcmp(s->agent, "broker") == 0))
			continue;
		return s->state == LEG_WORKING ? s : NULL;
	}
	return NULL;
}

enum fallback
fallback_of(const struct store_parcel *p, unsigned data, bool lent, bool listed)
{
	const struct store_step *s = said_last(p, data);

	if (s == NULL || data >= p->leg_count ||
	    p->legs[data].way != WAY_NATIONAL)
		return FALLBACK_GOES;
	if (strcmp(s->code, FALLBACK_HANDED) == 0)
		return listed ? FALLBACK_MAYBE_TWICE : FALLBACK_WAITS;
	if (strcmp(s->code, FALLBACK_HANDING) == 0 || !lent)
		return FALLBACK_MAYBE_TWICE;
	return FALLBACK_GOES;
}

bool
fallback_said(const struct store_parcel *p, unsigned paper)
{
	size_t i;

	for (i = p->step_count; i-- > 0;) {
		if (p->steps[i].leg == paper)
			return strcmp(p->steps[i].code, FALLBACK_HANDED) == 0;
	}
	return false;
}

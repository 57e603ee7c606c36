/* NAME
 *	mandate_receive - whose an office's deliveries are, and which desks an agent
 *	serves
 */
#include <stdlib.h>
#include <string.h>

#include "mandate_inside.h"

/* The newest mandate to receive for a desk from a partner: whoever's. */
static const struct mandate *
receiver(const struct mandates *m, const struct desk *desk, const char *partner,
    int64_t now_ms)
{
	const struct mandate *one, *best = NULL;

	for (one = mandate_first(m, desk->number); one != NULL;
	     one = mandate_next(one)) {
		if (mandate_state(one, now_ms) == MANDATE_VALID &&
		    (one->rights & RIGHT_RECEIVE) &&
		    mandate_about_type(m, one, desk->type, now_ms) &&
		    mandate_about_partner(one, partner) &&
		    (best == NULL || one->number > best->number))
			best = one;
	}
	return best;
}

bool
mandate_takes(const struct mandates *m, const struct agent *agent,
    const struct desk *desk, const char *partner, int64_t now_ms,
    const struct mandate **under)
{
	const struct mandate *one;

	if (under != NULL)
		*under = NULL;
	if (agent->revoked || agent->role != ROLE_OFFICE || !desk->inside)
		return false;
	one = receiver(m, desk, partner, now_ms);
	if (one == NULL)
		return mandate_owns(desk, agent);
	if (strcmp(one->agent, agent->name) != 0)
		return false;
	if (under != NULL)
		*under = one;
	return true;
}

/* For some partner at least. */
static bool
may_receive(const struct mandates *m, const struct agent *agent,
    const struct desk *desk, int64_t now_ms)
{
	struct mandate_act act = {.agent = agent,
	    .office = desk->number,
	    .type = desk->type,
	    .partner = "",
	    .rights = RIGHT_RECEIVE};

	/* own right: also to what lies with a desk that has closed since */
	return mandate_owns(desk, agent) ||
	       mandate_allows(m, &act, now_ms, NULL);
}

static const struct desk *
desk_of_queue(const struct registry *r, const char *queue)
{
	const struct desk *desk;

	if (strncmp(queue, "office/", 7) != 0)
		return NULL;
	desk = registry_key(r, queue + 7);
	return desk != NULL && desk->inside ? desk : NULL;
}

bool
mandate_serves(const struct mandates *m, const struct agent *agent,
    const char *queue, int64_t now_ms)
{
	const struct desk *desk;

	if (agent->revoked)
		return false;
	switch (agent->role) {
	case ROLE_OFFICE:
		desk = desk_of_queue(m->registry, queue);
		return desk != NULL && may_receive(m, agent, desk, now_ms);
	case ROLE_PDF:
		return strcmp(queue, "pdf") == 0;
	case ROLE_FAX:
		return strcmp(queue, "fax") == 0;
	case ROLE_NATIONAL:
		return strcmp(queue, "national") == 0;
	case ROLE_HUB:
		return strncmp(queue, "hub/", 4) == 0 &&
		       strcmp(queue + 4, agent->hub) == 0;
	}
	return false;
}

/* ---- the desks of an agent ---- */

static bool
listed(const struct desk **out, size_t count, const struct desk *desk)
{
	while (count-- > 0) {
		if (out[count] == desk)
			return true;
	}
	return false;
}

static size_t
add_desks(const struct mandates *m, const struct mandate *one, int64_t now_ms,
    size_t own, const struct desk **out, size_t count, size_t room)
{
	struct desk *const *desks;
	size_t i, n;

	desks = registry_first(m->registry, one->office, &n);
	for (i = 0; i < n && count < room; i++) {
		if (desks[i]->inside &&
		    mandate_about_type(m, one, desks[i]->type, now_ms) &&
		    !(own > 0 && listed(out, own, desks[i])))
			out[count++] = desks[i];
	}
	return count;
}

static int
compare_desks(const void *a, const void *b)
{
	const struct desk *x = *(const struct desk *const *)a;
	const struct desk *y = *(const struct desk *const *)b;

	return strcmp(x->key, y->key);
}

/* Two mandates for one desk: it stands there once. */
static size_t
unique(const struct desk **out, size_t own, size_t count)
{
	size_t i, kept = own;

	qsort(out + own, count - own, sizeof(*out), compare_desks);
	for (i = own; i < count; i++) {
		if (kept == own || out[kept - 1] != out[i])
			out[kept++] = out[i];
	}
	return kept;
}

size_t
mandate_desks(const struct mandates *m, const struct agent *agent,
    int64_t now_ms, unsigned rights, const struct desk **out, size_t room)
{
	struct desk *const *own;
	size_t i, n, count = 0, owned;

	if (agent->revoked || agent->role != ROLE_OFFICE)
		return 0;
	own = registry_desks_of(m->registry, agent->name, &n);
	for (i = 0; i < n && count < room; i++) {
		if (mandate_owns(own[i], agent))
			out[count++] = own[i];
	}
	owned = count;
	for (i = 0; i < m->count; i++) {
		if (mandate_state(m->list[i], now_ms) != MANDATE_VALID ||
		    !(m->list[i]->rights & rights) ||
		    strcmp(m->list[i]->agent, agent->name) != 0)
			continue;
		if (count == room) /* doubles make room, maybe */
			count = unique(out, owned, count);
		count =
		    add_desks(m, m->list[i], now_ms, owned, out, count, room);
	}
	return unique(out, owned, count);
}

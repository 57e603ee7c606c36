/* NAME
 *	mandate - who may act for which office
 * DESCRIPTION
 *	The validity days of a desk do not matter here: what was accepted in time
 *	must still reach an office that has closed since.  Route looks at them.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "mandate.h"

#define STOPPED_DAYS 400 /* a parcel does not stay open that long */
#define DAY_MS       (24LL * 60 * 60 * 1000)

struct mandates {
	const struct registry *registry;
	struct hash by_office;
	struct mandate **list; /* by number */
	size_t count, room;
	unsigned last;   /* number given last */
	int64_t tick_ms; /* nothing begins or ends before; 0 = look */
};

static uint32_t
hash_office(const char *office)
{
	return hash_bytes(office, strlen(office), 0);
}

struct mandates *
mandates_new(const struct registry *r)
{
	struct mandates *m = mem_new(sizeof(*m));

	m->registry = r;
	hash_init(&m->by_office);
	return m;
}

void
mandates_free(struct mandates **m_p)
{
	struct mandates *m = *m_p;
	size_t i;

	if (m == NULL)
		return;
	for (i = 0; i < m->count; i++) {
		mandate_fini(m->list[i]);
		free(m->list[i]);
	}
	hash_fini(&m->by_office);
	free(m->list);
	free(m);
	*m_p = NULL;
}

/* ---- records ---- */

enum mandate_state
mandate_state(const struct mandate *m, int64_t now_ms)
{
	if (m->revoked_ms != 0)
		return MANDATE_REVOKED;
	if (now_ms >= m->end_ms)
		return MANDATE_ENDED;
	return now_ms < m->begin_ms ? MANDATE_FUTURE : MANDATE_VALID;
}

const char *
mandate_state_name(enum mandate_state state)
{
	static const char *const names[] = {
	    "future", "valid", "ended", "revoked"};

	return names[state];
}

/* First index whose number is not below ${number}. */
static size_t
place_of(const struct mandates *m, unsigned number)
{
	size_t low = 0, high = m->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (m->list[mid]->number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
note_times(struct mandates *m, struct mandate *kept, int64_t now_ms)
{
	enum mandate_state state = mandate_state(kept, now_ms);

	kept->begun = state != MANDATE_FUTURE;
	kept->over = state == MANDATE_ENDED || state == MANDATE_REVOKED;
	m->tick_ms = 0;
}

void
mandates_put(struct mandates *m, struct mandate *mandate, int64_t now_ms)
{
	size_t at = place_of(m, mandate->number);
	struct mandate *kept;

	if (at < m->count && m->list[at]->number == mandate->number) {
		kept = m->list[at];
		hash_drop(&m->by_office, &kept->node);
		mandate_fini(kept);
		*kept = *mandate;
	} else {
		if (m->count == m->room) {
			m->room = m->room * 2 + 16;
			m->list =
			    mem_resize(m->list, m->room * sizeof(*m->list));
		}
		memmove(m->list + at + 1, m->list + at,
		    (m->count - at) * sizeof(*m->list));
		kept = m->list[at] = mem_dup(mandate, sizeof(*mandate));
		m->count++;
	}
	if (kept->number > m->last)
		m->last = kept->number;
	hash_put(&m->by_office, &kept->node, hash_office(kept->office));
	note_times(m, kept, now_ms);
	memset(mandate, 0, sizeof(*mandate));
}

struct mandate *const *
mandates_list(const struct mandates *m, size_t *count)
{
	*count = m->count;
	return m->list;
}

const struct mandate *
mandates_find(const struct mandates *m, const char *id)
{
	unsigned number =
	    id[0] == 'm' ? (unsigned)strtoul(id + 1, NULL, 10) : 0;
	size_t at = place_of(m, number);

	if (at < m->count && strcmp(m->list[at]->id, id) == 0)
		return m->list[at];
	return NULL;
}

const char *
mandates_next_id(struct mandates *m, char out[MANDATE_ID_BYTES])
{
	snprintf(out, MANDATE_ID_BYTES, "m%06u", ++m->last);
	return out;
}

struct loading {
	struct mandates *m;
	int64_t now_ms;
};

static int
load_one(const char *key, const void *value, size_t bytes, void *arg)
{
	struct loading *l = arg;
	json_t *record = json_loadb(value, bytes, 0, NULL);
	struct mandate mandate;
	struct why why = {0};

	if (mandate_parse(record, &mandate, &why) == 0 &&
	    strcmp(mandate.id, key) == 0) {
		mandates_put(l->m, &mandate, l->now_ms);
	} else {
		mandate_fini(&mandate);
		log_error("mandate: id=%s result=left-out why=\"%s\"", key,
		    why.text[0] ? why.text : "the kept record is no mandate");
	}
	json_decref(record);
	return 0;
}

int
mandates_load(
    struct mandates *m, struct store *store, int64_t now_ms, struct why *why)
{
	struct loading l = {m, now_ms};
	int rc = store_registry_walk(store, "mandate", load_one, &l);

	if (rc != 0)
		why_set(why, WHY_NEVER, "mandate",
		    "The mandates cannot be read: %s.", err_text(rc));
	return rc;
}

void
mandates_tick(struct mandates *m, int64_t now_ms,
    void (*changed)(const struct mandate *mandate, void *arg), void *arg)
{
	struct mandate *one;
	bool begun, over;
	size_t i;

	if (now_ms < m->tick_ms)
		return;
	m->tick_ms = INT64_MAX;
	for (i = 0; i < m->count; i++) {
		one = m->list[i];
		begun = one->begun;
		over = one->over;
		one->begun = now_ms >= one->begin_ms;
		one->over = one->revoked_ms != 0 || now_ms >= one->end_ms;
		if (one->begun != begun || one->over != over)
			changed(one, arg);
		if (one->over)
			continue;
		if (!one->begun && one->begin_ms < m->tick_ms)
			m->tick_ms = one->begin_ms;
		else if (one->begun && one->end_ms < m->tick_ms)
			m->tick_ms = one->end_ms;
	}
}

/* ---- one mandate ---- */

static struct mandate *
first_of(const struct mandates *m, const char *office)
{
	struct hash_node *n = hash_first(&m->by_office, hash_office(office));

	for (; n != NULL; n = hash_next(n)) {
		if (strcmp(HASH_OF(struct mandate, node, n)->office, office) ==
		    0)
			return HASH_OF(struct mandate, node, n);
	}
	return NULL;
}

static struct mandate *
next_of(const struct mandate *mandate)
{
	struct hash_node *n = hash_next(&mandate->node);

	for (; n != NULL; n = hash_next(n)) {
		struct mandate *next = HASH_OF(struct mandate, node, n);

		if (strcmp(next->office, mandate->office) == 0)
			return next;
	}
	return NULL;
}

static bool
about_partner(const struct mandate *one, const char *partner)
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

/* A mandate for one service type counts for the desk that serves this type, and
 * for a name that says no type. */
static bool
about_type(
    const struct mandates *m, const struct mandate *one, const char *type)
{
	const struct desk *asked, *given;

	if (one->type[0] == '\0' || type[0] == '\0' ||
	    strcmp(one->type, type) == 0)
		return true;
	asked = registry_match(m->registry, one->office, type, NULL);
	given = registry_match(m->registry, one->office, one->type, NULL);
	return asked != NULL && asked == given;
}

static bool
has_rights(const struct mandate *one, const struct mandate_act *act)
{
	return (one->rights & act->rights) == act->rights &&
	       (act->one_of == 0 || (one->rights & act->one_of) != 0);
}

static bool
covers(const struct mandates *m, const struct mandate *one,
    const struct mandate_act *act, int64_t now_ms)
{
	return one->revoked_ms == 0 && now_ms >= one->begin_ms &&
	       now_ms < one->end_ms &&
	       strcmp(one->agent, act->agent->name) == 0 &&
	       has_rights(one, act) && about_type(m, one, act->type) &&
	       about_partner(one, act->partner);
}

/* ---- own right ---- */

static bool
owns(const struct desk *desk, const struct agent *agent)
{
	return desk != NULL && desk->inside && !desk->mandate_required &&
	       strcmp(desk->folder_agent, agent->name) == 0;
}

/* A number without a type stands for all its desks: any one of ours is enough,
 * since a name of the old form cannot say which. */
static bool
owns_any(
    const struct registry *r, const struct agent *agent, const char *office)
{
	struct desk *const *desks;
	size_t i, count;

	desks = registry_first(r, office, &count);
	for (i = 0; i < count; i++) {
		if (owns(desks[i], agent))
			return true;
	}
	return false;
}

/* A mandate is worth what the office has: it must be one of ours. */
static bool
inside(const struct registry *r, const char *office, const char *type)
{
	const struct desk *desk;
	struct desk *const *desks;
	size_t i, count;

	if (type[0] != '\0') {
		desk = registry_match(r, office, type, NULL);
		return desk != NULL && desk->inside;
	}
	desks = registry_first(r, office, &count);
	for (i = 0; i < count; i++) {
		if (desks[i]->inside)
			return true;
	}
	return false;
}

/* ---- questions ---- */

bool
mandate_allows(const struct mandates *m, const struct mandate_act *act,
    int64_t now_ms, const struct mandate **under)
{
	const struct mandate *one;

	if (under != NULL)
		*under = NULL;
	if (act->agent->revoked || act->agent->role != ROLE_OFFICE)
		return false;
	if (act->type[0] == '\0'
		? owns_any(m->registry, act->agent, act->office)
		: owns(
		      registry_match(m->registry, act->office, act->type, NULL),
		      act->agent))
		return true;
	for (one = first_of(m, act->office); one != NULL; one = next_of(one)) {
		if (!covers(m, one, act, now_ms) ||
		    !inside(m->registry, act->office, act->type))
			continue;
		if (under != NULL)
			*under = one;
		return true;
	}
	return false;
}

/* Of several the newest says it best. */
const char *
mandate_why(const struct mandates *m, const struct mandate_act *act,
    int64_t now_ms, char out[MANDATE_WHY_BYTES])
{
	const struct mandate *one, *best = NULL;
	char rights[MANDATE_RIGHTS_BYTES];

	out[0] = '\0';
	for (one = first_of(m, act->office); one != NULL; one = next_of(one)) {
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
		if (!has_rights(best, act))
			snprintf(out, MANDATE_WHY_BYTES,
			    "Mandate %s allows only: %s.", best->id,
			    mandate_rights_text(best->rights, rights));
		else
			snprintf(out, MANDATE_WHY_BYTES,
			    "Mandate %s is not for this %s.", best->id,
			    about_type(m, best, act->type) ? "partner"
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
mandate_ours(const struct registry *r, const char *office, const char *type)
{
	const struct desk *desk = registry_desk(r, office, type);
	struct desk *const *desks;
	size_t i, count;

	if (desk != NULL)
		return desk->inside;
	desks = registry_first(r, office, &count);
	for (i = 0; i < count; i++) {
		if (desks[i]->inside)
			return true;
	}
	return false;
}

bool
mandate_shared(const struct mandates *m, const char *number)
{
	return first_of(m, number) != NULL;
}

bool
mandate_revoked(const struct mandates *m, const char *number)
{
	const struct mandate *one;

	for (one = first_of(m, number); one != NULL; one = next_of(one)) {
		if (one->revoked_ms != 0)
			return true;
	}
	return false;
}

/* The newest mandate to receive for a desk from a partner: whoever's. */
static const struct mandate *
receiver(const struct mandates *m, const struct desk *desk, const char *partner,
    int64_t now_ms)
{
	const struct mandate *one, *best = NULL;

	for (one = first_of(m, desk->number); one != NULL; one = next_of(one)) {
		if (mandate_state(one, now_ms) == MANDATE_VALID &&
		    (one->rights & RIGHT_RECEIVE) &&
		    about_type(m, one, desk->type) &&
		    about_partner(one, partner) &&
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
		return owns(desk, agent);
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

	return mandate_allows(m, &act, now_ms, NULL);
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

const struct mandate *
mandate_stopped(const struct mandates *m, const char *name, const char *office,
    const char *type, const char *partner, int64_t accepted_ms, int64_t now_ms)
{
	const struct agent *agent;
	const struct mandate *one, *found = NULL;
	struct mandate_act act = {.office = office,
	    .type = type,
	    .partner = partner,
	    .one_of = RIGHT_SEND | RIGHT_DELETE};

	for (one = first_of(m, office); one != NULL; one = next_of(one)) {
		if (one->revoked_ms > accepted_ms &&
		    accepted_ms >= one->begin_ms &&
		    now_ms - one->revoked_ms < STOPPED_DAYS * DAY_MS &&
		    strcmp(one->agent, name) == 0)
			found = one;
	}
	if (found == NULL)
		return NULL;
	agent = registry_agent(m->registry, name);
	act.agent = agent;
	return agent != NULL && mandate_allows(m, &act, now_ms, NULL) ? NULL
								      : found;
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
add_desks(const struct mandates *m, const struct mandate *one, size_t own,
    const struct desk **out, size_t count, size_t room)
{
	struct desk *const *desks;
	size_t i, n;

	desks = registry_first(m->registry, one->office, &n);
	for (i = 0; i < n && count < room; i++) {
		if (desks[i]->inside && about_type(m, one, desks[i]->type) &&
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
		if (owns(own[i], agent))
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
		count = add_desks(m, m->list[i], owned, out, count, room);
	}
	return unique(out, owned, count);
}

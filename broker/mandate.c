/* NAME
 *	mandate - who may act for which office
 * DESCRIPTION
 *	The records in memory: by id, by office, and when they begin and end.
 *	What follows from them is in mandate_right.c and mandate_receive.c.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "mandate_inside.h"

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

/* ---- those of one office ---- */

const struct mandate *
mandate_first(const struct mandates *m, const char *office)
{
	struct hash_node *n = hash_first(&m->by_office, hash_office(office));

	for (; n != NULL; n = hash_next(n)) {
		if (strcmp(HASH_OF(struct mandate, node, n)->office, office) ==
		    0)
			return HASH_OF(struct mandate, node, n);
	}
	return NULL;
}

const struct mandate *
mandate_next(const struct mandate *mandate)
{
	struct hash_node *n = hash_next(&mandate->node);

	for (; n != NULL; n = hash_next(n)) {
		struct mandate *next = HASH_OF(struct mandate, node, n);

		if (strcmp(next->office, mandate->office) == 0)
			return next;
	}
	return NULL;
}

/* NAME
 *	origin - a deletion goes the ways its original went
 */
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "log.h"

#include "legs.h"
#include "origin.h"

#define DAY_MS (24LL * 60 * 60 * 1000)
#define CODE   "same-as-before"

struct original {
	struct hash_node node;
	uint64_t key;
	struct id id;
};

struct origins {
	struct hash hash;
};

/* 0: not a kind that is deleted, or that deletes */
static uint64_t
key_of(const struct wire_parcel *p, const char *kind, bool deletes)
{
	const char *prefix = deletes ? "DLT" : "UP";
	size_t n = strlen(prefix);
	uint64_t tag;

	if (strncmp(kind, prefix, n) != 0)
		return 0;
	tag = digest_tag(p->from, strlen(p->from) + 1, 0);
	tag = digest_tag(p->from_type, strlen(p->from_type) + 1, tag);
	tag = digest_tag(p->to, strlen(p->to) + 1, tag);
	tag = digest_tag(p->to_type, strlen(p->to_type) + 1, tag);
	tag = digest_tag(p->month, strlen(p->month) + 1, tag);
	tag = digest_tag(kind + n, strlen(kind + n) + 1, tag);
	return tag != 0 ? tag : 1;
}

static struct original *
find(const struct origins *o, uint64_t key)
{
	struct hash_node *n = hash_first(&o->hash, (uint32_t)key);

	for (; n != NULL; n = hash_next(n)) {
		if (HASH_OF(struct original, node, n)->key == key)
			return HASH_OF(struct original, node, n);
	}
	return NULL;
}

/* ${newer}: in place of what is there. */
static void
keep(struct origins *o, const struct wire_parcel *p, bool newer)
{
	struct original *found;
	uint64_t key;
	size_t i;

	for (i = 0; i < p->document_count; i++) {
		key = key_of(p, p->documents[i].kind, false);
		if (key == 0)
			continue;
		if ((found = find(o, key)) == NULL) {
			found = mem_new(sizeof(*found));
			found->key = key;
			found->id = p->id;
			hash_put(&o->hash, &found->node, (uint32_t)key);
		} else if (newer) {
			found->id = p->id;
		}
	}
}

static int
keep_kept(const struct store_parcel *kept, void *arg)
{
	struct wire_msg msg = {0};
	struct why why = {0};

	if (wire_parcel_unpack(kept->header, kept->header_bytes, &msg, &why) ==
	    0)
		keep(arg, &msg.submit, false); /* newest first */
	wire_fini(&msg);
	return 0;
}

/* Damaged records are left out; what is sound counts. */
static struct origins *
get(struct broker *b)
{
	struct store_filter filter = {
	    .since_ms = b->wall_ms - ORIGIN_DAYS * DAY_MS};
	int rc;

	if (b->origins != NULL)
		return b->origins;
	b->origins = mem_new(sizeof(*b->origins));
	hash_init(&b->origins->hash);
	rc = store_find(b->store, &filter, keep_kept, b->origins);
	log_info("origin: originals=%zu result=%s", b->origins->hash.count,
	    rc == 0 ? "indexed" : err_text(rc));
	return b->origins;
}

void
origin_free(struct origins **o_p)
{
	struct origins *o = *o_p;
	struct hash_node *node, *next;
	size_t i;

	if (o == NULL)
		return;
	for (i = 0; i <= o->hash.mask; i++) {
		for (node = o->hash.buckets[i]; node != NULL; node = next) {
			next = node->next;
			free(HASH_OF(struct original, node, node));
		}
	}
	hash_fini(&o->hash);
	free(o);
	*o_p = NULL;
}

void
origin_accepted(struct broker *b, const struct wire_parcel *parcel)
{
	if (b->origins != NULL)
		keep(b->origins, parcel, true);
}

/* ---- the ways it went ---- */

struct went {
	bool data, paper;
};

/* Went, or is about to. */
static struct went
went_of(const struct store_parcel *p)
{
	struct went went = {false, false};
	size_t i;

	for (i = 0; i < p->leg_count; i++) {
		const struct store_leg *l = &p->legs[i];
		bool counts =
		    l->state != LEG_SUPERSEDED && l->state != LEG_RECALLED &&
		    l->state != LEG_CLOSED && !(l->flags & STORE_LEG_ASLEEP);

		if (counts && legs_data(l->way))
			went.data = true;
		else if (counts)
			went.paper = true;
	}
	return went;
}

static struct route_leg *
leg_of(struct route *route, bool data)
{
	size_t i;

	for (i = 0; i < route->leg_count; i++) {
		if (legs_data(route->legs[i].way) == data)
			return &route->legs[i];
	}
	return NULL;
}

static void
add(struct route *route, enum leg_way way, const char *queue)
{
	struct route_leg *leg = &route->legs[route->leg_count++];

	memset(leg, 0, sizeof(*leg));
	leg->way = way;
	leg->state = LEG_READY;
	leg->code = CODE;
	snprintf(leg->queue, sizeof(leg->queue), "%s", queue);
}

static void
also(struct broker *b, const struct desk *to, const struct went *went,
    struct route *route)
{
	char queue[STORE_QUEUE_BYTES], note[192];
	struct route_leg *paper = leg_of(route, false);
	const char *code;
	enum leg_way way;
	bool hold;

	if (went->paper && paper != NULL && (paper->flags & STORE_LEG_ASLEEP)) {
		paper->state = LEG_READY; /* now, and for itself */
		paper->flags = 0;
		paper->due_ms = 0;
		paper->code = CODE;
	} else if (went->paper && paper == NULL) {
		way = route_paper(
		    to, b->ways, deadline_day(b->wall_ms), &hold, &code, note);
		if (way != 0)
			add(route, way, leg_way_name(way));
		if (way != 0 && hold)
			route->legs[route->leg_count - 1].state = LEG_PARKED;
		if (way != 0 && hold)
			route->legs[route->leg_count - 1].code = code;
	}
	if (went->data && leg_of(route, true) == NULL &&
	    (way = route_data(to, b->ways, deadline_day(b->wall_ms), queue)) !=
		0)
		add(route, way, queue);
}

void
origin_route(
    struct broker *b, const struct wire_parcel *parcel, struct route *route)
{
	const struct desk *to =
	    registry_match(b->registry, parcel->to, parcel->to_type, NULL);
	const struct original *found = NULL;
	struct store_parcel *p = NULL;
	struct went went;
	uint64_t key = 0;
	size_t i;

	for (i = 0; i < parcel->document_count && key == 0; i++)
		key = key_of(parcel, parcel->documents[i].kind, true);
	if (key == 0 || to == NULL || route->leg_count == 0)
		return;
	found = find(get(b), key);
	if (found == NULL || store_parcel_get(b->store, &found->id, &p) != 0)
		return;
	went = went_of(p);
	store_parcel_free(&p);
	also(b, to, &went, route);
}

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
/* of one thing: more than a person sends in a month */
#define ORIGINALS_MAX 64

/* One parcel that may be deleted. */
struct original {
	struct original *next; /* older */
	struct id id;
	uint8_t mark[WIRE_MARK_BYTES];
	bool marked; /* and about one person */
};

/* All of one sender, receiver, month and kind. */
struct thing {
	struct hash_node node;
	uint64_t key;
	struct original *newest, *oldest;
	size_t count;
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

static struct thing *
find(const struct origins *o, uint64_t key)
{
	struct hash_node *n = hash_first(&o->hash, (uint32_t)key);

	for (; n != NULL; n = hash_next(n)) {
		if (HASH_OF(struct thing, node, n)->key == key)
			return HASH_OF(struct thing, node, n);
	}
	return NULL;
}

static bool
of_one(const struct wire_parcel *p)
{
	return p->clients == 1 && wire_marked(p);
}

static struct original *
original_of(const struct wire_parcel *p)
{
	struct original *o = mem_new(sizeof(*o));

	o->id = p->id;
	o->marked = of_one(p);
	memcpy(o->mark, p->clients_mark, sizeof(o->mark));
	return o;
}

/* ${newer}: before what is there, and the oldest one gives way. */
static void
put(struct thing *t, const struct wire_parcel *p, bool newer)
{
	struct original *o, **at;

	if (!newer && t->count == ORIGINALS_MAX)
		return;
	o = original_of(p);
	if (t->newest == NULL) {
		t->newest = t->oldest = o;
	} else if (newer) {
		o->next = t->newest;
		t->newest = o;
	} else {
		t->oldest->next = o;
		t->oldest = o;
	}
	if (t->count < ORIGINALS_MAX) {
		t->count++;
		return;
	}
	for (at = &t->newest; (*at)->next->next != NULL; at = &(*at)->next)
		;
	free((*at)->next);
	(*at)->next = NULL;
	t->oldest = *at;
}

static void
keep(struct origins *o, const struct wire_parcel *p, bool newer)
{
	uint64_t key, last = 0;
	struct thing *t;
	size_t i;

	for (i = 0; i < p->document_count; i++) {
		key = key_of(p, p->documents[i].kind, false);
		if (key == 0 || key == last)
			continue;
		last = key;
		if ((t = find(o, key)) == NULL) {
			t = mem_new(sizeof(*t));
			t->key = key;
			hash_put(&o->hash, &t->node, (uint32_t)key);
		}
		put(t, p, newer);
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

static void
free_thing(struct thing *t)
{
	struct original *o;

	while ((o = t->newest) != NULL) {
		t->newest = o->next;
		free(o);
	}
	free(t);
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
			free_thing(HASH_OF(struct thing, node, node));
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
static void
add_went(const struct store_parcel *p, struct went *went)
{
	size_t i;

	for (i = 0; i < p->leg_count; i++) {
		const struct store_leg *l = &p->legs[i];
		bool counts =
		    l->state != LEG_SUPERSEDED && l->state != LEG_RECALLED &&
		    l->state != LEG_CLOSED && !(l->flags & STORE_LEG_ASLEEP);

		if (counts && legs_data(l->way))
			went->data = true;
		else if (counts)
			went->paper = true;
	}
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

	if (went->paper && paper != NULL &&
	    (paper->flags & STORE_LEG_FALLBACK)) {
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

/* Certainly about other people: one here, another there.  A deletion may be of
 * one of many, and what it does not reach stays as it is for ever. */
static bool
of_others(const struct original *o, const struct wire_parcel *p)
{
	return o->marked && of_one(p) &&
	       memcmp(o->mark, p->clients_mark, sizeof(o->mark)) != 0;
}

static void
add_ways(struct broker *b, const struct thing *t,
    const struct wire_parcel *parcel, struct went *went)
{
	const struct original *o = t->newest;
	struct store_parcel *p = NULL;

	for (; o != NULL && !(went->data && went->paper); o = o->next) {
		if (of_others(o, parcel) ||
		    store_parcel_get(b->store, &o->id, &p) != 0)
			continue;
		add_went(p, went);
		store_parcel_free(&p);
	}
}

void
origin_route(
    struct broker *b, const struct wire_parcel *parcel, struct route *route)
{
	const struct desk *to = registry_match(b->registry, parcel->to,
	    parcel->to_type, deadline_day(b->wall_ms), NULL);
	struct went went = {false, false};
	const struct thing *t;
	uint64_t key;
	size_t i;

	if (to == NULL || route->leg_count == 0)
		return;
	for (i = 0; i < parcel->document_count; i++) {
		key = key_of(parcel, parcel->documents[i].kind, true);
		if (key != 0 && (t = find(get(b), key)) != NULL)
			add_ways(b, t, parcel, &went);
	}
	also(b, to, &went, route);
}

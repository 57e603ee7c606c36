/* NAME
 *	queue - open legs in memory: order, turns, leases, timers
 * DESCRIPTION
 *	The legs, their states and timers; the order of a pair and whose turn it
 *	is are queue_order.c.
 *
 *	Parcels without 連番 (attachments) take their place by the time of
 *	acceptance, written the same way.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "err.h"

#include "queue_inside.h"

#define SLAB_LEGS 256

void
queue_init(struct queue_set *set)
{
	memset(set, 0, sizeof(*set));
	hash_init(&set->queues);
	hash_init(&set->pairs);
	hash_init(&set->legs);
	hash_init(&set->versions);
	schedule_init(&set->timers);
}

static void
free_all(struct hash *h, void (*release)(struct hash_node *))
{
	struct hash_node *node, *next;
	size_t i;

	for (i = 0; i <= h->mask; i++) {
		for (node = h->buckets[i]; node != NULL; node = next) {
			next = node->next;
			release(node);
		}
	}
	hash_fini(h);
}

static void
release_queue(struct hash_node *node)
{
	struct queue *q = HASH_OF(struct queue, node, node);

	queue_order_fini(q);
	free(q->servers);
	free(q);
}

static void
release_pair(struct hash_node *node)
{
	free(HASH_OF(struct pair, node, node));
}

void
queue_fini(struct queue_set *set)
{
	size_t i;

	free_all(&set->pairs, release_pair);
	free_all(&set->queues, release_queue);
	hash_fini(&set->legs);
	hash_fini(&set->versions);
	schedule_fini(&set->timers);
	for (i = 0; i < set->slab_count; i++)
		free(set->slabs[i]);
	free(set->slabs);
}

/* ---- finding ---- */

static uint32_t
hash_name(const char *name)
{
	return hash_bytes(name, strlen(name), 0);
}

/* Ids end in random bytes: no need to stir them. */
static uint32_t
hash_leg(const struct id *id, unsigned index)
{
	uint32_t h;

	memcpy(&h, id->bytes + ID_BYTES - sizeof(h), sizeof(h));
	return h + index;
}

struct queue *
queue_find(const struct queue_set *set, const char *name)
{
	struct hash_node *n = hash_first(&set->queues, hash_name(name));

	for (; n != NULL; n = hash_next(n)) {
		if (strcmp(HASH_OF(struct queue, node, n)->name, name) == 0)
			return HASH_OF(struct queue, node, n);
	}
	return NULL;
}

struct queue *
queue_get(struct queue_set *set, const char *name)
{
	struct queue *q = queue_find(set, name);

	if (q == NULL) {
		q = mem_new(sizeof(*q));
		memcpy(q->name, name, strnlen(name, sizeof(q->name) - 1));
		hash_put(&set->queues, &q->node, hash_name(name));
	}
	return q;
}

struct queue *
queue_next(const struct queue_set *set, const struct queue *q)
{
	const struct hash *h = &set->queues;
	size_t i = 0;

	if (q != NULL) {
		if (q->node.next != NULL)
			return HASH_OF(struct queue, node, q->node.next);
		i = (q->node.hash & h->mask) + 1;
	}
	for (; i <= h->mask; i++) {
		if (h->buckets[i] != NULL)
			return HASH_OF(struct queue, node, h->buckets[i]);
	}
	return NULL;
}

struct leg *
queue_leg(const struct queue_set *set, const struct id *id, unsigned index)
{
	struct hash_node *n = hash_first(&set->legs, hash_leg(id, index));
	struct leg *leg;

	for (; n != NULL; n = hash_next(n)) {
		leg = HASH_OF(struct leg, node, n);
		if (leg->index == index && id_compare(&leg->id, id) == 0)
			return leg;
	}
	return NULL;
}

void
queue_walk(const struct queue_set *set, void (*fn)(struct leg *leg, void *arg),
    void *arg)
{
	struct hash_node *node, *next;
	size_t i;

	for (i = 0; i <= set->legs.mask; i++) {
		for (node = set->legs.buckets[i]; node != NULL; node = next) {
			next = node->next;
			fn(HASH_OF(struct leg, node, node), arg);
		}
	}
}

struct leg *
queue_version(
    const struct queue_set *set, uint64_t version, const struct leg *previous)
{
	struct hash_node *n =
	    previous == NULL ? hash_first(&set->versions, (uint32_t)version)
			     : hash_next(&previous->version_node);

	for (; n != NULL; n = hash_next(n)) {
		if (HASH_OF(struct leg, version_node, n)->version == version)
			return HASH_OF(struct leg, version_node, n);
	}
	return NULL;
}

static struct pair *
pair_get(struct queue_set *set, const struct queue_new *new)
{
	struct queue *q = queue_get(set, new->leg->queue);
	struct hash_node *n;
	struct pair *p;
	struct {
		char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
		char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	} key;
	uint32_t hash;

	memset(&key, 0, sizeof(key));
	memcpy(key.from, new->from, strlen(new->from));
	memcpy(key.from_type, new->from_type, strlen(new->from_type));
	memcpy(key.to, new->to, strlen(new->to));
	memcpy(key.to_type, new->to_type, strlen(new->to_type));
	hash = hash_bytes(&key, sizeof(key), q->node.hash);
	for (n = hash_first(&set->pairs, hash); n; n = hash_next(n)) {
		p = HASH_OF(struct pair, node, n);
		if (p->queue == q && memcmp(p->from, &key, sizeof(key)) == 0)
			return p;
	}
	p = mem_new(sizeof(*p));
	memcpy(p->from, &key, sizeof(key));
	p->queue = q;
	p->priority = UINT32_MAX;
	p->next = q->pairs;
	if (q->pairs != NULL)
		q->pairs->prev = p;
	q->pairs = p;
	hash_put(&set->pairs, &p->node, hash);
	return p;
}

static size_t *
counter(struct queue *q, uint8_t state)
{
	switch ((enum queue_state)state) {
	case QUEUE_READY:
		return &q->ready;
	case QUEUE_LEASED:
		return &q->leased;
	case QUEUE_WAITING:
		return &q->waiting;
	case QUEUE_PARKED:
		return &q->parked;
	case QUEUE_ASLEEP:
		return &q->asleep;
	}
	panic("queue: a leg in state %d", state);
}

/* in no order, blocking nobody */
static bool
aside(uint8_t state)
{
	return state == QUEUE_PARKED || state == QUEUE_ASLEEP;
}

static void
set_timer(struct queue_set *set, struct leg *leg)
{
	int64_t at = leg->expires_ms;

	if ((leg->state == QUEUE_WAITING || leg->state == QUEUE_ASLEEP) &&
	    leg->due_ms < at)
		at = leg->due_ms;
	at = at > 0 ? at : 0; /* long ago, before this machine was started */
	if (leg->held || leg->state == QUEUE_PARKED)
		at = -1;
	schedule_set(&set->timers, &leg->timer, at);
}

/* Move to a state that is not LEASED, taking it out of and into the order. */
static void
move(struct queue_set *set, struct leg *leg, enum queue_state state)
{
	struct pair *p = leg->pair;

	if (leg->state == QUEUE_LEASED)
		queue_order_unlend(leg);
	--*counter(p->queue, leg->state);
	if (aside((uint8_t)state) && !aside(leg->state))
		queue_order_remove(p, leg);
	else if (!aside((uint8_t)state) && aside(leg->state))
		queue_order_insert(p, leg);
	else if (!aside((uint8_t)state))
		queue_order_back(p, leg);
	leg->state = (uint8_t)state;
	++*counter(p->queue, leg->state);
	set_timer(set, leg);
	queue_order_turn(set, p);
}

/* ---- adding and ending ---- */

static struct leg *
leg_new(struct queue_set *set)
{
	struct leg *slab, *leg;
	size_t i;

	if (set->free_legs == NULL) {
		slab = mem_new(SLAB_LEGS * sizeof(*slab));
		set->slabs = mem_resize(
		    set->slabs, (set->slab_count + 1) * sizeof(*set->slabs));
		set->slabs[set->slab_count++] = slab;
		for (i = 0; i < SLAB_LEGS; i++) {
			slab[i].next = set->free_legs;
			set->free_legs = &slab[i];
		}
	}
	leg = set->free_legs;
	set->free_legs = leg->next;
	memset(leg, 0, sizeof(*leg));
	return leg;
}

static uint64_t
stamp_of(const struct queue_new *new)
{
	char text[CLOCK_TEXT_BYTES];

	if (new->stamp[0] != '\0')
		return strtoull(new->stamp, NULL, 10);
	return strtoull(clock_stamp(new->accepted_ms, text), NULL, 10);
}

static enum queue_state
state_of(const struct store_leg *leg)
{
	switch (leg->state) {
	case LEG_WAITING:
		return leg->flags & STORE_LEG_ASLEEP ? QUEUE_ASLEEP
						     : QUEUE_WAITING;
	case LEG_PARKED:
		return QUEUE_PARKED;
	default:
		return QUEUE_READY;
	}
}

struct leg *
queue_add(struct queue_set *set, const struct queue_new *new)
{
	struct pair *p = pair_get(set, new);
	struct leg *leg = leg_new(set);

	leg->id = *new->id;
	leg->index = new->leg->index;
	leg->way = (uint8_t) new->leg->way;
	leg->no = new->leg->no;
	leg->attempts = new->leg->attempts;
	leg->stamp = stamp_of(new);
	leg->accepted_ms = new->accepted_ms;
	leg->due_ms = new->due_ms;
	leg->expires_ms = new->expires_ms;
	leg->bytes = (uint32_t) new->bytes;
	leg->priority = new->priority != 0 ? new->priority : QUEUE_LAST;
	leg->pair = p;
	leg->flags = new->leg->flags;
	leg->version = new->leg->version;
	leg->touched = new->touched;
	leg->state = (uint8_t)state_of(new->leg);
	p->legs++;
	p->queue->bytes += leg->bytes;
	++*counter(p->queue, leg->state);
	hash_put(&set->legs, &leg->node, hash_leg(&leg->id, leg->index));
	if (leg->version != 0)
		hash_put(
		    &set->versions, &leg->version_node, (uint32_t)leg->version);
	if (!aside(leg->state))
		queue_order_insert(p, leg);
	set_timer(set, leg);
	queue_order_turn(set, p);
	return leg;
}

static void
pair_drop(struct queue_set *set, struct pair *p)
{
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		p->queue->pairs = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	hash_drop(&set->pairs, &p->node);
	free(p);
}

void
queue_end(struct queue_set *set, struct leg *leg)
{
	struct pair *p = leg->pair;

	if (leg->state == QUEUE_LEASED)
		queue_order_unlend(leg);
	if (!aside(leg->state))
		queue_order_remove(p, leg);
	if (leg->version != 0)
		hash_drop(&set->versions, &leg->version_node);
	--*counter(p->queue, leg->state);
	p->queue->bytes -= leg->bytes;
	schedule_set(&set->timers, &leg->timer, -1);
	hash_drop(&set->legs, &leg->node);
	leg->next = set->free_legs;
	set->free_legs = leg;
	queue_order_turn(set, p);
	if (--p->legs == 0)
		pair_drop(set, p);
}

/* ---- moves ---- */

void
queue_renew(struct queue_set *set, struct leg *leg, int64_t until_ms)
{
	if (leg->state == QUEUE_LEASED && !leg->held)
		schedule_set(&set->timers, &leg->timer, until_ms);
}

void
queue_back(struct queue_set *set, struct leg *leg)
{
	move(set, leg, QUEUE_READY);
}

void
queue_wait(struct queue_set *set, struct leg *leg, int64_t due_ms)
{
	leg->due_ms = due_ms;
	move(set, leg, QUEUE_WAITING);
}

void
queue_park(struct queue_set *set, struct leg *leg)
{
	move(set, leg, QUEUE_PARKED);
}

void
queue_sleep(struct queue_set *set, struct leg *leg, int64_t due_ms)
{
	leg->due_ms = due_ms;
	move(set, leg, QUEUE_ASLEEP);
}

void
queue_hold(struct queue_set *set, struct leg *leg)
{
	leg->held = true;
	schedule_set(&set->timers, &leg->timer, -1);
	queue_order_turn(set, leg->pair);
}

void
queue_unhold(struct queue_set *set, struct leg *leg)
{
	leg->held = false;
	if (leg->state != QUEUE_LEASED)
		set_timer(set, leg);
	queue_order_turn(set, leg->pair);
}

struct jump {
	struct queue_set *set;
	int64_t ms;
};

static void
jump_leg(struct leg *leg, void *arg)
{
	const struct jump *j = arg;

	leg->expires_ms -= j->ms;
	if (leg->state == QUEUE_ASLEEP ||
	    (leg->state == QUEUE_WAITING && j->ms > 0))
		leg->due_ms -= j->ms;
	if (leg->state != QUEUE_LEASED)
		set_timer(j->set, leg);
}

void
queue_jump(struct queue_set *set, int64_t ms)
{
	struct jump j = {set, ms};

	queue_walk(set, jump_leg, &j);
}

enum queue_event
queue_tick(struct queue_set *set, int64_t now_ms, struct leg **out)
{
	struct schedule_timer *timer = schedule_due(&set->timers, now_ms);
	struct leg *leg;

	if (timer == NULL)
		return QUEUE_NOTHING;
	*out = leg = HASH_OF(struct leg, timer, timer);
	if (leg->state == QUEUE_LEASED)
		return QUEUE_OVERDUE;
	if (leg->expires_ms <= now_ms)
		return QUEUE_EXPIRED;
	if (leg->state == QUEUE_ASLEEP)
		return QUEUE_WAKE;
	move(set, leg, QUEUE_READY);
	return QUEUE_DUE;
}

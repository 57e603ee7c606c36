/* NAME
 *	queue_order - which leg of a queue goes out next
 * DESCRIPTION
 *	cursor is the heart of a pair: its first leg that is not lent.  The pair
 *	has something to lend iff the cursor is ready and not held; a waiting or
 *	held cursor blocks its pair and nobody else.
 *
 *	Pairs that have something to lend stand in the ring of their priority
 *	(a tier).  There are as many tiers as different deadlines are near: a
 *	handful, so they are a list.
 * BUGS
 *	A pair fed in random 連番 order costs a walk per leg; ascending (as
 *	agents send) and descending order don't.
 */
#include <stdlib.h>

#include "err.h"

#include "queue_inside.h"

/* ---- the order of a pair ---- */

static bool
before(const struct leg *a, const struct leg *b)
{
	return a->stamp != b->stamp ? a->stamp < b->stamp : a->no < b->no;
}

static struct leg *
not_leased(struct leg *leg)
{
	while (leg != NULL && leg->state == QUEUE_LEASED)
		leg = leg->next;
	return leg;
}

static void
count_in(struct pair *p, const struct leg *leg)
{
	if (leg->priority < p->priority || p->urgent == 0) {
		p->priority = leg->priority;
		p->urgent = 1;
	} else if (leg->priority == p->priority) {
		p->urgent++;
	}
}

/* ${leg} is lent or gone already.  The walk is rare: when the last leg of the
 * pair's most urgent kind goes. */
static void
count_out(struct pair *p, const struct leg *leg)
{
	struct leg *l;

	if (leg->priority != p->priority || --p->urgent > 0)
		return;
	p->priority = UINT32_MAX;
	for (l = p->cursor; l != NULL; l = l->next) {
		if (l->state != QUEUE_LEASED)
			count_in(p, l);
	}
}

void
queue_order_insert(struct pair *p, struct leg *leg)
{
	struct leg *after = p->last;

	if (p->first != NULL && before(leg, p->first))
		after = NULL;
	while (after != NULL && before(leg, after))
		after = after->prev;
	leg->prev = after;
	leg->next = after != NULL ? after->next : p->first;
	if (leg->next != NULL)
		leg->next->prev = leg;
	else
		p->last = leg;
	if (after != NULL)
		after->next = leg;
	else
		p->first = leg;
	if (p->cursor == NULL || before(leg, p->cursor))
		p->cursor = leg;
	count_in(p, leg);
}

void
queue_order_remove(struct pair *p, struct leg *leg)
{
	if (p->cursor == leg)
		p->cursor = not_leased(leg->next);
	if (leg->prev != NULL)
		leg->prev->next = leg->next;
	else
		p->first = leg->next;
	if (leg->next != NULL)
		leg->next->prev = leg->prev;
	else
		p->last = leg->prev;
	leg->prev = leg->next = NULL;
	if (leg->state != QUEUE_LEASED)
		count_out(p, leg);
}

void
queue_order_back(struct pair *p, struct leg *leg)
{
	if (p->cursor == NULL || before(leg, p->cursor))
		p->cursor = leg;
	if (leg->state == QUEUE_LEASED)
		count_in(p, leg);
}

/* ---- leases ---- */

static void
lease_join(struct lessee *l, struct leg *leg)
{
	leg->lease_prev = l->last;
	leg->lease_next = NULL;
	if (l->last != NULL)
		l->last->lease_next = leg;
	else
		l->first = leg;
	l->last = leg;
	l->count++;
	leg->pair->lessee = l;
	leg->pair->leased++;
}

void
queue_order_unlend(struct leg *leg)
{
	struct lessee *l = leg->pair->lessee;

	if (leg->lease_prev != NULL)
		leg->lease_prev->lease_next = leg->lease_next;
	else
		l->first = leg->lease_next;
	if (leg->lease_next != NULL)
		leg->lease_next->lease_prev = leg->lease_prev;
	else
		l->last = leg->lease_prev;
	leg->lease_prev = leg->lease_next = NULL;
	l->count--;
	if (--leg->pair->leased == 0)
		leg->pair->lessee = NULL;
}

/* ---- the rings of a queue ---- */

static struct tier *
tier_get(struct queue *q, uint32_t priority)
{
	struct tier **at = &q->tiers, *t;

	while (*at != NULL && (*at)->priority < priority)
		at = &(*at)->next;
	if (*at != NULL && (*at)->priority == priority)
		return *at;
	t = q->spare != NULL ? q->spare : mem_new(sizeof(*t));
	q->spare = NULL;
	t->priority = priority;
	t->ring = NULL;
	t->next = *at;
	*at = t;
	q->tier_count++;
	return t;
}

static void
tier_drop(struct queue *q, struct tier *t)
{
	struct tier **at = &q->tiers;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	q->tier_count--;
	free(q->spare);
	q->spare = t;
}

static void
ring_join(struct pair *p, struct tier *t)
{
	if (t->ring == NULL) {
		p->ring_prev = p->ring_next = p;
		t->ring = p;
	} else {
		p->ring_next = t->ring;
		p->ring_prev = t->ring->ring_prev;
		p->ring_prev->ring_next = p;
		t->ring->ring_prev = p;
	}
	p->tier = t;
}

static void
ring_leave(struct pair *p)
{
	struct tier *t = p->tier;

	p->tier = NULL;
	if (p->ring_next == p) {
		tier_drop(p->queue, t);
		return;
	}
	p->ring_prev->ring_next = p->ring_next;
	p->ring_next->ring_prev = p->ring_prev;
	if (t->ring == p)
		t->ring = p->ring_next;
}

/* Its place in its ring stays, if its priority does. */
static void
ring_settle(struct pair *p)
{
	bool can = p->cursor != NULL && p->cursor->state == QUEUE_READY &&
		   !p->cursor->held;

	if (p->tier != NULL && (!can || p->tier->priority != p->priority))
		ring_leave(p);
	if (can && p->tier == NULL)
		ring_join(p, tier_get(p->queue, p->priority));
}

void
queue_order_turn(struct queue_set *set, struct pair *p)
{
	ring_settle(p);
	if (p->tier != NULL)
		queue_heat(set, p->queue);
}

void
queue_order_fini(struct queue *q)
{
	struct tier *t;

	while ((t = q->tiers) != NULL) {
		q->tiers = t->next;
		free(t);
	}
	free(q->spare);
}

/* ---- hand-out ---- */

static struct pair *
pair_of(struct tier *t, const struct lessee *lessee)
{
	struct pair *p = t->ring;

	do {
		if ((p->lessee == NULL || p->lessee == lessee) &&
		    (lessee->may == NULL || lessee->may(lessee, p)))
			return p;
	} while ((p = p->ring_next) != t->ring);
	return NULL;
}

/* The tier to begin with: the first, or by turns another one. */
static struct tier *
begin(const struct queue *q)
{
	struct tier *t = q->tiers;
	uint64_t n;

	if (q->turns % QUEUE_TURNS != QUEUE_TURNS - 1 || q->tier_count < 2)
		return t;
	n = 1 + q->turns / QUEUE_TURNS % (q->tier_count - 1);
	while (n-- > 0)
		t = t->next;
	return t;
}

static struct pair *
choose(const struct queue *q, const struct lessee *lessee)
{
	struct tier *first, *t;
	struct pair *p;

	if (q->tiers == NULL)
		return NULL;
	first = begin(q);
	if ((p = pair_of(first, lessee)) != NULL)
		return p;
	for (t = q->tiers; t != NULL; t = t->next) {
		if (t != first && (p = pair_of(t, lessee)) != NULL)
			return p;
	}
	return NULL;
}

struct leg *
queue_lend(struct queue_set *set, struct queue *q, struct lessee *lessee,
    int64_t until_ms)
{
	struct pair *p = choose(q, lessee);
	struct leg *leg;

	if (p == NULL)
		return NULL;
	q->turns++;
	leg = p->cursor;
	--q->ready;
	++q->leased;
	leg->state = QUEUE_LEASED;
	lease_join(lessee, leg);
	p->cursor = not_leased(leg->next);
	count_out(p, leg);
	schedule_set(&set->timers, &leg->timer, until_ms);
	p->tier->ring = p->ring_next; /* the next pair's turn */
	ring_settle(p);
	return leg;
}

void
queue_heat(struct queue_set *set, struct queue *q)
{
	if (q->hot || q->tiers == NULL)
		return;
	q->hot = true;
	q->hot_next = NULL;
	if (set->hot_last != NULL)
		set->hot_last->hot_next = q;
	else
		set->hot = q;
	set->hot_last = q;
}

struct queue *
queue_hot(struct queue_set *set)
{
	struct queue *q = set->hot;

	if (q == NULL)
		return NULL;
	set->hot = q->hot_next;
	if (set->hot == NULL)
		set->hot_last = NULL;
	q->hot = false;
	return q;
}

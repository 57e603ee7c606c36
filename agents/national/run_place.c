/* NAME
 *	run_place - in which list of its office a parcel is
 * DESCRIPTION
 *	Every state has its list, the oldest parcel first; what is prepared or
 *	being handed over also belongs to a pair of sender and receiver, since
 *	those go in order.  The pairs themselves stand by their oldest parcel.
 *	Whatever is done here looks at neighbours, not at all: an office may have
 *	10,000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_inside.h"

/* ---- lists ---- */

static size_t *
count_of(struct station *s, const struct tasks *list)
{
	if (list == &s->watched)
		return &s->watched_count;
	return list == &s->stopped ? &s->stopped_count : &s->todo_count;
}

static struct tasks *
list_for(struct task *t)
{
	struct station *s = t->station;

	switch (t->parcel->state) {
	case PARCEL_PREPARED:
		return &t->pair->tasks;
	case PARCEL_HANDING:
		return &s->handing;
	case PARCEL_HANDED:
		return &s->handed;
	case PARCEL_LISTED:
		return &s->watched;
	default:
		return &s->stopped;
	}
}

bool
run_older(const struct parcel *a, const struct parcel *b)
{
	if (a->accepted_ms != b->accepted_ms)
		return a->accepted_ms < b->accepted_ms;
	return id_compare(&a->id, &b->id) < 0;
}

/* Most come in order: look at both ends first. */
static void
insert(struct tasks *list, struct task *t)
{
	struct task *first = TAILQ_FIRST(list);
	struct task *before = TAILQ_LAST(list, tasks);

	if (first == NULL || run_older(t->parcel, first->parcel)) {
		TAILQ_INSERT_HEAD(list, t, entry);
		return;
	}
	while (run_older(t->parcel, before->parcel))
		before = TAILQ_PREV(before, tasks, entry);
	TAILQ_INSERT_AFTER(list, before, t, entry);
}

/* ---- pairs ---- */

static struct pair *
pair_of(struct task *t)
{
	struct station *s = t->station;
	struct pair *p;
	char key[sizeof(p->key)];

	snprintf(key, sizeof(key), "%s/%s", t->parcel->to, t->parcel->to_type);
	if ((p = zhashx_lookup(s->by_receiver, key)) != NULL)
		return p;
	p = mem_new(sizeof(*p));
	memcpy(p->key, key, sizeof(key));
	TAILQ_INIT(&p->tasks);
	TAILQ_INSERT_TAIL(&s->pairs, p, entry);
	zhashx_insert(s->by_receiver, p->key, p);
	return p;
}

/* Whose oldest parcel comes before the other's; one without comes first, it is
 * gone in a moment or waits for what is under way. */
static bool
pair_older(const struct pair *a, const struct pair *b)
{
	const struct task *x = TAILQ_FIRST(&a->tasks);
	const struct task *y = TAILQ_FIRST(&b->tasks);

	return x == NULL || (y != NULL && run_older(x->parcel, y->parcel));
}

/* The oldest parcel of the pair is another one: to its place among the others.
 * It mostly stays in front, or goes to the end. */
static void
pair_move(struct station *s, struct pair *p)
{
	struct pair *at = TAILQ_NEXT(p, entry), *last;

	TAILQ_REMOVE(&s->pairs, p, entry);
	last = TAILQ_LAST(&s->pairs, pairs);
	if (last == NULL || !pair_older(p, last)) {
		TAILQ_INSERT_TAIL(&s->pairs, p, entry);
		return;
	}
	if (at == NULL)
		at = last;
	while (pair_older(at, p)) /* ends: the last one is younger */
		at = TAILQ_NEXT(at, entry);
	for (struct pair *b = TAILQ_PREV(at, pairs, entry);
	     b != NULL && pair_older(p, b); b = TAILQ_PREV(b, pairs, entry))
		at = b;
	TAILQ_INSERT_BEFORE(at, p, entry);
}

static void
pair_leave(struct task *t)
{
	struct station *s = t->station;
	struct pair *p = t->pair;

	t->pair = NULL;
	if (p->handing > 0 || !TAILQ_EMPTY(&p->tasks))
		return;
	TAILQ_REMOVE(&s->pairs, p, entry);
	zhashx_delete(s->by_receiver, p->key);
	free(p);
}

/* ---- into and out of the list of its state ---- */

static bool
waits_in_pair(const struct task *t)
{
	return t->parcel->state == PARCEL_PREPARED ||
	       t->parcel->state == PARCEL_HANDING;
}

static void
put_in(struct task *t)
{
	struct tasks *list;

	if (waits_in_pair(t))
		t->pair = pair_of(t);
	list = list_for(t);
	insert(list, t);
	t->list = list;
	++*count_of(t->station, list);
	if (t->parcel->state == PARCEL_HANDING)
		t->pair->handing++;
	else if (t->pair != NULL && TAILQ_FIRST(list) == t)
		pair_move(t->station, t->pair);
}

static void
take_out(struct task *t)
{
	bool first = TAILQ_FIRST(t->list) == t;

	TAILQ_REMOVE(t->list, t, entry);
	--*count_of(t->station, t->list);
	if (t->list == &t->station->handing)
		t->pair->handing--;
	else if (t->pair != NULL && first && !TAILQ_EMPTY(t->list))
		pair_move(t->station, t->pair);
	t->list = NULL;
	if (t->pair != NULL)
		pair_leave(t);
}

void
run_place(struct task *t, enum parcel_state state)
{
	take_out(t);
	t->parcel->state = state;
	put_in(t);
}

/* ---- all of them ---- */

void
run_task_free(struct task *t)
{
	parcel_free(&t->parcel);
	free(t);
}

struct task *
run_append(struct run *r, struct parcel *parcel)
{
	struct task *t = mem_new(sizeof(*t));
	char key[PARCEL_KEY_BYTES];

	t->parcel = parcel;
	t->station = run_station(r, parcel->from);
	zhashx_insert(r->tasks, parcel_key_of(parcel, key), t);
	put_in(t);
	run_wake(t->station);
	return t;
}

void
run_drop(struct run *r, struct task *t)
{
	char key[PARCEL_KEY_BYTES];

	take_out(t);
	zhashx_delete(r->tasks, parcel_key_of(t->parcel, key));
	run_task_free(t);
}

struct task *
run_find(struct run *r, const struct id *id, unsigned leg)
{
	char key[PARCEL_KEY_BYTES];

	return zhashx_lookup(r->tasks, leg_key(id, leg, key));
}

struct task *
run_first(struct run *r)
{
	return zhashx_first(r->tasks);
}

struct task *
run_next(struct run *r)
{
	return zhashx_next(r->tasks);
}

size_t
run_count(const struct run *r)
{
	return zhashx_size(r->tasks);
}

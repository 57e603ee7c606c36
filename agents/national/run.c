/* NAME
 *	run - all parcels: the lists, their records and changes
 * SUMMARY
 *	see run.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "run_inside.h"

/* ---- life ---- */

struct run *
run_new(const struct run_settings *settings, struct spool *spool,
    const struct run_events *events, void *arg)
{
	struct run *r = mem_new(sizeof(*r));

	r->settings = *settings;
	r->spool = spool;
	r->events = events;
	r->arg = arg;
	r->tasks = zhashx_new();
	r->by_name = zhashx_new();
	TAILQ_INIT(&r->stations);
	return r;
}

void
run_driver(struct run *r, const struct driver *driver, void *self)
{
	r->driver = driver;
	r->self = self;
}

static void
task_free(struct task *t)
{
	parcel_free(&t->parcel);
	free(t);
}

static void
station_free(struct station *s)
{
	struct pair *p;

	while ((p = TAILQ_FIRST(&s->pairs)) != NULL) {
		TAILQ_REMOVE(&s->pairs, p, entry);
		free(p);
	}
	zhashx_destroy(&s->by_receiver);
	free(s->folder);
	free(s);
}

void
run_free(struct run **run_p)
{
	struct run *r = *run_p;
	struct station *s;

	if (r == NULL)
		return;
	for (struct task *t = zhashx_first(r->tasks); t != NULL;
	     t = zhashx_next(r->tasks))
		task_free(t);
	while ((s = TAILQ_FIRST(&r->stations)) != NULL) {
		TAILQ_REMOVE(&r->stations, s, entry);
		station_free(s);
	}
	zhashx_destroy(&r->tasks);
	zhashx_destroy(&r->by_name);
	free(r);
	*run_p = NULL;
}

bool
run_by_hand(const struct run *r)
{
	return (r->driver->traits & DRIVER_BY_HAND) != 0;
}

int64_t
run_wait(const struct run_settings *s, unsigned trouble)
{
	int64_t wait = s->wait_min_ms;

	while (trouble-- > 1 && wait < s->wait_max_ms)
		wait *= 2;
	return wait < s->wait_max_ms ? wait : s->wait_max_ms;
}

/* ---- offices ---- */

struct station *
run_station(struct run *r, const char *office)
{
	struct station *s = zhashx_lookup(r->by_name, office);

	if (s != NULL)
		return s;
	s = mem_new(sizeof(*s));
	snprintf(s->office, sizeof(s->office), "%s", office);
	TAILQ_INIT(&s->pairs);
	TAILQ_INIT(&s->handing);
	TAILQ_INIT(&s->handed);
	s->by_receiver = zhashx_new();
	TAILQ_INIT(&s->watched);
	TAILQ_INIT(&s->stopped);
	TAILQ_INSERT_TAIL(&r->stations, s, entry);
	zhashx_insert(r->by_name, office, s);
	return s;
}

void
run_office(struct run *r, const char *office)
{
	run_station(r, office);
}

void
run_wake(struct station *s)
{
	s->next_ms = 0;
}

void
run_wake_all(struct run *r)
{
	struct station *s;

	TAILQ_FOREACH(s, &r->stations, entry)
	run_wake(s);
}

void
run_changed(struct run *r, const char *office, int64_t now)
{
	struct station *s;

	TAILQ_FOREACH(s, &r->stations, entry)
	{
		if (office[0] != '\0' && strcmp(s->office, office) != 0)
			continue;
		s->list_ms = s->watch_ms = now;
		s->blocked_ms = 0;
		run_wake(s);
	}
}

void
run_offices(struct run *r,
    void (*each)(void *arg, const struct run_office *office), void *arg)
{
	struct station *s;

	TAILQ_FOREACH(s, &r->stations, entry)
	{
		struct run_office o = {
		    .office = s->office,
		    .open = s->todo_count,
		    .watched = s->watched_count,
		    .stopped = s->stopped_count,
		    .blocked_ms = s->blocked_ms,
		    .why = &s->why,
		};
		r->driver->health(r->self, s->office, &o.health);
		each(arg, &o);
	}
}

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

/* By the time the broker took it; ids of one moment are ascending. */
static bool
older(const struct parcel *a, const struct parcel *b)
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

	if (first == NULL || older(t->parcel, first->parcel)) {
		TAILQ_INSERT_HEAD(list, t, entry);
		return;
	}
	while (older(t->parcel, before->parcel))
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

	return x == NULL || (y != NULL && older(x->parcel, y->parcel));
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

static struct task *
append(struct run *r, struct parcel *parcel)
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

static void
drop(struct run *r, struct task *t)
{
	char key[PARCEL_KEY_BYTES];

	take_out(t);
	zhashx_delete(r->tasks, parcel_key_of(t->parcel, key));
	task_free(t);
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

/* ---- coming in ---- */

struct loading {
	struct parcel **parcels;
	size_t count, room;
};

/* Told, but the crash came before it was out of the way. */
static bool
is_over(const struct run *r, const struct parcel *p)
{
	if (!p->told)
		return false;
	return p->state == PARCEL_RECALLED ||
	       (p->state == PARCEL_LISTED && run_by_hand(r)) ||
	       (p->state == PARCEL_FETCHED && p->picked);
}

/* Whatever call was under way ended with the process that made it: what it can
 * still bring about is there in a moment. */
static void
load_one(struct run *r, struct parcel *parcel, int64_t now)
{
	struct task *t = append(r, parcel);

	if (parcel->state == PARCEL_HANDING) {
		t->ask_ms = now + (run_by_hand(r) ? 0 : r->settings.lag_ms);
		log_warn("national: result=interrupted why=\"It is looked for "
			 "in the list of what was sent.\"");
	}
	if (is_over(r, parcel))
		run_over(r, t, now);
}

static void
take_parcel(void *arg, struct parcel *parcel)
{
	struct loading *l = arg;

	if (l->count == l->room) {
		l->room = l->room * 2 + 64;
		l->parcels =
		    mem_resize(l->parcels, l->room * sizeof(struct parcel *));
	}
	l->parcels[l->count++] = parcel;
}

static int
by_age(const void *a, const void *b)
{
	const struct parcel *x = *(struct parcel *const *)a;
	const struct parcel *y = *(struct parcel *const *)b;

	return older(x, y) ? -1 : older(y, x);
}

/* A folder has no order; the lists have one and take what comes last best. */
int
run_load(struct run *r, int64_t now, struct why *why)
{
	struct loading l = {0};
	int rc = spool_load(r->spool, take_parcel, &l, why);

	if (l.count > 0)
		qsort(l.parcels, l.count, sizeof(struct parcel *), by_age);
	for (size_t i = 0; i < l.count; i++)
		load_one(r, l.parcels[i], now);
	free(l.parcels);
	return rc;
}

/* What is on the other side already stays there: only the rest is sent. */
static void
inherit(struct parcel *p, const struct parcel *old)
{
	p->tries = old->tries;
	if (old->count != p->count)
		return;
	for (size_t i = 0; i < p->count; i++) {
		const struct parcel_document *d = &old->documents[i];
		if (strcmp(d->name, p->documents[i].name) != 0 ||
		    memcmp(d->sha256, p->documents[i].sha256, DIGEST_BYTES) !=
			0)
			continue;
		if (d->state != DOCUMENT_REFUSED) {
			p->documents[i].state = d->state;
			memcpy(p->documents[i].ref, d->ref, sizeof(d->ref));
		}
	}
	memcpy(p->ref, old->ref, sizeof(p->ref));
}

/* A person had it queued again.  What nobody knows of is looked for first. */
static void
replace(struct run *r, struct parcel *p, struct task *old)
{
	inherit(p, old->parcel);
	if (old->parcel->state == PARCEL_UNKNOWN) {
		p->state = PARCEL_HANDING;
		p->handing_ms = old->parcel->handing_ms;
		p->made_ms = old->parcel->made_ms > 0 ? old->parcel->made_ms
						      : p->made_ms;
		parcel_say(p, "looked-for",
		    "It is looked for in the list of what was sent.");
	}
	drop(r, old);
}

int
run_add(struct run *r, struct parcel *parcel, const struct link_body *bodies,
    int64_t now, struct task **out, struct why *why)
{
	struct task *old = run_find(r, &parcel->id, parcel->leg);
	int rc;

	*out = NULL;
	if (old != NULL &&
	    (old->busy || (old->parcel->state != PARCEL_FAILED &&
			      old->parcel->state != PARCEL_UNKNOWN &&
			      old->parcel->state != PARCEL_RECALLED))) {
		why_set(why, WHY_LATER, "under-way",
		    "The parcel is under way already.");
		parcel_free(&parcel);
		return TSK_LATER;
	}
	if (old != NULL)
		replace(r, parcel, old);
	rc = spool_put(r->spool, parcel, bodies, why);
	if (rc < 0) {
		parcel_free(&parcel);
		return rc;
	}
	*out = append(r, parcel);
	(*out)->ask_ms = now;
	return 0;
}

void
run_lend(struct run *r, struct task *t)
{
	(void)r;
	t->lent = true;
	t->recall = t->refused = false;
	run_wake(t->station);
}

/* ---- records ---- */

static void
log_change(const struct task *t)
{
	const struct parcel *p = t->parcel;
	char key[PARCEL_KEY_BYTES];
	bool bad = p->state == PARCEL_FAILED || p->state == PARCEL_UNKNOWN;

	log_line(bad ? LOG_WARN_ : LOG_INFO_,
	    "national: parcel=%s from=%s to=%s try=%u documents=%zu result=%s "
	    "code=%s why=\"%s\"",
	    parcel_key_of(p, key), p->from, p->to, p->tries, p->count,
	    parcel_state_name(p->state), p->code, p->text);
}

bool
run_keep(struct run *r, struct task *t)
{
	struct why why = {0};
	int rc = spool_save(r->spool, t->parcel, &why);

	if (rc < 0 && !t->dirty)
		log_error("national: result=not-kept why=\"%s\"", why.text);
	t->dirty = rc < 0;
	return rc == 0;
}

void
run_change(struct run *r, struct task *t, enum parcel_state state, int64_t now)
{
	struct parcel *p = t->parcel;

	run_place(t, state);
	run_wake(t->station);
	if (t->recall) /* now it may be possible */
		t->station->times_ms = 0;
	if (parcel_ended(p)) {
		p->ended_ms = now;
		if (state != PARCEL_FETCHED)
			p->told = false;
	}
	(void)run_keep(r, t);
	CRASH_POINT("national-recorded");
	log_change(t);
	if (parcel_ended(p))
		r->events->tell(r->arg, t);
	else
		r->events->step(r->arg, t);
}

/* Nothing more will be heard of it, or nobody wants to. */
void
run_over(struct run *r, struct task *t, int64_t now)
{
	struct why why = {0};

	if (spool_end(r->spool, t->parcel, &why) < 0) {
		log_error("national: result=not-ended why=\"%s\"", why.text);
		t->parcel->ended_ms = now; /* once more later */
		return;
	}
	drop(r, t);
}

void
run_told(struct run *r, struct task *t, int64_t now)
{
	struct parcel *p = t->parcel;
	struct why why = {0};

	if (!parcel_ended(p) || t->busy || (p->told && p->picked))
		return;
	bool first = !p->told;
	p->told = true;
	t->lent = false;
	/* taken back, and certainly not sent: that is an end, too */
	if (p->state == PARCEL_FAILED && t->recall)
		p->state = PARCEL_RECALLED;
	if (p->state == PARCEL_RECALLED ||
	    (p->state == PARCEL_LISTED && run_by_hand(r))) {
		run_over(r, t, now);
		return;
	}
	if (p->state == PARCEL_FETCHED && !first) {
		p->picked = true;
		run_over(r, t, now);
		return;
	}
	if (p->state == PARCEL_LISTED || p->state == PARCEL_FETCHED)
		(void)!spool_strip(r->spool, p, &why);
	(void)run_keep(r, t);
	if (p->state == PARCEL_FETCHED)
		r->events->tell(r->arg, t); /* the second half */
}

void
run_recall(struct run *r, struct task *t, int64_t now)
{
	t->recall = t->station->withdraw = true;
	run_wake(t->station);
	if (parcel_ended(t->parcel)) {
		r->events->tell(r->arg, t);
		return;
	}
	if (t->parcel->state != PARCEL_PREPARED || t->busy)
		return;
	parcel_say(
	    t->parcel, "recalled", "It was taken back before it was sent.");
	run_change(r, t, PARCEL_RECALLED, now);
}

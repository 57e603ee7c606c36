/* NAME
 *	test_national_run - the states of a parcel, with a scripted other side
 * DESCRIPTION
 *	The driver here answers what a test says, when it says it; time is a
 *	number.  What must never happen is a second send of something that may
 *	be there.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "file.h"
#include "run.h"

#define OURS   "1370100018"
#define OURS_2 "1370100026"
#define THEIRS "1370200021"
#define OTHER  "1370200039"
#define LAG    5000
#define START  1790000000000

struct house {
	char folder[64];
	struct spool *spool;
	struct run *run;
	struct driver_order orders[8]; /* with the driver, not answered */
	size_t count;
	size_t sends;
	char last_step[32];
	enum parcel_state told;
	unsigned notices;
	int64_t now;
	unsigned serial;
};

/* ---- the scripted driver ---- */

static void
take_order(void *self, const struct driver_order *order)
{
	struct house *h = self;

	assert_true(h->count < 8);
	h->orders[h->count++] = *order;
	h->sends += order->verb == DRIVER_SEND;
}

static void
well(void *self, const char *office, struct driver_health *out)
{
	(void)self;
	(void)office;
	memset(out, 0, sizeof(*out));
	out->state = HEALTH_READY;
}

static const struct driver scripted = {
    .name = "scripted",
    .traits = DRIVER_LISTS,
    .order = take_order,
    .health = well,
};

/* ---- the owner ---- */

static void
on_tell(void *arg, struct task *task)
{
	((struct house *)arg)->told = task->parcel->state;
}

static void
on_step(void *arg, struct task *task)
{
	struct house *h = arg;

	snprintf(h->last_step, sizeof(h->last_step), "%s", task->parcel->code);
}

static bool
nothing_in(void *arg, const char *office, int64_t now,
    struct driver_order *order, int64_t *when)
{
	(void)arg, (void)office, (void)now, (void)order, (void)when;
	return false;
}

static void
on_notice(void *arg, const char *office, const char *code, const char *text)
{
	(void)office, (void)code, (void)text;
	((struct house *)arg)->notices++;
}

static void
on_clear(void *arg, const char *office, const char *code)
{
	(void)arg, (void)office, (void)code;
}

static const struct run_events events = {
    .tell = on_tell,
    .step = on_step,
    .inbound_next = nothing_in,
    .notice = on_notice,
    .notice_clear = on_clear,
};

/* ---- the house ---- */

static void
open_house(struct house *h)
{
	static const struct run_settings settings = {
	    .parallel = 4,
	    .poll_ms = 10000,
	    .soon_ms = 100,
	    .lag_ms = LAG,
	    .wait_min_ms = 1000,
	    .wait_max_ms = 8000,
	    .listed_ms = 600000,
	    .fetched_ms = 3600000,
	    .recent_ms = 600000,
	    .whole_ms = 1800000,
	    .remind_ms = 1000000,
	};
	struct why why = {0};

	assert_int_equal(spool_open(h->folder, &h->spool, &why), 0);
	h->run = run_new(&settings, h->spool, &events, h);
	run_driver(h->run, &scripted, h);
	assert_int_equal(run_load(h->run, h->now, &why), 0);
	h->count = 0;
}

static void
close_house(struct house *h)
{
	run_free(&h->run);
	spool_close(&h->spool);
}

/* As kill -9 and a start: what was with the driver is gone. */
static void
restart(struct house *h)
{
	close_house(h);
	open_house(h);
	for (struct task *t = run_first(h->run); t != NULL;
	     t = run_next(h->run))
		run_lend(h->run, t);
}

static int
set_up(void **state)
{
	struct house *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	strcpy(h->folder, "/tmp/tasuki-national-XXXXXX");
	assert_non_null(mkdtemp(h->folder));
	h->now = START;
	open_house(h);
	*state = h;
	return 0;
}

static int
tear_down(void **state)
{
	struct house *h = *state;

	close_house(h);
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", h->folder);
	assert_int_equal(system(command), 0);
	free(h);
	return 0;
}

static struct task *
add_named(struct house *h, const char *from, const char *to, const char *name,
    const char *kind)
{
	struct parcel *p = parcel_new(2);
	struct link_body bodies[2] = {{"one", 3}, {"two", 3}};
	struct task *t = NULL;
	struct why why = {0};

	p->id = id_new(h->now);
	p->state = PARCEL_PREPARED;
	strcpy(p->from, from);
	strcpy(p->to, to);
	p->accepted_ms = p->made_ms = p->due_ms = h->now++;
	for (size_t i = 0; i < 2; i++) {
		struct parcel_document *d = &p->documents[i];
		snprintf(d->name, sizeof(d->name), "%s-%zu.CSV", name, i);
		strcpy(d->kind, kind);
		d->bytes = 3;
		digest_sha256(bodies[i].data, 3, d->sha256);
	}
	assert_int_equal(run_add(h->run, p, bodies, h->now, &t, &why), 0);
	run_lend(h->run, t);
	return t;
}

static struct task *
add(struct house *h)
{
	char name[32];

	snprintf(name, sizeof(name), "UPPLAN_%u", h->serial++);
	return add_named(h, OURS, THEIRS, name, "UPPLAN");
}

/* ---- what happens ---- */

static void
tick(struct house *h, int64_t ms)
{
	h->now += ms;
	run_tick(h->run, h->now);
}

/* The next order of that kind; it must be there. */
static struct driver_order
expect(struct house *h, enum driver_verb verb)
{
	assert_true(h->count > 0);
	struct driver_order o = h->orders[0];
	assert_int_equal(o.verb, verb);
	memmove(h->orders, h->orders + 1, --h->count * sizeof(o));
	return o;
}

static void
answer_sent(struct house *h, const struct driver_order *o,
    enum document_state first, enum document_state second)
{
	struct driver_result results[2] = {
	    {.state = first, .ref = "N1"}, {.state = second, .ref = "N1"}};
	struct driver_answer a = {.number = o->number, .results = results};

	strcpy(results[0].code, first == DOCUMENT_REFUSED ? "E1" : "");
	strcpy(results[1].code, second == DOCUMENT_REFUSED ? "E2" : "");
	run_answer(h->run, &a, h->now);
}

static void
answer_trouble(struct house *h, const struct driver_order *o, int rc,
    enum driver_scope scope)
{
	struct driver_answer a = {
	    .number = o->number, .rc = rc, .scope = scope};

	why_set(&a.why, WHY_LATER, "trouble", "Something is wrong.");
	run_answer(h->run, &a, h->now);
}

struct listing {
	struct driver_item items[8];
	size_t count;
	bool incomplete;
};

static void
list_document(struct listing *l, const struct parcel *p, size_t i,
    enum item_state state, const char *ref, bool hashed)
{
	struct driver_item *item = &l->items[l->count++];

	memset(item, 0, sizeof(*item));
	strcpy(item->name, p->documents[i].name);
	strcpy(item->ref, ref);
	strcpy(item->peer, p->to);
	item->bytes = 3;
	item->hashed = hashed;
	memcpy(item->sha256, p->documents[i].sha256, DIGEST_BYTES);
	item->state = state;
}

static void
list_parcel(struct listing *l, const struct parcel *p, enum item_state state,
    const char *ref)
{
	list_document(l, p, 0, state, ref, true);
	list_document(l, p, 1, state, ref, true);
}

static void
answer_list(
    struct house *h, const struct driver_order *o, const struct listing *l)
{
	struct driver_answer a = {.number = o->number,
	    .items = l->items,
	    .count = l->count,
	    .complete = !l->incomplete};

	run_answer(h->run, &a, h->now);
}

/* ---- the plain way ---- */

static void
sent_listed_fetched(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);
	struct id id = t->parcel->id;
	struct listing l = {0};

	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	assert_int_equal(t->parcel->state, PARCEL_HANDING);
	answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_HANDED);
	assert_int_equal(t->parcel->state, PARCEL_HANDED);
	assert_string_equal(h->last_step, "handed-over");
	tick(h, 200);
	o = expect(h, DRIVER_LIST_SENT);
	list_parcel(&l, t->parcel, ITEM_SENT, "N1");
	answer_list(h, &o, &l);
	assert_int_equal(h->told, PARCEL_LISTED);
	run_told(h->run, t, h->now);
	tick(h, 100000);
	o = expect(h, DRIVER_LIST_SENT);
	l.count = 0;
	list_parcel(&l, t->parcel, ITEM_FETCHED, "N1");
	answer_list(h, &o, &l);
	assert_int_equal(h->told, PARCEL_FETCHED);
	run_told(h->run, t, h->now); /* fetched is said now */
	assert_null(run_find(h->run, &id, 0));
	assert_int_equal(h->sends, 1);
}

/* What was listed lately is looked for with each list, what waits for long with
 * a whole one: at first, once in a while, and after trouble. */
static void
watched_lately_and_for_long(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);
	struct listing l = {0};
	int recent = 0, ms = 0;

	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_HANDED);
	tick(h, 200);
	o = expect(h, DRIVER_LIST_SENT);
	list_parcel(&l, t->parcel, ITEM_SENT, "N1");
	answer_list(h, &o, &l);
	run_told(h->run, t, h->now);
	for (int i = 0; i < 16; i++) { /* each asks for it */
		tick(h, 100000);
		if (h->count == 0)
			continue;
		o = expect(h, DRIVER_LIST_SENT);
		assert_true(o.since_ms > 0);
		assert_true(o.since_ms < t->parcel->made_ms);
		answer_list(h, &o, &l);
		recent++;
	}
	assert_int_equal(recent, 6); /* the whole one, and 10 min of recent */
	for (; h->count == 0 && ms < 3600000; ms += 10000)
		tick(h, 10000);
	o = expect(h, DRIVER_LIST_SENT);
	assert_in_range(ms, 100000, 300000);
	answer_trouble(h, &o, TSK_LATER, SCOPE_OFFICE);
	tick(h, 110000); /* not 30 min more */
	o = expect(h, DRIVER_LIST_SENT);
	l.count = 0;
	list_parcel(&l, t->parcel, ITEM_FETCHED, "N1");
	answer_list(h, &o, &l);
	assert_int_equal(h->told, PARCEL_FETCHED);
}

static void
not_lent_does_not_go(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);

	t->lent = false;
	tick(h, 100);
	assert_int_equal(h->count, 0);
	run_lend(h->run, t);
	tick(h, 100);
	(void)expect(h, DRIVER_SEND);
}

/* ---- nobody knows ---- */

enum how { BROKEN, KILLED };

/* A call whose end nobody knows; then the first list is asked. */
static struct driver_order
broken_call(struct house *h, enum how how, struct task **t)
{
	struct id id = (*t)->parcel->id;

	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	if (how == KILLED)
		restart(h);
	else
		answer_trouble(h, &o, TSK_CLOSED, SCOPE_ORDER);
	*t = run_find(h->run, &id, 0);
	assert_non_null(*t);
	assert_int_equal((*t)->parcel->state, PARCEL_HANDING);
	tick(h, LAG - 100);
	assert_int_equal(h->count, 0); /* too early to be certain */
	tick(h, 200);
	return expect(h, DRIVER_LIST_SENT);
}

static void
listed_is_not_sent_again(struct house *h, enum how how)
{
	struct task *t = add(h);
	struct listing l = {0};

	struct driver_order o = broken_call(h, how, &t);
	list_parcel(&l, t->parcel, ITEM_SENT, "N7");
	list_parcel(&l, t->parcel, ITEM_SENT, "N7"); /* listed twice */
	answer_list(h, &o, &l);
	assert_int_equal(t->parcel->state, PARCEL_LISTED);
	tick(h, 1000);
	assert_int_equal(h->sends, 1);
}

static void
not_listed_is_sent_again(struct house *h, enum how how)
{
	struct task *t = add(h);
	struct listing l = {0};

	struct driver_order o = broken_call(h, how, &t);
	answer_list(h, &o, &l);
	assert_int_equal(t->parcel->state, PARCEL_PREPARED);
	tick(h, 1);
	(void)expect(h, DRIVER_SEND);
	assert_int_equal(h->sends, 2);
}

static void
a_cut_list_proves_nothing(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);
	struct listing l = {.incomplete = true};

	struct driver_order o = broken_call(h, BROKEN, &t);
	for (int i = 0; i < 5; i++) {
		answer_list(h, &o, &l);
		assert_int_equal(t->parcel->state, PARCEL_HANDING);
		tick(h, 20000);
		o = expect(h, DRIVER_LIST_SENT);
	}
	assert_int_equal(h->sends, 1);
}

static void
a_part_that_is_there_stays(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);
	struct listing l = {0};

	struct driver_order o = broken_call(h, KILLED, &t);
	list_document(&l, t->parcel, 1, ITEM_SENT, "N1", true);
	answer_list(h, &o, &l);
	tick(h, 1);
	o = expect(h, DRIVER_SEND);
	assert_int_equal(o.parcel->documents[0].state, DOCUMENT_OPEN);
	assert_int_equal(o.parcel->documents[1].state, DOCUMENT_LISTED);
	answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_OPEN);
	assert_int_equal(t->parcel->state, PARCEL_HANDED);
}

/* Without SHA-256 a name of the standard and the size will do; an attachment
 * may be another one. */
static void
without_hash(struct house *h, const char *kind, enum parcel_state wanted)
{
	struct task *t = add_named(h, OURS, THEIRS, "name", kind);
	struct listing l = {0};

	struct driver_order o = broken_call(h, BROKEN, &t);
	list_document(&l, t->parcel, 0, ITEM_SENT, "N1", false);
	list_document(&l, t->parcel, 1, ITEM_SENT, "N1", false);
	answer_list(h, &o, &l);
	assert_int_equal(t->parcel->state, wanted);
	tick(h, 100000);
	assert_int_equal(h->sends, 1);
}

/* The same file is sent twice on purpose: the first one's item is not the
 * second one's. */
static void
two_of_the_same(void **state)
{
	struct house *h = *state;
	struct task *first = add_named(h, OURS, THEIRS, "same", "UPPLAN");
	struct listing l = {0};

	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_HANDED); /* ref N1 */
	struct task *second = add_named(h, OURS, THEIRS, "same", "UPPLAN");
	tick(h, 1);
	o = expect(h, DRIVER_SEND);
	answer_trouble(h, &o, TSK_CLOSED, SCOPE_ORDER);
	tick(h, LAG + 1);
	o = expect(h, DRIVER_LIST_SENT);
	list_parcel(&l, first->parcel, ITEM_SENT, "N1");
	answer_list(h, &o, &l);
	assert_int_equal(first->parcel->state, PARCEL_LISTED);
	assert_int_equal(second->parcel->state, PARCEL_PREPARED);
	tick(h, 1);
	(void)expect(h, DRIVER_SEND);
}

static void
never_listed_is_for_a_person(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);
	struct why why = {0};

	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_HANDED);
	/* that nobody could ask for days says nothing */
	for (int hours = 0; hours < 48; hours++) {
		tick(h, 3600000);
		o = expect(h, DRIVER_LIST_SENT);
		answer_trouble(h, &o, TSK_LATER, SCOPE_ALL);
		assert_int_equal(t->parcel->state, PARCEL_HANDED);
	}
	tick(h, 600001);
	o = expect(h, DRIVER_LIST_SENT);
	answer_list(h, &o, &(struct listing){0});
	tick(h, 1001);
	assert_int_equal(t->parcel->state, PARCEL_UNKNOWN);
	assert_int_equal(h->told, PARCEL_UNKNOWN);
	assert_int_equal(
	    run_decide(h->run, t, "done", "hanako", h->now, &why), 0);
	assert_int_equal(t->parcel->state, PARCEL_LISTED);
	assert_string_equal(t->parcel->by, "hanako");
	assert_int_equal(h->sends, 1);
}

/* ---- trouble ---- */

static void
other_offices_go_on(struct house *h, int rc)
{
	struct task *t = add(h);

	add_named(h, OURS_2, THEIRS, "other", "UPPLAN");
	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	struct driver_order p = expect(h, DRIVER_SEND);
	assert_string_not_equal(o.office, p.office);
	if (strcmp(o.office, OURS) != 0) {
		struct driver_order q = o;
		o = p;
		p = q;
	}
	answer_trouble(h, &o, rc, SCOPE_OFFICE);
	answer_sent(h, &p, DOCUMENT_HANDED, DOCUMENT_HANDED);
	assert_int_equal(t->parcel->state, PARCEL_PREPARED);
	assert_int_equal(h->notices, rc == TSK_DENIED ? 1 : 0);
	tick(h, 200);
	p = expect(h, DRIVER_LIST_SENT);
	assert_string_equal(p.office, OURS_2);
	assert_int_equal(h->count, 0);
	tick(h, 8000);
	o = expect(h, DRIVER_SEND);
	assert_string_equal(o.office, OURS);
}

static void
all_wait(void **state)
{
	struct house *h = *state;

	add(h);
	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	answer_trouble(h, &o, TSK_LATER, SCOPE_ALL);
	add_named(h, OURS_2, THEIRS, "other", "UPPLAN");
	tick(h, 500);
	assert_int_equal(h->count, 0);
	tick(h, 600);
	(void)expect(h, DRIVER_SEND);
	(void)expect(h, DRIVER_SEND);
}

static void
longer_and_longer(void **state)
{
	static const int64_t waits[] = {1000, 2000, 4000, 8000, 8000};
	struct house *h = *state;

	add(h);
	tick(h, 1);
	for (size_t i = 0; i < 5; i++) {
		struct driver_order o = expect(h, DRIVER_SEND);
		answer_trouble(h, &o, TSK_LATER, SCOPE_ORDER);
		tick(h, waits[i] - 1);
		assert_int_equal(h->count, 0);
		tick(h, 1);
	}
	(void)expect(h, DRIVER_SEND);
}

static void
refused_for_good(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);

	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	answer_trouble(h, &o, TSK_INVALID, SCOPE_ORDER);
	assert_int_equal(t->parcel->state, PARCEL_FAILED);
	assert_int_equal(h->told, PARCEL_FAILED);
	tick(h, 100000);
	assert_int_equal(h->count, 0);
}

static void
partly_refused(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);
	struct parcel *again = parcel_copy(t->parcel);
	struct link_body bodies[2] = {{"one", 3}, {"two", 3}};
	struct why why = {0};

	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_REFUSED);
	assert_int_equal(t->parcel->state, PARCEL_FAILED);
	assert_string_equal(t->parcel->code, "partly-refused");
	run_told(h->run, t, h->now);
	/* a person had it queued again: only the rest is sent */
	assert_int_equal(run_add(h->run, again, bodies, h->now, &t, &why), 0);
	run_lend(h->run, t);
	tick(h, 1);
	o = expect(h, DRIVER_SEND);
	assert_int_equal(o.parcel->documents[0].state, DOCUMENT_HANDED);
	assert_int_equal(o.parcel->documents[1].state, DOCUMENT_OPEN);
}

/* ---- order, recall ---- */

static void
in_order_of_a_pair(void **state)
{
	struct house *h = *state;
	struct task *first = add(h), *second = add(h);

	add_named(h, OURS, OTHER, "elsewhere", "UPPLAN");
	tick(h, 1);
	struct driver_order o = expect(h, DRIVER_SEND);
	assert_ptr_equal(o.parcel, first->parcel);
	answer_trouble(h, &o, TSK_LATER, SCOPE_ORDER);
	tick(h, 1); /* not the second one: that of another receiver */
	o = expect(h, DRIVER_SEND);
	assert_string_equal(o.parcel->to, OTHER);
	answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_HANDED);
	tick(h, 1000);
	o = expect(h, DRIVER_SEND);
	assert_ptr_equal(o.parcel, first->parcel);
	answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_HANDED);
	tick(h, 1);
	o = expect(h, DRIVER_SEND);
	assert_ptr_equal(o.parcel, second->parcel);
}

/* The oldest that may go, whoever gets it; who is held up holds up nobody. */
static void
oldest_of_all_receivers(void **state)
{
	static const char *const to[] = {THEIRS, OTHER, OURS_2};
	static const size_t want[] = {1, 2, 4, 5, 7, 8, 0, 3, 6};
	struct house *h = *state;
	struct task *t[9];
	struct why why;
	char name[32];

	for (size_t i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "UPPLAN_%zu", i);
		t[i] = add_named(h, OURS, to[i % 3], name, "UPPLAN");
	}
	assert_int_equal(
	    run_decide(h->run, t[0], "hold", "hanako", h->now, &why), 0);
	for (size_t i = 0; i < 9; i++) {
		if (i == 6)
			assert_int_equal(run_decide(h->run, t[0], "release",
					     "hanako", h->now, &why),
			    0);
		tick(h, 1);
		struct driver_order o = expect(h, DRIVER_SEND);
		assert_ptr_equal(o.parcel, t[want[i]]->parcel);
		answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_HANDED);
	}
	assert_int_equal(h->sends, 9);
}

/* Whatever order a folder has them in, whatever comes between. */
static void
order_after_a_start(void **state)
{
	enum { N = 60 };
	static const char *const to[] = {THEIRS, OTHER, OURS_2, "1370300011"};
	struct house *h = *state;
	int64_t last[4] = {0};
	char name[32];

	for (unsigned i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "UPPLAN_%u", i);
		(void)add_named(h, OURS, to[i * 7 % 11 % 4], name, "UPPLAN");
	}
	restart(h);
	for (unsigned sent = 0, calls = 0; sent < N; calls++) {
		assert_true(calls < 3 * N);
		tick(h, 1000);
		if (h->count > 0 && h->orders[0].verb == DRIVER_LIST_SENT) {
			struct driver_order o = expect(h, DRIVER_LIST_SENT);
			answer_list(h, &o, &(struct listing){0});
			continue;
		}
		struct driver_order o = expect(h, DRIVER_SEND);
		if (calls % 5 == 4) {
			answer_trouble(h, &o, TSK_LATER, SCOPE_ORDER);
			continue;
		}
		for (size_t k = 0; k < 4; k++) {
			if (strcmp(o.parcel->to, to[k]) != 0)
				continue;
			assert_true(o.parcel->accepted_ms > last[k]);
			last[k] = o.parcel->accepted_ms;
		}
		answer_sent(h, &o, DOCUMENT_HANDED, DOCUMENT_HANDED);
		sent++;
	}
}

static void
recalled_before_it_goes(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);

	run_recall(h->run, t, h->now);
	assert_int_equal(t->parcel->state, PARCEL_RECALLED);
	run_told(h->run, t, h->now);
	assert_int_equal(run_count(h->run), 0);
	tick(h, 1000);
	assert_int_equal(h->sends, 0);
}

static void
recalled_in_doubt(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);
	struct listing l = {0};

	struct driver_order o = broken_call(h, BROKEN, &t);
	run_recall(h->run, t, h->now);
	answer_list(h, &o, &l);
	tick(h, 1);
	assert_int_equal(h->sends, 1);
	assert_int_equal(t->parcel->state, PARCEL_RECALLED);
}

static void
held_by_a_person(void **state)
{
	struct house *h = *state;
	struct task *t = add(h);
	struct why why = {0};

	assert_int_equal(run_decide(h->run, t, "hold", "a", h->now, &why), 0);
	tick(h, 1000);
	assert_int_equal(h->count, 0);
	restart(h);
	t = run_first(h->run);
	tick(h, 1000);
	assert_int_equal(h->count, 0);
	assert_int_equal(
	    run_decide(h->run, t, "release", "a", h->now, &why), 0);
	tick(h, 1);
	(void)expect(h, DRIVER_SEND);
	assert_int_equal(
	    run_decide(h->run, t, "fail", "a", h->now, &why), TSK_INVALID);
}

/* ---- rows ---- */

static void
listed_broken(void **state)
{
	listed_is_not_sent_again(*state, BROKEN);
}

static void
listed_killed(void **state)
{
	listed_is_not_sent_again(*state, KILLED);
}

static void
missing_broken(void **state)
{
	not_listed_is_sent_again(*state, BROKEN);
}

static void
missing_killed(void **state)
{
	not_listed_is_sent_again(*state, KILLED);
}

static void
no_hash_standard(void **state)
{
	without_hash(*state, "UPPLAN", PARCEL_LISTED);
}

static void
no_hash_attachment(void **state)
{
	without_hash(*state, "", PARCEL_UNKNOWN);
}

static void
office_waits(void **state)
{
	other_offices_go_on(*state, TSK_LATER);
}

static void
office_needs_a_person(void **state)
{
	other_offices_go_on(*state, TSK_DENIED);
}

#define ROW(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROW(sent_listed_fetched),
	    ROW(watched_lately_and_for_long),
	    ROW(not_lent_does_not_go),
	    ROW(listed_broken),
	    ROW(listed_killed),
	    ROW(missing_broken),
	    ROW(missing_killed),
	    ROW(a_cut_list_proves_nothing),
	    ROW(a_part_that_is_there_stays),
	    ROW(no_hash_standard),
	    ROW(no_hash_attachment),
	    ROW(two_of_the_same),
	    ROW(never_listed_is_for_a_person),
	    ROW(office_waits),
	    ROW(office_needs_a_person),
	    ROW(all_wait),
	    ROW(longer_and_longer),
	    ROW(refused_for_good),
	    ROW(partly_refused),
	    ROW(in_order_of_a_pair),
	    ROW(oldest_of_all_receivers),
	    ROW(order_after_a_start),
	    ROW(recalled_before_it_goes),
	    ROW(recalled_in_doubt),
	    ROW(held_by_a_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

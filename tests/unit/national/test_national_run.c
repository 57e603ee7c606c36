/* NAME
 *	test_national_run - the states of a parcel, with a scripted other side
 * DESCRIPTION
 *	The plain way, trouble of an office or of all, order and recall.  What
 *	may have been handed over is test_national_doubt.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "house.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROW(sent_listed_fetched),
	    ROW(watched_lately_and_for_long),
	    ROW(not_lent_does_not_go),
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
	    ROW(held_by_a_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

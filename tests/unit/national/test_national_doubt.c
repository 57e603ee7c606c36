/* NAME
 *	test_national_doubt - calls whose end nobody knows
 * DESCRIPTION
 *	What must never happen is a second send of something that may be there.
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
	    ROW(recalled_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_receive_since - how far back the list of received things is asked
 * DESCRIPTION
 *	The other side here is a table of what a list says; time is a number.
 *	What must never happen is that something not safe yet falls out of the
 *	lists.
 */
#include <fcntl.h>
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
#include "receive.h"

#define OURS    "1370100018"
#define THEIRS  "1370200021"
#define START   1790000000000
#define POLL    10000
#define MINUTE  60000LL
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)
#define OVERLAP (6 * HOUR)
#define WINDOW  (35 * DAY)

struct house {
	char folder[64];
	int dir;
	struct standard *standard;
	struct marks *marks;
	struct receive *receive;
	int64_t now;
};

static void
on_notice(void *arg, const char *office, const char *code, const char *text)
{
	(void)arg, (void)office, (void)code, (void)text;
}

static void
open_house(struct house *h, bool moves)
{
	const struct receive_settings settings = {
	    .poll_ms = POLL,
	    .window_ms = WINDOW,
	    .overlap_ms = OVERLAP,
	    .whole_ms = DAY,
	    .wait_ms = HOUR,
	    .on = true,
	    .moves = moves,
	};

	receive_free(&h->receive);
	h->receive =
	    receive_new(&settings, h->standard, h->marks, on_notice, h);
}

static int
set_up(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	const char *source = getenv("TASUKI_SOURCE");
	struct why why = {0};
	char tables[512];

	assert_non_null(h);
	assert_non_null(source);
	snprintf(tables, sizeof(tables), "%s/config/standard", source);
	assert_int_equal(standard_load(tables, &h->standard, &why), 0);
	strcpy(h->folder, "/tmp/tasuki-since-XXXXXX");
	assert_non_null(mkdtemp(h->folder));
	h->dir = file_dir_open(AT_FDCWD, h->folder);
	assert_true(h->dir >= 0);
	assert_int_equal(marks_open(h->dir, START, &h->marks, &why), 0);
	h->now = START;
	open_house(h, false);
	*state = h;
	return 0;
}

static int
tear_down(void **state)
{
	struct house *h = *state;
	char command[128];

	receive_free(&h->receive);
	marks_close(&h->marks);
	standard_free(&h->standard);
	close(h->dir);
	snprintf(command, sizeof(command), "rm -rf '%s'", h->folder);
	assert_int_equal(system(command), 0);
	free(h);
	return 0;
}

/* The order that is due after so long. */
static struct driver_order
next(struct house *h, int64_t ms, enum driver_verb verb)
{
	struct driver_order o = {.office = OURS};
	int64_t when = INT64_MAX;

	h->now += ms;
	assert_true(receive_next(h->receive, OURS, h->now, &o, &when));
	assert_int_equal(o.verb, verb);
	return o;
}

/* A list is asked after so long: how far back. */
static int64_t
asked(struct house *h, int64_t ms, struct driver_order *o)
{
	*o = next(h, ms, DRIVER_LIST_RECEIVED);
	return h->now - o->since_ms;
}

/* It says: one attachment each, of these times; at[] ends with -1. */
static void
says(struct house *h, const struct driver_order *o, const int64_t *at,
    bool complete)
{
	struct driver_item items[8] = {0};
	struct driver_answer a = {.items = items, .complete = complete};

	for (; at[a.count] >= 0; a.count++) {
		struct driver_item *i = &items[a.count];
		snprintf(
		    i->ref, sizeof(i->ref), "N%lld", (long long)at[a.count]);
		strcpy(i->name, "letter.pdf");
		strcpy(i->peer, THEIRS);
		i->state = ITEM_SENT;
		i->at_ms = at[a.count];
	}
	receive_answer(h->receive, o, &a, h->now);
}

static void
fails(struct house *h, const struct driver_order *o, int rc)
{
	struct driver_answer a = {.rc = rc};

	receive_answer(h->receive, o, &a, h->now);
}

/* Somebody took it away meanwhile: it is no concern of ours any more. */
static void
gone(struct house *h)
{
	struct driver_order o = next(h, 0, DRIVER_FETCH);

	fails(h, &o, TSK_NOTFOUND);
}

/* A whole list after so long with one thing of that age, that is over. */
static void
begin(struct house *h, int64_t ms, int64_t age)
{
	struct driver_order o;

	assert_int_equal(asked(h, ms, &o), WINDOW);
	says(h, &o, (int64_t[]){h->now - age, -1}, true);
	gone(h);
}

/* ---- cases ---- */

static void
whole_until_something_is_known(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(asked(h, POLL, &o), WINDOW);
		says(h, &o, (int64_t[]){-1}, true);
	}
}

static void
then_from_the_newest_less_the_overlap(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	begin(h, 0, 3 * HOUR);
	assert_int_equal(asked(h, POLL, &o), POLL + 3 * HOUR + OVERLAP);
	says(h, &o, (int64_t[]){-1}, true); /* nothing: the mark stays */
	assert_int_equal(asked(h, POLL, &o), 2 * POLL + 3 * HOUR + OVERLAP);
	/* a late one and a new one, in no order, the new one twice */
	int64_t new = h->now - MINUTE, late = h->now - 8 * HOUR;
	says(h, &o, (int64_t[]){new, late, new, -1}, true);
	gone(h);
	gone(h);
	assert_int_equal(receive_count(h->receive), 0);
	assert_int_equal(asked(h, POLL, &o), POLL + MINUTE + OVERLAP);
}

static void
what_is_not_safe_holds_it_back(void **state)
{
	struct house *h = *state;
	struct driver_order o, fetch;

	assert_int_equal(asked(h, 0, &o), WINDOW);
	int64_t old = h->now - 9 * DAY, new = h->now - MINUTE;
	says(h, &o, (int64_t[]){new, old, -1}, true);
	gone(h); /* the new one; the old one cannot be fetched now */
	fetch = next(h, 0, DRIVER_FETCH);
	fails(h, &fetch, TSK_LATER);
	assert_int_equal(asked(h, POLL, &o), POLL + 9 * DAY + OVERLAP);
	says(h, &o, (int64_t[]){old, -1}, true);
	assert_int_equal(receive_count(h->receive), 1);
	assert_int_equal(asked(h, POLL, &o), 2 * POLL + 9 * DAY + OVERLAP);
	says(h, &o, (int64_t[]){-1}, true); /* somebody took it away */
	assert_int_equal(receive_count(h->receive), 0);
	assert_int_equal(asked(h, POLL, &o), 3 * POLL + MINUTE + OVERLAP);
}

static void
whole_once_a_day(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	begin(h, 0, 0);
	assert_int_equal(asked(h, DAY - POLL, &o), DAY - POLL + OVERLAP);
	says(h, &o, (int64_t[]){-1}, true);
	assert_int_equal(asked(h, POLL, &o), WINDOW);
	says(h, &o, (int64_t[]){h->now, -1}, true);
	gone(h);
	assert_int_equal(asked(h, POLL, &o), POLL + OVERLAP);
}

static void
whole_after_trouble(void **state)
{
	static const int codes[] = {TSK_LATER, TSK_DENIED, TSK_CLOSED};
	struct house *h = *state;
	struct driver_order o;

	begin(h, 0, 0);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_int_equal(asked(h, POLL, &o), POLL + OVERLAP);
		fails(h, &o, codes[i]);
		begin(h, POLL, 0);
	}
}

static void
whole_after_one_that_is_cut_off(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	begin(h, 0, 0);
	assert_int_equal(asked(h, POLL, &o), POLL + OVERLAP);
	says(h, &o, (int64_t[]){h->now - 8 * HOUR, h->now, -1}, false);
	gone(h);
	gone(h);
	assert_int_equal(asked(h, POLL, &o), WINDOW);
}

static void
whole_after_a_start(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	begin(h, 0, 0);
	open_house(h, false);
	assert_int_equal(asked(h, POLL, &o), WINDOW);
}

static void
whole_when_our_clock_was_set_back(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	begin(h, 0, 0);
	assert_int_equal(asked(h, -DAY, &o), WINDOW);
}

/* One thing with a time to come does not hide what comes before it. */
static void
never_later_than_we_asked(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	begin(h, 0, -30 * DAY);
	assert_int_equal(asked(h, POLL, &o), POLL + OVERLAP);
}

static void
whole_if_no_times_are_said(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	assert_int_equal(asked(h, 0, &o), WINDOW);
	says(h, &o, (int64_t[]){0, -1}, true);
	gone(h);
	assert_int_equal(asked(h, POLL, &o), WINDOW);
}

static void
a_folder_is_always_whole(void **state)
{
	struct house *h = *state;
	struct driver_order o;

	open_house(h, true);
	begin(h, 0, 0);
	assert_int_equal(asked(h, POLL, &o), WINDOW);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(whole_until_something_is_known),
	    CASE(then_from_the_newest_less_the_overlap),
	    CASE(what_is_not_safe_holds_it_back),
	    CASE(whole_once_a_day),
	    CASE(whole_after_trouble),
	    CASE(whole_after_one_that_is_cut_off),
	    CASE(whole_after_a_start),
	    CASE(whole_when_our_clock_was_set_back),
	    CASE(never_later_than_we_asked),
	    CASE(whole_if_no_times_are_said),
	    CASE(a_folder_is_always_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

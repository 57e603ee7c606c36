/* NAME
 *	queue_test - order, turns, leases, timers and backoff on a false clock
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "queue.h"
#include "schedule.h"
#include "settings.h"

#define NEVER (1LL << 60)

struct bench {
	struct queue_set set;
	struct lessee l, other;
	uint64_t no;
	int64_t now;
	uint32_t priority; /* of what is added next */
};

static int
open_bench(void **state)
{
	struct bench *t = calloc(1, sizeof(*t));

	queue_init(&t->set);
	*state = t;
	return 0;
}

static int
close_bench(void **state)
{
	struct bench *t = *state;

	queue_fini(&t->set);
	free(t);
	return 0;
}

/* A leg of queue "q", named by its first id byte. */
static struct leg *
add(struct bench *t, uint8_t name, const char *from, const char *stamp,
    enum leg_state state, int64_t due, int64_t expires)
{
	struct store_leg leg = {.state = state, .way = WAY_BUS, .queue = "q"};
	struct id id = {{name}};
	struct queue_new new = {.leg = &leg,
	    .id = &id,
	    .from = from,
	    .from_type = "",
	    .to = "2",
	    .to_type = "",
	    .stamp = stamp,
	    .accepted_ms = 1790000000000 + (int64_t)t->no,
	    .bytes = 10,
	    .due_ms = due,
	    .expires_ms = expires,
	    .priority = t->priority};

	id.bytes[15] = name;
	leg.no = ++t->no;
	return queue_add(&t->set, &new);
}

static struct leg *
ready(struct bench *t, uint8_t name, const char *from, const char *stamp)
{
	return add(t, name, from, stamp, LEG_READY, 0, NEVER);
}

static struct queue *
q(struct bench *t)
{
	return queue_get(&t->set, "q");
}

/* Lends until nothing comes; the names in order. */
static void
expect_lent(struct bench *t, struct lessee *l, const char *wanted)
{
	char got[32] = "";
	struct leg *leg;
	size_t n = 0;

	while (n < 31 && (leg = queue_lend(&t->set, q(t), l, NEVER)) != NULL)
		got[n++] = (char)leg->id.bytes[0];
	assert_string_equal(got, wanted);
}

static struct leg *
find(struct bench *t, uint8_t name)
{
	struct id id = {{name}};

	id.bytes[15] = name;
	return queue_leg(&t->set, &id, 0);
}

static void
pair_keeps_stamp_order(void **state)
{
	struct bench *t = *state;

	ready(t, 'c', "1", "20260103000000");
	ready(t, 'a', "1", "20260101000000");
	ready(t, 'b', "1", "20260102000000");
	ready(t, 'd', "1", "20260103000000"); /* same stamp: by number */
	expect_lent(t, &t->l, "abcd");
	assert_int_equal(q(t)->leased, 4);
}

static void
unstamped_take_their_turn_by_time(void **state)
{
	struct bench *t = *state;

	ready(t, 'b', "1", ""); /* accepted 2026-09-21 */
	ready(t, 'c', "1", "20261101000000");
	ready(t, 'a', "1", "20260101000000");
	expect_lent(t, &t->l, "abc");
}

static void
pairs_take_turns(void **state)
{
	struct bench *t = *state;
	uint8_t i;

	for (i = 0; i < 5; i++)
		ready(t, (uint8_t)('A' + i), "1", "20260101000000");
	ready(t, 'x', "3", "20260105000000");
	ready(t, 'y', "4", "20260105000000");
	expect_lent(t, &t->l, "AxyBCDE");
}

static void
urgent(struct bench *t, uint8_t name, const char *from, const char *stamp,
    uint32_t priority)
{
	t->priority = priority;
	ready(t, name, from, stamp);
	t->priority = 0;
}

/* F22 */
static void
urgent_pairs_go_first(void **state)
{
	struct bench *t = *state;

	ready(t, 'z', "1", "20260101000000");
	urgent(t, 'd', "3", "20260101000000", 20);
	urgent(t, 'b', "4", "20260101000000", 10);
	urgent(t, 'c', "5", "20260101000000", 10);
	expect_lent(t, &t->l, "bcdz");
}

/* What stands before an urgent leg in its pair goes before it, and sooner. */
static void
an_urgent_leg_pulls_its_pair(void **state)
{
	struct bench *t = *state;

	urgent(t, 'x', "1", "20260101000000", 20);
	ready(t, 'a', "3", "20260101000000");
	urgent(t, 'c', "3", "20260103000000", 10);
	ready(t, 'd', "3", "20260104000000");
	urgent(t, 'b', "3", "20260102000000", 30);
	expect_lent(t, &t->l, "abcxd");
	/* and given back, it is as urgent as before */
	queue_back(&t->set, find(t, 'x'));
	queue_back(&t->set, find(t, 'a'));
	queue_back(&t->set, find(t, 'c'));
	expect_lent(t, &t->l, "acx");
	queue_park(&t->set, find(t, 'c'));
	queue_back(&t->set, find(t, 'd'));
	queue_back(&t->set, find(t, 'x'));
	expect_lent(t, &t->l, "xd");
}

static void
nobody_waits_for_ever(void **state)
{
	struct bench *t = *state;
	uint8_t i;

	for (i = 0; i < 20; i++)
		urgent(t, (uint8_t)('A' + i), "1", "20260101000000", 10);
	urgent(t, 'x', "3", "20260101000000", 20);
	ready(t, 'y', "4", "20260101000000");
	expect_lent(t, &t->l, "ABCDEFGxHIJKLMNyOPQRST");
	assert_int_equal(QUEUE_TURNS, 8);
}

static void
a_waiting_leg_blocks_its_pair_only(void **state)
{
	struct bench *t = *state;
	struct leg *leg;

	add(t, 'a', "1", "20260101000000", LEG_WAITING, 100, NEVER);
	ready(t, 'b', "1", "20260102000000");
	ready(t, 'x', "3", "20260103000000");
	expect_lent(t, &t->l, "x");
	assert_int_equal(queue_tick(&t->set, 99, &leg), QUEUE_NOTHING);
	assert_int_equal(queue_tick(&t->set, 100, &leg), QUEUE_DUE);
	assert_int_equal(leg->id.bytes[0], 'a');
	expect_lent(t, &t->l, "ab");
}

static void
a_failed_leg_comes_again_before_its_followers(void **state)
{
	struct bench *t = *state;

	ready(t, 'a', "1", "20260101000000");
	ready(t, 'b', "1", "20260102000000");
	ready(t, 'c', "1", "20260103000000");
	expect_lent(t, &t->l, "abc");
	queue_wait(&t->set, find(t, 'a'), 50);
	queue_back(&t->set, find(t, 'b')); /* "waits" */
	expect_lent(t, &t->l, "");
	queue_end(&t->set, find(t, 'c')); /* was quick enough */
	assert_int_equal(
	    queue_tick(&t->set, 50, &(struct leg *){0}), QUEUE_DUE);
	expect_lent(t, &t->l, "ab");
}

static void
an_older_stamp_goes_before_what_is_not_lent(void **state)
{
	struct bench *t = *state;

	ready(t, 'b', "1", "20260102000000");
	ready(t, 'd', "1", "20260104000000");
	assert_non_null(queue_lend(&t->set, q(t), &t->l, NEVER));
	ready(t, 'c', "1", "20260103000000");
	ready(t, 'a', "1", "20260101000000");
	expect_lent(t, &t->l, "acd");
}

static void
a_pair_is_lent_to_one_at_a_time(void **state)
{
	struct bench *t = *state;

	ready(t, 'a', "1", "20260101000000");
	ready(t, 'b', "1", "20260102000000");
	ready(t, 'x', "3", "20260101000000");
	assert_non_null(queue_lend(&t->set, q(t), &t->l, NEVER));
	expect_lent(t, &t->other, "x");
	queue_end(&t->set, find(t, 'a'));
	expect_lent(t, &t->other, "b");
	assert_int_equal(t->other.count, 2);
}

static void
held_legs_block_and_have_no_timer(void **state)
{
	struct bench *t = *state;
	struct leg *leg;

	add(t, 'a', "1", "20260101000000", LEG_READY, 0, 10);
	ready(t, 'b', "1", "20260102000000");
	queue_hold(&t->set, find(t, 'a'));
	expect_lent(t, &t->l, "");
	assert_int_equal(queue_tick(&t->set, 1000, &leg), QUEUE_NOTHING);
	queue_park(&t->set, find(t, 'a'));
	queue_unhold(&t->set, find(t, 'a'));
	expect_lent(t, &t->l, "b");
	queue_back(&t->set, find(t, 'a')); /* requeued */
	find(t, 'a')->expires_ms = NEVER;
	expect_lent(t, &t->l, "a");
}

/* F36.
 * The machine slept for longer than it was up before: what is due at an hour of
 * the wall clock is due; a lease is an interval.  Set back, no wait grows. */
static void
the_wall_clock_jumps(void **state)
{
	struct bench *t = *state;
	struct leg *leg;

	add(t, 'w', "1", "20260101000000", LEG_WAITING, 5000, NEVER);
	leg = ready(t, 's', "3", "20260101000000");
	leg->expires_ms = 900000;
	queue_sleep(&t->set, leg, 600000);
	ready(t, 'l', "4", "20260101000000");
	assert_non_null(queue_lend(&t->set, q(t), &t->l, 8000));
	assert_int_equal(queue_tick(&t->set, 1000, &leg), QUEUE_NOTHING);
	queue_jump(&t->set, -1000);
	assert_int_equal(queue_tick(&t->set, 4999, &leg), QUEUE_NOTHING);
	assert_int_equal(queue_tick(&t->set, 5000, &leg), QUEUE_DUE);
	assert_int_equal(queue_tick(&t->set, 7999, &leg), QUEUE_NOTHING);
	assert_int_equal(queue_tick(&t->set, 8000, &leg), QUEUE_OVERDUE);
	queue_back(&t->set, leg);
	leg->expires_ms = NEVER;
	queue_jump(&t->set, 590000); /* 1 s more than it was set back */
	assert_int_equal(queue_tick(&t->set, 10999, &leg), QUEUE_NOTHING);
	assert_int_equal(queue_tick(&t->set, 11000, &leg), QUEUE_WAKE);
	assert_int_equal(leg->id.bytes[0], 's');
	queue_sleep(&t->set, leg, 700000);
	queue_jump(&t->set, 86400000);
	assert_int_equal(queue_tick(&t->set, 11000, &leg), QUEUE_EXPIRED);
}

static void
legs_expire_and_leases_end(void **state)
{
	struct bench *t = *state;
	struct leg *leg;

	add(t, 'a', "1", "20260101000000", LEG_READY, 0, 500);
	add(t, 'b', "3", "20260101000000", LEG_WAITING, 900, 600);
	add(t, 'c', "4", "20260101000000", LEG_READY, 0, NEVER);
	assert_int_equal(queue_tick(&t->set, 499, &leg), QUEUE_NOTHING);
	assert_int_equal(queue_tick(&t->set, 500, &leg), QUEUE_EXPIRED);
	assert_int_equal(leg->id.bytes[0], 'a');
	queue_end(&t->set, leg);
	assert_int_equal(queue_tick(&t->set, 600, &leg), QUEUE_EXPIRED);
	assert_int_equal(leg->id.bytes[0], 'b');
	queue_end(&t->set, leg);
	leg = queue_lend(&t->set, q(t), &t->l, 700);
	assert_int_equal(leg->id.bytes[0], 'c');
	queue_renew(&t->set, leg, 800);
	assert_int_equal(queue_tick(&t->set, 799, &leg), QUEUE_NOTHING);
	assert_int_equal(queue_tick(&t->set, 800, &leg), QUEUE_OVERDUE);
	queue_back(&t->set, leg);
	expect_lent(t, &t->l, "c");
}

static void
counters_add_up(void **state)
{
	struct bench *t = *state;
	struct queue *queue = q(t);

	ready(t, 'a', "1", "20260101000000");
	add(t, 'b', "3", "20260101000000", LEG_WAITING, 9, NEVER);
	add(t, 'c', "4", "20260101000000", LEG_PARKED, 0, NEVER);
	assert_int_equal(queue->ready, 1);
	assert_int_equal(queue->waiting, 1);
	assert_int_equal(queue->parked, 1);
	assert_int_equal(queue->bytes, 30);
	expect_lent(t, &t->l, "a");
	queue_end(&t->set, find(t, 'a'));
	queue_end(&t->set, find(t, 'b'));
	queue_end(&t->set, find(t, 'c'));
	assert_int_equal(
	    queue->ready + queue->waiting + queue->leased + queue->parked, 0);
	assert_int_equal(queue->bytes, 0);
	assert_null(queue->pairs);
	assert_null(queue->tiers);
	assert_int_equal(t->set.legs.count, 0);
	assert_int_equal(t->set.timers.count, 0);
}

static void
expect_pairs_know_their_priority(const struct queue *queue)
{
	const struct pair *p;
	const struct leg *leg;
	uint32_t least, count;

	for (p = queue->pairs; p != NULL; p = p->next) {
		least = UINT32_MAX;
		for (leg = p->first; leg != NULL; leg = leg->next)
			if (leg->state != QUEUE_LEASED && leg->priority < least)
				least = leg->priority;
		for (count = 0, leg = p->first; leg != NULL; leg = leg->next)
			count += leg->state != QUEUE_LEASED &&
				 leg->priority == least;
		assert_int_equal(p->priority, least);
		assert_int_equal(p->urgent, count);
		assert_true(p->tier == NULL || p->tier->priority == least);
	}
}

/* F29.
 * Random moves against what must hold after each: nothing lent overtakes. */
static void
nothing_overtakes_in_a_thousand_moves(void **state)
{
	struct bench *t = *state;
	uint32_t dice = 12345;
	struct leg *leg, *before;
	char stamp[16];
	int i;

	for (i = 0; i < 20000; i++) {
		dice = dice * 1664525 + 1013904223;
		snprintf(stamp, sizeof(stamp), "202601%08u", (dice >> 20) % 90);
		switch ((dice >> 8) % 6) {
		case 0:
		case 1:
			if (t->set.legs.count < 200)
				urgent(t, (uint8_t)(dice >> 16),
				    (dice & 1) ? "1" : "3", stamp,
				    (dice >> 5) % 4);
			break;
		case 2:
			leg = queue_lend(&t->set, q(t), &t->l, NEVER);
			for (before = leg ? leg->prev : NULL; before != NULL;
			     before = before->prev)
				assert_int_equal(before->state, QUEUE_LEASED);
			break;
		case 3:
			if (t->l.last != NULL)
				queue_back(&t->set, t->l.last);
			break;
		case 4:
			if (t->l.first != NULL)
				queue_wait(&t->set, t->l.first, i + 10);
			break;
		case 5:
			if (t->l.first != NULL)
				queue_end(&t->set, t->l.first);
			break;
		}
		while (queue_tick(&t->set, i, &leg) != QUEUE_NOTHING)
			;
		expect_pairs_know_their_priority(q(t));
	}
	assert_true(t->set.legs.count > 0);
}

/* ---- schedule ---- */

static void
backoff_follows_the_list(void **state)
{
	static const struct {
		uint32_t attempts, random;
		int64_t least, most;
	} cases[] = {
	    {1, 0, 0, 0},
	    {2, 0, 12000, 12000},
	    {2, 3000, 15000, 15000},
	    {2, 6000, 18000, 18000},
	    {3, 77777, 48000, 72000},
	    {4, 77777, 240000, 360000},
	    {9, 123456789, 1440000, 2160000},
	    {4000000000u, 5, 1440000, 2160000},
	};
	static const int64_t list[] = {
	    0, 15000, 60000, 300000, 900000, 1800000};
	struct settings s;
	size_t i;

	(void)state;
	memset(&s, 0, sizeof(s));
	memcpy(s.schedule.backoff_ms, list, sizeof(list));
	s.schedule.backoff_count = 6;
	s.schedule.jitter_percent = 20;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms =
		    schedule_backoff_ms(&s, cases[i].attempts, cases[i].random);

		assert_true(ms >= cases[i].least && ms <= cases[i].most);
	}
}

static void
timers_come_in_order(void **state)
{
	enum { N = 500 };
	struct schedule_timer timers[N] = {0};
	struct schedule s;
	int64_t last = -1;
	uint32_t dice = 7;
	size_t i, n = 0;

	(void)state;
	schedule_init(&s);
	for (i = 0; i < 3 * N; i++) {
		dice = dice * 1664525 + 1013904223;
		schedule_set(&s, &timers[i % N], (dice >> 8) % 1000);
	}
	for (i = 0; i < N; i += 10)
		schedule_set(&s, &timers[i], -1);
	while (s.count > 0) {
		struct schedule_timer *t = schedule_due(&s, 2000);

		assert_true(t->at_ms >= last);
		last = t->at_ms;
		n++;
	}
	assert_int_equal(n, N - N / 10);
	assert_int_equal(schedule_next(&s), -1);
	schedule_fini(&s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    CASE(pair_keeps_stamp_order),
	    CASE(unstamped_take_their_turn_by_time),
	    CASE(pairs_take_turns),
	    CASE(urgent_pairs_go_first),
	    CASE(an_urgent_leg_pulls_its_pair),
	    CASE(nobody_waits_for_ever),
	    CASE(a_waiting_leg_blocks_its_pair_only),
	    CASE(a_failed_leg_comes_again_before_its_followers),
	    CASE(an_older_stamp_goes_before_what_is_not_lent),
	    CASE(a_pair_is_lent_to_one_at_a_time),
	    CASE(held_legs_block_and_have_no_timer),
	    CASE(the_wall_clock_jumps),
	    CASE(legs_expire_and_leases_end),
	    CASE(counters_add_up),
	    CASE(nothing_overtakes_in_a_thousand_moves),
	    cmocka_unit_test(backoff_follows_the_list),
	    cmocka_unit_test(timers_come_in_order),
	};

	return cmocka_run_group_tests_name("queue", cases, NULL, NULL);
}

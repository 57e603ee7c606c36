/* NAME
 *	schedule - what comes due when
 * DESCRIPTION
 *	A heap, since a million legs each have an expiry; almost every new timer
 *	is later than all others and costs one comparison.
 */
#include <stdlib.h>

#include "err.h"

#include "schedule.h"
#include "settings.h"

int64_t
schedule_backoff_ms(
    const struct settings *s, uint32_t attempts, uint32_t random)
{
	size_t i = attempts == 0 ? 0 : attempts - 1;
	int64_t wait, swing;

	if (i >= s->schedule.backoff_count)
		i = s->schedule.backoff_count - 1;
	wait = s->schedule.backoff_ms[i];
	swing = wait * s->schedule.jitter_percent / 100;
	if (swing > 0)
		wait += (int64_t)(random % (uint64_t)(2 * swing + 1)) - swing;
	return wait;
}

void
schedule_init(struct schedule *s)
{
	s->heap = NULL;
	s->count = s->room = 0;
}

void
schedule_fini(struct schedule *s)
{
	free(s->heap);
	schedule_init(s);
}

static void
place(struct schedule *s, size_t slot, struct schedule_timer *timer)
{
	s->heap[slot] = timer;
	timer->slot = (uint32_t)slot;
}

static void
rise(struct schedule *s, struct schedule_timer *timer)
{
	size_t slot = timer->slot;

	while (slot > 1 && s->heap[slot / 2]->at_ms > timer->at_ms) {
		place(s, slot, s->heap[slot / 2]);
		slot /= 2;
	}
	place(s, slot, timer);
}

static void
sink(struct schedule *s, struct schedule_timer *timer)
{
	size_t slot = timer->slot, child;

	while ((child = 2 * slot) <= s->count) {
		if (child < s->count &&
		    s->heap[child + 1]->at_ms < s->heap[child]->at_ms)
			child++;
		if (s->heap[child]->at_ms >= timer->at_ms)
			break;
		place(s, slot, s->heap[child]);
		slot = child;
	}
	place(s, slot, timer);
}

static void
drop(struct schedule *s, struct schedule_timer *timer)
{
	struct schedule_timer *last = s->heap[s->count--];

	if (last != timer) {
		place(s, timer->slot, last);
		rise(s, last);
		sink(s, last);
	}
	timer->slot = 0;
}

static void
add(struct schedule *s, struct schedule_timer *timer)
{
	if (s->count + 1 >= s->room) {
		s->room = s->room * 2 + 64;
		s->heap = mem_resize(s->heap, s->room * sizeof(*s->heap));
	}
	place(s, ++s->count, timer);
	rise(s, timer);
}

void
schedule_set(struct schedule *s, struct schedule_timer *timer, int64_t at_ms)
{
	if (at_ms < 0) {
		if (timer->slot != 0)
			drop(s, timer);
		return;
	}
	timer->at_ms = at_ms;
	if (timer->slot == 0) {
		add(s, timer);
		return;
	}
	rise(s, timer);
	sink(s, timer);
}

int64_t
schedule_next(const struct schedule *s)
{
	return s->count > 0 ? s->heap[1]->at_ms : -1;
}

struct schedule_timer *
schedule_due(struct schedule *s, int64_t now_ms)
{
	struct schedule_timer *timer;

	if (s->count == 0 || s->heap[1]->at_ms > now_ms)
		return NULL;
	timer = s->heap[1];
	drop(s, timer);
	return timer;
}

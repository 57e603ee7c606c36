/* NAME
 *	away - legs whose agent has not been there for long
 * DESCRIPTION
 *	All legs are looked at every LOOK_MS (sooner where schedule/away is
 *	short).  Of those in question each one's record is read, READS_MAX a
 *	second, so that mail never waits for it; leg.looked is the round in which
 *	that was done.
 * DIAGNOSTICS
 *	Alarm agent-away.
 */
#include <stdio.h>
#include <string.h>

#include "crash.h"

#include "away.h"
#include "paper.h"
#include "settle.h"

#define LOOK_MS   (10LL * 60 * 1000)
#define SHOWN_MS  (10LL * 1000) /* the alarm stands: is it over? */
#define SECOND_MS 1000
#define READS_MAX 500

struct looking {
	struct broker *b;
	size_t reads;      /* left */
	size_t count;      /* legs that wait for somebody who is away */
	const char *queue; /* the first of theirs by name */
	bool more;         /* of their queues */
	bool over;         /* the whole round was made */
	uint8_t round;
};

static bool
waits(const struct leg *leg)
{
	return !leg->held &&
	       (leg->state == QUEUE_READY || leg->state == QUEUE_WAITING);
}

static bool
gone_long(const struct broker *b, const struct queue *q)
{
	int64_t away = b->settings->schedule.away_ms;

	if (q->server_count > 0)
		return false;
	if (q->gone_ms != 0)
		return b->wall_ms - q->gone_ms >= away;
	return b->wall_ms - b->started_ms >=
	       (away < AWAY_GRACE_MS ? away : AWAY_GRACE_MS);
}

static void
tell(struct broker *b, struct leg *leg)
{
	char detail[STORE_QUEUE_BYTES + 64];
	int64_t left =
	    leg->state == QUEUE_WAITING ? leg->due_ms - b->now_ms : 0;

	snprintf(detail, sizeof(detail),
	    "Nobody serves queue %s: it waits for its agent.",
	    leg->pair->queue->name);
	leg->away = true;
	CRASH_POINT("away-tell");
	settle_wait(b, leg, left > 0 ? left : 0, AWAY_CODE, detail);
}

/* Nothing was said of it for long; if that was said already, it is known. */
static void
look_at_steps(struct broker *b, struct leg *leg)
{
	const struct store_step *last;
	struct store_parcel *p = NULL;

	if (store_parcel_get(b->store, &leg->id, &p) != 0)
		return;
	last = paper_last_step(p, leg->index, 0);
	if (last != NULL && strcmp(last->code, AWAY_CODE) == 0)
		leg->away = true;
	else if (last == NULL ||
		 b->wall_ms - last->at_ms >= b->settings->schedule.away_ms)
		tell(b, leg);
	store_parcel_free(&p);
}

static void
count(struct looking *l, const struct leg *leg)
{
	const char *name = leg->pair->queue->name;

	l->count++;
	if (l->queue == NULL) {
		l->queue = name;
	} else if (strcmp(l->queue, name) != 0) {
		l->more = true;
		if (strcmp(name, l->queue) < 0)
			l->queue = name;
	}
}

static void
look(struct leg *leg, void *arg)
{
	struct looking *l = arg;
	struct broker *b = l->b;

	if (leg->pair->queue->server_count > 0) {
		leg->away = false;
		return;
	}
	if (!leg->away && waits(leg) && leg->looked != l->round &&
	    b->wall_ms - leg->accepted_ms >= b->settings->schedule.away_ms &&
	    gone_long(b, leg->pair->queue)) {
		if (l->reads == 0) {
			l->over = false;
		} else {
			l->reads--;
			leg->looked = l->round;
			look_at_steps(b, leg);
		}
	}
	if (leg->away && leg->state != QUEUE_PARKED)
		count(l, leg);
}

static void
raise_or_calm(struct broker *b, const struct looking *l)
{
	if (l->count == 0)
		stats_calm(&b->stats, AWAY_CODE);
	else
		stats_alarm(&b->stats, b->wall_ms, AWAY_CODE,
		    "%zu legs wait for agents that are away: nobody serves "
		    "queue %s%s.",
		    l->count, l->queue, l->more ? " and others" : "");
}

void
away_look(struct broker *b)
{
	int64_t away = b->settings->schedule.away_ms, next;
	struct looking l = {.b = b,
	    .reads = READS_MAX,
	    .over = true,
	    .round = (uint8_t)(b->away_round + 1)};

	if (b->now_ms < b->away_ms || b->stopping || b->broken)
		return;
	queue_walk(&b->queues, look, &l);
	raise_or_calm(b, &l);
	b->away_ms = b->now_ms + SECOND_MS;
	if (!l.over)
		return;
	next = l.count > 0 ? SHOWN_MS : LOOK_MS;
	b->away_ms = b->now_ms + (away / 4 < next ? away / 4 : next);
	/* rounds are 1 to 255: a new leg was looked at in none */
	b->away_round = (uint8_t)((b->away_round + 1) % UINT8_MAX);
}

void
away_tell(struct broker *b, struct leg *leg)
{
	if (leg->away || !waits(leg) || leg->pair->queue->server_count > 0)
		return;
	tell(b, leg);
	b->away_ms = b->now_ms;
}

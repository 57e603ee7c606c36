/* NAME
 *	turn - paper that waits becomes data when its receiver is connected
 * DIAGNOSTICS
 *	info: one line a leg.  Counter turned.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "legs.h"
#include "paper.h"
#include "receipt.h"
#include "route.h"
#include "turn.h"
#include "writer.h"

#define CODE "turned"
#define WHY  "The partner is connected now."

/* A data leg on its way into the store, with what the queue needs to know. */
struct adding {
	struct work work;
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	char stamp[24];
	int64_t accepted_ms;
	uint64_t bytes;
	uint32_t priority;
};

static void
add_done(struct broker *b, struct work *work)
{
	struct adding *a = (struct adding *)(void *)work;
	const struct store_op *op = &work->op;
	struct queue_new new = {.leg = &op->add_leg.leg,
	    .id = &op->add_leg.id,
	    .from = a->from,
	    .from_type = a->from_type,
	    .to = a->to,
	    .to_type = a->to_type,
	    .stamp = a->stamp,
	    .accepted_ms = a->accepted_ms,
	    .bytes = a->bytes,
	    .priority = a->priority,
	    .due_ms = b->now_ms,
	    .expires_ms = b->now_ms + b->settings->schedule.expiry_ms};
	char id[ID_TEXT_BYTES];

	CRASH_POINT("turn-after-commit");
	if (op->rc == 0) {
		stats_add(&b->stats, STAT_TURNED, 1);
		log_info("turn: parcel=%s leg=%u queue=%s result=turned",
		    id_text(&op->add_leg.id, id), op->add_leg.leg.index,
		    op->add_leg.leg.queue);
		queue_add(&b->queues, &new);
		receipt_send(b, a->from, a->from_type, &op->add_leg.id,
		    &op->add_leg.leg, CODE, "");
	}
	free(a);
}

static void
put_data(struct broker *b, const struct leg *paper, enum leg_way way,
    const char *queue)
{
	struct adding *a = mem_new(sizeof(*a));
	struct store_op *op = &a->work.op;
	struct store_leg *leg = &op->add_leg.leg;
	const struct pair *p = paper->pair;

	memcpy(a->from, p->from, sizeof(a->from));
	memcpy(a->from_type, p->from_type, sizeof(a->from_type));
	memcpy(a->to, p->to, sizeof(a->to));
	memcpy(a->to_type, p->to_type, sizeof(a->to_type));
	snprintf(a->stamp, sizeof(a->stamp), "%014llu",
	    (unsigned long long)paper->stamp);
	a->accepted_ms = paper->accepted_ms;
	a->bytes = paper->bytes;
	a->priority = paper->priority;
	a->work.done = add_done;
	a->work.joined = true;
	a->work.bytes = sizeof(*a);
	op->type = STORE_ADD_LEG;
	op->actor = "broker";
	op->at_ms = b->wall_ms;
	op->add_leg.id = paper->id;
	op->add_leg.code = CODE;
	op->add_leg.detail = WHY;
	leg->state = LEG_READY;
	leg->way = way;
	leg->version = paper->version;
	leg->flags = paper->flags & STORE_LEG_KINDS;
	snprintf(leg->queue, sizeof(leg->queue), "%s", queue);
	leg->due_ms = leg->state_ms = b->wall_ms;
	leg->expires_ms = b->wall_ms + b->settings->schedule.expiry_ms;
	CRASH_POINT("turn-before-commit");
	writer_put(b->writer, &a->work);
}

/* May its receiver have it as data? */
static bool
takes(struct broker *b, const struct leg *leg, const struct policy *policy)
{
	struct store_parcel *p = NULL;
	struct wire_msg msg = {0};
	struct why why = {0};
	char note[192];
	bool yes = false;

	if (policy->kinds == POLICY_ANY && policy->size_bytes == 0)
		return true;
	if (store_parcel_get(b->store, &leg->id, &p) == 0 &&
	    wire_parcel_unpack(p->header, p->header_bytes, &msg, &why) == 0)
		yes = route_not_taken(policy, &msg.submit, note) == NULL;
	wire_fini(&msg);
	store_parcel_free(&p);
	return yes;
}

struct turning {
	struct broker *b;
	const struct desk *now;  /* as it is */
	const struct desk *next; /* as it will be */
	enum leg_way way;
	char queue[STORE_QUEUE_BYTES];
	bool dual;
	size_t count;
};

/* What happens to the paper once the data leg is there. */
static void
end_paper(const struct turning *t, struct leg *paper, uint8_t legs)
{
	struct settle_change change = {.state = LEG_RECALLED,
	    .actor = "broker",
	    .code = CODE,
	    .detail = WHY,
	    .if_legs = legs,
	    .joined = true};

	if (t->dual) {
		change.state = LEG_WAITING;
		change.code = "dual";
		change.set_flags = STORE_LEG_ASLEEP | STORE_LEG_DUAL;
		change.due_ms =
		    t->b->wall_ms + t->b->settings->schedule.expiry_ms;
	}
	settle_as(t->b, paper, &change, NULL, NULL);
}

static void
turn_leg(struct leg *leg, void *arg)
{
	static const struct withdrawal ask = {.state = LEG_RECALLED,
	    .actor = "broker",
	    .code = CODE,
	    .detail = WHY,
	    .flags = STORE_LEG_TURN};
	struct turning *t = arg;
	struct store_parcel *p = NULL;
	uint8_t legs;

	if (legs_data((enum leg_way)leg->way) ||
	    (leg->flags & ~STORE_LEG_KINDS) != 0 || leg->held ||
	    leg->state == QUEUE_LEASED || paper_desk(t->b, leg) != t->now ||
	    (leg->state == QUEUE_PARKED && leg->touched) ||
	    !takes(t->b, leg, &t->next->policy))
		return;
	if (leg->touched) {
		(void)legs_withdraw(t->b, leg, &ask, NULL, NULL);
		return;
	}
	if (store_parcel_get(t->b->store, &leg->id, &p) != 0)
		return;
	legs = (uint8_t)p->leg_count;
	store_parcel_free(&p);
	put_data(t->b, leg, t->way, t->queue);
	end_paper(t, leg, (uint8_t)(legs + 1));
	t->count++;
}

/* False: no leg turns for that row. */
static bool
turns(struct broker *b, const struct desk *desk, struct turning *t)
{
	enum policy_deliver deliver = route_deliver(desk, b->wall_ms);

	memset(t, 0, sizeof(*t));
	t->b = b;
	t->next = desk;
	t->now = registry_desk(b->registry, desk->number, desk->type);
	t->way = route_data(desk, b->ways, deadline_day(b->wall_ms), t->queue);
	t->dual = deliver == POLICY_DUAL;
	return t->now != NULL && t->way != 0 && deliver != POLICY_PAPER;
}

size_t
turn_desk(struct broker *b, const struct desk *desk)
{
	return turn_desks(b, desk, 1);
}

/* Several rows, by where they lie in memory. */
struct turnings {
	struct turning *list;
	size_t count;
};

static int
compare_turnings(const void *a, const void *b)
{
	const struct turning *x = a, *y = b;

	return x->now < y->now ? -1 : x->now > y->now;
}

static void
turn_any(struct leg *leg, void *arg)
{
	struct turnings *all = arg;
	struct turning key, *t;

	if (legs_data((enum leg_way)leg->way))
		return;
	key.now = paper_desk(all->list[0].b, leg);
	t = bsearch(&key, all->list, all->count, sizeof(key), compare_turnings);
	if (t != NULL)
		turn_leg(leg, t);
}

size_t
turn_desks(struct broker *b, const struct desk *desks, size_t count)
{
	struct turnings all = {0};
	size_t turned = 0, i;

	all.list = mem_new((count + 1) * sizeof(*all.list));
	for (i = 0; i < count; i++) {
		if (turns(b, &desks[i], &all.list[all.count]))
			all.count++;
	}
	if (all.count > 0) {
		qsort(all.list, all.count, sizeof(*all.list), compare_turnings);
		queue_walk(&b->queues, turn_any, &all);
	}
	for (i = 0; i < all.count; i++)
		turned += all.list[i].count;
	free(all.list);
	return turned;
}

bool
turn_given_back(struct broker *b, const struct leg *leg)
{
	const struct desk *to = paper_desk(b, leg);
	char queue[STORE_QUEUE_BYTES];
	enum leg_way way = to != NULL ? route_data(to, b->ways,
					    deadline_day(b->wall_ms), queue)
				      : 0;

	if (way == 0 || !takes(b, leg, &to->policy))
		return false;
	put_data(b, leg, way, queue);
	return true;
}

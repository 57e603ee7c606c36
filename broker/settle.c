/* NAME
 *	settle - a leg moves to another state, durably
 * DESCRIPTION
 *	The broker's own moves, and what follows a commit, whoever asked for the
 *	move.  What agents say is taken in settle_said.c.
 *
 *	settled goes out after the commit.  On a full disk a settlement is kept
 *	and tried again: it makes room, and the receiver has the bytes already.
 * DIAGNOSTICS
 *	debug: delivered, working.  info: later, picked-up.  warn: parked.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "digest.h"
#include "log.h"

#include "legs.h"
#include "recall_notice.h"
#include "receipt.h"
#include "schedule.h"
#include "settle_inside.h"

static void settle_done(struct broker *b, struct work *work);

static void
settlement_free(struct broker *b, struct settlement *st)
{
	session_unref(b, &st->work.session);
	free(st->code);
	free(st->detail);
	free(st);
}

struct settlement *
settle_new(struct broker *b, const struct id *id, unsigned leg,
    const char *actor, enum leg_state state, const char *code,
    const char *detail)
{
	struct settlement *st = mem_new(sizeof(*st));
	struct store_op *op = &st->work.op;

	st->work.bytes = sizeof(*st);
	st->work.done = settle_done;
	st->work.patient = true;
	st->id = *id;
	st->leg = (uint8_t)leg;
	if (code[0] != '\0')
		st->code = mem_text(code);
	if (detail[0] != '\0')
		st->detail = mem_text(detail);
	op->type = STORE_SETTLE;
	op->actor = actor;
	op->at_ms = b->wall_ms;
	op->settle.id = *id;
	op->settle.leg = (uint8_t)leg;
	op->settle.state = state;
	op->settle.due_ms = b->wall_ms;
	op->settle.code = st->code != NULL ? st->code : "";
	op->settle.detail = st->detail != NULL ? st->detail : "";
	return st;
}

void
settle_from_pair(struct settlement *st, const struct pair *p)
{
	memcpy(st->from, p->from, sizeof(st->from));
	memcpy(st->from_type, p->from_type, sizeof(st->from_type));
}

/* ---- after the commit ---- */

void
settle_answer(
    struct broker *b, struct session *s, const struct id *id, unsigned leg)
{
	struct wire_settled_item *item;

	if (s == NULL || s->over)
		return;
	if (s->settled_count == s->settled_room) {
		s->settled_room = s->settled_room * 2 + 4;
		s->settled = mem_resize(
		    s->settled, s->settled_room * sizeof(*s->settled));
	}
	item = &s->settled[s->settled_count++];
	item->id = *id;
	item->leg = leg;
	session_gathers(b, s);
}

static enum stats_counter
stat_of(enum leg_state state)
{
	switch (state) {
	case LEG_DELIVERED:
		return STAT_DELIVERED;
	case LEG_WAITING:
		return STAT_LATER;
	case LEG_PICKED_UP:
		return STAT_PICKED_UP;
	case LEG_ANSWERED:
		return STAT_ANSWERED;
	case LEG_SUPERSEDED:
	case LEG_RECALLED:
		return STAT_WITHDRAWN;
	default:
		return STAT_PARKED;
	}
}

static void
log_settled(const struct settlement *st, const struct store_leg *leg)
{
	const struct store_op *op = &st->work.op;
	enum log_level level = LOG_INFO_;
	char id[ID_TEXT_BYTES];

	if (leg->state == LEG_DELIVERED || st->step)
		level = LOG_DEBUG_;
	else if (leg->state == LEG_PARKED)
		level = LOG_WARN_;
	log_line(level,
	    "deliver: parcel=%s leg=%u agent=%s result=%s attempts=%u "
	    "code=%s why=\"%s\"",
	    id_text(&st->id, id), st->leg, op->actor,
	    leg_state_name(st->step ? LEG_WORKING : leg->state), leg->attempts,
	    op->settle.code, op->settle.detail);
}

/* Memory follows the store. */
static void
move_leg(struct broker *b, struct leg *leg, const struct store_leg *now,
    int64_t wait_ms)
{
	leg->attempts = now->attempts;
	leg->flags = now->flags;
	if (!leg_state_open(now->state)) {
		queue_end(&b->queues, leg);
		return;
	}
	queue_unhold(&b->queues, leg);
	if (now->state == LEG_PARKED)
		queue_park(&b->queues, leg);
	else if (now->state == LEG_WAITING && (now->flags & STORE_LEG_ASLEEP))
		queue_sleep(
		    &b->queues, leg, b->now_ms + (now->due_ms - b->wall_ms));
	else if (now->state == LEG_WAITING && wait_ms > 0)
		queue_wait(&b->queues, leg, b->now_ms + wait_ms);
	else
		queue_back(&b->queues, leg);
}

static void
moved(struct broker *b, struct settlement *st)
{
	const struct store_op *op = &st->work.op;
	const struct store_leg *now = &op->settle.out;
	struct leg *leg = queue_leg(&b->queues, &st->id, st->leg);

	if (now->state != LEG_READY && now->state != LEG_CLOSED && !st->mark)
		stats_add(&b->stats, stat_of(now->state), 1);
	log_settled(st, now);
	if (st->mark && leg != NULL)
		legs_asked(b, leg, op->settle.code);
	else if (leg != NULL)
		move_leg(b, leg, now, st->wait_ms);
	if (!st->mark) {
		legs_moved(b, &st->id, now);
		recall_notice_late(b, &st->id, now);
	}
	if (st->from[0] != '\0' && !receipt_silent(now, op->settle.code))
		receipt_send(b, st->from, st->from_type, &st->id, now,
		    op->settle.code, op->settle.detail);
}

/* The leg itself is where it was. */
static void
stepped(struct broker *b, struct settlement *st)
{
	const struct store_op *op = &st->work.op;
	struct store_leg now = op->settle.out;

	stats_add(&b->stats, STAT_WORKING, 1);
	log_settled(st, &now);
	now.state = LEG_WORKING;
	if (st->from[0] != '\0')
		receipt_send(b, st->from, st->from_type, &st->id, &now,
		    op->settle.code, op->settle.detail);
}

/* The store says it is there already or may not go there: what the store has
 * counts. */
static void
not_moved(struct broker *b, struct settlement *st)
{
	struct leg *leg = queue_leg(&b->queues, &st->id, st->leg);
	struct store_parcel *p = NULL;

	if (leg == NULL || !leg->held)
		return;
	if (store_parcel_get(b->store, &st->id, &p) == 0 &&
	    st->leg < p->leg_count)
		move_leg(b, leg, &p->legs[st->leg],
		    p->legs[st->leg].due_ms - b->wall_ms);
	else
		queue_end(&b->queues, leg);
	store_parcel_free(&p);
}

/* The mark was not kept after all. */
static void
unmark(struct broker *b, const struct settlement *st)
{
	struct leg *leg = queue_leg(&b->queues, &st->id, st->leg);

	if (leg != NULL)
		leg->flags &= (uint16_t)~st->work.op.settle.set_flags;
}

static void
settle_done(struct broker *b, struct work *work)
{
	struct settlement *st = (struct settlement *)(void *)work;
	int rc = work->op.rc;

	CRASH_POINT("settle-after-commit");
	if (rc == TSK_FULL && st->told == NULL && !st->step && !b->stopping) {
		writer_later(b->writer, work);
		return;
	}
	if (rc == TSK_OK && st->step)
		stepped(b, st);
	else if (rc == TSK_OK)
		moved(b, st);
	else if (st->mark)
		unmark(b, st);
	else if (st->step)
		; /* it is where it was, or has ended */
	else if (rc == TSK_EXIST || rc == TSK_INVALID || rc == TSK_NOTFOUND ||
		 rc == TSK_LATER || rc == TSK_FULL || rc == TSK_TOOBIG)
		not_moved(b, st);
	else if (rc == TSK_DAMAGED)
		stats_alarm(&b->stats, b->wall_ms, "damaged",
		    "A kept record does not match its tag.");
	if (rc != TSK_BROKEN && rc != TSK_CLOSED && rc != TSK_FULL &&
	    st->answer)
		settle_answer(b, work->session, &st->id, st->leg);
	if (st->told != NULL)
		st->told(b, rc, st->arg);
	settlement_free(b, st);
}

/* ---- the broker's own moves ---- */

static void
change_of(struct settlement *st, const struct settle_change *change)
{
	struct store_op *op = &st->work.op;

	op->settle.set_flags = change->set_flags;
	op->settle.clear_flags = change->clear_flags;
	op->settle.if_delivered = change->if_delivered;
	op->settle.if_legs = change->if_legs;
	if (change->due_ms != 0)
		op->settle.due_ms = change->due_ms;
	if (change->if_kept != NULL) {
		st->kept = *change->if_kept;
		op->settle.if_kept = &st->kept;
	}
	st->work.joined = change->joined;
}

void
settle_put_held(struct broker *b, struct leg *leg, struct settlement *st)
{
	settle_from_pair(st, leg->pair);
	/* at once, so that what is behind it is not lent before it */
	if (leg->state == QUEUE_LEASED &&
	    st->work.op.settle.state == LEG_WAITING)
		queue_wait(&b->queues, leg, b->now_ms);
	/* the lessee lies in the session: it must outlive the lease */
	if (leg->state == QUEUE_LEASED && st->work.session == NULL)
		st->work.session = session_ref(
		    HASH_OF(struct session, lessee, leg->pair->lessee));
	queue_hold(&b->queues, leg);
	CRASH_POINT("settle-before-commit");
	writer_put(b->writer, &st->work);
}

int64_t
settle_backoff_ms(const struct broker *b, uint32_t attempts)
{
	uint32_t dice;

	digest_random(&dice, sizeof(dice));
	return schedule_backoff_ms(b->settings, attempts, dice);
}

/* One more try failed: wait, or park when there were too many. */
struct settlement *
settle_failed_try(struct broker *b, const struct leg *leg, const char *actor,
    const char *code, const char *detail, int64_t wait_ms)
{
	struct settlement *st;

	if ((int64_t)leg->attempts + 1 >= b->settings->schedule.attempts_max) {
		st = settle_new(b, &leg->id, leg->index, actor, LEG_PARKED,
		    "too-many-attempts", detail);
	} else {
		st = settle_new(
		    b, &leg->id, leg->index, actor, LEG_WAITING, code, detail);
		st->work.op.settle.due_ms = b->wall_ms + wait_ms;
		st->wait_ms = wait_ms;
	}
	st->work.op.settle.attempts = 1;
	return st;
}

void
settle_lost(struct broker *b, struct leg *leg, const char *code)
{
	uint32_t attempts = leg->attempts + 1;
	struct settlement *st;

	attempts = attempts > SCHEDULE_LOSSES_FREE
		       ? attempts - SCHEDULE_LOSSES_FREE
		       : 1;
	st = settle_failed_try(b, leg,
	    HASH_OF(struct session, lessee, leg->pair->lessee)->agent->name,
	    code, "", settle_backoff_ms(b, attempts));
	settle_put_held(b, leg, st);
}

void
settle_park(
    struct broker *b, struct leg *leg, const char *code, const char *detail)
{
	settle_put_held(b, leg,
	    settle_new(
		b, &leg->id, leg->index, "broker", LEG_PARKED, code, detail));
}

void
settle_wait(struct broker *b, struct leg *leg, int64_t wait_ms,
    const char *code, const char *detail)
{
	struct settlement *st = settle_new(
	    b, &leg->id, leg->index, "broker", LEG_WAITING, code, detail);

	st->work.op.settle.due_ms = b->wall_ms + wait_ms;
	st->wait_ms = wait_ms;
	settle_put_held(b, leg, st);
}

void
settle_as(struct broker *b, struct leg *leg, const struct settle_change *change,
    settle_fn *told, void *arg)
{
	struct settlement *st = settle_new(b, &leg->id, leg->index,
	    change->actor, change->state, change->code, change->detail);
	struct store_op *op = &st->work.op;

	st->told = told;
	st->arg = arg;
	change_of(st, change);
	if (change->state == LEG_READY || change->state == LEG_WAITING) {
		op->settle.expires_ms =
		    op->settle.due_ms + b->settings->schedule.expiry_ms;
		leg->expires_ms =
		    b->now_ms + (op->settle.expires_ms - b->wall_ms);
	}
	settle_put_held(b, leg, st);
}

void
settle_kept(struct broker *b, const struct store_parcel *p, unsigned leg,
    const struct settle_change *change)
{
	struct settlement *st = settle_new(b, &p->id, leg, change->actor,
	    change->state, change->code, change->detail);

	change_of(st, change);
	memcpy(st->from, p->from, sizeof(st->from));
	memcpy(st->from_type, p->from_type, sizeof(st->from_type));
	writer_put(b->writer, &st->work);
}

void
settle_say(
    struct broker *b, struct leg *leg, const char *code, const char *detail)
{
	struct settlement *st = settle_new(
	    b, &leg->id, leg->index, "broker", LEG_WORKING, code, detail);

	st->step = true;
	st->work.patient = false;
	settle_from_pair(st, leg->pair);
	writer_put(b->writer, &st->work);
}

/* Memory first, so that the agent's next word meets it; the store's order is
 * that of the works. */
void
settle_mark(struct broker *b, struct leg *leg,
    const struct settle_change *change, settle_fn *told, void *arg)
{
	struct settlement *st = settle_new(b, &leg->id, leg->index,
	    change->actor, LEG_READY, change->code, change->detail);

	st->told = told;
	st->arg = arg;
	st->mark = true;
	change_of(st, change);
	settle_from_pair(st, leg->pair);
	leg->flags = (uint16_t)(leg->flags | change->set_flags);
	CRASH_POINT("settle-mark-before-commit");
	writer_put(b->writer, &st->work);
}

void
settle_operator(struct broker *b, struct leg *leg, enum leg_state state,
    const char *code, const char *detail, settle_fn *told, void *arg)
{
	struct settlement *st = settle_new(
	    b, &leg->id, leg->index, "operator", state, code, detail);

	st->told = told;
	st->arg = arg;
	if (state == LEG_READY) {
		st->work.op.settle.expires_ms =
		    b->wall_ms + b->settings->schedule.expiry_ms;
		/* counts modulo 2^32: it begins again at 0 */
		st->work.op.settle.attempts = 0u - leg->attempts;
	}
	leg->expires_ms = b->now_ms + b->settings->schedule.expiry_ms;
	settle_put_held(b, leg, st);
}

/* NAME
 *	settle - a leg moves to another state, durably
 * DESCRIPTION
 *	What an agent may settle: a leg lent to it; or, since settling twice and
 *	settling late are harmless, any leg of a queue or office it may receive
 *	for.  The store refuses moves that make no sense (leg.h).
 *
 *	settled goes out after the commit.  On a full disk a settlement is kept
 *	and tried again: it makes room, and the receiver has the bytes already.
 *
 *	"later" with code "waits" means: not this leg's fault, the one before it
 *	of the same pair must come first.  Nothing durable happens then.
 *
 *	"working" tells a step of a leg that stays lent: kept, and its lease is
 *	renewed.  It is nobody's loss if the disk has no room for it.
 * DIAGNOSTICS
 *	debug: delivered, working.  info: later, picked-up.  warn: parked.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "digest.h"
#include "log.h"

#include "deliver.h"
#include "hash.h"
#include "legs.h"
#include "mandate.h"
#include "post.h"
#include "recall_notice.h"
#include "receipt.h"
#include "revoked.h"
#include "schedule.h"
#include "settle.h"
#include "turn.h"

#define RETRY_HINT_MAX_MS (6 * 60 * 60 * 1000u)
/* "waits" of a leg that nothing is before: the agent has yet to hear that the
 * one before it was parked.  Not at once, or the two would race in circles. */
#define WAITS_MS 100

struct settlement {
	struct work work;
	struct id id;
	uint8_t leg;
	bool answer; /* the session wants to hear settled */
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	bool mark;           /* flags of a lent leg only: it stays lent */
	bool step;           /* nothing but its history: it stays lent */
	struct id kept;      /* what op.settle.if_kept points to */
	char *code, *detail; /* NULL = "" */
	int64_t wait_ms;     /* waiting: from the commit on */
	settle_fn *told;
	void *arg;
};

static void settle_done(struct broker *b, struct work *work);

static void
settlement_free(struct broker *b, struct settlement *st)
{
	session_unref(b, &st->work.session);
	free(st->code);
	free(st->detail);
	free(st);
}

static struct settlement *
settlement_new(struct broker *b, const struct id *id, unsigned leg,
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

static void
from_pair(struct settlement *st, const struct pair *p)
{
	memcpy(st->from, p->from, sizeof(st->from));
	memcpy(st->from_type, p->from_type, sizeof(st->from_type));
}

/* ---- after the commit ---- */

static void
answer(struct broker *b, struct session *s, const struct id *id, unsigned leg)
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
		answer(b, work->session, &st->id, st->leg);
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

static void
put_held(struct broker *b, struct leg *leg, struct settlement *st)
{
	from_pair(st, leg->pair);
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

static uint32_t
dice(void)
{
	uint32_t n;

	digest_random(&n, sizeof(n));
	return n;
}

/* One more try failed: wait, or park when there were too many. */
static struct settlement *
failed_try(struct broker *b, const struct leg *leg, const char *actor,
    const char *code, const char *detail, int64_t wait_ms)
{
	struct settlement *st;

	if ((int64_t)leg->attempts + 1 >= b->settings->schedule.attempts_max) {
		st = settlement_new(b, &leg->id, leg->index, actor, LEG_PARKED,
		    "too-many-attempts", detail);
	} else {
		st = settlement_new(
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
	st = failed_try(b, leg,
	    HASH_OF(struct session, lessee, leg->pair->lessee)->agent->name,
	    code, "", schedule_backoff_ms(b->settings, attempts, dice()));
	put_held(b, leg, st);
}

void
settle_park(
    struct broker *b, struct leg *leg, const char *code, const char *detail)
{
	put_held(b, leg,
	    settlement_new(
		b, &leg->id, leg->index, "broker", LEG_PARKED, code, detail));
}

void
settle_wait(struct broker *b, struct leg *leg, int64_t wait_ms,
    const char *code, const char *detail)
{
	struct settlement *st = settlement_new(
	    b, &leg->id, leg->index, "broker", LEG_WAITING, code, detail);

	st->work.op.settle.due_ms = b->wall_ms + wait_ms;
	st->wait_ms = wait_ms;
	put_held(b, leg, st);
}

void
settle_as(struct broker *b, struct leg *leg, const struct settle_change *change,
    settle_fn *told, void *arg)
{
	struct settlement *st = settlement_new(b, &leg->id, leg->index,
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
	put_held(b, leg, st);
}

void
settle_kept(struct broker *b, const struct store_parcel *p, unsigned leg,
    const struct settle_change *change)
{
	struct settlement *st = settlement_new(b, &p->id, leg, change->actor,
	    change->state, change->code, change->detail);

	change_of(st, change);
	memcpy(st->from, p->from, sizeof(st->from));
	memcpy(st->from_type, p->from_type, sizeof(st->from_type));
	writer_put(b->writer, &st->work);
}

/* Memory first, so that the agent's next word meets it; the store's order is
 * that of the works. */
void
settle_mark(struct broker *b, struct leg *leg,
    const struct settle_change *change, settle_fn *told, void *arg)
{
	struct settlement *st = settlement_new(b, &leg->id, leg->index,
	    change->actor, LEG_READY, change->code, change->detail);

	st->told = told;
	st->arg = arg;
	st->mark = true;
	change_of(st, change);
	from_pair(st, leg->pair);
	leg->flags = (uint16_t)(leg->flags | change->set_flags);
	CRASH_POINT("settle-mark-before-commit");
	writer_put(b->writer, &st->work);
}

void
settle_operator(struct broker *b, struct leg *leg, enum leg_state state,
    const char *code, const char *detail, settle_fn *told, void *arg)
{
	struct settlement *st = settlement_new(
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
	put_held(b, leg, st);
}

/* ---- what agents say ---- */

/* Nothing left the agent's hands. */
static struct settlement *
given_back(struct broker *b, struct session *s, struct leg *leg,
    const struct wire_settle_item *item, enum leg_state ended)
{
	char detail[REVOKED_DETAIL_BYTES];
	struct settlement *st;

	if (leg->flags & STORE_LEG_TURN && !turn_given_back(b, leg))
		ended = LEG_READY; /* it stays paper after all */
	if (ended != LEG_READY)
		return settlement_new(b, &item->id, item->leg, s->agent->name,
		    ended, leg->flags & STORE_LEG_TURN ? "turned" : "recalled",
		    item->detail);
	if (revoked_leg(b, leg, detail))
		st = settlement_new(b, &item->id, item->leg, s->agent->name,
		    LEG_PARKED, REVOKED_CODE, detail);
	else
		st = failed_try(
		    b, leg, s->agent->name, item->code, item->detail, 0);
	st->work.op.settle.clear_flags = STORE_LEG_RECALL | STORE_LEG_TURN;
	return st;
}

static struct settlement *
by_outcome(struct broker *b, struct session *s, struct leg *leg,
    const struct wire_settle_item *item)
{
	uint32_t hint = item->retry_ms;
	enum leg_state ended;

	if (leg != NULL && legs_given_back(leg, item, &ended))
		return given_back(b, s, leg, item, ended);
	switch (item->outcome) {
	case WIRE_OUTCOME_DELIVERED:
		return settlement_new(b, &item->id, item->leg, s->agent->name,
		    LEG_DELIVERED, item->code, item->detail);
	case WIRE_OUTCOME_LATER:
		if (hint > RETRY_HINT_MAX_MS)
			hint = RETRY_HINT_MAX_MS;
		return failed_try(b, leg, s->agent->name, item->code,
		    item->detail,
		    hint > 0 ? hint
			     : schedule_backoff_ms(
				   b->settings, leg->attempts + 1, dice()));
	case WIRE_OUTCOME_NEVER:
		return settlement_new(b, &item->id, item->leg, s->agent->name,
		    LEG_PARKED, item->code, item->detail);
	case WIRE_OUTCOME_PICKED_UP:
		return settlement_new(b, &item->id, item->leg, s->agent->name,
		    LEG_PICKED_UP, item->code, item->detail);
	case WIRE_OUTCOME_WORKING:
		break; /* no settlement: settle_step() */
	}
	return NULL;
}

/* A step of a leg that stays where it is.  What was said before is not written
 * down once more: it only keeps the lease. */
static void
settle_step(struct broker *b, struct session *s, struct leg *leg,
    const struct wire_settle_item *item)
{
	uint32_t said = hash_bytes(item->detail, strlen(item->detail),
	    hash_bytes(item->code, strlen(item->code), 1));
	struct settlement *st;

	deliver_renew(b, leg);
	if (leg->said == said)
		return;
	leg->said = said;
	st = settlement_new(b, &item->id, item->leg, s->agent->name,
	    LEG_WORKING, item->code, item->detail);
	st->step = true;
	/* the actor's name lies in the session */
	st->work.session = session_ref(s);
	from_pair(st, leg->pair);
	CRASH_POINT("settle-step-before-commit");
	writer_put(b->writer, &st->work);
}

void
settle_say(
    struct broker *b, struct leg *leg, const char *code, const char *detail)
{
	struct settlement *st = settlement_new(
	    b, &leg->id, leg->index, "broker", LEG_WORKING, code, detail);

	st->step = true;
	st->work.patient = false;
	from_pair(st, leg->pair);
	writer_put(b->writer, &st->work);
}

static bool
serves(const struct broker *b, const struct session *s, const char *queue)
{
	return mandate_serves(b->mandates, s->agent, queue, b->wall_ms);
}

/* Under which mandate it took what ${from} sent to that queue; NULL: by its own
 * right. */
static const char *
under(const struct broker *b, const struct session *s, const char *queue,
    const char *from)
{
	const struct mandate *m = NULL;
	const struct desk *desk;

	if (s->agent->role != ROLE_OFFICE || strncmp(queue, "office/", 7) != 0)
		return NULL;
	desk = registry_key(b->registry, queue + 7);
	if (desk == NULL || !mandate_shared(b->mandates, desk->number) ||
	    !mandate_takes(b->mandates, s->agent, desk, from, b->wall_ms, &m))
		return NULL;
	return m != NULL ? m->id : NULL;
}

/* An open leg. */
static void
settle_leg(struct broker *b, struct session *s, struct leg *leg,
    const struct wire_settle_item *item)
{
	bool ours =
	    leg->state == QUEUE_LEASED && leg->pair->lessee == &s->lessee;
	struct settlement *st;

	if (!serves(b, s, leg->pair->queue->name))
		return; /* not its business, and not worth a word */
	/* that it is there counts from whomever and whenever; the rest only
	 * from who has it now */
	if (item->outcome == WIRE_OUTCOME_WORKING) {
		if (ours && !leg->held)
			settle_step(b, s, leg, item);
		return;
	}
	if (item->outcome != WIRE_OUTCOME_DELIVERED &&
	    item->outcome != WIRE_OUTCOME_PICKED_UP) {
		if (!ours)
			answer(b, s, &item->id, item->leg);
		if (!ours || leg->held)
			return;
	}
	if (ours && item->outcome == WIRE_OUTCOME_LATER &&
	    strcmp(item->code, "waits") == 0) {
		if (leg->pair->first == leg)
			queue_wait(&b->queues, leg, b->now_ms + WAITS_MS);
		else
			queue_back(&b->queues, leg);
		answer(b, s, &item->id, item->leg);
		return;
	}
	if ((st = by_outcome(b, s, leg, item)) == NULL)
		return;
	st->answer = true;
	st->work.op.under =
	    under(b, s, leg->pair->queue->name, leg->pair->from);
	st->work.session = session_ref(s);
	st->work.joined =
	    item->outcome == WIRE_OUTCOME_DELIVERED && legs_follow(b, leg);
	put_held(b, leg, st);
	if (item->outcome == WIRE_OUTCOME_DELIVERED ||
	    item->outcome == WIRE_OUTCOME_PICKED_UP)
		legs_delivered(b, leg);
}

/* The agent holds something for a leg that has ended while it was away: it need
 * not keep it for ever. */
static void
say_ended(
    struct broker *b, struct session *s, const struct wire_settle_item *item)
{
	struct wire_msg msg = {.type = WIRE_RECALL};
	struct store_parcel *p = NULL;

	if (store_parcel_get(b->store, &item->id, &p) == 0 &&
	    item->leg < p->leg_count &&
	    !leg_state_open(p->legs[item->leg].state) &&
	    serves(b, s, p->legs[item->leg].queue)) {
		msg.recall.id = item->id;
		msg.recall.leg = item->leg;
		msg.recall.code = "ended";
		post_message(b, s, &msg);
	}
	store_parcel_free(&p);
}

/* Not open: delivered before (picked up now), or said twice, or unknown. */
static void
settle_ended(
    struct broker *b, struct session *s, const struct wire_settle_item *item)
{
	struct store_parcel *p = NULL;
	struct settlement *st;

	if (item->outcome == WIRE_OUTCOME_WORKING) {
		say_ended(b, s, item);
		return;
	}
	if (item->outcome != WIRE_OUTCOME_PICKED_UP ||
	    store_parcel_get(b->store, &item->id, &p) != 0 ||
	    item->leg >= p->leg_count ||
	    !serves(b, s, p->legs[item->leg].queue)) {
		store_parcel_free(&p);
		answer(b, s, &item->id, item->leg);
		return;
	}
	st = by_outcome(b, s, NULL, item);
	memcpy(st->from, p->from, sizeof(st->from));
	memcpy(st->from_type, p->from_type, sizeof(st->from_type));
	st->answer = true;
	st->work.op.under = under(b, s, p->legs[item->leg].queue, p->from);
	st->work.session = session_ref(s);
	store_parcel_free(&p);
	writer_put(b->writer, &st->work);
}

void
settle_message(
    struct broker *b, struct session *s, const struct wire_settle *settle)
{
	struct leg *leg;
	size_t i;

	CRASH_POINT("settle-received");
	for (i = 0; i < settle->count; i++) {
		leg = queue_leg(
		    &b->queues, &settle->items[i].id, settle->items[i].leg);
		if (leg != NULL)
			settle_leg(b, s, leg, &settle->items[i]);
		else
			settle_ended(b, s, &settle->items[i]);
	}
}

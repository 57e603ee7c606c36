/* NAME
 *	legs - what the legs of one parcel mean for each other, and taking back
 * DIAGNOSTICS
 *	info: each change (settle.c).  Counters withdrawn, woken.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "away.h"
#include "fallback.h"
#include "legs.h"
#include "paper.h"
#include "post.h"

#define AGAIN_MS  1000             /* something is on its way: look again */
#define HANDED_MS (60 * 60 * 1000) /* the other side has it: look again */

/* A change that waits until the last one of its leg is durable. */
struct wish {
	struct wish *next;
	struct id id;
	uint8_t leg;
	bool follow; /* else: withdraw */
	struct withdrawal what;
	struct id kept;
	char detail[128];
};

bool
legs_data(enum leg_way way)
{
	return way == WAY_BUS || way == WAY_NATIONAL || way == WAY_HUB;
}

static bool
is_data(const struct leg *leg)
{
	return legs_data((enum leg_way)leg->way);
}

/* The open leg ${i} of the same parcel, if it is another one. */
static struct leg *
other(struct broker *b, const struct leg *leg, unsigned i)
{
	return i == leg->index ? NULL : queue_leg(&b->queues, &leg->id, i);
}

/* ---- wishes ---- */

static struct wish *
wish_add(struct broker *b, const struct leg *leg)
{
	struct wish *w = mem_new(sizeof(*w));

	w->id = leg->id;
	w->leg = leg->index;
	w->next = b->wishes;
	b->wishes = w;
	return w;
}

static void
wish_follow(struct broker *b, const struct leg *leg)
{
	wish_add(b, leg)->follow = true;
}

static void
wish_withdraw(
    struct broker *b, const struct leg *leg, const struct withdrawal *what)
{
	struct wish *w = wish_add(b, leg);

	w->what = *what;
	snprintf(w->detail, sizeof(w->detail), "%s", what->detail);
	w->what.detail = w->detail;
	if (what->if_kept != NULL) {
		w->kept = *what->if_kept;
		w->what.if_kept = &w->kept;
	}
}

void
legs_forget_wishes(struct broker *b)
{
	struct wish *w;

	while ((w = b->wishes) != NULL) {
		b->wishes = w->next;
		free(w);
	}
}

/* ---- what a delivery of the data means for paper ---- */

enum follow { NOTHING, RELEASE, CANCEL, ASK };

static enum follow
follow_of(const struct leg *paper)
{
	bool out = paper->state == QUEUE_LEASED || paper->touched;

	if (paper->flags & STORE_LEG_RECALL)
		return NOTHING; /* asked for already */
	if (paper->state == QUEUE_ASLEEP)
		return paper->flags & STORE_LEG_DUAL ? RELEASE : CANCEL;
	if (paper->flags & STORE_LEG_FALLBACK) {
		if (!out)
			return CANCEL;
		/* parked after a try: a person looks at it already */
		return paper->state == QUEUE_PARKED ? NOTHING : ASK;
	}
	return NOTHING; /* dual: what goes out from now on is marked */
}

static void
follow(struct broker *b, struct leg *paper, unsigned data)
{
	static const struct withdrawal first = {.state = LEG_RECALLED,
	    .actor = "broker",
	    .code = "data-first",
	    .detail = "The data has arrived."};
	struct settle_change change = {.actor = "broker",
	    .detail = "The data has arrived.",
	    .if_delivered = (uint8_t)(data + 1)};

	switch (follow_of(paper)) {
	case NOTHING:
		return;
	case RELEASE:
		stats_add(&b->stats, STAT_WOKEN, 1);
		change.state = LEG_READY;
		change.code = "dual";
		change.set_flags = STORE_LEG_COPY;
		change.clear_flags = STORE_LEG_ASLEEP;
		CRASH_POINT("legs-copy");
		settle_as(b, paper, &change, NULL, NULL);
		return;
	case CANCEL:
		change.state = LEG_RECALLED;
		change.code =
		    paper->state == QUEUE_ASLEEP ? "not-needed" : "data-first";
		CRASH_POINT("legs-cancel");
		settle_as(b, paper, &change, NULL, NULL);
		return;
	case ASK:
		(void)legs_withdraw(b, paper, &first, NULL, NULL);
		return;
	}
}

/* ---- what paper that went out means for the data ---- */

/* A parked one is a person's. */
static bool
too_late(
    const struct broker *b, const struct leg *paper, const struct leg *data)
{
	const struct desk *to;

	if (data == NULL || !is_data(data) || data->state == QUEUE_PARKED ||
	    !(paper->flags & STORE_LEG_FALLBACK))
		return false;
	to = paper_desk(b, paper);
	return to != NULL && !(to->policy.late & 1u << data->way);
}

static bool
ends_data(struct broker *b, const struct leg *paper)
{
	unsigned i;

	for (i = 0; i < STORE_LEGS_MAX; i++) {
		if (too_late(b, paper, other(b, paper, i)))
			return true;
	}
	return false;
}

static void
end_data(struct broker *b, const struct leg *paper)
{
	const struct withdrawal went = {.state = LEG_RECALLED,
	    .actor = "broker",
	    .code = "paper-went",
	    .detail = "The paper has gone out instead.",
	    .if_delivered = (uint8_t)(paper->index + 1)};
	struct leg *data;
	unsigned i;

	for (i = 0; i < STORE_LEGS_MAX; i++) {
		data = other(b, paper, i);
		if (too_late(b, paper, data))
			(void)legs_withdraw(b, data, &went, NULL, NULL);
	}
}

bool
legs_follow(struct broker *b, const struct leg *leg)
{
	const struct leg *paper;
	unsigned i;

	if (!is_data(leg))
		return paper_first(b, leg) || ends_data(b, leg);
	for (i = 0; i < STORE_LEGS_MAX; i++) {
		paper = other(b, leg, i);
		if (paper != NULL && !is_data(paper) && !paper->held &&
		    follow_of(paper) != NOTHING)
			return true;
	}
	return false;
}

void
legs_delivered(struct broker *b, struct leg *leg)
{
	struct leg *paper;
	unsigned i;

	if (!is_data(leg)) {
		paper_delivered(b, leg);
		end_data(b, leg);
		return;
	}
	for (i = 0; i < STORE_LEGS_MAX; i++) {
		paper = other(b, leg, i);
		if (paper == NULL || is_data(paper))
			continue;
		if (paper->held)
			wish_follow(b, paper);
		else
			follow(b, paper, leg->index);
	}
}

/* ---- what a failure of the data means ---- */

static void
wake(struct broker *b, struct leg *paper, const char *code, const char *detail)
{
	struct settle_change change = {.state = LEG_READY,
	    .actor = "broker",
	    .code = code,
	    .detail = detail,
	    .clear_flags = STORE_LEG_ASLEEP};

	stats_add(&b->stats, STAT_WOKEN, 1);
	CRASH_POINT("legs-wake");
	settle_as(b, paper, &change, NULL, NULL);
}

static bool
arrived(enum leg_state state)
{
	return state == LEG_DELIVERED || state == LEG_PICKED_UP ||
	       state == LEG_ANSWERED;
}

/* A sleeping (or woken) paper leg, by what the store says of the data. */
static void
resolve_kept(struct broker *b, struct leg *paper, const struct store_parcel *p)
{
	static const struct settle_change ended = {.state = LEG_RECALLED,
	    .actor = "broker",
	    .code = "not-needed",
	    .detail = "The parcel's other leg was ended."};
	bool open = false, parked = false;
	size_t i;

	for (i = 0; i < p->leg_count; i++) {
		if (!legs_data(p->legs[i].way))
			continue;
		if (arrived(p->legs[i].state)) {
			follow(b, paper, (unsigned)i);
			return;
		}
		parked |= p->legs[i].state == LEG_PARKED;
		open |= leg_state_open(p->legs[i].state) &&
			p->legs[i].state != LEG_PARKED;
	}
	if (open || paper->state != QUEUE_ASLEEP)
		return;
	if (parked)
		wake(b, paper, "data-failed",
		    "The data could not be delivered.");
	else
		settle_as(b, paper, &ended, NULL, NULL);
}

static void
resolve(struct broker *b, struct leg *paper)
{
	struct store_parcel *p = NULL;

	if (store_parcel_get(b->store, &paper->id, &p) == 0)
		resolve_kept(b, paper, p);
	store_parcel_free(&p);
}

void
legs_moved(struct broker *b, const struct id *id, const struct store_leg *now)
{
	struct leg *paper;
	unsigned i;

	if (!legs_data(now->way) ||
	    (leg_state_open(now->state) && now->state != LEG_PARKED))
		return;
	for (i = 0; i < STORE_LEGS_MAX; i++) {
		if (i == now->index ||
		    (paper = queue_leg(&b->queues, id, i)) == NULL ||
		    is_data(paper))
			continue;
		if (paper->held)
			wish_follow(b, paper);
		else
			resolve(b, paper);
	}
}

/* The other side has taken the data.  Said once; what becomes of the data ends
 * the sleep, and now and then the question is asked again. */
static void
sleep_on(struct broker *b, struct leg *paper, const struct store_parcel *p)
{
	struct settle_change change = {.state = LEG_WAITING,
	    .actor = "broker",
	    .code = FALLBACK_HANDED,
	    .detail = "The other side has taken the data: paper waits for what "
		      "becomes of it.",
	    .due_ms = b->wall_ms + HANDED_MS};

	CRASH_POINT("legs-sleep-on");
	if (fallback_said(p, paper->index))
		queue_sleep(&b->queues, paper, b->now_ms + HANDED_MS);
	else
		settle_as(b, paper, &change, NULL, NULL);
}

/* The hour has come, and the data is under way. */
static void
fall_back(struct broker *b, struct leg *paper, struct leg *data)
{
	const struct desk *to = paper_desk(b, paper);
	struct store_parcel *p = NULL;
	enum fallback what = FALLBACK_GOES;

	if (store_parcel_get(b->store, &paper->id, &p) == 0)
		what = fallback_of(p, data->index, data->state == QUEUE_LEASED,
		    to != NULL && to->policy.needs_listed);
	if (what == FALLBACK_WAITS) {
		sleep_on(b, paper, p);
		away_tell(b, data);
	} else if (what == FALLBACK_MAYBE_TWICE) {
		wake(b, paper, FALLBACK_UNSURE,
		    "The data did not arrive before its time; it may have been "
		    "handed over and arrive, too.");
	} else {
		wake(b, paper, FALLBACK_CODE,
		    "The data did not arrive before its time.");
	}
	store_parcel_free(&p);
}

void
legs_wake(struct broker *b, struct leg *paper)
{
	struct leg *data;
	unsigned i;

	for (i = 0; i < STORE_LEGS_MAX; i++) {
		data = other(b, paper, i);
		if (data == NULL || !is_data(data))
			continue;
		if (data->held) { /* maybe it is just arriving */
			queue_sleep(&b->queues, paper, b->now_ms + AGAIN_MS);
			return;
		}
		fall_back(b, paper, data);
		return;
	}
	resolve(b, paper);
	if (!paper->held) /* a damaged record, say */
		queue_sleep(&b->queues, paper, b->now_ms + 60 * AGAIN_MS);
}

static void
sweep_one(struct leg *leg, void *arg)
{
	struct broker *b = arg;
	struct store_parcel *p = NULL;
	const struct store_step *step;

	if (is_data(leg) || leg->held ||
	    (leg->state != QUEUE_ASLEEP && leg->state != QUEUE_PARKED) ||
	    store_parcel_get(b->store, &leg->id, &p) != 0)
		return;
	if (leg->state == QUEUE_ASLEEP) {
		resolve_kept(b, leg, p);
	} else {
		/* parked before it was ever lent */
		step = paper_last_step(p, leg->index, LEG_PARKED);
		leg->touched = step == NULL || leg->attempts > 0 ||
			       strcmp(step->code, PAPER_UNVERIFIED) != 0;
	}
	store_parcel_free(&p);
}

void
legs_sweep(struct broker *b)
{
	queue_walk(&b->queues, sweep_one, b);
}

/* ---- taking back ---- */

bool
legs_given_back(const struct leg *leg, const struct wire_settle_item *item,
    enum leg_state *ended)
{
	bool back = item->outcome == WIRE_OUTCOME_NEVER &&
		    strcmp(item->code, "recalled") == 0;

	*ended = LEG_READY;
	if (!(leg->flags & STORE_LEG_RECALL))
		return back;
	*ended =
	    leg->flags & STORE_LEG_SUPERSEDE ? LEG_SUPERSEDED : LEG_RECALLED;
	return back || item->outcome == WIRE_OUTCOME_LATER;
}

void
legs_asked(struct broker *b, struct leg *leg, const char *code)
{
	struct wire_msg msg = {.type = WIRE_RECALL};
	struct session *s;

	if (leg->state != QUEUE_LEASED)
		return;
	s = HASH_OF(struct session, lessee, leg->pair->lessee);
	if (s->over || s->protocol < 2)
		return;
	msg.recall.id = leg->id;
	msg.recall.leg = leg->index;
	msg.recall.code = code;
	CRASH_POINT("legs-ask");
	post_message(b, s, &msg);
}

/* It may be out: only its agent knows. */
static void
ask(struct broker *b, struct leg *leg, struct settle_change *change,
    const struct withdrawal *w, settle_fn *told, void *arg)
{
	change->state = LEG_READY;
	change->set_flags = (uint16_t)(STORE_LEG_RECALL | w->flags);
	if (w->state == LEG_SUPERSEDED)
		change->set_flags |= STORE_LEG_SUPERSEDE;
	if (leg->state == QUEUE_LEASED)
		settle_mark(b, leg, change, told, arg);
	else
		settle_as(b, leg, change, told, arg);
}

bool
legs_withdraw(struct broker *b, struct leg *leg, const struct withdrawal *w,
    settle_fn *told, void *arg)
{
	struct settle_change change = {.state = w->state,
	    .actor = w->actor,
	    .code = w->code,
	    .detail = w->detail,
	    .if_delivered = w->if_delivered,
	    .if_kept = w->if_kept};

	if (leg->flags & STORE_LEG_RECALL)
		return false;
	if (leg->held) {
		wish_withdraw(b, leg, w);
		return false;
	}
	CRASH_POINT("legs-withdraw");
	if (leg->state == QUEUE_LEASED ||
	    (leg->touched && leg->state != QUEUE_PARKED &&
		leg->state != QUEUE_ASLEEP))
		ask(b, leg, &change, w, told, arg);
	else
		settle_as(b, leg, &change, told, arg);
	return true;
}

struct change {
	struct broker *b;
	const struct desk *desk;
};

static void
ask_back(struct leg *leg, void *arg)
{
	const struct change *c = arg;

	if (leg->way == WAY_FAX && leg->state == QUEUE_LEASED &&
	    !(leg->flags & STORE_LEG_RECALL) &&
	    paper_desk(c->b, leg) == c->desk)
		legs_asked(c->b, leg, "fax-changed");
}

void
legs_fax_changed(struct broker *b, const struct desk *desk)
{
	struct change c = {b, desk};

	queue_walk(&b->queues, ask_back, &c);
}

void
legs_wishes(struct broker *b)
{
	struct wish *w = b->wishes, *next;
	struct leg *leg;

	b->wishes = NULL;
	for (; w != NULL; w = next) {
		next = w->next;
		leg = queue_leg(&b->queues, &w->id, w->leg);
		if (leg != NULL && leg->held) {
			w->next = b->wishes;
			b->wishes = w;
			continue;
		}
		if (leg != NULL && w->follow)
			resolve(b, leg);
		else if (leg != NULL)
			(void)legs_withdraw(b, leg, &w->what, NULL, NULL);
		free(w);
	}
}

/* NAME
 *	run_match - our parcels against the list of what was sent
 * DESCRIPTION
 *	A document is in the list if name and SHA-256 are the same; where the
 *	list has no SHA-256, a name of the standard with the same size will do
 *	(it holds sender, receiver and 連番).  An attachment without SHA-256 may
 *	be another one of that name: nobody knows.  Things that were there before
 *	we had the parcel, and things another parcel of ours stands for, are not
 *	this one: the same file may well be sent twice on purpose.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "run_inside.h"

#define SKEW_MS (10 * 60 * 1000)

enum likeness { OTHER, MAYBE, SAME };

/* An item, and the next one of the same name. */
struct node {
	const struct driver_item *item;
	const struct parcel_document *owner;
	struct node *next;
};

struct match {
	struct run *run;
	struct station *station;
	zhashx_t *by_name; /* name -> node */
	struct node *nodes;
	const struct driver_answer *answer;
	int64_t now_ms;
};

/* ---- one document ---- */

static enum likeness
like(const struct parcel *p, const struct parcel_document *d,
    const struct driver_item *i)
{
	if (i->peer[0] != '\0' && strcmp(i->peer, p->to) != 0)
		return OTHER;
	if (i->at_ms > 0 && i->at_ms < p->made_ms - SKEW_MS)
		return OTHER;
	if (i->bytes != UINT64_MAX && i->bytes != d->bytes)
		return OTHER;
	if (i->hashed)
		return memcmp(i->sha256, d->sha256, DIGEST_BYTES) == 0 ? SAME
								       : OTHER;
	if (d->ref[0] != '\0' && strcmp(d->ref, i->ref) == 0)
		return SAME;
	return d->kind[0] != '\0' && i->bytes != UINT64_MAX ? SAME : MAYBE;
}

/* A thing stands for one document of ours; listed twice under one ref it is
 * still one thing. */
static bool
taken(const struct node *first, const struct node *node,
    const struct parcel_document *d)
{
	for (const struct node *n = first; n != NULL; n = n->next) {
		if (n->owner != NULL && n->owner != d &&
		    strcmp(n->item->ref, node->item->ref) == 0)
			return true;
	}
	return node->owner != NULL && node->owner != d;
}

static struct node *
look_up(struct match *m, const struct parcel *p,
    const struct parcel_document *d, enum likeness *found)
{
	struct node *first = zhashx_lookup(m->by_name, d->name), *best = NULL;

	*found = OTHER;
	for (struct node *n = first; n != NULL; n = n->next) {
		enum likeness now = like(p, d, n->item);
		if (now == OTHER || taken(first, n, d))
			continue;
		bool ours = n->owner == d;
		if (now > *found || ours) {
			*found = ours ? SAME : now;
			best = n;
		}
		if (ours)
			break;
	}
	return best;
}

/* Who wrote down a ref owns the thing of that ref. */
static void
claim(struct match *m, const struct tasks *list)
{
	const struct task *t;

	TAILQ_FOREACH(t, list, entry)
	for (size_t i = 0; i < t->parcel->count; i++) {
		const struct parcel_document *d = &t->parcel->documents[i];
		if (d->ref[0] == '\0')
			continue;
		for (struct node *n = zhashx_lookup(m->by_name, d->name);
		     n != NULL; n = n->next) {
			if (strcmp(n->item->ref, d->ref) == 0 &&
			    n->owner == NULL)
				n->owner = d;
		}
	}
}

/* ---- one parcel ---- */

struct tally {
	size_t missing, maybe, waiting, sent, fetched, refused;
	const struct driver_item *said; /* refused, or by whom */
};

static void
count_item(struct tally *n, struct parcel_document *d, struct node *node)
{
	const struct driver_item *i = node->item;

	node->owner = d;
	memcpy(d->ref, i->ref, sizeof(d->ref));
	switch (i->state) {
	case ITEM_WAITING:
		n->waiting++;
		d->state = DOCUMENT_HANDED;
		break;
	case ITEM_SENT:
		n->sent++;
		d->state = DOCUMENT_LISTED;
		break;
	case ITEM_FETCHED:
		n->fetched++;
		d->state = DOCUMENT_FETCHED;
		break;
	case ITEM_REFUSED:
		n->refused++;
		d->state = DOCUMENT_REFUSED;
		break;
	}
	if (n->said == NULL || i->state == ITEM_REFUSED)
		n->said = i;
}

static struct tally
count_parcel(struct match *m, struct parcel *p)
{
	struct tally n = {0};
	enum likeness found;

	for (size_t i = 0; i < p->count; i++) {
		struct parcel_document *d = &p->documents[i];
		struct node *node = look_up(m, p, d, &found);

		if (found == SAME)
			count_item(&n, d, node);
		else if (found == MAYBE)
			n.maybe++;
		else
			n.missing++;
	}
	return n;
}

static void
end_refused(struct match *m, struct task *t, const struct tally *n)
{
	const struct driver_item *i = n->said;

	memcpy(t->parcel->by, i->by, sizeof(i->by));
	parcel_say(t->parcel, i->code[0] != '\0' ? i->code : "refused", "%s",
	    i->text[0] != '\0' ? i->text : "It was refused.");
	run_change(m->run, t, PARCEL_FAILED, m->now_ms);
}

static void
end_listed(struct match *m, struct task *t, const struct tally *n)
{
	struct parcel *p = t->parcel;
	bool all = n->fetched == p->count;

	if (n->said != NULL)
		memcpy(p->by, n->said->by, sizeof(p->by));
	if (p->listed_ms == 0)
		p->listed_ms = m->now_ms;
	if (all)
		p->fetched_ms = n->said->at_ms > 0 ? n->said->at_ms : m->now_ms;
	t->trouble = 0;
	parcel_say(p, all ? "fetched" : "listed",
	    all ? "The receiver has fetched it."
		: "It stands in the list of what was sent.");
	CRASH_POINT("national-listed");
	run_change(m->run, t, all ? PARCEL_FETCHED : PARCEL_LISTED, m->now_ms);
}

/* Only a whole list, asked late enough, says that something is not there. */
static bool
certain(const struct match *m, const struct task *t)
{
	return m->answer->complete && m->station->asked_ms >= t->ask_ms;
}

static void
not_there(struct match *m, struct task *t, const struct tally *n)
{
	struct parcel *p = t->parcel;

	if (!certain(m, t)) {
		if (t->ask_ms <= m->now_ms) /* a list that is cut off */
			t->ask_ms = m->now_ms + m->run->settings.poll_ms;
		return;
	}
	p->due_ms = m->now_ms;
	parcel_say(p, "queued",
	    n->missing == p->count
		? "The list shows that it was not handed over."
		: "The list shows that a part of it is missing.");
	run_change(m->run, t, PARCEL_PREPARED, m->now_ms);
}

/* What of it is listed under another name of the parcel is no reason to wait:
 * documents that were there are not sent again. */
static void
judge_handing(struct match *m, struct task *t, const struct tally *n)
{
	struct parcel *p = t->parcel;

	if (n->maybe > 0) {
		parcel_say(p, "unknown",
		    "Something of that name is there; whether it is this one "
		    "the list does not say.");
		run_change(m->run, t, PARCEL_UNKNOWN, m->now_ms);
	} else if (n->missing > 0) {
		not_there(m, t, n);
	} else {
		p->handed_ms = m->now_ms;
		parcel_say(p, "handed-over",
		    "The list shows that it was handed over.");
		run_change(m->run, t, PARCEL_HANDED, m->now_ms);
	}
}

static void
judge(struct match *m, struct task *t)
{
	struct parcel *p = t->parcel;

	if (p->state == PARCEL_PREPARED || t->busy)
		return;
	struct tally n = count_parcel(m, p);
	if (n.refused > 0 && p->state != PARCEL_LISTED) {
		end_refused(m, t, &n);
		return;
	}
	if (n.sent + n.fetched == p->count && p->count > 0) {
		if (p->state != PARCEL_LISTED || n.fetched == p->count)
			end_listed(m, t, &n);
		return;
	}
	if (p->state == PARCEL_HANDING)
		judge_handing(m, t, &n);
}

/* ---- the list ---- */

static void
index_items(struct match *m)
{
	const struct driver_answer *a = m->answer;

	m->nodes = mem_new((a->count + 1) * sizeof(*m->nodes));
	for (size_t i = 0; i < a->count; i++) {
		struct node *n = &m->nodes[i];
		n->item = &a->items[i];
		n->next = zhashx_lookup(m->by_name, n->item->name);
		zhashx_update(m->by_name, n->item->name, n);
	}
}

static void
judge_all(struct match *m, struct tasks *list)
{
	struct task *t, *after;

	for (t = TAILQ_FIRST(list); t != NULL; t = after) {
		after = TAILQ_NEXT(t, entry);
		judge(m, t);
	}
}

void
run_match(struct run *r, struct station *s, const struct driver_answer *a,
    int64_t now)
{
	struct match m = {
	    .run = r,
	    .station = s,
	    .by_name = zhashx_new(),
	    .answer = a,
	    .now_ms = now,
	};

	struct pair *pair;

	index_items(&m);
	claim(&m, &s->watched);
	claim(&m, &s->stopped);
	claim(&m, &s->handed);
	claim(&m, &s->handing);
	TAILQ_FOREACH(pair, &s->pairs, entry) /* sent in part */
	claim(&m, &pair->tasks);
	s->seen_ms = s->asked_ms;
	if (s->depth != LIST_OPEN)
		judge_all(&m, &s->watched);
	if (s->depth == LIST_WHOLE && a->complete)
		s->whole_ms = now + r->settings.whole_ms;
	judge_all(&m, &s->handed);
	judge_all(&m, &s->handing);
	if (r->settings.remind_ms > 0 && run_by_hand(r)) {
		struct task *t = TAILQ_FIRST(&s->handed);
		if (t == NULL || !t->reminded)
			r->events->notice_clear(
			    r->arg, s->office, "desk-waits");
	}
	free(m.nodes);
	zhashx_destroy(&m.by_name);
}

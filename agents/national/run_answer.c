/* NAME
 *	run_answer - what the driver says
 * SUMMARY
 *	run_answer() of run.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "run_inside.h"

/* ---- patience ---- */

static int64_t
until(const struct run *r, const struct driver_answer *a, unsigned trouble,
    int64_t now)
{
	if (a->retry_ms > now)
		return a->retry_ms;
	/* a person must act first: asking often may lock an account */
	if (a->rc == TSK_DENIED)
		return now + r->settings.wait_max_ms;
	return now + run_wait(&r->settings, trouble);
}

static void
log_trouble(const struct station *s, const struct driver_answer *a,
    const char *scope, int64_t wait_ms)
{
	log_warn("national: office=%s verb=%d result=%s scope=%s code=%s "
		 "wait_ms=%lld why=\"%s\"",
	    s->office, (int)s->order.verb,
	    a->rc == TSK_DENIED ? "person" : "later", scope, a->why.code,
	    (long long)wait_ms, a->why.text);
}

/* The office, or everybody, waits; true if it was that. */
static bool
blocked(struct run *r, struct station *s, const struct driver_answer *a,
    int64_t now)
{
	if (a->scope == SCOPE_ALL) {
		r->trouble++;
		r->blocked_ms = until(r, a, r->trouble, now);
		log_trouble(s, a, "all", r->blocked_ms - now);
		return true;
	}
	/* lists concern nothing smaller than the office */
	if (a->scope == SCOPE_ORDER && s->task != NULL)
		return false;
	s->trouble++;
	s->blocked_ms = until(r, a, s->trouble, now);
	s->why = a->why;
	log_trouble(s, a, "office", s->blocked_ms - now);
	if (a->rc == TSK_DENIED)
		r->events->notice(
		    r->arg, s->office, "office-blocked", a->why.text);
	return true;
}

static void
well(struct run *r, struct station *s)
{
	r->trouble = 0;
	r->blocked_ms = 0;
	if (s->trouble > 0)
		r->events->notice_clear(r->arg, s->office, "office-blocked");
	s->trouble = 0;
	s->blocked_ms = 0;
	memset(&s->why, 0, sizeof(s->why));
}

/* ---- send ---- */

/* It certainly has not been handed over: it waits for its next turn. */
static void
again(struct run *r, struct station *s, struct task *t,
    const struct driver_answer *a, int64_t now)
{
	struct parcel *p = t->parcel;

	t->trouble++;
	p->due_ms = now;
	if (!blocked(r, s, a, now)) {
		p->due_ms = until(r, a, t->trouble, now);
		log_trouble(s, a, "parcel", p->due_ms - now);
	}
	parcel_say(p, a->why.code, "%s", a->why.text);
	run_change(r, t, PARCEL_PREPARED, now);
}

/* Each document for itself: how many are there, refused, still to be sent. */
struct counts {
	size_t there, refused, open;
};

static struct counts
take_results(struct parcel *p, const struct driver_answer *a)
{
	struct counts n = {0};

	for (size_t i = 0; i < p->count; i++) {
		const struct driver_result *result = &a->results[i];
		struct parcel_document *d = &p->documents[i];

		if (d->state == DOCUMENT_OPEN) {
			d->state = result->state;
			if (result->ref[0] != '\0')
				memcpy(d->ref, result->ref, sizeof(d->ref));
		}
		if (d->state == DOCUMENT_REFUSED) {
			n.refused++;
			parcel_say(p, result->code, "%.200s", result->text);
		} else if (d->state == DOCUMENT_OPEN) {
			n.open++;
		} else {
			n.there++;
		}
	}
	return n;
}

static void
partly(struct run *r, struct task *t, const struct counts *n, int64_t now)
{
	struct parcel *p = t->parcel;
	char said[PARCEL_TEXT_BYTES];

	snprintf(said, sizeof(said), "%s", p->text);
	parcel_say(p, n->there > 0 ? "partly-refused" : p->code,
	    "%zu of %zu documents were refused; %zu are there. %.200s",
	    n->refused, p->count, n->there, said);
	run_change(r, t, PARCEL_FAILED, now);
}

static void
sent(struct run *r, struct station *s, struct task *t,
    const struct driver_answer *a, int64_t now)
{
	struct parcel *p = t->parcel;
	struct counts n = take_results(p, a);

	t->trouble = 0;
	if (a->ref[0] != '\0')
		memcpy(p->ref, a->ref, sizeof(p->ref));
	CRASH_POINT("national-answered");
	if (n.refused > 0) {
		partly(r, t, &n, now);
		return;
	}
	if (n.open > 0) { /* those are sent once more, by themselves */
		t->trouble = 1;
		p->due_ms = now + run_wait(&r->settings, 1);
		parcel_say(p, "partly-sent",
		    "%zu of %zu documents are there; the others follow.",
		    n.there, p->count);
		run_change(r, t, PARCEL_PREPARED, now);
		return;
	}
	p->handed_ms = now;
	if (s->list_ms > now + r->settings.soon_ms || s->list_ms < now)
		s->list_ms = now + r->settings.soon_ms;
	parcel_say(p, "handed-over",
	    run_by_hand(r) ? "It is laid out for the person at the desk."
			   : "The national system has taken it.");
	run_change(r, t, PARCEL_HANDED, now);
}

static void
on_send(struct run *r, struct station *s, struct task *t,
    const struct driver_answer *a, int64_t now)
{
	struct parcel *p = t->parcel;

	if (a->rc == 0) {
		sent(r, s, t, a, now);
	} else if (a->rc == TSK_LATER || a->rc == TSK_DENIED) {
		again(r, s, t, a, now);
	} else if (a->rc == TSK_INVALID || a->rc == TSK_EMPTY) {
		parcel_say(p, a->why.code[0] != '\0' ? a->why.code : "refused",
		    "%s", a->why.text);
		run_change(r, t, PARCEL_FAILED, now);
	} else { /* nobody knows: the list will tell */
		t->ask_ms = now + r->settings.lag_ms;
		log_warn("national: office=%s result=broken why=\"%s\"",
		    s->office, a->why.text);
		parcel_say(p, "handing-over",
		    "Nobody knows whether it was handed over: the list of what "
		    "was sent will tell.");
		(void)run_keep(r, t);
		r->events->step(r->arg, t);
	}
}

/* ---- the others ---- */

static void
on_withdraw(struct run *r, struct station *s, struct task *t,
    const struct driver_answer *a, int64_t now)
{
	if (a->rc == 0) {
		parcel_say(t->parcel, "recalled",
		    "It was taken back; nobody had sent it.");
		run_change(r, t, PARCEL_RECALLED, now);
	} else if (a->rc == TSK_LATER) {
		(void)blocked(r, s, a, now);
	} else { /* too late: the list will tell */
		t->refused = true;
		s->list_ms = now;
	}
}

/* Without a list nobody will ever know. */
static void
no_list(struct run *r, struct station *s, int64_t now)
{
	struct task *t, *after;

	for (t = TAILQ_FIRST(&s->handing); t != NULL; t = after) {
		after = TAILQ_NEXT(t, entry);
		parcel_say(t->parcel, "unknown",
		    "It may have been handed over, and the other side cannot "
		    "tell.");
		run_change(r, t, PARCEL_UNKNOWN, now);
	}
}

static void
on_list_sent(struct run *r, struct station *s, const struct driver_answer *a,
    int64_t now)
{
	if (a->rc != 0)
		s->whole_ms = 0;
	if (a->rc == 0) {
		run_match(r, s, a, now);
	} else if (a->rc == TSK_EMPTY) {
		s->seen_ms = s->asked_ms;
		no_list(r, s, now);
	} else if (a->rc == TSK_LATER || a->rc == TSK_DENIED) {
		s->list_ms = now;
		(void)blocked(r, s, a, now);
	} else {
		s->trouble++;
		s->blocked_ms = now + run_wait(&r->settings, s->trouble);
		log_trouble(s, a, "office", s->blocked_ms - now);
	}
}

/* Nothing is sent twice by asking twice. */
static void
on_inbound(struct run *r, struct station *s, const struct driver_answer *a,
    int64_t now)
{
	if (a->rc == TSK_LATER || a->rc == TSK_DENIED)
		(void)blocked(r, s, a, now);
	r->events->inbound_answer(r->arg, &s->order, a, now);
}

void
run_answer(struct run *r, const struct driver_answer *a, int64_t now)
{
	struct station *s;

	TAILQ_FOREACH(s, &r->stations, entry)
	if (s->busy && s->order.number == a->number)
		break;
	if (s == NULL)
		return; /* given up */
	struct task *t = s->task;
	s->busy = false;
	r->in_flight--;
	free(s->folder);
	s->folder = NULL;
	run_wake(s);
	if (t != NULL)
		t->busy = false;
	if (a->rc == 0)
		well(r, s);
	switch (s->order.verb) {
	case DRIVER_SEND:
		if (t != NULL)
			on_send(r, s, t, a, now);
		break;
	case DRIVER_WITHDRAW:
		if (t != NULL)
			on_withdraw(r, s, t, a, now);
		break;
	case DRIVER_LIST_SENT:
		on_list_sent(r, s, a, now);
		break;
	case DRIVER_LIST_RECEIVED:
	case DRIVER_FETCH:
	case DRIVER_DONE:
		on_inbound(r, s, a, now);
		break;
	}
	s->task = NULL;
}

/* NAME
 *	settle - a leg moves to another state, durably
 * DESCRIPTION
 *	Every durable change of a leg goes through here: what agents settle, what
 *	comes due, what a lost session leaves behind, what an operator decides.
 *	While the change is on its way the leg is held.
 */
#ifndef TASUKI_SETTLE_H
#define TASUKI_SETTLE_H

#include "session.h"
#include "writer.h"

struct settlement;

/* A change the broker decides on; see store.h.  What is zero is not there. */
struct settle_change {
	enum leg_state state;
	const char *actor; /* static, or an agent's name */
	const char *code, *detail;
	uint16_t set_flags, clear_flags;
	int64_t due_ms;           /* waiting: wall; 0 = now */
	const struct id *if_kept; /* copied */
	uint8_t if_delivered, if_legs;
	bool joined; /* in one transaction with what is put next */
};
/* called after the commit; rc of the operation (0, TSK_EXIST, TSK_INVALID,
 * TSK_NOTFOUND, TSK_CLOSED...) */
typedef void settle_fn(struct broker *b, int rc, void *arg);

void settle_message(
    struct broker *b, struct session *s, const struct wire_settle *settle);
/* settle_lost(b, leg, code): lent and not settled: counts as a try. */
void settle_lost(struct broker *b, struct leg *leg, const char *code);
/* settle_park(b, leg, code, detail): needs a person. */
void settle_park(
    struct broker *b, struct leg *leg, const char *code, const char *detail);
/* settle_wait(b, leg, wait_ms, code, detail): not now, no fault of the leg. */
void settle_wait(struct broker *b, struct leg *leg, int64_t wait_ms,
    const char *code, const char *detail);
/* settle_as(b, leg, change, done, arg): of a leg that is neither lent nor held.
 * done may be NULL. */
void settle_as(struct broker *b, struct leg *leg,
    const struct settle_change *change, settle_fn *done, void *arg);
/* settle_kept(b, p, leg, change): of a leg that is delivered; memory knows it no
 * more. */
void settle_kept(struct broker *b, const struct store_parcel *p, unsigned leg,
    const struct settle_change *change);
/* settle_say(b, leg, code, detail): a step of a lent leg, told by the broker; its
 * lease goes on. */
void settle_say(
    struct broker *b, struct leg *leg, const char *code, const char *detail);
/* settle_mark(b, leg, change, done, arg): only the flags, of a lent leg; its lease
 * goes on. */
void settle_mark(struct broker *b, struct leg *leg,
    const struct settle_change *change, settle_fn *done, void *arg);
/* settle_operator(b, leg, state, code, detail, done, arg): requeue (LEG_READY) or
 * close (LEG_CLOSED) a parked leg; done is told. */
void settle_operator(struct broker *b, struct leg *leg, enum leg_state state,
    const char *code, const char *detail, settle_fn *done, void *arg);

#endif

/* NAME
 *	legs - what the legs of one parcel mean for each other, and taking back
 * DESCRIPTION
 *	A parcel may have a leg for the data (bus, national, hub) and one for
 *	paper (fax, pdf).  The paper one sleeps at first:
 *
 *	    dual      wakes when the data has arrived, marked as a copy; or, as
 *	              the only one, when the data failed or its time has come
 *	    fallback  wakes when the data failed or its time has come; ends when
 *	              the data arrives
 *
 *	When its time has come, but the other side has taken the data already,
 *	paper sleeps on (fallback.h).
 *
 *	Paper that went out as a fallback ends the data, on ways that are not to
 *	bring it late (policy column late): the partner has it.
 *
 *	What follows from a delivery is put into the same transaction as the
 *	delivery; what follows from a failure comes right after it, and again at
 *	every start (legs_sweep()), so a crash in between loses nothing.
 *
 *	Taking a leg back (superseded, recalled, the data was first):
 *
 *	    never lent       it ends at once
 *	    lent             marked durably, then its agent is asked (recall); the
 *	                     agent's settlement decides
 *	    maybe lent once  (given back by a lost session, or lent by a run of
 *	                     the broker that crashed) marked, and lent again with
 *	                     the mark: the agent says whether it is out
 *
 *	So paper never comes out twice, and is never called taken back when it
 *	is out.  A change that meets a leg whose last change is still on its way
 *	to the store waits for it (a wish).
 */
#ifndef TASUKI_LEGS_H
#define TASUKI_LEGS_H

#include "settle.h"

bool legs_data(enum leg_way way); /* bus, national, hub */

/* ---- called by settle.c ---- */
/* legs_follow(b, leg): its delivery changes another leg, or the FAX number's
 * record: put both into one transaction. */
bool legs_follow(struct broker *b, const struct leg *leg);
/* legs_delivered(b, leg): its delivery was put: put what follows. */
void legs_delivered(struct broker *b, struct leg *leg);
/* legs_moved(b, id, now): a change is durable. */
void legs_moved(
    struct broker *b, const struct id *id, const struct store_leg *now);
/* legs_given_back(leg, item, ended): the agent gives a leg back that was asked
 * for; *ended: how it ends, or LEG_READY. */
bool legs_given_back(const struct leg *leg, const struct wire_settle_item *item,
    enum leg_state *ended);
/* legs_asked(b, leg, code): the mark is durable: ask its agent. */
void legs_asked(struct broker *b, struct leg *leg, const char *code);

/* ---- called by the loop ---- */
/* legs_wake(b, leg): the time of a sleeping leg has come. */
void legs_wake(struct broker *b, struct leg *leg);
/* legs_wishes(b): what waited for a change; before legs are handed out. */
void legs_wishes(struct broker *b);
void legs_forget_wishes(struct broker *b);
/* legs_sweep(b): at start: sleeping legs whose reason came before the crash. */
void legs_sweep(struct broker *b);

/* ---- taking back ---- */
struct withdrawal {
	enum leg_state state; /* superseded or recalled */
	const char *actor;    /* static, or as long as the agent */
	const char *code;     /* static */
	const char *detail;
	const struct id *if_kept; /* only if that parcel is; NULL */
	uint16_t flags;           /* further ones, if it has to be asked for */
	uint8_t if_delivered;     /* only if 1 + that leg is; 0 */
};
/* legs_withdraw(b, leg, w, told, arg): as above; told (may be NULL) after the
 * first commit.  False: too late or not now, and told is not called. */
bool legs_withdraw(struct broker *b, struct leg *leg,
    const struct withdrawal *w, settle_fn *told, void *arg);

/* legs_fax_changed(b, desk): its FAX number is not to be dialled any more: ask
 * for what is lent. */
void legs_fax_changed(struct broker *b, const struct desk *desk);

#endif

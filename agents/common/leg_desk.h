/* NAME
 *	leg_desk - where an agent of a way out takes legs in and tells their fate
 * DESCRIPTION
 *	FAX, other hubs, the national system: the agent keeps a *thing* for each
 *	leg, durable, and holds on to the leg until it is known what became of
 *	it.  What all of them say to the broker is here; what they do with a
 *	thing is theirs.
 *
 *	A leg comes, and
 *
 *	    its thing is open or over     lent again; recalled: recall(), else
 *					  again(): it is told how far it is
 *	    it failed, that was told      a person had it queued again: new
 *	    it ended long ago             ended(): told as it was
 *	    it is nobody's, recalled      settled never, code "recalled"
 *	    it is nobody's                take(); refused: settled later or
 *					  never, as the why says
 *
 *	Leases die with the session: after event down nothing is lent until the
 *	broker lends it again.
 *	Parcels that come in by the same way (inbound.h) are submitted over the
 *	same link; the broker's answers to them go through here, too.
 *	Thread: the loop's.
 * DIAGNOSTICS
 *	info: link: result=open; recall: code=... result=STATE.
 *	warn: link: result=down, result=no-queue; deliver: result=later|never.
 */
#ifndef TASUKI_LEG_DESK_H
#define TASUKI_LEG_DESK_H

#include <stdbool.h>

#include "inbound.h"
#include "link.h"

#define LEG_DESK_NAME_BYTES 80

struct leg_desk;

/* What the agent does; ${arg} is its own.  May be NULL where it says so. */
struct leg_desk_ops {
	/* ---- things ---- */
	void *(*find)(void *arg, const struct id *id, unsigned leg);
	/* the one after ${thing}, which is the one before; NULL: the first */
	void *(*next)(void *arg, void *thing);
	const char *(*state)(const void *thing); /* for the log */
	/* nothing more is done with it unless a person wants it */
	bool (*over)(const void *thing);
	/* over without success, and the broker has heard it: when its leg comes
	 * again a person wants it done once more */
	bool (*failed)(const void *thing);

	/* ---- legs ---- */
	/* a new thing, durable, in the place of a failed one if there is one:
	 * 0 and *thing, or TSK_* and why (the agent counts, the desk logs) */
	int (*take)(void *arg, const struct link_delivery *delivery,
	    void **thing, struct why *why);
	/* the broker lends us its leg: it is not wanted back (any more);
	 * ${credit} goes back with what settles it */
	void (*lend)(void *arg, void *thing, uint64_t credit);
	/* the lease is gone, and its credit */
	void (*unlend)(void *arg, void *thing);
	/* it was just taken: tell how far it is.  May be NULL */
	void (*taken)(void *arg, void *thing);
	/* lent once more: tell how far it is, or what became of it */
	void (*again)(
	    void *arg, void *thing, const struct wire_deliver *deliver);
	/* an end that is written down and out of the way: true if it counts
	 * still; it is settled then, with all of ${credit} */
	bool (*ended)(
	    void *arg, const struct wire_deliver *deliver, uint64_t credit);
	/* the broker wants it back; code as in link.h */
	void (*recall)(void *arg, void *thing, const char *code);
	/* the broker has heard what was settled */
	void (*told)(void *arg, void *thing);

	/* ---- the session ---- */
	/* it is new: each thing, then opened().  opened may be NULL */
	void (*greet)(void *arg, void *thing);
	void (*opened)(void *arg, struct link *link);
	/* a receipt of a parcel that came in.  May be NULL */
	void (*receipt)(void *arg, const struct wire_receipt *receipt);
	/* the broker has answered a parcel that came in; or there is room for
	 * another.  May be NULL without inbound */
	void (*answered)(void *arg, bool accepted);
	void (*room)(void *arg);
	/* something has changed: whatever waits may go.  Last of each event */
	void (*wake)(void *arg);
};

struct leg_desk_settings {
	/* keys and the broker; queues and credit are filled in here */
	const struct link_settings *link;
	char queue[LEG_DESK_NAME_BYTES]; /* "hub/NAME" */
	char role[LEG_DESK_NAME_BYTES];  /* "hub:NAME": what lets us serve it */
	struct inbound *inbound;         /* NULL: nothing comes in */
	uint32_t legs;                   /* lent at once; 0 = 1000 */
};

/* leg_desk_open(loop, settings, ops, arg, out, why): connects.  Events come
 * from then on, never from inside. */
int leg_desk_open(zloop_t *loop, const struct leg_desk_settings *settings,
    const struct leg_desk_ops *ops, void *arg, struct leg_desk **out,
    struct why *why) TSK_MUST_USE;
void leg_desk_close(struct leg_desk **desk);
/* leg_desk_link(desk): for inbound_work(). */
struct link *leg_desk_link(struct leg_desk *desk);
/* leg_desk_settle(desk, item, credit): link_settle(); nothing without a desk:
 * what happens before it is open is told in greet(). */
void leg_desk_settle(struct leg_desk *desk, const struct wire_settle_item *item,
    uint64_t credit);

/* leg_desk_recalled(deliver): the leg was taken back while it was not lent. */
bool leg_desk_recalled(const struct wire_deliver *deliver);
/* leg_desk_log_open(welcome, queue, role): a session is open; without a queue
 * the log says what an administrator has to do. */
void leg_desk_log_open(
    const struct wire_welcome *welcome, const char *queue, const char *role);

#endif

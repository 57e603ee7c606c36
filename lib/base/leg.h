/* NAME
 *	leg - states and ways of a leg, one word for one thing
 * DESCRIPTION
 *	The numbers go over the wire and into the store: never renumber.
 *
 *	    ready -> leased -> delivered -> picked up -> answered
 *	      ^        |
 *	      +waiting-+ later (backoff)
 *	    ready|waiting -> superseded | recalled | expired (= parked)
 *	    leased -> parked (never, or too many attempts)
 *	    parked -> ready (requeue) | closed | superseded | recalled
 *
 *	leased is memory only: after a crash a leased leg is ready again, so the
 *	store never holds it.  working is no state a leg is kept in either: it
 *	stands in histories and receipts, a step that the agent which holds the
 *	leg has told.
 */
#ifndef TASUKI_LEG_H
#define TASUKI_LEG_H

#include <stdbool.h>

#include "err.h"
#include "id.h"

#define LEG_KEY_BYTES (ID_TEXT_BYTES + 4) /* "<id>-<leg>" */

enum leg_state {
	LEG_READY = 1,
	LEG_WAITING = 2,    /* tried, later */
	LEG_DELIVERED = 3,  /* durable at the receiver (inbox, PDF folder) */
	LEG_PICKED_UP = 4,  /* taken out of the inbox by the care software */
	LEG_ANSWERED = 5,   /* the matching 実績 came back */
	LEG_PARKED = 6,     /* needs a person */
	LEG_SUPERSEDED = 7, /* a newer set took its place before delivery */
	LEG_RECALLED = 8,
	LEG_CLOSED = 9, /* a person ended it, with a reason */
	/* under way at the agent that holds it; its code says how far */
	LEG_WORKING = 10,
};

enum leg_way {
	WAY_BUS = 1,
	WAY_NATIONAL = 2,
	WAY_HUB = 3,
	WAY_FAX = 4,
	WAY_PDF = 5,
};

/* lower-case English name as in settings, logs and JSON ("picked-up"), and the
 * Japanese word; "?" for a number that is none.  Static. */
const char *leg_state_name(enum leg_state state);
const char *leg_state_ja(enum leg_state state);
const char *leg_way_name(enum leg_way way);
const char *leg_way_ja(enum leg_way way);
int leg_way_parse(const char *name); /* enum leg_way or -1 ("hub:NAME" = hub) */
/* leg_step_ja(code): how far a leg that is working has got, in Japanese: the
 * codes agents use are a table in leg.c; for others the word for working. */
const char *leg_step_ja(const char *code);
/* open: the broker still owes something (ready, waiting, parked,
 * working). */
bool leg_state_open(enum leg_state state);

/* leg_key(id, leg, out): what a leg's own folder or file is called; legs are
 * 0..255; returns out. */
const char *leg_key(const struct id *id, unsigned leg, char out[LEG_KEY_BYTES]);
/* leg_key_parse(text, id, leg): 0 or TSK_INVALID; takes only what leg_key()
 * writes, so that one leg never has two names. */
int leg_key_parse(const char *text, struct id *id, unsigned *leg) TSK_MUST_USE;

#endif

/* NAME
 *	revoked - what was sent under a mandate that was revoked
 * DESCRIPTION
 *	What has not gone out waits for a person: a leg that is not lent is
 *	parked when its turn comes, one that is lent to a paper agent or a
 *	gateway is asked back at once.  One that may have been lent (its session
 *	was lost; the broker was killed between revoking and asking) is lent
 *	again as taken back, so its agent is asked, too.  The agent settles:
 *	nothing left its hands: the leg is parked too; it is out already: it is
 *	delivered.  The step "mandate-revoked" before that says when it was asked.
 *	Offices' agents are not asked: what is lent to them is in their hands.
 *
 *	A mandate that ends by its last day stops nothing that was accepted.
 *	Who is to be asked is kept nowhere: it follows from the mandate and the
 *	open leg, each time the leg is lent.
 *	Thread: the net thread's.
 * BUGS
 *	An agent of protocol version 1 cannot be asked: the leg is parked, and is
 *	delivered if its agent says so nevertheless.
 */
#ifndef TASUKI_REVOKED_H
#define TASUKI_REVOKED_H

#include "broker.h"
#include "mandate.h"

#define REVOKED_CODE         "mandate-revoked"
#define REVOKED_DETAIL_BYTES 80

/* revoked_leg(b, leg, detail): the leg is to go no further; detail: a sentence with
 * the mandate's id. */
bool revoked_leg(
    struct broker *b, const struct leg *leg, char detail[REVOKED_DETAIL_BYTES]);
/* revoked_say(b, leg): the step that says it was asked for. */
void revoked_say(struct broker *b, struct leg *leg);
/* revoked_ask(b, mandate): ${mandate} was revoked: ask for what is lent. */
void revoked_ask(struct broker *b, const struct mandate *mandate);

#endif

/* NAME
 *	away - legs whose agent has not been there for long
 * DESCRIPTION
 *	A leg waits for its agent as long as it may (schedule/expiry): what a
 *	gateway has handed over only that gateway can finish.  But it never waits
 *	silently.  When nobody has served its queue for schedule/away and nothing
 *	was said of the leg for as long, it gets the step "agent-away": its sender
 *	is told, and alarm agent-away stands in `status` until an agent serves the
 *	queue or the leg ends.  Nothing else changes: an agent that comes back
 *	goes on where it was.
 *
 *	When it was last served is known of this run only.  A queue that nobody
 *	served within AWAY_GRACE_MS of a start counts as away since its legs' last
 *	steps, which are kept.
 *
 *	Where a policy's hour for paper has come, but the other side has the data
 *	already and its gateway is not there, the step is written at once.
 *	Thread: the net thread's.
 */
#ifndef TASUKI_AWAY_H
#define TASUKI_AWAY_H

#include "broker.h"

#define AWAY_CODE     "agent-away"
#define AWAY_GRACE_MS (10LL * 60 * 1000)

/* away_look(b): at all legs; called once a second, acts when it is time. */
void away_look(struct broker *b);
/* away_tell(b, leg): that leg, now, if nobody serves its queue. */
void away_tell(struct broker *b, struct leg *leg);

#endif

/* NAME
 *	deliver - legs out to the agents that serve their queue
 */
#ifndef TASUKI_DELIVER_H
#define TASUKI_DELIVER_H

#include "session.h"

/* deliver_credit(b, s, credit): it adds to what is left. */
void deliver_credit(
    struct broker *b, struct session *s, const struct wire_credit *credit);
/* deliver_run(b): hand out what is ready to those with credit; sets b->busy when
 * there is more to do than fits in one turn. */
void deliver_run(struct broker *b);
/* deliver_tick(b): legs that came due, expired or whose lease is over. */
void deliver_tick(struct broker *b);
/* deliver_renew(b, leg): its agent works on it: lent for as long again. */
void deliver_renew(struct broker *b, struct leg *leg);
/* deliver_fetch(b, s, place): a chunk of a lent leg; one the session cannot take
 * now waits for deliver_fetched(). */
void deliver_fetch(
    struct broker *b, struct session *s, const struct wire_place *place);
/* deliver_fetched(b): chunks for the sessions that read again. */
void deliver_fetched(struct broker *b);

#endif

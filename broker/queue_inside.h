/* NAME
 *	queue_inside - what queue.c and queue_order.c tell each other
 */
#ifndef TASUKI_QUEUE_INSIDE_H
#define TASUKI_QUEUE_INSIDE_H

#include "queue.h"

/* queue_order_insert(p, leg): a leg that is not lent takes its place. */
void queue_order_insert(struct pair *p, struct leg *leg);
/* queue_order_remove(p, leg): it stands outside the order from now on. */
void queue_order_remove(struct pair *p, struct leg *leg);
/* queue_order_back(p, leg): a leg in the order is not lent (any more). */
void queue_order_back(struct pair *p, struct leg *leg);
/* queue_order_unlend(leg): its lessee has it no more; its state is still LEASED
 * and for the caller to change. */
void queue_order_unlend(struct leg *leg);
/* queue_order_turn(set, p): after any of these: the pair's place in the rings. */
void queue_order_turn(struct queue_set *set, struct pair *p);
void queue_order_fini(struct queue *q);

#endif

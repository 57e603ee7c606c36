/* NAME
 *	turn - paper that waits becomes data when its receiver is connected
 * DESCRIPTION
 *	When a registry row changes so that data reaches the partner, each paper
 *	leg to it that has not gone out gives its place to a data leg: both
 *	changes and the row are one transaction.  Under policy dual the paper
 *	stays and sleeps until the data has arrived.
 *
 *	A leg that is lent stays paper.  One that may have been lent once (by a
 *	lost session or a run that crashed) is asked for; if its agent gives it
 *	back, it turns then.
 */
#ifndef TASUKI_TURN_H
#define TASUKI_TURN_H

#include "broker.h"

/* turn_desk(b, desk): ${desk} is the row as it will be; put what turns.  How many
 * legs. */
size_t turn_desk(struct broker *b, const struct desk *desk);
/* turn_desks(b, desks, count): the same for a list, with one look at the legs. */
size_t turn_desks(struct broker *b, const struct desk *desks, size_t count);
/* turn_given_back(b, leg): a leg that was asked for to turn it comes back: put its
 * data leg, joined with what is put next.  False: no data way leads there now. */
bool turn_given_back(struct broker *b, const struct leg *leg);

#endif

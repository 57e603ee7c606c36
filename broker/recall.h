/* NAME
 *	recall - the sender, or an operator, takes a parcel back
 * DESCRIPTION
 *	What has not gone out is recalled; what is lent is asked for; what is out
 *	stays out (a deletion file of the standard goes after it).
 */
#ifndef TASUKI_RECALL_H
#define TASUKI_RECALL_H

#include "control.h"
#include "session.h"

/* recall_message(b, s, recall): an agent asks; receipts and answer follow. */
void recall_message(
    struct broker *b, struct session *s, const struct wire_recall *recall);
/* parcel.recall {id, reason} */
control_net_fn recall_command;

#endif

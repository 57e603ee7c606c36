/* NAME
 *	answer - what a worker answered, looked over and told to the gateway
 * DESCRIPTION
 *	A worker reads what strangers write: nothing it says is used that was
 *	not looked over here.
 */
#ifndef TASUKI_NATIONAL_ANSWER_H
#define TASUKI_NATIONAL_ANSWER_H

#include "driver.h"
#include "message.h"

/* answer_tell(events, arg, order, message, out): an order that succeeded.
 * False, and nothing told: it cannot be right. */
bool answer_tell(const struct driver_events *events, void *arg,
    const struct driver_order *order, struct message_answer *message, int out);
/* answer_fail(events, arg, order, outcome): one that did not. */
void answer_fail(const struct driver_events *events, void *arg,
    const struct driver_order *order, const struct outcome *outcome);

#endif

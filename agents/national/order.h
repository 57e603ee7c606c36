/* NAME
 *	order - what a driver is asked, as a worker hears it
 */
#ifndef TASUKI_NATIONAL_ORDER_H
#define TASUKI_NATIONAL_ORDER_H

#include "driver.h"
#include "message.h"

/* order_message(order, m, fds, count, out): fill ${m}, all zero before, and open
 * what goes along: documents to read; for lists and fetches an anonymous file to
 * write to, the last of ${fds}, which is *${out} too (else -1).  All *${count}
 * are the caller's, also when it fails.  TSK_SYSTEM: a document or memory cannot
 * be opened. */
int order_message(const struct driver_order *order, struct message_order *m,
    int fds[MESSAGE_FDS_MAX], size_t *count, int *out) TSK_MUST_USE;

#endif

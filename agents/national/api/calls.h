/* NAME
 *	calls - an order of the gateway as calls of the national interface
 */
#ifndef TASUKI_NATIONAL_CALLS_H
#define TASUKI_NATIONAL_CALLS_H

#include "message.h"
#include "session.h"

/* calls_do(session, profile, order, fds, count, out): whatever becomes of it
 * stands in ${out}.  fds as message.h says. */
void calls_do(struct session *session, const struct api_profile *profile,
    const struct message_order *order, const int *fds, size_t count,
    struct message_answer *out);

#endif

/* NAME
 *	post - messages out of the ROUTER, never waiting
 * DESCRIPTION
 *	ROUTER_MANDATORY: an agent that is gone (EHOSTUNREACH) ends its session,
 *	one that does not read (EAGAIN) is clogged: small messages wait in a
 *	bounded backlog, deliveries go back to their queue.
 */
#ifndef TASUKI_POST_H
#define TASUKI_POST_H

#include <stddef.h>

#include <zmq.h>

#include "session.h"

/* post_message(b, s, msg): a message without frames; goes out now or from the
 * backlog.  A session whose backlog is over limits/backlog ends. */
void post_message(
    struct broker *b, struct session *s, const struct wire_msg *msg);
/* post_frames(b, s, msg, frames, count): with frames, which are taken over on
 * success.  TSK_LATER: clogged; TSK_CLOSED: gone (the session is over). */
int post_frames(struct broker *b, struct session *s, const struct wire_msg *msg,
    zmq_msg_t *frames, size_t count) TSK_MUST_USE;
/* post_bye(b, route, refusal, detail): to whoever that is, once. */
void post_bye(struct broker *b, const uint8_t *route, enum refusal refusal,
    const char *detail);
/* post_refused(b, s, id, refusal, detail): answer of a submit. */
void post_refused(struct broker *b, struct session *s, const struct id *id,
    enum refusal refusal, const char *detail);
/* post_retry(b): try the backlogs again. */
void post_retry(struct broker *b);
void post_forget(struct session *s);

#endif

/* NAME
 *	post - hand a message to the mail server
 * DESCRIPTION
 *	SMTP over TLS, always: smtps://, or smtp:// with STARTTLS demanded; the
 *	server's certificate is verified.  One message at a time, in the
 *	caller's zloop, without a thread.
 *
 *	The answer that matters is one of four:
 *	    accepted	the server took the whole message and said so
 *	    later	it surely did not take it, and may another time
 *	    never	it surely did not and never will (this address, this size)
 *	    unknown	the whole message had been handed over when the line or
 *			the time ended: it may have been taken or not
 */
#ifndef TASUKI_PDF_POST_H
#define TASUKI_PDF_POST_H

#include <czmq.h>

#include "buf.h"
#include "err.h"

struct post_settings {
	const char *server;        /* "smtps://host:465", "smtp://host:587" */
	const char *user;          /* "" = without a log-in */
	const char *password_file; /* of that user */
	const char *ca;            /* PEM file; "" = the system's */
	const char *from;
	int64_t timeout_ms; /* of one message */
};

enum post_result { POST_ACCEPTED, POST_LATER, POST_NEVER, POST_UNKNOWN };

/* why is filled unless accepted; codes mail-server, mail-refused, unknown. */
typedef void post_done_fn(
    void *arg, enum post_result result, const struct why *why);

struct post;

int post_open(zloop_t *loop, const struct post_settings *settings,
    struct post **out, struct why *why) TSK_MUST_USE;
/* post_surely_not(post): a message is under way, and its end has not been handed
 * over: dropped now it surely has not been taken. */
bool post_surely_not(const struct post *post);
/* post_close(post): a message under way is dropped without an event. */
void post_close(struct post **post);
/* post_send(post, to, message, done, arg): take ${message}; exactly one
 * ${done} follows, never from inside this call. */
void post_send(struct post *post, const char *to, struct buf *message,
    post_done_fn *done, void *arg);

#endif

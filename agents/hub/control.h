/* NAME
 *	control - people look at jobs and decide (tasukictl hub)
 * DESCRIPTION
 *	Over the socket of talk.h:
 *
 *	    {"command":"hub.jobs"}
 *	    {"command":"hub.show","job":"BEGINNING"}
 *	    {"command":"hub.seen","job":"BEGINNING","by":"NAME"}
 *	    {"command":"hub.retry","job":"BEGINNING"}
 *
 *	Answers are {"ok":true,...} or {"ok":false,"code":...,"error":...}.
 */
#ifndef TASUKI_HUB_CONTROL_H
#define TASUKI_HUB_CONTROL_H

#include <czmq.h>

#include "inbound.h"
#include "send.h"

struct control;

int control_new(zloop_t *loop, struct spool *spool, struct send *send,
    const struct inbound *inbound, void (*changed)(void *arg), void *arg,
    struct control **out, struct why *why) TSK_MUST_USE;
void control_free(struct control **control);

#endif

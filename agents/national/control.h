/* NAME
 *	control - people look at parcels and decide (tasukictl national)
 * DESCRIPTION
 *	Over the socket of talk.h:
 *
 *	    {"command":"national.jobs"}
 *	    {"command":"national.offices"}
 *	    {"command":"national.notices"}
 *	    {"command":"national.clear","office":"...","code":"..."}
 *	    {"command":"national.show","job":"BEGINNING"}
 *	    {"command":"national.decide","job":"BEGINNING","verb":"hold",
 *	     "by":"NAME"}
 */
#ifndef TASUKI_NATIONAL_CONTROL_H
#define TASUKI_NATIONAL_CONTROL_H

#include <czmq.h>

#include "notices.h"
#include "run.h"

struct control;

int control_new(zloop_t *loop, struct spool *spool, struct run *run,
    struct notices *notices, void (*changed)(void *arg), void *arg,
    struct control **out, struct why *why) TSK_MUST_USE;
void control_free(struct control **control);

#endif

/* NAME
 *	control - people look at jobs and decide (tasukictl fax)
 * DESCRIPTION
 *	Over the socket of talk.h:
 *
 *	    {"command":"fax.jobs"}
 *	    {"command":"fax.show","job":"BEGINNING"}
 *	    {"command":"fax.decide","job":"BEGINNING","verb":"release",
 *	     "by":"NAME"}
 *
 *	Answers are {"ok":true,...} or {"ok":false,"code":...,"error":...}.  FAX
 *	numbers come with their last four digits only.
 */
#ifndef TASUKI_FAX_CONTROL_H
#define TASUKI_FAX_CONTROL_H

#include <czmq.h>

#include "run.h"

struct control;

int control_new(zloop_t *loop, struct spool *spool, struct run *run,
    void (*changed)(void *arg), void *arg, struct control **out,
    struct why *why) TSK_MUST_USE;
void control_free(struct control **control);

#endif

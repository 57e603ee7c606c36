/* NAME
 *	control - ask the broker over its control socket
 * DESCRIPTION
 *	One JSON document goes out, one comes back, over a socket file that only
 *	the user of the broker can reach.
 */
#ifndef TASUKI_CONTROL_H
#define TASUKI_CONTROL_H

#include <jansson.h>

#include "err.h"

#define CONTROL_TIMEOUT_MS 10000
#define CONTROL_LIST_MS    60000 /* a whole list is read and kept */

struct control;

/**
 * control_open(path, out, why):
 * Connect to the socket file ${path}.  0; TSK_NOTFOUND (nobody listens there),
 * TSK_DENIED (not our user), TSK_SYSTEM, each with a sentence that says what to
 * do.
 */
int control_open(
    const char *path, struct control **out, struct why *why) TSK_MUST_USE;
void control_close(struct control **control);

/* control_patience(control, ms): wait that long for an answer. */
void control_patience(struct control *control, int ms);

/**
 * control_ask(control, request, answer, why):
 * Send ${request}, wait up to CONTROL_TIMEOUT_MS, or as
 * control_patience() said.  0: *${answer} is the
 * broker's object with "ok":true, released by json_decref().  TSK_INVALID: the
 * broker said no: ${why} holds its code and sentence, *${answer} its object.
 * TSK_LATER: no answer in time, or the broker ended.  TSK_DAMAGED: what came is not an answer.
 */
int control_ask(struct control *control, const json_t *request, json_t **answer,
    struct why *why) TSK_MUST_USE;

#endif

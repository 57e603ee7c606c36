/* NAME
 *	talk - the socket at which people look at an agent and decide
 * DESCRIPTION
 *	A socket file control.sock in the agent's folder, for its own user only.
 *	One JSON document in, one out: {"command":"X",...}, answered by
 *	{"ok":true,...} or {"ok":false,"code":...,"error":...}.
 */
#ifndef TASUKI_TALK_H
#define TASUKI_TALK_H

#include <czmq.h>
#include <jansson.h>

#include "err.h"

struct talk;

/* answer(arg, command, request): a new reference; NULL: no such command. */
typedef json_t *talk_fn(void *arg, const char *command, const json_t *request);

/* talk_new(loop, dirfd, answer, arg, out, why): dirfd is the folder. */
int talk_new(zloop_t *loop, int dirfd, talk_fn *answer, void *arg,
    struct talk **out, struct why *why) TSK_MUST_USE;
void talk_free(struct talk **talk);

/* talk_refuse(code, sentence): an answer.  talk_text(request, name): never
 * NULL. */
json_t *talk_refuse(const char *code, const char *sentence);
const char *talk_text(const json_t *request, const char *name);

#endif

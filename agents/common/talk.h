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
#include "leg.h"

struct talk;

/* What may be asked for; run() gives a new reference. */
struct talk_command {
	const char *name;
	json_t *(*run)(void *arg, const json_t *request);
};

/* talk_new(loop, dirfd, commands, count, arg, out, why): dirfd is the folder;
 * the table is not copied; ${arg} is handed to every command. */
int talk_new(zloop_t *loop, int dirfd, const struct talk_command *commands,
    size_t count, void *arg, struct talk **out, struct why *why) TSK_MUST_USE;
void talk_free(struct talk **talk);

/* talk_refuse(code, sentence): an answer.  talk_text(request, name): never
 * NULL. */
json_t *talk_refuse(const char *code, const char *sentence);
const char *talk_text(const json_t *request, const char *name);

/* What an agent keeps, one thing a leg, and how they are walked through. */
struct talk_things {
	const char *noun; /* "job", for sentences */
	/* the one after ${thing}, which is the one before; NULL: the first */
	void *(*next)(void *arg, void *thing);
	/* its name, leg_key(); returns out */
	const char *(*key)(const void *thing, char out[LEG_KEY_BYTES]);
};

/* talk_named(things, arg, request, answer): the thing that the request's "job"
 * names by the beginning of its key, as long as only one begins so; else NULL
 * and *answer says why ("ambiguous", "not-found"). */
void *talk_named(const struct talk_things *things, void *arg,
    const json_t *request, json_t **answer);

#endif

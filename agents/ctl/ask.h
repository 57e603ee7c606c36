/* NAME
 *	ask - what an agent itself says, over the socket in its folder
 */
#ifndef TASUKI_CTL_ASK_H
#define TASUKI_CTL_ASK_H

#include <jansson.h>

#include "ctl.h"

struct ask {
	const char *folder;  /* of the agent */
	const char *program; /* "tasuki-fax" */
	const char *what;    /* "FAX agent" */
};

/* ask_agent(ctl, ask, request, answer): CTL_OK and *answer (the caller's), or
 * the exit code after saying why.  Takes the request. */
int ask_agent(const struct ctl *ctl, const struct ask *ask, json_t *request,
    json_t **answer);
/* ask_who(): the person at the keyboard. */
const char *ask_who(void);

#endif

/* NAME
 *	session - login, tokens and calls of one office
 * DESCRIPTION
 *	Lives in the worker.  Tokens stand in one locked mapping, are renewed
 *	before they end, and are wiped; they are never on a disk.  Before a
 *	login with user id and password the owner is asked (may_login), since
 *	only the main process counts what failed, durably.
 */
#ifndef TASUKI_NATIONAL_SESSION_H
#define TASUKI_NATIONAL_SESSION_H

#include "container.h"
#include "exchange.h"
#include "judge.h"
#include "message.h"
#include "shape.h"

struct session_events {
	/* may_login(arg, out): true, or why not in ${out}. */
	bool (*may_login)(void *arg, struct outcome *out);
	void (*tried)(void *arg, enum tried tried, int64_t until_ms);
};

struct session;

int session_open(const struct api_profile *profile,
    const struct exchange_trust *trust, const char *office,
    const struct secrets *secrets, const struct session_events *events,
    void *arg, struct session **out, struct why *why) TSK_MUST_USE;
/* session_close(session): with a logout if there is one to be made. */
void session_close(struct session **session);

/* session_call(session, call, values, root, out): one call with a token; in
 * ${values} everything but office and token is set.  True: VERDICT_OK and
 * *${root} the caller's (json_decref).  False: ${out} says what is. */
bool session_call(struct session *session, const struct api_call *call,
    struct shape_values *values, json_t **root, struct outcome *out);

#endif

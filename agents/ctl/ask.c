/* NAME
 *	ask - what an agent itself says, over the socket in its folder
 * SUMMARY
 *	see ask.h
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

#include "ask.h"
#include "control.h"

#define SOCKET_NAME "control.sock"

/* control.c speaks of the broker; here nobody else is meant. */
static void
name_agent(const struct ask *ask, const char *path, struct why *why)
{
	if (strcmp(why->code, "no-broker") == 0)
		why_set(why, WHY_LATER, "no-agent",
		    "No %s is running there: %s. Start %s, or name its folder "
		    "with --folder.",
		    ask->what, path, ask->program);
	else if (strcmp(why->code, "no-answer") == 0)
		why_set(why, WHY_LATER, "no-answer", "The %s did not answer.",
		    ask->what);
}

int
ask_agent(const struct ctl *ctl, const struct ask *ask, json_t *request,
    json_t **answer)
{
	struct control *control = NULL;
	struct why why = {0};
	char path[4096];
	int rc;

	snprintf(path, sizeof(path), "%s/" SOCKET_NAME, ask->folder);
	rc = control_open(path, &control, &why);
	if (rc == 0)
		rc = control_ask(control, request, answer, &why);
	control_close(&control);
	json_decref(request);
	if (rc == 0)
		return CTL_OK;
	name_agent(ask, path, &why);
	if (*answer != NULL)
		json_decref(*answer);
	*answer = NULL;
	return ctl_fail(ctl, &why);
}

const char *
ask_who(void)
{
	const char *name = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());

	if (name != NULL && name[0] != '\0')
		return name;
	return user != NULL ? user->pw_name : "unknown";
}

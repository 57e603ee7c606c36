/* NAME
 *	hub - verb hub: what a hub's agent has to do, and what people tell it
 * DESCRIPTION
 *	Talks to tasuki-hub itself, over the socket in its folder (--folder, else
 *	$TASUKI_HUB, else /var/lib/tasuki/hub).  A job is named by the beginning
 *	of its name (of the parcel's id), as long as only one begins so.
 *
 *	    jobs		what is not over
 *	    job JOB		one of them
 *	    seen JOB		somebody there has seen it
 *	    retry JOB		do not wait for the next try
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

#include "control.h"
#include "ctl.h"
#include "show.h"

#define FOLDER_DEFAULT "/var/lib/tasuki/hub"
#define SOCKET_NAME    "control.sock"

static const struct show_column list_columns[] = {
    {"job", SHOW_TEXT, "job", "ジョブ"},
    {"state", SHOW_SAID, "state", "状態"},
    {"from", SHOW_TEXT, "from", "差出"},
    {"to", SHOW_TEXT, "to", "宛先"},
    {"month", SHOW_TEXT, "month", "年月"},
    {"tries", SHOW_COUNT, "tries", "回数"},
    {"made_ms", SHOW_TIME, "since", "受付"},
    {"text", SHOW_SAID, "why", "理由"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column job_columns[] = {
    {"job", SHOW_TEXT, "job", "ジョブ"},
    {"state", SHOW_SAID, "state", "状態"},
    {"from", SHOW_TEXT, "from", "差出"},
    {"to", SHOW_TEXT, "to", "宛先"},
    {"month", SHOW_TEXT, "month", "年月"},
    {"folder", SHOW_TEXT, "laid in", "置き場所"},
    {"files", SHOW_COUNT, "files", "ファイル数"},
    {"tries", SHOW_COUNT, "tries", "回数"},
    {"made_ms", SHOW_TIME, "since", "受付"},
    {"handed_ms", SHOW_TIME, "handed over", "引渡し"},
    {"seen_ms", SHOW_TIME, "seen", "確認"},
    {"by", SHOW_TEXT, "said by", "確認者"},
    {"code", SHOW_TEXT, "code", "符号"},
    {"text", SHOW_SAID, "why", "理由"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words nothing = {
    "Nothing is under way to the hub.", "送信中のものはありません。"};

/* ---- asking ---- */

/* control.c speaks of the broker; here nobody else is meant. */
static void
name_agent(const char *path, struct why *why)
{
	if (strcmp(why->code, "no-broker") == 0)
		why_set(why, WHY_LATER, "no-agent",
		    "No hub agent is running there: %s. Start tasuki-hub, or "
		    "name its folder with --folder.",
		    path);
	else if (strcmp(why->code, "no-answer") == 0)
		why_set(why, WHY_LATER, "no-answer",
		    "The hub agent did not answer.");
}

static int
ask(const struct ctl *ctl, const char *folder, json_t *request, json_t **answer)
{
	struct control *control = NULL;
	struct why why = {0};
	char path[4096];
	int rc;

	snprintf(path, sizeof(path), "%s/" SOCKET_NAME, folder);
	rc = control_open(path, &control, &why);
	if (rc == 0)
		rc = control_ask(control, request, answer, &why);
	control_close(&control);
	json_decref(request);
	if (rc == 0)
		return CTL_OK;
	name_agent(path, &why);
	if (*answer != NULL)
		json_decref(*answer);
	*answer = NULL;
	return ctl_fail(ctl, &why);
}

static const char *
who(void)
{
	const char *name = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());

	if (name != NULL && name[0] != '\0')
		return name;
	return user != NULL ? user->pw_name : "unknown";
}

/* ---- verbs ---- */

static int
jobs(struct ctl *ctl, const char *folder)
{
	json_t *answer = NULL;
	int rc =
	    ask(ctl, folder, json_pack("{ss}", "command", "hub.jobs"), &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, json_object_get(answer, "jobs"), list_columns,
		    &nothing);
	json_decref(answer);
	return CTL_OK;
}

static int
one(struct ctl *ctl, const char *folder, json_t *request)
{
	json_t *answer = NULL;
	int rc = ask(ctl, folder, request, &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_record(ctl, json_object_get(answer, "job"), job_columns);
	json_decref(answer);
	return CTL_OK;
}

static int
decide(struct ctl *ctl, const char *folder, const char *verb, const char *job,
    const char *by)
{
	static const struct {
		const char *verb, *command;
	} verbs[] = {
	    {"job", "hub.show"}, {"seen", "hub.seen"}, {"retry", "hub.retry"}};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].verb, verb) == 0)
			return one(ctl, folder,
			    json_pack("{ssssss}", "command", verbs[i].command,
				"job", job, "by", by));
	return ctl_usage("hub jobs, job, seen or retry, not \"%s\"", verb);
}

int
hub_verb(struct ctl *ctl, int argc, char **argv)
{
	const char *folder = getenv("TASUKI_HUB"), *by = who();
	char *words[2] = {(char *)"jobs", NULL};
	int count = 0;

	if (folder == NULL || folder[0] == '\0')
		folder = FOLDER_DEFAULT;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--folder") == 0 && i + 1 < argc)
			folder = argv[++i];
		else if (strcmp(argv[i], "--by") == 0 && i + 1 < argc)
			by = argv[++i];
		else if (argv[i][0] == '-' || count == 2)
			return ctl_usage("hub: what is \"%s\"?", argv[i]);
		else
			words[count++] = argv[i];
	}
	if (strcmp(words[0], "jobs") == 0 && words[1] == NULL)
		return jobs(ctl, folder);
	if (words[1] == NULL)
		return ctl_usage("hub %s: which job?", words[0]);
	return decide(ctl, folder, words[0], words[1], by);
}

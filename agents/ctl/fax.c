/* NAME
 *	fax - verb fax: what the FAX agent has to do, and what people decide
 * DESCRIPTION
 *	Talks to tasuki-fax itself, over the socket in its folder (--folder, else
 *	$TASUKI_FAX, else /var/lib/tasuki/fax).  A job is named by the beginning
 *	of its name, as long as only one begins so.
 *
 *	    jobs		what is not over
 *	    show JOB		one of them, with the path of its pages
 *	    hold JOB		stop it for a look
 *	    release JOB		it was looked at: let it go out
 *	    confirm JOB		the partner says that it arrived
 *	    fail JOB		the partner says that it did not
 *	    cancel JOB		do not send it
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "ctl.h"
#include "show.h"

#define FOLDER_DEFAULT "/var/lib/tasuki/fax"

static const struct show_column list_columns[] = {
    {"job", SHOW_TEXT, "job", "ジョブ"},
    {"state", SHOW_SAID, "state", "状態"},
    {"hold", SHOW_ALARM, "held", "確認待ち"},
    {"from", SHOW_TEXT, "from", "差出"},
    {"to", SHOW_TEXT, "to", "宛先"},
    {"pages", SHOW_COUNT, "pages", "枚数"},
    {"tries", SHOW_COUNT, "tries", "回数"},
    {"made_ms", SHOW_TIME, "since", "受付"},
    {"text", SHOW_SAID, "why", "理由"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column job_columns[] = {
    {"job", SHOW_TEXT, "job", "ジョブ"},
    {"state", SHOW_SAID, "state", "状態"},
    {"hold", SHOW_ALARM, "held", "確認待ち"},
    {"test", SHOW_FLAG, "test page", "確認用紙"},
    {"from", SHOW_TEXT, "from", "差出"},
    {"to", SHOW_TEXT, "to", "宛先"},
    {"to_name", SHOW_TEXT, "name", "宛先の名称"},
    {"number", SHOW_TEXT, "number", "番号（下4桁）"},
    {"pages", SHOW_COUNT, "pages", "枚数"},
    {"clients", SHOW_COUNT, "clients", "利用者数"},
    {"tries", SHOW_COUNT, "tries", "回数"},
    {"made_ms", SHOW_TIME, "since", "受付"},
    {"due_ms", SHOW_TIME, "not before", "送信開始"},
    {"sent_ms", SHOW_TIME, "handed over", "依頼"},
    {"code", SHOW_TEXT, "code", "符号"},
    {"text", SHOW_SAID, "why", "理由"},
    {"remote", SHOW_TEXT, "answered as", "相手の識別"},
    {"by", SHOW_TEXT, "decided by", "判断した人"},
    {"tag", SHOW_TEXT, "our tag", "当方の番号"},
    {"ref", SHOW_TEXT, "provider's name", "送信側の番号"},
    {"pages_file", SHOW_TEXT, "pages are in", "紙面のファイル"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words nothing = {
    "No FAX is under way.", "送信中のFAXはありません。"};

/* ---- verbs ---- */

static int
jobs(struct ctl *ctl, const struct ask *a)
{
	json_t *answer = NULL;
	int rc = ask_agent(
	    ctl, a, json_pack("{ss}", "command", "fax.jobs"), &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, json_object_get(answer, "jobs"), list_columns,
		    &nothing);
	json_decref(answer);
	return CTL_OK;
}

static int
one(struct ctl *ctl, const struct ask *a, json_t *request)
{
	json_t *answer = NULL;
	int rc = ask_agent(ctl, a, request, &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_record(ctl, json_object_get(answer, "job"), job_columns);
	json_decref(answer);
	return CTL_OK;
}

static int
decide(struct ctl *ctl, const struct ask *a, const char *verb, const char *job,
    const char *by)
{
	static const char *const verbs[] = {
	    "hold", "release", "confirm", "fail", "cancel"};

	if (strcmp(verb, "show") == 0)
		return one(ctl, a,
		    json_pack("{ssss}", "command", "fax.show", "job", job));
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(verbs[i], verb) == 0)
			return one(ctl, a,
			    json_pack("{ssssssss}", "command", "fax.decide",
				"job", job, "verb", verb, "by", by));
	}
	return ctl_usage("fax jobs, show, hold, release, confirm, fail or "
			 "cancel, not \"%s\"",
	    verb);
}

int
fax_verb(struct ctl *ctl, int argc, char **argv)
{
	struct ask a = {getenv("TASUKI_FAX"), "tasuki-fax", "FAX agent"};
	const char *by = ask_who();
	char *words[2] = {(char *)"jobs", NULL};
	int count = 0;

	if (a.folder == NULL || a.folder[0] == '\0')
		a.folder = FOLDER_DEFAULT;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--folder") == 0 && i + 1 < argc)
			a.folder = argv[++i];
		else if (strcmp(argv[i], "--by") == 0 && i + 1 < argc)
			by = argv[++i];
		else if (argv[i][0] == '-' || count == 2)
			return ctl_usage("fax: what is \"%s\"?", argv[i]);
		else
			words[count++] = argv[i];
	}
	if (strcmp(words[0], "jobs") == 0 && words[1] == NULL)
		return jobs(ctl, &a);
	if (words[1] == NULL)
		return ctl_usage("fax %s: which job?", words[0]);
	return decide(ctl, &a, words[0], words[1], by);
}

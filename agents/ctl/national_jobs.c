/* NAME
 *	national_jobs - what the national gateway has to do, what people decide
 * DESCRIPTION
 *	Talks to tasuki-national itself, over the socket in its folder (--folder,
 *	else $TASUKI_NATIONAL, else /var/lib/tasuki/national).  A parcel is named
 *	by the beginning of its name, as long as only one begins so.
 *
 *	    jobs		parcels that are not over
 *	    offices		how each office stands with the national system
 *	    notices		what people should know
 *	    clear OFFICE CODE	a notice has been read
 *	    job JOB		one of them (also: show)
 *	    hold JOB		stop it before it goes
 *	    release JOB		let it go
 *	    retry JOB		do not wait any longer
 *	    done JOB		it was sent: a person saw it in the list
 *	    fail JOB		it was not sent
 *	    cancel JOB		do not send it
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "national_jobs.h"
#include "show.h"

#define FOLDER_DEFAULT "/var/lib/tasuki/national"

static const struct show_column job_list[] = {
    {"job", SHOW_TEXT, "job", "ジョブ"},
    {"state", SHOW_SAID, "state", "状態"},
    {"hold", SHOW_ALARM, "held", "確認待ち"},
    {"from", SHOW_TEXT, "from", "差出"},
    {"to", SHOW_TEXT, "to", "宛先"},
    {"documents", SHOW_COUNT, "files", "ファイル"},
    {"tries", SHOW_COUNT, "tries", "回数"},
    {"made_ms", SHOW_TIME, "since", "受付"},
    {"text", SHOW_SAID, "why", "理由"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column job_record[] = {
    {"job", SHOW_TEXT, "job", "ジョブ"},
    {"state", SHOW_SAID, "state", "状態"},
    {"hold", SHOW_ALARM, "held", "確認待ち"},
    {"from", SHOW_TEXT, "from", "差出"},
    {"to", SHOW_TEXT, "to", "宛先"},
    {"to_name", SHOW_TEXT, "name", "宛先の名称"},
    {"month", SHOW_TEXT, "month", "提供月"},
    {"stamp", SHOW_TEXT, "stamp", "連番"},
    {"documents", SHOW_COUNT, "files", "ファイル"},
    {"tries", SHOW_COUNT, "tries", "回数"},
    {"made_ms", SHOW_TIME, "since", "受付"},
    {"due_ms", SHOW_TIME, "not before", "送信開始"},
    {"handed_ms", SHOW_TIME, "handed over", "引渡"},
    {"listed_ms", SHOW_TIME, "listed as sent", "送信一覧に掲載"},
    {"fetched_ms", SHOW_TIME, "fetched", "相手先が取得"},
    {"code", SHOW_TEXT, "code", "符号"},
    {"text", SHOW_SAID, "why", "理由"},
    {"by", SHOW_TEXT, "by", "担当"},
    {"ref", SHOW_TEXT, "name over there", "先方の番号"},
    {"folder", SHOW_TEXT, "lies in", "置き場所"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column office_list[] = {
    {"office", SHOW_TEXT, "office", "事業所"},
    {"state", SHOW_SAID, "state", "状態"},
    {"open", SHOW_COUNT, "open", "未送信"},
    {"watched", SHOW_COUNT, "not fetched", "取得待ち"},
    {"stopped", SHOW_COUNT, "stopped", "停止"},
    {"until_ms", SHOW_TIME, "until", "再開"},
    {"expires_ms", SHOW_TIME, "certificate until", "証明書の期限"},
    {"text", SHOW_SAID, "why", "理由"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column notice_list[] = {
    {"office", SHOW_TEXT, "office", "事業所"},
    {"code", SHOW_TEXT, "code", "符号"},
    {"times", SHOW_COUNT, "times", "回数"},
    {"first_ms", SHOW_TIME, "since", "最初"},
    {"last_ms", SHOW_TIME, "last", "最近"},
    {"text", SHOW_SAID, "what", "内容"},
    {NULL, SHOW_TEXT, NULL, NULL},
};

static const struct show_words no_jobs = {
    "No parcel is under way.", "送信中のものはありません。"};
static const struct show_words no_offices = {
    "No office is known.", "事業所がありません。"};
static const struct show_words no_notices = {
    "Nothing to report.", "お知らせはありません。"};

/* What is asked without naming a parcel. */
static const struct list {
	const char *verb, *command, *key;
	const struct show_column *columns;
	const struct show_words *nothing;
} lists[] = {
    {"jobs", "national.jobs", "jobs", job_list, &no_jobs},
    {"offices", "national.offices", "offices", office_list, &no_offices},
    {"notices", "national.notices", "notices", notice_list, &no_notices},
};

static const char *const decisions[] = {
    "hold", "release", "retry", "done", "fail", "cancel"};

static int
show_all(struct ctl *ctl, const struct ask *ask, const struct list *list)
{
	json_t *answer = NULL;
	int rc = ask_agent(
	    ctl, ask, json_pack("{ss}", "command", list->command), &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, json_object_get(answer, list->key),
		    list->columns, list->nothing);
	json_decref(answer);
	return CTL_OK;
}

static int
show_one(struct ctl *ctl, const struct ask *ask, json_t *request)
{
	json_t *answer = NULL;
	int rc = ask_agent(ctl, ask, request, &answer);

	if (rc != CTL_OK)
		return rc;
	json_t *job = json_object_get(answer, "job");
	/* what is over and told is gone from the list */
	if (!ctl_json(ctl, answer) && json_object_size(job) > 0)
		show_record(ctl, job, job_record);
	json_decref(answer);
	return CTL_OK;
}

static int
decide(struct ctl *ctl, const struct ask *ask, const char *verb,
    const char *job, const char *by)
{
	if (strcmp(verb, "job") == 0 || strcmp(verb, "show") == 0)
		return show_one(ctl, ask,
		    json_pack(
			"{ssss}", "command", "national.show", "job", job));
	for (size_t i = 0; i < sizeof(decisions) / sizeof(*decisions); i++) {
		if (strcmp(decisions[i], verb) == 0)
			return show_one(ctl, ask,
			    json_pack("{ssssssss}", "command",
				"national.decide", "job", job, "verb", verb,
				"by", by));
	}
	return ctl_usage("national jobs, offices, notices, job, hold, release, "
			 "retry, done, fail, cancel or clear, not \"%s\"",
	    verb);
}

static int
run_words(struct ctl *ctl, const struct ask *ask, char **words, int count,
    const char *by)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (count == 1 && strcmp(lists[i].verb, words[0]) == 0)
			return show_all(ctl, ask, &lists[i]);
	}
	if (strcmp(words[0], "clear") == 0) {
		if (count != 3)
			return ctl_usage("national clear OFFICE CODE");
		return show_one(ctl, ask,
		    json_pack("{ssssss}", "command", "national.clear", "office",
			words[1], "code", words[2]));
	}
	if (count != 2)
		return ctl_usage("national %s: which parcel?", words[0]);
	return decide(ctl, ask, words[0], words[1], by);
}

int
national_jobs(struct ctl *ctl, int argc, char **argv)
{
	struct ask ask = {
	    getenv("TASUKI_NATIONAL"), "tasuki-national", "national gateway"};
	const char *by = ask_who();
	char *words[3] = {(char *)"jobs", NULL, NULL};
	int count = 0;

	if (ask.folder == NULL || ask.folder[0] == '\0')
		ask.folder = FOLDER_DEFAULT;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--folder") == 0 && i + 1 < argc)
			ask.folder = argv[++i];
		else if (strcmp(argv[i], "--by") == 0 && i + 1 < argc)
			by = argv[++i];
		else if (argv[i][0] == '-' || count == 3)
			return ctl_usage("national: what is \"%s\"?", argv[i]);
		else
			words[count++] = argv[i];
	}
	return run_words(ctl, &ask, words, count > 0 ? count : 1, by);
}

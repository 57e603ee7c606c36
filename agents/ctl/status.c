/* NAME
 *	status - verbs status and stats: how the broker is
 * DESCRIPTION
 *	status ends with exit code 1 when an alarm stands, so that a script
 *needs no JSON to notice.
 */
#include <stdlib.h>

#include "err.h"

#include "ctl.h"
#include "japanese.h"
#include "show.h"

static const struct show_column broker_columns[] = {
    {"version", SHOW_TEXT, "version", "版"},
    {"pid", SHOW_COUNT, "process", "プロセス"},
    {"started_ms", SHOW_TIME, "started", "開始"},
    {"now_ms", SHOW_TIME, "now", "現在"},
    {"endpoint", SHOW_TEXT, "endpoint", "接続先"},
    {"public_key", SHOW_TEXT, "public key", "公開鍵"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column agent_columns[] = {
    {"name", SHOW_TEXT, "agent", "エージェント"},
    {"role", SHOW_TEXT, "role", "役割"},
    {"connected", SHOW_FLAG, "connected", "接続中"},
    {"since_ms", SHOW_TIME, "since", "いつから"},
    {"leased", SHOW_COUNT, "leased", "貸出中"},
    {"conflict", SHOW_ALARM, "key used twice", "鍵の二重使用"},
    {"queues", SHOW_FEW, "queues", "待ち行列"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column queue_columns[] = {
    {"queue", SHOW_TEXT, "queue", "待ち行列"},
    {"ready", SHOW_COUNT, "ready", "配送待ち"},
    {"waiting", SHOW_COUNT, "waiting", "再送待ち"},
    {"leased", SHOW_COUNT, "leased", "貸出中"},
    {"parked", SHOW_COUNT, "parked", "保留"},
    {"bytes", SHOW_BYTES, "size", "大きさ"},
    {"oldest_ms", SHOW_TIME, "oldest", "最も古い"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words agents_title = {"Agents", "エージェント"};
static const struct show_words queues_title = {"Queues", "待ち行列"};
static const struct show_words store_title = {"Store", "保管庫"};
static const struct show_words alarms_title = {"ALARMS", "警報"};
static const struct show_words no_agents = {
    "No agent is registered (tasukictl agent add).",
    "エージェントが登録されていません（tasukictl agent add）。"};
static const struct show_words no_queues = {
    "Nothing waits.", "待っているものはありません。"};

static void
print_alarm(const struct ctl *ctl, const json_t *alarm)
{
	const char *text = json_string_value(alarm);
	char *said;

	if (text == NULL)
		text = json_string_value(json_object_get(alarm, "text"));
	if (text == NULL)
		text = json_string_value(json_object_get(alarm, "code"));
	if (text == NULL)
		text = "?";
	said = ctl->ja ? japanese(text) : mem_text(text);
	term_text(&ctl->term, said, TERM_BAD);
	free(said);
	fputc('\n', ctl->term.out);
}

static void
print_status(const struct ctl *ctl, const json_t *answer)
{
	const json_t *alarms = json_object_get(answer, "alarms");
	json_t *alarm;
	size_t i;

	show_record(ctl, answer, broker_columns);
	show_title(ctl, &agents_title);
	show_list(
	    ctl, json_object_get(answer, "agents"), agent_columns, &no_agents);
	show_title(ctl, &queues_title);
	show_list(
	    ctl, json_object_get(answer, "queues"), queue_columns, &no_queues);
	show_title(ctl, &store_title);
	show_pairs(ctl, json_object_get(answer, "store"));
	if (json_array_size(alarms) == 0)
		return;
	show_title(ctl, &alarms_title);
	json_array_foreach((json_t *)alarms, i, alarm) print_alarm(ctl, alarm);
}

int
status_verb(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer;
	int rc;

	(void)argv;
	if (argc > 1)
		return ctl_usage("status takes no argument");
	rc = ctl_ask(ctl, json_pack("{ss}", "command", "status"), &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		print_status(ctl, answer);
	if (json_array_size(json_object_get(answer, "alarms")) > 0)
		rc = CTL_TROUBLE;
	json_decref(answer);
	return rc;
}

int
status_stats_verb(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer;
	int rc;

	(void)argv;
	if (argc > 1)
		return ctl_usage("stats takes no argument");
	rc = ctl_ask(ctl, json_pack("{ss}", "command", "stats"), &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_pairs(ctl, json_object_get(answer, "counters"));
	json_decref(answer);
	return rc;
}

/* NAME
 *	policy - verb policy: the table of policies
 * DESCRIPTION
 *	"check" works on files alone; "list" and "reload" ask the broker.
 */
#include <stdio.h>
#include <string.h>

#include "err.h"

#include "ctl.h"
#include "options.h"
#include "policy.h"
#include "registry_list.h"
#include "show.h"

static const struct show_column columns[] = {
    {"name", SHOW_TEXT, "policy", "方針"},
    {"deliver", SHOW_TEXT, "deliver", "届け方"},
    {"fallback", SHOW_TEXT, "fallback", "紙への切替"},
    {"plan", SHOW_TEXT, "plan due", "予定の期限"},
    {"result", SHOW_TEXT, "result due", "実績の期限"},
    {"claim", SHOW_TEXT, "claims due", "請求の期限"},
    {"late", SHOW_TEXT, "late data", "紙の後のデータ"},
    {"needs", SHOW_TEXT, "enough", "紙を止める条件"},
    {"order", SHOW_TEXT, "ways", "経路の順"},
    {"quiet", SHOW_TEXT, "quiet", "送らない時間"},
    {"kinds", SHOW_TEXT, "takes", "受け取る種類"},
    {"size", SHOW_TEXT, "up to", "大きさの上限"},
    {"other", SHOW_TEXT, "else", "それ以外"},
    {"first", SHOW_TEXT, "first", "先に送る"},
    {"quota_parcels", SHOW_TEXT, "parcels/day", "1日の件数"},
    {"quota_bytes", SHOW_TEXT, "bytes/day", "1日の容量"},
    {"offices", SHOW_COUNT, "offices", "事業所数"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column quota_columns[] = {
    {"office", SHOW_TEXT, "office", "事業所"},
    {"name", SHOW_TEXT, "name", "名称"},
    {"parcels", SHOW_COUNT, "parcels today", "本日の件数"},
    {"of_parcels", SHOW_COUNT, "of", "上限"},
    {"bytes", SHOW_BYTES, "bytes today", "本日の容量"},
    {"of_bytes", SHOW_BYTES, "of", "上限"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words none = {"No policies.", "方針はありません。"};
static const struct show_words quotas = {
    "Quotas (0: no limit)", "送信枠（0は上限なし）"};
static const struct show_words well = {
    "The table is well.", "方針の表に誤りはありません。"};
static const struct show_words taken = {
    "The broker works by these policies now.",
    "中継サーバーは次の方針で動いています。"};

#define USAGE "policy list | reload [--by NAME] | check FILE [--holidays FILE]"

static void
show_policies(struct ctl *ctl, const json_t *answer)
{
	const json_t *used = json_object_get(answer, "quotas");

	show_list(ctl, json_object_get(answer, "policies"), columns, &none);
	if (json_array_size(used) == 0)
		return;
	show_title(ctl, &quotas);
	show_list(ctl, used, quota_columns, &none);
}

static int
ask(struct ctl *ctl, json_t *request, const struct show_words *title)
{
	json_t *answer;
	int rc = ctl_ask(ctl, request, &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		if (title != NULL)
			fprintf(ctl->term.out, "%s\n", show_word(ctl, title));
		show_policies(ctl, answer);
	}
	json_decref(answer);
	return CTL_OK;
}

static int
reload(struct ctl *ctl, int argc, char **argv)
{
	const char *by = registry_who();
	const struct option options[] = {
	    {"--by", &by, NULL}, {NULL, NULL, NULL}};

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (argc != 0)
		return ctl_usage(USAGE);
	return ask(ctl,
	    json_pack("{ssss}", "command", "policy.reload", "by", by), &taken);
}

/* Without a broker: what it would say when it starts, or reloads. */
static int
check(struct ctl *ctl, int argc, char **argv)
{
	const char *holidays = "";
	const struct option options[] = {
	    {"--holidays", &holidays, NULL}, {NULL, NULL, NULL}};
	struct policies p;
	struct why why = {0};
	json_t *answer;
	int rc = CTL_OK;

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (argc != 1)
		return ctl_usage(USAGE);
	policies_init(&p);
	if (policies_read(&p, argv[1], holidays, &why) != 0) {
		rc = ctl_fail(ctl, &why);
	} else {
		answer = json_pack("{s:b,s:O}", "ok", 1, "policies", p.texts);
		if (!ctl_json(ctl, answer)) {
			fprintf(ctl->term.out, "%s\n", show_word(ctl, &well));
			show_policies(ctl, answer);
		}
		json_decref(answer);
	}
	policies_fini(&p);
	return rc;
}

int
policy_verb(struct ctl *ctl, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return ask(
		    ctl, json_pack("{ss}", "command", "policy.list"), NULL);
	if (argc >= 2 && strcmp(argv[1], "reload") == 0)
		return reload(ctl, argc - 1, argv + 1);
	if (argc >= 2 && strcmp(argv[1], "check") == 0)
		return check(ctl, argc - 1, argv + 1);
	return ctl_usage(USAGE);
}

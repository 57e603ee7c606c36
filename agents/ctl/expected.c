/* NAME
 *	expected - verb expected: which results are owed, by whom
 * DESCRIPTION
 *	The question a head office asks on the 3rd of the month.  The broker
 *	answers from headers alone: who was sent a plan and has not sent the
 *	result.
 */
#include <stdio.h>
#include <string.h>

#include "err.h"

#include "ctl.h"
#include "options.h"
#include "show.h"

static const struct show_column row_columns[] = {
    {"state_text", SHOW_TEXT, "state", "状況"},
    {"partner", SHOW_OFFICE, "owed by", "提出元"},
    {"partner_name", SHOW_TEXT, "name", "名称"},
    {"office", SHOW_OFFICE, "to", "受け取る事業所"},
    {"office_name", SHOW_TEXT, "name", "名称"},
    {"way", SHOW_WAY, "plan went by", "予定の経路"},
    {"clients", SHOW_COUNT, "clients", "予定の人数"},
    {"result_clients", SHOW_COUNT, "arrived", "届いた人数"},
    {"planned_ms", SHOW_TIME, "plan sent", "予定の送信"},
    {"due_ms", SHOW_TIME, "due", "期限"},
    {"arrived_ms", SHOW_TIME, "arrived at", "到着"},
    {"maybe_deleted", SHOW_FLAG, "deletion sent", "削除あり"},
    {"by", SHOW_TEXT, "settled by", "確認者"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column total_columns[] = {
    {"late", SHOW_COUNT, "late", "期限を過ぎて未着"},
    {"owed", SHOW_COUNT, "owed", "未着（期限前）"},
    {"partly", SHOW_COUNT, "partly", "一部のみ到着"},
    {"arrived", SHOW_COUNT, "arrived", "到着"},
    {"settled", SHOW_COUNT, "settled by a person", "別の方法で受領済み"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column sent_columns[] = {
    {"sent", SHOW_COUNT, "sent", "送信"},
    {"skipped", SHOW_COUNT, "skipped", "対象外"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words none = {
    "Nothing is owed.", "未着の実績はありません。"};
static const struct show_words nobody = {
    "Nobody is to be reminded.", "お願いを送る相手はありません。"};
static const struct show_words total = {"Total", "合計"};
static const struct show_words ticked = {
    "Ticked off as received", "受領済みにしました"};
static const struct show_words undone = {
    "Owed again", "受領済みを取り消しました"};
static const struct show_words damaged = {
    "Some parcels could not be read; see tasukictl status.",
    "読み取れない記録があります（tasukictl status を確認してください）。"};

#define USAGE                                                                \
	"expected --month YYYYMM [--office NUMBER[/TYPE]] [--late] [--all] " \
	"[--exit-code]\n"                                                    \
	"expected settle --month YYYYMM --office NUMBER --partner NUMBER "   \
	"--by NAME [--reason TEXT] [--undo]\n"                               \
	"expected remind --month YYYYMM [--office NUMBER] [--late] "         \
	"[--dry-run]"

/* The state in the reader's language, beside the stable word. */
static void
add_words(const struct ctl *ctl, json_t *rows)
{
	static const struct {
		const char *state;
		struct show_words words;
	} states[] = {
	    {"late", {"late", "期限超過"}},
	    {"owed", {"owed", "未着"}},
	    {"partly", {"partly", "一部到着"}},
	    {"arrived", {"arrived", "到着"}},
	    {"settled", {"settled", "受領済み"}},
	};
	json_t *row;
	size_t i, k;

	json_array_foreach(rows, i, row)
	{
		const char *state =
		    json_string_value(json_object_get(row, "state"));

		for (k = 0; k < sizeof(states) / sizeof(states[0]); k++) {
			if (state != NULL &&
			    strcmp(state, states[k].state) == 0)
				json_object_set_new(row, "state_text",
				    json_string(
					show_word(ctl, &states[k].words)));
		}
	}
}

static void
print(struct ctl *ctl, json_t *answer)
{
	json_t *rows = json_object_get(answer, "rows");

	add_words(ctl, rows);
	show_list(ctl, rows, row_columns, &none);
	show_title(ctl, &total);
	show_record(ctl, json_object_get(answer, "total"), total_columns);
	if (json_is_true(json_object_get(answer, "damaged")))
		fprintf(ctl->term.out, "%s\n", show_word(ctl, &damaged));
}

static int
list(struct ctl *ctl, int argc, char **argv)
{
	const char *month = NULL, *office = "";
	bool late = false, all = false, exit_code = false;
	const struct option options[] = {
	    {"--month", &month, NULL},
	    {"--office", &office, NULL},
	    {"--late", NULL, &late},
	    {"--all", NULL, &all},
	    {"--exit-code", NULL, &exit_code},
	    {NULL, NULL, NULL},
	};
	json_t *answer;
	int left = options_take(options, argc, argv), rc;

	if (left < 0)
		return CTL_USAGE;
	if (left != 0 || month == NULL)
		return ctl_usage(USAGE);
	rc = ctl_ask(ctl,
	    json_pack("{ss,ss,ss,sb,sb}", "command", "expected", "month", month,
		"office", office, "late", (int)late, "all", (int)all),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	if (exit_code && json_integer_value(json_object_get(
			     json_object_get(answer, "total"), "late")) > 0)
		rc = CTL_TROUBLE;
	if (!ctl_json(ctl, answer))
		print(ctl, answer);
	json_decref(answer);
	return rc;
}

/* ---- ticked off by a person ---- */

/* A pair of desks, as the broker keeps it. */
struct tick {
	const char *month, *by, *reason;
	char office[40], partner[40];
	bool undo;
};

static bool
desk_is(const json_t *row, const char *number, const char *type,
    const char *wanted, char out[40])
{
	const char *n = json_string_value(json_object_get(row, number));
	const char *t = json_string_value(json_object_get(row, type));
	size_t digits = strcspn(wanted, "/");

	n = n != NULL ? n : "";
	t = t != NULL ? t : "";
	snprintf(out, 40, "%.20s%s%.10s", n, *t != '\0' ? "/" : "", t);
	return strlen(n) == digits && strncmp(n, wanted, digits) == 0 &&
	       (wanted[digits] == '\0' || strcmp(t, wanted + digits + 1) == 0);
}

/* What a person writes may leave out types: which pair is it?  A pair nobody
 * knows must not look ticked off. */
static int
find_pair(
    struct ctl *ctl, const char *office, const char *partner, struct tick *tick)
{
	json_t *answer, *row;
	struct why why = {0};
	char from[40], to[40];
	size_t i, found = 0;
	int rc = ctl_ask(ctl,
	    json_pack("{ss,ss,ss,sb,sb}", "command", "expected", "month",
		tick->month, "office", "", "late", 0, "all", 1),
	    &answer);

	if (rc != CTL_OK)
		return rc;
	json_array_foreach(json_object_get(answer, "rows"), i, row)
	{
		if (!desk_is(row, "office", "office_type", office, to) ||
		    !desk_is(row, "partner", "partner_type", partner, from))
			continue;
		memcpy(tick->office, to, sizeof(to));
		memcpy(tick->partner, from, sizeof(from));
		found++;
	}
	json_decref(answer);
	if (found == 1)
		return CTL_OK;
	if (found == 0)
		why_set(&why, WHY_NEVER, "unknown",
		    "No plan of %s from %s to %s is known: nothing is owed.",
		    tick->month, office, partner);
	else
		why_set(&why, WHY_NEVER, "ambiguous",
		    "%s and %s mean several pairs of desks: write NUMBER/TYPE.",
		    office, partner);
	return ctl_fail(ctl, &why);
}

static int
tick_off(struct ctl *ctl, const struct tick *tick)
{
	json_t *answer;
	int rc = ctl_ask(ctl,
	    json_pack("{ss,ss,ss,ss,ss,ss,sb}", "command", "expected.settle",
		"month", tick->month, "office", tick->office, "partner",
		tick->partner, "by", tick->by, "reason", tick->reason, "undo",
		(int)tick->undo),
	    &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		fprintf(ctl->term.out, "%s: %s → %s (%s)\n",
		    show_word(ctl, tick->undo ? &undone : &ticked),
		    tick->partner, tick->office, tick->month);
	json_decref(answer);
	return CTL_OK;
}

static int
settle(struct ctl *ctl, int argc, char **argv)
{
	struct tick tick = {.reason = ""};
	const char *office = NULL, *partner = NULL;
	const struct option options[] = {
	    {"--month", &tick.month, NULL},
	    {"--office", &office, NULL},
	    {"--partner", &partner, NULL},
	    {"--by", &tick.by, NULL},
	    {"--reason", &tick.reason, NULL},
	    {"--undo", NULL, &tick.undo},
	    {NULL, NULL, NULL},
	};
	int left = options_take(options, argc, argv), rc;

	if (left < 0)
		return CTL_USAGE;
	if (left != 0 || tick.month == NULL || office == NULL ||
	    partner == NULL || tick.by == NULL)
		return ctl_usage(USAGE);
	rc = find_pair(ctl, office, partner, &tick);
	return rc != CTL_OK ? rc : tick_off(ctl, &tick);
}

static int
remind(struct ctl *ctl, int argc, char **argv)
{
	const char *month = NULL, *office = "";
	bool late = false, dry = false;
	const struct option options[] = {
	    {"--month", &month, NULL},
	    {"--office", &office, NULL},
	    {"--late", NULL, &late},
	    {"--dry-run", NULL, &dry},
	    {NULL, NULL, NULL},
	};
	json_t *answer;
	int left = options_take(options, argc, argv), rc;

	if (left < 0)
		return CTL_USAGE;
	if (left != 0 || month == NULL)
		return ctl_usage(USAGE);
	rc = ctl_ask(ctl,
	    json_pack("{ss,ss,ss,sb,sb}", "command", "expected.remind", "month",
		month, "office", office, "late", (int)late, "dry_run",
		(int)dry),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		add_words(ctl, json_object_get(answer, "rows"));
		show_list(
		    ctl, json_object_get(answer, "rows"), row_columns, &nobody);
		show_record(ctl, answer, sent_columns);
	}
	json_decref(answer);
	return CTL_OK;
}

int
expected_verb(struct ctl *ctl, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "settle") == 0)
		return settle(ctl, argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "remind") == 0)
		return remind(ctl, argc - 1, argv + 1);
	return list(ctl, argc, argv);
}

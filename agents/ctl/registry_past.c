/* NAME
 *	registry_past - verbs registry history, joined and quarantine
 * DESCRIPTION
 *	What imports changed, which paper partners have joined, and the lists
 *	that wait for a person.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "options.h"
#include "registry_list.h"
#include "show.h"

static const struct show_column import_columns[] = {
    {"at_ms", SHOW_TIME, "when", "日時"},
    {"by", SHOW_TEXT, "by", "担当者"},
    {"mode", SHOW_SAID, "list", "一覧の種類"},
    {"file", SHOW_TEXT, "file", "ファイル"},
    {"added", SHOW_COUNT, "added", "追加"},
    {"changed", SHOW_COUNT, "changed", "変更"},
    {"ended", SHOW_COUNT, "ended", "終了"},
    {"imported_by", SHOW_TEXT, "imported by", "取り込んだ人"},
    {"as", SHOW_TEXT, "delegate", "受任者"},
    {"for", SHOW_TEXT, "for", "委任元"},
    {"sha256", SHOW_TEXT, "SHA-256", "SHA-256"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column version_columns[] = {
    {"at_ms", SHOW_TIME, "when", "日時"},
    {"by", SHOW_TEXT, "by", "担当者"},
    {"change", SHOW_SAID, "change", "変化"},
    {"column", SHOW_TEXT, "column", "項目"},
    {"before", SHOW_TEXT, "before", "前"},
    {"after", SHOW_TEXT, "after", "後"},
    {"file", SHOW_TEXT, "file", "ファイル"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column joined_columns[] = {
    {"office", SHOW_TEXT, "partner", "連携先"},
    {"name", SHOW_TEXT, "name", "名称"},
    {"day", SHOW_DAY, "data since", "データ開始日"},
    {"ways", SHOW_TEXT, "ways", "経路"},
    {"parcels", SHOW_COUNT, "on paper", "紙の送信数"},
    {"pages", SHOW_COUNT, "pages", "枚数"},
    {"yen", SHOW_COUNT, "yen", "費用（円）"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column waiting_columns[] = {
    {"id", SHOW_TEXT, "id", "番号"},
    {"at_ms", SHOW_TIME, "since", "日時"},
    {"by", SHOW_TEXT, "by", "担当者"},
    {"reason", SHOW_SAID, "why", "理由"},
    {"mode", SHOW_SAID, "list", "一覧の種類"},
    {"file", SHOW_TEXT, "file", "ファイル"},
    {"before", SHOW_COUNT, "rows now", "現在の行"},
    {"added", SHOW_COUNT, "added", "追加"},
    {"changed", SHOW_COUNT, "changed", "変更"},
    {"ended", SHOW_COUNT, "ended", "終了"},
    {"sha256", SHOW_TEXT, "SHA-256", "SHA-256"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column decided_columns[] = {
    {"added", SHOW_COUNT, "added", "追加"},
    {"changed", SHOW_COUNT, "changed", "変更"},
    {"ended", SHOW_COUNT, "ended", "終了"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words none = {"Nothing.", "ありません。"};
static const struct show_words none_joined = {
    "No paper partner has joined.", "紙から移行した連携先はありません。"};
static const struct show_words none_waiting = {
    "Nothing waits in quarantine.", "確認待ちの一覧はありません。"};
static const struct show_words paper_month = {
    "Paper counts are of", "紙の数は次の月のもの:"};
static const struct show_words to_release = {
    "To release: --yes-remove", "反映するには --yes-remove"};

/* ---- history ---- */

static json_t *
versions(const json_t *history)
{
	json_t *lines = json_array(), *version, *pair, *fields;
	const char *column;
	size_t i;

	json_array_foreach((json_t *)history, i, version)
	{
		fields = json_object_get(version, "fields");
		if (json_object_size(fields) == 0)
			json_array_append_new(lines, json_copy(version));
		json_object_foreach(fields, column, pair)
		{
			json_t *line = json_copy(version);

			json_object_set_new(
			    line, "column", json_string(column));
			json_object_set(
			    line, "before", json_array_get(pair, 0));
			json_object_set(line, "after", json_array_get(pair, 1));
			json_array_append_new(lines, line);
		}
	}
	return lines;
}

int
registry_history(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer, *lines;
	int rc;

	if (argc > 2)
		return ctl_usage("registry history [NUMBER[/TYPE]]");
	rc = ctl_ask(ctl,
	    json_pack("{ssss}", "command", "registry.history", "office",
		argc == 2 ? argv[1] : ""),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		lines = versions(json_object_get(answer, "history"));
		show_list(ctl, lines,
		    argc == 2 ? version_columns : import_columns, &none);
		json_decref(lines);
	}
	json_decref(answer);
	return CTL_OK;
}

/* ---- joined ---- */

/* "2026-12-01" or "20261201" as a number; -1. */
static long
day_of(const char *text)
{
	char digits[9];
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == '-')
			continue;
		if (*text < '0' || *text > '9' || n == 8)
			return -1;
		digits[n++] = *text;
	}
	digits[n] = '\0';
	return n == 8 ? strtol(digits, NULL, 10) : -1;
}

static void
show_joined(struct ctl *ctl, const json_t *answer)
{
	const char *month =
	    json_string_value(json_object_get(answer, "paper_month"));

	show_list(ctl, json_object_get(answer, "joined"), joined_columns,
	    &none_joined);
	if (json_array_size(json_object_get(answer, "joined")) > 0)
		fprintf(ctl->term.out, "%s %s\n", show_word(ctl, &paper_month),
		    month != NULL ? month : "");
}

int
registry_joined(struct ctl *ctl, int argc, char **argv)
{
	const char *since = NULL, *month = NULL;
	const struct option options[] = {
	    {"--since", &since, NULL},
	    {"--month", &month, NULL},
	    {NULL, NULL, NULL},
	};
	long from = 0, until = 99991231;
	json_t *answer;
	int rc;

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (since != NULL)
		from = day_of(since);
	if (month != NULL && strlen(month) == 6) {
		from = strtol(month, NULL, 10) * 100 + 1;
		until = from + 30;
	}
	if (argc != 0 || from < 0 || (since != NULL && month != NULL) ||
	    (month != NULL && until == 99991231))
		return ctl_usage("registry joined [--since DAY | "
				 "--month YYYYMM]");
	rc = ctl_ask(ctl,
	    json_pack("{sssIsI}", "command", "registry.joined", "since",
		(json_int_t)from, "until", (json_int_t)until),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_joined(ctl, answer);
	json_decref(answer);
	return CTL_OK;
}

/* ---- quarantine ---- */

static int
waiting(struct ctl *ctl)
{
	json_t *answer;
	int rc = ctl_ask(
	    ctl, json_pack("{ss}", "command", "quarantine.list"), &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, json_object_get(answer, "waiting"),
		    waiting_columns, &none_waiting);
	json_decref(answer);
	return CTL_OK;
}

static int
show_waiting(struct ctl *ctl, const char *id)
{
	json_t *answer;
	int rc = ctl_ask_rows(ctl,
	    json_pack("{ssss}", "command", "quarantine.show", "id", id),
	    &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		registry_show_changes(ctl, json_object_get(answer, "changes"));
		show_record(ctl, answer, waiting_columns);
		fprintf(ctl->term.out, "%s %lld\n", show_word(ctl, &to_release),
		    (long long)json_integer_value(
			json_object_get(answer, "yes_remove")));
	}
	rc = json_array_size(json_object_get(answer, "errors")) > 0
		 ? CTL_TROUBLE
		 : CTL_OK;
	json_decref(answer);
	return rc;
}

static int
decide(struct ctl *ctl, const char *command, const char *id, const char *by,
    const char *yes)
{
	json_t *request =
	    json_pack("{ssssss}", "command", command, "id", id, "by", by);
	json_t *answer;
	char *end = NULL;
	long n = yes != NULL ? strtol(yes, &end, 10) : 0;
	int rc;

	if (yes != NULL && (*yes == '\0' || *end != '\0' || n < 0)) {
		json_decref(request);
		return ctl_usage("--yes-remove takes a number");
	}
	json_object_set_new(request, "yes_remove", json_integer(n));
	rc = ctl_ask(ctl, request, &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_record(ctl, answer, decided_columns);
	json_decref(answer);
	return CTL_OK;
}

#define QUARANTINE_USAGE                                             \
	"registry quarantine list | show ID | release ID --by NAME " \
	"[--yes-remove COUNT] | drop ID --by NAME"

int
registry_quarantine(struct ctl *ctl, int argc, char **argv)
{
	const char *by = registry_who(), *yes = NULL, *what;
	const struct option options[] = {
	    {"--by", &by, NULL},
	    {"--yes-remove", &yes, NULL},
	    {NULL, NULL, NULL},
	};

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	what = argc > 0 ? argv[1] : "";
	if (argc == 1 && strcmp(what, "list") == 0)
		return waiting(ctl);
	if (argc != 2)
		return ctl_usage(QUARANTINE_USAGE);
	if (strcmp(what, "show") == 0)
		return show_waiting(ctl, argv[2]);
	if (strcmp(what, "release") == 0)
		return decide(ctl, "quarantine.release", argv[2], by, yes);
	if (strcmp(what, "drop") == 0 && yes == NULL)
		return decide(ctl, "quarantine.drop", argv[2], by, NULL);
	return ctl_usage(QUARANTINE_USAGE);
}

/* NAME
 *	mandate - verb mandate: who may act for which office (委任)
 * DESCRIPTION
 *	add gives one, import a list (all or none), revoke ends one at once,
 *	expiring lists those that end soon and whether they were renewed.  The
 *	broker checks and keeps; see docs/mandates.md.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "ctl.h"
#include "japanese.h"
#include "options.h"
#include "rows.h"
#include "show.h"

static const struct show_column list_columns[] = {
    {"id", SHOW_TEXT, "mandate", "委任番号"},
    {"state_text", SHOW_TEXT, "state", "状態"},
    {"office", SHOW_TEXT, "for office", "委任元の事業所"},
    {"agent", SHOW_TEXT, "agent", "エージェント"},
    {"party", SHOW_TEXT, "party", "受任者"},
    {"rights_text", SHOW_TEXT, "rights", "できること"},
    {"partners", SHOW_LIST, "partners", "相手先"},
    {"from", SHOW_TEXT, "from", "開始日"},
    {"until", SHOW_TEXT, "until", "終了日"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column one_columns[] = {
    {"id", SHOW_TEXT, "mandate", "委任番号"},
    {"state_text", SHOW_TEXT, "state", "状態"},
    {"office", SHOW_TEXT, "for office", "委任元の事業所"},
    {"agent", SHOW_TEXT, "agent", "エージェント"},
    {"party", SHOW_TEXT, "party", "受任者"},
    {"rights_text", SHOW_TEXT, "rights", "できること"},
    {"partners", SHOW_LIST, "partners (none: all)", "相手先（空: すべて）"},
    {"from", SHOW_TEXT, "from", "開始日"},
    {"until", SHOW_TEXT, "until", "終了日"},
    {"days_left", SHOW_COUNT, "days left", "残り日数"},
    {"reason", SHOW_TEXT, "reason", "理由"},
    {"by", SHOW_TEXT, "given by", "委任者"},
    {"given_ms", SHOW_TIME, "given", "登録日時"},
    {"revoked_by", SHOW_TEXT, "revoked by", "取消者"},
    {"revoked_reason", SHOW_TEXT, "why revoked", "取消の理由"},
    {"revoked_ms", SHOW_TIME, "revoked", "取消日時"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column soon_columns[] = {
    {"until", SHOW_TEXT, "until", "終了日"},
    {"days_left", SHOW_COUNT, "days left", "残り日数"},
    {"renewed", SHOW_FLAG, "renewed", "更新済み"},
    {"id", SHOW_TEXT, "mandate", "委任番号"},
    {"office", SHOW_TEXT, "for office", "委任元の事業所"},
    {"agent", SHOW_TEXT, "agent", "エージェント"},
    {"party", SHOW_TEXT, "party", "受任者"},
    {"rights_text", SHOW_TEXT, "rights", "できること"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column count_columns[] = {
    {"count", SHOW_COUNT, "mandates", "委任の件数"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words none = {
    "There is no mandate.", "委任はありません。"};
static const struct show_words none_soon = {
    "No mandate ends in that time.", "期間内に終わる委任はありません。"};

static const struct word {
	const char *name;
	struct show_words words;
} rights[] = {
    {"send-plan", {"send-plan", "予定の送信"}},
    {"send-result", {"send-result", "実績の送信"}},
    {"delete", {"delete", "削除"}},
    {"receive", {"receive", "受信"}},
    {"see", {"see", "状況の確認"}},
    {"fax", {"fax", "FAXの利用"}},
    {"partners", {"partners", "相手先の管理"}},
    {NULL, {NULL, NULL}},
};
static const struct word states[] = {
    {"valid", {"valid", "有効"}},
    {"future", {"not begun", "開始前"}},
    {"ended", {"ended", "終了"}},
    {"revoked", {"revoked", "取消"}},
    {NULL, {NULL, NULL}},
};

#define ADD_USAGE                                                         \
	"mandate add AGENT NUMBER[/TYPE] --rights RIGHT,... --until DAY " \
	"[--from DAY]\n[--partners NUMBER,...] --party NAME --by NAME "   \
	"--reason TEXT"

/* ---- words ---- */

static const char *
word_of(const struct ctl *ctl, const struct word *words, const char *name)
{
	for (; words->name != NULL; words++) {
		if (strcmp(words->name, name) == 0)
			return show_word(ctl, &words->words);
	}
	return name;
}

static void
add_words(const struct ctl *ctl, json_t *mandate)
{
	const json_t *list = json_object_get(mandate, "rights"), *v;
	const char *state =
	    json_string_value(json_object_get(mandate, "state"));
	char text[256] = "";
	size_t i, n = 0;

	json_array_foreach((json_t *)(uintptr_t)list, i, v)
	{
		if (json_is_string(v) && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n > 0 ? " " : "",
			    word_of(ctl, rights, json_string_value(v)));
	}
	json_object_set_new(mandate, "rights_text", json_string(text));
	json_object_set_new(mandate, "state_text",
	    json_string(word_of(ctl, states, state != NULL ? state : "")));
}

static void
add_all_words(const struct ctl *ctl, json_t *list)
{
	json_t *mandate;
	size_t i;

	json_array_foreach(list, i, mandate)
	{
		add_words(ctl, mandate);
	}
}

/* "a,b c" as an array of texts; "all" as the names of all rights. */
static json_t *
split(const char *text, bool of_rights)
{
	json_t *list = json_array();
	size_t i, n;

	if (of_rights && strcmp(text, "all") == 0) {
		for (i = 0; rights[i].name != NULL; i++)
			json_array_append_new(
			    list, json_string(rights[i].name));
		return list;
	}
	for (text += strspn(text, " ,;"); *text != '\0';
	     text += strspn(text, " ,;")) {
		n = strcspn(text, " ,;");
		json_array_append_new(list, json_stringn(text, n));
		text += n;
	}
	return list;
}

/* ---- verbs ---- */

static int
show_one(struct ctl *ctl, json_t *request)
{
	json_t *answer, *mandate;
	int rc = ctl_ask(ctl, request, &answer);

	if (rc != CTL_OK)
		return rc;
	mandate = json_object_get(answer, "mandate");
	if (!ctl_json(ctl, answer)) {
		add_words(ctl, mandate);
		show_record(ctl, mandate, one_columns);
	}
	json_decref(answer);
	return CTL_OK;
}

static int
add(struct ctl *ctl, int argc, char **argv)
{
	const char *what = "", *partners = "", *from = "", *until = NULL;
	const char *party = NULL, *by = NULL, *reason = NULL;
	const struct option options[] = {
	    {"--rights", &what, NULL},
	    {"--partners", &partners, NULL},
	    {"--from", &from, NULL},
	    {"--until", &until, NULL},
	    {"--party", &party, NULL},
	    {"--by", &by, NULL},
	    {"--reason", &reason, NULL},
	    {NULL, NULL, NULL},
	};

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (argc != 2 || what[0] == '\0' || until == NULL || party == NULL ||
	    by == NULL || reason == NULL)
		return ctl_usage("%s", ADD_USAGE);
	return show_one(
	    ctl, json_pack("{s:s,s:[{s:s,s:s,s:o,s:o,s:s,s:s,s:s,s:s,s:s}]}",
		     "command", "mandate.add", "rows", "agent", argv[1],
		     "office", argv[2], "rights", split(what, true), "partners",
		     split(partners, false), "from", from, "until", until,
		     "party", party, "by", by, "reason", reason));
}

static const char *
cell(const json_t *row, const char *column)
{
	const char *text = json_string_value(json_object_get(row, column));

	return text != NULL ? text : "";
}

/* A line of the file as the broker wants it. */
static json_t *
request_row(const json_t *row, const char *by)
{
	const char *type = cell(row, "service_type");
	char office[64];

	snprintf(office, sizeof(office), "%.40s%s%.10s",
	    cell(row, "office_number"), type[0] != '\0' ? "/" : "", type);
	return json_pack("{s:s,s:s,s:o,s:o,s:s,s:s,s:s,s:s,s:s}", "agent",
	    cell(row, "agent"), "office", office, "rights",
	    split(cell(row, "rights"), true), "partners",
	    split(cell(row, "partners"), false), "from", cell(row, "from"),
	    "until", cell(row, "until"), "party", cell(row, "party"), "by", by,
	    "reason", cell(row, "reason"));
}

static void
print_errors(const struct ctl *ctl, const char *file, const json_t *errors,
    const struct rows *rows)
{
	json_t *error;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)errors, i, error)
	{
		json_int_t row =
		    json_integer_value(json_object_get(error, "row"));
		const char *text = cell(error, "error");
		char *said = ctl->ja ? japanese(text) : mem_text(text);
		char *safe = term_safe(said);

		fprintf(stderr, "%s:%zu: %s\n", file,
		    rows_line(rows, row < 1 ? 0 : (size_t)row - 1), safe);
		free(safe);
		free(said);
	}
}

static int
import_file(
    struct ctl *ctl, const char *file, const char *by, const bool dry_run)
{
	json_t *answer, *list = json_array();
	const json_t *errors;
	struct rows rows;
	struct why why = {0};
	int rc;

	if (rows_load(file, &rows, &why) != 0) {
		json_decref(list);
		return ctl_fail(ctl, &why);
	}
	for (size_t i = 0; i < rows.count; i++)
		json_array_append_new(
		    list, request_row(json_array_get(rows.array, i), by));
	rc = ctl_ask_rows(ctl,
	    json_pack("{s:s,s:o,s:b}", "command", "mandate.add", "rows", list,
		"dry_run", (int)dry_run),
	    &answer);
	if (rc == CTL_OK) {
		errors = json_object_get(answer, "errors");
		print_errors(ctl, file, errors, &rows);
		if (json_array_size(errors) > 0)
			rc = CTL_TROUBLE;
		if (!ctl_json(ctl, answer) && rc == CTL_OK)
			show_record(ctl, answer, count_columns);
		json_decref(answer);
	}
	rows_fini(&rows);
	return rc;
}

static int
import(struct ctl *ctl, int argc, char **argv)
{
	const char *by = NULL;
	bool dry_run = false;
	const struct option options[] = {
	    {"--by", &by, NULL},
	    {"--dry-run", NULL, &dry_run},
	    {NULL, NULL, NULL},
	};

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (argc != 1 || by == NULL)
		return ctl_usage(
		    "mandate import FILE.csv --by NAME [--dry-run]");
	return import_file(ctl, argv[1], by, dry_run);
}

static int
show_many(struct ctl *ctl, json_t *request, const struct show_column *columns,
    const struct show_words *nothing)
{
	json_t *answer, *list;
	int rc = ctl_ask(ctl, request, &answer);

	if (rc != CTL_OK)
		return rc;
	list = json_object_get(answer, "mandates");
	if (!ctl_json(ctl, answer)) {
		add_all_words(ctl, list);
		show_list(ctl, list, columns, nothing);
	}
	json_decref(answer);
	return CTL_OK;
}

static int
list(struct ctl *ctl, int argc, char **argv)
{
	const char *agent = "", *office = "";
	bool all = false;
	const struct option options[] = {
	    {"--agent", &agent, NULL},
	    {"--office", &office, NULL},
	    {"--all", NULL, &all},
	    {NULL, NULL, NULL},
	};

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (argc != 0)
		return ctl_usage(
		    "mandate list [--agent NAME] [--office NUMBER] [--all]");
	return show_many(ctl,
	    json_pack("{s:s,s:s,s:s,s:b}", "command", "mandate.list", "agent",
		agent, "office", office, "all", (int)all),
	    list_columns, &none);
}

static int
show(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 2)
		return ctl_usage("mandate show ID");
	return show_one(ctl,
	    json_pack("{s:s,s:s}", "command", "mandate.show", "id", argv[1]));
}

static int
revoke(struct ctl *ctl, int argc, char **argv)
{
	const char *by = NULL, *reason = NULL;
	const struct option options[] = {
	    {"--by", &by, NULL},
	    {"--reason", &reason, NULL},
	    {NULL, NULL, NULL},
	};

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (argc != 1 || by == NULL || reason == NULL)
		return ctl_usage("mandate revoke ID --by NAME --reason TEXT");
	return show_one(
	    ctl, json_pack("{s:s,s:s,s:s,s:s}", "command", "mandate.revoke",
		     "id", argv[1], "by", by, "reason", reason));
}

static int
expiring(struct ctl *ctl, int argc, char **argv)
{
	const char *days = "30";
	const struct option options[] = {
	    {"--days", &days, NULL},
	    {NULL, NULL, NULL},
	};
	char *end;
	long n;

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	n = strtol(days, &end, 10);
	if (argc != 0 || *end != '\0' || end == days || n < 0 || n > 3660)
		return ctl_usage("mandate expiring [--days N]");
	return show_many(ctl,
	    json_pack("{s:s,s:I}", "command", "mandate.expiring", "days",
		(json_int_t)n),
	    soon_columns, &none_soon);
}

int
mandate_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct ctl *ctl, int argc, char **argv);
	} rows[] = {
	    {"add", add},
	    {"import", import},
	    {"list", list},
	    {"show", show},
	    {"revoke", revoke},
	    {"expiring", expiring},
	};
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].run(ctl, argc - 1, argv + 1);
	return ctl_usage("mandate add, import, list, show, revoke or expiring");
}

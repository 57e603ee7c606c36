/* NAME
 *	registry_import - verbs registry import and diff: a list to the broker
 * DESCRIPTION
 *	The whole file goes at once, after its form, its hash and its map were
 *	looked at here; the broker takes all rows or none, or keeps the list
 *	waiting for a second person.
 * DIAGNOSTICS
 *	Exit code 1 also for a list that waits: it has not taken effect.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

#include "japanese.h"
#include "map.h"
#include "options.h"
#include "registry_list.h"
#include "rows.h"
#include "show.h"

static const struct show_column result_columns[] = {
    {"added", SHOW_COUNT, "added", "追加"},
    {"changed", SHOW_COUNT, "changed", "変更"},
    {"ended", SHOW_COUNT, "ended", "終了"},
    {"unchanged", SHOW_COUNT, "unchanged", "変更なし"},
    {"unknown", SHOW_COUNT, "not ours (left out)", "台帳にない（対象外）"},
    {"gone", SHOW_COUNT, "no longer on the list", "一覧から消えた"},
    {"sha256", SHOW_TEXT, "SHA-256 of the file", "ファイルのSHA-256"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column change_columns[] = {
    {"office", SHOW_TEXT, "office", "事業所"},
    {"change", SHOW_SAID, "change", "変化"},
    {"column", SHOW_TEXT, "column", "項目"},
    {"before", SHOW_TEXT, "before", "前"},
    {"after", SHOW_TEXT, "after", "後"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words dry = {"Nothing was written (--dry-run).",
    "書き込みはしていません（--dry-run）。"};
static const struct show_words no_changes = {
    "Nothing would change.", "変更はありません。"};
static const struct show_words would_wait = {
    "It would wait in quarantine for a second person.",
    "取り込むと、別の担当者の確認待ち（隔離）になります。"};
static const struct show_words waits = {
    "Nothing took effect: the list waits in quarantine for a second person",
    "まだ反映していません。別の担当者の確認待ち（隔離）です"};
static const struct show_words gone_waits = {
    "Who is no longer on the list keeps the way until a second person decides",
    "一覧から消えた事業所は、別の担当者が確認するまでそのままです"};
static const struct show_words decide = {
    "Look at it, then release or drop it: tasukictl registry quarantine show",
    "内容の確認（その後 release か drop）: tasukictl registry quarantine show"};

struct wish {
	const char *file, *by, *map, *from, *encoding, *sha256, *scope, *list;
	const char *as, *office; /* a delegate's */
	bool dry_run, full, public, add_unknown, merge, details;
};

const char *
registry_who(void)
{
	const char *name = getenv("SUDO_USER");
	const struct passwd *user;

	if (name != NULL && name[0] != '\0')
		return name;
	user = getpwuid(getuid());
	return user != NULL ? user->pw_name : "operator";
}

/* The broker counts rows from 1; people count lines of the file. */
static void
print_errors(const struct ctl *ctl, const char *file, const json_t *errors,
    const struct rows *rows)
{
	json_t *error;
	size_t i;

	json_array_foreach((json_t *)errors, i, error)
	{
		json_int_t row = 0;
		const char *column = "", *text = "";
		size_t line;
		char *said, *safe;

		(void)json_unpack(error, "{s?I, s?s, s?s}", "row", &row,
		    "column", &column, "error", &text);
		line = rows_line(rows, row < 1 ? 0 : (size_t)row - 1);
		said = ctl->ja ? japanese(text) : mem_text(text);
		safe = term_safe(said);
		fprintf(stderr, "%s:%zu: %s%s%s\n", file, line, column,
		    *column == '\0' ? "" : ": ", safe);
		free(safe);
		free(said);
	}
}

/* {office, change, fields: {column: [old, new]}} as one line a column. */
static json_t *
flattened(const json_t *changes)
{
	json_t *lines = json_array(), *change, *fields, *pair;
	const char *column;
	size_t i;

	json_array_foreach((json_t *)changes, i, change)
	{
		fields = json_object_get(change, "fields");
		if (json_object_size(fields) == 0)
			json_array_append_new(lines, json_copy(change));
		json_object_foreach(fields, column, pair)
		{
			json_t *line = json_copy(change);

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

void
registry_show_changes(const struct ctl *ctl, const json_t *changes)
{
	json_t *lines = flattened(changes);

	show_list(ctl, lines, change_columns, &no_changes);
	json_decref(lines);
}

static void
say(const struct ctl *ctl, const struct show_words *words, const char *id)
{
	fprintf(ctl->term.out, "%s%s%s\n", show_word(ctl, words),
	    id != NULL ? ": " : "", id != NULL ? id : "");
}

static int
report(struct ctl *ctl, const struct wish *w, json_t *answer,
    const struct rows *rows)
{
	const json_t *errors = json_object_get(answer, "errors");
	const char *id =
	    json_string_value(json_object_get(answer, "quarantine"));
	bool all = json_object_get(answer, "reason") != NULL;

	json_object_set_new(answer, "sha256", json_string(rows->sha256));
	print_errors(ctl, w->file, errors, rows);
	if (json_array_size(errors) == 0)
		registry_editions(w->file, rows, answer);
	if (ctl_json(ctl, answer) || json_array_size(errors) > 0)
		return json_array_size(errors) > 0 || all ? CTL_TROUBLE
							  : CTL_OK;
	if (w->details)
		registry_show_changes(ctl, json_object_get(answer, "changes"));
	show_record(ctl, answer, result_columns);
	if (json_object_get(answer, "would_wait") != NULL)
		say(ctl, &would_wait, NULL);
	if (id != NULL) {
		say(ctl, all ? &waits : &gone_waits, id);
		fprintf(ctl->term.out, "%s %s\n", show_word(ctl, &decide), id);
	}
	if (w->dry_run && !w->details)
		say(ctl, &dry, NULL);
	return all ? CTL_TROUBLE : CTL_OK;
}

/* ---- the request ---- */

/* The name of a map is the name of its list, unless either says otherwise. */
static const char *
list_name(const struct wish *w, const struct map *map)
{
	const char *name = map != NULL ? map_setting(map, "list") : "";

	if (w->list != NULL)
		return w->list;
	if (*name != '\0')
		return name;
	return w->map != NULL && strchr(w->map, '/') == NULL ? w->map
							     : "public";
}

static void
add_scope(json_t *request, const char *scope)
{
	size_t n = strcspn(scope, "=");

	if (scope[n] != '=')
		return;
	json_object_set_new(request, "scope_column", json_stringn(scope, n));
	json_object_set_new(request, "scope_value", json_string(scope + n + 1));
}

static json_t *
request_of(const struct wish *w, const struct map *map, const struct rows *rows)
{
	const char *slash = strrchr(w->file, '/');
	const char *scope = w->scope != NULL ? w->scope
			    : map != NULL    ? map_setting(map, "scope")
					     : "";
	json_t *out = json_pack("{sssOsbsssssssbsbss*ss*ss*ss*}", "command",
	    "registry.import", "rows", rows->array, "dry_run", w->dry_run, "by",
	    w->by, "file", slash != NULL ? slash + 1 : w->file, "sha256",
	    rows->sha256, "details", w->details, "add_unknown", w->add_unknown,
	    "from", w->from, "map", w->map, "as", w->as, "for", w->office);

	if (out == NULL)
		return NULL;
	json_object_set_new(out, "mode",
	    json_string(w->public ? "public"
			: w->full ? "full"
				  : "rows"));
	if (w->public)
		json_object_set_new(
		    out, "name", json_string(list_name(w, map)));
	else if (map != NULL)
		json_object_set_new(out, "columns", map_columns(map));
	else if (w->merge)
		json_object_set(out, "columns", rows->columns);
	if (w->full)
		add_scope(out, scope);
	return out;
}

static int
read_list(const struct wish *w, const struct map *map, struct rows *rows,
    struct why *why)
{
	struct rows_wish form = {.encoding = w->encoding,
	    .whole = w->full || w->public,
	    .foreign = map != NULL};
	int rc;

	if (map != NULL) {
		const char *encoding = map_setting(map, "encoding");

		form.skip = (size_t)atoi(map_setting(map, "skip"));
		if (form.encoding == NULL && *encoding != '\0')
			form.encoding = encoding;
	}
	rc = rows_load_as(w->file, &form, rows, why);
	if (rc != 0)
		return rc;
	if (w->sha256 != NULL && strcasecmp(w->sha256, rows->sha256) != 0) {
		why_set(why, WHY_NEVER, "other-file",
		    "%s is not the file you mean: its SHA-256 is %s.", w->file,
		    rows->sha256);
		rc = TSK_INVALID;
	} else if (map != NULL) {
		rc = map_apply(map, w->file, rows, why);
	}
	if (rc != 0)
		rows_fini(rows);
	return rc;
}

static int
send_list(struct ctl *ctl, const struct wish *w)
{
	struct map *map = NULL;
	struct rows rows = {0};
	struct why why = {0};
	json_t *answer;
	int rc = 0;

	if (w->map != NULL)
		rc = map_load(w->map, &map, &why);
	if (rc == 0)
		rc = read_list(w, map, &rows, &why);
	if (rc != 0) {
		map_free(&map);
		return ctl_fail(ctl, &why);
	}
	rc = ctl_ask_rows(ctl, request_of(w, map, &rows), &answer);
	if (rc == CTL_OK) {
		rc = report(ctl, w, answer, &rows);
		json_decref(answer);
	}
	rows_fini(&rows);
	map_free(&map);
	return rc;
}

static int
list_verb(struct ctl *ctl, int argc, char **argv, bool diff)
{
	struct wish w = {
	    .by = registry_who(), .dry_run = diff, .details = diff};
	const struct option options[] = {
	    {"--dry-run", NULL, &w.dry_run},
	    {"--by", &w.by, NULL},
	    {"--as", &w.as, NULL},
	    {"--for", &w.office, NULL},
	    {"--full", NULL, &w.full},
	    {"--scope", &w.scope, NULL},
	    {"--public", NULL, &w.public},
	    {"--list", &w.list, NULL},
	    {"--from", &w.from, NULL},
	    {"--add-unknown", NULL, &w.add_unknown},
	    {"--map", &w.map, NULL},
	    {"--merge", NULL, &w.merge},
	    {"--encoding", &w.encoding, NULL},
	    {"--sha256", &w.sha256, NULL},
	    {NULL, NULL, NULL},
	};

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (argc != 1)
		return ctl_usage("registry %s FILE.csv [OPTION...]",
		    diff ? "diff" : "import");
	w.file = argv[1];
	if ((w.as == NULL) != (w.office == NULL))
		return ctl_usage("a delegate says both: --as AGENT --for "
				 "NUMBER[/TYPE]");
	if (w.full && w.public)
		return ctl_usage("a list is --full or --public");
	if (w.scope != NULL && (!w.full || strchr(w.scope, '=') == NULL))
		return ctl_usage("--full --scope COLUMN=VALUE");
	if (w.encoding != NULL && strcmp(w.encoding, "ms932") != 0 &&
	    strcmp(w.encoding, "utf-8") != 0)
		return ctl_usage("--encoding is ms932 or utf-8");
	return send_list(ctl, &w);
}

int
registry_import(struct ctl *ctl, int argc, char **argv)
{
	return list_verb(ctl, argc, argv, false);
}

int
registry_diff(struct ctl *ctl, int argc, char **argv)
{
	return list_verb(ctl, argc, argv, true);
}

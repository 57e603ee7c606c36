/* NAME
 *	audit - verbs audit and backup
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"

#include "ctl.h"
#include "show.h"

static const struct show_column audit_columns[] = {
    {"no", SHOW_COUNT, "no", "番号"},
    {"at_ms", SHOW_TIME, "time (JST)", "日時"},
    {"subject", SHOW_TEXT, "subject", "件名"},
    {"actor", SHOW_TEXT, "by", "誰が"},
    {"id", SHOW_ID, "parcel", "送信単位"},
    {"text", SHOW_TEXT, "text", "内容"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words no_entries = {"No entry.", "記録はありません。"};

static int
verify(struct ctl *ctl)
{
	json_t *answer;
	json_int_t entries = 0;
	int rc =
	    ctl_ask(ctl, json_pack("{ss}", "command", "audit.verify"), &answer);

	if (rc != CTL_OK)
		return rc;
	(void)json_unpack(answer, "{s?I}", "entries", &entries);
	if (!ctl_json(ctl, answer))
		fprintf(ctl->term.out,
		    ctl->ja ? "監査記録 %lld 件: 連鎖は正しい。\n"
			    : "%lld audit entries: the chain is whole.\n",
		    (long long)entries);
	json_decref(answer);
	return CTL_OK;
}

static int
list(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"from", required_argument, NULL, 'f'},
	    {"limit", required_argument, NULL, 'l'},
	    {NULL, 0, NULL, 0},
	};
	json_t *answer, *request = json_pack("{ss}", "command", "audit.list");
	int option, rc;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		char *end = NULL;
		long long n = option == '?' ? 0 : strtoll(optarg, &end, 10);

		if (option == '?' || *optarg == '\0' || *end != '\0' || n < 1) {
			json_decref(request);
			return ctl_usage("audit list [--from NO] [--limit N]");
		}
		json_object_set_new(
		    request, option == 'f' ? "from" : "limit", json_integer(n));
	}
	rc = ctl_ask(ctl, request, &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, json_object_get(answer, "entries"),
		    audit_columns, &no_entries);
	json_decref(answer);
	return CTL_OK;
}

int
audit_verb(struct ctl *ctl, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "verify") == 0 && argc == 2)
		return verify(ctl);
	if (strcmp(name, "list") == 0)
		return list(ctl, argc - 1, argv + 1);
	return ctl_usage("audit verify, or audit list [--from NO] [--limit N]");
}

/* The broker has another working folder: hand over a whole path. */
static int
whole_path(const char *path, struct buf *out)
{
	char cwd[PATH_MAX];

	if (*path != '/') {
		if (getcwd(cwd, sizeof(cwd)) == NULL)
			return TSK_SYSTEM;
		buf_printf(out, "%s/", cwd);
	}
	buf_text(out, path);
	return 0;
}

int
audit_backup_verb(struct ctl *ctl, int argc, char **argv)
{
	struct buf path;
	json_t *answer;
	int rc;

	if (argc != 2 || *argv[1] == '\0')
		return ctl_usage("backup takes the folder to write to");
	buf_init(&path, (size_t)2 * PATH_MAX);
	if (whole_path(argv[1], &path) != 0) {
		buf_fini(&path);
		return ctl_usage("%s: %s", argv[1], strerror(errno));
	}
	rc = ctl_ask(ctl,
	    json_pack("{ssss}", "command", "backup", "path", path.data),
	    &answer);
	if (rc == CTL_OK) {
		if (!ctl_json(ctl, answer))
			fprintf(ctl->term.out, "%s\n", path.data);
		json_decref(answer);
	}
	buf_fini(&path);
	return rc;
}

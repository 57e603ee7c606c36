/* NAME
 *	registry_fax - registry verbs about FAX numbers
 * DESCRIPTION
 *	registry fax NUMBER shows the number, whether it may be dialled, and its
 *	history; verify-fax is the second person's word, test-fax sends a page
 *	with a code, confirm-fax takes the code the partner read back,
 *	freeze-fax stops it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "ctl.h"
#include "registry_fax.h"
#include "show.h"

static const struct show_column columns[] = {
    {"office", SHOW_TEXT, "office", "事業所"},
    {"row_number", SHOW_TEXT, "FAX number", "FAX番号"},
    {"usable", SHOW_FLAG, "may be dialled", "送信可"},
    {"state", SHOW_TEXT, "state", "状態"},
    {"entered_by", SHOW_TEXT, "entered by", "登録者"},
    {"entered_ms", SHOW_TIME, "entered", "登録日時"},
    {"verified_by", SHOW_TEXT, "verified by", "確認者"},
    {"verified_ms", SHOW_TIME, "verified", "確認日時"},
    {"how", SHOW_TEXT, "how", "確認方法"},
    {"code_open", SHOW_FLAG, "test page is out", "確認番号待ち"},
    {"first", SHOW_FLAG, "nothing sent yet", "初回送信前"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column history_columns[] = {
    {"at_ms", SHOW_TIME, "time (JST)", "日時"},
    {"what", SHOW_TEXT, "what", "内容"},
    {"by", SHOW_TEXT, "by", "誰が"},
    {"number", SHOW_TEXT, "number", "番号"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column sent_columns[] = {
    {"parcel", SHOW_ID, "test page", "確認ページ"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words history = {"History", "履歴"};
static const struct show_words nothing = {"Nothing yet.", "まだありません。"};

static const struct {
	const char *name, *command, *usage;
	bool by, code;
} verbs[] = {
    {"fax", "registry.fax", "registry fax NUMBER[/TYPE]", false, false},
    {"verify-fax", "registry.verify-fax",
	"registry verify-fax NUMBER[/TYPE] --by NAME [--number FAX]", true,
	false},
    {"test-fax", "registry.test-fax",
	"registry test-fax NUMBER[/TYPE] --by NAME [--from NUMBER[/TYPE]]",
	true, false},
    {"confirm-fax", "registry.confirm-fax",
	"registry confirm-fax NUMBER[/TYPE] --code CODE --by NAME", true, true},
    {"freeze-fax", "registry.freeze-fax",
	"registry freeze-fax NUMBER[/TYPE] --by NAME", true, false},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static size_t
verb_of(const char *name)
{
	size_t i;

	for (i = 0; i < VERBS && strcmp(verbs[i].name, name) != 0; i++)
		;
	return i;
}

bool
registry_fax_known(const char *name)
{
	return verb_of(name) < VERBS;
}

/* "NUMBER/TYPE" into two fields */
static void
put_desk(json_t *request, const char *number_field, const char *type_field,
    const char *text)
{
	char *number = mem_text(text);
	char *type = strchr(number, '/');

	if (type != NULL)
		*type++ = '\0';
	json_object_set_new(request, number_field, json_string(number));
	json_object_set_new(
	    request, type_field, json_string(type != NULL ? type : ""));
	free(number);
}

static void
print(struct ctl *ctl, const json_t *answer)
{
	const json_t *fax = json_object_get(answer, "fax");

	show_record(ctl, fax, columns);
	if (json_object_get(answer, "parcel") != NULL)
		show_record(ctl, answer, sent_columns);
	show_title(ctl, &history);
	show_list(
	    ctl, json_object_get(fax, "history"), history_columns, &nothing);
}

static int
take_options(int argc, char **argv, json_t *request)
{
	static const struct option options[] = {
	    {"by", required_argument, NULL, 'b'},
	    {"code", required_argument, NULL, 'c'},
	    {"number", required_argument, NULL, 'n'},
	    {"from", required_argument, NULL, 'f'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'b')
			json_object_set_new(request, "by", json_string(optarg));
		else if (option == 'c')
			json_object_set_new(
			    request, "code", json_string(optarg));
		else if (option == 'n')
			json_object_set_new(
			    request, "number", json_string(optarg));
		else if (option == 'f')
			put_desk(request, "from", "from_type", optarg);
		else
			return CTL_USAGE;
	}
	return CTL_OK;
}

int
registry_fax(struct ctl *ctl, int argc, char **argv)
{
	size_t verb = verb_of(argv[0]);
	json_t *request = json_pack("{ss}", "command", verbs[verb].command);
	json_t *answer;
	int rc = take_options(argc, argv, request);

	if (rc == CTL_OK &&
	    (argc - optind != 1 ||
		(verbs[verb].by && json_object_get(request, "by") == NULL) ||
		(verbs[verb].code && json_object_get(request, "code") == NULL)))
		rc = ctl_usage("%s", verbs[verb].usage);
	if (rc != CTL_OK) {
		json_decref(request);
		return rc;
	}
	put_desk(request, "office_number", "service_type", argv[optind]);
	if ((rc = ctl_ask(ctl, request, &answer)) != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		print(ctl, answer);
	json_decref(answer);
	return CTL_OK;
}

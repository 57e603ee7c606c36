/* NAME
 *	handover - tasukictl handover: codes that came back
 * SUMMARY
 *	tasukictl handover confirm CODE --folder DIR
 *	tasukictl handover list --folder DIR
 * DESCRIPTION
 *	DIR is the folder of tasuki-pdf.  Works on the folder alone; the agent
 *	notices within seconds and reports the leg picked up.
 * DIAGNOSTICS
 *	0 done (also if it was confirmed before), 1 no paper has this code, 2
 *	usage: also a code with a slip of the pen in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "handover.h"
#include "file.h"

#include "ctl.h"
#include "show.h"

static const struct show_column columns[] = {
    {"code", SHOW_TEXT, "code", "受領コード"},
    {"state", SHOW_TEXT, "state", "状態"},
    {"id", SHOW_ID, "parcel", "送信単位"},
    {"leg", SHOW_COUNT, "leg", "配送"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words none = {
    "No paper waits for its code.", "受領を待つ書類はありません。"};

static int
fail(const struct ctl *ctl, const char *code, const char *what, int rc)
{
	struct why why = {0};

	why_set(&why, WHY_NEVER, code, "%s: %s.", what,
	    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return ctl_fail(ctl, &why);
}

static int
confirm(struct ctl *ctl, struct handover *h, const char *text)
{
	char code[HANDOVER_CODE_BYTES], shown[HANDOVER_SHOW_BYTES];

	if (handover_parse(text, code) < 0)
		return ctl_usage("\"%s\" is no code: ten letters and digits, "
				 "the last one checks the others",
		    text);
	int rc = handover_confirm(h, code);
	if (rc < 0 && rc != TSK_EXIST)
		return fail(
		    ctl, "unknown-code", handover_show(code, shown), rc);
	json_t *answer = json_pack(
	    "{sb, ss, sb}", "ok", 1, "code", code, "before", rc == TSK_EXIST);
	if (!ctl_json(ctl, answer))
		fprintf(ctl->term.out,
		    ctl->ja ? "%s: 受領を確認しました%s。\n"
			    : "%s: confirmed%s.\n",
		    handover_show(code, shown),
		    rc == 0   ? ""
		    : ctl->ja ? "（確認済み）"
			      : " before");
	json_decref(answer);
	return CTL_OK;
}

static void
add(void *arg, const struct handover_item *item)
{
	char id[ID_TEXT_BYTES], shown[HANDOVER_SHOW_BYTES];

	json_array_append_new(
	    arg, json_pack("{ss, ss, ss, si}", "code",
		     handover_show(item->code, shown), "state", item->state,
		     "id", id_text(&item->id, id), "leg", (int)item->leg));
}

static int
list(struct ctl *ctl, struct handover *h)
{
	static const char *const states[] = {"open", "confirmed", "reported"};
	json_t *items = json_array();
	int rc = 0;

	for (size_t i = 0; i < 3 && rc >= 0; i++)
		rc = handover_each(h, states[i], add, items);
	if (rc < 0) {
		json_decref(items);
		return fail(ctl, "folder", "listing codes", rc);
	}
	json_t *answer = json_pack("{sb, so}", "ok", 1, "codes", items);
	if (!ctl_json(ctl, answer))
		show_list(ctl, items, columns, &none);
	json_decref(answer);
	return CTL_OK;
}

int
handover_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"folder", required_argument, NULL, 'f'},
	    {NULL, 0, NULL, 0},
	};
	const char *folder = NULL;
	struct handover *h;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return CTL_USAGE;
		folder = optarg;
	}
	const char *form = optind < argc ? argv[optind] : "";
	bool confirms = strcmp(form, "confirm") == 0;
	if (folder == NULL || (!confirms && strcmp(form, "list") != 0) ||
	    argc - optind != (confirms ? 2 : 1))
		return ctl_usage("handover confirm CODE --folder DIR, or "
				 "handover list --folder DIR");
	int root = file_dir_open(AT_FDCWD, folder);
	int rc = root < 0 ? root : handover_open(root, false, &h);
	if (rc < 0) {
		rc = fail(ctl, "folder", folder, rc);
	} else {
		rc =
		    confirms ? confirm(ctl, h, argv[optind + 1]) : list(ctl, h);
		handover_close(&h);
	}
	if (root >= 0)
		close(root);
	return rc;
}

/* NAME
 *	route - verb route: which way would it go, and why?
 * DESCRIPTION
 *	The running broker answers from the tables it works with; nothing is
 *	sent.  With --agent it says too whether that agent may send it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "ctl.h"
#include "route_edition.h"
#include "show.h"

static const struct show_column leg_columns[] = {
    {"leg", SHOW_COUNT, "leg", "配送"},
    {"way", SHOW_WAY, "way", "経路"},
    {"queue", SHOW_TEXT, "queue", "待ち行列"},
    {"state", SHOW_SAID, "state", "状態"},
    {"code", SHOW_SAID, "code", "符号"},
    {"due_ms", SHOW_TIME, "goes out at", "送る時刻"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column step_columns[] = {
    {"step", SHOW_SAID, "step", "段階"},
    {"text", SHOW_SAID, "why", "理由"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words no_legs = {
    "It would be refused.", "受け付けられません。"};
static const struct show_words why = {"Why", "理由"};
static const struct show_words nothing = {"No reasons.", "理由はありません。"};

#define USAGE                                                             \
	"route [--explain] FROM TO KIND [--month YYYYMM] [--agent NAME] " \
	"[--bytes N] [--edition E]"

int
route_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"explain", no_argument, NULL, 'e'},
	    {"month", required_argument, NULL, 'm'},
	    {"agent", required_argument, NULL, 'a'},
	    {"bytes", required_argument, NULL, 'b'},
	    {"edition", required_argument, NULL, 'E'},
	    {NULL, 0, NULL, 0},
	};
	const char *month = "", *agent = "", *bytes = "0", *edition = "";
	bool explain = false;
	json_t *answer;
	int option, rc;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'e')
			explain = true;
		else if (option == 'm')
			month = optarg;
		else if (option == 'a')
			agent = optarg;
		else if (option == 'b')
			bytes = optarg;
		else if (option == 'E')
			edition = optarg;
		else
			return CTL_USAGE;
	}
	if (argc - optind != 3 || bytes[0] == '\0' ||
	    strspn(bytes, "0123456789") != strlen(bytes) || strlen(bytes) > 15)
		return ctl_usage(USAGE);
	rc = ctl_ask(ctl,
	    json_pack("{sssssssssssssI}", "command", "route", "from",
		argv[optind], "to", argv[optind + 1], "kind", argv[optind + 2],
		"month", month, "agent", agent, "bytes",
		(json_int_t)strtoll(bytes, NULL, 10)),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	rc = route_edition(ctl, answer, argv[optind + 2], edition);
	if (rc != CTL_OK) {
		json_decref(answer);
		return rc;
	}
	if (*json_string_value(json_object_get(answer, "refusal")) != '\0')
		rc = CTL_TROUBLE;
	if (!ctl_json(ctl, answer)) {
		show_list(ctl, json_object_get(answer, "legs"), leg_columns,
		    &no_legs);
		if (explain || rc != CTL_OK) {
			show_title(ctl, &why);
			show_list(ctl, json_object_get(answer, "steps"),
			    step_columns, &nothing);
		}
	}
	json_decref(answer);
	return rc;
}

/* NAME
 *	paper - verb paper: what paper costs, and whom to connect first
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "show.h"

static const struct show_column partner_columns[] = {
    {"rank", SHOW_COUNT, "rank", "順位"},
    {"office", SHOW_OFFICE, "partner", "連携先"},
    {"name", SHOW_TEXT, "name", "名称"},
    {"parcels", SHOW_COUNT, "parcels", "送信数"},
    {"fax", SHOW_COUNT, "FAX", "FAX"},
    {"pdf", SHOW_COUNT, "printed", "印刷"},
    {"waiting", SHOW_COUNT, "waiting", "未送"},
    {"pages", SHOW_COUNT, "pages", "枚数"},
    {"pages_unknown", SHOW_COUNT, "pages unknown", "枚数不明"},
    {"yen", SHOW_COUNT, "yen", "費用（円）"},
    {"saves_a_year", SHOW_COUNT, "yen a year if connected",
	"接続した場合の節約（円/年）"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column total_columns[] = {
    {"parcels", SHOW_COUNT, "parcels", "送信数"},
    {"pages", SHOW_COUNT, "pages", "枚数"},
    {"yen", SHOW_COUNT, "yen", "費用（円）"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words none = {
    "Nothing went out on paper.", "紙で送ったものはありません。"};
static const struct show_words total = {"Total", "合計"};

#define USAGE "paper report --month YYYYMM"

static int
report(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"month", required_argument, NULL, 'm'},
	    {NULL, 0, NULL, 0},
	};
	const char *month = NULL;
	json_t *answer;
	int option, rc;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'm')
			return CTL_USAGE;
		month = optarg;
	}
	if (month == NULL || optind != argc)
		return ctl_usage(USAGE);
	rc = ctl_ask(ctl,
	    json_pack("{ssss}", "command", "paper.report", "month", month),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		show_list(ctl, json_object_get(answer, "partners"),
		    partner_columns, &none);
		show_title(ctl, &total);
		show_record(
		    ctl, json_object_get(answer, "total"), total_columns);
	}
	json_decref(answer);
	return CTL_OK;
}

int
paper_verb(struct ctl *ctl, int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "report") != 0)
		return ctl_usage(USAGE);
	return report(ctl, argc - 1, argv + 1);
}

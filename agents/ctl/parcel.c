/* NAME
 *	parcel - verbs parcel, parcels, queue: where is it, what happened to it
 * DESCRIPTION
 *	Days on the command line are Japanese days; what is printed is Japanese
 *	time.
 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "err.h"

#include "ctl.h"
#include "show.h"

#define DAY_MS        (24 * INT64_C(3600000))
#define JST_OFFSET_MS (9 * INT64_C(3600000))
#define LIMIT_MAX     1000000

static const struct show_column leg_queue_columns[] = {
    {"id", SHOW_ID, "parcel", "送信単位"},
    {"leg", SHOW_COUNT, "leg", "配送"},
    {"queue", SHOW_TEXT, "queue", "待ち行列"},
    {"state", SHOW_STATE, "state", "状態"},
    {"attempts", SHOW_COUNT, "attempts", "試行"},
    {"due_ms", SHOW_TIME, "next try", "次の試行"},
    {"from", SHOW_OFFICE, "from", "差出"},
    {"to", SHOW_OFFICE, "to", "宛先"},
    {"accepted_ms", SHOW_TIME, "accepted", "受付"},
    {"bytes", SHOW_BYTES, "size", "大きさ"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column find_columns[] = {
    {"id", SHOW_ID, "parcel", "送信単位"},
    {"accepted_ms", SHOW_TIME, "accepted", "受付"},
    {"from", SHOW_OFFICE, "from", "差出"},
    {"to", SHOW_OFFICE, "to", "宛先"},
    {"month", SHOW_TEXT, "month", "年月"},
    {"stamp", SHOW_TEXT, "stamp", "連番"},
    {"states", SHOW_STATES, "state", "状態"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column parcel_columns[] = {
    {"id", SHOW_ID, "parcel", "送信単位"},
    {"from", SHOW_OFFICE, "from", "差出"},
    {"to", SHOW_OFFICE, "to", "宛先"},
    {"month", SHOW_TEXT, "month", "年月"},
    {"stamp", SHOW_TEXT, "stamp", "連番"},
    {"clients", SHOW_COUNT, "clients", "利用者数"},
    {"agent", SHOW_TEXT, "sent by agent", "送信エージェント"},
    {"accepted_ms", SHOW_TIME, "accepted", "受付"},
    {"repeat_of", SHOW_ID, "repeat of", "再送元"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column document_columns[] = {
    {"name", SHOW_TEXT, "document", "書類"},
    {"kind", SHOW_TEXT, "kind", "種別"},
    {"bytes", SHOW_BYTES, "size", "大きさ"},
    {"sha256", SHOW_TEXT, "SHA-256", "SHA-256"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column leg_columns[] = {
    {"leg", SHOW_COUNT, "leg", "配送"},
    {"way", SHOW_WAY, "way", "経路"},
    {"queue", SHOW_TEXT, "queue", "待ち行列"},
    {"state", SHOW_STATE, "state", "状態"},
    {"flags", SHOW_LIST, "that is", "区分"},
    {"attempts", SHOW_COUNT, "attempts", "試行"},
    {"due_ms", SHOW_TIME, "next try", "次の試行"},
    {"state_ms", SHOW_TIME, "since", "いつから"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column step_columns[] = {
    {"at_ms", SHOW_TIME, "time (JST)", "日時"},
    {"leg", SHOW_COUNT, "leg", "配送"},
    {"state", SHOW_STATE, "step", "できごと"},
    {"agent", SHOW_TEXT, "by", "誰が"},
    {"code", SHOW_TEXT, "code", "符号"},
    {"detail", SHOW_SAID, "detail", "内容"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column recall_columns[] = {
    {"leg", SHOW_COUNT, "leg", "配送"},
    {"way", SHOW_WAY, "way", "経路"},
    {"state", SHOW_STATE, "state", "状態"},
    {"asked", SHOW_FLAG, "asked back", "取り戻し依頼中"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words too_late = {
    "A leg was out already: send a deletion file after it.",
    "すでに届いた配送があります。削除のファイルを送ってください。"};
static const struct show_words documents_title = {"Documents", "書類"};
static const struct show_words legs_title = {"Legs", "配送"};
static const struct show_words steps_title = {"Steps", "経過"};
static const struct show_words none = {"None.", "ありません。"};
static const struct show_words no_legs = {
    "Nothing waits.", "待っているものはありません。"};
static const struct show_words no_parcels = {
    "No such parcel.", "該当する送信単位はありません。"};

/* Days since 1970-01-01 of a proleptic Gregorian date. */
static int64_t
day_number(int year, int month, int day)
{
	int64_t days = 0;

	for (int y = 1970; y < year; y++)
		days += clock_days_in_month(y, 2) == 29 ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += clock_days_in_month(year, m);
	return days + day - 1;
}

/* "2026-11-22" (a Japanese day) -> wall ms of its first moment. */
static int
parse_day(const char *text, int64_t *wall_ms)
{
	int year, month, day, end = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
	    text[end] != '\0' || year < 1970 || year > 9999 || month < 1 ||
	    month > 12 || day < 1 || day > clock_days_in_month(year, month))
		return TSK_INVALID;
	*wall_ms = day_number(year, month, day) * DAY_MS - JST_OFFSET_MS;
	return 0;
}

static int
parse_limit(const char *text, json_t *request)
{
	char *end;
	long limit = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || limit < 1 || limit > LIMIT_MAX)
		return ctl_usage("--limit: a number from 1 to %d", LIMIT_MAX);
	json_object_set_new(request, "limit", json_integer(limit));
	return CTL_OK;
}

static int
set_day(json_t *request, const char *key, const char *text, int64_t add_ms)
{
	int64_t wall_ms;

	if (parse_day(text, &wall_ms) != 0)
		return ctl_usage("%s: a day is written 2026-11-22", text);
	json_object_set_new(request, key, json_integer(wall_ms + add_ms));
	return CTL_OK;
}

static int
find_option(json_t *request, int option, const char *value)
{
	switch (option) {
	case 'f':
		json_object_set_new(request, "from", json_string(value));
		return CTL_OK;
	case 't':
		json_object_set_new(request, "to", json_string(value));
		return CTL_OK;
	case 'm':
		json_object_set_new(request, "month", json_string(value));
		return CTL_OK;
	case 's':
		return set_day(request, "since_ms", value, 0);
	case 'u': /* the whole last day */
		return set_day(request, "until_ms", value, DAY_MS - 1);
	case 'o':
		json_object_set_new(request, "open", json_true());
		return CTL_OK;
	case 'l':
		return parse_limit(value, request);
	default:
		return CTL_USAGE; /* getopt has said why */
	}
}

static const struct option find_options[] = {
    {"from", required_argument, NULL, 'f'},
    {"to", required_argument, NULL, 't'},
    {"month", required_argument, NULL, 'm'},
    {"since", required_argument, NULL, 's'},
    {"until", required_argument, NULL, 'u'},
    {"open", no_argument, NULL, 'o'},
    {"limit", required_argument, NULL, 'l'},
    {NULL, 0, NULL, 0},
};

/* The states of a parcel's legs in one cell, for the list. */
static void
add_states(json_t *parcels)
{
	json_t *parcel, *leg;
	size_t i, j;

	json_array_foreach(parcels, i, parcel)
	{
		json_t *states = json_array();

		json_array_foreach(json_object_get(parcel, "legs"), j, leg)
		    json_array_append(states, json_object_get(leg, "state"));
		json_object_set_new(parcel, "states", states);
	}
}

int
parcel_find_verb(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer, *request = json_pack("{ss}", "command", "parcels");
	int option, rc = CTL_OK;

	while (rc == CTL_OK &&
	       (option = getopt_long(argc, argv, "", find_options, NULL)) != -1)
		rc = find_option(request, option, optarg);
	if (rc == CTL_OK && optind < argc)
		rc = ctl_usage("parcels: what is \"%s\"?", argv[optind]);
	if (rc != CTL_OK) {
		json_decref(request);
		return rc;
	}
	rc = ctl_ask(ctl, request, &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		add_states(json_object_get(answer, "parcels"));
		show_list(ctl, json_object_get(answer, "parcels"), find_columns,
		    &no_parcels);
	}
	json_decref(answer);
	return CTL_OK;
}

int
parcel_queue_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"limit", required_argument, NULL, 'l'},
	    {NULL, 0, NULL, 0},
	};
	json_t *answer, *request = json_pack("{ss}", "command", "queue");
	int option, rc = CTL_OK;

	while (rc == CTL_OK &&
	       (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		rc = option == 'l' ? parse_limit(optarg, request) : CTL_USAGE;
	if (rc == CTL_OK && argc - optind > 1)
		rc = ctl_usage("queue takes one queue at most");
	if (rc != CTL_OK) {
		json_decref(request);
		return rc;
	}
	if (optind < argc)
		json_object_set_new(
		    request, "queue", json_string(argv[optind]));
	rc = ctl_ask(ctl, request, &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, json_object_get(answer, "legs"),
		    leg_queue_columns, &no_legs);
	json_decref(answer);
	return CTL_OK;
}

/* What has not gone out comes back; the table says what became of each leg. */
static int
recall(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer;
	bool late;
	int rc;

	if (argc != 2 && argc != 3)
		return ctl_usage("parcel recall ID [REASON]");
	rc = ctl_ask(ctl,
	    json_pack("{ssssss}", "command", "parcel.recall", "id", argv[1],
		"reason", argc == 3 ? argv[2] : ""),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	late = json_integer_value(json_object_get(answer, "too_late")) > 0;
	if (!ctl_json(ctl, answer)) {
		show_list(ctl, json_object_get(answer, "legs"), recall_columns,
		    &none);
		if (late)
			fprintf(
			    ctl->term.out, "%s\n", show_word(ctl, &too_late));
	}
	json_decref(answer);
	return late ? CTL_TROUBLE : CTL_OK;
}

int
parcel_verb(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer, *parcel;
	int rc;

	if (argc > 1 && strcmp(argv[1], "recall") == 0)
		return recall(ctl, argc - 1, argv + 1);
	if (argc != 2)
		return ctl_usage("parcel takes the id of one parcel");
	rc = ctl_ask(ctl,
	    json_pack("{ssss}", "command", "parcel", "id", argv[1]), &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		parcel = json_object_get(answer, "parcel");
		show_record(ctl, parcel, parcel_columns);
		show_title(ctl, &documents_title);
		show_list(ctl, json_object_get(parcel, "documents"),
		    document_columns, &none);
		show_title(ctl, &legs_title);
		show_list(
		    ctl, json_object_get(parcel, "legs"), leg_columns, &none);
		show_title(ctl, &steps_title);
		show_list(
		    ctl, json_object_get(parcel, "steps"), step_columns, &none);
	}
	json_decref(answer);
	return CTL_OK;
}

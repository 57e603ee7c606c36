/* NAME
 *	parked - verb parked: legs that need a person
 * DESCRIPTION
 *	A leg is named ID, "ID LEG" or "ID/LEG"; without a number it is leg 0. A
 *	unique beginning of the id is enough.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "ctl.h"
#include "show.h"

#define REASON_BYTES_MAX 300

static const struct show_column list_columns[] = {
    {"id", SHOW_ID, "parcel", "送信単位"},
    {"leg", SHOW_COUNT, "leg", "配送"},
    {"queue", SHOW_TEXT, "queue", "待ち行列"},
    {"attempts", SHOW_COUNT, "attempts", "試行"},
    {"from", SHOW_OFFICE, "from", "差出"},
    {"to", SHOW_OFFICE, "to", "宛先"},
    {"accepted_ms", SHOW_TIME, "accepted", "受付"},
    {"code", SHOW_TEXT, "code", "符号"},
    {"detail", SHOW_SAID, "why", "理由"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words nothing = {
    "Nothing is parked.", "保留はありません。"};
static const struct show_words requeued = {
    "Queued again.", "もう一度待ち行列に入れました。"};
static const struct show_words closed = {"Closed.", "終了にしました。"};

static int
parse_leg(const char *text, int *leg)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n < 0 || n > 255)
		return ctl_usage("\"%s\" is not the number of a leg", text);
	*leg = (int)n;
	return CTL_OK;
}

/* Replace the beginning of an id by the full one. */
static int
full_id(struct ctl *ctl, json_t *request)
{
	json_t *answer;
	int rc = ctl_ask(ctl,
	    json_pack("{sssO}", "command", "parcel", "id",
		json_object_get(request, "id")),
	    &answer);

	if (rc != CTL_OK)
		return rc;
	json_object_set(request, "id",
	    json_object_get(json_object_get(answer, "parcel"), "id"));
	json_decref(answer);
	return CTL_OK;
}

/* Take "ID/LEG" or "ID [LEG]" from argv into the request; *used says how many
 * words.  The id may be a beginning still: see full_id(). */
static int
take_reference(int argc, char **argv, json_t *request, int *used)
{
	char *id, *slash;
	int leg = 0, rc = CTL_OK;

	*used = 0;
	if (argc < 1)
		return ctl_usage("which leg? name it ID/LEG");
	*used = 1;
	id = mem_text(argv[0]);
	slash = strchr(id, '/');
	if (slash != NULL) {
		*slash = '\0';
		rc = parse_leg(slash + 1, &leg);
	} else if (argc > 1 && *argv[1] != '\0' &&
		   argv[1][strspn(argv[1], "0123456789")] == '\0') {
		*used = 2;
		rc = parse_leg(argv[1], &leg);
	}
	json_object_set_new(request, "id", json_string(id));
	json_object_set_new(request, "leg", json_integer(leg));
	free(id);
	return rc;
}

static int
list(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer;
	int rc;

	(void)argv;
	if (argc > 0)
		return ctl_usage("parked list takes no argument");
	rc = ctl_ask(ctl, json_pack("{ss}", "command", "parked.list"), &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, json_object_get(answer, "parked"), list_columns,
		    &nothing);
	json_decref(answer);
	return CTL_OK;
}

/* The history says why a leg is parked: show all of the parcel. */
static int
show(struct ctl *ctl, int argc, char **argv)
{
	char *words[] = {(char *)"parcel", NULL, NULL};
	json_t *reference = json_object();
	int used, rc = take_reference(argc, argv, reference, &used);

	if (rc == CTL_OK && used < argc)
		rc = ctl_usage("parked show: what is \"%s\"?", argv[used]);
	if (rc == CTL_OK) {
		words[1] = mem_text(
		    json_string_value(json_object_get(reference, "id")));
		rc = parcel_verb(ctl, 2, words);
		free(words[1]);
	}
	json_decref(reference);
	return rc;
}

static int
change(struct ctl *ctl, json_t *request, const struct show_words *done)
{
	json_t *answer;
	int rc = ctl_ask(ctl, request, &answer);

	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		term_text(&ctl->term, show_word(ctl, done), TERM_GOOD);
		fputc('\n', ctl->term.out);
	}
	json_decref(answer);
	return CTL_OK;
}

static int
requeue(struct ctl *ctl, int argc, char **argv)
{
	json_t *request = json_pack("{ss}", "command", "parked.requeue");
	int used = 0, rc = take_reference(argc, argv, request, &used);

	if (rc == CTL_OK && used < argc)
		rc = ctl_usage("parked requeue: what is \"%s\"?", argv[used]);
	if (rc == CTL_OK)
		rc = full_id(ctl, request);
	if (rc == CTL_OK)
		return change(ctl, request, &requeued);
	json_decref(request);
	return rc;
}

static int
close_leg(struct ctl *ctl, int argc, char **argv)
{
	json_t *request = json_pack("{ss}", "command", "parked.close");
	int used = 0, rc = take_reference(argc, argv, request, &used);

	if (rc == CTL_OK && argc != used + 1)
		rc = ctl_usage("parked close needs one reason, in quotes");
	if (rc == CTL_OK &&
	    (*argv[used] == '\0' || strlen(argv[used]) > REASON_BYTES_MAX))
		rc =
		    ctl_usage("the reason has 1 to %d bytes", REASON_BYTES_MAX);
	if (rc == CTL_OK) {
		json_object_set_new(request, "reason", json_string(argv[used]));
		return change(ctl, request, &closed);
	}
	json_decref(request);
	return rc;
}

int
parked_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct ctl *ctl, int argc, char **argv);
	} rows[] = {
	    {"list", list},
	    {"show", show},
	    {"requeue", requeue},
	    {"close", close_leg},
	};
	const char *name = argc > 1 ? argv[1] : "list";

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].run(ctl, argc > 1 ? argc - 2 : 0,
			    argc > 1 ? argv + 2 : argv);
	return ctl_usage(
	    "parked list, show, requeue or close, not \"%s\"", name);
}

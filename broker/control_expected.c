/* NAME
 *	control_expected - commands about the results that are owed
 * DESCRIPTION
 *	Answered in the control thread, from the store alone: the ledger from the
 *	headers (expected.h), names and deadlines from a registry of its own, so
 *	that mail never waits for a report.
 *
 *	A result that came by another way (FAX, post) is ticked off by a person:
 *	a record "expected" of the store, under "MONTH/OFFICE/PARTNER".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "settings.h"

#include "control.h"
#include "expected.h"
#include "fax.h"
#include "writer.h"

#define KIND    "expected"
#define WHY_MAX 128

/* Whatever the answer needs beside the ledger. */
struct asking {
	const struct control_view *view;
	const char *month, *office;
	bool late_only, all;
	int64_t now_ms;
	struct registry *registry;
	json_t *ticked; /* key -> record, of this month */
	json_t *rows;
	size_t owed, late, partly, arrived, settled;
};

/* ---- what a person ticked off ---- */

static int
add_ticked(const char *key, const void *value, size_t bytes, void *arg)
{
	struct asking *a = arg;

	if (strncmp(key, a->month, 6) == 0 && key[6] == '/')
		json_object_set_new(
		    a->ticked, key, json_loadb(value, bytes, 0, NULL));
	return 0;
}

/* ---- one row ---- */

static const struct desk *
desk_of(const struct asking *a, const char *number, const char *type)
{
	return registry_match(
	    a->registry, number, type, deadline_day(a->now_ms), NULL);
}

static int64_t
deadline_of(const struct asking *a, const struct desk *partner)
{
	const struct policies *p = registry_policies_of(a->registry);
	const struct policy *policy =
	    partner != NULL ? &partner->policy : policy_find(p, "default");

	return policy_deadline(policy, &p->holidays, POLICY_RESULT, a->month);
}

static const char *
state_of(const struct asking *a, const struct expected_row *row,
    const json_t *ticked, int64_t due_ms)
{
	if (expected_arrived(row))
		return "arrived";
	if (ticked != NULL)
		return "settled";
	if (due_ms > 0 && a->now_ms >= due_ms)
		return "late";
	return expected_partly(row) ? "partly" : "owed";
}

static void
count(struct asking *a, const char *state)
{
	switch (state[0]) {
	case 'a':
		a->arrived++;
		break;
	case 's':
		a->settled++;
		break;
	case 'l':
		a->late++;
		break;
	case 'p':
		a->partly++;
		break;
	default:
		a->owed++;
		break;
	}
}

static bool
wanted(const struct asking *a, const struct expected_row *row)
{
	size_t n = strcspn(a->office, "/");
	const char *type = a->office[n] == '/' ? a->office + n + 1 : "";

	if (n == 0)
		return true;
	return (strncmp(row->office, a->office, n) == 0 &&
		   row->office[n] == '\0' &&
		   (type[0] == '\0' || strcmp(row->office_type, type) == 0)) ||
	       (strncmp(row->partner, a->office, n) == 0 &&
		   row->partner[n] == '\0' &&
		   (type[0] == '\0' || strcmp(row->partner_type, type) == 0));
}

static json_t *
row_json(const struct asking *a, const struct expected_row *row,
    const char *state, const json_t *ticked, int64_t due_ms)
{
	const struct desk *office = desk_of(a, row->office, row->office_type);
	const struct desk *partner =
	    desk_of(a, row->partner, row->partner_type);

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,"
			 "s:I,s:I,s:b,s:b,s:s,s:s}",
	    "state", state, "office", row->office, "office_type",
	    row->office_type, "office_name", office ? office->name : "",
	    "partner", row->partner, "partner_type", row->partner_type,
	    "partner_name", partner ? partner->name : "", "way",
	    leg_way_name(row->way), "plans", (json_int_t)row->plans, "clients",
	    (json_int_t)row->plan_clients, "results", (json_int_t)row->results,
	    "result_clients", (json_int_t)row->result_clients, "planned_ms",
	    (json_int_t)row->planned_ms, "arrived_ms",
	    (json_int_t)row->first_ms, "due_ms", (json_int_t)due_ms,
	    "arrived_late", due_ms > 0 && row->first_ms >= due_ms,
	    "maybe_deleted", (int)row->maybe_deleted, "by",
	    control_text(ticked, "by"), "reason",
	    control_text(ticked, "reason"));
}

static void
add_row(struct asking *a, const struct expected_row *row)
{
	char key[STORE_KEY_BYTES_MAX];
	const json_t *ticked = json_object_get(
	    a->ticked, expected_key(a->month, row->office, row->office_type,
			   row->partner, row->partner_type, key));
	int64_t due_ms =
	    deadline_of(a, desk_of(a, row->partner, row->partner_type));
	const char *state = state_of(a, row, ticked, due_ms);
	bool closed = state[0] == 'a' || state[0] == 's';

	if (!wanted(a, row))
		return;
	count(a, state);
	if ((closed && !a->all) || (a->late_only && state[0] != 'l'))
		return;
	json_array_append_new(a->rows, row_json(a, row, state, ticked, due_ms));
}

/* ---- the whole answer ---- */

static int
load(struct asking *a, struct why *why)
{
	const struct settings *s = a->view->settings;
	int rc;

	a->registry = registry_new();
	rc = policies_read(registry_policies(a->registry), s->policy.file,
	    s->policy.holidays, why);
	if (rc == 0)
		rc = registry_load(a->registry, a->view->store, why);
	if (rc == 0 && (rc = store_registry_walk(
			    a->view->store, KIND, add_ticked, a)) != 0)
		why_set(why, WHY_NEVER, "expected",
		    "What was ticked off cannot be read: %s.", err_text(rc));
	return rc;
}

static json_t *
total_json(const struct asking *a)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I}", "owed", (json_int_t)a->owed,
	    "late", (json_int_t)a->late, "partly", (json_int_t)a->partly,
	    "arrived", (json_int_t)a->arrived, "settled",
	    (json_int_t)a->settled);
}

json_t *
control_expected(const struct control_view *view, const json_t *in)
{
	struct asking a = {.view = view,
	    .month = control_text(in, "month"),
	    .office = control_text(in, "office"),
	    .late_only = json_is_true(json_object_get(in, "late")),
	    .all = json_is_true(json_object_get(in, "all")),
	    .now_ms = clock_wall_ms()};
	struct expected e;
	struct why why = {0};
	json_t *out;
	size_t i;
	int rc;

	if (!expected_month(a.month))
		return control_error("malformed", "Write a month as 202612.");
	a.ticked = json_object();
	a.rows = json_array();
	if (load(&a, &why) != 0) {
		out = control_error("failed", "%s", why.text);
	} else {
		rc = expected_gather(view->store, a.month, &e);
		for (i = 0; i < e.count; i++)
			add_row(&a, &e.rows[i]);
		expected_fini(&e);
		out = json_pack("{s:b,s:s,s:O,s:o,s:b}", "ok", 1, "month",
		    a.month, "rows", a.rows, "total", total_json(&a), "damaged",
		    rc != 0);
	}
	registry_free(&a.registry);
	json_decref(a.ticked);
	json_decref(a.rows);
	return out;
}

/* ---- ticked off by a person ---- */

struct tick {
	struct work work;
	struct request *request;
	char key[STORE_KEY_BYTES_MAX];
	char note[64];
	char *value;
};

static void
tick_done(struct broker *b, struct work *work)
{
	struct tick *t = (struct tick *)(void *)work;
	int rc = work->op.rc;

	(void)b;
	control_answer(t->request,
	    rc == 0 ? json_pack("{s:b,s:s}", "ok", 1, "key", t->key)
	    : rc == TSK_NOTFOUND
		? control_error("unknown", "That was not ticked off.")
		: control_error(
		      "failed", "It could not be kept: %s.", err_text(rc)));
	free(t->value);
	free(t);
}

/* "NUMBER[/TYPE]" */
static bool
number_type(const char *text, char number[NUMBER_OFFICE_BYTES],
    char type[NUMBER_TYPE_BYTES])
{
	size_t n = strcspn(text, "/");

	if (n != NUMBER_OFFICE_CHARS || !number_office_form(text, n) ||
	    (text[n] != '\0' && !number_type_form(text + n + 1)))
		return false;
	memcpy(number, text, n);
	number[n] = '\0';
	snprintf(
	    type, NUMBER_TYPE_BYTES, "%s", text[n] == '\0' ? "" : text + n + 1);
	return true;
}

static char *
tick_value(const struct broker *b, const json_t *in, const char *by)
{
	json_t *o = json_pack("{s:s,s:s,s:I}", "by", by, "reason",
	    control_text(in, "reason"), "at_ms", (json_int_t)b->wall_ms);
	char *text = o ? json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	if (text == NULL)
		panic("expected: no memory for a record");
	json_decref(o);
	return text;
}

void
control_expected_settle(struct broker *b, struct request *rq)
{
	const char *month = control_text(rq->in, "month");
	bool undo = json_is_true(json_object_get(rq->in, "undo"));
	char by[FAX_BY_BYTES];
	char office[NUMBER_OFFICE_BYTES], office_type[NUMBER_TYPE_BYTES];
	char partner[NUMBER_OFFICE_BYTES], partner_type[NUMBER_TYPE_BYTES];
	struct tick *t;

	if (!expected_month(month) ||
	    !number_type(control_text(rq->in, "office"), office, office_type) ||
	    !number_type(
		control_text(rq->in, "partner"), partner, partner_type) ||
	    fax_by(control_text(rq->in, "by"), by) != 0 ||
	    strlen(control_text(rq->in, "reason")) > WHY_MAX) {
		control_answer(rq, control_error("malformed",
				       "Say month, office, partner and who you "
				       "are; a reason has up to %d bytes.",
				       WHY_MAX));
		return;
	}
	t = mem_new(sizeof(*t));
	t->request = rq;
	expected_key(month, office, office_type, partner, partner_type, t->key);
	snprintf(t->note, sizeof(t->note), "%s by=%.40s",
	    undo ? "undone" : "settled", by);
	if (!undo)
		t->value = tick_value(b, rq->in, by);
	writer_registry(
	    &t->work, "operator", b->wall_ms, KIND, t->key, t->value, t->note);
	t->work.done = tick_done;
	t->work.bytes = sizeof(*t);
	writer_put(b->writer, &t->work);
}

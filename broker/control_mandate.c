/* NAME
 *	control_mandate - commands about mandates (委任)
 * DESCRIPTION
 *	They run in the net thread.  A change is kept first; then memory and the
 *	sessions concerned follow, then the operator hears.  Several new ones are
 *	kept all or none.
 *
 *	A mandate is given by a person of the office (or its corporation), never
 *	by an agent: the name of an agent is refused as "by".
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "deadline.h"
#include "log.h"

#include "control.h"
#include "mandate.h"
#include "revoked.h"
#include "session.h"
#include "writer.h"

#define DAY_MS     (24LL * 60 * 60 * 1000)
#define ROWS_MAX   10000
#define DAYS_MAX   3660
#define DAYS_USUAL 30

/* ---- changes: one job, one or many records ---- */

struct job {
	struct request *request;
	struct mandate *mandates;
	size_t count, open;
	bool revoking;
	int rc; /* first failure */
};

struct record {
	struct work work;
	struct job *job;
	char key[MANDATE_ID_BYTES];
	char note[STORE_AGENT_BYTES + FAX_BY_BYTES + 64];
	char *value;
};

static json_t *
shown(const struct broker *b, const struct mandate *m)
{
	json_t *o = mandate_json(m);
	enum mandate_state state = mandate_state(m, b->wall_ms);
	int64_t left = (m->end_ms - b->wall_ms + DAY_MS - 1) / DAY_MS;

	json_object_set_new(o, "state", json_string(mandate_state_name(state)));
	if (state == MANDATE_VALID || state == MANDATE_FUTURE)
		json_object_set_new(
		    o, "days_left", json_integer((json_int_t)left));
	return o;
}

static json_t *
kept(struct broker *b, struct job *job)
{
	json_t *list = json_array(), *out;
	char id[MANDATE_ID_BYTES];
	const struct mandate *m;
	size_t i;

	for (i = 0; i < job->count; i++) {
		memcpy(id, job->mandates[i].id, sizeof(id));
		mandates_put(b->mandates, &job->mandates[i], b->wall_ms);
		m = mandates_find(b->mandates, id);
		log_info("mandate: id=%s agent=%s office=%s%s%s result=%s", id,
		    m->agent, m->office, m->type[0] ? "/" : "", m->type,
		    job->revoking ? "revoked" : "given");
		session_mandate_changed(b, m);
		if (job->revoking) {
			CRASH_POINT("mandate-revoked");
			revoked_ask(b, m);
		}
		json_array_append_new(list, shown(b, m));
	}
	out = json_pack("{s:b,s:O,s:i}", "ok", 1, "mandate",
	    json_array_get(list, 0), "count", (int)job->count);
	json_object_set_new(out, "mandates", list);
	return out;
}

static void
job_free(struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		mandate_fini(&job->mandates[i]);
	free(job->mandates);
	free(job);
}

static void
record_done(struct broker *b, struct work *work)
{
	struct record *r = (struct record *)(void *)work;
	struct job *job = r->job;

	CRASH_POINT("mandate-after-commit");
	if (work->op.rc != 0 && job->rc == 0)
		job->rc = work->op.rc;
	free(r->value);
	free(r);
	if (--job->open > 0)
		return;
	control_answer(job->request,
	    job->rc == 0
		? kept(b, job)
		: control_error(job->rc == TSK_FULL ? "disk-full" : "failed",
		      "Nothing was kept: %s.", err_text(job->rc)));
	CRASH_POINT("mandate-answered");
	job_free(job);
}

static void
put_record(struct broker *b, struct job *job, const struct mandate *m)
{
	struct record *r = mem_new(sizeof(*r));
	json_t *o = mandate_json(m);

	r->job = job;
	memcpy(r->key, m->id, sizeof(r->key));
	snprintf(r->note, sizeof(r->note), "%s agent=%s office=%s by=%s",
	    job->revoking ? "revoked" : "given", m->agent, m->office,
	    job->revoking ? m->revoked_by : m->by);
	r->value = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(o);
	if (r->value == NULL)
		panic("mandate: no memory for a record");
	r->work.done = record_done;
	r->work.bytes = sizeof(*r) + strlen(r->value);
	writer_registry(&r->work, "operator", b->wall_ms, "mandate", r->key,
	    r->value, r->note);
	job->open++;
	r->work.joined = job->open < job->count; /* all or none */
	CRASH_POINT("mandate-before-commit");
	writer_put(b->writer, &r->work);
}

static void
put_all(struct broker *b, struct job *job)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		put_record(b, job, &job->mandates[i]);
}

/* ---- giving ---- */

static int
check_given(const struct broker *b, const struct mandate *m, struct why *why)
{
	const struct agent *agent = registry_agent(b->registry, m->agent);

	if (agent == NULL || agent->revoked || agent->role != ROLE_OFFICE)
		why_set(why, WHY_NEVER, "agent",
		    "%s is no office agent of this broker.", m->agent);
	else if (m->party[0] == '\0')
		why_set(why, WHY_NEVER, "party",
		    "Say the name of the party that acts.");
	else if (!mandate_can_give(b->registry, m->office, m->type))
		why_set(why, WHY_NEVER, "office",
		    "Office %s%s%s is not one of ours: only an office of ours "
		    "can give a mandate.",
		    m->office, m->type[0] ? "/" : "", m->type);
	else if (registry_agent(b->registry, m->by) != NULL)
		why_set(why, WHY_NEVER, "by",
		    "%s is an agent: a mandate is given by a person of the "
		    "office, and not given on.",
		    m->by);
	else if (b->wall_ms >= m->end_ms)
		why_set(
		    why, WHY_NEVER, "until", "The last day lies in the past.");
	else
		return 0;
	return TSK_INVALID;
}

/* A row as asked for; what the broker fills in itself is filled in. */
static int
take_row(
    struct broker *b, const json_t *row, struct mandate *out, struct why *why)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)row);
	char today[16];
	int day = deadline_day(b->wall_ms), rc;

	snprintf(today, sizeof(today), "%08d", day);
	json_object_set_new(copy, "id", json_string("m1"));
	json_object_set_new(
	    copy, "given_ms", json_integer((json_int_t)b->wall_ms));
	json_object_del(copy, "revoked_ms");
	json_object_del(copy, "revoked_by");
	json_object_del(copy, "revoked_reason");
	if (control_text(copy, "from")[0] == '\0')
		json_object_set_new(copy, "from", json_string(today));
	rc = mandate_parse(copy, out, why);
	json_decref(copy);
	if (rc == 0 && (rc = check_given(b, out, why)) != 0)
		mandate_fini(out);
	return rc;
}

static json_t *
take_rows(struct broker *b, const json_t *rows, struct job *job)
{
	json_t *errors = json_array();
	struct why why;
	size_t i, n = json_array_size(rows);

	job->mandates = mem_new((n + 1) * sizeof(*job->mandates));
	for (i = 0; i < n; i++) {
		memset(&why, 0, sizeof(why));
		if (take_row(b, json_array_get(rows, i),
			&job->mandates[job->count], &why) == 0)
			job->count++;
		else
			json_array_append_new(errors,
			    json_pack("{s:I,s:s,s:s}", "row", (json_int_t)i + 1,
				"column", "", "error", why.text));
	}
	return errors;
}

static json_t *
refused(json_t *errors)
{
	json_t *out;

	if (json_array_size(errors) == 1)
		out = control_error("invalid", "%s",
		    control_text(json_array_get(errors, 0), "error"));
	else
		out = control_error("invalid",
		    "%zu faults: no mandate was given.",
		    json_array_size(errors));
	json_object_set(out, "errors", errors);
	return out;
}

void
control_mandate_add(struct broker *b, struct request *rq)
{
	const json_t *rows = json_object_get(rq->in, "rows");
	struct job *job;
	json_t *errors;
	size_t i, n = json_array_size(rows);

	if (n == 0 || n > ROWS_MAX) {
		control_answer(
		    rq, control_error("malformed",
			    "Between 1 and %d mandates at once.", ROWS_MAX));
		return;
	}
	job = mem_new(sizeof(*job));
	job->request = rq;
	errors = take_rows(b, rows, job);
	if (json_array_size(errors) > 0 ||
	    json_is_true(json_object_get(rq->in, "dry_run"))) {
		control_answer(
		    rq, json_array_size(errors) > 0
			    ? refused(errors)
			    : json_pack("{s:b,s:i,s:b}", "ok", 1, "count",
				  (int)job->count, "dry_run", 1));
		job_free(job);
	} else {
		for (i = 0; i < job->count; i++)
			job->mandates[i].number = (unsigned)strtoul(
			    mandates_next_id(b->mandates, job->mandates[i].id) +
				1,
			    NULL, 10);
		put_all(b, job);
	}
	json_decref(errors);
}

/* ---- ending ---- */

static const struct mandate *
asked_for(struct broker *b, struct request *rq)
{
	const char *id = control_text(rq->in, "id");
	const struct mandate *m = mandates_find(b->mandates, id);

	if (m == NULL)
		control_answer(rq,
		    control_error("unknown", "There is no mandate %.20s.", id));
	return m;
}

void
control_mandate_revoke(struct broker *b, struct request *rq)
{
	const struct mandate *m = asked_for(b, rq);
	struct why why = {0};
	struct job *job;
	json_t *o;

	if (m == NULL)
		return;
	if (m->revoked_ms != 0) {
		control_answer(rq, json_pack("{s:b,s:o,s:b}", "ok", 1,
				       "mandate", shown(b, m), "unchanged", 1));
		return;
	}
	if (control_text(rq->in, "by")[0] == '\0' ||
	    control_text(rq->in, "reason")[0] == '\0') {
		control_answer(rq,
		    control_error("malformed",
			"Say who revokes it and why: --by NAME --reason TEXT."));
		return;
	}
	o = mandate_json(m);
	json_object_set(o, "revoked_by", json_object_get(rq->in, "by"));
	json_object_set(o, "revoked_reason", json_object_get(rq->in, "reason"));
	json_object_set_new(
	    o, "revoked_ms", json_integer((json_int_t)b->wall_ms));
	job = mem_new(sizeof(*job));
	job->request = rq;
	job->revoking = true;
	job->mandates = mem_new(sizeof(*job->mandates));
	if (mandate_parse(o, job->mandates, &why) != 0) {
		control_answer(rq, control_error("malformed", "%s", why.text));
		free(job->mandates);
		free(job);
	} else {
		job->count = 1;
		put_all(b, job);
	}
	json_decref(o);
}

/* ---- looking ---- */

void
control_mandate_show(struct broker *b, struct request *rq)
{
	const struct mandate *m = asked_for(b, rq);

	if (m != NULL)
		control_answer(rq,
		    json_pack("{s:b,s:o}", "ok", 1, "mandate", shown(b, m)));
}

static bool
wanted(
    const struct broker *b, const struct request *rq, const struct mandate *m)
{
	const char *agent = control_text(rq->in, "agent");
	const char *office = control_text(rq->in, "office");
	bool all = json_is_true(json_object_get(rq->in, "all"));
	enum mandate_state state = mandate_state(m, b->wall_ms);

	return (agent[0] == '\0' || strcmp(agent, m->agent) == 0) &&
	       (office[0] == '\0' ||
		   strncmp(office, m->office, NUMBER_OFFICE_CHARS) == 0) &&
	       (all || state == MANDATE_VALID || state == MANDATE_FUTURE);
}

void
control_mandate_list(struct broker *b, struct request *rq)
{
	struct mandate *const *list;
	json_t *out = json_array();
	size_t i, n;

	list = mandates_list(b->mandates, &n);
	for (i = 0; i < n; i++) {
		if (wanted(b, rq, list[i]))
			json_array_append_new(out, shown(b, list[i]));
	}
	control_answer(rq, json_pack("{s:b,s:o}", "ok", 1, "mandates", out));
}

static int
sooner(const void *a, const void *b)
{
	const struct mandate *x = *(const struct mandate *const *)a;
	const struct mandate *y = *(const struct mandate *const *)b;

	if (x->end_ms != y->end_ms)
		return x->end_ms < y->end_ms ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Others for the same agent and office take its place, together maybe. */
static bool
renewed(const struct broker *b, const struct mandate *m)
{
	struct mandate *const *list;
	unsigned rights = 0;
	size_t i, n;

	list = mandates_list(b->mandates, &n);
	for (i = 0; i < n; i++) {
		if (list[i] != m && list[i]->revoked_ms == 0 &&
		    list[i]->end_ms > m->end_ms &&
		    list[i]->begin_ms <= m->end_ms &&
		    strcmp(list[i]->agent, m->agent) == 0 &&
		    strcmp(list[i]->office, m->office) == 0 &&
		    strcmp(list[i]->type, m->type) == 0)
			rights |= list[i]->rights;
	}
	return (rights & m->rights) == m->rights;
}

void
control_mandate_expiring(struct broker *b, struct request *rq)
{
	int64_t days = control_number(rq->in, "days", DAYS_USUAL);
	struct mandate *const *list;
	const struct mandate **soon;
	json_t *out = json_array(), *o;
	size_t i, n, count = 0;

	if (days < 0 || days > DAYS_MAX)
		days = DAYS_USUAL;
	list = mandates_list(b->mandates, &n);
	soon = mem_new((n + 1) * sizeof(*soon));
	for (i = 0; i < n; i++) {
		if (mandate_state(list[i], b->wall_ms) == MANDATE_VALID &&
		    list[i]->end_ms <= b->wall_ms + days * DAY_MS)
			soon[count++] = list[i];
	}
	if (count > 0)
		qsort(soon, count, sizeof(*soon), sooner);
	for (i = 0; i < count; i++) {
		o = shown(b, soon[i]);
		json_object_set_new(
		    o, "renewed", json_boolean(renewed(b, soon[i])));
		json_array_append_new(out, o);
	}
	free(soon);
	control_answer(rq, json_pack("{s:b,s:I,s:o}", "ok", 1, "days",
			       (json_int_t)days, "mandates", out));
}

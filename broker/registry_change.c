/* NAME
 *	registry_change - a planned import, as one transaction
 * DESCRIPTION
 *	All records are put in one turn and joined; the last one to come back
 *	ends the job.  Legs that turn from paper to data ride along.
 *
 *	The record of an import holds, for each row, the columns that changed
 *	with their old and new texts: names and numbers of offices, which stay
 *	in the store.  Logs and audit get counts.
 * DIAGNOSTICS
 *	info: one line an import.  On a full disk nothing is changed and the
 *	operator told.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "legs.h"
#include "registry_change.h"
#include "registry_row.h"
#include "session.h"
#include "turn.h"
#include "writer.h"

#define PART_BYTES   ((size_t)512 * 1024) /* of a record, about */
#define CHANGE_BYTES ((size_t)128)
#define ROW_TEXT_MAX REGISTRY_ROW_BYTES_MAX
#define ROW_BYTES    1400
#define ROWS_MAX     120000
#define BATCH_MAX    ((size_t)240 * 1024 * 1024)

struct job {
	struct registry_order order;
	json_t **fax; /* FAX records of the plan's desks, or NULL */
	char id[24], drop[24], note[256];
	int64_t stamp;
	size_t open; /* works not back yet */
	int rc;      /* first failure */
	struct record *last;
};

struct record {
	struct work work;
	struct job *job;
	char key[40];
	char *value; /* NULL: deleted */
};

/* ---- afterwards ---- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Everybody whose desks come or go says hello again and so learns it. */
static void
tell_agents(struct broker *b, char (*names)[STORE_AGENT_BYTES], size_t n)
{
	struct agent *agent;

	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++) {
		if (names[i][0] == '\0' ||
		    (i > 0 && strcmp(names[i], names[i - 1]) == 0))
			continue;
		agent = registry_agent(b->registry, names[i]);
		if (agent != NULL && agent->live != NULL)
			session_rights_changed(b, agent);
	}
}

/* All rows first: looking something up between them would sort each time. */
static void
put_all(struct broker *b, struct job *job)
{
	struct registry_plan *plan = &job->order.plan;
	char(*keys)[REGISTRY_KEY_BYTES] =
	    mem_new((plan->count + 1) * sizeof(*keys));
	size_t i;

	for (i = 0; i < plan->count; i++) {
		memcpy(keys[i], plan->desks[i].key, sizeof(*keys));
		registry_put_desk(b->registry, &plan->desks[i]);
		if (job->fax[i] != NULL)
			registry_put_fax(b->registry, keys[i], job->fax[i]);
	}
	for (i = 0; i < plan->count; i++) {
		if (job->fax[i] != NULL && plan->change[i] != REGISTRY_ADDED)
			legs_fax_changed(b, registry_key(b->registry, keys[i]));
	}
	free(keys);
}

static void
rows_changed(struct broker *b, struct job *job)
{
	struct registry_plan *plan = &job->order.plan;
	const struct desk *old;
	char(*touched)[STORE_AGENT_BYTES];
	size_t i, n = 0;

	touched = mem_new((2 * plan->count + 1) * sizeof(*touched));
	for (i = 0; i < plan->count; i++) {
		old = registry_key(b->registry, plan->desks[i].key);
		if (old != NULL)
			memcpy(
			    touched[n++], old->folder_agent, STORE_AGENT_BYTES);
		memcpy(touched[n++], plan->desks[i].folder_agent,
		    STORE_AGENT_BYTES);
	}
	put_all(b, job);
	plan->count = 0; /* the registry has them now */
	tell_agents(b, touched, n);
	free(touched);
}

void
registry_alarm(struct broker *b)
{
	size_t n = registry_waiting_count(b->registry);

	if (n == 0)
		stats_calm(&b->stats, "registry-quarantine");
	else
		stats_alarm(&b->stats, b->wall_ms, "registry-quarantine",
		    "%zu import(s) of the registry wait for a person: "
		    "tasukictl registry quarantine list",
		    n);
}

static json_t *
succeed(struct broker *b, struct job *job)
{
	struct registry_order *o = &job->order;
	json_t *out = registry_change_answer(&o->plan, false);

	log_info("registry: added=%zu changed=%zu ended=%zu unchanged=%zu "
		 "quarantine=%s dropped=%s result=%s",
	    o->plan.added, o->plan.changed, o->plan.ended, o->plan.unchanged,
	    job->id, job->drop,
	    o->reason != NULL       ? "quarantined"
	    : o->plan.desks == NULL ? "kept"
				    : "imported");
	if (job->id[0] != '\0') {
		json_object_set_new(out, "quarantine", json_string(job->id));
		registry_wait(b->registry, job->id, o->quarantine);
	}
	if (o->reason != NULL)
		json_object_set_new(out, "reason", json_string(o->reason));
	if (job->drop[0] != '\0')
		registry_wait(b->registry, job->drop, NULL);
	if (o->plan.count > 0)
		rows_changed(b, job);
	registry_alarm(b);
	return out;
}

static void
job_done(struct broker *b, struct job *job)
{
	size_t i, planned = job->order.plan.count;
	struct request *rq = job->order.request;
	json_t *out;

	CRASH_POINT("registry-after-commit");
	if (job->rc != 0)
		out =
		    control_error(job->rc == TSK_FULL ? "disk-full" : "failed",
			"The change could not be kept: %s.", err_text(job->rc));
	else
		out = succeed(b, job);
	for (i = 0; i < planned; i++)
		json_decref(job->fax[i]);
	free(job->fax);
	registry_plan_fini(&job->order.plan); /* the answer is another
						 thread's */
	json_decref(job->order.quarantine);
	json_decref(job->order.about);
	free(job);
	control_answer(rq, out);
}

static void
record_done(struct broker *b, struct work *work)
{
	struct record *r = (struct record *)(void *)work;
	struct job *job = r->job;

	if (work->op.rc != 0 && job->rc == 0)
		job->rc = work->op.rc;
	free(r->value);
	free(r);
	if (--job->open == 0)
		job_done(b, job);
}

/* ---- the records ---- */

/* kind and note stay valid until the job is done. */
static void
put_record(struct broker *b, struct job *job, const char *kind, const char *key,
    char *value, const char *note)
{
	struct record *r = mem_new(sizeof(*r));

	r->job = job;
	r->value = value;
	snprintf(r->key, sizeof(r->key), "%s", key);
	r->work.done = record_done;
	r->work.bytes = sizeof(*r) + (value != NULL ? strlen(value) : 0);
	writer_registry(&r->work,
	    job->order.as[0] != '\0' ? job->order.as : "operator", b->wall_ms,
	    kind, r->key, value, note);
	if (job->order.under[0] != '\0')
		r->work.op.under = job->order.under;
	r->work.joined = true; /* half a list is worse than none */
	job->open++;
	job->last = r;
	writer_put(b->writer, &r->work);
}

static char *
dumped(const json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);

	if (text == NULL)
		panic("registry: no memory for a record");
	return text;
}

/* A row, and what it means for its FAX number. */
static void
put_desk(struct broker *b, struct job *job, size_t i)
{
	const struct desk *d = &job->order.plan.desks[i];
	const struct desk *old = registry_key(b->registry, d->key);
	json_t *record;

	put_record(b, job, "office", d->key, mem_text(d->json), NULL);
	record = fax_entered(old != NULL ? old->fax_record : NULL,
	    d->fax.number, job->order.by, b->wall_ms);
	if (record == NULL)
		return;
	job->fax[i] = record;
	put_record(b, job, "fax", d->key, dumped(record), NULL);
}

/* What one row's change was: see control_history.c, which reads it. */
static json_t *
change_json(const struct broker *b, const struct registry_plan *plan, size_t i)
{
	static const char *const names[] = {[REGISTRY_ADDED] = "added",
	    [REGISTRY_CHANGED] = "changed",
	    [REGISTRY_ENDED] = "ended"};
	const struct desk *d = &plan->desks[i];
	const struct desk *old = registry_key(b->registry, d->key);
	int today = deadline_day(b->wall_ms), from;
	json_t *o = json_pack("{s:s}", "change", names[plan->change[i]]);

	if (old == NULL)
		return o;
	json_object_set_new(o, "fields", registry_fields(old->json, d->json));
	from = registry_reached(d, today);
	if (from >= 0 && registry_reached(old, today) < 0)
		json_object_set_new(
		    o, "joined", json_integer(from > today ? from : today));
	return o;
}

/* One part of the record of an import: rows [from, to). */
static void
put_part(struct broker *b, struct job *job, size_t from, size_t to, int part)
{
	const struct registry_plan *plan = &job->order.plan;
	json_t *out = json_copy(job->order.about), *rows = json_object();
	char key[40];

	for (size_t i = from; i < to; i++)
		json_object_set_new(
		    rows, plan->desks[i].key, change_json(b, plan, i));
	json_object_set_new(out, "rows", rows);
	json_object_set_new(out, "part", json_integer(part));
	if (part == 0)
		snprintf(key, sizeof(key), "%013lld", (long long)job->stamp);
	else
		snprintf(key, sizeof(key), "%013lld.%04d",
		    (long long)job->stamp, part);
	put_record(b, job, REGISTRY_KIND_IMPORT, key, dumped(out), job->note);
	json_decref(out);
}

/* At most what its change takes up as text. */
static size_t
change_bytes(const struct broker *b, const struct registry_plan *plan, size_t i)
{
	const struct desk *old = registry_key(b->registry, plan->desks[i].key);

	return CHANGE_BYTES +
	       (old == NULL
		       ? 0
		       : 2 * (strlen(old->json) + strlen(plan->desks[i].json)));
}

static void
put_history(struct broker *b, struct job *job)
{
	const struct registry_plan *plan = &job->order.plan;
	json_t *about = job->order.about;
	size_t bytes = 0, from = 0, i;
	int part = 0;

	json_object_update_new(about,
	    json_pack("{s:I,s:s,s:I,s:I,s:I}", "at_ms", (json_int_t)b->wall_ms,
		"by", job->order.by, "added", (json_int_t)plan->added,
		"changed", (json_int_t)plan->changed, "ended",
		(json_int_t)plan->ended));
	for (i = 0; i < plan->count; i++) {
		size_t n = change_bytes(b, plan, i);

		if (bytes + n > PART_BYTES && i > from) {
			put_part(b, job, from, i, part++);
			from = i;
			bytes = 0;
		}
		bytes += n;
	}
	put_part(b, job, from, i, part);
}

/* The rows of a list that waits, in parts; how many. */
static int
put_lines(struct broker *b, struct job *job, const json_t *rows)
{
	struct buf text;
	json_t *row;
	size_t i, n = json_array_size(rows);
	int parts = 0;

	buf_init(&text, 2 * PART_BYTES + ROW_TEXT_MAX);
	json_array_foreach((json_t *)(uintptr_t)rows, i, row)
	{
		char *line = json_dumps(row, JSON_COMPACT | JSON_ENCODE_ANY);

		buf_text(&text, text.len == 0 ? "[" : ",");
		buf_text(&text, line != NULL ? line : "null");
		free(line);
		if (text.len >= PART_BYTES || i + 1 == n) {
			char key[40];

			buf_text(&text, "]");
			snprintf(key, sizeof(key), "%s.%04d", job->id, ++parts);
			put_record(b, job, REGISTRY_KIND_QUARANTINE, key,
			    mem_text(text.data), NULL);
			buf_clear(&text);
		}
	}
	buf_fini(&text);
	return parts;
}

static void
put_quarantine(struct broker *b, struct job *job)
{
	json_t *record = job->order.quarantine;
	json_t *rows = json_incref(json_object_get(record, "rows"));

	json_object_del(record, "rows");
	json_object_set_new(
	    record, "lines", json_integer((json_int_t)json_array_size(rows)));
	json_object_set_new(
	    record, "parts", json_integer(put_lines(b, job, rows)));
	put_record(b, job, REGISTRY_KIND_QUARANTINE, job->id, dumped(record),
	    job->note);
	json_decref(rows);
}

static void
drop_quarantine(struct broker *b, struct job *job)
{
	const json_t *kept =
	    json_object_get(registry_waiting(b->registry), job->drop);
	int64_t parts = control_number(kept, "parts", 0);
	char key[40];

	for (int64_t i = 1; i <= parts; i++) {
		snprintf(key, sizeof(key), "%s.%04d", job->drop, (int)i);
		put_record(b, job, REGISTRY_KIND_QUARANTINE, key, NULL, NULL);
	}
	put_record(
	    b, job, REGISTRY_KIND_QUARANTINE, job->drop, NULL, job->note);
}

static void
put_rows(struct broker *b, struct job *job)
{
	struct registry_plan *plan = &job->order.plan;

	for (size_t i = 0; i < plan->count; i++)
		put_desk(b, job, i);
	put_history(b, job);
}

/* Paper that waits and now may go as data, together with the rows; without such
 * the last record has nothing to wait for. */
static void
put_turns(struct broker *b, struct job *job)
{
	struct registry_plan *plan = &job->order.plan;
	size_t turned = turn_desks(b, plan->desks, plan->count);

	if (turned > 0)
		log_info("registry: turned=%zu", turned);
	else if (job->last != NULL)
		job->last->work.joined = false;
}

static void
name_job(struct broker *b, struct job *job)
{
	struct registry_order *o = &job->order;

	job->stamp = registry_stamp(b->registry, b->wall_ms);
	snprintf(job->drop, sizeof(job->drop), "%s", o->drop);
	snprintf(
	    job->id, sizeof(job->id), "%s", control_text(o->quarantine, "id"));
	snprintf(job->note, sizeof(job->note),
	    "by=%s added=%zu changed=%zu ended=%zu sha256=%s", o->by,
	    o->plan.added, o->plan.changed, o->plan.ended,
	    control_text(o->about, "sha256"));
}

/* Each row may come with a FAX record and its old and new cells in the record of
 * the import. */
bool
registry_change_fits(const struct registry_plan *plan)
{
	size_t bytes = 0;

	for (size_t i = 0; i < plan->count; i++)
		bytes += 2 * strlen(plan->desks[i].json) + ROW_BYTES;
	return bytes <= BATCH_MAX && plan->count <= ROWS_MAX;
}

void
registry_change_put(struct broker *b, struct registry_order *order)
{
	struct job *job = mem_new(sizeof(*job));

	job->order = *order;
	job->fax = mem_new((order->plan.count + 1) * sizeof(*job->fax));
	name_job(b, job);
	CRASH_POINT("registry-before-commit");
	job->open = 1; /* none may end it while it is built */
	if (order->plan.count > 0)
		put_rows(b, job);
	if (job->id[0] != '\0')
		put_quarantine(b, job);
	if (job->drop[0] != '\0')
		drop_quarantine(b, job);
	put_turns(b, job);
	if (--job->open == 0)
		job_done(b, job);
}

json_t *
registry_change_answer(const struct registry_plan *plan, bool dry_run)
{
	size_t faults = json_array_size(plan->errors);
	json_t *out;

	if (faults > 0)
		out = control_error("invalid",
		    "%zu fault(s) in the rows: nothing was imported.", faults);
	else
		out = json_pack("{s:b}", "ok", 1);
	json_object_update_new(
	    out, json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:O,s:b}", "before",
		     (json_int_t)plan->before, "added", (json_int_t)plan->added,
		     "changed", (json_int_t)plan->changed, "ended",
		     (json_int_t)plan->ended, "unchanged",
		     (json_int_t)plan->unchanged, "unknown",
		     (json_int_t)plan->unknown, "gone",
		     (json_int_t)json_array_size(plan->gone), "errors",
		     plan->errors, "dry_run", (int)dry_run));
	return out;
}

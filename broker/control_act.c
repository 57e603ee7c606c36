/* NAME
 *	control_act - commands that change something or look into memory
 * DESCRIPTION
 *	They run in the net thread.  What changes is answered after the commit.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#include "control.h"
#include "gate.h"
#include "session.h"
#include "settle.h"
#include "upkeep.h"
#include "writer.h"

/* ---- looking ---- */

static json_t *
session_queues(const struct session *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; s != NULL && i < s->serve_count; i++)
		json_array_append_new(list, json_string(s->serve[i]->name));
	return list;
}

static json_t *
agent_status(const struct broker *b, const struct agent *a)
{
	char role[STORE_AGENT_BYTES];
	const struct session *s = a->live;
	bool conflict = a->conflict_ms != 0 &&
			b->wall_ms - a->conflict_ms < UPKEEP_CONFLICT_MS;

	return json_pack("{s:s,s:s,s:s,s:b,s:b,s:I,s:s,s:o,s:I,s:b,s:I}",
	    "name", a->name, "role", agent_role(a, role), "public_key",
	    a->public_key, "revoked", (int)a->revoked, "connected",
	    (int)(s != NULL), "since_ms",
	    (json_int_t)(s != NULL ? s->since_ms : 0), "software",
	    s != NULL ? s->software : "", "queues", session_queues(s), "leased",
	    (json_int_t)(s != NULL ? s->lessee.count : 0), "conflict",
	    (int)conflict, "conflict_ms", (json_int_t)a->conflict_ms);
}

static json_t *
agents_json(const struct broker *b)
{
	struct agent *const *agents;
	json_t *list = json_array();
	size_t i, n;

	agents = registry_agents(b->registry, &n);
	for (i = 0; i < n; i++)
		json_array_append_new(list, agent_status(b, agents[i]));
	return list;
}

static int64_t
oldest(const struct queue *q)
{
	const struct pair *p;
	int64_t ms = 0;

	for (p = q->pairs; p != NULL; p = p->next) {
		if (p->first != NULL && (ms == 0 || p->first->accepted_ms < ms))
			ms = p->first->accepted_ms;
	}
	return ms;
}

static json_t *
queues_json(const struct broker *b)
{
	json_t *list = json_array();
	const struct queue *q;

	for (q = queue_next(&b->queues, NULL); q; q = queue_next(&b->queues, q))
		json_array_append_new(list,
		    json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "queue",
			q->name, "ready", (json_int_t)q->ready, "waiting",
			(json_int_t)q->waiting, "leased", (json_int_t)q->leased,
			"parked", (json_int_t)q->parked, "bytes",
			(json_int_t)q->bytes, "oldest_ms",
			(json_int_t)oldest(q), "serving",
			(json_int_t)q->server_count));
	return list;
}

static json_t *
store_json(const struct broker *b)
{
	struct store_stats s = {0};

	if (store_stats(b->store, &s) != 0)
		return json_object();
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "parcels",
	    (json_int_t)s.parcels, "open_legs", (json_int_t)s.open_legs,
	    "staged_pieces", (json_int_t)s.staged_pieces, "bodies",
	    (json_int_t)s.bodies, "audit_entries", (json_int_t)s.audit_entries,
	    "file_bytes", (json_int_t)s.file_bytes, "used_bytes",
	    (json_int_t)s.used_bytes, "free_bytes", (json_int_t)s.free_bytes,
	    "commits", (json_int_t)s.commits, "ops", (json_int_t)s.ops);
}

static json_t *
counters(struct broker *b)
{
	uint64_t commits, ops, full;
	json_t *o;

	writer_commits(b->writer, &commits, &ops, &full);
	b->stats.counters[STAT_COMMITS] = commits;
	b->stats.counters[STAT_COMMIT_OPS] = ops;
	b->stats.counters[STAT_DISK_FULL] = full;
	o = stats_json(&b->stats);
	json_object_set_new(
	    o, "gate_refused", json_integer((json_int_t)gate_refused(b->gate)));
	json_object_set_new(
	    o, "sessions", json_integer((json_int_t)b->session_count));
	json_object_set_new(
	    o, "cache_bytes", json_integer((json_int_t)b->cache.bytes));
	return o;
}

static void
status(struct broker *b, struct request *rq)
{
	control_answer(rq,
	    json_pack("{s:b,s:s,s:i,s:I,s:I,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "ok",
		1, "version", TASUKI_VERSION, "pid", (int)getpid(),
		"started_ms", (json_int_t)b->started_ms, "now_ms",
		(json_int_t)b->wall_ms, "endpoint", b->endpoint, "public_key",
		b->public_key, "agents", agents_json(b), "queues",
		queues_json(b), "store", store_json(b), "counters", counters(b),
		"alarms", stats_alarms(&b->stats)));
}

static void
stats(struct broker *b, struct request *rq)
{
	control_answer(
	    rq, json_pack("{s:b,s:o}", "ok", 1, "counters", counters(b)));
}

static const char *
state_name(const struct leg *leg)
{
	static const char *const names[] = {[QUEUE_READY] = "ready",
	    [QUEUE_LEASED] = "leased",
	    [QUEUE_WAITING] = "waiting",
	    [QUEUE_PARKED] = "parked"};

	return names[leg->state];
}

static json_t *
leg_json(const struct broker *b, const struct leg *leg)
{
	const struct pair *p = leg->pair;
	char id[ID_TEXT_BYTES];
	int64_t due = 0;

	if (leg->state == QUEUE_WAITING)
		due = b->wall_ms + (leg->due_ms - b->now_ms);
	return json_pack("{s:s,s:i,s:s,s:s,s:I,s:I,s:s,s:s,s:s,s:s,s:I,s:I}",
	    "id", id_text(&leg->id, id), "leg", (int)leg->index, "queue",
	    p->queue->name, "state", state_name(leg), "attempts",
	    (json_int_t)leg->attempts, "due_ms", (json_int_t)due, "from",
	    p->from, "from_type", p->from_type, "to", p->to, "to_type",
	    p->to_type, "accepted_ms", (json_int_t)leg->accepted_ms, "bytes",
	    (json_int_t)leg->bytes);
}

static void
queue(struct broker *b, struct request *rq)
{
	const char *name = control_text(rq->in, "queue");
	int64_t limit = control_number(rq->in, "limit", 100);
	json_t *list = json_array();
	const struct queue *q;
	const struct pair *p;
	const struct leg *leg;

	for (q = queue_next(&b->queues, NULL); q;
	     q = queue_next(&b->queues, q)) {
		if (name[0] != '\0' && strcmp(name, q->name) != 0)
			continue;
		for (p = q->pairs; p != NULL; p = p->next) {
			for (leg = p->first; leg != NULL && limit-- > 0;
			     leg = leg->next)
				json_array_append_new(list, leg_json(b, leg));
		}
	}
	control_answer(rq, json_pack("{s:b,s:o}", "ok", 1, "legs", list));
}

static void
registry_list(struct broker *b, struct request *rq)
{
	struct desk *const *desks;
	json_t *list = json_array();
	size_t i, n;

	desks = registry_desks(b->registry, &n);
	for (i = 0; i < n; i++)
		json_array_append_new(
		    list, json_loads(desks[i]->json, 0, NULL));
	control_answer(rq, json_pack("{s:b,s:o}", "ok", 1, "rows", list));
}

static void
registry_show(struct broker *b, struct request *rq)
{
	const char *number = control_text(rq->in, "office_number");
	const char *type = control_text(rq->in, "service_type");
	struct desk *const *desks;
	json_t *list = json_array();
	size_t i, n;

	desks = registry_first(b->registry, number, &n);
	for (i = 0; i < n; i++) {
		if (type[0] == '\0' || strcmp(desks[i]->type, type) == 0)
			json_array_append_new(
			    list, json_loads(desks[i]->json, 0, NULL));
	}
	if (json_array_size(list) == 0) {
		json_decref(list);
		control_answer(
		    rq, control_error("unknown",
			    "Office %.20s is not in the registry.", number));
		return;
	}
	control_answer(rq, json_pack("{s:b,s:O,s:o}", "ok", 1, "row",
			       json_array_get(list, 0), "rows", list));
}

static void
agent_list(struct broker *b, struct request *rq)
{
	control_answer(
	    rq, json_pack("{s:b,s:o}", "ok", 1, "agents", agents_json(b)));
}

/* ---- registry changes: one job, many records ---- */

struct job {
	struct request *request;
	struct registry_plan plan;
	struct agent agent; /* agent.add, agent.revoke: name[0] != '\0' */
	size_t open;        /* works not back yet */
	int rc;             /* first failure */
};

struct record {
	struct work work;
	struct job *job;
	size_t desk; /* index in the plan */
	char *value;
};

/* Everybody whose desks come or go says hello again and so learns it. */
static void
desks_changed(struct broker *b, struct job *job)
{
	const struct desk *old;
	struct agent *agent;
	char(*touched)[STORE_AGENT_BYTES];
	size_t i, n = 0;

	touched = mem_new((2 * job->plan.count + 1) * sizeof(*touched));
	for (i = 0; i < job->plan.count; i++) {
		struct desk *d = &job->plan.desks[i];

		old = registry_desk(b->registry, d->number, d->type);
		if (old != NULL)
			memcpy(
			    touched[n++], old->folder_agent, STORE_AGENT_BYTES);
		memcpy(touched[n++], d->folder_agent, STORE_AGENT_BYTES);
		registry_put_desk(b->registry, d);
	}
	for (i = 0; i < n; i++) {
		agent = registry_agent(b->registry, touched[i]);
		if (agent != NULL && agent->live != NULL)
			session_rights_changed(b, agent);
	}
	free(touched);
}

static void
job_done(struct broker *b, struct job *job)
{
	struct agent *agent;
	json_t *out;

	if (job->rc != 0) {
		out =
		    control_error(job->rc == TSK_FULL ? "disk-full" : "failed",
			"The change could not be kept: %s.", err_text(job->rc));
	} else if (job->agent.name[0] != '\0') {
		registry_put_agent(b->registry, &job->agent);
		gate_update(b->gate, b->registry);
		agent = registry_agent(b->registry, job->agent.name);
		session_rights_changed(b, agent);
		log_info("registry: agent=%s result=%s", job->agent.name,
		    job->agent.revoked ? "revoked" : "added");
		out = json_pack(
		    "{s:b,s:o}", "ok", 1, "agent", agent_status(b, agent));
	} else {
		log_info("registry: added=%zu changed=%zu unchanged=%zu "
			 "result=imported",
		    job->plan.added, job->plan.changed, job->plan.unchanged);
		out = json_pack("{s:b,s:I,s:I,s:I,s:O,s:b}", "ok", 1, "added",
		    (json_int_t)job->plan.added, "changed",
		    (json_int_t)job->plan.changed, "unchanged",
		    (json_int_t)job->plan.unchanged, "errors", job->plan.errors,
		    "dry_run", 0);
		desks_changed(b, job);
		job->plan.count = 0; /* the registry has them now */
	}
	registry_plan_fini(&job->plan); /* the answer is another thread's */
	control_answer(job->request, out);
	free(job);
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

/* key and value stay valid until the job is done: key lies in the job. */
static void
put_record(struct broker *b, struct job *job, const char *kind, const char *key,
    char *value)
{
	struct record *r = mem_new(sizeof(*r));
	struct store_op *op = &r->work.op;

	r->job = job;
	r->value = value;
	r->work.done = record_done;
	r->work.bytes = sizeof(*r) + strlen(value);
	op->type = STORE_REGISTRY;
	op->actor = "operator";
	op->at_ms = b->wall_ms;
	op->registry.kind = kind;
	op->registry.key = key;
	op->registry.value = value;
	op->registry.bytes = strlen(value);
	job->open++;
	writer_put(b->writer, &r->work);
}

static json_t *
plan_json(const struct registry_plan *plan, bool dry_run)
{
	size_t faults = json_array_size(plan->errors);
	json_t *out;

	if (faults > 0)
		out = control_error("invalid",
		    "%zu fault(s) in the rows: nothing was imported.", faults);
	else
		out = json_pack("{s:b}", "ok", 1);
	json_object_set_new(
	    out, "added", json_integer((json_int_t)plan->added));
	json_object_set_new(
	    out, "changed", json_integer((json_int_t)plan->changed));
	json_object_set_new(
	    out, "unchanged", json_integer((json_int_t)plan->unchanged));
	json_object_set(out, "errors", plan->errors);
	json_object_set_new(out, "dry_run", json_boolean(dry_run));
	return out;
}

static void
registry_import(struct broker *b, struct request *rq)
{
	bool dry = json_is_true(json_object_get(rq->in, "dry_run"));
	struct job *job = mem_new(sizeof(*job));
	json_t *out;
	size_t i;

	registry_plan(b->registry, json_object_get(rq->in, "rows"), &job->plan);
	job->request = rq;
	if (dry || json_array_size(job->plan.errors) > 0 ||
	    job->plan.count == 0) {
		out = plan_json(&job->plan, dry);
		registry_plan_fini(&job->plan);
		free(job);
		control_answer(rq, out);
		return;
	}
	for (i = 0; i < job->plan.count; i++)
		put_record(b, job, "office", job->plan.desks[i].key,
		    mem_text(job->plan.desks[i].json));
}

static void
put_agent(struct broker *b, struct request *rq, const struct agent *agent)
{
	struct job *job = mem_new(sizeof(*job));

	job->request = rq;
	job->agent = *agent;
	put_record(b, job, "agent", job->agent.name, agent_json(agent));
}

static const struct agent *
same_key(const struct broker *b, const struct agent *agent)
{
	struct agent *const *agents;
	size_t i, n;

	agents = registry_agents(b->registry, &n);
	for (i = 0; i < n; i++) {
		if (!agents[i]->revoked &&
		    strcmp(agents[i]->public_key, agent->public_key) == 0 &&
		    strcmp(agents[i]->name, agent->name) != 0)
			return agents[i];
	}
	return NULL;
}

static void
agent_add(struct broker *b, struct request *rq)
{
	const struct agent *old, *other;
	struct agent agent;
	struct why why = {0};

	if (agent_parse(control_text(rq->in, "name"),
		control_text(rq->in, "public_key"),
		control_text(rq->in, "role"), &agent, &why) != 0) {
		control_answer(rq, control_error("malformed", "%s", why.text));
		return;
	}
	old = registry_agent(b->registry, agent.name);
	if ((other = same_key(b, &agent)) != NULL) {
		control_answer(
		    rq, control_error("exists",
			    "That key is agent %s's already.", other->name));
	} else if (old != NULL && !old->revoked &&
		   strcmp(old->public_key, agent.public_key) != 0) {
		control_answer(
		    rq, control_error("exists",
			    "Agent %s has another key: revoke it first.",
			    agent.name));
	} else if (old != NULL && !old->revoked && old->role == agent.role &&
		   strcmp(old->hub, agent.hub) == 0) {
		control_answer(rq, json_pack("{s:b,s:o,s:b}", "ok", 1, "agent",
				       agent_status(b, old), "unchanged", 1));
	} else {
		put_agent(b, rq, &agent);
	}
}

static void
agent_revoke(struct broker *b, struct request *rq)
{
	const char *name = control_text(rq->in, "name");
	const struct agent *old = registry_agent(b->registry, name);
	struct agent agent;

	if (old == NULL) {
		control_answer(rq,
		    control_error("unknown", "There is no agent %.63s.", name));
		return;
	}
	agent = *old;
	agent.revoked = true;
	put_agent(b, rq, &agent);
}

/* ---- parked legs ---- */

static void
parked_done(struct broker *b, int rc, void *arg)
{
	(void)b;
	if (rc == 0)
		control_answer(arg, json_pack("{s:b}", "ok", 1));
	else
		control_answer(
		    arg, control_error(rc == TSK_FULL ? "disk-full" : "failed",
			     "The leg was not changed: %s.", err_text(rc)));
}

static void
parked_change(struct broker *b, struct request *rq, enum leg_state state)
{
	const char *reason = control_text(rq->in, "reason");
	struct id id;
	json_t *error = control_id(b->store, rq->in, &id);
	struct leg *leg;

	if (error != NULL) {
		control_answer(rq, error);
		return;
	}
	leg = queue_leg(
	    &b->queues, &id, (unsigned)control_number(rq->in, "leg", 0));
	if (leg == NULL || leg->state != QUEUE_PARKED || leg->held) {
		control_answer(
		    rq, control_error("not-parked", "That leg is not parked."));
		return;
	}
	settle_operator(b, leg, state,
	    state == LEG_READY ? "requeued" : "closed", reason, parked_done,
	    rq);
}

static void
parked_requeue(struct broker *b, struct request *rq)
{
	parked_change(b, rq, LEG_READY);
}

/* The reason goes to the sender as a receipt: it must fit the wire. */
static bool
sayable(const char *reason)
{
	struct wire_msg msg = {.type = WIRE_RECEIPT};
	struct why why;

	memset(msg.receipt.id.bytes, 1, ID_BYTES);
	msg.receipt.state = LEG_CLOSED;
	msg.receipt.way = WAY_BUS;
	msg.receipt.code = "closed";
	msg.receipt.detail = reason;
	return reason[0] != '\0' && wire_check(&msg, &why) == 0;
}

static void
parked_close(struct broker *b, struct request *rq)
{
	const char *reason = control_text(rq->in, "reason");

	if (!sayable(reason))
		control_answer(rq,
		    control_error("malformed",
			"Closing needs a reason: one line, at most %d bytes.",
			STORE_DETAIL_BYTES - 1));
	else
		parked_change(b, rq, LEG_CLOSED);
}

const struct control_command control_acts[] = {
    {"status", NULL, status},
    {"stats", NULL, stats},
    {"queue", NULL, queue},
    {"registry.list", NULL, registry_list},
    {"registry.show", NULL, registry_show},
    {"registry.import", NULL, registry_import},
    {"agent.list", NULL, agent_list},
    {"agent.add", NULL, agent_add},
    {"agent.revoke", NULL, agent_revoke},
    {"parked.requeue", NULL, parked_requeue},
    {"parked.close", NULL, parked_close},
    {NULL, NULL, NULL},
};

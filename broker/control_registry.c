/* NAME
 *	control_registry - commands about offices and agents
 * DESCRIPTION
 *	They run in the net thread.  A change is one job of many records; when all
 *	are kept, memory, gate and the sessions concerned follow, then the
 *	operator hears.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "control.h"
#include "gate.h"
#include "legs.h"
#include "session.h"
#include "turn.h"
#include "writer.h"

void
control_registry_list(struct broker *b, struct request *rq)
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

void
control_registry_show(struct broker *b, struct request *rq)
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

void
control_agent_list(struct broker *b, struct request *rq)
{
	control_answer(
	    rq, json_pack("{s:b,s:o}", "ok", 1, "agents", control_agents(b)));
}

/* ---- registry changes: one job, many records ---- */

struct job {
	struct request *request;
	struct registry_plan plan;
	struct agent agent; /* agent.add, agent.revoke: name[0] != '\0' */
	json_t **fax;       /* FAX records of the plan's desks, or NULL */
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
		char key[REGISTRY_KEY_BYTES];

		memcpy(key, d->key, sizeof(key));
		registry_put_desk(b->registry, d);
		if (job->fax != NULL && job->fax[i] != NULL) {
			registry_put_fax(b->registry, key, job->fax[i]);
			legs_fax_changed(b, registry_key(b->registry, key));
		}
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
	size_t i, planned = job->plan.count;
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
		    "{s:b,s:o}", "ok", 1, "agent", control_agent(b, agent));
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
	for (i = 0; job->fax != NULL && i < planned; i++)
		json_decref(job->fax[i]);
	free(job->fax);
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
	r->work.joined = true; /* half a list is worse than none */
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

/* A row, and what it means for its FAX number. */
static void
put_desk(struct broker *b, struct job *job, size_t i, const char *by)
{
	const struct desk *d = &job->plan.desks[i];
	const struct desk *old = registry_desk(b->registry, d->number, d->type);
	json_t *record;
	char *text;

	put_record(b, job, "office", d->key, mem_text(d->json));
	record = fax_entered(old != NULL ? old->fax_record : NULL,
	    d->fax.number, by, b->wall_ms);
	if (record == NULL)
		return;
	job->fax[i] = record;
	text = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
	if (text == NULL)
		panic("registry: no memory for a record");
	put_record(b, job, "fax", d->key, text);
}

void
control_registry_import(struct broker *b, struct request *rq)
{
	bool dry = json_is_true(json_object_get(rq->in, "dry_run"));
	struct job *job = mem_new(sizeof(*job));
	const char *by = control_text(rq->in, "by");
	char name[FAX_BY_BYTES];
	json_t *out;
	size_t i, turned = 0;

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
	if (fax_by(by, name) != 0)
		snprintf(name, sizeof(name), "operator");
	job->fax = mem_new(job->plan.count * sizeof(*job->fax));
	for (i = 0; i < job->plan.count; i++)
		put_desk(b, job, i, name);
	for (i = 0; i < job->plan.count; i++)
		turned += turn_desk(b, &job->plan.desks[i]);
	if (turned > 0)
		log_info("registry: turned=%zu", turned);
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

void
control_agent_add(struct broker *b, struct request *rq)
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
				       control_agent(b, old), "unchanged", 1));
	} else {
		put_agent(b, rq, &agent);
	}
}

void
control_agent_revoke(struct broker *b, struct request *rq)
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

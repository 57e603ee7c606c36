/* NAME
 *	control_registry - commands about offices and agents
 * DESCRIPTION
 *	They run in the net thread.  Lists are read and judged here: one that
 *	ends or changes too much waits in quarantine, whole, until a second
 *	person releases it.  registry_change.c keeps what is to be kept.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "control.h"
#include "deadline.h"
#include "digest.h"
#include "gate.h"
#include "registry_delegate.h"
#include "registry_row.h"
#include "session.h"
#include "writer.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

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

/* ---- importing ---- */

static const struct {
	const char *name;
	enum registry_mode mode;
} modes[] = {
    {"rows", REGISTRY_ROWS},
    {"full", REGISTRY_FULL},
    {"public", REGISTRY_PUBLIC},
    {"gone", REGISTRY_GONE},
};

/* A list as the operator sent it, or as quarantine kept it. */
static const char *
list_of(const struct broker *b, const json_t *in, struct registry_list *out)
{
	const char *mode = control_text(in, "mode"), *wrong = NULL;
	const char *from = control_text(in, "from");
	size_t i;

	memset(out, 0, sizeof(*out));
	out->rows = json_object_get(in, "rows");
	out->columns = json_object_get(in, "columns");
	out->scope_column = control_text(in, "scope_column");
	out->scope_value = control_text(in, "scope_value");
	out->name = control_text(in, "name");
	out->add_unknown = json_is_true(json_object_get(in, "add_unknown"));
	out->today = deadline_day(b->wall_ms);
	out->from = from[0] != '\0' ? row_day(from) : out->today;
	for (i = 0; i < COUNT(modes) && mode[0] != '\0'; i++) {
		if (strcmp(modes[i].name, mode) == 0)
			break;
	}
	if (i == COUNT(modes))
		wrong = "A list is rows, full or public.";
	else
		out->mode = modes[i].mode;
	if (out->from <= 0)
		wrong = "Write a day as 2026-04-01.";
	if (out->mode == REGISTRY_PUBLIC && !row_plain_name(out->name))
		wrong = "A public list needs a name of letters and digits.";
	return wrong;
}

/* What the record of the import begins with. */
static json_t *
about_of(const json_t *in)
{
	static const char *const fields[] = {"file", "sha256", "mode", "map",
	    "name", "from", "scope_column", "scope_value", "as", "for"};
	json_t *out = json_object();

	for (size_t i = 0; i < COUNT(fields); i++) {
		const char *text = control_text(in, fields[i]);

		if (text[0] != '\0' && strlen(text) < 256)
			json_object_set_new(out, fields[i], json_string(text));
	}
	return out;
}

/* Too much at once for nobody to look?  An import that only adds is not. */
static const char *
suspicious(const struct broker *b, const struct registry_list *list,
    const struct registry_plan *plan)
{
	size_t touched = plan->changed + plan->ended + plan->beside;
	int64_t share = b->settings->registry.quarantine_share;

	if (list->mode == REGISTRY_FULL && plan->before >= 2 &&
	    plan->ended * 2 >= plan->before)
		return "halved";
	if (touched > (size_t)b->settings->registry.quarantine_rows &&
	    touched * 100 > plan->before * (size_t)share)
		return "share";
	return NULL;
}

static json_t *
quarantine_of(const struct request *rq, const char *by, const char *reason)
{
	json_t *out = json_copy(rq->in);
	uint8_t id[4];
	char hex[2 * sizeof(id) + 1];

	digest_random(id, sizeof(id));
	json_object_del(out, "command");
	json_object_del(out, "dry_run");
	json_object_set_new(
	    out, "id", json_string(digest_hex(id, sizeof(id), hex)));
	json_object_set_new(out, "by", json_string(by));
	json_object_set_new(out, "reason", json_string(reason));
	return out;
}

static void
add_counts(
    const struct broker *b, json_t *record, const struct registry_plan *plan)
{
	json_object_update_new(record,
	    json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "at_ms",
		(json_int_t)b->wall_ms, "before", (json_int_t)plan->before,
		"added", (json_int_t)plan->added, "changed",
		(json_int_t)plan->changed, "ended", (json_int_t)plan->ended,
		"unchanged", (json_int_t)plan->unchanged));
}

/* The same list waits already, or another of those no longer connected. */
static const char *
waits_already(const struct broker *b, const char *mode, const json_t *record)
{
	bool gone = strcmp(mode, "gone") == 0;
	const char *id;
	json_t *kept;

	json_object_foreach(
	    (json_t *)(uintptr_t)registry_waiting(b->registry), id, kept)
	{
		if (strcmp(control_text(kept, "mode"), mode) != 0)
			continue;
		if (strcmp(control_text(kept, "name"),
			control_text(record, "name")) == 0 &&
		    (gone || (control_text(record, "sha256")[0] != '\0' &&
				 strcmp(control_text(kept, "sha256"),
				     control_text(record, "sha256")) == 0)))
			return id;
	}
	return "";
}

/* All of it waits for a person. */
static void
quarantine_all(struct broker *b, struct registry_order *o, const char *reason)
{
	size_t i;

	o->quarantine = quarantine_of(o->request, o->by, reason);
	add_counts(b, o->quarantine, &o->plan);
	o->reason = reason;
	o->drop = waits_already(
	    b, control_text(o->quarantine, "mode"), o->quarantine);
	for (i = 0; i < o->plan.count; i++)
		desk_fini(&o->plan.desks[i]);
	o->plan.count = 0;
}

/* Who is no longer connected waits for a person; the rest takes effect. */
static void
quarantine_gone(struct broker *b, struct registry_order *o)
{
	json_t *record = quarantine_of(o->request, o->by, "gone");

	json_object_set_new(record, "mode", json_string("gone"));
	json_object_set(record, "rows", o->plan.gone);
	json_object_del(record, "columns");
	add_counts(b, record, &o->plan);
	json_object_set_new(record, "changed",
	    json_integer((json_int_t)json_array_size(o->plan.gone)));
	json_object_set_new(record, "added", json_integer(0));
	o->quarantine = record;
	o->drop = waits_already(b, "gone", record);
}

/* {key: {change, fields}} for people: what would be different. */
static json_t *
details(const struct broker *b, const struct registry_plan *plan)
{
	static const char *const names[] = {[REGISTRY_ADDED] = "added",
	    [REGISTRY_CHANGED] = "changed",
	    [REGISTRY_ENDED] = "ended"};
	json_t *list = json_array();

	for (size_t i = 0; i < plan->count; i++) {
		const struct desk *d = &plan->desks[i];
		const struct desk *old = registry_key(b->registry, d->key);

		json_array_append_new(
		    list, json_pack("{s:s,s:s,s:o}", "office", d->key, "change",
			      names[plan->change[i]], "fields",
			      registry_fields(
				  old != NULL ? old->json : NULL, d->json)));
	}
	return list;
}

static void
refuse(struct request *rq, struct registry_order *o, json_t *answer)
{
	registry_plan_fini(&o->plan);
	json_decref(o->quarantine);
	json_decref(o->about);
	control_answer(rq, answer);
}

static json_t *
too_big(void)
{
	return control_error("too-big",
	    "Too many rows change at once: import the list in parts.");
}

static json_t *
only_said(struct broker *b, const struct registry_order *o,
    const struct registry_list *list)
{
	bool dry = json_is_true(json_object_get(o->request->in, "dry_run"));
	json_t *out = registry_change_answer(&o->plan, dry);
	const char *reason = suspicious(b, list, &o->plan);

	if (json_array_size(o->plan.errors) > 0)
		return out;
	if (reason != NULL)
		json_object_set_new(out, "would_wait", json_string(reason));
	if (json_is_true(json_object_get(o->request->in, "details")))
		json_object_set_new(out, "changes", details(b, &o->plan));
	return out;
}

void
control_registry_import(struct broker *b, struct request *rq)
{
	bool dry = json_is_true(json_object_get(rq->in, "dry_run"));
	struct registry_order o = {.request = rq, .drop = ""};
	struct registry_list list;
	const char *wrong = list_of(b, rq->in, &list), *reason;
	json_t *refused;

	if (wrong != NULL || list.mode == REGISTRY_GONE) {
		control_answer(rq, control_error("malformed", "%s",
				       wrong != NULL ? wrong : "No list."));
		return;
	}
	registry_plan_list(b->registry, &list, &o.plan);
	if ((refused = registry_delegate(b, &list, &o.plan, &o)) != NULL) {
		refuse(rq, &o, refused);
		return;
	}
	if (dry || json_array_size(o.plan.errors) > 0 ||
	    (o.plan.count == 0 && json_array_size(o.plan.gone) == 0)) {
		refuse(rq, &o, only_said(b, &o, &list));
		return;
	}
	if (fax_by(control_text(rq->in, "by"), o.by) != 0)
		snprintf(o.by, sizeof(o.by), "operator");
	o.about = about_of(rq->in);
	if ((reason = suspicious(b, &list, &o.plan)) != NULL)
		quarantine_all(b, &o, reason);
	else if (json_array_size(o.plan.gone) > 0)
		quarantine_gone(b, &o);
	if (!registry_change_fits(&o.plan))
		refuse(rq, &o, too_big());
	else if (o.quarantine != NULL && o.drop[0] == '\0' &&
		 registry_waiting_count(b->registry) >=
		     REGISTRY_QUARANTINED_MAX)
		refuse(rq, &o,
		    control_error("too-many",
			"%d imports wait already: release or drop "
			"some first.",
			REGISTRY_QUARANTINED_MAX));
	else
		registry_change_put(b, &o);
}

/* ---- quarantine: see control_directory.c for list and show ---- */

/* The record that a release or drop is about, and who it is. */
static const json_t *
waiting_of(struct broker *b, struct request *rq, char by[FAX_BY_BYTES])
{
	const char *id = control_text(rq->in, "id");
	const json_t *record = json_object_get(rq->in, "record");
	json_t *error = NULL;

	if (json_object_get(registry_waiting(b->registry), id) == NULL)
		error = control_error(
		    "unknown", "Nothing waits in quarantine as %.20s.", id);
	else if (fax_by(control_text(rq->in, "by"), by) != 0)
		error = control_error("malformed",
		    "Say who it is: --by NAME (at most %d bytes).",
		    FAX_BY_BYTES - 1);
	else if (strcmp(by, control_text(record, "by")) == 0)
		error = control_error("same-person",
		    "%s imported it: another person has to decide.", by);
	if (error == NULL)
		return record;
	control_answer(rq, error);
	return NULL;
}

/* How many rows a person must have seen go. */
static int64_t
losses(const struct registry_list *list, const struct registry_plan *plan)
{
	return (
	    int64_t)(list->mode == REGISTRY_GONE ? plan->changed : plan->ended);
}

/* What a list that waits would do, row by row. */
void
control_registry_waiting(struct broker *b, struct request *rq)
{
	const json_t *record = json_object_get(rq->in, "record");
	struct registry_list list;
	struct registry_plan plan;
	const char *wrong = list_of(b, record, &list);
	json_t *out;

	if (wrong != NULL) {
		control_answer(rq, control_error("malformed", "%s", wrong));
		return;
	}
	registry_plan_list(b->registry, &list, &plan);
	out = registry_change_answer(&plan, true);
	json_object_set_new(out, "id", json_string(control_text(rq->in, "id")));
	json_object_set_new(
	    out, "yes_remove", json_integer(losses(&list, &plan)));
	json_object_update_missing_new(out, about_of(record));
	json_object_set_new(out, "by", json_string(control_text(record, "by")));
	json_object_set_new(
	    out, "reason", json_string(control_text(record, "reason")));
	json_object_set_new(
	    out, "at_ms", json_integer(control_number(record, "at_ms", 0)));
	if (json_array_size(plan.errors) == 0)
		json_object_set_new(out, "changes", details(b, &plan));
	registry_plan_fini(&plan);
	control_answer(rq, out);
}

void
control_registry_drop(struct broker *b, struct request *rq)
{
	struct registry_order o = {.request = rq};

	if (waiting_of(b, rq, o.by) == NULL)
		return;
	o.plan.errors = json_array();
	o.drop = control_text(rq->in, "id");
	registry_change_put(b, &o);
}

void
control_registry_release(struct broker *b, struct request *rq)
{
	struct registry_order o = {.request = rq};
	int64_t yes = control_number(rq->in, "yes_remove", 0), lost;
	struct registry_list list;
	const json_t *record = waiting_of(b, rq, o.by);
	const char *wrong;

	if (record == NULL)
		return;
	if ((wrong = list_of(b, record, &list)) != NULL) {
		control_answer(rq, control_error("malformed", "%s", wrong));
		return;
	}
	registry_plan_list(b->registry, &list, &o.plan);
	lost = losses(&list, &o.plan);
	if (json_array_size(o.plan.errors) > 0) {
		refuse(rq, &o, registry_change_answer(&o.plan, false));
	} else if (yes != lost) {
		refuse(rq, &o,
		    control_error("confirm",
			"%lld office(s) would end: look at them (registry "
			"quarantine show) and say --yes-remove %lld.",
			(long long)lost, (long long)lost));
	} else if (!registry_change_fits(&o.plan)) {
		refuse(rq, &o, too_big());
	} else {
		o.about = about_of(record);
		json_object_set_new(o.about, "imported_by",
		    json_string(control_text(record, "by")));
		o.drop = control_text(rq->in, "id");
		registry_change_put(b, &o);
	}
}

/* ---- agents: one record ---- */

struct agent_record {
	struct work work;
	struct request *request;
	struct agent agent;
	char *value;
};

static void
agent_done(struct broker *b, struct work *work)
{
	struct agent_record *r = (struct agent_record *)(void *)work;
	struct agent *agent;
	json_t *out;
	int rc = work->op.rc;

	if (rc != 0) {
		out = control_error(rc == TSK_FULL ? "disk-full" : "failed",
		    "The change could not be kept: %s.", err_text(rc));
	} else {
		registry_put_agent(b->registry, &r->agent);
		gate_update(b->gate, b->registry);
		agent = registry_agent(b->registry, r->agent.name);
		session_rights_changed(b, agent);
		log_info("registry: agent=%s result=%s", r->agent.name,
		    r->agent.revoked ? "revoked" : "added");
		out = json_pack(
		    "{s:b,s:o}", "ok", 1, "agent", control_agent(b, agent));
	}
	control_answer(r->request, out);
	free(r->value);
	free(r);
}

static void
put_agent(struct broker *b, struct request *rq, const struct agent *agent)
{
	struct agent_record *r = mem_new(sizeof(*r));

	r->request = rq;
	r->agent = *agent;
	r->value = agent_json(agent);
	r->work.done = agent_done;
	r->work.bytes = sizeof(*r) + strlen(r->value);
	writer_registry(&r->work, "operator", b->wall_ms, "agent",
	    r->agent.name, r->value, NULL);
	writer_put(b->writer, &r->work);
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

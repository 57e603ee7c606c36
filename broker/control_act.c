/* NAME
 *	control_act - commands that change something or look into memory
 * DESCRIPTION
 *	They run in the net thread.  What changes is answered after the commit.
 *	Offices and agents: control_registry.c.
 */
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "gate.h"
#include "recall.h"
#include "remind.h"
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

json_t *
control_agent(const struct broker *b, const struct agent *a)
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

json_t *
control_agents(const struct broker *b)
{
	struct agent *const *agents;
	json_t *list = json_array();
	size_t i, n;

	agents = registry_agents(b->registry, &n);
	for (i = 0; i < n; i++)
		json_array_append_new(list, control_agent(b, agents[i]));
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
		b->public_key, "agents", control_agents(b), "queues",
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
bool
control_sayable(const char *reason)
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

	if (!control_sayable(reason))
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
    {"registry.show", NULL, control_registry_show},
    {"registry.import", NULL, control_registry_import},
    {"quarantine.show", NULL, control_registry_waiting},
    {"quarantine.release", NULL, control_registry_release},
    {"quarantine.drop", NULL, control_registry_drop},
    {"agent.list", NULL, control_agent_list},
    {"agent.add", NULL, control_agent_add},
    {"agent.revoke", NULL, control_agent_revoke},
    {"parked.requeue", NULL, parked_requeue},
    {"parked.close", NULL, parked_close},
    {"parcel.recall", NULL, recall_command},
    {"mandate.add", NULL, control_mandate_add},
    {"mandate.list", NULL, control_mandate_list},
    {"mandate.show", NULL, control_mandate_show},
    {"mandate.revoke", NULL, control_mandate_revoke},
    {"mandate.expiring", NULL, control_mandate_expiring},
    {"route", NULL, control_route},
    {"policy.list", NULL, control_policy_list},
    {"policy.reload", NULL, control_policy_reload},
    {"expected.settle", NULL, control_expected_settle},
    {"expected.remind", NULL, remind_send},
    {"registry.fax", NULL, control_fax_show},
    {"registry.verify-fax", NULL, control_fax_verify},
    {"registry.test-fax", NULL, control_fax_test},
    {"registry.confirm-fax", NULL, control_fax_confirm},
    {"registry.freeze-fax", NULL, control_fax_freeze},
    {NULL, NULL, NULL},
};

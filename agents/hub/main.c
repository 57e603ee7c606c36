/* NAME
 *	tasuki-hub - the agent of one hub (ケアぽす, カナミック ...)
 * SUMMARY
 *	tasuki-hub [-c FILE] [--check-config] [--help] [--help-settings]
 * DESCRIPTION
 *	Serves the queue hub/NAME.  Each leg becomes a job in the agent's folder
 *	(spool.h), is laid at the hub as the profile says, and is settled as far
 *	as the profile lets us know: handed over, or seen by a person there.
 *	What lies at the hub for us becomes parcels from outside offices to ours
 *	(fetch.h, inbound.h).  Hubs and profiles: config/hub, docs/tasuki-hub.md;
 *	air-gap courier: docs/courier.md.
 * DIAGNOSTICS
 *	Tells working with the step handed-over.  Settles delivered when handed
 *	over or seen, as status/delivered says; picked-up when seen later.
 *	Settles never: hub-kind, hub-edition, hub-size, hub-attachment,
 *	hub-name, name-taken, changed, recalled.  Settles later: disk-full,
 *	folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "clock.h"
#include "crash.h"
#include "log.h"

#include "carry.h"
#include "control.h"
#include "fetch.h"
#include "send.h"

#define TICK_MS      100
#define CREDIT_BYTES (1ull << 40) /* a lent leg may lie for days */
#define CREDIT_LEGS  1000

struct program {
	struct agent *agent;
	const struct hub_settings *settings;
	struct hub_profile profile;
	struct standard *standard;
	struct spool *spool;
	struct worker *worker; /* NULL: courier */
	struct send *send;
	struct inbound *inbound;
	struct fetch *fetch; /* NULL: courier, or nothing to fetch */
	struct carry *carry; /* NULL: no courier */
	struct control *control;
	struct link *link;
	char queue[80];
	const char *queues[2];
	zmq_pollitem_t item;
	bool polled;
	int64_t next_ms;
	uint64_t handed, failed, fetched;
};

/* ---- settings ---- */

static const char *
standard_folder(const struct hub_settings *s)
{
	return s->standard[0] != '\0' ? s->standard : standard_dir();
}

static int
check(const void *arg, struct why *why)
{
	const struct hub_settings *settings = arg;
	struct hub_profile profile = {0};
	struct standard *standard = NULL;
	int rc = profile_load(settings->profile, &profile, why);

	if (rc == 0)
		rc = settings_check(settings, profile.driver, why);
	if (rc == 0)
		rc = standard_load(standard_folder(settings), &standard, why);
	profile_fini(&profile);
	standard_free(&standard);
	return rc;
}

/* ---- settling ---- */

static uint64_t
encoded_bytes(const struct wire_parcel *parcel)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < parcel->document_count; i++)
		sum += parcel->documents[i].encoded_bytes;
	return sum;
}

static void
settle_now(struct program *p, const struct wire_deliver *deliver,
    enum wire_outcome outcome, const char *code, const char *detail)
{
	struct wire_settle_item item = {
	    .id = deliver->parcel.id,
	    .leg = deliver->leg,
	    .outcome = outcome,
	    .code = code,
	    .detail = detail,
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	link_settle(p->link, &item, encoded_bytes(&deliver->parcel));
}

static void
settle(struct program *p, struct job *job, enum wire_outcome outcome,
    const char *code, const char *detail, int64_t at_ms)
{
	struct wire_settle_item item = {
	    .id = job->id,
	    .leg = job->leg,
	    .outcome = outcome,
	    .code = code,
	    .detail = detail,
	    .at_ms = (uint64_t)at_ms,
	};

	CRASH_POINT("hub-before-settle");
	if (outcome == WIRE_OUTCOME_WORKING ||
	    outcome == WIRE_OUTCOME_PICKED_UP) {
		link_settle(p->link, &item, 0);
		return;
	}
	link_settle(p->link, &item, job->credit);
	job->credit = 0;
	job->lent = false;
}

static void
settle_seen(struct program *p, struct job *job)
{
	char detail[JOB_BY_BYTES + 8] = "";

	if (job->by[0] != '\0')
		snprintf(detail, sizeof(detail), "by=%s", job->by);
	if (profile_waits(&p->profile)) {
		settle(
		    p, job, WIRE_OUTCOME_DELIVERED, "", detail, job->seen_ms);
		return;
	}
	if (job->lent)
		settle(p, job, WIRE_OUTCOME_DELIVERED, "", "", job->handed_ms);
	settle(p, job, WIRE_OUTCOME_PICKED_UP, "", detail, job->seen_ms);
}

/* What is to be told of a job, as often as somebody asks. */
static void
settle_job(struct program *p, struct job *job)
{
	switch (job->state) {
	case JOB_HANDED:
		if (job->recall || !profile_waits(&p->profile))
			settle(p, job, WIRE_OUTCOME_DELIVERED, "", "",
			    job->handed_ms);
		else if (job->lent)
			settle(p, job, WIRE_OUTCOME_WORKING, "handed-over", "",
			    job->handed_ms);
		break;
	case JOB_SEEN:
		settle_seen(p, job);
		break;
	case JOB_FAILED:
		if (job->lent)
			settle(p, job, WIRE_OUTCOME_NEVER,
			    job->recall ? "recalled" : job->code, job->text,
			    job->ended_ms);
		break;
	case JOB_RECALLED:
		if (job->lent)
			settle(p, job, WIRE_OUTCOME_NEVER, "recalled",
			    job->text, job->ended_ms);
		break;
	default: /* on its way */
		break;
	}
}

static void
on_told(void *arg, struct job *job)
{
	struct program *p = arg;

	if (job->state == JOB_HANDED)
		p->handed++;
	else if (job->state == JOB_FAILED)
		p->failed++;
	p->next_ms = 0; /* another of the pair may go now */
	if (p->link != NULL)
		settle_job(p, job);
}

/* ---- deliveries ---- */

static void
refuse(struct program *p, const struct wire_deliver *deliver,
    const struct why *why)
{
	bool later = why->class == WHY_LATER;
	char id[ID_TEXT_BYTES];

	log_warn("deliver: parcel=%s from=%s to=%s attempt=%u result=%s "
		 "code=%s why=\"%s\"",
	    id_text(&deliver->parcel.id, id), deliver->parcel.from,
	    deliver->parcel.to, deliver->attempt, later ? "later" : "never",
	    why->code, why->text);
	p->failed++;
	settle_now(p, deliver, later ? WIRE_OUTCOME_LATER : WIRE_OUTCOME_NEVER,
	    why->code, why->text);
}

static void
take_new(struct program *p, const struct link_delivery *delivery)
{
	const struct wire_deliver *deliver = delivery->deliver;
	struct job *job = NULL;
	struct why why = {0};

	if (deliver->paper != NULL && deliver->paper->recalled) {
		settle_now(p, deliver, WIRE_OUTCOME_NEVER, "recalled",
		    "It was taken back before it came here.");
		return;
	}
	int rc =
	    profile_takes(&p->profile, p->standard, &deliver->parcel, &why);
	if (rc == 0)
		rc = send_add(p->send, &deliver->parcel, deliver->leg,
		    delivery->bodies, clock_wall_ms(), &job, &why);
	if (rc < 0 || job == NULL) {
		refuse(p, deliver, &why);
		return;
	}
	job->lent = true;
	job->credit = encoded_bytes(&deliver->parcel);
	p->next_ms = 0;
}

static void
take_again(
    struct program *p, struct job *job, const struct wire_deliver *deliver)
{
	job->lent = true;
	job->credit = encoded_bytes(&deliver->parcel);
	p->next_ms = 0;
	if (deliver->paper != NULL && deliver->paper->recalled) {
		send_recall(p->send, job, clock_wall_ms());
		return;
	}
	job->recall = false;
	settle_job(p, job);
}

/* An end that is written down and out of the way. */
static bool
was_ended(struct program *p, const struct wire_deliver *deliver)
{
	struct job *old = NULL;
	bool answer =
	    spool_ended(p->spool, &deliver->parcel.id, deliver->leg, &old) == 0;

	if (answer && old->state == JOB_RECALLED)
		/* somebody wants it sent after all? */
		answer = deliver->paper != NULL && deliver->paper->recalled;
	if (answer && old->state == JOB_FAILED)
		answer = false;
	if (answer) {
		old->lent = true;
		old->credit = encoded_bytes(&deliver->parcel);
		settle_job(p, old);
	}
	job_free(&old);
	return answer;
}

/* It needs no bytes: known, and answered. */
static bool
known(struct program *p, const struct wire_deliver *deliver)
{
	struct job *job = send_find(p->send, &deliver->parcel.id, deliver->leg);

	if (job == NULL)
		return was_ended(p, deliver);
	/* failed and told, and here again: a person had it queued again */
	if (job->state == JOB_FAILED && job->told &&
	    !(deliver->paper != NULL && deliver->paper->recalled))
		return false;
	take_again(p, job, deliver);
	return true;
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	struct program *p = arg;

	(void)link;
	if (!known(p, delivery->deliver))
		take_new(p, delivery);
}

static bool
on_offered(struct link *link, const struct wire_deliver *deliver, void *arg)
{
	struct program *p = arg;
	struct job *job = send_find(p->send, &deliver->parcel.id, deliver->leg);

	(void)link;
	/* what is still under way here keeps the leg: no settlement yet */
	if (job != NULL && job->state < JOB_HANDED)
		return false;
	return known(p, deliver);
}

static void
on_recall(struct link *link, const struct wire_recall *recall, void *arg)
{
	struct program *p = arg;
	struct job *job = send_find(p->send, &recall->id, recall->leg);

	(void)link;
	log_info("recall: code=%s result=%s", recall->code,
	    job == NULL ? "unknown" : job_state_name(job->state));
	if (job != NULL && (p->carry == NULL || carry_recall(p->carry, job)))
		send_recall(p->send, job, clock_wall_ms());
	p->next_ms = 0;
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	struct program *p = arg;
	struct job *job = send_find(p->send, &item->id, item->leg);

	(void)link;
	if (job != NULL && job->state >= JOB_HANDED)
		send_delivered(p->send, job);
	p->next_ms = 0;
}

/* ---- what came in ---- */

static void
on_accepted(struct link *link, const struct wire_accepted_item *item, void *arg)
{
	struct program *p = arg;

	(void)link;
	if (inbound_accepted(p->inbound, item))
		p->fetched++;
	p->next_ms = 0;
}

static void
on_refused(struct link *link, const struct wire_refused *refused, void *arg)
{
	struct program *p = arg;

	(void)link;
	(void)inbound_refused(p->inbound, refused, clock_wall_ms());
	p->next_ms = 0;
}

static void
in_accepted(void *arg, const struct id *id, const char *source)
{
	struct program *p = arg;

	if (p->carry != NULL)
		carry_accepted(p->carry, id, source);
	else if (p->fetch != NULL)
		fetch_accepted(p->fetch, id, source);
	else /* the profile has changed: nothing to remove any more */
		inbound_done(p->inbound, id);
}

static void
in_refused(void *arg, const struct id *id, const char *source,
    const struct wire_refused *refused)
{
	struct program *p = arg;

	if (p->carry != NULL)
		carry_refused(
		    p->carry, id, source, refusal_row(refused->refusal)->name);
}

static void
on_receipt(struct link *link, const struct wire_receipt *receipt, void *arg)
{
	struct program *p = arg;

	(void)link;
	if (p->carry != NULL)
		carry_receipt(p->carry, receipt);
	p->next_ms = 0;
}

static void
on_room(struct link *link, void *arg)
{
	struct program *p = arg;

	(void)link;
	p->next_ms = 0;
}

/* ---- the link ---- */

static void
on_welcome(struct link *link, const struct wire_welcome *welcome, void *arg)
{
	struct program *p = arg;

	(void)link;
	log_info("link: result=open queues=%zu", welcome->serve_count);
	if (welcome->serve_count == 0)
		log_warn("link: result=no-queue why=\"The broker does not let "
			 "this agent serve the queue %s: give it the role "
			 "hub:%s.\"",
		    p->queue, p->settings->hub);
	for (struct job *job = send_first(p->send); job != NULL;
	     job = job->next)
		if (job->state >= JOB_HANDED && !job->told)
			settle_job(p, job);
	if (p->carry != NULL)
		carry_open(p->carry, link);
	p->next_ms = 0;
}

/* The leases are gone with the session: nothing new is laid until the broker
 * lends again. */
static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct program *p = arg;

	(void)link;
	log_warn("link: result=down code=%s why=\"%s\"", why->code, why->text);
	for (struct job *job = send_first(p->send); job != NULL;
	     job = job->next) {
		job->lent = false;
		job->credit = 0;
	}
	inbound_down(p->inbound);
}

static const struct link_events events = {
    .welcome = on_welcome,
    .down = on_down,
    .accepted = on_accepted,
    .refused = on_refused,
    .deliver = on_deliver,
    .offered = on_offered,
    .settled = on_settled,
    .receipt = on_receipt,
    .recall = on_recall,
    .room = on_room,
};

/* ---- the loop ---- */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int
on_timer(zloop_t *loop, int timer, void *arg)
{
	struct program *p = arg;
	int64_t now = clock_wall_ms(), next;

	(void)loop;
	(void)timer;
	if (p->next_ms > now && p->next_ms <= now + 60000)
		return 0;
	p->next_ms = INT64_MAX; /* whoever needs us earlier says so */
	if (p->carry != NULL)
		next = carry_tick(p->carry, now);
	else if (p->fetch != NULL)
		next = fetch_tick(p->fetch, now);
	else
		next = now + 60000;
	next = least(next, send_tick(p->send, now));
	next = least(next, inbound_work(p->inbound, p->link, now));
	p->next_ms = least(p->next_ms, next);
	return 0;
}

static int
on_results(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct program *p = arg;

	(void)loop;
	(void)item;
	worker_done(p->worker);
	p->next_ms = 0;
	return 0;
}

static void
on_changed(void *arg)
{
	struct program *p = arg;

	p->next_ms = 0;
}

/* ---- life ---- */

static void
stop(void *self)
{
	struct program *p = self;

	if (p == NULL)
		return;
	control_free(&p->control);
	link_free(&p->link);
	if (p->polled)
		zloop_poller_end(p->agent->loop, &p->item);
	worker_free(&p->worker);
	carry_free(&p->carry);
	fetch_free(&p->fetch);
	send_free(&p->send);
	inbound_close(&p->inbound);
	spool_close(&p->spool);
	profile_fini(&p->profile);
	standard_free(&p->standard);
	log_info("stop: handed=%llu failed=%llu fetched=%llu",
	    (unsigned long long)p->handed, (unsigned long long)p->failed,
	    (unsigned long long)p->fetched);
	free(p);
}

static int
open_folders(struct program *p, struct why *why)
{
	static const struct inbound_events in_events = {
	    .accepted = in_accepted, .refused = in_refused};
	char *path = NULL;
	int rc = spool_open(p->settings->folder, &p->spool, why);

	if (rc < 0)
		return rc;
	if (asprintf(&path, "%s/inbound", p->settings->folder) < 0)
		panic("no memory");
	rc = inbound_open(path, &in_events, p, &p->inbound, why);
	free(path);
	return rc;
}

static int
begin(struct program *p, struct why *why)
{
	const struct hub_settings *s = p->settings;
	bool courier = profile_courier(&p->profile);
	int rc = 0;

	if (!courier)
		rc = worker_new(
		    driver_find(p->profile.driver), s, &p->worker, why);
	if (rc < 0)
		return rc;
	p->send = send_new(s, &p->profile, p->spool, p->worker, on_told, p);
	rc = send_load(p->send, why);
	if (rc < 0)
		return rc;
	if (courier)
		rc =
		    carry_new(s, p->spool, p->send, p->inbound, &p->carry, why);
	else
		p->fetch = fetch_new(s, &p->profile, p->standard, p->worker,
		    p->inbound, on_changed, p);
	return rc < 0 ? rc : inbound_load(p->inbound, clock_wall_ms(), why);
}

static int
loop_start(struct program *p, struct why *why)
{
	zloop_t *loop = p->agent->loop;

	if (p->worker != NULL) {
		p->item = (zmq_pollitem_t){
		    .fd = worker_fd(p->worker), .events = ZMQ_POLLIN};
		zloop_poller(loop, &p->item, on_results, p);
		zloop_poller_set_tolerant(loop, &p->item);
		p->polled = true;
	}
	(void)zloop_timer(loop, TICK_MS, 0, on_timer, p);
	return control_new(loop, p->spool, p->send, p->inbound, on_changed, p,
	    &p->control, why);
}

static int
start(struct agent *agent, const void *arg, void **self, struct why *why)
{
	const struct hub_settings *settings = arg;
	struct program *p = mem_new(sizeof(*p));

	*self = p;
	p->agent = agent;
	p->settings = settings;
	snprintf(p->queue, sizeof(p->queue), "hub/%s", settings->hub);
	p->queues[0] = p->queue;
	int rc = profile_load(settings->profile, &p->profile, why);
	if (rc == 0)
		rc =
		    standard_load(standard_folder(settings), &p->standard, why);
	if (rc == 0)
		rc = open_folders(p, why);
	if (rc == 0)
		rc = begin(p, why);
	if (rc == 0)
		rc = loop_start(p, why);
	if (rc < 0)
		return rc;
	agent->link.serve = p->queues;
	agent->link.credit_parcels = CREDIT_LEGS;
	agent->link.credit_bytes = CREDIT_BYTES;
	return link_new(agent->loop, &agent->link, &events, p, &p->link, why);
}

static const struct agent_program program = {
    .name = "tasuki-hub",
    .summary = "brings parcels to and from another hub",
    .rows = hub_settings_rows,
    .settings_bytes = sizeof(struct hub_settings),
    .common_offset = offsetof(struct hub_settings, common),
    .check = check,
    .start = start,
    .stop = stop,
};

int
main(int argc, char **argv)
{
	return agent_main(argc, argv, &program);
}

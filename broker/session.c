/* NAME
 *	session - one agent's open conversation
 * DESCRIPTION
 *	Opening, the welcome, one key twice, silence, the end; and what a session
 *	gathers in a turn.  What agents say is hear.c's.
 *
 *	A second hello of the same key, other epoch:
 *
 *	    ping goes nowhere (EHOSTUNREACH)  -> the new one at once
 *	    old one says a word in time       -> the new one gets bye(conflict)
 *	    old one silent for session/probe  -> the new one
 *
 *	so a restarted agent is back at once, and two machines with one key do
 *	not push each other out in turns.
 * DIAGNOSTICS
 *	info: a session opened or ended, with the reason.  Alarm "conflict".
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "intake.h"
#include "mandate.h"
#include "post.h"
#include "receipt.h"
#include "session.h"
#include "settle.h"

static uint32_t
hash_route(const uint8_t *route)
{
	uint32_t h;

	memcpy(&h, route + 1, sizeof(h));
	return h;
}

struct session *
session_find(const struct broker *b, const uint8_t route[SESSION_ROUTE_BYTES])
{
	struct hash_node *n = hash_first(&b->sessions, hash_route(route));

	for (; n != NULL; n = hash_next(n)) {
		struct session *s = HASH_OF(struct session, node, n);

		if (memcmp(s->route, route, SESSION_ROUTE_BYTES) == 0)
			return s;
	}
	return NULL;
}

struct session *
session_ref(struct session *s)
{
	if (s != NULL)
		s->refs++;
	return s;
}

void
session_unref(struct broker *b, struct session **s_p)
{
	struct session *s = *s_p;

	(void)b;
	if (s != NULL)
		s->refs--;
	*s_p = NULL;
}

void
session_reap(struct broker *b)
{
	struct session **at = &b->ended, *s;

	while ((s = *at) != NULL) {
		if (s->refs > 0 || s->gathering) {
			at = &s->ended_next;
			continue;
		}
		*at = s->ended_next;
		free(s->accepted);
		free(s->settled);
		free(s->receipts);
		free(s);
	}
}

/* ---- opening ---- */

/* Of an office with mandates, deliveries of one partner may be this agent's and
 * those of another one not. */
static bool
takes(const struct lessee *lessee, const struct pair *pair)
{
	const struct session *s = HASH_OF(const struct session, lessee, lessee);
	const struct broker *b = lessee->arg;
	const char *queue = pair->queue->name;
	const struct desk *desk;

	if (s->agent->role != ROLE_OFFICE ||
	    !mandate_shared(b->mandates, pair->to))
		return true;
	desk = registry_key(b->registry, queue + strcspn(queue, "/") + 1);
	return desk != NULL && mandate_takes(b->mandates, s->agent, desk,
				   pair->from, b->wall_ms, NULL);
}

struct session *
session_open(struct broker *b, const uint8_t *route, struct agent *agent)
{
	struct session *s = mem_new(sizeof(*s));

	memcpy(s->route, route, SESSION_ROUTE_BYTES);
	s->agent = agent;
	s->dialog = DIALOG_NEW;
	s->lessee.may = takes;
	s->lessee.arg = b;
	s->heard_ms = b->now_ms;
	s->since_ms = b->wall_ms;
	hash_put(&b->sessions, &s->node, hash_route(route));
	s->next = b->first;
	if (b->first != NULL)
		b->first->prev = s;
	b->first = s;
	b->session_count++;
	return s;
}

static void
serve(struct broker *b, struct session *s, const char *name)
{
	struct queue *q = queue_get(&b->queues, name);
	size_t i;

	for (i = 0; i < s->serve_count; i++) {
		if (s->serve[i] == q)
			return;
	}
	s->serve[s->serve_count++] = q;
	q->servers =
	    mem_resize(q->servers, (q->server_count + 1) * sizeof(*q->servers));
	q->servers[q->server_count++] = s;
}

/* All desks it may act for in one of these ways; free(). */
static const struct desk **
desks_of(
    struct broker *b, const struct session *s, unsigned rights, size_t *count)
{
	const struct desk **desks = mem_new(WIRE_QUEUES_MAX * sizeof(*desks));

	*count = mandate_desks(
	    b->mandates, s->agent, b->wall_ms, rights, desks, WIRE_QUEUES_MAX);
	return desks;
}

static void
grant_all(struct broker *b, struct session *s)
{
	char name[STORE_QUEUE_BYTES];
	const struct desk **desks;
	size_t i, count;

	if (s->agent->role != ROLE_OFFICE) {
		agent_role(s->agent, name);
		if (s->agent->role == ROLE_HUB)
			snprintf(
			    name, sizeof(name), "hub/%.59s", s->agent->hub);
		s->serve = mem_new(sizeof(struct queue *));
		serve(b, s, name);
		return;
	}
	desks = desks_of(b, s, RIGHT_RECEIVE, &count);
	s->serve = mem_new((count + 1) * sizeof(struct queue *));
	for (i = 0; i < count; i++)
		serve(b, s, desk_queue(desks[i], name));
	free(desks);
}

/* What the agent asked for and may have; asked for nothing: all it may have. */
static void
grant_queues(struct broker *b, struct session *s)
{
	const struct wire_hello *hello = &s->hello.hello;
	size_t i;

	if (hello->serve_count == 0) {
		grant_all(b, s);
		return;
	}
	s->serve = mem_new(hello->serve_count * sizeof(struct queue *));
	for (i = 0; i < hello->serve_count; i++) {
		if (mandate_serves(
			b->mandates, s->agent, hello->serve[i], b->wall_ms))
			serve(b, s, hello->serve[i]);
	}
}

static void
fill_welcome(struct broker *b, const struct session *s, uint32_t protocol,
    struct wire_welcome *w)
{
	const struct desk **desks;
	size_t i, count;

	w->protocol = protocol;
	w->heartbeat_ms = (uint32_t)b->settings->session.heartbeat_ms;
	w->submit_parcels = (uint32_t)b->settings->limits.submit_parcels;
	w->submit_bytes = (uint64_t)b->settings->limits.submit_bytes;
	w->now_ms = (uint64_t)b->wall_ms;
	w->serve = mem_new((s->serve_count + 1) * sizeof(*w->serve));
	for (i = 0; i < s->serve_count; i++)
		w->serve[w->serve_count++] = s->serve[i]->name;
	desks = desks_of(b, s,
	    RIGHT_SEND | RIGHT_DELETE | RIGHT_RECEIVE | RIGHT_SEE, &count);
	w->offices = mem_new((count + 1) * sizeof(*w->offices));
	for (i = 0; i < count; i++)
		w->offices[w->office_count++] = desks[i]->key;
	free(desks);
}

static void
welcome(struct broker *b, struct session *s)
{
	struct wire_msg msg = {.type = WIRE_WELCOME};
	uint32_t protocol = s->hello.hello.protocol_max;
	size_t i;

	if (protocol > WIRE_PROTOCOL_MAX)
		protocol = WIRE_PROTOCOL_MAX;
	s->protocol = protocol;
	s->agent->live = s;
	s->probe_ms = 0;
	s->heard_ms = b->now_ms;
	s->zstd = s->hello.hello.zstd;
	grant_queues(b, s);
	fill_welcome(b, s, protocol, &msg.welcome);
	(void)dialog_step(DIALOG_BROKER, &s->dialog, WIRE_WELCOME);
	log_info("session: agent=%s result=open queues=%zu offices=%zu "
		 "software=\"%s\"",
	    s->agent->name, s->serve_count, msg.welcome.office_count,
	    s->software);
	wire_fini(&s->hello);
	post_message(b, s, &msg);
	free(msg.welcome.serve);
	free(msg.welcome.offices);
	for (i = 0; !s->over && i < s->serve_count; i++)
		queue_heat(&b->queues, s->serve[i]);
}

void
session_conflict(struct broker *b, struct agent *agent)
{
	struct session *loser = agent->challenger;

	agent->conflict_ms = b->wall_ms;
	b->conflict_ms = b->now_ms;
	stats_add(&b->stats, STAT_CONFLICTS, 1);
	stats_alarm(&b->stats, b->wall_ms, "conflict",
	    "Agent %s runs twice with the same key.", agent->name);
	agent->live->probe_ms = 0;
	session_bye(b, loser, REFUSAL_CONFLICT, NULL);
}

/* Another process with the key of an open session: see who is alive. */
static void
challenge(struct broker *b, struct session *s)
{
	struct agent *agent = s->agent;
	struct wire_msg ping = {.type = WIRE_PING};

	if (agent->challenger != NULL)
		session_bye(b, agent->challenger, REFUSAL_CONFLICT, NULL);
	agent->challenger = s;
	s->probe_ms = b->now_ms + b->settings->session.probe_ms;
	agent->live->probe_ms = b->now_ms;
	agent->live->probe_turn = b->turns;
	ping.ping = (uint64_t)b->now_ms;
	post_message(b, agent->live, &ping); /* gone: session_end() promotes */
}

void
session_hello(struct broker *b, struct session *s, struct wire_msg *msg)
{
	const struct wire_hello *hello = &msg->hello;
	struct session *live = s->agent->live;

	stats_add(&b->stats, STAT_HELLOS, 1);
	if (hello->protocol_min > WIRE_PROTOCOL_MAX ||
	    hello->protocol_max < WIRE_PROTOCOL_MIN) {
		session_bye(b, s, REFUSAL_VERSION, NULL);
		return;
	}
	if (b->stopping) {
		session_bye(b, s, REFUSAL_STOPPING, NULL);
		return;
	}
	memcpy(s->epoch, hello->epoch, WIRE_EPOCH_BYTES);
	snprintf(s->software, sizeof(s->software), "%s", hello->software);
	s->hello = *msg;
	memset(msg, 0, sizeof(*msg));
	if (live != NULL &&
	    memcmp(live->epoch, s->epoch, WIRE_EPOCH_BYTES) == 0) {
		session_end(b, live, false);
		live = NULL;
	}
	if (live == NULL)
		welcome(b, s);
	else
		challenge(b, s);
}

/* ---- ending ---- */

static void
stop_serving(const struct broker *b, struct session *s)
{
	size_t i, j;

	for (i = 0; i < s->serve_count; i++) {
		struct queue *q = s->serve[i];

		for (j = 0; j < q->server_count && q->servers[j] != s; j++)
			;
		if (j < q->server_count)
			q->servers[j] = q->servers[--q->server_count];
		q->gone_ms = b->wall_ms;
	}
	free(s->serve);
	s->serve = NULL;
	s->serve_count = 0;
}

static bool
older_leased(const struct leg *leg)
{
	for (leg = leg->prev; leg != NULL; leg = leg->prev) {
		if (leg->state == QUEUE_LEASED)
			return true;
	}
	return false;
}

/* Newest first, so that of each pair only the oldest counts as tried: the
 * others were merely behind it. */
static void
return_leases(struct broker *b, struct session *s, bool lost)
{
	struct leg *leg = s->lessee.last, *older;

	for (; leg != NULL; leg = older) {
		older = leg->lease_prev;
		if (leg->held)
			continue; /* its settlement is on the way */
		if (lost && !older_leased(leg)) {
			stats_add(&b->stats, STAT_LOST_LEASES, 1);
			settle_lost(b, leg, "session-lost");
		} else {
			queue_back(&b->queues, leg);
		}
	}
}

void
session_end(struct broker *b, struct session *s, bool lost)
{
	struct agent *agent = s->agent;
	struct session *next = NULL;

	if (s->over)
		return;
	s->over = true;
	hash_drop(&b->sessions, &s->node);
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		b->first = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	b->session_count--;
	stop_serving(b, s);
	return_leases(b, s, lost);
	intake_forget(b, s);
	post_forget(s);
	wire_fini(&s->hello);
	if (agent->challenger == s)
		agent->challenger = NULL;
	if (agent->live == s) {
		agent->live = NULL;
		next = agent->challenger;
		agent->challenger = NULL;
		log_info("session: agent=%s result=%s", agent->name,
		    lost ? "lost" : "ended");
		stats_add(&b->stats, STAT_SESSIONS_ENDED, 1);
	}
	s->ended_next = b->ended;
	b->ended = s;
	if (next != NULL)
		welcome(b, next);
}

void
session_bye(struct broker *b, struct session *s, enum refusal refusal,
    const char *detail)
{
	if (s->over)
		return;
	post_bye(b, s->route, refusal,
	    detail != NULL ? detail : refusal_row(refusal)->en);
	log_info("session: agent=%s result=bye code=%s why=\"%s\"",
	    s->agent->name, refusal_row(refusal)->name,
	    detail != NULL ? detail : refusal_row(refusal)->en);
	session_end(b, s, false);
}

void
session_tick(struct broker *b)
{
	int64_t gone = 3 * b->settings->session.heartbeat_ms;
	struct session *s, *next;

	for (s = b->first; s != NULL; s = next) {
		next = s->next;
		if (s->dialog == DIALOG_HELLO) {
			if (s->agent->challenger == s &&
			    b->now_ms >= s->probe_ms)
				session_end(b, s->agent->live, true);
		} else if (b->now_ms - s->heard_ms > gone) {
			log_warn("session: agent=%s result=silent ms=%lld",
			    s->agent->name,
			    (long long)(b->now_ms - s->heard_ms));
			session_end(b, s, true);
		}
		/* ending one may have ended or opened others */
		if (next != NULL && next->over)
			next = b->first;
	}
}

/* ---- gathered answers ---- */

void
session_gathers(struct broker *b, struct session *s)
{
	if (s->gathering)
		return;
	s->gathering = true;
	s->flush_next = b->flush;
	b->flush = s;
}

static void
flush_accepted(struct broker *b, struct session *s)
{
	struct wire_msg msg = {.type = WIRE_ACCEPTED};
	size_t i;

	for (i = 0; i < s->accepted_count && !s->over; i += WIRE_ITEMS_MAX) {
		msg.accepted.items = s->accepted + i;
		msg.accepted.count = s->accepted_count - i;
		if (msg.accepted.count > WIRE_ITEMS_MAX)
			msg.accepted.count = WIRE_ITEMS_MAX;
		post_message(b, s, &msg);
	}
	s->accepted_count = 0;
}

static void
flush_settled(struct broker *b, struct session *s)
{
	struct wire_msg msg = {.type = WIRE_SETTLED};
	size_t i;

	for (i = 0; i < s->settled_count && !s->over; i += WIRE_ITEMS_MAX) {
		msg.settled.items = s->settled + i;
		msg.settled.count = s->settled_count - i;
		if (msg.settled.count > WIRE_ITEMS_MAX)
			msg.settled.count = WIRE_ITEMS_MAX;
		post_message(b, s, &msg);
	}
	s->settled_count = 0;
}

void
session_flush(struct broker *b)
{
	struct session *s;

	while ((s = b->flush) != NULL) {
		b->flush = s->flush_next;
		s->gathering = false;
		flush_accepted(b, s);
		flush_settled(b, s);
		receipt_flush(b, s);
	}
}

/* ---- rights ---- */

bool
session_may_see(const struct broker *b, const struct agent *agent,
    const struct store_parcel *p)
{
	struct mandate_act act = {.agent = agent,
	    .office = p->from,
	    .type = p->from_type,
	    .partner = p->to,
	    .rights = RIGHT_SEE,
	    .desk_ms = p->accepted_ms};

	if (mandate_gateway(agent))
		return !mandate_ours(b->registry, p->from, p->from_type,
			   p->accepted_ms) &&
		       strcmp(p->agent, agent->name) == 0;
	return mandate_allows(b->mandates, &act, b->wall_ms, NULL);
}

/* Who handed it in stands in the store only; most offices have one agent, and
 * for them nothing is read. */
static struct agent *
submitter(struct broker *b, const struct id *id)
{
	struct store_parcel *p = NULL;
	struct agent *agent = NULL;

	if (store_parcel_get(b->store, id, &p) != 0)
		return NULL;
	agent = registry_agent(b->registry, p->agent);
	if (agent != NULL && !session_may_see(b, agent, p))
		agent = NULL;
	store_parcel_free(&p);
	return agent;
}

struct session *
session_of_parcel(
    struct broker *b, const struct id *id, const char *from, const char *type)
{
	bool guessed;
	const struct desk *desk = registry_match(
	    b->registry, from, type, deadline_day(b->wall_ms), &guessed);
	/* another one stood for it once, or will */
	bool moved = desk != registry_match(b->registry, from, type, 0, NULL);
	struct agent *agent = NULL;

	if (desk == NULL || !desk->inside || guessed || moved ||
	    mandate_shared(b->mandates, from))
		agent = submitter(b, id);
	if (agent == NULL && !moved && desk != NULL && desk->inside &&
	    !desk->mandate_required)
		agent = registry_agent(b->registry, desk->folder_agent);
	return agent != NULL && !agent->revoked ? agent->live : NULL;
}

void
session_mandate_changed(struct broker *b, const struct mandate *mandate)
{
	struct agent *agent = registry_agent(b->registry, mandate->agent);
	struct desk *const *desks;
	size_t i, count;

	if (agent != NULL && agent->live != NULL)
		session_rights_changed(b, agent);
	/* the office's own agents: more or fewer deliveries are theirs now */
	desks = registry_first(b->registry, mandate->office, &count);
	for (i = 0; i < count; i++) {
		char name[STORE_QUEUE_BYTES];
		struct queue *q =
		    queue_find(&b->queues, desk_queue(desks[i], name));

		if (q != NULL)
			queue_heat(&b->queues, q);
	}
}

void
session_rights_changed(struct broker *b, struct agent *agent)
{
	if (agent->challenger != NULL)
		session_bye(
		    b, agent->challenger, REFUSAL_NONE, "Say hello again.");
	if (agent->live != NULL && !agent->revoked)
		session_bye(b, agent->live, REFUSAL_NONE,
		    "The registry changed: say hello again.");
	else if (agent->live != NULL)
		session_bye(
		    b, agent->live, REFUSAL_NO_RIGHT, "The key is revoked.");
}

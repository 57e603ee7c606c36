/* NAME
 *	driver_api - the interface of 2027, one worker process per office
 * DESCRIPTION
 *	What can be known before a worker is asked is decided here: maintenance
 *	windows and pauses (for all), an office without a certificate, with one
 *	that is over or not yet begun, with a login that was refused.  The rest
 *	is an order to the office's worker (pool.h, worker.c).
 *
 *	The profile is data (config/national); docs/tasuki-national-api.md.
 * DIAGNOSTICS
 *	person: no-certificate, certificate-expired, certificate-damaged,
 *	national-login, certificate-refused and what profiles say.
 *	later: national-maintenance, national-pause, worker.
 *	notice: see roster.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "answer.h"
#include "clock.h"
#include "log.h"
#include "pool.h"
#include "profile.h"
#include "roster.h"
#include "sandbox.h"
#include "tries.h"
#include "vault.h"

#include "driver.h"
#include "order.h"

#define LOOK_MS      1000
#define PUMP_MS      1
#define LOCK_WAIT_MS 10000
#define ROOM_MS      20 /* until somebody looks for room again */

struct waiting {
	struct waiting *next;
	struct driver_order order;
};

struct api {
	zloop_t *loop;
	const struct national_settings *settings;
	const struct driver_events *events;
	void *arg;
	int dirfd;
	struct api_profile profile;
	struct vault *vault;
	struct pool *pool;
	int lock; /* of the workers; -1: none */
	struct roster *roster;
	int look_timer, pump_timer; /* -1: none */
	struct waiting *first, **last;
	struct outcome pause; /* for all, until retry_ms */
	/* the orders with the pool, by number */
	struct waiting *running;
};

/* ---- certificates ---- */

static int
on_look(zloop_t *loop, int timer, void *arg)
{
	struct api *a = arg;

	(void)loop;
	(void)timer;
	roster_look(a->roster, clock_wall_ms(), false);
	return 0;
}

/* ---- answers ---- */

/* What an answer says about its office, or all. */
static void
remember(struct api *a, const char *number, const struct outcome *outcome)
{
	struct roster_office *o = roster_find(a->roster, number);

	if (outcome->rc == TSK_LATER && outcome->scope == JUDGE_ALL &&
	    outcome->retry_ms > 0)
		a->pause = *outcome;
	if (o == NULL)
		return;
	if (outcome->rc == 0 || outcome->scope == JUDGE_OFFICE)
		o->last = *outcome;
}

static struct waiting *
take_running(struct api *a, uint64_t number)
{
	struct waiting **at = &a->running;

	while (*at != NULL && (*at)->order.number != number)
		at = &(*at)->next;
	struct waiting *w = *at;
	if (w != NULL)
		*at = w->next;
	return w;
}

static void pump_soon(struct api *a, size_t delay_ms);

static void
on_answer(void *arg, const struct message_answer *m, int out)
{
	struct message_answer *mine = mem_dup(m, sizeof(*m));
	struct api *a = arg;
	struct waiting *w = take_running(a, m->number);

	if (w == NULL)
		panic("an answer without an order");
	remember(a, w->order.office, &m->outcome);
	if (m->outcome.rc < 0) {
		answer_fail(a->events, a->arg, &w->order, &m->outcome);
	} else if (!answer_tell(a->events, a->arg, &w->order, mine, out)) {
		struct outcome bad = {.rc = TSK_CLOSED};
		why_set(&bad.why, WHY_BUG, "worker",
		    "The worker's answer cannot be right.");
		if (w->order.verb != DRIVER_SEND)
			bad.rc = TSK_LATER;
		log_error(
		    "worker: office=%s result=bad-answer", w->order.office);
		answer_fail(a->events, a->arg, &w->order, &bad);
	}
	free(mine);
	free(w);
	pump_soon(a, PUMP_MS);
}

/* ---- logins ---- */

static bool
on_may_login(void *arg, const char *office, const char *id, struct outcome *out)
{
	struct api *a = arg;
	int64_t now = clock_wall_ms();
	struct tries tries;
	int rc = tries_read(a->dirfd, office, id, &tries);

	if (rc == 0 && tries_may(&a->profile, &tries, now, out) < 0)
		return false;
	if (rc == 0)
		rc = tries_begin(a->dirfd, office, &tries, now);
	if (rc == 0)
		return true;
	/* what cannot be counted is not tried */
	*out = (struct outcome){.rc = TSK_LATER, .scope = JUDGE_ALL};
	why_set(&out->why, WHY_LATER, "disk",
	    "The count of logins cannot be kept: %s.", err_text(rc));
	return false;
}

static void
on_tried(void *arg, const char *office, const char *id, enum tried tried,
    int64_t until_ms)
{
	struct api *a = arg;
	struct tries tries;
	int rc = tries_read(a->dirfd, office, id, &tries);

	if (rc == 0)
		rc = tries_end(a->dirfd, office, &a->profile, &tries, tried,
		    until_ms, clock_wall_ms());
	if (rc < 0)
		log_warn("login: office=%s result=uncounted code=%s", office,
		    err_text(rc));
	if (tried == TRIED_REFUSED || tried == TRIED_LOCKED)
		log_warn("login: office=%s result=%s refused=%lld", office,
		    tried == TRIED_LOCKED ? "locked" : "refused",
		    (long long)tries.refused);
	else
		log_info("login: office=%s result=%s", office,
		    tried == TRIED_OK ? "ok" : "not-tried");
}

static const struct pool_events pool_events = {
    on_may_login, on_tried, on_answer};

/* ---- orders ---- */

static void
person(struct outcome *out, const char *code, const char *text)
{
	*out = (struct outcome){.rc = TSK_DENIED, .scope = JUDGE_OFFICE};
	why_set(&out->why, WHY_NEVER, code, "%s", text);
}

/* For everybody: maintenance, and a pause the other side asked for. */
static bool
all_ready(struct api *a, int64_t now, struct outcome *out)
{
	int64_t end = api_maintenance(&a->profile, now);

	if (a->pause.retry_ms > now) {
		*out = a->pause;
		return false;
	}
	if (end == 0)
		return true;
	*out = (struct outcome){
	    .rc = TSK_LATER, .scope = JUDGE_ALL, .retry_ms = end};
	why_set(&out->why, WHY_LATER, "national-maintenance",
	    "The national system is not served now.");
	return false;
}

static bool
office_ready(struct api *a, const char *number, int64_t now,
    struct container_facts *facts, struct outcome *out)
{
	char until[CLOCK_TEXT_BYTES], text[160];
	struct tries tries;
	struct why why = {0};
	int rc = vault_facts(a->vault, number, facts, &why);

	if (rc < 0) {
		person(out, why.code, why.text);
		if (rc == TSK_SYSTEM)
			out->rc = TSK_LATER;
		return false;
	}
	(void)roster_take(a->roster, facts);
	if (facts->not_after_ms <= now || facts->not_before_ms > now) {
		bool over = facts->not_after_ms <= now;
		snprintf(text, sizeof(text),
		    "The certificate %s on %s (JST): a new one is needed.",
		    over ? "ended" : "begins",
		    clock_people(
			over ? facts->not_after_ms : facts->not_before_ms,
			until));
		person(out, over ? "certificate-expired" : "certificate-early",
		    text);
		return false;
	}
	/* without a worker at hand a refused login is known before it starts */
	rc = tries_read(a->dirfd, number, facts->id, &tries);
	return rc < 0 || tries_may(&a->profile, &tries, now, out) == 0;
}

/* Takes ${w}: to the worker, or back with an answer. */
static void
start_order(
    struct api *a, struct waiting *w, const struct container_facts *facts)
{
	struct message_order *m = mem_new(sizeof(*m));
	struct outcome bad = {.rc = TSK_LATER};
	int fds[MESSAGE_FDS_MAX], out;
	uint8_t key[MASTER_KEY_BYTES];
	size_t count;
	int container = vault_file(a->vault, facts->number);
	int rc = order_message(&w->order, m, fds, &count, &out);
	size_t own = out >= 0 ? count - 1 : count; /* ours to close */

	why_set(&bad.why, WHY_LATER, "folder",
	    "The parcel or the certificate cannot be opened.");
	if (rc == 0 && container >= 0) {
		vault_key(a->vault, facts, key);
		const struct pool_order put = {
		    facts, key, container, m, fds, count, out};
		rc = pool_put(a->pool, &put, &bad.why);
		OPENSSL_cleanse(key, sizeof(key));
	} else {
		if (out >= 0)
			close(out);
		rc = TSK_LATER;
	}
	for (size_t i = 0; i < own; i++)
		close(fds[i]);
	if (container >= 0)
		close(container);
	free(m);
	if (rc < 0) {
		answer_fail(a->events, a->arg, &w->order, &bad);
		free(w);
		return;
	}
	w->next = a->running;
	a->running = w;
}

static bool
runs(const struct api *a, const char *office)
{
	for (const struct waiting *w = a->running; w != NULL; w = w->next) {
		if (strcmp(w->order.office, office) == 0)
			return true;
	}
	return false;
}

/* Answered, started, or still waiting for room (false). */
static bool
try_order(struct api *a, struct waiting *w, int64_t now)
{
	struct container_facts facts;
	struct outcome out = {0};

	const struct roster_office *o = roster_find(a->roster, w->order.office);
	if (runs(a, w->order.office) ||
	    (o != NULL && !pool_room(a->pool, o->facts.number, o->facts.id)))
		return false;
	if (!all_ready(a, now, &out) ||
	    !office_ready(a, w->order.office, now, &facts, &out)) {
		remember(a, w->order.office, &out);
		answer_fail(a->events, a->arg, &w->order, &out);
		free(w);
		return true;
	}
	if (!pool_room(a->pool, w->order.office, facts.id))
		return false;
	start_order(a, w, &facts);
	return true;
}

/* In order of arrival; who has no room does not hold up who has. */
static int
pump(zloop_t *loop, int timer, void *arg)
{
	struct api *a = arg;
	struct waiting *list = a->first, *next;
	int64_t now = clock_wall_ms();

	(void)loop;
	(void)timer;
	a->pump_timer = -1;
	a->first = NULL;
	a->last = &a->first;
	for (struct waiting *w = list; w != NULL; w = next) {
		next = w->next;
		w->next = NULL;
		if (try_order(a, w, now))
			continue;
		*a->last = w;
		a->last = &w->next;
	}
	if (a->first != NULL)
		pump_soon(a, ROOM_MS);
	return 0;
}

static void
pump_soon(struct api *a, size_t delay_ms)
{
	if (a->pump_timer >= 0)
		zloop_timer_end(a->loop, a->pump_timer);
	a->pump_timer = zloop_timer(a->loop, delay_ms, 1, pump, a);
}

static void
api_order(void *self, const struct driver_order *order)
{
	struct waiting *w = mem_new(sizeof(*w));
	struct api *a = self;

	w->order = *order;
	*a->last = w;
	a->last = &w->next;
	pump_soon(a, PUMP_MS);
}

/* ---- life ---- */

static int
needs(const struct national_settings *s, struct why *why)
{
	if (s->api_profile[0] != '\0' && s->api_containers[0] != '\0' &&
	    s->api_secret[0] != '\0')
		return 0;
	why_set(why, WHY_NEVER, "settings",
	    "The driver api needs api/profile, api/containers and api/secret.");
	return TSK_INVALID;
}

static int
api_check(const struct national_settings *s, struct why *why)
{
	struct api_profile profile = {0};
	int rc = needs(s, why);

	if (rc == 0)
		rc = api_profile_load(s->api_profile, &profile, why);
	api_profile_fini(&profile);
	return rc;
}

static void
free_list(struct waiting *w)
{
	while (w != NULL) {
		struct waiting *next = w->next;
		free(w);
		w = next;
	}
}

static void
api_close(void *self)
{
	struct api *a = self;

	if (a == NULL)
		return;
	pool_free(&a->pool);
	if (a->look_timer >= 0)
		zloop_timer_end(a->loop, a->look_timer);
	if (a->pump_timer >= 0)
		zloop_timer_end(a->loop, a->pump_timer);
	free_list(a->first);
	free_list(a->running);
	roster_free(&a->roster);
	vault_close(&a->vault);
	api_profile_fini(&a->profile);
	if (a->lock >= 0)
		close(a->lock);
	free(a);
}

static int
take_lock(struct api *a, struct why *why)
{
	a->lock = pool_lock(a->dirfd, LOCK_WAIT_MS);
	if (a->lock >= 0)
		return 0;
	why_set(why, WHY_LATER, "workers",
	    "Workers of a gateway that ended still run.");
	return TSK_LATER;
}

static void
start_pool(struct api *a)
{
	const struct pool_settings settings = {
	    .profile = a->settings->api_profile,
	    .lock = a->lock,
	    .most = (size_t)a->settings->api_workers,
	    .idle_ms = a->settings->api_idle_ms,
	    .order_ms = a->profile.order_ms,
	};

	a->pool = pool_new(a->loop, &settings, &pool_events, a);
	a->look_timer = zloop_timer(a->loop, LOOK_MS, 0, on_look, a);
}

static int
api_open(zloop_t *loop, const struct national_settings *settings, int dirfd,
    const struct driver_events *events, void *arg, void **out, struct why *why)
{
	struct api *a = mem_new(sizeof(*a));
	int rc = needs(settings, why);

	a->loop = loop;
	a->settings = settings;
	a->dirfd = dirfd;
	a->events = events;
	a->arg = arg;
	a->look_timer = a->pump_timer = a->lock = -1;
	a->last = &a->first;
	*out = NULL;
	if (rc == 0)
		rc = api_profile_load(settings->api_profile, &a->profile, why);
	sandbox_private(); /* the root key will be here */
	if (rc == 0)
		rc = vault_open(settings->api_containers, settings->api_secret,
		    true, &a->vault, why);
	if (rc == 0)
		rc = take_lock(a, why);
	if (rc < 0) {
		api_close(a);
		return rc;
	}
	start_pool(a);
	a->roster = roster_new(a->vault, events, arg);
	roster_look(a->roster, clock_wall_ms(), true);
	log_info("api: profile=\"%s\" payload=%s offices=%zu workers=%zu",
	    a->profile.name, a->profile.payload, roster_count(a->roster),
	    (size_t)settings->api_workers);
	*out = a;
	return 0;
}

static void
api_offices(void *self, void (*each)(void *arg, const char *office), void *arg)
{
	const struct api *a = self;

	for (size_t i = 0; i < roster_count(a->roster); i++)
		each(arg, roster_number(a->roster, i));
}

static void
api_health(void *self, const char *office, struct driver_health *out)
{
	const struct api *a = self;
	const struct roster_office *o = roster_find(a->roster, office);
	int64_t now = clock_wall_ms();
	const struct outcome *last = NULL;

	memset(out, 0, sizeof(*out));
	out->state = HEALTH_READY;
	if (o == NULL) {
		out->state = HEALTH_PERSON;
		why_set(&out->why, WHY_NEVER, "no-certificate",
		    "There is no certificate for %.10s.", office);
		return;
	}
	out->expires_ms = o->facts.not_after_ms;
	if (o->last.rc == TSK_DENIED || o->last.retry_ms > now)
		last = &o->last;
	else if (a->pause.retry_ms > now)
		last = &a->pause;
	if (last == NULL)
		return;
	out->state = last->rc == TSK_DENIED ? HEALTH_PERSON : HEALTH_LATER;
	out->why = last->why;
	out->until_ms = last->retry_ms;
}

const struct driver driver_api = {
    .name = "api",
    .traits = DRIVER_LISTS | DRIVER_WHOLE,
    .check = api_check,
    .open = api_open,
    .close = api_close,
    .order = api_order,
    .offices = api_offices,
    .health = api_health,
};

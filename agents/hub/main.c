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

#include "clock.h"
#include "log.h"

#include "program.h"

#define TICK_MS 100

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
	next =
	    least(next, inbound_work(p->inbound, leg_desk_link(p->legs), now));
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
	leg_desk_close(&p->legs);
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
	p->send = send_new(s, &p->profile, p->spool, p->worker, legs_told, p);
	rc = send_load(p->send, why);
	if (rc < 0)
		return rc;
	if (courier)
		rc =
		    carry_new(s, p->spool, p->send, p->inbound, &p->carry, why);
	else
		p->fetch = fetch_new(s, &p->profile, p->standard,
		    p->agent->link.secret_key, p->worker, p->inbound,
		    on_changed, p);
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
	return legs_open(p, why);
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

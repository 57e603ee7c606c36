/* NAME
 *	tasuki-fax - the agent of partners who have a FAX
 * SUMMARY
 *	tasuki-fax [-c FILE] [--check-config] [--help] [--help-settings]
 * DESCRIPTION
 *	Serves the queue "fax".  Each leg becomes a job in the agent's own folder
 *	(spool.h) and stays lent until it is known what became of it: the FAX is
 *	out, or it certainly is not, or nobody knows and a person must ask.
 *	Provider and driver: config/fax, docs/tasuki-fax.md.
 * DIAGNOSTICS
 *	Settles delivered only when the provider confirmed.  Settles never:
 *	fax-unverified and what fax_number.h says of a number; fax-document,
 *	fax-pages; failed-...; unknown; recalled.  Settles later: disk-full,
 *	folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "layout.h"
#include "log.h"

#include "program.h"

#define TICK_MS 100

/* ---- settings ---- */

static int
load_profile(
    const struct fax_settings *s, struct fax_profile *profile, struct why *why)
{
	return profile_load(
	    s->provider, s->user, s->password_file, s->from, profile, why);
}

static int
check(const void *arg, struct why *why)
{
	const struct fax_settings *settings = arg;
	struct fax_profile profile = {0};
	struct standard *standard = NULL;
	struct forms *forms = NULL;
	int rc = settings_check(settings, why);

	if (rc == 0)
		rc = load_profile(settings, &profile, why);
	if (rc == 0)
		rc = forms_load_tables(settings->standard, settings->forms,
		    &standard, &forms, why);
	profile_fini(&profile);
	forms_free(&forms);
	standard_free(&standard);
	return rc;
}

/* ---- the loop ---- */

static int
on_timer(zloop_t *loop, int timer, void *arg)
{
	struct program *p = arg;
	int64_t now = clock_wall_ms();

	(void)loop;
	(void)timer;
	if (p->next_ms <= now || p->next_ms > now + 60000)
		p->next_ms = run_tick(p->run, now);
	return 0;
}

static int
on_results(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct program *p = arg;

	(void)loop;
	(void)item;
	run_results(p->run, clock_wall_ms());
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
	run_free(&p->run);
	spool_close(&p->spool);
	profile_fini(&p->profile);
	forms_free(&p->forms);
	standard_free(&p->standard);
	log_info("stop: sent=%llu failed=%llu", (unsigned long long)p->sent,
	    (unsigned long long)p->failed);
	free(p);
}

static const char *
holiday(void *arg, const char *day)
{
	return standard_holiday(arg, day);
}

static unsigned
least(int64_t a, int64_t b)
{
	return (unsigned)(a < b ? a : b);
}

static int
run_start(struct program *p, const struct fax_settings *s, struct why *why)
{
	struct run_settings settings = {
	    .join = s->join,
	    .tries = (unsigned)s->tries,
	    .parallel = (unsigned)s->parallel,
	    .spacing_ms = s->spacing_ms,
	    .result_ms = s->result_ms,
	    .poll_ms = s->poll_ms,
	    .pages_max = least(s->pages_job, p->profile.pages_max),
	    .pages_day = (unsigned)s->pages_day,
	    .yen_day = s->yen_day,
	    .yen_page = s->yen_page,
	};
	int rc = hours_parse(s->days, s->open, s->close, &settings.hours, why);

	if (rc < 0)
		return rc;
	settings.hours.holidays = s->holidays;
	settings.hours.holiday = holiday;
	settings.hours.arg = p->standard;
	p->run = run_new(&settings, p->spool, p->worker, legs_told, p);
	p->desk = (struct desk){
	    .forms = p->forms,
	    .settings = s,
	    .run = p->run,
	    .pages_max = settings.pages_max,
	    .bytes_max = (uint64_t)p->profile.bytes_max,
	};
	return run_load(p->run, why);
}

static int
loop_start(struct program *p, struct why *why)
{
	zloop_t *loop = p->agent->loop;

	p->item =
	    (zmq_pollitem_t){.fd = worker_fd(p->worker), .events = ZMQ_POLLIN};
	zloop_poller(loop, &p->item, on_results, p);
	zloop_poller_set_tolerant(loop, &p->item);
	p->polled = true;
	p->timer = zloop_timer(loop, TICK_MS, 0, on_timer, p);
	return control_new(
	    loop, p->spool, p->run, on_changed, p, &p->control, why);
}

static int
start(struct agent *agent, const void *arg, void **self, struct why *why)
{
	const struct fax_settings *settings = arg;
	struct program *p = mem_new(sizeof(*p));

	*self = p;
	p->agent = agent;
	int rc = forms_load_tables(
	    settings->standard, settings->forms, &p->standard, &p->forms, why);
	if (rc == 0)
		rc = load_profile(settings, &p->profile, why);
	if (rc == 0)
		rc = spool_open(settings->folder, &p->spool, why);
	if (rc == 0)
		rc = worker_new(&p->profile, &p->worker, why);
	if (rc == 0)
		rc = run_start(p, settings, why);
	if (rc == 0)
		rc = loop_start(p, why);
	if (rc < 0)
		return rc;
	return legs_open(p, why);
}

static const struct agent_program program = {
    .name = "tasuki-fax",
    .summary = "sends parcels to partners who have a FAX",
    .rows = fax_settings_rows,
    .settings_bytes = sizeof(struct fax_settings),
    .common_offset = offsetof(struct fax_settings, common),
    .check = check,
    .start = start,
    .stop = stop,
};

int
main(int argc, char **argv)
{
	return agent_main(argc, argv, &program);
}

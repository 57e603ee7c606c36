/* NAME
 *	tasuki-national - the gateway to the national system
 * SUMMARY
 *	tasuki-national [-c FILE] [--check-config] [--help] [--help-settings]
 * DESCRIPTION
 *	Serves the queue "national".  Each leg becomes a parcel in the gateway's
 *	own folder (spool.h) and stays lent until the national system shows it
 *	among what was sent, or it certainly was not, or nobody knows and a
 *	person must ask (run.h).  What it holds for our offices is brought in
 *	(receive.h).  Who does all this is a driver (driver.h).
 * DIAGNOSTICS
 *	Settles delivered when listed as sent, picked-up when the receiver has
 *	fetched it, working on the way.  Settles never: what the driver refuses,
 *	partly-refused, failed-by-person, failed-cancelled, unknown,
 *	record-damaged, recalled.  Settles later: disk-full, folder.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "log.h"
#include "spawner.h"

#include "program.h"

#define TICK_MS 100

/* ---- turns ---- */

static void
look_for_offices(void *arg, const char *office)
{
	run_office(((struct program *)arg)->run, office);
}

static void
turn(struct program *p)
{
	int64_t now = clock_wall_ms();

	if (p->offices_ms <= now || p->offices_ms > now + 60000) {
		p->driver->offices(p->self, look_for_offices, p);
		p->offices_ms = now + 10000;
		p->next_ms = 0;
	}
	if (p->next_ms <= now || p->next_ms > now + 60000)
		p->next_ms = run_tick(p->run, now);
	if (p->inbound_ms <= now || p->inbound_ms > now + 60000)
		p->inbound_ms =
		    inbound_work(p->inbound, leg_desk_link(p->legs), now);
}

static int
on_soon(zloop_t *loop, int timer, void *arg)
{
	struct program *p = arg;

	(void)loop;
	(void)timer;
	p->soon = false;
	turn(p);
	return 0;
}

/* At the end of this turn of the loop, not from inside of what happens. */
void
program_wake(struct program *p)
{
	p->next_ms = 0;
	if (!p->soon)
		zloop_timer(p->agent->loop, 1, 1, on_soon, p);
	p->soon = true;
}

static int
on_timer(zloop_t *loop, int timer, void *arg)
{
	(void)loop;
	(void)timer;
	turn(arg);
	return 0;
}

/* ---- events of the parcels ---- */

static void
on_notice(void *arg, const char *office, const char *code, const char *text)
{
	struct program *p = arg;

	notices_add(p->notices, office, code, text, clock_wall_ms());
}

static void
on_notice_clear(void *arg, const char *office, const char *code)
{
	struct program *p = arg;

	notices_clear(p->notices, office, code);
}

static bool
on_inbound_next(void *arg, const char *office, int64_t now,
    struct driver_order *order, int64_t *when)
{
	struct program *p = arg;

	return receive_next(p->receive, office, now, order, when);
}

static void
on_inbound_answer(void *arg, const struct driver_order *order,
    const struct driver_answer *answer, int64_t now)
{
	struct program *p = arg;

	receive_answer(p->receive, order, answer, now);
	p->inbound_ms = 0;
}

static const struct run_events run_events = {
    .tell = legs_tell,
    .step = legs_step,
    .inbound_next = on_inbound_next,
    .inbound_answer = on_inbound_answer,
    .notice = on_notice,
    .notice_clear = on_notice_clear,
};

/* ---- the driver's events ---- */

static void
on_answer(void *arg, const struct driver_answer *answer)
{
	struct program *p = arg;

	run_answer(p->run, answer, clock_wall_ms());
	program_wake(p);
}

static void
on_changed(void *arg, const char *office)
{
	struct program *p = arg;

	p->offices_ms = 0;
	run_changed(p->run, office, clock_wall_ms());
	receive_changed(p->receive, office);
	program_wake(p);
}

static const struct driver_events driver_events = {
    .answer = on_answer,
    .changed = on_changed,
    .notice = on_notice,
    .notice_clear = on_notice_clear,
};

/* ---- inbound parcels ---- */

static void
on_inbound_accepted(void *arg, const struct id *id, const char *source)
{
	struct program *p = arg;

	receive_accepted(p->receive, id, source);
}

static void
on_inbound_refused(void *arg, const struct id *id, const char *source,
    const struct wire_refused *refused)
{
	struct program *p = arg;

	receive_refused(
	    p->receive, id, source, refusal_row(refused->refusal)->name);
}

static const struct inbound_events inbound_events = {
    .accepted = on_inbound_accepted,
    .refused = on_inbound_refused,
};

static void
on_decided(void *arg)
{
	program_wake(arg);
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
	if (p->self != NULL)
		p->driver->close(p->self);
	receive_free(&p->receive);
	inbound_close(&p->inbound);
	marks_close(&p->marks);
	run_free(&p->run);
	notices_free(&p->notices);
	if (p->driver_dir >= 0)
		close(p->driver_dir);
	spool_close(&p->spool);
	standard_free(&p->standard);
	free(p->person_folder);
	log_info("stop: sent=%llu failed=%llu", (unsigned long long)p->sent,
	    (unsigned long long)p->failed);
	free(p);
}

static char *
path_below(const char *folder, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		panic("no memory");
	return path;
}

static char *
person_folder(const struct national_settings *s)
{
	if (s->person_folder[0] != '\0')
		return mem_text(s->person_folder);
	if (strcmp(s->driver, driver_desk.name) == 0)
		return path_below(s->desk_folder, "要確認");
	return path_below(s->folder, "for-person");
}

static void
run_start(struct program *p)
{
	const struct national_settings *s = p->settings;
	const struct run_settings settings = {
	    .parallel = (unsigned)s->parallel,
	    .poll_ms = s->poll_ms,
	    .soon_ms = s->soon_ms,
	    .lag_ms = s->lag_ms,
	    .wait_min_ms = s->wait_min_ms,
	    .wait_max_ms = s->wait_max_ms,
	    .listed_ms = s->listed_ms,
	    .fetched_ms = s->fetched_ms,
	    .recent_ms = s->recent_ms,
	    .whole_ms = s->whole_ms,
	    .remind_ms = s->desk_remind_ms,
	};

	p->run = run_new(&settings, p->spool, &run_events, p);
	p->notices = notices_new();
}

static int
receive_start(struct program *p, int64_t now, struct why *why)
{
	const struct national_settings *s = p->settings;
	const struct receive_settings settings = {
	    .poll_ms = s->poll_ms,
	    .set_ms = s->set_ms,
	    .window_ms = s->window_ms,
	    .overlap_ms = s->overlap_ms,
	    .whole_ms = s->whole_ms,
	    .wait_ms = s->wait_min_ms,
	    .on = s->receive,
	    .whole = (p->driver->traits & DRIVER_WHOLE) != 0,
	    .moves = (p->driver->traits & DRIVER_BY_HAND) != 0,
	    .person_folder = p->person_folder,
	    .secret = p->agent->link.secret_key,
	};
	char *path = path_below(s->folder, "inbound");
	int rc = marks_open(spool_dirfd(p->spool), now, &p->marks, why);

	if (rc == 0)
		rc = inbound_open(path, &inbound_events, p, &p->inbound, why);
	free(path);
	if (rc < 0)
		return rc;
	p->receive =
	    receive_new(&settings, p->standard, p->marks, on_notice, p);
	receive_inbound(p->receive, p->inbound);
	return 0;
}

static int
driver_start(struct program *p, int64_t now, struct why *why)
{
	int rc = p->driver_dir =
	    file_dir_below(spool_dirfd(p->spool), p->driver->name, 0700);

	if (rc < 0) {
		why_set(why, WHY_LATER, "folder",
		    "The folder of the driver cannot be opened: %s.",
		    err_text(rc));
		return rc;
	}
	rc = p->driver->open(p->agent->loop, p->settings, p->driver_dir,
	    &driver_events, p, &p->self, why);
	if (rc < 0)
		return rc;
	run_driver(p->run, p->driver, p->self);
	rc = run_load(p->run, now, why);
	return rc < 0 ? rc : inbound_load(p->inbound, now, why);
}

static int
start(struct agent *agent, const void *arg, void **self, struct why *why)
{
	const struct national_settings *settings = arg;
	struct program *p = mem_new(sizeof(*p));
	int64_t now = clock_wall_ms();

	*self = p;
	p->agent = agent;
	p->settings = settings;
	p->driver = driver_find(settings->driver);
	p->driver_dir = -1;
	p->person_folder = person_folder(settings);
	int rc = standard_load(
	    settings->standard[0] != '\0' ? settings->standard : standard_dir(),
	    &p->standard, why);
	if (rc == 0)
		rc = spool_open(settings->folder, &p->spool, why);
	if (rc < 0)
		return rc;
	run_start(p);
	rc = receive_start(p, now, why);
	if (rc == 0)
		rc = driver_start(p, now, why);
	if (rc == 0)
		rc = control_new(agent->loop, p->spool, p->run, p->notices,
		    on_decided, p, &p->control, why);
	if (rc < 0)
		return rc;
	rc = legs_open(p, why);
	if (rc == 0)
		zloop_timer(agent->loop, TICK_MS, 0, on_timer, p);
	return rc;
}

static int
check(const void *arg, struct why *why)
{
	const struct national_settings *settings = arg;
	struct standard *standard = NULL;
	int rc = settings_check(settings, why);

	if (rc == 0)
		rc = standard_load(settings->standard[0] != '\0'
				       ? settings->standard
				       : standard_dir(),
		    &standard, why);
	standard_free(&standard);
	return rc;
}

static const struct agent_program program = {
    .name = "tasuki-national",
    .summary = "the gateway to the national system",
    .rows = national_settings_rows,
    .settings_bytes = sizeof(struct national_settings),
    .common_offset = offsetof(struct national_settings, common),
    .check = check,
    .start = start,
    .stop = stop,
};

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], SPAWNER_OPTION) == 0)
		spawner_main(argv[2]);
	return agent_main(argc, argv, &program);
}

/* NAME
 *	tasuki-office - an office's folders on the bus
 * SUMMARY
 *	tasuki-office [-c FILE] [--check-config]
 * DESCRIPTION
 *	One loop, one thread: the link to the broker, the watch of the folders,
 *	and a timer.  Every part says when it has work next (outbox, outgoing,
 *	incoming, status); work() runs when the earliest of them is due.  With
 *	nothing to do the process sleeps until a heartbeat or the next look at
 *	the folders.
 *
 *	The broker may be away for days: files are still taken, checked and put
 *	into the folder of sending ones; they go when it is back.
 * DIAGNOSTICS
 *	docs/tasuki-office.md lists the log lines.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "log.h"

#include "agent.h"
#include "desks.h"
#include "first.h"
#include "incoming.h"
#include "latest.h"
#include "listed.h"
#include "office.h"
#include "outbox.h"
#include "outgoing.h"
#include "pickup.h"
#include "recall.h"
#include "receipts.h"
#include "reconcile.h"
#include "status.h"

/* ---- the timer ---- */

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int
work(zloop_t *loop, int timer, void *arg)
{
	struct app *app = arg;
	int64_t now_ms = clock_mono_ms(), next = INT64_MAX;

	(void)loop, (void)timer;
	app->work_timer = -1;
	app->work_at_ms = INT64_MAX;
	next = earlier(next, incoming_work(app->incoming, now_ms));
	for (size_t i = 0; i < app->office_count; i++) {
		struct office *office = &app->offices[i];

		next = earlier(next, status_flush(office->status, now_ms));
		if (office->resting)
			continue;
		next = earlier(next, outbox_work(office->outbox, now_ms));
		next = earlier(next, recall_work(office, now_ms));
	}
	next = earlier(next, outgoing_work(app->outgoing, now_ms));
	if (next != INT64_MAX)
		app_wake(app, next);
	return 0;
}

/* ---- events of the link ---- */

static void
on_welcome(struct link *link, const struct wire_welcome *w, void *arg)
{
	struct app *app = arg;

	(void)link;
	desks_welcome(app, w);
	for (size_t i = 0; i < app->office_count; i++) {
		receipts_query(&app->offices[i]);
		recall_welcome(&app->offices[i]);
		pickup_report(app->offices[i].pickup);
	}
	app_wake(app, 0);
}

static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct app *app = arg;

	(void)link, (void)why;
	outgoing_down(app->outgoing);
	listed_down(app->listed);
	incoming_down(app->incoming);
	for (size_t i = 0; i < app->office_count; i++)
		pickup_down(app->offices[i].pickup);
}

static void
on_accepted(struct link *link, const struct wire_accepted_item *item, void *arg)
{
	(void)link;
	outgoing_accepted(((struct app *)arg)->outgoing, item);
}

static void
on_refused(struct link *link, const struct wire_refused *refused, void *arg)
{
	(void)link;
	outgoing_refused(((struct app *)arg)->outgoing, refused);
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	(void)link;
	incoming_deliver(((struct app *)arg)->incoming, delivery);
}

static bool
on_offered(struct link *link, const struct wire_deliver *deliver, void *arg)
{
	(void)link;
	return incoming_offered(((struct app *)arg)->incoming, deliver);
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	struct app *app = arg;
	bool delivered = incoming_settled(app->incoming, &item->id);

	(void)link;
	for (size_t i = 0; i < app->office_count; i++)
		if (delivered)
			pickup_try(app->offices[i].pickup, &item->id);
		else
			pickup_settled(app->offices[i].pickup, &item->id);
}

static void
on_receipt(struct link *link, const struct wire_receipt *receipt, void *arg)
{
	struct app *app = arg;

	(void)link;
	for (size_t i = 0; i < app->office_count; i++)
		if (receipts_event(&app->offices[i], receipt)) {
			recall_receipt(&app->offices[i], receipt);
			return;
		}
}

/* The broker came back from an older backup: what it accepted since is offered
 * again under the same id.  A receiver that has it says so and nothing comes
 * twice. */
static void
offer_again(struct app *app, const struct id *id)
{
	char text[ID_TEXT_BYTES];
	int rc = TSK_NOTFOUND;

	for (size_t i = 0; rc == TSK_NOTFOUND && i < app->office_count; i++) {
		rc = receipts_forgotten(&app->offices[i], id);
		if (rc == 0)
			outgoing_again(app->outgoing, &app->offices[i], id);
	}
	log_warn("receipts: parcel=%s is unknown to the broker result=%s",
	    id_text(id, text),
	    rc == 0              ? "sent-again"
	    : rc == TSK_NOTFOUND ? "nothing-owed"
				 : err_text(rc));
}

static void
on_answer(struct link *link, const struct wire_ids *unknown, void *arg)
{
	(void)link;
	for (size_t i = 0; i < unknown->count; i++)
		offer_again(arg, &unknown->ids[i]);
}

static void
on_reads(struct link *link, const struct wire_reads *reads, void *arg)
{
	(void)link;
	listed_answer(((struct app *)arg)->listed, reads, clock_mono_ms());
}

static void
on_room(struct link *link, void *arg)
{
	(void)link;
	app_wake(arg, 0);
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
    .answer = on_answer,
    .reads = on_reads,
    .room = on_room,
};

/* ---- life ---- */

int
desks_open(struct app *app, struct office *office, struct why *why)
{
	const struct office_settings *s = office->settings;
	int rc;

	office->app = app;
	snprintf(office->number, sizeof(office->number), "%s", s->number);
	snprintf(office->type, sizeof(office->type), "%s", s->service_type);
	snprintf(office->label, sizeof(office->label), "%s%s%s", s->number,
	    s->service_type[0] == '\0' ? "" : "/", s->service_type);
	rc = folders_open(&office->folders, app->settings, s->folder, why);
	if (rc != 0)
		return rc;
	(void)file_tidy(office->folders.root);
	(void)file_tidy(office->folders.hold);
	(void)file_tidy(office->folders.rejected);
	office->status = status_new(office);
	office->reconcile = reconcile_new();
	receipts_load(office);
	(void)pickup_new(office);
	incoming_load(app->incoming, office);
	outgoing_load(app->outgoing, office);
	first_open(office);
	office->outbox = outbox_new(office);
	log_info("office: office=%s opened sending=%zu", office->label,
	    outgoing_count(app->outgoing));
	return 0;
}

static void
office_close(struct office *office)
{
	outbox_free(&office->outbox);
	pickup_free(&office->pickup);
	receipts_free(office);
	latest_free(office);
	reconcile_free(&office->reconcile);
	status_free(&office->status);
	folders_close(&office->folders);
	if (office->made == NULL)
		return;
	free(office->made->number);
	free(office->made->service_type);
	free(office->made->folder);
	free(office->made);
}

static int
link_up(struct app *app, struct agent *agent, struct why *why)
{
	struct link_settings s = agent->link;

	s.credit_parcels = (uint32_t)app->settings->receive_parcels;
	s.credit_bytes = (uint64_t)app->settings->receive_bytes;
	return link_new(agent->loop, &s, &events, app, &app->link, why);
}

static int
find_profile(struct app *app, struct why *why)
{
	const char *name = app->settings->profile;

	app->profile = standard_profile(app->standard, name);
	if (app->profile != NULL)
		return 0;
	why_set(why, WHY_NEVER, "settings",
	    "check/profile: \"%s\": is none of strict, exchange, lenient",
	    name);
	return TSK_INVALID;
}

/* Offices never move in memory: all the room there may be is taken at once. */
static int
open_offices(struct app *app, struct why *why)
{
	size_t count = app->settings->offices.count;
	int rc = 0;

	app->office_room = count;
	if (app->settings->desks_folder[0] != '\0')
		app->office_room += DESKS_MAX;
	app->offices = mem_new(app->office_room * sizeof(*app->offices));
	for (size_t i = 0; i < count && rc == 0; i++) {
		app->offices[i].settings = settings_office(app->settings, i);
		rc = desks_open(app, &app->offices[i], why);
		if (rc == 0)
			app->office_count++;
	}
	return rc == 0 ? desks_load(app, why) : rc;
}

static int
start(struct agent *agent, const void *settings, void **self, struct why *why)
{
	struct app *app = mem_new(sizeof(*app));
	int rc;

	*self = app;
	signal(SIGIO, SIG_IGN); /* a writer met one of our read leases */
	app->agent = agent;
	app->loop = agent->loop;
	app->settings = settings;
	app->language = settings_language(settings);
	app->work_timer = -1;
	app->work = work;
	rc = standard_load(app->settings->standard[0] == '\0'
			       ? standard_dir()
			       : app->settings->standard,
	    &app->standard, why);
	if (rc == 0)
		rc = find_profile(app, why);
	if (rc == 0)
		rc = link_up(app, agent, why);
	if (rc != 0)
		return rc;
	app->watch = watch_new(agent->loop, app->settings->interval_ms);
	app->listed = listed_new(app);
	app->outgoing = outgoing_new(app);
	app->incoming = incoming_new(app);
	return open_offices(app, why);
}

static void
stop(void *self)
{
	struct app *app = self;

	if (app == NULL)
		return;
	link_free(&app->link);
	outgoing_free(&app->outgoing);
	listed_free(&app->listed);
	incoming_free(&app->incoming);
	for (size_t i = 0; i < app->office_count; i++)
		office_close(&app->offices[i]);
	watch_free(&app->watch);
	standard_free(&app->standard);
	free(app->offices);
	free(app);
}

static const struct agent_program program = {
    .name = "tasuki-office",
    .summary = "an office's folders on the bus",
    .rows = settings_rows,
    .settings_bytes = sizeof(struct settings),
    .common_offset = offsetof(struct settings, agent),
    .check = settings_check,
    .start = start,
    .stop = stop,
};

int
main(int argc, char **argv)
{
	return agent_main(argc, argv, &program);
}

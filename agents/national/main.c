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

#include "agent.h"
#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"
#include "worker.h"

#include "control.h"
#include "receive.h"
#include "run.h"

#define TICK_MS      100
#define CREDIT_BYTES (1ull << 40) /* a lent leg may lie for days */
#define CREDIT_LEGS  100000

struct program {
	struct agent *agent;
	const struct national_settings *settings;
	const struct driver *driver;
	void *self; /* the driver's */
	struct standard *standard;
	struct spool *spool;
	struct run *run;
	struct inbound *inbound;
	struct marks *marks;
	struct receive *receive;
	struct notices *notices;
	struct control *control;
	struct link *link;
	char *person_folder;
	int driver_dir;
	int64_t next_ms, inbound_ms, offices_ms;
	bool soon; /* a turn is due before the next tick */
	uint64_t sent, failed;
};

static const char *const queues[] = {"national", NULL};

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
		p->inbound_ms = inbound_work(p->inbound, p->link, now);
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
static void
wake(struct program *p)
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

static struct wire_settle_item
settlement(const struct parcel *p, bool recall)
{
	struct wire_settle_item item = {
	    .id = p->id,
	    .leg = p->leg,
	    .outcome = WIRE_OUTCOME_NEVER,
	    .code = p->code,
	    .detail = p->text,
	    .at_ms = (uint64_t)p->ended_ms,
	};

	if (p->state == PARCEL_FETCHED && p->told) {
		item.outcome = WIRE_OUTCOME_PICKED_UP;
		item.at_ms = (uint64_t)p->fetched_ms;
	} else if (p->state == PARCEL_LISTED || p->state == PARCEL_FETCHED) {
		item.outcome = WIRE_OUTCOME_DELIVERED;
		item.at_ms = (uint64_t)p->listed_ms;
	} else if (p->state == PARCEL_RECALLED ||
		   (recall && p->state == PARCEL_FAILED)) {
		item.code = "recalled";
	}
	if (item.outcome != WIRE_OUTCOME_NEVER)
		item.code = "";
	return item;
}

/* What became of it, as often as somebody asks. */
static void
settle_task(struct program *p, struct task *t)
{
	struct wire_settle_item item = settlement(t->parcel, t->recall);

	CRASH_POINT("national-before-settle");
	link_settle(p->link, &item,
	    item.outcome == WIRE_OUTCOME_PICKED_UP ? 0 : t->credit);
	t->credit = 0;
}

static bool
is_there(const struct parcel *p)
{
	return p->state == PARCEL_LISTED || p->state == PARCEL_FETCHED;
}

static void
on_tell(void *arg, struct task *t)
{
	struct program *p = arg;

	if (is_there(t->parcel))
		p->sent += !t->parcel->told;
	else
		p->failed++;
	wake(p);
	/* that it is there counts from anybody; the rest only from who holds
	 * the leg */
	if (p->link != NULL && (t->lent || is_there(t->parcel)))
		settle_task(p, t);
}

static void
on_step(void *arg, struct task *t)
{
	struct program *p = arg;
	const struct parcel *parcel = t->parcel;
	struct wire_settle_item item = {
	    .id = parcel->id,
	    .leg = parcel->leg,
	    .outcome = WIRE_OUTCOME_WORKING,
	    .code = parcel->state == PARCEL_HANDED ? "handed-over"
		    : parcel->hold                 ? "held"
						   : "queued",
	    .detail = parcel->text,
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	wake(p);
	if (p->link != NULL && t->lent)
		link_settle(p->link, &item, 0);
}

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
    .tell = on_tell,
    .step = on_step,
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
	wake(p);
}

static void
on_changed(void *arg, const char *office)
{
	struct program *p = arg;

	p->offices_ms = 0;
	run_changed(p->run, office, clock_wall_ms());
	receive_changed(p->receive, office);
	wake(p);
}

static const struct driver_events driver_events = {
    .answer = on_answer,
    .changed = on_changed,
    .notice = on_notice,
    .notice_clear = on_notice_clear,
};

/* ---- deliveries ---- */

static struct parcel *
parcel_of(const struct wire_deliver *deliver, int64_t now)
{
	const struct wire_parcel *w = &deliver->parcel;
	struct parcel *p = parcel_new(w->document_count);

	p->id = w->id;
	p->leg = deliver->leg;
	p->state = PARCEL_PREPARED;
	memcpy(p->from, w->from, sizeof(p->from));
	memcpy(p->from_type, w->from_type, sizeof(p->from_type));
	memcpy(p->to, w->to, sizeof(p->to));
	memcpy(p->to_type, w->to_type, sizeof(p->to_type));
	snprintf(p->month, sizeof(p->month), "%s", w->month);
	snprintf(p->stamp, sizeof(p->stamp), "%s", w->stamp);
	if (deliver->paper != NULL) {
		snprintf(p->from_name, sizeof(p->from_name), "%s",
		    deliver->paper->from_name);
		snprintf(p->to_name, sizeof(p->to_name), "%s",
		    deliver->paper->to_name);
	}
	p->clients = w->clients;
	p->accepted_ms = (int64_t)deliver->accepted_ms;
	p->made_ms = p->due_ms = now;
	for (size_t i = 0; i < w->document_count; i++) {
		const struct wire_document *d = &w->documents[i];
		snprintf(
		    p->documents[i].name, PARCEL_NAME_BYTES, "%s", d->name);
		snprintf(p->documents[i].kind, sizeof(p->documents[i].kind),
		    "%s", d->kind);
		p->documents[i].bytes = d->bytes;
		memcpy(p->documents[i].sha256, d->sha256, DIGEST_BYTES);
	}
	parcel_say(p, "queued", "It waits for its turn.");
	return p;
}

static bool
wants_back(const struct wire_deliver *deliver)
{
	return deliver->paper != NULL && deliver->paper->recalled;
}

static void
take_new(struct program *p, const struct link_delivery *delivery)
{
	const struct wire_deliver *deliver = delivery->deliver;
	int64_t now = clock_wall_ms();
	struct task *t = NULL;
	struct why why = {0};

	if (wants_back(deliver)) {
		settle_now(p, deliver, WIRE_OUTCOME_NEVER, "recalled",
		    "It was taken back before it came here.");
		return;
	}
	if (run_add(p->run, parcel_of(deliver, now), delivery->bodies, now, &t,
		&why) < 0) {
		log_warn("national: from=%s to=%s attempt=%u result=later "
			 "code=%s why=\"%s\"",
		    deliver->parcel.from, deliver->parcel.to, deliver->attempt,
		    why.code, why.text);
		settle_now(p, deliver, WIRE_OUTCOME_LATER, why.code, why.text);
		return;
	}
	t->credit = encoded_bytes(&deliver->parcel);
	run_lend(p->run, t);
	on_step(p, t);
}

static void
take_again(
    struct program *p, struct task *t, const struct wire_deliver *deliver)
{
	t->credit = encoded_bytes(&deliver->parcel);
	run_lend(p->run, t);
	if (wants_back(deliver))
		run_recall(p->run, t, clock_wall_ms());
	else if (parcel_ended(t->parcel))
		settle_task(p, t);
	else
		on_step(p, t);
	wake(p);
}

/* An end that is written down and out of the way. */
static bool
was_ended(struct program *p, const struct wire_deliver *deliver)
{
	struct parcel *old = NULL;

	if (spool_ended(p->spool, &deliver->parcel.id, deliver->leg, &old) != 1)
		return false;
	/* recalled, and somebody wants it sent after all */
	bool over = old->state != PARCEL_RECALLED || wants_back(deliver);
	if (over) {
		old->told = false; /* once more */
		struct wire_settle_item item = settlement(old, false);
		link_settle(p->link, &item, encoded_bytes(&deliver->parcel));
	}
	parcel_free(&old);
	return over;
}

/* Ended and told, and here again: a person had it queued again. */
static bool
once_more(const struct task *t, const struct wire_deliver *deliver)
{
	return t->parcel->told && !t->busy && !wants_back(deliver) &&
	       (t->parcel->state == PARCEL_FAILED ||
		   t->parcel->state == PARCEL_UNKNOWN);
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	const struct wire_deliver *deliver = delivery->deliver;
	struct program *p = arg;
	struct task *t = run_find(p->run, &deliver->parcel.id, deliver->leg);

	(void)link;
	if (t != NULL && !once_more(t, deliver))
		take_again(p, t, deliver);
	else if (t != NULL || !was_ended(p, deliver))
		take_new(p, delivery);
}

/* Large documents of what is over are not fetched again. */
static bool
on_offered(struct link *link, const struct wire_deliver *deliver, void *arg)
{
	struct program *p = arg;
	struct task *t = run_find(p->run, &deliver->parcel.id, deliver->leg);

	(void)link;
	if (t == NULL)
		return was_ended(p, deliver);
	if (!parcel_ended(t->parcel) || once_more(t, deliver))
		return false;
	take_again(p, t, deliver);
	return true;
}

static void
on_recall(struct link *link, const struct wire_recall *recall, void *arg)
{
	struct program *p = arg;
	struct task *t = run_find(p->run, &recall->id, recall->leg);

	(void)link;
	log_info("recall: code=%s result=%s", recall->code,
	    t == NULL ? "unknown" : parcel_state_name(t->parcel->state));
	if (t != NULL)
		run_recall(p->run, t, clock_wall_ms());
	wake(p);
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	struct program *p = arg;
	struct task *t = run_find(p->run, &item->id, item->leg);

	(void)link;
	if (t != NULL)
		run_told(p->run, t, clock_wall_ms());
	wake(p);
}

static void
on_welcome(struct link *link, const struct wire_welcome *welcome, void *arg)
{
	struct program *p = arg;

	(void)link;
	log_info("link: result=open queues=%zu", welcome->serve_count);
	if (welcome->serve_count == 0)
		log_warn("link: result=no-queue why=\"The broker does not let "
			 "this agent serve the queue national: give it the "
			 "role national.\"");
	for (struct task *t = run_first(p->run); t != NULL;
	     t = run_next(p->run)) {
		const struct parcel *parcel = t->parcel;
		if (is_there(parcel) &&
		    (!parcel->told ||
			(parcel->state == PARCEL_FETCHED && !parcel->picked)))
			settle_task(p, t);
	}
	p->inbound_ms = 0;
	wake(p);
}

/* The leases are gone with the session: nothing new goes out until the broker
 * lends again. */
static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct program *p = arg;

	(void)link;
	log_warn("link: result=down code=%s why=\"%s\"", why->code, why->text);
	for (struct task *t = run_first(p->run); t != NULL;
	     t = run_next(p->run)) {
		t->lent = false;
		t->credit = 0;
	}
	inbound_down(p->inbound);
}

static void
on_accepted(struct link *link, const struct wire_accepted_item *item, void *arg)
{
	struct program *p = arg;

	(void)link;
	(void)inbound_accepted(p->inbound, item);
	p->inbound_ms = 0;
	run_wake_all(p->run);
	wake(p);
}

static void
on_refused(struct link *link, const struct wire_refused *refused, void *arg)
{
	struct program *p = arg;

	(void)link;
	(void)inbound_refused(p->inbound, refused, clock_wall_ms());
	p->inbound_ms = 0;
	run_wake_all(p->run);
	wake(p);
}

static void
on_room(struct link *link, void *arg)
{
	struct program *p = arg;

	(void)link;
	p->inbound_ms = 0;
	wake(p);
}

static const struct link_events link_events = {
    .welcome = on_welcome,
    .down = on_down,
    .deliver = on_deliver,
    .offered = on_offered,
    .settled = on_settled,
    .recall = on_recall,
    .accepted = on_accepted,
    .refused = on_refused,
    .room = on_room,
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
	wake(arg);
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
	    .wait_ms = s->wait_min_ms,
	    .on = s->receive,
	    .whole = (p->driver->traits & DRIVER_WHOLE) != 0,
	    .moves = (p->driver->traits & DRIVER_BY_HAND) != 0,
	    .person_folder = p->person_folder,
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
	int rc = file_dir_make(spool_dirfd(p->spool), p->driver->name, 0700);

	if (rc >= 0)
		rc = p->driver_dir =
		    file_dir_open(spool_dirfd(p->spool), p->driver->name);
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
	agent->link.serve = queues;
	agent->link.credit_parcels = CREDIT_LEGS;
	agent->link.credit_bytes = CREDIT_BYTES;
	rc =
	    link_new(agent->loop, &agent->link, &link_events, p, &p->link, why);
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
	if (argc == 2 && strcmp(argv[1], WORKER_OPTION) == 0)
		worker_main();
	return agent_main(argc, argv, &program);
}

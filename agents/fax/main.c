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

#include "agent.h"
#include "clock.h"
#include "crash.h"
#include "layout.h"
#include "log.h"

#include "control.h"
#include "desk.h"
#include "run.h"
#include "settings.h"

#define TICK_MS      100
#define CREDIT_BYTES (1ull << 40) /* a lent leg may lie for days */
#define CREDIT_LEGS  1000

struct program {
	struct agent *agent;
	struct standard *standard;
	struct forms *forms;
	struct fax_profile profile;
	struct spool *spool;
	struct worker *worker;
	struct run *run;
	struct control *control;
	struct link *link;
	struct desk desk;
	zmq_pollitem_t item;
	int timer;
	bool polled;
	int64_t next_ms;
	uint64_t sent, failed;
};

static const char *const queues[] = {"fax", NULL};

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

static enum wire_outcome
outcome_of(const struct job *job, const char **code)
{
	*code = job->code;
	if (job->state == JOB_CONFIRMED) {
		*code = "";
		return WIRE_OUTCOME_DELIVERED;
	}
	/* taken back, and it is certain that nothing went out */
	if (job->state == JOB_RECALLED ||
	    (job->recall && job->state == JOB_FAILED))
		*code = "recalled";
	return WIRE_OUTCOME_NEVER;
}

/* What became of a job, as often as somebody asks. */
static void
settle_job(struct program *p, struct job *job)
{
	char detail[WIRE_DETAIL_BYTES_MAX + 1];
	const char *code;
	struct wire_settle_item item = {
	    .id = job->id,
	    .leg = job->leg,
	    .outcome = outcome_of(job, &code),
	    .at_ms = (uint64_t)job->ended_ms,
	};

	if (job->state == JOB_CONFIRMED)
		snprintf(detail, sizeof(detail), "pages=%u yen=%lld",
		    job->pages_sent, (long long)job->yen);
	else
		snprintf(detail, sizeof(detail), "%s", job->text);
	item.code = code;
	item.detail = detail;
	CRASH_POINT("fax-before-settle");
	link_settle(p->link, &item, job->credit);
	job->credit = 0;
}

/* How far it is: the sender's office shows it.  Names of persons who decided
 * stay here. */
static void
settle_step(struct program *p, const struct job *job)
{
	static const char *const waits[] = {
	    "held", "waits-hours", "waits-limit"};
	struct wire_settle_item item = {
	    .id = job->id,
	    .leg = job->leg,
	    .outcome = WIRE_OUTCOME_WORKING,
	    .code = job_state_name(job->state),
	    .detail = "",
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		if (job->state == JOB_QUEUED &&
		    strcmp(job->code, waits[i]) == 0)
			item.code = waits[i];
	}
	link_settle(p->link, &item, 0);
}

static void
on_told(void *arg, struct job *job)
{
	struct program *p = arg;

	if (!job_ended(job)) {
		if (p->link != NULL && job->lent)
			settle_step(p, job);
		return;
	}
	if (job->state == JOB_CONFIRMED)
		p->sent++;
	else
		p->failed++;
	p->next_ms = 0; /* somebody may have room now */
	/* that it is out counts from anybody; the rest only from who holds
	 * the leg */
	if (p->link != NULL && (job->lent || job->state == JOB_CONFIRMED))
		settle_job(p, job);
}

/* ---- deliveries ---- */

static void
log_refused(const struct wire_deliver *deliver, const struct why *why)
{
	char id[ID_TEXT_BYTES];

	log_warn("desk: parcel=%s from=%s to=%s attempt=%u result=%s code=%s "
		 "why=\"%s\"",
	    id_text(&deliver->parcel.id, id), deliver->parcel.from,
	    deliver->parcel.to, deliver->attempt,
	    why->class == WHY_LATER ? "later" : "never", why->code, why->text);
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
	int rc = desk_deliver(&p->desk, delivery, clock_wall_ms(), &job, &why);
	if (rc < 0) {
		log_refused(deliver, &why);
		p->failed++;
		settle_now(p, deliver,
		    why.class == WHY_LATER ? WIRE_OUTCOME_LATER
					   : WIRE_OUTCOME_NEVER,
		    why.code, why.text);
		return;
	}
	job->lent = true;
	job->credit = encoded_bytes(&deliver->parcel);
	settle_step(p, job);
	p->next_ms = 0;
}

/* We hold this job; what the broker says of the number now counts. */
static void
take_again(
    struct program *p, struct job *job, const struct link_delivery *delivery)
{
	const struct wire_deliver *deliver = delivery->deliver;
	char number[FAX_NUMBER_BYTES];
	struct why why = {0};

	job->lent = true;
	job->credit = encoded_bytes(&deliver->parcel);
	job->next_ms = 0;
	p->next_ms = 0;
	if (deliver->paper != NULL && deliver->paper->recalled) {
		run_recall(p->run, job, clock_wall_ms());
		return;
	}
	job->recall = false;
	if (job_ended(job)) {
		settle_job(p, job);
		return;
	}
	if (job->state == JOB_QUEUED &&
	    (desk_check(deliver, number, &why) < 0 ||
		strcmp(number, job->number) != 0))
		run_fail(p->run, job, "fax-unverified",
		    "The FAX number of the partner was changed or is no "
		    "longer verified.",
		    clock_wall_ms());
	else
		settle_step(p, job);
}

/* An end that is written down and out of the way. */
static bool
was_ended(struct program *p, const struct wire_deliver *deliver)
{
	struct job old = {0};

	if (spool_ended(p->spool, &deliver->parcel.id, deliver->leg, &old) != 1)
		return false;
	if (old.state == JOB_RECALLED &&
	    (deliver->paper == NULL || !deliver->paper->recalled))
		return false; /* somebody wants it sent after all */
	old.credit = encoded_bytes(&deliver->parcel);
	settle_job(p, &old);
	return true;
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	const struct wire_deliver *deliver = delivery->deliver;
	struct program *p = arg;
	struct job *job = run_find(p->run, &deliver->parcel.id, deliver->leg);

	(void)link;
	/* failed and told, and here again: a person had it queued again */
	bool again = job != NULL && job->state == JOB_FAILED && job->told &&
		     !(deliver->paper != NULL && deliver->paper->recalled);
	if (job != NULL && !again)
		take_again(p, job, delivery);
	else if (again || !was_ended(p, deliver))
		take_new(p, delivery);
}

static void
on_recall(struct link *link, const struct wire_recall *recall, void *arg)
{
	struct program *p = arg;
	struct job *job = run_find(p->run, &recall->id, recall->leg);

	(void)link;
	log_info("recall: code=%s result=%s", recall->code,
	    job == NULL ? "unknown" : job_state_name(job->state));
	if (job != NULL && strcmp(recall->code, "ended") == 0)
		run_over(p->run, job, clock_wall_ms());
	else if (job != NULL)
		run_recall(p->run, job, clock_wall_ms());
	p->next_ms = 0;
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	struct program *p = arg;
	struct job *job = run_find(p->run, &item->id, item->leg);

	(void)link;
	if (job != NULL)
		run_told(p->run, job);
}

static void
on_welcome(struct link *link, const struct wire_welcome *welcome, void *arg)
{
	struct program *p = arg;

	(void)link;
	log_info("link: result=open queues=%zu", welcome->serve_count);
	if (welcome->serve_count == 0)
		log_warn("link: result=no-queue why=\"The broker does not let "
			 "this agent serve the queue fax: give it the role "
			 "fax.\"");
	/* the others are not lent now: which of them may be forgotten? */
	for (struct job *job = run_first(p->run); job != NULL; job = job->next)
		if (job->state == JOB_CONFIRMED)
			settle_job(p, job);
		else
			settle_step(p, job);
}

/* The leases are gone with the session: nothing new goes out until the broker
 * lends again. */
static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct program *p = arg;

	(void)link;
	log_warn("link: result=down code=%s why=\"%s\"", why->code, why->text);
	for (struct job *job = run_first(p->run); job != NULL;
	     job = job->next) {
		job->lent = false;
		job->credit = 0;
	}
}

/* We never submit: what is missing here can only come by a broker's mistake. */
static const struct link_events events = {
    .welcome = on_welcome,
    .down = on_down,
    .deliver = on_deliver,
    .settled = on_settled,
    .recall = on_recall,
};

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
	link_free(&p->link);
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
	p->run = run_new(&settings, p->spool, p->worker, on_told, p);
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
	agent->link.serve = queues;
	agent->link.credit_parcels = CREDIT_LEGS;
	agent->link.credit_bytes = CREDIT_BYTES;
	return link_new(agent->loop, &agent->link, &events, p, &p->link, why);
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

/* NAME
 *	tasuki-pdf - the agent of partners without an agent: papers
 * SUMMARY
 *	tasuki-pdf [-c FILE] [--check-config] [--help] [--help-settings]
 * DESCRIPTION
 *	Serves the queue "pdf".  Each parcel becomes a folder below the partner's
 *	own folder: the official forms as a PDF with the documents inside, and
 *	every document as it came.  Where the partner's outlet says so it is
 *	printed, mailed as a closed PDF, or gets a cover with a code to come
 *	back.  One parcel at a time: the next one is granted when this one is
 *	settled, so that nothing overtakes.
 *
 *	A code that came back is reported as picked up until the broker has
 *	confirmed it; that is said only when the delivery itself has been
 *	answered, because the broker answers both with the same (id, leg).
 * DIAGNOSTICS
 *	What it settles later and never: desk.h.
 * BUGS
 *	A parcel of thousands of clients takes longer than the heartbeat; the
 *	broker then lends it again and gets its answer at once.  A slow mail
 *	server holds up the papers behind it, up to mail/timeout each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "clock.h"
#include "crash.h"
#include "foreign.h"
#include "leg_desk.h"
#include "log.h"

#include "desk.h"
#include "settings.h"

#define CREDIT_BYTES (2ull * WIRE_PARCEL_BYTES_MAX)
#define DAY_MS       (24ll * 60 * 60 * 1000)
#define KEY_BYTES    (ID_TEXT_BYTES + 12)

/* The delivery in hand, for what is said when it is done. */
struct current {
	struct id id;
	uint32_t leg, attempt;
	char from[NUMBER_OFFICE_BYTES], to[NUMBER_OFFICE_BYTES];
	uint64_t credit_bytes;
	bool lost; /* the session it came in is gone */
};

struct program {
	struct agent *agent;
	const struct pdf_settings *settings;
	struct standard *standard;
	struct forms *forms;
	struct link *link;
	struct desk desk;
	struct current current;
	struct id unknown; /* said to be, and not yet answered */
	uint32_t unknown_leg;
	zhashx_t *said; /* "ID-LEG" -> what the broker has not answered yet */
	uint64_t filed, failed;
};

static const char *const queues[] = {"pdf", NULL};
static const char delivery_said[] = "delivery", pickup_said[] = "pick-up";

static const char *
key_of(const struct id *id, uint32_t leg, char out[KEY_BYTES])
{
	char text[ID_TEXT_BYTES];

	snprintf(out, KEY_BYTES, "%s-%u", id_text(id, text), leg);
	return out;
}

/* ---- settings ---- */

static int
check(const void *arg, struct why *why)
{
	const struct pdf_settings *settings = arg;
	struct standard *standard = NULL;
	struct forms *forms = NULL;
	int rc = pdf_settings_check(settings, why);

	if (rc == 0)
		rc = forms_load_tables(settings->standard, settings->forms,
		    &standard, &forms, why);
	forms_free(&forms);
	standard_free(&standard);
	return rc;
}

/* ---- codes that came back ---- */

static void
report_one(void *arg, const struct handover_item *item)
{
	struct program *p = arg;
	char key[KEY_BYTES], id[ID_TEXT_BYTES];
	struct wire_settle_item settle = {
	    .id = item->id,
	    .leg = item->leg,
	    .outcome = WIRE_OUTCOME_PICKED_UP,
	    .code = "",
	    .detail = "",
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	key_of(&item->id, item->leg, key);
	if (!link_open(p->link) || zhashx_lookup(p->said, key) != NULL)
		return;
	zhashx_insert(p->said, key, (void *)pickup_said);
	log_info("handover: parcel=%s leg=%u result=picked-up",
	    id_text(&item->id, id), item->leg);
	link_settle(p->link, &settle, 0);
	CRASH_POINT("pdf-pickup-said");
}

static int
on_look(zloop_t *loop, int timer, void *arg)
{
	struct program *p = arg;
	int taken = handover_tray(p->desk.handover);

	(void)loop;
	(void)timer;
	if (taken > 0)
		log_info("handover: codes=%d result=confirmed", taken);
	if (taken < 0 ||
	    handover_each(p->desk.handover, "confirmed", report_one, p) < 0)
		log_warn("handover: result=unreadable");
	return 0;
}

struct wanted {
	struct id id;
	uint32_t leg;
	char code[HANDOVER_CODE_BYTES];
};

static void
match(void *arg, const struct handover_item *item)
{
	struct wanted *wanted = arg;

	if (id_compare(&item->id, &wanted->id) == 0 && item->leg == wanted->leg)
		memcpy(wanted->code, item->code, sizeof(wanted->code));
}

static void
pickup_settled(struct program *p, const struct wire_settled_item *item)
{
	struct wanted wanted = {.id = item->id, .leg = item->leg};

	if (handover_each(p->desk.handover, "confirmed", match, &wanted) < 0 ||
	    wanted.code[0] == '\0' ||
	    handover_reported(p->desk.handover, wanted.code) < 0)
		log_warn("handover: result=not-noted");
	CRASH_POINT("pdf-pickup-noted");
}

/* ---- deliveries ---- */

static void
log_outcome(const struct current *c, const struct desk_outcome *outcome)
{
	char id[ID_TEXT_BYTES];

	id_text(&c->id, id);
	if (outcome->rc == 0)
		log_info("file: parcel=%s leg=%u from=%s to=%s attempt=%u "
			 "result=delivered %s",
		    id, c->leg, c->from, c->to, c->attempt, outcome->detail);
	else
		log_warn("file: parcel=%s leg=%u from=%s to=%s attempt=%u "
			 "result=%s code=%s why=\"%s\"",
		    id, c->leg, c->from, c->to, c->attempt,
		    outcome->why.class == WHY_LATER ? "later" : "never",
		    outcome->why.code, outcome->why.text);
}

static void
remember_unknown(struct program *p, const struct wire_settle_item *item)
{
	if (item->outcome == WIRE_OUTCOME_NEVER &&
	    strcmp(item->code, "unknown") == 0) {
		p->unknown = item->id;
		p->unknown_leg = item->leg;
	}
}

static void
on_done(void *arg, const struct desk_outcome *outcome)
{
	struct program *p = arg;
	struct current *c = &p->current;
	char key[KEY_BYTES];
	struct wire_settle_item item = {
	    .id = c->id,
	    .leg = c->leg,
	    .outcome = WIRE_OUTCOME_DELIVERED,
	    .code = "",
	    .detail = outcome->detail,
	    .retry_ms = outcome->retry_ms,
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	log_outcome(c, outcome);
	if (outcome->rc < 0) {
		item.outcome = outcome->why.class == WHY_LATER
				   ? WIRE_OUTCOME_LATER
				   : WIRE_OUTCOME_NEVER;
		item.code = outcome->why.code;
		item.detail = outcome->why.text;
	}
	*(outcome->rc < 0 ? &p->failed : &p->filed) += 1;
	CRASH_POINT("pdf-before-settle");
	/* its credit died with its session; the broker lends it again */
	if (c->lost)
		return;
	remember_unknown(p, &item);
	zhashx_update(
	    p->said, key_of(&c->id, c->leg, key), (void *)delivery_said);
	link_settle(p->link, &item, c->credit_bytes);
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	struct program *p = arg;
	const struct wire_deliver *deliver = delivery->deliver;
	struct desk_outcome outcome;
	struct current was = p->current, *c = &p->current;

	(void)link;
	bool busy = p->desk.busy;
	*c = (struct current){
	    .id = deliver->parcel.id,
	    .leg = deliver->leg,
	    .attempt = deliver->attempt,
	    .credit_bytes = wire_encoded_bytes(&deliver->parcel),
	};
	memcpy(c->from, deliver->parcel.from, sizeof(c->from));
	memcpy(c->to, deliver->parcel.to, sizeof(c->to));
	if (desk_deliver(&p->desk, delivery, &outcome) == 0)
		on_done(p, &outcome);
	if (busy) /* answered; the older one is still on its way */
		p->current = was;
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	struct program *p = arg;
	char key[KEY_BYTES];
	const char *said =
	    zhashx_lookup(p->said, key_of(&item->id, item->leg, key));

	(void)link;
	if (said == NULL)
		return;
	zhashx_delete(p->said, key);
	if (said == pickup_said) {
		pickup_settled(p, item);
	} else if (id_compare(&item->id, &p->unknown) == 0 &&
		   item->leg == p->unknown_leg) {
		desk_asked(&p->desk, &item->id, item->leg);
		memset(&p->unknown, 0, sizeof(p->unknown));
	}
}

/* ---- the link ---- */

static void
on_welcome(struct link *link, const struct wire_welcome *welcome, void *arg)
{
	(void)link;
	(void)arg;
	leg_desk_log_open(welcome, "pdf", "pdf");
}

static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct program *p = arg;

	(void)link;
	p->current.lost = true;
	memset(&p->unknown, 0, sizeof(p->unknown));
	zhashx_purge(p->said);
	log_warn("link: result=down code=%s why=\"%s\"", why->code, why->text);
}

/* What is lent to us is being handed over already, or answered: too late. */
static void
on_recall(struct link *link, const struct wire_recall *recall, void *arg)
{
	char id[ID_TEXT_BYTES];

	(void)link;
	(void)arg;
	log_info("recall: parcel=%s leg=%u result=too-late",
	    id_text(&recall->id, id), recall->leg);
}

static const struct link_events events = {
    .welcome = on_welcome,
    .down = on_down,
    .deliver = on_deliver,
    .settled = on_settled,
    .recall = on_recall,
};

/* ---- life ---- */

static void
stop(void *self)
{
	struct program *p = self;

	if (p == NULL)
		return;
	link_free(&p->link);
	desk_stop(&p->desk);
	post_close(&p->desk.post);
	print_free(&p->desk.print);
	secrets_close(&p->desk.secrets);
	handover_close(&p->desk.handover);
	jobs_close(&p->desk.jobs);
	names_close(&p->desk.names);
	filing_close(&p->desk.filing);
	forms_free(&p->forms);
	standard_free(&p->standard);
	zhashx_destroy(&p->said);
	log_info("stop: filed=%llu failed=%llu", (unsigned long long)p->filed,
	    (unsigned long long)p->failed);
	free(p);
}

static int
on_purge(zloop_t *loop, int timer, void *arg)
{
	struct program *p = arg;
	int64_t before_ms = clock_wall_ms() - p->settings->keep_ms;
	int markers = filing_purge(p->desk.filing, before_ms);
	int jobs = jobs_purge(p->desk.jobs, before_ms);

	(void)loop;
	(void)timer;
	if (markers < 0 || jobs < 0)
		log_warn("purge: result=failed");
	else if (markers > 0 || jobs > 0)
		log_info("purge: months=%d jobs=%d", markers, jobs);
	return 0;
}

static int
open_folder(struct program *p, struct why *why)
{
	int rc = filing_open(p->settings->folder, &p->desk.filing, why);

	if (rc < 0)
		return rc;
	int moved = filing_recover(p->desk.filing, why);
	if (moved < 0)
		return moved;
	if (moved > 0)
		log_info("recover: parcels=%d", moved);
	int root = filing_dirfd(p->desk.filing);
	p->desk.names = names_open(root, p->standard);
	rc = jobs_open(root, &p->desk.jobs);
	if (rc == 0)
		rc = handover_open(root, true, &p->desk.handover);
	if (rc < 0)
		why_set(why, WHY_LATER, "folder",
		    "The folders of jobs and codes cannot be opened: %s.",
		    err_text(rc));
	return rc;
}

static int
open_outlets(struct program *p, struct why *why)
{
	const struct pdf_settings *s = p->settings;

	p->desk.print = print_new(p->agent->loop, &s->print);
	if (s->mail.server[0] == '\0')
		return 0;
	int rc = secrets_open(s->passwords, &p->desk.secrets, why);
	if (rc == 0)
		rc = post_open(p->agent->loop, &s->mail, &p->desk.post, why);
	return rc;
}

static int
start(struct agent *agent, const void *arg, void **self, struct why *why)
{
	struct program *p = mem_new(sizeof(*p));

	*self = p;
	p->agent = agent;
	p->settings = arg;
	p->said = zhashx_new();
	int rc = forms_load_tables(p->settings->standard, p->settings->forms,
	    &p->standard, &p->forms, why);
	if (rc < 0)
		return rc;
	p->desk.settings = p->settings;
	p->desk.forms = p->forms;
	p->desk.done = on_done;
	p->desk.arg = p;
	rc = open_folder(p, why);
	if (rc == 0)
		rc = open_outlets(p, why);
	if (rc < 0)
		return rc;
	on_purge(agent->loop, 0, p);
	zloop_timer(agent->loop, (size_t)DAY_MS, 0, on_purge, p);
	zloop_timer(
	    agent->loop, (size_t)p->settings->handover_ms, 0, on_look, p);
	agent->link.serve = queues;
	agent->link.credit_parcels = 1;
	agent->link.credit_bytes = CREDIT_BYTES;
	return link_new(agent->loop, &agent->link, &events, p, &p->link, why);
}

static const struct agent_program program = {
    .name = "tasuki-pdf",
    .summary = "papers for partners without an agent",
    .rows = pdf_settings_rows,
    .settings_bytes = sizeof(struct pdf_settings),
    .common_offset = offsetof(struct pdf_settings, common),
    .check = check,
    .start = start,
    .stop = stop,
};

int
main(int argc, char **argv)
{
	int rc = foreign_main(argc, argv);

	return rc >= 0 ? rc : agent_main(argc, argv, &program);
}

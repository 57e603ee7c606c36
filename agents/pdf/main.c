/* NAME
 *	tasuki-pdf - the agent of partners without an agent: papers in a folder
 * SUMMARY
 *	tasuki-pdf [-c FILE] [--check-config] [--help] [--help-settings]
 * DESCRIPTION
 *	Serves the queue "pdf".  Each parcel becomes a folder below the partner's
 *	own folder: サービス提供票 as a PDF where there is planned or actual use,
 *	and every document as it came.  One parcel at a time: the next one is
 *	granted when this one is settled, so that nothing overtakes.
 * DIAGNOSTICS
 *	Settles later: disk-full, folder.  Settles never (the leg is parked for a
 *	person): what lib/forms/form6.h and filing.h say.
 * BUGS
 *	A parcel of thousands of clients takes longer than the heartbeat; the
 *	broker then lends it again and gets its answer at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "clock.h"
#include "crash.h"
#include "form6.h"
#include "log.h"

#include "desk.h"
#include "settings.h"

#define CREDIT_BYTES (2ull * WIRE_PARCEL_BYTES_MAX)

struct program {
	struct agent *agent;
	struct standard *standard;
	struct forms *forms;
	struct link *link;
	struct desk desk;
	uint64_t filed, failed;
};

static const char *const queues[] = {"pdf", NULL};

/* ---- tables ---- */

static int
load_tables(const struct pdf_settings *settings, struct standard **standard,
    struct forms **forms, struct why *why)
{
	const char *dir =
	    settings->standard[0] != '\0' ? settings->standard : standard_dir();
	char beside[4096];

	*forms = NULL;
	int rc = standard_load(dir, standard, why);
	if (rc < 0)
		return rc;
	snprintf(beside, sizeof(beside), "%s/../forms", dir);
	rc = forms_load(settings->forms[0] != '\0' ? settings->forms : beside,
	    *standard, forms, why);
	if (rc < 0)
		standard_free(standard);
	return rc;
}

static int
check(const void *arg, struct why *why)
{
	struct standard *standard = NULL;
	struct forms *forms = NULL;
	int rc = load_tables(arg, &standard, &forms, why);

	forms_free(&forms);
	standard_free(&standard);
	return rc;
}

/* ---- the link ---- */

static uint64_t
encoded_bytes(const struct wire_parcel *parcel)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < parcel->document_count; i++)
		sum += parcel->documents[i].encoded_bytes;
	return sum;
}

static void
log_failed(const struct wire_deliver *deliver, const struct why *why)
{
	char id[ID_TEXT_BYTES];

	log_warn("file: parcel=%s from=%s to=%s attempt=%u result=%s code=%s "
		 "why=\"%s\"",
	    id_text(&deliver->parcel.id, id), deliver->parcel.from,
	    deliver->parcel.to, deliver->attempt,
	    why->class == WHY_LATER ? "later" : "never", why->code, why->text);
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	struct program *p = arg;
	const struct wire_deliver *deliver = delivery->deliver;
	struct why why = {0};
	int rc = desk_deliver(&p->desk, delivery, &why);
	struct wire_settle_item item = {
	    .id = deliver->parcel.id,
	    .leg = deliver->leg,
	    .outcome = WIRE_OUTCOME_DELIVERED,
	    .code = why.code,
	    .detail = why.text,
	    .at_ms = (uint64_t)clock_wall_ms(),
	};

	if (rc < 0) {
		item.outcome = why.class == WHY_LATER ? WIRE_OUTCOME_LATER
						      : WIRE_OUTCOME_NEVER;
		log_failed(deliver, &why);
		p->failed++;
	} else {
		item.code = item.detail = "";
		p->filed++;
	}
	CRASH_POINT("pdf-before-settle");
	link_settle(link, &item, encoded_bytes(&deliver->parcel));
}

static void
on_welcome(struct link *link, const struct wire_welcome *welcome, void *arg)
{
	(void)link;
	(void)arg;
	log_info("link: result=open queues=%zu", welcome->serve_count);
	if (welcome->serve_count == 0)
		log_warn("link: result=no-queue why=\"The broker does not let "
			 "this agent serve the queue pdf: give it the role "
			 "pdf.\"");
}

static void
on_down(struct link *link, const struct why *why, void *arg)
{
	(void)link;
	(void)arg;
	log_warn("link: result=down code=%s why=\"%s\"", why->code, why->text);
}

/* We never submit: these can only come by a broker's mistake. */
static void
on_accepted(struct link *link, const struct wire_accepted_item *item, void *arg)
{
	(void)link;
	(void)item;
	(void)arg;
}

static void
on_refused(struct link *link, const struct wire_refused *refused, void *arg)
{
	(void)link;
	(void)refused;
	(void)arg;
}

static void
on_settled(struct link *link, const struct wire_settled_item *item, void *arg)
{
	(void)link;
	(void)item;
	(void)arg;
}

static void
on_receipt(struct link *link, const struct wire_receipt *receipt, void *arg)
{
	(void)link;
	(void)receipt;
	(void)arg;
}

static void
on_answer(struct link *link, const struct wire_ids *unknown, void *arg)
{
	(void)link;
	(void)unknown;
	(void)arg;
}

static void
on_room(struct link *link, void *arg)
{
	(void)link;
	(void)arg;
}

static const struct link_events events = {
    .welcome = on_welcome,
    .down = on_down,
    .accepted = on_accepted,
    .refused = on_refused,
    .deliver = on_deliver,
    .settled = on_settled,
    .receipt = on_receipt,
    .answer = on_answer,
    .room = on_room,
};

/* ---- life ---- */

static void
stop(void *self)
{
	struct program *p = self;

	if (p == NULL)
		return;
	link_free(&p->link);
	names_close(&p->desk.names);
	filing_close(&p->desk.filing);
	forms_free(&p->forms);
	standard_free(&p->standard);
	log_info("stop: filed=%llu failed=%llu", (unsigned long long)p->filed,
	    (unsigned long long)p->failed);
	free(p);
}

static int
open_folder(
    struct program *p, const struct pdf_settings *settings, struct why *why)
{
	int rc = filing_open(settings->folder, &p->desk.filing, why);

	if (rc < 0)
		return rc;
	int moved = filing_recover(p->desk.filing, why);
	if (moved < 0)
		return moved;
	if (moved > 0)
		log_info("recover: parcels=%d", moved);
	p->desk.names = names_open(filing_dirfd(p->desk.filing), p->standard);
	return 0;
}

static int
start(struct agent *agent, const void *arg, void **self, struct why *why)
{
	const struct pdf_settings *settings = arg;
	struct program *p = mem_new(sizeof(*p));

	*self = p;
	p->agent = agent;
	int rc = load_tables(settings, &p->standard, &p->forms, why);
	if (rc < 0)
		return rc;
	p->desk.forms = p->forms;
	rc = open_folder(p, settings, why);
	if (rc < 0)
		return rc;
	agent->link.serve = queues;
	agent->link.credit_parcels = 1;
	agent->link.credit_bytes = CREDIT_BYTES;
	return link_new(agent->loop, &agent->link, &events, p, &p->link, why);
}

static const struct agent_program program = {
    .name = "tasuki-pdf",
    .summary = "files parcels for partners without an agent, as papers",
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
	return agent_main(argc, argv, &program);
}

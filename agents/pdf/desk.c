/* NAME
 *	desk - one delivery from the queue becomes papers, and leaves the house
 * SUMMARY
 *	see desk.h
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "log.h"

#include "desk.h"
#include "foreign.h"
#include "inspect.h"
#include "letter.h"
#include "paper.h"

#define SOON_MS    1000u
#define INSPECT_MS 20000

/* ---- what is known of a leg ---- */

static int
never(struct why *why, const char *code, const char *sentence)
{
	why_set(why, WHY_NEVER, code, "%s", sentence);
	return TSK_INVALID;
}

static void
note(struct desk *desk, const struct id *id, uint32_t leg, enum job_state state)
{
	char text[ID_TEXT_BYTES];

	if (jobs_note(desk->jobs, id, leg, state, clock_wall_ms()) < 0)
		log_error("job: parcel=%s leg=%u result=not-noted",
		    id_text(id, text), leg);
}

/* 0 = go on, and *state tells from where; else the answer is settled. */
static int
look_at_job(struct desk *desk, const struct wire_deliver *deliver, int *state,
    struct why *why)
{
	bool recalled = deliver->paper != NULL && deliver->paper->recalled;

	*state = jobs_state(desk->jobs, &deliver->parcel.id, deliver->leg);
	if (*state < 0) {
		why_set(why, WHY_LATER, "folder",
		    "The folder of jobs cannot be read: %s.", err_text(*state));
		return *state;
	}
	if (*state == JOB_SENDING || *state == JOB_UNKNOWN) {
		if (*state == JOB_SENDING)
			note(desk, &deliver->parcel.id, deliver->leg,
			    JOB_UNKNOWN);
		return never(why, "unknown",
		    "The agent stopped while this paper was handed over: look "
		    "whether it arrived; requeue sends it again, close ends "
		    "it.");
	}
	if (recalled && *state != JOB_SENT)
		return never(why, "recalled", "Nothing of it has gone out.");
	return 0;
}

/* ---- what it says ---- */

static void
learn(struct desk *desk, const struct link_delivery *delivery)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	struct names_document *documents =
	    mem_new((parcel->document_count + 1) * sizeof(*documents));

	for (size_t i = 0; i < parcel->document_count; i++) {
		documents[i].kind = parcel->documents[i].kind;
		documents[i].data = delivery->bodies[i].data;
		documents[i].bytes = delivery->bodies[i].bytes;
	}
	if (names_learn(desk->names, documents, parcel->document_count,
		parcel->from, parcel->to) < 0)
		log_warn("names: result=not-kept");
	free(documents);
}

/* The broker must hear of us before it takes us for dead, however many bad PDFs
 * are in one parcel. */
static unsigned
seconds_to(int64_t end_ms)
{
	int64_t left_ms = end_ms - clock_mono_ms();

	if (left_ms <= 0)
		return 0;
	left_ms = left_ms / 1000 + 1;
	return left_ms < FOREIGN_SECONDS ? (unsigned)left_ms : FOREIGN_SECONDS;
}

/* Names of documents may hold a client's: they are told by number. */
static int
inspect(
    struct desk *desk, const struct link_delivery *delivery, struct why *why)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	bool refuse = strcmp(desk->settings->documents, "refuse") == 0;
	int64_t end_ms = clock_mono_ms() + INSPECT_MS;
	char id[ID_TEXT_BYTES];

	for (size_t i = 0; i < parcel->document_count; i++) {
		const char *code;
		int rc = inspect_document(parcel->documents[i].name,
		    delivery->bodies[i].data, delivery->bodies[i].bytes,
		    seconds_to(end_ms), &code, why);

		if (rc < 0)
			return rc;
		if (code == NULL)
			continue;
		log_warn("inspect: parcel=%s document=%zu code=%s result=%s",
		    id_text(&parcel->id, id), i + 1, code,
		    refuse ? "refused" : "passed");
		if (!refuse)
			continue;
		why_set(why, WHY_NEVER, code,
		    "Document %zu is not handed on: %s.", i + 1,
		    inspect_sentence(code));
		return TSK_INVALID;
	}
	return 0;
}

/* ---- into the folder ---- */

static int
stage(struct desk *desk, const struct link_delivery *delivery,
    const struct paper *paper, const struct paper_order *order, struct why *why)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	const char *to_name = paper_office(order, parcel->to);
	struct filing_file *files =
	    mem_new((parcel->document_count + 1) * sizeof(*files));
	struct filing_parcel wanted = {
	    .id = parcel->id,
	    .to_name = to_name != NULL ? to_name : "",
	    .month = parcel->month,
	    .accepted_ms = (int64_t)delivery->deliver->accepted_ms,
	    .files = files,
	};

	memcpy(wanted.from, parcel->from, sizeof(wanted.from));
	memcpy(wanted.to, parcel->to, sizeof(wanted.to));
	for (size_t i = 0; i < parcel->document_count; i++) {
		struct filing_file *file = &files[wanted.count++];
		file->name = parcel->documents[i].name;
		file->data = delivery->bodies[i].data;
		file->bytes = delivery->bodies[i].bytes;
	}
	if (paper->pdf.len > 0) {
		struct filing_file *file = &files[wanted.count++];
		file->name = paper->name;
		file->data = paper->pdf.data;
		file->bytes = paper->pdf.len;
	}
	int rc = filing_stage(desk->filing, &wanted, why);
	free(files);
	return rc;
}

static void
log_filed(const struct link_delivery *delivery, const struct paper *paper,
    const struct outlet *outlet)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	char id[ID_TEXT_BYTES];

	log_info("paper: parcel=%s from=%s to=%s out=%s documents=%zu "
		 "clients=%zu pages=%u left=%zu marked=%zu sheet=%s",
	    id_text(&parcel->id, id), parcel->from, parcel->to,
	    outlet_name(outlet->kind), parcel->document_count,
	    paper->result.clients, paper->result.pages, paper->result.left,
	    paper->result.marked,
	    !outlet->qr            ? "no"
	    : paper->sheet != NULL ? paper->sheet
				   : "yes");
}

/* ---- out of the house ---- */

static void
finish(struct desk *desk, struct desk_outcome *outcome)
{
	desk->busy = false;
	if (outcome->rc == 0)
		snprintf(outcome->detail, sizeof(outcome->detail), "pages=%u",
		    desk->pages);
	desk->done(desk->arg, outcome);
}

/* What a mail server and a printer answer with, in the same words. */
enum result { ACCEPTED, LATER, NEVER, UNKNOWN };

static void
ended(struct desk *desk, enum result result, const struct why *why)
{
	static const enum job_state states[] = {
	    [ACCEPTED] = JOB_SENT,
	    [LATER] = JOB_NONE,
	    [NEVER] = JOB_NONE,
	    [UNKNOWN] = JOB_UNKNOWN,
	};
	struct desk_outcome outcome = {.why = *why};

	note(desk, &desk->id, desk->leg, states[result]);
	if (result == ACCEPTED) {
		CRASH_POINT("pdf-sent");
		outcome.rc =
		    filing_commit(desk->filing, &desk->id, &outcome.why);
		finish(desk, &outcome);
		return;
	}
	filing_drop(desk->filing, &desk->id);
	outcome.rc = result == NEVER ? TSK_INVALID : TSK_LATER;
	if (result == UNKNOWN) {
		/* it comes back at once and is parked then: a never that is
		 * said right after a delivery always finds its lease */
		outcome.why.class = WHY_LATER;
		outcome.retry_ms = 1;
	}
	finish(desk, &outcome);
}

static void
on_posted(void *arg, enum post_result result, const struct why *why)
{
	static const enum result results[] = {
	    [POST_ACCEPTED] = ACCEPTED,
	    [POST_LATER] = LATER,
	    [POST_NEVER] = NEVER,
	    [POST_UNKNOWN] = UNKNOWN,
	};

	ended(arg, results[result], why);
}

static void
on_printed(void *arg, enum print_result result, const struct why *why)
{
	static const enum result results[] = {
	    [PRINT_ACCEPTED] = ACCEPTED,
	    [PRINT_LATER] = LATER,
	    [PRINT_UNKNOWN] = UNKNOWN,
	};

	ended(arg, results[result], why);
}

static int
begin(struct desk *desk, const struct wire_deliver *deliver,
    const struct outlet *outlet, const struct paper *paper, struct why *why)
{
	int rc = jobs_note(desk->jobs, &deliver->parcel.id, deliver->leg,
	    JOB_SENDING, clock_wall_ms());

	if (rc < 0) {
		why_set(why, WHY_LATER, rc == TSK_FULL ? "disk-full" : "folder",
		    "The job cannot be noted: %s.", err_text(rc));
		return rc;
	}
	CRASH_POINT("pdf-sending");
	desk->busy = true;
	desk->id = deliver->parcel.id;
	desk->leg = deliver->leg;
	desk->kind = outlet->kind;
	desk->pages = paper->result.pages;
	return 0;
}

static int
mail_paper(struct desk *desk, const struct paper_order *order,
    const struct outlet *outlet, const struct paper *paper, struct why *why)
{
	struct buf message;
	struct letter letter = {
	    .settings = desk->settings,
	    .order = order,
	    .paper = paper,
	    .to = outlet->email,
	    .at_ms = clock_wall_ms(),
	};

	buf_init(&message, (size_t)desk->settings->mail_bytes);
	int rc = letter_compose(&letter, &message, why);
	if (rc == 0)
		rc = begin(desk, order->delivery->deliver, outlet, paper, why);
	if (rc == 0)
		post_send(desk->post, outlet->email, &message, on_posted, desk);
	buf_fini(&message);
	return rc < 0 ? rc : DESK_UNDER_WAY;
}

static int
print_paper(struct desk *desk, const struct paper_order *order,
    const struct outlet *outlet, const struct paper *paper, struct why *why)
{
	const struct wire_deliver *deliver = order->delivery->deliver;
	char title[ID_TEXT_BYTES + 8], id[ID_TEXT_BYTES];

	if (paper->pdf.len == 0)
		return 0; /* nothing of it is for a printer */
	int rc = begin(desk, deliver, outlet, paper, why);
	if (rc < 0)
		return rc;
	snprintf(title, sizeof(title), "tasuki-%.12s",
	    id_text(&deliver->parcel.id, id));
	print_send(desk->print, outlet->printer, title, paper->pdf.data,
	    paper->pdf.len, on_printed, desk);
	return DESK_UNDER_WAY;
}

/* Everything is staged: let it go, or file it at once. */
static int
let_go(struct desk *desk, const struct paper_order *order,
    const struct outlet *outlet, const struct paper *paper, bool sent,
    struct why *why)
{
	const struct id *id = &order->delivery->deliver->parcel.id;
	int rc = 0;

	if (!sent && outlet->kind == OUTLET_MAIL)
		rc = mail_paper(desk, order, outlet, paper, why);
	else if (!sent && outlet->kind == OUTLET_PRINTER)
		rc = print_paper(desk, order, outlet, paper, why);
	if (rc == 0)
		rc = filing_commit(desk->filing, id, why);
	if (rc < 0)
		filing_drop(desk->filing, id);
	return rc;
}

/* ---- the order ---- */

struct texts {
	char code[HANDOVER_CODE_BYTES], shown[HANDOVER_SHOW_BYTES];
	char password[SECRET_BYTES];
};

static int
order_code(struct desk *desk, const struct wire_deliver *deliver,
    struct texts *texts, struct paper_order *order, struct why *why)
{
	int rc = handover_code(
	    desk->handover, &deliver->parcel.id, deliver->leg, texts->code);

	if (rc < 0) {
		why_set(why, WHY_LATER, "folder",
		    "The code of a paper cannot be kept: %s.", err_text(rc));
		return rc;
	}
	order->code = handover_show(texts->code, texts->shown);
	return 0;
}

static int
order_password(struct desk *desk, const struct wire_deliver *deliver,
    struct texts *texts, struct paper_order *order, struct why *why)
{
	const char *to = deliver->parcel.to;
	int rc = secrets_get(desk->secrets, to, texts->password, why);

	if (rc == 0 && secrets_due(desk->secrets, to))
		rc = letter_password(desk->forms, desk->settings, order,
		    texts->password, filing_dirfd(desk->filing),
		    clock_wall_ms(), why);
	if (rc == 0 && secrets_due(desk->secrets, to) &&
	    secrets_told(desk->secrets, to) < 0)
		log_warn("password: to=%s result=told-twice", to);
	order->password = texts->password;
	return rc;
}

static int
fill_order(struct desk *desk, const struct link_delivery *delivery,
    const struct outlet *outlet, struct texts *texts, struct paper_order *order,
    struct why *why)
{
	static const enum paper_cover covers[] = {
	    [OUTLET_FOLDER] = PAPER_NO_COVER,
	    [OUTLET_PRINTER] = PAPER_COVER,
	    [OUTLET_MAIL] = PAPER_COVER_IF_EMPTY,
	    [OUTLET_HANDOVER] = PAPER_COVER,
	};

	*order = (struct paper_order){
	    .delivery = delivery,
	    .names = desk->names,
	    .ja = strcmp(desk->settings->language, "ja") == 0,
	    .cover = covers[outlet->kind],
	    .sheet = outlet->qr && outlet->kind != OUTLET_MAIL,
	    .code = "",
	    .contact = outlet->contact,
	};
	if (outlet->kind == OUTLET_HANDOVER)
		return order_code(desk, delivery->deliver, texts, order, why);
	if (outlet->kind == OUTLET_MAIL)
		return order_password(
		    desk, delivery->deliver, texts, order, why);
	return 0;
}

static int
deliver_new(struct desk *desk, const struct link_delivery *delivery, int state,
    struct desk_outcome *out)
{
	struct paper_order order;
	struct outlet outlet = {0};
	struct texts texts;
	struct paper paper = {0};
	int rc = inspect(desk, delivery, &out->why);

	if (rc == 0)
		rc = outlet_of(desk->settings, delivery->deliver->parcel.to,
		    delivery->deliver->paper, &outlet, &out->why);
	if (rc < 0)
		return rc;
	learn(desk, delivery);
	rc = fill_order(desk, delivery, &outlet, &texts, &order, &out->why);
	if (rc == 0)
		rc = paper_make(desk->forms, &order, &paper, &out->why);
	if (rc == 0)
		rc = stage(desk, delivery, &paper, &order, &out->why);
	if (rc == 0) {
		log_filed(delivery, &paper, &outlet);
		rc = let_go(desk, &order, &outlet, &paper, state == JOB_SENT,
		    &out->why);
	}
	if (rc == 0)
		snprintf(out->detail, sizeof(out->detail), "pages=%u",
		    paper.result.pages);
	paper_fini(&paper);
	explicit_bzero(&texts, sizeof(texts));
	return rc;
}

int
desk_deliver(struct desk *desk, const struct link_delivery *delivery,
    struct desk_outcome *out)
{
	int state;

	memset(out, 0, sizeof(*out));
	if (desk->busy) {
		/* of a session before this one; not a try */
		why_set(&out->why, WHY_LATER, "waits",
		    "Another paper is on its way out.");
		out->retry_ms = SOON_MS;
		out->rc = TSK_LATER;
		return 0;
	}
	out->rc =
	    filing_has(desk->filing, &delivery->deliver->parcel.id, &out->why);
	if (out->rc != 0) {
		out->rc = out->rc > 0 ? 0 : out->rc; /* filed before: so say */
		return 0;
	}
	out->rc = look_at_job(desk, delivery->deliver, &state, &out->why);
	if (out->rc == 0)
		out->rc = deliver_new(desk, delivery, state, out);
	if (out->rc != DESK_UNDER_WAY)
		return 0;
	out->rc = 0;
	return DESK_UNDER_WAY;
}

void
desk_asked(struct desk *desk, const struct id *id, uint32_t leg)
{
	if (jobs_state(desk->jobs, id, leg) == JOB_UNKNOWN)
		note(desk, id, leg, JOB_ASKED);
}

void
desk_stop(struct desk *desk)
{
	if (!desk->busy || desk->kind != OUTLET_MAIL ||
	    !post_surely_not(desk->post))
		return;
	note(desk, &desk->id, desk->leg, JOB_NONE);
	filing_drop(desk->filing, &desk->id);
}

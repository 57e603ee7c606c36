/* NAME
 *	outbox_due - what is done with a unit that is due, and the batch
 */
#include <string.h>

#include "crash.h"
#include "file.h"
#include "log.h"

#include "first.h"
#include "inspect.h"
#include "listed.h"
#include "manifest.h"
#include "mend.h"
#include "outbox_inside.h"
#include "outgoing.h"
#include "reject.h"

#define ASK_MS 500 /* until the broker has answered */

/* Straight to the rejected ones with one text for all. */
static void
reject_due(struct outbox *box, const struct collect_due *due, const char *text)
{
	int rc = 0;

	for (size_t i = 0; i < due->count && rc == 0; i++)
		rc = reject_file(box->office, outbox_dir(box, due->files[i]),
		    outbox_base(due->files[i]), text);
	box->touched = true;
	if (rc != 0 && rc != TSK_NOTFOUND) {
		outbox_trouble(box, due, rc);
		return;
	}
	log_info("office: office=%s result=rejected files=%zu",
	    box->office->label, due->count);
	hold_forget(box->hold, due);
	outbox_forget(box, due);
}

/* What is wrong with a file whose name is none of the standard, or a wrong one;
 * false: it could not be looked at, later. */
static bool
explain_stray(struct outbox *box, const char *name, struct buf *text)
{
	enum language language = box->office->app->language;
	struct mend_file file = {name, false};
	struct inspected in;
	struct name parsed;

	if (name_parse(box->office->app->standard, name, &parsed, NULL) ==
	    TSK_NOTFOUND) {
		buf_text(text, text_of(language, TEXT_NOT_STANDARD));
	} else {
		if (inspect_file(box->office, box->office->folders.outbox, name,
			false, NULL, &in) != 0)
			return false;
		buf_text(text, in.text.len > 0
				   ? in.text.data
				   : text_of(language, TEXT_NAME_GRAMMAR));
		inspect_fini(&in);
	}
	mend_outgoing(box->office, box->office->folders.outbox, &file, 1, text);
	return true;
}

static void
reject_stray(struct outbox *box, const struct collect_due *due)
{
	const char *name = outbox_base(due->files[0]);
	struct buf text;

	if (!file_name_safe(name)) {
		reject_due(box, due,
		    text_of(box->office->app->language, TEXT_BAD_NAME));
		return;
	}
	buf_init(&text, 256 * 1024);
	if (explain_stray(box, name, &text))
		reject_due(box, due, text.data);
	buf_fini(&text);
}

static void
reject_incomplete(struct outbox *box, const struct collect_due *due)
{
	struct buf text;

	buf_init(&text, 8192);
	hold_describe(box->hold, due, TEXT_INCOMPLETE_REJECTED, &text);
	reject_due(box, due, text.data);
	buf_fini(&text);
}

/* Attachments: unsafe names are told one by one, the rest goes in parcels of at
 * most 64 documents and 64 MiB. */
static void
take_attachments(struct outbox *box, const struct collect_due *due)
{
	enum language language = box->office->app->language;
	struct collect_due part = *due, one = *due;
	uint64_t bytes = 0;
	size_t i;

	if (!file_name_safe(outbox_base(due->files[0]))) {
		one.count = 1;
		reject_due(box, &one, text_of(language, TEXT_BAD_NAME));
		return;
	}
	for (i = 0; i < due->count && i < WIRE_DOCUMENTS_MAX; i++) {
		bytes += due->files[i]->bytes;
		if (i > 0 && bytes > WIRE_PARCEL_BYTES_MAX)
			break;
		if (!file_name_safe(outbox_base(due->files[i])))
			break;
	}
	part.count = i;
	outbox_take(box, &part);
}

static uint64_t
sum_bytes(const struct collect_due *due)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < due->count; i++)
		sum += due->files[i]->bytes;
	return sum;
}

static void
take_set(struct outbox *box, const struct collect_due *due)
{
	enum language language = box->office->app->language;

	if (due->count > WIRE_DOCUMENTS_MAX)
		reject_due(box, due, text_of(language, TEXT_TOO_MANY));
	else if (sum_bytes(due) > WIRE_PARCEL_BYTES_MAX)
		reject_due(box, due, text_of(language, TEXT_TOO_LARGE));
	else
		outbox_take(box, due);
}

/* ---- the first for a partner ---- */

/* Is this the first for its partner, and are people asked then?  0: no.  1: yes,
 * *name is what the partner is called.  TSK_LATER: the broker is asked that. */
static int
is_first(
    struct outbox *box, const char *number, const char *type, const char **name)
{
	struct office *office = box->office;
	struct listed_words words;

	if (strcmp(office->app->settings->partner_first, "hold") != 0 ||
	    first_known(office, number))
		return 0;
	if (listed_look(
		office->app->listed, number, type, box->now_ms, &words) != 0)
		return TSK_LATER;
	*name = words.name;
	return 1;
}

static bool
returned(const struct collect_due *due)
{
	for (size_t i = 0; i < due->count; i++) {
		if (due->files[i]->returned)
			return true;
	}
	return false;
}

/* On hold, or to the rest; a set that misses a member, too, tells both. */
static void
hold_or_take(struct outbox *box, const struct collect_due *due)
{
	const struct name *n = &due->files[0]->parsed;
	const char *name = NULL;
	int first = returned(due) ? 0 : is_first(box, n->to, n->to_type, &name);

	if (first == TSK_LATER) {
		collect_later(box->collect, due, box->now_ms + ASK_MS);
	} else if (first == 1 || due->action == COLLECT_HOLD) {
		box->touched = true;
		hold_put(box->hold, due, name, box->now_ms);
	} else {
		take_set(box, due);
	}
}

/* They were put into the folder by hand: putting them there again is a yes. */
static void
ask_or_take(struct outbox *box, const struct collect_due *due)
{
	const struct partner *p = outbox_partner(box, due->files[0]);
	const struct app *app = box->office->app;
	const char *name = "";
	struct buf text;
	int first = is_first(box, p->number, p->type, &name);

	if (first == TSK_LATER) {
		collect_later(box->collect, due, box->now_ms + ASK_MS);
		return;
	}
	if (first == 0 || first_asked(box->office, p->number)) {
		take_attachments(box, due);
		return;
	}
	buf_init(&text, 8192);
	text_add(&text, app->language, TEXT_FIRST_ATTACH, p->number, name,
	    app->settings->outbox);
	reject_due(box, due, text.data);
	buf_fini(&text);
}

void
outbox_due(const struct collect_due *due, void *arg)
{
	struct outbox *box = arg;

	if (!outbox_unchanged(box, due))
		return;
	switch (due->action) {
	case COLLECT_SEND:
	case COLLECT_HOLD:
		hold_or_take(box, due);
		break;
	case COLLECT_ATTACH:
		ask_or_take(box, due);
		break;
	case COLLECT_REJECT:
		reject_incomplete(box, due);
		break;
	case COLLECT_STRAY:
		reject_stray(box, due);
		break;
	}
}

/* ---- the batch ---- */

/* One barrier, then all of the batch may be sent. */
void
outbox_release(struct outbox *box)
{
	int rc = box->touched ? folders_sync(&box->office->folders) : 0;

	CRASH_POINT("office-synced");
	for (size_t i = 0; i < box->ready_count; i++) {
		if (rc == 0)
			outgoing_add(box->office->app->outgoing, box->office,
			    box->ready[i], true);
		manifest_free(&box->ready[i]);
	}
	if (rc != 0)
		log_error("office: office=%s parcels=%zu not durable: %s; they "
			  "are sent after the next start",
		    box->office->label, box->ready_count, err_text(rc));
	box->ready_count = 0;
	box->touched = false;
}

/* NAME
 *	outgoing - parcels from the folder of sending ones to the broker
 * DESCRIPTION
 *	A parcel here is a folder 送信中/<id> whose manifest is durable.  In
 *	memory it is one small struct; its documents are read when the window
 *	has room and held until the answer.
 *
 *	    queued -> under way -> accepted: 送信済/<month>/<id>
 *	      ^          |------> refused, never: エラー with the reason
 *	      +- waiting <------- refused, later: backoff
 *
 *	When one of a pair of offices waits, the later ones of that pair wait
 *	behind it, or a corrected plan would be overtaken by the plan it
 *	corrects.  A refusal that concerns everybody (disk full, stopping)
 *	holds all for its time instead of asking for each parcel.
 *
 *	Nothing here is synced: if a rename is lost in a power cut, the parcel
 *	is sent again under the same id and the broker says "accepted" again.
 * DIAGNOSTICS
 *	One line a parcel: submit: parcel=... result=accepted|later|never.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "digest.h"
#include "file.h"
#include "log.h"

#include "manifest.h"
#include "outgoing.h"
#include "receipts.h"
#include "reject.h"
#include "status.h"

#define BACKOFF_FIRST_MS 2000
#define BACKOFF_MAX_MS   (5 * 60 * 1000)
#define WAITING_MAX      200 /* more than that: hold all */
#define PAIR_BYTES       32
#define SLICE_PARCELS    64

struct parcel {
	TAILQ_ENTRY(parcel) entry;
	struct office *office;
	struct id id;
	char pair[PAIR_BYTES];
	char stamp[WIRE_STAMP_BYTES];
	unsigned tries;
	int64_t retry_at_ms;
	/* while under way */
	struct wire_parcel *header;
	struct buf *raw;
	struct link_body *bodies;
};
TAILQ_HEAD(parcels, parcel);

struct outgoing {
	struct app *app;
	struct parcels queued, under_way, waiting;
	size_t count, waiting_count;
	int64_t hold_until_ms;
};

/* ---- bodies ---- */

static void
bodies_free(struct parcel *p)
{
	if (p->header == NULL)
		return;
	for (size_t i = 0; i < p->header->document_count; i++) {
		if (p->header->documents[i].encoding == WIRE_ENCODING_ZSTD)
			free((void *)(uintptr_t)p->bodies[i].data);
		buf_fini(&p->raw[i]);
	}
	free(p->raw);
	free(p->bodies);
	p->raw = NULL;
	p->bodies = NULL;
	manifest_free(&p->header);
}

/* Read, prove and encode one document. */
static int
body_load(struct parcel *p, int dir, size_t i)
{
	struct wire_document *d = &p->header->documents[i];
	uint8_t digest[DIGEST_BYTES];
	int rc;

	buf_init(&p->raw[i], WIRE_PARCEL_BYTES_MAX + 1u);
	rc = file_read(dir, d->name, WIRE_PARCEL_BYTES_MAX, &p->raw[i]);
	if (rc != 0)
		return rc == TSK_SYSTEM && errno == EIO ? rc : TSK_DAMAGED;
	digest_sha256(p->raw[i].data, p->raw[i].len, digest);
	if (p->raw[i].len != d->bytes ||
	    memcmp(digest, d->sha256, sizeof(digest)) != 0)
		return TSK_DAMAGED;
	encode_body(p->raw[i].data, p->raw[i].len, &p->bodies[i], &d->encoding);
	d->encoded_bytes = p->bodies[i].bytes;
	if (d->encoding == WIRE_ENCODING_ZSTD)
		buf_fini(&p->raw[i]);
	return 0;
}

static int
bodies_load(struct parcel *p, int dir)
{
	int rc = manifest_read(dir, &p->header);
	size_t count;

	if (rc != 0)
		return TSK_DAMAGED;
	count = p->header->document_count;
	p->raw = mem_new(count * sizeof(*p->raw));
	p->bodies = mem_new(count * sizeof(*p->bodies));
	if (id_compare(&p->header->id, &p->id) != 0)
		rc = TSK_DAMAGED;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = body_load(p, dir, i);
	if (rc != 0)
		bodies_free(p);
	return rc;
}

/* ---- lists ---- */

static void
parcel_free(struct outgoing *out, struct parcels *list, struct parcel *p)
{
	TAILQ_REMOVE(list, p, entry);
	if (list == &out->waiting)
		out->waiting_count--;
	bodies_free(p);
	free(p);
	out->count--;
}

static struct parcel *
find(struct outgoing *out, const struct id *id)
{
	struct parcel *p;

	TAILQ_FOREACH(p, &out->under_way, entry)
	if (id_compare(&p->id, id) == 0)
		return p;
	return NULL;
}

static bool
pair_waits(const struct outgoing *out, const struct parcel *parcel)
{
	const struct parcel *p;

	TAILQ_FOREACH(p, &out->waiting, entry)
	if (strcmp(p->pair, parcel->pair) == 0)
		return true;
	return false;
}

static void
wait_until(struct outgoing *out, struct parcel *p, int64_t at_ms)
{
	p->retry_at_ms = at_ms;
	TAILQ_INSERT_TAIL(&out->waiting, p, entry);
	out->waiting_count++;
}

/* Those whose time has come go back to the front, the oldest first. */
static void
wake_waiting(struct outgoing *out, int64_t now_ms)
{
	struct parcel *p, *before;

	for (p = TAILQ_LAST(&out->waiting, parcels); p != NULL; p = before) {
		before = TAILQ_PREV(p, parcels, entry);
		if (p->retry_at_ms > now_ms)
			continue;
		TAILQ_REMOVE(&out->waiting, p, entry);
		out->waiting_count--;
		TAILQ_INSERT_HEAD(&out->queued, p, entry);
	}
}

static int64_t
backoff(unsigned tries)
{
	int64_t ms = BACKOFF_FIRST_MS;

	while (tries-- > 1 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* ---- the folder of a rejected parcel ---- */

/* Move every document to the rejected ones with one text, drop the folder. */
static void
reject_folder(struct office *office, const struct id *id, const char *text)
{
	char name[ID_TEXT_BYTES], **names;
	int dir = file_dir_open(office->folders.sending, id_text(id, name));
	int n, rc = 0;

	if (dir < 0)
		return;
	n = file_list(dir, &names);
	for (int i = 0; rc == 0 && i < n; i++)
		if (names[i][0] != '.')
			rc = reject_file(office, dir, names[i], text);
	if (n >= 0)
		file_list_free(&names);
	close(dir);
	if (rc == 0)
		rc = file_remove_tree(office->folders.sending, name);
	if (rc == 0)
		rc = folders_sync(&office->folders);
	if (rc != 0)
		log_error("submit: parcel=%s not moved to rejected: %s", name,
		    err_text(rc));
}

static void
reject_damaged(struct outgoing *out, struct parcel *p)
{
	enum language language = out->app->language;
	const char *text = text_of(language, TEXT_CHANGED_WHILE_SENDING);
	char id[ID_TEXT_BYTES];

	log_warn(
	    "submit: parcel=%s result=never code=changed", id_text(&p->id, id));
	status_set(
	    p->office->status, &p->id, STATUS_REJECTED, clock_wall_ms(), text);
	reject_folder(p->office, &p->id, text);
}

/* ---- submitting ---- */

/* 0: under way; TSK_LATER: the window is full; else it's off the queue. */
static int
submit(struct outgoing *out, struct parcel *p, int64_t now_ms)
{
	char name[ID_TEXT_BYTES];
	int dir, rc = 0;

	if (!link_room(out->app->link))
		return TSK_LATER;
	id_text(&p->id, name);
	if (p->header == NULL) {
		dir = file_dir_open(p->office->folders.sending, name);
		rc = dir < 0 ? TSK_DAMAGED : bodies_load(p, dir);
		if (dir >= 0)
			close(dir);
	}
	if (rc == TSK_DAMAGED) {
		reject_damaged(out, p);
		parcel_free(out, &out->queued, p);
		return rc;
	}
	if (rc == 0)
		rc = link_submit(out->app->link, p->header, p->bodies);
	if (rc == TSK_LATER)
		return rc; /* large: it stays loaded until there is room */
	TAILQ_REMOVE(&out->queued, p, entry);
	if (rc != 0) { /* the disk: not the parcel's fault */
		log_error(
		    "submit: parcel=%s not readable: %s", name, err_text(rc));
		wait_until(out, p, now_ms + backoff(++p->tries));
		return rc;
	}
	TAILQ_INSERT_TAIL(&out->under_way, p, entry);
	CRASH_POINT("office-submitted");
	return 0;
}

static int64_t
next_wake(const struct outgoing *out, int64_t now_ms)
{
	const struct parcel *p;
	int64_t next = INT64_MAX;

	if (!link_open(out->app->link))
		return next;
	TAILQ_FOREACH(p, &out->waiting, entry)
	if (p->retry_at_ms < next)
		next = p->retry_at_ms;
	if (out->hold_until_ms > now_ms && out->count > 0 &&
	    out->hold_until_ms < next)
		next = out->hold_until_ms;
	return next;
}

int64_t
outgoing_work(struct outgoing *out, int64_t now_ms)
{
	struct parcel *p, *next;
	unsigned done = 0;

	if (!link_open(out->app->link) || now_ms < out->hold_until_ms)
		return next_wake(out, now_ms);
	wake_waiting(out, now_ms);
	for (p = TAILQ_FIRST(&out->queued); p != NULL; p = next) {
		next = TAILQ_NEXT(p, entry);
		if (out->waiting_count > 0 && pair_waits(out, p))
			continue;
		if (submit(out, p, now_ms) == TSK_LATER)
			break; /* event room comes */
		if (++done == SLICE_PARCELS)
			return now_ms;
	}
	return next_wake(out, now_ms);
}

/* ---- answers ---- */

void
outgoing_down(struct outgoing *out)
{
	struct parcel *p;

	while ((p = TAILQ_LAST(&out->under_way, parcels)) != NULL) {
		TAILQ_REMOVE(&out->under_way, p, entry);
		bodies_free(p);
		TAILQ_INSERT_HEAD(&out->queued, p, entry);
	}
	out->hold_until_ms = 0;
}

/* The folder moves to the sent ones; its month is in the id. */
static int
move_to_sent(struct parcel *p)
{
	struct folders *f = &p->office->folders;
	char name[ID_TEXT_BYTES];
	int month = folders_month(f->sent, &p->id), rc;

	if (month < 0)
		return month;
	id_text(&p->id, name);
	CRASH_POINT("office-accepted");
	rc = file_move(f->sending, name, month, name);
	close(month);
	CRASH_POINT("office-sent");
	return rc;
}

void
outgoing_accepted(struct outgoing *out, const struct wire_accepted_item *item)
{
	struct parcel *p = find(out, &item->id);
	char id[ID_TEXT_BYTES];
	int rc;

	if (p == NULL)
		return;
	rc = move_to_sent(p);
	log_info("submit: parcel=%s office=%s result=accepted duplicate=%d "
		 "documents=%zu",
	    id_text(&p->id, id), p->office->label, item->duplicate,
	    p->header->document_count);
	if (rc != 0) { /* it is accepted: only the folder must still move */
		log_error("submit: parcel=%s not moved to sent: %s", id,
		    err_text(rc));
		TAILQ_REMOVE(&out->under_way, p, entry);
		bodies_free(p);
		wait_until(out, p, clock_mono_ms() + backoff(++p->tries));
		return;
	}
	receipts_accepted(p->office, p->header, item);
	parcel_free(out, &out->under_way, p);
}

/* Does this refusal concern everybody? */
static bool
for_all(enum refusal refusal)
{
	return refusal == REFUSAL_BUSY || refusal == REFUSAL_DISK_FULL ||
	       refusal == REFUSAL_STOPPING;
}

static void
refused_later(struct outgoing *out, struct parcel *p,
    const struct wire_refused *refused, const struct refusal_row *row)
{
	int64_t now_ms = clock_mono_ms();
	int64_t delay = refused->retry_ms > 0 ? (int64_t)refused->retry_ms
					      : backoff(p->tries + 1);
	char id[ID_TEXT_BYTES];

	p->tries++;
	TAILQ_REMOVE(&out->under_way, p, entry);
	log_info("submit: parcel=%s result=later code=%s delay_ms=%lld",
	    id_text(&p->id, id), row->name, (long long)delay);
	status_set(p->office->status, &p->id, STATUS_WAITING, clock_wall_ms(),
	    out->app->language == LANGUAGE_EN ? row->en : row->ja);
	bodies_free(p);
	wait_until(out, p, now_ms + delay);
	if (for_all(refused->refusal) || out->waiting_count > WAITING_MAX)
		out->hold_until_ms = now_ms + delay;
	app_wake(out->app, now_ms + delay);
}

static void
refused_never(struct outgoing *out, struct parcel *p,
    const struct wire_refused *refused, const struct refusal_row *row)
{
	enum language language = out->app->language;
	const char *reason = language == LANGUAGE_EN ? row->en : row->ja;
	char id[ID_TEXT_BYTES];
	struct buf text;

	log_warn("submit: parcel=%s office=%s to=%s result=never code=%s "
		 "why=\"%s\"",
	    id_text(&p->id, id), p->office->label, p->header->to, row->name,
	    refused->detail);
	buf_init(&text, 8192);
	text_add(&text, language, TEXT_REFUSED, p->header->to, reason, NULL);
	status_set(p->office->status, &p->id, STATUS_REJECTED, clock_wall_ms(),
	    reason);
	reject_folder(p->office, &p->id, text.data);
	buf_fini(&text);
	parcel_free(out, &out->under_way, p);
}

void
outgoing_refused(struct outgoing *out, const struct wire_refused *refused)
{
	struct parcel *p = find(out, &refused->id);
	const struct refusal_row *row = refusal_row(refused->refusal);

	if (p == NULL)
		return;
	if (refused->later)
		refused_later(out, p, refused, row);
	else
		refused_never(out, p, refused, row);
}

/* ---- life ---- */

void
outgoing_add(struct outgoing *out, struct office *office,
    const struct wire_parcel *parcel)
{
	struct parcel *p = mem_new(sizeof(*p));

	p->office = office;
	p->id = parcel->id;
	memcpy(p->stamp, parcel->stamp, sizeof(p->stamp));
	snprintf(p->pair, sizeof(p->pair), "%s%s>%s%s", parcel->from,
	    parcel->from_type, parcel->to, parcel->to_type);
	TAILQ_INSERT_TAIL(&out->queued, p, entry);
	out->count++;
	status_parcel(
	    office->status, parcel, STATUS_SENDING, clock_wall_ms(), "");
	app_wake(out->app, 0);
}

/* The folder the members came from: the outbox, or a partner's below it. */
static int
origin_open(struct office *office, int dir)
{
	struct buf name;
	int to = TSK_NOTFOUND;

	buf_init(&name, 256);
	if (file_read(dir, OUTGOING_ORIGIN, 255, &name) == 0 &&
	    file_dir_make(office->folders.outbox, name.data, 0700) == 0)
		to = file_dir_open(office->folders.outbox, name.data);
	buf_fini(&name);
	return to >= 0 ? to : file_dir_open(office->folders.outbox, ".");
}

/* Members of a unit that was never complete go back where they came from. */
static void
take_apart(struct office *office, int dir, const char *name)
{
	char **names, free_name[256];
	int n = file_list(dir, &names), rc = 0;
	int to = origin_open(office, dir);

	for (int i = 0; i < n && rc == 0; i++) {
		if (names[i][0] == '.')
			continue;
		folders_free_name(to, names[i], free_name);
		rc = file_move(dir, names[i], to, free_name);
	}
	if (n >= 0)
		file_list_free(&names);
	if (to >= 0)
		close(to);
	if (rc == 0)
		rc = file_remove_tree(office->folders.sending, name);
	log_info("submit: folder=%s of an unfinished parcel taken apart "
		 "result=%s",
	    name, err_text(rc));
}

static int
compare_parcels(const void *a, const void *b)
{
	const struct wire_parcel *const *x = a, *const *y = b;
	int order = strcmp((*x)->to, (*y)->to);

	if (order == 0)
		order = strcmp((*x)->stamp, (*y)->stamp);
	return order != 0 ? order : id_compare(&(*x)->id, &(*y)->id);
}

void
outgoing_load(struct outgoing *out, struct office *office)
{
	char **names;
	int n = file_list(office->folders.sending, &names);
	struct wire_parcel **all;
	size_t count = 0;

	if (n < 0)
		return;
	all = mem_new(((size_t)n + 1) * sizeof(*all));
	for (int i = 0; i < n; i++) {
		int dir = file_dir_open(office->folders.sending, names[i]);
		struct id id;

		if (dir < 0)
			continue;
		if (id_parse(names[i], &id) == 0) {
			if (manifest_read(dir, &all[count]) == 0)
				count++;
			else
				take_apart(office, dir, names[i]);
		}
		close(dir);
	}
	file_list_free(&names);
	qsort(all, count, sizeof(*all), compare_parcels);
	for (size_t i = 0; i < count; i++) {
		outgoing_add(out, office, all[i]);
		manifest_free(&all[i]);
	}
	free(all);
}

struct outgoing *
outgoing_new(struct app *app)
{
	struct outgoing *out = mem_new(sizeof(*out));

	out->app = app;
	TAILQ_INIT(&out->queued);
	TAILQ_INIT(&out->under_way);
	TAILQ_INIT(&out->waiting);
	return out;
}

size_t
outgoing_count(const struct outgoing *out)
{
	return out->count;
}

void
outgoing_free(struct outgoing **out_p)
{
	struct outgoing *out = *out_p;
	struct parcel *p;

	if (out == NULL)
		return;
	*out_p = NULL;
	outgoing_down(out);
	while ((p = TAILQ_FIRST(&out->queued)) != NULL)
		parcel_free(out, &out->queued, p);
	while ((p = TAILQ_FIRST(&out->waiting)) != NULL)
		parcel_free(out, &out->waiting, p);
	free(out);
}

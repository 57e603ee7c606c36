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
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "first.h"
#include "listed.h"
#include "loaded.h"
#include "manifest.h"
#include "outgoing.h"
#include "proof.h"
#include "receipts.h"
#include "sending.h"
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
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	bool judge;    /* whether they can read it is not looked at yet */
	bool may_stay; /* it was never handed in */
	unsigned tries;
	int64_t retry_at_ms;
	struct loaded loaded; /* while under way */
};
TAILQ_HEAD(parcels, parcel);

struct outgoing {
	struct app *app;
	struct parcels queued, under_way, waiting;
	size_t count, waiting_count;
	int64_t hold_until_ms;
};

/* ---- lists ---- */

static void
parcel_free(struct outgoing *out, struct parcels *list, struct parcel *p)
{
	TAILQ_REMOVE(list, p, entry);
	if (list == &out->waiting)
		out->waiting_count--;
	loaded_fini(&p->loaded);
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

/* ---- can they read it? ---- */

static void
keep_here(struct outgoing *out, struct parcel *p,
    const struct wire_parcel *parcel, const char *text)
{
	char id[ID_TEXT_BYTES];

	log_info("office: parcel=%s office=%s result=rejected documents=%zu",
	    id_text(&p->id, id), p->office->label, parcel->document_count);
	status_rejected(p->office->status, parcel);
	sending_reject(p->office, &p->id, text);
	parcel_free(out, &out->queued, p);
}

/* To a partner nothing was sent to before: a line for the status file, that
 * stays with the parcel.  Where such files are held, a person looked already. */
static bool
tell_first(const struct parcel *p, int dir, const char *name)
{
	const struct app *app = p->office->app;
	struct buf note;

	if (strcmp(app->settings->partner_first, "warn") != 0 ||
	    first_known(p->office, p->to))
		return false;
	log_info(
	    "office: office=%s partner=%s first=yes", p->office->label, p->to);
	buf_init(&note, PROOF_NOTE_BYTES);
	text_add(&note, app->language, TEXT_STATUS_FIRST, p->to, name, NULL);
	int rc = proof_note_keep(dir, &note);
	buf_fini(&note);
	return rc == 0;
}

/* False: it stays here and is off the queue. */
static bool
judge(struct outgoing *out, struct parcel *p, const struct listed_words *listed)
{
	struct wire_parcel *parcel = NULL;
	char name[ID_TEXT_BYTES], note[PROOF_NOTE_BYTES];
	struct buf text;
	int dir, rc = 0;

	p->judge = false;
	dir = file_dir_open(p->office->folders.sending, id_text(&p->id, name));
	if (dir < 0)
		return true; /* submit() tells */
	buf_init(&text, 128 * 1024);
	if (manifest_read(dir, &parcel) == 0)
		rc = proof_judge(p->office, dir, parcel, listed->editions,
		    p->may_stay, &text);
	if (rc == 0 && tell_first(p, dir, listed->name))
		rc = TSK_LATER;
	if (rc == TSK_DENIED)
		keep_here(out, p, parcel, text.data);
	else if (rc == TSK_LATER)
		status_set(p->office->status, &p->id, STATUS_SENDING,
		    clock_wall_ms(), proof_note(dir, note));
	close(dir);
	buf_fini(&text);
	manifest_free(&parcel);
	return rc != TSK_DENIED;
}

/* True: it may be submitted.  False: the broker was asked what they read, and
 * the later ones to that partner wait for the answer too; or it stays here. */
static bool
readable(struct outgoing *out, struct parcel *p, int64_t now_ms)
{
	struct listed_words listed;

	if (!p->judge)
		return true;
	if (listed_look(out->app->listed, p->to, p->to_type, now_ms, &listed) !=
	    0)
		return false;
	return judge(out, p, &listed);
}

/* ---- submitting ---- */

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
	sending_reject(p->office, &p->id, text);
}

/* 0: under way; TSK_LATER: the window is full; else it's off the queue. */
static int
submit(struct outgoing *out, struct parcel *p, int64_t now_ms)
{
	char name[ID_TEXT_BYTES];
	int dir, rc = 0;

	if (!link_room(out->app->link))
		return TSK_LATER;
	id_text(&p->id, name);
	if (p->loaded.parcel == NULL) {
		dir = file_dir_open(p->office->folders.sending, name);
		rc = dir < 0 ? TSK_DAMAGED
			     : loaded_init(&p->loaded, &p->id, dir);
		if (dir >= 0)
			close(dir);
	}
	if (rc == TSK_DAMAGED) {
		reject_damaged(out, p);
		parcel_free(out, &out->queued, p);
		return rc;
	}
	if (rc == 0)
		rc = link_submit(
		    out->app->link, p->loaded.parcel, p->loaded.bodies);
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
		if (p->office->resting ||
		    (out->waiting_count > 0 && pair_waits(out, p)))
			continue;
		if (!readable(out, p, now_ms))
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
		loaded_fini(&p->loaded);
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
	    p->loaded.parcel->document_count);
	if (rc != 0) { /* it is accepted: only the folder must still move */
		log_error("submit: parcel=%s not moved to sent: %s", id,
		    err_text(rc));
		TAILQ_REMOVE(&out->under_way, p, entry);
		loaded_fini(&p->loaded);
		wait_until(out, p, clock_mono_ms() + backoff(++p->tries));
		return;
	}
	first_met(p->office, p->to);
	receipts_accepted(p->office, p->loaded.parcel, item);
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
	loaded_fini(&p->loaded);
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
	    id_text(&p->id, id), p->office->label, p->loaded.parcel->to,
	    row->name, refused->detail);
	buf_init(&text, 8192);
	text_add(
	    &text, language, TEXT_REFUSED, p->loaded.parcel->to, reason, NULL);
	status_set(p->office->status, &p->id, STATUS_REJECTED, clock_wall_ms(),
	    reason);
	sending_reject(p->office, &p->id, text.data);
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

/* What the judge had to say about it, if anything. */
static const char *
note_of(const struct office *office, const struct id *id,
    char out[PROOF_NOTE_BYTES])
{
	char name[ID_TEXT_BYTES];
	int dir = file_dir_open(office->folders.sending, id_text(id, name));

	out[0] = '\0';
	if (dir < 0)
		return out;
	proof_note(dir, out);
	close(dir);
	return out;
}

static struct parcel *
add(struct outgoing *out, struct office *office,
    const struct wire_parcel *parcel)
{
	struct parcel *p = mem_new(sizeof(*p));
	char note[PROOF_NOTE_BYTES];

	p->office = office;
	p->id = parcel->id;
	memcpy(p->to, parcel->to, sizeof(p->to));
	memcpy(p->to_type, parcel->to_type, sizeof(p->to_type));
	snprintf(p->pair, sizeof(p->pair), "%s%s>%s%s", parcel->from,
	    parcel->from_type, parcel->to, parcel->to_type);
	TAILQ_INSERT_TAIL(&out->queued, p, entry);
	out->count++;
	status_parcel(office->status, parcel, STATUS_SENDING, clock_wall_ms(),
	    note_of(office, &parcel->id, note));
	app_wake(out->app, 0);
	return p;
}

void
outgoing_add(struct outgoing *out, struct office *office,
    const struct wire_parcel *parcel, bool fresh)
{
	struct parcel *p = add(out, office, parcel);

	p->judge = true;
	p->may_stay = fresh;
}

void
outgoing_again(struct outgoing *out, struct office *office, const struct id *id)
{
	struct wire_parcel *parcel = NULL;
	char name[ID_TEXT_BYTES];
	int dir = file_dir_open(office->folders.sending, id_text(id, name));
	int rc = dir < 0 ? dir : manifest_read(dir, &parcel);

	if (dir >= 0)
		close(dir);
	if (rc == 0)
		(void)add(out, office, parcel);
	else /* the next start looks again */
		log_error("submit: parcel=%s manifest not readable: %s", name,
		    err_text(rc));
	manifest_free(&parcel);
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
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it unlinks itself */
		parcel_free(out, &out->queued, p);
	while ((p = TAILQ_FIRST(&out->waiting)) != NULL)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it unlinks itself */
		parcel_free(out, &out->waiting, p);
	free(out);
}

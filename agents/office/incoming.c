/* NAME
 *	incoming - deliveries from the broker into the inbox
 * DESCRIPTION
 *	Batch = what arrived in one turn of the loop.  Its files are written
 *	while they arrive; at the end of the turn:
 *
 *	    1. barrier: all bytes are on the disk
 *	    2. <id>.tmp -> <id>, sync the folder: committed
 *	    3. settle "delivered"
 *	    4. (next turns) files into the inbox, the marker into its month
 *	    5. after the office's next barrier: the empty <id> is put away.  Not
 *	       before: after a power cut the folder may have its new name, and
 *	       still hold files that were in the inbox already.
 *
 *	A parcel that is committed or marked is settled again at once and not
 *	touched.  When the disk refuses a parcel it is settled "later", and so
 *	is everything of the same sender and receiver that was on its way
 *	already, so that nothing overtakes it.  The broker's "settled" ends
 *	that: what it lends of the pair from then on is that parcel itself, or
 *	comes because that one is parked.
 * DIAGNOSTICS
 *	deliver: parcel=... result=delivered|again|later
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "incoming.h"
#include "pickup.h"
#include "place.h"
#include "reject.h"

#define PLACE_SLICE 64
#define RETRY_MS    5000
#define PAIR_BYTES  32

struct arrival {
	TAILQ_ENTRY(arrival) entry;
	struct office *office;
	struct id id;
	uint32_t leg;
	char pair[PAIR_BYTES];
	uint64_t credit;
	size_t documents;
	bool recalled; /* the sender took it back: do we have it already? */
};
TAILQ_HEAD(arrivals, arrival);

struct block {
	TAILQ_ENTRY(block) entry;
	char pair[PAIR_BYTES];
	struct id id;
};
TAILQ_HEAD(blocks, block);

struct incoming {
	struct app *app;
	struct arrivals written;   /* in .tmp */
	struct arrivals committed; /* to be placed */
	struct arrivals placed;    /* to be put away */
	struct blocks blocks;
	zhashx_t *awaiting; /* id text -> 1: settle delivered, unanswered */
	int64_t retry_ms;
	int turn;
};

/* ---- settling ---- */

static void
settle(struct incoming *in, const struct arrival *a, enum wire_outcome outcome,
    const char *code, const char *detail)
{
	struct wire_settle_item item = {0};
	char id[ID_TEXT_BYTES];

	item.id = a->id;
	item.leg = a->leg;
	item.outcome = outcome;
	item.code = code;
	item.detail = detail;
	item.at_ms = (uint64_t)clock_wall_ms();
	id_text(&a->id, id);
	if (outcome == WIRE_OUTCOME_DELIVERED)
		(void)zhashx_insert(in->awaiting, id, in);
	log_info("deliver: parcel=%s leg=%u office=%s documents=%zu "
		 "result=%s code=%s",
	    id, a->leg, a->office == NULL ? "-" : a->office->label,
	    a->documents,
	    outcome == WIRE_OUTCOME_DELIVERED ? "delivered"
	    : outcome == WIRE_OUTCOME_NEVER   ? "not-taken"
					      : "later",
	    code);
	link_settle(in->app->link, &item, a->credit);
}

static struct block *
block_find(struct incoming *in, const char *pair)
{
	struct block *b;

	TAILQ_FOREACH(b, &in->blocks, entry)
	if (strcmp(b->pair, pair) == 0)
		return b;
	return NULL;
}

static void
settle_later(struct incoming *in, const struct arrival *a, int rc)
{
	struct block *b = block_find(in, a->pair);

	if (b == NULL) {
		b = mem_new(sizeof(*b));
		memcpy(b->pair, a->pair, sizeof(b->pair));
		b->id = a->id;
		TAILQ_INSERT_TAIL(&in->blocks, b, entry);
	}
	if (rc == TSK_FULL)
		settle(in, a, WIRE_OUTCOME_LATER, "disk-full",
		    "The receiving office's disk is full.");
	else
		settle(in, a, WIRE_OUTCOME_LATER, "disk",
		    "The receiving office's disk refuses the files.");
	log_error("deliver: office=%s disk refuses: %s: %s", a->office->label,
	    err_text(rc), strerror(errno));
}

/* The pair that this parcel blocked is open again. */
static void
unblock(struct incoming *in, const struct id *id)
{
	struct block *b;

	TAILQ_FOREACH(b, &in->blocks, entry)
	{
		if (id_compare(&b->id, id) != 0)
			continue;
		TAILQ_REMOVE(&in->blocks, b, entry);
		free(b);
		return;
	}
}

/* ---- committing ---- */

static struct arrival *
arrival_new(struct incoming *in, const struct wire_deliver *d)
{
	struct arrival *a = mem_new(sizeof(*a));

	a->id = d->parcel.id;
	a->leg = d->leg;
	a->documents = d->parcel.document_count;
	a->recalled = d->paper != NULL && d->paper->recalled;
	snprintf(a->pair, sizeof(a->pair), "%s%s>%s%s", d->parcel.from,
	    d->parcel.from_type, d->parcel.to, d->parcel.to_type);
	a->credit = wire_encoded_bytes(&d->parcel);
	a->office =
	    office_for(in->app, d->queue, d->parcel.to, d->parcel.to_type);
	return a;
}

/* Files were moved before the barrier: their folders are empty for good. */
static void
put_away(struct incoming *in, struct office *office)
{
	struct arrival *a, *next;

	for (a = TAILQ_FIRST(&in->placed); a != NULL; a = next) {
		next = TAILQ_NEXT(a, entry);
		if (a->office != office)
			continue;
		TAILQ_REMOVE(&in->placed, a, entry);
		place_put_away(office, &a->id);
		free(a);
	}
}

/* All of one office that is in .tmp: make it durable, rename, settle. */
static void
commit_office(struct incoming *in, struct office *office)
{
	struct arrival *a, *next;
	int rc = folders_sync(&office->folders);

	CRASH_POINT("office-receive-synced");
	if (rc == 0)
		put_away(in, office);
	for (a = TAILQ_FIRST(&in->written); a != NULL && rc == 0;
	     a = TAILQ_NEXT(a, entry))
		if (a->office == office)
			rc = place_commit(office, &a->id);
	if (rc == 0)
		rc = file_dir_sync(office->folders.incoming);
	CRASH_POINT("office-receive-committed");
	for (a = TAILQ_FIRST(&in->written); a != NULL; a = next) {
		next = TAILQ_NEXT(a, entry);
		if (a->office != office)
			continue;
		TAILQ_REMOVE(&in->written, a, entry);
		if (rc == 0) {
			settle(in, a, WIRE_OUTCOME_DELIVERED, "", "");
			unblock(in, &a->id);
			TAILQ_INSERT_TAIL(&in->committed, a, entry);
		} else {
			place_drop(office, &a->id);
			settle_later(in, a, rc);
			free(a);
		}
	}
}

static int
end_of_turn(zloop_t *loop, int timer, void *arg)
{
	struct incoming *in = arg;

	(void)loop, (void)timer;
	in->turn = -1;
	while (!TAILQ_EMPTY(&in->written))
		commit_office(in, TAILQ_FIRST(&in->written)->office);
	if (!TAILQ_EMPTY(&in->committed))
		app_wake(in->app, 0);
	return 0;
}

static bool
in_batch(const struct incoming *in, const struct arrival *wanted)
{
	const struct arrival *a;

	TAILQ_FOREACH(a, &in->written, entry)
	if (id_compare(&a->id, &wanted->id) == 0)
		return true;
	return false;
}

/* Whether it needs no writing: it is settled here then. */
static bool
settled_at_once(struct incoming *in, const struct arrival *a)
{
	const struct block *b = block_find(in, a->pair);

	if (a->office == NULL) {
		log_error("deliver: a queue without a folder here");
		settle(in, a, WIRE_OUTCOME_LATER, "no-folder",
		    "This agent has no folder for that office.");
	} else if (place_known(a->office, &a->id)) {
		settle(in, a, WIRE_OUTCOME_DELIVERED, "", "");
		unblock(in, &a->id);
	} else if (a->recalled) {
		settle(in, a, WIRE_OUTCOME_NEVER, "recalled", "");
	} else if (b != NULL && id_compare(&b->id, &a->id) != 0) {
		settle(in, a, WIRE_OUTCOME_LATER, "waits",
		    "An earlier parcel of the same pair waits.");
	} else {
		return false;
	}
	return true;
}

bool
incoming_offered(struct incoming *in, const struct wire_deliver *deliver)
{
	struct arrival *a = arrival_new(in, deliver);
	bool settled = in_batch(in, a) || settled_at_once(in, a);

	free(a);
	return settled;
}

/* The name did not say for which service it is, and there are several: the clerk
 * who gets it must look. */
static void
tell_guessed(struct office *office, const struct wire_deliver *d)
{
	const char *slash = strrchr(d->queue, '/');
	const char *name = d->parcel.documents[0].name;
	struct buf text;

	if (d->paper == NULL || strcmp(d->paper->reason, "default-desk") != 0)
		return;
	buf_init(&text, 8192);
	text_add(&text, office->app->language, TEXT_DEFAULT_DESK, name,
	    slash != NULL ? slash + 1 : "", d->parcel.from);
	reject_notice(office, name, text.data);
	buf_fini(&text);
}

void
incoming_deliver(struct incoming *in, const struct link_delivery *delivery)
{
	struct arrival *a = arrival_new(in, delivery->deliver);
	int rc;

	if (in_batch(in, a) || settled_at_once(in, a)) {
		free(a);
		return;
	}
	rc = place_write(a->office, delivery);
	CRASH_POINT("office-receive-written");
	if (rc != 0) {
		place_drop(a->office, &a->id);
		settle_later(in, a, rc);
		free(a);
		return;
	}
	tell_guessed(a->office, delivery->deliver);
	TAILQ_INSERT_TAIL(&in->written, a, entry);
	if (in->turn == -1)
		in->turn = zloop_timer(in->app->loop, 0, 1, end_of_turn, in);
}

/* ---- placing ---- */

int64_t
incoming_work(struct incoming *in, int64_t now_ms)
{
	struct arrival *a;
	unsigned done = 0;
	char id[ID_TEXT_BYTES];
	int rc;

	if (TAILQ_EMPTY(&in->committed))
		return INT64_MAX;
	if (now_ms < in->retry_ms)
		return in->retry_ms;
	while ((a = TAILQ_FIRST(&in->committed)) != NULL) {
		rc = place_move(a->office, &a->id);
		if (rc != 0) { /* it is safe where it is: try again */
			log_error("deliver: parcel=%s not placed: %s",
			    id_text(&a->id, id), err_text(rc));
			in->retry_ms = now_ms + RETRY_MS;
			return in->retry_ms;
		}
		TAILQ_REMOVE(&in->committed, a, entry);
		TAILQ_INSERT_TAIL(&in->placed, a, entry);
		if (++done == PLACE_SLICE)
			return now_ms;
	}
	return INT64_MAX;
}

/* ---- after a crash ---- */

static bool
is_temp(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".tmp") == 0;
}

void
incoming_load(struct incoming *in, struct office *office)
{
	char **names;
	int n = file_list(office->folders.incoming, &names);

	for (int i = 0; i < n; i++) {
		struct arrival *a;
		struct id id;

		if (is_temp(names[i]) || place_is_spare(names[i])) {
			(void)!file_remove_tree(
			    office->folders.incoming, names[i]);
		} else if (id_parse(names[i], &id) == 0) {
			a = mem_new(sizeof(*a));
			a->office = office;
			a->id = id;
			TAILQ_INSERT_TAIL(&in->committed, a, entry);
			app_wake(in->app, 0);
		}
	}
	if (n >= 0)
		file_list_free(&names);
}

/* ---- the link ---- */

bool
incoming_settled(struct incoming *in, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	unblock(in, id);
	if (zhashx_lookup(in->awaiting, id_text(id, text)) == NULL)
		return false;
	zhashx_delete(in->awaiting, text);
	return true;
}

bool
incoming_awaits(const struct incoming *in, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	return zhashx_lookup(in->awaiting, id_text(id, text)) != NULL;
}

/* Leases end with the session: the broker begins each pair in order again. */
void
incoming_down(struct incoming *in)
{
	struct block *b;

	zhashx_purge(in->awaiting);
	while ((b = TAILQ_FIRST(&in->blocks)) != NULL) {
		TAILQ_REMOVE(&in->blocks, b, entry);
		free(b);
	}
}

struct incoming *
incoming_new(struct app *app)
{
	struct incoming *in = mem_new(sizeof(*in));

	in->app = app;
	in->turn = -1;
	in->awaiting = zhashx_new();
	TAILQ_INIT(&in->written);
	TAILQ_INIT(&in->committed);
	TAILQ_INIT(&in->placed);
	TAILQ_INIT(&in->blocks);
	return in;
}

void
incoming_free(struct incoming **in_p)
{
	struct incoming *in = *in_p;
	struct arrival *a;

	if (in == NULL)
		return;
	*in_p = NULL;
	incoming_down(in);
	while ((a = TAILQ_FIRST(&in->written)) != NULL) {
		TAILQ_REMOVE(&in->written, a, entry);
		place_drop(a->office, &a->id);
		free(a);
	}
	TAILQ_CONCAT(&in->committed, &in->placed, entry);
	while ((a = TAILQ_FIRST(&in->committed)) != NULL) {
		TAILQ_REMOVE(&in->committed, a, entry);
		free(a);
	}
	zhashx_destroy(&in->awaiting);
	free(in);
}

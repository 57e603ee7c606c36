/* NAME
 *	inbound - parcels that came from outside, on their way to the broker
 * DESCRIPTION
 *	The list, and what is said to the broker; the disk is inbound_keep.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "log.h"

#include "inbound_inside.h"

#define BACKOFF_FIRST_MS 2000
#define BACKOFF_MAX_MS   (5 * 60 * 1000)

/* ---- life ---- */

int
inbound_open(const char *path, const struct inbound_events *events, void *arg,
    struct inbound **out, struct why *why)
{
	struct inbound *in = mem_new(sizeof(*in));
	int rc = inbound_keep_open(in, path, why);

	TAILQ_INIT(&in->items);
	in->events = *events;
	in->arg = arg;
	*out = in;
	if (rc < 0)
		inbound_close(out);
	return rc;
}

static void
item_free(struct inbound *in, struct item *item)
{
	TAILQ_REMOVE(&in->items, item, entry);
	loaded_fini(&item->loaded);
	free(item);
}

void
inbound_close(struct inbound **in_p)
{
	struct inbound *in = *in_p;
	struct item *item, *next;

	if (in == NULL)
		return;
	for (item = TAILQ_FIRST(&in->items); item != NULL; item = next) {
		next = TAILQ_NEXT(item, entry);
		loaded_fini(&item->loaded);
		free(item);
	}
	inbound_keep_close(in);
	free(in);
	*in_p = NULL;
}

/* ---- the list ---- */

static struct item *
find(const struct inbound *in, const struct id *id)
{
	struct item *item;

	TAILQ_FOREACH(item, &in->items, entry)
	if (id_compare(&item->id, id) == 0)
		return item;
	return NULL;
}

enum inbound_state
inbound_state(const struct inbound *in, const struct id *id)
{
	const struct item *item = find(in, id);

	if (item != NULL)
		return item->accepted ? INBOUND_ACCEPTED : INBOUND_OPEN;
	return inbound_keep_is_refused(in, id) ? INBOUND_REFUSED : INBOUND_DONE;
}

size_t
inbound_count(const struct inbound *in)
{
	const struct item *item;
	size_t n = 0;

	TAILQ_FOREACH(item, &in->items, entry)
	n += item->accepted ? 0 : 1;
	return n;
}

/* New ones are younger than all, so from the end it is one look. */
struct item *
inbound_add(struct inbound *in, const struct wire_parcel *parcel)
{
	struct item *item = mem_new(sizeof(*item)), *before;

	item->id = parcel->id;
	snprintf(item->pair, sizeof(item->pair), "%s%s>%s%s", parcel->from,
	    parcel->from_type, parcel->to, parcel->to_type);
	TAILQ_FOREACH_REVERSE(before, &in->items, items, entry)
	if (id_compare(&before->id, &item->id) < 0)
		break;
	if (before == NULL)
		TAILQ_INSERT_HEAD(&in->items, item, entry);
	else
		TAILQ_INSERT_AFTER(&in->items, before, item, entry);
	return item;
}

/* ---- loading ---- */

static void
say_accepted(struct inbound *in, const struct id *id)
{
	struct buf source;
	struct id copy = *id; /* the owner may end it, item and all */

	if (inbound_keep_source(in, id, &source) == 0)
		in->events.accepted(in->arg, &copy, source.data);
	buf_fini(&source);
}

int
inbound_load(struct inbound *in, int64_t now_ms, struct why *why)
{
	struct item *item, *next;
	int rc = inbound_keep_read(in, why);

	(void)now_ms;
	if (rc < 0)
		return rc;
	for (item = TAILQ_FIRST(&in->items); item != NULL; item = next) {
		next = TAILQ_NEXT(item, entry);
		if (item->accepted)
			say_accepted(in, &item->id);
	}
	return 0;
}

void
inbound_done(struct inbound *in, const struct id *id)
{
	struct item *item = find(in, id);

	if (item == NULL || !item->accepted)
		return;
	CRASH_POINT("inbound-done");
	inbound_keep_remove(in, id);
	item_free(in, item);
}

/* ---- submitting ---- */

static bool
pair_waits(const struct inbound *in, const struct item *item, int64_t now_ms)
{
	const struct item *other;

	TAILQ_FOREACH(other, &in->items, entry)
	{
		if (other == item)
			return false;
		/* what was freed is out of the list: not seen by the analyzer
		 */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		if (!other->accepted && !other->under_way &&
		    other->retry_ms > now_ms &&
		    strcmp(other->pair, item->pair) == 0)
			return true;
	}
	return false;
}

static void
put_away(
    struct inbound *in, struct item *item, const char *code, const char *text)
{
	inbound_keep_refused(in, &item->id, code, text);
	item_free(in, item);
}

static int64_t
backoff(unsigned tries)
{
	int64_t ms = BACKOFF_FIRST_MS;

	while (tries-- > 1 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* TSK_LATER: the window is full. */
static int
submit(struct inbound *in, struct link *link, struct item *item, int64_t now_ms)
{
	int rc = item->loaded.parcel != NULL
		     ? 0
		     : inbound_keep_load(in, &item->id, &item->loaded);

	if (rc == TSK_DAMAGED) {
		put_away(in, item, "changed",
		    "The files are not what was written down.");
		return 0;
	}
	if (rc == 0)
		rc =
		    link_submit(link, item->loaded.parcel, item->loaded.bodies);
	if (rc == TSK_LATER)
		return rc;
	if (rc == 0)
		item->under_way = true;
	else
		item->retry_ms = now_ms + backoff(++item->tries);
	CRASH_POINT("inbound-submitted");
	return 0;
}

int64_t
inbound_work(struct inbound *in, struct link *link, int64_t now_ms)
{
	struct item *item, *next;
	int64_t wake = now_ms + BACKOFF_MAX_MS;

	if (!link_open(link))
		return wake;
	if (in->hold_ms > now_ms)
		return in->hold_ms;
	for (item = TAILQ_FIRST(&in->items); item != NULL; item = next) {
		next = TAILQ_NEXT(item, entry);
		if (item->accepted || item->under_way)
			continue;
		if (item->retry_ms > now_ms && item->retry_ms < wake)
			wake = item->retry_ms;
		if (item->retry_ms > now_ms || pair_waits(in, item, now_ms))
			continue;
		if (!link_room(link) ||
		    submit(in, link, item, now_ms) == TSK_LATER)
			break; /* event room comes */
	}
	return wake;
}

void
inbound_down(struct inbound *in)
{
	struct item *item;

	TAILQ_FOREACH(item, &in->items, entry)
	{
		item->under_way = false;
		loaded_fini(&item->loaded);
	}
	in->hold_ms = 0;
}

bool
inbound_accepted(struct inbound *in, const struct wire_accepted_item *said)
{
	struct item *item = find(in, &said->id);
	char name[ID_TEXT_BYTES];
	int rc;

	if (item == NULL)
		return false;
	loaded_fini(&item->loaded);
	item->under_way = false;
	CRASH_POINT("inbound-answered");
	rc = inbound_keep_accepted(in, &item->id);
	log_info("inbound: parcel=%s result=accepted duplicate=%d",
	    id_text(&item->id, name), said->duplicate);
	if (rc < 0) { /* asked again later: the broker says the same */
		item->retry_ms = clock_wall_ms() + backoff(++item->tries);
		log_error("inbound: parcel=%s result=not-noted why=\"%s\"",
		    name, err_text(rc));
		return true;
	}
	item->accepted = true;
	CRASH_POINT("inbound-noted");
	say_accepted(in, &item->id);
	return true;
}

static bool
for_everybody(enum refusal refusal)
{
	return refusal == REFUSAL_DISK_FULL || refusal == REFUSAL_STOPPING;
}

bool
inbound_refused(
    struct inbound *in, const struct wire_refused *refused, int64_t now_ms)
{
	struct item *item = find(in, &refused->id);
	char name[ID_TEXT_BYTES];
	struct buf source;
	struct id id = refused->id;

	if (item == NULL)
		return false;
	loaded_fini(&item->loaded);
	item->under_way = false;
	if (refused->later) {
		int64_t wait = refused->retry_ms > 0 ? refused->retry_ms
						     : backoff(++item->tries);

		item->retry_ms = now_ms + wait;
		if (for_everybody(refused->refusal))
			in->hold_ms = now_ms + wait;
		log_info("inbound: parcel=%s result=later code=%s",
		    id_text(&id, name), refusal_row(refused->refusal)->name);
		return true;
	}
	/* without it the owner hears of it all the same */
	(void)inbound_keep_source(in, &id, &source);
	put_away(
	    in, item, refusal_row(refused->refusal)->name, refused->detail);
	if (in->events.refused != NULL)
		in->events.refused(in->arg, &id, source.data, refused);
	buf_fini(&source);
	return true;
}

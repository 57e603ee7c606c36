/* NAME
 *	fetch_clear - away at the hub with what is safe here
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "fetch_inside.h"

#define SOURCE_WORDS "%" SCNu64 " %" SCNd64 " %n" /* of FETCH_SOURCE_LINE */

/* All that waited when it was given: one listing for all of them. */
struct clear_order {
	struct order order; /* first */
	const struct hub_profile *profile;
	struct clearings parcels;
};

/* The next line of a source: name, and how it looked. */
static char *
next_line(char **rest, uint64_t *bytes, int64_t *mtime)
{
	char *line = strsep(rest, "\n");
	int used = 0;

	if (line == NULL ||
	    sscanf(line, SOURCE_WORDS, bytes, mtime, &used) != 2 || used == 0)
		return NULL;
	return line + used;
}

static int
clear_one(struct clear_order *c, struct place *place, const struct id *parcel,
    const char *name)
{
	const char *folder = c->profile->fetch.folder;
	const char *taken = c->profile->fetch.taken;
	char other[ID_TEXT_BYTES + 256], id[ID_TEXT_BYTES];
	int rc;

	if (taken[0] == '\0')
		return place->driver->remove(
		    place->self, folder, name, &c->order.why);
	rc = place->driver->move(
	    place->self, folder, name, taken, name, &c->order.why);
	if (rc != TSK_EXIST)
		return rc;
	snprintf(other, sizeof(other), "%s-%s", id_text(parcel, id), name);
	return place->driver->move(
	    place->self, folder, name, taken, other, &c->order.why);
}

/* Only what is still as it was fetched: the sender may have laid another. */
static int
clear_parcel(struct clear_order *c, struct place *place,
    const struct driver_list *list, struct clearing *parcel)
{
	char *copy = mem_text(parcel->source), *rest = copy, *name;
	uint64_t bytes;
	int64_t mtime;
	int rc = 0;

	while (rc == 0 && (name = next_line(&rest, &bytes, &mtime)) != NULL) {
		const struct driver_file *there = driver_list_find(list, name);

		if (there == NULL || there->bytes != bytes ||
		    there->mtime != mtime)
			continue;
		rc = clear_one(c, place, &parcel->id, name);
		if (rc == TSK_NOTFOUND)
			rc = 0;
		parcel->cleared += rc == 0 ? 1 : 0;
		CRASH_POINT("hub-cleared");
	}
	free(copy);
	return rc;
}

/* The first that fails is the last that is tried: a hub that is gone does not
 * cost one time-out each. */
static int
clear_work(struct order *order, struct place *place)
{
	struct clear_order *c = (struct clear_order *)order;
	struct driver_list list = {0};
	struct clearing *parcel;
	int rc = place->driver->list(
	    place->self, c->profile->fetch.folder, &list, &order->why);

	STAILQ_FOREACH(parcel, &c->parcels, entry)
	{
		if (rc < 0)
			break;
		parcel->tried = true;
		parcel->rc = rc = clear_parcel(c, place, &list, parcel);
	}
	driver_list_fini(&list);
	return rc;
}

/* What is gone is forgotten: the same name may be laid again, and look the same,
 * before the next look. */
static void
forget(struct fetch *f, char *source)
{
	char *rest = source, *name;
	struct found *file;
	uint64_t bytes;
	int64_t mtime;

	while ((name = next_line(&rest, &bytes, &mtime)) != NULL) {
		if ((file = fetch_find(f, name)) == NULL)
			continue;
		file->there = file->left = false;
		file->same_ms = 0;
	}
}

static void
clearing_free(struct clearing *parcel)
{
	free(parcel->source);
	free(parcel);
}

static void
finish(struct fetch *f, struct clearing *parcel, const struct order *order)
{
	char id[ID_TEXT_BYTES];

	id_text(&parcel->id, id);
	if (parcel->rc == 0) {
		log_info("fetch: parcel=%s files=%zu result=cleared", id,
		    parcel->cleared);
		forget(f, parcel->source);
	} else {
		log_warn("fetch: parcel=%s result=not-cleared code=%s "
			 "why=\"%s\"",
		    id, order->why.code, order->why.text);
		for (struct found *x = f->files; x != NULL; x = x->next)
			x->left = false;
	}
	/* what could not be cleared is met again, known, and cleared then */
	if (parcel->submitted)
		inbound_done(f->inbound, &parcel->id);
	clearing_free(parcel);
}

static void on_cleared(struct order *order);

static void
clear_waiting(struct fetch *f)
{
	struct clear_order *c;

	if (f->clearing || STAILQ_EMPTY(&f->to_clear))
		return;
	c = mem_new(sizeof(*c));
	c->order.work = clear_work;
	c->order.done = on_cleared;
	c->order.arg = f;
	c->profile = f->profile;
	STAILQ_INIT(&c->parcels);
	STAILQ_CONCAT(&c->parcels, &f->to_clear);
	f->clearing = true;
	worker_put(f->worker, &c->order);
}

/* Without a listing none was tried, and all have failed; else those behind one
 * that failed come with the next order. */
static void
on_cleared(struct order *order)
{
	struct clear_order *c = (struct clear_order *)order;
	struct clearing *parcel = STAILQ_FIRST(&c->parcels);
	struct fetch *f = order->arg;
	bool listed = parcel->tried;

	f->clearing = false;
	while ((parcel = STAILQ_FIRST(&c->parcels)) != NULL &&
	       order->rc != TSK_CLOSED && (parcel->tried || !listed)) {
		STAILQ_REMOVE_HEAD(&c->parcels, entry);
		if (!parcel->tried)
			parcel->rc = order->rc;
		finish(f, parcel, order);
	}
	STAILQ_CONCAT(&c->parcels, &f->to_clear);
	STAILQ_CONCAT(&f->to_clear, &c->parcels);
	if (order->rc != TSK_CLOSED) /* else the agent stops */
		clear_waiting(f);
	free(c);
}

void
fetch_clear_fini(struct fetch *f)
{
	struct clearing *parcel;

	while ((parcel = STAILQ_FIRST(&f->to_clear)) != NULL) {
		STAILQ_REMOVE_HEAD(&f->to_clear, entry);
		clearing_free(parcel);
	}
}

void
fetch_clear(
    struct fetch *f, const struct id *id, const char *source, bool submitted)
{
	struct clearing *parcel = mem_new(sizeof(*parcel));

	parcel->id = *id;
	parcel->submitted = submitted;
	parcel->source = mem_text(source);
	STAILQ_INSERT_TAIL(&f->to_clear, parcel, entry);
	clear_waiting(f);
}

void
fetch_accepted(struct fetch *f, const struct id *id, const char *source)
{
	fetch_clear(f, id, source, true);
}

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

struct clear_order {
	struct order order; /* first */
	const struct hub_profile *profile;
	struct id id;
	bool submitted; /* inbound_done() is to follow */
	char *source;
	size_t cleared;
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
clear_one(struct clear_order *c, struct place *place, const char *name)
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
	snprintf(other, sizeof(other), "%s-%s", id_text(&c->id, id), name);
	return place->driver->move(
	    place->self, folder, name, taken, other, &c->order.why);
}

/* Only what is still as it was fetched: the sender may have laid another. */
static int
clear_work(struct order *order, struct place *place)
{
	struct clear_order *c = (struct clear_order *)order;
	struct driver_list list = {0};
	char *copy = mem_text(c->source), *rest = copy, *name;
	uint64_t bytes;
	int64_t mtime;
	int rc = place->driver->list(
	    place->self, c->profile->fetch.folder, &list, &order->why);

	while (rc == 0 && (name = next_line(&rest, &bytes, &mtime)) != NULL) {
		const struct driver_file *there = driver_list_find(&list, name);

		if (there == NULL || there->bytes != bytes ||
		    there->mtime != mtime)
			continue;
		rc = clear_one(c, place, name);
		if (rc == TSK_NOTFOUND)
			rc = 0;
		c->cleared += rc == 0 ? 1 : 0;
		CRASH_POINT("hub-cleared");
	}
	driver_list_fini(&list);
	free(copy);
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
on_cleared(struct order *order)
{
	struct clear_order *c = (struct clear_order *)order;
	struct fetch *f = order->arg;
	char id[ID_TEXT_BYTES];

	id_text(&c->id, id);
	if (order->rc == 0)
		log_info("fetch: parcel=%s files=%zu result=cleared", id,
		    c->cleared);
	else if (order->rc != TSK_CLOSED)
		log_warn("fetch: parcel=%s result=not-cleared code=%s "
			 "why=\"%s\"",
		    id, order->why.code, order->why.text);
	/* what could not be cleared is met again, known, and cleared then */
	if (c->submitted && order->rc != TSK_CLOSED)
		inbound_done(f->inbound, &c->id);
	if (order->rc == 0)
		forget(f, c->source);
	else
		for (struct found *x = f->files; x != NULL; x = x->next)
			x->left = false;
	free(c->source);
	free(c);
}

void
fetch_clear(
    struct fetch *f, const struct id *id, const char *source, bool submitted)
{
	struct clear_order *c = mem_new(sizeof(*c));

	c->order.work = clear_work;
	c->order.done = on_cleared;
	c->order.arg = f;
	c->profile = f->profile;
	c->id = *id;
	c->submitted = submitted;
	c->source = mem_text(source);
	worker_put(f->worker, &c->order);
}

void
fetch_accepted(struct fetch *f, const struct id *id, const char *source)
{
	fetch_clear(f, id, source, true);
}

/* NAME
 *	fetch_get - a set from the hub to the inbound folder
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "manifest.h"
#include "people.h"

#include "fetch_inside.h"

struct get_order {
	struct order order; /* first */
	const struct hub_profile *profile;
	size_t count;
	struct name head;
	struct got {
		struct found *file; /* the loop's; busy meanwhile */
		char *name, kind[NAME_KIND_BYTES];
		uint64_t bytes;
		int64_t mtime;
		struct buf data;
	} items[WIRE_DOCUMENTS_MAX];
};

static int
get_work(struct order *order, struct place *place)
{
	struct get_order *g = (struct get_order *)order;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->count; i++) {
		struct got *item = &g->items[i];

		rc = place->driver->get(place->self, g->profile->fetch.folder,
		    item->name, (size_t)g->profile->fetch.bytes, &item->data,
		    &order->why);
		if (rc == 0 && item->data.len != item->bytes)
			rc = TSK_NOTFOUND; /* it changed: look again */
	}
	return rc;
}

static void
source_of(const struct get_order *g, struct buf *out)
{
	for (size_t i = 0; i < g->count; i++)
		buf_printf(out, FETCH_SOURCE_LINE, g->items[i].bytes,
		    g->items[i].mtime, g->items[i].name);
}

static struct wire_parcel *
parcel_of(const struct get_order *g, struct link_body *bodies)
{
	struct wire_parcel *p = manifest_new(g->count);
	const struct name *head = &g->head;

	memcpy(p->from, head->from, sizeof(p->from));
	memcpy(p->from_type, head->from_type, sizeof(p->from_type));
	memcpy(p->to, head->to, sizeof(p->to));
	memcpy(p->to_type, head->to_type, sizeof(p->to_type));
	if (strcmp(head->month, "000000") != 0)
		memcpy(p->month, head->month, sizeof(p->month));
	memcpy(p->stamp, head->stamp, sizeof(p->stamp));
	for (size_t i = 0; i < g->count; i++) {
		manifest_document(p, i, g->items[i].name, g->items[i].kind);
		bodies[i].data =
		    g->items[i].data.data != NULL ? g->items[i].data.data : "";
		bodies[i].bytes = g->items[i].data.len;
	}
	return p;
}

static void
keep(struct fetch *f, struct get_order *g)
{
	struct link_body bodies[WIRE_DOCUMENTS_MAX];
	struct wire_parcel *parcel = parcel_of(g, bodies);
	char id[ID_TEXT_BYTES];
	struct why why = {0};
	struct buf source;
	int rc;

	people_of(f->rules, f->secret, parcel, bodies);
	buf_init(&source, INBOUND_SOURCE_MAX);
	source_of(g, &source);
	rc = inbound_put(f->inbound, parcel, bodies,
	    source.data != NULL ? source.data : "", clock_wall_ms(), &why);
	id_text(&parcel->id, id);
	if (rc == 0 || rc == TSK_EXIST)
		log_info("fetch: parcel=%s files=%zu result=%s", id, g->count,
		    rc == 0 ? "kept" : "again");
	else
		log_error("fetch: files=%zu result=%s code=%s why=\"%s\"",
		    g->count, why.class == WHY_LATER ? "later" : "never",
		    why.code, why.text);
	for (size_t i = 0; i < g->count; i++)
		g->items[i].file->left = why.class != WHY_LATER;
	if (rc == TSK_EXIST &&
	    inbound_state(f->inbound, &parcel->id) == INBOUND_DONE)
		fetch_clear(f, &parcel->id,
		    source.data != NULL ? source.data : "", false);
	manifest_free(&parcel);
	buf_fini(&source);
	f->changed(f->arg);
}

static void
on_got(struct order *order)
{
	struct get_order *g = (struct get_order *)order;
	struct fetch *f = order->arg;

	f->under_way--;
	for (size_t i = 0; i < g->count; i++) {
		f->under_way_bytes -= g->items[i].bytes;
		g->items[i].file->busy = false;
	}
	if (order->rc == 0) {
		keep(f, g);
	} else if (order->rc == TSK_TOOBIG) {
		log_warn("fetch: result=never code=too-large");
		for (size_t i = 0; i < g->count; i++)
			g->items[i].file->left = true;
	} else if (order->rc != TSK_CLOSED && order->rc != TSK_NOTFOUND) {
		log_warn("fetch: result=later code=%s why=\"%s\"",
		    order->why.code, order->why.text);
	}
	for (size_t i = 0; i < g->count; i++) {
		if (order->rc == TSK_NOTFOUND)
			g->items[i].file->same_ms = 0;
		free(g->items[i].name);
		buf_fini(&g->items[i].data);
	}
	free(g);
}

static void
get_add(struct get_order *g, struct found *file, size_t max)
{
	struct got *item = &g->items[g->count++];

	file->busy = true;
	item->file = file;
	item->name = mem_text(file->name);
	item->bytes = file->bytes;
	item->mtime = file->mtime;
	if (file->standard)
		snprintf(
		    item->kind, sizeof(item->kind), "%s", file->parsed.kind);
	buf_init(&item->data, max + 1);
	/* the set's month: the first that names one */
	if (g->head.month[0] == '\0' || strcmp(g->head.month, "000000") == 0)
		memcpy(
		    g->head.month, file->parsed.month, sizeof(g->head.month));
}

static struct get_order *
get_new(struct fetch *f, const struct found *head)
{
	struct get_order *g = mem_new(sizeof(*g));

	g->order.work = get_work;
	g->order.done = on_got;
	g->order.arg = f;
	g->profile = f->profile;
	g->head = head->parsed;
	return g;
}

void
fetch_get(struct fetch *f, struct found **files, size_t n)
{
	struct get_order *g = get_new(f, files[0]);

	for (size_t i = 0; i < n; i++) {
		get_add(g, files[i], (size_t)f->profile->fetch.bytes);
		f->under_way_bytes += files[i]->bytes;
	}
	f->under_way++;
	worker_put(f->worker, &g->order);
}

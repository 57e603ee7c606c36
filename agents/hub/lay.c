/* NAME
 *	lay - what is done at a hub for parcels, in the worker's thread
 * SUMMARY
 *	see lay.h
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"

#include "lay.h"

struct lay *
lay_new(const struct job *job, void (*done)(struct order *order), void *arg)
{
	struct lay *lay = mem_new(sizeof(*lay));

	lay->order.done = done;
	lay->order.arg = arg;
	lay->id = job->id;
	lay->leg = job->leg;
	lay->folder = mem_text(job->folder);
	lay->count = job->name_count;
	for (size_t i = 0; i < job->name_count; i++) {
		lay->files[i].name = mem_text(job->names[i]);
		job_part(job, i, lay->files[i].part);
		buf_init(&lay->files[i].bytes, WIRE_PARCEL_BYTES_MAX + 1u);
	}
	return lay;
}

void
lay_free(struct lay **lay_p)
{
	struct lay *lay = *lay_p;

	if (lay == NULL)
		return;
	for (size_t i = 0; i < lay->count; i++) {
		free(lay->files[i].name);
		buf_fini(&lay->files[i].bytes);
	}
	free(lay->folder);
	free(lay);
	*lay_p = NULL;
}

static int
taken(struct lay *lay)
{
	why_set(&lay->order.why, WHY_NEVER, "name-taken",
	    "At the hub lies another file of the same name.");
	return TSK_EXIST;
}

/* 0: there with the same bytes; TSK_NOTFOUND; TSK_EXIST: other bytes. */
static int
compare(struct lay *lay, struct place *place, const struct lay_file *file)
{
	struct buf there;
	int rc;

	buf_init(&there, file->bytes.len + 1);
	rc = place->driver->get(place->self, lay->folder, file->name,
	    file->bytes.len, &there, &lay->order.why);
	if (rc == 0 &&
	    (there.len != file->bytes.len ||
		(there.len > 0 &&
		    memcmp(there.data, file->bytes.data, there.len) != 0)))
		rc = TSK_TOOBIG;
	buf_fini(&there);
	return rc == TSK_TOOBIG ? taken(lay) : rc;
}

int
lay_put(struct order *order, struct place *place)
{
	struct lay *lay = (struct lay *)order;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < lay->count; i++) {
		struct lay_file *file = &lay->files[i];

		rc = compare(lay, place, file);
		if (rc == TSK_NOTFOUND)
			rc = place->driver->put(place->self, lay->folder,
			    file->part, file->bytes.data, file->bytes.len,
			    &order->why);
		CRASH_POINT("hub-put");
	}
	if (rc == TSK_EXIST) /* it will not be laid */
		(void)!lay_clear(order, place);
	return rc;
}

int
lay_clear(struct order *order, struct place *place)
{
	struct lay *lay = (struct lay *)order;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < lay->count; i++) {
		struct why why;

		rc = place->driver->remove(
		    place->self, lay->folder, lay->files[i].part, &why);
	}
	return rc;
}

int
lay_name(struct order *order, struct place *place)
{
	struct lay *lay = (struct lay *)order;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < lay->count; i++) {
		const struct lay_file *file = &lay->files[i];

		rc = place->driver->move(place->self, lay->folder, file->part,
		    lay->folder, file->name, &order->why);
		if (rc == TSK_NOTFOUND) /* named before */
			rc = 0;
		if (rc == TSK_EXIST)
			rc = compare(lay, place, file) == 0
				 ? place->driver->remove(place->self,
				       lay->folder, file->part, &order->why)
				 : taken(lay);
		CRASH_POINT("hub-named");
	}
	return rc;
}

/* ---- watching ---- */

struct watch *
watch_new(bool moved, void (*done)(struct order *order), void *arg)
{
	struct watch *watch = mem_new(sizeof(*watch));

	watch->order.work = watch_look;
	watch->order.done = done;
	watch->order.arg = arg;
	watch->moved = moved;
	return watch;
}

void
watch_add(struct watch *watch, const struct job *job, const char *folder)
{
	size_t n = watch->count++;
	struct watch_item *item;

	if ((n & (n - 1)) == 0) /* 0, 1, 2, 4, 8...: it is full */
		watch->items = mem_resize(
		    watch->items, (n == 0 ? 1 : 2 * n) * sizeof(*item));
	item = &watch->items[n];
	memset(item, 0, sizeof(*item));
	item->id = job->id;
	item->leg = job->leg;
	item->folder = mem_text(folder);
	item->names = mem_new((job->name_count + 1) * sizeof(*item->names));
	item->name_count = job->name_count;
	for (size_t i = 0; i < job->name_count; i++)
		item->names[i] = mem_text(job->names[i]);
}

void
watch_free(struct watch **watch_p)
{
	struct watch *watch = *watch_p;

	if (watch == NULL)
		return;
	for (size_t i = 0; i < watch->count; i++) {
		struct watch_item *item = &watch->items[i];

		for (size_t k = 0; k < item->name_count; k++)
			free(item->names[k]);
		free(item->names);
		free(item->folder);
	}
	free(watch->items);
	free(watch);
	*watch_p = NULL;
}

static int
compare_folders(const void *a, const void *b)
{
	const struct watch_item *x = a, *y = b;

	return strcmp(x->folder, y->folder);
}

static bool
seen(const struct watch_item *item, const struct driver_list *list, bool moved)
{
	size_t there = 0;

	for (size_t i = 0; i < item->name_count; i++)
		there += driver_list_find(list, item->names[i]) != NULL;
	return moved ? there == item->name_count : there == 0;
}

/* One listing a folder. */
int
watch_look(struct order *order, struct place *place)
{
	struct watch *watch = (struct watch *)order;
	struct driver_list list = {0};
	int rc = 0;

	if (watch->count > 0)
		qsort(watch->items, watch->count, sizeof(*watch->items),
		    compare_folders);
	for (size_t i = 0; rc == 0 && i < watch->count; i++) {
		struct watch_item *item = &watch->items[i];

		if (i == 0 || strcmp(item->folder, item[-1].folder) != 0) {
			driver_list_fini(&list);
			rc = place->driver->list(
			    place->self, item->folder, &list, &order->why);
		}
		/* a list that was cut says nothing of what is missing */
		if (rc == 0 && list.count < DRIVER_LIST_MAX)
			item->seen = seen(item, &list, watch->moved);
	}
	driver_list_fini(&list);
	return rc;
}

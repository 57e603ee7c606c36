/* NAME
 *	lay - what is done at a hub for parcels, in the worker's thread
 * DESCRIPTION
 *	A parcel is laid in two orders, with the job's record written in
 *	between (job.h says why): first whole under names of ours, then each
 *	under its own.  Both may be given again after a crash.
 *
 *	A file of that name that is there already with the same bytes is as good
 *	as laid; with other bytes it is left alone: TSK_EXIST, code name-taken.
 */
#ifndef TASUKI_HUB_LAY_H
#define TASUKI_HUB_LAY_H

#include "job.h"
#include "worker.h"

struct lay_file {
	char *name, part[JOB_PART_BYTES];
	struct buf bytes; /* for both orders: they compare */
};

struct lay {
	struct order order; /* first: an order is its lay */
	struct id id;
	unsigned leg;
	char *folder;
	size_t count;
	struct lay_file files[JOB_FILES_MAX];
};

/* lay_new(job, done, arg): folder, names, parts; the bytes are the caller's to
 * fill in. */
struct lay *lay_new(
    const struct job *job, void (*done)(struct order *order), void *arg);
void lay_free(struct lay **lay);
int lay_put(struct order *order, struct place *place);
int lay_name(struct order *order, struct place *place);
/* lay_clear: nothing of ours is left there; own names are not touched. */
int lay_clear(struct order *order, struct place *place);

/* Which of many jobs were seen. */
struct watch_item {
	struct id id;
	unsigned leg;
	char *folder, **names;
	size_t name_count;
	bool seen;
};
struct watch {
	struct order order; /* first */
	bool moved; /* seen: all are in folder; else: none is there any more */
	struct watch_item *items;
	size_t count;
};

struct watch *watch_new(
    bool moved, void (*done)(struct order *order), void *arg);
void watch_add(struct watch *watch, const struct job *job, const char *folder);
void watch_free(struct watch **watch);
int watch_look(struct order *order, struct place *place);

#endif

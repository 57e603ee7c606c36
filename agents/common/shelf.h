/* NAME
 *	shelf - a folder of small folders, one a leg, with a record and some files
 * DESCRIPTION
 *	    OPEN/KEY/record		what is known, replaced as a whole
 *	    OPEN/KEY/FILE...		what it is about; some may lie in one
 *					folder more, OPEN/KEY/FOLDER/FILE
 *	    ended/2026-11/KEY/record	what is over; without its files
 *	    .incoming/KEY.tmp		being written
 *
 *	A thing is there, whole, from the rename out of .incoming on.  All else
 *	is the record's replacement.  KEY is leg_key(); the month is that in
 *	which the parcel was made, so that an end is found from its id alone.
 *	Points of a crash (crash.h): AGENT-written, -kept, -ended, -moved.
 * DIAGNOSTICS
 *	why: "disk-full", "folder", "folder-in-use", all WHY_LATER.
 */
#ifndef TASUKI_SHELF_H
#define TASUKI_SHELF_H

#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "leg.h"

#define SHELF_RECORD_MAX 65536u

struct shelf;

struct shelf_file {
	const char *name; /* one safe name, not "record" */
	const void *data;
	size_t bytes;
	const char
	    *folder; /* one safe name, or NULL; its files come together */
};

/* shelf_open(path, agent, open, out, why): made if absent; one agent a folder.
 * ${agent}: "national", for messages and points of a crash; ${open}: the name
 * of the folder of what isn't over. */
int shelf_open(const char *path, const char *agent, const char *open,
    struct shelf **out, struct why *why) TSK_MUST_USE;
void shelf_close(struct shelf **shelf);
int shelf_dirfd(const struct shelf *shelf);

/* rc < 0: the record of this leg cannot be read; text is NULL then. */
typedef void shelf_fn(void *arg, const struct id *id, unsigned leg,
    const char *text, size_t n, int rc);
/* shelf_load(shelf, each, arg, why): tidy up, then everything that is open. */
int shelf_load(struct shelf *shelf, shelf_fn *each, void *arg,
    struct why *why) TSK_MUST_USE;
/* shelf_put(shelf, id, leg, record, files, count, why): a new thing, or one in
 * the place of another, which is lost. */
int shelf_put(struct shelf *shelf, const struct id *id, unsigned leg,
    const struct buf *record, const struct shelf_file *files, size_t count,
    struct why *why) TSK_MUST_USE;
int shelf_save(struct shelf *shelf, const struct id *id, unsigned leg,
    const struct buf *record, struct why *why) TSK_MUST_USE;
/* shelf_strip(shelf, id, leg, why): its files go, the record stays. */
int shelf_strip(struct shelf *shelf, const struct id *id, unsigned leg,
    struct why *why) TSK_MUST_USE;
/* shelf_end(shelf, id, leg, record, why): over: record saved, files removed, out
 * of the way. */
int shelf_end(struct shelf *shelf, const struct id *id, unsigned leg,
    const struct buf *record, struct why *why) TSK_MUST_USE;
/* shelf_ended(shelf, id, leg, out): 1 and its record, 0 there is none, TSK_*. */
int shelf_ended(struct shelf *shelf, const struct id *id, unsigned leg,
    struct buf *out) TSK_MUST_USE;
/* shelf_folder(shelf, id, leg): descriptor of an open thing's folder, close()
 * it; or TSK_*. */
int shelf_folder(const struct shelf *shelf, const struct id *id, unsigned leg);
/* shelf_path(shelf, id, leg): path of an open thing's folder, malloced. */
char *shelf_path(const struct shelf *shelf, const struct id *id, unsigned leg);

#endif

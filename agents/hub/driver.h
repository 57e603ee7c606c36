/* NAME
 *	driver - how the files of a hub are reached
 * DESCRIPTION
 *	A hub is a place with folders: eight verbs are all there is to it.  What
 *	is laid where and when, and what a crash may leave, is decided above
 *	(send.h, fetch.h); a driver keeps nothing that matters.
 *
 *	    folder   a folder of this machine, or a mounted share
 *	    sftp     a server that speaks SFTP
 *
 *	Folders are paths below the place's own ("out/1370200021"), without a
 *	leading or trailing slash; "" is the place itself.  Names are single
 *	components.  All calls may block up to the time-out of the profile: they
 *	are made in the worker's thread, one at a time (worker.h).
 * DIAGNOSTICS
 *	TSK_LATER: not now (line, server, disk); ${why} says more.  TSK_DENIED:
 *	the place does not let us in: only a person can mend it.
 */
#ifndef TASUKI_HUB_DRIVER_H
#define TASUKI_HUB_DRIVER_H

#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "settings.h"

#define DRIVER_LIST_MAX 20000u
#define DRIVER_PATH_MAX 1024

struct driver_file {
	char *name; /* malloced */
	uint64_t bytes;
	int64_t mtime; /* seconds */
};
struct driver_list {
	struct driver_file *files; /* regular files, by name */
	size_t count;
};

struct driver {
	const char *name;
	int (*open)(
	    const struct hub_settings *settings, void **out, struct why *why);
	void (*close)(void *self);
	/* list(self, folder, out, why): a folder that is not there is empty. */
	int (*list)(void *self, const char *folder, struct driver_list *out,
	    struct why *why);
	/* put(self, folder, name, p, n, why): the whole file, in the place of
	 * one of that name; folders are made. */
	int (*put)(void *self, const char *folder, const char *name,
	    const void *p, size_t n, struct why *why);
	/* move(self, folder, name, to, new_name, why): never over another:
	 * TSK_EXIST.  TSK_NOTFOUND.  The folder ${to} is made. */
	int (*move)(void *self, const char *folder, const char *name,
	    const char *to, const char *new_name, struct why *why);
	/* get(self, folder, name, max, out, why): TSK_TOOBIG, TSK_NOTFOUND. */
	int (*get)(void *self, const char *folder, const char *name, size_t max,
	    struct buf *out, struct why *why);
	/* remove(self, folder, name, why): absent is fine. */
	int (*remove)(
	    void *self, const char *folder, const char *name, struct why *why);
};

extern const struct driver driver_folder, driver_sftp;

/* driver_find(name): or NULL. */
const struct driver *driver_find(const char *name);

void driver_list_add(
    struct driver_list *list, const char *name, uint64_t bytes, int64_t mtime);
/* driver_list_sort(list): by name, as its users expect it. */
void driver_list_sort(struct driver_list *list);
const struct driver_file *driver_list_find(
    const struct driver_list *list, const char *name);
void driver_list_fini(struct driver_list *list);

#endif

/* NAME
 *	watch - tells when something happens in a folder
 * DESCRIPTION
 *	inotify where the system has it, and a look at every folder's own time
 *	stamp once an interval: network shares give no notice.  The one file to
 *	replace for another operating system.
 */
#ifndef TASUKI_OFFICE_WATCH_H
#define TASUKI_OFFICE_WATCH_H

#include <czmq.h>

#include "err.h"

enum watch_what {
	WATCH_CLOSED,  /* name was written and closed */
	WATCH_ARRIVED, /* name was renamed into the folder */
	WATCH_GONE,    /* name was deleted or renamed away */
	WATCH_FOLDER,  /* a folder appeared */
	WATCH_LOOK,    /* look through the whole folder */
	WATCH_END,     /* the folder itself is gone; the watch is removed */
};
typedef void watch_fn(enum watch_what what, const char *name, void *arg);

struct watch;

struct watch *watch_new(zloop_t *loop, int64_t interval_ms);
void watch_free(struct watch **watch);
/* watch_add(watch, dir, fn, arg): watch the folder of this descriptor, which
 * must stay open until watch_remove() or WATCH_END; a handle >= 0. */
int watch_add(struct watch *watch, int dir, watch_fn *fn, void *arg);
void watch_remove(struct watch *watch, int handle);

#endif

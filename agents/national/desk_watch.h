/* NAME
 *	desk_watch - whether people did something on the desk
 * DESCRIPTION
 *	Moving a folder, or laying a download there, changes a folder's time.
 *	Nothing is read here; desk_look.h and desk_inbox.h do, when asked.
 */
#ifndef TASUKI_NATIONAL_DESK_WATCH_H
#define TASUKI_NATIONAL_DESK_WATCH_H

#include "desk_look.h"

#define DESK_ALL "-" /* the folder for all offices, as if it were one */

typedef void desk_changed_fn(void *arg, const char *number);

struct desk_watch;

/* desk_watch_new(root, changed, arg): root stays the caller's. */
struct desk_watch *desk_watch_new(
    int root, desk_changed_fn *changed, void *arg);
void desk_watch_free(struct desk_watch **watch);
/* desk_watch_days(watch, number, list, all): on these days an office has
 * something to send; all: on no others. */
void desk_watch_days(struct desk_watch *watch, const char *number,
    const struct desk_list *list, bool all);
/* desk_watch_look(watch): changed() for each that looks other than before; the
 * first time for all. */
void desk_watch_look(struct desk_watch *watch);

#endif

/* NAME
 *	save - files that came out of a paper, into a folder
 * DESCRIPTION
 *	Never over another file: a name that is taken by the same bytes is left
 *	as it is, one taken by others gets a number.  A name that cannot be used
 *	is replaced.
 */
#ifndef TASUKI_CTL_SAVE_H
#define TASUKI_CTL_SAVE_H

#include <jansson.h>

#include "ctl.h"
#include "err.h"

struct save {
	int dirfd;
	const char *folder; /* as given */
	unsigned nameless;
	json_t *files; /* name, bytes, sha256, path, result */
};

/* save_open(save, folder, why): ${folder} (NULL: here) is made if absent. */
int save_open(
    struct save *save, const char *folder, struct why *why) TSK_MUST_USE;
/* save_close(save): drops the list unless it was taken out. */
void save_close(struct save *save);
/* save_file(save, name, data, bytes, why): durable, and on the list. */
int save_file(struct save *save, const char *name, const void *data,
    size_t bytes, struct why *why) TSK_MUST_USE;
/* save_show(ctl, files): the list as a table. */
void save_show(const struct ctl *ctl, const json_t *files);

#endif

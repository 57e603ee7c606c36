/* NAME
 *	folders - the folder tree of one office, by descriptors
 */
#ifndef TASUKI_OFFICE_FOLDERS_H
#define TASUKI_OFFICE_FOLDERS_H

#include "err.h"
#include "id.h"

#include "settings.h"

struct folders {
	int root, lock;
	int outbox, inbox, sent, sending, rejected, hold;
	int incoming, received; /* hidden: .incoming, .received */
};

/* folders_open(f, settings, path, why): make what is missing (mode 0700) and
 * open it.  TSK_EXIST: another agent has this folder. */
int folders_open(struct folders *f, const struct settings *settings,
    const char *path, struct why *why) TSK_MUST_USE;
/* folders_remake(f, settings): make again what somebody deleted, under the same
 * descriptors. */
int folders_remake(
    struct folders *f, const struct settings *settings) TSK_MUST_USE;
void folders_close(struct folders *f);
/* folders_sync(f): everything done below this office so far is on the disk.
 * One call for a whole batch of parcels. */
int folders_sync(const struct folders *f) TSK_MUST_USE;
/* folders_month(parent, id): descriptor of parent's folder of the id's month,
 * made if missing; close it.  TSK_*. */
int folders_month(int parent, const struct id *id);

/* folders_free_name(dir, wanted, out): wanted, or "name(2).ext", "name(3).ext"...
 * the first that is free in dir; out has 256 bytes. */
void folders_free_name(int dir, const char *wanted, char out[256]);
/* folders_safe_name(raw, nameless, room, out): a name that may be shown and
 * stored: bad characters become '_', at most 255 - room bytes, extension kept. */
void folders_safe_name(
    const char *raw, const char *nameless, size_t room, char out[256]);
/* folders_notice(dir, name, text, n): durable text file for people: UTF-8 with
 * BOM and CRLF; \n in text become CRLF. */
int folders_notice(
    int dir, const char *name, const char *text, size_t n) TSK_MUST_USE;

#endif

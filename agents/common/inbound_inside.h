/* NAME
 *	inbound_inside - what the files of inbound share; nobody else includes it
 * DESCRIPTION
 *	inbound.c holds the list and talks to the broker; inbound_keep.c is the
 *	disk: a parcel's folder from .incoming to parcels/ or refused/, the marks
 *	beside it (known.h), and what a crash left.
 */
#ifndef TASUKI_INBOUND_INSIDE_H
#define TASUKI_INBOUND_INSIDE_H

#include <sys/queue.h>

#include "inbound.h"
#include "loaded.h"

#define INBOUND_PAIR_BYTES 32

enum {
	KEEP_ROOT,
	KEEP_PARCELS,
	KEEP_REFUSED,
	KEEP_KNOWN,
	KEEP_INCOMING,
	KEEP_FOLDERS
};

struct item {
	TAILQ_ENTRY(item) entry;
	struct id id;
	char pair[INBOUND_PAIR_BYTES];
	unsigned tries;
	int64_t retry_ms; /* not before */
	bool under_way, accepted;
	struct loaded loaded; /* while under way */
};
TAILQ_HEAD(items, item);

struct inbound {
	int fds[KEEP_FOLDERS];
	struct inbound_events events;
	void *arg;
	struct items items; /* by id */
	int64_t hold_ms;    /* a refusal that concerns everybody */
};

/* ---- inbound.c ---- */
/* inbound_add(in, parcel): it is on the disk; into the list. */
struct item *inbound_add(struct inbound *in, const struct wire_parcel *parcel);

/* ---- inbound_keep.c ---- */
/* inbound_fail(rc, why, what): the folder failed; returns rc. */
int inbound_fail(int rc, struct why *why, const char *what);
/* inbound_keep_open(in, path, why): its folders, made if absent, and the lock;
 * inbound_keep_close() also after a failure. */
int inbound_keep_open(
    struct inbound *in, const char *path, struct why *why) TSK_MUST_USE;
void inbound_keep_close(struct inbound *in);
/* inbound_keep_read(in, why): tidy up; every parcel that is there is added. */
int inbound_keep_read(struct inbound *in, struct why *why) TSK_MUST_USE;
/* inbound_keep_source(in, id, out): what inbound_put() was told, "" if that
 * cannot be read; buf_fini() it.  TSK_*: there is no such parcel. */
int inbound_keep_source(
    const struct inbound *in, const struct id *id, struct buf *out);
/* inbound_keep_load(in, id, out): the documents, for the wire. */
int inbound_keep_load(const struct inbound *in, const struct id *id,
    struct loaded *out) TSK_MUST_USE;
/* inbound_keep_accepted(in, id): noted: the broker has it. */
int inbound_keep_accepted(struct inbound *in, const struct id *id) TSK_MUST_USE;
/* inbound_keep_refused(in, id, code, text): out of the way, for a person; the
 * folder is the report. */
void inbound_keep_refused(struct inbound *in, const struct id *id,
    const char *code, const char *text);
/* inbound_keep_remove(in, id): nothing of it is needed any more. */
void inbound_keep_remove(struct inbound *in, const struct id *id);
/* inbound_keep_is_refused(in, id): it lies in refused/. */
bool inbound_keep_is_refused(const struct inbound *in, const struct id *id);

#endif

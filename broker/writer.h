/* NAME
 *	writer - the one thread that changes the store
 * DESCRIPTION
 *	A batch is whatever was put while the last commit ran.  The net thread
 *	puts works and takes them back finished; it alone owns them, the writer
 *	thread only runs their operations.  Nobody is told anything before the
 *	commit came back.
 *
 *	Disk full: intake in the batch gets TSK_FULL, everything else is tried
 *	again without it; what still does not fit comes back with TSK_FULL too
 *	and its owner keeps it (writer_later()).
 *	More than one transaction takes: the batch is cut, never between works
 *	that are joined; joined works that are too much by themselves come back
 *	with TSK_TOOBIG, and only they.
 *	Store broken: writer_broken() is true, nothing is run any more.
 */
#ifndef TASUKI_WRITER_H
#define TASUKI_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "store.h"

struct broker;
struct session;
struct writer;

/* Lies at the start of what its owner allocates. */
struct work {
	struct work *next;
	struct store_op op;
	size_t bytes;            /* of memory it holds on to */
	bool patient;            /* may wait a moment for company */
	bool joined;             /* in one transaction with the one put next */
	struct session *session; /* referenced; NULL = nobody to answer */
	/* net thread; owns and frees the work */
	void (*done)(struct broker *b, struct work *work);
};

/* writer_start(store, out, why) */
int writer_start(
    struct store *store, struct writer **out, struct why *why) TSK_MUST_USE;
/* writer_registry(work, actor, at_ms, kind, key, value, note): make it a change of
 * one kept record; all texts live as long as the work.  value NULL: the record
 * goes; note may be NULL. */
void writer_registry(struct work *work, const char *actor, int64_t at_ms,
    const char *kind, const char *key, const char *value, const char *note);
/* writer_put(w, work): gather; sent with the next writer_flush(). */
void writer_put(struct writer *w, struct work *work);
/* writer_later(w, work): it did not fit on the disk; tried again by
 * writer_retry(). */
void writer_later(struct writer *w, struct work *work);
void writer_retry(struct writer *w);
/* writer_flush(w, now_ms): hand what was put to the thread.  If all of it is
 * patient it may stay until something that is not comes along, at most for
 * WRITER_PATIENCE_MS: a settlement alone is not worth a commit that the next
 * submit would have to wait for. */
void writer_flush(struct writer *w, int64_t now_ms);
#define WRITER_PATIENCE_MS 3
/* writer_due(w): when writer_flush() must come again; -1: never. */
int64_t writer_due(const struct writer *w);
/* writer_busy(w): a commit runs, or is about to. */
bool writer_busy(const struct writer *w);
/* writer_fd(w): readable when something is finished. */
int writer_fd(const struct writer *w);
/* writer_take(w): finished works in order, or NULL; clears writer_fd(). */
struct work *writer_take(struct writer *w);
/* bytes and works put and not taken back */
size_t writer_bytes(const struct writer *w);
size_t writer_count(const struct writer *w);
size_t writer_stalled(const struct writer *w); /* of them: disk was full */
bool writer_broken(const struct writer *w, struct why *why);
void writer_commits(
    const struct writer *w, uint64_t *commits, uint64_t *ops, uint64_t *full);
/* writer_stop(w): finishes the running commit, ends the thread.  Works not yet
 * finished come out of writer_take() with rc TSK_CLOSED. */
void writer_stop(struct writer *w);
void writer_free(struct writer **w);

#endif

/* NAME
 *	collect - which files of an outbox go together, and when
 * DESCRIPTION
 *	Knows names, sizes and times only; touches no file and asks no clock.
 *	The owner says what it sees (collect_see, collect_gone) and asks now and
 *	then what is due (collect_take).
 *
 *	unit: files of the standard with one sender, receiver, types and 連番; or
 *	all attachments in one partner folder; or a single stray file.
 *
 *	    complete set, all members quiet          -> SEND
 *	    a set, but a larger one exists           -> SEND after the wait
 *	    members missing, or no such set          -> after the wait as the
 *	                                                setting says
 *	    a member that a person moved back        -> SEND as it is
 *	    no name of the standard, bad name        -> STRAY when quiet
 *
 *	Units of one sender and receiver are handed out in 連番 order; a later
 *	one waits while an earlier one still waits for members.
 */
#ifndef TASUKI_OFFICE_COLLECT_H
#define TASUKI_OFFICE_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "name.h"
#include "set.h"
#include "standard.h"

#include "settings.h"

struct collect;

enum collect_place {
	PLACE_OUTBOX, /* name is in the outbox, or "FOLDER/name" */
	PLACE_HOLD,   /* held, part of its unit still */
};
/* How a file was noticed. */
enum collect_how {
	HOW_SEEN,    /* by looking: complete after scan/stable */
	HOW_ARRIVED, /* renamed into the folder: complete at once */
};

struct collect_file {
	char *name; /* below the outbox */
	enum collect_place place;
	uint64_t bytes, inode;
	int64_t mtime_ns;
	int64_t changed_ms; /* when we last saw it change */
	bool arrived;       /* complete without waiting */
	bool returned;      /* was held, a person moved it back */
	bool standard;      /* parsed is filled */
	struct name parsed;
	struct collect_unit *unit;
};

enum collect_action {
	COLLECT_SEND,
	COLLECT_HOLD,
	COLLECT_REJECT, /* incomplete, and the setting says so */
	COLLECT_STRAY,  /* one file that cannot be sent from there */
	COLLECT_ATTACH, /* attachments for one partner folder */
};

struct collect_due {
	enum collect_action action;
	enum set_state state;
	const char *missing; /* kinds, as set_judge() says */
	struct collect_file **files;
	size_t count;
};

/* Handle one due unit: for its own files the function may call collect_gone(),
 * collect_see() and collect_later(), for no others.  What is left as it was
 * comes again. */
typedef void collect_fn(const struct collect_due *due, void *arg);

struct collect *collect_new(const struct standard *standard, int64_t wait_ms,
    int64_t stable_ms, enum incomplete incomplete);
void collect_free(struct collect **collect);

/* collect_see(c, name, place, ...): the file is there now.  Returns it; valid
 * until collect_gone(). */
struct collect_file *collect_see(struct collect *c, const char *name,
    enum collect_place place, enum collect_how how, uint64_t bytes,
    int64_t mtime_ns, uint64_t inode, int64_t now_ms);
void collect_gone(struct collect *c, const char *name);
const struct collect_file *collect_find(struct collect *c, const char *name);
/* collect_later(c, due, until): nothing of this unit before then. */
void collect_later(
    struct collect *c, const struct collect_due *due, int64_t until_ms);
size_t collect_count(const struct collect *c);
/* collect_sweep(c, place, prefix, seen, arg): forget every file of place whose
 * name begins with prefix ("" = the outbox itself, "FOLDER/") for which
 * seen(name) is false. */
void collect_sweep(struct collect *c, enum collect_place place,
    const char *prefix, bool (*seen)(const char *name, void *arg), void *arg);

/* collect_take(c, now, fn, arg): fn for each due unit, at most max of them;
 * returns how many. */
size_t collect_take(
    struct collect *c, int64_t now_ms, size_t max, collect_fn *fn, void *arg);
/* collect_next(c): when something may be due, INT64_MAX if nothing is there. */
int64_t collect_next(const struct collect *c);

#endif

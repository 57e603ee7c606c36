/* NAME
 *	fetch_inside - what the files of fetch share; nobody else includes it
 * DESCRIPTION
 *	fetch.c looks what lies at the hub and when a set of it is due;
 *	fetch_get.c brings a set here and keeps it; fetch_clear.c takes away at
 *	the hub what is safe with the broker.
 */
#ifndef TASUKI_HUB_FETCH_INSIDE_H
#define TASUKI_HUB_FETCH_INSIDE_H

#include <regex.h>
#include <sys/queue.h>

#include "fetch.h"
#include "name.h"

/* A file at the hub, as long as it lies there. */
struct found {
	char *name;
	uint64_t bytes;
	int64_t mtime;
	int64_t same_ms; /* it looks like this since */
	int64_t due_ms;  /* as its set is, nothing is done before */
	bool usable, standard, there, busy;
	bool left; /* nothing more to do for it as it is */
	struct name parsed;
	struct found *next;
};

/* What lies there of one parcel is to go. */
struct clearing {
	struct id id;
	bool submitted; /* inbound_done() is to follow */
	bool tried;
	int rc;
	char *source;
	size_t cleared;
	STAILQ_ENTRY(clearing) entry;
};
STAILQ_HEAD(clearings, clearing);

struct fetch {
	const struct hub_settings *settings;
	const struct hub_profile *profile;
	const struct standard *rules;
	const char *secret;
	struct worker *worker;
	struct inbound *inbound;
	void (*changed)(void *arg);
	void *arg;
	regex_t attachment;
	bool has_attachment;
	struct found *files;
	void *by_name; /* a tree of them */
	bool looking;
	unsigned under_way;       /* sets */
	uint64_t under_way_bytes; /* that they will have */
	bool clearing;            /* an order is under way */
	struct clearings to_clear;
	int64_t next_ms;
	size_t strange; /* files we said that we leave */
};

/* ---- fetch.c ---- */
/* fetch_find(f, name): what is known of it, or NULL. */
struct found *fetch_find(struct fetch *f, const char *name);

/* ---- fetch_get.c ---- */
/* fetch_get(f, files, n): bring this set, its head first; f->under_way counts
 * it, each file is busy meanwhile. */
void fetch_get(struct fetch *f, struct found **files, size_t n);

/* ---- fetch_clear.c ---- */
/* a line of a parcel's source (inbound.h): how a file looked, and its name */
#define FETCH_SOURCE_LINE "%" PRIu64 " %" PRId64 " %s\n"
/* fetch_clear(f, id, source, submitted): away with what is still as it was
 * fetched; ${submitted}: inbound_done() follows. */
void fetch_clear(
    struct fetch *f, const struct id *id, const char *source, bool submitted);
void fetch_clear_fini(struct fetch *f);

#endif

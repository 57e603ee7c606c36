/* NAME
 *	store - what the broker must never forget, as queue verbs
 * SUMMARY
 *	One writer applies batches of operations, each batch one transaction;
 *	any thread reads.
 * DESCRIPTION
 *	The truth is here; the schedule, leases and sessions in memory are an
 *	index that is rebuilt from store_walk_open() at start.  Back ends: LMDB
 *	(store_lmdb.c), memory (store_mem.c, tests); one suite in tests/store
 *	runs on each.  Nothing of a back end shows in this header.
 *
 *	Every kept record carries a tag over its length, its key and its bytes;
 *	a record whose tag does not match is TSK_DAMAGED, never handed out.
 *
 *	Audit is part of each operation: the entry is written in the same
 *	transaction, chained by SHA-256 to the one before it.
 * DIAGNOSTICS
 *	TSK_FULL: no space; nothing of the batch was kept; later may work.
 *	TSK_BROKEN: a sync or commit failed or the back end gave up: nothing more
 *	may be acknowledged; close, exit, verify at the next start.
 */
#ifndef TASUKI_STORE_H
#define TASUKI_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "id.h"
#include "leg.h"
#include "number.h"

#define STORE_QUEUE_BYTES  64
#define STORE_AGENT_BYTES  64
#define STORE_CODE_BYTES   32
#define STORE_DETAIL_BYTES 384
#define STORE_UNDER_BYTES  120
#define STORE_LEGS_MAX     8
/* later steps replace the last "waiting" or "working" one */
#define STORE_STEPS_MAX     64
#define STORE_CHUNK_BYTES   (1024u * 1024) /* bodies are kept in such pieces */
#define STORE_KEY_BYTES_MAX 255

struct store;

enum store_backend { STORE_LMDB, STORE_MEM };

struct store_settings {
	enum store_backend backend;
	const char *path;  /* folder of its own, mode 0700; made if absent */
	int64_t map_bytes; /* start size; 0 = 256 MiB */
	int64_t map_limit_bytes; /* grows up to this; 0 = 64 GiB */
	bool read_only;          /* verify, backup tools */
};

/* kept: bits of a leg that say why it is there and what becomes of it; never
 * renumber */
enum store_leg_flag {
	/* waits for its time or for what becomes of the parcel's other leg;
	 * nothing behind it waits for it.  Only together with "waiting". */
	STORE_LEG_ASLEEP = 1,
	STORE_LEG_COPY = 2, /* goes out after the data, marked as a copy */
	STORE_LEG_FALLBACK =
	    4, /* goes out only if the data does not get there */
	/* taken back, but it may be out: lent only to learn that */
	STORE_LEG_RECALL = 8,
	STORE_LEG_TEST = 16,      /* a FAX test page */
	STORE_LEG_DUAL = 32,      /* the other one goes too, whatever happens */
	STORE_LEG_SUPERSEDE = 64, /* with RECALL: a newer version came */
	STORE_LEG_TURN = 128,     /* with RECALL: a data leg takes its place */
	/* what the files are; the order of a queue follows from it */
	STORE_LEG_FIRST = 256,   /* goes before others */
	STORE_LEG_PLAN = 512,    /* of the monthly cycle 予定 */
	STORE_LEG_RESULT = 1024, /* of 実績 */
	STORE_LEG_KINDS = STORE_LEG_FIRST | STORE_LEG_PLAN | STORE_LEG_RESULT,
};

/* kept: a leg of a parcel */
struct store_leg {
	uint8_t index; /* 0.. within the parcel */
	/* never "leased": that is memory only; never "working" */
	enum leg_state state;
	enum leg_way way;
	char queue[STORE_QUEUE_BYTES];
	uint64_t no; /* order of acceptance over all queues; given by accept */
	uint32_t attempts;
	int64_t due_ms;     /* wall ms; waiting: not before */
	int64_t expires_ms; /* wall ms; then parked */
	int64_t state_ms;   /* wall ms of the last change */
	uint16_t flags;     /* enum store_leg_flag */
	uint64_t version;   /* equal: versions of one thing; 0 = none */
};

/* kept: one line of a parcel's history */
struct store_step {
	int64_t at_ms;
	uint8_t leg;
	enum leg_state state;          /* READY = stored */
	char agent[STORE_AGENT_BYTES]; /* who did it: agent or "operator" */
	char code[STORE_CODE_BYTES];   /* "" or a reason */
	char detail[STORE_DETAIL_BYTES];
};

/* what accept keeps of a parcel; header = packed wire parcel, opaque here */
struct store_parcel {
	struct id id;
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	char month[7], stamp[15];
	char agent[STORE_AGENT_BYTES]; /* that submitted it */
	int64_t accepted_ms;
	uint64_t encoded_bytes; /* sum of all pieces, as they are kept */
	bool bodies_dropped;
	const void *header;
	size_t header_bytes;
	size_t leg_count;
	struct store_leg legs[STORE_LEGS_MAX];
	size_t step_count;
	struct store_step *steps; /* read side only; NULL in accept */
};

/* one piece of a body: bytes [chunk * STORE_CHUNK_BYTES, + bytes) of document */
struct store_piece {
	uint16_t document;
	uint32_t chunk;
	const void *data;
	size_t bytes;
};

enum store_op_type {
	STORE_ACCEPT,   /* parcel + bodies + legs, once per id */
	STORE_STAGE,    /* keep a piece of a parcel that is not accepted yet */
	STORE_UNSTAGE,  /* forget all pieces of a parcel not accepted */
	STORE_SETTLE,   /* move a leg to another state */
	STORE_ADD_LEG,  /* a further leg (fallback) */
	STORE_REGISTRY, /* put or delete one registry record */
	STORE_PURGE,    /* forget ended parcels older than a time */
	STORE_NOTE,     /* only an audit entry */
};

struct store_op {
	enum store_op_type type;
	int rc;            /* out: result of this operation alone (see below) */
	const char *actor; /* agent name or "operator"; not NULL */
	int64_t at_ms;     /* wall ms */
	/* the mandate the actor acts under: into step and audit entry; NULL:
	 * its own right.  [a-z0-9+]+, less than STORE_UNDER_BYTES */
	const char *under;
	union {
		/* rc: TSK_OK: kept, legs[].no and .index filled; TSK_EXIST: this
		 * id with the same header digest was accepted before, the
		 * parcel's accepted_ms and legs are overwritten by the kept
		 * ones; TSK_INVALID: same id, other content: nothing changed.
		 * Documents not among the pieces must have been staged whole:
		 * else TSK_NOTFOUND.  staged = look for staged pieces.
		 * Whole is: the pieces given and those staged add up to
		 * parcel->encoded_bytes, without a gap.  A document that is
		 * among the pieces replaces what was staged of it. */
		struct {
			struct store_parcel *parcel;
			const struct store_piece *pieces;
			size_t piece_count;
			bool staged;
			const char *note; /* detail of the first step: why
					     this way; NULL = "" */
			const char *const *codes; /* of the first steps, one a
						     leg; NULL = "" */
		} accept;
		/* rc: TSK_OK (also when the piece is there already: the first
		 * one stays); TSK_EXIST: the parcel is accepted already. */
		struct {
			struct id id;
			struct store_piece piece;
		} stage;
		struct {
			struct id id;
		} unstage;
		/* rc: TSK_OK; TSK_NOTFOUND; TSK_EXIST: the leg is in that state
		 * or past it already (a repeat: harmless); TSK_INVALID: not an
		 * allowed move (leg.h, store_move.c).  When no leg of the
		 * parcel is open any more the bodies are dropped in the same
		 * transaction.  attempts: added to the leg's count.
		 * waiting -> waiting and ready -> ready are further tries,
		 * unless nothing changes.  TSK_LATER: a condition (if_...) is
		 * not met: nothing changed.
		 * working: a step of the history; the leg is ready afterwards,
		 * all else of it stays.  TSK_EXIST: it is neither ready nor
		 * waiting for its turn any more.  One with the code of the
		 * step before it, by the same actor, takes its place. */
		struct {
			struct id id;
			uint8_t leg;
			enum leg_state state;
			uint32_t attempts;
			int64_t due_ms; /* for waiting and ready; kept else */
			int64_t expires_ms;        /* 0 = keep */
			const char *code, *detail; /* never NULL */
			uint16_t set_flags, clear_flags;
			/* that parcel must be kept by now; NULL = none */
			const struct id *if_kept;
			/* 1 + another leg that must be delivered or past it by
			 * now; 0 = none */
			uint8_t if_delivered;
			uint8_t if_legs;      /* so many legs, at least */
			struct store_leg out; /* the leg afterwards */
		} settle;
		/* rc: TSK_OK; TSK_NOTFOUND; TSK_INVALID: the bodies are
		 * dropped already; TSK_TOOBIG: STORE_LEGS_MAX legs. */
		struct {
			struct id id;
			struct store_leg leg; /* index, no filled */
			const char *code, *detail;
		} add_leg;
		/* value NULL = delete (TSK_NOTFOUND if absent). */
		struct {
			const char *kind; /* "office", "agent": [a-z-]+ */
			const char *key;
			const void *value;
			size_t bytes;
			const char *note; /* for the audit entry; NULL = "" */
		} registry;
		/* ended parcels accepted before before_ms, and pieces staged
		 * before staged_before_ms (those of one parcel together, when
		 * the newest is that old); about max records at most; count =
		 * how many went. */
		struct {
			int64_t before_ms, staged_before_ms;
			size_t max;
			size_t count;
		} purge;
		struct {
			const char *subject, *text; /* no personal data */
		} note;
	};
};

/**
 * store_open(settings, out, why):
 * Open or create.  TSK_VERSION: made by a newer program; TSK_INVALID: not a
 * store of ours or truncated; TSK_LATER: another process has it (two brokers on
 * one folder).  Creation is made aside and renamed: after a crash there is none
 * or a whole one.  If the last run ended in TSK_BROKEN everything is verified
 * first; TSK_DAMAGED: restore a backup.
 */
int store_open(const struct store_settings *settings, struct store **out,
    struct why *why) TSK_MUST_USE;
void store_close(struct store **store);

/**
 * store_apply(store, ops, count, why):
 * One transaction for all ${ops}, in order; returns after it is durable.  0: look
 * at each op->rc (TSK_INVALID also for arguments that break a rule of this
 * header; TSK_DAMAGED: the record to change is, and that is known already).
 * TSK_FULL, TSK_BROKEN: nothing of the batch was kept.  TSK_TOOBIG: more than
 * 256 MiB in one batch.  Writer thread only.
 *
 * After TSK_FULL a batch without accept and stage may still go through: room is
 * held back for settling.
 */
int store_apply(struct store *store, struct store_op **ops, size_t count,
    struct why *why) TSK_MUST_USE;

/* ---- reading: any thread; a call sees the last committed state ---- */

/* store_parcel_get(store, id, out): owned by the caller; TSK_NOTFOUND,
 * TSK_DAMAGED. */
int store_parcel_get(struct store *store, const struct id *id,
    struct store_parcel **out) TSK_MUST_USE;
void store_parcel_free(struct store_parcel **parcel);
/* store_body(store, id, document, chunk, &data, &bytes): malloced copy of one
 * piece, staged or accepted; free(). */
int store_body(struct store *store, const struct id *id, uint16_t document,
    uint32_t chunk, void **data, size_t *bytes) TSK_MUST_USE;
/* store_staged(store, id, document, &bytes): how many leading bytes are there
 * in whole consecutive pieces (0 if none). */
int store_staged(struct store *store, const struct id *id, uint16_t document,
    uint64_t *bytes) TSK_MUST_USE;

/* One open leg, as the schedule needs it at start. */
struct store_open_leg {
	struct id id;
	struct store_leg leg;
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	char month[7], stamp[15];
	int64_t accepted_ms;
	uint64_t encoded_bytes;
};
/* Return 0 to go on; anything else stops the walk and is returned. */
typedef int store_open_fn(const struct store_open_leg *leg, void *arg);
/* store_walk_open(store, fn, arg): every open leg (ready, waiting, parked) by
 * ascending no.  A damaged record calls damaged(no, arg) if not NULL and goes
 * on. */
int store_walk_open(struct store *store, store_open_fn *fn,
    void (*damaged)(uint64_t no, void *arg), void *arg) TSK_MUST_USE;

struct store_filter {
	const char *from, *to, *month; /* NULL or "" = any */
	int64_t since_ms, until_ms;    /* accepted; 0 = any */
	bool open_only;
	size_t limit; /* 0 = all */
};
typedef int store_parcel_fn(const struct store_parcel *parcel, void *arg);
/* store_find(store, filter, fn, arg): newest first.  Here and in
 * store_registry_walk() damaged records are left out, and TSK_DAMAGED returned
 * at the end. */
int store_find(struct store *store, const struct store_filter *filter,
    store_parcel_fn *fn, void *arg) TSK_MUST_USE;

typedef int store_registry_fn(
    const char *key, const void *value, size_t bytes, void *arg);
int store_registry_walk(struct store *store, const char *kind,
    store_registry_fn *fn, void *arg) TSK_MUST_USE;

struct store_audit {
	uint64_t no; /* 1, 2, 3 ... without gaps */
	int64_t at_ms;
	char subject[32]; /* "accept", "settle", "registry", ... */
	char actor[STORE_AGENT_BYTES];
	struct id id;     /* zero if none */
	char text[512];   /* "leg=0 state=delivered code=..." */
	uint8_t hash[32]; /* SHA-256(previous hash, this entry) */
};
typedef int store_audit_fn(const struct store_audit *entry, void *arg);
int store_audit_walk(struct store *store, uint64_t from_no, store_audit_fn *fn,
    void *arg) TSK_MUST_USE;
/* store_audit_verify(store, &entries, why): recompute the whole chain; 0 or
 * TSK_DAMAGED with the first bad number in why. */
int store_audit_verify(
    struct store *store, uint64_t *entries, struct why *why) TSK_MUST_USE;

struct store_stats {
	uint64_t parcels, open_legs, staged_pieces, bodies, audit_entries;
	uint64_t file_bytes, used_bytes; /* the database */
	uint64_t free_bytes;             /* the disk */
	uint64_t commits, ops;           /* since open */
};
int store_stats(struct store *store, struct store_stats *out) TSK_MUST_USE;

/* store_backup(store, path, why): a consistent copy while in use, into the new
 * folder path (TSK_EXIST if there is one), synced, appearing whole by rename. */
int store_backup(
    struct store *store, const char *path, struct why *why) TSK_MUST_USE;
/* store_restore(backup, path, why): a verified copy of backup becomes path, which
 * must not exist; no broker may be running on it. */
int store_restore(
    const char *backup, const char *path, struct why *why) TSK_MUST_USE;

struct store_verify {
	uint64_t records, damaged, bodies;
	uint64_t audit_entries;
	bool crashed; /* not records only: the database itself is damaged */
};
/* store_verify(settings, out, report, arg, why): read every record in a child
 * process, so that a crash on a damaged page is a finding, not an outage.
 * report gets one English line a finding.  0: all well; TSK_DAMAGED. */
int store_verify(const struct store_settings *settings,
    struct store_verify *out, void (*report)(const char *line, void *arg),
    void *arg, struct why *why) TSK_MUST_USE;

#endif

/* NAME
 *	store_lmdb - the LMDB back end's own struct, private to its files
 * DESCRIPTION
 *	store_lmdb.c opens and closes; store_lmdb_create.c makes a new one;
 *	store_lmdb_map.c is the map;
 *	store_lmdb_apply.c writes and decides what a failure means;
 *	store_lmdb_copy.c backs up; store_lmdb_check.c verifies.  No other file
 *	includes lmdb.h.
 *
 *	The folder: data.mdb and lock.mdb are LMDB's; "lock" keeps a second broker
 *	out; "reserve" is ballast, let go so that settling still fits on a full
 *	disk; "verify-needed" says that the last run ended in trouble; "new" is a
 *	creation that did not finish.
 */
#ifndef TASUKI_STORE_LMDB_H
#define TASUKI_STORE_LMDB_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#include "store_back.h"
#include "store_write.h"

#define STORE_LMDB_RESERVE_BYTES (1024 * 1024)

struct store_lmdb {
	struct store store;
	MDB_env *env;
	MDB_dbi tables[STORE_TABLES];
	char *path;
	int dirfd, lockfd;
	bool read_only;
	bool reserve; /* the ballast is there; writer thread only */
	size_t map_bytes, map_limit;
	/* Readers hold it for the time of their transaction; the writer takes
	 * it to change the map's size, which LMDB allows only when this process
	 * has no transaction at all. */
	pthread_rwlock_t map_lock;
	int64_t readers_checked_ms;
	uint64_t used_before; /* bytes in use at the last look */
	struct store_write write;
	atomic_bool broken;
	atomic_uint_fast64_t commits, ops;
	uint64_t turned; /* commits + 1 at the last turn_over(); writer only */
};

/* One transaction; rc is LMDB's own code of the first call that failed. */
struct store_lmdb_txn {
	struct store_lmdb *db;
	MDB_txn *txn;
	int rc;
};

extern const struct map_class store_lmdb_map;

/* store_lmdb_read_begin(store, &txn), store_lmdb_read_end(store, txn) */
int store_lmdb_read_begin(struct store *store, void **txn);
void store_lmdb_read_end(struct store *store, void *txn);
int store_lmdb_apply(
    struct store *store, struct store_op **ops, size_t count, struct why *why);
/* store_lmdb_tables(db, txn, flags): open all tables, once per environment. */
int store_lmdb_tables(struct store_lmdb *db, MDB_txn *txn, unsigned flags);
/* store_lmdb_break(db): nothing may be written any more; leave the marker. */
void store_lmdb_break(struct store_lmdb *db);
/* store_lmdb_reserve(db): make the ballast if it is gone and there is room. */
void store_lmdb_reserve(struct store_lmdb *db);
/* store_lmdb_create(db, why): an empty store in a folder that has nothing else.
 * TSK_INVALID: it has. */
int store_lmdb_create(struct store_lmdb *db, struct why *why);
/* store_lmdb_env_open(db, path, map_bytes, flags): LMDB's code. */
int store_lmdb_env_open(
    struct store_lmdb *db, const char *path, size_t map_bytes, unsigned flags);
void store_lmdb_env_close(struct store_lmdb *db);
/* store_lmdb_failed(why, path, rc): LMDB's code at opening as TSK_* and words. */
int store_lmdb_failed(struct why *why, const char *path, int rc);
/* store_lmdb_refuse(why, rc, code, path, sentence): fill why; returns ${rc}. */
int store_lmdb_refuse(struct why *why, int rc, const char *code,
    const char *path, const char *sentence);
int store_lmdb_open(
    const struct store_settings *settings, struct store **out, struct why *why);
void store_lmdb_close(struct store *store);
int store_lmdb_stats(struct store *store, struct store_stats *out);
int store_lmdb_backup(struct store *store, const char *path, struct why *why);
int store_lmdb_verify(const struct store_settings *settings,
    struct store_verify *out, void (*report)(const char *line, void *arg),
    void *arg, struct why *why);

#endif

/* NAME
 *	store_lmdb - the LMDB back end: open, create, close
 * DESCRIPTION
 *	Sync flags stay LMDB's default ones (NOSYNC, NOMETASYNC, WRITEMAP and
 *	MAPASYNC lose acknowledged data or die on a full disk), MDB_NOTLS so that
 *	a reader is not tied to its thread, and memory is never written out
 *	uncleared (no NOMEMINIT).
 * DIAGNOSTICS
 *	TSK_LATER: another process holds "lock".  TSK_INVALID: not ours, missing,
 *	cut short.  TSK_VERSION: a newer program's.  TSK_DAMAGED: the last run
 *	ended in trouble and the check finds the tree itself damaged.
 * BUGS
 *	Not for network file systems (LMDB maps the file and locks it).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "err.h"
#include "file.h"
#include "log.h"

#include "store_lmdb.h"
#include "store_read.h"

#define MAP_DEFAULT   ((size_t)256 * 1024 * 1024)
#define LIMIT_DEFAULT ((size_t)64 * 1024 * 1024 * 1024)
#define PAGE_MIN      4096
#define MAGIC         0xBEEFC0DEu

static const char *const table_names[STORE_TABLES] = {
    [TABLE_META] = "meta",
    [TABLE_PARCEL] = "parcel",
    [TABLE_ORDER] = "order",
    [TABLE_OPEN] = "open",
    [TABLE_BODY] = "body",
    [TABLE_STAGED] = "staged",
    [TABLE_AUDIT] = "audit",
    [TABLE_REGISTRY] = "registry",
};

int
store_lmdb_refuse(struct why *why, int rc, const char *code, const char *path,
    const char *sentence)
{
	why_set(why, WHY_NEVER, code, "%s: %s", path, sentence);
	return rc;
}

int
store_lmdb_failed(struct why *why, const char *path, int rc)
{
	bool foreign = rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH ||
		       rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND ||
		       rc == MDB_INCOMPATIBLE || rc == MDB_NOTFOUND;

	why_set(why, WHY_NEVER, foreign ? "store-foreign" : "store-open",
	    foreign ? "%s: data.mdb is not a store of this program: %s."
		    : "%s: the database cannot be opened: %s.",
	    path, mdb_strerror(rc));
	if (foreign)
		return TSK_INVALID;
	errno = rc > 0 ? rc : EIO;
	return rc == ENOSPC ? TSK_FULL : TSK_SYSTEM;
}

/* ---- the environment ---- */

int
store_lmdb_tables(struct store_lmdb *db, MDB_txn *txn, unsigned flags)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < STORE_TABLES; i++)
		rc = mdb_dbi_open(txn, table_names[i], flags, &db->tables[i]);
	return rc;
}

/* A broken promise inside LMDB is damage on disk: leave the marker first. */
static void
assert_failed(MDB_env *env, const char *text)
{
	struct store_lmdb *db = mdb_env_get_userctx(env);

	if (db != NULL && !db->read_only)
		store_lmdb_break(db);
	panic("LMDB: %s", text);
}

int
store_lmdb_env_open(
    struct store_lmdb *db, const char *path, size_t map_bytes, unsigned flags)
{
	int rc = mdb_env_create(&db->env);

	if (rc != 0)
		return rc;
	mdb_env_set_userctx(db->env, db);
	mdb_env_set_assert(db->env, assert_failed);
	if ((rc = mdb_env_set_maxdbs(db->env, STORE_TABLES)) != 0 ||
	    (rc = mdb_env_set_mapsize(db->env, map_bytes)) != 0 ||
	    (rc = mdb_env_open(db->env, path, MDB_NOTLS | flags, 0600)) != 0) {
		mdb_env_close(db->env);
		db->env = NULL;
	}
	return rc;
}

void
store_lmdb_env_close(struct store_lmdb *db)
{
	if (db->env != NULL)
		mdb_env_close(db->env);
	db->env = NULL;
}

/* ---- looking before LMDB maps it ---- */

/* LMDB maps the file and trusts it, so the plain cases are told apart here:
 * 0, TSK_NOTFOUND, TSK_INVALID. */
static int
look(struct store_lmdb *db, struct why *why)
{
	uint8_t head[24];
	uint32_t magic;
	struct stat st;
	int fd =
	    openat(db->dirfd, "data.mdb", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return TSK_NOTFOUND;
	if (fd < 0 || fstat(fd, &st) != 0) {
		why_system(why, WHY_LATER, db->path);
		if (fd >= 0)
			close(fd);
		return TSK_SYSTEM;
	}
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	memcpy(&magic, head + 16, sizeof(magic));
	if (!S_ISREG(st.st_mode) || n != (ssize_t)sizeof(head) ||
	    magic != MAGIC)
		return store_lmdb_refuse(why, TSK_INVALID, "store-foreign",
		    db->path, "data.mdb is not a store of this program.");
	if (st.st_size < 2 * PAGE_MIN)
		return store_lmdb_refuse(why, TSK_INVALID, "store-truncated",
		    db->path, "data.mdb is cut short; restore a backup.");
	return 0;
}

/* Shorter than the pages in use?  LMDB may leave freed pages at the very end
 * unwritten, so shortness alone is no proof: the check in a child is. */
static bool
too_short(struct store_lmdb *db)
{
	MDB_envinfo info;
	MDB_stat st;
	struct stat file;

	if (mdb_env_info(db->env, &info) != 0 ||
	    mdb_env_stat(db->env, &st) != 0 ||
	    fstatat(db->dirfd, "data.mdb", &file, 0) != 0)
		return true;
	return (uint64_t)file.st_size <
	       ((uint64_t)info.me_last_pgno + 1) * st.ms_psize;
}

static int
check_schema(struct store_lmdb *db, struct why *why)
{
	uint32_t schema = 0;
	void *txn;
	int rc = store_lmdb_read_begin(&db->store, &txn);

	if (rc == 0) {
		rc = store_read_schema(&store_lmdb_map, txn, &schema);
		store_lmdb_read_end(&db->store, txn);
	}
	if (rc == TSK_NOTFOUND || rc == TSK_DAMAGED)
		return store_lmdb_refuse(why, TSK_INVALID, "store-foreign",
		    db->path,
		    "data.mdb carries no schema number of this program.");
	if (rc != 0)
		return store_lmdb_refuse(why, rc, "store-open", db->path,
		    "the schema number cannot be read.");
	if (schema == STORE_SCHEMA)
		return 0;
	why_set(why, WHY_NEVER, "store-version",
	    "%s: the store has schema %u, this program knows %u; use the "
	    "program that wrote it.",
	    db->path, schema, STORE_SCHEMA);
	return TSK_VERSION;
}

/* ---- open ---- */

static int
take_lock(struct store_lmdb *db, struct why *why)
{
	if (db->read_only)
		return 0;
	db->lockfd = openat(
	    db->dirfd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (db->lockfd < 0) {
		why_system(why, WHY_LATER, db->path);
		return TSK_SYSTEM;
	}
	if (flock(db->lockfd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	why_set(why, WHY_LATER, "store-busy",
	    "%s: another broker is using this store.", db->path);
	return TSK_LATER;
}

static int
open_folder(struct store_lmdb *db, struct why *why)
{
	int rc = 0;

	if (!db->read_only)
		rc = file_dir_make(AT_FDCWD, db->path, 0700);
	if (rc == 0)
		db->dirfd = rc = file_dir_open(AT_FDCWD, db->path);
	if (rc < 0)
		why_system(why, WHY_LATER, db->path);
	return rc < 0 ? rc : 0;
}

/* Nothing of the tree is read yet. */
static int
open_env(struct store_lmdb *db, struct why *why)
{
	unsigned flags = db->read_only ? MDB_RDONLY : 0;
	size_t map_bytes = db->read_only ? 0 : db->map_bytes;
	int rc = store_lmdb_env_open(db, db->path, map_bytes, flags);

	return rc == 0 ? 0 : store_lmdb_failed(why, db->path, rc);
}

static int
open_tables(struct store_lmdb *db, struct why *why)
{
	MDB_envinfo info;
	MDB_txn *txn;
	int rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return store_lmdb_failed(why, db->path, rc);
	rc = store_lmdb_tables(db, txn, 0);
	/* only a committed transaction hands its table handles on */
	if (rc == 0)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	if (rc != 0)
		return store_lmdb_failed(why, db->path, rc);
	if (mdb_env_info(db->env, &info) == 0)
		db->map_bytes = info.me_mapsize;
	return check_schema(db, why);
}

static void
finding(const char *line, void *arg)
{
	(void)arg;
	log_error("store: verify: %s", line);
}

/* The last run left the marker, or the file is short: look at everything once.
 * Damaged records are no reason to stay down (they are never handed out), a
 * damaged tree is. */
static int
verify_first(struct store_lmdb *db, const struct store_settings *settings,
    struct why *why)
{
	struct store_verify v;
	int rc = store_lmdb_verify(settings, &v, finding, NULL, why);

	if (rc == 0) {
		log_info("store: verified records=%llu",
		    (unsigned long long)v.records);
		if (unlinkat(db->dirfd, "verify-needed", 0) == 0)
			rc = file_dir_sync(db->dirfd);
		return rc;
	}
	if (rc != TSK_DAMAGED)
		return rc;
	if (v.crashed)
		return store_lmdb_refuse(why, TSK_DAMAGED, "store-damaged",
		    db->path,
		    "the database is damaged or cut short; restore a backup.");
	log_error("store: damaged=%llu records are set aside",
	    (unsigned long long)v.damaged);
	db->store.tolerant = db->write.tolerant = true;
	return 0;
}

/* Where there is doubt about the file, a child reads it before we do. */
static int
settle_doubt(struct store_lmdb *db, const struct store_settings *settings,
    struct why *why)
{
	bool cut = too_short(db);
	int rc;

	if (!cut && faccessat(db->dirfd, "verify-needed", F_OK, 0) != 0)
		return 0;
	store_lmdb_env_close(db);
	rc = verify_first(db, settings, why);
	if (rc == TSK_INVALID && cut)
		return store_lmdb_refuse(why, TSK_INVALID, "store-truncated",
		    db->path, "data.mdb is cut short; restore a backup.");
	return rc != 0 ? rc : open_env(db, why);
}

static int
open_checked(struct store_lmdb *db, const struct store_settings *settings,
    struct why *why)
{
	int rc = look(db, why), dead;

	if (rc == TSK_NOTFOUND && db->read_only)
		return store_lmdb_refuse(why, TSK_NOTFOUND, "store-missing",
		    db->path, "there is no store here.");
	if (rc == TSK_NOTFOUND)
		rc = store_lmdb_create(db, why);
	if (rc == 0)
		rc = open_env(db, why);
	if (rc == 0 && !db->read_only)
		rc = settle_doubt(db, settings, why);
	if (rc == 0)
		rc = open_tables(db, why);
	if (rc != 0 || db->read_only)
		return rc;
	mdb_reader_check(db->env, &dead);
	db->readers_checked_ms = clock_mono_ms();
	db->reserve = faccessat(db->dirfd, "reserve", F_OK, 0) == 0;
	store_lmdb_reserve(db);
	return 0;
}

static struct store_lmdb *
new_struct(const struct store_settings *settings)
{
	struct store_lmdb *db = mem_new(sizeof(*db));

	db->store.back = &store_lmdb_back;
	db->store.map = &store_lmdb_map;
	db->store.read_begin = store_lmdb_read_begin;
	db->store.read_end = store_lmdb_read_end;
	db->path = mem_text(settings->path);
	db->dirfd = db->lockfd = -1;
	db->read_only = settings->read_only;
	db->map_bytes =
	    settings->map_bytes > 0 ? (size_t)settings->map_bytes : MAP_DEFAULT;
	db->map_limit = settings->map_limit_bytes > 0
			    ? (size_t)settings->map_limit_bytes
			    : LIMIT_DEFAULT;
	pthread_rwlock_init(&db->map_lock, NULL);
	store_write_init(&db->write, &store_lmdb_map);
	return db;
}

int
store_lmdb_open(
    const struct store_settings *settings, struct store **out, struct why *why)
{
	struct store_lmdb *db = new_struct(settings);
	int rc;

	if ((rc = open_folder(db, why)) != 0 ||
	    (rc = take_lock(db, why)) != 0 ||
	    (rc = open_checked(db, settings, why)) != 0) {
		store_lmdb_close(&db->store);
		return rc;
	}
	*out = &db->store;
	return 0;
}

void
store_lmdb_close(struct store *store)
{
	struct store_lmdb *db = (struct store_lmdb *)store;

	store_lmdb_env_close(db);
	store_write_fini(&db->write);
	pthread_rwlock_destroy(&db->map_lock);
	if (db->dirfd >= 0)
		close(db->dirfd);
	if (db->lockfd >= 0)
		close(db->lockfd); /* releases the lock */
	free(db->path);
	free(db);
}

/* ---- stats ---- */

/* Pages LMDB would use again: the lengths of its free lists. */
static uint64_t
free_pages(MDB_txn *txn)
{
	MDB_val k, v;
	MDB_cursor *c;
	uint64_t n = 0;
	size_t len;

	if (mdb_cursor_open(txn, 0, &c) != 0) /* 0: LMDB's own free table */
		return 0;
	while (mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0) {
		if (v.mv_size < sizeof(len))
			break;
		memcpy(&len, v.mv_data, sizeof(len));
		n += len;
	}
	mdb_cursor_close(c);
	return n;
}

int
store_lmdb_stats(struct store *store, struct store_stats *out)
{
	struct store_lmdb *db = (struct store_lmdb *)store;
	struct store_lmdb_txn *t;
	struct stat file;
	MDB_envinfo info;
	MDB_stat st;
	void *txn;
	int rc = store_read_counts(store, out);

	if (rc != 0 || (rc = store_lmdb_read_begin(store, &txn)) != 0)
		return rc;
	t = txn;
	if (mdb_env_info(db->env, &info) == 0 &&
	    mdb_env_stat(db->env, &st) == 0)
		out->used_bytes =
		    (info.me_last_pgno + 1 - free_pages(t->txn)) * st.ms_psize;
	store_lmdb_read_end(store, txn);
	if (fstatat(db->dirfd, "data.mdb", &file, 0) == 0)
		out->file_bytes = (uint64_t)file.st_size;
	out->commits = atomic_load(&db->commits);
	out->ops = atomic_load(&db->ops);
	return file_space(db->dirfd, &out->free_bytes);
}

const struct store_back store_lmdb_back = {
    .name = "lmdb",
    .open = store_lmdb_open,
    .close = store_lmdb_close,
    .apply = store_lmdb_apply,
    .parcel_get = store_read_parcel,
    .body = store_read_body,
    .staged = store_read_staged,
    .walk_open = store_read_open,
    .find = store_read_find,
    .registry_walk = store_read_registry,
    .audit_walk = store_read_audit,
    .audit_verify = store_read_audit_verify,
    .stats = store_lmdb_stats,
    .backup = store_lmdb_backup,
    .verify = store_lmdb_verify,
};

/* NAME
 *	store_lmdb_apply - one batch, one transaction, and what a failure means
 * DESCRIPTION
 *	LMDB's commit: pages, fdatasync, then 120 bytes of a meta page written
 *	synchronously.  Default flags only.  Points that shape this file (all
 *	measured on 0.9.24):
 *
 *	- A failed commit leaves the environment usable and LMDB does not lock
 *	  itself, not even after a failed fdatasync: stopping is our duty.
 *	- On a full file system the commit fails with EIO as often as with
 *	  ENOSPC (a short write).  The pages of the failed transaction are not
 *	  referenced by anything, so the store is sound and stays in use; statvfs
 *	  tells the two apart.
 *	- A full map: abort, larger map, run the whole batch again.  Readers of
 *	  this process have to be out meanwhile.
 *
 *	A batch that only settles must still fit when nothing new does: for it
 *	the ballast file is let go and the map's limit is a little wider.
 * DIAGNOSTICS
 *	See store.h.  After TSK_BROKEN reading goes on: what is committed is
 *	tagged and was synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "crash.h"
#include "err.h"
#include "file.h"
#include "log.h"

#include "store_lmdb.h"

#define READERS_EVERY_MS 60000
#define BATCH_BYTES_MAX  (256u * 1024 * 1024)
#define REGISTRY_BYTES   512
#define NEARLY_FULL      (1024u * 1024)
#define MAP_STEP         (16u * 1024 * 1024)
#define MAP_ROUND        (1024u * 1024)
#define MAP_RESERVE      (4u * 1024 * 1024)
#define AHEAD_STEP       (4 * 1024 * 1024)
#define AHEAD_LOW        (1024u * 1024)
#define TRIES            64 /* the map grows at least by MAP_STEP a time */

/* ---- the end of writing ---- */

void
store_lmdb_break(struct store_lmdb *db)
{
	if (atomic_exchange(&db->broken, true))
		return;
	/* best effort: the disk may be what failed */
	if (file_write(db->dirfd, "verify-needed", "", 0, 0600) != 0)
		log_error("store: marker verify-needed could not be written");
}

void
store_lmdb_reserve(struct store_lmdb *db)
{
	uint64_t space;
	int fd;

	if (db->reserve || db->read_only ||
	    file_space(db->dirfd, &space) != 0 ||
	    space < 4 * STORE_LMDB_RESERVE_BYTES)
		return;
	fd = openat(db->dirfd, "reserve",
	    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	if (posix_fallocate(fd, 0, STORE_LMDB_RESERVE_BYTES) == 0)
		db->reserve = true;
	close(fd);
}

/* Give the ballast back to the file system; false if there was none. */
static bool
let_go(struct store_lmdb *db)
{
	if (!db->reserve)
		return false;
	db->reserve = false;
	return unlinkat(db->dirfd, "reserve", 0) == 0;
}

/* ---- the map ---- */

/* Make the map larger; TSK_FULL at the limit. */
static int
grow(struct store_lmdb *db, size_t need, size_t limit)
{
	size_t want = db->map_bytes * 2;
	int rc;

	if (want < db->map_bytes + need + MAP_STEP)
		want = db->map_bytes + need + MAP_STEP;
	want = want / MAP_ROUND * MAP_ROUND;
	if (want > limit)
		want = limit;
	if (want <= db->map_bytes)
		return TSK_FULL;
	CRASH_POINT("store-map-grow");
	pthread_rwlock_wrlock(&db->map_lock);
	rc = mdb_env_set_mapsize(db->env, want);
	pthread_rwlock_unlock(&db->map_lock);
	if (rc != 0)
		return TSK_FULL; /* no address space: the same to the caller */
	log_info("store: map grown from=%zu to=%zu", db->map_bytes, want);
	db->map_bytes = want;
	return 0;
}

/* Another process changed the size: take the file's. */
static int
resized(struct store_lmdb *db)
{
	MDB_envinfo info;
	int rc;

	pthread_rwlock_wrlock(&db->map_lock);
	rc = mdb_env_set_mapsize(db->env, 0);
	pthread_rwlock_unlock(&db->map_lock);
	if (rc == 0 && mdb_env_info(db->env, &info) == 0)
		db->map_bytes = info.me_mapsize;
	return rc == 0 ? 0 : TSK_BROKEN;
}

/* ---- one try ---- */

/* Returns LMDB's code, or a negative TSK_* of the verbs; both 0 if it is
 * durable. */
static int
attempt(struct store_lmdb *db, struct store_op **ops, size_t count, int *tsk)
{
	struct store_lmdb_txn t = {.db = db};
	int rc = mdb_txn_begin(db->env, NULL, 0, &t.txn);

	*tsk = 0;
	if (rc != 0)
		return rc;
	CRASH_POINT("store-before-put");
	*tsk = store_write_batch(&db->write, &t, ops, count);
	if (*tsk != 0) {
		mdb_txn_abort(t.txn);
		return t.rc;
	}
	CRASH_POINT("store-before-commit");
	rc = mdb_txn_commit(t.txn);
	CRASH_POINT("store-after-commit");
	return rc;
}

static bool
disk_full(struct store_lmdb *db, int rc, size_t need)
{
	uint64_t space;

	if (rc == ENOSPC || rc == EDQUOT)
		return true;
	return rc == EIO && file_space(db->dirfd, &space) == 0 &&
	       space < need + NEARLY_FULL;
}

/* ---- room ahead ---- */

/* A file that grows with every commit makes every fdatasync a journal commit of
 * the file system too, for size and block lists (measured on ext4: twice the
 * time).  So it grows in steps, by zeros behind its end, where LMDB has
 * nothing yet.  Failing is harmless: the file then grows as it always would. */
static void
room_ahead(struct store_lmdb *db)
{
	static const char zeros[64 * 1024];
	MDB_envinfo info;
	struct stat st;
	uint64_t used, grown;
	int fd;

	if (mdb_env_info(db->env, &info) != 0 ||
	    mdb_env_get_fd(db->env, &fd) != 0 || fstat(fd, &st) != 0)
		return;
	used = ((uint64_t)info.me_last_pgno + 1) * (uint64_t)st.st_blksize;
	grown = used - db->used_before;
	db->used_before = used;
	/* growing fast, the data itself is most of the work */
	if (used + AHEAD_LOW < (uint64_t)st.st_size || grown > AHEAD_LOW)
		return;
	for (off_t at = st.st_size; at < st.st_size + (off_t)AHEAD_STEP;
	     at += (off_t)sizeof(zeros))
		if (pwrite(fd, zeros, sizeof(zeros), at) !=
		    (ssize_t)sizeof(zeros))
			return;
}

/* ---- the batch ---- */

static bool
brings_new(const struct store_op *op)
{
	return op->type == STORE_ACCEPT || op->type == STORE_STAGE;
}

static size_t
batch_bytes(struct store_op **ops, size_t count, bool *brings)
{
	size_t n = 0;

	*brings = false;
	for (size_t i = 0; i < count; i++) {
		/* registry records lie side by side: a page holds several */
		if (ops[i]->type == STORE_REGISTRY)
			n += REGISTRY_BYTES + ops[i]->registry.bytes;
		else
			n += 4096;
		*brings = *brings || brings_new(ops[i]);
		if (ops[i]->type == STORE_STAGE)
			n += ops[i]->stage.piece.bytes;
		for (size_t j = 0; ops[i]->type == STORE_ACCEPT &&
				   j < ops[i]->accept.piece_count;
		     j++)
			n += ops[i]->accept.pieces[j].bytes;
	}
	return n;
}

static int
full(struct why *why, const char *what)
{
	why_set(
	    why, WHY_LATER, "store-full", "The store has no room: %s.", what);
	return TSK_FULL;
}

static int
broken(struct store_lmdb *db, int rc, int tsk, struct why *why)
{
	store_lmdb_break(db);
	why_set(why, WHY_LATER, "store-broken",
	    "The store failed and must not be used any more: %s.",
	    rc != 0 ? mdb_strerror(rc) : err_text(tsk));
	return TSK_BROKEN;
}

/* One failed try: 0 to try again, or the batch's result. */
static int
recover(struct store_lmdb *db, int rc, int tsk, size_t need, bool brings,
    struct why *why)
{
	size_t limit = db->map_limit + (brings ? 0 : MAP_RESERVE);

	if (rc == MDB_MAP_FULL) {
		if (grow(db, brings ? need : 0, limit) == 0)
			return 0;
		return full(why, "the database has reached its limit");
	}
	if (rc == MDB_MAP_RESIZED)
		return resized(db) == 0 ? 0 : broken(db, rc, tsk, why);
	if (rc == MDB_TXN_FULL) {
		why_set(why, WHY_BUG, "batch-too-big",
		    "The batch is larger than one transaction can be.");
		return TSK_TOOBIG;
	}
	if (disk_full(db, rc, need)) {
		if (!brings && let_go(db))
			return 0;
		return full(why, "the disk is full");
	}
	return broken(db, rc, tsk, why);
}

static void
check_readers(struct store_lmdb *db)
{
	int64_t now = clock_mono_ms();
	int dead = 0;

	if (now - db->readers_checked_ms < READERS_EVERY_MS)
		return;
	db->readers_checked_ms = now;
	if (mdb_reader_check(db->env, &dead) == 0 && dead > 0)
		log_warn(
		    "store: readers=%d were gone, their slots are free", dead);
	store_lmdb_reserve(db);
}

/* Pages that a commit gives back serve the next but one: LMDB keeps one state
 * back.  When settlements were the last that a full disk took, everything may
 * be free and still no new document fits, for ever.  So a commit of next to
 * nothing, a record of meta written as it was; once after each commit. */
static bool
turn_over(struct store_lmdb *db)
{
	uint64_t commits = atomic_load(&db->commits);
	MDB_cursor *cursor = NULL;
	MDB_val key, value;
	MDB_txn *txn;
	struct buf copy;

	if (db->turned == commits + 1 ||
	    mdb_txn_begin(db->env, NULL, 0, &txn) != 0)
		return false;
	db->turned = commits + 1;
	buf_init(&copy, 1024 * 1024);
	int rc = mdb_cursor_open(txn, db->tables[TABLE_META], &cursor);
	if (rc == 0)
		rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	if (rc == 0) { /* the page it lies on is about to move */
		buf_add(&copy, value.mv_data, value.mv_size);
		value.mv_data = copy.data;
		rc = mdb_cursor_put(cursor, &key, &value, MDB_CURRENT);
	}
	mdb_cursor_close(cursor);
	if (rc != 0)
		mdb_txn_abort(txn);
	else
		rc = mdb_txn_commit(txn);
	buf_fini(&copy);
	return rc == 0;
}

int
store_lmdb_apply(
    struct store *store, struct store_op **ops, size_t count, struct why *why)
{
	struct store_lmdb *db = (struct store_lmdb *)store;
	bool brings;
	size_t need = batch_bytes(ops, count, &brings);
	int rc, tsk, result = 0;

	if (atomic_load(&db->broken))
		return broken(db, 0, TSK_BROKEN, why);
	if (need > BATCH_BYTES_MAX)
		return recover(db, MDB_TXN_FULL, 0, need, brings, why);
	check_readers(db);
	room_ahead(db);
	for (int i = 0; i < TRIES; i++) {
		rc = attempt(db, ops, count, &tsk);
		if (rc == 0 && tsk == 0) {
			atomic_fetch_add(&db->commits, 1);
			atomic_fetch_add(&db->ops, count);
			return 0;
		}
		result = recover(db, rc, tsk, need, brings, why);
		if (result != 0 &&
		    !(result == TSK_FULL && brings && turn_over(db)))
			return result;
	}
	return broken(db, rc, tsk, why);
}

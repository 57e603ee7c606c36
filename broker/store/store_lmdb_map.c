/* NAME
 *	store_lmdb_map - LMDB as a map
 * DESCRIPTION
 *	Plain tables only: no sorted duplicates, no nested transactions (LMDB
 *	0.9.24 has known faults there).  A failing call stores LMDB's code in the
 *	transaction, and store_lmdb_apply.c decides what it means.
 */
#include <stdlib.h>

#include "err.h"

#include "store_lmdb.h"

static int
result(struct store_lmdb_txn *t, int rc)
{
	if (rc == 0)
		return 0;
	if (rc == MDB_NOTFOUND)
		return TSK_NOTFOUND;
	if (t->rc == 0)
		t->rc = rc;
	return TSK_BROKEN;
}

static MDB_val
value_of(struct slice s)
{
	/* LMDB only reads keys, its struct just is not const */
	return (MDB_val){s.n, (void *)(uintptr_t)s.p};
}

static int
get(void *txn, enum store_table table, struct slice key, struct slice *value)
{
	struct store_lmdb_txn *t = txn;
	MDB_val k = value_of(key), v;
	int rc = mdb_get(t->txn, t->db->tables[table], &k, &v);

	if (rc == 0)
		*value = (struct slice){v.mv_data, v.mv_size};
	return result(t, rc);
}

static int
put(void *txn, enum store_table table, struct slice key, size_t value_bytes,
    bool append, void **room)
{
	struct store_lmdb_txn *t = txn;
	MDB_val k = value_of(key), v = {value_bytes, NULL};
	int rc = mdb_put(t->txn, t->db->tables[table], &k, &v,
	    MDB_RESERVE | (append ? MDB_APPEND : 0));

	*room = v.mv_data;
	return result(t, rc);
}

static int
del(void *txn, enum store_table table, struct slice key)
{
	struct store_lmdb_txn *t = txn;
	MDB_val k = value_of(key);

	return result(t, mdb_del(t->txn, t->db->tables[table], &k, NULL));
}

static uint64_t
count(void *txn, enum store_table table)
{
	struct store_lmdb_txn *t = txn;
	MDB_stat st;

	if (mdb_stat(t->txn, t->db->tables[table], &st) != 0)
		return 0;
	return st.ms_entries;
}

/* ---- walks ---- */

struct walk {
	struct store_lmdb_txn *txn;
	MDB_cursor *cursor;
};

static int
walk_open(void *txn, enum store_table table, void **out)
{
	struct store_lmdb_txn *t = txn;
	struct walk *w = mem_new(sizeof(*w));
	int rc = mdb_cursor_open(t->txn, t->db->tables[table], &w->cursor);

	if (rc != 0) {
		free(w);
		return result(t, rc);
	}
	w->txn = t;
	*out = w;
	return 0;
}

static int
walk(void *walk, enum map_step step, struct slice *key, struct slice *value)
{
	struct walk *w = walk;
	MDB_val k = value_of(*key), v = {0, NULL};
	MDB_cursor_op op = MDB_NEXT;
	int rc;

	if (step == MAP_FROM)
		op = key->n > 0 ? MDB_SET_RANGE : MDB_FIRST;
	else if (step == MAP_PREV)
		op = MDB_PREV;
	else if (step == MAP_BEFORE && key->n == 0)
		op = MDB_LAST;
	else if (step == MAP_BEFORE)
		op = MDB_SET_RANGE;
	rc = mdb_cursor_get(w->cursor, &k, &v, op);
	if (step == MAP_BEFORE && key->n > 0) {
		/* standing at the first one not before the key: one back */
		if (rc == 0)
			rc = mdb_cursor_get(w->cursor, &k, &v, MDB_PREV);
		else if (rc == MDB_NOTFOUND)
			rc = mdb_cursor_get(w->cursor, &k, &v, MDB_LAST);
	}
	if (rc == 0) {
		*key = (struct slice){k.mv_data, k.mv_size};
		*value = (struct slice){v.mv_data, v.mv_size};
	}
	return result(w->txn, rc);
}

static void
walk_close(void *walk)
{
	struct walk *w = walk;

	mdb_cursor_close(w->cursor);
	free(w);
}

const struct map_class store_lmdb_map = {
    .get = get,
    .put = put,
    .del = del,
    .count = count,
    .walk_open = walk_open,
    .walk = walk,
    .walk_close = walk_close,
};

/* ---- read transactions ---- */

static int
begin(struct store_lmdb *db, MDB_txn **txn)
{
	int rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, txn), dead;

	if (rc == MDB_READERS_FULL) {
		/* slots of processes that died are taken back */
		mdb_reader_check(db->env, &dead);
		rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, txn);
	}
	return rc;
}

int
store_lmdb_read_begin(struct store *store, void **txn)
{
	struct store_lmdb *db = (struct store_lmdb *)store;
	struct store_lmdb_txn *t = mem_new(sizeof(*t));
	int rc;

	pthread_rwlock_rdlock(&db->map_lock);
	rc = begin(db, &t->txn);
	if (rc == MDB_MAP_RESIZED) {
		/* another process (restored, or a tool) made the map larger */
		pthread_rwlock_unlock(&db->map_lock);
		pthread_rwlock_wrlock(&db->map_lock);
		mdb_env_set_mapsize(db->env, 0);
		pthread_rwlock_unlock(&db->map_lock);
		pthread_rwlock_rdlock(&db->map_lock);
		rc = begin(db, &t->txn);
	}
	if (rc != 0) {
		pthread_rwlock_unlock(&db->map_lock);
		free(t);
		return rc == MDB_READERS_FULL ? TSK_LATER : TSK_BROKEN;
	}
	t->db = db;
	*txn = t;
	return 0;
}

void
store_lmdb_read_end(struct store *store, void *txn)
{
	struct store_lmdb *db = (struct store_lmdb *)store;
	struct store_lmdb_txn *t = txn;

	mdb_txn_abort(t->txn);
	pthread_rwlock_unlock(&db->map_lock);
	free(t);
}

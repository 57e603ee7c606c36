/* NAME
 *	store_mem - the memory back end, for tests
 * DESCRIPTION
 *	Each table is an array of records sorted by key.  Nothing is kept after
 *	store_close(), so there is nothing to back up, to verify or to recover.
 *	Verbs look first and write last and memory does not fail, so a batch never
 *	has to be taken back.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "store_back.h"
#include "store_check.h"
#include "store_read.h"
#include "store_write.h"

struct record {
	size_t key_bytes, value_bytes;
	uint8_t bytes[]; /* key, value */
};

struct table {
	struct record **records;
	size_t count, room;
};

struct store_mem {
	struct store store;
	struct table tables[STORE_TABLES];
	pthread_rwlock_t lock;
	struct store_write write;
	uint64_t commits, ops;
};

struct walk {
	struct table *table;
	size_t at;
};

static int
compare(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static struct slice
key_of(const struct record *r)
{
	return (struct slice){r->bytes, r->key_bytes};
}

static struct slice
value_of(const struct record *r)
{
	return (struct slice){r->bytes + r->key_bytes, r->value_bytes};
}

/* first record with key >= key */
static size_t
place(const struct table *t, struct slice key)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(key_of(t->records[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
there(const struct table *t, size_t at, struct slice key)
{
	return at < t->count && compare(key_of(t->records[at]), key) == 0;
}

/* ---- the map; the transaction is the store itself ---- */

static int
get(void *txn, enum store_table table, struct slice key, struct slice *value)
{
	struct table *t = &((struct store_mem *)txn)->tables[table];
	size_t at = place(t, key);

	if (!there(t, at, key))
		return TSK_NOTFOUND;
	*value = value_of(t->records[at]);
	return 0;
}

static int
put(void *txn, enum store_table table, struct slice key, size_t value_bytes,
    bool append, void **room)
{
	struct table *t = &((struct store_mem *)txn)->tables[table];
	struct record *r = mem_new(sizeof(*r) + key.n + value_bytes);
	size_t at = place(t, key);

	(void)append;
	r->key_bytes = key.n;
	r->value_bytes = value_bytes;
	memcpy(r->bytes, key.p, key.n);
	*room = r->bytes + key.n;
	if (there(t, at, key)) {
		free(t->records[at]);
		t->records[at] = r;
		return 0;
	}
	if (t->count == t->room) {
		t->room = t->room > 0 ? t->room * 2 : 64;
		t->records =
		    mem_resize(t->records, t->room * sizeof(*t->records));
	}
	memmove(t->records + at + 1, t->records + at,
	    (t->count - at) * sizeof(*t->records));
	t->records[at] = r;
	t->count++;
	return 0;
}

static int
del(void *txn, enum store_table table, struct slice key)
{
	struct table *t = &((struct store_mem *)txn)->tables[table];
	size_t at = place(t, key);

	if (!there(t, at, key))
		return TSK_NOTFOUND;
	free(t->records[at]);
	t->count--;
	memmove(t->records + at, t->records + at + 1,
	    (t->count - at) * sizeof(*t->records));
	return 0;
}

static uint64_t
count(void *txn, enum store_table table)
{
	return ((struct store_mem *)txn)->tables[table].count;
}

static int
walk_open(void *txn, enum store_table table, void **out)
{
	struct walk *w = mem_new(sizeof(*w));

	w->table = &((struct store_mem *)txn)->tables[table];
	*out = w;
	return 0;
}

static int
walk(void *walk, enum map_step step, struct slice *key, struct slice *value)
{
	struct walk *w = walk;

	if (step == MAP_FROM)
		w->at = place(w->table, *key);
	else if (step == MAP_BEFORE)
		w->at =
		    (key->n > 0 ? place(w->table, *key) : w->table->count) - 1;
	else
		w->at += step == MAP_NEXT ? 1 : (size_t)-1;
	if (w->at >= w->table->count) /* also: before the first */
		return TSK_NOTFOUND;
	*key = key_of(w->table->records[w->at]);
	*value = value_of(w->table->records[w->at]);
	return 0;
}

static void
walk_close(void *walk)
{
	free(walk);
}

static const struct map_class mem_map = {
    .get = get,
    .put = put,
    .del = del,
    .count = count,
    .walk_open = walk_open,
    .walk = walk,
    .walk_close = walk_close,
};

/* ---- the back end ---- */

static int
read_begin(struct store *store, void **txn)
{
	struct store_mem *m = (struct store_mem *)store;

	pthread_rwlock_rdlock(&m->lock);
	*txn = m;
	return 0;
}

static void
read_end(struct store *store, void *txn)
{
	struct store_mem *m = (struct store_mem *)store;

	(void)txn;
	pthread_rwlock_unlock(&m->lock);
}

static int
mem_open(
    const struct store_settings *settings, struct store **out, struct why *why)
{
	struct store_mem *m = mem_new(sizeof(*m));

	(void)settings;
	(void)why;
	m->store.back = &store_mem_back;
	m->store.map = &mem_map;
	m->store.read_begin = read_begin;
	m->store.read_end = read_end;
	pthread_rwlock_init(&m->lock, NULL);
	store_write_init(&m->write, &mem_map);
	if (store_write_create(&m->write, m) != 0)
		panic("the memory store cannot be made");
	*out = &m->store;
	return 0;
}

static void
mem_close(struct store *store)
{
	struct store_mem *m = (struct store_mem *)store;

	for (int i = 0; i < STORE_TABLES; i++) {
		for (size_t j = 0; j < m->tables[i].count; j++)
			free(m->tables[i].records[j]);
		free(m->tables[i].records);
	}
	store_write_fini(&m->write);
	pthread_rwlock_destroy(&m->lock);
	free(m);
}

static int
mem_apply(struct store *store, struct store_op **ops, size_t n, struct why *why)
{
	struct store_mem *m = (struct store_mem *)store;
	int rc;

	pthread_rwlock_wrlock(&m->lock);
	rc = store_write_batch(&m->write, m, ops, n);
	m->commits++;
	m->ops += n;
	pthread_rwlock_unlock(&m->lock);
	if (rc != 0)
		why_set(why, WHY_BUG, "store-broken",
		    "The memory store failed: %s.", err_text(rc));
	return rc == 0 ? 0 : TSK_BROKEN;
}

static int
mem_stats(struct store *store, struct store_stats *out)
{
	struct store_mem *m = (struct store_mem *)store;
	int rc = store_read_counts(store, out);

	pthread_rwlock_rdlock(&m->lock);
	out->commits = m->commits;
	out->ops = m->ops;
	for (int i = 0; i < STORE_TABLES; i++)
		for (size_t j = 0; j < m->tables[i].count; j++)
			out->used_bytes += m->tables[i].records[j]->key_bytes +
					   m->tables[i].records[j]->value_bytes;
	pthread_rwlock_unlock(&m->lock);
	return rc;
}

static int
mem_backup(struct store *store, const char *path, struct why *why)
{
	(void)store;
	why_set(why, WHY_NEVER, "no-backup",
	    "%s: the memory store keeps nothing, so there is no backup.", path);
	return TSK_INVALID;
}

static int
mem_verify(const struct store_settings *settings, struct store_verify *out,
    void (*report)(const char *line, void *arg), void *arg, struct why *why)
{
	(void)settings;
	(void)out;
	(void)report;
	(void)arg;
	why_set(why, WHY_NEVER, "no-verify",
	    "The memory store keeps nothing, so there is nothing to verify.");
	return TSK_INVALID;
}

const struct store_back store_mem_back = {
    .name = "mem",
    .open = mem_open,
    .close = mem_close,
    .apply = mem_apply,
    .parcel_get = store_read_parcel,
    .body = store_read_body,
    .staged = store_read_staged,
    .walk_open = store_read_open,
    .find = store_read_find,
    .registry_walk = store_read_registry,
    .audit_walk = store_read_audit,
    .audit_verify = store_read_audit_verify,
    .stats = mem_stats,
    .backup = mem_backup,
    .verify = mem_verify,
};

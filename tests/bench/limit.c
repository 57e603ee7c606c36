/* NAME
 *	limit - what LMDB alone does on this disk
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb.h>

#include "clock.h"
#include "digest.h"
#include "err.h"

#include "figures.h"
#include "limit.h"

#define DEPTH       4 /* batches that wait */
#define SMALL       2 /* header with legs and steps; audit entry */
#define SMALL_BYTES 400

#define MUST(x)                                                 \
	do {                                                    \
		int rc_ = (x);                                  \
                                                                \
		if (rc_ != 0)                                   \
			panic("%s: %s", #x, mdb_strerror(rc_)); \
	} while (0)

struct disk {
	MDB_env *env;
	MDB_dbi bodies, small;
	uint64_t head, tail;
	size_t bytes;
	void *body;
};

static void
put(MDB_txn *txn, MDB_dbi db, uint64_t no, void *p, size_t n)
{
	uint64_t key = __builtin_bswap64(no);
	MDB_val k = {sizeof(key), &key}, v = {n, p};

	MUST(mdb_put(txn, db, &k, &v, MDB_APPEND));
}

static void
cut(MDB_txn *txn, MDB_dbi db, uint64_t no)
{
	uint64_t key = __builtin_bswap64(no);
	MDB_val k = {sizeof(key), &key};

	MUST(mdb_del(txn, db, &k, NULL));
}

static void
commit(struct disk *d, unsigned batch)
{
	MDB_txn *txn;

	MUST(mdb_txn_begin(d->env, NULL, 0, &txn));
	for (unsigned i = 0; i < batch; i++, d->head++) {
		put(txn, d->bodies, d->head, d->body, d->bytes);
		for (unsigned k = 0; k < SMALL; k++)
			put(txn, d->small, d->head * SMALL + k, d->body,
			    SMALL_BYTES);
	}
	if (d->head - d->tail > (uint64_t)batch * DEPTH)
		for (unsigned i = 0; i < batch; i++)
			cut(txn, d->bodies, d->tail++);
	MUST(mdb_txn_commit(txn));
}

void
limit_run(const char *folder, size_t bytes, unsigned batch, double seconds,
    struct limit *out)
{
	struct disk d = {.bytes = bytes};
	struct lat lat = {0};
	int64_t begin, now, last;
	char path[320];
	MDB_txn *txn;

	snprintf(path, sizeof(path), "%s/limit.mdb", folder);
	d.body = mem_new(bytes + SMALL_BYTES);
	digest_random(d.body, bytes);
	MUST(mdb_env_create(&d.env));
	MUST(mdb_env_set_mapsize(d.env, (size_t)16 << 30));
	MUST(mdb_env_set_maxdbs(d.env, 2));
	MUST(mdb_env_open(d.env, path, MDB_NOSUBDIR | MDB_NORDAHEAD, 0600));
	MUST(mdb_txn_begin(d.env, NULL, 0, &txn));
	MUST(mdb_dbi_open(txn, "bodies", MDB_CREATE, &d.bodies));
	MUST(mdb_dbi_open(txn, "small", MDB_CREATE, &d.small));
	MUST(mdb_txn_commit(txn));
	begin = last = clock_mono_ns();
	do {
		commit(&d, batch);
		now = clock_mono_ns();
		lat_add(&lat, now - last);
		last = now;
	} while ((double)(now - begin) < seconds * 1e9);
	out->messages_s = (double)d.head * 1e9 / (double)(now - begin);
	out->commits_s = (double)lat.count * 1e9 / (double)(now - begin);
	out->commit_p50 = lat_ms(&lat, 50);
	out->commit_p99 = lat_ms(&lat, 99);
	lat_free(&lat);
	mdb_env_close(d.env);
	unlink(path);
	snprintf(path, sizeof(path), "%s/limit.mdb-lock", folder);
	unlink(path);
	free(d.body);
}

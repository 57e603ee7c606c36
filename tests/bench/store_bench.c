/* NAME
 *	store_bench - the store against the raw limit of LMDB on the same disk
 * SYNOPSIS
 *	store_bench [-b bytes] [-n batch] [-s seconds] [-k parcels] [DIR]
 * DESCRIPTION
 *	A queue that stands still: each batch accepts some parcels and settles
 *	those accepted four batches before.  "raw" does the same with LMDB alone
 *	(one put and one delete a message, no records, no audit, no tags), so
 *	that the ratio says what the store costs.  Real fsync; DIR must be on
 *	the disk to be measured (default: the current folder).
 *
 *	Then the walk of open legs, as at the start of the broker; -k first
 *	accepts that many parcels that stay open.
 */
#include <fcntl.h>
#include <getopt.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "file.h"
#include "store.h"

#define LAG 4 /* batches between accept and settle */

/* times of the calls that commit */
struct times {
	double *ms;
	size_t count, room;
};

struct plan {
	char dir[512];
	size_t bytes, batch;
	uint64_t keep; /* parcels that stay open */
	double seconds;
	uint8_t *data;
	struct times times;
};

struct clocks {
	int64_t wall_ns;
	double user, system;
};

static void
time_add(struct times *t, int64_t from_ns)
{
	if (t->count == t->room) {
		t->room = t->room > 0 ? 2 * t->room : 1024;
		t->ms = mem_resize(t->ms, t->room * sizeof(*t->ms));
	}
	t->ms[t->count++] = (double)(clock_mono_ns() - from_ns) / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static struct clocks
clocks_now(void)
{
	struct rusage r;

	if (getrusage(RUSAGE_SELF, &r) != 0)
		panic("getrusage");
	return (struct clocks){
	    clock_mono_ns(), seconds_of(r.ru_utime), seconds_of(r.ru_stime)};
}

static double
report(const char *name, struct plan *plan, struct clocks from,
    uint64_t messages, uint64_t commits)
{
	struct times *t = &plan->times;
	struct clocks now = clocks_now();
	double elapsed = (double)(now.wall_ns - from.wall_ns) / 1e9;
	double n = (double)messages;

	printf("%-6s %6zu bytes %5zu/batch  %8.0f msg/s  %6.1f MB/s  "
	       "%6.0f commits/s  cpu %5.1f us/msg (user %.1f system %.1f)\n",
	    name, plan->bytes, plan->batch, n / elapsed,
	    n * (double)plan->bytes / 1e6 / elapsed, (double)commits / elapsed,
	    (now.user - from.user + now.system - from.system) / n * 1e6,
	    (now.user - from.user) / n * 1e6,
	    (now.system - from.system) / n * 1e6);
	qsort(t->ms, t->count, sizeof(*t->ms), compare);
	printf("%-6s commit p50 %.2f ms  p99 %.2f ms\n", name,
	    t->ms[t->count / 2], t->ms[t->count * 99 / 100]);
	t->count = 0;
	return n / elapsed;
}

/* ---- LMDB alone ---- */

static void
must(int rc, const char *what)
{
	if (rc != 0)
		panic("%s: %s", what, mdb_strerror(rc));
}

static void
raw_batch(MDB_env *env, MDB_dbi table, struct plan *plan, uint64_t head)
{
	uint64_t lag = LAG * plan->batch;
	int64_t start = clock_mono_ns();
	MDB_txn *txn;

	must(mdb_txn_begin(env, NULL, 0, &txn), "begin");
	for (uint64_t i = head; i < head + plan->batch; i++) {
		uint64_t k = __builtin_bswap64(i), old;
		MDB_val key = {8, &k}, value = {plan->bytes, NULL};

		must(
		    mdb_put(txn, table, &key, &value, MDB_APPEND | MDB_RESERVE),
		    "put");
		memcpy(value.mv_data, plan->data, plan->bytes);
		if (i < lag)
			continue;
		old = __builtin_bswap64(i - lag);
		key.mv_data = &old;
		must(mdb_del(txn, table, &key, NULL), "del");
	}
	must(mdb_txn_commit(txn), "commit");
	time_add(&plan->times, start);
}

static double
run_raw(struct plan *plan)
{
	char path[600];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi table;
	struct clocks from;
	uint64_t n = 0;

	snprintf(path, sizeof(path), "%s/raw", plan->dir);
	if (mkdir(path, 0700) != 0)
		panic("%s", path);
	must(mdb_env_create(&env), "env");
	must(mdb_env_set_mapsize(env, (size_t)16 << 30), "mapsize");
	must(mdb_env_open(env, path, 0, 0600), "open");
	must(mdb_txn_begin(env, NULL, 0, &txn), "begin");
	must(mdb_dbi_open(txn, NULL, 0, &table), "table");
	must(mdb_txn_commit(txn), "commit");
	from = clocks_now();
	while ((double)(clock_mono_ns() - from.wall_ns) < plan->seconds * 1e9) {
		raw_batch(env, table, plan, n);
		n += plan->batch;
	}
	mdb_env_close(env);
	return report("raw", plan, from, n, n / plan->batch);
}

/* ---- the store ---- */

struct item {
	struct store_parcel parcel;
	struct store_piece piece;
	struct store_op accept, settle;
	char header[360]; /* about what a packed wire parcel takes */
};

static void
item_new(struct item *item, const struct plan *plan, int64_t now)
{
	struct store_parcel *p = &item->parcel;

	*p = (struct store_parcel){.id = id_new(now),
	    .from = "1370000001",
	    .to = "1370000019",
	    .month = "202611",
	    .stamp = "20261122090000",
	    .agent = "office-1370000001",
	    .accepted_ms = now,
	    .encoded_bytes = plan->bytes,
	    .header = item->header,
	    .header_bytes = sizeof(item->header),
	    .leg_count = 1};
	p->legs[0] = (struct store_leg){.state = LEG_READY,
	    .way = WAY_BUS,
	    .queue = "office/1370000019",
	    .due_ms = now,
	    .expires_ms = now + 7 * 86400000LL};
	item->piece =
	    (struct store_piece){.data = plan->data, .bytes = plan->bytes};
	item->accept = (struct store_op){.type = STORE_ACCEPT,
	    .actor = "office-1370000001",
	    .at_ms = now,
	    .accept = {.parcel = p, .pieces = &item->piece, .piece_count = 1}};
}

static void
item_end(struct item *item, int64_t now)
{
	item->settle = (struct store_op){.type = STORE_SETTLE,
	    .actor = "office-1370000019",
	    .at_ms = now,
	    .settle = {.id = item->parcel.id,
		.state = LEG_DELIVERED,
		.code = "",
		.detail = ""}};
}

static void
store_batch(struct store *store, struct plan *plan, struct item *items,
    uint64_t batch_no, struct store_op **ops)
{
	size_t slots = LAG + 1, n = 0;
	struct item *now = items + (batch_no % slots) * plan->batch;
	struct item *old = items + ((batch_no + 1) % slots) * plan->batch;
	int64_t ms = clock_wall_ms(), start;
	struct why why;

	for (size_t i = 0; i < plan->batch; i++) {
		if (batch_no >= LAG) {
			item_end(&old[i], ms);
			ops[n++] = &old[i].settle;
		}
		item_new(&now[i], plan, ms);
		ops[n++] = &now[i].accept;
	}
	start = clock_mono_ns();
	if (store_apply(store, ops, n, &why) != 0)
		panic("apply: %s", why.text);
	time_add(&plan->times, start);
	for (size_t i = 0; i < n; i++)
		if (ops[i]->rc != 0)
			panic("operation: %s", err_text(ops[i]->rc));
}

static int
count_leg(const struct store_open_leg *leg, void *arg)
{
	(void)leg;
	++*(uint64_t *)arg;
	return 0;
}

static void
walk(struct store *store)
{
	int64_t from = clock_mono_ns();
	uint64_t legs = 0;

	if (store_walk_open(store, count_leg, NULL, &legs) != 0)
		panic("walk");
	printf("walk   %llu open legs in %.1f ms\n", (unsigned long long)legs,
	    (double)(clock_mono_ns() - from) / 1e6);
}

static double
run_store(struct plan *plan)
{
	char path[600];
	struct store_settings settings = {.backend = STORE_LMDB,
	    .path = path,
	    .map_bytes = (int64_t)16 << 30,
	    .map_limit_bytes = (int64_t)64 << 30};
	struct item *items = mem_new((LAG + 1) * plan->batch * sizeof(*items));
	struct store_op **ops =
	    mem_new(2 * plan->batch * sizeof(struct store_op *));
	struct store *store;
	struct clocks from;
	struct why why;
	uint64_t batches = 0;
	int64_t opened;
	double rate;

	snprintf(path, sizeof(path), "%s/store", plan->dir);
	if (store_open(&settings, &store, &why) != 0)
		panic("open: %s", why.text);
	from = clocks_now();
	while ((double)(clock_mono_ns() - from.wall_ns) < plan->seconds * 1e9)
		store_batch(store, plan, items, batches++, ops);
	rate = report("store", plan, from, batches * plan->batch, batches);
	for (uint64_t n = 0; n < plan->keep; n += plan->batch) {
		for (size_t i = 0; i < plan->batch; i++) {
			item_new(&items[i], plan, clock_wall_ms());
			ops[i] = &items[i].accept;
		}
		if (store_apply(store, ops, plan->batch, &why) != 0)
			panic("apply: %s", why.text);
	}
	store_close(&store);
	opened = clock_mono_ns();
	if (store_open(&settings, &store, &why) != 0)
		panic("open: %s", why.text);
	printf("open   %.1f ms\n", (double)(clock_mono_ns() - opened) / 1e6);
	walk(store);
	store_close(&store);
	free(items);
	free(ops);
	return rate;
}

static void
remove_dir(const struct plan *plan)
{
	int fd = file_dir_open(AT_FDCWD, plan->dir);

	if (fd < 0 || file_remove_tree(fd, "raw") != 0 ||
	    file_remove_tree(fd, "store") != 0 || rmdir(plan->dir) != 0)
		fprintf(stderr, "%s stays behind\n", plan->dir);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct plan plan = {.bytes = 20000, .batch = 256, .seconds = 5};
	double raw, ours;
	int c;

	while ((c = getopt(argc, argv, "b:n:s:k:")) != -1) {
		if (c == 'b')
			plan.bytes = strtoul(optarg, NULL, 10);
		else if (c == 'n')
			plan.batch = strtoul(optarg, NULL, 10);
		else if (c == 'k')
			plan.keep = strtoull(optarg, NULL, 10);
		else if (c == 's')
			plan.seconds = strtod(optarg, NULL);
		else
			return 2;
	}
	snprintf(plan.dir, sizeof(plan.dir), "%s/store-bench-XXXXXX",
	    optind < argc ? argv[optind] : ".");
	if (plan.bytes > STORE_CHUNK_BYTES || plan.batch == 0 ||
	    mkdtemp(plan.dir) == NULL) {
		fprintf(stderr, "store_bench: bad size, or no folder\n");
		return 2;
	}
	plan.data = mem_new(plan.bytes + 1);
	for (size_t i = 0; i < plan.bytes; i++)
		plan.data[i] = (uint8_t)(i * 31 + i / 251);
	raw = run_raw(&plan);
	ours = run_store(&plan);
	printf("ratio  %.2f of raw LMDB\n", ours / raw);
	remove_dir(&plan);
	free(plan.data);
	free(plan.times.ms);
	return 0;
}

/* NAME
 *	test_store_lmdb - what only a back end on a disk can suffer
 * DESCRIPTION
 *	Map growth, full disk (a small tmpfs, where mounting is permitted), two
 *	openers, foreign, missing, cut and newer files, backup and restore,
 *	damage that is known, a reader that died, a changed audit entry.
 *	Faults are numbered as in docs/store.md (F05, F07, F11 ...).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <lmdb.h>

#include "err.h"

#include "load.h"
#include "rig.h"
#include "store_chain.h"
#include "store_record.h"

static int
setup(void **state)
{
	struct rig *rig = mem_new(sizeof(*rig));

	rig_init(rig, STORE_LMDB);
	*state = rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;

	rig_fini(rig);
	free(rig);
	return 0;
}

static const char *
in(const struct rig *rig, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", rig->path, name);
	return path;
}

static struct store_stats
stats(struct rig *rig)
{
	struct store_stats s;

	assert_int_equal(store_stats(rig->store, &s), 0);
	return s;
}

static void
do_load(struct rig *rig, uint64_t from, uint64_t to)
{
	for (uint64_t b = from; b < to; b++)
		assert_int_equal(load_batch(rig->store, b, &rig->why), 0);
}

static void
assert_load(struct rig *rig, uint64_t done)
{
	struct load_seen seen;

	load_check(rig->store, done, &seen);
	if (seen.refused + seen.missing + seen.wrong != 0)
		fail_msg("after %llu batches: %s", (unsigned long long)done,
		    seen.first);
}

static void
print_line(const char *line, void *arg)
{
	++*(size_t *)arg;
	print_message("           finding: %s\n", line);
}

static void
assert_sound(struct rig *rig)
{
	struct store_verify v;
	size_t lines = 0;

	if (store_verify(&rig->settings, &v, print_line, &lines, &rig->why) !=
	    0)
		fail_msg("%s", rig->why.text);
	assert_int_equal(v.damaged, 0);
	assert_int_equal(lines, 0);
	assert_true(v.records > 0);
}

/* ---- keeping ---- */

static void
all_is_there_after_reopening(void **state)
{
	struct rig *rig = *state;

	do_load(rig, 0, 10);
	rig_close(rig);
	assert_int_equal(rig_open(rig), 0);
	assert_load(rig, 10);
	do_load(rig, 10, 12);
	assert_load(rig, 12);
	assert_sound(rig);
}

static void
read_only_beside_a_writer(void **state)
{
	struct rig *rig = *state;
	struct rig other = *rig;

	do_load(rig, 0, 2);
	other.settings.read_only = true;
	other.store = NULL;
	/* LMDB forbids opening twice in one process: in a child, as tools do */
	pid_t pid = fork();
	if (pid == 0) {
		struct load_seen seen;

		if (rig_open(&other) != 0)
			_exit(1);
		load_check(other.store, 2, &seen);
		_exit(seen.right > 0 &&
			      seen.refused + seen.missing + seen.wrong == 0
			  ? 0
			  : 2);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	do_load(rig, 2, 3);
}

/* ---- F07: the map ---- */

struct reading {
	struct rig *rig;
	atomic_bool stop;
	atomic_uint reads;
};

static void *
read_all_the_time(void *arg)
{
	struct reading *r = arg;
	struct load_seen seen;

	while (!atomic_load(&r->stop)) {
		load_check(r->rig->store, 1, &seen);
		atomic_fetch_add(&r->reads, 1);
	}
	return NULL;
}

static void
the_map_grows_while_others_read(void **state)
{
	struct rig *rig = *state;
	struct reading r = {.rig = rig};
	pthread_t thread;

	rig_close(rig);
	rig->settings.map_bytes = 512 * 1024;
	assert_int_equal(rig_open(rig), 0);
	do_load(rig, 0, 1);
	assert_int_equal(
	    pthread_create(&thread, NULL, read_all_the_time, &r), 0);
	do_load(rig, 1, 300);
	for (int i = 0; i < 1000 && atomic_load(&r.reads) == 0; i++)
		usleep(1000);
	atomic_store(&r.stop, true);
	pthread_join(thread, NULL);
	assert_true(atomic_load(&r.reads) > 0);
	assert_true(stats(rig).file_bytes > 8 * 1024 * 1024);
	assert_load(rig, 300);
	rig_close(rig);
	assert_int_equal(rig_open(rig), 0); /* settings smaller than the file */
	assert_load(rig, 300);
}

/* Accept until there is no room; how many went in. */
static size_t
fill_up(struct rig *rig, struct id *ids, size_t max, size_t bytes)
{
	for (size_t i = 0; i < max; i++) {
		struct rig_parcel p;
		int rc;

		rig_parcel(rig, &p, bytes, i);
		ids[i] = p.parcel.id;
		rc = rig_accept(rig, &p);
		rig_parcel_fini(&p);
		if (rc == 0)
			continue;
		assert_int_equal(rc, TSK_FULL);
		assert_string_equal(rig->why.code, "store-full");
		assert_int_equal(rig->why.class, WHY_LATER);
		return i;
	}
	fail_msg("never full");
	return 0;
}

/* What must hold of a full store: nothing lost, settling goes on, and then
 * there is room again. */
static void
full_and_back(struct rig *rig, size_t max, size_t bytes)
{
	struct id *ids = mem_new(max * sizeof(*ids));
	size_t n = fill_up(rig, ids, max, bytes), refused = 0;
	struct rig_parcel p;

	assert_true(n > 10);
	assert_int_equal(stats(rig).parcels, n);
	for (size_t i = 0; i < n; i++) {
		if (i % 8 == 0) {
			rig_parcel(rig, &p, bytes, i);
			refused += rig_accept(rig, &p) == TSK_FULL;
			rig_parcel_fini(&p);
		}
		assert_int_equal(rig_settle(rig, &ids[i], 0, LEG_DELIVERED), 0);
	}
	rig_parcel(rig, &p, bytes, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	rig_parcel_fini(&p);
	print_message("           full after %zu parcels, refused %zu more, "
		      "settled all\n",
	    n, refused);
	rig_close(rig);
	assert_sound(rig);
	assert_int_equal(rig_open(rig), 0);
	free(ids);
}

static void
the_map_limit_refuses_and_recovers(void **state)
{
	struct rig *rig = *state;

	rig_close(rig);
	rig->settings.map_bytes = 1024 * 1024;
	rig->settings.map_limit_bytes = 8 * 1024 * 1024;
	assert_int_equal(rig_open(rig), 0);
	full_and_back(rig, 5000, 20000);
}

/* ---- F05: the disk ---- */

static void
a_full_disk_refuses_and_recovers(void **state)
{
	struct rig *rig = *state;
	char place[160];

	rig_close(rig);
	snprintf(place, sizeof(place), "%s/small", rig->dir);
	assert_int_equal(mkdir(place, 0700), 0);
	if (mount("tmpfs", place, "tmpfs", 0, "size=8m,mode=0700") != 0) {
		print_message("           no right to mount a tmpfs (%s): the "
			      "full disk is not tested here\n",
		    strerror(errno));
		skip();
	}
	snprintf(rig->path, sizeof(rig->path), "%.120s/store", place);
	assert_int_equal(rig_open(rig), 0);
	full_and_back(rig, 5000, 20000);
	rig_close(rig);
	assert_int_equal(umount(place), 0);
}

/* The settlements of all are one commit, and nothing else comes: the pages it
 * gives back are used by the next parcel. */
static void
a_full_disk_is_used_after_one_commit(void **state)
{
	struct rig *rig = *state;
	struct store_op ops[100], *batch[100];
	struct id ids[100];
	struct rig_parcel p;
	char place[160];

	rig_close(rig);
	snprintf(place, sizeof(place), "%s/small", rig->dir);
	assert_int_equal(mkdir(place, 0700), 0);
	if (mount("tmpfs", place, "tmpfs", 0, "size=8m,mode=0700") != 0)
		skip(); /* told above */
	snprintf(rig->path, sizeof(rig->path), "%.120s/store", place);
	assert_int_equal(rig_open(rig), 0);
	size_t n = fill_up(rig, ids, 100, 900000);
	for (size_t i = 0; i < n; i++) {
		ops[i] = rig_settle_op(rig, &ids[i], 0, LEG_DELIVERED);
		batch[i] = &ops[i];
	}
	assert_int_equal(store_apply(rig->store, batch, n, &rig->why), 0);
	rig_parcel(rig, &p, 900000, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	rig_parcel_fini(&p);
	rig_close(rig);
	assert_sound(rig);
	assert_int_equal(umount(place), 0);
}

/* ---- F13: two brokers ---- */

/* F13 */
static void
a_second_opener_is_refused(void **state)
{
	struct rig *rig = *state;
	struct store *other;
	struct why why;
	int rc;

	rc = store_open(&rig->settings, &other, &why);
	assert_int_equal(rc, TSK_LATER);
	assert_null(other);
	assert_string_equal(why.code, "store-busy");
	do_load(rig, 0, 2); /* the first one is not disturbed */
	rig_close(rig);
	assert_int_equal(store_open(&rig->settings, &other, &why), 0);
	store_close(&other);
}

/* ---- F11, F15: not what it should be ---- */

static void
refuses(struct rig *rig, int want, const char *code)
{
	int rc = rig_open(rig);

	if (rc != want || strcmp(rig->why.code, code) != 0)
		fail_msg("%s (%s), not %s (%s)", err_text(rc), rig->why.code,
		    err_text(want), code);
	assert_null(rig->store);
	print_message("           %s\n", rig->why.text);
}

static void
overwrite(const char *path, off_t at, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, p, n, at), n);
	close(fd);
}

static void
a_missing_file_is_refused(void **state)
{
	struct rig *rig = *state;

	do_load(rig, 0, 1);
	rig_close(rig);
	assert_int_equal(unlink(in(rig, "data.mdb")), 0);
	refuses(rig, TSK_INVALID, "store-missing");
}

static void
a_folder_of_somebody_else_is_refused(void **state)
{
	struct rig *rig = *state;

	rig_close(rig);
	rig_remove(rig->path);
	assert_int_equal(mkdir(rig->path, 0700), 0);
	overwrite(in(rig, "letter.txt"), 0, "x", 1);
	refuses(rig, TSK_INVALID, "store-missing");
}

static void
a_foreign_file_is_refused(void **state)
{
	struct rig *rig = *state;
	char bytes[16384];

	do_load(rig, 0, 1);
	rig_close(rig);
	rig_fill(bytes, sizeof(bytes), 1);
	assert_int_equal(truncate(in(rig, "data.mdb"), 0), 0);
	refuses(rig, TSK_INVALID, "store-foreign");
	overwrite(in(rig, "data.mdb"), 0, bytes, sizeof(bytes));
	refuses(rig, TSK_INVALID, "store-foreign");
}

static void
another_lmdb_database_is_refused(void **state)
{
	struct rig *rig = *state;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi table;

	rig_close(rig);
	assert_int_equal(unlink(in(rig, "data.mdb")), 0);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 2), 0);
	assert_int_equal(mdb_env_open(env, rig->path, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "cats", MDB_CREATE, &table), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	refuses(rig, TSK_INVALID, "store-foreign");
}

static void
a_cut_file_is_refused(void **state)
{
	struct rig *rig = *state;
	struct stat st;
	int refused = 0;

	do_load(rig, 0, 20);
	rig_close(rig);
	assert_int_equal(stat(in(rig, "data.mdb"), &st), 0);
	/* zeros written ahead may be cut off without loss, the rest not */
	for (off_t n = st.st_size * 3 / 4; n > 24; n = n * 3 / 4) {
		struct load_seen seen;

		assert_int_equal(truncate(in(rig, "data.mdb"), n), 0);
		if (rig_open(rig) != 0) {
			if (strstr(rig->why.text, "backup") == NULL)
				fail_msg("%lld bytes: %s", (long long)n,
				    rig->why.text);
			refused++;
			continue;
		}
		load_check(rig->store, 20, &seen);
		assert_int_equal(seen.refused + seen.missing + seen.wrong, 0);
		rig_close(rig);
		assert_int_equal(refused, 0);
	}
	assert_true(refused > 3);
}

static void
with_raw(struct rig *rig, enum store_table table,
    void (*change)(MDB_txn *txn, MDB_dbi table))
{
	static const char *const names[] = {"meta", "parcel", "order", "open",
	    "body", "staged", "audit", "registry"};
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, STORE_TABLES), 0);
	assert_int_equal(mdb_env_open(env, rig->path, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, names[table], 0, &dbi), 0);
	change(txn, dbi);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void
newer_schema(MDB_txn *txn, MDB_dbi table)
{
	uint8_t value[STORE_SCHEMA_PAYLOAD + STORE_TAG_BYTES];
	MDB_val k = {6, (void *)(uintptr_t) "schema"},
		v = {sizeof(value), value};

	store_record_schema_write(value, STORE_SCHEMA + 1);
	store_record_seal(TABLE_META, (struct slice){"schema", 6}, value,
	    STORE_SCHEMA_PAYLOAD);
	assert_int_equal(mdb_put(txn, table, &k, &v, 0), 0);
}

/* F15 */
static void
a_newer_schema_is_refused(void **state)
{
	struct rig *rig = *state;

	rig_close(rig);
	with_raw(rig, TABLE_META, newer_schema);
	refuses(rig, TSK_VERSION, "store-version");
}

/* ---- backup and restore ---- */

/* F14, T55 */
static void
backup_and_restore(void **state)
{
	struct rig *rig = *state;
	char backup[160], again[160];
	struct why why;

	snprintf(backup, sizeof(backup), "%s/backup", rig->dir);
	snprintf(again, sizeof(again), "%s/again", rig->dir);
	do_load(rig, 0, 10);
	assert_int_equal(store_backup(rig->store, backup, &why), 0);
	assert_int_equal(store_backup(rig->store, backup, &why), TSK_EXIST);
	do_load(rig, 10, 13);
	assert_load(rig, 13);
	rig_close(rig);
	assert_int_equal(store_restore(backup, rig->path, &why), TSK_EXIST);
	assert_int_equal(store_restore(backup, again, &why), 0);
	snprintf(rig->path, sizeof(rig->path), "%s", again);
	assert_int_equal(rig_open(rig), 0);
	assert_load(rig, 10); /* the state of the backup */
	do_load(rig, 10, 20); /* and it goes on from there */
	assert_load(rig, 20);
	rig_close(rig);
	assert_sound(rig);
}

/* F14 */
static void
a_damaged_backup_is_not_restored(void **state)
{
	struct rig *rig = *state;
	char backup[160], again[160], file[200], bytes[4096];
	struct stat st;
	struct why why;

	snprintf(backup, sizeof(backup), "%s/backup", rig->dir);
	snprintf(again, sizeof(again), "%s/again", rig->dir);
	snprintf(file, sizeof(file), "%s/data.mdb", backup);
	do_load(rig, 0, 10);
	assert_int_equal(store_backup(rig->store, backup, &why), 0);
	assert_int_equal(stat(file, &st), 0);
	rig_fill(bytes, sizeof(bytes), 3);
	overwrite(file, st.st_size / 2 / 4096 * 4096, bytes, sizeof(bytes));
	assert_int_equal(store_restore(backup, again, &why), TSK_DAMAGED);
	assert_int_not_equal(access(again, F_OK), 0);
	assert_int_not_equal(store_restore(rig->dir, again, &why), 0);
	assert_int_not_equal(access(again, F_OK), 0);
}

/* ---- damage ---- */

/* Flip one byte of the value that holds text; how many places. */
static size_t
damage_text(struct rig *rig, const char *text)
{
	int fd = open(in(rig, "data.mdb"), O_RDWR);
	struct stat st;
	size_t n = strlen(text), places = 0;
	char *bytes;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	bytes = mem_new((size_t)st.st_size);
	assert_int_equal(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
	for (size_t i = 0; i + n < (size_t)st.st_size; i++) {
		if (memcmp(bytes + i, text, n) != 0)
			continue;
		assert_int_equal(pwrite(fd, "#", 1, (off_t)i), 1);
		places++;
	}
	close(fd);
	free(bytes);
	return places;
}

struct open_legs {
	size_t sound, damaged;
};

static int
count_sound(const struct store_open_leg *leg, void *arg)
{
	(void)leg;
	((struct open_legs *)arg)->sound++;
	return 0;
}

static void
count_damaged(uint64_t no, void *arg)
{
	assert_true(no > 0);
	((struct open_legs *)arg)->damaged++;
}

static int
count_parcel(const struct store_parcel *p, void *arg)
{
	(void)p;
	++*(size_t *)arg;
	return 0;
}

/* F10 */
static void
a_damaged_parcel_is_set_aside(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p[3];
	struct store_parcel *got;
	struct open_legs legs = {0};
	struct store_filter all = {0};
	struct store_verify v;
	size_t lines = 0, found;

	for (size_t i = 0; i < 3; i++) {
		rig_parcel(rig, &p[i], 50, i + 70);
		assert_int_equal(rig_accept(rig, &p[i]), 0);
	}
	rig_close(rig);
	assert_true(damage_text(rig, "header-71") > 0);
	assert_int_equal(rig_open(rig), 0);
	assert_int_equal(
	    store_parcel_get(rig->store, &p[1].parcel.id, &got), TSK_DAMAGED);
	assert_null(got);
	found = 0;
	assert_int_equal(
	    store_find(rig->store, &all, count_parcel, &found), TSK_DAMAGED);
	assert_int_equal(found, 2);
	/* met while writing: stop, and look at everything at the next start */
	assert_int_equal(
	    rig_settle(rig, &p[1].parcel.id, 0, LEG_DELIVERED), TSK_BROKEN);
	assert_int_equal(
	    rig_settle(rig, &p[0].parcel.id, 0, LEG_DELIVERED), TSK_BROKEN);
	assert_int_equal(access(in(rig, "verify-needed"), F_OK), 0);
	/* reading goes on */
	assert_int_equal(
	    store_parcel_get(rig->store, &p[0].parcel.id, &got), 0);
	store_parcel_free(&got);
	rig_close(rig);

	assert_int_equal(
	    store_verify(&rig->settings, &v, print_line, &lines, &rig->why),
	    TSK_DAMAGED);
	assert_int_equal(v.damaged, lines);
	assert_true(lines > 0);
	assert_false(v.crashed);

	/* known now: the others flow */
	assert_int_equal(rig_open(rig), 0);
	assert_int_equal(
	    store_walk_open(rig->store, count_sound, count_damaged, &legs), 0);
	assert_int_equal(legs.sound, 2);
	assert_int_equal(legs.damaged, 1);
	assert_int_equal(
	    rig_settle(rig, &p[1].parcel.id, 0, LEG_DELIVERED), TSK_DAMAGED);
	assert_int_equal(rig_accept(rig, &p[1]), TSK_DAMAGED);
	assert_int_equal(rig_settle(rig, &p[0].parcel.id, 0, LEG_DELIVERED), 0);
	for (size_t i = 0; i < 3; i++)
		rig_parcel_fini(&p[i]);
}

/* F10 */
static void
a_damaged_body_is_not_handed_out(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	struct store_verify v;
	size_t bytes, lines = 0;
	void *data;

	rig_parcel(rig, &p, 5000, 1);
	memcpy(p.data + 2500, "find me here", 12);
	assert_int_equal(rig_accept(rig, &p), 0);
	rig_close(rig);
	assert_int_equal(damage_text(rig, "find me here"), 1);
	assert_int_equal(rig_open(rig), 0);
	assert_int_equal(
	    store_body(rig->store, &p.parcel.id, 0, 0, &data, &bytes),
	    TSK_DAMAGED);
	assert_null(data);
	/* the leg can still be parked: its record is sound */
	assert_int_equal(rig_settle(rig, &p.parcel.id, 0, LEG_PARKED), 0);
	rig_close(rig);
	assert_int_equal(
	    store_verify(&rig->settings, &v, print_line, &lines, &rig->why),
	    TSK_DAMAGED);
	assert_int_equal(v.damaged, 1);
	rig_parcel_fini(&p);
}

/* ---- F48: the audit chain ---- */

/* Change one letter of entry 5 and put a right tag on it, as somebody would who
 * knows the record format but does not recompute the chain. */
static void
tamper(MDB_txn *txn, MDB_dbi table)
{
	uint8_t room[STORE_KEY_NO_BYTES];
	struct slice key = store_key_no(4, room); /* the batch 4..6 */
	MDB_val k = {key.n, (void *)(uintptr_t)key.p}, v;
	uint8_t *copy, *text;

	assert_int_equal(mdb_get(txn, table, &k, &v), 0);
	copy = mem_dup(v.mv_data, v.mv_size);
	text = memmem(copy, v.mv_size, "entry=5", 7);
	assert_non_null(text);
	text[6] = '7';
	v.mv_data = copy;
	store_record_seal(TABLE_AUDIT, key, copy, v.mv_size - STORE_TAG_BYTES);
	assert_int_equal(mdb_put(txn, table, &k, &v, 0), 0);
	free(copy);
}

static void
cut_tail(MDB_txn *txn, MDB_dbi table)
{
	uint8_t room[STORE_KEY_NO_BYTES];
	struct slice key = store_key_no(7, room);
	MDB_val k = {key.n, (void *)(uintptr_t)key.p};

	assert_int_equal(mdb_del(txn, table, &k, NULL), 0);
}

static void
cut_middle(MDB_txn *txn, MDB_dbi table)
{
	uint8_t room[STORE_KEY_NO_BYTES];
	struct slice key = store_key_no(4, room);
	MDB_val k = {key.n, (void *)(uintptr_t)key.p};

	assert_int_equal(mdb_del(txn, table, &k, NULL), 0);
}

struct tamper_case {
	void (*change)(MDB_txn *txn, MDB_dbi table);
	uint64_t sound; /* entries before the first bad one */
};

static const struct tamper_case tampers[] = {
    {tamper, 4},
    {cut_middle, 3},
    {cut_tail, 6},
};

static void
three_batches_of_notes(struct rig *rig)
{
	struct store_op note[9], *ops[9];
	char text[9][16];

	for (size_t i = 0; i < 9; i++) {
		snprintf(text[i], sizeof(text[i]), "entry=%zu", i + 1);
		note[i] = (struct store_op){.type = STORE_NOTE,
		    .actor = "operator",
		    .note = {.subject = "n", .text = text[i]}};
		ops[i] = &note[i];
	}
	for (size_t i = 0; i < 9; i += 3)
		assert_int_equal(
		    store_apply(rig->store, ops + i, 3, &rig->why), 0);
}

/* F48, T15 */
static void
a_changed_audit_entry_is_found(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(tampers) / sizeof(tampers[0]); i++) {
		uint64_t entries;
		char number[32];

		rig_close(rig);
		rig_remove(rig->path);
		assert_int_equal(rig_open(rig), 0);
		three_batches_of_notes(rig);
		assert_int_equal(
		    store_audit_verify(rig->store, &entries, &rig->why), 0);
		assert_int_equal(entries, 9);
		rig_close(rig);
		with_raw(rig, TABLE_AUDIT, tampers[i].change);
		assert_int_equal(rig_open(rig), 0);
		assert_int_equal(
		    store_audit_verify(rig->store, &entries, &rig->why),
		    TSK_DAMAGED);
		assert_int_equal(entries, tampers[i].sound);
		snprintf(number, sizeof(number), "entry %llu ",
		    (unsigned long long)tampers[i].sound + 1);
		assert_non_null(strstr(rig->why.text, number));
	}
}

/* ---- F12: a reader that died ---- */

/* A process that dies in the middle of reading keeps its slot, and with it every
 * page freed since. */
static int
die_reading(const struct store_open_leg *leg, void *arg)
{
	(void)leg;
	(void)arg;
	raise(SIGKILL);
	return 0;
}

static void
updates(struct rig *rig, const struct id *id, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(rig_settle(rig, id, 0, LEG_WAITING), 0);
}

/* F12 */
static void
a_dead_reader_is_forgotten(void **state)
{
	struct rig *rig = *state;
	struct rig_parcel p;
	uint64_t before;
	int status;
	pid_t pid;

	rig_parcel(rig, &p, 1000, 1);
	assert_int_equal(rig_accept(rig, &p), 0);
	rig_close(rig);
	if ((pid = fork()) == 0) {
		rig->settings.read_only = true;
		if (rig_open(rig) == 0)
			(void)!store_walk_open(
			    rig->store, die_reading, NULL, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(rig_open(rig), 0); /* forgets it */
	updates(rig, &p.parcel.id, 100);
	before = stats(rig).used_bytes;
	updates(rig, &p.parcel.id, 600);
	/* audit entries stay, about a page for ten; a held snapshot would keep
	 * ten pages an update */
	assert_true(stats(rig).used_bytes - before < 600 * 4096);
	rig_parcel_fini(&p);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(all_is_there_after_reopening),
	    CASE(read_only_beside_a_writer),
	    CASE(the_map_grows_while_others_read),
	    CASE(the_map_limit_refuses_and_recovers),
	    CASE(a_full_disk_refuses_and_recovers),
	    CASE(a_full_disk_is_used_after_one_commit),
	    CASE(a_second_opener_is_refused),
	    CASE(a_missing_file_is_refused),
	    CASE(a_folder_of_somebody_else_is_refused),
	    CASE(a_foreign_file_is_refused),
	    CASE(another_lmdb_database_is_refused),
	    CASE(a_cut_file_is_refused),
	    CASE(a_newer_schema_is_refused),
	    CASE(backup_and_restore),
	    CASE(a_damaged_backup_is_not_restored),
	    CASE(a_damaged_parcel_is_set_aside),
	    CASE(a_damaged_body_is_not_handed_out),
	    CASE(a_changed_audit_entry_is_found),
	    CASE(a_dead_reader_is_forgotten),
	};

	return cmocka_run_group_tests_name("store lmdb", tests, NULL, NULL);
}

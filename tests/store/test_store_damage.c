/* NAME
 *	test_store_damage - a store on a disk that is not what it should be
 * DESCRIPTION
 *	Foreign, missing, cut and newer files, backup and restore, damage that is
 *	known, a changed audit entry.  Faults are numbered as in docs/store.md
 *	(F11, F15, F48 ...).
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <lmdb.h>

#include "err.h"

#include "disk.h"
#include "load.h"
#include "store_record.h"

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
	assert_int_equal(unlink(disk_path(rig, "data.mdb")), 0);
	refuses(rig, TSK_INVALID, "store-missing");
}

static void
a_folder_of_somebody_else_is_refused(void **state)
{
	struct rig *rig = *state;

	rig_close(rig);
	rig_remove(rig->path);
	assert_int_equal(mkdir(rig->path, 0700), 0);
	overwrite(disk_path(rig, "letter.txt"), 0, "x", 1);
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
	assert_int_equal(truncate(disk_path(rig, "data.mdb"), 0), 0);
	refuses(rig, TSK_INVALID, "store-foreign");
	overwrite(disk_path(rig, "data.mdb"), 0, bytes, sizeof(bytes));
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
	assert_int_equal(unlink(disk_path(rig, "data.mdb")), 0);
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
	assert_int_equal(stat(disk_path(rig, "data.mdb"), &st), 0);
	/* zeros written ahead may be cut off without loss, the rest not */
	for (off_t n = st.st_size * 3 / 4; n > 24; n = n * 3 / 4) {
		struct load_seen seen;

		assert_int_equal(truncate(disk_path(rig, "data.mdb"), n), 0);
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
	int fd = open(disk_path(rig, "data.mdb"), O_RDWR);
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
	assert_int_equal(access(disk_path(rig, "verify-needed"), F_OK), 0);
	/* reading goes on */
	assert_int_equal(
	    store_parcel_get(rig->store, &p[0].parcel.id, &got), 0);
	store_parcel_free(&got);
	rig_close(rig);

	assert_int_equal(
	    store_verify(&rig->settings, &v, disk_line, &lines, &rig->why),
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
	    store_verify(&rig->settings, &v, disk_line, &lines, &rig->why),
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    DISK_CASE(a_missing_file_is_refused),
	    DISK_CASE(a_folder_of_somebody_else_is_refused),
	    DISK_CASE(a_foreign_file_is_refused),
	    DISK_CASE(another_lmdb_database_is_refused),
	    DISK_CASE(a_cut_file_is_refused),
	    DISK_CASE(a_newer_schema_is_refused),
	    DISK_CASE(backup_and_restore),
	    DISK_CASE(a_damaged_backup_is_not_restored),
	    DISK_CASE(a_damaged_parcel_is_set_aside),
	    DISK_CASE(a_damaged_body_is_not_handed_out),
	    DISK_CASE(a_changed_audit_entry_is_found),
	};

	return cmocka_run_group_tests_name("store lmdb", tests, NULL, NULL);
}

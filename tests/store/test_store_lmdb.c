/* NAME
 *	test_store_lmdb - what only a back end on a disk can suffer
 * DESCRIPTION
 *	Map growth, full disk (a small tmpfs, where mounting is permitted), two
 *	openers, a reader that died.  Damage is test_store_damage.c.
 *	Faults are numbered as in docs/store.md (F05, F07, F12 ...).
 */
#include <errno.h>
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

#include "err.h"

#include "disk.h"
#include "load.h"
#include "words.h"

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
	assert_true(stats_of(rig).file_bytes > 8 * 1024 * 1024);
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
	assert_int_equal(stats_of(rig).parcels, n);
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
	before = stats_of(rig).used_bytes;
	updates(rig, &p.parcel.id, 600);
	/* audit entries stay, about a page for ten; a held snapshot would keep
	 * ten pages an update */
	assert_true(stats_of(rig).used_bytes - before < 600 * 4096);
	rig_parcel_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    DISK_CASE(all_is_there_after_reopening),
	    DISK_CASE(read_only_beside_a_writer),
	    DISK_CASE(the_map_grows_while_others_read),
	    DISK_CASE(the_map_limit_refuses_and_recovers),
	    DISK_CASE(a_full_disk_refuses_and_recovers),
	    DISK_CASE(a_full_disk_is_used_after_one_commit),
	    DISK_CASE(a_second_opener_is_refused),
	    DISK_CASE(a_dead_reader_is_forgotten),
	};

	return cmocka_run_group_tests_name("store lmdb", tests, NULL, NULL);
}

/* NAME
 *	test_store_faults - kill -9, failing disk calls, damaged bytes
 * DESCRIPTION
 *	F01: a child runs the load and is killed at every named crash point, on
 *	several passes; whatever it acknowledged must be there, and the batch
 *	under way wholly or not at all.  F08: the same with the n-th write or sync
 *	failing (faultshim).  F10: a thousand random overwrites of the database,
 *	each read by a child of its own: damage may be refused, may be missed, may
 *	kill the child, but never comes out as data.
 *
 *	Prints how many points, passes, faults and overwrites ran.
 *	TASUKI_FAULT_PASSES and TASUKI_OVERWRITES change the numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "err.h"
#include "log.h"

#include "load.h"
#include "rig.h"

#define BATCHES    12
#define POINTS_MAX 64

struct lab {
	struct rig rig; /* its store is closed: children use the folder */
	char acks[200], log[200], worker[PATH_MAX], shim[PATH_MAX];
	char batches[16], backup[200];
};

static long
number(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtol(text, NULL, 10) : otherwise;
}

static int
setup(void **state)
{
	struct lab *lab = mem_new(sizeof(*lab));
	char self[PATH_MAX] = "";

	rig_init(&lab->rig, STORE_LMDB);
	rig_close(&lab->rig);
	rig_remove(lab->rig.path);
	snprintf(lab->acks, sizeof(lab->acks), "%s/acks", lab->rig.dir);
	snprintf(lab->log, sizeof(lab->log), "%s/log", lab->rig.dir);
	snprintf(lab->backup, sizeof(lab->backup), "%s/backup", lab->rig.dir);
	snprintf(lab->batches, sizeof(lab->batches), "%d", BATCHES);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0)
		return -1;
	snprintf(lab->worker, sizeof(lab->worker), "%.4000s/store_worker",
	    dirname(self));
	snprintf(lab->shim, sizeof(lab->shim), "%.4000s/faultshim.so", self);
	*state = lab;
	return 0;
}

static int
teardown(void **state)
{
	struct lab *lab = *state;

	rig_fini(&lab->rig);
	free(lab);
	return 0;
}

static void
start_over(struct lab *lab)
{
	rig_remove(lab->rig.path);
	rig_remove(lab->acks);
	rig_remove(lab->log);
	rig_remove(lab->backup);
}

/* Run the worker with some environment; its wait status. */
static int
work(struct lab *lab, const char *const *env)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		for (; *env != NULL; env += 2)
			setenv(env[0], env[1], 1);
		/* the shim comes before the sanitizer's runtime: fine here */
		setenv("ASAN_OPTIONS",
		    "verify_asan_link_order=0:detect_leaks=0", 1);
		if (null >= 0 && getenv("TASUKI_TEST_LOUD") == NULL)
			dup2(null, STDERR_FILENO);
		execl(lab->worker, lab->worker, lab->rig.path, lab->acks,
		    lab->batches, lab->backup, (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static uint64_t
acknowledged(const struct lab *lab)
{
	struct stat st;

	return stat(lab->acks, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* After a crash: opens without help, all acknowledged, nothing half. */
static void
assert_nothing_lost(struct lab *lab, const char *what)
{
	struct rig *rig = &lab->rig;
	uint64_t acks = acknowledged(lab), done, entries;
	struct load_seen seen;
	struct store_stats stats;
	struct store_verify v;

	if (rig_open(rig) != 0)
		fail_msg("%s: %s", what, rig->why.text);
	assert_int_equal(store_stats(rig->store, &stats), 0);
	done = stats.parcels / LOAD_PARCELS;
	if (stats.parcels % LOAD_PARCELS != 0 || done < acks || done > acks + 1)
		fail_msg("%s: %llu batches acknowledged, %llu parcels kept",
		    what, (unsigned long long)acks,
		    (unsigned long long)stats.parcels);
	load_check(rig->store, done, &seen);
	if (seen.refused + seen.missing + seen.wrong != 0)
		fail_msg("%s: %s", what, seen.first);
	if (store_audit_verify(rig->store, &entries, &rig->why) != 0)
		fail_msg("%s: %s", what, rig->why.text);
	rig_close(rig);
	if (store_verify(&rig->settings, &v, NULL, NULL, &rig->why) != 0)
		fail_msg("%s: %s", what, rig->why.text);
}

/* ---- F01 ---- */

static size_t
read_points(const struct lab *lab, char points[POINTS_MAX][64])
{
	FILE *f = fopen(lab->log, "r");
	size_t n = 0;

	assert_non_null(f);
	while (n < POINTS_MAX && fgets(points[n], 64, f) != NULL) {
		points[n][strcspn(points[n], "\n")] = '\0';
		n++;
	}
	fclose(f);
	return n;
}

/* Kill at the pass-th pass of a point; false if there is no such pass. */
static bool
kill_at(struct lab *lab, const char *point, long pass)
{
	char *where;
	const char *env[] = {"TASUKI_CRASH", NULL, NULL};
	bool died = false;
	int status;

	if (asprintf(&where, "%s:%ld", point, pass) == -1)
		fail_msg("no memory");
	env[1] = where;
	start_over(lab);
	status = work(lab, env);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		assert_nothing_lost(lab, where);
		/* and it goes on where it stood; acks were lost, not batches */
		status = work(lab, env + 2);
		died = true;
	}
	free(where);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return died;
}

/* F49: F04 */
static void
kill_at_every_crash_point(void **state)
{
	struct lab *lab = *state;
	char points[POINTS_MAX][64];
	const char *log[] = {"TASUKI_CRASH_LOG", lab->log, NULL};
	const char *none[] = {NULL};
	long max = number("TASUKI_FAULT_PASSES", 10), kills = 0;
	size_t n;

	start_over(lab);
	assert_int_equal(work(lab, log), 0);
	if (access(lab->log, F_OK) != 0) {
		print_message("           built without crash points: "
			      "nothing is killed here\n");
		skip();
	}
	n = read_points(lab, points);
	assert_true(n >= 8);
	for (size_t i = 0; i < n; i++)
		for (long pass = 1; pass <= max; pass++) {
			if (!kill_at(lab, points[i], pass))
				break;
			kills++;
		}
	assert_int_equal(work(lab, none), 0);
	print_message("           crash points: %zu, passes: %ld\n", n, kills);
}

/* ---- F08 ---- */

struct fault {
	const char *name, *calls, *error, *partly;
};

static const struct fault faults[] = {
    {"write EIO", "write", "EIO", NULL},
    {"sync EIO", "sync", "EIO", NULL},
    {"short write then EIO", "write", "EIO", "1"},
    {"write ENOSPC", "write", "ENOSPC", NULL},
};

/* Exit 5: the store stopped; 4: it said full (ENOSPC is believed); 3: it could
 * not be opened; 0: the failing call was one that may fail (zeros ahead). */
static bool
code_allowed(const struct fault *fault, int code)
{
	if (code == 4)
		return strcmp(fault->error, "ENOSPC") == 0;
	return code == 5 || code == 3 || code == 0;
}

static int
fail_at(struct lab *lab, const struct fault *fault, long at)
{
	char n[24], what[96];
	const char *env[] = {"LD_PRELOAD", lab->shim, "FAULT_PATH",
	    lab->rig.path, "FAULT_AT", n, "FAULT_CALLS", fault->calls,
	    "FAULT_ERROR", fault->error, "FAULT_LOG", lab->log, NULL, NULL,
	    NULL};
	int status;

	if (fault->partly != NULL) {
		env[12] = "FAULT_SHORT";
		env[13] = fault->partly;
	}
	snprintf(n, sizeof(n), "%ld", at);
	snprintf(what, sizeof(what), "%s at call %ld", fault->name, at);
	start_over(lab);
	status = work(lab, env);
	if (!WIFEXITED(status) || !code_allowed(fault, WEXITSTATUS(status)))
		fail_msg("%s: status %x", what, (unsigned)status);
	if (WEXITSTATUS(status) == 5) {
		char marker[256];

		snprintf(
		    marker, sizeof(marker), "%s/verify-needed", lab->rig.path);
		if (access(marker, F_OK) != 0)
			fail_msg("%s: no marker", what);
	}
	assert_nothing_lost(lab, what);
	return WEXITSTATUS(status);
}

/* How many such calls a whole run makes. */
static long
count_calls(struct lab *lab, const struct fault *fault)
{
	FILE *f;
	long n = 0;

	assert_int_equal(fail_at(lab, fault, 0), 0);
	f = fopen(lab->log, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld", &n), 1);
	fclose(f);
	return n;
}

static void
fail_at_every_disk_call(void **state)
{
	struct lab *lab = *state;
	size_t kinds = sizeof(faults) / sizeof(faults[0]);
	long tries = number("TASUKI_FAULT_TRIES", 24), codes[8] = {0};

	if (access(lab->shim, F_OK) != 0) {
		print_message("           no faultshim.so: not tested here\n");
		skip();
	}
	for (size_t k = 0; k < kinds; k++) {
		long calls = count_calls(lab, &faults[k]);
		long step = calls / tries > 0 ? calls / tries : 1;

		for (long at = 1; at <= calls; at += step)
			codes[fail_at(lab, &faults[k], at)]++;
	}
	print_message("           disk faults: %ld: store stopped %ld, full "
		      "%ld, not opened %ld, harmless %ld\n",
	    codes[0] + codes[3] + codes[4] + codes[5], codes[5], codes[4],
	    codes[3], codes[0]);
	assert_true(codes[5] > 10);
	assert_true(codes[4] > 0);
}

/* ---- F10 ---- */

struct tally {
	long right, refused, missing, died, wrong;
};

static char *
whole_file(const char *path, size_t *bytes)
{
	int fd = open(path, O_RDONLY);
	struct stat st = {0};
	char *p;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	p = mem_new((size_t)st.st_size);
	*bytes = (size_t)st.st_size;
	assert_int_equal(pread(fd, p, *bytes, 0), st.st_size);
	close(fd);
	return p;
}

/* What a reader of the damaged file meets. */
static void
read_damaged(struct lab *lab)
{
	struct load_seen seen;

	if (freopen("/dev/null", "w", stderr) == NULL)
		_exit(99);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	signal(SIGFPE, SIG_DFL);
	alarm(20);
	if (rig_open(&lab->rig) != 0)
		_exit(2);
	load_check(lab->rig.store, BATCHES, &seen);
	if (seen.wrong > 0)
		_exit(4);
	if (seen.refused > 0)
		_exit(2);
	_exit(seen.missing > 0 ? 3 : 1);
}

static void
count_outcome(struct tally *t, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	t->right += code == 1;
	t->refused += code == 2;
	t->missing += code == 3;
	t->wrong += code == 4;
	t->died += code == 0;
}

/* T10 */
static void
a_thousand_overwrites_never_give_wrong_data(void **state)
{
	struct lab *lab = *state;
	const char *none[] = {NULL};
	long n = number("TASUKI_OVERWRITES", 1000);
	struct tally t = {0};
	char path[256], *good;
	size_t bytes;

	lab->backup[0] = '\0';
	start_over(lab);
	assert_int_equal(work(lab, none), 0);
	snprintf(path, sizeof(path), "%s/data.mdb", lab->rig.path);
	/* the zeros ahead of the data tell nothing: cut them */
	good = whole_file(path, &bytes);
	while (bytes > 4096 && good[bytes - 1] == 0)
		bytes--;
	bytes = (bytes + 4095) / 4096 * 4096;
	for (long i = 0; i < n; i++) {
		uint8_t noise[8 + 64];
		uint64_t at;
		int fd = open(path, O_WRONLY | O_TRUNC), status;
		pid_t pid;

		rig_fill(noise, sizeof(noise), (uint64_t)i + 1);
		memcpy(&at, noise, sizeof(at));
		at %= bytes - 64;
		assert_int_equal(write(fd, good, bytes), bytes);
		assert_int_equal(pwrite(fd, noise + 8, 64, (off_t)at), 64);
		close(fd);
		if ((pid = fork()) == 0)
			read_damaged(lab);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		count_outcome(&t, status);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 4)
			print_message("           overwrite %ld at %llu gave "
				      "wrong data\n",
			    i, (unsigned long long)at);
	}
	free(good);
	print_message("           overwrites: %ld of 64 bytes: untouched %ld, "
		      "refused %ld, not found %ld, reader died %ld, wrong data "
		      "%ld\n",
	    n, t.right, t.refused, t.missing, t.died, t.wrong);
	assert_int_equal(t.wrong, 0);
	assert_int_equal(t.right + t.refused + t.missing + t.died + t.wrong, n);
	assert_true(t.refused > 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(kill_at_every_crash_point),
	    CASE(fail_at_every_disk_call),
	    CASE(a_thousand_overwrites_never_give_wrong_data),
	};

	log_open("test_store_faults", LOG_ERROR_);
	return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}

/* NAME
 *	test_filing - every parcel once, whole, in the right folder
 * DESCRIPTION
 *	The crash case runs each put in a child process that kills itself at
 *	every pass of every crash point in turn; another child then starts as the
 *	agent would and takes the redelivery.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "file.h"
#include "filing.h"

#define ACCEPTED_MS 1795500000000 /* 2026-11-24 in Japan */

static char root[] = "/tmp/tasuki-filing-XXXXXX";

static const struct filing_file two_files[] = {
    {"a.CSV", "aaa", 3},
    {"連絡.pdf", "bb", 2},
};

static struct filing_parcel
parcel_of(uint8_t last)
{
	struct filing_parcel parcel = {
	    .from = "1379900010",
	    .to = "1379900093",
	    .to_name = "㈱德永福祉用具",
	    .month = "202612",
	    .accepted_ms = ACCEPTED_MS,
	    .files = two_files,
	    .count = 2,
	};

	assert_int_equal(
	    id_parse("019ab6e4f2007abc8000000000000000", &parcel.id), 0);
	parcel.id.bytes[ID_BYTES - 1] = last;
	return parcel;
}

static char *
below(const char *name)
{
	static char path[8][1024];
	static unsigned turn;
	char *at = path[turn++ % 8];

	snprintf(at, sizeof(path[0]), "%s/%s", root, name);
	return at;
}

static void
clean(void)
{
	int fd = file_dir_open(AT_FDCWD, root);
	char **names;

	assert_true(fd >= 0);
	int n = file_list(fd, &names);
	for (int i = 0; i < n; i++)
		assert_int_equal(file_remove_tree(fd, names[i]), 0);
	file_list_free(&names);
	close(fd);
}

static int
setup(void **state)
{
	(void)state;
	clean();
	return 0;
}

static struct filing *
opened(void)
{
	struct filing *f;
	struct why why = {0};

	assert_int_equal(filing_open(root, &f, &why), 0);
	return f;
}

/* How many files of that name, and do they hold what was put? */
static int
count_named(const char *dir, const char *name, const char *content)
{
	char line[1024], command[1200];
	int n = 0;

	snprintf(command, sizeof(command),
	    "find '%s' -path '*/.*' -prune -o -type f -name '%s' -print", dir,
	    name);
	FILE *found = popen(command, "r");
	if (found == NULL)
		return -1;
	while (fgets(line, sizeof(line), found) != NULL) {
		char text[16] = "";
		line[strcspn(line, "\n")] = '\0';
		FILE *in = fopen(line, "r");
		if (in == NULL || fgets(text, sizeof(text), in) == NULL ||
		    strcmp(text, content) != 0)
			n = 1000; /* half a file */
		if (in != NULL)
			fclose(in);
		n++;
	}
	pclose(found);
	return n;
}

/* ---- crash ---- */

static int
put_and_leave(void)
{
	struct filing *f;
	struct why why;
	struct filing_parcel parcel = parcel_of(1);

	if (filing_open(root, &f, &why) < 0 || filing_put(f, &parcel, &why) < 0)
		return 1;
	filing_close(&f);
	return 0;
}

/* As the agent: recover, then the broker lends the parcel again. */
static int
start_again(void)
{
	struct filing *f;
	struct why why;
	struct filing_parcel parcel = parcel_of(1);

	if (filing_open(root, &f, &why) < 0 || filing_recover(f, &why) < 0)
		return 2;
	int has = filing_has(f, &parcel.id, &why);
	if (has < 0 || (has == 0 && filing_put(f, &parcel, &why) < 0))
		return 3;
	if (filing_has(f, &parcel.id, &why) != 1)
		return 4;
	if (count_named(root, "a.CSV", "aaa") != 1 ||
	    count_named(root, "連絡.pdf", "bb") != 1)
		return 5;
	if (access(below(".incoming"), F_OK) != 0 || rmdir(below(".incoming")))
		return 6; /* something is left over */
	filing_close(&f);
	return 0;
}

static int
child(int (*run)(void), const char *crash, const char *log)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (crash != NULL)
			setenv("TASUKI_CRASH", crash, 1);
		else
			unsetenv("TASUKI_CRASH");
		if (log != NULL)
			setenv("TASUKI_CRASH_LOG", log, 1);
		else
			unsetenv("TASUKI_CRASH_LOG");
		_exit(run());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int
crash_at(const char *name)
{
	char wanted[128];

	for (int pass = 1; pass <= 100; pass++) {
		clean();
		snprintf(wanted, sizeof(wanted), "%.100s:%d", name, pass);
		int rc = child(put_and_leave, wanted, NULL);
		if (rc == 0)
			return pass - 1; /* it has no such pass */
		assert_int_equal(rc, -9);
		assert_int_equal(child(start_again, NULL, NULL), 0);
		assert_int_equal(child(put_and_leave, NULL, NULL), 0);
	}
	return 100;
}

static void
crashes(void **state)
{
	char log[] = "/tmp/tasuki-points-XXXXXX", name[128];
	int fd = mkstemp(log), points = 0, passes = 0;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(child(put_and_leave, NULL, log), 0);
	FILE *in = fdopen(fd, "r");
	assert_non_null(in);
	char seen[32][128];
	while (points < 32 && fgets(name, sizeof(name), in) != NULL) {
		bool again = false;
		name[strcspn(name, "\n")] = '\0';
		for (int i = 0; i < points; i++)
			again |= strcmp(seen[i], name) == 0;
		if (!again)
			snprintf(seen[points++], sizeof(seen[0]), "%s", name);
	}
	fclose(in);
	unlink(log);
	for (int i = 0; i < points; i++)
		passes += crash_at(seen[i]);
	print_message("crash points: %d, passes: %d\n", points, passes);
#ifdef TASUKI_CRASH_POINTS
	assert_true(points >= 4 && passes >= 8);
#endif
}

/* ---- places ---- */

static void
places(void **state)
{
	static const struct {
		const char *to_name, *month, *wanted; /* folder */
	} cases[] = {
	    {"㈱德永福祉用具", "202612", "1379900093_㈱德永福祉用具/2026-12"},
	    {"", "202612", "1379900093/2026-12"},
	    {"㈱德永福祉用具", "", "1379900093_㈱德永福祉用具/2026-11"},
	    {"㈱德永福祉用具", "000000", "1379900093_㈱德永福祉用具/2026-11"},
	    {"../../x", "202612", "1379900093_.._.._x/2026-12"},
	    {"a/b\\c:d*e", "202612", "1379900093_a_b_c_d_e/2026-12"},
	    {"x. ", "202612", "1379900093/2026-12"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clean();
		struct filing *f = opened();
		struct why why = {0};
		struct filing_parcel parcel = parcel_of(1);
		char path[512];
		parcel.to_name = cases[i].to_name;
		parcel.month = cases[i].month;
		assert_int_equal(filing_put(f, &parcel, &why), 0);
		snprintf(path, sizeof(path),
		    "%s/20261124_1379900010_019ab6e4f200/a.CSV",
		    cases[i].wanted);
		if (access(below(path), F_OK) != 0)
			fail_msg("no file %s", path);
		filing_close(&f);
	}
}

static void
one_folder_a_partner(void **state)
{
	struct filing *f = opened();
	struct why why = {0};
	struct filing_parcel parcel = parcel_of(1);

	(void)state;
	assert_int_equal(filing_put(f, &parcel, &why), 0);
	/* a person renames what comes after the number */
	assert_int_equal(rename(below("1379900093_㈱德永福祉用具"),
			     below("1379900093_徳永さん")),
	    0);
	parcel = parcel_of(2);
	parcel.to_name = "another name";
	assert_int_equal(filing_put(f, &parcel, &why), 0);
	/* same millisecond, so the folder's name is longer */
	assert_int_equal(access(below("1379900093_徳永さん/2026-12/"
				      "20261124_1379900010_019ab6e4f200/a.CSV"),
			     F_OK),
	    0);
	assert_int_equal(
	    access(below("1379900093_徳永さん/2026-12/"
			 "20261124_1379900010_019ab6e4f2007abc/a.CSV"),
		F_OK),
	    0);
	parcel = parcel_of(3);
	assert_int_equal(filing_put(f, &parcel, &why), 0);
	parcel = parcel_of(4);
	assert_int_equal(filing_put(f, &parcel, &why), 0);
	assert_int_equal(count_named(root, "a.CSV", "aaa"), 4);
	filing_close(&f);
}

static void
never_twice(void **state)
{
	struct filing *f = opened();
	struct why why = {0};
	struct filing_parcel parcel = parcel_of(1);

	(void)state;
	assert_int_equal(filing_has(f, &parcel.id, &why), 0);
	assert_int_equal(filing_put(f, &parcel, &why), 0);
	assert_int_equal(filing_has(f, &parcel.id, &why), 1);
	/* the clerk takes everything away: it still was here */
	int fd = file_dir_open(AT_FDCWD, root);
	assert_int_equal(file_remove_tree(fd, "1379900093_㈱德永福祉用具"), 0);
	close(fd);
	assert_int_equal(filing_has(f, &parcel.id, &why), 1);
	filing_close(&f);
}

static void
refusals(void **state)
{
	static const struct filing_file same[] = {
	    {"a.CSV", "1", 1}, {"a.CSV", "2", 1}};
	struct filing *f = opened();
	struct why why = {0};
	struct filing_parcel parcel = parcel_of(1);

	(void)state;
	parcel.files = same;
	assert_int_equal(filing_put(f, &parcel, &why), TSK_INVALID);
	assert_string_equal(why.code, "bad-name");
	assert_int_equal(why.class, WHY_NEVER);
	assert_int_equal(filing_has(f, &parcel.id, &why), 0);
	assert_int_equal(rmdir(below(".incoming")), 0); /* nothing left */
	filing_close(&f);
}

static void
one_agent_a_folder(void **state)
{
	struct filing *f = opened(), *second;
	struct why why = {0};

	(void)state;
	assert_int_equal(filing_open(root, &second, &why), TSK_LATER);
	assert_null(second);
	assert_string_equal(why.code, "folder-in-use");
	filing_close(&f);
	f = opened();
	filing_close(&f);
}

/* A partner's folder that is a link leads nowhere. */
static void
links(void **state)
{
	struct filing *f = opened();
	struct why why = {0};
	struct filing_parcel parcel = parcel_of(1);

	(void)state;
	assert_int_equal(symlink("/tmp", below("1379900093_x")), 0);
	parcel.to_name = "x";
	assert_true(filing_put(f, &parcel, &why) < 0);
	assert_int_equal(filing_has(f, &parcel.id, &why) < 0, 1);
	assert_int_equal(unlink(below("1379900093_x")), 0);
	/* committed already: it only had to be moved */
	assert_int_equal(filing_has(f, &parcel.id, &why), 1);
	assert_int_equal(count_named(root, "a.CSV", "aaa"), 1);
	filing_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(crashes, setup), /* first: see fork */
	    cmocka_unit_test_setup(places, setup),
	    cmocka_unit_test_setup(one_folder_a_partner, setup),
	    cmocka_unit_test_setup(never_twice, setup),
	    cmocka_unit_test_setup(refusals, setup),
	    cmocka_unit_test_setup(one_agent_a_folder, setup),
	    cmocka_unit_test_setup(links, setup),
	};

	if (mkdtemp(root) == NULL)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	clean();
	rmdir(root);
	return failed;
}

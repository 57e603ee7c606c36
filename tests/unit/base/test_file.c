/* NAME
 *	test_file - durable files, crashes in between, links and limits
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "temp.h"

static int
open_folder(void **state)
{
	int fd = file_dir_open(AT_FDCWD, *state);

	assert_true(fd >= 0);
	return fd;
}

/* The file's content is text; wanted NULL: there is no such file. */
static void
assert_content(int dirfd, const char *name, const char *wanted)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	int rc = file_read(dirfd, name, 1 << 20, &b);
	assert_int_equal(rc, wanted == NULL ? TSK_NOTFOUND : 0);
	assert_string_equal(b.data, wanted == NULL ? "" : wanted);
	buf_fini(&b);
}

static int
count_names(int dirfd)
{
	char **names;
	int n = file_list(dirfd, &names);

	file_list_free(&names);
	return n;
}

static void
write_replaces(void **state)
{
	int fd = open_folder(state);
	struct stat st;

	assert_int_equal(file_write(fd, "a", "one", 3, 0600), 0);
	assert_content(fd, "a", "one");
	assert_int_equal(file_write(fd, "a", "two!", 4, 0640), 0);
	assert_content(fd, "a", "two!");
	assert_int_equal(file_write(fd, "a", NULL, 0, 0600), 0);
	assert_content(fd, "a", "");
	assert_int_equal(fstatat(fd, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(count_names(fd), 1);
	(void)close(fd);
}

static void
create_and_move_never_overwrite(void **state)
{
	int fd = open_folder(state);

	assert_int_equal(file_create(fd, "a", "one", 3, 0600), 0);
	assert_int_equal(file_create(fd, "a", "two", 3, 0600), TSK_EXIST);
	assert_int_equal(errno, EEXIST);
	assert_content(fd, "a", "one");
	assert_int_equal(file_create(fd, "b", "two", 3, 0600), 0);
	assert_int_equal(file_move(fd, "b", fd, "a"), TSK_EXIST);
	assert_content(fd, "a", "one");
	assert_content(fd, "b", "two");
	assert_int_equal(symlinkat("nowhere", fd, "dangling"), 0);
	assert_int_equal(file_move(fd, "b", fd, "dangling"), TSK_EXIST);
	assert_int_equal(file_create(fd, "dangling", "x", 1, 0600), TSK_EXIST);
	assert_int_equal(file_move(fd, "b", fd, "c"), 0);
	assert_content(fd, "b", NULL);
	assert_content(fd, "c", "two");
	assert_int_equal(file_move(fd, "none", fd, "d"), TSK_NOTFOUND);
	assert_int_equal(mkdirat(fd, "empty1", 0700), 0);
	assert_int_equal(mkdirat(fd, "empty2", 0700), 0);
	assert_int_equal(file_move(fd, "empty1", fd, "empty2"), TSK_EXIST);
	assert_int_equal(count_names(fd), 5);
	(void)close(fd);
}

static void
names_are_one_component(void **state)
{
	static const char *const names[] = {
	    "", ".", "..", "a/b", "/etc/passwd", "../x", "a/"};
	int fd = open_folder(state);
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *name = names[i];
		assert_int_equal(file_read(fd, name, 9, &b), TSK_INVALID);
		assert_int_equal(
		    file_write(fd, name, "x", 1, 0600), TSK_INVALID);
		assert_int_equal(
		    file_create(fd, name, "x", 1, 0600), TSK_INVALID);
		assert_int_equal(file_move(fd, name, fd, "x"), TSK_INVALID);
		assert_int_equal(file_move(fd, "x", fd, name), TSK_INVALID);
		assert_int_equal(file_remove_tree(fd, name), TSK_INVALID);
	}
	assert_int_equal(count_names(fd), 0);
	buf_fini(&b);
	(void)close(fd);
}

static void
reads_only_regular_files(void **state)
{
	int fd = open_folder(state);
	struct buf b;

	buf_init(&b, 1000);
	assert_int_equal(file_write(fd, "a", "12345", 5, 0600), 0);
	assert_int_equal(symlinkat("a", fd, "link"), 0);
	assert_int_equal(mkfifoat(fd, "fifo", 0600), 0);
	assert_int_equal(mkdirat(fd, "folder", 0700), 0);
	assert_int_equal(file_read(fd, "link", 100, &b), TSK_INVALID);
	assert_int_equal(file_read(fd, "fifo", 100, &b), TSK_INVALID);
	assert_int_equal(file_read(fd, "folder", 100, &b), TSK_INVALID);
	assert_int_equal(file_read(fd, "none", 100, &b), TSK_NOTFOUND);
	assert_int_equal(file_read(fd, "a", 4, &b), TSK_TOOBIG);
	buf_clear(&b);
	assert_int_equal(file_read(fd, "a", 5, &b), 0);
	assert_int_equal(file_read(fd, "a", 5, &b), 0);
	assert_string_equal(b.data, "1234512345"); /* appended */
	buf_fini(&b);
	buf_init(&b, 3);
	assert_int_equal(file_read(fd, "a", 100, &b), TSK_TOOBIG);
	buf_fini(&b);
	(void)close(fd);
}

static void
a_folder_below_is_made_once_and_opened(void **state)
{
	int fd = open_folder(state);

	for (int i = 0; i < 2; i++) { /* absent, and there */
		int below = file_dir_below(fd, "a/b", 0700);

		assert_true(below >= 0);
		assert_int_equal(count_names(below), i);
		assert_int_equal(file_write(below, "x", "1", 1, 0600), 0);
		assert_int_equal(file_dir_sync(below), 0);
		(void)close(below);
	}
	struct stat st;
	assert_int_equal(fstatat(fd, "a/b", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	(void)close(fd);
}

static void
a_new_folder_was_not_there(void **state)
{
	int fd = open_folder(state);
	int new = file_dir_new(fd, "a", 0700);

	assert_true(new >= 0);
	assert_int_equal(file_create(new, "x", "1", 1, 0600), 0);
	(void)close(new);
	assert_int_equal(file_dir_new(fd, "a", 0700), TSK_EXIST);
	assert_int_equal(file_dir_new(fd, "a/b", 0700), TSK_INVALID);
	assert_int_equal(file_dir_new(fd, "..", 0700), TSK_INVALID);
	new = file_dir_open(fd, "a");
	assert_int_equal(count_names(new), 1);
	(void)close(new);
	(void)close(fd);
}

static void
folders_are_made_and_removed(void **state)
{
	int fd = open_folder(state);

	assert_int_equal(file_dir_make(fd, "a/b//c/", 0700), 0);
	assert_int_equal(file_dir_make(fd, "a/b/c", 0700), 0);
	int below = file_dir_open(fd, "a/b/c");
	assert_true(below >= 0);
	assert_int_equal(file_write(below, "x", "1", 1, 0600), 0);
	assert_int_equal(symlinkat("/etc", below, "etc"), 0);
	(void)close(below);
	assert_int_equal(symlinkat("a", fd, "link"), 0);
	assert_int_equal(file_dir_open(fd, "link"), TSK_INVALID);
	assert_int_equal(file_dir_make(fd, "link", 0700), TSK_INVALID);
	assert_int_equal(file_dir_open(fd, "none"), TSK_NOTFOUND);
	assert_int_equal(file_write(fd, "file", "1", 1, 0600), 0);
	assert_int_equal(file_dir_make(fd, "file", 0700), TSK_INVALID);
	assert_int_equal(file_dir_below(fd, "file", 0700), TSK_INVALID);
	assert_int_equal(file_dir_below(fd, "link", 0700), TSK_INVALID);
	assert_int_equal(file_remove_tree(fd, "link"), 0);
	assert_int_equal(count_names(fd), 2);
	assert_int_equal(file_remove_tree(fd, "a"), 0);
	assert_int_equal(file_remove_tree(fd, "a"), 0);
	assert_int_equal(count_names(fd), 1);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
	(void)close(fd);
}

static void
lists_sorted(void **state)
{
	int fd = open_folder(state);
	char **names;
	char name[16];

	for (int i = 99; i >= 0; i--) {
		(void)snprintf(name, sizeof(name), "n%02d", i);
		assert_int_equal(file_create(fd, name, "", 0, 0600), 0);
	}
	for (int round = 0; round < 2; round++) {
		assert_int_equal(file_list(fd, &names), 100);
		assert_string_equal(names[0], "n00");
		assert_string_equal(names[99], "n99");
		assert_null(names[100]);
		file_list_free(&names);
		assert_null(names);
	}
	(void)close(fd);
}

static void
private_means_owner_only(void **state)
{
	static const struct {
		mode_t mode;
		int rc;
	} modes[] = {
	    {0600, 0},
	    {0400, 0},
	    {0640, TSK_DENIED},
	    {0604, TSK_DENIED},
	    {0602, TSK_DENIED},
	    {0610, TSK_DENIED},
	};
	const char *path = temp_put(*state, "key", "x");

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(path, modes[i].mode), 0);
		assert_int_equal(file_private(path), modes[i].rc);
	}
	assert_int_equal(file_private("/nonexistent"), TSK_NOTFOUND);
	assert_int_equal(file_private("/"), TSK_INVALID);
}

/* A full disk, as far as one process can have one: RLIMIT_FSIZE makes write(2)
 * short first and then fail. */
static void
a_failed_write_leaves_nothing(void **state)
{
	int fd = open_folder(state), status;
	static char big[100000];

	assert_int_equal(file_write(fd, "a", "old", 3, 0600), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit limit = {50000, 50000};
		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		int rc = file_write(fd, "a", big, sizeof(big), 0600);
		_exit(rc == TSK_SYSTEM && errno == EFBIG ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_content(fd, "a", "old");
	assert_int_equal(count_names(fd), 1);
	(void)close(fd);
}

static void
space_is_known(void **state)
{
	int fd = open_folder(state);
	uint64_t bytes = 0;

	assert_int_equal(file_space(fd, &bytes), 0);
	assert_true(bytes > 0);
	assert_int_equal(file_dir_sync(fd), 0);
	(void)close(fd);
}

struct crash_case {
	const char *point;
	bool replace; /* file_write, else file_create */
	const char *wanted;
};

static const struct crash_case crash_cases[] = {
    {"file-opened:1", true, "old"},
    {"file-written:1", true, "old"},
    {"file-synced:1", true, "old"},
    {"file-renamed:1", true, "the new content"},
    {"file-opened:1", false, NULL},
    {"file-written:1", false, NULL},
    {"file-synced:1", false, NULL},
    {"file-renamed:1", false, "the new content"},
};

static void
write_in_child(int fd, const struct crash_case *c)
{
	static const char text[] = "the new content";
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)setenv("TASUKI_CRASH", c->point, 1);
		int rc = c->replace
			     ? file_write(fd, "a", text, strlen(text), 0600)
			     : file_create(fd, "b", text, strlen(text), 0600);
		_exit(rc == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void
old_or_new_never_half(void **state)
{
#ifndef TASUKI_CRASH_POINTS
	(void)state;
	skip();
#endif
	int fd = open_folder(state);

	for (size_t i = 0; i < sizeof(crash_cases) / sizeof(crash_cases[0]);
	     i++) {
		const struct crash_case *c = &crash_cases[i];
		assert_int_equal(file_write(fd, "a", "old", 3, 0600), 0);
		assert_int_equal(file_remove_tree(fd, "b"), 0);
		write_in_child(fd, c);
		assert_content(fd, c->replace ? "a" : "b", c->wanted);
		/* a dead temporary file stays until somebody tidies up */
		bool renamed = strncmp(c->point, "file-renamed", 12) == 0;
		assert_int_equal(file_tidy(fd), renamed ? 0 : 1);
		assert_content(fd, c->replace ? "a" : "b", c->wanted);
		assert_int_equal(
		    count_names(fd), c->replace || !c->wanted ? 1 : 2);
	}
	(void)close(fd);
}

/* Folders that a kill left half made are finished by making them again. */
static void
killed_folders_are_finished(void **state)
{
#ifndef TASUKI_CRASH_POINTS
	(void)state;
	skip();
#endif
	static const char *const points[] = {
	    "file-dir-made:1", "file-dir-made:2", "file-dir-made:3"};
	int fd = open_folder(state);

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		int status, below;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			(void)setenv("TASUKI_CRASH", points[i], 1);
			_exit(file_dir_make(fd, "a/b/c", 0700) == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGKILL);
		assert_int_equal(file_dir_make(fd, "a/b/c", 0700), 0);
		below = file_dir_open(fd, "a/b/c");
		assert_true(below >= 0);
		(void)close(below);
		assert_int_equal(file_remove_tree(fd, "a"), 0);
	}
	(void)close(fd);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(write_replaces),
	    TEST(create_and_move_never_overwrite),
	    TEST(names_are_one_component),
	    TEST(reads_only_regular_files),
	    TEST(a_folder_below_is_made_once_and_opened),
	    TEST(a_new_folder_was_not_there),
	    TEST(folders_are_made_and_removed),
	    TEST(lists_sorted),
	    TEST(private_means_owner_only),
	    TEST(a_failed_write_leaves_nothing),
	    TEST(space_is_known),
	    TEST(old_or_new_never_half),
	    TEST(killed_folders_are_finished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_file_faults - what file.c does when the system fails
 * DESCRIPTION
 *	The linker hands file.c's system calls to the functions below
 *	(--wrap), which fail as ordered and otherwise pass on to the real ones:
 *	no file system here fails on order.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "temp.h"

/* The errno each call is to fail with; 0 = works. */
static struct faults {
	int rename, link, write, fsync;
	int fsyncs_before; /* this many syncs work first */
	int writes, interrupted, syncs;
	size_t piece; /* most bytes a write takes; 0 = all */
} faults;

int __wrap_renameat2(
    int from, const char *name, int to, const char *new_name, unsigned flags);
int __real_renameat2(
    int from, const char *name, int to, const char *new_name, unsigned flags);
int __wrap_linkat(
    int from, const char *name, int to, const char *new_name, int flags);
int __real_linkat(
    int from, const char *name, int to, const char *new_name, int flags);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __real_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __real_fsync(int fd);

static int
inject(int error)
{
	errno = error;
	return -1;
}

int
__wrap_renameat2(
    int from, const char *name, int to, const char *new_name, unsigned flags)
{
	if (faults.rename != 0)
		return inject(faults.rename);
	return __real_renameat2(from, name, to, new_name, flags);
}

int
__wrap_linkat(
    int from, const char *name, int to, const char *new_name, int flags)
{
	if (faults.link != 0)
		return inject(faults.link);
	return __real_linkat(from, name, to, new_name, flags);
}

ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	faults.writes++;
	if (faults.write != 0)
		return inject(faults.write);
	if (faults.piece == 0)
		return __real_write(fd, p, n);
	if (faults.writes % 2 == 1) {
		faults.interrupted++;
		return inject(EINTR);
	}
	return __real_write(fd, p, n < faults.piece ? n : faults.piece);
}

int
__wrap_fsync(int fd)
{
	if (faults.fsync != 0 && faults.syncs >= faults.fsyncs_before)
		return inject(faults.fsync);
	faults.syncs++;
	return __real_fsync(fd);
}

static int
open_folder(void **state)
{
	int fd = file_dir_open(AT_FDCWD, *state);

	assert_true(fd >= 0);
	faults = (struct faults){0};
	return fd;
}

static void
assert_content(int fd, const char *name, const char *wanted)
{
	struct buf b;

	buf_init(&b, 1000);
	assert_int_equal(file_read(fd, name, 1000, &b), 0);
	assert_string_equal(b.data, wanted);
	buf_fini(&b);
}

static int
count_names(int fd)
{
	char **names;
	int n = file_list(fd, &names);

	file_list_free(&names);
	return n;
}

static void
short_and_interrupted_writes(void **state)
{
	int fd = open_folder(state);

	faults.piece = 3;
	assert_int_equal(file_write(fd, "a", "0123456789", 10, 0600), 0);
	assert_true(faults.interrupted >= 4);
	assert_content(fd, "a", "0123456789");
	(void)close(fd);
}

struct fault_case {
	const char *name;
	struct faults faults;
	int rc, error;
	const char *content; /* of "a" afterwards */
};

static const struct fault_case fault_cases[] = {
    {"full disk", {.write = ENOSPC}, TSK_FULL, ENOSPC, "old"},
    {"quota", {.write = EDQUOT}, TSK_FULL, EDQUOT, "old"},
    {"broken disk", {.write = EIO}, TSK_SYSTEM, EIO, "old"},
    {"full at sync", {.fsync = ENOSPC}, TSK_FULL, ENOSPC, "old"},
    {"broken at sync", {.fsync = EIO}, TSK_SYSTEM, EIO, "old"},
    {"folder not synced", {.fsync = EIO, .fsyncs_before = 1}, TSK_SYSTEM, EIO,
	"new"},
};

static void
failures_are_told(void **state)
{
	int fd = open_folder(state);

	for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]);
	     i++) {
		const struct fault_case *c = &fault_cases[i];
		faults = (struct faults){0};
		assert_int_equal(file_write(fd, "a", "old", 3, 0600), 0);
		faults = c->faults;
		int rc = file_write(fd, "a", "new", 3, 0600);
		int error = errno;
		faults = (struct faults){0};
		if (rc != c->rc || error != c->error)
			fail_msg("%s: %d, errno %d", c->name, rc, error);
		assert_content(fd, "a", c->content);
		assert_int_equal(count_names(fd), 1);
	}
	(void)close(fd);
}

struct move_case {
	int rename, link;
	int rc;    /* of a move to a free name */
	int taken; /* of a move to a taken name */
};

static const struct move_case move_cases[] = {
    {0, 0, 0, TSK_EXIST},
    {EINVAL, 0, 0, TSK_EXIST},     /* no RENAME_NOREPLACE: hard link */
    {ENOSYS, 0, 0, TSK_EXIST},     /* an old kernel */
    {EINVAL, EPERM, 0, TSK_EXIST}, /* neither: look, then rename */
    {EINVAL, ENOTSUP, 0, TSK_EXIST},
    {EINVAL, EIO, TSK_SYSTEM, TSK_SYSTEM},
    {EIO, 0, TSK_SYSTEM, TSK_SYSTEM},
};

static void
moves_on_poor_file_systems(void **state)
{
	int fd = open_folder(state);

	for (size_t i = 0; i < sizeof(move_cases) / sizeof(move_cases[0]);
	     i++) {
		const struct move_case *c = &move_cases[i];
		faults = (struct faults){0};
		assert_int_equal(file_write(fd, "a", "one", 3, 0600), 0);
		assert_int_equal(file_write(fd, "b", "two", 3, 0600), 0);
		assert_int_equal(file_remove_tree(fd, "c"), 0);
		faults.rename = c->rename;
		faults.link = c->link;
		assert_int_equal(file_move(fd, "a", fd, "b"), c->taken);
		assert_content(fd, "a", "one");
		assert_content(fd, "b", "two");
		assert_int_equal(file_move(fd, "a", fd, "c"), c->rc);
		assert_content(fd, c->rc == 0 ? "c" : "a", "one");
		assert_int_equal(count_names(fd), 2);
	}
	(void)close(fd);
}

/* Folders have no hard links: link(2) says EPERM and the second way is taken. */
static void
moves_folders_too(void **state)
{
	int fd = open_folder(state);

	faults.rename = EINVAL;
	assert_int_equal(mkdirat(fd, "d", 0700), 0);
	assert_int_equal(mkdirat(fd, "taken", 0700), 0);
	assert_int_equal(file_move(fd, "d", fd, "taken"), TSK_EXIST);
	assert_int_equal(file_move(fd, "d", fd, "e"), 0);
	assert_int_equal(count_names(fd), 2);
	(void)close(fd);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(short_and_interrupted_writes),
	    TEST(failures_are_told),
	    TEST(moves_on_poor_file_systems),
	    TEST(moves_folders_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

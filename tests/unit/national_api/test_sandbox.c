/* NAME
 *	test_sandbox - what a worker cannot do, and nobody to it (T35)
 * DESCRIPTION
 *	Each case forks: what was given up cannot be had back.  As root the
 *	children become nobody, as all workers of a gateway are one user.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

#include "temp.h"

#define NOBODY 65534

static void
become_nobody(void)
{
	if (getuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		_exit(90);
}

static int
exit_of(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* ---- looking into a worker ---- */

/* The target: says when it is ready, lives until its pipe ends. */
static pid_t
target(bool guarded, int *hold)
{
	int ready[2], end[2];
	char c = 0;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(end), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(end[1]);
		become_nobody();
		if (guarded)
			sandbox_private();
		if (write(ready[1], &c, 1) != 1 || read(end[0], &c, 1) != 0)
			_exit(91);
		_exit(0);
	}
	close(ready[1]);
	close(end[0]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	*hold = end[1];
	return pid;
}

static bool
can_open(pid_t pid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* bits of what can be seen of ${pid} by another process of the same user */
static int
looks(pid_t pid)
{
	pid_t sibling = fork();

	if (sibling == 0) {
		become_nobody();
		int seen = can_open(pid, "mem") |
			   can_open(pid, "environ") << 1 |
			   can_open(pid, "maps") << 2;
		if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0) {
			seen |= 8;
			(void)waitpid(pid, NULL, 0);
			(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
		}
		_exit(seen);
	}
	return exit_of(sibling);
}

static void
test_no_look_inside(void **state)
{
	int hold;

	(void)state;
	pid_t pid = target(true, &hold);
	assert_int_equal(looks(pid), 0);
	close(hold);
	assert_int_equal(exit_of(pid), 0);
}

/* ---- what it cannot do any more ---- */

#define TRY(bit, condition)            \
	do {                           \
		if (!(condition))      \
			failed |= bit; \
	} while (0)

static void
test_no_other_file(void **state)
{
	const char *sibling =
	    temp_put(*state, "1379900010.office", "another office's");
	char fresh[300];

	snprintf(fresh, sizeof(fresh), "%s/new", (char *)*state);
	pid_t pid = fork();
	if (pid == 0) {
		int failed = 0, held = open(sibling, O_RDONLY), fd;
		char c;
		if (!sandbox_files())
			_exit(80);
		TRY(1, open(sibling, O_RDONLY) < 0 && errno == EACCES);
		TRY(2, open(fresh, O_WRONLY | O_CREAT, 0600) < 0);
		TRY(4, open("/etc/passwd", O_RDONLY) < 0);
		TRY(8, unlink(sibling) < 0);
		/* what it was given stays, and the resolver works */
		TRY(16, read(held, &c, 1) == 1);
		TRY(32, (fd = open("/etc/hosts", O_RDONLY)) >= 0);
		_exit(failed);
	}
	int code = exit_of(pid);
	if (code == 80)
		skip(); /* an old kernel: the gateway says so */
	assert_int_equal(code, 0);
}

static void
test_no_program(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		char name[] = "true", *argv[] = {name, NULL};
		int failed = 0;
		if (!sandbox_calls())
			_exit(80);
		TRY(1, execv("/bin/true", argv) < 0 && errno == EPERM);
		TRY(2, ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 &&
			   errno == EPERM);
		TRY(4, getpid() > 0);
		_exit(failed);
	}
	int code = exit_of(pid);
	if (code == 80)
		skip();
	assert_int_equal(code, 0);
}

/* T18 */
static void
test_no_core_and_no_descriptor(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		struct rlimit limit = {1, 1};
		int failed = 0, fd = open("/dev/null", O_RDONLY);
		int high = fcntl(fd, F_DUPFD, 300);
		sandbox_private();
		sandbox_close(fd);
		TRY(1, getrlimit(RLIMIT_CORE, &limit) == 0 &&
			   limit.rlim_cur == 0 && limit.rlim_max == 0);
		TRY(2, fcntl(fd, F_GETFD) < 0 && fcntl(high, F_GETFD) < 0);
		TRY(4, fcntl(2, F_GETFD) >= 0);
		_exit(failed);
	}
	assert_int_equal(exit_of(pid), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_look_inside),
	    cmocka_unit_test_setup_teardown(
		test_no_other_file, temp_setup, temp_teardown),
	    cmocka_unit_test(test_no_program),
	    cmocka_unit_test(test_no_core_and_no_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

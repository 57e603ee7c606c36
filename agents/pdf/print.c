/* NAME
 *	print - hand a paper to a printer of CUPS
 * SUMMARY
 *	see print.h
 * DESCRIPTION
 *	The PDF lies in a memfd that is lp's standard input; the end of lp is
 *	read from a pidfd in the zloop.  After ${timeout_ms} lp is killed: it may
 *	have handed over the job by then, so that is "unknown".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash.h"

#include "print.h"

struct print {
	zloop_t *loop;
	const struct print_settings *settings;
	int timer;
	/* the job under way */
	pid_t pid;
	int pidfd;
	bool killed;
	print_done_fn *done;
	void *arg;
	struct why failed; /* it could not be started */
};

bool
print_name_ok(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > 127 || name[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = name[i];
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z') || strchr("_-.", c) != NULL))
			return false;
	}
	return true;
}

/* ---- the end of a job ---- */

static void
settle(struct print *print, enum print_result result, const struct why *why)
{
	zmq_pollitem_t item = {.fd = print->pidfd};

	if (print->pidfd != -1) {
		zloop_poller_end(print->loop, &item);
		close(print->pidfd);
	}
	if (print->timer != -1)
		zloop_timer_end(print->loop, print->timer);
	print->pidfd = print->timer = -1;
	print->pid = 0;
	print->done(print->arg, result, why);
}

static int
on_end(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct print *print = arg;
	struct why why = {0};
	int status = 0;

	(void)loop;
	(void)item;
	if (waitpid(print->pid, &status, WNOHANG) != print->pid)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		CRASH_POINT("print-accepted");
		settle(print, PRINT_ACCEPTED, &why);
	} else if (WIFEXITED(status)) {
		why_set(&why, WHY_LATER, "print-server",
		    "lp did not take the job: it ended with %d.",
		    WEXITSTATUS(status));
		settle(print, PRINT_LATER, &why);
	} else {
		why_set(&why, WHY_NEVER, "unknown",
		    "Nobody knows whether the print server took the job: lp "
		    "%s.",
		    print->killed ? "did not end in time" : "was killed");
		settle(print, PRINT_UNKNOWN, &why);
	}
	return 0;
}

static int
on_late(zloop_t *loop, int timer, void *arg)
{
	struct print *print = arg;

	(void)loop;
	(void)timer;
	print->timer = -1;
	print->killed = true;
	kill(print->pid, SIGKILL);
	return 0;
}

static int
on_failed(zloop_t *loop, int timer, void *arg)
{
	struct print *print = arg;
	struct why why = print->failed;

	(void)loop;
	(void)timer;
	print->timer = -1;
	settle(print, PRINT_LATER, &why);
	return 0;
}

/* ---- the beginning ---- */

/* A file without a name: gone when lp has read it. */
static int
nameless(const void *data, size_t bytes)
{
	int fd = memfd_create("paper", MFD_CLOEXEC);

	for (size_t at = 0; fd != -1 && at < bytes;) {
		ssize_t n = write(fd, (const char *)data + at, bytes - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			close(fd);
			return -1;
		}
		at += (size_t)n;
	}
	if (fd != -1 && lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
spawn(const char *command, const char *const *arguments, int input, pid_t *pid)
{
	static const char *const environment[] = {
	    "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, pipes;

	sigemptyset(&none);
	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &pipes);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	int rc = posix_spawn(pid, command, &actions, &attributes,
	    (char *const *)arguments, (char *const *)environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return rc;
}

static int
start(struct print *print, const char *printer, const char *title,
    const void *pdf, size_t bytes)
{
	const struct print_settings *s = print->settings;
	const char *arguments[12] = {s->command};
	size_t n = 1;

	if (s->server[0] != '\0') {
		arguments[n++] = "-h";
		arguments[n++] = s->server;
	}
	if (printer[0] != '\0') {
		arguments[n++] = "-d";
		arguments[n++] = printer;
	}
	arguments[n++] = "-t";
	arguments[n++] = title;
	arguments[n++] = "-s"; /* says nothing on its output */
	int input = nameless(pdf, bytes);
	if (input < 0)
		return errno;
	int rc = spawn(s->command, arguments, input, &print->pid);
	close(input);
	return rc;
}

void
print_send(struct print *print, const char *printer, const char *title,
    const void *pdf, size_t bytes, print_done_fn *done, void *arg)
{
	zmq_pollitem_t item = {.events = ZMQ_POLLIN};

	if (print->pid != 0)
		panic("print: one job at a time");
	print->done = done;
	print->arg = arg;
	print->killed = false;
	int rc = start(print, printer, title, pdf, bytes);
	if (rc == 0) {
		print->pidfd = (int)syscall(SYS_pidfd_open, print->pid, 0);
		if (print->pidfd == -1)
			panic("print: pidfd: %s", strerror(errno));
		item.fd = print->pidfd;
		zloop_poller(print->loop, &item, on_end, print);
		print->timer = zloop_timer(print->loop,
		    (size_t)print->settings->timeout_ms, 1, on_late, print);
		return;
	}
	why_set(&print->failed, WHY_LATER, "print-server",
	    "%s cannot be run: %s.", print->settings->command, strerror(rc));
	print->timer = zloop_timer(print->loop, 1, 1, on_failed, print);
}

/* ---- life ---- */

struct print *
print_new(zloop_t *loop, const struct print_settings *settings)
{
	struct print *print = mem_new(sizeof(*print));

	print->loop = loop;
	print->settings = settings;
	print->timer = print->pidfd = -1;
	return print;
}

void
print_free(struct print **print_p)
{
	struct print *print = *print_p;

	if (print == NULL)
		return;
	if (print->pidfd != -1)
		close(print->pidfd);
	if (print->timer != -1)
		zloop_timer_end(print->loop, print->timer);
	free(print);
	*print_p = NULL;
}

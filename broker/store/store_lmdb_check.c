/* NAME
 *	store_lmdb_check - verify in a child process
 * DESCRIPTION
 *	LMDB trusts its pages: reading a damaged one can be a SIGSEGV, a SIGBUS
 *	(file cut short), an endless walk.  So a child reads, and tells over a
 *	pipe: a line for each finding, then one struct.  No struct: it died.
 *
 *	The child opens the environment itself, after fork, as LMDB demands.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"

#include "store_check.h"
#include "store_lmdb.h"

#define RECORD_BYTES_MIN 16 /* no record is smaller than its node and tag */
#define BYTES_A_SECOND   (8u * 1024 * 1024) /* slower is taken for a ring */

struct answer {
	int rc;
	struct store_check check;
	struct why why;
};

/* what goes over the pipe: this, then bytes of text or of struct answer */
struct head {
	uint32_t bytes;
	bool last;
};

static bool
send_all(int fd, const void *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p = (const char *)p + k;
		n -= (size_t)k;
	}
	return true;
}

static bool
receive_all(int fd, void *p, size_t n)
{
	while (n > 0) {
		ssize_t k = read(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p = (char *)p + k;
		n -= (size_t)k;
	}
	return true;
}

/* ---- the child ---- */

static void
tell(const char *line, void *arg)
{
	struct head head = {.bytes = (uint32_t)strlen(line)};
	const int *fd = arg;

	if (!send_all(*fd, &head, sizeof(head)) ||
	    !send_all(*fd, line, head.bytes))
		_exit(1);
}

static int
look_at_all(const struct store_settings *settings, struct answer *a, int *fd)
{
	struct store_settings s = *settings;
	struct store_lmdb *db;
	struct store *store;
	struct stat st;
	void *txn;
	int rc;

	s.read_only = true;
	if ((rc = store_lmdb_open(&s, &store, &a->why)) != 0)
		return rc;
	db = (struct store_lmdb *)store;
	if (fstatat(db->dirfd, "data.mdb", &st, 0) != 0)
		return TSK_SYSTEM;
	alarm((unsigned)(60 + (uint64_t)st.st_size / BYTES_A_SECOND));
	if ((rc = store_lmdb_read_begin(store, &txn)) != 0)
		return rc;
	rc = store_check(store, txn, (uint64_t)st.st_size / RECORD_BYTES_MIN,
	    &a->check, tell, fd);
	store_lmdb_read_end(store, txn);
	store_lmdb_close(store);
	return rc;
}

static void
child(const struct store_settings *settings, int fd)
{
	static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM};
	struct head head = {.bytes = sizeof(struct answer), .last = true};
	struct answer *a = mem_new(sizeof(*a));

	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		signal(deadly[i], SIG_DFL);
	a->rc = look_at_all(settings, a, &fd);
	if (send_all(fd, &head, sizeof(head)))
		send_all(fd, a, sizeof(*a));
	_exit(0);
}

/* ---- the parent ---- */

static bool
listen_to(int fd, struct answer *a, uint64_t *lines,
    void (*report)(const char *line, void *arg), void *arg)
{
	char line[512];
	struct head head;

	while (receive_all(fd, &head, sizeof(head))) {
		if (head.last)
			return receive_all(fd, a, sizeof(*a));
		if (head.bytes >= sizeof(line) ||
		    !receive_all(fd, line, head.bytes))
			return false;
		line[head.bytes] = '\0';
		++*lines;
		if (report != NULL)
			report(line, arg);
	}
	return false;
}

static int
verdict(const struct store_settings *settings, const struct answer *a,
    bool answered, uint64_t lines, struct store_verify *out,
    void (*report)(const char *line, void *arg), void *arg, struct why *why)
{
	static const char died[] =
	    "the database itself is damaged: reading it ended the process";

	if (answered) {
		*out = a->check.verify;
		out->crashed = a->check.tree;
		if (a->rc != 0 && a->rc != TSK_DAMAGED) {
			*why = a->why;
			return a->rc;
		}
	} else {
		out->crashed = true;
		out->damaged = lines + 1;
		if (report != NULL)
			report(died, arg);
	}
	if (out->damaged == 0)
		return 0;
	why_set(why, WHY_NEVER, "store-damaged",
	    "%s: %llu finding(s) in the store; restore a backup or ask for "
	    "help.",
	    settings->path, (unsigned long long)out->damaged);
	return TSK_DAMAGED;
}

int
store_lmdb_verify(const struct store_settings *settings,
    struct store_verify *out, void (*report)(const char *line, void *arg),
    void *arg, struct why *why)
{
	struct answer *a = mem_new(sizeof(*a));
	bool answered;
	uint64_t lines = 0;
	int fds[2], rc;
	pid_t pid;

	memset(out, 0, sizeof(*out));
	if (pipe(fds) != 0 || (fflush(NULL), pid = fork()) < 0) {
		why_system(why, WHY_LATER, "verify");
		free(a);
		return TSK_SYSTEM;
	}
	if (pid == 0) {
		close(fds[0]);
		child(settings, fds[1]);
	}
	close(fds[1]);
	answered = listen_to(fds[0], a, &lines, report, arg);
	close(fds[0]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	rc = verdict(settings, a, answered, lines, out, report, arg, why);
	free(a);
	return rc;
}

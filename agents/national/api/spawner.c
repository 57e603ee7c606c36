/* NAME
 *	spawner - where workers come from: the gateway's side
 * SUMMARY
 *	see spawner.h
 * DESCRIPTION
 *	The spawner is this program again, with --spawner: socket and lock on
 *	fixed descriptors, no other, and nothing in its environment.  One that
 *	ended is started again with the next worker.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "log.h"

#include "message.h"
#include "spawner.h"
#include "worker.h"

#define ENV_MAX   16
#define ANSWER_MS 10000 /* it begins, or forks; a loaded machine is slow */

struct spawner {
	char *profile;
	int lock;
	pid_t pid;  /* 0: none */
	int socket; /* -1: none */
};

struct spawner *
spawner_new(const char *profile, int lock)
{
	struct spawner *s = mem_new(sizeof(*s));

	s->profile = mem_text(profile);
	s->lock = lock;
	s->socket = -1;
	return s;
}

static void
stop(struct spawner *s)
{
	if (s->pid > 0) {
		(void)kill(s->pid, SIGKILL);
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (s->socket >= 0)
		close(s->socket);
	s->pid = 0;
	s->socket = -1;
}

void
spawner_free(struct spawner **spawner)
{
	struct spawner *s = *spawner;

	if (s == NULL)
		return;
	stop(s);
	free(s->profile);
	free(s);
	*spawner = NULL;
}

/* ---- beginning ---- */

/* The sanitizers of test builds; nothing else goes along. */
static void
environment(char *out[ENV_MAX])
{
	static const char *const kept[] = {
	    "ASAN_", "UBSAN_", "LSAN_", "TSAN_", "LLVM_PROFILE"};
	extern char **environ;
	size_t n = 0;

	for (char **e = environ; *e != NULL && n < ENV_MAX - 1; e++) {
		for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
			if (strncmp(*e, kept[i], strlen(kept[i])) == 0 &&
			    n < ENV_MAX - 1)
				out[n++] = *e;
		}
	}
	out[n] = NULL;
}

/* Moves descriptors to their places; neither may stand on the other's. */
static bool
place(int socket, int lock)
{
	int s = fcntl(socket, F_DUPFD_CLOEXEC, WORKER_LOCK + 1);
	int l = fcntl(lock, F_DUPFD_CLOEXEC, WORKER_LOCK + 1);

	return s >= 0 && l >= 0 && dup2(s, WORKER_SOCKET) >= 0 &&
	       dup2(l, WORKER_LOCK) >= 0;
}

/* Between fork and exec: system calls only. */
static void become_spawner(const struct spawner *s, int socket, char **env)
    __attribute__((noreturn));
static void
become_spawner(const struct spawner *s, int socket, char **env)
{
	char program[] = "tasuki-national", option[] = SPAWNER_OPTION;
	char *argv[] = {program, option, s->profile, NULL};
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (place(socket, s->lock))
		(void)execve("/proc/self/exe", argv, env);
	_exit(127);
}

static int
start(struct spawner *s)
{
	int pair[2];
	char *env[ENV_MAX];

	environment(env);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return TSK_SYSTEM;
	s->pid = fork();
	if (s->pid == 0)
		become_spawner(s, pair[1], env);
	close(pair[1]);
	s->socket = pair[0];
	if (s->pid < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0) {
		stop(s);
		return TSK_SYSTEM;
	}
	log_debug("spawner: result=begin pid=%d", (int)s->pid);
	return 0;
}

/* ---- one worker ---- */

static int
take_spawned(struct spawner *s, struct spawned *out)
{
	struct pollfd ready = {.fd = s->socket, .events = POLLIN};
	union message *m = mem_new(sizeof(*m));
	int fds[MESSAGE_FDS_MAX], n, rc = TSK_CLOSED;
	size_t count = 0;

	do
		n = poll(&ready, 1, ANSWER_MS);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		rc = message_take(s->socket, m, fds, &count);
	if (rc == 0 && m->type == MESSAGE_SPAWNED && count == 1) {
		out->pidfd = fds[--count];
		out->pid = (pid_t)m->spawned.pid;
	} else {
		rc = TSK_SYSTEM;
	}
	while (count > 0)
		close(fds[--count]);
	free(m);
	return rc;
}

static int
ask(struct spawner *s, int theirs, struct spawned *out)
{
	static const enum message_type spawn = MESSAGE_SPAWN;
	int rc = s->socket >= 0 ? 0 : start(s);

	if (rc == 0)
		rc = message_send(s->socket, &spawn, sizeof(spawn), &theirs, 1);
	if (rc == 0)
		rc = take_spawned(s, out);
	if (rc < 0) /* it ended, or does not answer */
		stop(s);
	return rc;
}

int
spawner_worker(struct spawner *s, struct spawned *out)
{
	int pair[2];
	bool had = s->socket >= 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return TSK_SYSTEM;
	int rc = ask(s, pair[1], out);
	if (rc < 0 && had)
		rc = ask(s, pair[1], out);
	close(pair[1]);
	if (rc < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0) {
		close(pair[0]);
		if (rc == 0)
			close(out->pidfd);
		return TSK_SYSTEM;
	}
	out->socket = pair[0];
	return 0;
}

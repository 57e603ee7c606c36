/* NAME
 *	spawner_main - where workers come from: the process
 * SUMMARY
 *	see spawner.h
 * DESCRIPTION
 *	What can be done once for all workers is done before the first fork:
 *	profile, certificates to trust, the tables of OpenSSL and libcurl, and
 *	the walls around every worker, which this process stands behind first.
 *
 *	A profile that cannot be read does not end it: each worker says what is
 *	wrong, as the answer to its order.
 * DIAGNOSTICS
 *	Exit code 0, or 1 if what came over the socket is no message.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "message.h"
#include "sandbox.h"
#include "spawner.h"
#include "wipe.h"
#include "worker.h"

#define REAP_MS 1000

struct nest {
	struct worker_ground ground;
	pid_t self;
	size_t children;
};

/* Loads what the first connection of each worker would load. */
static void
warm_up(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	SSL_CTX_free(ctx);
}

static void
lay_ground(struct worker_ground *g, const char *profile)
{
	g->rc = api_profile_load(profile, &g->profile, &g->why);
	if (g->rc == 0)
		g->rc = exchange_trust_load(&g->profile, &g->trust, &g->why);
	warm_up();
	g->landlock = sandbox_files();
	g->seccomp = sandbox_calls();
}

static void
reap(struct nest *n)
{
	while (n->children > 0 && waitpid(-1, NULL, WNOHANG) > 0)
		n->children--;
}

/* The pidfd is taken before the child can be collected: it is that child's. */
static bool
spawn(struct nest *n, int socket)
{
	struct message_spawned answer;

	memset(&answer, 0, sizeof(answer));
	answer.type = MESSAGE_SPAWNED;
	pid_t pid = fork();
	if (pid == 0) {
		if (dup2(socket, WORKER_SOCKET) < 0)
			_exit(1);
		close(socket);
		worker_main(&n->ground, n->self);
	}
	close(socket);
	if (pid < 0)
		return false;
	n->children++;
	answer.pid = (int)pid;
	int pidfd = pidfd_open(pid, 0);
	bool told = pidfd >= 0 && message_send(WORKER_SOCKET, &answer,
				      sizeof(answer), &pidfd, 1) == 0;
	if (pidfd >= 0)
		close(pidfd);
	return told;
}

static int
serve(struct nest *n)
{
	struct pollfd socket = {.fd = WORKER_SOCKET, .events = POLLIN};
	union message *m = mem_new(sizeof(*m));
	int fds[MESSAGE_FDS_MAX];
	size_t count;

	for (;;) {
		int ready = poll(&socket, 1, n->children > 0 ? REAP_MS : -1);
		reap(n);
		if (ready == 0 || (ready < 0 && errno == EINTR))
			continue;
		/* its end is the gateway's */
		if (message_take(WORKER_SOCKET, m, fds, &count) < 0)
			return 0;
		if (m->type != MESSAGE_SPAWN || count != 1 || !spawn(n, fds[0]))
			return 1;
	}
}

void
spawner_main(const char *profile)
{
	static struct nest nest; /* its workers never leave this function */

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)prctl(PR_SET_NAME, "n-spawner", 0, 0, 0);
	sandbox_private();
	(void)umask(0077);
	sandbox_close(WORKER_LOCK + 1);
	/* a stop is told by the end of the socket, after the order under way */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	nest.self = getpid();
	if (!wipe_everywhere())
		_exit(1);
	lay_ground(&nest.ground, profile);
	_exit(serve(&nest));
}

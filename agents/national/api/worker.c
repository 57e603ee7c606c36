/* NAME
 *	worker - the process that acts for one office
 * SUMMARY
 *	forked by the spawner, see worker.h
 * DESCRIPTION
 *	The only process that sees this office's certificate, password and
 *	tokens, and that reads what the national system answers to it.  It
 *	begins behind the walls of the spawner (sandbox.h), gets the office's
 *	own key and its open container, and then does one order after the
 *	other.  It has no settings, no log and no place to write to.
 *
 *	It ends with its socket, and at once with its parent: a call of a
 *	gateway that is dead must not reach the national system after the next
 *	gateway has looked into the list.
 * DIAGNOSTICS
 *	Exit code 0, or 1 if what came over the socket is no order.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "file.h"

#include "calls.h"
#include "message.h"
#include "session.h"
#include "worker.h"

struct worker {
	const struct worker_ground *ground;
	struct secrets secrets;
	struct session *session;
};

/* _exit: nothing that runs at exit may touch memory with secrets. */
static void leave(struct worker *w, int code) __attribute__((noreturn));
static void
leave(struct worker *w, int code)
{
	session_close(&w->session);
	secrets_fini(&w->secrets);
	_exit(code);
}

static void
say(struct worker *w, const void *message, size_t bytes)
{
	if (message_send(WORKER_SOCKET, message, bytes, NULL, 0) < 0)
		leave(w, 0);
}

static void
hear(
    struct worker *w, union message *m, int fds[MESSAGE_FDS_MAX], size_t *count)
{
	if (message_take(WORKER_SOCKET, m, fds, count) < 0)
		leave(w, 0);
}

/* ---- what the session asks ---- */

static bool
on_may_login(void *arg, struct outcome *out)
{
	static const enum message_type question = MESSAGE_MAY_LOGIN;
	union message *m = mem_new(sizeof(*m));
	int fds[MESSAGE_FDS_MAX];
	struct worker *w = arg;
	size_t count;

	say(w, &question, sizeof(question));
	hear(w, m, fds, &count);
	if (m->type != MESSAGE_LOGIN || count > 0)
		leave(w, 1);
	bool go = m->login.go;
	*out = m->login.outcome;
	free(m);
	return go;
}

static void
on_tried(void *arg, enum tried tried, int64_t until_ms)
{
	union message *answer = mem_new(sizeof(*answer));
	int fds[MESSAGE_FDS_MAX];
	struct message_tried m;
	size_t count;

	memset(&m, 0, sizeof(m));
	m.type = MESSAGE_TRIED;
	m.tried = tried;
	m.until_ms = until_ms;
	say(arg, &m, sizeof(m));
	/* it is counted now; a gateway that is about to end says no more */
	hear(arg, answer, fds, &count);
	if (answer->type != MESSAGE_LOGIN || count > 0)
		leave(arg, 1);
	free(answer);
}

static const struct session_events events = {on_may_login, on_tried};

/* ---- life ---- */

/* It cannot begin: said as the answer to order 0. */
static void
fail(struct worker *w, const struct why *why)
{
	struct message_answer *m = mem_new(sizeof(*m));

	m->type = MESSAGE_ANSWER;
	m->outcome.rc = TSK_DENIED;
	m->outcome.scope = JUDGE_OFFICE;
	m->outcome.why = *why;
	say(w, m, sizeof(*m));
	leave(w, 1);
}

static int
open_container(struct worker *w, const struct message_hello *hello, int fd,
    struct why *why)
{
	char *text = mem_new(CONTAINER_MAX);
	size_t n = 0;
	ssize_t got;

	while (n < CONTAINER_MAX &&
	       (got = pread(fd, text + n, CONTAINER_MAX - n, (off_t)n)) > 0)
		n += (size_t)got;
	int rc =
	    container_open(text, n, hello->office, hello->key, &w->secrets);
	free(text);
	if (rc < 0)
		why_set(why, WHY_NEVER, "certificate-damaged",
		    "The office's container cannot be opened: %s.",
		    err_text(rc));
	return rc;
}

static void
say_ready(struct worker *w)
{
	struct message_ready ready;

	memset(&ready, 0, sizeof(ready));
	ready.type = MESSAGE_READY;
	ready.landlock = w->ground->landlock;
	ready.seccomp = w->ground->seccomp;
	say(w, &ready, sizeof(ready));
}

static void
begin(struct worker *w)
{
	union message *m = mem_new(sizeof(*m));
	int fds[MESSAGE_FDS_MAX];
	struct why why = {0};
	char name[16];
	size_t count;

	hear(w, m, fds, &count);
	if (m->type != MESSAGE_HELLO || count != 1)
		leave(w, 1);
	struct message_hello *hello = &m->hello;
	snprintf(name, sizeof(name), "n-%.10s", hello->office);
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	int rc = w->ground->rc;
	if (rc < 0)
		why = w->ground->why;
	else
		rc = open_container(w, hello, fds[0], &why);
	close(fds[0]);
	if (rc == 0)
		rc = session_open(&w->ground->profile, w->ground->trust,
		    hello->office, &w->secrets, &events, w, &w->session, &why);
	OPENSSL_cleanse(m, sizeof(*m));
	free(m);
	if (rc < 0)
		fail(w, &why);
	say_ready(w);
}

static void
work(struct worker *w)
{
	struct message_answer *answer = mem_new(sizeof(*answer));
	union message *m = mem_new(sizeof(*m));
	int fds[MESSAGE_FDS_MAX];
	size_t count;

	for (;;) {
		hear(w, m, fds, &count);
		if (m->type != MESSAGE_ORDER ||
		    m->order.count > MESSAGE_FILES_MAX)
			leave(w, 1);
		calls_do(w->session, &w->ground->profile, &m->order, fds, count,
		    answer);
		while (count > 0)
			close(fds[--count]);
		say(w, answer, sizeof(*answer));
	}
}

void
worker_main(const struct worker_ground *ground, pid_t parent)
{
	struct worker *w = mem_new(sizeof(*w));

	w->ground = ground;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* the parent may have died before it could be asked for its signal */
	if (getppid() != parent)
		leave(w, 0);
	begin(w);
	work(w);
	leave(w, 0);
}

/* NAME
 *	pool - the workers of the gateway
 * SUMMARY
 *	see pool.h
 * DESCRIPTION
 *	Workers come from the spawner (spawner.h).  Each is known by its socket
 *	and its pidfd: a signal cannot meet a stranger.
 * DIAGNOSTICS
 *	later: worker (it ended, or was ended since it took too long).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "clock.h"
#include "log.h"

#include "pool.h"
#include "spawner.h"

#define TICK_MS     250
#define LOCK_NAP_MS 10
#define LEAVE_MS    6000 /* for a logout */
#define TURN_MAX    64   /* messages of one worker at a turn of the loop */

enum state { WORKER_IDLE = 1, WORKER_BUSY, WORKER_LEAVING };

struct one {
	struct one *next;
	struct pool *pool;
	pid_t pid; /* for the log */
	int pidfd;
	zmq_pollitem_t item; /* its socket */
	char office[NUMBER_OFFICE_BYTES], id[CONTAINER_ID_BYTES];
	enum state state;
	bool ready;       /* it has begun */
	bool asked;       /* it is at a login: nothing was sent yet */
	int64_t since_ms; /* monotonic: in this state */
	/* busy */
	uint64_t number;
	enum driver_verb verb;
	int out;
};

struct pool {
	zloop_t *loop;
	struct pool_settings settings;
	const struct pool_events *events;
	void *arg;
	struct spawner *spawner;
	struct one *first;
	size_t count;
	int timer;
	bool told; /* what guards the workers */
	union message *message;
};

/* ---- ending ---- */

static void
set_state(struct one *w, enum state state)
{
	w->state = state;
	w->since_ms = clock_mono_ms();
}

static void
end_order(struct one *w, const struct message_answer *answer)
{
	int out = w->out;

	w->out = -1;
	set_state(w, WORKER_IDLE);
	w->pool->events->answer(w->pool->arg, answer, out);
	if (out >= 0)
		close(out);
}

/* A worker that ended in the middle: had it begun to send? */
static void
lose_order(struct one *w)
{
	struct message_answer *answer = mem_new(sizeof(*answer));
	bool sent = w->ready && !w->asked &&
		    (w->verb == DRIVER_SEND || w->verb == DRIVER_WITHDRAW);

	answer->type = MESSAGE_ANSWER;
	answer->number = w->number;
	answer->outcome.rc = sent ? TSK_CLOSED : TSK_LATER;
	why_set(&answer->outcome.why, WHY_LATER, "worker",
	    "The office's worker ended before it answered.");
	log_warn(
	    "worker: office=%s result=lost pid=%d", w->office, (int)w->pid);
	end_order(w, answer);
	free(answer);
}

/* It is gone, not only told to: nothing of it reaches the other side any more
 * when its order is taken up again. */
static void
end_process(struct one *w)
{
	struct pollfd gone = {.fd = w->pidfd, .events = POLLIN};

	(void)pidfd_send_signal(w->pidfd, SIGKILL, NULL, 0);
	while (poll(&gone, 1, -1) < 0 && errno == EINTR)
		;
	close(w->pidfd);
}

static void
reap(struct one *w)
{
	struct one **at = &w->pool->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	w->pool->count--;
	zloop_poller_end(w->pool->loop, &w->item);
	end_process(w);
	close(w->item.fd);
	if (w->state == WORKER_BUSY)
		lose_order(w);
	log_debug(
	    "worker: office=%s result=end pid=%d", w->office, (int)w->pid);
	free(w);
}

/* It sees the end of its socket, logs out, and ends. */
static void
dismiss(struct one *w)
{
	(void)shutdown(w->item.fd, SHUT_WR);
	set_state(w, WORKER_LEAVING);
}

/* ---- what workers say ---- */

static bool
on_may_login(struct one *w)
{
	struct pool *p = w->pool;
	struct message_login answer;

	memset(&answer, 0, sizeof(answer));
	answer.type = MESSAGE_LOGIN;
	answer.go =
	    w->state == WORKER_BUSY &&
	    p->events->may_login(p->arg, w->office, w->id, &answer.outcome);
	w->asked = true;
	return message_send(w->item.fd, &answer, sizeof(answer), NULL, 0) == 0;
}

static bool
on_tried(struct one *w, const struct message_tried *m)
{
	struct message_login answer;

	w->asked = false;
	w->pool->events->tried(
	    w->pool->arg, w->office, w->id, m->tried, m->until_ms);
	memset(&answer, 0, sizeof(answer));
	answer.type = MESSAGE_LOGIN;
	return message_send(w->item.fd, &answer, sizeof(answer), NULL, 0) == 0;
}

static bool
on_answer(struct one *w, const struct message_answer *answer)
{
	/* number 0: it could not even begin */
	if (w->state != WORKER_BUSY || answer->count > DRIVER_ITEMS_MAX ||
	    (answer->number != w->number && answer->number != 0))
		return false;
	bool alive = answer->number != 0;
	struct message_answer *mine = mem_dup(answer, sizeof(*answer));
	mine->number = w->number;
	mine->outcome.why.code[sizeof(mine->outcome.why.code) - 1] = '\0';
	mine->outcome.why.text[sizeof(mine->outcome.why.text) - 1] = '\0';
	mine->ref[sizeof(mine->ref) - 1] = '\0';
	end_order(w, mine);
	free(mine);
	return alive;
}

static void
on_ready(struct one *w, const struct message_ready *ready)
{
	w->ready = true;
	if (w->pool->told)
		return;
	w->pool->told = true;
	if (ready->landlock && ready->seccomp)
		log_info("worker: landlock=yes seccomp=yes");
	else
		log_warn("worker: landlock=%s seccomp=%s why=\"This kernel "
			 "cannot shut workers in further.\"",
		    ready->landlock ? "yes" : "no",
		    ready->seccomp ? "yes" : "no");
}

static bool
on_message(struct one *w, const union message *m)
{
	switch (m->type) {
	case MESSAGE_READY:
		on_ready(w, &m->ready);
		return true;
	case MESSAGE_MAY_LOGIN:
		return on_may_login(w);
	case MESSAGE_TRIED:
		return on_tried(w, &m->tried);
	case MESSAGE_ANSWER:
		return on_answer(w, &m->answer);
	default:
		return false;
	}
}

static int
on_socket(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct one *w = arg;
	union message *m = w->pool->message;
	int fds[MESSAGE_FDS_MAX], rc = 0;
	size_t count;

	(void)loop;
	(void)item;
	for (int i = 0; i < TURN_MAX && rc == 0; i++) {
		rc = message_take(w->item.fd, m, fds, &count);
		/* none of them sends one */
		while (rc == 0 && count > 0)
			close(fds[--count]);
		if (rc == 0 && !on_message(w, m))
			rc = TSK_CLOSED;
	}
	if (rc < 0 && rc != TSK_EMPTY)
		reap(w);
	return 0;
}

static int
on_tick(zloop_t *loop, int timer, void *arg)
{
	struct pool *p = arg;
	int64_t now = clock_mono_ms();

	(void)loop;
	(void)timer;
	for (struct one *w = p->first, *next; w != NULL; w = next) {
		next = w->next;
		int64_t age = now - w->since_ms;
		if (w->state == WORKER_IDLE && age >= p->settings.idle_ms)
			dismiss(w);
		else if ((w->state == WORKER_BUSY &&
			     age >= p->settings.order_ms) ||
			 (w->state == WORKER_LEAVING && age >= LEAVE_MS)) {
			reap(w);
			/* an answer may have changed the list */
			next = p->first;
		}
	}
	return 0;
}

/* ---- beginning ---- */

static int
say_hello(struct one *w, const uint8_t key[MASTER_KEY_BYTES], int container)
{
	struct message_hello *hello = mem_new(sizeof(*hello));

	hello->type = MESSAGE_HELLO;
	snprintf(hello->office, sizeof(hello->office), "%s", w->office);
	snprintf(hello->id, sizeof(hello->id), "%s", w->id);
	memcpy(hello->key, key, sizeof(hello->key));
	int rc = message_send(w->item.fd, hello, sizeof(*hello), &container, 1);
	OPENSSL_cleanse(hello, sizeof(*hello));
	free(hello);
	return rc;
}

static struct one *
begin(struct pool *p, const struct container_facts *facts,
    const uint8_t key[MASTER_KEY_BYTES], int container)
{
	struct one *w = mem_new(sizeof(*w));
	struct spawned spawned;

	if (spawner_worker(p->spawner, &spawned) < 0) {
		free(w);
		return NULL;
	}
	w->pool = p;
	w->out = -1;
	w->pid = spawned.pid;
	w->pidfd = spawned.pidfd;
	w->item = (zmq_pollitem_t){.fd = spawned.socket, .events = ZMQ_POLLIN};
	snprintf(w->office, sizeof(w->office), "%s", facts->number);
	snprintf(w->id, sizeof(w->id), "%s", facts->id);
	set_state(w, WORKER_IDLE);
	w->next = p->first;
	p->first = w;
	p->count++;
	zloop_poller(p->loop, &w->item, on_socket, w);
	zloop_poller_set_tolerant(p->loop, &w->item);
	if (say_hello(w, key, container) < 0) {
		reap(w);
		return NULL;
	}
	log_debug(
	    "worker: office=%s result=begin pid=%d", w->office, (int)w->pid);
	return w;
}

/* ---- the pool ---- */

int
pool_lock(int dirfd, int64_t wait_ms)
{
	const struct timespec nap = {.tv_nsec = LOCK_NAP_MS * 1000000};
	int64_t until = clock_mono_ms() + wait_ms;
	int fd = openat(dirfd, "workers.lock",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (clock_mono_ms() >= until) {
			close(fd);
			return TSK_LATER;
		}
		(void)nanosleep(&nap, NULL);
	}
	return fd >= 0 ? fd : TSK_SYSTEM;
}

struct pool *
pool_new(zloop_t *loop, const struct pool_settings *settings,
    const struct pool_events *events, void *arg)
{
	struct pool *p = mem_new(sizeof(*p));

	p->loop = loop;
	p->settings = *settings;
	p->events = events;
	p->arg = arg;
	p->message = mem_new(sizeof(*p->message));
	p->spawner = spawner_new(settings->profile, settings->lock);
	p->timer = zloop_timer(loop, TICK_MS, 0, on_tick, p);
	return p;
}

static void
no_answer(void *arg, const struct message_answer *answer, int out)
{
	(void)arg;
	(void)answer;
	(void)out;
}

static bool
no_login(void *arg, const char *office, const char *id, struct outcome *out)
{
	(void)arg;
	(void)office;
	(void)id;
	(void)out;
	return false;
}

/* Until the worker has logged out and gone; until one that is at a login has
 * said how it went, or the count of logins would hold one too many. */
static void
await_end(struct one *w, int64_t until_ms)
{
	int fds[MESSAGE_FDS_MAX], rc = 0;
	size_t count;

	while (rc == 0 || rc == TSK_EMPTY) {
		int64_t left = until_ms - clock_mono_ms();
		zmq_pollitem_t item = {.fd = w->item.fd, .events = ZMQ_POLLIN};
		if (left <= 0 || zmq_poll(&item, 1, left) <= 0)
			return;
		rc = message_take(w->item.fd, w->pool->message, fds, &count);
		while (rc == 0 && count > 0)
			close(fds[--count]);
		if (rc != 0 || w->pool->message->type != MESSAGE_TRIED)
			continue;
		w->pool->events->tried(w->pool->arg, w->office, w->id,
		    w->pool->message->tried.tried,
		    w->pool->message->tried.until_ms);
		return; /* and not a word to go on */
	}
}

void
pool_free(struct pool **pool)
{
	struct pool *p = *pool;
	int64_t until = clock_mono_ms() + LEAVE_MS;

	if (p == NULL)
		return;
	const struct pool_events closed = {
	    no_login, p->events->tried, no_answer};
	p->events = &closed;
	zloop_timer_end(p->loop, p->timer);
	for (struct one *w = p->first; w != NULL; w = w->next) {
		if (w->state == WORKER_IDLE)
			dismiss(w);
	}
	while (p->first != NULL) {
		if (p->first->state == WORKER_LEAVING || p->first->asked)
			await_end(p->first, until);
		reap(p->first);
	}
	spawner_free(&p->spawner);
	free(p->message);
	free(p);
	*pool = NULL;
}

static struct one *
find(struct pool *p, const char *office)
{
	struct one *w = p->first;

	while (w != NULL && strcmp(w->office, office) != 0)
		w = w->next;
	return w;
}

bool
pool_room(struct pool *p, const char *office, const char *id)
{
	struct one *mine = find(p, office), *oldest = NULL;

	if (mine != NULL) {
		/* another container: the old worker's secrets are stale */
		if (mine->state == WORKER_IDLE && strcmp(mine->id, id) != 0)
			dismiss(mine);
		return mine->state == WORKER_IDLE;
	}
	if (p->count < p->settings.most)
		return true;
	for (struct one *w = p->first; w != NULL; w = w->next) {
		if (w->state == WORKER_LEAVING)
			return false; /* there will be room soon */
		if (w->state == WORKER_IDLE &&
		    (oldest == NULL || w->since_ms < oldest->since_ms))
			oldest = w;
	}
	if (oldest != NULL)
		dismiss(oldest);
	return false;
}

int
pool_put(struct pool *p, const struct pool_order *order, struct why *why)
{
	const struct message_order *m = order->message;
	struct one *w = find(p, order->facts->number);

	if (w == NULL)
		w = begin(p, order->facts, order->key, order->container);
	if (w == NULL ||
	    message_send(w->item.fd, m, message_bytes((const union message *)m),
		order->fds, order->count) < 0) {
		why_set(why, WHY_LATER, "worker",
		    "The office's worker cannot be started.");
		if (order->out >= 0)
			close(order->out);
		if (w != NULL)
			reap(w);
		return TSK_LATER;
	}
	w->number = m->number;
	w->verb = m->verb;
	w->out = order->out;
	w->asked = false;
	set_state(w, WORKER_BUSY);
	return 0;
}

size_t
pool_workers(const struct pool *p)
{
	return p->count;
}

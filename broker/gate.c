/* NAME
 *	gate - who may connect at all (ZAP)
 * DESCRIPTION
 *	ZeroMQ RFC 27: REP socket at inproc://zeromq.zap.01, frames version,
 *	request id, domain, address, identity, mechanism, credentials.
 *
 *	Keys printed in manuals are refused even if somebody registered one.
 * DIAGNOSTICS
 *	info: refused handshakes, at most one line a second with their number,
 *	since anybody on the network can cause them.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <zmq.h>

#include "clock.h"
#include "curve.h"
#include "log.h"

#include "gate.h"

#define KEY_RAW_BYTES 32

struct entry {
	char key[CURVE_KEY_BYTES];
	char name[STORE_AGENT_BYTES];
};

struct gate {
	void *socket;
	int stop_fd;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	struct entry *entries; /* by key; guarded by lock */
	size_t count;
	atomic_uint_fast64_t refused;
	atomic_bool alive;
	/* the thread's own */
	int64_t logged_ms;
	uint64_t logged;
};

struct request {
	char version[8], id[256], domain[256], mechanism[32], address[256];
	size_t id_bytes, credentials_bytes;
	uint8_t credentials[256];
};

static int
compare(const void *a, const void *b)
{
	return strcmp(
	    ((const struct entry *)a)->key, ((const struct entry *)b)->key);
}

void
gate_update(struct gate *g, const struct registry *r)
{
	struct agent *const *agents;
	struct entry *fresh, *old;
	size_t i, n, count = 0;

	agents = registry_agents(r, &n);
	fresh = mem_new((n + 1) * sizeof(*fresh));
	for (i = 0; i < n; i++) {
		if (agents[i]->revoked || curve_known(agents[i]->public_key))
			continue;
		memcpy(
		    fresh[count].key, agents[i]->public_key, CURVE_KEY_BYTES);
		memcpy(fresh[count].name, agents[i]->name, STORE_AGENT_BYTES);
		count++;
	}
	qsort(fresh, count, sizeof(*fresh), compare);
	pthread_mutex_lock(&g->lock);
	old = g->entries;
	g->entries = fresh;
	g->count = count;
	pthread_mutex_unlock(&g->lock);
	free(old);
}

/* ---- the thread ---- */

static bool
known(struct gate *g, const char *key, struct entry *out)
{
	const struct entry *found = NULL;
	struct entry wanted;

	memset(&wanted, 0, sizeof(wanted));
	memcpy(wanted.key, key, CURVE_KEY_BYTES);
	pthread_mutex_lock(&g->lock);
	if (g->count > 0)
		found = bsearch(
		    &wanted, g->entries, g->count, sizeof(wanted), compare);
	if (found != NULL)
		*out = *found;
	pthread_mutex_unlock(&g->lock);
	return found != NULL;
}

static size_t
part(void *socket, void *out, size_t room, bool text)
{
	int n = zmq_recv(socket, out, text ? room - 1 : room, 0);
	size_t got = n < 0 ? 0 : (size_t)n;

	/* what is longer than room was cut by zmq_recv: never a key of ours */
	if (got > (text ? room - 1 : room))
		got = text ? room - 1 : room;
	if (text)
		((char *)out)[got] = '\0';
	return got;
}

static bool
more(void *socket)
{
	int yes = 0;
	size_t n = sizeof(yes);

	return zmq_getsockopt(socket, ZMQ_RCVMORE, &yes, &n) == 0 && yes;
}

static bool
read_request(void *socket, struct request *rq)
{
	char identity[256], rest[256];
	bool whole = false;

	memset(rq, 0, sizeof(*rq));
	part(socket, rq->version, sizeof(rq->version), true);
	if (more(socket))
		rq->id_bytes = part(socket, rq->id, sizeof(rq->id), false);
	if (more(socket))
		part(socket, rq->domain, sizeof(rq->domain), true);
	if (more(socket))
		part(socket, rq->address, sizeof(rq->address), true);
	if (more(socket))
		part(socket, identity, sizeof(identity), false);
	if (more(socket)) {
		part(socket, rq->mechanism, sizeof(rq->mechanism), true);
		whole = true;
	}
	if (more(socket))
		rq->credentials_bytes = part(
		    socket, rq->credentials, sizeof(rq->credentials), false);
	while (more(socket))
		part(socket, rest, sizeof(rest), false);
	return whole;
}

static bool
judge(struct gate *g, const struct request *rq, struct entry *out)
{
	char key[CURVE_KEY_BYTES];

	if (strcmp(rq->version, "1.0") != 0 ||
	    strcmp(rq->domain, GATE_DOMAIN) != 0 ||
	    strcmp(rq->mechanism, "CURVE") != 0 ||
	    rq->credentials_bytes != KEY_RAW_BYTES ||
	    zmq_z85_encode(key, rq->credentials, KEY_RAW_BYTES) == NULL)
		return false;
	return !curve_known(key) && known(g, key, out);
}

/* ZMTP metadata: name length, name, value length (4, big-endian), value. */
static size_t
metadata(const struct entry *e, uint8_t out[128])
{
	size_t name = strlen(GATE_KEY), value = strlen(e->key), n = 0;

	out[n++] = (uint8_t)name;
	memcpy(out + n, GATE_KEY, name);
	n += name;
	out[n++] = 0;
	out[n++] = 0;
	out[n++] = 0;
	out[n++] = (uint8_t)value;
	memcpy(out + n, e->key, value);
	return n + value;
}

static void
reply(void *socket, const struct request *rq, const struct entry *e)
{
	uint8_t meta[128];
	size_t n = e != NULL ? metadata(e, meta) : 0;
	const char *code = e != NULL ? "200" : "400";
	const char *text = e != NULL ? "OK" : "Unknown key";
	const char *user = e != NULL ? e->name : "";

	zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(socket, rq->id, rq->id_bytes, ZMQ_SNDMORE);
	zmq_send(socket, code, 3, ZMQ_SNDMORE);
	zmq_send(socket, text, strlen(text), ZMQ_SNDMORE);
	zmq_send(socket, user, strlen(user), ZMQ_SNDMORE);
	zmq_send(socket, meta, n, 0);
}

static void
log_refused(struct gate *g, const struct request *rq)
{
	uint64_t total = atomic_fetch_add(&g->refused, 1) + 1;
	int64_t now = clock_mono_ms();
	size_t n = strspn(rq->address, "0123456789abcdefABCDEF.:[]%");

	if (g->logged_ms != 0 && now - g->logged_ms < 1000)
		return;
	log_info("gate: address=%.*s result=refused times=%llu", (int)n,
	    rq->address, (unsigned long long)(total - g->logged));
	g->logged_ms = now;
	g->logged = total;
}

static void *
gate_main(void *arg)
{
	struct gate *g = arg;
	zmq_pollitem_t items[2] = {
	    {g->socket, 0, ZMQ_POLLIN, 0}, {NULL, g->stop_fd, ZMQ_POLLIN, 0}};
	struct request rq;
	struct entry e;
	bool in;

	for (;;) {
		if (zmq_poll(items, 2, -1) < 0 && errno != EINTR)
			break;
		if (items[1].revents != 0)
			break;
		if ((items[0].revents & ZMQ_POLLIN) == 0)
			continue;
		if (!read_request(g->socket, &rq))
			memset(&rq.mechanism, 0, sizeof(rq.mechanism));
		in = judge(g, &rq, &e);
		reply(g->socket, &rq, in ? &e : NULL);
		if (!in)
			log_refused(g, &rq);
	}
	atomic_store(&g->alive, false);
	zmq_close(g->socket);
	return NULL;
}

/* ---- start and stop ---- */

int
gate_start(void *zmq, struct gate **out, struct why *why)
{
	struct gate *g = mem_new(sizeof(*g));
	int rc, linger = 0;

	pthread_mutex_init(&g->lock, NULL);
	g->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	g->socket = zmq_socket(zmq, ZMQ_REP);
	if (g->stop_fd < 0 || g->socket == NULL ||
	    zmq_setsockopt(g->socket, ZMQ_LINGER, &linger, sizeof(linger)) ||
	    zmq_bind(g->socket, "inproc://zeromq.zap.01") != 0) {
		why_set(why, WHY_LATER, "gate", "The gate cannot open: %s.",
		    zmq_strerror(errno));
		goto err;
	}
	atomic_store(&g->alive, true);
	if ((rc = pthread_create(&g->thread, NULL, gate_main, g)) != 0) {
		errno = rc;
		why_system(why, WHY_LATER, "gate thread");
		goto err;
	}
	g->started = true;
	*out = g;
	return 0;
err:
	if (g->socket != NULL)
		zmq_close(g->socket);
	gate_free(&g);
	return TSK_SYSTEM;
}

uint64_t
gate_refused(const struct gate *g)
{
	return atomic_load(&g->refused);
}

bool
gate_alive(const struct gate *g)
{
	return atomic_load(&g->alive);
}

void
gate_stop(struct gate *g)
{
	uint64_t one = 1;

	if (!g->started)
		return;
	while (write(g->stop_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(g->thread, NULL);
	g->started = false;
}

void
gate_free(struct gate **g_p)
{
	struct gate *g = *g_p;

	if (g == NULL)
		return;
	gate_stop(g);
	if (g->stop_fd >= 0)
		close(g->stop_fd);
	pthread_mutex_destroy(&g->lock);
	free(g->entries);
	free(g);
	*g_p = NULL;
}

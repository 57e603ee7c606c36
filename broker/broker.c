/* NAME
 *	broker - the net thread: one loop over socket, writer and requests
 * DESCRIPTION
 *	Opening goes bottom up (store, registry, queues, threads, sockets), so
 *	that the first message already meets a complete broker.
 *
 *	When more bytes wait for the disk than limits/pending, the ROUTER is not
 *	read: ZeroMQ's own bounded buffers and TCP then hold the senders back.
 * DIAGNOSTICS
 *	"ready" when agents may connect.  Alarms: disk, gate, store, damaged.
 *	"clock-jumped": the wall clock was set, or the machine slept.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <zmq.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "answer.h"
#include "broker.h"
#include "control.h"
#include "deliver.h"
#include "gate.h"
#include "hear.h"
#include "legs.h"
#include "mandate.h"
#include "origin.h"
#include "post.h"
#include "quota.h"
#include "reload.h"
#include "registry_change.h"
#include "route.h"
#include "session.h"
#include "upkeep.h"
#include "writer.h"

/* libzmq 4.3 has it, its header shows it to draft builds only.  Were it refused,
 * opening fails: without it a missing gate would let everybody in. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

#define TURN_MESSAGES  256
#define FRAME_SLACK    4096 /* cipher and framing around 1 MiB */
#define GATHER_MS      1
#define STOP_LIMIT_MS  10000
#define LISTEN_BACKLOG 4096
#define STOP_LINGER_MS 1000
#define CLOCK_JUMP_MS  1000  /* less is what clocks do */
#define CLOCK_ODD_MS   60000 /* more is for a person to look at */

/* ---- opening ---- */

static void
settings_of_store(
    const struct settings *s, struct store_settings *out, char path[PATH_MAX])
{
	memset(out, 0, sizeof(*out));
	snprintf(path, PATH_MAX, "%s/store", s->data);
	out->backend =
	    strcmp(s->store.backend, "mem") == 0 ? STORE_MEM : STORE_LMDB;
	out->path = path;
	out->map_bytes = s->store.map_bytes;
	out->map_limit_bytes = s->store.map_limit_bytes;
}

/* Before the rows that name them. */
static int
load_policies(struct broker *b, struct why *why)
{
	struct policies *p = registry_policies(b->registry);

	return policies_read(
	    p, b->settings->policy.file, b->settings->policy.holidays, why);
}

static int
open_store(struct broker *b, struct why *why)
{
	struct store_settings s;
	char path[PATH_MAX];
	int rc, dir;

	if (file_dir_make(AT_FDCWD, b->settings->data, 0700) != 0) {
		why_system(why, WHY_NEVER, b->settings->data);
		return TSK_SYSTEM;
	}
	if ((dir = file_dir_open(AT_FDCWD, b->settings->data)) >= 0) {
		(void)file_tidy(dir);
		close(dir);
	}
	if ((rc = load_policies(b, why)) != 0)
		return rc;
	settings_of_store(b->settings, &s, path);
	if ((rc = store_open(&s, &b->store, why)) != 0)
		return rc;
	if ((rc = registry_load(b->registry, b->store, why)) != 0)
		return rc;
	registry_alarm(b);
	return mandates_load(b->mandates, b->store, b->wall_ms, why);
}

static int
add_open_leg(const struct store_open_leg *open, void *arg)
{
	struct broker *b = arg;
	struct queue_new new = {.leg = &open->leg,
	    .id = &open->id,
	    .from = open->from,
	    .from_type = open->from_type,
	    .to = open->to,
	    .to_type = open->to_type,
	    .stamp = open->stamp,
	    .accepted_ms = open->accepted_ms,
	    .bytes = open->encoded_bytes,
	    .touched = true}; /* maybe; the last run may have lent it */
	const struct desk *to = registry_match(b->registry, open->to,
	    open->to_type, deadline_day(open->accepted_ms), NULL);

	if (to != NULL)
		new.priority = route_priority(
		    b->registry, to, open->leg.flags, open->month);

	/* the only place where a kept wall time becomes an interval */
	new.due_ms = b->now_ms;
	if (open->leg.due_ms > b->wall_ms)
		new.due_ms += open->leg.due_ms - b->wall_ms;
	new.expires_ms = b->now_ms;
	if (open->leg.expires_ms > b->wall_ms)
		new.expires_ms += open->leg.expires_ms - b->wall_ms;
	queue_add(&b->queues, &new);
	return 0;
}

static void
damaged_leg(uint64_t no, void *arg)
{
	struct broker *b = arg;

	stats_alarm(&b->stats, b->wall_ms, "damaged",
	    "The kept leg number %llu does not match its tag.",
	    (unsigned long long)no);
}

static int
set_int(void *socket, int option, int64_t value)
{
	int n = value > INT_MAX ? INT_MAX : (int)value;

	return zmq_setsockopt(socket, option, &n, sizeof(n));
}

static int
set_router(struct broker *b, const struct curve_key *key)
{
	const struct settings *s = b->settings;
	int64_t max = WIRE_INLINE_BYTES_MAX + FRAME_SLACK;
	int64_t beat = s->session.heartbeat_ms;
	void *r = b->router;

	return set_int(r, ZMQ_ROUTER_MANDATORY, 1) ||
	       set_int(r, ZMQ_CURVE_SERVER, 1) ||
	       zmq_setsockopt(
		   r, ZMQ_CURVE_SECRETKEY, key->secret_key, CURVE_KEY_BYTES) ||
	       zmq_setsockopt(
		   r, ZMQ_ZAP_DOMAIN, GATE_DOMAIN, strlen(GATE_DOMAIN)) ||
	       set_int(r, ZMQ_ZAP_ENFORCE_DOMAIN, 1) ||
	       zmq_setsockopt(r, ZMQ_MAXMSGSIZE, &max, sizeof(max)) ||
	       set_int(r, ZMQ_HANDSHAKE_IVL, s->session.handshake_ms) ||
	       set_int(r, ZMQ_HEARTBEAT_IVL, beat) ||
	       set_int(r, ZMQ_HEARTBEAT_TIMEOUT, 3 * beat) ||
	       set_int(r, ZMQ_SNDHWM, s->session.send_messages) ||
	       set_int(r, ZMQ_RCVHWM, s->session.receive_messages) ||
	       set_int(r, ZMQ_BACKLOG, LISTEN_BACKLOG) ||
	       set_int(r, ZMQ_LINGER, STOP_LINGER_MS) ||
	       set_int(r, ZMQ_IPV6, strchr(s->listen, '[') != NULL);
}

static int
open_router(struct broker *b, struct why *why)
{
	struct curve_key key;
	size_t n = sizeof(b->endpoint);
	int rc;

	if ((rc = curve_load(b->settings->key, &key, why)) != 0)
		return rc;
	if (key.secret_key[0] == '\0') {
		why_set(why, WHY_NEVER, "key",
		    "%s holds no secret key: name the .key file.",
		    b->settings->key);
		return TSK_INVALID;
	}
	memcpy(b->public_key, key.public_key, CURVE_KEY_BYTES);
	b->router = zmq_socket(b->zmq, ZMQ_ROUTER);
	if (b->router == NULL || set_router(b, &key) != 0 ||
	    zmq_bind(b->router, b->settings->listen) != 0 ||
	    zmq_getsockopt(b->router, ZMQ_LAST_ENDPOINT, b->endpoint, &n) !=
		0) {
		why_set(why, WHY_NEVER, "listen", "Cannot listen on %s: %s.",
		    b->settings->listen, zmq_strerror(errno));
		rc = TSK_SYSTEM;
	}
	curve_wipe(&key);
	return rc;
}

int
broker_open(
    const struct settings *settings, struct broker **out, struct why *why)
{
	struct broker *b = mem_new(sizeof(*b));
	int rc;

	b->settings = settings;
	b->ways = settings_ways(settings);
	b->registry = registry_new();
	b->mandates = mandates_new(b->registry);
	b->now_ms = clock_mono_ms();
	b->started_ms = b->wall_ms = clock_wall_ms();
	b->apart_ms = b->wall_ms - b->now_ms;
	b->clogged_ms = -1;
	b->purge_ms = b->now_ms + UPKEEP_FIRST_PURGE_MS;
	queue_init(&b->queues);
	cache_init(&b->cache, (size_t)settings->limits.cache_bytes);
	hash_init(&b->sessions);
	buf_init(&b->frame, WIRE_BUF_MAX);
	b->zmq = zmq_ctx_new();
	if ((rc = open_store(b, why)) != 0)
		goto err;
	if ((rc = store_walk_open(b->store, add_open_leg, damaged_leg, b))) {
		why_set(why, WHY_NEVER, "store",
		    "The open legs cannot be read: %s.", err_text(rc));
		goto err;
	}
	upkeep_space(b);
	if ((rc = writer_start(b->store, &b->writer, why)) != 0 ||
	    (rc = gate_start(b->zmq, &b->gate, why)) != 0)
		goto err;
	gate_update(b->gate, b->registry);
	legs_sweep(b);
	quota_open(b);
	if ((rc = control_start(b, &b->control, why)) != 0 ||
	    (rc = open_router(b, why)) != 0)
		goto err;
	*out = b;
	return 0;
err:
	broker_close(&b);
	return rc;
}

void
broker_close(struct broker **b_p)
{
	struct broker *b = *b_p;
	struct work *work, *next;

	if (b == NULL)
		return;
	b->stopping = true;
	while (b->first != NULL)
		session_end(b, b->first, false);
	if (b->writer != NULL) {
		writer_retry(b->writer);
		writer_flush(b->writer, -1);
		writer_stop(b->writer);
		writer_flush(b->writer, -1);
		for (work = writer_take(b->writer); work; work = next) {
			next = work->next;
			work->done(b, work);
		}
	}
	legs_forget_wishes(b);
	control_free(&b->control);
	session_flush(b);
	session_reap(b);
	if (b->router != NULL)
		zmq_close(b->router);
	gate_free(&b->gate);
	if (b->zmq != NULL)
		zmq_ctx_term(b->zmq);
	writer_free(&b->writer);
	answer_free(&b->answers);
	origin_free(&b->origins);
	quota_free(&b->quotas);
	cache_fini(&b->cache);
	queue_fini(&b->queues);
	hash_fini(&b->sessions);
	mandates_free(&b->mandates);
	registry_free(&b->registry);
	buf_fini(&b->frame);
	store_close(&b->store);
	free(b);
	*b_p = NULL;
}

/* ---- reading ---- */

/* The frames of one message; those beyond any grammar are counted, not kept. */
static size_t
read_frames(struct broker *b, zmq_msg_t *frames, bool more)
{
	zmq_msg_t surplus;
	size_t n = 0;

	while (more && n < HEAR_FRAMES_MAX) {
		zmq_msg_init(&frames[n]);
		if (zmq_msg_recv(&frames[n], b->router, 0) < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		stats_add(&b->stats, STAT_BYTES_IN, zmq_msg_size(&frames[n]));
		more = zmq_msg_more(&frames[n++]);
	}
	while (more) {
		zmq_msg_init(&surplus);
		more = zmq_msg_recv(&surplus, b->router, 0) >= 0
			   ? zmq_msg_more(&surplus)
			   : errno == EINTR;
		zmq_msg_close(&surplus);
		n = HEAR_FRAMES_MAX + 1;
	}
	return n;
}

static void
read_rest(struct broker *b, zmq_msg_t *route, zmq_msg_t *header)
{
	zmq_msg_t frames[HEAR_FRAMES_MAX];
	struct hear_input in = {.header = header, .frames = frames};
	const uint8_t *id = zmq_msg_data(route);
	size_t i;

	in.frame_count = read_frames(b, frames, zmq_msg_more(header));
	/* ids that peers chose themselves would let one take another's place */
	if (zmq_msg_size(route) == SESSION_ROUTE_BYTES && id[0] == 0) {
		memcpy(in.route, id, SESSION_ROUTE_BYTES);
		in.user = zmq_msg_gets(header, "User-Id");
		in.key = zmq_msg_gets(header, GATE_KEY);
		hear_message(b, &in);
	} else {
		stats_add(&b->stats, STAT_BAD_MESSAGES, 1);
	}
	for (i = 0; i < in.frame_count && i < HEAR_FRAMES_MAX; i++)
		zmq_msg_close(&frames[i]);
}

/* One message; false when there is none. */
static bool
read_message(struct broker *b)
{
	zmq_msg_t route, header;
	int rc;

	zmq_msg_init(&route);
	while ((rc = zmq_msg_recv(&route, b->router, ZMQ_DONTWAIT)) < 0 &&
	       errno == EINTR)
		;
	if (rc < 0) {
		zmq_msg_close(&route);
		return false;
	}
	zmq_msg_init(&header);
	if (zmq_msg_more(&route)) {
		while ((rc = zmq_msg_recv(&header, b->router, 0)) < 0 &&
		       errno == EINTR)
			;
		if (rc >= 0)
			read_rest(b, &route, &header);
	}
	zmq_msg_close(&header);
	zmq_msg_close(&route);
	return true;
}

static bool
full(const struct broker *b)
{
	return writer_bytes(b->writer) >
	       (size_t)b->settings->limits.pending_bytes;
}

static void
read_messages(struct broker *b)
{
	size_t n;

	for (n = 0; n < TURN_MESSAGES && !full(b); n++) {
		if (!read_message(b))
			return;
	}
	b->busy = !full(b);
}

/* ---- the loop ---- */

static void
take_finished(struct broker *b)
{
	struct work *work, *next;

	for (work = writer_take(b->writer); work != NULL; work = next) {
		next = work->next;
		work->done(b, work);
	}
}

/* The store gave up: not one more word to anybody.  It has left itself a marker
 * and verifies at the next start. */
static void
store_broke(struct broker *b, const struct why *why)
{
	b->broken = true;
	b->exit_code = 1;
	stats_alarm(&b->stats, b->wall_ms, "store",
	    "The store gave up: %.200s Nothing is acknowledged any more.",
	    why->text);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return b >= 0 && b < a ? b : a;
}

static long
wait_ms(const struct broker *b)
{
	int64_t at = sooner(b->sessions_ms, b->space_ms), wait;

	at = sooner(at, b->clogged_ms);
	at = sooner(at, schedule_next(&b->queues.timers));
	at = sooner(at, b->purge_ms);
	at = sooner(at, writer_due(b->writer));
	wait = at - b->now_ms;
	return b->busy || wait <= 0 ? 0 : wait > 1000 ? 1000 : (long)wait;
}

static void
timers(struct broker *b)
{
	deliver_tick(b);
	if (b->now_ms >= b->sessions_ms) {
		session_tick(b);
		b->sessions_ms = b->now_ms + upkeep_session_ms(b);
	}
	if (b->clogged_ms >= 0 && b->now_ms >= b->clogged_ms) {
		post_retry(b);
		deliver_fetched(b);
	}
	if (b->now_ms >= b->space_ms)
		upkeep_second(b);
	if (b->now_ms >= b->purge_ms)
		upkeep_purge(b);
}

static void
begin_stop(struct broker *b)
{
	if (b->stopping)
		return;
	log_info("broker: result=stopping sessions=%zu", b->session_count);
	b->stopping = true;
	b->stop_ms = b->now_ms;
}

/* SIGHUP: read the policies again; anything else ends the broker. */
static void
hear_signal(struct broker *b, int fd)
{
	struct signalfd_siginfo info = {0};
	struct why why = {0};
	ssize_t n = read(fd, &info, sizeof(info));

	if (n == (ssize_t)sizeof(info) && info.ssi_signo == SIGHUP)
		(void)!reload_policies(b, "operator", &why); /* logged */
	else if (n >= 0 || errno != EAGAIN)
		begin_stop(b);
}

/* All that was taken in is answered, or can't be. */
static bool
stopped(struct broker *b)
{
	if (!b->stopping)
		return false;
	return writer_count(b->writer) == writer_stalled(b->writer) ||
	       b->now_ms - b->stop_ms > STOP_LIMIT_MS;
}

/* Times in memory are monotonic, but paper is due at an hour of the wall clock:
 * it must be that hour also when the machine slept, or its clock was set. */
static void
look_at_clocks(struct broker *b)
{
	int64_t jump = b->wall_ms - b->now_ms - b->apart_ms;

	if (llabs(jump) < CLOCK_JUMP_MS)
		return;
	b->apart_ms += jump;
	log_line(llabs(jump) < CLOCK_ODD_MS ? LOG_INFO_ : LOG_WARN_,
	    "broker: result=clock-jumped by_ms=%lld", (long long)jump);
	queue_jump(&b->queues, jump);
}

static void
turn(struct broker *b, zmq_pollitem_t *items)
{
	struct why why = {0};

	b->now_ms = clock_mono_ms();
	b->wall_ms = clock_wall_ms();
	look_at_clocks(b);
	b->turns++;
	b->busy = false;
	if (items[0].revents & ZMQ_POLLIN)
		read_messages(b);
	/* the writer may begin while we go on */
	writer_flush(b->writer, b->stopping ? -1 : b->now_ms);
	if (items[1].revents != 0) {
		if (writer_broken(b->writer, &why)) {
			store_broke(b, &why);
			return;
		}
		take_finished(b);
		legs_wishes(b);
	}
	if (items[2].revents != 0)
		control_serve(b);
	if (items[3].revents != 0)
		hear_signal(b, items[3].fd);
	timers(b);
	deliver_run(b);
	CRASH_POINT("broker-before-answers");
	session_flush(b);
	CRASH_POINT("broker-after-answers");
	writer_flush(b->writer, b->stopping ? -1 : b->now_ms);
	session_reap(b);
}

static void
say_bye(struct broker *b)
{
	while (b->first != NULL)
		session_bye(b, b->first, REFUSAL_STOPPING, NULL);
	session_flush(b);
}

/* While a commit runs, what agents say can only join the next one: let it come
 * together for a moment instead of waking up for every message. */
static void
wait_for_work(struct broker *b, zmq_pollitem_t *items)
{
	size_t skip = writer_busy(b->writer) || full(b) ? 1 : 0;
	long ms = wait_ms(b);

	items[0].revents = 0;
	if (skip == 1 && !full(b) && ms > GATHER_MS)
		ms = GATHER_MS;
	if (zmq_poll(items + skip, 4 - (int)skip, ms) < 0 && errno != EINTR)
		panic("broker: poll: %s", zmq_strerror(errno));
	if (skip == 1 && !full(b))
		items[0].revents = ZMQ_POLLIN; /* reading finds out */
}

int
broker_run(struct broker *b, int signal_fd)
{
	zmq_pollitem_t items[4] = {
	    {b->router, 0, ZMQ_POLLIN, 0},
	    {NULL, writer_fd(b->writer), ZMQ_POLLIN, 0},
	    {NULL, control_fd(b->control), ZMQ_POLLIN, 0},
	    {NULL, signal_fd, ZMQ_POLLIN, 0},
	};

	log_info("broker: endpoint=%s key=%s open_legs=%zu result=ready",
	    b->endpoint, b->public_key, b->queues.legs.count);
	while (!b->broken && !stopped(b)) {
		items[3].events = b->stopping ? 0 : ZMQ_POLLIN;
		wait_for_work(b, items);
		turn(b, items);
	}
	if (!b->broken)
		say_bye(b);
	log_info("broker: result=%s", b->broken ? "broken" : "stopped");
	return b->exit_code;
}

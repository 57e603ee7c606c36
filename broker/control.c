/* NAME
 *	control - the operator's door
 * DESCRIPTION
 *	The commands are tables in control_read.c and control_act.c.
 * BUGS
 *	A long backup keeps other commands waiting (never the mail).
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <zmq.h>

#include "clock.h"
#include "err.h"

#include "control.h"
#include "remind.h"

#define REQUEST_BYTES_MAX (64 * 1024 * 1024) /* a registry of all Japan */
#define ENVELOPE_MAX      8
#define WAIT_SECONDS      60
#define TICK_MS           10000

struct control {
	struct broker *broker; /* for the net thread's handlers only */
	struct control_view view;
	int64_t reminded_ms; /* see remind.h */
	void *socket;
	int net_fd, stop_fd;
	pthread_t thread;
	bool started, stop;
	pthread_mutex_t lock;
	pthread_cond_t answered;
	struct request *first, *last; /* guarded */
};

json_t *
control_error(const char *code, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return json_pack("{s:b,s:s,s:s}", "ok", 0, "code", code, "error", text);
}

const char *
control_text(const json_t *in, const char *field)
{
	const char *text = json_string_value(json_object_get(in, field));

	return text != NULL ? text : "";
}

int64_t
control_number(const json_t *in, const char *field, int64_t absent)
{
	const json_t *v = json_object_get(in, field);

	return json_is_integer(v) ? (int64_t)json_integer_value(v) : absent;
}

/* ---- between the threads ---- */

static void
request_unref(struct request *rq)
{
	if (--rq->refs > 0)
		return;
	json_decref(rq->out);
	json_decref(rq->in);
	free(rq);
}

void
control_answer(struct request *rq, json_t *out)
{
	struct control *c = rq->control;

	pthread_mutex_lock(&c->lock);
	rq->out = out;
	rq->done = true;
	pthread_cond_broadcast(&c->answered);
	request_unref(rq);
	pthread_mutex_unlock(&c->lock);
}

static const struct control_command *
find(const struct control_command *table, const char *name)
{
	for (; table->name != NULL; table++) {
		if (strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

void
control_serve(struct broker *b)
{
	struct control *c = b->control;
	struct request *rq, *next;
	uint64_t n;

	while (read(c->net_fd, &n, sizeof(n)) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&c->lock);
	rq = c->first;
	c->first = c->last = NULL;
	pthread_mutex_unlock(&c->lock);
	for (; rq != NULL; rq = next) {
		next = rq->next;
		find(control_acts, control_text(rq->in, "command"))->net(b, rq);
	}
}

static json_t *
ask_net(struct control *c, const json_t *in)
{
	struct request *rq = mem_new(sizeof(*rq));
	int64_t until_ms = clock_mono_ms() + WAIT_SECONDS * 1000;
	struct timespec until = {.tv_sec = (time_t)(until_ms / 1000)};
	uint64_t one = 1;
	json_t *out = NULL;

	rq->in = json_incref((json_t *)in);
	rq->refs = 2;
	rq->control = c;
	pthread_mutex_lock(&c->lock);
	if (c->last != NULL)
		c->last->next = rq;
	else
		c->first = rq;
	c->last = rq;
	while (write(c->net_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	while (!rq->done && !c->stop &&
	       pthread_cond_timedwait(&c->answered, &c->lock, &until) == 0)
		;
	if (rq->done)
		out = json_incref(rq->out);
	request_unref(rq);
	pthread_mutex_unlock(&c->lock);
	return out != NULL ? out
			   : control_error("timeout",
				 "The broker did not answer in time.");
}

/* ---- the thread ---- */

/* What the store said is the question to the net thread, if that has a half of
 * the command. */
static json_t *
both_halves(struct control *c, const char *name, json_t *first)
{
	json_t *out;

	if (find(control_acts, name) == NULL ||
	    !json_is_true(json_object_get(first, "ok")))
		return first;
	out = ask_net(c, first);
	json_decref(first);
	return out;
}

static json_t *
run(struct control *c, const json_t *in)
{
	const struct control_command *command;
	const char *name = control_text(in, "command");
	json_t *out;

	if (!json_is_object(in))
		out = control_error("malformed", "This is no JSON object.");
	else if ((command = find(control_reads, name)) != NULL)
		out = both_halves(c, name, command->store(&c->view, in));
	else if (find(control_acts, name) != NULL)
		out = ask_net(c, in);
	else
		out = control_error("unknown", "There is no such command.");
	return out;
}

static json_t *
run_text(struct control *c, const void *p, size_t n)
{
	json_error_t error;
	json_t *in = json_loadb(p, n, JSON_REJECT_DUPLICATES, &error);
	json_t *out = run(c, in);

	json_decref(in);
	return out;
}

/* What nobody asks for but the calendar. */
static void
look_at_calendar(struct control *c)
{
	json_t *in = remind_due(&c->view, clock_wall_ms(), &c->reminded_ms);

	if (in == NULL)
		return;
	json_decref(run(c, in));
	json_decref(in);
}

static void
answer(struct control *c, zmq_msg_t *envelope, size_t count, json_t *out)
{
	char *text = json_dumps(out, JSON_COMPACT);
	size_t i;

	for (i = 0; i < count; i++)
		zmq_msg_send(&envelope[i], c->socket, ZMQ_SNDMORE);
	if (text == NULL)
		text = mem_text("{\"ok\":false,\"code\":\"internal\","
				"\"error\":\"The answer is no JSON.\"}");
	zmq_send(c->socket, text, strlen(text), 0);
	free(text);
}

/* Everything before the last frame is the way back (REQ adds a delimiter). */
static void
serve_one(struct control *c)
{
	zmq_msg_t parts[ENVELOPE_MAX], last;
	size_t count = 0;
	json_t *out;
	int rc;

	zmq_msg_init(&last);
	while ((rc = zmq_msg_recv(&last, c->socket, 0)) >= 0 &&
	       zmq_msg_more(&last)) {
		if (count < ENVELOPE_MAX) {
			zmq_msg_init(&parts[count]);
			zmq_msg_move(&parts[count++], &last);
		}
	}
	if (rc >= 0 && count > 0 && count < ENVELOPE_MAX) {
		out = run_text(c, zmq_msg_data(&last), zmq_msg_size(&last));
		answer(c, parts, count, out);
		json_decref(out);
	}
	while (count > 0)
		zmq_msg_close(&parts[--count]);
	zmq_msg_close(&last);
}

static void *
control_main(void *arg)
{
	struct control *c = arg;
	zmq_pollitem_t items[2] = {
	    {c->socket, 0, ZMQ_POLLIN, 0}, {NULL, c->stop_fd, ZMQ_POLLIN, 0}};
	bool reminds = c->view.settings->expected.remind[0] != '\0';
	long tick_ms = reminds ? TICK_MS : -1;

	for (;;) {
		if (zmq_poll(items, 2, tick_ms) < 0 && errno != EINTR)
			break;
		if (tick_ms > 0)
			look_at_calendar(c);
		if (items[1].revents != 0)
			break;
		if (items[0].revents & ZMQ_POLLIN)
			serve_one(c);
	}
	return NULL;
}

/* ---- start and stop ---- */

static int
bind_socket(struct control *c, struct broker *b, struct why *why)
{
	char endpoint[512];
	int64_t max = REQUEST_BYTES_MAX;
	int linger = 1000;

	snprintf(endpoint, sizeof(endpoint), "ipc://%s/control.sock",
	    b->settings->data);
	c->socket = zmq_socket(b->zmq, ZMQ_ROUTER);
	if (c->socket == NULL ||
	    zmq_setsockopt(c->socket, ZMQ_MAXMSGSIZE, &max, sizeof(max)) ||
	    zmq_setsockopt(c->socket, ZMQ_LINGER, &linger, sizeof(linger)) ||
	    zmq_bind(c->socket, endpoint) != 0) {
		why_set(why, WHY_NEVER, "control",
		    "Cannot bind %s: %s (a path may have about 100 characters).",
		    endpoint, zmq_strerror(errno));
		return TSK_SYSTEM;
	}
	return 0;
}

int
control_start(struct broker *b, struct control **out, struct why *why)
{
	struct control *c = mem_new(sizeof(*c));
	pthread_condattr_t monotonic;
	int rc;

	c->broker = b;
	c->view.store = b->store;
	c->view.settings = b->settings;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&c->answered, &monotonic);
	pthread_condattr_destroy(&monotonic);
	c->net_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->net_fd < 0 || c->stop_fd < 0) {
		why_system(why, WHY_LATER, "eventfd");
		goto err;
	}
	if (bind_socket(c, b, why) != 0)
		goto err;
	if ((rc = pthread_create(&c->thread, NULL, control_main, c)) != 0) {
		errno = rc;
		why_system(why, WHY_LATER, "control thread");
		goto err;
	}
	c->started = true;
	*out = c;
	return 0;
err:
	control_free(&c);
	return TSK_SYSTEM;
}

int
control_fd(const struct control *c)
{
	return c->net_fd;
}

void
control_stop(struct control *c)
{
	uint64_t one = 1;

	if (!c->started)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_broadcast(&c->answered);
	pthread_mutex_unlock(&c->lock);
	while (write(c->stop_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(c->thread, NULL);
	c->started = false;
}

void
control_free(struct control **c_p)
{
	struct control *c = *c_p;
	struct request *rq;

	if (c == NULL)
		return;
	control_stop(c);
	while ((rq = c->first) != NULL) {
		c->first = rq->next;
		request_unref(rq);
	}
	if (c->socket != NULL)
		zmq_close(c->socket);
	if (c->net_fd >= 0)
		close(c->net_fd);
	if (c->stop_fd >= 0)
		close(c->stop_fd);
	pthread_cond_destroy(&c->answered);
	pthread_mutex_destroy(&c->lock);
	free(c);
	*c_p = NULL;
}

/* NAME
 *	control - ask the broker over its control socket
 * SUMMARY
 *	See control.h.
 * DESCRIPTION
 *	libzmq connects for ever and says nothing when nobody is there.  So the
 *	socket file is first tried with a plain connect(2), which tells "no
 *	broker" from "a broker that crashed left its file" from "not your user",
 *	and the socket is watched: who asks a broker that ends is told at once.
 *
 *	A socket path holds 107 bytes.  Data folders of tests and labs can be
 *	deeper, so a long path is reached through /proc/self/fd.
 * DIAGNOSTICS
 *	Codes in struct why: no-broker, not-allowed, no-answer, bad-answer, or
 *	the broker's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <czmq.h>

#include "buf.h"
#include "clock.h"
#include "err.h"

#include "control.h"

struct control {
	zsock_t *socket;
	void *monitor; /* of the socket: says when the broker ends */
	int ms;        /* patience */
	int folder;    /* held open while a path runs through it; or -1 */
};

/* A name of ${path} that fits into a socket address. */
static int
short_path(const char *path, int *folder, char *out, size_t max)
{
	const char *slash = strrchr(path, '/');
	struct buf dir;
	int n;

	*folder = -1;
	if (strlen(path) < max || slash == NULL)
		n = snprintf(out, max, "%s", path);
	else {
		buf_init(&dir, 4096);
		buf_add(&dir, path, (size_t)(slash - path) + 1);
		*folder = open(dir.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
		buf_fini(&dir);
		if (*folder < 0)
			return TSK_SYSTEM;
		n = snprintf(out, max, "/proc/self/fd/%d%s", *folder, slash);
	}
	if (n < 0 || (size_t)n >= max) {
		errno = ENAMETOOLONG;
		return TSK_SYSTEM;
	}
	return 0;
}

/* Is somebody listening?  errno tells why not. */
static int
probe(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc, kept;

	if (fd < 0)
		return TSK_SYSTEM;
	rc = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	kept = errno;
	close(fd);
	errno = kept;
	return rc == 0 ? 0 : TSK_SYSTEM;
}

static int
explain(const char *path, struct why *why)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		why_set(why, WHY_LATER, "no-broker",
		    "No broker is running: there is no %s. Start tasukid, or "
		    "name its data folder with --data.",
		    path);
		return TSK_NOTFOUND;
	case ECONNREFUSED:
		why_set(why, WHY_LATER, "no-broker",
		    "No broker is running: %s was left by one that ended. "
		    "Start tasukid.",
		    path);
		return TSK_NOTFOUND;
	case EACCES:
	case EPERM:
		why_set(why, WHY_NEVER, "not-allowed",
		    "This user may not control the broker at %s. Run the "
		    "command as the user tasukid runs as.",
		    path);
		return TSK_DENIED;
	default:
		why_system(why, WHY_LATER, path);
		return TSK_SYSTEM;
	}
}

/* The address is new each time: libzmq gives an old one back late. */
static void
watch(struct control *control)
{
	char address[64];

	snprintf(address, sizeof(address), "inproc://control-%p-%lld",
	    (void *)control, (long long)clock_mono_ns());
	control->monitor = zmq_socket(zsys_init(), ZMQ_PAIR);
	if (control->monitor == NULL ||
	    zmq_socket_monitor(zsock_resolve(control->socket), address,
		ZMQ_EVENT_DISCONNECTED) == -1 ||
	    zmq_connect(control->monitor, address) == -1)
		panic("no ZeroMQ monitor");
}

int
control_open(const char *path, struct control **out, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct control *control = mem_new(sizeof(*control));
	int rc;

	*out = NULL;
	control->folder = -1;
	control->ms = CONTROL_TIMEOUT_MS;
	if (short_path(path, &control->folder, address.sun_path,
		sizeof(address.sun_path)) != 0 ||
	    probe(&address) != 0) {
		rc = explain(path, why);
		goto err;
	}
	zsys_set_logstream(NULL);
	control->socket = zsock_new(ZMQ_DEALER);
	if (control->socket == NULL)
		panic("no ZeroMQ socket");
	zsock_set_linger(control->socket, 0);
	zsock_set_sndtimeo(control->socket, CONTROL_TIMEOUT_MS);
	zsock_set_rcvtimeo(control->socket, 0); /* answer() waits */
	watch(control);
	if (zsock_connect(control->socket, "ipc://%s", address.sun_path) != 0) {
		why_system(why, WHY_LATER, path);
		rc = TSK_SYSTEM;
		goto err;
	}
	*out = control;
	return 0;
err:
	control_close(&control);
	return rc;
}

void
control_patience(struct control *control, int ms)
{
	control->ms = ms;
}

void
control_close(struct control **control)
{
	if (*control == NULL)
		return;
	zsock_destroy(&(*control)->socket);
	if ((*control)->monitor != NULL)
		zmq_close((*control)->monitor);
	if ((*control)->folder >= 0)
		close((*control)->folder);
	free(*control);
	*control = NULL;
}

/* The last frame of a message is the document. */
static json_t *
parse(zmsg_t *msg)
{
	zframe_t *frame = zmsg_last(msg);

	return frame == NULL ? NULL
			     : json_loadb((const char *)zframe_data(frame),
				   zframe_size(frame), 0, NULL);
}

static int
judge(json_t *answer, struct why *why)
{
	const char *code = "bad-answer";
	const char *text = "The broker's answer is not one this program "
			   "knows. Do their versions differ?";
	json_t *ok = json_object_get(answer, "ok");

	if (json_is_true(ok))
		return 0;
	if (!json_is_false(ok)) {
		why_set(why, WHY_BUG, code, "%s", text);
		return TSK_DAMAGED;
	}
	code = "refused";
	text = "The broker refused without saying why.";
	(void)json_unpack(answer, "{s?s, s?s}", "code", &code, "error", &text);
	why_set(why, WHY_NEVER, code, "%s", text);
	return TSK_INVALID;
}

/* The answer, or NULL and why there is none. */
static zmsg_t *
answer_of(struct control *control, struct why *why)
{
	zmq_pollitem_t items[] = {
	    {.socket = zsock_resolve(control->socket), .events = ZMQ_POLLIN},
	    {.socket = control->monitor, .events = ZMQ_POLLIN},
	};
	int64_t until = clock_mono_ms() + control->ms, left;
	int ready = 0;

	while (ready == 0 && (left = until - clock_mono_ms()) > 0) {
		ready = zmq_poll(items, 2, (long)left);
		if (ready < 0 && errno == EINTR && !zsys_interrupted)
			ready = 0;
	}
	/* what came before the end counts */
	zmsg_t *msg = ready > 0 ? zmsg_recv(control->socket) : NULL;
	if (msg == NULL && ready > 0)
		why_set(why, WHY_LATER, "no-answer",
		    "The broker ended before it answered, and may have done "
		    "what it was asked. Start it and look before you ask "
		    "again.");
	else if (msg == NULL)
		why_set(why, WHY_LATER, "no-answer",
		    "The broker did not answer within %d seconds.",
		    control->ms / 1000);
	return msg;
}

int
control_ask(struct control *control, const json_t *request, json_t **answer,
    struct why *why)
{
	char *text = json_dumps(request, JSON_COMPACT);
	zmsg_t *msg = NULL;
	int rc;

	*answer = NULL;
	if (text == NULL) {
		why_set(why, WHY_BUG, "bad-request",
		    "An argument is not valid UTF-8.");
		return TSK_INVALID;
	}
	rc = zstr_send(control->socket, text);
	free(text);
	if (rc != 0)
		why_set(why, WHY_LATER, "no-answer",
		    "The broker does not take the question.");
	else
		msg = answer_of(control, why);
	if (msg == NULL)
		return TSK_LATER;
	*answer = parse(msg);
	zmsg_destroy(&msg);
	return judge(*answer, why);
}

/* NAME
 *	room - a real tasukid on a temporary folder and a loopback port
 * DIAGNOSTICS
 *	The broker's own words go to FOLDER/log; its end is shown when it does
 *	not come up.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <zmq.h>

#include "clock.h"
#include "err.h"
#include "file.h"

#include "room.h"

#define START_MS 60000

static void
give_up(const struct room *room, const char *what)
{
	char command[512];

	fprintf(stderr, "bench: %s\n", what);
	if (room->folder[0] != '\0') {
		snprintf(command, sizeof(command), "tail -n 20 '%s/log' >&2",
		    room->folder);
		if (system(command) != 0)
			fprintf(stderr, "bench: no log\n");
	}
	if (room->pid > 0)
		kill(room->pid, SIGKILL);
	exit(1);
}

void
room_office(bool sender, unsigned i, char out[NUMBER_OFFICE_BYTES])
{
	size_t n;

	snprintf(out, NUMBER_OFFICE_BYTES, "13%c%06u", sender ? '7' : '8',
	    i % 1000000);
	n = strlen(out);
	out[n] = number_check_digit(out, n);
	out[n + 1] = '\0';
}

static void
write_settings(const struct room *room, unsigned window)
{
	/* logging is part of the work: the default level, unless told */
	const char *level = getenv("TASUKI_BENCH_LOG");
	char path[320];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tasukid.conf", room->folder);
	f = fopen(path, "we");
	if (f == NULL)
		give_up(room, "no settings file");
	fprintf(f,
	    "listen = \"tcp://127.0.0.1:*\"\n"
	    "data = \"%s/data\"\n"
	    "key = \"%s/broker.key\"\n"
	    "log = \"%s\"\n"
	    "limits\n"
	    "    submit_parcels = \"%u\"\n"
	    "    queue_parcels = \"2000000\"\n",
	    room->folder, room->folder, level == NULL ? "info" : level,
	    window < 256 ? 256 : window);
	fclose(f);
}

void
room_make(struct room *room, const char *program, unsigned senders,
    unsigned receivers, unsigned window)
{
	const char *base = getenv("TMPDIR");
	char path[320];
	struct why why;

	memset(room, 0, sizeof(*room));
	snprintf(room->program, sizeof(room->program), "%s", program);
	snprintf(room->folder, sizeof(room->folder), "%s/tasuki-bench-XXXXXX",
	    base != NULL ? base : "/tmp");
	if (mkdtemp(room->folder) == NULL)
		give_up(room, "no temporary folder");
	room->senders = senders;
	room->receivers = receivers;
	room->agents = mem_new((senders + receivers) * sizeof(*room->agents));
	for (unsigned i = 0; i < senders + receivers; i++)
		curve_new(&room->agents[i]);
	curve_new(&room->broker);
	snprintf(path, sizeof(path), "%s/broker", room->folder);
	if (curve_save(path, &room->broker, &why) != 0)
		give_up(room, why.text);
	write_settings(room, window);
}

static void
run(const struct room *room)
{
	char settings[320], log[320];
	int fd;

	snprintf(settings, sizeof(settings), "%s/tasukid.conf", room->folder);
	snprintf(log, sizeof(log), "%s/log", room->folder);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execl(room->program, room->program, "--config", settings, (char *)NULL);
	fprintf(stderr, "%s: %s\n", room->program, strerror(errno));
	_exit(127);
}

static void
nap_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

void
room_start(struct room *room)
{
	json_t *status;
	const char *endpoint;
	int ended;

	room->started_ns = clock_mono_ns();
	room->pid = fork();
	if (room->pid == 0)
		run(room);
	for (int i = 0;; i++) {
		status = room_ask(
		    room, json_pack("{s:s}", "command", "status"), 1000);
		if (status != NULL)
			break;
		if (i >= START_MS)
			give_up(room, "the broker does not answer");
		if (waitpid(room->pid, &ended, WNOHANG) == room->pid) {
			room->pid = 0;
			give_up(room, "the broker ended");
		}
		nap_ms(1);
	}
	room->ready_ms = (double)(clock_mono_ns() - room->started_ns) / 1e6;
	endpoint = json_string_value(json_object_get(status, "endpoint"));
	if (endpoint == NULL)
		give_up(room, "the broker's status names no endpoint");
	snprintf(room->endpoint, sizeof(room->endpoint), "%s", endpoint);
	json_decref(status);
}

static json_t *
exchange(void *socket, const char *text, int timeout_ms)
{
	zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
	json_t *answer;
	zmq_msg_t msg;

	zmq_send(socket, text, strlen(text), 0);
	if (zmq_poll(&item, 1, timeout_ms) <= 0)
		return NULL;
	zmq_msg_init(&msg);
	zmq_msg_recv(&msg, socket, 0);
	answer = json_loadb(zmq_msg_data(&msg), zmq_msg_size(&msg), 0, NULL);
	zmq_msg_close(&msg);
	return answer;
}

json_t *
room_ask(struct room *room, json_t *request, int timeout_ms)
{
	char endpoint[320], path[300];
	int linger = 0, again_ms = 1;
	json_t *answer = NULL;
	void *zmq, *socket;
	char *text;

	snprintf(path, sizeof(path), "%s/data/control.sock", room->folder);
	if (access(path, F_OK) != 0) {
		json_decref(request);
		return NULL;
	}
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	zmq = zmq_ctx_new();
	socket = zmq_socket(zmq, ZMQ_DEALER);
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	/* a socket file left by a killed broker must not cost a tenth of a
	 * second */
	zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &again_ms, sizeof(again_ms));
	snprintf(endpoint, sizeof(endpoint), "ipc://%s", path);
	if (zmq_connect(socket, endpoint) == 0)
		answer = exchange(socket, text, timeout_ms);
	zmq_close(socket);
	zmq_ctx_term(zmq);
	free(text);
	return answer;
}

static void
must(struct room *room, json_t *request)
{
	json_t *answer = room_ask(room, request, 60000);
	json_t *errors = json_object_get(answer, "errors");

	if (!json_is_true(json_object_get(answer, "ok")) ||
	    json_array_size(errors) != 0) {
		json_dumpf(answer, stderr, JSON_ENCODE_ANY);
		give_up(room, "the broker refused its registry");
	}
	json_decref(answer);
}

static void
add_row(json_t *rows, bool sender, unsigned i)
{
	char number[NUMBER_OFFICE_BYTES], agent[32];

	room_office(sender, i, number);
	snprintf(
	    agent, sizeof(agent), "%s-%u", sender ? "sender" : "receiver", i);
	json_array_append_new(
	    rows, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}",
		      "office_number", number, "service_type", "", "name",
		      agent, "inside", "1", "way", "bus", "fax_number", "",
		      "folder_agent", agent, "valid_from", "", "valid_to", ""));
}

void
room_register(struct room *room)
{
	json_t *rows = json_array();
	char agent[32];

	for (unsigned i = 0; i < room->senders + room->receivers; i++) {
		bool sender = i < room->senders;
		unsigned no = sender ? i : i - room->senders;

		add_row(rows, sender, no);
		snprintf(agent, sizeof(agent), "%s-%u",
		    sender ? "sender" : "receiver", no);
		must(room, json_pack("{s:s,s:s,s:s,s:s}", "command",
			       "agent.add", "name", agent, "public_key",
			       room->agents[i].public_key, "role", "office"));
	}
	must(room, json_pack("{s:s,s:o,s:b}", "command", "registry.import",
		       "rows", rows, "dry_run", 0));
}

void
room_open(struct room *room, const char *program, unsigned senders,
    unsigned receivers, unsigned window)
{
	room_make(room, program, senders, receivers, window);
	room_start(room);
	room_register(room);
}

void
room_kill(struct room *room, int signal)
{
	int ended;

	if (room->pid <= 0)
		return;
	kill(room->pid, signal);
	waitpid(room->pid, &ended, 0);
	room->pid = 0;
}

void
room_close(struct room *room)
{
	int fd;

	room_kill(room, SIGTERM);
	for (unsigned i = 0; i < room->senders + room->receivers; i++)
		curve_wipe(&room->agents[i]);
	free(room->agents);
	curve_wipe(&room->broker);
	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		char *slash = strrchr(room->folder, '/');
		int dir;

		*slash = '\0';
		dir = open(room->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0 || file_remove_tree(dir, slash + 1) != 0)
			fprintf(stderr, "bench: %s/%s stays\n", room->folder,
			    slash + 1);
		close(dir);
		close(fd);
	}
}

double
room_count(struct room *room, const char *group, const char *name)
{
	json_t *status =
	    room_ask(room, json_pack("{s:s}", "command", "status"), 5000);
	double value = json_number_value(
	    json_object_get(json_object_get(status, group), name));

	json_decref(status);
	return value;
}

/* NAME
 *	control - people look at jobs and decide (tasukictl hub)
 * SUMMARY
 *	see control.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "clock.h"

#include "control.h"

#define SOCKET_NAME "control.sock"

struct control {
	zloop_t *loop;
	zsock_t *socket;
	struct send *send;
	const struct inbound *inbound;
	void (*changed)(void *arg);
	void *arg;
};

static json_t *
refuse(const char *code, const char *sentence)
{
	return json_pack(
	    "{s:b,s:s,s:s}", "ok", 0, "code", code, "error", sentence);
}

static const char *
text_of(const json_t *request, const char *name)
{
	const char *text = json_string_value(json_object_get(request, name));

	return text != NULL ? text : "";
}

/* ---- rows ---- */

static json_t *
row_of(const struct job *job)
{
	char key[JOB_KEY_BYTES], id[ID_TEXT_BYTES];
	json_t *row = json_pack(
	    "{s:s,s:s,s:i,s:s,s:s,s:s,s:s,s:i,s:I,s:I,s:I,s:s,s:s,s:s,s:s,s:i,"
	    "s:b}",
	    "job", job_key_of(job, key), "id", id_text(&job->id, id), "leg",
	    (int)job->leg, "state", job_state_name(job->state), "from",
	    job->from, "to", job->to, "month", job->month, "tries",
	    (int)job->tries, "made_ms", (json_int_t)job->made_ms, "handed_ms",
	    (json_int_t)job->handed_ms, "seen_ms", (json_int_t)job->seen_ms,
	    "code", job->code, "text", job->text, "by", job->by, "folder",
	    job->folder != NULL ? job->folder : "", "files",
	    (int)job->name_count, "lent", job->lent);

	return row != NULL ? row : json_object();
}

static json_t *
jobs(struct control *c, const json_t *request)
{
	json_t *rows = json_array();

	(void)request;
	for (struct job *job = send_first(c->send); job != NULL;
	     job = job->next)
		json_array_append_new(rows, row_of(job));
	return json_pack("{s:b,s:o,s:I}", "ok", 1, "jobs", rows, "inbound",
	    (json_int_t)inbound_count(c->inbound));
}

/* A job is named by the beginning of its key, as long as only one begins so. */
static struct job *
named(struct control *c, const json_t *request, json_t **answer)
{
	const char *name = text_of(request, "job");
	struct job *found = NULL;
	char key[JOB_KEY_BYTES];

	for (struct job *job = send_first(c->send); job != NULL;
	     job = job->next) {
		if (strncmp(job_key_of(job, key), name, strlen(name)) != 0)
			continue;
		if (found != NULL) {
			*answer = refuse("ambiguous",
			    "More than one job has a name that begins so.");
			return NULL;
		}
		found = job;
	}
	if (found == NULL)
		*answer = refuse("not-found",
		    "There is no job of that name that is not over.");
	return found;
}

static json_t *
show(struct control *c, const json_t *request)
{
	json_t *answer = NULL;
	struct job *job = named(c, request, &answer);

	if (job == NULL)
		return answer;
	return json_pack("{s:b,s:o}", "ok", 1, "job", row_of(job));
}

static json_t *
seen(struct control *c, const json_t *request)
{
	const char *by = text_of(request, "by");
	json_t *answer = NULL;
	struct job *job = named(c, request, &answer);

	if (job == NULL)
		return answer;
	if (by[0] == '\0')
		return refuse("nobody", "Somebody says so: who?");
	if (send_seen(c->send, job, by, clock_wall_ms()) < 0)
		return refuse("state", "Only what was handed over is seen.");
	answer = json_pack("{s:b,s:o}", "ok", 1, "job", row_of(job));
	c->changed(c->arg);
	return answer;
}

static json_t *
retry(struct control *c, const json_t *request)
{
	json_t *answer = NULL;
	struct job *job = named(c, request, &answer);

	if (job == NULL)
		return answer;
	if (send_retry(c->send, job, clock_wall_ms()) < 0)
		return refuse("state", "It does not wait for another try.");
	answer = json_pack("{s:b,s:o}", "ok", 1, "job", row_of(job));
	c->changed(c->arg);
	return answer;
}

static const struct command {
	const char *name;
	json_t *(*run)(struct control *c, const json_t *request);
} commands[] = {
    {"hub.jobs", jobs},
    {"hub.show", show},
    {"hub.seen", seen},
    {"hub.retry", retry},
};

/* ---- the socket ---- */

static json_t *
answer_to(struct control *c, const char *text)
{
	json_t *request = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *name = text_of(request, "command");
	json_t *answer = NULL;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			answer = commands[i].run(c, request);
	json_decref(request);
	return answer != NULL ? answer
			      : refuse("unknown", "There is no such command.");
}

static int
on_request(zloop_t *loop, zsock_t *socket, void *arg)
{
	zmsg_t *message = zmsg_recv(socket);
	struct control *c = arg;

	(void)loop;
	if (message == NULL)
		return 0;
	/* all before the last frame is the way back */
	zframe_t *frame = zmsg_last(message);
	char *request = zframe_strdup(frame);
	json_t *answer = answer_to(c, request);
	char *text = json_dumps(answer, JSON_COMPACT);

	zmsg_remove(message, frame);
	zframe_destroy(&frame);
	zmsg_addstr(message, text != NULL ? text : "{\"ok\":false}");
	zmsg_send(&message, socket);
	zmsg_destroy(&message);
	json_decref(answer);
	free(text);
	free(request);
	return 0;
}

/* A socket path holds 107 bytes; folders may be deeper, so it is reached
 * through our open descriptor of the folder. */
int
control_new(zloop_t *loop, struct spool *spool, struct send *send,
    const struct inbound *inbound, void (*changed)(void *arg), void *arg,
    struct control **out, struct why *why)
{
	struct control *c = mem_new(sizeof(*c));

	c->loop = loop;
	c->send = send;
	c->inbound = inbound;
	c->changed = changed;
	c->arg = arg;
	c->socket = zsock_new(ZMQ_ROUTER);
	*out = c;
	mode_t old = umask(0077);
	int rc = zsock_bind(c->socket, "ipc:///proc/self/fd/%d/" SOCKET_NAME,
	    spool_dirfd(spool));
	umask(old);
	if (rc < 0) {
		why_system(why, WHY_LATER, SOCKET_NAME);
		control_free(out);
		return TSK_SYSTEM;
	}
	zsock_set_linger(c->socket, 0);
	zloop_reader(loop, c->socket, on_request, c);
	zloop_reader_set_tolerant(loop, c->socket);
	return 0;
}

void
control_free(struct control **control_p)
{
	struct control *c = *control_p;

	if (c == NULL)
		return;
	if (c->socket != NULL) {
		zloop_reader_end(c->loop, c->socket);
		zsock_destroy(&c->socket);
	}
	free(c);
	*control_p = NULL;
}

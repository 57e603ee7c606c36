/* NAME
 *	talk - the socket at which people look at an agent and decide
 * SUMMARY
 *	see talk.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "talk.h"

#define SOCKET_NAME "control.sock"

struct talk {
	zloop_t *loop;
	zsock_t *socket;
	const struct talk_command *commands;
	size_t count;
	void *arg;
};

json_t *
talk_refuse(const char *code, const char *sentence)
{
	return json_pack(
	    "{s:b,s:s,s:s}", "ok", 0, "code", code, "error", sentence);
}

const char *
talk_text(const json_t *request, const char *name)
{
	const char *text = json_string_value(json_object_get(request, name));

	return text != NULL ? text : "";
}

void *
talk_named(const struct talk_things *things, void *arg, const json_t *request,
    json_t **answer)
{
	const char *name = talk_text(request, "job");
	char key[LEG_KEY_BYTES], sentence[96];
	void *found = NULL, *thing = NULL;

	while ((thing = things->next(arg, thing)) != NULL) {
		if (strncmp(things->key(thing, key), name, strlen(name)) != 0)
			continue;
		if (found != NULL) {
			snprintf(sentence, sizeof(sentence),
			    "More than one %.16s has a name that begins so.",
			    things->noun);
			*answer = talk_refuse("ambiguous", sentence);
			return NULL;
		}
		found = thing;
	}
	if (found == NULL) {
		snprintf(sentence, sizeof(sentence),
		    "There is no %.16s of that name that is not over.",
		    things->noun);
		*answer = talk_refuse("not-found", sentence);
	}
	return found;
}

static json_t *
run(const struct talk *t, const json_t *request)
{
	const char *name = talk_text(request, "command");

	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->commands[i].name, name) == 0)
			return t->commands[i].run(t->arg, request);
	}
	return NULL;
}

static json_t *
answer_to(struct talk *t, const char *text)
{
	json_t *request = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	json_t *answer = run(t, request);

	json_decref(request);
	return answer != NULL
		   ? answer
		   : talk_refuse("unknown", "There is no such command.");
}

static int
on_request(zloop_t *loop, zsock_t *socket, void *arg)
{
	zmsg_t *message = zmsg_recv(socket);
	struct talk *t = arg;

	(void)loop;
	if (message == NULL)
		return 0;
	/* all before the last frame is the way back */
	zframe_t *frame = zmsg_last(message);
	char *request = zframe_strdup(frame);
	json_t *answer = answer_to(t, request);
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
 * through the open descriptor of the folder. */
int
talk_new(zloop_t *loop, int dirfd, const struct talk_command *commands,
    size_t count, void *arg, struct talk **out, struct why *why)
{
	struct talk *t = mem_new(sizeof(*t));

	t->loop = loop;
	t->commands = commands;
	t->count = count;
	t->arg = arg;
	t->socket = zsock_new(ZMQ_ROUTER);
	*out = t;
	mode_t old = umask(0077);
	int rc =
	    zsock_bind(t->socket, "ipc:///proc/self/fd/%d/" SOCKET_NAME, dirfd);
	umask(old);
	if (rc < 0) {
		why_system(why, WHY_LATER, SOCKET_NAME);
		talk_free(out);
		return TSK_SYSTEM;
	}
	zsock_set_linger(t->socket, 0);
	zloop_reader(loop, t->socket, on_request, t);
	zloop_reader_set_tolerant(loop, t->socket);
	return 0;
}

void
talk_free(struct talk **talk_p)
{
	struct talk *t = *talk_p;

	if (t == NULL)
		return;
	if (t->socket != NULL) {
		zloop_reader_end(t->loop, t->socket);
		zsock_destroy(&t->socket);
	}
	free(t);
	*talk_p = NULL;
}

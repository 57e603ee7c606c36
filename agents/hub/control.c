/* NAME
 *	control - people look at jobs and decide (tasukictl hub)
 * SUMMARY
 *	see control.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "clock.h"
#include "talk.h"

#include "control.h"

struct control {
	struct talk *talk;
	struct send *send;
	const struct inbound *inbound;
	void (*changed)(void *arg);
	void *arg;
};

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
jobs(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *rows = json_array();

	(void)request;
	for (struct job *job = NULL; (job = send_next(c->send, job)) != NULL;)
		json_array_append_new(rows, row_of(job));
	return json_pack("{s:b,s:o,s:I}", "ok", 1, "jobs", rows, "inbound",
	    (json_int_t)inbound_count(c->inbound));
}

static void *
next_job(void *arg, void *job)
{
	const struct control *c = arg;

	return send_next(c->send, job);
}

static const char *
key_of(const void *thing, char out[LEG_KEY_BYTES])
{
	return job_key_of(thing, out);
}

static const struct talk_things things = {"job", next_job, key_of};

static json_t *
show(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *answer = NULL;
	struct job *job = talk_named(&things, c, request, &answer);

	if (job == NULL)
		return answer;
	return json_pack("{s:b,s:o}", "ok", 1, "job", row_of(job));
}

static json_t *
seen(void *arg, const json_t *request)
{
	struct control *c = arg;
	const char *by = talk_text(request, "by");
	json_t *answer = NULL;
	struct job *job = talk_named(&things, c, request, &answer);

	if (job == NULL)
		return answer;
	if (by[0] == '\0')
		return talk_refuse("nobody", "Somebody says so: who?");
	if (send_seen(c->send, job, by, clock_wall_ms()) < 0)
		return talk_refuse(
		    "state", "Only what was handed over is seen.");
	answer = json_pack("{s:b,s:o}", "ok", 1, "job", row_of(job));
	c->changed(c->arg);
	return answer;
}

static json_t *
retry(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *answer = NULL;
	struct job *job = talk_named(&things, c, request, &answer);

	if (job == NULL)
		return answer;
	if (send_retry(c->send, job, clock_wall_ms()) < 0)
		return talk_refuse(
		    "state", "It does not wait for another try.");
	answer = json_pack("{s:b,s:o}", "ok", 1, "job", row_of(job));
	c->changed(c->arg);
	return answer;
}

static const struct talk_command commands[] = {
    {"hub.jobs", jobs},
    {"hub.show", show},
    {"hub.seen", seen},
    {"hub.retry", retry},
};

int
control_new(zloop_t *loop, struct spool *spool, struct send *send,
    const struct inbound *inbound, void (*changed)(void *arg), void *arg,
    struct control **out, struct why *why)
{
	struct control *c = mem_new(sizeof(*c));

	c->send = send;
	c->inbound = inbound;
	c->changed = changed;
	c->arg = arg;
	*out = c;
	return talk_new(loop, spool_dirfd(spool), commands,
	    sizeof(commands) / sizeof(commands[0]), c, &c->talk, why);
}

void
control_free(struct control **control_p)
{
	struct control *c = *control_p;

	if (c == NULL)
		return;
	talk_free(&c->talk);
	free(c);
	*control_p = NULL;
}

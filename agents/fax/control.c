/* NAME
 *	control - people look at jobs and decide (tasukictl fax)
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
	struct spool *spool;
	struct run *run;
	void (*changed)(void *arg);
	void *arg;
};

/* ---- rows ---- */

static json_t *
row_of(struct control *c, const struct job *job)
{
	char key[JOB_KEY_BYTES], mask[FAX_TEXT_MAX + 1], id[ID_TEXT_BYTES];
	char *tiff = spool_tiff(c->spool, job);
	json_t *row =
	    json_pack("{s:s,s:s,s:i,s:s,s:b,s:b,s:s,s:s,s:s,s:s,s:i,s:i,s:i}",
		"job", job_key_of(job, key), "id", id_text(&job->id, id), "leg",
		(int)job->leg, "state", job_state_name(job->state), "hold",
		job->hold, "test", job->test, "from", job->from, "to", job->to,
		"to_name", job->to_name, "number",
		fax_number_mask(job->number, mask), "pages", (int)job->pages,
		"clients", (int)job->clients, "tries", (int)job->tries);
	json_t *more = json_pack(
	    "{s:I,s:I,s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "made_ms",
	    (json_int_t)job->made_ms, "due_ms", (json_int_t)job->due_ms,
	    "sent_ms", (json_int_t)job->sent_ms, "yen", (json_int_t)job->yen,
	    "code", job->code, "text", job->text, "tag", job->tag, "ref",
	    job->ref, "remote", job->remote, "by", job->by, "lent", job->lent,
	    "pages_file", tiff);

	free(tiff);
	if (row != NULL && more != NULL)
		json_object_update(row, more);
	json_decref(more);
	return row != NULL ? row : json_object();
}

static json_t *
jobs(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *rows = json_array();

	(void)request;
	for (struct job *job = NULL; (job = run_next(c->run, job)) != NULL;)
		json_array_append_new(rows, row_of(c, job));
	return json_pack("{s:b,s:o}", "ok", 1, "jobs", rows);
}

static void *
next_job(void *arg, void *job)
{
	const struct control *c = arg;

	return run_next(c->run, job);
}

static const char *
key_of(const void *thing, char out[LEG_KEY_BYTES])
{
	return job_key_of(thing, out);
}

static const struct talk_things things = {"FAX", next_job, key_of};

static json_t *
show(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *answer = NULL;
	struct job *job = talk_named(&things, c, request, &answer);

	if (job == NULL)
		return answer;
	return json_pack("{s:b,s:o}", "ok", 1, "job", row_of(c, job));
}

static json_t *
decide(void *arg, const json_t *request)
{
	struct control *c = arg;
	const char *by = talk_text(request, "by");
	json_t *answer = NULL;
	struct job *job = talk_named(&things, c, request, &answer);
	struct why why = {0};

	if (job == NULL)
		return answer;
	if (by[0] == '\0')
		return talk_refuse("nobody", "A decision is somebody's: who?");
	if (run_decide(c->run, job, talk_text(request, "verb"), by,
		clock_wall_ms(), &why) < 0)
		return talk_refuse(why.code, why.text);
	answer = json_pack("{s:b,s:o}", "ok", 1, "job", row_of(c, job));
	c->changed(c->arg);
	return answer;
}

static const struct talk_command commands[] = {
    {"fax.jobs", jobs},
    {"fax.show", show},
    {"fax.decide", decide},
};

int
control_new(zloop_t *loop, struct spool *spool, struct run *run,
    void (*changed)(void *arg), void *arg, struct control **out,
    struct why *why)
{
	struct control *c = mem_new(sizeof(*c));

	c->spool = spool;
	c->run = run;
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

/* NAME
 *	send_lay - the files of a job are put at the hub
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "manifest.h"

#include "lay.h"
#include "send_inside.h"

static void on_laid(struct order *order);
static void on_named(struct order *order);

static int
load_files(struct send *s, const struct job *job, struct lay *lay)
{
	struct wire_parcel *parcel = NULL;
	int rc = spool_parcel(s->spool, job, &parcel);

	for (size_t i = 0; rc == 0 && i < parcel->document_count; i++)
		rc = i < lay->count
			 ? spool_document(s->spool, job, &parcel->documents[i],
			       &lay->files[i].bytes)
			 : TSK_DAMAGED;
	manifest_free(&parcel);
	return rc;
}

static void
order(struct send *s, struct job *job, bool naming)
{
	struct lay *lay = lay_new(job, naming ? on_named : on_laid, s);
	int rc = load_files(s, job, lay);

	lay->order.work = naming ? lay_name : lay_put;
	if (rc == TSK_DAMAGED || rc == TSK_NOTFOUND || rc == TSK_INVALID) {
		lay_free(&lay);
		send_fail(s, job, "changed",
		    "The files are not what was written down.",
		    clock_wall_ms());
		return;
	}
	if (rc < 0) {
		struct why why = {0};

		lay_free(&lay);
		why_set(&why, WHY_LATER, "folder",
		    "The documents cannot be read now.");
		send_wait(s, job, &why);
		return;
	}
	job->busy = true;
	worker_put(s->worker, &lay->order);
}

void
send_lay(struct send *s, struct job *job)
{
	order(s, job, false);
}

void
send_name(struct send *s, struct job *job)
{
	order(s, job, true);
}

static void
free_place(struct job *job)
{
	free(job->folder);
	job->folder = NULL;
	for (size_t i = 0; i < job->name_count; i++)
		free(job->names[i]);
	job->name_count = 0;
}

static int
add_name(struct job *job, struct buf *text)
{
	for (size_t i = 0; i < job->name_count; i++)
		if (strcmp(job->names[i], text->data) == 0)
			return TSK_INVALID; /* a template without {name} */
	job->names[job->name_count++] = mem_text(text->data);
	buf_clear(text);
	return 0;
}

/* Where it goes is written down before the hub sees anything of it. */
static int
choose_place(
    const struct send *s, struct job *job, const struct wire_parcel *parcel)
{
	struct buf text;
	int rc;

	buf_init(&text, DRIVER_PATH_MAX);
	free_place(job);
	rc = profile_folder(s->profile, parcel, &text);
	job->folder = mem_text(text.len > 0 ? text.data : "");
	buf_clear(&text);
	for (size_t i = 0; rc == 0 && i < parcel->document_count; i++) {
		rc = profile_file(
		    s->profile, parcel, parcel->documents[i].name, &text);
		if (rc == 0)
			rc = add_name(job, &text);
	}
	if (rc == 0)
		rc = profile_ready(s->profile, parcel, &text);
	if (rc == 0 && text.len > 0)
		rc = add_name(job, &text);
	buf_fini(&text);
	return rc;
}

void
send_begin(struct send *s, struct job *job, int64_t now_ms)
{
	struct wire_parcel *parcel = NULL;
	int rc = spool_parcel(s->spool, job, &parcel);

	if (rc == 0)
		rc = choose_place(s, job, parcel);
	manifest_free(&parcel);
	if (rc < 0) {
		send_fail(s, job, "hub-name",
		    "The parcel gives no name that can be laid at the hub.",
		    now_ms);
		return;
	}
	job->state = JOB_LAYING;
	if (send_save(s, job) < 0) {
		job->state = JOB_QUEUED;
		job->waiting = true;
		job->next_ms = now_ms + SEND_SAVE_RETRY_MS;
		return;
	}
	CRASH_POINT("hub-laying");
	send_lay(s, job);
}

/* Not ended by us: the agent stops. */
static struct job *
answered(struct send *s, const struct lay *lay)
{
	struct job *job = send_find(s, &lay->id, lay->leg);

	if (job != NULL)
		job->busy = false;
	return job == NULL || lay->order.rc == TSK_CLOSED ? NULL : job;
}

static void
not_done(struct send *s, struct job *job, const struct order *done)
{
	if (done->rc == TSK_EXIST)
		send_fail(
		    s, job, done->why.code, done->why.text, clock_wall_ms());
	else
		send_wait(s, job, &done->why);
}

static void
on_laid(struct order *done)
{
	struct lay *lay = (struct lay *)done;
	struct send *s = done->arg;
	struct job *job = answered(s, lay);

	if (job != NULL && job->recall) {
		send_recall(s, job, clock_wall_ms());
	} else if (job != NULL && done->rc == 0) {
		CRASH_POINT("hub-laid");
		job->state = JOB_LAID;
		job->waiting = false;
		if (send_save(s, job) == 0) {
			send_name(s, job);
		} else { /* naming before it is written down: never */
			job->state = JOB_LAYING;
			job->waiting = true;
			job->next_ms = clock_wall_ms() + SEND_SAVE_RETRY_MS;
		}
	} else if (job != NULL) {
		not_done(s, job, done);
	}
	lay_free(&lay);
}

static void
on_named(struct order *done)
{
	struct lay *lay = (struct lay *)done;
	struct send *s = done->arg;
	struct job *job = answered(s, lay);

	CRASH_POINT("hub-handed");
	if (job != NULL && done->rc == 0)
		(void)!send_handed(s, job, clock_wall_ms());
	else if (job != NULL)
		not_done(s, job, done);
	lay_free(&lay);
}

/* ---- clearing ---- */

static void
on_cleared(struct order *done)
{
	struct lay *lay = (struct lay *)done;

	lay_free(&lay);
}

/* Nobody waits for this. */
void
send_clear(struct send *s, const struct job *job)
{
	struct lay *lay = lay_new(job, on_cleared, s);

	lay->order.work = lay_clear;
	worker_put(s->worker, &lay->order);
}

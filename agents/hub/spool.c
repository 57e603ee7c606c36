/* NAME
 *	spool - the folder of the hub agent: a small folder a job
 * SUMMARY
 *	see spool.h
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "digest.h"
#include "file.h"
#include "log.h"
#include "manifest.h"

#include "spool.h"

#define FOLDER_MODE  0700
#define FILE_MODE    0600
#define RECORD       "record"
#define DOCUMENTS    "documents"
#define MANIFEST_MAX (64u * 1024)

enum { ROOT, JOBS, ENDED, INCOMING, FOLDERS };
static const char *const folders[FOLDERS] = {
    NULL, "jobs", "ended", ".incoming"};

struct spool {
	int fds[FOLDERS];
};

static int
fail(int rc, struct why *why, const char *what)
{
	if (rc == TSK_FULL)
		why_set(why, WHY_LATER, "disk-full",
		    "The disk of the hub agent's folder is full (%s).", what);
	else
		why_set(why, WHY_LATER, "folder",
		    "The hub agent's folder: %s: %s.", what,
		    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

int
spool_open(const char *path, struct spool **out, struct why *why)
{
	struct spool *s = mem_new(sizeof(*s));
	int rc = 0;

	for (int i = 0; i < FOLDERS; i++)
		s->fds[i] = -1;
	for (int i = 0; i < FOLDERS && rc >= 0; i++)
		s->fds[i] = rc =
		    i == ROOT
			? file_dir_below(AT_FDCWD, path, FOLDER_MODE)
			: file_dir_below(s->fds[ROOT], folders[i], FOLDER_MODE);
	*out = s;
	if (rc < 0) {
		fail(rc, why, "opening it");
		spool_close(out);
		return rc;
	}
	/* two agents in one folder would lay everything twice */
	if (flock(s->fds[INCOMING], LOCK_EX | LOCK_NB) < 0) {
		why_set(why, WHY_LATER, "folder-in-use",
		    "Another tasuki-hub works in the folder %s.", path);
		spool_close(out);
		return TSK_LATER;
	}
	return 0;
}

void
spool_close(struct spool **spool_p)
{
	struct spool *s = *spool_p;

	if (s == NULL)
		return;
	for (int i = 0; i < FOLDERS; i++)
		if (s->fds[i] >= 0)
			close(s->fds[i]);
	free(s);
	*spool_p = NULL;
}

int
spool_dirfd(const struct spool *s)
{
	return s->fds[ROOT];
}

/* ---- records ---- */

static int
open_job(const struct spool *s, const struct job *job)
{
	char key[JOB_KEY_BYTES];

	return file_dir_open(s->fds[JOBS], job_key_of(job, key));
}

static int
write_record(int dir, const struct job *job)
{
	struct buf text;
	int rc;

	buf_init(&text, JOB_RECORD_MAX);
	job_write(job, &text);
	rc = buf_ok(&text)
		 ? file_write(dir, RECORD, text.data, text.len, FILE_MODE)
		 : TSK_TOOBIG;
	buf_fini(&text);
	return rc;
}

static int
read_record(int dir, struct job **out)
{
	struct buf text;
	int rc;

	*out = NULL;
	buf_init(&text, JOB_RECORD_MAX);
	rc = file_read(dir, RECORD, JOB_RECORD_MAX, &text);
	if (rc == 0)
		rc = text.len == 0 ? TSK_DAMAGED
				   : job_read(text.data, text.len, out);
	buf_fini(&text);
	return rc;
}

int
spool_save(struct spool *s, const struct job *job, struct why *why)
{
	int dir = open_job(s, job);

	if (dir < 0)
		return fail(dir, why, "opening a job");
	int rc = write_record(dir, job);
	close(dir);
	return rc < 0 ? fail(rc, why, "writing a record") : 0;
}

int
spool_parcel(struct spool *s, const struct job *job, struct wire_parcel **out)
{
	int dir = open_job(s, job);

	if (dir < 0)
		return dir;
	int rc = manifest_read(dir, out);
	close(dir);
	return rc;
}

int
spool_document(struct spool *s, const struct job *job,
    const struct wire_document *document, struct buf *out)
{
	uint8_t digest[DIGEST_BYTES];
	int dir = open_job(s, job), documents, rc;

	if (dir < 0)
		return dir;
	documents = file_dir_open(dir, DOCUMENTS);
	close(dir);
	if (documents < 0)
		return documents;
	rc = file_read(documents, document->name, WIRE_PARCEL_BYTES_MAX, out);
	close(documents);
	if (rc < 0)
		return rc;
	digest_sha256(out->data, out->len, digest);
	return memcmp(digest, document->sha256, sizeof(digest)) == 0
		   ? 0
		   : TSK_DAMAGED;
}

/* ---- a new job ---- */

static int
write_documents(
    int dir, const struct wire_parcel *parcel, const struct link_body *bodies)
{
	int documents = file_dir_below(dir, DOCUMENTS, FOLDER_MODE), rc = 0;

	if (documents < 0)
		return documents;
	for (size_t i = 0; rc == 0 && i < parcel->document_count; i++)
		rc = file_create(documents, parcel->documents[i].name,
		    bodies[i].data, bodies[i].bytes, FILE_MODE);
	if (rc == 0)
		rc = file_dir_sync(documents);
	close(documents);
	return rc;
}

static int
fill(int dir, const struct job *job, const struct wire_parcel *parcel,
    const struct link_body *bodies)
{
	struct buf text;
	int rc;

	buf_init(&text, MANIFEST_MAX);
	manifest_print(parcel, &text);
	rc = buf_ok(&text) ? file_create(dir, MANIFEST_NAME, text.data,
				 text.len, FILE_MODE)
			   : TSK_TOOBIG;
	buf_fini(&text);
	if (rc == 0)
		rc = write_documents(dir, parcel, bodies);
	if (rc == 0)
		rc = write_record(dir, job);
	return rc == 0 ? file_dir_sync(dir) : rc;
}

static int
commit(struct spool *s, const char *key, const char *tmp, const struct job *job,
    const struct wire_parcel *parcel, const struct link_body *bodies)
{
	int rc = file_remove_tree(s->fds[INCOMING], tmp);
	int dir =
	    rc < 0 ? rc : file_dir_below(s->fds[INCOMING], tmp, FOLDER_MODE);

	if (dir < 0)
		return dir;
	rc = fill(dir, job, parcel, bodies);
	close(dir);
	CRASH_POINT("hub-written");
	/* only a failed job is ever in its place: losing it loses nothing */
	if (rc == 0)
		rc = file_remove_tree(s->fds[JOBS], key);
	if (rc == 0)
		rc = file_move(s->fds[INCOMING], tmp, s->fds[JOBS], key);
	if (rc == 0)
		rc = file_dir_sync(s->fds[JOBS]);
	CRASH_POINT("hub-kept");
	return rc;
}

int
spool_put(struct spool *s, const struct job *job,
    const struct wire_parcel *parcel, const struct link_body *bodies,
    struct why *why)
{
	char key[JOB_KEY_BYTES], tmp[JOB_KEY_BYTES + 4];
	int rc, kept;

	job_key_of(job, key);
	snprintf(tmp, sizeof(tmp), "%s.tmp", key);
	rc = commit(s, key, tmp, job, parcel, bodies);
	if (rc == 0)
		return 0;
	fail(rc, why, "writing a job");
	kept = errno; /* a full disk wants its room back */
	(void)!file_remove_tree(s->fds[INCOMING], tmp);
	errno = kept;
	return rc;
}

/* ---- the end ---- */

static int
open_month(struct spool *s, const struct id *id, bool make)
{
	char month[CLOCK_TEXT_BYTES];

	clock_month(id_wall_ms(id), month);
	return make ? file_dir_below(s->fds[ENDED], month, FOLDER_MODE)
		    : file_dir_open(s->fds[ENDED], month);
}

static int
move_to(struct spool *s, const char *key, int month)
{
	int rc = file_move(s->fds[JOBS], key, month, key);

	if (rc == TSK_EXIST) { /* ended, queued again by a person, ended */
		rc = file_remove_tree(month, key);
		if (rc == 0)
			rc = file_move(s->fds[JOBS], key, month, key);
	}
	if (rc == 0)
		rc = file_dir_sync(month);
	return rc == 0 ? file_dir_sync(s->fds[JOBS]) : rc;
}

int
spool_end(struct spool *s, const struct job *job, struct why *why)
{
	char key[JOB_KEY_BYTES];
	int dir = open_job(s, job), month, rc;

	if (dir < 0)
		return fail(dir, why, "opening a job");
	rc = write_record(dir, job);
	CRASH_POINT("hub-ended");
	if (rc == 0)
		rc = file_remove_tree(dir, DOCUMENTS);
	close(dir);
	month = rc < 0 ? rc : open_month(s, &job->id, true);
	if (month < 0)
		return fail(month, why, "ending a job");
	rc = move_to(s, job_key_of(job, key), month);
	close(month);
	CRASH_POINT("hub-moved");
	return rc < 0 ? fail(rc, why, "ending a job") : 0;
}

int
spool_ended(
    struct spool *s, const struct id *id, unsigned leg, struct job **out)
{
	char key[JOB_KEY_BYTES];
	int month = open_month(s, id, false), dir, rc;

	*out = NULL;
	if (month < 0)
		return month;
	dir = file_dir_open(month, leg_key(id, leg, key));
	close(month);
	if (dir < 0)
		return dir;
	rc = read_record(dir, out);
	close(dir);
	return rc;
}

/* ---- loading ---- */

/* A record nobody can read is a job that failed: it is never laid again
 * unless a person wants it. */
static struct job *
damaged(const char *name)
{
	struct job *job = mem_new(sizeof(*job));

	if (leg_key_parse(name, &job->id, &job->leg) != 0) {
		job_free(&job);
		return NULL;
	}
	job->state = JOB_FAILED;
	job_say(job, "record-damaged",
	    "What was written down about this parcel cannot be read: look at "
	    "the hub whether it is there.");
	return job;
}

static void
load_one(struct spool *s, const char *name, spool_fn *each, void *arg)
{
	struct job *job = NULL;
	int dir = file_dir_open(s->fds[JOBS], name);
	int rc = dir;

	if (dir >= 0) {
		(void)!file_tidy(dir);
		rc = read_record(dir, &job);
		close(dir);
	}
	if (rc < 0) {
		log_error("spool: job=%s result=damaged why=\"%s\"", name,
		    err_text(rc));
		job = damaged(name);
	}
	if (job != NULL)
		each(arg, job);
}

int
spool_load(struct spool *s, spool_fn *each, void *arg, struct why *why)
{
	char **names;
	int n = file_list(s->fds[INCOMING], &names), rc = 0;

	if (n < 0)
		return fail(n, why, "reading it");
	for (int i = 0; i < n && rc == 0; i++) /* the broker delivers again */
		rc = file_remove_tree(s->fds[INCOMING], names[i]);
	file_list_free(&names);
	if (rc < 0)
		return fail(rc, why, "tidying it");
	n = file_list(s->fds[JOBS], &names);
	if (n < 0)
		return fail(n, why, "reading the jobs");
	for (int i = 0; i < n; i++)
		load_one(s, names[i], each, arg);
	file_list_free(&names);
	return 0;
}

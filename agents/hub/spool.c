/* NAME
 *	spool - the folder of the hub agent: a small folder a job
 * DESCRIPTION
 *	Durability is that of shelf.h; the points of a crash are hub-written,
 *	hub-kept, hub-ended, hub-moved.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "file.h"
#include "manifest.h"
#include "shelf.h"

#include "spool.h"

#define DOCUMENTS    "documents"
#define MANIFEST_MAX (64u * 1024)

struct spool {
	struct shelf *shelf;
	spool_fn *each; /* while loading */
	void *arg;
};

int
spool_open(const char *path, struct spool **out, struct why *why)
{
	struct spool *s = mem_new(sizeof(*s));
	int rc = shelf_open(path, "hub", "jobs", &s->shelf, why);

	*out = s;
	if (rc < 0)
		spool_close(out);
	return rc;
}

void
spool_close(struct spool **spool_p)
{
	struct spool *s = *spool_p;

	if (s == NULL)
		return;
	shelf_close(&s->shelf);
	free(s);
	*spool_p = NULL;
}

int
spool_dirfd(const struct spool *s)
{
	return shelf_dirfd(s->shelf);
}

/* ---- reading ---- */

static int
open_job(const struct spool *s, const struct job *job)
{
	return shelf_folder(s->shelf, &job->id, job->leg);
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

/* ---- writing ---- */

/* buf_fini() it, and hand it to the shelf as it is: that knows what is too
 * long. */
static void
record_of(const struct job *job, struct buf *out)
{
	buf_init(out, JOB_RECORD_MAX);
	job_write(job, out);
}

int
spool_save(struct spool *s, const struct job *job, struct why *why)
{
	struct buf text;

	record_of(job, &text);
	int rc = shelf_save(s->shelf, &job->id, job->leg, &text, why);
	buf_fini(&text);
	return rc;
}

/* Only a failed job is ever in its place: losing it loses nothing. */
int
spool_put(struct spool *s, const struct job *job,
    const struct wire_parcel *parcel, const struct link_body *bodies,
    struct why *why)
{
	struct shelf_file files[1 + WIRE_DOCUMENTS_MAX];
	size_t count = 0;
	struct buf text, manifest;

	buf_init(&manifest, MANIFEST_MAX);
	manifest_print(parcel, &manifest);
	files[count++] = (struct shelf_file){
	    MANIFEST_NAME, manifest.data, manifest.len, NULL};
	for (size_t i = 0; i < parcel->document_count; i++)
		files[count++] = (struct shelf_file){parcel->documents[i].name,
		    bodies[i].data, bodies[i].bytes, DOCUMENTS};
	record_of(job, &text);
	int rc = TSK_TOOBIG;
	if (buf_ok(&manifest))
		rc = shelf_put(
		    s->shelf, &job->id, job->leg, &text, files, count, why);
	else
		why_set(why, WHY_LATER, "folder",
		    "The manifest of a parcel is too long.");
	buf_fini(&text);
	buf_fini(&manifest);
	return rc;
}

int
spool_end(struct spool *s, const struct job *job, struct why *why)
{
	struct buf text;

	record_of(job, &text);
	int rc = shelf_end(s->shelf, &job->id, job->leg, &text, why);
	buf_fini(&text);
	return rc;
}

int
spool_ended(
    struct spool *s, const struct id *id, unsigned leg, struct job **out)
{
	struct buf text;

	*out = NULL;
	buf_init(&text, JOB_RECORD_MAX);
	int rc = shelf_ended(s->shelf, id, leg, &text);
	if (rc == 1) {
		rc = text.len == 0 ? TSK_DAMAGED
				   : job_read(text.data, text.len, out);
		rc = rc < 0 ? rc : 1;
	}
	buf_fini(&text);
	return rc;
}

/* ---- loading ---- */

/* A record nobody can read is a job that failed: it is never laid again
 * unless a person wants it. */
static struct job *
damaged(const struct id *id, unsigned leg)
{
	struct job *job = mem_new(sizeof(*job));

	job->id = *id;
	job->leg = leg;
	job->state = JOB_FAILED;
	job_say(job, "record-damaged",
	    "What was written down about this parcel cannot be read: look at "
	    "the hub whether it is there.");
	return job;
}

static void
load_one(void *arg, const struct id *id, unsigned leg, const char *text,
    size_t n, int rc)
{
	struct spool *s = arg;
	struct job *job = NULL;

	if (rc == 0)
		rc = job_read(text, n, &job);
	s->each(s->arg, rc < 0 ? damaged(id, leg) : job);
}

int
spool_load(struct spool *s, spool_fn *each, void *arg, struct why *why)
{
	s->each = each;
	s->arg = arg;
	return shelf_load(s->shelf, load_one, s, why);
}

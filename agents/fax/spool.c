/* NAME
 *	spool - the folder of the FAX agent: a small folder a job
 * DESCRIPTION
 *	Durability is that of shelf.h; the points of a crash are fax-written,
 *	fax-kept, fax-ended, fax-moved.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "log.h"
#include "shelf.h"

#include "spool.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define PAGES       "pages.tif"
#define JOINED      "joined.tif"
#define DAY_MAX     256

struct spool {
	struct shelf *shelf;
	int days;
	spool_fn *each; /* while loading */
	void *arg;
};

int
spool_open(const char *path, struct spool **out, struct why *why)
{
	struct spool *s = mem_new(sizeof(*s));
	int rc = shelf_open(path, "fax", "jobs", &s->shelf, why);

	*out = s;
	s->days = -1;
	if (rc == 0) {
		s->days =
		    file_dir_below(shelf_dirfd(s->shelf), "days", FOLDER_MODE);
		rc = s->days < 0 ? s->days : 0;
		if (rc < 0)
			why_set(why, WHY_LATER, "folder",
			    "The FAX folder: opening it: %s.", err_text(rc));
	}
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
	if (s->days >= 0)
		close(s->days);
	shelf_close(&s->shelf);
	free(s);
	*spool_p = NULL;
}

int
spool_dirfd(const struct spool *s)
{
	return shelf_dirfd(s->shelf);
}

static char *
path_of(const struct spool *s, const struct job *job, const char *name)
{
	char *folder = shelf_path(s->shelf, &job->id, job->leg), *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		panic("no memory");
	free(folder);
	return path;
}

char *
spool_tiff(const struct spool *s, const struct job *job)
{
	return path_of(s, job, PAGES);
}

char *
spool_joined(const struct spool *s, const struct job *job)
{
	return path_of(s, job, JOINED);
}

char *
spool_sendable(const struct spool *s, const struct job *job)
{
	char *path = spool_joined(s, job);

	if (access(path, F_OK) == 0)
		return path;
	free(path);
	return spool_tiff(s, job);
}

int
spool_unjoin(struct spool *s, const struct job *job)
{
	char *path = path_of(s, job, "");
	int dirfd = file_dir_open(AT_FDCWD, path);

	free(path);
	if (dirfd < 0)
		return dirfd;
	int rc = file_remove_tree(dirfd, JOINED);
	if (rc == 0)
		rc = file_dir_sync(dirfd);
	close(dirfd);
	return rc;
}

/* ---- writing ---- */

int
spool_save(struct spool *s, const struct job *job, struct why *why)
{
	struct buf text;

	buf_init(&text, JOB_RECORD_MAX);
	job_write(job, &text);
	int rc = shelf_save(s->shelf, &job->id, job->leg, &text, why);
	buf_fini(&text);
	return rc;
}

/* Only a failed job is ever in its place: losing it loses nothing. */
int
spool_put(struct spool *s, const struct job *job, const void *tiff, size_t n,
    struct why *why)
{
	const struct shelf_file file = {PAGES, tiff, n, NULL};
	struct buf text;

	buf_init(&text, JOB_RECORD_MAX);
	job_write(job, &text);
	int rc = shelf_put(s->shelf, &job->id, job->leg, &text, &file, 1, why);
	buf_fini(&text);
	return rc;
}

int
spool_end(struct spool *s, const struct job *job, struct why *why)
{
	struct buf text;

	buf_init(&text, JOB_RECORD_MAX);
	job_write(job, &text);
	int rc = shelf_end(s->shelf, &job->id, job->leg, &text, why);
	buf_fini(&text);
	return rc;
}

int
spool_ended(struct spool *s, const struct id *id, unsigned leg, struct job *job)
{
	struct buf text;

	buf_init(&text, JOB_RECORD_MAX);
	int rc = shelf_ended(s->shelf, id, leg, &text);
	if (rc == 1) {
		rc = job_read(text.data, text.len, job);
		rc = rc < 0 ? rc : 1;
	}
	buf_fini(&text);
	return rc;
}

/* ---- loading ---- */

static void
load_one(void *arg, const struct id *id, unsigned leg, const char *text,
    size_t n, int rc)
{
	struct spool *s = arg;
	struct job job = {0};
	char name[ID_TEXT_BYTES];

	if (rc == 0)
		rc = job_read(text, n, &job);
	if (rc < 0) {
		job.id = *id;
		job.leg = leg;
		job.state = JOB_UNKNOWN;
		job_say(&job, "record-damaged",
		    "What was written down about this FAX cannot be read.");
		log_error("spool: parcel=%s leg=%u result=damaged why=\"%s\"",
		    id_text(id, name), leg, err_text(rc));
	}
	s->each(s->arg, &job);
}

int
spool_load(struct spool *s, spool_fn *each, void *arg, struct why *why)
{
	int rc = file_tidy(s->days);

	if (rc < 0) {
		why_set(why, WHY_LATER, "folder",
		    "The FAX folder: reading the days: %s.", err_text(rc));
		return rc;
	}
	s->each = each;
	s->arg = arg;
	return shelf_load(s->shelf, load_one, s, why);
}

/* ---- days ---- */

int
spool_day(struct spool *s, const char *day, struct spool_day *out)
{
	struct buf text;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&text, DAY_MAX);
	rc = file_read(s->days, day, DAY_MAX, &text);
	if (rc == 0 &&
	    (text.len == 0 || sscanf(text.data, "%u %u %" SCNd64, &out->pages,
				  &out->calls, &out->yen) != 3))
		rc = TSK_DAMAGED;
	buf_fini(&text);
	return rc == TSK_NOTFOUND ? 0 : rc;
}

int
spool_day_save(struct spool *s, const char *day, const struct spool_day *used)
{
	char text[DAY_MAX];
	int n = snprintf(text, sizeof(text), "%u %u %" PRId64 "\n", used->pages,
	    used->calls, used->yen);

	return file_write(s->days, day, text, (size_t)n, FILE_MODE);
}

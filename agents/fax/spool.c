/* NAME
 *	spool - the folder of the FAX agent: a small folder a job
 * SUMMARY
 *	see spool.h
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "spool.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define RECORD      "record"
#define PAGES       "pages.tif"
#define JOINED      "joined.tif"
#define DAY_MAX     256

enum { ROOT, JOBS, ENDED, DAYS, INCOMING, FOLDERS };
static const char *const folders[FOLDERS] = {
    NULL, "jobs", "ended", "days", ".incoming"};

struct spool {
	char *path;
	int fds[FOLDERS];
};

static int
fail(int rc, struct why *why, const char *what)
{
	if (rc == TSK_FULL)
		why_set(why, WHY_LATER, "disk-full",
		    "The disk of the FAX folder is full (%s).", what);
	else
		why_set(why, WHY_LATER, "folder", "The FAX folder: %s: %s.",
		    what, rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

static int
open_below(int dirfd, const char *name)
{
	int rc = file_dir_make(dirfd, name, FOLDER_MODE);

	return rc < 0 ? rc : file_dir_open(dirfd, name);
}

int
spool_open(const char *path, struct spool **out, struct why *why)
{
	struct spool *s = mem_new(sizeof(*s));
	int rc = 0;

	s->path = mem_text(path);
	for (int i = 0; i < FOLDERS; i++)
		s->fds[i] = -1;
	for (int i = 0; i < FOLDERS && rc >= 0; i++) {
		s->fds[i] = rc = i == ROOT
				     ? open_below(AT_FDCWD, path)
				     : open_below(s->fds[ROOT], folders[i]);
	}
	*out = s;
	if (rc < 0) {
		fail(rc, why, "opening it");
		spool_close(out);
		return rc;
	}
	/* two agents in one folder would send everything twice */
	if (flock(s->fds[INCOMING], LOCK_EX | LOCK_NB) < 0) {
		why_set(why, WHY_LATER, "folder-in-use",
		    "Another tasuki-fax works in the folder %s.", path);
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
	for (int i = 0; i < FOLDERS; i++) {
		if (s->fds[i] >= 0)
			close(s->fds[i]);
	}
	free(s->path);
	free(s);
	*spool_p = NULL;
}

int
spool_dirfd(const struct spool *s)
{
	return s->fds[ROOT];
}

static char *
path_of(const struct spool *s, const struct job *job, const char *name)
{
	char key[JOB_KEY_BYTES];
	char *path = NULL;

	if (asprintf(&path, "%s/jobs/%s/%s", s->path, job_key_of(job, key),
		name) < 0)
		panic("no memory");
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
	char key[JOB_KEY_BYTES];
	int dirfd = file_dir_open(s->fds[JOBS], job_key_of(job, key));

	if (dirfd < 0)
		return dirfd;
	int rc = file_remove_tree(dirfd, JOINED);
	if (rc == 0)
		rc = file_dir_sync(dirfd);
	close(dirfd);
	return rc;
}

/* ---- records ---- */

static int
write_record(int dirfd, const struct job *job)
{
	struct buf text;
	int rc;

	buf_init(&text, JOB_RECORD_MAX);
	job_write(job, &text);
	rc = buf_ok(&text)
		 ? file_write(dirfd, RECORD, text.data, text.len, FILE_MODE)
		 : TSK_TOOBIG;
	buf_fini(&text);
	return rc;
}

static int
read_record(int dirfd, struct job *job)
{
	struct buf text;
	int rc;

	buf_init(&text, JOB_RECORD_MAX);
	rc = file_read(dirfd, RECORD, JOB_RECORD_MAX, &text);
	if (rc == 0)
		rc = text.len == 0 ? TSK_DAMAGED
				   : job_read(text.data, text.len, job);
	buf_fini(&text);
	return rc;
}

int
spool_save(struct spool *s, const struct job *job, struct why *why)
{
	char key[JOB_KEY_BYTES];
	int dirfd = file_dir_open(s->fds[JOBS], job_key_of(job, key));

	if (dirfd < 0)
		return fail(dirfd, why, "opening a job");
	int rc = write_record(dirfd, job);
	close(dirfd);
	return rc < 0 ? fail(rc, why, "writing a record") : 0;
}

/* ---- a new job ---- */

static int
fill(int dirfd, const struct job *job, const void *tiff, size_t n)
{
	int rc = file_create(dirfd, PAGES, tiff, n, FILE_MODE);

	if (rc == 0)
		rc = write_record(dirfd, job);
	return rc == 0 ? file_dir_sync(dirfd) : rc;
}

static int
commit(struct spool *s, const char *key, const char *tmp, const struct job *job,
    const void *tiff, size_t n)
{
	int rc = file_remove_tree(s->fds[INCOMING], tmp);
	int dirfd = rc < 0 ? rc : open_below(s->fds[INCOMING], tmp);

	if (dirfd < 0)
		return dirfd;
	rc = fill(dirfd, job, tiff, n);
	close(dirfd);
	CRASH_POINT("fax-written");
	/* only a failed job is ever in its place: losing it loses nothing */
	if (rc == 0)
		rc = file_remove_tree(s->fds[JOBS], key);
	if (rc == 0)
		rc = file_move(s->fds[INCOMING], tmp, s->fds[JOBS], key);
	if (rc == 0)
		rc = file_dir_sync(s->fds[JOBS]);
	if (rc == 0)
		rc = file_dir_sync(s->fds[INCOMING]);
	CRASH_POINT("fax-kept");
	return rc;
}

int
spool_put(struct spool *s, const struct job *job, const void *tiff, size_t n,
    struct why *why)
{
	char key[JOB_KEY_BYTES], tmp[JOB_KEY_BYTES + 4];

	job_key_of(job, key);
	snprintf(tmp, sizeof(tmp), "%s.tmp", key);
	int rc = commit(s, key, tmp, job, tiff, n);
	if (rc < 0) {
		fail(rc, why, "writing a job");
		int kept = errno;
		/* a full disk wants its room back; absent is fine */
		if (file_remove_tree(s->fds[INCOMING], tmp) < 0)
			errno = kept;
	}
	return rc;
}

/* ---- the end ---- */

static int
open_month(struct spool *s, const struct id *id, bool make)
{
	char month[CLOCK_TEXT_BYTES];

	clock_month(id_wall_ms(id), month);
	return make ? open_below(s->fds[ENDED], month)
		    : file_dir_open(s->fds[ENDED], month);
}

int
spool_end(struct spool *s, const struct job *job, struct why *why)
{
	char key[JOB_KEY_BYTES];
	int dirfd = file_dir_open(s->fds[JOBS], job_key_of(job, key));
	int month, rc;

	if (dirfd < 0)
		return fail(dirfd, why, "opening a job");
	rc = write_record(dirfd, job);
	CRASH_POINT("fax-ended");
	if (rc == 0)
		rc = file_remove_tree(dirfd, PAGES);
	if (rc == 0)
		rc = file_remove_tree(dirfd, JOINED);
	close(dirfd);
	month = rc < 0 ? rc : open_month(s, &job->id, true);
	if (month < 0)
		return fail(month, why, "ending a job");
	rc = file_move(s->fds[JOBS], key, month, key);
	if (rc == TSK_EXIST) /* recalled, requeued by hand, and done now */
		rc = file_remove_tree(month, key) < 0
			 ? TSK_EXIST
			 : file_move(s->fds[JOBS], key, month, key);
	if (rc == 0)
		rc = file_dir_sync(month);
	close(month);
	if (rc == 0)
		rc = file_dir_sync(s->fds[JOBS]);
	CRASH_POINT("fax-moved");
	return rc < 0 ? fail(rc, why, "ending a job") : 0;
}

int
spool_ended(struct spool *s, const struct id *id, unsigned leg, struct job *job)
{
	char key[JOB_KEY_BYTES];
	int month = open_month(s, id, false), dirfd, rc;

	if (month < 0)
		return month == TSK_NOTFOUND ? 0 : month;
	dirfd = file_dir_open(month, job_key(id, leg, key));
	close(month);
	if (dirfd < 0)
		return dirfd == TSK_NOTFOUND ? 0 : dirfd;
	rc = read_record(dirfd, job);
	close(dirfd);
	return rc < 0 ? rc : 1;
}

/* ---- loading ---- */

static void
load_one(struct spool *s, const char *name, spool_fn *each, void *arg)
{
	struct job job = {0};
	int dirfd = file_dir_open(s->fds[JOBS], name);
	int rc = dirfd;

	if (dirfd >= 0) {
		(void)!file_tidy(dirfd);
		rc = read_record(dirfd, &job);
		close(dirfd);
	}
	if (rc < 0) {
		log_error("spool: job=%s result=damaged why=\"%s\"", name,
		    err_text(rc));
		memset(&job, 0, sizeof(job));
		if (job_key_parse(name, &job.id, &job.leg) != 0)
			return; /* nobody's */
		job.state = JOB_UNKNOWN;
		job_say(&job, "record-damaged",
		    "What was written down about this FAX cannot be read.");
	}
	each(arg, &job);
}

static int
list_into(struct spool *s, int folder, spool_fn *each, void *arg)
{
	char **names;
	int count = file_list(s->fds[folder], &names);
	int rc = 0;

	if (count < 0)
		return count;
	for (int i = 0; i < count && rc == 0; i++) {
		if (folder == JOBS)
			load_one(s, names[i], each, arg);
		else /* never committed: the broker delivers it again */
			rc = file_remove_tree(s->fds[folder], names[i]);
	}
	file_list_free(&names);
	return rc;
}

int
spool_load(struct spool *s, spool_fn *each, void *arg, struct why *why)
{
	int rc = file_tidy(s->fds[DAYS]);

	if (rc >= 0)
		rc = list_into(s, INCOMING, NULL, NULL);
	if (rc >= 0)
		rc = list_into(s, JOBS, each, arg);
	return rc < 0 ? fail(rc, why, "reading the jobs") : 0;
}

/* ---- days ---- */

int
spool_day(struct spool *s, const char *day, struct spool_day *out)
{
	struct buf text;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&text, DAY_MAX);
	rc = file_read(s->fds[DAYS], day, DAY_MAX, &text);
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

	return file_write(s->fds[DAYS], day, text, (size_t)n, FILE_MODE);
}

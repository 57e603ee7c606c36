/* NAME
 *	shelf - a folder of small folders, one a leg, with a record and some files
 * SUMMARY
 *	see shelf.h
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
#include "file.h"
#include "log.h"

#include "shelf.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define RECORD      "record"

enum { ROOT, OPEN, ENDED, INCOMING, FOLDERS };
enum { WRITTEN, KEPT, OVER, MOVED, POINTS };

struct shelf {
	char *path, *agent, *open;
	char points[POINTS][64];
	int fds[FOLDERS];
};

static int
fail(const struct shelf *s, int rc, struct why *why, const char *what)
{
	if (rc == TSK_FULL)
		why_set(why, WHY_LATER, "disk-full",
		    "The disk of the %s folder is full (%s).", s->agent, what);
	else
		why_set(why, WHY_LATER, "folder", "The %s folder: %s: %s.",
		    s->agent, what,
		    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

/* ---- life ---- */

static void
name_points(struct shelf *s)
{
	static const char *const points[POINTS] = {
	    "written", "kept", "ended", "moved"};

	for (int i = 0; i < POINTS; i++)
		snprintf(s->points[i], sizeof(s->points[i]), "%.32s-%s",
		    s->agent, points[i]);
}

int
shelf_open(const char *path, const char *agent, const char *open,
    struct shelf **out, struct why *why)
{
	const char *const names[FOLDERS] = {NULL, open, "ended", ".incoming"};
	struct shelf *s = mem_new(sizeof(*s));
	int rc = 0;

	s->path = mem_text(path);
	s->agent = mem_text(agent);
	s->open = mem_text(open);
	name_points(s);
	for (int i = 0; i < FOLDERS; i++)
		s->fds[i] = -1;
	for (int i = 0; i < FOLDERS && rc >= 0; i++)
		s->fds[i] = rc =
		    i == ROOT
			? file_dir_below(AT_FDCWD, path, FOLDER_MODE)
			: file_dir_below(s->fds[ROOT], names[i], FOLDER_MODE);
	*out = s;
	if (rc < 0) {
		fail(s, rc, why, "opening it");
		shelf_close(out);
		return rc;
	}
	/* two agents in one folder would send everything twice */
	if (flock(s->fds[INCOMING], LOCK_EX | LOCK_NB) < 0) {
		why_set(why, WHY_LATER, "folder-in-use",
		    "Another tasuki-%s works in the folder %s.", agent, path);
		shelf_close(out);
		return TSK_LATER;
	}
	return 0;
}

void
shelf_close(struct shelf **shelf_p)
{
	struct shelf *s = *shelf_p;

	if (s == NULL)
		return;
	for (int i = 0; i < FOLDERS; i++) {
		if (s->fds[i] >= 0)
			close(s->fds[i]);
	}
	free(s->path);
	free(s->agent);
	free(s->open);
	free(s);
	*shelf_p = NULL;
}

int
shelf_dirfd(const struct shelf *s)
{
	return s->fds[ROOT];
}

int
shelf_folder(const struct shelf *s, const struct id *id, unsigned leg)
{
	char key[LEG_KEY_BYTES];

	return file_dir_open(s->fds[OPEN], leg_key(id, leg, key));
}

char *
shelf_path(const struct shelf *s, const struct id *id, unsigned leg)
{
	char key[LEG_KEY_BYTES], *path = NULL;

	if (asprintf(
		&path, "%s/%s/%s", s->path, s->open, leg_key(id, leg, key)) < 0)
		panic("no memory");
	return path;
}

/* ---- writing ---- */

static int
check_record(const struct buf *record)
{
	return buf_ok(record) && record->len <= SHELF_RECORD_MAX ? 0
								 : TSK_TOOBIG;
}

static int
write_record(int dirfd, const struct buf *record)
{
	int rc = check_record(record);

	return rc < 0 ? rc
		      : file_write(dirfd, RECORD, record->data, record->len,
			    FILE_MODE);
}

int
shelf_save(struct shelf *s, const struct id *id, unsigned leg,
    const struct buf *record, struct why *why)
{
	int dirfd = shelf_folder(s, id, leg);

	if (dirfd < 0)
		return fail(s, dirfd, why, "opening a record");
	int rc = write_record(dirfd, record);
	close(dirfd);
	return rc < 0 ? fail(s, rc, why, "writing a record") : 0;
}

/* Files of one folder, as many as follow each other; how many, or TSK_*. */
static int
fill_folder(int dirfd, const struct shelf_file *files, size_t count)
{
	const char *folder = files[0].folder;
	int below =
	    folder == NULL ? dirfd : file_dir_new(dirfd, folder, FOLDER_MODE);
	int rc = below < 0 ? below : 0, n = 0;

	for (; rc == 0 && (size_t)n < count && files[n].folder == folder; n++)
		rc = file_create(below, files[n].name, files[n].data,
		    files[n].bytes, FILE_MODE);
	if (rc == 0 && folder != NULL)
		rc = file_dir_sync(below);
	if (folder != NULL && below >= 0)
		close(below);
	return rc < 0 ? rc : n;
}

/* Nothing looks into the folder before it is moved: one sync for all names. */
static int
fill(int dirfd, const struct buf *record, const struct shelf_file *files,
    size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc >= 0; i += (size_t)rc)
		rc = fill_folder(dirfd, &files[i], count - i);
	if (rc >= 0)
		rc = check_record(record);
	if (rc == 0)
		rc = file_create(
		    dirfd, RECORD, record->data, record->len, FILE_MODE);
	return rc == 0 ? file_dir_sync(dirfd) : rc;
}

static int
commit(struct shelf *s, const char *key, const char *tmp,
    const struct buf *record, const struct shelf_file *files, size_t count)
{
	int rc = file_remove_tree(s->fds[INCOMING], tmp);
	int dirfd =
	    rc < 0 ? rc : file_dir_new(s->fds[INCOMING], tmp, FOLDER_MODE);

	if (dirfd < 0)
		return dirfd;
	rc = fill(dirfd, record, files, count);
	close(dirfd);
	CRASH_POINT(s->points[WRITTEN]);
	if (rc == 0)
		rc = file_remove_tree(s->fds[OPEN], key);
	if (rc == 0)
		rc = file_move(s->fds[INCOMING], tmp, s->fds[OPEN], key);
	if (rc == 0)
		rc = file_dir_sync(s->fds[OPEN]);
	if (rc == 0)
		rc = file_dir_sync(s->fds[INCOMING]);
	CRASH_POINT(s->points[KEPT]);
	return rc;
}

int
shelf_put(struct shelf *s, const struct id *id, unsigned leg,
    const struct buf *record, const struct shelf_file *files, size_t count,
    struct why *why)
{
	char key[LEG_KEY_BYTES], tmp[LEG_KEY_BYTES + 4];

	snprintf(tmp, sizeof(tmp), "%s.tmp", leg_key(id, leg, key));
	int rc = commit(s, key, tmp, record, files, count);
	if (rc < 0) {
		fail(s, rc, why, "writing something new");
		int kept = errno;
		/* a full disk wants its room back; absent is fine */
		if (file_remove_tree(s->fds[INCOMING], tmp) < 0)
			errno = kept;
	}
	return rc;
}

/* ---- the end ---- */

static int
strip(int dirfd)
{
	char **names;
	int count = file_list(dirfd, &names);
	int rc = count < 0 ? count : 0;

	for (int i = 0; i < count && rc == 0; i++) {
		if (strcmp(names[i], RECORD) != 0)
			rc = file_remove_tree(dirfd, names[i]);
	}
	if (count >= 0)
		file_list_free(&names);
	return rc;
}

int
shelf_strip(struct shelf *s, const struct id *id, unsigned leg, struct why *why)
{
	int dirfd = shelf_folder(s, id, leg);

	if (dirfd < 0)
		return fail(s, dirfd, why, "opening a record");
	int rc = strip(dirfd);
	if (rc == 0)
		rc = file_dir_sync(dirfd);
	close(dirfd);
	return rc < 0 ? fail(s, rc, why, "removing files") : 0;
}

static int
move_to(struct shelf *s, const char *key, int month)
{
	int rc = file_move(s->fds[OPEN], key, month, key);

	if (rc == TSK_EXIST) /* taken back, queued again by hand, done now */
		rc = file_remove_tree(month, key) < 0
			 ? TSK_EXIST
			 : file_move(s->fds[OPEN], key, month, key);
	if (rc == 0)
		rc = file_dir_sync(month);
	if (rc == 0)
		rc = file_dir_sync(s->fds[OPEN]);
	return rc;
}

int
shelf_end(struct shelf *s, const struct id *id, unsigned leg,
    const struct buf *record, struct why *why)
{
	char key[LEG_KEY_BYTES], name[CLOCK_TEXT_BYTES];
	int dirfd = shelf_folder(s, id, leg);
	int month, rc;

	if (dirfd < 0)
		return fail(s, dirfd, why, "opening a record");
	rc = write_record(dirfd, record);
	CRASH_POINT(s->points[OVER]);
	if (rc == 0)
		rc = strip(dirfd);
	close(dirfd);
	month = rc < 0 ? rc
		       : file_dir_below(s->fds[ENDED],
			     clock_month(id_wall_ms(id), name), FOLDER_MODE);
	if (month < 0)
		return fail(s, month, why, "ending a record");
	rc = move_to(s, leg_key(id, leg, key), month);
	close(month);
	CRASH_POINT(s->points[MOVED]);
	return rc < 0 ? fail(s, rc, why, "ending a record") : 0;
}

int
shelf_ended(struct shelf *s, const struct id *id, unsigned leg, struct buf *out)
{
	char key[LEG_KEY_BYTES], name[CLOCK_TEXT_BYTES];
	int month =
	    file_dir_open(s->fds[ENDED], clock_month(id_wall_ms(id), name));
	int dirfd, rc;

	if (month < 0)
		return month == TSK_NOTFOUND ? 0 : month;
	dirfd = file_dir_open(month, leg_key(id, leg, key));
	close(month);
	if (dirfd < 0)
		return dirfd == TSK_NOTFOUND ? 0 : dirfd;
	rc = file_read(dirfd, RECORD, SHELF_RECORD_MAX, out);
	close(dirfd);
	return rc < 0 ? rc : 1;
}

/* ---- loading ---- */

static void
load_one(struct shelf *s, const char *key, shelf_fn *each, void *arg)
{
	struct buf text;
	struct id id;
	unsigned leg;

	if (leg_key_parse(key, &id, &leg) < 0) {
		log_warn("shelf: key=%s result=nobodys", key);
		return;
	}
	int dirfd = shelf_folder(s, &id, leg);
	int rc = dirfd;
	buf_init(&text, SHELF_RECORD_MAX);
	if (dirfd >= 0) {
		(void)!file_tidy(dirfd);
		rc = file_read(dirfd, RECORD, SHELF_RECORD_MAX, &text);
		close(dirfd);
	}
	if (rc == 0 && text.len == 0)
		rc = TSK_DAMAGED;
	if (rc < 0)
		log_error("shelf: key=%s result=damaged why=\"%s\"", key,
		    err_text(rc));
	each(arg, &id, leg, rc < 0 ? NULL : text.data, text.len,
	    rc < 0 ? rc : 0);
	buf_fini(&text);
}

int
shelf_load(struct shelf *s, shelf_fn *each, void *arg, struct why *why)
{
	char **names;
	int count = file_list(s->fds[INCOMING], &names), rc = 0;

	/* never committed: whoever gave it gives it again */
	for (int i = 0; i < count && rc == 0; i++)
		rc = file_remove_tree(s->fds[INCOMING], names[i]);
	if (count >= 0)
		file_list_free(&names);
	if (count < 0 || rc < 0)
		return fail(s, count < 0 ? count : rc, why, "tidying up");
	count = file_list(s->fds[OPEN], &names);
	if (count < 0)
		return fail(s, count, why, "reading the records");
	for (int i = 0; i < count; i++)
		load_one(s, names[i], each, arg);
	file_list_free(&names);
	return 0;
}

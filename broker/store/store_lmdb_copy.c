/* NAME
 *	store_lmdb_copy - backup and restore
 * DESCRIPTION
 *	backup: LMDB's own compacting copy (a read transaction, so writing goes
 *	on), into "<path>.part", synced, then renamed: a folder of the final name
 *	is whole.  restore: the bytes of a backup into "<path>.part", synced,
 *	verified record by record, renamed.  What a crash leaves is a ".part"
 *	folder, which the next attempt removes.
 * BUGS
 *	While a backup runs the map cannot grow: a batch that needs more room
 *	waits for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"
#include "err.h"
#include "file.h"

#include "store_lmdb.h"

#define COPY_BYTES (1024 * 1024)

/* A new folder that is to appear whole: parent/name, made as parent/part. */
struct fresh {
	int parent, dir;
	char *name, *part, *part_path;
};

static char *
joined(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	char *s = mem_new(n + m + 1);

	memcpy(s, a, n);
	memcpy(s + n, b, m);
	return s;
}

static void
fresh_fini(struct fresh *f)
{
	if (f->dir >= 0)
		close(f->dir);
	if (f->parent >= 0)
		close(f->parent);
	free(f->name);
	free(f->part);
	free(f->part_path);
}

static int
fresh_init(struct fresh *f, const char *path, struct why *why)
{
	char *a = mem_text(path), *b = mem_text(path);
	struct stat st;
	int rc;

	*f = (struct fresh){.parent = -1, .dir = -1};
	f->name = mem_text(basename(a));
	f->part = joined(f->name, ".part");
	f->parent = rc = file_dir_open(AT_FDCWD, dirname(b));
	free(a);
	a = mem_text(path);
	f->part_path = joined(dirname(a), "/");
	free(b);
	b = f->part_path;
	f->part_path = joined(b, f->part);
	free(a);
	free(b);
	if (rc >= 0 &&
	    fstatat(f->parent, f->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		why_set(
		    why, WHY_NEVER, "exists", "%s: is there already.", path);
		return TSK_EXIST;
	}
	if (rc >= 0)
		rc = file_remove_tree(f->parent, f->part);
	if (rc >= 0)
		rc = file_dir_make(f->parent, f->part, 0700);
	if (rc >= 0)
		f->dir = rc = file_dir_open(f->parent, f->part);
	if (rc < 0)
		why_system(why, WHY_LATER, path);
	return rc < 0 ? rc : 0;
}

/* LMDB's lock file is no part of a copy. */
static int
fresh_done(struct fresh *f, const char *path, struct why *why)
{
	int fd, rc;

	if (unlinkat(f->dir, "lock.mdb", 0) != 0 && errno != ENOENT) {
		why_system(why, WHY_LATER, path);
		return TSK_SYSTEM;
	}
	fd = openat(f->dir, "data.mdb", O_RDONLY | O_CLOEXEC);
	rc = fd >= 0 && fsync(fd) == 0 ? 0 : TSK_SYSTEM;
	if (fd >= 0)
		close(fd);
	CRASH_POINT("store-copy-synced");
	if (rc == 0)
		rc = file_dir_sync(f->dir);
	if (rc == 0)
		rc = file_move(f->parent, f->part, f->parent, f->name);
	CRASH_POINT("store-copy-renamed");
	if (rc == 0)
		rc = file_dir_sync(f->parent);
	if (rc != 0)
		why_system(why, WHY_LATER, path);
	return rc;
}

static void
fresh_drop(struct fresh *f)
{
	/* what is left is removed by the next attempt */
	if (f->parent >= 0 && file_remove_tree(f->parent, f->part) != 0)
		return;
}

int
store_lmdb_backup(struct store *store, const char *path, struct why *why)
{
	struct store_lmdb *db = (struct store_lmdb *)store;
	struct fresh f;
	int rc = fresh_init(&f, path, why), copied;

	if (rc == 0) {
		pthread_rwlock_rdlock(&db->map_lock);
		copied = mdb_env_copy2(db->env, f.part_path, MDB_CP_COMPACT);
		pthread_rwlock_unlock(&db->map_lock);
		CRASH_POINT("store-copy-written");
		if (copied != 0) {
			why_set(why, WHY_LATER, "backup",
			    "%s: the copy failed: %s.", path,
			    mdb_strerror(copied));
			rc = copied == ENOSPC ? TSK_FULL : TSK_SYSTEM;
		} else {
			rc = fresh_done(&f, path, why);
		}
		if (rc != 0)
			fresh_drop(&f);
	}
	fresh_fini(&f);
	return rc;
}

/* ---- restore ---- */

static int
copy_bytes(int from, int to)
{
	char *room = mem_new(COPY_BYTES);
	ssize_t n, k, done;
	int rc = 0;

	while (rc == 0 && (n = read(from, room, COPY_BYTES)) != 0) {
		for (done = 0; n > 0 && done < n; done += k) {
			k = write(to, room + done, (size_t)(n - done));
			if (k < 0)
				break;
		}
		if (n < 0 || done < n)
			rc = errno == ENOSPC ? TSK_FULL : TSK_SYSTEM;
	}
	free(room);
	return rc;
}

static int
copy_file(const char *backup, struct fresh *f, struct why *why)
{
	int dir = file_dir_open(AT_FDCWD, backup), from = -1, to = -1, rc;

	if (dir >= 0)
		from = openat(dir, "data.mdb", O_RDONLY | O_CLOEXEC);
	if (from >= 0)
		to = openat(f->dir, "data.mdb",
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	rc = to < 0 ? TSK_SYSTEM : copy_bytes(from, to);
	if (rc != 0)
		why_system(why, WHY_LATER, backup);
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	if (dir >= 0)
		close(dir);
	return rc;
}

int
store_restore(const char *backup, const char *path, struct why *why)
{
	struct store_settings settings = {.backend = STORE_LMDB};
	struct store_verify v;
	struct fresh f;
	int rc = fresh_init(&f, path, why);

	if (rc == 0) {
		settings.path = f.part_path;
		if ((rc = copy_file(backup, &f, why)) == 0 &&
		    (rc = store_lmdb_verify(&settings, &v, NULL, NULL, why)) ==
			0)
			rc = fresh_done(&f, path, why);
		if (rc != 0)
			fresh_drop(&f);
	}
	fresh_fini(&f);
	return rc;
}

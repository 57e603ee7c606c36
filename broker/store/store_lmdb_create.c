/* NAME
 *	store_lmdb_create - a new store, wholly or not at all
 * DESCRIPTION
 *	Made in "new/", synced, and only its data.mdb renamed into the folder.  A
 *	folder that has traces of a store but no data.mdb is refused, because
 *	making an empty one would hide a loss.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "err.h"
#include "file.h"
#include "log.h"

#include "store_lmdb.h"

static int
sync_file(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc;

	if (fd < 0)
		return TSK_SYSTEM;
	rc = fsync(fd) == 0 ? 0 : TSK_SYSTEM;
	close(fd);
	return rc;
}

/* The records of an empty store, in the environment at path. */
static int
fill(struct store_lmdb *db, const char *path, struct why *why)
{
	struct store_lmdb_txn t = {.db = db};
	int rc = store_lmdb_env_open(db, path, db->map_bytes, 0), tsk = 0;

	if (rc == 0)
		rc = mdb_txn_begin(db->env, NULL, 0, &t.txn);
	if (rc == 0 && ((rc = store_lmdb_tables(db, t.txn, MDB_CREATE)) != 0 ||
			   (tsk = store_write_create(&db->write, &t)) != 0)) {
		mdb_txn_abort(t.txn);
		rc = tsk != 0 ? t.rc : rc;
	} else if (rc == 0) {
		CRASH_POINT("store-create-commit");
		rc = mdb_txn_commit(t.txn);
	}
	store_lmdb_env_close(db);
	return rc == 0 ? 0 : store_lmdb_failed(why, path, rc);
}

/* Nothing but what a crash during creation leaves behind. */
static int
folder_unused(struct store_lmdb *db, struct why *why)
{
	char **names;
	int n = file_list(db->dirfd, &names), rc = 0;

	if (n < 0) {
		why_system(why, WHY_LATER, db->path);
		return n;
	}
	for (int i = 0; rc == 0 && i < n; i++) {
		if (strcmp(names[i], "lock") == 0 ||
		    strcmp(names[i], "new") == 0 ||
		    strcmp(names[i], "lost+found") == 0)
			continue;
		rc = store_lmdb_refuse(why, TSK_INVALID, "store-missing",
		    db->path,
		    "data.mdb is missing but the folder is not empty; restore "
		    "a backup, or name a folder of its own.");
	}
	file_list_free(&names);
	return rc;
}

int
store_lmdb_create(struct store_lmdb *db, struct why *why)
{
	size_t n = strlen(db->path) + sizeof("/new");
	char *path = mem_new(n);
	int fd = -1, rc;

	memcpy(path, db->path, strlen(db->path));
	memcpy(path + strlen(db->path), "/new", sizeof("/new"));
	if ((rc = folder_unused(db, why)) != 0) {
		free(path);
		return rc;
	}
	if ((rc = file_remove_tree(db->dirfd, "new")) != 0 ||
	    (rc = file_dir_make(db->dirfd, "new", 0700)) != 0 ||
	    (fd = rc = file_dir_open(db->dirfd, "new")) < 0) {
		why_system(why, WHY_LATER, path);
		goto end;
	}
	CRASH_POINT("store-create-folder");
	if ((rc = fill(db, path, why)) != 0)
		goto end;
	CRASH_POINT("store-create-filled");
	if ((rc = sync_file(fd, "data.mdb")) != 0 ||
	    (rc = file_move(fd, "data.mdb", db->dirfd, "data.mdb")) != 0 ||
	    (rc = file_dir_sync(db->dirfd)) != 0)
		why_system(why, WHY_LATER, path);
	CRASH_POINT("store-create-renamed");
	if (rc == 0 && file_remove_tree(db->dirfd, "new") != 0)
		log_warn("store: leftover folder new could not be removed");
end:
	if (fd >= 0)
		close(fd);
	free(path);
	return rc < 0 ? rc : 0;
}

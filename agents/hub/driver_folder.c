/* NAME
 *	driver_folder - a hub's folder on this machine, or a mounted share
 * DESCRIPTION
 *	Paths below the place come from settings and from templates whose values
 *	are checked (place.h); links in them are not followed at their end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"

#include "driver.h"

#define FOLDER_MODE 0770
#define FILE_MODE   0660

struct folder {
	int root;
};

static int
trouble(int rc, struct why *why, const char *what)
{
	why_set(why, WHY_LATER, rc == TSK_FULL ? "disk-full" : "folder",
	    "The folder of the hub: %s: %s.", what,
	    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return TSK_LATER;
}

static int
folder_open(const struct hub_settings *settings, void **out, struct why *why)
{
	struct folder *f = mem_new(sizeof(*f));

	/* never made here: an empty folder in the place of a share that is
	 * not mounted would take everything and hand over nothing */
	f->root = file_dir_open(AT_FDCWD, settings->path);
	*out = f;
	return f->root < 0 ? trouble(f->root, why, "opening it") : 0;
}

static void
folder_close(void *self)
{
	struct folder *f = self;

	if (f == NULL)
		return;
	if (f->root >= 0)
		close(f->root);
	free(f);
}

static int
open_below(const struct folder *f, const char *folder, bool make)
{
	if (folder[0] == '\0')
		folder = ".";
	return make && folder[0] != '.'
		   ? file_dir_below(f->root, folder, FOLDER_MODE)
		   : file_dir_open(f->root, folder);
}

static int
folder_list(
    void *self, const char *folder, struct driver_list *out, struct why *why)
{
	int dir = open_below(self, folder, false), n;
	char **names;

	if (dir == TSK_NOTFOUND)
		return 0;
	n = dir < 0 ? dir : file_list(dir, &names);
	for (int i = 0; i < n; i++) {
		struct stat st;

		if (out->count < DRIVER_LIST_MAX &&
		    fstatat(dir, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			driver_list_add(out, names[i], (uint64_t)st.st_size,
			    st.st_mtim.tv_sec);
	}
	if (n >= 0)
		file_list_free(&names);
	if (dir >= 0)
		close(dir);
	driver_list_sort(out);
	return n < 0 ? trouble(n, why, "listing it") : 0;
}

static int
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == ENOSPC || errno == EDQUOT ? TSK_FULL
								  : TSK_SYSTEM;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* Not file_write(): what a crash leaves is to have the name we know. */
static int
write_file(int dir, const char *name, const void *p, size_t n)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	int rc;

	if (fd < 0)
		return TSK_SYSTEM;
	rc = write_all(fd, p, n);
	CRASH_POINT("hub-folder-file");
	if (rc == 0 && fsync(fd) != 0)
		rc = TSK_SYSTEM;
	if (close(fd) != 0 && rc == 0)
		rc = TSK_SYSTEM;
	return rc == 0 ? file_dir_sync(dir) : rc;
}

static int
folder_put(void *self, const char *folder, const char *name, const void *p,
    size_t n, struct why *why)
{
	int dir = open_below(self, folder, true);
	int rc = dir < 0 ? dir : write_file(dir, name, p, n);

	if (dir >= 0)
		close(dir);
	return rc < 0 ? trouble(rc, why, "writing into it") : 0;
}

static int
folder_move(void *self, const char *folder, const char *name, const char *to,
    const char *new_name, struct why *why)
{
	int from_dir = open_below(self, folder, false);
	int to_dir = open_below(self, to, true), rc;

	rc = from_dir < 0 ? from_dir : to_dir;
	if (rc >= 0)
		rc = file_move(from_dir, name, to_dir, new_name);
	if (rc == 0)
		rc = file_dir_sync(to_dir);
	if (rc == 0)
		rc = file_dir_sync(from_dir);
	if (from_dir >= 0)
		close(from_dir);
	if (to_dir >= 0)
		close(to_dir);
	if (rc == TSK_EXIST || rc == TSK_NOTFOUND)
		return rc;
	return rc < 0 ? trouble(rc, why, "moving a file") : 0;
}

static int
folder_get(void *self, const char *folder, const char *name, size_t max,
    struct buf *out, struct why *why)
{
	int dir = open_below(self, folder, false);
	int rc = dir < 0 ? dir : file_read(dir, name, max, out);

	if (dir >= 0)
		close(dir);
	if (rc == TSK_NOTFOUND || rc == TSK_TOOBIG)
		return rc;
	return rc < 0 ? trouble(rc, why, "reading a file") : 0;
}

static int
folder_remove(void *self, const char *folder, const char *name, struct why *why)
{
	int dir = open_below(self, folder, false), rc = 0;

	if (dir == TSK_NOTFOUND)
		return 0;
	if (dir < 0)
		return trouble(dir, why, "opening it");
	if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		rc = TSK_SYSTEM;
	if (rc == 0)
		rc = file_dir_sync(dir);
	close(dir);
	return rc < 0 ? trouble(rc, why, "removing a file") : 0;
}

const struct driver driver_folder = {
    .name = "folder",
    .open = folder_open,
    .close = folder_close,
    .list = folder_list,
    .put = folder_put,
    .move = folder_move,
    .get = folder_get,
    .remove = folder_remove,
};

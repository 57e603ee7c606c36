/* NAME
 *	file - durable files and safe names
 * SUMMARY
 *	see file.h
 * DESCRIPTION
 *	New content is written under a temporary name, synced, renamed, and the
 *	folder synced: in this order, because a rename may reach the disk before
 *	the bytes do.  The temporary name is random, so that two writers of one
 *	folder never meet.
 * BUGS
 *	file_dir_make() does not sync the parent of a folder that is already
 *	there, even if the process that made it died before it could.
 *	On a file system that knows neither RENAME_NOREPLACE nor hard links
 *	file_move() looks before it renames: two movers could meet there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "crash.h"
#include "digest.h"

#include "file.h"

#define TEMP_PREFIX ".tmp-" /* a dot file: scanners skip it */
#define TEMP_BYTES  24
#define DEPTH_MAX   64

static int
code_of(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return TSK_FULL;
	case ENOENT:
		return TSK_NOTFOUND;
	case EEXIST:
	case ENOTEMPTY:
		return TSK_EXIST;
	case ELOOP:
	case ENOTDIR:
	case EISDIR:
	case ENAMETOOLONG:
		return TSK_INVALID;
	default:
		return TSK_SYSTEM;
	}
}

static int
failed(void)
{
	return code_of(errno);
}

/* Close without losing the errno the caller will report. */
static void
close_quietly(int fd)
{
	int error = errno;

	(void)close(fd);
	errno = error;
}

static bool
is_component(const char *name)
{
	size_t n = strnlen(name, 256);

	if (n == 0 || n > 255 || strchr(name, '/') != NULL)
		return false;
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int
file_dir_open(int dirfd, const char *path)
{
	int fd = openat(
	    dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? failed() : fd;
}

int
file_dir_sync(int dirfd)
{
	return fsync(dirfd) == 0 ? 0 : failed();
}

/* dirfd may be a traversal-only descriptor: sync through a real one. */
static int
sync_again(int dirfd)
{
	int fd = file_dir_open(dirfd, ".");

	if (fd < 0)
		return fd;
	int rc = file_dir_sync(fd);
	close_quietly(fd);
	return rc;
}

/* Make one component below dirfd and return a descriptor for what is below it.
 * Only the last component must not be a link: /var/run is one on many hosts. */
static int
make_step(int dirfd, const char *name, mode_t mode, bool last)
{
	if (mkdirat(dirfd, name, mode) == 0) {
		CRASH_POINT("file-dir-made");
		int rc = sync_again(dirfd);
		if (rc != 0)
			return rc;
	} else if (errno != EEXIST && (last || errno != EROFS)) {
		return failed();
	}
	int fd = openat(dirfd, name,
	    O_PATH | O_DIRECTORY | O_CLOEXEC | (last ? O_NOFOLLOW : 0));
	return fd < 0 ? failed() : fd;
}

int
file_dir_make(int dirfd, const char *path, mode_t mode)
{
	char *copy = mem_text(path), *rest = copy, *saved = NULL;
	int at = openat(
	    dirfd, *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = at < 0 ? failed() : 0;
	char *name = strtok_r(rest, "/", &saved);

	while (rc == 0 && name != NULL) {
		char *after = strtok_r(NULL, "/", &saved);
		int next = make_step(at, name, mode, after == NULL);
		close_quietly(at);
		at = next;
		rc = next < 0 ? next : 0;
		name = after;
	}
	if (at >= 0)
		close_quietly(at);
	free(copy);
	return rc;
}

int
file_dir_below(int dirfd, const char *path, mode_t mode)
{
	int rc = file_dir_make(dirfd, path, mode);

	return rc < 0 ? rc : file_dir_open(dirfd, path);
}

int
file_dir_new(int dirfd, const char *name, mode_t mode)
{
	if (!is_component(name))
		return TSK_INVALID;
	if (mkdirat(dirfd, name, mode) != 0)
		return failed();
	CRASH_POINT("file-dir-made");
	return file_dir_open(dirfd, name);
}

static int
read_all(int fd, size_t max, struct buf *out)
{
	char chunk[32768];
	size_t total = 0;

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed();
		if (n == 0)
			return 0;
		total += (size_t)n;
		buf_add(out, chunk, (size_t)n);
		if (total > max || !buf_ok(out))
			return TSK_TOOBIG;
	}
}

/* Takes fd.  The size is asked first only to refuse early: a file may grow. */
static int
read_regular(int fd, size_t max, struct buf *out)
{
	struct stat st;
	int rc;

	if (fd < 0)
		return failed();
	if (fstat(fd, &st) != 0)
		rc = failed();
	else if (!S_ISREG(st.st_mode))
		rc = TSK_INVALID;
	else if (st.st_size > 0 && (size_t)st.st_size > max)
		rc = TSK_TOOBIG;
	else
		rc = read_all(fd, max, out);
	close_quietly(fd);
	return rc;
}

int
file_read(int dirfd, const char *name, size_t max, struct buf *out)
{
	if (!is_component(name))
		return TSK_INVALID;
	/* O_NONBLOCK: a FIFO laid into a folder must not hang us */
	return read_regular(
	    openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
	    max, out);
}

int
file_read_path(const char *path, size_t max, struct buf *out)
{
	return read_regular(
	    open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), max, out);
}

static int
write_all(int fd, const void *p, size_t n)
{
	const char *bytes = p;

	while (n > 0) {
		ssize_t done = write(fd, bytes, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return failed();
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

static void
temp_name(char out[TEMP_BYTES])
{
	char hex[17];
	unsigned char bytes[8];

	digest_random(bytes, sizeof(bytes));
	(void)snprintf(out, TEMP_BYTES, TEMP_PREFIX "%s",
	    digest_hex(bytes, sizeof(bytes), hex));
}

static bool
is_temp_name(const char *name)
{
	size_t prefix = strlen(TEMP_PREFIX);
	unsigned char bytes[8];

	return strncmp(name, TEMP_PREFIX, prefix) == 0 &&
	       digest_unhex(name + prefix, bytes, sizeof(bytes)) == 0;
}

/* A synced file under a temporary name; nothing is left behind on failure. */
static int
write_temp(int dirfd, const char *temp, const void *p, size_t n, mode_t mode)
{
	int fd = openat(dirfd, temp,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return failed();
	CRASH_POINT("file-opened");
	int rc = write_all(fd, p, n);
	CRASH_POINT("file-written");
	if (rc == 0 && fsync(fd) != 0)
		rc = failed();
	close_quietly(fd);
	if (rc != 0) {
		int error = errno;
		(void)unlinkat(dirfd, temp, 0);
		errno = error;
	}
	return rc;
}

/* Name what write_temp() made; undo it if the name cannot be had. */
static int
name_temp(int dirfd, const char *temp, const char *name, bool replace)
{
	int rc;

	CRASH_POINT("file-synced");
	if (replace)
		rc = renameat(dirfd, temp, dirfd, name) == 0 ? 0 : failed();
	else
		rc = file_move(dirfd, temp, dirfd, name);
	if (rc != 0) {
		int error = errno;
		(void)unlinkat(dirfd, temp, 0);
		errno = error;
	} else {
		CRASH_POINT("file-renamed");
	}
	return rc;
}

int
file_write(int dirfd, const char *name, const void *p, size_t n, mode_t mode)
{
	char temp[TEMP_BYTES];

	if (!is_component(name))
		return TSK_INVALID;
	temp_name(temp);
	int rc = write_temp(dirfd, temp, p, n, mode);
	if (rc == 0)
		rc = name_temp(dirfd, temp, name, true);
	if (rc == 0)
		rc = sync_again(dirfd);
	return rc;
}

int
file_create(int dirfd, const char *name, const void *p, size_t n, mode_t mode)
{
	char temp[TEMP_BYTES];

	if (!is_component(name))
		return TSK_INVALID;
	/* spare the disk a file that has no chance; the rename decides */
	if (faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return TSK_EXIST;
	}
	temp_name(temp);
	int rc = write_temp(dirfd, temp, p, n, mode);
	return rc != 0 ? rc : name_temp(dirfd, temp, name, false);
}

/* For file systems without RENAME_NOREPLACE.  A hard link refuses a taken name
 * by itself; folders and file systems without links must look first. */
static int
move_without_flag(
    int from_dirfd, const char *name, int to_dirfd, const char *new_name)
{
	if (linkat(from_dirfd, name, to_dirfd, new_name, 0) == 0)
		return unlinkat(from_dirfd, name, 0) == 0 ? 0 : failed();
	if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
		return failed();
	if (faccessat(to_dirfd, new_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return TSK_EXIST;
	}
	if (renameat(from_dirfd, name, to_dirfd, new_name) != 0)
		return failed();
	return 0;
}

int
file_move(int from_dirfd, const char *name, int to_dirfd, const char *new_name)
{
	if (!is_component(name) || !is_component(new_name))
		return TSK_INVALID;
	if (renameat2(from_dirfd, name, to_dirfd, new_name, RENAME_NOREPLACE) ==
	    0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return failed();
	return move_without_flag(from_dirfd, name, to_dirfd, new_name);
}

int
file_tidy(int dirfd)
{
	char **names;
	int count = 0, n = file_list(dirfd, &names);

	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		if (is_temp_name(names[i]) && unlinkat(dirfd, names[i], 0) == 0)
			count++;
	}
	file_list_free(&names);
	return count;
}

static int remove_below(int dirfd, const char *name, int depth);

static int
remove_folder(int dirfd, const char *name, int depth)
{
	char **names;
	int fd = file_dir_open(dirfd, name);

	if (fd < 0)
		return fd;
	int n = file_list(fd, &names), rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = remove_below(fd, names[i], depth + 1);
	if (n >= 0)
		file_list_free(&names);
	close_quietly(fd);
	if (rc == 0 && unlinkat(dirfd, name, AT_REMOVEDIR) != 0 &&
	    errno != ENOENT)
		rc = failed();
	return rc;
}

static int
remove_below(int dirfd, const char *name, int depth)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	/* POSIX says EPERM for a folder, Linux says EISDIR */
	if (errno != EISDIR && errno != EPERM)
		return failed();
	if (depth >= DEPTH_MAX)
		return TSK_TOOBIG;
	return remove_folder(dirfd, name, depth);
}

int
file_remove_tree(int dirfd, const char *name)
{
	if (!is_component(name))
		return TSK_INVALID;
	return remove_below(dirfd, name, 0);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes every name out of the stream; errno tells a failure from the end. */
static int
collect_names(DIR *dir, char ***names)
{
	size_t n = 0, cap = 16;
	const struct dirent *entry;

	*names = mem_new(cap * sizeof(**names));
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		if (!is_component(entry->d_name))
			continue;
		if (n + 1 == cap) {
			cap *= 2;
			*names = mem_resize(*names, cap * sizeof(**names));
		}
		(*names)[n++] = mem_text(entry->d_name);
		(*names)[n] = NULL;
	}
	if (errno != 0) {
		int rc = failed();
		file_list_free(names);
		return rc;
	}
	qsort(*names, n, sizeof(**names), compare_names);
	return (int)n;
}

int
file_list(int dirfd, char ***names)
{
	int fd = file_dir_open(dirfd, "."); /* an offset of its own */

	*names = NULL;
	if (fd < 0)
		return fd;
	DIR *dir = fdopendir(fd);
	if (dir == NULL) {
		close_quietly(fd);
		return failed();
	}
	int rc = collect_names(dir, names);
	int error = errno;
	(void)closedir(dir);
	errno = error;
	return rc;
}

void
file_list_free(char ***names)
{
	if (*names == NULL)
		return;
	for (char **name = *names; *name != NULL; name++)
		free(*name);
	free(*names);
	*names = NULL;
}

int
file_space(int dirfd, uint64_t *free_bytes)
{
	struct statvfs vfs;

	if (fstatvfs(dirfd, &vfs) != 0)
		return failed();
	*free_bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	return 0;
}

int
file_private(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return failed();
	if (!S_ISREG(st.st_mode))
		return TSK_INVALID;
	if ((st.st_mode & 077) != 0)
		return TSK_DENIED;
	return st.st_uid == 0 || st.st_uid == geteuid() ? 0 : TSK_DENIED;
}

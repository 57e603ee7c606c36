/* NAME
 *	powershim - write down what a program asks of the disk
 * SYNOPSIS
 *	LD_PRELOAD=powershim.so POWER_ROOT=/lab POWER_LOG=/log/name program...
 * DESCRIPTION
 *	Each change of a file or folder below POWER_ROOT, and each sync of one, is
 *	appended to POWER_LOG after it was made, with the time (CLOCK_MONOTONIC)
 *	and before anybody can act on it.  powercut.py makes of it what a disk
 *	could hold after the power was cut at any time.
 *
 *	A record: struct record (host order), then name_bytes of a name, other_bytes
 *	of a second name, data_bytes of data.
 * BUGS
 *	Calls that stdio makes inside libc and changes through mmap() are not
 *	seen; powercut.py compares the tree at the end with what it was told and
 *	would notice.  Calls wait for each other: syncs of two threads do not
 *	overlap.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind {
	CREATE = 1, /* folder, name: file */
	WRITE,      /* file, offset, data; flag: it is durable */
	SIZE,       /* file, offset */
	SYNC,       /* file: file or folder; flag: its whole file system */
	FOLDER,     /* folder, name: file */
	RENAME,     /* folder, name, other_folder, other name */
	REMOVE,     /* folder, name */
	LINK,       /* file; other_folder, other name */
};

struct record {
	int64_t ns;
	uint32_t kind, flag;
	uint32_t name_bytes, other_bytes;
	uint64_t data_bytes;
	uint64_t file, folder, other_folder; /* inodes */
	uint64_t offset;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* ---- the log ---- */

static void
tell(struct record *r, const char *name, const char *other,
    const struct iovec *data, int count)
{
	static int fd = -1;
	struct iovec piece[3 + IOV_MAX];
	struct timespec now;
	int saved = errno, n = 0;
	size_t bytes = 0;

	if (fd < 0)
		fd = REAL(openat)(AT_FDCWD, getenv("POWER_LOG"),
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	clock_gettime(CLOCK_MONOTONIC, &now);
	r->ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	r->name_bytes = name != NULL ? (uint32_t)strlen(name) : 0;
	r->other_bytes = other != NULL ? (uint32_t)strlen(other) : 0;
	piece[n++] = (struct iovec){r, sizeof(*r)};
	piece[n++] = (struct iovec){(void *)name, r->name_bytes};
	piece[n++] = (struct iovec){(void *)other, r->other_bytes};
	/* what was really written of the data: data_bytes */
	for (int i = 0; i < count && bytes < r->data_bytes; i++) {
		size_t most = (size_t)r->data_bytes - bytes;
		piece[n] = data[i];
		if (piece[n].iov_len > most)
			piece[n].iov_len = most;
		bytes += piece[n++].iov_len;
	}
	for (int i = 0; i < n; i++) {
		const char *p = piece[i].iov_base;
		for (size_t left = piece[i].iov_len; left > 0;) {
			ssize_t k = REAL(write)(fd, p, left);
			if (k < 0)
				abort(); /* half a log proves nothing */
			p += k;
			left -= (size_t)k;
		}
	}
	errno = saved;
}

/* ---- is it ours, and what is it ---- */

static bool
below_root(const char *path)
{
	const char *root = getenv("POWER_ROOT");
	size_t n = root != NULL ? strlen(root) : 0;

	return n > 0 && strncmp(path, root, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0');
}

static bool
ours(int fd, struct stat *st)
{
	char link[64], path[PATH_MAX];
	int saved = errno;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (fstat(fd, st) != 0 ||
	    (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) ||
	    (n = readlink(link, path, sizeof(path) - 1)) <= 0) {
		errno = saved;
		return false;
	}
	path[n] = '\0';
	errno = saved;
	return below_root(path);
}

/* The folder a path's last component lies in, and that component. */
static bool
place(int dirfd, const char *path, uint64_t *folder, char name[NAME_MAX + 1])
{
	char parent[PATH_MAX];
	const char *last = strrchr(path, '/');
	int saved = errno, fd;
	struct stat st;
	bool is;

	snprintf(name, NAME_MAX + 1, "%s", last != NULL ? last + 1 : path);
	snprintf(parent, sizeof(parent), "%.*s",
	    last != NULL ? (int)(last - path) : 1, last != NULL ? path : ".");
	if (last == path)
		snprintf(parent, sizeof(parent), "/");
	fd = REAL(openat)(dirfd, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	is = fd >= 0 && ours(fd, &st);
	if (is)
		*folder = st.st_ino;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return is;
}

/* ---- files ---- */

static int
opened(int dirfd, const char *path, int flags, mode_t mode)
{
	char name[NAME_MAX + 1];
	struct record r = {.kind = CREATE};
	struct stat st;
	bool is = false, there;
	int fd;

	if ((flags & (O_CREAT | O_TRUNC)) == 0 ||
	    (flags & O_TMPFILE) == O_TMPFILE ||
	    !place(dirfd, path, &r.folder, name))
		return REAL(openat)(dirfd, path, flags, mode);
	pthread_mutex_lock(&lock);
	there = fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	fd = REAL(openat)(dirfd, path, flags, mode);
	if (fd >= 0)
		is = ours(fd, &st) && S_ISREG(st.st_mode);
	r.file = st.st_ino;
	if (is && !there) {
		tell(&r, name, NULL, NULL, 0);
	} else if (is && (flags & O_TRUNC) != 0) {
		r.kind = SIZE;
		tell(&r, NULL, NULL, NULL, 0);
	}
	pthread_mutex_unlock(&lock);
	return fd;
}

#define MODE(flags)                                           \
	__extension__({                                       \
		mode_t mode_ = 0;                             \
		if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
			va_list list_;                        \
			va_start(list_, flags);               \
			mode_ = va_arg(list_, mode_t);        \
			va_end(list_);                        \
		}                                             \
		mode_;                                        \
	})

int
open(const char *path, int flags, ...)
{
	return opened(AT_FDCWD, path, flags, MODE(flags));
}

int
open64(const char *path, int flags, ...)
{
	return opened(AT_FDCWD, path, flags, MODE(flags));
}

int
openat(int dirfd, const char *path, int flags, ...)
{
	return opened(dirfd, path, flags, MODE(flags));
}

int
openat64(int dirfd, const char *path, int flags, ...)
{
	return opened(dirfd, path, flags, MODE(flags));
}

/* offset < 0: where the file stood before the call */
static void
wrote(int fd, struct stat *st, const struct iovec *data, int count,
    ssize_t done, off_t offset)
{
	struct record r = {.kind = WRITE, .file = st->st_ino};

	if (done <= 0)
		return;
	r.data_bytes = (uint64_t)done;
	if (offset < 0)
		offset = lseek(fd, 0, SEEK_CUR) - done;
	r.offset = (uint64_t)offset;
	r.flag = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
	tell(&r, NULL, NULL, data, count);
}

#define WRITES(CALL, DATA, COUNT, OFFSET)          \
	struct stat st;                            \
	ssize_t done;                              \
	if (!ours(fd, &st))                        \
		return CALL;                       \
	pthread_mutex_lock(&lock);                 \
	done = CALL;                               \
	wrote(fd, &st, DATA, COUNT, done, OFFSET); \
	pthread_mutex_unlock(&lock);               \
	return done

ssize_t
write(int fd, const void *p, size_t n)
{
	struct iovec data = {(void *)p, n};
	WRITES(REAL(write)(fd, p, n), &data, 1, -1);
}

ssize_t
writev(int fd, const struct iovec *data, int count)
{
	WRITES(REAL(writev)(fd, data, count), data, count, -1);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	struct iovec data = {(void *)p, n};
	WRITES(REAL(pwrite)(fd, p, n, at), &data, 1, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	struct iovec data = {(void *)p, n};
	WRITES(REAL(pwrite64)(fd, p, n, at), &data, 1, at);
}

ssize_t
pwritev(int fd, const struct iovec *data, int count, off_t at)
{
	WRITES(REAL(pwritev)(fd, data, count, at), data, count, at);
}

ssize_t
pwritev64(int fd, const struct iovec *data, int count, off64_t at)
{
	WRITES(REAL(pwritev64)(fd, data, count, at), data, count, at);
}

static int
sized(int (*call)(int, off_t), int fd, off_t size)
{
	struct record r = {.kind = SIZE, .offset = (uint64_t)size};
	struct stat st;
	int rc;

	if (!ours(fd, &st))
		return call(fd, size);
	pthread_mutex_lock(&lock);
	rc = call(fd, size);
	r.file = st.st_ino;
	if (rc == 0)
		tell(&r, NULL, NULL, NULL, 0);
	pthread_mutex_unlock(&lock);
	return rc;
}

int
ftruncate(int fd, off_t size)
{
	return sized(REAL(ftruncate), fd, size);
}

int
ftruncate64(int fd, off64_t size)
{
	return sized(REAL(ftruncate64), fd, size);
}

/* Reserving bytes makes a file longer: zeros, as far as a reader can tell. */
static void
grown(int fd, const struct stat *before)
{
	struct record r = {.kind = SIZE, .file = before->st_ino};
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size > before->st_size) {
		r.offset = (uint64_t)st.st_size;
		tell(&r, NULL, NULL, NULL, 0);
	}
}

int
fallocate(int fd, int mode, off_t at, off_t bytes)
{
	struct stat st;
	int rc;

	if (!ours(fd, &st))
		return REAL(fallocate)(fd, mode, at, bytes);
	pthread_mutex_lock(&lock);
	rc = REAL(fallocate)(fd, mode, at, bytes);
	if (rc == 0)
		grown(fd, &st);
	pthread_mutex_unlock(&lock);
	return rc;
}

int
posix_fallocate(int fd, off_t at, off_t bytes)
{
	struct stat st;
	int rc;

	if (!ours(fd, &st))
		return REAL(posix_fallocate)(fd, at, bytes);
	pthread_mutex_lock(&lock);
	rc = REAL(posix_fallocate)(fd, at, bytes);
	if (rc == 0)
		grown(fd, &st);
	pthread_mutex_unlock(&lock);
	return rc;
}

static int
synced(int (*call)(int), int fd, bool all)
{
	struct record r = {.kind = SYNC, .flag = all};
	struct stat st;
	int rc;

	if (!ours(fd, &st))
		return call(fd);
	pthread_mutex_lock(&lock);
	rc = call(fd);
	r.file = st.st_ino;
	if (rc == 0)
		tell(&r, NULL, NULL, NULL, 0);
	pthread_mutex_unlock(&lock);
	return rc;
}

int
fsync(int fd)
{
	return synced(REAL(fsync), fd, false);
}

int
fdatasync(int fd)
{
	return synced(REAL(fdatasync), fd, false);
}

int
syncfs(int fd)
{
	return synced(REAL(syncfs), fd, true);
}

/* ---- names ---- */

static int
made(int rc, int dirfd, const char *path, struct record *r, const char *name)
{
	struct stat st;

	if (rc == 0 && fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		r->file = st.st_ino;
		tell(r, name, NULL, NULL, 0);
	}
	return rc;
}

int
mkdirat(int dirfd, const char *path, mode_t mode)
{
	struct record r = {.kind = FOLDER};
	char name[NAME_MAX + 1];
	int rc;

	if (!place(dirfd, path, &r.folder, name))
		return REAL(mkdirat)(dirfd, path, mode);
	pthread_mutex_lock(&lock);
	rc = made(REAL(mkdirat)(dirfd, path, mode), dirfd, path, &r, name);
	pthread_mutex_unlock(&lock);
	return rc;
}

int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int
unlinkat(int dirfd, const char *path, int flags)
{
	struct record r = {.kind = REMOVE};
	char name[NAME_MAX + 1];
	int rc;

	if (!place(dirfd, path, &r.folder, name))
		return REAL(unlinkat)(dirfd, path, flags);
	pthread_mutex_lock(&lock);
	rc = REAL(unlinkat)(dirfd, path, flags);
	if (rc == 0)
		tell(&r, name, NULL, NULL, 0);
	pthread_mutex_unlock(&lock);
	return rc;
}

int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int
rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int
renameat2(
    int from, const char *path, int to, const char *other_path, unsigned flags)
{
	struct record r = {.kind = RENAME};
	char name[NAME_MAX + 1], other[NAME_MAX + 1];
	int rc;

	if (!place(from, path, &r.folder, name) ||
	    !place(to, other_path, &r.other_folder, other))
		return REAL(renameat2)(from, path, to, other_path, flags);
	pthread_mutex_lock(&lock);
	rc = REAL(renameat2)(from, path, to, other_path, flags);
	if (rc == 0)
		tell(&r, name, other, NULL, 0);
	pthread_mutex_unlock(&lock);
	return rc;
}

int
renameat(int from, const char *path, int to, const char *other_path)
{
	return renameat2(from, path, to, other_path, 0);
}

int
rename(const char *path, const char *other_path)
{
	return renameat2(AT_FDCWD, path, AT_FDCWD, other_path, 0);
}

int
linkat(int from, const char *path, int to, const char *other_path, int flags)
{
	struct record r = {.kind = LINK};
	char other[NAME_MAX + 1];
	struct stat st;
	int rc;

	if (!place(to, other_path, &r.other_folder, other))
		return REAL(linkat)(from, path, to, other_path, flags);
	pthread_mutex_lock(&lock);
	rc = REAL(linkat)(from, path, to, other_path, flags);
	if (rc == 0 && fstatat(to, other_path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		r.file = st.st_ino;
		tell(&r, NULL, other, NULL, 0);
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

int
link(const char *path, const char *other_path)
{
	return linkat(AT_FDCWD, path, AT_FDCWD, other_path, 0);
}

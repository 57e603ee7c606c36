/* NAME
 *	faultshim - make the n-th disk call of a program fail
 * SYNOPSIS
 *	LD_PRELOAD=faultshim.so FAULT_PATH=data.mdb FAULT_AT=7 FAULT_ERROR=EIO
 *	FAULT_CALLS=write,sync FAULT_LOG=/tmp/log program...
 * DESCRIPTION
 *	Counts write, writev, pwrite, pwritev (FAULT_CALLS word "write") and
 *	fsync, fdatasync, msync, sync_file_range ("sync") on files whose path
 *	contains FAULT_PATH.  The FAULT_AT-th of them fails with FAULT_ERROR
 *	(EIO, ENOSPC) and so do all after it if FAULT_STAY is set.  FAULT_AT=0
 *	only counts.  FAULT_SHORT: a failing write writes half first, as a disk
 *	that fills up does.  FAULT_AFTER=FILE: count only once FILE exists, so
 *	that a test can let the program start first.
 *
 *	At the fault and at exit the count is written to FAULT_LOG.
 * BUGS
 *	Calls the kernel makes by itself (mmap write-back) are not seen; LMDB in
 *	its default mode has none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void
tell(long n)
{
	ssize_t (*out)(int, const void *, size_t) =
	    (ssize_t(*)(int, const void *, size_t))real("write");
	const char *path = getenv("FAULT_LOG");
	char text[32];
	int fd, k;

	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	k = snprintf(text, sizeof(text), "%ld\n", n);
	if (out(fd, text, (size_t)k) != k)
		(void)k;
	close(fd);
}

__attribute__((destructor)) static void
at_exit(void)
{
	if (getenv("FAULT_PATH") != NULL)
		tell(atomic_load(&calls));
}

static bool
on_path(int fd)
{
	const char *want = getenv("FAULT_PATH");
	const char *after = getenv("FAULT_AFTER");
	char link[64], path[PATH_MAX];
	ssize_t n;

	if (want == NULL || (after != NULL && access(after, F_OK) != 0))
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return strstr(path, want) != NULL;
}

/* Is this call the one?  Sets errno if so. */
static bool
fails(int fd, const char *kind)
{
	const char *kinds = getenv("FAULT_CALLS"), *at = getenv("FAULT_AT");
	const char *error = getenv("FAULT_ERROR");
	int saved = errno;
	long n, want;

	if ((kinds != NULL && strstr(kinds, kind) == NULL) || !on_path(fd)) {
		errno = saved;
		return false;
	}
	n = atomic_fetch_add(&calls, 1) + 1;
	want = at != NULL ? strtol(at, NULL, 10) : 0;
	if (want == 0 || n < want ||
	    (n > want && getenv("FAULT_STAY") == NULL)) {
		errno = saved;
		return false;
	}
	tell(n);
	errno = error != NULL && strcmp(error, "ENOSPC") == 0 ? ENOSPC : EIO;
	return true;
}

static size_t
half(size_t n)
{
	return getenv("FAULT_SHORT") != NULL ? n / 2 : 0;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	ssize_t (*f)(int, const void *, size_t) =
	    (ssize_t(*)(int, const void *, size_t))real("write");

	if (fails(fd, "write"))
		return half(n) > 0 ? f(fd, p, half(n)) : -1;
	return f(fd, p, n);
}

ssize_t
writev(int fd, const struct iovec *v, int count)
{
	ssize_t (*f)(int, const struct iovec *, int) =
	    (ssize_t(*)(int, const struct iovec *, int))real("writev");

	if (fails(fd, "write"))
		return getenv("FAULT_SHORT") != NULL ? f(fd, v, 1) : -1;
	return f(fd, v, count);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	ssize_t (*f)(int, const void *, size_t, off64_t) =
	    (ssize_t(*)(int, const void *, size_t, off64_t))real("pwrite64");

	if (fails(fd, "write"))
		return half(n) > 0 ? f(fd, p, half(n), at) : -1;
	return f(fd, p, n, at);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return pwrite64(fd, p, n, at);
}

ssize_t
pwritev(int fd, const struct iovec *v, int count, off_t at)
{
	ssize_t (*f)(int, const struct iovec *, int, off_t) =
	    (ssize_t(*)(int, const struct iovec *, int, off_t))real("pwritev");

	if (fails(fd, "write"))
		return getenv("FAULT_SHORT") != NULL ? f(fd, v, 1, at) : -1;
	return f(fd, v, count, at);
}

int
fsync(int fd)
{
	int (*f)(int) = (int (*)(int))real("fsync");

	return fails(fd, "sync") ? -1 : f(fd);
}

int
fdatasync(int fd)
{
	int (*f)(int) = (int (*)(int))real("fdatasync");

	return fails(fd, "sync") ? -1 : f(fd);
}

int
sync_file_range(int fd, off_t at, off_t n, unsigned flags)
{
	int (*f)(int, off_t, off_t, unsigned) =
	    (int (*)(int, off_t, off_t, unsigned))real("sync_file_range");

	return fails(fd, "sync") ? -1 : f(fd, at, n, flags);
}

/* NAME
 *	limited - another program looks at what strangers sent
 * SUMMARY
 *	see limited.h
 * DESCRIPTION
 *	Between fork and exec there are system calls only: another thread of ours
 *	may hold any lock.  The network is shut by a filter on socket(2), which
 *	needs no rights and lives through exec.
 * BUGS
 *	On processors whose numbers of system calls we do not know the network is
 *	not shut.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limited.h"

#define MEMORY_MAX  (1024ull * 1024 * 1024)
#define SANITIZER   "ASAN_OPTIONS=hard_rss_limit_mb=1024:detect_leaks=0"
#define NOT_STARTED 127

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

static void
shut_network(void)
{
#ifdef ARCHITECTURE
	struct sock_filter filter[] = {
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 2, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
	};
	struct sock_fprog program = {
	    sizeof(filter) / sizeof(filter[0]), filter};

	(void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#endif
}

static void
limit(int what, rlim_t most)
{
	struct rlimit r = {most, most};

	(void)setrlimit((__rlimit_resource_t)what, &r);
}

/* Of this very build. */
static bool
sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return true;
#else
	return false;
#endif
#else
	return false;
#endif
}

static void
child(const struct limited *l, int in, int out)
{
	static char sanitizer[] = SANITIZER;
	static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8",
		    home[] = "HOME=/nonexistent";
	bool held = l->ours && sanitized();
	char *env[] = {path, locale, home, held ? sanitizer : NULL, NULL};
	sigset_t none;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (dup2(in, 0) == -1 || dup2(out, 1) == -1 || dup2(null, 2) == -1 ||
	    chdir("/") == -1)
		_exit(NOT_STARTED);
	(void)close_range(3, ~0u, 0);
	if (!held)
		limit(RLIMIT_AS, MEMORY_MAX);
	limit(RLIMIT_CPU, l->seconds);
	limit(RLIMIT_FSIZE, l->out_max);
	limit(RLIMIT_NOFILE, 32);
	limit(RLIMIT_CORE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	shut_network();
	(void)execve(l->argv[0], (char *const *)(uintptr_t)l->argv, env);
	_exit(NOT_STARTED);
}

static bool
fill(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static int
input_of(const struct limited *l)
{
	int fd = memfd_create("limited", MFD_CLOEXEC);
	bool good = fd != -1 && fill(fd, l->in, l->in_bytes);

	for (size_t i = 0; good && i < l->part_count; i++)
		good = fill(fd, l->parts[i].p, l->parts[i].n);
	if (good) {
		(void)lseek(fd, 0, SEEK_SET);
		return fd;
	}
	if (fd != -1)
		close(fd);
	return -1;
}

/* Its end, by itself or by us. */
static int
wait_end(pid_t pid, unsigned seconds)
{
	struct pollfd end = {.events = POLLIN};
	int status = 0, rc;

	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	do
		rc = end.fd == -1 ? 0 : poll(&end, 1, (int)seconds * 1000);
	while (rc == -1 && errno == EINTR);
	if (rc != 1)
		(void)kill(pid, SIGKILL);
	if (end.fd != -1)
		close(end.fd);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

static int
take(int fd, size_t most, struct buf *out)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) == -1 || (size_t)st.st_size > most)
		return TSK_INVALID;
	if (st.st_size == 0)
		return 0;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return TSK_INVALID;
	buf_add(out, p, (size_t)st.st_size);
	(void)munmap(p, (size_t)st.st_size);
	return buf_ok(out) ? 0 : TSK_INVALID;
}

static int
run(const struct limited *l, int in, int fd, struct buf *out, struct why *why)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		child(l, in, fd);
	status = pid == -1 ? NOT_STARTED << 8 : wait_end(pid, l->seconds);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED) {
		why_set(why, WHY_LATER, "tool", "%s could not be started.",
		    l->argv[0]);
		return TSK_LATER;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
	    take(fd, l->out_max, out) != 0) {
		why_set(why, WHY_NEVER, "damaged",
		    "%s could not read it, or not within its limits.",
		    l->argv[0]);
		return TSK_INVALID;
	}
	return 0;
}

int
limited_run(const struct limited *l, struct buf *out, struct why *why)
{
	int in = input_of(l), fd = memfd_create("limited", MFD_CLOEXEC), rc;

	if (in == -1 || fd == -1) {
		why_set(why, WHY_LATER, "tool",
		    "There is no room for what a program is to look at.");
		rc = TSK_LATER;
	} else {
		rc = run(l, in, fd, out, why);
	}
	if (in != -1)
		close(in);
	if (fd != -1)
		close(fd);
	return rc;
}

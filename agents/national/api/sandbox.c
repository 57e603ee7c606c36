/* NAME
 *	sandbox - what a worker gives up before it reads anything of strangers
 * SUMMARY
 *	see sandbox.h
 * DESCRIPTION
 *	Each wall stands alone: containers are sealed by keys of their own, the
 *	files of other offices cannot be opened (Landlock), no program can be
 *	started and no process looked into (seccomp), and no other process of
 *	the same user can look in (not dumpable).
 * BUGS
 *	An old kernel lacks Landlock (before 5.13); the gateway says so once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>

#include "sandbox.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

void
sandbox_private(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void
sandbox_close(int from)
{
	if (syscall(SYS_close_range, (unsigned)from, ~0u, 0u) == 0)
		return;
	for (int fd = from; fd < 65536; fd++)
		(void)close(fd);
}

/* ---- files ---- */

/* For getaddrinfo() and what it loads; nothing of ours lies there. */
static const char *const readable[] = {"/etc/resolv.conf", "/etc/hosts",
    "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
    "/etc/protocols", "/etc/localtime", "/etc/ld.so.cache", "/etc/ssl",
    "/usr/lib", "/lib", "/lib64", "/usr/share/zoneinfo", "/run/systemd/resolve",
    "/run/nscd", "/dev/urandom", "/dev/null"};

static void
allow(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {
	    .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
	    .parent_fd = open(path, O_PATH | O_CLOEXEC),
	};
	struct stat st;

	if (rule.parent_fd < 0)
		return;
	if (fstat(rule.parent_fd, &st) == 0 && S_ISDIR(st.st_mode))
		rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	(void)syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

bool
sandbox_files(void)
{
	/* all rights of the first version: every kernel with Landlock knows
	 * them */
	struct landlock_ruleset_attr attr = {
	    .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	int ruleset =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (ruleset < 0)
		return false;
	for (size_t i = 0; i < COUNT(readable); i++)
		allow(ruleset, readable[i]);
	bool ok = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close(ruleset);
	return ok;
}

/* ---- system calls ---- */

static const unsigned forbidden[] = {SYS_execve, SYS_execveat, SYS_ptrace,
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd,
    SYS_open_by_handle_at, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
    SYS_setns, SYS_unshare, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
    SYS_add_key, SYS_request_key, SYS_keyctl, SYS_kexec_load, SYS_init_module,
    SYS_finit_module, SYS_delete_module, SYS_reboot, SYS_swapon, SYS_acct};

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

bool
sandbox_calls(void)
{
#ifdef ARCHITECTURE
	struct sock_filter filter[COUNT(forbidden) + 7];
	unsigned n = 0, last = COUNT(forbidden) + 5;

	/* another architecture has other numbers: nothing there is allowed */
	filter[n++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	filter[n++] = (struct sock_filter)BPF_JUMP(
	    BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	filter[n++] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL);
	filter[n++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	/* the numbers of x32 stand up there */
	filter[n] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
	    0x40000000u, (unsigned char)(last - n), 0);
	n++;
	for (size_t i = 0; i < COUNT(forbidden); i++, n++)
		filter[n] =
		    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			forbidden[i], (unsigned char)(last - n), 0);
	filter[n++] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter[n++] = (struct sock_filter)BPF_STMT(
	    BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	struct sock_fprog program = {(unsigned short)n, filter};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
#else
	return false;
#endif
}

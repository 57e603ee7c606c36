/* NAME
 *	driver_sftp - a hub's folder behind SFTP
 * DESCRIPTION
 *	The one door to libssh2.  The server is known by the SHA-256 of its host
 *	key or not spoken to at all; we log in with a key, never a password.
 *	Everything has an end: connecting, each answer, listings by count, files
 *	by size.
 *
 *	Uploads are written whole, flushed where the server can (fsync@openssh),
 *	closed, and their size is asked for.  Renames never overwrite: SFTP
 *	version 3 servers refuse that, and the name is looked for before.
 * DIAGNOSTICS
 *	later: line (no connection, time-out, broken off), server (it refused
 *	something).  denied: host-key (another server, or its key was changed),
 *	login (it does not let us in).
 * BUGS
 *	libssh2 1.10 signs for RSA keys with SHA-1, which servers refuse since
 *	2021: use Ed25519.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libssh2.h>
#include <libssh2_sftp.h>

#include "crash.h"
#include "file.h"

#include "driver.h"

#define PIECE_BYTES 32768u
#define HASH_CHARS  43
#define FILE_BITS   0640
#define FOLDER_BITS 0750

struct sftp {
	const struct hub_settings *settings;
	int fd;
	LIBSSH2_SESSION *session;
	LIBSSH2_SFTP *sftp;
};

/* ---- trouble ---- */

static int
line(struct why *why, const char *what, const char *said)
{
	why_set(why, WHY_LATER, "line", "The hub's server: %s: %s.", what,
	    said != NULL && said[0] != '\0' ? said : "no answer");
	return TSK_LATER;
}

static int
trouble(struct sftp *s, struct why *why, const char *what)
{
	char *said = NULL;
	int error = libssh2_session_last_error(s->session, &said, NULL, 0);

	if (error != LIBSSH2_ERROR_SFTP_PROTOCOL)
		return line(why, what, said);
	why_set(why, WHY_LATER, "server",
	    "The hub's server refuses: %s (SFTP status %lu).", what,
	    libssh2_sftp_last_error(s->sftp));
	return TSK_LATER;
}

/* The last call failed because the thing is not there. */
static bool
absent(struct sftp *s)
{
	unsigned long status = libssh2_sftp_last_error(s->sftp);

	return libssh2_session_last_errno(s->session) ==
		   LIBSSH2_ERROR_SFTP_PROTOCOL &&
	       (status == LIBSSH2_FX_NO_SUCH_FILE ||
		   status == LIBSSH2_FX_NO_SUCH_PATH);
}

/* ---- connecting ---- */

static int
connect_one(const struct addrinfo *a, int timeout_ms)
{
	int fd = socket(a->ai_family,
	    a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
	int error = 0, yes = 1;
	socklen_t n = sizeof(error);

	if (fd < 0)
		return -1;
	if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};

		if (errno != EINPROGRESS || poll(&p, 1, timeout_ms) != 1 ||
		    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
			error = errno != 0 ? errno : ETIMEDOUT;
	}
	if (error != 0) {
		close(fd);
		errno = error;
		return -1;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

static int
dial(struct sftp *s, struct why *why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list, *a;
	char port[16];
	int rc;

	snprintf(port, sizeof(port), "%lld", (long long)s->settings->port);
	rc = getaddrinfo(s->settings->host, port, &hints, &list);
	if (rc != 0)
		return line(why, "finding it", gai_strerror(rc));
	for (a = list; a != NULL && s->fd < 0; a = a->ai_next)
		s->fd = connect_one(a, (int)s->settings->timeout_ms);
	freeaddrinfo(list);
	return s->fd < 0 ? line(why, "connecting", strerror(errno)) : 0;
}

/* Base64 of the 32 bytes, as ssh-keygen -l prints it: without the "=". */
static void
hash_text(const unsigned char *hash, char out[HASH_CHARS + 1])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				     "opqrstuvwxyz0123456789+/";
	unsigned bits = 0, have = 0;
	size_t n = 0;

	for (size_t i = 0; i < 32; i++) {
		bits = (bits << 8 | hash[i]) & 0xffff;
		for (have += 8; have >= 6; have -= 6)
			out[n++] = digits[bits >> (have - 6) & 63];
	}
	out[n++] = digits[bits << (6 - have) & 63];
	out[n] = '\0';
}

static int
check_host(struct sftp *s, struct why *why)
{
	const char *hash =
	    libssh2_hostkey_hash(s->session, LIBSSH2_HOSTKEY_HASH_SHA256);
	char text[HASH_CHARS + 1];

	if (hash == NULL)
		return line(why, "its host key", "none");
	hash_text((const unsigned char *)hash, text);
	for (char **key = s->settings->host_keys; *key != NULL; key++)
		if (strcmp(*key + strlen("SHA256:"), text) == 0)
			return 0;
	why_set(why, WHY_LATER, "host-key",
	    "The server has the host key SHA256:%s, which is not one of "
	    "place/host_keys: ask the hub before you believe it.",
	    text);
	return TSK_DENIED;
}

static int
login(struct sftp *s, struct why *why)
{
	const struct hub_settings *set = s->settings;

	/* the key may have come or gone since the start */
	if (file_private(set->key_file) != 0) {
		why_set(why, WHY_LATER, "login",
		    "account/key_file cannot be read, or others may read it.");
		return TSK_DENIED;
	}
	if (libssh2_userauth_publickey_fromfile_ex(s->session, set->user,
		(unsigned)strlen(set->user), NULL, set->key_file, NULL) == 0)
		return 0;
	int error = libssh2_session_last_errno(s->session);
	if (error == LIBSSH2_ERROR_SOCKET_DISCONNECT ||
	    error == LIBSSH2_ERROR_SOCKET_RECV ||
	    error == LIBSSH2_ERROR_SOCKET_SEND ||
	    error == LIBSSH2_ERROR_TIMEOUT)
		return trouble(s, why, "login");
	why_set(why, WHY_LATER, "login",
	    "The hub's server does not let this user in with this key.");
	return TSK_DENIED;
}

static void
sftp_close(void *self)
{
	struct sftp *s = self;

	if (s == NULL)
		return;
	if (s->sftp != NULL)
		libssh2_sftp_shutdown(s->sftp);
	if (s->session != NULL) {
		libssh2_session_disconnect(s->session, "bye");
		libssh2_session_free(s->session);
	}
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static int
sftp_open(const struct hub_settings *settings, void **out, struct why *why)
{
	struct sftp *s = mem_new(sizeof(*s));
	int rc;

	*out = s;
	s->settings = settings;
	s->fd = -1;
	if (libssh2_init(0) != 0)
		return line(why, "starting", "libssh2");
	rc = dial(s, why);
	if (rc < 0)
		return rc;
	s->session = libssh2_session_init_ex(NULL, NULL, NULL, NULL);
	if (s->session == NULL)
		return line(why, "starting", "no session");
	libssh2_session_set_timeout(s->session, (long)settings->timeout_ms);
	libssh2_session_set_blocking(s->session, 1);
	if (libssh2_session_handshake(s->session, s->fd) != 0)
		return trouble(s, why, "handshake");
	rc = check_host(s, why);
	if (rc == 0)
		rc = login(s, why);
	if (rc < 0)
		return rc;
	s->sftp = libssh2_sftp_init(s->session);
	return s->sftp == NULL ? trouble(s, why, "beginning SFTP") : 0;
}

/* ---- paths ---- */

/* "PATH/folder/name"; parts that are empty are left out. */
static int
path_of(const struct sftp *s, const char *folder, const char *name,
    char out[DRIVER_PATH_MAX])
{
	const char *base = s->settings->path;
	size_t n = strlen(base);
	int len;

	while (n > 1 && base[n - 1] == '/')
		n--;
	len = snprintf(out, DRIVER_PATH_MAX, "%.*s%s%s%s%s", (int)n, base,
	    n > 0 && base[n - 1] != '/' && folder[0] != '\0' ? "/" : "", folder,
	    (n > 0 || folder[0] != '\0') && name[0] != '\0' ? "/" : "", name);
	if (len == 0)
		snprintf(out, DRIVER_PATH_MAX, ".");
	return len < DRIVER_PATH_MAX ? 0 : TSK_TOOBIG;
}

#define LEN(path) ((unsigned)strlen(path))

static int
stat_of(struct sftp *s, const char *path, LIBSSH2_SFTP_ATTRIBUTES *attributes,
    int how)
{
	if (libssh2_sftp_stat_ex(s->sftp, path, LEN(path), how, attributes) ==
	    0)
		return 0;
	return absent(s) ? TSK_NOTFOUND : TSK_LATER;
}

/* Folders below the place, one after the other; the place itself is theirs. */
static int
make_folders(struct sftp *s, const char *folder, struct why *why)
{
	char part[DRIVER_PATH_MAX], path[DRIVER_PATH_MAX];
	LIBSSH2_SFTP_ATTRIBUTES st;

	if (folder[0] == '\0')
		return 0;
	if (path_of(s, folder, "", path) != 0)
		return line(why, "a folder", "too long a path");
	if (stat_of(s, path, &st, LIBSSH2_SFTP_STAT) == 0)
		return 0;
	snprintf(part, sizeof(part), "%s", folder);
	for (char *end = part; end != NULL;) {
		end = strchr(end, '/');
		if (end != NULL)
			*end = '\0';
		if (path_of(s, part, "", path) != 0)
			return line(why, "a folder", "too long a path");
		if (libssh2_sftp_mkdir_ex(
			s->sftp, path, LEN(path), FOLDER_BITS) != 0 &&
		    stat_of(s, path, &st, LIBSSH2_SFTP_STAT) != 0)
			return trouble(s, why, "making a folder");
		if (end != NULL)
			*end++ = '/';
	}
	return 0;
}

/* ---- verbs ---- */

static int
read_folder(struct sftp *s, LIBSSH2_SFTP_HANDLE *dir, struct driver_list *out,
    struct why *why)
{
	LIBSSH2_SFTP_ATTRIBUTES st;
	char name[512];
	int n;

	/* past the most the rest waits for the next look */
	while (out->count < DRIVER_LIST_MAX &&
	       (n = libssh2_sftp_readdir_ex(
		    dir, name, sizeof(name) - 1, NULL, 0, &st)) != 0) {
		if (n == LIBSSH2_ERROR_BUFFER_TOO_SMALL)
			continue;
		if (n < 0)
			return trouble(s, why, "listing");
		name[n] = '\0';
		if (strlen(name) == (size_t)n &&
		    (st.flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) &&
		    LIBSSH2_SFTP_S_ISREG(st.permissions))
			driver_list_add(
			    out, name, st.filesize, (int64_t)st.mtime);
	}
	driver_list_sort(out);
	return 0;
}

static int
sftp_list(
    void *self, const char *folder, struct driver_list *out, struct why *why)
{
	char path[DRIVER_PATH_MAX];
	struct sftp *s = self;
	LIBSSH2_SFTP_HANDLE *dir;

	if (path_of(s, folder, "", path) != 0)
		return line(why, "listing", "too long a path");
	dir = libssh2_sftp_open_ex(
	    s->sftp, path, LEN(path), 0, 0, LIBSSH2_SFTP_OPENDIR);
	if (dir == NULL)
		return absent(s) ? 0 : trouble(s, why, "listing");
	int rc = read_folder(s, dir, out, why);
	libssh2_sftp_close_handle(dir);
	return rc;
}

static int
write_all(LIBSSH2_SFTP_HANDLE *file, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = libssh2_sftp_write(
		    file, p, n < PIECE_BYTES ? n : PIECE_BYTES);

		if (done <= 0)
			return TSK_LATER;
		p += done;
		n -= (size_t)done;
		CRASH_POINT("hub-sftp-piece");
	}
	return 0;
}

static int
sftp_put(void *self, const char *folder, const char *name, const void *p,
    size_t n, struct why *why)
{
	char path[DRIVER_PATH_MAX];
	struct sftp *s = self;
	LIBSSH2_SFTP_ATTRIBUTES st;
	LIBSSH2_SFTP_HANDLE *file;
	int rc = make_folders(s, folder, why);

	if (rc < 0)
		return rc;
	if (path_of(s, folder, name, path) != 0)
		return line(why, "laying a file", "too long a path");
	file = libssh2_sftp_open_ex(s->sftp, path, LEN(path),
	    LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC,
	    FILE_BITS, LIBSSH2_SFTP_OPENFILE);
	if (file == NULL)
		return trouble(s, why, "laying a file");
	rc = write_all(file, p, n);
	if (rc < 0)
		rc = trouble(s, why, "laying a file");
	/* OpenSSH knows it; who does not says so, and that is all */
	if (rc == 0)
		(void)!libssh2_sftp_fsync(file);
	if (libssh2_sftp_close_handle(file) != 0 && rc == 0)
		rc = trouble(s, why, "closing a file");
	if (rc == 0 &&
	    (stat_of(s, path, &st, LIBSSH2_SFTP_STAT) != 0 || st.filesize != n))
		rc = line(why, "laying a file", "it is not whole there");
	return rc;
}

static int
sftp_move(void *self, const char *folder, const char *name, const char *to,
    const char *new_name, struct why *why)
{
	char from[DRIVER_PATH_MAX], target[DRIVER_PATH_MAX];
	LIBSSH2_SFTP_ATTRIBUTES st;
	struct sftp *s = self;
	int rc;

	if (path_of(s, folder, name, from) != 0 ||
	    path_of(s, to, new_name, target) != 0)
		return line(why, "moving a file", "too long a path");
	rc = make_folders(s, to, why);
	if (rc < 0)
		return rc;
	rc = stat_of(s, from, &st, LIBSSH2_SFTP_LSTAT);
	if (rc == TSK_NOTFOUND)
		return rc;
	if (rc == 0 && stat_of(s, target, &st, LIBSSH2_SFTP_LSTAT) == 0)
		return TSK_EXIST;
	if (rc < 0)
		return trouble(s, why, "moving a file");
	/* no flag: never over another */
	if (libssh2_sftp_rename_ex(
		s->sftp, from, LEN(from), target, LEN(target), 0) == 0)
		return 0;
	if (stat_of(s, target, &st, LIBSSH2_SFTP_LSTAT) == 0)
		return TSK_EXIST;
	return trouble(s, why, "moving a file");
}

static int
read_all(LIBSSH2_SFTP_HANDLE *file, size_t max, struct buf *out)
{
	char piece[PIECE_BYTES];
	ssize_t n;

	while ((n = libssh2_sftp_read(file, piece, sizeof(piece))) > 0) {
		if (out->len + (size_t)n > max)
			return TSK_TOOBIG;
		buf_add(out, piece, (size_t)n);
	}
	if (n < 0)
		return TSK_LATER;
	return buf_ok(out) ? 0 : TSK_TOOBIG;
}

static int
sftp_get(void *self, const char *folder, const char *name, size_t max,
    struct buf *out, struct why *why)
{
	char path[DRIVER_PATH_MAX];
	LIBSSH2_SFTP_HANDLE *file;
	LIBSSH2_SFTP_ATTRIBUTES st;
	struct sftp *s = self;
	int rc;

	if (path_of(s, folder, name, path) != 0)
		return line(why, "fetching a file", "too long a path");
	rc = stat_of(s, path, &st, LIBSSH2_SFTP_LSTAT);
	if (rc == TSK_NOTFOUND)
		return rc;
	if (rc == 0 && st.filesize > max)
		return TSK_TOOBIG;
	file = libssh2_sftp_open_ex(s->sftp, path, LEN(path), LIBSSH2_FXF_READ,
	    0, LIBSSH2_SFTP_OPENFILE);
	if (file == NULL)
		return absent(s) ? TSK_NOTFOUND
				 : trouble(s, why, "fetching a file");
	rc = read_all(file, max, out);
	if (rc == TSK_LATER)
		rc = trouble(s, why, "fetching a file");
	libssh2_sftp_close_handle(file);
	return rc;
}

static int
sftp_remove(void *self, const char *folder, const char *name, struct why *why)
{
	char path[DRIVER_PATH_MAX];
	struct sftp *s = self;

	if (path_of(s, folder, name, path) != 0)
		return line(why, "removing a file", "too long a path");
	if (libssh2_sftp_unlink_ex(s->sftp, path, LEN(path)) == 0 || absent(s))
		return 0;
	return trouble(s, why, "removing a file");
}

const struct driver driver_sftp = {
    .name = "sftp",
    .open = sftp_open,
    .close = sftp_close,
    .list = sftp_list,
    .put = sftp_put,
    .move = sftp_move,
    .get = sftp_get,
    .remove = sftp_remove,
};

/* NAME
 *	ftp_line - a conversation in commands and numbered replies
 * SUMMARY
 *	see ftp_line.h
 * DESCRIPTION
 *	The data connection goes to the host we talk to, whatever address the
 *	reply to PASV names: nobody is to send us elsewhere.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

#include "ftp_line.h"

#define REPLY_LINES_MAX 200
#define FILE_BYTES      256

struct ftp_line {
	int fd;
	int64_t timeout_ms;
	struct sockaddr_storage peer;
	socklen_t peer_bytes;
	char in[FTP_LINE_MAX];
	size_t in_len;
	char text[FTP_LINE_MAX];
	char stored[FILE_BYTES];
};

static int
broken(struct why *why, const char *what)
{
	why_set(why, WHY_LATER, "no-line", "The FAX server: %s.", what);
	return TSK_CLOSED;
}

/* ---- sockets with an end ---- */

static bool
wait_for(int fd, short events, int64_t until_ms)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = until_ms - clock_mono_ms();
		if (left <= 0)
			return false;
		int n = poll(&p, 1, (int)left);
		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

static int
connect_to(const struct sockaddr *address, socklen_t bytes, int64_t timeout_ms)
{
	int fd = socket(
	    address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0;
	socklen_t n = sizeof(error);

	if (fd < 0)
		return -1;
	if (connect(fd, address, bytes) == 0)
		return fd;
	if (errno == EINPROGRESS &&
	    wait_for(fd, POLLOUT, clock_mono_ms() + timeout_ms) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0)
		return fd;
	close(fd);
	return -1;
}

static int
write_all(int fd, const char *p, size_t n, int64_t timeout_ms)
{
	while (n > 0) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN) {
			if (!wait_for(
				fd, POLLOUT, clock_mono_ms() + timeout_ms))
				return -1;
			continue;
		}
		if (done <= 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* Some bytes, 0 at the end, -1 for trouble or time over. */
static ssize_t
read_some(int fd, char *p, size_t n, int64_t until_ms)
{
	for (;;) {
		ssize_t got = recv(fd, p, n, 0);
		if (got >= 0)
			return got;
		if (errno != EINTR && errno != EAGAIN)
			return -1;
		if (errno == EAGAIN && !wait_for(fd, POLLIN, until_ms))
			return -1;
	}
}

/* ---- replies ---- */

/* One line without its end, in line->text. */
static int
read_line(struct ftp_line *l, int64_t until_ms)
{
	for (;;) {
		char *end = memchr(l->in, '\n', l->in_len);
		if (end != NULL) {
			size_t n = (size_t)(end - l->in);
			memcpy(l->text, l->in, n);
			l->text[n] = '\0';
			l->text[strcspn(l->text, "\r")] = '\0';
			l->in_len -= n + 1;
			memmove(l->in, end + 1, l->in_len);
			return 0;
		}
		if (l->in_len == sizeof(l->in))
			return -1; /* no line is that long */
		ssize_t got = read_some(l->fd, l->in + l->in_len,
		    sizeof(l->in) - l->in_len, until_ms);
		if (got <= 0)
			return -1;
		l->in_len += (size_t)got;
	}
}

static int
read_reply(struct ftp_line *l, struct why *why)
{
	int64_t until = clock_mono_ms() + l->timeout_ms;

	for (int i = 0; i < REPLY_LINES_MAX; i++) {
		if (read_line(l, until) < 0)
			return broken(why, "it does not answer");
		if (strspn(l->text, "0123456789") != 3 || l->text[3] == '-')
			continue;
		int number = atoi(l->text);
		size_t skip = l->text[3] == ' ' ? 4 : 3;
		memmove(l->text, l->text + skip, strlen(l->text + skip) + 1);
		return number;
	}
	return broken(why, "its answer has no end");
}

int
ftp_say(struct ftp_line *l, struct why *why, const char *format, ...)
{
	char line[FTP_LINE_MAX];
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(line, sizeof(line) - 2, format, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(line) - 2 ||
	    strpbrk(line, "\r\n") != NULL)
		return broken(why, "a command cannot be said in one line");
	memcpy(line + n, "\r\n", 2);
	if (write_all(l->fd, line, (size_t)n + 2, l->timeout_ms) < 0)
		return broken(why, "the line broke");
	return read_reply(l, why);
}

const char *
ftp_text(const struct ftp_line *l)
{
	return l->text;
}

/* ---- opening ---- */

int
ftp_open(const char *host, unsigned port, int64_t timeout_ms,
    struct ftp_line **out, struct why *why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	struct ftp_line *l = mem_new(sizeof(*l));
	char service[8];

	*out = NULL;
	l->fd = -1;
	l->timeout_ms = timeout_ms;
	snprintf(service, sizeof(service), "%u", port & 0xffff);
	if (getaddrinfo(host, service, &hints, &found) != 0)
		found = NULL;
	for (struct addrinfo *a = found; a != NULL && l->fd < 0;
	     a = a->ai_next) {
		l->fd = connect_to(a->ai_addr, a->ai_addrlen, timeout_ms);
		memcpy(&l->peer, a->ai_addr, a->ai_addrlen);
		l->peer_bytes = a->ai_addrlen;
	}
	if (found != NULL)
		freeaddrinfo(found);
	if (l->fd < 0 || read_reply(l, why) != 220) {
		broken(why, "nobody answers there");
		ftp_close(&l);
		return TSK_LATER;
	}
	*out = l;
	return 0;
}

void
ftp_close(struct ftp_line **line_p)
{
	struct ftp_line *l = *line_p;

	if (l == NULL)
		return;
	if (l->fd >= 0) {
		(void)!write_all(l->fd, "QUIT\r\n", 6, 1000);
		close(l->fd);
	}
	free(l);
	*line_p = NULL;
}

/* ---- data ---- */

static void
set_port(struct sockaddr_storage *address, unsigned port)
{
	uint16_t wire = (uint16_t)((port >> 8 & 0xff) | (port & 0xff) << 8);

	/* big-endian on the wire and in both structs, at the same place */
	memcpy((char *)address + 2, &wire, 2);
}

/* "(127,0,0,1,131,3)": only the port counts. */
static int
open_data(struct ftp_line *l, struct why *why)
{
	struct sockaddr_storage address = l->peer;
	unsigned n[6];
	int rc = ftp_say(l, why, "PASV");

	if (rc < 0)
		return rc;
	const char *at = strchr(l->text, '(');
	if (rc != 227 || at == NULL ||
	    sscanf(at, "(%3u,%3u,%3u,%3u,%3u,%3u)", &n[0], &n[1], &n[2], &n[3],
		&n[4], &n[5]) != 6 ||
	    n[4] > 255 || n[5] > 255)
		return broken(why, "it gives no data connection");
	set_port(&address, n[4] << 8 | n[5]);
	int fd = connect_to(
	    (const struct sockaddr *)&address, l->peer_bytes, l->timeout_ms);
	return fd < 0 ? broken(why, "the data connection fails") : fd;
}

/* "150 FILE: /tmp/doc12.tif (Opening new data connection)." */
static void
keep_stored(struct ftp_line *l)
{
	const char *at = strstr(l->text, "FILE: ");

	l->stored[0] = '\0';
	if (at != NULL)
		snprintf(l->stored, sizeof(l->stored), "%.*s",
		    (int)strcspn(at + 6, " \t"), at + 6);
}

const char *
ftp_stored(const struct ftp_line *l)
{
	return l->stored;
}

int
ftp_put(struct ftp_line *l, const char *command, const void *p, size_t n,
    struct why *why)
{
	int fd = open_data(l, why), rc;

	if (fd < 0)
		return fd;
	rc = ftp_say(l, why, "%s", command);
	if (rc == 150) {
		keep_stored(l);
		rc = write_all(fd, p, n, l->timeout_ms) < 0
			 ? broken(why, "the pages cannot be handed over")
			 : 0;
	} else if (rc >= 0) {
		rc = broken(why, "it does not take the pages");
	}
	close(fd);
	if (rc < 0)
		return rc;
	rc = read_reply(l, why);
	if (rc >= 0 && (rc != 226 || l->stored[0] == '\0'))
		rc = broken(why, "it did not keep the pages");
	return rc < 0 ? rc : 0;
}

int
ftp_get(
    struct ftp_line *l, const char *command, struct buf *out, struct why *why)
{
	int fd = open_data(l, why), rc;
	int64_t until = clock_mono_ms() + l->timeout_ms;
	char piece[4096];
	ssize_t got = 0;

	if (fd < 0)
		return fd;
	rc = ftp_say(l, why, "%s", command);
	if (rc != 150) {
		close(fd);
		return rc < 0 ? rc : broken(why, "it gives no listing");
	}
	while ((got = read_some(fd, piece, sizeof(piece), until)) > 0)
		buf_add(out, piece, (size_t)got);
	close(fd);
	if (got < 0 || !buf_ok(out))
		return broken(why, "its listing has no end");
	rc = read_reply(l, why);
	return rc < 0 ? rc : rc == 226 ? 0 : broken(why, "a listing failed");
}

/* NAME
 *	message - what main process and worker say to each other
 * SUMMARY
 *	see message.h
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"

_Static_assert(sizeof(union message) <= MESSAGE_MAX, "one packet");

union control {
	char bytes[CMSG_SPACE(MESSAGE_FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

int
message_send(
    int fd, const void *message, size_t bytes, const int *fds, size_t count)
{
	struct iovec part = {(void *)(uintptr_t)message, bytes};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
	union control control;
	ssize_t n;

	if (count > MESSAGE_FDS_MAX)
		return TSK_CLOSED;
	if (count > 0) {
		memset(&control, 0, sizeof(control));
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	}
	do
		n = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)bytes ? 0 : TSK_CLOSED;
}

static size_t
take_descriptors(struct msghdr *m, int fds[MESSAGE_FDS_MAX])
{
	size_t count = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	     c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (count < MESSAGE_FDS_MAX)
				fds[count++] = fd;
			else
				close(fd);
		}
	}
	return count;
}

size_t
message_bytes(const union message *m)
{
	switch (m->type) {
	case MESSAGE_SPAWN:
	case MESSAGE_MAY_LOGIN:
		return sizeof(m->type);
	case MESSAGE_SPAWNED:
		return sizeof(m->spawned);
	case MESSAGE_HELLO:
		return sizeof(m->hello);
	case MESSAGE_READY:
		return sizeof(m->ready);
	case MESSAGE_ORDER:
		return offsetof(struct message_order, files) +
		       (m->order.count < MESSAGE_FILES_MAX
			       ? m->order.count
			       : MESSAGE_FILES_MAX) *
			   sizeof(m->order.files[0]);
	case MESSAGE_LOGIN:
		return sizeof(m->login);
	case MESSAGE_TRIED:
		return sizeof(m->tried);
	case MESSAGE_ANSWER:
		return sizeof(m->answer);
	}
	return 0;
}

static bool
whole(const union message *m, size_t bytes)
{
	size_t wanted;

	if (bytes < sizeof(m->type))
		return false;
	if (m->type == MESSAGE_ORDER &&
	    bytes < offsetof(struct message_order, files))
		return false;
	wanted = message_bytes(m);
	return wanted != 0 && wanted == bytes;
}

int
message_take(
    int fd, union message *out, int fds[MESSAGE_FDS_MAX], size_t *count)
{
	struct iovec part = {out, sizeof(*out)};
	union control control;
	struct msghdr m = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control)};
	ssize_t n;

	*count = 0;
	do
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return TSK_EMPTY;
	if (n <= 0)
		return TSK_CLOSED;
	*count = take_descriptors(&m, fds);
	if ((m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
	    whole(out, (size_t)n))
		return 0;
	while (*count > 0)
		close(fds[--*count]);
	return TSK_CLOSED;
}

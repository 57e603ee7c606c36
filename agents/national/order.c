/* NAME
 *	order - what a driver is asked, as a worker hears it
 * SUMMARY
 *	see order.h
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "order.h"

static int
open_documents(const struct driver_order *order, struct message_order *m,
    int fds[MESSAGE_FDS_MAX], size_t *count)
{
	const struct parcel *parcel = order->parcel;
	int dir = open(order->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[PARCEL_FILE_BYTES];

	if (dir < 0)
		return TSK_SYSTEM;
	for (size_t i = 0; i < parcel->count; i++) {
		const struct parcel_document *d = &parcel->documents[i];
		if (d->state != DOCUMENT_OPEN)
			continue;
		struct message_file *f = &m->files[m->count];
		snprintf(f->name, sizeof(f->name), "%s", d->name);
		f->bytes = d->bytes;
		memcpy(f->sha256, d->sha256, sizeof(f->sha256));
		int fd = openat(dir, parcel_file(i, name),
		    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			break;
		fds[(*count)++] = fd;
		m->count++;
	}
	size_t wanted = 0;
	for (size_t i = 0; i < parcel->count; i++)
		wanted += parcel->documents[i].state == DOCUMENT_OPEN;
	close(dir);
	return m->count == wanted ? 0 : TSK_SYSTEM;
}

/* Memory that a worker can fill and not cut short under our eyes. */
static int
open_out(void)
{
	int fd = memfd_create("national", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0)
		(void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
	return fd;
}

int
order_message(const struct driver_order *order, struct message_order *m,
    int fds[MESSAGE_FDS_MAX], size_t *count, int *out)
{
	int rc = 0;

	m->type = MESSAGE_ORDER;
	m->verb = order->verb;
	m->number = order->number;
	m->since_ms = order->since_ms;
	snprintf(m->ref, sizeof(m->ref), "%s", order->ref);
	*out = -1;
	*count = 0;
	if (order->verb == DRIVER_SEND) {
		snprintf(m->to, sizeof(m->to), "%s", order->parcel->to);
		snprintf(m->to_type, sizeof(m->to_type), "%s",
		    order->parcel->to_type);
		return open_documents(order, m, fds, count);
	}
	if (order->verb == DRIVER_WITHDRAW) {
		snprintf(m->ref, sizeof(m->ref), "%s", order->parcel->ref);
		return 0;
	}
	if (order->verb == DRIVER_DONE)
		return 0;
	*out = open_out();
	if (*out < 0)
		rc = TSK_SYSTEM;
	else
		fds[(*count)++] = *out;
	return rc;
}

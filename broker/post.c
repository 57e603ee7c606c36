/* NAME
 *	post - messages out of the ROUTER, never waiting
 * DESCRIPTION
 *	The ROUTER decides on the first frame (the routing id) whether there is
 *	room; the frames after it then always fit.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "post.h"

#define RETRY_MS       20
#define RETRY_AFTER_MS 2000 /* hint in refused later */

struct post_frame {
	struct post_frame *next;
	size_t bytes;
	char data[];
};

static int
send_route(struct broker *b, const uint8_t *route)
{
	for (;;) {
		if (zmq_send(b->router, route, SESSION_ROUTE_BYTES,
			ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
			return 0;
		if (errno == EINTR)
			continue;
		return errno == EAGAIN ? TSK_LATER : TSK_CLOSED;
	}
}

/* After the routing id went in, a failure means the peer has just gone. */
static void
send_header(struct broker *b, const void *p, size_t n, int flags)
{
	while (zmq_send(b->router, p, n, flags | ZMQ_DONTWAIT) < 0 &&
	       errno == EINTR)
		;
	stats_add(&b->stats, STAT_MESSAGES_OUT, 1);
}

static void
keep(struct broker *b, struct session *s)
{
	struct post_frame *f = mem_new(sizeof(*f) + b->frame.len);

	f->bytes = b->frame.len;
	memcpy(f->data, b->frame.data, b->frame.len);
	if (s->backlog_last != NULL)
		s->backlog_last->next = f;
	else
		s->backlog = f;
	s->backlog_last = f;
	s->backlog_bytes += f->bytes;
	s->clogged = true;
	if (b->clogged_ms < 0)
		b->clogged_ms = b->now_ms + RETRY_MS;
	if (s->backlog_bytes <= (size_t)b->settings->limits.backlog_bytes)
		return;
	log_warn("session: agent=%s result=ended why=\"it does not read its "
		 "answers\"",
	    s->agent->name);
	session_end(b, s, true);
}

void
post_forget(struct session *s)
{
	struct post_frame *f;

	while ((f = s->backlog) != NULL) {
		s->backlog = f->next;
		free(f);
	}
	s->backlog_last = NULL;
	s->backlog_bytes = 0;
}

void
post_message(struct broker *b, struct session *s, const struct wire_msg *msg)
{
	int rc;

	if (s->over)
		return;
	wire_encode(msg, &b->frame);
	if (s->backlog != NULL) {
		keep(b, s);
		return;
	}
	if ((rc = send_route(b, s->route)) == 0)
		send_header(b, b->frame.data, b->frame.len, 0);
	else if (rc == TSK_LATER)
		keep(b, s);
	else
		session_end(b, s, true);
}

int
post_frames(struct broker *b, struct session *s, const struct wire_msg *msg,
    zmq_msg_t *frames, size_t count)
{
	size_t i;
	int rc;

	if (s->over)
		return TSK_CLOSED;
	rc = s->backlog != NULL ? TSK_LATER : send_route(b, s->route);
	if (rc == TSK_LATER) {
		s->clogged = true;
		if (b->clogged_ms < 0)
			b->clogged_ms = b->now_ms + RETRY_MS;
		return rc;
	}
	if (rc != 0) {
		session_end(b, s, true);
		return TSK_CLOSED;
	}
	wire_encode(msg, &b->frame);
	send_header(
	    b, b->frame.data, b->frame.len, count > 0 ? ZMQ_SNDMORE : 0);
	for (i = 0; i < count; i++) {
		stats_add(&b->stats, STAT_BYTES_OUT, zmq_msg_size(&frames[i]));
		while (
		    zmq_msg_send(&frames[i], b->router,
			ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0)) < 0 &&
		    errno == EINTR)
			;
		zmq_msg_close(&frames[i]); /* no effect on a sent one */
	}
	return 0;
}

/* Our own sentences may quote what a peer wrote: never back onto the wire as it
 * was. */
static const char *
plain(const char *text, char out[WIRE_DETAIL_BYTES_MAX + 1])
{
	size_t i;

	for (i = 0; i < WIRE_DETAIL_BYTES_MAX && text[i] != '\0'; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	out[i] = '\0';
	return out;
}

void
post_bye(struct broker *b, const uint8_t *route, enum refusal refusal,
    const char *detail)
{
	struct wire_msg msg = {.type = WIRE_BYE};
	char text[WIRE_DETAIL_BYTES_MAX + 1];

	msg.bye.refusal = refusal;
	msg.bye.detail = plain(detail, text);
	wire_encode(&msg, &b->frame);
	if (send_route(b, route) == 0)
		send_header(b, b->frame.data, b->frame.len, 0);
}

void
post_refused(struct broker *b, struct session *s, const struct id *id,
    enum refusal refusal, const char *detail)
{
	struct wire_msg msg = {.type = WIRE_REFUSED};
	const struct refusal_row *row = refusal_row(refusal);
	char text[ID_TEXT_BYTES], clean[WIRE_DETAIL_BYTES_MAX + 1];

	msg.refused.id = *id;
	msg.refused.refusal = refusal;
	msg.refused.later = row->class == WHY_LATER;
	msg.refused.detail = plain(detail != NULL ? detail : row->en, clean);
	msg.refused.retry_ms = msg.refused.later ? RETRY_AFTER_MS : 0;
	stats_add(&b->stats, STAT_REFUSED, 1);
	log_info("intake: parcel=%s agent=%s result=refused code=%s why=\"%s\"",
	    id_text(id, text), s->agent->name, row->name, msg.refused.detail);
	post_message(b, s, &msg);
}

static void
retry_session(struct broker *b, struct session *s)
{
	struct post_frame *f;
	size_t i;
	int rc;

	while ((f = s->backlog) != NULL) {
		if ((rc = send_route(b, s->route)) == TSK_LATER)
			return;
		if (rc != 0) {
			session_end(b, s, true);
			return;
		}
		send_header(b, f->data, f->bytes, 0);
		s->backlog = f->next;
		s->backlog_bytes -= f->bytes;
		free(f);
	}
	s->backlog_last = NULL;
	s->clogged = false;
	for (i = 0; i < s->serve_count; i++)
		queue_heat(&b->queues, s->serve[i]);
}

void
post_retry(struct broker *b)
{
	struct session *s, *next;

	b->clogged_ms = -1;
	for (s = b->first; s != NULL; s = next) {
		next = s->next;
		if (s->clogged)
			retry_session(b, s);
		if (s->clogged && !s->over && b->clogged_ms < 0)
			b->clogged_ms = b->now_ms + RETRY_MS;
	}
}

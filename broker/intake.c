/* NAME
 *	intake - from a submit to a durable parcel
 * DESCRIPTION
 *	Checks in this order: stopping, frames, window, limits, rights, route,
 *	quota, queue, disk.  What passes becomes one operation of the writer; the answer
 *	goes out when the commit is back, together with the legs' entry into
 *	their queues.  So a parcel the sender was told about is on the disk, and
 *	nobody receives what the sender may have to send again.
 *
 *	Frames are moved, never copied: from the socket into the operation, from
 *	there into the cache for the delivery.
 *
 *	The bytes themselves are not looked at: the receiver proves the SHA-256,
 *	the store's tags guard what lies here.
 *
 *	Documents over 1 MiB come in chunks (upload.c); their parcel passes the
 *	same checks first.
 * DIAGNOSTICS
 *	Every refusal is one info line with parcel, agent, code and sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "admit.h"
#include "intake.h"
#include "mandate.h"
#include "post.h"
#include "quota.h"
#include "submission.h"
#include "upload.h"
#include "writer.h"

static uint64_t
original_bytes(const struct wire_parcel *p)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < p->document_count; i++)
		sum += p->documents[i].bytes;
	return sum;
}

static bool
all_inline(const struct wire_parcel *p)
{
	return wire_inline_count(p) == p->document_count;
}

static enum refusal
check_frames(const struct wire_parcel *p, const struct hear_input *in,
    const char **detail)
{
	size_t i;

	if (in->frame_count != wire_inline_count(p)) {
		*detail = "The number of frames is not that of the documents.";
		return REFUSAL_MALFORMED;
	}
	for (i = 0; i < in->frame_count; i++) {
		if (!wire_frame_check(p, i, zmq_msg_size(&in->frames[i]))) {
			*detail = "A frame is not as long as its document.";
			return REFUSAL_DIGEST;
		}
	}
	return REFUSAL_NONE;
}

static enum refusal
check_window(const struct broker *b, const struct session *s, uint64_t bytes)
{
	if (s->unanswered == 0)
		return REFUSAL_NONE; /* one may always go */
	if (s->unanswered >= (size_t)b->settings->limits.submit_parcels ||
	    s->unanswered_bytes + bytes >
		(uint64_t)b->settings->limits.submit_bytes)
		return REFUSAL_BUSY;
	return REFUSAL_NONE;
}

static enum refusal
check_disk(const struct broker *b, const struct wire_parcel *p, uint64_t bytes)
{
	int64_t left =
	    b->space_bytes - (int64_t)bytes - (int64_t)writer_bytes(b->writer);

	if (left < b->settings->limits.reserve_bytes)
		return REFUSAL_DISK_FULL;
	if (left < b->settings->limits.reserve_large_bytes && !all_inline(p))
		return REFUSAL_LARGE_NOT_NOW;
	return REFUSAL_NONE;
}

static enum refusal
check_queue(const struct broker *b, const struct route *route)
{
	const struct queue *q;
	size_t i;

	for (i = 0; i < route->leg_count; i++) {
		q = queue_find(&b->queues, route->legs[i].queue);
		if (q != NULL &&
		    q->ready + q->waiting + q->leased + q->parked >=
			(size_t)b->settings->limits.queue_parcels)
			return REFUSAL_QUEUE_FULL;
	}
	return REFUSAL_NONE;
}

static enum refusal
check(struct broker *b, const struct session *s, const struct wire_parcel *p,
    const struct hear_input *in, struct route *route, const char **detail)
{
	uint64_t bytes = quota_bytes(p);
	enum refusal refusal;

	*detail = NULL;
	if (b->stopping)
		return REFUSAL_STOPPING;
	if ((refusal = check_frames(p, in, detail)) != REFUSAL_NONE ||
	    (refusal = check_window(b, s, bytes)) != REFUSAL_NONE)
		return refusal;
	if (original_bytes(p) > (uint64_t)b->settings->limits.parcel_bytes)
		return REFUSAL_TOO_LARGE;
	if ((refusal = admit_parcel(b, s->agent, p, route)) != REFUSAL_NONE) {
		*detail = route->note[0] != '\0' ? route->note : NULL;
		return refusal;
	}
	if (!mandate_gateway(s->agent) &&
	    (refusal = quota_check(b, p, route->note)) != REFUSAL_NONE) {
		*detail = route->note;
		return refusal;
	}
	if ((refusal = check_queue(b, route)) != REFUSAL_NONE)
		return refusal;
	return check_disk(b, p, bytes);
}

void
intake_submit(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	const struct wire_parcel *p = &msg->submit;
	struct route route = {.note = ""};
	struct submission *sub;
	enum refusal refusal;
	const char *detail;

	CRASH_POINT("intake-submit");
	stats_add(&b->stats, STAT_SUBMITS, 1);
	refusal = check(b, s, p, in, &route, &detail);
	if (refusal != REFUSAL_NONE) {
		post_refused(b, s, &p->id, refusal, detail);
		return;
	}
	s->unanswered++;
	s->unanswered_bytes += quota_bytes(p);
	if (!all_inline(p)) {
		upload_begin(b, s, msg, in);
		return;
	}
	sub = submission_new(b, s, msg, &route);
	submission_frames(sub, in);
	submission_put(b, sub);
}

void
intake_chunk(struct broker *b, struct session *s,
    const struct wire_place *place, struct hear_input *in)
{
	if (in->frame_count != 1) {
		session_bye(b, s, REFUSAL_MALFORMED, "A chunk has one frame.");
		return;
	}
	stats_add(&b->stats, STAT_CHUNKS_IN, 1);
	stats_add(&b->stats, STAT_BYTES_IN, zmq_msg_size(&in->frames[0]));
	upload_chunk(b, s, place, in);
}

void
intake_forget(struct broker *b, struct session *s)
{
	(void)b;
	upload_forget(s);
}

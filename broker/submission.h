/* NAME
 *	submission - a checked parcel on its way through the writer
 */
#ifndef TASUKI_SUBMISSION_H
#define TASUKI_SUBMISSION_H

#include "route.h"
#include "hear.h"
#include "session.h"
#include "writer.h"

struct submission {
	struct work work; /* first: done() gets back from it */
	struct store_parcel parcel;
	struct wire_msg msg; /* owns what parcel and pieces point into */
	struct buf header;
	zmq_msg_t *frames;
	struct store_piece *pieces;
	size_t frame_count;
	uint64_t window_bytes; /* given back when answered */
	char note[sizeof(((struct route *)0)->note)];
	const char *codes[STORE_LEGS_MAX];
	uint64_t version;
	char under[STORE_UNDER_BYTES];
};

/* submission_new(b, s, msg, route): takes msg over; its op is complete except
 * for the bodies.  Counts as unanswered in ${s} already. */
struct submission *submission_new(struct broker *b, struct session *s,
    struct wire_msg *msg, const struct route *route);
/* submission_put(b, sub): to the writer, together with what it supersedes. */
void submission_put(struct broker *b, struct submission *sub);
/* submission_frames(sub, in): takes the inline frames over. */
void submission_frames(struct submission *sub, struct hear_input *in);
/* submission_legs(b, p, route, version, codes): the legs of a fresh parcel; ${codes}
 * are those of their first steps. */
void submission_legs(struct broker *b, struct store_parcel *p,
    const struct route *route, uint64_t version,
    const char *codes[STORE_LEGS_MAX]);
/* submission_enqueue(b, p): a kept parcel's legs into their queues. */
void submission_enqueue(struct broker *b, const struct store_parcel *p);
/* submission_answered(s, bytes): one unanswered submit less. */
void submission_answered(struct session *s, uint64_t bytes);

#endif

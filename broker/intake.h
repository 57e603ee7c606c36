/* NAME
 *	intake - from a submit to a durable parcel
 */
#ifndef TASUKI_INTAKE_H
#define TASUKI_INTAKE_H

#include "hear.h"
#include "session.h"

/**
 * intake_submit(b, s, msg, in):
 * Check, route and hand to the writer.  Takes ${msg} and the frames over when it
 * needs them (then both are empty).  The answer follows: accepted, refused, or
 * resume for documents that come in chunks.
 */
void intake_submit(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in);
void intake_chunk(struct broker *b, struct session *s,
    const struct wire_place *place, struct hear_input *in);
/* intake_forget(b, s): the session ended: its uploads wait for the next one. */
void intake_forget(struct broker *b, struct session *s);

#endif

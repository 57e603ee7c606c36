/* NAME
 *	upload - a parcel whose documents come in chunks
 */
#ifndef TASUKI_UPLOAD_H
#define TASUKI_UPLOAD_H

#include "hear.h"
#include "session.h"

/* upload_begin(b, s, msg, in): checked already; takes msg and frames over. */
void upload_begin(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in);
void upload_chunk(struct broker *b, struct session *s,
    const struct wire_place *place, struct hear_input *in);
void upload_forget(struct session *s);

#endif

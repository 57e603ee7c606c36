/* NAME
 *	hear - what agents say, until a handler takes it
 */
#ifndef TASUKI_HEAR_H
#define TASUKI_HEAR_H

#include "session.h"

/* a message read from the ROUTER, before anything is believed */
struct hear_input {
	uint8_t route[SESSION_ROUTE_BYTES];
	const char *user; /* agent name from ZAP; NULL = none */
	const char *key;  /* public key from ZAP; NULL = none */
	zmq_msg_t *header;
	zmq_msg_t *frames;
	size_t frame_count; /* HEAR_FRAMES_MAX + 1: too many, not kept */
};
#define HEAR_FRAMES_MAX WIRE_DOCUMENTS_MAX

/* hear_message(b, in): one whole message; header and frames may be taken over
 * (then left empty). */
void hear_message(struct broker *b, struct hear_input *in);

#endif

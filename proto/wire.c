/* NAME
 *	wire - bytes <-> checked struct
 * DESCRIPTION
 *	What needs no protobuf: names, inline frames, refusals.
 *	    wire_decode.c	bytes -> struct (protobuf-c, arena)
 *	    wire_check.c	the rules for a struct, used in both directions
 *	    wire_encode.c	struct -> bytes
 *	    wire_arena.c	the memory of one decoded message
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wire_private.h"

static const char *const type_names[WIRE_TYPES] = {
    [WIRE_UNKNOWN] = "unknown",
    [WIRE_HELLO] = "hello",
    [WIRE_WELCOME] = "welcome",
    [WIRE_SUBMIT] = "submit",
    [WIRE_RESUME] = "resume",
    [WIRE_CHUNK] = "chunk",
    [WIRE_ACCEPTED] = "accepted",
    [WIRE_REFUSED] = "refused",
    [WIRE_CREDIT] = "credit",
    [WIRE_DELIVER] = "deliver",
    [WIRE_FETCH] = "fetch",
    [WIRE_SETTLE] = "settle",
    [WIRE_SETTLED] = "settled",
    [WIRE_RECEIPT] = "receipt",
    [WIRE_QUERY] = "query",
    [WIRE_ANSWER] = "answer",
    [WIRE_PING] = "ping",
    [WIRE_PONG] = "pong",
    [WIRE_BYE] = "bye",
    [WIRE_RECEIPTS] = "receipts",
    [WIRE_RECALL] = "recall",
    [WIRE_READS] = "reads",
};

const char *
wire_type_name(enum wire_type type)
{
	if ((unsigned)type >= WIRE_TYPES)
		return "unknown";
	return type_names[type];
}

size_t
wire_inline_count(const struct wire_parcel *parcel)
{
	size_t count = 0;

	for (size_t i = 0; i < parcel->document_count; i++)
		if (wire_inline(&parcel->documents[i]))
			count++;
	return count;
}

bool
wire_frame_check(const struct wire_parcel *parcel, size_t frame, size_t bytes)
{
	for (size_t i = 0; i < parcel->document_count; i++) {
		if (!wire_inline(&parcel->documents[i]))
			continue;
		if (frame-- == 0)
			return parcel->documents[i].encoded_bytes == bytes;
	}
	return false;
}

int
wire_bad(struct why *why, enum refusal refusal, const char *format, ...)
{
	const struct refusal_row *row = refusal_row(refusal);
	char text[sizeof(why->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	why_set(why, row->class, row->name, "%s", text);
	return refusal == REFUSAL_TOO_LARGE ? TSK_TOOBIG : TSK_INVALID;
}

uint64_t
wire_encoded_bytes(const struct wire_parcel *parcel)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < parcel->document_count; i++)
		sum += parcel->documents[i].encoded_bytes;
	return sum;
}

bool
wire_marked(const struct wire_parcel *parcel)
{
	static const uint8_t none[WIRE_MARK_BYTES];

	return memcmp(parcel->clients_mark, none, sizeof(none)) != 0;
}

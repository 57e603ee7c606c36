/* NAME
 *	wire_arena - one piece of memory for one decoded message
 * DESCRIPTION
 *	Private to proto/.  protobuf-c asks for memory many times a message; all
 *	of it comes from here, is never given back singly and goes at once.  The
 *	total is capped, so that a small hostile frame that unpacks into very
 *	many pieces ends as a refusal, not as a broker out of memory.
 *
 *	Each piece remembers its size: protobuf-c hands out C strings and
 *	forgets the length that was on the wire, so this is the only place where
 *	a NUL hidden inside a string still shows.
 */
#ifndef TASUKI_WIRE_ARENA_H
#define TASUKI_WIRE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#define WIRE_ARENA_BYTES_MAX (4u * 1024 * 1024)

struct wire_arena;

/* wire_arena_new(hint): room for about ${hint} bytes without a second step. */
struct wire_arena *wire_arena_new(size_t hint);
void wire_arena_free(struct wire_arena **arena);
/* wire_arena_get(arena, bytes): 8-aligned, not zeroed; NULL over the cap. */
void *wire_arena_get(struct wire_arena *arena, size_t bytes);
/* wire_arena_spent(arena): a wish went over the cap. */
bool wire_arena_spent(const struct wire_arena *arena);
/* wire_arena_size(p): what was asked for when p was given out. */
size_t wire_arena_size(const void *p);

#endif

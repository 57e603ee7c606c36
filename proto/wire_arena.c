/* NAME
 *	wire_arena - one piece of memory for one decoded message
 * DESCRIPTION
 *	A chain of blocks, newest first; the arena itself lies at the head of
 *	the first one, so the common message costs one malloc and one free.
 * DIAGNOSTICS
 *	NULL when the cap is reached; out of memory ends the process (mem_new's
 *	rule), because then the size was allowed and the machine is at fault.
 */
#include <stdint.h>
#include <stdlib.h>

#include "err.h"
#include "wire_arena.h"

struct block {
	struct block *older;
	size_t used, bytes; /* of data[] */
	uint64_t data[];
};

struct wire_arena {
	struct block *newest;
	size_t total;
	bool spent;
};

#define ARENA_FIRST_MIN 1024u

static struct block *
block_new(size_t bytes, struct block *older)
{
	/* not mem_new(): zeroing would cost more than the decoding */
	struct block *block = malloc(sizeof(*block) + bytes);

	if (block == NULL)
		panic("out of memory");
	block->older = older;
	block->used = 0;
	block->bytes = bytes;
	return block;
}

struct wire_arena *
wire_arena_new(size_t hint)
{
	size_t bytes = hint < ARENA_FIRST_MIN ? ARENA_FIRST_MIN : hint;
	struct wire_arena *arena;
	struct block *block;

	if (bytes > WIRE_ARENA_BYTES_MAX)
		bytes = WIRE_ARENA_BYTES_MAX;
	bytes = (bytes + 7u) & ~(size_t)7u;
	block = block_new(bytes, NULL);
	arena = (struct wire_arena *)block->data;
	block->used = (sizeof(*arena) + 7u) & ~(size_t)7u;
	arena->newest = block;
	arena->total = bytes;
	arena->spent = false;
	return arena;
}

void
wire_arena_free(struct wire_arena **arena_p)
{
	struct block *block, *older;

	if (*arena_p == NULL)
		return;
	/* the arena lies in the oldest block: look at it no more after this */
	block = (*arena_p)->newest;
	*arena_p = NULL;
	for (; block != NULL; block = older) {
		older = block->older;
		free(block);
	}
}

static bool
grow(struct wire_arena *arena, size_t need)
{
	size_t bytes = arena->newest->bytes * 2;

	if (bytes < need)
		bytes = need;
	if (bytes > WIRE_ARENA_BYTES_MAX - arena->total)
		bytes = WIRE_ARENA_BYTES_MAX - arena->total;
	bytes &= ~(size_t)7u;
	if (bytes < need)
		return false;
	arena->newest = block_new(bytes, arena->newest);
	arena->total += bytes;
	return true;
}

void *
wire_arena_get(struct wire_arena *arena, size_t bytes)
{
	struct block *block = arena->newest;
	size_t need;
	uint64_t *at;

	if (bytes > WIRE_ARENA_BYTES_MAX) {
		arena->spent = true;
		return NULL;
	}
	need = sizeof(uint64_t) + ((bytes + 7u) & ~(size_t)7u);
	if (need > block->bytes - block->used) {
		if (!grow(arena, need)) {
			arena->spent = true;
			return NULL;
		}
		block = arena->newest;
	}
	at = &block->data[block->used / sizeof(uint64_t)];
	block->used += need;
	at[0] = bytes;
	return &at[1];
}

bool
wire_arena_spent(const struct wire_arena *arena)
{
	return arena->spent;
}

size_t
wire_arena_size(const void *p)
{
	return (size_t)((const uint64_t *)p)[-1];
}

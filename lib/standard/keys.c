/* NAME
 *	keys - sets of keys seen in one file
 * SUMMARY
 *	See keys.h.
 */
#include <stdlib.h>

#include "err.h"

#include "keys.h"

void
keys_fini(struct keys *keys)
{
	free(keys->digests);
	free(keys->index);
	*keys = (struct keys){0};
}

/* The slot of a digest: its own or the free one where it would go. */
static struct keys_slot *
slot_of(const struct keys *keys, uint64_t digest)
{
	size_t mask = keys->slots - 1, at = (size_t)digest & mask;
	uint32_t tag = (uint32_t)(digest >> 32);

	for (;; at = (at + 1) & mask) {
		struct keys_slot *slot = &keys->index[at];

		if (slot->position == 0 ||
		    (slot->tag == tag &&
			keys->digests[slot->position - 1] == digest))
			return slot;
	}
}

static void
put(struct keys *keys, size_t position)
{
	uint64_t digest = keys->digests[position];

	*slot_of(keys, digest) = (struct keys_slot){
	    (uint32_t)position + 1, (uint32_t)(digest >> 32)};
}

static void
grow(struct keys *keys)
{
	size_t slots = keys->slots == 0 ? 256 : keys->slots * 2;

	free(keys->index);
	keys->index = mem_new(slots * sizeof *keys->index);
	keys->digests =
	    mem_resize(keys->digests, slots / 2 * sizeof *keys->digests);
	keys->slots = slots;
	for (size_t i = 0; i < keys->count; i++)
		put(keys, i);
}

size_t
keys_add(struct keys *keys, uint64_t digest, bool *fresh)
{
	const struct keys_slot *slot;

	*fresh = false;
	if (keys->slots == 0)
		grow(keys);
	if (keys->count > 0 && keys->digests[keys->last] == digest)
		return keys->last;
	slot = slot_of(keys, digest);
	if (slot->position != 0)
		return keys->last = slot->position - 1;
	if (keys->count == KEYS_MAX)
		return KEYS_FULL;
	if (keys->count == keys->slots / 2)
		grow(keys);
	*fresh = true;
	keys->digests[keys->count] = digest;
	put(keys, keys->count);
	return keys->last = keys->count++;
}

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
static size_t
slot_of(const struct keys *keys, uint64_t digest)
{
	size_t mask = keys->slots - 1, at = (size_t)digest & mask;

	while (keys->index[at] != 0 &&
	       keys->digests[keys->index[at] - 1] != digest)
		at = (at + 1) & mask;
	return at;
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
		keys->index[slot_of(keys, keys->digests[i])] = (uint32_t)i + 1;
}

size_t
keys_add(struct keys *keys, uint64_t digest, bool *fresh)
{
	size_t at;

	*fresh = false;
	if (keys->slots == 0)
		grow(keys);
	at = slot_of(keys, digest);
	if (keys->index[at] != 0)
		return keys->index[at] - 1;
	if (keys->count == KEYS_MAX)
		return KEYS_FULL;
	if (keys->count >= keys->slots / 2) {
		grow(keys);
		at = slot_of(keys, digest);
	}
	*fresh = true;
	keys->digests[keys->count++] = digest;
	keys->index[at] = (uint32_t)keys->count;
	return keys->count - 1;
}

/* NAME
 *	keys - sets of keys seen in one file
 * DESCRIPTION
 *	Open addressing; entries keep their order.  A key is known by its 64-bit
 *	digest: two clients of one file taken for one has a chance of 1 in 10^9
 *	at 100,000 clients, and then a finding is missed, nothing is altered.
 */
#ifndef TASUKI_KEYS_H
#define TASUKI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_MAX 65536 /* 1.5 MB; beyond it nothing is added: see spill.h */

struct keys_slot {
	uint32_t position; /* + 1; 0: free */
	uint32_t tag;      /* upper half of the digest: most misses end here */
};

struct keys {
	uint64_t *digests; /* in order of arrival */
	struct keys_slot *index;
	size_t count, slots;
	size_t last; /* rows of one client mostly follow each other */
};

#define KEYS_FULL SIZE_MAX

void keys_fini(struct keys *keys);
/* keys_add(keys, digest, fresh): position 0.. of the key, KEYS_FULL if there is
 * no room; *fresh tells whether it was new. */
size_t keys_add(struct keys *keys, uint64_t digest, bool *fresh);

#endif

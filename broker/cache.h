/* NAME
 *	cache - fresh parcels, kept in memory until they are handed out
 * DESCRIPTION
 *	Frames stay the ZeroMQ messages they came as: handing out is a reference,
 *	not a copy.  The cache is bounded in bytes; what is not in it is read
 *	from the store, so dropping is always allowed.
 */
#ifndef TASUKI_CACHE_H
#define TASUKI_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include <zmq.h>

#include "hash.h"
#include "id.h"
#include "wire.h"

struct cache_entry {
	struct hash_node node;
	struct cache_entry *prev, *next; /* oldest first */
	struct wire_msg msg; /* the submit; msg.submit is the parcel */
	zmq_msg_t *frames;   /* inline documents, in order */
	size_t frame_count, bytes;
	int64_t put_ms;
};

struct cache {
	struct hash entries;
	struct cache_entry *first, *last;
	size_t bytes, max;
};

void cache_init(struct cache *cache, size_t max);
void cache_fini(struct cache *cache);
/* cache_put(cache, msg, frames, count, now_ms): takes msg and frames (malloced
 * array) over in any case and leaves msg empty; may keep or drop them. */
void cache_put(struct cache *cache, struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, int64_t now_ms);
struct cache_entry *cache_find(const struct cache *cache, const struct id *id);
void cache_drop(struct cache *cache, struct cache_entry *entry);

#endif

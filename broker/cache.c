/* NAME
 *	cache - fresh parcels, kept in memory until they are handed out
 * DESCRIPTION
 *	When full, a newcomer is not kept unless the oldest entries have waited
 *	longer than STALE_MS: with a backlog the oldest are the next to be handed
 *	out, so throwing them out for newer ones would make every hit a miss;
 *	but entries of a queue nobody serves must not stay for ever.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "cache.h"

#define STALE_MS       5000
#define ENTRY_OVERHEAD 1024 /* decoded header and bookkeeping, about */

void
cache_init(struct cache *cache, size_t max)
{
	memset(cache, 0, sizeof(*cache));
	hash_init(&cache->entries);
	cache->max = max;
}

void
cache_fini(struct cache *cache)
{
	while (cache->first != NULL)
		cache_drop(cache, cache->first);
	hash_fini(&cache->entries);
}

static uint32_t
hash_id(const struct id *id)
{
	uint32_t h;

	memcpy(&h, id->bytes + ID_BYTES - sizeof(h), sizeof(h));
	return h;
}

static void
release(struct wire_msg *msg, zmq_msg_t *frames, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		zmq_msg_close(&frames[i]);
	free(frames);
	wire_fini(msg);
}

struct cache_entry *
cache_find(const struct cache *cache, const struct id *id)
{
	struct hash_node *n = hash_first(&cache->entries, hash_id(id));

	for (; n != NULL; n = hash_next(n)) {
		struct cache_entry *e = HASH_OF(struct cache_entry, node, n);

		if (id_compare(&e->msg.submit.id, id) == 0)
			return e;
	}
	return NULL;
}

void
cache_drop(struct cache *cache, struct cache_entry *e)
{
	if (e->prev != NULL)
		e->prev->next = e->next;
	else
		cache->first = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	else
		cache->last = e->prev;
	hash_drop(&cache->entries, &e->node);
	cache->bytes -= e->bytes;
	release(&e->msg, e->frames, e->frame_count);
	free(e);
}

static void
insert(struct cache *cache, struct cache_entry *e)
{
	hash_put(&cache->entries, &e->node, hash_id(&e->msg.submit.id));
	e->prev = cache->last;
	if (cache->last != NULL)
		cache->last->next = e;
	else
		cache->first = e;
	cache->last = e;
	cache->bytes += e->bytes;
}

void
cache_put(struct cache *cache, struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, int64_t now_ms)
{
	size_t bytes = ENTRY_OVERHEAD, i;
	struct cache_entry *e;

	for (i = 0; i < count; i++)
		bytes += zmq_msg_size(&frames[i]);
	while (cache->first != NULL && cache->bytes + bytes > cache->max &&
	       now_ms - cache->first->put_ms > STALE_MS)
		cache_drop(cache, cache->first);
	if (cache->bytes + bytes > cache->max ||
	    cache_find(cache, &msg->submit.id) != NULL) {
		release(msg, frames, count);
	} else {
		e = mem_new(sizeof(*e));
		e->msg = *msg;
		e->frames = frames;
		e->frame_count = count;
		e->bytes = bytes;
		e->put_ms = now_ms;
		insert(cache, e);
	}
	memset(msg, 0, sizeof(*msg));
}

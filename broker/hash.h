/* NAME
 *	hash - chained hash tables of structs that carry their own node
 * DESCRIPTION
 *	The table owns nothing but its buckets.  The caller compares: walk
 *	hash_first(), hash_next() over nodes with the same hash value.  It grows
 *	as nodes come in (load at most 2) and does not shrink.
 */
#ifndef TASUKI_HASH_H
#define TASUKI_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_node {
	struct hash_node *next;
	uint32_t hash;
};

struct hash {
	struct hash_node **buckets;
	size_t mask, count;
};

void hash_init(struct hash *h);
void hash_fini(struct hash *h); /* the nodes stay the caller's */
void hash_put(struct hash *h, struct hash_node *node, uint32_t hash);
void hash_drop(struct hash *h, struct hash_node *node);
/* first and next node with exactly this hash value, or NULL */
struct hash_node *hash_first(const struct hash *h, uint32_t hash);
struct hash_node *hash_next(const struct hash_node *node);
/* hash_bytes(p, n, seed): a spread 32-bit value; chain through the seed. */
uint32_t hash_bytes(const void *p, size_t n, uint32_t seed);

/* the struct of ${type} whose member ${field} is ${node} */
#define HASH_OF(type, field, node) \
	((type *)(void *)((char *)(node)-offsetof(type, field)))

#endif

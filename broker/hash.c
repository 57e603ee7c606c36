/* NAME
 *	hash - chained hash tables of structs that carry their own node
 * DESCRIPTION
 *	Chains, not open addressing: nodes never move, so pointers into legs and
 *	sessions stay good, and dropping costs no tombstones.
 */
#include <stdlib.h>

#include "digest.h"
#include "err.h"

#include "hash.h"

#define FIRST_BUCKETS 64u

void
hash_init(struct hash *h)
{
	h->buckets = mem_new(FIRST_BUCKETS * sizeof(*h->buckets));
	h->mask = FIRST_BUCKETS - 1;
	h->count = 0;
}

void
hash_fini(struct hash *h)
{
	free(h->buckets);
	h->buckets = NULL;
	h->mask = h->count = 0;
}

static void
grow(struct hash *h)
{
	size_t n = (h->mask + 1) * 2, i;
	struct hash_node **wider = mem_new(n * sizeof(*wider)), *node, *next;

	for (i = 0; i <= h->mask; i++) {
		for (node = h->buckets[i]; node != NULL; node = next) {
			next = node->next;
			node->next = wider[node->hash & (n - 1)];
			wider[node->hash & (n - 1)] = node;
		}
	}
	free(h->buckets);
	h->buckets = wider;
	h->mask = n - 1;
}

void
hash_put(struct hash *h, struct hash_node *node, uint32_t hash)
{
	if (h->count > 2 * h->mask)
		grow(h);
	node->hash = hash;
	node->next = h->buckets[hash & h->mask];
	h->buckets[hash & h->mask] = node;
	h->count++;
}

void
hash_drop(struct hash *h, struct hash_node *node)
{
	struct hash_node **at = &h->buckets[node->hash & h->mask];

	while (*at != node) {
		if (*at == NULL)
			panic("hash: dropping what is not in the table");
		at = &(*at)->next;
	}
	*at = node->next;
	node->next = NULL;
	h->count--;
}

static struct hash_node *
same(struct hash_node *node, uint32_t hash)
{
	while (node != NULL && node->hash != hash)
		node = node->next;
	return node;
}

struct hash_node *
hash_first(const struct hash *h, uint32_t hash)
{
	return same(h->buckets[hash & h->mask], hash);
}

struct hash_node *
hash_next(const struct hash_node *node)
{
	return same(node->next, node->hash);
}

uint32_t
hash_bytes(const void *p, size_t n, uint32_t seed)
{
	uint64_t tag = digest_tag(p, n, seed);

	return (uint32_t)(tag ^ (tag >> 32));
}

/* NAME
 *	load - a fixed load of numbered batches, and what must be there after it
 * DESCRIPTION
 *	Batch b accepts LOAD_PARCELS parcels (one of them with a document staged
 *	by batch b - 1), settles some of batch b - 1, and puts a registry record.
 *	Everything is a function of b, so another process can check it.
 */
#ifndef TASUKI_TEST_LOAD_H
#define TASUKI_TEST_LOAD_H

#include "store.h"

#define LOAD_PARCELS 8

/* load_batch(store, b, why): apply batch b; what store_apply() says. */
int load_batch(struct store *store, uint64_t b, struct why *why);

/* What a reader met. */
struct load_seen {
	uint64_t right;   /* records that are there and as they must be */
	uint64_t refused; /* an error code instead of the record */
	uint64_t missing; /* not found, not listed */
	uint64_t wrong;   /* other content: must never be */
	char first[160];  /* the first thing that was not right */
};
/* load_check(store, done, seen): compare everything with the state after
 * batches 0 .. done - 1. */
void load_check(struct store *store, uint64_t done, struct load_seen *seen);

#endif

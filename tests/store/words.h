/* NAME
 *	words - what the tests of the store say again and again
 * DESCRIPTION
 *	Included after cmocka.h.  What a test looks at must be there: these end it
 *	otherwise.
 */
#ifndef TASUKI_TEST_WORDS_H
#define TASUKI_TEST_WORDS_H

#include "rig.h"

/* A case on every back end; its state is a rig. */
extern const enum store_backend words_lmdb, words_mem;
int set_up_store(void **state);
int tear_down_store(void **state);

#define CASE(f)                                               \
	{"lmdb: " #f, f, set_up_store, tear_down_store,       \
	    (void *)(uintptr_t)&words_lmdb},                  \
	{                                                     \
		"mem: " #f, f, set_up_store, tear_down_store, \
		    (void *)(uintptr_t)&words_mem             \
	}

struct seen {
	size_t count;
	struct store_open_leg legs[64];
};

/* Every open leg, in the order of their numbers. */
void open_legs(struct rig *rig, struct seen *seen);
void assert_body(struct rig *rig, const struct id *id, uint16_t document,
    uint32_t chunk, const void *want, size_t n);
/* The first chunk of a document: what store_body() says of it. */
int body_rc(struct rig *rig, const struct id *id, uint16_t document);
/* What is kept of a parcel; the caller frees it. */
struct store_parcel *stored(struct rig *rig, const struct id *id);
struct store_stats stats_of(struct rig *rig);
/* The chain of the audit holds, and has so many entries. */
void assert_chain(struct rig *rig, uint64_t want);

#endif

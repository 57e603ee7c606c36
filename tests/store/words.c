/* NAME
 *	words - what the tests of the store say again and again
 * SUMMARY
 *	see words.h
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "err.h"

#include "words.h"

const enum store_backend words_lmdb = STORE_LMDB, words_mem = STORE_MEM;

int
set_up_store(void **state)
{
	struct rig *rig = mem_new(sizeof(*rig));

	rig_init(rig, *(const enum store_backend *)*state);
	*state = rig;
	return 0;
}

int
tear_down_store(void **state)
{
	struct rig *rig = *state;

	rig_fini(rig);
	free(rig);
	return 0;
}

static int
see_open(const struct store_open_leg *leg, void *arg)
{
	struct seen *seen = arg;

	assert_true(seen->count < 64);
	seen->legs[seen->count++] = *leg;
	return 0;
}

void
open_legs(struct rig *rig, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	assert_int_equal(store_walk_open(rig->store, see_open, NULL, seen), 0);
	for (size_t i = 1; i < seen->count; i++)
		assert_true(seen->legs[i - 1].leg.no < seen->legs[i].leg.no);
}

void
assert_body(struct rig *rig, const struct id *id, uint16_t document,
    uint32_t chunk, const void *want, size_t n)
{
	void *data;
	size_t bytes;

	assert_int_equal(
	    store_body(rig->store, id, document, chunk, &data, &bytes), 0);
	assert_int_equal(bytes, n);
	assert_memory_equal(data, want, n);
	free(data);
}

int
body_rc(struct rig *rig, const struct id *id, uint16_t document)
{
	void *data;
	size_t bytes;
	int rc = store_body(rig->store, id, document, 0, &data, &bytes);

	free(data);
	return rc;
}

struct store_parcel *
stored(struct rig *rig, const struct id *id)
{
	struct store_parcel *p;

	assert_int_equal(store_parcel_get(rig->store, id, &p), 0);
	return p;
}

struct store_stats
stats_of(struct rig *rig)
{
	struct store_stats s;

	assert_int_equal(store_stats(rig->store, &s), 0);
	return s;
}

void
assert_chain(struct rig *rig, uint64_t want)
{
	uint64_t entries;

	assert_int_equal(
	    store_audit_verify(rig->store, &entries, &rig->why), 0);
	assert_int_equal(entries, want);
}

/* NAME
 *	store_chain - the audit chain, private to the store
 * DESCRIPTION
 *	The entries of one batch lie in one record under the number of its first:
 *
 *	    count (4), hash before (32), then per entry: entry, hash (32)
 *
 *	hash = SHA-256(hash before it, entry), and these two lie side by side,
 *	so each is hashed in place.  The entry holds its number, time, parcel id
 *	and texts.  The last number and hash also stand in the store's state
 *	record, so that a cut tail is noticed.
 */
#ifndef TASUKI_STORE_CHAIN_H
#define TASUKI_STORE_CHAIN_H

#include "buf.h"
#include "store.h"
#include "store_record.h"

/* ---- one batch being written ---- */

struct store_chain {
	struct buf batch;  /* the record's payload so far */
	uint64_t first_no; /* of the batch */
	uint32_t count;
};

void store_chain_init(struct store_chain *chain);
void store_chain_fini(struct store_chain *chain);
/* store_chain_begin(chain, state): forget the batch, go on after ${state}. */
void store_chain_begin(
    struct store_chain *chain, const struct store_record_state *state);
/* store_chain_add(chain, state, at_ms, subject, actor, id, text): one entry;
 * *state moves on.  id may be NULL. */
void store_chain_add(struct store_chain *chain,
    struct store_record_state *state, int64_t at_ms, const char *subject,
    const char *actor, const struct id *id, const char *text);

/* ---- reading ---- */

struct store_chain_read {
	struct slice rest; /* entries not read yet */
	uint32_t left;
	uint64_t next_no;
	uint8_t hash[32]; /* before the next entry */
};
/* store_chain_read_begin(read, first_no, payload) */
int store_chain_read_begin(struct store_chain_read *read, uint64_t first_no,
    struct slice payload) TSK_MUST_USE;
/* store_chain_read_next(read, out): TSK_EMPTY at the end of the batch;
 * TSK_DAMAGED: does not parse, wrong number, or the hash is not that of the
 * entry and its predecessor. */
int store_chain_read_next(
    struct store_chain_read *read, struct store_audit *out) TSK_MUST_USE;

#endif

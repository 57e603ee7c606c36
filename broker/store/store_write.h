/* NAME
 *	store_write - the writing verbs over a map, private to the store
 * DESCRIPTION
 *	One struct store_write per store, used again for every batch: it keeps
 *	buffers only.
 * DIAGNOSTICS
 *	0: every op->rc is set, commit; TSK_BROKEN: abort the transaction, the
 *	map knows why; TSK_DAMAGED: a record that had to be changed does not
 *	match its tag, abort.
 */
#ifndef TASUKI_STORE_WRITE_H
#define TASUKI_STORE_WRITE_H

#include "buf.h"
#include "store.h"
#include "store_chain.h"
#include "store_map.h"
#include "store_record.h"

struct store_write {
	const struct map_class *map;
	bool tolerant; /* a damaged record is that operation's TSK_DAMAGED */
	/* of the running batch */
	void *txn;
	struct store_record_state state;
	struct store_chain chain;
	uint64_t leg_no_before; /* legs above were accepted in this batch */
	/* Accepts whose bodies are put at the end of the batch, NULL when they
	 * were dropped before that. */
	struct store_op **late;
	size_t late_count, late_room;
	struct buf record, steps; /* scratch */
};

void store_write_init(struct store_write *w, const struct map_class *map);
void store_write_fini(struct store_write *w);
/* store_write_create(w, txn): the records every store has, in an empty map. */
int store_write_create(struct store_write *w, void *txn) TSK_MUST_USE;
int store_write_batch(struct store_write *w, void *txn, struct store_op **ops,
    size_t count) TSK_MUST_USE;

/* ---- for the files that hold a verb of their own ---- */

int store_write_put(struct store_write *w, enum store_table table,
    struct slice key, const void *p, size_t n, bool append) TSK_MUST_USE;
/* checked payload; TSK_NOTFOUND, TSK_DAMAGED */
int store_write_get(struct store_write *w, enum store_table table,
    struct slice key, struct slice *payload) TSK_MUST_USE;
int store_write_parcel(struct store_write *w, const struct id *id,
    struct store_record_parcel *out) TSK_MUST_USE;
void store_write_audit(struct store_write *w, const struct store_op *op,
    const char *subject, const struct id *id, const char *text);

#endif

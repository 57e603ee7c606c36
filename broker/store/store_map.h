/* NAME
 *	store_map - ordered records with transactions, private to the store
 * SUMMARY
 *	What the LMDB and the memory back end have in common, so that the queue
 *	verbs are written once (store_write.c, store_read.c, store_check.c).
 * DESCRIPTION
 *	A map holds a few tables; a table is bytes -> bytes in the order of
 *	memcmp() of the keys.  This is NOT the seam for another database: a back
 *	end on SQL fills struct store_back (store_back.h) with verbs of its own
 *	and never sees this file.
 *
 *	Values handed out stay valid until the next put or del of the same
 *	transaction, or its end.
 * DIAGNOSTICS
 *	0, TSK_NOTFOUND, or TSK_BROKEN: the transaction is of no use any more,
 *	the back end knows why.
 */
#ifndef TASUKI_STORE_MAP_H
#define TASUKI_STORE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* The number is part of every tag: never renumber. */
enum store_table {
	TABLE_META = 0,   /* name -> schema, state */
	TABLE_PARCEL = 1, /* id -> header, legs, steps */
	TABLE_ORDER = 2,  /* accepted_ms, id -> nothing: newest first, purge */
	TABLE_OPEN = 3,   /* leg no -> one open leg, as the schedule needs it */
	TABLE_BODY = 4,   /* id, document, chunk -> bytes, staged or accepted */
	TABLE_STAGED =
	    5,           /* id, document, chunk -> since when, how many bytes */
	TABLE_AUDIT = 6, /* first no -> the entries of one batch, chained */
	TABLE_REGISTRY = 7, /* kind, key -> value */
	STORE_TABLES = 8,
};

struct slice {
	const void *p;
	size_t n;
};

enum map_step { MAP_FROM, MAP_BEFORE, MAP_NEXT, MAP_PREV };

struct map_class {
	int (*get)(void *txn, enum store_table table, struct slice key,
	    struct slice *value);
	/* A record of value_bytes, replacing the old one: fill *room before the
	 * next call.  append: the key is known to be the greatest. */
	int (*put)(void *txn, enum store_table table, struct slice key,
	    size_t value_bytes, bool append, void **room);
	int (*del)(void *txn, enum store_table table, struct slice key);
	uint64_t (*count)(void *txn, enum store_table table);
	/* Walk.  MAP_FROM: first record with key >= *key; MAP_BEFORE: last with
	 * key < *key (n = 0: the first, the last of all).  After a put or del
	 * only MAP_FROM and MAP_BEFORE may follow. */
	int (*walk_open)(void *txn, enum store_table table, void **walk);
	int (*walk)(void *walk, enum map_step step, struct slice *key,
	    struct slice *value);
	void (*walk_close)(void *walk);
};

#endif

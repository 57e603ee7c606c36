/* NAME
 *	store_back - what a back end fills in, private to the store
 * DESCRIPTION
 *	store.c is the face: it checks arguments and calls through this table.
 *	The contracts are those of the calls of the same name in store.h.  LMDB
 *	and memory share the reading verbs (store_read.c) by giving a map and a
 *	way to begin and end reading; a back end with a query language of its own
 *	would fill in the reading verbs itself.
 */
#ifndef TASUKI_STORE_BACK_H
#define TASUKI_STORE_BACK_H

#include "store.h"
#include "store_map.h"

struct store_back {
	const char *name;
	int (*open)(const struct store_settings *settings, struct store **out,
	    struct why *why);
	void (*close)(struct store *store);
	int (*apply)(struct store *store, struct store_op **ops, size_t count,
	    struct why *why);
	int (*parcel_get)(struct store *store, const struct id *id,
	    struct store_parcel **out);
	int (*body)(struct store *store, const struct id *id, uint16_t document,
	    uint32_t chunk, void **data, size_t *bytes);
	int (*staged)(struct store *store, const struct id *id,
	    uint16_t document, uint64_t *bytes);
	int (*walk_open)(struct store *store, store_open_fn *fn,
	    void (*damaged)(uint64_t no, void *arg), void *arg);
	int (*find)(struct store *store, const struct store_filter *filter,
	    store_parcel_fn *fn, void *arg);
	int (*registry_walk)(struct store *store, const char *kind,
	    store_registry_fn *fn, void *arg);
	int (*audit_walk)(struct store *store, uint64_t from_no,
	    store_audit_fn *fn, void *arg);
	int (*audit_verify)(
	    struct store *store, uint64_t *entries, struct why *why);
	int (*stats)(struct store *store, struct store_stats *out);
	int (*backup)(struct store *store, const char *path, struct why *why);
	int (*verify)(const struct store_settings *settings,
	    struct store_verify *out,
	    void (*report)(const char *line, void *arg), void *arg,
	    struct why *why);
};

/* First member of every back end's own struct. */
struct store {
	const struct store_back *back;
	/* the rest is for back ends that share store_read.c */
	const struct map_class *map;
	int (*read_begin)(struct store *store, void **txn);
	void (*read_end)(struct store *store, void *txn);
	/* Damage is known (a start after trouble found it): damaged records are
	 * left alone instead of ending the broker once more. */
	bool tolerant;
};

extern const struct store_back store_lmdb_back, store_mem_back;

#endif

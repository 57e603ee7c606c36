/* NAME
 *	store_read - the reading verbs over a map, private to the store
 * DESCRIPTION
 *	Contracts in store.h.  Each call is one read transaction.
 */
#ifndef TASUKI_STORE_READ_H
#define TASUKI_STORE_READ_H

#include "store_back.h"
#include "store_record.h"

int store_read_parcel(
    struct store *store, const struct id *id, struct store_parcel **out);
int store_read_body(struct store *store, const struct id *id, uint16_t document,
    uint32_t chunk, void **data, size_t *bytes);
int store_read_staged(struct store *store, const struct id *id,
    uint16_t document, uint64_t *bytes);
int store_read_open(struct store *store, store_open_fn *fn,
    void (*damaged)(uint64_t no, void *arg), void *arg);
int store_read_find(struct store *store, const struct store_filter *filter,
    store_parcel_fn *fn, void *arg);
int store_read_registry(
    struct store *store, const char *kind, store_registry_fn *fn, void *arg);
int store_read_audit(
    struct store *store, uint64_t from_no, store_audit_fn *fn, void *arg);
int store_read_audit_verify(
    struct store *store, uint64_t *entries, struct why *why);
/* store_read_counts(store, out): the numbers of records. */
int store_read_counts(struct store *store, struct store_stats *out);

/* store_read_state(map, txn, out), store_read_schema(map, txn, out): meta. */
int store_read_state(
    const struct map_class *map, void *txn, struct store_record_state *out);
int store_read_schema(const struct map_class *map, void *txn, uint32_t *out);

#endif

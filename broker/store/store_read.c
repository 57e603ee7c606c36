/* NAME
 *	store_read - the reading verbs over a map
 * DESCRIPTION
 *	Every record is checked against its tag before a byte of it is used.
 *	Listings hand out what is sound, leave out what is not, and return
 *	TSK_DAMAGED at the end if they left something out.
 * BUGS
 *	Callbacks run inside the read transaction: a slow one keeps old pages
 *	alive.  A damaged page of the tree itself can kill the process before a
 *	tag is looked at (LMDB trusts its pages); see store_verify().
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "leg.h"

#include "store_chain.h"
#include "store_read.h"

static int
get(const struct map_class *map, void *txn, enum store_table table,
    struct slice key, struct slice *payload)
{
	struct slice value;
	int rc = map->get(txn, table, key, &value);

	return rc != 0 ? rc : store_record_check(table, key, value, payload);
}

static int
get_parcel(struct store *store, void *txn, const struct id *id,
    struct store_record_parcel *out)
{
	struct slice key = {id->bytes, ID_BYTES}, payload;
	int rc = get(store->map, txn, TABLE_PARCEL, key, &payload);

	return rc != 0 ? rc : store_record_parcel_read(id, payload, out);
}

int
store_read_parcel(
    struct store *store, const struct id *id, struct store_parcel **out)
{
	struct store_record_parcel r;
	void *txn;
	int rc = store->read_begin(store, &txn);

	*out = NULL;
	if (rc != 0)
		return rc;
	rc = get_parcel(store, txn, id, &r);
	if (rc == 0)
		rc = store_record_parcel_unpack(&r, out);
	store->read_end(store, txn);
	return rc;
}

int
store_read_body(struct store *store, const struct id *id, uint16_t document,
    uint32_t chunk, void **data, size_t *bytes)
{
	uint8_t room[STORE_KEY_PIECE_BYTES];
	struct slice key = store_key_piece(id, document, chunk, room), payload;
	void *txn, *copy;
	int rc = store->read_begin(store, &txn);

	*data = NULL;
	*bytes = 0;
	if (rc != 0)
		return rc;
	rc = get(store->map, txn, TABLE_BODY, key, &payload);
	if (rc == 0) {
		copy = malloc(payload.n > 0 ? payload.n : 1);
		if (copy == NULL)
			panic("no memory for %zu bytes of a body", payload.n);
		memcpy(copy, payload.p, payload.n);
		*data = copy;
		*bytes = payload.n;
	}
	store->read_end(store, txn);
	return rc;
}

/* Leading whole pieces: all full but the last. */
int
store_read_staged(struct store *store, const struct id *id, uint16_t document,
    uint64_t *bytes)
{
	uint8_t room[STORE_KEY_PIECE_BYTES];
	struct slice key, payload;
	struct store_record_staged s;
	void *txn;
	int rc = store->read_begin(store, &txn);

	*bytes = 0;
	if (rc != 0)
		return rc;
	for (uint32_t chunk = 0; rc == 0; chunk++) {
		key = store_key_piece(id, document, chunk, room);
		rc = get(store->map, txn, TABLE_STAGED, key, &payload);
		if (rc != 0 ||
		    (rc = store_record_staged_read(payload, &s)) != 0)
			break;
		/* a damaged body counts as missing: it is sent again */
		rc = get(store->map, txn, TABLE_BODY, key, &payload);
		if (rc != 0 || payload.n != s.bytes)
			break;
		*bytes += s.bytes;
		if (s.bytes != STORE_CHUNK_BYTES)
			break;
	}
	store->read_end(store, txn);
	return rc == TSK_BROKEN || rc == TSK_LATER ? rc : 0;
}

/* ---- walks ---- */

/* Is the parcel behind an open leg readable?  Asked only where damage is known:
 * it costs a lookup a leg. */
static bool
parcel_sound(struct store *store, void *txn, const struct id *id)
{
	struct store_record_parcel r;

	return !store->tolerant || get_parcel(store, txn, id, &r) == 0;
}

static int
open_one(struct store *store, void *txn, struct slice key, struct slice value,
    struct store_open_leg *leg)
{
	struct slice payload;
	int rc = store_record_check(TABLE_OPEN, key, value, &payload);

	if (rc == 0)
		rc = store_record_open_read(payload, leg);
	if (rc == 0 && !parcel_sound(store, txn, &leg->id))
		rc = TSK_DAMAGED;
	return rc;
}

int
store_read_open(struct store *store, store_open_fn *fn,
    void (*damaged)(uint64_t no, void *arg), void *arg)
{
	struct slice key = {NULL, 0}, value;
	struct store_open_leg leg;
	void *txn, *walk;
	int rc = store->read_begin(store, &txn), stop = 0;

	if (rc != 0)
		return rc;
	if ((rc = store->map->walk_open(txn, TABLE_OPEN, &walk)) != 0)
		goto end;
	for (rc = store->map->walk(walk, MAP_FROM, &key, &value);
	     rc == 0 && stop == 0;
	     rc = store->map->walk(walk, MAP_NEXT, &key, &value)) {
		if (open_one(store, txn, key, value, &leg) == 0)
			stop = fn(&leg, arg);
		else if (damaged != NULL)
			damaged(key.n == STORE_KEY_NO_BYTES
				    ? store_key_no_of(key)
				    : 0,
			    arg);
		if (stop != 0)
			break;
	}
	store->map->walk_close(walk);
end:
	store->read_end(store, txn);
	return stop != 0 ? stop : rc == TSK_NOTFOUND ? 0 : rc;
}

static bool
same(const char *want, const char *have)
{
	return want == NULL || want[0] == '\0' || strcmp(want, have) == 0;
}

/* How a walk over records ended: the caller's word, the store's trouble, or that
 * damaged ones were passed over. */
static int
walked(int stop, int rc, size_t left_out)
{
	if (stop != 0)
		return stop;
	if (rc != 0 && rc != TSK_NOTFOUND)
		return rc;
	return left_out > 0 ? TSK_DAMAGED : 0;
}

static bool
matches(const struct store_filter *f, const struct store_parcel *p)
{
	if (!same(f->from, p->from) || !same(f->to, p->to) ||
	    !same(f->month, p->month))
		return false;
	if (!f->open_only)
		return true;
	for (size_t i = 0; i < p->leg_count; i++)
		if (leg_state_open(p->legs[i].state))
			return true;
	return false;
}

static int
find_one(struct store *store, void *txn, const struct store_filter *filter,
    struct slice key, store_parcel_fn *fn, void *arg, size_t *found, int *stop)
{
	struct store_record_parcel r;
	struct store_parcel *parcel;
	struct id id;
	int rc;

	memcpy(id.bytes, (const uint8_t *)key.p + 8, ID_BYTES);
	if ((rc = get_parcel(store, txn, &id, &r)) != 0)
		return rc == TSK_NOTFOUND ? TSK_DAMAGED : rc;
	if (!matches(filter, &r.parcel))
		return 0;
	if ((rc = store_record_parcel_unpack(&r, &parcel)) != 0)
		return rc;
	(*found)++;
	*stop = fn(parcel, arg);
	store_parcel_free(&parcel);
	return 0;
}

int
store_read_find(struct store *store, const struct store_filter *filter,
    store_parcel_fn *fn, void *arg)
{
	uint8_t room[STORE_KEY_ORDER_BYTES];
	struct slice key = {NULL, 0}, value;
	struct id none = {{0}};
	size_t found = 0, left_out = 0;
	void *txn, *walk;
	int rc = store->read_begin(store, &txn), stop = 0;

	if (rc != 0)
		return rc;
	if (filter->until_ms > 0)
		key = store_key_order(filter->until_ms + 1, &none, room);
	if ((rc = store->map->walk_open(txn, TABLE_ORDER, &walk)) != 0)
		goto end;
	for (rc = store->map->walk(walk, MAP_BEFORE, &key, &value);
	     rc == 0 && stop == 0 &&
	     (filter->limit == 0 || found < filter->limit);
	     rc = store->map->walk(walk, MAP_PREV, &key, &value)) {
		if (key.n != STORE_KEY_ORDER_BYTES) {
			left_out++;
			continue;
		}
		if (store_key_ms_of(key) < filter->since_ms)
			break;
		if (find_one(store, txn, filter, key, fn, arg, &found, &stop) !=
		    0)
			left_out++;
		if (stop != 0)
			break;
	}
	store->map->walk_close(walk);
end:
	store->read_end(store, txn);
	return walked(stop, rc, left_out);
}

int
store_read_registry(
    struct store *store, const char *kind, store_registry_fn *fn, void *arg)
{
	size_t k = strlen(kind) + 1, left_out = 0;
	struct slice key = {kind, k}, value, payload;
	char name[STORE_KEY_BYTES_MAX + 1];
	void *txn, *walk;
	int rc = store->read_begin(store, &txn), stop = 0;

	if (rc != 0)
		return rc;
	if ((rc = store->map->walk_open(txn, TABLE_REGISTRY, &walk)) != 0)
		goto end;
	for (rc = store->map->walk(walk, MAP_FROM, &key, &value);
	     rc == 0 && stop == 0 && key.n >= k && memcmp(key.p, kind, k) == 0;
	     rc = store->map->walk(walk, MAP_NEXT, &key, &value)) {
		if (key.n - k > STORE_KEY_BYTES_MAX ||
		    store_record_check(TABLE_REGISTRY, key, value, &payload) !=
			0) {
			left_out++;
			continue;
		}
		memcpy(name, (const char *)key.p + k, key.n - k);
		name[key.n - k] = '\0';
		if ((stop = fn(name, payload.p, payload.n, arg)) != 0)
			break;
	}
	store->map->walk_close(walk);
end:
	store->read_end(store, txn);
	return walked(stop, rc, left_out);
}

/* ---- audit ---- */

struct audit_walk {
	uint64_t from_no, next_no; /* next_no 0: take the first batch's */
	uint8_t hash[32];          /* the chain so far, when next_no > 1 */
	store_audit_fn *fn;
	void *arg;
	int stop;
};

static int
audit_batch(struct audit_walk *a, struct slice key, struct slice value)
{
	struct store_chain_read read;
	struct store_audit entry;
	struct slice payload;
	int rc;

	if (key.n != STORE_KEY_NO_BYTES)
		return TSK_DAMAGED;
	if ((rc = store_record_check(TABLE_AUDIT, key, value, &payload)) != 0 ||
	    (rc = store_chain_read_begin(
		 &read, store_key_no_of(key), payload)) != 0)
		return rc;
	if (a->next_no != 0 &&
	    (read.next_no != a->next_no ||
		memcmp(read.hash, a->hash, sizeof(a->hash)) != 0))
		return TSK_DAMAGED;
	a->next_no = read.next_no;
	while (
	    a->stop == 0 && (rc = store_chain_read_next(&read, &entry)) == 0) {
		a->next_no = read.next_no;
		memcpy(a->hash, read.hash, sizeof(a->hash));
		if (entry.no >= a->from_no)
			a->stop = a->fn(&entry, a->arg);
	}
	return rc == TSK_EMPTY ? 0 : rc;
}

static int
audit_walk(struct store *store, void *txn, struct audit_walk *a)
{
	uint8_t room[STORE_KEY_NO_BYTES];
	struct slice key, value;
	void *walk;
	int rc = store->map->walk_open(txn, TABLE_AUDIT, &walk);

	if (rc != 0)
		return rc;
	/* the batch that holds from_no begins at or before it */
	key = store_key_no(a->from_no + 1, room);
	rc = store->map->walk(walk, MAP_BEFORE, &key, &value);
	if (rc == TSK_NOTFOUND) {
		key = (struct slice){NULL, 0};
		rc = store->map->walk(walk, MAP_FROM, &key, &value);
	}
	while (rc == 0 && a->stop == 0) {
		if ((rc = audit_batch(a, key, value)) == 0 && a->stop == 0)
			rc = store->map->walk(walk, MAP_NEXT, &key, &value);
	}
	store->map->walk_close(walk);
	return rc == TSK_NOTFOUND ? 0 : rc;
}

int
store_read_audit(
    struct store *store, uint64_t from_no, store_audit_fn *fn, void *arg)
{
	struct audit_walk a = {.from_no = from_no, .fn = fn, .arg = arg};
	void *txn;
	int rc = store->read_begin(store, &txn);

	if (rc != 0)
		return rc;
	rc = audit_walk(store, txn, &a);
	store->read_end(store, txn);
	return a.stop != 0 ? a.stop : rc;
}

static int
audit_count(const struct store_audit *entry, void *arg)
{
	(void)entry;
	++*(uint64_t *)arg;
	return 0;
}

int
store_read_audit_verify(struct store *store, uint64_t *entries, struct why *why)
{
	struct audit_walk a = {.next_no = 1, .fn = audit_count, .arg = entries};
	struct store_record_state state;
	void *txn;
	int rc = store->read_begin(store, &txn);

	*entries = 0;
	if (rc != 0)
		return rc;
	rc = audit_walk(store, txn, &a);
	if (rc == 0)
		rc = store_read_state(store->map, txn, &state);
	store->read_end(store, txn);
	if (rc == 0 &&
	    (state.audit_no != *entries ||
		memcmp(state.audit_hash, a.hash, sizeof(a.hash)) != 0))
		rc = TSK_DAMAGED;
	if (rc == TSK_DAMAGED)
		why_set(why, WHY_NEVER, "audit-chain",
		    "the audit chain does not hold: entry %llu is changed, "
		    "missing or damaged",
		    (unsigned long long)*entries + 1);
	return rc;
}

/* ---- meta ---- */

int
store_read_state(
    const struct map_class *map, void *txn, struct store_record_state *out)
{
	struct slice payload;
	int rc =
	    get(map, txn, TABLE_META, (struct slice){"state", 5}, &payload);

	if (rc == 0)
		rc = store_record_state_read(payload, out);
	return rc == TSK_NOTFOUND ? TSK_DAMAGED : rc;
}

int
store_read_schema(const struct map_class *map, void *txn, uint32_t *out)
{
	struct slice payload;
	int rc =
	    get(map, txn, TABLE_META, (struct slice){"schema", 6}, &payload);

	return rc != 0 ? rc : store_record_schema_read(payload, out);
}

int
store_read_counts(struct store *store, struct store_stats *out)
{
	struct store_record_state state;
	void *txn;
	int rc = store->read_begin(store, &txn);

	if (rc != 0)
		return rc;
	out->parcels = store->map->count(txn, TABLE_PARCEL);
	out->open_legs = store->map->count(txn, TABLE_OPEN);
	out->staged_pieces = store->map->count(txn, TABLE_STAGED);
	out->bodies = store->map->count(txn, TABLE_BODY);
	rc = store_read_state(store->map, txn, &state);
	if (rc == 0)
		out->audit_entries = state.audit_no;
	store->read_end(store, txn);
	return rc;
}

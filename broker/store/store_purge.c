/* NAME
 *	store_purge - forgetting
 * DESCRIPTION
 *	Ended parcels go by the order of acceptance, so a call looks only at what
 *	is old enough; parcels that are old but still open are stepped over.
 *	Staged pieces of one parcel go together, when the newest of them is old
 *	enough: a slow upload must not lose its beginning while its end arrives.
 * BUGS
 *	LMDB keeps old pages' bytes until they are used again: forgetting here is
 *	not erasing.
 */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "leg.h"

#include "store_body.h"
#include "store_purge.h"

/* Step over key: the least key greater than it. */
static struct slice
after(struct slice key, uint8_t *room)
{
	memcpy(room, key.p, key.n);
	room[key.n] = 0;
	return (struct slice){room, key.n + 1};
}

/* First record with key >= *key; its key is copied into room. */
static int
look(struct store_write *w, enum store_table table, struct slice *key,
    uint8_t *room, size_t room_bytes, struct slice *value)
{
	void *walk;
	int rc = w->map->walk_open(w->txn, table, &walk);

	if (rc != 0)
		return rc;
	rc = w->map->walk(walk, MAP_FROM, key, value);
	w->map->walk_close(walk);
	if (rc == 0) {
		if (key->n > room_bytes)
			return TSK_DAMAGED;
		memcpy(room, key->p, key->n);
		key->p = room;
	}
	return rc;
}

static int
forget(struct store_write *w, const struct store_op *op, struct slice order,
    const struct store_record_parcel *r)
{
	struct store_parcel p = r->parcel; /* its legs, after the record */
	struct id id = p.id;
	int rc = w->map->del(w->txn, TABLE_ORDER, order);

	if (rc == 0)
		rc = w->map->del(
		    w->txn, TABLE_PARCEL, (struct slice){id.bytes, ID_BYTES});
	if (rc == 0 && !p.bodies_dropped)
		rc = store_body_drop(w, &p);
	if (rc == 0)
		store_write_audit(w, op, "purge", &id, "");
	return rc == TSK_NOTFOUND ? TSK_DAMAGED : rc;
}

static bool
ended(const struct store_parcel *p)
{
	for (size_t i = 0; i < p->leg_count; i++)
		if (leg_state_open(p->legs[i].state))
			return false;
	return true;
}

static int
purge_parcels(struct store_write *w, struct store_op *op)
{
	uint8_t room[STORE_KEY_ORDER_BYTES + 1], found[STORE_KEY_ORDER_BYTES];
	struct slice key = {room, 0}, value;
	struct store_record_parcel r;
	struct id id;
	int rc;

	while (op->purge.count < op->purge.max) {
		rc = look(w, TABLE_ORDER, &key, found, sizeof(found), &value);
		if (rc != 0)
			return rc == TSK_NOTFOUND ? 0 : rc;
		if (key.n != STORE_KEY_ORDER_BYTES)
			return TSK_DAMAGED;
		if (store_key_ms_of(key) >= op->purge.before_ms)
			return 0;
		memcpy(id.bytes, (const uint8_t *)key.p + 8, ID_BYTES);
		rc = store_write_parcel(w, &id, &r);
		if (rc == 0 && ended(&r.parcel)) {
			if ((rc = forget(w, op, key, &r)) != 0)
				return rc;
			op->purge.count++;
		} else if (rc == TSK_BROKEN) {
			return rc;
		}
		/* a damaged parcel is left for verify to tell of */
		key = after(key, room);
	}
	return 0;
}

/* The newest piece of the parcel that begins at *key; *key moves past it. */
static int
newest(struct store_write *w, struct slice first, struct id *id, int64_t *ms)
{
	struct slice key = first, value, payload;
	struct store_record_staged s;
	void *walk;
	int rc = w->map->walk_open(w->txn, TABLE_STAGED, &walk);

	if (rc != 0)
		return rc;
	*ms = INT64_MIN;
	for (rc = w->map->walk(walk, MAP_FROM, &key, &value);
	     rc == 0 && key.n == STORE_KEY_PIECE_BYTES &&
	     memcmp(key.p, id->bytes, ID_BYTES) == 0;
	     rc = w->map->walk(walk, MAP_NEXT, &key, &value)) {
		/* an unreadable one counts as old */
		if (store_record_check(TABLE_STAGED, key, value, &payload) ==
			0 &&
		    store_record_staged_read(payload, &s) == 0 && s.at_ms > *ms)
			*ms = s.at_ms;
	}
	w->map->walk_close(walk);
	return rc == TSK_NOTFOUND ? 0 : rc;
}

static int
purge_staged(struct store_write *w, struct store_op *op)
{
	uint8_t room[STORE_KEY_PIECE_BYTES + 1], found[STORE_KEY_PIECE_BYTES];
	struct slice key = {room, 0}, value;
	size_t gone = 0;
	char text[64];
	int64_t ms;
	int rc;

	while (op->purge.count + gone < op->purge.max) {
		struct id id;

		rc = look(w, TABLE_STAGED, &key, found, sizeof(found), &value);
		if (rc == TSK_NOTFOUND)
			break;
		if (rc != 0 || key.n != STORE_KEY_PIECE_BYTES)
			return rc != 0 ? rc : TSK_DAMAGED;
		id = store_key_id_of(key);
		if ((rc = newest(w, key, &id, &ms)) != 0)
			return rc;
		if (ms < op->purge.staged_before_ms &&
		    (rc = store_body_unstage_id(w, &id, &gone)) != 0)
			return rc;
		store_key_piece(&id, UINT16_MAX, UINT32_MAX, found);
		key = after((struct slice){found, sizeof(found)}, room);
	}
	if (gone > 0) {
		snprintf(text, sizeof(text), "staged=%zu", gone);
		store_write_audit(w, op, "purge", NULL, text);
	}
	op->purge.count += gone;
	return 0;
}

int
store_purge(struct store_write *w, struct store_op *op)
{
	int rc;

	op->purge.count = 0;
	rc = purge_parcels(w, op);
	return rc != 0 ? rc : purge_staged(w, op);
}

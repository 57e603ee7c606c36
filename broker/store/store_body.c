/* NAME
 *	store_body - bodies and their staging
 * DESCRIPTION
 *	A piece lies under (id, document, chunk) whether it is staged or accepted;
 *	what makes it staged is a small record under the same key in the table
 *	staged.  So accepting a staged parcel moves no body, it only takes those
 *	small records away, and forgetting unfinished uploads only reads them.
 *
 *	The bodies of a batch's accepts are put together, after all small records:
 *	bodies are runs of pages, and runs that are not interleaved with single
 *	pages are freed as one, found again as one, and written by few calls
 *	(measured: a third of the write calls).
 *
 *	A staged record of an accepted parcel must not exist: the sweep would
 *	take the accepted body with it.  accept therefore always clears them.
 */
#include <string.h>

#include "err.h"

#include "store_body.h"

/* a key below id, or any other key: does it belong to id? */
static bool
of_id(struct slice key, const struct id *id)
{
	return key.n == STORE_KEY_PIECE_BYTES &&
	       memcmp(key.p, id->bytes, ID_BYTES) == 0;
}

/* Delete every piece key of id in a table; *count grows by how many. */
static int
clear(struct store_write *w, enum store_table table, const struct id *id,
    size_t *count)
{
	uint8_t keys[32][STORE_KEY_PIECE_BYTES];
	struct slice key, value;
	void *walk;
	size_t n;
	int rc;

	do {
		key = (struct slice){id->bytes, ID_BYTES};
		if ((rc = w->map->walk_open(w->txn, table, &walk)) != 0)
			return rc;
		rc = w->map->walk(walk, MAP_FROM, &key, &value);
		for (n = 0; rc == 0 && n < 32 && of_id(key, id); n++) {
			memcpy(keys[n], key.p, sizeof(keys[n]));
			rc = w->map->walk(walk, MAP_NEXT, &key, &value);
		}
		w->map->walk_close(walk);
		if (rc != 0 && rc != TSK_NOTFOUND)
			return rc;
		for (size_t i = 0; i < n; i++) {
			key = (struct slice){keys[i], sizeof(keys[i])};
			if ((rc = w->map->del(w->txn, table, key)) != 0)
				return rc == TSK_NOTFOUND ? TSK_DAMAGED : rc;
		}
		*count += n;
	} while (n == 32);
	return 0;
}

/* Take an accept of this batch off the list. */
static void
forget_late(struct store_write *w, const struct id *id)
{
	for (size_t i = 0; i < w->late_count; i++)
		if (w->late[i] != NULL &&
		    id_compare(&w->late[i]->accept.parcel->id, id) == 0)
			w->late[i] = NULL;
}

int
store_body_drop(struct store_write *w, const struct store_parcel *parcel)
{
	size_t count = 0;

	if (parcel->leg_count > 0 && parcel->legs[0].no > w->leg_no_before)
		forget_late(w, &parcel->id);
	return clear(w, TABLE_BODY, &parcel->id, &count);
}

int
store_body_unstage_id(struct store_write *w, const struct id *id, size_t *count)
{
	size_t bodies = 0;
	int rc = clear(w, TABLE_STAGED, id, count);

	return rc != 0 ? rc : clear(w, TABLE_BODY, id, &bodies);
}

static int
put_piece(
    struct store_write *w, const struct id *id, const struct store_piece *piece)
{
	uint8_t room[STORE_KEY_PIECE_BYTES];

	return store_write_put(w, TABLE_BODY,
	    store_key_piece(id, piece->document, piece->chunk, room),
	    piece->data, piece->bytes, false);
}

/* ---- accept ---- */

static bool
given(const struct store_op *op, uint16_t document)
{
	for (size_t i = 0; i < op->accept.piece_count; i++)
		if (op->accept.pieces[i].document == document)
			return true;
	return false;
}

/* What staging knows of a parcel. */
struct staged {
	size_t pieces;
	uint64_t bytes; /* of those not replaced by pieces given */
	bool whole;     /* no gap in any document */
};

/* Documents are whole if their chunks count up from 0 and all but the last are
 * full. */
static int
look_staged(struct store_write *w, const struct store_op *op, void *walk,
    struct staged *out)
{
	const struct id *id = &op->accept.parcel->id;
	struct slice key = {id->bytes, ID_BYTES}, value, payload;
	struct store_record_staged s;
	uint32_t document = UINT32_MAX, next = 0;
	bool full = true;
	int rc = w->map->walk(walk, MAP_FROM, &key, &value);

	for (; rc == 0 && of_id(key, id);
	     rc = w->map->walk(walk, MAP_NEXT, &key, &value)) {
		uint16_t doc = store_key_document_of(key);

		if ((rc = store_record_check(
			 TABLE_STAGED, key, value, &payload)) != 0 ||
		    (rc = store_record_staged_read(payload, &s)) != 0)
			return rc;
		out->pieces++;
		if (!op->accept.staged || given(op, doc))
			continue;
		if (doc != document) {
			document = doc;
			next = 0;
			full = true;
		}
		if (store_key_chunk_of(key) != next++ || !full)
			out->whole = false;
		full = s.bytes == STORE_CHUNK_BYTES;
		out->bytes += s.bytes;
	}
	return rc == TSK_NOTFOUND ? 0 : rc;
}

/* Take away all staged records, and the bodies that are not used. */
static int
take_staged(struct store_write *w, const struct store_op *op)
{
	const struct id *id = &op->accept.parcel->id;
	uint8_t room[STORE_KEY_PIECE_BYTES];
	struct slice key, value;
	void *walk;
	int rc;

	for (;;) {
		key = (struct slice){id->bytes, ID_BYTES};
		if ((rc = w->map->walk_open(w->txn, TABLE_STAGED, &walk)) != 0)
			return rc;
		rc = w->map->walk(walk, MAP_FROM, &key, &value);
		if (rc == 0 && of_id(key, id)) {
			memcpy(room, key.p, sizeof(room));
			key.p = room;
		} else if (rc == 0) {
			rc = TSK_NOTFOUND;
		}
		w->map->walk_close(walk);
		if (rc != 0)
			return rc == TSK_NOTFOUND ? 0 : rc;
		rc = w->map->del(w->txn, TABLE_STAGED, key);
		if (rc == 0 && (!op->accept.staged ||
				   given(op, store_key_document_of(key))))
			rc = w->map->del(w->txn, TABLE_BODY, key);
		if (rc != 0)
			return rc == TSK_NOTFOUND ? TSK_DAMAGED : rc;
	}
}

int
store_body_accept(struct store_write *w, struct store_op *op)
{
	const struct store_parcel *p = op->accept.parcel;
	struct staged staged = {.whole = true};
	uint64_t bytes = 0;
	void *walk;
	int rc;

	if (w->map->count(w->txn, TABLE_STAGED) > 0) {
		rc = w->map->walk_open(w->txn, TABLE_STAGED, &walk);
		if (rc != 0)
			return rc;
		rc = look_staged(w, op, walk, &staged);
		w->map->walk_close(walk);
		if (rc != 0)
			return rc;
	}
	for (size_t i = 0; i < op->accept.piece_count; i++)
		bytes += op->accept.pieces[i].bytes;
	if (!staged.whole || bytes + staged.bytes != p->encoded_bytes) {
		op->rc = TSK_NOTFOUND;
		return 0;
	}
	if (staged.pieces > 0 && (rc = take_staged(w, op)) != 0)
		return rc;
	if (w->late_count == w->late_room) {
		w->late_room = w->late_room > 0 ? 2 * w->late_room : 64;
		w->late = mem_resize(
		    w->late, w->late_room * sizeof(struct store_op *));
	}
	w->late[w->late_count++] = op;
	return 0;
}

int
store_body_late(struct store_write *w)
{
	int rc;

	for (size_t i = 0; i < w->late_count; i++) {
		const struct store_op *op = w->late[i];

		if (op == NULL)
			continue;
		for (size_t j = 0; j < op->accept.piece_count; j++) {
			rc = put_piece(
			    w, &op->accept.parcel->id, &op->accept.pieces[j]);
			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

/* ---- staging ---- */

int
store_body_stage(struct store_write *w, struct store_op *op)
{
	const struct store_piece *piece = &op->stage.piece;
	struct store_record_staged s = {op->at_ms, (uint32_t)piece->bytes};
	uint8_t room[STORE_KEY_PIECE_BYTES], p[STORE_STAGED_PAYLOAD];
	struct slice key =
	    store_key_piece(&op->stage.id, piece->document, piece->chunk, room);
	struct slice id = {op->stage.id.bytes, ID_BYTES}, value, payload;
	int rc = w->map->get(w->txn, TABLE_PARCEL, id, &value);

	if (rc == 0) {
		op->rc = TSK_EXIST;
		return 0;
	}
	if (rc != TSK_NOTFOUND)
		return rc;
	rc = store_write_get(w, TABLE_BODY, key, &payload);
	if (rc != 0 && rc != TSK_NOTFOUND && rc != TSK_DAMAGED)
		return rc;
	if (rc == 0) /* the first one stays */
		s.bytes = (uint32_t)payload.n;
	else if ((rc = put_piece(w, &op->stage.id, piece)) != 0)
		return rc;
	store_record_staged_write(p, &s);
	return store_write_put(w, TABLE_STAGED, key, p, sizeof(p), false);
}

int
store_body_unstage(struct store_write *w, struct store_op *op)
{
	struct slice id = {op->unstage.id.bytes, ID_BYTES}, value;
	size_t count = 0;
	int rc = w->map->get(w->txn, TABLE_PARCEL, id, &value);

	if (rc == 0) {
		op->rc = TSK_EXIST;
		return 0;
	}
	return rc != TSK_NOTFOUND
		   ? rc
		   : store_body_unstage_id(w, &op->unstage.id, &count);
}

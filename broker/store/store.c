/* NAME
 *	store - the face of the durable store
 * DESCRIPTION
 *	Checks what callers give before a back end sees it, so that no back end
 *	need do it again, and calls through struct store_back.  A single bad
 *	operation gets TSK_INVALID and the rest of its batch goes on.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "leg.h"

#include "store_back.h"
#include "store_record.h"

static const struct store_back *
back_of(enum store_backend backend)
{
	return backend == STORE_MEM ? &store_mem_back : &store_lmdb_back;
}

int
store_open(
    const struct store_settings *settings, struct store **out, struct why *why)
{
	*out = NULL;
	return back_of(settings->backend)->open(settings, out, why);
}

void
store_close(struct store **store)
{
	if (store == NULL || *store == NULL)
		return;
	(*store)->back->close(*store);
	*store = NULL;
}

/* ---- checks of one operation ---- */

static bool
fits(const char *s, size_t room)
{
	return s != NULL && strnlen(s, room) < room;
}

static bool
leg_fits(const struct store_leg *leg)
{
	return leg_state_open(leg->state) &&
	       fits(leg->queue, sizeof(leg->queue)) && leg->queue[0] != '\0';
}

static bool
piece_fits(const struct store_piece *piece)
{
	return piece->bytes <= STORE_CHUNK_BYTES &&
	       (piece->data != NULL || piece->bytes == 0);
}

static bool
accept_fits(const struct store_op *op)
{
	const struct store_parcel *p = op->accept.parcel;

	if (p == NULL || id_is_zero(&p->id) || p->leg_count == 0 ||
	    p->leg_count > STORE_LEGS_MAX ||
	    p->header_bytes > STORE_HEADER_BYTES_MAX ||
	    (p->header == NULL && p->header_bytes > 0) ||
	    !fits(p->from, sizeof(p->from)) ||
	    !fits(p->from_type, sizeof(p->from_type)) ||
	    !fits(p->to, sizeof(p->to)) ||
	    !fits(p->to_type, sizeof(p->to_type)) ||
	    !fits(p->month, sizeof(p->month)) ||
	    !fits(p->stamp, sizeof(p->stamp)) ||
	    !fits(p->agent, sizeof(p->agent)))
		return false;
	for (size_t i = 0; i < p->leg_count; i++)
		if (!leg_fits(&p->legs[i]))
			return false;
	for (size_t i = 0; i < op->accept.piece_count; i++)
		if (!piece_fits(&op->accept.pieces[i]))
			return false;
	return true;
}

static bool
kind_fits(const char *kind)
{
	if (!fits(kind, STORE_KIND_BYTES_MAX + 1) || kind[0] == '\0')
		return false;
	return kind[strspn(kind, "abcdefghijklmnopqrstuvwxyz-")] == '\0';
}

static bool
registry_fits(const struct store_op *op)
{
	return kind_fits(op->registry.kind) &&
	       fits(op->registry.key, STORE_KEY_BYTES_MAX + 1) &&
	       op->registry.key[0] != '\0' &&
	       op->registry.bytes <= STORE_HEADER_BYTES_MAX;
}

static bool
op_fits(const struct store_op *op)
{
	if (!fits(op->actor, STORE_AGENT_BYTES))
		return false;
	switch (op->type) {
	case STORE_ACCEPT:
		return accept_fits(op);
	case STORE_STAGE:
		return !id_is_zero(&op->stage.id) &&
		       piece_fits(&op->stage.piece);
	case STORE_SETTLE:
		return fits(op->settle.code, STORE_CODE_BYTES) &&
		       op->settle.detail != NULL;
	case STORE_ADD_LEG:
		return leg_fits(&op->add_leg.leg) &&
		       fits(op->add_leg.code, STORE_CODE_BYTES) &&
		       op->add_leg.detail != NULL;
	case STORE_REGISTRY:
		return registry_fits(op);
	case STORE_NOTE:
		return op->note.subject != NULL && op->note.text != NULL;
	case STORE_UNSTAGE:
	case STORE_PURGE:
		return true;
	}
	return false;
}

int
store_apply(
    struct store *store, struct store_op **ops, size_t count, struct why *why)
{
	int rc;

	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		ops[i]->rc = op_fits(ops[i]) ? 0 : TSK_INVALID;
	rc = store->back->apply(store, ops, count, why);
	for (size_t i = 0; rc != 0 && i < count; i++)
		ops[i]->rc = rc;
	return rc;
}

/* ---- reading ---- */

int
store_parcel_get(
    struct store *store, const struct id *id, struct store_parcel **out)
{
	*out = NULL;
	return store->back->parcel_get(store, id, out);
}

void
store_parcel_free(struct store_parcel **parcel)
{
	if (parcel == NULL)
		return;
	free(*parcel); /* one block: see store_record_parcel_unpack() */
	*parcel = NULL;
}

int
store_body(struct store *store, const struct id *id, uint16_t document,
    uint32_t chunk, void **data, size_t *bytes)
{
	*data = NULL;
	*bytes = 0;
	return store->back->body(store, id, document, chunk, data, bytes);
}

int
store_staged(struct store *store, const struct id *id, uint16_t document,
    uint64_t *bytes)
{
	*bytes = 0;
	return store->back->staged(store, id, document, bytes);
}

int
store_walk_open(struct store *store, store_open_fn *fn,
    void (*damaged)(uint64_t no, void *arg), void *arg)
{
	return store->back->walk_open(store, fn, damaged, arg);
}

int
store_find(struct store *store, const struct store_filter *filter,
    store_parcel_fn *fn, void *arg)
{
	return store->back->find(store, filter, fn, arg);
}

int
store_registry_walk(
    struct store *store, const char *kind, store_registry_fn *fn, void *arg)
{
	if (!kind_fits(kind))
		return TSK_INVALID;
	return store->back->registry_walk(store, kind, fn, arg);
}

int
store_audit_walk(
    struct store *store, uint64_t from_no, store_audit_fn *fn, void *arg)
{
	return store->back->audit_walk(store, from_no, fn, arg);
}

int
store_audit_verify(struct store *store, uint64_t *entries, struct why *why)
{
	*entries = 0;
	return store->back->audit_verify(store, entries, why);
}

int
store_stats(struct store *store, struct store_stats *out)
{
	memset(out, 0, sizeof(*out));
	return store->back->stats(store, out);
}

/* ---- copies and checks ---- */

int
store_backup(struct store *store, const char *path, struct why *why)
{
	return store->back->backup(store, path, why);
}

int
store_verify(const struct store_settings *settings, struct store_verify *out,
    void (*report)(const char *line, void *arg), void *arg, struct why *why)
{
	memset(out, 0, sizeof(*out));
	return back_of(settings->backend)
	    ->verify(settings, out, report, arg, why);
}

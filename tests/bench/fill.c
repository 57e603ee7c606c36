/* NAME
 *	fill - a store full of open parcels
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "digest.h"
#include "err.h"
#include "store.h"
#include "wire.h"

#include "fill.h"

#define BATCH     500
#define EXPIRY_MS (7ll * 24 * 3600 * 1000)

struct filling {
	const struct room *room;
	struct store *store;
	struct wire_document document;
	struct wire_parcel wire;
	struct store_piece piece;
	struct store_parcel parcels[BATCH];
	struct store_op ops[BATCH], *list[BATCH];
	struct buf headers[BATCH];
	unsigned done;
};

static void
leg(const char *to, int64_t now, struct store_leg *out)
{
	out->state = LEG_READY;
	out->way = WAY_BUS;
	out->due_ms = now;
	out->state_ms = now;
	out->expires_ms = now + EXPIRY_MS;
	snprintf(out->queue, sizeof(out->queue), "office/%s", to);
}

static void
one(struct filling *f, size_t i)
{
	struct store_parcel *p = &f->parcels[i];
	struct store_op *op = &f->ops[i];
	int64_t now = clock_wall_ms();

	memset(p, 0, sizeof(*p));
	memset(op, 0, sizeof(*op));
	f->wire.id = id_new(now);
	room_office(false, f->done % f->room->receivers, f->wire.to);
	wire_parcel_pack(&f->wire, &f->headers[i]);
	p->id = f->wire.id;
	memcpy(p->from, f->wire.from, sizeof(p->from));
	memcpy(p->to, f->wire.to, sizeof(p->to));
	snprintf(p->agent, sizeof(p->agent), "sender-0");
	p->accepted_ms = now;
	p->encoded_bytes = f->piece.bytes;
	p->header = f->headers[i].data;
	p->header_bytes = f->headers[i].len;
	p->leg_count = 1;
	leg(f->wire.to, now, &p->legs[0]);
	op->type = STORE_ACCEPT;
	op->actor = "sender-0";
	op->at_ms = now;
	op->accept.parcel = p;
	op->accept.pieces = &f->piece;
	op->accept.piece_count = 1;
	f->list[i] = op;
	f->done++;
}

static void
open_store(struct filling *f)
{
	struct store_settings settings = {.backend = STORE_LMDB,
	    .map_bytes = 1ll << 30,
	    .map_limit_bytes = 1ll << 40};
	char path[320];
	struct why why;

	snprintf(path, sizeof(path), "%s/data/store", f->room->folder);
	settings.path = path;
	if (store_open(&settings, &f->store, &why) != 0)
		panic("fill: %s", why.text);
}

void
fill(const struct room *room, unsigned count, size_t bytes)
{
	struct filling *f = mem_new(sizeof(*f));
	void *body = mem_new(bytes);
	struct why why;

	f->room = room;
	f->document = (struct wire_document){.name = "UPPLAN.CSV",
	    .kind = "UPPLAN",
	    .bytes = bytes,
	    .encoded_bytes = bytes};
	digest_random(body, bytes);
	digest_sha256(body, bytes, f->document.sha256);
	f->wire.document_count = 1;
	f->wire.documents = &f->document;
	room_office(true, 0, f->wire.from);
	f->piece.data = body;
	f->piece.bytes = bytes;
	open_store(f);
	for (size_t i = 0; i < BATCH; i++)
		buf_init(&f->headers[i], WIRE_BUF_MAX);
	while (f->done < count) {
		for (size_t i = 0; i < BATCH; i++)
			one(f, i);
		if (store_apply(f->store, f->list, BATCH, &why) != 0)
			panic("fill: %s", why.text);
		if (f->ops[0].rc != 0)
			panic("fill: %s", err_text(f->ops[0].rc));
	}
	store_close(&f->store);
	for (size_t i = 0; i < BATCH; i++)
		buf_fini(&f->headers[i]);
	free(body);
	free(f);
}

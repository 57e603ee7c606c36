/* NAME
 *	text_parcel - a parcel of the broker's own with one text
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "digest.h"

#include "submission.h"
#include "text_parcel.h"
#include "writer.h"

struct own {
	struct work work;
	struct store_parcel parcel;
	struct store_piece piece;
	struct buf header;
	char note[sizeof(((struct route *)0)->note)];
	const char *codes[STORE_LEGS_MAX];
	char *text;
	settle_fn *told;
	void *arg;
};

static void
own_done(struct broker *b, struct work *work)
{
	struct own *own = (struct own *)(void *)work;

	CRASH_POINT("text-parcel-after-commit");
	if (work->op.rc == 0)
		submission_enqueue(b, &own->parcel);
	if (own->told != NULL)
		own->told(b, work->op.rc, own->arg);
	buf_fini(&own->header);
	explicit_bzero(own->text, own->piece.bytes);
	free(own->text);
	free(own);
}

static void
fill_header(struct own *own, const struct text_parcel *new)
{
	struct wire_document d = {.name = new->name, .kind = ""};
	struct wire_parcel w = {.document_count = 1, .documents = &d};

	w.id = own->parcel.id;
	memcpy(w.from, new->from->number, sizeof(w.from));
	memcpy(w.from_type, new->from->type, sizeof(w.from_type));
	memcpy(w.to, new->to->number, sizeof(w.to));
	memcpy(w.to_type, new->to->type, sizeof(w.to_type));
	d.bytes = d.encoded_bytes = own->piece.bytes;
	digest_sha256(own->text, d.bytes, d.sha256);
	buf_init(&own->header, WIRE_BUF_MAX);
	wire_parcel_pack(&w, &own->header);
}

static void
fill_parcel(struct broker *b, struct own *own, const struct text_parcel *new)
{
	struct store_parcel *p = &own->parcel;

	memcpy(p->from, new->from->number, sizeof(p->from));
	memcpy(p->from_type, new->from->type, sizeof(p->from_type));
	memcpy(p->to, new->to->number, sizeof(p->to));
	memcpy(p->to_type, new->to->type, sizeof(p->to_type));
	snprintf(p->agent, sizeof(p->agent), "broker");
	p->accepted_ms = b->wall_ms;
	p->encoded_bytes = own->piece.bytes;
	p->header = own->header.data;
	p->header_bytes = own->header.len;
	submission_legs(b, p, new->route, 0, own->codes);
}

void
text_parcel_put(struct broker *b, const struct text_parcel *new, struct id *id)
{
	struct own *own = mem_new(sizeof(*own));
	struct store_op *op = &own->work.op;

	own->told = new->told;
	own->arg = new->arg;
	own->parcel.id = new->same != NULL ? *new->same : id_new(b->wall_ms);
	*id = own->parcel.id;
	own->text = mem_text(new->text);
	own->piece.data = own->text;
	own->piece.bytes = strlen(own->text);
	memcpy(own->note, new->route->note, sizeof(own->note));
	fill_header(own, new);
	fill_parcel(b, own, new);
	own->work.done = own_done;
	own->work.bytes = sizeof(*own) + own->piece.bytes;
	op->type = STORE_ACCEPT;
	op->actor = "broker";
	op->at_ms = b->wall_ms;
	op->accept.parcel = &own->parcel;
	op->accept.pieces = &own->piece;
	op->accept.piece_count = 1;
	op->accept.note = own->note;
	op->accept.codes = own->codes;
	writer_put(b->writer, &own->work);
}

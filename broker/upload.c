/* NAME
 *	upload - a parcel whose documents come in chunks
 * DESCRIPTION
 *	Each piece is staged in the store by itself and acknowledged (resume) when
 *	it is durable; after a break, of the line or of the broker, the store
 *	says how far it got.  Inline documents of such a parcel are staged too,
 *	so that accepting needs nothing but the header.  When the last byte is
 *	durable the parcel is accepted like any other.
 *
 *	An upload belongs to a session; a new session begins it again and finds
 *	the staged pieces.
 * BUGS
 *	Rights and route are asked again when the last byte is there; a parcel
 *	whose right ended during the upload is refused then.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"

#include "admit.h"
#include "post.h"
#include "submission.h"
#include "upload.h"
#include "writer.h"

struct upload {
	struct upload *next;
	struct wire_msg msg;
	uint64_t *taken;   /* next offset we take, per document */
	uint64_t *durable; /* acknowledged */
	size_t in_flight;  /* pieces in the writer */
	uint64_t window_bytes;
};

struct staging {
	struct work work;
	zmq_msg_t frame;
	struct id id;
	uint32_t document;
	uint64_t end; /* offset behind this piece */
};

static struct upload *
find(struct session *s, const struct id *id)
{
	struct upload *u;

	for (u = s->uploads; u != NULL; u = u->next) {
		if (id_compare(&u->msg.submit.id, id) == 0)
			return u;
	}
	return NULL;
}

static void
release(struct upload *u)
{
	wire_fini(&u->msg);
	free(u->taken);
	free(u->durable);
	free(u);
}

static void
drop(struct session *s, struct upload *u, bool answered)
{
	struct upload **at = &s->uploads;

	while (*at != u)
		at = &(*at)->next;
	*at = u->next;
	if (answered)
		submission_answered(s, u->window_bytes);
	release(u);
}

void
upload_forget(struct session *s)
{
	while (s->uploads != NULL)
		drop(s, s->uploads, false);
}

static void
resume(struct broker *b, struct session *s, const struct upload *u,
    size_t document)
{
	struct wire_msg msg = {.type = WIRE_RESUME};

	msg.resume.id = u->msg.submit.id;
	msg.resume.document = (uint32_t)document;
	msg.resume.offset = u->durable[document];
	post_message(b, s, &msg);
}

/* Everything is on the disk: now it is a parcel. */
static void
complete(struct broker *b, struct session *s, struct upload *u)
{
	struct wire_msg msg = u->msg;
	struct route route = {.note = ""};
	struct submission *sub;
	struct id id = u->msg.submit.id;

	CRASH_POINT("upload-complete");
	(void)admit_parcel(b, s->agent, &msg.submit, &route);
	if (route.refusal != REFUSAL_NONE) {
		drop(s, u, true);
		post_refused(b, s, &id, route.refusal, NULL);
		return;
	}
	memset(&u->msg, 0, sizeof(u->msg));
	sub = submission_new(b, s, &msg, &route);
	sub->work.op.accept.staged = true;
	drop(s, u, false); /* still unanswered */
	submission_put(b, sub);
}

static bool
all_durable(const struct upload *u)
{
	const struct wire_parcel *p = &u->msg.submit;
	size_t i;

	for (i = 0; i < p->document_count; i++) {
		if (u->durable[i] < p->documents[i].encoded_bytes)
			return false;
	}
	return u->in_flight == 0;
}

static void
staged_one(struct broker *b, struct session *s, struct upload *u,
    const struct staging *st)
{
	const struct wire_document *d = &u->msg.submit.documents[st->document];

	u->in_flight--;
	if (st->end > u->durable[st->document])
		u->durable[st->document] = st->end;
	if (!wire_inline(d))
		resume(b, s, u, st->document);
	if (!s->over && all_durable(u))
		complete(b, s, u);
}

static void
staging_done(struct broker *b, struct work *work)
{
	struct staging *st = (struct staging *)(void *)work;
	struct session *s = work->session;
	struct upload *u = s->over ? NULL : find(s, &st->id);

	if (u == NULL) {
		; /* answered already, or the session ended */
	} else if (work->op.rc == TSK_OK) {
		staged_one(b, s, u, st);
	} else if (work->op.rc == TSK_EXIST) {
		complete(b, s, u); /* accepted before: the answer says so */
	} else if (work->op.rc == TSK_FULL) {
		drop(s, u, true);
		post_refused(b, s, &st->id, REFUSAL_DISK_FULL, NULL);
	} else if (work->op.rc != TSK_BROKEN && work->op.rc != TSK_CLOSED) {
		drop(s, u, true);
		post_refused(b, s, &st->id, REFUSAL_BUSY, NULL);
	}
	zmq_msg_close(&st->frame);
	session_unref(b, &work->session);
	free(st);
}

static void
stage(struct broker *b, struct session *s, struct upload *u, size_t document,
    uint64_t offset, zmq_msg_t *frame)
{
	struct staging *st = mem_new(sizeof(*st));
	struct store_op *op = &st->work.op;

	zmq_msg_init(&st->frame);
	zmq_msg_move(&st->frame, frame);
	st->id = u->msg.submit.id;
	st->document = (uint32_t)document;
	st->end = offset + zmq_msg_size(&st->frame);
	st->work.done = staging_done;
	st->work.session = session_ref(s);
	st->work.bytes = sizeof(*st) + zmq_msg_size(&st->frame);
	op->type = STORE_STAGE;
	op->actor = s->agent->name;
	op->at_ms = b->wall_ms;
	op->stage.id = st->id;
	op->stage.piece.document = (uint16_t)document;
	op->stage.piece.chunk = (uint32_t)(offset / STORE_CHUNK_BYTES);
	op->stage.piece.data = zmq_msg_data(&st->frame);
	op->stage.piece.bytes = zmq_msg_size(&st->frame);
	u->in_flight++;
	writer_put(b->writer, &st->work);
}

/* How far an earlier try got, in whole pieces. */
static uint64_t
already_there(struct broker *b, const struct upload *u, size_t document)
{
	const struct wire_document *d = &u->msg.submit.documents[document];
	uint64_t bytes = 0;

	if (store_staged(
		b->store, &u->msg.submit.id, (uint16_t)document, &bytes) != 0)
		return 0;
	if (bytes < d->encoded_bytes)
		return bytes / STORE_CHUNK_BYTES * STORE_CHUNK_BYTES;
	return bytes == d->encoded_bytes ? bytes : 0;
}

/* Then nothing needs to come again: the accept answers from what is kept. */
static bool
accepted_before(struct broker *b, const struct id *id)
{
	struct store_parcel *p = NULL;
	bool there = store_parcel_get(b->store, id, &p) == 0;

	store_parcel_free(&p);
	return there;
}

void
upload_begin(struct broker *b, struct session *s, struct wire_msg *msg,
    struct hear_input *in)
{
	struct upload *u = find(s, &msg->submit.id);
	const struct wire_parcel *p;
	size_t i, frame = 0;

	if (u != NULL)
		drop(s, u, true); /* said twice: begin again */
	u = mem_new(sizeof(*u));
	u->msg = *msg;
	memset(msg, 0, sizeof(*msg));
	p = &u->msg.submit;
	u->taken = mem_new(p->document_count * sizeof(*u->taken));
	u->durable = mem_new(p->document_count * sizeof(*u->durable));
	for (i = 0; i < p->document_count; i++)
		u->window_bytes += p->documents[i].encoded_bytes;
	u->next = s->uploads;
	s->uploads = u;
	if (accepted_before(b, &p->id)) {
		complete(b, s, u);
		return;
	}
	for (i = 0; i < p->document_count; i++) {
		if (wire_inline(&p->documents[i])) {
			u->taken[i] = p->documents[i].encoded_bytes;
			stage(b, s, u, i, 0, &in->frames[frame++]);
		} else {
			u->taken[i] = u->durable[i] = already_there(b, u, i);
		}
	}
	for (i = 0; !s->over && i < p->document_count; i++) {
		if (!wire_inline(&p->documents[i]))
			resume(b, s, u, i);
	}
	if (!s->over && all_durable(u))
		complete(b, s, u);
}

void
upload_chunk(struct broker *b, struct session *s,
    const struct wire_place *place, struct hear_input *in)
{
	struct upload *u = find(s, &place->id);
	const struct wire_document *d;
	uint64_t left, size = zmq_msg_size(&in->frames[0]);

	if (u == NULL)
		return;
	if (place->document >= u->msg.submit.document_count ||
	    wire_inline(&u->msg.submit.documents[place->document])) {
		session_bye(b, s, REFUSAL_MALFORMED,
		    "A chunk of a document that has none.");
		return;
	}
	d = &u->msg.submit.documents[place->document];
	if (place->offset != u->taken[place->document]) {
		resume(b, s, u, place->document);
		return;
	}
	left = d->encoded_bytes - place->offset;
	if (size != (left < STORE_CHUNK_BYTES ? left : STORE_CHUNK_BYTES) ||
	    size == 0) {
		session_bye(
		    b, s, REFUSAL_MALFORMED, "A chunk of the wrong length.");
		return;
	}
	if (u->in_flight > u->msg.submit.document_count + WIRE_CHUNKS_AHEAD) {
		session_bye(b, s, REFUSAL_MALFORMED, "Too many chunks ahead.");
		return;
	}
	u->taken[place->document] += size;
	stage(b, s, u, place->document, place->offset, &in->frames[0]);
}

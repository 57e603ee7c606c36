/* NAME
 *	link_download - deliveries on their way to the owner of the link
 * SUMMARY
 *	download_deliver() and download_chunk() are called with what came;
 *	the owner's deliver event gets whole, decoded, checked documents.
 * DESCRIPTION
 *	A delivery whose documents all came inline is handed on at once: the
 *	bodies are the very frames libzmq received, or are decoded into a
 *	scratch buffer the link keeps.  A delivery with large documents is
 *	fetched chunk by chunk, one delivery at a time, a few chunks ahead; each
 *	chunk is decoded as it comes, so a large document is held once.
 *	Deliveries of the same sender and receiver that come meanwhile wait
 *	behind it, or a later plan would overtake an earlier one; others pass.
 *
 *	A lease may run out meanwhile (a slow line, a long row).  The broker then
 *	ignores what is fetched and delivers again: that goes on with the copy
 *	that is here, or it would stand for ever before all other large ones.
 *	If the leg has ended at the broker (expired, damaged, taken back) nobody
 *	says so: when no chunk came for a lease's time the connection is begun
 *	anew, and what is still owed comes again in its order.
 *
 *	The SHA-256 of every document is computed over the decoded bytes.  A
 *	difference is settled here, "never", code "digest": asking again for the
 *	same stored bytes would give the same result, and a person must look.
 * DIAGNOSTICS
 *	One warning for each delivery that was refused here.
 * BUGS
 *	A large delivery that was cut by a lost connection begins anew.
 */
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "clock.h"
#include "digest.h"
#include "log.h"

#include "inside.h"

#define SCRATCH_KEPT_MAX (256u * 1024)
#define WINDOW_LOG_MAX   23 /* a frame may not ask for more memory: 8 MiB */

struct download {
	TAILQ_ENTRY(download) entry;
	struct link_in in;               /* taken from the link */
	char *large[WIRE_DOCUMENTS_MAX]; /* decoded bodies of large documents */
	/* the document being fetched */
	bool active;
	size_t document;
	uint64_t asked, got; /* encoded bytes */
	uint64_t made;       /* decoded bytes */
};

void
download_init(struct link *link)
{
	TAILQ_INIT(&link->down.waiting);
}

static void
drop(struct link *link, struct download *d)
{
	TAILQ_REMOVE(&link->down.waiting, d, entry);
	for (size_t i = 0; i < WIRE_DOCUMENTS_MAX; i++)
		free(d->large[i]);
	for (size_t i = 0; i < d->in.frame_count; i++)
		zmq_msg_close(&d->in.frames[i]);
	wire_fini(&d->in.msg);
	free(d);
}

void
download_forget(struct link *link)
{
	struct download *d;

	while ((d = TAILQ_FIRST(&link->down.waiting)) != NULL)
		drop(link, d);
}

void
download_fini(struct link *link)
{
	download_forget(link);
	ZSTD_freeDCtx(link->down.stream);
	ZSTD_freeDCtx(link->down.whole);
	free(link->down.scratch);
}

static ZSTD_DCtx *
decoder(void **kept)
{
	if (*kept == NULL) {
		*kept = ZSTD_createDCtx();
		if (*kept == NULL)
			panic("no memory for a decoder");
		ZSTD_DCtx_setParameter(
		    *kept, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	}
	return *kept;
}

/* ---- the verdict ---- */

static void
refuse(struct link *link, const struct wire_deliver *deliver, const char *code,
    const char *detail)
{
	struct wire_settle_item item = {0};
	char id[ID_TEXT_BYTES];

	item.id = deliver->parcel.id;
	item.leg = deliver->leg;
	item.outcome = WIRE_OUTCOME_NEVER;
	item.code = code;
	item.detail = detail;
	item.at_ms = (uint64_t)clock_wall_ms();
	log_warn("deliver: parcel=%s leg=%u result=never code=%s why=\"%s\"",
	    id_text(&item.id, id), item.leg, code, detail);
	link_settle(link, &item, wire_encoded_bytes(&deliver->parcel));
}

static void
hand_over(struct link *link, const struct wire_deliver *deliver,
    struct link_body *bodies)
{
	struct link_delivery delivery = {.deliver = deliver, .bodies = bodies};
	const struct wire_parcel *parcel = &deliver->parcel;
	uint8_t digest[DIGEST_BYTES];

	for (size_t i = 0; i < parcel->document_count; i++) {
		digest_sha256(bodies[i].data, bodies[i].bytes, digest);
		if (memcmp(digest, parcel->documents[i].sha256,
			sizeof(digest)) == 0)
			continue;
		refuse(link, deliver, "digest",
		    "A document does not match its SHA-256.");
		return;
	}
	link->events.deliver(link, &delivery, link->arg);
}

/* ---- inline documents ---- */

/* Room for all inline documents that must be decoded. */
static char *
scratch_for(struct link *link, const struct wire_parcel *parcel)
{
	size_t need = 1;

	for (size_t i = 0; i < parcel->document_count; i++)
		if (wire_inline(&parcel->documents[i]) &&
		    parcel->documents[i].encoding == WIRE_ENCODING_ZSTD)
			need += parcel->documents[i].bytes;
	if (need > link->down.scratch_bytes) {
		free(link->down.scratch);
		link->down.scratch = mem_new(need);
		link->down.scratch_bytes = need;
	}
	return link->down.scratch;
}

static void
scratch_trim(struct link *link)
{
	if (link->down.scratch_bytes <= SCRATCH_KEPT_MAX)
		return;
	free(link->down.scratch);
	link->down.scratch = NULL;
	link->down.scratch_bytes = 0;
}

/* One inline document: the frame itself or its decoded bytes at *to, which
 * moves on.  Exactly document->bytes, or it is refused. */
static bool
open_inline(struct link *link, const struct wire_document *document,
    zmq_msg_t *frame, char **to, struct link_body *body)
{
	size_t n;

	body->bytes = document->bytes;
	if (document->encoding == WIRE_ENCODING_NONE) {
		body->data = zmq_msg_data(frame);
		return zmq_msg_size(frame) == document->bytes;
	}
	if (document->encoding != WIRE_ENCODING_ZSTD)
		return false;
	n = ZSTD_decompressDCtx(decoder(&link->down.whole), *to,
	    document->bytes, zmq_msg_data(frame), zmq_msg_size(frame));
	body->data = *to;
	*to += document->bytes;
	return !ZSTD_isError(n) && n == document->bytes;
}

static void
emit(struct link *link, struct link_in *in, char *const *large)
{
	const struct wire_deliver *deliver = &in->msg.deliver;
	const struct wire_parcel *parcel = &deliver->parcel;
	struct link_body bodies[WIRE_DOCUMENTS_MAX];
	char *to = scratch_for(link, parcel);
	size_t frame = 0;

	for (size_t i = 0; i < parcel->document_count; i++) {
		const struct wire_document *document = &parcel->documents[i];

		if (!wire_inline(document)) {
			bodies[i].data = large[i];
			bodies[i].bytes = document->bytes;
		} else if (!open_inline(link, document, &in->frames[frame++],
			       &to, &bodies[i])) {
			refuse(link, deliver, "digest",
			    "A document cannot be decoded to its size.");
			scratch_trim(link);
			return;
		}
	}
	hand_over(link, deliver, bodies);
	scratch_trim(link);
}

/* ---- large documents ---- */

static bool
has_large(const struct wire_parcel *parcel)
{
	return wire_inline_count(parcel) < parcel->document_count;
}

static bool
same_pair(const struct wire_parcel *a, const struct wire_parcel *b)
{
	return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
	       strcmp(a->from_type, b->from_type) == 0 &&
	       strcmp(a->to_type, b->to_type) == 0;
}

/* Is one of the same pair in the list before end (NULL: at all)? */
static bool
pair_waits(struct link *link, const struct wire_parcel *parcel,
    const struct download *end)
{
	struct download *d;

	TAILQ_FOREACH(d, &link->down.waiting, entry)
	{
		if (d == end)
			break;
		if (same_pair(&d->in.msg.deliver.parcel, parcel))
			return true;
	}
	return false;
}

static const struct wire_document *
current(const struct download *d)
{
	return &d->in.msg.deliver.parcel.documents[d->document];
}

static void
fetch_more(struct link *link, struct download *d)
{
	struct wire_msg msg = {.type = WIRE_FETCH};
	uint64_t ahead = WIRE_CHUNKS_AHEAD * (uint64_t)WIRE_INLINE_BYTES_MAX;

	while (
	    d->asked < current(d)->encoded_bytes && d->asked < d->got + ahead) {
		msg.fetch.id = d->in.msg.deliver.parcel.id;
		msg.fetch.leg = d->in.msg.deliver.leg;
		msg.fetch.document = (uint32_t)d->document;
		msg.fetch.offset = d->asked;
		link_send(link, &msg, NULL, 0);
		d->asked += WIRE_INLINE_BYTES_MAX;
	}
}

/* Begin with the next large document; false: there is none. */
static bool
next_document(struct link *link, struct download *d)
{
	const struct wire_parcel *parcel = &d->in.msg.deliver.parcel;

	while (d->document < parcel->document_count && wire_inline(current(d)))
		d->document++;
	if (d->document == parcel->document_count)
		return false;
	d->asked = d->got = d->made = 0;
	d->large[d->document] = mem_new(current(d)->bytes + 1);
	ZSTD_DCtx_reset(decoder(&link->down.stream), ZSTD_reset_session_only);
	fetch_more(link, d);
	return true;
}

/* Whatever may go on: the first large one is fetched, what waits for nobody is
 * handed over.  Each hand-over may free others, so begin again after it. */
static void
advance(struct link *link)
{
	struct download *d, *next;
	bool fetching = false;

	for (d = TAILQ_FIRST(&link->down.waiting); d != NULL; d = next) {
		const struct wire_parcel *parcel = &d->in.msg.deliver.parcel;

		next = TAILQ_NEXT(d, entry);
		if (has_large(parcel)) {
			if (!fetching && !d->active) {
				d->active = true;
				link->down.moved_ms = clock_mono_ms();
				(void)next_document(link, d);
			}
			fetching = true;
		} else if (!pair_waits(link, parcel, d)) {
			emit(link, &d->in, d->large);
			drop(link, d);
		}
	}
}

static struct download *
active(struct link *link)
{
	struct download *d;

	TAILQ_FOREACH(d, &link->down.waiting, entry)
	if (d->active)
		return d;
	return NULL;
}

bool
download_stands(struct link *link, int64_t now_ms)
{
	return active(link) != NULL &&
	       now_ms - link->down.moved_ms >= link->fetch_ms;
}

/* Decode n encoded bytes onto the end of the current document. */
static bool
decode_chunk(struct link *link, struct download *d, const void *p, size_t n)
{
	const struct wire_document *document = current(d);
	ZSTD_inBuffer in = {p, n, 0};
	ZSTD_outBuffer out = {d->large[d->document], document->bytes, d->made};
	size_t rc = 1;

	d->got += n;
	if (document->encoding == WIRE_ENCODING_NONE) {
		if (n > document->bytes - d->made)
			return false;
		memcpy(d->large[d->document] + d->made, p, n);
		d->made += n;
		return true;
	}
	while (in.pos < in.size) {
		size_t before = in.pos + out.pos;

		rc = ZSTD_decompressStream(
		    decoder(&link->down.stream), &out, &in);
		if (ZSTD_isError(rc) || in.pos + out.pos == before)
			return false; /* broken, or more than it says */
	}
	d->made = out.pos;
	return d->got < document->encoded_bytes || rc == 0;
}

static bool
document_done(const struct download *d, bool *right)
{
	*right = d->made == current(d)->bytes;
	return d->got == current(d)->encoded_bytes;
}

static void
finish(struct link *link, struct download *d, bool right)
{
	if (right)
		emit(link, &d->in, d->large);
	else
		refuse(link, &d->in.msg.deliver, "digest",
		    "A large document cannot be decoded to its size.");
	drop(link, d);
	advance(link);
}

void
download_chunk(struct link *link, struct link_in *in)
{
	const struct wire_place *place = &in->msg.chunk;
	struct download *d = active(link);
	uint64_t left;
	size_t n;
	bool right;

	if (d == NULL || in->frame_count != 1 ||
	    place->document != d->document ||
	    place->leg != d->in.msg.deliver.leg || place->offset != d->got ||
	    id_compare(&place->id, &d->in.msg.deliver.parcel.id) != 0)
		return; /* of a delivery that is gone */
	link->down.moved_ms = clock_mono_ms();
	n = zmq_msg_size(&in->frames[0]);
	left = current(d)->encoded_bytes - d->got;
	if (n == 0 || n > left || (n < left && n != WIRE_INLINE_BYTES_MAX) ||
	    !decode_chunk(link, d, zmq_msg_data(&in->frames[0]), n)) {
		finish(link, d, false);
		return;
	}
	if (!document_done(d, &right)) {
		fetch_more(link, d);
		return;
	}
	d->document++;
	if (!right || !next_document(link, d))
		finish(link, d, right);
}

/* ---- arrivals ---- */

static bool
frames_fit(const struct link_in *in)
{
	const struct wire_parcel *parcel = &in->msg.deliver.parcel;

	if (in->frame_count != wire_inline_count(parcel))
		return false;
	for (size_t i = 0; i < in->frame_count; i++)
		if (!wire_frame_check(parcel, i,
			zmq_msg_size((zmq_msg_t *)(uintptr_t)&in->frames[i])))
			return false;
	return true;
}

/* Wait in line: the message and its frames move into the list. */
static void
queue_up(struct link *link, struct link_in *in)
{
	struct download *d = mem_new(sizeof(*d));

	d->in.msg = in->msg;
	memset(&in->msg, 0, sizeof(in->msg));
	for (size_t i = 0; i < in->frame_count; i++) {
		zmq_msg_init(&d->in.frames[i]);
		zmq_msg_move(&d->in.frames[i], &in->frames[i]);
	}
	d->in.frame_count = in->frame_count;
	TAILQ_INSERT_TAIL(&link->down.waiting, d, entry);
}

static struct download *
under_way(struct link *link, const struct wire_deliver *deliver)
{
	struct download *d;

	TAILQ_FOREACH(d, &link->down.waiting, entry)
	if (d->in.msg.deliver.leg == deliver->leg &&
	    id_compare(&d->in.msg.deliver.parcel.id, &deliver->parcel.id) == 0)
		return d;
	return NULL;
}

/* Lent again while we have it: one copy is enough.  What was asked for may have
 * been ignored; what the second copy cost goes back with the next settlement. */
static void
lent_again(struct link *link, struct download *d)
{
	link->settles.credit.parcels++;
	link->settles.credit.bytes +=
	    wire_encoded_bytes(&d->in.msg.deliver.parcel);
	if (!d->active)
		return;
	link->down.moved_ms = clock_mono_ms();
	d->asked = d->got;
	fetch_more(link, d);
}

void
download_deliver(struct link *link, struct link_in *in)
{
	static char *const none[WIRE_DOCUMENTS_MAX];
	const struct wire_parcel *parcel = &in->msg.deliver.parcel;
	struct download *d = under_way(link, &in->msg.deliver);

	if (link->events.deliver == NULL || !frames_fit(in)) {
		refuse(link, &in->msg.deliver, "malformed",
		    "The frames do not fit the delivery's header.");
		return;
	}
	if (d != NULL) {
		lent_again(link, d);
		return;
	}
	if (!has_large(parcel) && !pair_waits(link, parcel, NULL)) {
		emit(link, in, none);
		return;
	}
	if (has_large(parcel) && link->events.offered != NULL &&
	    link->events.offered(link, &in->msg.deliver, link->arg))
		return;
	queue_up(link, in);
	advance(link);
}

/* NAME
 *	link_upload - submits that are not answered yet
 * SUMMARY
 *	link_submit(); upload_*() are called with what the broker says.
 * DESCRIPTION
 *	The window of the welcome bounds count and encoded bytes of unanswered
 *	submits; one parcel larger than the window may go alone.  Documents over
 *	1 MiB wait for the broker's resume and then go as chunks, a few ahead of
 *	the broker's disk and no more, so that one 64 MiB parcel neither fills
 *	our memory nor keeps a heartbeat waiting behind it.
 *	Answers come nearly in the order of the submits, so the list is searched
 *	from its head.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "inside.h"

struct upload_document {
	uint32_t document;
	struct link_body body;
	bool begun; /* resume came */
	uint64_t sent, stored;
};

struct upload {
	TAILQ_ENTRY(upload) entry;
	struct id id;
	uint64_t bytes; /* of the window */
	size_t count;   /* of documents that go as chunks */
	struct upload_document documents[];
};

void
upload_init(struct link *link)
{
	TAILQ_INIT(&link->up.open);
}

void
upload_welcome(struct link *link, const struct wire_welcome *welcome)
{
	link->up.parcels_max = welcome->submit_parcels;
	link->up.bytes_max = welcome->submit_bytes;
}

static void
drop(struct link *link, struct upload *u)
{
	TAILQ_REMOVE(&link->up.open, u, entry);
	link->up.parcels--;
	link->up.bytes -= u->bytes;
	free(u);
}

void
upload_forget(struct link *link)
{
	struct upload *u;

	while ((u = TAILQ_FIRST(&link->up.open)) != NULL)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it unlinks itself */
		drop(link, u);
}

static struct upload *
find(struct link *link, const struct id *id)
{
	struct upload *u;

	TAILQ_FOREACH(u, &link->up.open, entry)
	if (id_compare(&u->id, id) == 0)
		return u;
	return NULL;
}

static bool
window_has_room(const struct link *link, uint64_t bytes)
{
	if (link->up.parcels == 0)
		return true;
	return link->up.parcels < link->up.parcels_max &&
	       link->up.bytes + bytes <= link->up.bytes_max;
}

bool
link_room(const struct link *link)
{
	return link_open(link) && window_has_room(link, 1);
}

int
link_submit(struct link *link, const struct wire_parcel *parcel,
    const struct link_body *bodies)
{
	struct wire_msg msg = {.type = WIRE_SUBMIT};
	struct link_body inlined[WIRE_DOCUMENTS_MAX];
	size_t frames = wire_inline_count(parcel), frame = 0, large = 0;
	uint64_t bytes = wire_encoded_bytes(parcel);
	struct upload *u;

	if (!link_open(link) || !window_has_room(link, bytes))
		return TSK_LATER;
	u = mem_new(sizeof(*u) + (parcel->document_count - frames) *
				     sizeof(u->documents[0]));
	for (uint32_t i = 0; i < parcel->document_count; i++) {
		if (wire_inline(&parcel->documents[i])) {
			inlined[frame++] = bodies[i];
		} else {
			u->documents[large].document = i;
			u->documents[large++].body = bodies[i];
		}
	}
	u->id = parcel->id;
	u->bytes = bytes;
	u->count = large;
	TAILQ_INSERT_TAIL(&link->up.open, u, entry);
	link->up.parcels++;
	link->up.bytes += bytes;
	msg.submit = *parcel;
	link_send(link, &msg, inlined, frames);
	return 0;
}

/* ---- chunks ---- */

static uint64_t
under_way(const struct upload *u)
{
	uint64_t chunks = 0;

	for (size_t i = 0; i < u->count; i++)
		chunks += (u->documents[i].sent - u->documents[i].stored +
			      WIRE_INLINE_BYTES_MAX - 1) /
			  WIRE_INLINE_BYTES_MAX;
	return chunks;
}

static void
send_chunk(struct link *link, struct upload *u, struct upload_document *d)
{
	struct wire_msg msg = {.type = WIRE_CHUNK};
	struct link_body piece;

	piece.data = (const char *)d->body.data + d->sent;
	piece.bytes = d->body.bytes - d->sent;
	if (piece.bytes > WIRE_INLINE_BYTES_MAX)
		piece.bytes = WIRE_INLINE_BYTES_MAX;
	msg.chunk.id = u->id;
	msg.chunk.document = d->document;
	msg.chunk.offset = d->sent;
	d->sent += piece.bytes;
	link_send(link, &msg, &piece, 1);
}

static void
send_chunks(struct link *link, struct upload *u)
{
	uint64_t ahead = under_way(u);

	for (size_t i = 0; i < u->count; i++) {
		struct upload_document *d = &u->documents[i];

		while (d->begun && d->sent < d->body.bytes &&
		       ahead < WIRE_CHUNKS_AHEAD) {
			send_chunk(link, u, d);
			ahead++;
		}
	}
}

void
upload_resume(struct link *link, const struct wire_place *place)
{
	struct upload *u = find(link, &place->id);
	struct upload_document *d = NULL;

	for (size_t i = 0; u != NULL && i < u->count; i++)
		if (u->documents[i].document == place->document)
			d = &u->documents[i];
	if (d == NULL || place->offset > d->body.bytes ||
	    (place->offset % WIRE_INLINE_BYTES_MAX != 0 &&
		place->offset != d->body.bytes))
		return; /* of a parcel that was answered */
	/* The first word, or no progress: the broker wants it from there. */
	if (!d->begun || place->offset <= d->stored || place->offset > d->sent)
		d->sent = place->offset;
	d->begun = true;
	d->stored = place->offset;
	send_chunks(link, u);
}

/* ---- answers ---- */

static void
tell_room(struct link *link)
{
	if (link->events.room != NULL &&
	    link->up.parcels < link->up.parcels_max)
		link->events.room(link, link->arg);
}

void
upload_accepted(struct link *link, const struct wire_accepted *accepted)
{
	for (size_t i = 0; i < accepted->count; i++) {
		struct upload *u = find(link, &accepted->items[i].id);

		if (u == NULL)
			continue;
		drop(link, u);
		if (link->events.accepted != NULL)
			link->events.accepted(
			    link, &accepted->items[i], link->arg);
	}
	tell_room(link);
}

void
upload_refused(struct link *link, const struct wire_refused *refused)
{
	struct upload *u = find(link, &refused->id);

	if (u == NULL)
		return;
	drop(link, u);
	if (link->events.refused != NULL)
		link->events.refused(link, refused, link->arg);
	tell_room(link);
}

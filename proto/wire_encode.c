/* NAME
 *	wire_encode - a struct to bytes
 * DESCRIPTION
 *	The protobuf-c structs are filled with pointers into the caller's
 *	message; only lists need memory of their own (an arena), and the packed
 *	bytes, which then go into the caller's buffer in one piece.
 * DIAGNOSTICS
 *	Panics when the message breaks the rules: it is ours.
 */
#include <string.h>

#include "tasuki.pb-c.h"

#include "wire_arena.h"
#include "wire_private.h"

#define HINT_BYTES 1536u

/* protobuf-c's structs are not const, but packing only reads */
#define TEXT(s)     ((char *)(uintptr_t)(s))
#define TEXTS(s)    ((char **)(uintptr_t)(s))
#define BYTES(p, n) ((ProtobufCBinaryData){(n), (uint8_t *)(uintptr_t)(p)})
#define ID(id_p)    BYTES((id_p)->bytes, ID_BYTES)

static void *
room(struct wire_arena *arena, size_t count, size_t bytes)
{
	void *p = wire_arena_get(arena, count * bytes);

	if (p == NULL)
		panic("wire: %zu items do not fit", count);
	return p;
}

static void
put_document(const struct wire_document *in, Tasuki__Document *out)
{
	tasuki__document__init(out);
	out->name = TEXT(in->name);
	out->kind = TEXT(in->kind);
	out->bytes = in->bytes;
	out->sha256 = BYTES(in->sha256, WIRE_DIGEST_BYTES);
	out->encoding = (Tasuki__Encoding)in->encoding;
	out->encoded_bytes = in->encoded_bytes;
}

static void
put_parcel(
    struct wire_arena *arena, const struct wire_parcel *in, Tasuki__Parcel *out)
{
	size_t count = in->document_count;
	Tasuki__Document *items = room(arena, count, sizeof(*items));

	tasuki__parcel__init(out);
	out->id = ID(&in->id);
	out->from = TEXT(in->from);
	out->from_type = TEXT(in->from_type);
	out->to = TEXT(in->to);
	out->to_type = TEXT(in->to_type);
	out->month = TEXT(in->month);
	out->stamp = TEXT(in->stamp);
	out->clients = in->clients;
	if (!id_is_zero(&in->repeat_of))
		out->repeat_of = ID(&in->repeat_of);
	out->n_documents = count;
	out->documents = room(arena, count, sizeof(*out->documents));
	for (size_t i = 0; i < count; i++) {
		put_document(&in->documents[i], &items[i]);
		out->documents[i] = &items[i];
	}
}

/* append what was built; every message ends here */
static void
pack(struct wire_arena *arena, const ProtobufCMessage *message, struct buf *out)
{
	size_t n = protobuf_c_message_get_packed_size(message);
	uint8_t *p;

	if (n > WIRE_HEADER_BYTES_MAX)
		panic("wire: header of %zu bytes", n);
	p = room(arena, n, 1);
	protobuf_c_message_pack(message, p);
	buf_clear(out);
	buf_add(out, p, n);
	if (!buf_ok(out))
		panic("wire: buffer of %zu bytes is too small", out->max);
}

/* fill one member of the oneof, and pack */
#define SEND(arena, out, MEMBER, member, body)                       \
	do {                                                         \
		Tasuki__Message message_ = TASUKI__MESSAGE__INIT;    \
                                                                     \
		message_.body_case = TASUKI__MESSAGE__BODY_##MEMBER; \
		message_.member = (body);                            \
		pack(arena, &message_.base, out);                    \
	} while (0)

static void
put_hello(
    struct wire_arena *arena, const struct wire_hello *in, struct buf *out)
{
	Tasuki__Encoding zstd = TASUKI__ENCODING__ENCODING_ZSTD;
	Tasuki__Hello hello = TASUKI__HELLO__INIT;

	hello.protocol_min = in->protocol_min;
	hello.protocol_max = in->protocol_max;
	hello.software = TEXT(in->software);
	hello.epoch = BYTES(in->epoch, WIRE_EPOCH_BYTES);
	hello.n_serve = in->serve_count;
	hello.serve = TEXTS(in->serve);
	hello.n_encodings = in->zstd ? 1 : 0;
	hello.encodings = &zstd;
	SEND(arena, out, HELLO, hello, &hello);
}

static void
put_welcome(
    struct wire_arena *arena, const struct wire_welcome *in, struct buf *out)
{
	Tasuki__Welcome welcome = TASUKI__WELCOME__INIT;

	welcome.protocol = in->protocol;
	welcome.heartbeat_ms = in->heartbeat_ms;
	welcome.submit_parcels = in->submit_parcels;
	welcome.submit_bytes = in->submit_bytes;
	welcome.now_ms = in->now_ms;
	welcome.n_serve = in->serve_count;
	welcome.serve = TEXTS(in->serve);
	welcome.n_offices = in->office_count;
	welcome.offices = TEXTS(in->offices);
	SEND(arena, out, WELCOME, welcome, &welcome);
}

static void
put_submit(
    struct wire_arena *arena, const struct wire_parcel *in, struct buf *out)
{
	Tasuki__Submit submit = TASUKI__SUBMIT__INIT;
	Tasuki__Parcel parcel;

	put_parcel(arena, in, &parcel);
	submit.parcel = &parcel;
	SEND(arena, out, SUBMIT, submit, &submit);
}

static void
put_resume(
    struct wire_arena *arena, const struct wire_place *in, struct buf *out)
{
	Tasuki__Resume resume = TASUKI__RESUME__INIT;

	resume.id = ID(&in->id);
	resume.document = in->document;
	resume.offset = in->offset;
	SEND(arena, out, RESUME, resume, &resume);
}

static void
put_chunk(
    struct wire_arena *arena, const struct wire_place *in, struct buf *out)
{
	Tasuki__Chunk chunk = TASUKI__CHUNK__INIT;

	chunk.id = ID(&in->id);
	chunk.leg = in->leg;
	chunk.document = in->document;
	chunk.offset = in->offset;
	SEND(arena, out, CHUNK, chunk, &chunk);
}

static void
put_fetch(
    struct wire_arena *arena, const struct wire_place *in, struct buf *out)
{
	Tasuki__Fetch fetch = TASUKI__FETCH__INIT;

	fetch.id = ID(&in->id);
	fetch.leg = in->leg;
	fetch.document = in->document;
	fetch.offset = in->offset;
	SEND(arena, out, FETCH, fetch, &fetch);
}

static void
put_accepted_item(struct wire_arena *arena, const struct wire_accepted_item *in,
    Tasuki__Accepted__Item *out)
{
	tasuki__accepted__item__init(out);
	out->id = ID(&in->id);
	out->duplicate = in->duplicate;
	out->accepted_ms = in->accepted_ms;
	out->ways = room(arena, 32, sizeof(*out->ways));
	for (uint32_t way = WAY_BUS; way < 32; way++)
		if ((in->ways & (1u << way)) != 0)
			out->ways[out->n_ways++] = way;
}

static void
put_accepted(
    struct wire_arena *arena, const struct wire_accepted *in, struct buf *out)
{
	Tasuki__Accepted accepted = TASUKI__ACCEPTED__INIT;
	Tasuki__Accepted__Item *items = room(arena, in->count, sizeof(*items));

	accepted.n_items = in->count;
	accepted.items = room(arena, in->count, sizeof(*accepted.items));
	for (size_t i = 0; i < in->count; i++) {
		put_accepted_item(arena, &in->items[i], &items[i]);
		accepted.items[i] = &items[i];
	}
	SEND(arena, out, ACCEPTED, accepted, &accepted);
}

static void
put_refused(
    struct wire_arena *arena, const struct wire_refused *in, struct buf *out)
{
	Tasuki__Refused refused = TASUKI__REFUSED__INIT;

	refused.id = ID(&in->id);
	refused.refusal = (uint32_t)in->refusal;
	refused.later = in->later;
	refused.detail = TEXT(in->detail);
	refused.retry_ms = in->retry_ms;
	SEND(arena, out, REFUSED, refused, &refused);
}

static void
put_credit(
    struct wire_arena *arena, const struct wire_credit *in, struct buf *out)
{
	Tasuki__Credit credit = TASUKI__CREDIT__INIT;

	credit.parcels = in->parcels;
	credit.bytes = in->bytes;
	SEND(arena, out, CREDIT, credit, &credit);
}

static void
put_deliver(
    struct wire_arena *arena, const struct wire_deliver *in, struct buf *out)
{
	Tasuki__Deliver deliver = TASUKI__DELIVER__INIT;
	Tasuki__Parcel parcel;

	put_parcel(arena, &in->parcel, &parcel);
	deliver.parcel = &parcel;
	deliver.leg = in->leg;
	deliver.attempt = in->attempt;
	deliver.queue = TEXT(in->queue);
	deliver.accepted_ms = in->accepted_ms;
	SEND(arena, out, DELIVER, deliver, &deliver);
}

static void
put_settle_item(const struct wire_settle_item *in, Tasuki__Settle__Item *out)
{
	tasuki__settle__item__init(out);
	out->id = ID(&in->id);
	out->leg = in->leg;
	out->outcome = (Tasuki__Outcome)in->outcome;
	out->code = TEXT(in->code);
	out->detail = TEXT(in->detail);
	out->retry_ms = in->retry_ms;
	out->at_ms = in->at_ms;
}

static void
put_settle(
    struct wire_arena *arena, const struct wire_settle *in, struct buf *out)
{
	Tasuki__Settle settle = TASUKI__SETTLE__INIT;
	Tasuki__Credit credit = TASUKI__CREDIT__INIT;
	Tasuki__Settle__Item *items = room(arena, in->count, sizeof(*items));

	settle.n_items = in->count;
	settle.items = room(arena, in->count, sizeof(*settle.items));
	for (size_t i = 0; i < in->count; i++) {
		put_settle_item(&in->items[i], &items[i]);
		settle.items[i] = &items[i];
	}
	credit.parcels = in->credit.parcels;
	credit.bytes = in->credit.bytes;
	if (credit.parcels != 0 || credit.bytes != 0)
		settle.credit = &credit;
	SEND(arena, out, SETTLE, settle, &settle);
}

static void
put_settled(
    struct wire_arena *arena, const struct wire_settled *in, struct buf *out)
{
	Tasuki__Settled settled = TASUKI__SETTLED__INIT;
	Tasuki__Settled__Item *items = room(arena, in->count, sizeof(*items));

	settled.n_items = in->count;
	settled.items = room(arena, in->count, sizeof(*settled.items));
	for (size_t i = 0; i < in->count; i++) {
		tasuki__settled__item__init(&items[i]);
		items[i].id = ID(&in->items[i].id);
		items[i].leg = in->items[i].leg;
		settled.items[i] = &items[i];
	}
	SEND(arena, out, SETTLED, settled, &settled);
}

static void
fill_receipt(const struct wire_receipt *in, Tasuki__Receipt *out)
{
	tasuki__receipt__init(out);
	out->id = ID(&in->id);
	out->leg = in->leg;
	out->state = (uint32_t)in->state;
	out->way = (uint32_t)in->way;
	out->at_ms = in->at_ms;
	out->code = TEXT(in->code);
	out->detail = TEXT(in->detail);
}

static void
put_receipt(
    struct wire_arena *arena, const struct wire_receipt *in, struct buf *out)
{
	Tasuki__Receipt receipt;

	fill_receipt(in, &receipt);
	SEND(arena, out, RECEIPT, receipt, &receipt);
}

static void
put_receipts(
    struct wire_arena *arena, const struct wire_receipts *in, struct buf *out)
{
	Tasuki__Receipts receipts = TASUKI__RECEIPTS__INIT;
	Tasuki__Receipt *items = room(arena, in->count, sizeof(*items));

	receipts.n_items = in->count;
	receipts.items = room(arena, in->count, sizeof(*receipts.items));
	for (size_t i = 0; i < in->count; i++) {
		fill_receipt(&in->items[i], &items[i]);
		receipts.items[i] = &items[i];
	}
	SEND(arena, out, RECEIPTS, receipts, &receipts);
}

static ProtobufCBinaryData *
put_ids(struct wire_arena *arena, const struct wire_ids *in)
{
	ProtobufCBinaryData *items = room(arena, in->count, sizeof(*items));

	for (size_t i = 0; i < in->count; i++)
		items[i] = ID(&in->ids[i]);
	return items;
}

static void
put_query(struct wire_arena *arena, const struct wire_ids *in, struct buf *out)
{
	Tasuki__Query query = TASUKI__QUERY__INIT;

	query.n_ids = in->count;
	query.ids = put_ids(arena, in);
	SEND(arena, out, QUERY, query, &query);
}

static void
put_answer(struct wire_arena *arena, const struct wire_ids *in, struct buf *out)
{
	Tasuki__Answer answer = TASUKI__ANSWER__INIT;

	answer.n_unknown = in->count;
	answer.unknown = put_ids(arena, in);
	SEND(arena, out, ANSWER, answer, &answer);
}

static void
put_ping(struct wire_arena *arena, uint64_t n, struct buf *out)
{
	Tasuki__Ping ping = TASUKI__PING__INIT;

	ping.n = n;
	SEND(arena, out, PING, ping, &ping);
}

static void
put_pong(struct wire_arena *arena, uint64_t n, struct buf *out)
{
	Tasuki__Pong pong = TASUKI__PONG__INIT;

	pong.n = n;
	SEND(arena, out, PONG, pong, &pong);
}

static void
put_bye(struct wire_arena *arena, const struct wire_bye *in, struct buf *out)
{
	Tasuki__Bye bye = TASUKI__BYE__INIT;

	bye.refusal = (uint32_t)in->refusal;
	bye.detail = TEXT(in->detail);
	SEND(arena, out, BYE, bye, &bye);
}

/* A switch, not a table: each builder takes its own member. */
static void
put(struct wire_arena *a, const struct wire_msg *msg, struct buf *out)
{
	switch (msg->type) {
	case WIRE_HELLO:
		put_hello(a, &msg->hello, out);
		return;
	case WIRE_WELCOME:
		put_welcome(a, &msg->welcome, out);
		return;
	case WIRE_SUBMIT:
		put_submit(a, &msg->submit, out);
		return;
	case WIRE_RESUME:
		put_resume(a, &msg->resume, out);
		return;
	case WIRE_CHUNK:
		put_chunk(a, &msg->chunk, out);
		return;
	case WIRE_ACCEPTED:
		put_accepted(a, &msg->accepted, out);
		return;
	case WIRE_REFUSED:
		put_refused(a, &msg->refused, out);
		return;
	case WIRE_CREDIT:
		put_credit(a, &msg->credit, out);
		return;
	case WIRE_DELIVER:
		put_deliver(a, &msg->deliver, out);
		return;
	case WIRE_FETCH:
		put_fetch(a, &msg->fetch, out);
		return;
	case WIRE_SETTLE:
		put_settle(a, &msg->settle, out);
		return;
	case WIRE_SETTLED:
		put_settled(a, &msg->settled, out);
		return;
	case WIRE_RECEIPT:
		put_receipt(a, &msg->receipt, out);
		return;
	case WIRE_RECEIPTS:
		put_receipts(a, &msg->receipts, out);
		return;
	case WIRE_QUERY:
		put_query(a, &msg->query, out);
		return;
	case WIRE_ANSWER:
		put_answer(a, &msg->answer, out);
		return;
	case WIRE_PING:
		put_ping(a, msg->ping, out);
		return;
	case WIRE_PONG:
		put_pong(a, msg->pong, out);
		return;
	case WIRE_BYE:
		put_bye(a, &msg->bye, out);
		return;
	case WIRE_UNKNOWN:
	case WIRE_TYPES:
		break;
	}
	panic("wire: no such message: %u", (unsigned)msg->type);
}

void
wire_encode(const struct wire_msg *msg, struct buf *out)
{
	struct wire_arena *arena;
	struct why why;

	if (wire_check(msg, &why) != 0)
		panic("wire: %s: %s", wire_type_name(msg->type), why.text);
	arena = wire_arena_new(HINT_BYTES);
	put(arena, msg, out);
	wire_arena_free(&arena);
}

void
wire_parcel_pack(const struct wire_parcel *parcel, struct buf *out)
{
	struct wire_msg msg = {.type = WIRE_SUBMIT, .submit = *parcel};
	struct wire_arena *arena;
	Tasuki__Parcel packed;
	struct why why;

	if (wire_check(&msg, &why) != 0)
		panic("wire: parcel: %s", why.text);
	arena = wire_arena_new(HINT_BYTES);
	put_parcel(arena, parcel, &packed);
	pack(arena, &packed.base, out);
	wire_arena_free(&arena);
}

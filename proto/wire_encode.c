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

/* Upper bounds of what is packed, so that nothing must be measured before:
 * every field at its limit (wire_check.c has seen to that), 2 bytes of tag, 4 of
 * length or 10 of number. */
#define FIXED_BYTES    1024u
#define DOCUMENT_BYTES (WIRE_NAME_BYTES_MAX + WIRE_KIND_BYTES_MAX + 128u)
#define REASON_BYTES   (WIRE_CODE_BYTES_MAX + WIRE_DETAIL_BYTES_MAX + 128u)
#define NOTE_BYTES     (WIRE_CODE_BYTES_MAX + WIRE_NOTE_BYTES_MAX + 64u)
#define PAPER_BYTES    (2 * REASON_BYTES + WIRE_NOTES_MAX * NOTE_BYTES)
#define ITEM_BYTES     128u
#define ID_ITEM_BYTES  64u
#define QUEUE_BYTES    (WIRE_QUEUE_BYTES_MAX + 8u)

/* protobuf-c's structs are not const, but packing only reads */
#define TEXT(s)     ((char *)(uintptr_t)(s))
#define TEXTS(s)    ((char **)(uintptr_t)(s))
#define BYTES(p, n) ((ProtobufCBinaryData){(n), (uint8_t *)(uintptr_t)(p)})
#define ID(id_p)    BYTES((id_p)->bytes, ID_BYTES)

struct packing {
	struct wire_arena *arena;
	struct buf *out;
	size_t bound; /* more than the packed bytes can be */
};

static void *
room(struct packing *to, size_t count, size_t bytes)
{
	void *p = wire_arena_get(to->arena, count * bytes);

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
    struct packing *to, const struct wire_parcel *in, Tasuki__Parcel *out)
{
	size_t count = in->document_count;
	Tasuki__Document *items = room(to, count, sizeof(*items));

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
	if (wire_marked(in))
		out->clients_mark = BYTES(in->clients_mark, WIRE_MARK_BYTES);
	out->n_documents = count;
	out->documents = room(to, count, sizeof(*out->documents));
	for (size_t i = 0; i < count; i++) {
		put_document(&in->documents[i], &items[i]);
		out->documents[i] = &items[i];
	}
}

static size_t
bound_of(const struct wire_msg *msg)
{
	switch (msg->type) {
	case WIRE_HELLO:
		return msg->hello.serve_count * QUEUE_BYTES;
	case WIRE_WELCOME:
		return (msg->welcome.serve_count + msg->welcome.office_count) *
		       QUEUE_BYTES;
	case WIRE_SUBMIT:
		return msg->submit.document_count * DOCUMENT_BYTES;
	case WIRE_DELIVER:
		return msg->deliver.parcel.document_count * DOCUMENT_BYTES +
		       (msg->deliver.paper != NULL ? PAPER_BYTES : 0);
	case WIRE_ACCEPTED:
		return msg->accepted.count * ITEM_BYTES;
	case WIRE_SETTLE:
		return msg->settle.count * REASON_BYTES;
	case WIRE_SETTLED:
		return msg->settled.count * ID_ITEM_BYTES;
	case WIRE_RECEIPTS:
		return msg->receipts.count * REASON_BYTES;
	case WIRE_QUERY:
	case WIRE_ANSWER:
		return msg->query.count * ID_ITEM_BYTES;
	default: /* one of each field */
		return 0;
	}
}

/* append what was built; every message ends here */
static void
pack(struct packing *to, const ProtobufCMessage *message)
{
	uint8_t *p = room(to, to->bound, 1);
	size_t n = protobuf_c_message_pack(message, p);

	if (n > WIRE_HEADER_BYTES_MAX)
		panic("wire: header of %zu bytes", n);
	buf_clear(to->out);
	buf_add(to->out, p, n);
	if (!buf_ok(to->out))
		panic("wire: buffer of %zu bytes is too small", to->out->max);
}

/* fill one member of the oneof, and pack */
#define SEND(to, MEMBER, member, body)                               \
	do {                                                         \
		Tasuki__Message message_ = TASUKI__MESSAGE__INIT;    \
                                                                     \
		message_.body_case = TASUKI__MESSAGE__BODY_##MEMBER; \
		message_.member = (body);                            \
		pack(to, &message_.base);                            \
	} while (0)

static void
put_hello(struct packing *to, const struct wire_hello *in)
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
	SEND(to, HELLO, hello, &hello);
}

static void
put_welcome(struct packing *to, const struct wire_welcome *in)
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
	SEND(to, WELCOME, welcome, &welcome);
}

static void
put_submit(struct packing *to, const struct wire_parcel *in)
{
	Tasuki__Submit submit = TASUKI__SUBMIT__INIT;
	Tasuki__Parcel parcel;

	put_parcel(to, in, &parcel);
	submit.parcel = &parcel;
	SEND(to, SUBMIT, submit, &submit);
}

static void
put_resume(struct packing *to, const struct wire_place *in)
{
	Tasuki__Resume resume = TASUKI__RESUME__INIT;

	resume.id = ID(&in->id);
	resume.document = in->document;
	resume.offset = in->offset;
	SEND(to, RESUME, resume, &resume);
}

static void
put_chunk(struct packing *to, const struct wire_place *in)
{
	Tasuki__Chunk chunk = TASUKI__CHUNK__INIT;

	chunk.id = ID(&in->id);
	chunk.leg = in->leg;
	chunk.document = in->document;
	chunk.offset = in->offset;
	SEND(to, CHUNK, chunk, &chunk);
}

static void
put_fetch(struct packing *to, const struct wire_place *in)
{
	Tasuki__Fetch fetch = TASUKI__FETCH__INIT;

	fetch.id = ID(&in->id);
	fetch.leg = in->leg;
	fetch.document = in->document;
	fetch.offset = in->offset;
	SEND(to, FETCH, fetch, &fetch);
}

static void
put_accepted_item(struct packing *to, const struct wire_accepted_item *in,
    Tasuki__Accepted__Item *out)
{
	tasuki__accepted__item__init(out);
	out->id = ID(&in->id);
	out->duplicate = in->duplicate;
	out->accepted_ms = in->accepted_ms;
	out->ways = room(to, 32, sizeof(*out->ways));
	for (uint32_t way = WAY_BUS; way < 32; way++)
		if ((in->ways & (1u << way)) != 0)
			out->ways[out->n_ways++] = way;
}

static void
put_accepted(struct packing *to, const struct wire_accepted *in)
{
	Tasuki__Accepted accepted = TASUKI__ACCEPTED__INIT;
	Tasuki__Accepted__Item *items = room(to, in->count, sizeof(*items));

	accepted.n_items = in->count;
	accepted.items = room(to, in->count, sizeof(*accepted.items));
	for (size_t i = 0; i < in->count; i++) {
		put_accepted_item(to, &in->items[i], &items[i]);
		accepted.items[i] = &items[i];
	}
	SEND(to, ACCEPTED, accepted, &accepted);
}

static void
put_refused(struct packing *to, const struct wire_refused *in)
{
	Tasuki__Refused refused = TASUKI__REFUSED__INIT;

	refused.id = ID(&in->id);
	refused.refusal = (uint32_t)in->refusal;
	refused.later = in->later;
	refused.detail = TEXT(in->detail);
	refused.retry_ms = in->retry_ms;
	SEND(to, REFUSED, refused, &refused);
}

static void
put_credit(struct packing *to, const struct wire_credit *in)
{
	Tasuki__Credit credit = TASUKI__CREDIT__INIT;

	credit.parcels = in->parcels;
	credit.bytes = in->bytes;
	SEND(to, CREDIT, credit, &credit);
}

static void
put_paper(struct packing *to, const struct wire_paper *in, Tasuki__Paper *out)
{
	size_t count = in->partner_count;
	Tasuki__Note *items = room(to, count, sizeof(*items));

	tasuki__paper__init(out);
	out->copy = in->copy;
	out->data_ms = in->data_ms;
	out->data_way = (uint32_t)in->data_way;
	out->reason = TEXT(in->reason);
	out->fax_number = TEXT(in->fax_number);
	out->fax_verified = in->fax_verified;
	out->fax_first = in->fax_first;
	out->test_code = TEXT(in->test_code);
	out->recalled = in->recalled;
	out->from_name = TEXT(in->from_name);
	out->to_name = TEXT(in->to_name);
	out->n_partner = count;
	out->partner = room(to, count, sizeof(*out->partner));
	for (size_t i = 0; i < count; i++) {
		tasuki__note__init(&items[i]);
		items[i].name = TEXT(in->partner[i].name);
		items[i].value = TEXT(in->partner[i].value);
		out->partner[i] = &items[i];
	}
}

static void
put_deliver(struct packing *to, const struct wire_deliver *in)
{
	Tasuki__Deliver deliver = TASUKI__DELIVER__INIT;
	Tasuki__Parcel parcel;
	Tasuki__Paper paper;

	put_parcel(to, &in->parcel, &parcel);
	deliver.parcel = &parcel;
	if (in->paper != NULL) {
		put_paper(to, in->paper, &paper);
		deliver.paper = &paper;
	}
	deliver.leg = in->leg;
	deliver.attempt = in->attempt;
	deliver.queue = TEXT(in->queue);
	deliver.accepted_ms = in->accepted_ms;
	SEND(to, DELIVER, deliver, &deliver);
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
put_settle(struct packing *to, const struct wire_settle *in)
{
	Tasuki__Settle settle = TASUKI__SETTLE__INIT;
	Tasuki__Credit credit = TASUKI__CREDIT__INIT;
	Tasuki__Settle__Item *items = room(to, in->count, sizeof(*items));

	settle.n_items = in->count;
	settle.items = room(to, in->count, sizeof(*settle.items));
	for (size_t i = 0; i < in->count; i++) {
		put_settle_item(&in->items[i], &items[i]);
		settle.items[i] = &items[i];
	}
	credit.parcels = in->credit.parcels;
	credit.bytes = in->credit.bytes;
	if (credit.parcels != 0 || credit.bytes != 0)
		settle.credit = &credit;
	SEND(to, SETTLE, settle, &settle);
}

static void
put_settled(struct packing *to, const struct wire_settled *in)
{
	Tasuki__Settled settled = TASUKI__SETTLED__INIT;
	Tasuki__Settled__Item *items = room(to, in->count, sizeof(*items));

	settled.n_items = in->count;
	settled.items = room(to, in->count, sizeof(*settled.items));
	for (size_t i = 0; i < in->count; i++) {
		tasuki__settled__item__init(&items[i]);
		items[i].id = ID(&in->items[i].id);
		items[i].leg = in->items[i].leg;
		settled.items[i] = &items[i];
	}
	SEND(to, SETTLED, settled, &settled);
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
put_receipt(struct packing *to, const struct wire_receipt *in)
{
	Tasuki__Receipt receipt;

	fill_receipt(in, &receipt);
	SEND(to, RECEIPT, receipt, &receipt);
}

static void
put_receipts(struct packing *to, const struct wire_receipts *in)
{
	Tasuki__Receipts receipts = TASUKI__RECEIPTS__INIT;
	Tasuki__Receipt *items = room(to, in->count, sizeof(*items));

	receipts.n_items = in->count;
	receipts.items = room(to, in->count, sizeof(*receipts.items));
	for (size_t i = 0; i < in->count; i++) {
		fill_receipt(&in->items[i], &items[i]);
		receipts.items[i] = &items[i];
	}
	SEND(to, RECEIPTS, receipts, &receipts);
}

static ProtobufCBinaryData *
put_ids(struct packing *to, const struct wire_ids *in)
{
	ProtobufCBinaryData *items = room(to, in->count, sizeof(*items));

	for (size_t i = 0; i < in->count; i++)
		items[i] = ID(&in->ids[i]);
	return items;
}

static void
put_query(struct packing *to, const struct wire_ids *in)
{
	Tasuki__Query query = TASUKI__QUERY__INIT;

	query.n_ids = in->count;
	query.ids = put_ids(to, in);
	SEND(to, QUERY, query, &query);
}

static void
put_answer(struct packing *to, const struct wire_ids *in)
{
	Tasuki__Answer answer = TASUKI__ANSWER__INIT;

	answer.n_unknown = in->count;
	answer.unknown = put_ids(to, in);
	SEND(to, ANSWER, answer, &answer);
}

static void
put_ping(struct packing *to, uint64_t n)
{
	Tasuki__Ping ping = TASUKI__PING__INIT;

	ping.n = n;
	SEND(to, PING, ping, &ping);
}

static void
put_pong(struct packing *to, uint64_t n)
{
	Tasuki__Pong pong = TASUKI__PONG__INIT;

	pong.n = n;
	SEND(to, PONG, pong, &pong);
}

static void
put_bye(struct packing *to, const struct wire_bye *in)
{
	Tasuki__Bye bye = TASUKI__BYE__INIT;

	bye.refusal = (uint32_t)in->refusal;
	bye.detail = TEXT(in->detail);
	SEND(to, BYE, bye, &bye);
}

static void
put_recall(struct packing *to, const struct wire_recall *in)
{
	Tasuki__Recall recall = TASUKI__RECALL__INIT;

	recall.id = ID(&in->id);
	recall.leg = in->leg;
	recall.code = TEXT(in->code);
	SEND(to, RECALL, recall, &recall);
}

static void
put_reads(struct packing *to, const struct wire_reads *in)
{
	Tasuki__Reads reads = TASUKI__READS__INIT;

	reads.number = TEXT(in->number);
	reads.type = TEXT(in->type);
	reads.editions = TEXT(in->editions);
	reads.name = TEXT(in->name);
	SEND(to, READS, reads, &reads);
}

/* A switch, not a table: each builder takes its own member. */
static void
put(struct packing *to, const struct wire_msg *msg)
{
	switch (msg->type) {
	case WIRE_HELLO:
		put_hello(to, &msg->hello);
		return;
	case WIRE_WELCOME:
		put_welcome(to, &msg->welcome);
		return;
	case WIRE_SUBMIT:
		put_submit(to, &msg->submit);
		return;
	case WIRE_RESUME:
		put_resume(to, &msg->resume);
		return;
	case WIRE_CHUNK:
		put_chunk(to, &msg->chunk);
		return;
	case WIRE_ACCEPTED:
		put_accepted(to, &msg->accepted);
		return;
	case WIRE_REFUSED:
		put_refused(to, &msg->refused);
		return;
	case WIRE_CREDIT:
		put_credit(to, &msg->credit);
		return;
	case WIRE_DELIVER:
		put_deliver(to, &msg->deliver);
		return;
	case WIRE_FETCH:
		put_fetch(to, &msg->fetch);
		return;
	case WIRE_SETTLE:
		put_settle(to, &msg->settle);
		return;
	case WIRE_SETTLED:
		put_settled(to, &msg->settled);
		return;
	case WIRE_RECEIPT:
		put_receipt(to, &msg->receipt);
		return;
	case WIRE_RECEIPTS:
		put_receipts(to, &msg->receipts);
		return;
	case WIRE_QUERY:
		put_query(to, &msg->query);
		return;
	case WIRE_ANSWER:
		put_answer(to, &msg->answer);
		return;
	case WIRE_PING:
		put_ping(to, msg->ping);
		return;
	case WIRE_PONG:
		put_pong(to, msg->pong);
		return;
	case WIRE_RECALL:
		put_recall(to, &msg->recall);
		return;
	case WIRE_READS:
		put_reads(to, &msg->reads);
		return;
	case WIRE_BYE:
		put_bye(to, &msg->bye);
		return;
	case WIRE_UNKNOWN:
	case WIRE_TYPES:
		break;
	}
	panic("wire: no such message: %u", (unsigned)msg->type);
}

static void
packing_init(struct packing *to, const struct wire_msg *msg, struct buf *out)
{
	size_t lists = bound_of(msg);

	to->out = out;
	to->bound = FIXED_BYTES + lists;
	/* what is packed, and the structs it is packed from */
	to->arena = wire_arena_new(to->bound + lists + FIXED_BYTES);
}

void
wire_encode(const struct wire_msg *msg, struct buf *out)
{
	struct packing to;
	struct why why;

	if (wire_rules(msg, true, &why) != 0)
		panic("wire: %s: %s", wire_type_name(msg->type), why.text);
	packing_init(&to, msg, out);
	put(&to, msg);
	wire_arena_free(&to.arena);
}

void
wire_parcel_pack(const struct wire_parcel *parcel, struct buf *out)
{
	struct wire_msg msg = {.type = WIRE_SUBMIT, .submit = *parcel};
	struct packing to;
	Tasuki__Parcel packed;
	struct why why;

	if (wire_rules(&msg, true, &why) != 0)
		panic("wire: parcel: %s", why.text);
	packing_init(&to, &msg, out);
	put_parcel(&to, parcel, &packed);
	pack(&to, &packed.base);
	wire_arena_free(&to.arena);
}

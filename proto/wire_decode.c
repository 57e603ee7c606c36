/* NAME
 *	wire_decode - bytes to a checked struct
 * DESCRIPTION
 *	protobuf-c unpacks into an arena; the take_*() functions move the result
 *	into our structs, refusing what those cannot express; wire_check() then
 *	applies the rules.  Strings stay where protobuf-c put them.
 *
 *	A hostile frame is held by three bounds: the frame (256 KiB), the arena
 *	(4 MiB) and the grammar, which has no message that contains itself, so
 *	there is no depth to speak of.
 */
#include <string.h>

#include "tasuki.pb-c.h"

#include "wire_arena.h"
#include "wire_private.h"

#define MALFORMED(why, ...) wire_bad(why, REFUSAL_MALFORMED, __VA_ARGS__)
#define HINT_MAX            (64u * 1024)

struct take {
	struct wire_arena *arena;
	struct why *why;
};

static void *
arena_alloc(void *arena, size_t bytes)
{
	return wire_arena_get(arena, bytes);
}

static void
arena_leave(void *arena, void *p)
{
	/* the arena goes as a whole */
	(void)arena;
	(void)p;
}

static bool
text_whole(const char *s)
{
	/* protobuf-c's stand-in for an absent string is not from the arena */
	if (s == (const char *)protobuf_c_empty_string)
		return true;
	return strlen(s) + 1 == wire_arena_size(s);
}

static int
take_text(struct take *t, const char *in, const char **out)
{
	if (!text_whole(in))
		return MALFORMED(t->why, "A text contains a NUL.");
	*out = in;
	return 0;
}

/* into a char array of the given size */
static int
take_chars(struct take *t, const char *in, char *out, size_t bytes)
{
	size_t n = strlen(in);

	if (!text_whole(in) || n >= bytes)
		return MALFORMED(
		    t->why, "A text is over %zu bytes.", bytes - 1);
	memcpy(out, in, n + 1);
	return 0;
}

static int
take_bytes(struct take *t, const ProtobufCBinaryData *in, void *out, size_t n)
{
	if (in->len != n)
		return MALFORMED(t->why, "A field is not %zu bytes.", n);
	memcpy(out, in->data, n);
	return 0;
}

static int
take_id(struct take *t, const ProtobufCBinaryData *in, struct id *out)
{
	return take_bytes(t, in, out->bytes, ID_BYTES);
}

/* room for the items of a list; bounded before the multiplication */
static int
take_room(struct take *t, size_t count, size_t max, size_t bytes, void *out_p)
{
	void *p;

	if (count > max)
		return wire_bad(t->why, REFUSAL_TOO_LARGE,
		    "A list has more than %zu entries.", max);
	p = wire_arena_get(t->arena, count * bytes);
	if (p == NULL)
		return wire_bad(t->why, REFUSAL_TOO_LARGE,
		    "The message unpacks to more than %u bytes.",
		    WIRE_ARENA_BYTES_MAX);
	memset(p, 0, count * bytes);
	memcpy(out_p, &p, sizeof(p));
	return 0;
}

static int
take_texts(struct take *t, char **in, size_t count, const char ***out)
{
	for (size_t i = 0; i < count; i++)
		if (!text_whole(in[i]))
			return MALFORMED(t->why, "A text contains a NUL.");
	*out = (const char **)in;
	return 0;
}

static int
take_document(
    struct take *t, const Tasuki__Document *in, struct wire_document *out)
{
	int rc = take_text(t, in->name, &out->name);

	if (rc == 0)
		rc = take_text(t, in->kind, &out->kind);
	if (rc == 0)
		rc = take_bytes(t, &in->sha256, out->sha256, WIRE_DIGEST_BYTES);
	out->bytes = in->bytes;
	out->encoded_bytes = in->encoded_bytes;
	out->encoding = (enum wire_encoding)in->encoding;
	return rc;
}

static int
take_desks(struct take *t, const Tasuki__Parcel *in, struct wire_parcel *out)
{
	int rc = take_chars(t, in->from, out->from, sizeof(out->from));

	if (rc == 0)
		rc = take_chars(
		    t, in->from_type, out->from_type, sizeof(out->from_type));
	if (rc == 0)
		rc = take_chars(t, in->to, out->to, sizeof(out->to));
	if (rc == 0)
		rc = take_chars(
		    t, in->to_type, out->to_type, sizeof(out->to_type));
	return rc;
}

static int
take_parcel(struct take *t, const Tasuki__Parcel *in, struct wire_parcel *out)
{
	int rc;

	if (in == NULL)
		return MALFORMED(t->why, "The parcel is missing.");
	rc = take_id(t, &in->id, &out->id);
	if (rc == 0)
		rc = take_desks(t, in, out);
	if (rc == 0)
		rc = take_chars(t, in->month, out->month, sizeof(out->month));
	if (rc == 0)
		rc = take_chars(t, in->stamp, out->stamp, sizeof(out->stamp));
	if (rc == 0 && in->repeat_of.len != 0) {
		rc = take_id(t, &in->repeat_of, &out->repeat_of);
		if (rc == 0 && id_is_zero(&out->repeat_of))
			rc = MALFORMED(t->why, "An id is zero.");
	}
	out->clients = in->clients;
	if (rc == 0 && in->clients_mark.len != 0)
		rc = take_bytes(
		    t, &in->clients_mark, out->clients_mark, WIRE_MARK_BYTES);
	if (rc == 0)
		rc = take_room(t, in->n_documents, WIRE_DOCUMENTS_MAX,
		    sizeof(*out->documents), &out->documents);
	for (size_t i = 0; rc == 0 && i < in->n_documents; i++) {
		rc = take_document(t, in->documents[i], &out->documents[i]);
		out->document_count = i + 1;
	}
	return rc;
}

static int
take_hello(struct take *t, const Tasuki__Hello *in, struct wire_hello *out)
{
	int rc = take_text(t, in->software, &out->software);

	if (rc == 0)
		rc = take_bytes(t, &in->epoch, out->epoch, WIRE_EPOCH_BYTES);
	if (rc == 0)
		rc = take_texts(t, in->serve, in->n_serve, &out->serve);
	out->protocol_min = in->protocol_min;
	out->protocol_max = in->protocol_max;
	out->serve_count = in->n_serve;
	/* encodings of a later version are nothing we would send */
	for (size_t i = 0; i < in->n_encodings; i++)
		if (in->encodings[i] == TASUKI__ENCODING__ENCODING_ZSTD)
			out->zstd = true;
	return rc;
}

static int
take_welcome(
    struct take *t, const Tasuki__Welcome *in, struct wire_welcome *out)
{
	int rc = take_texts(t, in->serve, in->n_serve, &out->serve);

	if (rc == 0)
		rc = take_texts(t, in->offices, in->n_offices, &out->offices);
	out->protocol = in->protocol;
	out->heartbeat_ms = in->heartbeat_ms;
	out->submit_parcels = in->submit_parcels;
	out->submit_bytes = in->submit_bytes;
	out->now_ms = in->now_ms;
	out->serve_count = in->n_serve;
	out->office_count = in->n_offices;
	return rc;
}

static int
take_accepted(
    struct take *t, const Tasuki__Accepted *in, struct wire_accepted *out)
{
	int rc = take_room(
	    t, in->n_items, WIRE_ITEMS_MAX, sizeof(*out->items), &out->items);

	for (size_t i = 0; rc == 0 && i < in->n_items; i++) {
		const Tasuki__Accepted__Item *item = in->items[i];

		rc = take_id(t, &item->id, &out->items[i].id);
		out->items[i].duplicate = item->duplicate;
		out->items[i].accepted_ms = item->accepted_ms;
		/* ways of a later version have no bit here */
		for (size_t k = 0; k < item->n_ways; k++)
			if (item->ways[k] >= WAY_BUS && item->ways[k] < 32)
				out->items[i].ways |= 1u << item->ways[k];
		out->count = i + 1;
	}
	return rc;
}

static int
take_refused(
    struct take *t, const Tasuki__Refused *in, struct wire_refused *out)
{
	int rc = take_id(t, &in->id, &out->id);

	if (rc == 0)
		rc = take_text(t, in->detail, &out->detail);
	out->refusal = (enum refusal)in->refusal;
	out->later = in->later;
	out->retry_ms = in->retry_ms;
	return rc;
}

static int
take_notes(struct take *t, const Tasuki__Paper *in, struct wire_paper *out)
{
	int rc = take_room(t, in->n_partner, WIRE_NOTES_MAX,
	    sizeof(*out->partner), &out->partner);

	for (size_t i = 0; rc == 0 && i < in->n_partner; i++) {
		rc = take_text(t, in->partner[i]->name, &out->partner[i].name);
		if (rc == 0)
			rc = take_text(
			    t, in->partner[i]->value, &out->partner[i].value);
		out->partner_count = i + 1;
	}
	return rc;
}

static int
take_paper(struct take *t, const Tasuki__Paper *in, struct wire_paper **out_p)
{
	struct wire_paper *out = NULL;
	int rc = take_room(t, 1, 1, sizeof(*out), &out);

	if (rc != 0)
		return rc;
	*out_p = out;
	out->copy = in->copy;
	out->data_ms = in->data_ms;
	out->data_way =
	    in->data_way <= WAY_PDF ? (enum leg_way)in->data_way : 0;
	out->fax_verified = in->fax_verified;
	out->fax_first = in->fax_first;
	out->recalled = in->recalled;
	rc = take_text(t, in->reason, &out->reason);
	if (rc == 0)
		rc = take_text(t, in->fax_number, &out->fax_number);
	if (rc == 0)
		rc = take_text(t, in->test_code, &out->test_code);
	if (rc == 0)
		rc = take_text(t, in->from_name, &out->from_name);
	if (rc == 0)
		rc = take_text(t, in->to_name, &out->to_name);
	return rc != 0 ? rc : take_notes(t, in, out);
}

static int
take_deliver(
    struct take *t, const Tasuki__Deliver *in, struct wire_deliver *out)
{
	int rc = take_parcel(t, in->parcel, &out->parcel);

	if (rc == 0)
		rc = take_text(t, in->queue, &out->queue);
	if (rc == 0 && in->paper != NULL)
		rc = take_paper(t, in->paper, &out->paper);
	out->leg = in->leg;
	out->attempt = in->attempt;
	out->accepted_ms = in->accepted_ms;
	return rc;
}

static int
take_settle_item(struct take *t, const Tasuki__Settle__Item *in,
    struct wire_settle_item *out)
{
	int rc = take_id(t, &in->id, &out->id);

	if (rc == 0)
		rc = take_text(t, in->code, &out->code);
	if (rc == 0)
		rc = take_text(t, in->detail, &out->detail);
	out->leg = in->leg;
	out->outcome = (enum wire_outcome)in->outcome;
	out->retry_ms = in->retry_ms;
	out->at_ms = in->at_ms;
	return rc;
}

static int
take_settle(struct take *t, const Tasuki__Settle *in, struct wire_settle *out)
{
	int rc = take_room(
	    t, in->n_items, WIRE_ITEMS_MAX, sizeof(*out->items), &out->items);

	for (size_t i = 0; rc == 0 && i < in->n_items; i++) {
		rc = take_settle_item(t, in->items[i], &out->items[i]);
		out->count = i + 1;
	}
	if (in->credit != NULL) {
		out->credit.parcels = in->credit->parcels;
		out->credit.bytes = in->credit->bytes;
	}
	return rc;
}

static int
take_settled(
    struct take *t, const Tasuki__Settled *in, struct wire_settled *out)
{
	int rc = take_room(
	    t, in->n_items, WIRE_ITEMS_MAX, sizeof(*out->items), &out->items);

	for (size_t i = 0; rc == 0 && i < in->n_items; i++) {
		rc = take_id(t, &in->items[i]->id, &out->items[i].id);
		out->items[i].leg = in->items[i]->leg;
		out->count = i + 1;
	}
	return rc;
}

/* false: a state or way of a later version, nothing to act on */
static bool
receipt_known(const Tasuki__Receipt *in)
{
	return in->state <= LEG_WORKING && in->way <= WAY_PDF;
}

static int
take_receipt(
    struct take *t, const Tasuki__Receipt *in, struct wire_receipt *out)
{
	int rc = take_id(t, &in->id, &out->id);

	if (rc == 0)
		rc = take_text(t, in->code, &out->code);
	if (rc == 0)
		rc = take_text(t, in->detail, &out->detail);
	out->leg = in->leg;
	out->state = (enum leg_state)in->state;
	out->way = (enum leg_way)in->way;
	out->at_ms = in->at_ms;
	return rc;
}

static int
take_receipts(struct take *t, const Tasuki__Receipts *in, struct wire_msg *msg)
{
	struct wire_receipts *out = &msg->receipts;
	int rc = take_room(
	    t, in->n_items, WIRE_ITEMS_MAX, sizeof(*out->items), &out->items);

	for (size_t i = 0; rc == 0 && i < in->n_items; i++) {
		rc = take_receipt(t, in->items[i], &out->items[out->count]);
		if (receipt_known(in->items[i]))
			out->count++;
	}
	if (rc == 0 && in->n_items > 0 && out->count == 0)
		msg->type = WIRE_UNKNOWN;
	return rc;
}

static int
take_ids(struct take *t, const ProtobufCBinaryData *in, size_t count,
    struct wire_ids *out)
{
	int rc =
	    take_room(t, count, WIRE_ITEMS_MAX, sizeof(*out->ids), &out->ids);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = take_id(t, &in[i], &out->ids[i]);
		out->count = i + 1;
	}
	return rc;
}

#define TAKE_PLACE(t, in, out, leg_in)                                   \
	((out)->document = (in)->document, (out)->offset = (in)->offset, \
	    (out)->leg = (leg_in), take_id(t, &(in)->id, &(out)->id))

static int
take_bye(struct take *t, const Tasuki__Bye *in, struct wire_bye *out)
{
	out->refusal = (enum refusal)in->refusal;
	return take_text(t, in->detail, &out->detail);
}

static int
take_recall(struct take *t, const Tasuki__Recall *in, struct wire_recall *out)
{
	out->leg = in->leg;
	return take_id(t, &in->id, &out->id) != 0
		   ? TSK_INVALID
		   : take_text(t, in->code, &out->code);
}

static int
take_reads(struct take *t, const Tasuki__Reads *in, struct wire_reads *out)
{
	int rc = take_chars(t, in->number, out->number, sizeof(out->number));

	if (rc == 0)
		rc = take_chars(t, in->type, out->type, sizeof(out->type));
	if (rc == 0)
		rc = take_text(t, in->editions, &out->editions);
	return rc != 0 ? rc : take_text(t, in->name, &out->name);
}

/* the body by its kind; msg->type is set */
static int
take_body(struct take *t, const Tasuki__Message *in, struct wire_msg *msg)
{
	switch (msg->type) {
	case WIRE_HELLO:
		return take_hello(t, in->hello, &msg->hello);
	case WIRE_WELCOME:
		return take_welcome(t, in->welcome, &msg->welcome);
	case WIRE_SUBMIT:
		return take_parcel(t, in->submit->parcel, &msg->submit);
	case WIRE_RESUME:
		return TAKE_PLACE(t, in->resume, &msg->resume, 0);
	case WIRE_CHUNK:
		return TAKE_PLACE(t, in->chunk, &msg->chunk, in->chunk->leg);
	case WIRE_ACCEPTED:
		return take_accepted(t, in->accepted, &msg->accepted);
	case WIRE_REFUSED:
		return take_refused(t, in->refused, &msg->refused);
	case WIRE_CREDIT:
		msg->credit.parcels = in->credit->parcels;
		msg->credit.bytes = in->credit->bytes;
		return 0;
	case WIRE_DELIVER:
		return take_deliver(t, in->deliver, &msg->deliver);
	case WIRE_FETCH:
		return TAKE_PLACE(t, in->fetch, &msg->fetch, in->fetch->leg);
	case WIRE_SETTLE:
		return take_settle(t, in->settle, &msg->settle);
	case WIRE_SETTLED:
		return take_settled(t, in->settled, &msg->settled);
	case WIRE_RECEIPT:
		if (!receipt_known(in->receipt))
			msg->type = WIRE_UNKNOWN;
		return take_receipt(t, in->receipt, &msg->receipt);
	case WIRE_RECEIPTS:
		return take_receipts(t, in->receipts, msg);
	case WIRE_QUERY:
		return take_ids(
		    t, in->query->ids, in->query->n_ids, &msg->query);
	case WIRE_ANSWER:
		return take_ids(t, in->answer->unknown, in->answer->n_unknown,
		    &msg->answer);
	case WIRE_PING:
		msg->ping = in->ping->n;
		return 0;
	case WIRE_PONG:
		msg->pong = in->pong->n;
		return 0;
	case WIRE_RECALL:
		return take_recall(t, in->recall, &msg->recall);
	case WIRE_READS:
		return take_reads(t, in->reads, &msg->reads);
	case WIRE_BYE:
		return take_bye(t, in->bye, &msg->bye);
	case WIRE_UNKNOWN:
	case WIRE_TYPES:
		break;
	}
	return 0;
}

/* NULL: *why is filled */
static void *
unpack(const ProtobufCMessageDescriptor *kind, const void *p, size_t n,
    struct take *t)
{
	ProtobufCAllocator allocator = {arena_alloc, arena_leave, t->arena};
	ProtobufCMessage *message;

	message = protobuf_c_message_unpack(kind, &allocator, n, p);
	if (message == NULL && wire_arena_spent(t->arena))
		(void)wire_bad(t->why, REFUSAL_TOO_LARGE,
		    "The message unpacks to more than %u bytes.",
		    WIRE_ARENA_BYTES_MAX);
	else if (message == NULL)
		(void)MALFORMED(t->why, "The header is not protobuf.");
	return message;
}

static struct wire_arena *
arena_for(size_t n)
{
	size_t hint = 512 + n * 8;

	return wire_arena_new(hint < HINT_MAX ? hint : HINT_MAX);
}

static int
bound(size_t n, struct why *why)
{
	if (n == 0)
		return MALFORMED(why, "The header is empty.");
	if (n > WIRE_HEADER_BYTES_MAX)
		return wire_bad(why, REFUSAL_TOO_LARGE,
		    "The header is over %u bytes.", WIRE_HEADER_BYTES_MAX);
	return 0;
}

static int
decode(struct take *t, const void *p, size_t n, struct wire_msg *msg)
{
	Tasuki__Message *in = unpack(&tasuki__message__descriptor, p, n, t);
	int rc;

	if (in == NULL)
		return wire_arena_spent(t->arena) ? TSK_TOOBIG : TSK_INVALID;
	/* protobuf-c sets the case before it knows the member is whole */
	if (in->body_case != TASUKI__MESSAGE__BODY__NOT_SET &&
	    in->hello == NULL)
		return MALFORMED(t->why, "The header has no body.");
	msg->type = (enum wire_type)in->body_case;
	rc = take_body(t, in, msg);
	if (rc == 0)
		rc = wire_check(msg, t->why);
	return rc;
}

int
wire_decode(const void *p, size_t n, struct wire_msg *msg, struct why *why)
{
	struct take t = {NULL, why};
	int rc = bound(n, why);

	memset(msg, 0, sizeof(*msg));
	if (rc != 0)
		return rc;
	t.arena = arena_for(n);
	rc = decode(&t, p, n, msg);
	msg->arena = t.arena;
	if (rc != 0)
		wire_fini(msg);
	return rc;
}

int
wire_parcel_unpack(
    const void *p, size_t n, struct wire_msg *msg, struct why *why)
{
	struct take t = {NULL, why};
	int rc = bound(n, why);
	const Tasuki__Parcel *in;

	memset(msg, 0, sizeof(*msg));
	if (rc != 0)
		return rc;
	t.arena = arena_for(n);
	msg->type = WIRE_SUBMIT;
	msg->arena = t.arena;
	in = unpack(&tasuki__parcel__descriptor, p, n, &t);
	if (in == NULL)
		rc = wire_arena_spent(t.arena) ? TSK_TOOBIG : TSK_INVALID;
	if (rc == 0)
		rc = take_parcel(&t, in, &msg->submit);
	if (rc == 0)
		rc = wire_check(msg, why);
	if (rc != 0)
		wire_fini(msg);
	return rc;
}

bool
wire_submit_id(const void *p, size_t n, struct id *id)
{
	struct take t = {NULL, NULL};
	const Tasuki__Message *in;
	bool found = false;

	if (bound(n, NULL) != 0)
		return false;
	t.arena = arena_for(n);
	in = unpack(&tasuki__message__descriptor, p, n, &t);
	if (in != NULL && in->body_case == TASUKI__MESSAGE__BODY_SUBMIT &&
	    in->submit != NULL && in->submit->parcel != NULL)
		found = take_id(&t, &in->submit->parcel->id, id) == 0 &&
			!id_is_zero(id);
	wire_arena_free(&t.arena);
	return found;
}

void
wire_fini(struct wire_msg *msg)
{
	struct wire_arena *arena = msg->arena;

	wire_arena_free(&arena);
	memset(msg, 0, sizeof(*msg));
}

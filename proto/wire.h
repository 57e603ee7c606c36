/* NAME
 *	wire - bytes <-> checked struct; all limits; no sockets
 * DESCRIPTION
 *	The one door to protobuf-c.  A message on the wire is one header frame
 *	(protobuf Message, tasuki.proto) and, for submit, deliver and chunk, raw
 *	frames of document bytes that never pass through protobuf. wire_decode()
 *	accepts exactly what PROTOCOL.md allows: every length, count and
 *	character set is checked before anything is allocated by it.  Strings in
 *	a decoded message are NUL-terminated and contain no NUL.
 *	Thread: no state; any thread.
 */
#ifndef TASUKI_WIRE_H
#define TASUKI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "id.h"
#include "leg.h"
#include "number.h"
#include "refusal.h"

#define WIRE_PROTOCOL_MIN       1
#define WIRE_PROTOCOL_MAX       4 /* 2: recall; 3: working; 4: reads */
#define WIRE_HEADER_BYTES_MAX   (256u * 1024)  /* header frame */
#define WIRE_INLINE_BYTES_MAX   (1024u * 1024) /* a document frame, a chunk */
#define WIRE_DOCUMENTS_MAX      64
#define WIRE_PARCEL_BYTES_MAX   (64u * 1024 * 1024) /* original bytes, summed */
#define WIRE_NAME_BYTES_MAX     255
#define WIRE_KIND_BYTES_MAX     15
#define WIRE_QUEUE_BYTES_MAX    63
#define WIRE_QUEUES_MAX         4096 /* in hello and welcome */
#define WIRE_CODE_BYTES_MAX     31
#define WIRE_DETAIL_BYTES_MAX   383
#define WIRE_SOFTWARE_BYTES_MAX 63
#define WIRE_ITEMS_MAX          1024 /* accepted, settle, settled, query */
#define WIRE_EPOCH_BYTES        16
#define WIRE_MONTH_BYTES        7  /* "202611" and NUL; "" = none */
#define WIRE_STAMP_BYTES        15 /* 14 digits and NUL; "" = none */
#define WIRE_DIGEST_BYTES       32
#define WIRE_MARK_BYTES         16
#define WIRE_FAX_BYTES_MAX      15  /* digits of a FAX number */
#define WIRE_NOTES_MAX          32  /* of a partner */
#define WIRE_NOTE_BYTES_MAX     255 /* value of one */
#define WIRE_READS_BYTES_MAX    255 /* editions of a desk */
#define WIRE_CALLED_BYTES_MAX   255 /* what a desk is called */
#define WIRE_LEG_MAX            255 /* index of a leg within its parcel */
#define WIRE_CHUNKS_AHEAD       4   /* unanswered chunks, fetches per parcel */
#define WIRE_HEARTBEAT_MS_MIN   100
#define WIRE_HEARTBEAT_MS_MAX   (60 * 60 * 1000)
/* an encoding may grow what it cannot shrink, by this much and no more */
#define WIRE_ENCODED_BYTES_MAX(bytes) ((bytes) + (bytes) / 128 + 1024)

/* Numbers are the protobuf field numbers of Message. */
enum wire_type {
	WIRE_UNKNOWN = 0, /* of a later version: ignore */
	WIRE_HELLO = 1,
	WIRE_WELCOME = 2,
	WIRE_SUBMIT = 3,
	WIRE_RESUME = 4,
	WIRE_CHUNK = 5,
	WIRE_ACCEPTED = 6,
	WIRE_REFUSED = 7,
	WIRE_CREDIT = 8,
	WIRE_DELIVER = 9,
	WIRE_FETCH = 10,
	WIRE_SETTLE = 11,
	WIRE_SETTLED = 12,
	WIRE_RECEIPT = 13,
	WIRE_QUERY = 14,
	WIRE_ANSWER = 15,
	WIRE_PING = 16,
	WIRE_PONG = 17,
	WIRE_BYE = 18,
	WIRE_RECEIPTS = 19,
	WIRE_RECALL = 20, /* since version 2 */
	WIRE_READS = 21,  /* since version 4 */
	WIRE_TYPES
};

enum wire_encoding { WIRE_ENCODING_NONE = 0, WIRE_ENCODING_ZSTD = 1 };
enum wire_outcome {
	WIRE_OUTCOME_DELIVERED = 1,
	WIRE_OUTCOME_LATER = 2,
	WIRE_OUTCOME_NEVER = 3,
	WIRE_OUTCOME_PICKED_UP = 4,
	WIRE_OUTCOME_WORKING = 5, /* since version 3 */
};

struct wire_document {
	const char *name; /* UTF-8, file_name_safe() */
	const char *kind; /* "" = attachment */
	uint64_t bytes;
	uint8_t sha256[WIRE_DIGEST_BYTES];
	enum wire_encoding encoding;
	uint64_t encoded_bytes;
};

/* what routing, tracking and the deadline clock need; no names, no insured
 * numbers */
struct wire_parcel {
	struct id id;
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	char month[WIRE_MONTH_BYTES];
	char stamp[WIRE_STAMP_BYTES];
	uint32_t clients;
	struct id repeat_of; /* zero = first time */
	/* The same people in two parcels of one sender give the same mark, and
	 * nobody else can tell who they are; zero = not said. */
	uint8_t clients_mark[WIRE_MARK_BYTES];
	size_t document_count;
	struct wire_document *documents;
};

struct wire_hello {
	uint32_t protocol_min, protocol_max;
	const char *software;
	uint8_t epoch[WIRE_EPOCH_BYTES];
	size_t serve_count;
	const char **serve;
	bool zstd; /* can decode zstd */
};
struct wire_welcome {
	uint32_t protocol, heartbeat_ms, submit_parcels;
	uint64_t submit_bytes, now_ms;
	size_t serve_count, office_count;
	const char **serve, **offices;
};
struct wire_place { /* resume, chunk, fetch */
	struct id id;
	uint32_t leg, document;
	uint64_t offset;
};
struct wire_accepted_item {
	struct id id;
	bool duplicate;
	uint64_t accepted_ms;
	uint32_t ways; /* bit (1 << enum leg_way) */
};
struct wire_accepted {
	size_t count;
	struct wire_accepted_item *items;
};
struct wire_refused {
	struct id id;
	enum refusal refusal;
	bool later;
	const char *detail;
	uint32_t retry_ms;
};
struct wire_credit {
	uint32_t parcels;
	uint64_t bytes;
};
struct wire_note {
	const char *name, *value;
};
/* Paper as a fallback, but the data may be there, too: it is marked so. */
#define WIRE_REASON_UNSURE "fallback-unsure"
/* What paper needs beyond the parcel; docs/policies.md says what an agent does
 * with it. */
struct wire_paper {
	bool copy; /* the data has arrived: データ送信済の控え */
	uint64_t data_ms;       /* copy: when */
	enum leg_way data_way;  /* copy: by which way; 0 = not said */
	const char *reason;     /* code; "" = the partner's own wish */
	const char *fax_number; /* digits; "" = none */
	bool fax_verified;      /* false: do not dial, unless a test page */
	bool fax_first;         /* stop for a look */
	const char *test_code;  /* "" = no test page */
	bool recalled;          /* do not send; say whether it is out already */
	const char *from_name, *to_name; /* of the registry; "" = unknown */
	size_t partner_count;
	struct wire_note *partner; /* columns of the receiver's row */
};
struct wire_deliver {
	struct wire_parcel parcel;
	uint32_t leg, attempt;
	const char *queue;
	uint64_t accepted_ms;
	struct wire_paper *paper; /* NULL: no paper */
};
/* broker: give the lent leg back; agent: take the parcel back (leg 0) */
struct wire_recall {
	struct id id;
	uint32_t leg;
	const char *code;
};
/* agent: what does this desk read, what is it called (both "")?  broker: what the
 * registry says of it today, editions apart by a blank; "" = nothing */
struct wire_reads {
	char number[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES];
	const char *editions, *name;
};
struct wire_settle_item {
	struct id id;
	uint32_t leg;
	enum wire_outcome outcome;
	const char *code, *detail; /* "" when delivered */
	uint32_t retry_ms;         /* 0 = the broker's own backoff */
	uint64_t at_ms;
};
struct wire_settle {
	size_t count;
	struct wire_settle_item *items;
	struct wire_credit credit;
};
struct wire_settled_item {
	struct id id;
	uint32_t leg;
};
struct wire_settled {
	size_t count;
	struct wire_settled_item *items;
};
struct wire_receipt {
	struct id id;
	uint32_t leg;
	enum leg_state state;
	enum leg_way way;
	uint64_t at_ms;
	const char *code, *detail;
};
struct wire_receipts {
	size_t count;
	struct wire_receipt *items;
};
struct wire_ids { /* query, answer (unknown ids) */
	size_t count;
	struct id *ids;
};
struct wire_bye {
	enum refusal refusal;
	const char *detail;
};

struct wire_msg {
	enum wire_type type;
	union {
		struct wire_hello hello;
		struct wire_welcome welcome;
		struct wire_parcel submit;
		struct wire_place resume, chunk, fetch;
		struct wire_accepted accepted;
		struct wire_refused refused;
		struct wire_credit credit;
		struct wire_deliver deliver;
		struct wire_settle settle;
		struct wire_settled settled;
		struct wire_receipt receipt;
		struct wire_receipts receipts;
		struct wire_ids query, answer;
		struct wire_recall recall;
		struct wire_reads reads;
		uint64_t ping, pong;
		struct wire_bye bye;
	};
	void *arena; /* owned; what the pointers above point into */
};

/**
 * wire_decode(p, n, msg, why):
 * Check the header frame ${p}, ${n} and fill *${msg}; release with wire_fini().
 * 0; or TSK_TOOBIG (refusal too-large), TSK_INVALID (malformed, bad-name), with
 * ${why}->code the refusal's name and *${msg} empty.  A well-formed message of
 * an unknown kind is 0 with type WIRE_UNKNOWN.
 */
int wire_decode(const void *p, size_t n, struct wire_msg *msg,
    struct why *why) TSK_MUST_USE;
/* wire_fini(msg): release; a zeroed msg is fine. */
void wire_fini(struct wire_msg *msg);
/**
 * wire_encode(msg, out):
 * Append the header frame of ${msg} to ${out} (cleared first).  The arena is
 * not looked at.  Panics if the message breaks the limits: check what you send (wire_check();
 * the characters of document names are not looked at again here).
 */
void wire_encode(const struct wire_msg *msg, struct buf *out);
/**
 * wire_check(msg, why):
 * The rules wire_decode() and wire_encode() apply, for a message built by hand:
 * 0, TSK_TOOBIG or TSK_INVALID with ${why}->code the refusal's name.
 */
int wire_check(const struct wire_msg *msg, struct why *why) TSK_MUST_USE;
/**
 * wire_submit_id(p, n, id):
 * The parcel id of a submit that wire_decode() did not take, so that the sender
 * can be told which parcel is refused: true if there is a usable one.
 */
bool wire_submit_id(const void *p, size_t n, struct id *id);
/* Enough for any frame: pass to buf_init(). */
#define WIRE_BUF_MAX (WIRE_HEADER_BYTES_MAX + 1u)

/* The parcel alone, as kept in the store ("header").  wire_parcel_unpack()
 * gives a msg of type WIRE_SUBMIT whose parcel is msg->submit. */
void wire_parcel_pack(const struct wire_parcel *parcel, struct buf *out);
int wire_parcel_unpack(const void *p, size_t n, struct wire_msg *msg,
    struct why *why) TSK_MUST_USE;

/* wire_inline(document): true if its bytes travel as a frame of submit/deliver
 */
static inline bool
wire_inline(const struct wire_document *document)
{
	return document->encoded_bytes <= WIRE_INLINE_BYTES_MAX;
}
/* wire_encoded_bytes(parcel): of all its documents: what its delivery takes of
 * the credit. */
uint64_t wire_encoded_bytes(const struct wire_parcel *parcel);
/* wire_marked(parcel): it says which people it is about. */
bool wire_marked(const struct wire_parcel *parcel);
/* wire_inline_count(parcel): how many frames follow submit or deliver. */
size_t wire_inline_count(const struct wire_parcel *parcel);
/* wire_frame_check(parcel, index of the frame, bytes): the size is the
 * encoded_bytes of that inline document. */
bool wire_frame_check(
    const struct wire_parcel *parcel, size_t frame, size_t bytes);

const char *wire_type_name(enum wire_type type); /* "submit"; static */

#endif

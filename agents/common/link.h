/* NAME
 *	link - an agent's side of the wire
 * DESCRIPTION
 *	One DEALER socket with CURVE to one broker, in the caller's zloop.  The
 *	link says hello, keeps the heartbeat, notices a dead peer (3 heartbeats
 *	without a word, or no welcome), throws its socket away and makes a new
 *	one with backoff (at once, then 1 s doubling to 30 s, +-20 %), speaks
 *	chunks for large documents in both directions and keeps the windows.
 *	The owner hands over parcels and gets events; it keeps everything that
 *	must survive on disk itself: the link remembers nothing across a restart
 *	and forgets every unanswered submit when the connection is lost (event
 *	down: submit again after the next welcome).
 *	Thread: all calls and events in the thread that runs the loop.
 */
#ifndef TASUKI_LINK_H
#define TASUKI_LINK_H

#include <czmq.h>

#include "err.h"
#include "wire.h"

struct link;

struct link_settings {
	const char *endpoint;                /* "tcp://127.0.0.1:5570" */
	const char *broker_key;              /* Z85, 40 characters */
	const char *public_key, *secret_key; /* ours, Z85 */
	const char *software;                /* "tasuki-office/0.1.0" */
	const char *const *serve; /* NULL-terminated queues; NULL = all ours */
	uint32_t credit_parcels;  /* deliveries we take at once; 0 = none */
	uint64_t credit_bytes;
	int64_t connect_timeout_ms; /* hello unanswered; 0 = 5 s */
	int64_t fetch_timeout_ms; /* no chunk of what is fetched; 0 = 10 min */
};

/* A document to send.  The bytes are encoded (maybe zstd) already. */
struct link_body {
	const void *data; /* valid until answered or down */
	size_t bytes;     /* = encoded_bytes of that document */
};

/* A delivery: documents come whole and decoded, their SHA-256 checked. */
struct link_delivery {
	const struct wire_deliver *deliver; /* valid during the event */
	struct link_body *bodies; /* decoded originals, one a document; valid
				     during the event */
};

struct link_events {
	void (*welcome)(
	    struct link *link, const struct wire_welcome *w, void *arg);
	void (*down)(struct link *link, const struct why *why, void *arg);
	void (*accepted)(struct link *link,
	    const struct wire_accepted_item *item, void *arg);
	void (*refused)(
	    struct link *link, const struct wire_refused *refused, void *arg);
	/* must end in exactly one link_settle() for it, now or later */
	void (*deliver)(
	    struct link *link, const struct link_delivery *delivery, void *arg);
	/* a delivery with large documents, before they are fetched: true if
	 * the owner has it already and has settled it.  Without this question
	 * a leg that ends meanwhile (picked up before) would be waited for,
	 * and all other large ones behind it. */
	bool (*offered)(
	    struct link *link, const struct wire_deliver *deliver, void *arg);
	void (*settled)(
	    struct link *link, const struct wire_settled_item *item, void *arg);
	void (*receipt)(
	    struct link *link, const struct wire_receipt *receipt, void *arg);
	void (*answer)(
	    struct link *link, const struct wire_ids *unknown, void *arg);
	/* give this lent leg back if it is not out yet: settle never, code
	 * "recalled"; delivered if it is too late (PROTOCOL.md, PAPER).  Code
	 * "ended": the broker owes nothing for it any more; drop what you keep
	 * of it.  It answers a WORKING for a leg we do not hold. */
	void (*recall)(
	    struct link *link, const struct wire_recall *recall, void *arg);
	/* what the registry says a desk reads today; "" = nothing */
	void (*reads)(
	    struct link *link, const struct wire_reads *reads, void *arg);
	/* the window has room again (after accepted/refused) */
	void (*room)(struct link *link, void *arg);
};

int link_new(zloop_t *loop, const struct link_settings *settings,
    const struct link_events *events, void *arg, struct link **out,
    struct why *why) TSK_MUST_USE;
/* link_free(link): says bye, closes; no events any more. */
void link_free(struct link **link);
bool link_open(const struct link *link); /* welcomed */
/* link_protocol(link): the version spoken; 0 when not open. */
uint32_t link_protocol(const struct link *link);

/**
 * link_submit(link, parcel, bodies):
 * Send a parcel.  ${parcel} is copied; ${bodies} (parcel->document_count) stay
 * the caller's and valid until accepted, refused or down for this id.
 * TSK_LATER: the window is full (event room follows) or not open.
 */
int link_submit(struct link *link, const struct wire_parcel *parcel,
    const struct link_body *bodies) TSK_MUST_USE;
/* link_room(link): open, and the window takes at least one more small parcel:
 * look before reading a parcel's documents. */
bool link_room(const struct link *link);
/* link_settle(link, item, credit_bytes): queued and sent together at the end of
 * the loop turn; gives back one parcel of credit and credit_bytes (the encoded
 * bytes of the delivery).  For picked-up reports: credit_bytes 0 and outcome
 * PICKED_UP gives no parcel credit back.  Dropped when not open.
 * WORKING tells a step (code, detail) of a leg we hold and go on holding: no
 * credit goes back, no settled follows; dropped when the broker is too old to
 * know it.  Tell it again after each delivery of that leg. */
void link_settle(struct link *link, const struct wire_settle_item *item,
    uint64_t credit_bytes);
/* link_query(link, ids, count): ask for receipts of our parcels; count <=
 * WIRE_ITEMS_MAX.  TSK_LATER when not open. */
int link_query(
    struct link *link, const struct id *ids, size_t count) TSK_MUST_USE;

/* link_recall(link, id, code): take back what has not gone out of a parcel of
 * ours; receipts and event answer follow.  TSK_LATER when not open; TSK_VERSION
 * when the broker is too old to know it. */
int link_recall(
    struct link *link, const struct id *id, const char *code) TSK_MUST_USE;

/* link_reads(link, number, type): ask what that desk reads and is called; event
 * reads answers.
 * TSK_LATER when not open; TSK_VERSION when the broker is too old to know it. */
int link_reads(
    struct link *link, const char *number, const char *type) TSK_MUST_USE;

/* ---- encoding of bodies (encode.c) ---- */
/* encode_body(p, n, out, &encoding): zstd level 1 when that saves a twelfth of
 * the size (a quick look at the first 4 KiB decides), else a reference to p.
 * out->data must be freed iff encoding is ZSTD. */
void encode_body(const void *p, size_t n, struct link_body *out,
    enum wire_encoding *encoding);

#endif

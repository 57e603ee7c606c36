/* NAME
 *	cargo - the records inside a courier's bundle
 * DESCRIPTION
 *	One after the other: a letter, 8 bytes length (big-endian), the bytes.
 *
 *	    H  once, first: lines "highest N" (largest number imported of the
 *	       other direction) and "have SERIAL" for each bundle imported of
 *	       late: what went in those need not come again
 *	    P  a parcel: its key "ID-LEG", a line end, its manifest
 *	    D  a document of the parcel before it: length of its name (2
 *	       bytes), name, bytes
 *	    R  a receipt: "KEY STATE AT_MS CODE"; states accepted, delivered,
 *	       refused; CODE "-" for none
 *	    E  once, last, empty: nothing is cut off
 *
 *	Pure; cargo_read() believes nothing.
 */
#ifndef TASUKI_CARGO_H
#define TASUKI_CARGO_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "leg.h"
#include "seal.h"

#define CARGO_KEY_BYTES     LEG_KEY_BYTES
#define CARGO_CODE_BYTES    32
#define CARGO_HAVE_MAX      512
#define CARGO_MANIFEST_MAX  65536u
#define CARGO_DOCUMENTS_MAX 64
#define CARGO_DOCUMENT_MAX  (64u << 20)
#define CARGO_RECORDS_MAX   1000000u

enum cargo_state { /* of a parcel on the other side */
	CARGO_ACCEPTED = 1,
	CARGO_DELIVERED,
	CARGO_REFUSED,
};

struct cargo_receipt {
	char key[CARGO_KEY_BYTES];
	enum cargo_state state;
	int64_t at_ms;
	char code[CARGO_CODE_BYTES]; /* "" = none */
};
struct cargo_head {
	uint64_t highest;
	size_t count;
	uint8_t have[CARGO_HAVE_MAX][SEAL_SERIAL_BYTES];
};

void cargo_head(struct buf *out, const struct cargo_head *head);
void cargo_parcel(
    struct buf *out, const char *key, const void *manifest, size_t n);
void cargo_document(struct buf *out, const char *name, const void *p, size_t n);
void cargo_receipt(struct buf *out, const struct cargo_receipt *receipt);
void cargo_end(struct buf *out);

/* Events of reading; what they point to lives in the bytes read.  A result
 * other than 0 ends it.  All may be NULL. */
struct cargo_events {
	int (*head)(void *arg, const struct cargo_head *head);
	int (*parcel)(
	    void *arg, const char *key, const void *manifest, size_t n);
	int (*document)(void *arg, const char *name, const void *p, size_t n);
	int (*receipt)(void *arg, const struct cargo_receipt *receipt);
};
/* cargo_read(p, n, events, arg): 0; TSK_INVALID: not the grammar above
 * (events before that have been called: read once without); or what an event
 * said. */
int cargo_read(const void *p, size_t n, const struct cargo_events *events,
    void *arg) TSK_MUST_USE;

/* cargo_key_ok(key): as leg_key() writes it. */
bool cargo_key_ok(const char *key);
/* a receipt as a line, without its end: files hold the same */
void cargo_receipt_print(const struct cargo_receipt *receipt, struct buf *out);
int cargo_receipt_parse(
    const char *line, size_t n, struct cargo_receipt *out) TSK_MUST_USE;

#endif

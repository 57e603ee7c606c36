/* NAME
 *	bundle - the records inside a courier's bundle
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
 *	Pure; bundle_read() believes nothing.
 */
#ifndef TASUKI_BUNDLE_H
#define TASUKI_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "id.h"
#include "seal.h"

#define BUNDLE_KEY_BYTES     (ID_TEXT_BYTES + 4) /* "<id>-<leg>" */
#define BUNDLE_CODE_BYTES    32
#define BUNDLE_HAVE_MAX      512
#define BUNDLE_MANIFEST_MAX  65536u
#define BUNDLE_DOCUMENTS_MAX 64
#define BUNDLE_DOCUMENT_MAX  (64u << 20)
#define BUNDLE_RECORDS_MAX   1000000u

enum bundle_state { /* of a parcel on the other side */
	BUNDLE_ACCEPTED = 1,
	BUNDLE_DELIVERED,
	BUNDLE_REFUSED,
};

struct bundle_receipt {
	char key[BUNDLE_KEY_BYTES];
	enum bundle_state state;
	int64_t at_ms;
	char code[BUNDLE_CODE_BYTES]; /* "" = none */
};
struct bundle_head {
	uint64_t highest;
	size_t count;
	uint8_t have[BUNDLE_HAVE_MAX][SEAL_SERIAL_BYTES];
};

void bundle_head(struct buf *out, const struct bundle_head *head);
void bundle_parcel(
    struct buf *out, const char *key, const void *manifest, size_t n);
void bundle_document(
    struct buf *out, const char *name, const void *p, size_t n);
void bundle_receipt(struct buf *out, const struct bundle_receipt *receipt);
void bundle_end(struct buf *out);

/* Events of reading; what they point to lives in the bytes read.  A result
 * other than 0 ends it.  All may be NULL. */
struct bundle_events {
	int (*head)(void *arg, const struct bundle_head *head);
	int (*parcel)(
	    void *arg, const char *key, const void *manifest, size_t n);
	int (*document)(void *arg, const char *name, const void *p, size_t n);
	int (*receipt)(void *arg, const struct bundle_receipt *receipt);
};
/* bundle_read(p, n, events, arg): 0; TSK_INVALID: not the grammar above
 * (events before that have been called: read once without); or what an event
 * said. */
int bundle_read(const void *p, size_t n, const struct bundle_events *events,
    void *arg) TSK_MUST_USE;

/* bundle_key_ok(key): "<id>-<leg>", as it is written. */
bool bundle_key_ok(const char *key);
/* a receipt as a line, without its end: files hold the same */
void bundle_receipt_print(
    const struct bundle_receipt *receipt, struct buf *out);
int bundle_receipt_parse(
    const char *line, size_t n, struct bundle_receipt *out) TSK_MUST_USE;

#endif

/* NAME
 *	store_record - kept records to bytes and back, private to the store
 * DESCRIPTION
 *	A value is payload and an 8-byte tag: XXH3 over table, payload length,
 *	key and payload, little-endian.  So a record that was cut, moved under
 *	another key, or came from another table does not match, and neither does
 *	an old page of the same file that carries another key.  (An old version
 *	of the same record under the same key does match: a back end must keep
 *	its own pages in order; only damage is looked for, not malice.)
 *
 *	Numbers are little-endian in values, big-endian in keys, where they
 *	must sort.
 * DIAGNOSTICS
 *	Reading never trusts a length: TSK_DAMAGED, or TSK_VERSION for a format
 *	number of a newer program.
 */
#ifndef TASUKI_STORE_RECORD_H
#define TASUKI_STORE_RECORD_H

#include "buf.h"
#include "store.h"
#include "store_key.h"
#include "store_map.h"

#define STORE_TAG_BYTES        8
#define STORE_SCHEMA           1u
#define STORE_HEADER_BYTES_MAX (1024u * 1024)

/* ---- tags ---- */

/* store_record_seal(table, key, value, bytes): write the tag behind the ${bytes}
 * of payload at ${value}. */
void store_record_seal(
    enum store_table table, struct slice key, void *value, size_t bytes);
/* store_record_check(table, key, value, payload): *payload = value without its
 * tag; 0 or TSK_DAMAGED. */
int store_record_check(enum store_table table, struct slice key,
    struct slice value, struct slice *payload) TSK_MUST_USE;

/* ---- records ---- */

/* The one record of schema: its form never changes. */
struct store_record_state {
	uint64_t leg_no;   /* last given */
	uint64_t audit_no; /* last written */
	uint8_t audit_hash[32];
};
#define STORE_SCHEMA_PAYLOAD 4
#define STORE_STATE_PAYLOAD  48
void store_record_schema_write(uint8_t out[STORE_SCHEMA_PAYLOAD], uint32_t v);
int store_record_schema_read(struct slice payload, uint32_t *v) TSK_MUST_USE;
void store_record_state_write(
    uint8_t out[STORE_STATE_PAYLOAD], const struct store_record_state *state);
int store_record_state_read(
    struct slice payload, struct store_record_state *out) TSK_MUST_USE;

/* A parcel's record, not yet unpacked: header and steps lie in the payload. */
struct store_record_parcel {
	struct store_parcel parcel; /* steps NULL; header borrowed */
	struct slice steps;         /* packed */
};
int store_record_parcel_read(const struct id *id, struct slice payload,
    struct store_record_parcel *out) TSK_MUST_USE;
/* store_record_parcel_write(record, room, out): append the payload to *out,
 * padded with zeros to at least ${room} bytes.  A later step then mostly fits
 * into the same room, and the tree need not split a page for it. */
void store_record_parcel_write(
    const struct store_record_parcel *record, size_t room, struct buf *out);
/* How much room a new parcel is given. */
size_t store_record_parcel_room(const struct store_record_parcel *record);

void store_record_step_write(const struct store_step *step, struct buf *out);
/* store_record_steps_read(steps, count, out): unpack ${count} steps. */
int store_record_steps_read(
    struct slice steps, size_t count, struct store_step *out) TSK_MUST_USE;
/* store_record_parcel_unpack(record, out): one malloced block, free(). */
int store_record_parcel_unpack(const struct store_record_parcel *record,
    struct store_parcel **out) TSK_MUST_USE;

void store_record_open_write(const struct store_parcel *parcel,
    const struct store_leg *leg, struct buf *out);
int store_record_open_read(
    struct slice payload, struct store_open_leg *out) TSK_MUST_USE;

struct store_record_staged {
	int64_t at_ms;
	uint32_t bytes;
};
#define STORE_STAGED_PAYLOAD 12
void store_record_staged_write(uint8_t out[STORE_STAGED_PAYLOAD],
    const struct store_record_staged *staged);
int store_record_staged_read(
    struct slice payload, struct store_record_staged *out) TSK_MUST_USE;

#endif

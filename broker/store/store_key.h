/* NAME
 *	store_key - the keys of kept records, private to the store
 * DESCRIPTION
 *	Numbers in keys are big-endian, so that bytes sort as numbers do.
 */
#ifndef TASUKI_STORE_KEY_H
#define TASUKI_STORE_KEY_H

#include "store.h"
#include "store_map.h"

#define STORE_KEY_NO_BYTES    8
#define STORE_KEY_PIECE_BYTES (ID_BYTES + 2 + 4)
#define STORE_KEY_ORDER_BYTES (8 + ID_BYTES)
#define STORE_KIND_BYTES_MAX  31
#define STORE_KEY_REGISTRY_BYTES_MAX \
	(STORE_KIND_BYTES_MAX + 1 + STORE_KEY_BYTES_MAX)

struct slice store_key_no(uint64_t no, uint8_t out[STORE_KEY_NO_BYTES]);
struct slice store_key_piece(const struct id *id, uint16_t document,
    uint32_t chunk, uint8_t out[STORE_KEY_PIECE_BYTES]);
struct slice store_key_order(int64_t accepted_ms, const struct id *id,
    uint8_t out[STORE_KEY_ORDER_BYTES]);
/* kind, a NUL, key; both were checked for their lengths. */
struct slice store_key_registry(const char *kind, const char *key,
    uint8_t out[STORE_KEY_REGISTRY_BYTES_MAX]);
/* The parts of a key of the right size. */
uint64_t store_key_no_of(struct slice key);
struct id store_key_id_of(struct slice key); /* of a parcel or piece key */
uint16_t store_key_document_of(struct slice key);
uint32_t store_key_chunk_of(struct slice key);
int64_t store_key_ms_of(struct slice key); /* of an order key */

#endif

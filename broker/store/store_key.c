/* NAME
 *	store_key - the keys of kept records
 */
#include <string.h>

#include "store_key.h"

static void
store_be(uint8_t *p, uint64_t v, size_t n)
{
	while (n-- > 0) {
		p[n] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t
load_be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

struct slice
store_key_no(uint64_t no, uint8_t out[STORE_KEY_NO_BYTES])
{
	store_be(out, no, 8);
	return (struct slice){out, STORE_KEY_NO_BYTES};
}

struct slice
store_key_piece(const struct id *id, uint16_t document, uint32_t chunk,
    uint8_t out[STORE_KEY_PIECE_BYTES])
{
	memcpy(out, id->bytes, ID_BYTES);
	store_be(out + ID_BYTES, document, 2);
	store_be(out + ID_BYTES + 2, chunk, 4);
	return (struct slice){out, STORE_KEY_PIECE_BYTES};
}

struct slice
store_key_order(int64_t accepted_ms, const struct id *id,
    uint8_t out[STORE_KEY_ORDER_BYTES])
{
	/* before 1970 there is nothing to tell apart */
	store_be(out, accepted_ms < 0 ? 0 : (uint64_t)accepted_ms, 8);
	memcpy(out + 8, id->bytes, ID_BYTES);
	return (struct slice){out, STORE_KEY_ORDER_BYTES};
}

struct slice
store_key_registry(const char *kind, const char *key,
    uint8_t out[STORE_KEY_REGISTRY_BYTES_MAX])
{
	size_t k = strlen(kind), n = strlen(key);

	memcpy(out, kind, k + 1);
	memcpy(out + k + 1, key, n);
	return (struct slice){out, k + 1 + n};
}

uint64_t
store_key_no_of(struct slice key)
{
	return load_be(key.p, 8);
}

struct id
store_key_id_of(struct slice key)
{
	struct id id;

	memcpy(id.bytes, key.p, ID_BYTES);
	return id;
}

uint16_t
store_key_document_of(struct slice key)
{
	return (uint16_t)load_be((const uint8_t *)key.p + ID_BYTES, 2);
}

uint32_t
store_key_chunk_of(struct slice key)
{
	return (uint32_t)load_be((const uint8_t *)key.p + ID_BYTES + 2, 4);
}

int64_t
store_key_ms_of(struct slice key)
{
	return (int64_t)load_be(key.p, 8);
}

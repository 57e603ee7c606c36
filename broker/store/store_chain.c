/* NAME
 *	store_chain - the audit chain
 * DESCRIPTION
 *	See store_chain.h.  The chain shows that nobody changed, removed or added
 *	an entry without recomputing all that follow; somebody who may write the
 *	file can do just that, which is why heads are to be signed and kept
 *	elsewhere (design, security).
 */
#include <string.h>

#include "buf.h"
#include "digest.h"
#include "err.h"

#include "store_chain.h"

#define BATCH_MAX   (256u * 1024 * 1024)
#define HEAD_BYTES  (4 + DIGEST_BYTES)
#define ENTRY_FIXED (8 + 8 + ID_BYTES + 1 + 1 + 2)

static void
store_le(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t
load_le(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

void
store_chain_init(struct store_chain *chain)
{
	memset(chain, 0, sizeof(*chain));
	buf_init(&chain->batch, BATCH_MAX);
}

void
store_chain_fini(struct store_chain *chain)
{
	buf_fini(&chain->batch);
}

void
store_chain_begin(
    struct store_chain *chain, const struct store_record_state *state)
{
	static const uint8_t none[4];

	buf_clear(&chain->batch);
	buf_add(&chain->batch, none, sizeof(none));
	buf_add(&chain->batch, state->audit_hash, DIGEST_BYTES);
	chain->first_no = state->audit_no + 1;
	chain->count = 0;
}

void
store_chain_add(struct store_chain *chain, struct store_record_state *state,
    int64_t at_ms, const char *subject, const char *actor, const struct id *id,
    const char *text)
{
	struct buf *b = &chain->batch;
	size_t start = b->len - DIGEST_BYTES; /* the hash before */
	size_t s =
	    strnlen(subject, sizeof(((struct store_audit *)0)->subject) - 1);
	size_t a = strnlen(actor, STORE_AGENT_BYTES - 1);
	size_t t = strnlen(text, sizeof(((struct store_audit *)0)->text) - 1);
	uint8_t fixed[ENTRY_FIXED] = {0};

	state->audit_no++;
	store_le(fixed, state->audit_no, 8);
	store_le(fixed + 8, (uint64_t)at_ms, 8);
	if (id != NULL)
		memcpy(fixed + 16, id->bytes, ID_BYTES);
	fixed[16 + ID_BYTES] = (uint8_t)s;
	fixed[17 + ID_BYTES] = (uint8_t)a;
	store_le(fixed + 18 + ID_BYTES, t, 2);
	buf_add(b, fixed, sizeof(fixed));
	buf_add(b, subject, s);
	buf_add(b, actor, a);
	buf_add(b, text, t);
	digest_sha256(b->data + start, b->len - start, state->audit_hash);
	buf_add(b, state->audit_hash, DIGEST_BYTES);
	chain->count++;
	store_le((uint8_t *)b->data, chain->count, 4);
}

int
store_chain_read_begin(
    struct store_chain_read *read, uint64_t first_no, struct slice payload)
{
	const uint8_t *p = payload.p;

	if (payload.n < HEAD_BYTES)
		return TSK_DAMAGED;
	read->left = (uint32_t)load_le(p, 4);
	read->next_no = first_no;
	memcpy(read->hash, p + 4, DIGEST_BYTES);
	/* the hash before the first entry stays in: it is hashed with it */
	read->rest = (struct slice){p + 4, payload.n - 4};
	return 0;
}

static void
entry_read(
    const uint8_t *p, size_t s, size_t a, size_t t, struct store_audit *out)
{
	memset(out, 0, sizeof(*out));
	out->no = load_le(p, 8);
	out->at_ms = (int64_t)load_le(p + 8, 8);
	memcpy(out->id.bytes, p + 16, ID_BYTES);
	p += ENTRY_FIXED;
	memcpy(out->subject, p, s);
	memcpy(out->actor, p + s, a);
	memcpy(out->text, p + s + a, t);
}

int
store_chain_read_next(struct store_chain_read *read, struct store_audit *out)
{
	const uint8_t *p = read->rest.p;
	size_t n = read->rest.n, s, a, t, entry;

	if (read->left == 0)
		return n == DIGEST_BYTES ? TSK_EMPTY : TSK_DAMAGED;
	if (n < DIGEST_BYTES + ENTRY_FIXED + DIGEST_BYTES)
		return TSK_DAMAGED;
	p += DIGEST_BYTES;
	s = p[16 + ID_BYTES];
	a = p[17 + ID_BYTES];
	t = (size_t)load_le(p + 18 + ID_BYTES, 2);
	entry = ENTRY_FIXED + s + a + t;
	if (s >= sizeof(out->subject) || a >= sizeof(out->actor) ||
	    t >= sizeof(out->text) || n < DIGEST_BYTES + entry + DIGEST_BYTES)
		return TSK_DAMAGED;
	entry_read(p, s, a, t, out);
	digest_sha256(read->rest.p, DIGEST_BYTES + entry, out->hash);
	if (memcmp(out->hash, p + entry, DIGEST_BYTES) != 0 ||
	    out->no != read->next_no)
		return TSK_DAMAGED;
	memcpy(read->hash, out->hash, DIGEST_BYTES);
	read->next_no++;
	read->left--;
	read->rest = (struct slice){p + entry, n - DIGEST_BYTES - entry};
	return 0;
}

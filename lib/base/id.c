/* NAME
 *	id - parcel ids
 * SUMMARY
 *	see id.h
 * DESCRIPTION
 *	The newest id of the process is remembered, because "never twice,
 *	ascending" is a promise across threads.  Within one millisecond, or when
 *	the wall clock was set back, the 74 random bits of the newest id are
 *	counted up by a random step: still unguessable, still ascending.
 * BUGS
 *	After the clock was set back, ids carry the later time until the clock
 *	has caught up or the process ends.
 */
#include <pthread.h>
#include <string.h>

#include "digest.h"
#include "err.h"

#include "id.h"

/* The 74 free bits as two halves, without version and variant. */
struct ticket {
	uint64_t ms;   /* 48 bits */
	uint64_t high; /* 12 bits */
	uint64_t low;  /* 62 bits */
};

#define HIGH_MAX 0xfffULL
#define LOW_MAX  0x3fffffffffffffffULL
#define MS_MAX   0xffffffffffffULL

static void
ticket_random(struct ticket *t, uint64_t ms)
{
	t->ms = ms;
	digest_random(&t->high, sizeof(t->high));
	digest_random(&t->low, sizeof(t->low));
	t->high &= HIGH_MAX;
	t->low &= LOW_MAX;
}

static void
ticket_step(struct ticket *t)
{
	uint32_t step;

	digest_random(&step, sizeof(step));
	t->low += (uint64_t)step + 1;
	if (t->low <= LOW_MAX)
		return;
	t->low &= LOW_MAX;
	if (++t->high > HIGH_MAX)
		ticket_random(t, t->ms + 1);
}

static void
put_be(uint8_t *out, uint64_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--, value >>= 8)
		out[i] = (uint8_t)value;
}

struct id
id_new(int64_t wall_ms)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct ticket newest;
	uint64_t ms = wall_ms < 0 ? 0 : (uint64_t)wall_ms & MS_MAX;
	struct id id;

	(void)pthread_mutex_lock(&lock);
	if (ms > newest.ms)
		ticket_random(&newest, ms);
	else
		ticket_step(&newest);
	struct ticket t = newest;
	(void)pthread_mutex_unlock(&lock);
	put_be(id.bytes, t.ms, 6);
	put_be(id.bytes + 6, 0x7000 | t.high, 2);
	put_be(id.bytes + 8, 0x8000000000000000ULL | t.low, 8);
	return id;
}

const char *
id_text(const struct id *id, char out[ID_TEXT_BYTES])
{
	return digest_hex(id->bytes, ID_BYTES, out);
}

int
id_parse(const char *text, struct id *out)
{
	/* one spelling only: an id names a folder */
	for (const char *p = text; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'F')
			return TSK_INVALID;
	}
	return digest_unhex(text, out->bytes, ID_BYTES);
}

int64_t
id_wall_ms(const struct id *id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id->bytes[i];
	return ms;
}

int
id_compare(const struct id *a, const struct id *b)
{
	return memcmp(a->bytes, b->bytes, ID_BYTES);
}

bool
id_is_zero(const struct id *id)
{
	static const struct id zero;

	return id_compare(id, &zero) == 0;
}

/* NAME
 *	fuzz_record - any bytes as a kept record: refused, or the same again
 * DESCRIPTION
 *	The first byte chooses the kind of record.  Tags are left out: damage
 *	that happens to carry a right tag must still not run over anything.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store_chain.h"
#include "store_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct id id = {{1, 2, 3}};

/* read, write, read, write: both writings are the same bytes */
static void
parcel(struct slice payload)
{
	struct store_record_parcel r, back;
	struct store_parcel *unpacked;
	struct buf first, second;

	if (store_record_parcel_read(&id, payload, &r) != 0)
		return;
	if (store_record_parcel_unpack(&r, &unpacked) == 0)
		store_parcel_free(&unpacked);
	buf_init(&first, SIZE_MAX / 2);
	buf_init(&second, SIZE_MAX / 2);
	store_record_parcel_write(&r, 0, &first);
	if (store_record_parcel_read(
		&id, (struct slice){first.data, first.len}, &back) != 0)
		panic("our own record is refused");
	store_record_parcel_write(&back, 0, &second);
	if (first.len != second.len ||
	    memcmp(first.data, second.data, first.len) != 0)
		panic("the record changed");
	buf_fini(&first);
	buf_fini(&second);
}

static void
open_leg(struct slice payload)
{
	struct store_open_leg leg;

	if (store_record_open_read(payload, &leg) == 0 &&
	    strnlen(leg.leg.queue, STORE_QUEUE_BYTES) == STORE_QUEUE_BYTES)
		panic("a text without its end");
}

static void
small(struct slice payload)
{
	struct store_record_staged staged;
	struct store_record_state state;
	uint32_t schema;

	(void)!store_record_staged_read(payload, &staged);
	(void)!store_record_state_read(payload, &state);
	(void)!store_record_schema_read(payload, &schema);
}

static void
chain(struct slice payload)
{
	struct store_chain_read read;
	struct store_audit entry;

	if (store_chain_read_begin(&read, 1, payload) != 0)
		return;
	while (store_chain_read_next(&read, &entry) == 0)
		if (strnlen(entry.text, sizeof(entry.text)) ==
		    sizeof(entry.text))
			panic("a text without its end");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(struct slice) = {
	    parcel, open_leg, small, chain};

	if (size > 0)
		kinds[data[0] % 4]((struct slice){data + 1, size - 1});
	return 0;
}

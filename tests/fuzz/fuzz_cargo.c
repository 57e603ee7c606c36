/* NAME
 *	fuzz_cargo - any bytes as what is inside a courier's bundle, and as a
 *	bundle
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cargo.h"
#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct counts {
	const uint8_t *data;
	size_t size, parcels;
};

static void
inside(const struct counts *c, const void *p, size_t n)
{
	const uint8_t *at = p;

	if (at < c->data || n > c->size || (size_t)(at - c->data) > c->size - n)
		abort();
}

static int
on_parcel(void *arg, const char *key, const void *manifest, size_t n)
{
	struct counts *c = arg;

	inside(c, manifest, n);
	if (!cargo_key_ok(key))
		abort();
	c->parcels++;
	return 0;
}

static int
on_document(void *arg, const char *name, const void *p, size_t n)
{
	struct counts *c = arg;

	inside(c, p, n);
	if (!file_name_safe(name) || c->parcels == 0)
		abort();
	return 0;
}

static int
on_receipt(void *arg, const struct cargo_receipt *receipt)
{
	struct cargo_receipt again;
	struct buf line;

	(void)arg;
	buf_init(&line, 256);
	cargo_receipt_print(receipt, &line);
	if (cargo_receipt_parse(line.data, line.len, &again) != 0 ||
	    again.state != receipt->state)
		abort();
	buf_fini(&line);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cargo_events events = {
	    .parcel = on_parcel,
	    .document = on_document,
	    .receipt = on_receipt,
	};
	struct counts counts = {.data = data, .size = size};
	struct seal_head head;

	(void)!cargo_read(data, size, &events, &counts);
	(void)!seal_peek(data, size, &head);
	return 0;
}

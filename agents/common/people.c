/* NAME
 *	people - which people a file is about, without saying who
 * SUMMARY
 *	see people.h
 */
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "reader.h"

#include "people.h"

#define KEY_BYTES 16 /* of a digest: enough to tell people apart */

struct keys {
	uint8_t (*keys)[KEY_BYTES];
	size_t count, room;
};

static unsigned
field_of(const struct layout *layout, enum layout_format format)
{
	unsigned i;

	for (i = 0; i < layout->count; i++) {
		if (layout->fields[i].format == format)
			return layout->fields[i].no;
	}
	return 0;
}

static void
add_key(struct keys *k, const struct reader_field *insurer,
    const struct reader_field *insured)
{
	struct digest *d = digest_new();
	uint8_t all[DIGEST_BYTES];

	digest_add(d, insurer->p, insurer->n);
	digest_add(d, "/", 1);
	digest_add(d, insured->p, insured->n);
	digest_end(&d, all);
	/* rows of one person mostly follow each other */
	if (k->count > 0 && memcmp(k->keys[k->count - 1], all, KEY_BYTES) == 0)
		return;
	if (k->count == k->room) {
		k->room = k->room * 2 + 64;
		k->keys = mem_resize(k->keys, k->room * sizeof(*k->keys));
	}
	memcpy(k->keys[k->count++], all, KEY_BYTES);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, KEY_BYTES);
}

/* How many different ones. */
static size_t
digest_keys(struct keys *k, uint8_t out[DIGEST_BYTES])
{
	struct digest *d = digest_new();
	size_t i, n = 0;

	qsort(k->keys, k->count, KEY_BYTES, compare);
	for (i = 0; i < k->count; i++) {
		if (i > 0 && memcmp(k->keys[i], k->keys[i - 1], KEY_BYTES) == 0)
			continue;
		digest_add(d, k->keys[i], KEY_BYTES);
		n++;
	}
	digest_end(&d, out);
	return n;
}

/* One record's person; false if the record is not of the layout. */
static bool
take(struct keys *k, const struct layout *layout, const struct reader_record *r,
    unsigned insurer, unsigned insured)
{
	enum layout_shape shape;
	unsigned a, b;

	if (r->blank)
		return true;
	if (!layout_by_columns(layout, r->count, &shape))
		return false;
	a = layout_position(layout, shape, insurer);
	b = layout_position(layout, shape, insured);
	if (a == 0 || b == 0 || a > r->kept || b > r->kept)
		return false;
	add_key(k, &r->fields[a - 1], &r->fields[b - 1]);
	return true;
}

size_t
people_digest(const struct standard *standard, const char *kind, const void *p,
    size_t n, uint8_t out[DIGEST_BYTES])
{
	const struct layout *layout = layout_find(standard, kind);
	unsigned insurer, insured;
	struct reader *reader;
	struct reader_record record;
	struct keys keys = {0};
	size_t people = 0;
	bool good = true;
	int rc;

	memset(out, 0, DIGEST_BYTES);
	if (layout == NULL)
		return 0;
	insurer = field_of(layout, FORMAT_INSURER);
	insured = field_of(layout, FORMAT_INSURED);
	if (insurer == 0 || insured == 0)
		return 0;
	reader = reader_bytes(p, n);
	while (good && (rc = reader_next(reader, &record)) == 0)
		good = take(&keys, layout, &record, insurer, insured);
	reader_close(&reader);
	if (good && rc == TSK_EMPTY && keys.count > 0)
		people = digest_keys(&keys, out);
	free(keys.keys);
	return people;
}

static bool
is_image(const char *kind)
{
	const char *end = strrchr(kind, '_');

	return end != NULL && strcmp(end, "_IMAGE") == 0;
}

struct part {
	const char *kind;
	const uint8_t *digest;
};

static int
compare_parts(const void *a, const void *b)
{
	return strcmp(
	    ((const struct part *)a)->kind, ((const struct part *)b)->kind);
}

void
people_mark(const char *secret, struct wire_parcel *p,
    const uint8_t (*digests)[DIGEST_BYTES])
{
	static const uint8_t nobody[DIGEST_BYTES];
	struct part parts[WIRE_DOCUMENTS_MAX];
	struct digest *d;
	uint8_t all[DIGEST_BYTES];
	size_t i, n = 0;

	memset(p->clients_mark, 0, sizeof(p->clients_mark));
	for (i = 0; i < p->document_count; i++) {
		const char *kind = p->documents[i].kind;

		if (is_image(kind))
			continue;
		if (kind[0] == '\0' ||
		    memcmp(digests[i], nobody, DIGEST_BYTES) == 0)
			return;
		parts[n++] = (struct part){kind, digests[i]};
	}
	if (n == 0 || secret == NULL)
		return;
	qsort(parts, n, sizeof(parts[0]), compare_parts);
	d = digest_new();
	digest_add(d, "tasuki clients 1", 16);
	digest_add(d, secret, strlen(secret));
	digest_add(d, p->from, strlen(p->from) + 1);
	digest_add(d, p->to, strlen(p->to) + 1);
	for (i = 0; i < n; i++) {
		digest_add(d, parts[i].kind, strlen(parts[i].kind) + 1);
		digest_add(d, parts[i].digest, DIGEST_BYTES);
	}
	digest_end(&d, all);
	memcpy(p->clients_mark, all, sizeof(p->clients_mark));
}

void
people_of(const struct standard *standard, const char *secret,
    struct wire_parcel *p, const struct link_body *bodies)
{
	uint8_t digests[WIRE_DOCUMENTS_MAX][DIGEST_BYTES];

	if (p->document_count > WIRE_DOCUMENTS_MAX)
		return; /* it will be refused */
	for (size_t i = 0; i < p->document_count; i++) {
		size_t n = people_digest(standard, p->documents[i].kind,
		    bodies[i].data, bodies[i].bytes, digests[i]);

		if (n > p->clients)
			p->clients = (uint32_t)n;
	}
	people_mark(secret, p, (const uint8_t(*)[DIGEST_BYTES])digests);
}

/* NAME
 *	parts - documents packed into the parts of a data sheet, and back
 * SUMMARY
 *	see parts.h
 * DESCRIPTION
 *	Before compression:
 *
 *	    "TSK1" count 2 | for each document: name length 2, bytes 4,
 *	    SHA-256 32, name, data
 *
 *	The id of the set is the beginning of the SHA-256 of the compressed
 *	bytes, so that the same documents make the same sheet.
 * BUGS
 *	No part can be rebuilt from the others: a missing one must be scanned
 *	again.  What is missing is named.
 */
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "buf.h"
#include "digest.h"
#include "file.h"

#include "parts.h"

#define MAGIC       "TSK1"
#define MAGIC_BYTES 4u
#define LEVEL       19 /* a sheet is small and paper is dear */
#define PACKED_MAX  (FRAME_PARTS_MAX * FRAME_PAYLOAD_MAX)
#define NAME_MAX_   255u
#define HEAD_BYTES  (2u + 4u + DIGEST_BYTES)

/* ---- out ---- */

static void
add_number(struct buf *out, uint32_t value, unsigned bytes)
{
	while (bytes-- > 0)
		buf_char(out, (char)(value >> 8 * bytes & 0xff));
}

static int
archive(const struct parts_document *documents, size_t count, struct buf *out)
{
	uint8_t digest[DIGEST_BYTES];

	buf_init(out, PARTS_BYTES_MAX + PARTS_DOCUMENTS_MAX * 512u);
	if (count > PARTS_DOCUMENTS_MAX)
		return TSK_TOOBIG;
	buf_text(out, MAGIC);
	add_number(out, (uint32_t)count, 2);
	for (size_t i = 0; i < count; i++) {
		const struct parts_document *d = &documents[i];
		size_t name_bytes = strlen(d->name);

		if (name_bytes > NAME_MAX_ || d->bytes > PARTS_BYTES_MAX)
			return TSK_TOOBIG;
		digest_sha256(d->data, d->bytes, digest);
		add_number(out, (uint32_t)name_bytes, 2);
		add_number(out, (uint32_t)d->bytes, 4);
		buf_add(out, digest, sizeof(digest));
		buf_add(out, d->name, name_bytes);
		buf_add(out, d->data, d->bytes);
	}
	return buf_ok(out) ? 0 : TSK_TOOBIG;
}

static void
cut(const uint8_t *packed, size_t n, struct parts_made *out)
{
	uint8_t digest[DIGEST_BYTES];
	unsigned count =
	    (unsigned)((n + FRAME_PAYLOAD_MAX - 1) / FRAME_PAYLOAD_MAX);
	size_t each = (n + count - 1) / count;

	digest_sha256(packed, n, digest);
	out->set = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
		   (uint32_t)digest[2] << 8 | digest[3];
	for (unsigned i = 0; i < count; i++) {
		size_t from = i * each;
		struct frame frame = {
		    .set = out->set,
		    .part = i + 1,
		    .of = count,
		    .payload = packed + from,
		    .bytes = n - from < each ? n - from : each,
		};
		struct buf text;

		buf_init(&text, FRAME_TEXT_MAX);
		frame_write(&frame, &text);
		out->texts[out->count++] = mem_text(text.data);
		buf_fini(&text);
	}
}

int
parts_make(const struct parts_document *documents, size_t count,
    struct parts_made *out, struct why *why)
{
	struct buf plain;
	int rc = archive(documents, count, &plain);
	uint8_t *packed = mem_new(PACKED_MAX);

	memset(out, 0, sizeof(*out));
	if (rc == 0) {
		/* no room is the answer "too big", whatever it would take */
		size_t n = ZSTD_compress(
		    packed, PACKED_MAX, plain.data, plain.len, LEVEL);
		if (ZSTD_isError(n))
			rc = TSK_TOOBIG;
		else
			cut(packed, n, out);
	}
	if (rc < 0)
		why_set(why, WHY_NEVER, "sheet-too-big",
		    "The documents do not fit on a data sheet of %u codes.",
		    FRAME_PARTS_MAX);
	free(packed);
	buf_fini(&plain);
	return rc;
}

void
parts_made_fini(struct parts_made *made)
{
	for (unsigned i = 0; i < made->count; i++)
		free(made->texts[i]);
	memset(made, 0, sizeof(*made));
}

/* ---- back ---- */

struct set {
	uint32_t id;
	unsigned of, have;
	struct part {
		uint8_t *bytes;
		size_t count;
	} parts[FRAME_PARTS_MAX];
	char *plain; /* decompressed, when asked for */
	struct parts_document *documents;
	char **names;
	size_t document_count;
};

struct parts {
	struct set *sets[PARTS_SETS_MAX];
	size_t count;
};

struct parts *
parts_new(void)
{
	return mem_new(sizeof(struct parts));
}

static void
set_free(struct set *set)
{
	for (unsigned i = 0; i < FRAME_PARTS_MAX; i++)
		free(set->parts[i].bytes);
	for (size_t i = 0; i < set->document_count; i++)
		free(set->names[i]);
	free(set->names);
	free(set->documents);
	free(set->plain);
	free(set);
}

void
parts_free(struct parts **parts_p)
{
	struct parts *parts = *parts_p;

	if (parts == NULL)
		return;
	for (size_t i = 0; i < parts->count; i++)
		set_free(parts->sets[i]);
	free(parts);
	*parts_p = NULL;
}

/* A set is its id and its number of parts: two that only share the id stay
 * apart. */
static struct set *
set_of(struct parts *parts, const struct frame *frame)
{
	for (size_t i = 0; i < parts->count; i++) {
		if (parts->sets[i]->id == frame->set &&
		    parts->sets[i]->of == frame->of)
			return parts->sets[i];
	}
	if (parts->count == PARTS_SETS_MAX)
		return NULL;
	struct set *set = mem_new(sizeof(*set));
	set->id = frame->set;
	set->of = frame->of;
	parts->sets[parts->count++] = set;
	return set;
}

int
parts_add(struct parts *parts, const char *text, size_t n)
{
	uint8_t room[FRAME_BYTES_MAX];
	struct frame frame;
	int rc = frame_read(text, n, room, &frame);

	if (rc < 0)
		return rc;
	struct set *set = set_of(parts, &frame);
	if (set == NULL)
		return TSK_TOOBIG;
	struct part *part = &set->parts[frame.part - 1];
	if (part->bytes != NULL)
		return 0;
	part->bytes = mem_new(frame.bytes + 1);
	memcpy(part->bytes, frame.payload, frame.bytes);
	part->count = frame.bytes;
	set->have++;
	return 1;
}

size_t
parts_sets(const struct parts *parts)
{
	return parts->count;
}

uint32_t
parts_set_id(const struct parts *parts, size_t set)
{
	return parts->sets[set]->id;
}

unsigned
parts_of(const struct parts *parts, size_t set)
{
	return parts->sets[set]->of;
}

bool
parts_have(const struct parts *parts, size_t set, unsigned part)
{
	return part >= 1 && part <= parts->sets[set]->of &&
	       parts->sets[set]->parts[part - 1].bytes != NULL;
}

bool
parts_complete(const struct parts *parts, size_t set)
{
	return parts->sets[set]->have == parts->sets[set]->of;
}

static int
unpack(struct set *set, size_t *bytes)
{
	uint8_t *packed = mem_new(PACKED_MAX);
	size_t n = 0;

	for (unsigned i = 0; i < set->of; i++) {
		memcpy(packed + n, set->parts[i].bytes, set->parts[i].count);
		n += set->parts[i].count;
	}
	unsigned long long size = ZSTD_getFrameContentSize(packed, n);
	if (size == ZSTD_CONTENTSIZE_ERROR ||
	    size == ZSTD_CONTENTSIZE_UNKNOWN || size == 0 ||
	    size > PARTS_BYTES_MAX + PARTS_DOCUMENTS_MAX * 512u) {
		free(packed);
		return TSK_DAMAGED;
	}
	set->plain = mem_new((size_t)size);
	*bytes = ZSTD_decompress(set->plain, (size_t)size, packed, n);
	free(packed);
	return ZSTD_isError(*bytes) ? TSK_DAMAGED : 0;
}

static uint32_t
take_number(const char **at, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | (uint8_t) * (*at)++;
	return value;
}

static int
take_document(struct set *set, size_t i, const char **at, const char *end)
{
	uint8_t wanted[DIGEST_BYTES], found[DIGEST_BYTES];

	if ((size_t)(end - *at) < HEAD_BYTES)
		return TSK_DAMAGED;
	size_t name_bytes = take_number(at, 2);
	size_t bytes = take_number(at, 4);
	memcpy(wanted, *at, DIGEST_BYTES);
	*at += DIGEST_BYTES;
	if (name_bytes > NAME_MAX_ || (size_t)(end - *at) < name_bytes ||
	    (size_t)(end - *at) - name_bytes < bytes)
		return TSK_DAMAGED;
	char *name = mem_new(name_bytes + 1);
	memcpy(name, *at, name_bytes);
	set->names[set->document_count++] = name;
	*at += name_bytes;
	set->documents[i] =
	    (struct parts_document){.name = name, .data = *at, .bytes = bytes};
	digest_sha256(*at, bytes, found);
	*at += bytes;
	return file_name_safe(name) && memcmp(wanted, found, DIGEST_BYTES) == 0
		   ? 0
		   : TSK_DAMAGED;
}

static int
take_documents(struct set *set, size_t bytes)
{
	const char *at = set->plain, *end = at + bytes;

	if (bytes < MAGIC_BYTES + 2 || memcmp(at, MAGIC, MAGIC_BYTES) != 0)
		return TSK_DAMAGED;
	at += MAGIC_BYTES;
	size_t count = take_number(&at, 2);
	if (count > PARTS_DOCUMENTS_MAX)
		return TSK_DAMAGED;
	set->documents = mem_new((count + 1) * sizeof(*set->documents));
	set->names = mem_new((count + 1) * sizeof(*set->names));
	int rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = take_document(set, i, &at, end);
	return rc == 0 && at != end ? TSK_DAMAGED : rc;
}

int
parts_documents(struct parts *parts, size_t set_no,
    const struct parts_document **out, size_t *count, struct why *why)
{
	struct set *set = parts->sets[set_no];
	size_t bytes = 0;

	if (!parts_complete(parts, set_no))
		return TSK_EMPTY;
	if (set->documents == NULL) {
		int rc = unpack(set, &bytes);
		if (rc == 0)
			rc = take_documents(set, bytes);
		if (rc < 0) {
			why_set(why, WHY_NEVER, "sheet-damaged",
			    "Data sheet %08x cannot be unpacked although all "
			    "its parts are there.",
			    set->id);
			return rc;
		}
	}
	*out = set->documents;
	*count = set->document_count;
	return 0;
}

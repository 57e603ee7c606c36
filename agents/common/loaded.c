/* NAME
 *	loaded - a parcel's folder in memory, ready for the wire
 * SUMMARY
 *	see loaded.h
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "file.h"

#include "loaded.h"
#include "manifest.h"

void
loaded_fini(struct loaded *l)
{
	if (l->parcel == NULL)
		return;
	for (size_t i = 0; i < l->parcel->document_count; i++) {
		if (l->parcel->documents[i].encoding == WIRE_ENCODING_ZSTD)
			free((void *)(uintptr_t)l->bodies[i].data);
		buf_fini(&l->raw[i]);
	}
	free(l->raw);
	free(l->bodies);
	l->raw = NULL;
	l->bodies = NULL;
	manifest_free(&l->parcel);
}

/* Read, prove and encode one document. */
static int
body_load(struct loaded *l, int dir, size_t i)
{
	struct wire_document *d = &l->parcel->documents[i];
	uint8_t digest[DIGEST_BYTES];
	int rc;

	buf_init(&l->raw[i], WIRE_PARCEL_BYTES_MAX + 1u);
	rc = file_read(dir, d->name, WIRE_PARCEL_BYTES_MAX, &l->raw[i]);
	if (rc != 0)
		return rc == TSK_SYSTEM && errno == EIO ? rc : TSK_DAMAGED;
	digest_sha256(l->raw[i].data, l->raw[i].len, digest);
	if (l->raw[i].len != d->bytes ||
	    memcmp(digest, d->sha256, sizeof(digest)) != 0)
		return TSK_DAMAGED;
	encode_body(l->raw[i].data, l->raw[i].len, &l->bodies[i], &d->encoding);
	d->encoded_bytes = l->bodies[i].bytes;
	if (d->encoding == WIRE_ENCODING_ZSTD)
		buf_fini(&l->raw[i]);
	return 0;
}

int
loaded_init(struct loaded *l, const struct id *id, int dir)
{
	int rc = manifest_read(dir, &l->parcel);
	size_t count;

	if (rc != 0)
		return TSK_DAMAGED;
	count = l->parcel->document_count;
	l->raw = mem_new(count * sizeof(*l->raw));
	l->bodies = mem_new(count * sizeof(*l->bodies));
	if (id_compare(&l->parcel->id, id) != 0)
		rc = TSK_DAMAGED;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = body_load(l, dir, i);
	if (rc != 0)
		loaded_fini(l);
	return rc;
}

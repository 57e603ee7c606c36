/* NAME
 *	encode - zstd for bodies on their way out
 * SUMMARY
 *	encode_body(p, n, &body, &encoding)
 * DESCRIPTION
 *	CSV of the standard shrinks to a tenth; PDF, JPEG and PNG are compressed
 *	already.  The first KiB tells the two apart for less than a microsecond,
 *	the first 4 KiB of a long document for a few: what saves less than a
 *	twelfth there goes as it is.
 *	The compressor is kept per thread (making one costs more than a small
 *	document) and freed with the thread.
 * BUGS
 *	A document with a poorly compressible first page is sent uncompressed.
 */
#include <pthread.h>
#include <stdlib.h>

#include <zstd.h>

#include "link.h"

#define LOOK_BYTES   4096
#define SAMPLE_BYTES 1024
#define WHOLE_BYTES  (64u * 1024)
#define LEVEL        1

/* One compressor a thread: the key is the only state of this file. */
static pthread_key_t compressor_key;
static pthread_once_t compressor_once = PTHREAD_ONCE_INIT;

static void
compressor_free(void *p)
{
	ZSTD_freeCCtx(p);
}

static void
compressor_key_make(void)
{
	if (pthread_key_create(&compressor_key, compressor_free) != 0)
		panic("no key for the compressor");
}

static ZSTD_CCtx *
compressor(void)
{
	ZSTD_CCtx *c;

	pthread_once(&compressor_once, compressor_key_make);
	c = pthread_getspecific(compressor_key);
	if (c == NULL) {
		c = ZSTD_createCCtx();
		if (c == NULL || pthread_setspecific(compressor_key, c) != 0)
			panic("no memory for a compressor");
	}
	return c;
}

static size_t
worth(size_t n)
{
	return n - n / 12;
}

/* Does every byte value come about as often as every other?  That is how random
 * bytes and compressed files look, and nothing zstd could shrink by a twelfth
 * from single bytes; telling it is some times cheaper than trying. */
static bool
looks_random(const unsigned char *p, size_t n)
{
	size_t count[256] = {0}, squares = 0;

	if (n < SAMPLE_BYTES)
		return false;
	for (size_t i = 0; i < SAMPLE_BYTES; i++)
		count[p[i]]++;
	for (size_t i = 0; i < 256; i++)
		squares += count[i] * count[i];
	/* n + n*n/256 is what chance gives; text gives ten times that */
	return squares <
	       (SAMPLE_BYTES + SAMPLE_BYTES * SAMPLE_BYTES / 256) * 5 / 4;
}

/* Does the beginning shrink enough? */
static bool
promising(const void *p, size_t n)
{
	char probe[LOOK_BYTES];
	size_t look = n < LOOK_BYTES ? n : LOOK_BYTES;

	if (n <= 64 || looks_random(p, n))
		return false;
	if (n <= WHOLE_BYTES) /* trying costs no more than looking */
		return true;
	return !ZSTD_isError(ZSTD_compressCCtx(
	    compressor(), probe, worth(look), p, look, LEVEL));
}

void
encode_body(const void *p, size_t n, struct link_body *out,
    enum wire_encoding *encoding)
{
	void *packed;
	size_t got;

	out->data = p;
	out->bytes = n;
	*encoding = WIRE_ENCODING_NONE;
	if (!promising(p, n))
		return;
	packed = malloc(worth(n));
	if (packed == NULL)
		panic("no memory to encode %zu bytes", n);
	got = ZSTD_compressCCtx(compressor(), packed, worth(n), p, n, LEVEL);
	if (ZSTD_isError(got)) {
		free(packed);
		return;
	}
	out->data = mem_resize(packed, got);
	out->bytes = got;
	*encoding = WIRE_ENCODING_ZSTD;
}

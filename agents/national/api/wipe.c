/* NAME
 *	wipe - every byte that is given back is zero first
 * SUMMARY
 *	see wipe.h
 * BUGS
 *	Growing a struct buf leaves its old bytes to the heap; what holds
 *	secrets is given its room at once (buf_reserve in shape.c).
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>
#include <openssl/crypto.h>

#include "wipe.h"

static void
wipe_free(void *p)
{
	if (p == NULL)
		return;
	OPENSSL_cleanse(p, malloc_usable_size(p));
	free(p);
}

static void *
wipe_realloc(void *p, size_t bytes)
{
	if (p == NULL)
		return malloc(bytes);
	size_t had = malloc_usable_size(p);
	void *q = malloc(bytes);
	if (q != NULL) {
		memcpy(q, p, had < bytes ? had : bytes);
		wipe_free(p);
	}
	return q;
}

static void *
ssl_malloc(size_t bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	return bytes == 0 ? NULL : malloc(bytes);
}

static void *
ssl_realloc(void *p, size_t bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	if (bytes == 0) {
		wipe_free(p);
		return NULL;
	}
	return wipe_realloc(p, bytes);
}

static void
ssl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	wipe_free(p);
}

bool
wipe_everywhere(void)
{
	json_set_alloc_funcs(malloc, wipe_free);
	return CRYPTO_set_mem_functions(ssl_malloc, ssl_realloc, ssl_free) ==
		   1 &&
	       curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_free,
		   wipe_realloc, strdup, calloc) == CURLE_OK;
}

void
wipe_buf(struct buf *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->cap);
	buf_fini(b);
}

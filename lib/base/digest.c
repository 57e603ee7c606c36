/* NAME
 *	digest - SHA-256, record tags, random bytes
 * SUMMARY
 *	see digest.h
 * DIAGNOSTICS
 *	OpenSSL fails here only without memory or entropy: both end the process.
 */
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <xxhash.h>

#include "err.h"

#include "digest.h"

struct digest {
	EVP_MD_CTX *context;
};

void
digest_sha256(const void *p, size_t n, uint8_t out[DIGEST_BYTES])
{
	static const unsigned char none[1] = {0};

	if (SHA256(n == 0 ? none : p, n, out) == NULL)
		panic("SHA-256 failed");
}

struct digest *
digest_new(void)
{
	struct digest *d = mem_new(sizeof(*d));

	d->context = EVP_MD_CTX_new();
	if (d->context == NULL ||
	    EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1)
		panic("SHA-256 is not available");
	return d;
}

void
digest_add(struct digest *d, const void *p, size_t n)
{
	if (n > 0 && EVP_DigestUpdate(d->context, p, n) != 1)
		panic("SHA-256 failed");
}

void
digest_end(struct digest **d, uint8_t out[DIGEST_BYTES])
{
	if (EVP_DigestFinal_ex((*d)->context, out, NULL) != 1)
		panic("SHA-256 failed");
	digest_free(d);
}

void
digest_free(struct digest **d)
{
	if (*d == NULL)
		return;
	EVP_MD_CTX_free((*d)->context);
	free(*d);
	*d = NULL;
}

uint64_t
digest_tag(const void *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, n, seed);
}

char *
digest_hex(const void *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
digest_unhex(const char *hex, void *out, size_t n)
{
	uint8_t *bytes = out;

	for (size_t i = 0; i < n; i++) {
		int high = nibble(hex[2 * i]);
		int low = high < 0 ? -1 : nibble(hex[2 * i + 1]);
		if (low < 0)
			return TSK_INVALID;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return hex[2 * n] == '\0' ? 0 : TSK_INVALID;
}

void
digest_random(void *out, size_t n)
{
	if (n > 0x7fffffff || RAND_bytes(out, (int)n) != 1)
		panic("no random bytes from the system");
}

/* NAME
 *	digest - SHA-256, record tags, random bytes
 * DESCRIPTION
 *	The one door to OpenSSL's hashes and to xxHash.
 */
#ifndef TASUKI_DIGEST_H
#define TASUKI_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES     32
#define DIGEST_HEX_BYTES 65

void digest_sha256(const void *p, size_t n, uint8_t out[DIGEST_BYTES]);

/* Incremental: new, add..., end (frees).  digest_end(NULL) is not allowed. */
struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *d, const void *p, size_t n);
void digest_end(struct digest **d, uint8_t out[DIGEST_BYTES]);
void digest_free(struct digest **d); /* drop without a result; NULL is fine */

/* digest_tag(p, n, seed): a 64-bit checksum (XXH3) against damage, not against
 * malice.  Chain calls by handing the result on as the seed. */
uint64_t digest_tag(const void *p, size_t n, uint64_t seed);

/* lower-case hex with NUL; out holds 2 * n + 1 bytes; returns out. */
char *digest_hex(const void *p, size_t n, char *out);
/* parse exactly 2 * n hex digits (then NUL); 0 or TSK_INVALID. */
int digest_unhex(const char *hex, void *out, size_t n);

/* cryptographically strong; ends the process if the system has none. */
void digest_random(void *out, size_t n);

#endif

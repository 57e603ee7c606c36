/* NAME
 *	seal - keys of a courier, and what closes a bundle
 * DESCRIPTION
 *	Each side has a key pair to sign (Ed25519) and one to receive (X25519).
 *	A bundle on a medium is
 *
 *	      0   8  "TSKCOUR1"
 *	      8   8  number, big-endian: 1, 2, 3 ... of this sender to this
 *		     receiver
 *	     16  16  serial, random: which bundle it is, whatever its number
 *	     32  16  sender:   first bytes of SHA-256(sign public | box public)
 *	     48  16  receiver: the same
 *	     64  32  X25519 public key made for this bundle alone
 *	     96   8  when, milliseconds, big-endian
 *	    104   8  bytes of what follows, big-endian
 *	    112  16  zero
 *	    128  ..  AES-256-GCM of the records (cargo.h) and its tag, 16
 *	     ..  64  Ed25519 signature over all before it
 *
 *	Key and nonce: HKDF-SHA-256 of the X25519 secret, salt = the first 128
 *	bytes, info = "tasuki courier 1" | sender's sign public | receiver's box
 *	public; 32 bytes key, 12 bytes nonce (the secret is never used twice).
 *	The first 128 bytes are the additional data.  The signature is looked at
 *	before anything else; OpenSSL does all of it.
 */
#ifndef TASUKI_SEAL_H
#define TASUKI_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

#define SEAL_KEY_BYTES    32
#define SEAL_ID_BYTES     16
#define SEAL_SERIAL_BYTES 16
#define SEAL_HEAD_BYTES   128u
#define SEAL_TAG_BYTES    16u
#define SEAL_SIGN_BYTES   64u
#define SEAL_FILE_MAX     (192u << 20)
#define SEAL_PRINT_BYTES  40 /* "1a2b 3c4d ..." 8 groups */

struct seal_public {
	uint8_t sign[SEAL_KEY_BYTES], box[SEAL_KEY_BYTES];
};
struct seal_secret {
	uint8_t sign[SEAL_KEY_BYTES], box[SEAL_KEY_BYTES];
	struct seal_public public;
};
struct seal_head {
	uint64_t number;
	uint8_t serial[SEAL_SERIAL_BYTES];
	uint8_t from[SEAL_ID_BYTES], to[SEAL_ID_BYTES];
	int64_t made_ms;
};

void seal_new(struct seal_secret *out);
/* seal_complete(secret): the public halves, from the secret ones. */
void seal_complete(struct seal_secret *secret);
void seal_forget(struct seal_secret *secret);
void seal_id(const struct seal_public *key, uint8_t out[SEAL_ID_BYTES]);
/* seal_print(key, out): for two people on the telephone; returns out. */
const char *seal_print(
    const struct seal_public *key, char out[SEAL_PRINT_BYTES]);

/* seal_close(us, peer, head, p, n, out): appended to *out; from and to of
 * ${head} are filled in. */
int seal_close(const struct seal_secret *us, const struct seal_public *peer,
    struct seal_head *head, const void *p, size_t n,
    struct buf *out) TSK_MUST_USE;
/* seal_peek(p, n, head): who says it is for whom; nothing is proved.
 * TSK_INVALID: no bundle. */
int seal_peek(const void *p, size_t n, struct seal_head *head) TSK_MUST_USE;
/* seal_open(us, peer, p, n, head, out): proved, decrypted, appended to *out.
 * TSK_INVALID: no bundle.  TSK_DENIED: not for us, or not from the peer.
 * TSK_DAMAGED: cut, changed, or not signed by the peer. */
int seal_open(const struct seal_secret *us, const struct seal_public *peer,
    const void *p, size_t n, struct seal_head *head,
    struct buf *out) TSK_MUST_USE;

#endif

/* NAME
 *	seal - keys of a courier, and what closes a bundle
 * SUMMARY
 *	see seal.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "digest.h"

#include "seal.h"

#define MAGIC       "TSKCOUR1"
#define INFO        "tasuki courier 1"
#define NONCE_BYTES 12
#define DERIVED     (SEAL_KEY_BYTES + NONCE_BYTES)

enum { /* offsets in the head */
	AT_NUMBER = 8,
	AT_SERIAL = 16,
	AT_FROM = 32,
	AT_TO = 48,
	AT_PUBLIC = 64,
	AT_MADE = 96,
	AT_BYTES = 104,
	AT_ZERO = 112,
};

/* ---- keys ---- */

static EVP_PKEY *
secret_key(int type, const uint8_t bytes[SEAL_KEY_BYTES])
{
	EVP_PKEY *key =
	    EVP_PKEY_new_raw_private_key(type, NULL, bytes, SEAL_KEY_BYTES);

	if (key == NULL)
		panic("a key OpenSSL does not take");
	return key;
}

static void
public_of(
    int type, const uint8_t secret[SEAL_KEY_BYTES], uint8_t out[SEAL_KEY_BYTES])
{
	EVP_PKEY *key = secret_key(type, secret);
	size_t n = SEAL_KEY_BYTES;

	if (EVP_PKEY_get_raw_public_key(key, out, &n) != 1)
		panic("a key without a public half");
	EVP_PKEY_free(key);
}

void
seal_complete(struct seal_secret *secret)
{
	public_of(EVP_PKEY_ED25519, secret->sign, secret->public.sign);
	public_of(EVP_PKEY_X25519, secret->box, secret->public.box);
}

void
seal_new(struct seal_secret *out)
{
	digest_random(out->sign, sizeof(out->sign));
	digest_random(out->box, sizeof(out->box));
	seal_complete(out);
}

void
seal_forget(struct seal_secret *secret)
{
	OPENSSL_cleanse(secret, sizeof(*secret));
}

void
seal_id(const struct seal_public *key, uint8_t out[SEAL_ID_BYTES])
{
	uint8_t sum[DIGEST_BYTES];

	digest_sha256(key, sizeof(*key), sum);
	memcpy(out, sum, SEAL_ID_BYTES);
}

const char *
seal_print(const struct seal_public *key, char out[SEAL_PRINT_BYTES])
{
	uint8_t id[SEAL_ID_BYTES];
	size_t n = 0;

	seal_id(key, id);
	for (size_t i = 0; i < SEAL_ID_BYTES; i++) {
		if (i > 0 && i % 2 == 0)
			out[n++] = ' ';
		snprintf(out + n, 3, "%02x", id[i]);
		n += 2;
	}
	return out;
}

/* ---- the head ---- */

static void
put_number(uint8_t *at, uint64_t n)
{
	for (int i = 7; i >= 0; i--, n >>= 8)
		at[i] = (uint8_t)(n & 0xff);
}

static uint64_t
get_number(const uint8_t *at)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | at[i];
	return n;
}

int
seal_peek(const void *p, size_t n, struct seal_head *head)
{
	static const uint8_t zero[SEAL_HEAD_BYTES - AT_ZERO];
	const uint8_t *at = p;

	memset(head, 0, sizeof(*head));
	if (n < SEAL_HEAD_BYTES || memcmp(at, MAGIC, AT_NUMBER) != 0 ||
	    memcmp(at + AT_ZERO, zero, sizeof(zero)) != 0 ||
	    get_number(at + AT_MADE) > INT64_MAX)
		return TSK_INVALID;
	head->number = get_number(at + AT_NUMBER);
	memcpy(head->serial, at + AT_SERIAL, SEAL_SERIAL_BYTES);
	memcpy(head->from, at + AT_FROM, SEAL_ID_BYTES);
	memcpy(head->to, at + AT_TO, SEAL_ID_BYTES);
	head->made_ms = (int64_t)get_number(at + AT_MADE);
	return 0;
}

/* ---- what closes it ---- */

static bool
agree(EVP_PKEY *ours, const uint8_t theirs[SEAL_KEY_BYTES],
    uint8_t out[SEAL_KEY_BYTES])
{
	EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_X25519, NULL, theirs, SEAL_KEY_BYTES);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ours, NULL);
	size_t n = SEAL_KEY_BYTES;
	/* a point of low order gives no secret, and OpenSSL says so */
	bool good = peer != NULL && ctx != NULL &&
		    EVP_PKEY_derive_init(ctx) == 1 &&
		    EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
		    EVP_PKEY_derive(ctx, out, &n) == 1 && n == SEAL_KEY_BYTES;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return good;
}

static bool
derive(const uint8_t shared[SEAL_KEY_BYTES], const uint8_t *head,
    const uint8_t *sign, const uint8_t *box, uint8_t out[DERIVED])
{
	uint8_t info[sizeof(INFO) - 1 + 2 * (size_t)SEAL_KEY_BYTES];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	size_t n = DERIVED;

	memcpy(info, INFO, sizeof(INFO) - 1);
	memcpy(info + sizeof(INFO) - 1, sign, SEAL_KEY_BYTES);
	memcpy(info + sizeof(INFO) - 1 + SEAL_KEY_BYTES, box, SEAL_KEY_BYTES);
	bool good =
	    ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_hkdf_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set1_hkdf_salt(ctx, head, SEAL_HEAD_BYTES) == 1 &&
	    EVP_PKEY_CTX_set1_hkdf_key(ctx, shared, SEAL_KEY_BYTES) == 1 &&
	    EVP_PKEY_CTX_add1_hkdf_info(ctx, info, sizeof(info)) == 1 &&
	    EVP_PKEY_derive(ctx, out, &n) == 1 && n == DERIVED;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static bool
encrypt(const uint8_t keys[DERIVED], const uint8_t *head, const void *p,
    size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int done = 0;
	bool good = ctx != NULL &&
		    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, keys,
			keys + SEAL_KEY_BYTES) == 1 &&
		    EVP_EncryptUpdate(
			ctx, NULL, &done, head, (int)SEAL_HEAD_BYTES) == 1 &&
		    EVP_EncryptUpdate(ctx, out, &done, p, (int)n) == 1 &&
		    EVP_EncryptFinal_ex(ctx, out + n, &done) == 1 &&
		    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG,
			(int)SEAL_TAG_BYTES, out + n) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return good;
}

static bool
decrypt(const uint8_t keys[DERIVED], const uint8_t *head, const uint8_t *p,
    size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t tag[SEAL_TAG_BYTES];
	int done = 0;

	memcpy(tag, p + n, sizeof(tag));
	bool good = ctx != NULL &&
		    EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, keys,
			keys + SEAL_KEY_BYTES) == 1 &&
		    EVP_DecryptUpdate(
			ctx, NULL, &done, head, (int)SEAL_HEAD_BYTES) == 1 &&
		    EVP_DecryptUpdate(ctx, out, &done, p, (int)n) == 1 &&
		    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG,
			(int)SEAL_TAG_BYTES, tag) == 1 &&
		    EVP_DecryptFinal_ex(ctx, out + n, &done) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return good;
}

static bool
sign(const uint8_t key[SEAL_KEY_BYTES], const uint8_t *p, size_t n,
    uint8_t out[SEAL_SIGN_BYTES])
{
	EVP_PKEY *pkey = secret_key(EVP_PKEY_ED25519, key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t bytes = SEAL_SIGN_BYTES;
	bool good = ctx != NULL &&
		    EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
		    EVP_DigestSign(ctx, out, &bytes, p, n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return good;
}

static bool
signed_by(const uint8_t key[SEAL_KEY_BYTES], const uint8_t *p, size_t n,
    const uint8_t *signature)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, key, SEAL_KEY_BYTES);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good =
	    pkey != NULL && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
	    EVP_DigestVerify(ctx, signature, SEAL_SIGN_BYTES, p, n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return good;
}

/* ---- closing ---- */

static void
write_head(const struct seal_head *head, const uint8_t *public, size_t bytes,
    uint8_t out[SEAL_HEAD_BYTES])
{
	memset(out, 0, SEAL_HEAD_BYTES);
	memcpy(out, MAGIC, AT_NUMBER);
	put_number(out + AT_NUMBER, head->number);
	memcpy(out + AT_SERIAL, head->serial, SEAL_SERIAL_BYTES);
	memcpy(out + AT_FROM, head->from, SEAL_ID_BYTES);
	memcpy(out + AT_TO, head->to, SEAL_ID_BYTES);
	memcpy(out + AT_PUBLIC, public, SEAL_KEY_BYTES);
	put_number(out + AT_MADE, (uint64_t)head->made_ms);
	put_number(out + AT_BYTES, bytes);
}

static bool
keys_to(const struct seal_secret *us, const struct seal_public *peer,
    const uint8_t *head, const uint8_t once[SEAL_KEY_BYTES],
    uint8_t out[DERIVED])
{
	EVP_PKEY *key = secret_key(EVP_PKEY_X25519, once);
	uint8_t shared[SEAL_KEY_BYTES];
	bool good = agree(key, peer->box, shared) &&
		    derive(shared, head, us->public.sign, peer->box, out);

	OPENSSL_cleanse(shared, sizeof(shared));
	EVP_PKEY_free(key);
	return good;
}

int
seal_close(const struct seal_secret *us, const struct seal_public *peer,
    struct seal_head *head, const void *p, size_t n, struct buf *out)
{
	size_t bytes = n + SEAL_TAG_BYTES;
	size_t all = SEAL_HEAD_BYTES + bytes + SEAL_SIGN_BYTES;
	uint8_t once[SEAL_KEY_BYTES], public[SEAL_KEY_BYTES], keys[DERIVED];
	uint8_t *file;

	if (all > SEAL_FILE_MAX)
		return TSK_TOOBIG;
	seal_id(&us->public, head->from);
	seal_id(peer, head->to);
	digest_random(once, sizeof(once));
	public_of(EVP_PKEY_X25519, once, public);
	file = mem_new(all);
	write_head(head, public, bytes, file);
	/* a peer's key that is none gives no secret */
	bool good = keys_to(us, peer, file, once, keys) &&
		    encrypt(keys, file, p, n, file + SEAL_HEAD_BYTES) &&
		    sign(us->sign, file, all - SEAL_SIGN_BYTES,
			file + all - SEAL_SIGN_BYTES);
	if (good)
		buf_add(out, file, all);
	OPENSSL_cleanse(once, sizeof(once));
	OPENSSL_cleanse(keys, sizeof(keys));
	free(file);
	return !good ? TSK_INVALID : buf_ok(out) ? 0 : TSK_TOOBIG;
}

/* ---- opening ---- */

static bool
keys_from(const struct seal_secret *us, const struct seal_public *peer,
    const uint8_t *head, uint8_t out[DERIVED])
{
	EVP_PKEY *key = secret_key(EVP_PKEY_X25519, us->box);
	uint8_t shared[SEAL_KEY_BYTES];
	bool good = agree(key, head + AT_PUBLIC, shared) &&
		    derive(shared, head, peer->sign, us->public.box, out);

	OPENSSL_cleanse(shared, sizeof(shared));
	EVP_PKEY_free(key);
	return good;
}

int
seal_open(const struct seal_secret *us, const struct seal_public *peer,
    const void *p, size_t n, struct seal_head *head, struct buf *out)
{
	uint8_t id[SEAL_ID_BYTES], keys[DERIVED], *plain;
	const uint8_t *at = p;
	size_t bytes;

	if (seal_peek(p, n, head) != 0)
		return TSK_INVALID;
	seal_id(&us->public, id);
	if (memcmp(id, head->to, sizeof(id)) != 0)
		return TSK_DENIED;
	seal_id(peer, id);
	if (memcmp(id, head->from, sizeof(id)) != 0)
		return TSK_DENIED;
	if (n > SEAL_FILE_MAX ||
	    n < SEAL_HEAD_BYTES + SEAL_TAG_BYTES + SEAL_SIGN_BYTES ||
	    get_number(at + AT_BYTES) !=
		n - SEAL_HEAD_BYTES - SEAL_SIGN_BYTES ||
	    !signed_by(
		peer->sign, at, n - SEAL_SIGN_BYTES, at + n - SEAL_SIGN_BYTES))
		return TSK_DAMAGED;
	bytes = n - SEAL_HEAD_BYTES - SEAL_SIGN_BYTES - SEAL_TAG_BYTES;
	plain = mem_new(bytes + 1);
	bool good = keys_from(us, peer, at, keys) &&
		    decrypt(keys, at, at + SEAL_HEAD_BYTES, bytes, plain);
	if (good)
		buf_add(out, plain, bytes);
	OPENSSL_cleanse(keys, sizeof(keys));
	free(plain);
	return !good ? TSK_DAMAGED : buf_ok(out) ? 0 : TSK_TOOBIG;
}

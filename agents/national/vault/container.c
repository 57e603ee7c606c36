/* NAME
 *	container - one office's certificate and login, sealed
 * SUMMARY
 *	see container.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "digest.h"

#include "container.h"

#define MAGIC       "TSKNATC1"
#define MAGIC_KIND  7u /* bytes of MAGIC before the version */
#define MAGIC_BYTES 8u
#define HEAD_BYTES  (MAGIC_BYTES + 4u)
#define MAC_BYTES   32u
#define NONCE_BYTES 12u
#define TAG_BYTES   16u
#define FACTS_MAX   4096u

/* ---- secrets ---- */

/* One mapping for all: p12, then three texts. */
static int
secrets_map(size_t bytes, struct secrets *out)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	out->mapped = (bytes + page - 1) / page * page;
	out->mapping = mmap(NULL, out->mapped, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (out->mapping == MAP_FAILED) {
		out->mapping = NULL;
		return TSK_SYSTEM;
	}
	/* a small RLIMIT_MEMLOCK is no reason to stand still: then only the
	 * swap (which should be encrypted) could ever hold it */
	(void)mlock(out->mapping, out->mapped);
	(void)madvise(out->mapping, out->mapped, MADV_DONTDUMP);
	(void)madvise(out->mapping, out->mapped, MADV_WIPEONFORK);
	return 0;
}

int
secrets_make(const void *p12, size_t n, const char *p12_password,
    const char *user, const char *password, struct secrets *out)
{
	const char *const words[] = {p12_password, user, password};
	const char **const fields[] = {
	    &out->p12_password, &out->user, &out->password};
	size_t bytes = n;

	memset(out, 0, sizeof(*out));
	if (n == 0 || n > CONTAINER_P12_MAX)
		return TSK_TOOBIG;
	for (size_t i = 0; i < 3; i++) {
		if (strlen(words[i]) > CONTAINER_WORD_MAX)
			return TSK_TOOBIG;
		bytes += strlen(words[i]) + 1;
	}
	if (secrets_map(bytes, out) < 0)
		return TSK_SYSTEM;
	uint8_t *at = out->mapping;
	memcpy(at, p12, n);
	out->p12 = at;
	out->p12_bytes = n;
	at += n;
	for (size_t i = 0; i < 3; i++) {
		size_t m = strlen(words[i]) + 1;
		memcpy(at, words[i], m);
		*fields[i] = (const char *)at;
		at += m;
	}
	return 0;
}

void
secrets_fini(struct secrets *s)
{
	if (s->mapping != NULL) {
		OPENSSL_cleanse(s->mapping, s->mapped);
		(void)munmap(s->mapping, s->mapped);
	}
	memset(s, 0, sizeof(*s));
}

/* ---- numbers ---- */

static void
add_u32(struct buf *out, size_t n)
{
	const uint8_t b[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n};

	buf_add(out, b, sizeof(b));
}

static size_t
u32(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	       p[3];
}

/* ---- facts ---- */

static void
add_facts(const struct container_facts *f, struct buf *out)
{
	char salt[2 * MASTER_SALT_BYTES + 1];
	json_t *root = json_pack("{ss ss ss ss ss sI sI sI ss}", "number",
	    f->number, "id", f->id, "subject", f->subject, "issuer", f->issuer,
	    "serial", f->serial, "not_before_ms", (json_int_t)f->not_before_ms,
	    "not_after_ms", (json_int_t)f->not_after_ms, "added_ms",
	    (json_int_t)f->added_ms, "salt",
	    digest_hex(f->salt, sizeof(f->salt), salt));
	char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT);

	if (text == NULL || strlen(text) > FACTS_MAX)
		panic("facts of a certificate");
	add_u32(out, strlen(text));
	buf_text(out, text);
	free(text);
	json_decref(root);
}

static bool
take_text(const json_t *root, const char *name, char *out, size_t bytes)
{
	const char *text = json_string_value(json_object_get(root, name));

	return text != NULL && snprintf(out, bytes, "%s", text) < (int)bytes;
}

static bool
take_ms(const json_t *root, const char *name, int64_t *out)
{
	const json_t *value = json_object_get(root, name);

	*out = json_integer_value(value);
	return json_is_integer(value);
}

static int
take_facts(const char *text, size_t n, struct container_facts *f)
{
	json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	char salt[2 * MASTER_SALT_BYTES + 2];
	bool ok = take_text(root, "number", f->number, sizeof(f->number)) &&
		  take_text(root, "id", f->id, sizeof(f->id)) &&
		  take_text(root, "subject", f->subject, sizeof(f->subject)) &&
		  take_text(root, "issuer", f->issuer, sizeof(f->issuer)) &&
		  take_text(root, "serial", f->serial, sizeof(f->serial)) &&
		  take_text(root, "salt", salt, sizeof(salt)) &&
		  take_ms(root, "not_before_ms", &f->not_before_ms) &&
		  take_ms(root, "not_after_ms", &f->not_after_ms) &&
		  take_ms(root, "added_ms", &f->added_ms) &&
		  digest_unhex(salt, f->salt, sizeof(f->salt)) == 0 &&
		  number_office_form(f->number, strlen(f->number));

	json_decref(root);
	return ok ? 0 : TSK_DAMAGED;
}

/* Where the parts of a file are, after its sizes were believed. */
struct parts {
	const uint8_t *start, *facts, *mac, *nonce, *body, *tag;
	size_t facts_bytes, body_bytes;
};

static int
take_parts(const void *p, size_t n, struct parts *out)
{
	const uint8_t *at = p;

	if (n < HEAD_BYTES || memcmp(at, MAGIC, MAGIC_KIND) != 0)
		return TSK_DAMAGED;
	if (at[MAGIC_KIND] != (uint8_t)MAGIC[MAGIC_KIND])
		return TSK_VERSION;
	size_t facts = u32(at + MAGIC_BYTES);
	if (facts > FACTS_MAX || n > CONTAINER_MAX ||
	    n < HEAD_BYTES + facts + MAC_BYTES + NONCE_BYTES + TAG_BYTES)
		return TSK_DAMAGED;
	out->start = at;
	out->facts = at + HEAD_BYTES;
	out->facts_bytes = facts;
	out->mac = out->facts + facts;
	out->nonce = out->mac + MAC_BYTES;
	out->body = out->nonce + NONCE_BYTES;
	out->tag = at + n - TAG_BYTES;
	out->body_bytes = (size_t)(out->tag - out->body);
	return 0;
}

static void
facts_mac(const uint8_t key[MASTER_KEY_BYTES], const void *p, size_t n,
    uint8_t mac[MAC_BYTES])
{
	unsigned bytes = MAC_BYTES;

	if (HMAC(EVP_sha256(), key, MASTER_KEY_BYTES, p, n, mac, &bytes) ==
	    NULL)
		panic("HMAC");
}

int
container_facts(const void *p, size_t n,
    const uint8_t facts_key[MASTER_KEY_BYTES], struct container_facts *out)
{
	uint8_t mac[MAC_BYTES];
	struct parts parts;
	int rc = take_parts(p, n, &parts);

	memset(out, 0, sizeof(*out));
	if (rc == 0 && facts_key != NULL) {
		facts_mac(facts_key, parts.start,
		    HEAD_BYTES + parts.facts_bytes, mac);
		out->authentic = CRYPTO_memcmp(mac, parts.mac, MAC_BYTES) == 0;
		if (!out->authentic)
			rc = TSK_DAMAGED;
	}
	if (rc == 0)
		rc = take_facts(
		    (const char *)parts.facts, parts.facts_bytes, out);
	return rc;
}

/* ---- sealing ---- */

/* Bytes that somebody else holds. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

/* AES-256-GCM in one step; the nonce is the end of ${head}, all of which is the
 * associated data.  ${tag} is made or looked at. */
static bool
gcm(bool seal, const uint8_t *key, struct bytes head, struct bytes in,
    uint8_t *out, uint8_t *tag)
{
	const uint8_t *nonce = head.p + head.n - NONCE_BYTES;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int done = 0, rest = 0;

	bool ok = c != NULL &&
		  EVP_CipherInit_ex(
		      c, EVP_aes_256_gcm(), NULL, key, nonce, seal) == 1 &&
		  EVP_CipherUpdate(c, NULL, &done, head.p, (int)head.n) == 1 &&
		  EVP_CipherUpdate(c, out, &done, in.p, (int)in.n) == 1 &&
		  (size_t)done == in.n;
	if (ok && !seal)
		ok = EVP_CIPHER_CTX_ctrl(
			 c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1;
	ok = ok && EVP_CipherFinal_ex(c, out + in.n, &rest) == 1;
	if (ok && seal)
		ok = EVP_CIPHER_CTX_ctrl(
			 c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

/* [p12 bytes, p12][3 x length, text], into a mapping like the secrets'. */
static size_t
plain_bytes(const struct secrets *s)
{
	return 4 + s->p12_bytes + 12 + strlen(s->p12_password) +
	       strlen(s->user) + strlen(s->password);
}

static uint8_t *
put_part(uint8_t *at, const void *p, size_t n)
{
	at[0] = (uint8_t)(n >> 24);
	at[1] = (uint8_t)(n >> 16);
	at[2] = (uint8_t)(n >> 8);
	at[3] = (uint8_t)n;
	memcpy(at + 4, p, n);
	return at + 4 + n;
}

static void
put_plain(const struct secrets *s, uint8_t *at)
{
	at = put_part(at, s->p12, s->p12_bytes);
	at = put_part(at, s->p12_password, strlen(s->p12_password));
	at = put_part(at, s->user, strlen(s->user));
	(void)put_part(at, s->password, strlen(s->password));
}

void
container_seal(const struct container_facts *facts,
    const struct secrets *secrets, const uint8_t facts_key[MASTER_KEY_BYTES],
    const uint8_t key[MASTER_KEY_BYTES], struct buf *out)
{
	size_t n = plain_bytes(secrets);
	uint8_t mac[MAC_BYTES], nonce[NONCE_BYTES], tag[TAG_BYTES];
	uint8_t *sealed = mem_new(n);
	struct secrets plain = {0};

	buf_add(out, MAGIC, MAGIC_BYTES);
	add_facts(facts, out);
	facts_mac(facts_key, out->data, out->len, mac);
	buf_add(out, mac, sizeof(mac));
	digest_random(nonce, sizeof(nonce));
	buf_add(out, nonce, sizeof(nonce));
	if (!buf_ok(out) || secrets_map(n, &plain) < 0)
		panic("room for a container");
	put_plain(secrets, plain.mapping);
	const struct bytes head = {(const uint8_t *)out->data, out->len};
	const struct bytes in = {plain.mapping, n};
	if (!gcm(true, key, head, in, sealed, tag))
		panic("AES-256-GCM");
	secrets_fini(&plain);
	buf_add(out, sealed, n);
	buf_add(out, tag, sizeof(tag));
	free(sealed);
}

/* ---- opening ---- */

static bool
take_part(const uint8_t **at, const uint8_t *end, const uint8_t **p, size_t *n)
{
	if (end - *at < 4)
		return false;
	*n = u32(*at);
	*p = *at + 4;
	if (*n > (size_t)(end - *p))
		return false;
	*at = *p + *n;
	return true;
}

/* What is open, in place: the NUL of a text goes where the length of the next
 * one was. */
static int
take_plain(struct secrets *s, size_t n)
{
	uint8_t *start = s->mapping;
	const uint8_t *at = start, *end = start + n, *p[4];
	size_t bytes[4];

	for (size_t i = 0; i < 4; i++) {
		if (!take_part(&at, end, &p[i], &bytes[i]))
			return TSK_DAMAGED;
	}
	if (at != end || bytes[0] == 0 || bytes[0] > CONTAINER_P12_MAX)
		return TSK_DAMAGED;
	for (size_t i = 1; i < 4; i++)
		start[p[i] - start + (ptrdiff_t)bytes[i]] = '\0';
	s->p12 = p[0];
	s->p12_bytes = bytes[0];
	s->p12_password = (const char *)p[1];
	s->user = (const char *)p[2];
	s->password = (const char *)p[3];
	return 0;
}

int
container_open(const void *p, size_t n, const char *number,
    const uint8_t key[MASTER_KEY_BYTES], struct secrets *out)
{
	struct container_facts facts;
	uint8_t tag[TAG_BYTES];
	struct parts parts;
	int rc = take_parts(p, n, &parts);

	memset(out, 0, sizeof(*out));
	if (rc == 0)
		rc = container_facts(p, n, NULL, &facts);
	if (rc == 0 && strcmp(facts.number, number) != 0)
		rc = TSK_DAMAGED;
	if (rc < 0)
		return rc;
	if (secrets_map(parts.body_bytes + 1, out) < 0)
		return TSK_SYSTEM;
	memcpy(tag, parts.tag, sizeof(tag));
	const struct bytes head = {
	    parts.start, (size_t)(parts.body - parts.start)};
	const struct bytes in = {parts.body, parts.body_bytes};
	if (!gcm(false, key, head, in, out->mapping, tag))
		rc = TSK_DAMAGED;
	if (rc == 0)
		rc = take_plain(out, parts.body_bytes);
	if (rc < 0)
		secrets_fini(out);
	return rc;
}

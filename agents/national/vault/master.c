/* NAME
 *	master - the site's secret, from which every office's key is made
 * SUMMARY
 *	see master.h
 * DESCRIPTION
 *	scrypt with N=2^15, r=8, p=1 takes 32 MiB for a moment and a tenth of a
 *	second, once at the start: a stolen folder of containers cannot be
 *	guessed at the speed of a hash, even with a passphrase.
 * DIAGNOSTICS
 *	never: master (it cannot be read, others may read it, it is too short).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "digest.h"
#include "file.h"

#include "master.h"

#define SCRYPT_N      (1u << 15)
#define SCRYPT_R      8u
#define SCRYPT_P      1u
#define SCRYPT_MEMORY (64u << 20)
#define NEW_BYTES     32u

static int
refuse(struct why *why, const char *sentence)
{
	why_set(why, WHY_NEVER, "master", "The master secret: %s", sentence);
	return TSK_DENIED;
}

/* ---- reading ---- */

static int
read_descriptor(int fd, struct buf *out)
{
	char part[256];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		buf_add(out, part, (size_t)n);
		OPENSSL_cleanse(part, sizeof(part));
		if (!buf_ok(out))
			return TSK_TOOBIG;
	}
	return n < 0 ? TSK_SYSTEM : 0;
}

static int
read_file(const char *path, struct buf *out, struct why *why)
{
	int rc = file_private(path);

	if (rc == TSK_DENIED)
		return refuse(why,
		    "its file can be read by others; set its mode to 0600.");
	if (rc == 0)
		rc = file_read_path(path, MASTER_TEXT_MAX, out);
	return rc < 0 ? refuse(why, "its file cannot be read.") : 0;
}

static int
read_credential(const char *name, struct buf *out, struct why *why)
{
	/* the folder is no secret; what lies in it is readable by us only */
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];

	if (folder == NULL || !file_name_safe(name) ||
	    snprintf(path, sizeof(path), "%s/%s", folder, name) >=
		(int)sizeof(path))
		return refuse(
		    why, "systemd gave no such credential (LoadCredential).");
	return read_file(path, out, why);
}

static int
read_number(const char *text, struct buf *out, struct why *why)
{
	char *end;
	long fd = strtol(text, &end, 10);

	if (text[0] == '\0' || *end != '\0' || fd < 0 || fd > INT_MAX)
		return refuse(why, "fd: wants a number.");
	if (read_descriptor((int)fd, out) < 0)
		return refuse(why, "the descriptor cannot be read.");
	return 0;
}

static int
read_spec(const char *spec, struct buf *out, struct why *why)
{
	int rc;

	if (strncmp(spec, "fd:", 3) == 0)
		rc = read_number(spec + 3, out, why);
	else if (strncmp(spec, "credential:", 11) == 0)
		rc = read_credential(spec + 11, out, why);
	else
		rc = read_file(spec, out, why);
	while (rc == 0 && out->len > 0 &&
	       strchr("\r\n", out->data[out->len - 1]) != NULL)
		out->data[--out->len] = '\0';
	if (rc == 0 && out->len < MASTER_TEXT_MIN)
		rc = refuse(why, "it must have 20 characters or more.");
	return rc;
}

/* ---- keys ---- */

int
master_root(const char *spec, const uint8_t salt[MASTER_SALT_BYTES],
    uint8_t root[MASTER_KEY_BYTES], struct why *why)
{
	struct buf text;
	int rc;

	buf_init(&text, MASTER_TEXT_MAX);
	buf_add(&text, "", 0);
	rc = read_spec(spec, &text, why);
	if (rc == 0 && EVP_PBE_scrypt(text.data, text.len, salt,
			   MASTER_SALT_BYTES, SCRYPT_N, SCRYPT_R, SCRYPT_P,
			   SCRYPT_MEMORY, root, MASTER_KEY_BYTES) != 1)
		panic("scrypt");
	if (text.data != NULL)
		OPENSSL_cleanse(text.data, text.cap);
	buf_fini(&text);
	return rc;
}

void
master_derive(const uint8_t root[MASTER_KEY_BYTES],
    const uint8_t salt[MASTER_SALT_BYTES], const char *purpose,
    const char *number, uint8_t key[MASTER_KEY_BYTES])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	char info[96];
	int n = snprintf(
	    info, sizeof(info), "tasuki-national 1 %s %s", purpose, number);
	size_t bytes = MASTER_KEY_BYTES;

	if (c == NULL || n < 0 || (size_t)n >= sizeof(info) ||
	    EVP_PKEY_derive_init(c) != 1 ||
	    EVP_PKEY_CTX_set_hkdf_md(c, EVP_sha256()) != 1 ||
	    EVP_PKEY_CTX_set1_hkdf_salt(c, salt, MASTER_SALT_BYTES) != 1 ||
	    EVP_PKEY_CTX_set1_hkdf_key(c, root, MASTER_KEY_BYTES) != 1 ||
	    EVP_PKEY_CTX_add1_hkdf_info(c, (const unsigned char *)info, n) !=
		1 ||
	    EVP_PKEY_derive(c, key, &bytes) != 1)
		panic("HKDF");
	EVP_PKEY_CTX_free(c);
}

int
master_new(const char *path, struct why *why)
{
	uint8_t random[NEW_BYTES];
	char text[2 * NEW_BYTES + 2];

	digest_random(random, sizeof(random));
	digest_hex(random, sizeof(random), text);
	text[2 * NEW_BYTES] = '\n';
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok =
	    fd >= 0 &&
	    write(fd, text, sizeof(text) - 1) == (ssize_t)(sizeof(text) - 1) &&
	    fsync(fd) == 0;
	if (!ok)
		why_system(why, WHY_NEVER, path);
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	OPENSSL_cleanse(random, sizeof(random));
	OPENSSL_cleanse(text, sizeof(text));
	return ok ? 0 : TSK_SYSTEM;
}

/* NAME
 *	payload - the editions of what goes through the interface
 * SUMMARY
 *	see payload.h
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "file.h"

#include "payload.h"
#include "shape.h"

#define PIECE     (3u * 16384u) /* a multiple of 3: pieces join in base64 */
#define FILES_MAX 64u
#define NAME_MAX_ 256

/* ---- 4.1: files as they are ---- */

static ssize_t
read_piece(int fd, uint8_t *out, size_t n, off_t at)
{
	size_t had = 0;

	while (had < n) {
		ssize_t got = pread(fd, out + had, n - had, at + (off_t)had);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return TSK_SYSTEM;
		if (got == 0)
			break;
		had += (size_t)got;
	}
	return (ssize_t)had;
}

/* The bytes that are read are the bytes that were promised, or none go. */
static int
put_content(const struct shape_values *values, struct buf *out)
{
	const struct payload_file *f = values->arg;
	uint8_t *piece = mem_new(PIECE);
	unsigned char *text = mem_new(PIECE / 3 * 4 + 1);
	struct digest *digest = digest_new();
	uint8_t sha256[DIGEST_BYTES];
	ssize_t n = 0;
	off_t at = 0;

	while (buf_ok(out) && (n = read_piece(f->fd, piece, PIECE, at)) > 0) {
		digest_add(digest, piece, (size_t)n);
		buf_add(
		    out, text, (size_t)EVP_EncodeBlock(text, piece, (int)n));
		at += n;
	}
	digest_end(&digest, sha256);
	free(piece);
	free(text);
	if (n < 0)
		return TSK_SYSTEM;
	return memcmp(sha256, f->sha256, sizeof(sha256)) == 0 ? 0 : TSK_DAMAGED;
}

static int
csv_put(const struct payload_files *files, struct buf *out)
{
	char sha256[DIGEST_HEX_BYTES], bytes[32];
	int rc = 0;

	buf_char(out, '[');
	for (size_t i = 0; rc == 0 && i < files->count; i++) {
		const struct payload_file *f = &files->files[i];
		struct shape_values values = {
		    .text[SHAPE_FILE_NAME] = f->name,
		    .text[SHAPE_FILE_SHA256] =
			digest_hex(f->sha256, sizeof(f->sha256), sha256),
		    .text[SHAPE_FILE_BYTES] = bytes,
		    .content = put_content,
		    .arg = f,
		};
		snprintf(
		    bytes, sizeof(bytes), "%llu", (unsigned long long)f->bytes);
		if (i > 0)
			buf_char(out, ',');
		rc = shape_body(files->shape, &values, out);
	}
	buf_char(out, ']');
	return rc;
}

/* base64 with padding and nothing else; ${out} has room for 3/4. */
static int
decode(const char *text, size_t n, uint8_t *out, size_t *bytes)
{
	size_t pad = 0;

	*bytes = 0;
	if (n == 0)
		return 0;
	if (n % 4 != 0)
		return TSK_INVALID;
	while (pad < 2 && text[n - 1 - pad] == '=')
		pad++;
	if (memchr(text, '=', n - pad) != NULL ||
	    EVP_DecodeBlock(out, (const unsigned char *)text, (int)n) !=
		(int)(n / 4 * 3))
		return TSK_INVALID;
	*bytes = n / 4 * 3 - pad;
	return 0;
}

static int
check_digest(const struct api_profile *p, const json_t *file, const void *data,
    size_t bytes)
{
	uint8_t said[DIGEST_BYTES], is[DIGEST_BYTES];
	char word[DIGEST_HEX_BYTES + 1];

	if (p->fetch.sha256[0] == '\0')
		return 0;
	if (digest_unhex(shape_word(file, p->fetch.sha256, word, sizeof(word)),
		said, sizeof(said)) < 0)
		return TSK_DAMAGED;
	digest_sha256(data, bytes, is);
	return memcmp(said, is, sizeof(is)) == 0 ? 0 : TSK_DAMAGED;
}

static int
csv_take_one(const struct api_profile *p, const json_t *file,
    payload_take_fn *take, void *arg)
{
	const json_t *content = shape_at(file, p->fetch.content);
	size_t n = json_string_length(content), bytes = 0;
	char name[NAME_MAX_];

	shape_word(file, p->fetch.name, name, sizeof(name));
	if (!json_is_string(content) || !file_name_safe(name))
		return TSK_INVALID;
	uint8_t *data = mem_new(n / 4 * 3 + 4);
	int rc = decode(json_string_value(content), n, data, &bytes);
	if (rc == 0)
		rc = check_digest(p, file, data, bytes);
	if (rc == 0)
		rc = take(arg, name, data, bytes);
	OPENSSL_cleanse(data, n / 4 * 3 + 4);
	free(data);
	return rc;
}

static int
csv_take(const struct api_profile *p, const json_t *root, payload_take_fn *take,
    void *arg)
{
	const json_t *files = shape_at(root, p->fetch.files);
	int rc = 0;

	if (!json_is_array(files) || json_array_size(files) == 0)
		return TSK_INVALID;
	if (json_array_size(files) > FILES_MAX)
		return TSK_TOOBIG;
	for (size_t i = 0; rc == 0 && i < json_array_size(files); i++)
		rc = csv_take_one(p, json_array_get(files, i), take, arg);
	return rc;
}

/* ---- editions ---- */

static const struct payload payloads[] = {
    {"4.1", csv_put, csv_take},
};

const struct payload *
payload_find(const char *edition)
{
	for (size_t i = 0; i < sizeof(payloads) / sizeof(*payloads); i++) {
		if (strcmp(payloads[i].edition, edition) == 0)
			return &payloads[i];
	}
	return NULL;
}

bool
payload_known(const char *edition)
{
	return payload_find(edition) != NULL;
}

const char *
payload_names(void)
{
	return "4.1";
}

/* NAME
 *	courier_keys - the keys of a courier, ours and the peer's
 * DESCRIPTION
 *	Files of one line in courier/.  Ours are made once; the peer's are taken
 *	once and never changed: another peer has another folder.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "file.h"

#include "courier_inside.h"

#define KEY_FILE  "key"
#define US_FILE   "us.pub"
#define PEER_FILE "peer.pub"

/* ---- keys ---- */

static int
read_text(int dir, const char *name, struct buf *out)
{
	buf_init(out, 1024);
	int rc = file_read(dir, name, 1000, out);
	if (rc < 0 || out->len == 0) {
		buf_fini(out);
		return rc < 0 ? rc : TSK_INVALID;
	}
	return 0;
}

static int
public_parse(const char *text, struct seal_public *out)
{
	char sign[65], box[65];

	if (sscanf(text, "tasuki-courier 1 %*64[!-~] %64[0-9a-f] %64[0-9a-f]",
		sign, box) != 2 ||
	    digest_unhex(sign, out->sign, SEAL_KEY_BYTES) != 0 ||
	    digest_unhex(box, out->box, SEAL_KEY_BYTES) != 0)
		return TSK_INVALID;
	return 0;
}

static int
public_read(int dir, const char *name, struct seal_public *out)
{
	struct buf text;
	int rc = read_text(dir, name, &text);

	if (rc < 0)
		return rc;
	rc = public_parse(text.data, out);
	buf_fini(&text);
	return rc;
}

static int
secret_read(int dir, struct seal_secret *out)
{
	char sign[65], box[65];
	struct buf text;
	int rc = read_text(dir, KEY_FILE, &text);

	if (rc < 0)
		return rc;
	if (sscanf(text.data,
		"tasuki-courier-secret 1 %64[0-9a-f] "
		"%64[0-9a-f]",
		sign, box) != 2 ||
	    digest_unhex(sign, out->sign, SEAL_KEY_BYTES) != 0 ||
	    digest_unhex(box, out->box, SEAL_KEY_BYTES) != 0)
		rc = TSK_INVALID;
	else
		seal_complete(out);
	explicit_bzero(text.data, text.len);
	explicit_bzero(sign, sizeof(sign));
	explicit_bzero(box, sizeof(box));
	buf_fini(&text);
	return rc;
}

static int
secret_make(int dir, struct seal_secret *out)
{
	char sign[65], box[65], text[256];
	int n, rc;

	seal_new(out);
	n = snprintf(text, sizeof(text), "tasuki-courier-secret 1 %s %s\n",
	    digest_hex(out->sign, SEAL_KEY_BYTES, sign),
	    digest_hex(out->box, SEAL_KEY_BYTES, box));
	rc = file_create(dir, KEY_FILE, text, (size_t)n, FILE_MODE);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(sign, sizeof(sign));
	explicit_bzero(box, sizeof(box));
	return rc == 0 ? file_dir_sync(dir) : rc;
}

static int
public_write(
    int dir, const char *file, const char *name, const struct seal_public *key)
{
	char sign[65], box[65], text[256];
	int n = snprintf(text, sizeof(text), "tasuki-courier 1 %s %s %s\n",
	    name, digest_hex(key->sign, SEAL_KEY_BYTES, sign),
	    digest_hex(key->box, SEAL_KEY_BYTES, box));

	return file_write(dir, file, text, (size_t)n, 0644);
}

static int
take_peer(int dir, const char *path, const struct seal_public *us,
    struct seal_public *out, struct why *why)
{
	struct seal_public old;
	struct buf text;
	int rc;

	buf_init(&text, 1024);
	rc = file_read_path(path, 1000, &text);
	if (rc == 0)
		rc = text.len == 0 ? TSK_INVALID : public_parse(text.data, out);
	buf_fini(&text);
	if (rc < 0 || memcmp(us, out, sizeof(*out)) == 0) {
		why_set(why, WHY_NEVER, "no-peer",
		    "%s does not hold the public keys of another courier.",
		    path);
		return TSK_INVALID;
	}
	rc = public_read(dir, PEER_FILE, &old);
	if (rc == 0 && memcmp(&old, out, sizeof(old)) != 0) {
		why_set(why, WHY_NEVER, "other-peer",
		    "This folder belongs to another peer: use a folder for "
		    "each.");
		return TSK_EXIST;
	}
	return rc == 0 ? 0 : public_write(dir, PEER_FILE, "peer", out);
}

static bool
name_ok(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < COURIER_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789.-_") == n;
}

static int
init(int dir, const char *name, const char *peer,
    char us_print[SEAL_PRINT_BYTES], char peer_print[SEAL_PRINT_BYTES],
    struct why *why)
{
	struct seal_secret us = {0};
	struct seal_public other;
	int rc = secret_read(dir, &us);

	if (rc == TSK_NOTFOUND)
		rc = secret_make(dir, &us);
	if (rc == 0)
		rc = public_write(dir, US_FILE, name, &us.public);
	if (rc < 0) {
		courier_fail(rc, why, "keys");
	} else {
		seal_print(&us.public, us_print);
		if (peer != NULL)
			rc = take_peer(dir, peer, &us.public, &other, why);
		if (rc == 0 && public_read(dir, PEER_FILE, &other) == 0)
			seal_print(&other, peer_print);
	}
	seal_forget(&us);
	return rc;
}

int
courier_init(const char *spool, const char *name, const char *peer,
    char us_print[SEAL_PRINT_BYTES], char peer_print[SEAL_PRINT_BYTES],
    struct why *why)
{
	int root, dir, rc;

	us_print[0] = peer_print[0] = '\0';
	if (!name_ok(name)) {
		why_set(why, WHY_NEVER, "name",
		    "A courier's name is of letters, digits, . - and _.");
		return TSK_INVALID;
	}
	root = file_dir_below(AT_FDCWD, spool, FOLDER_MODE);
	dir =
	    root < 0 ? root : file_dir_below(root, COURIER_FOLDER, FOLDER_MODE);
	if (dir < 0) {
		if (root >= 0)
			close(root);
		return courier_fail(dir, why, "making it");
	}
	rc = init(dir, name, peer, us_print, peer_print, why);
	close(dir);
	close(root);
	return rc;
}

int
courier_keys_open(struct courier *c, struct why *why)
{
	if (secret_read(c->fds[COURIER_ROOT], &c->us) != 0) {
		why_set(why, WHY_NEVER, "no-keys",
		    "There are no keys: tasukictl courier init.");
		return TSK_NOTFOUND;
	}
	if (public_read(c->fds[COURIER_ROOT], PEER_FILE, &c->peer) != 0) {
		why_set(why, WHY_NEVER, "no-peer",
		    "The peer's public keys are missing: tasukictl courier "
		    "init --peer FILE.");
		return TSK_NOTFOUND;
	}
	return 0;
}

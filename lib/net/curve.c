/* NAME
 *	curve - CURVE keys in files and on sockets
 * SUMMARY
 *	see curve.h
 * DESCRIPTION
 *	Files look as zcert(3) writes them, so that its tools read ours and ours
 *	read its; the bytes go through file.h, which is durable and refuses to
 *	overwrite, and back through conf.h, which says which line is wrong.
 *
 *	The secret key's public half is computed and compared: a key file put
 *	together from two would otherwise only show as a handshake that never
 *	completes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "buf.h"
#include "conf.h"
#include "file.h"

#include "curve.h"

#define KEY_CHARS 40

/* zmq_curve(7) prints these; whoever copies them has no secret. */
static const struct curve_key known[] = {
    {"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
	"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"},
    {"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
	"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"},
};

struct key_file {
	struct conf_sections metadata;
	char *public_key, *secret_key;
};

static const struct conf_row key_rows[] = {
    {.path = "metadata", .type = CONF_SECTION, .meaning = "anything"},
    {.path = "curve/public-key",
	.type = CONF_TEXT,
	.offset = offsetof(struct key_file, public_key),
	.meaning = "the public key, 40 characters"},
    {.path = "curve/secret-key",
	.type = CONF_TEXT,
	.offset = offsetof(struct key_file, secret_key),
	.initial = "",
	.meaning = "the secret key, 40 characters"},
    {.path = NULL},
};

void
curve_new(struct curve_key *key)
{
	if (zmq_curve_keypair(key->public_key, key->secret_key) != 0)
		panic("libzmq was built without CURVE");
}

void
curve_wipe(struct curve_key *key)
{
	explicit_bzero(key->secret_key, sizeof(key->secret_key));
}

bool
curve_known(const char *public_key)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].public_key, public_key) == 0)
			return true;
	}
	return false;
}

/* Asking zmq_z85_decode() also refuses characters that stand for more than 32
 * bits. */
bool
curve_form(const char *public_key)
{
	uint8_t bytes[32];

	return strnlen(public_key, KEY_CHARS + 1) == KEY_CHARS &&
	       zmq_z85_decode(bytes, public_key) != NULL;
}

/* ---- writing ---- */

static void
key_text(struct buf *out, const struct curve_key *key, bool secret)
{
	buf_text(out,
	    secret ? "# Tasuki CURVE key. SECRET: give this file to nobody.\n"
		   : "# Tasuki CURVE key, public half: may be given away.\n");
	buf_printf(
	    out, "metadata\ncurve\n    public-key = \"%s\"\n", key->public_key);
	if (secret)
		buf_printf(out, "    secret-key = \"%s\"\n", key->secret_key);
}

static int
create_one(int dirfd, const char *name, const char *suffix,
    const struct curve_key *key, struct why *why)
{
	bool secret = strcmp(suffix, ".key") == 0;
	struct buf path, text;

	buf_init(&path, 4096);
	buf_init(&text, 4096);
	buf_printf(&path, "%s%s", name, suffix);
	key_text(&text, key, secret);
	int rc = file_create(
	    dirfd, path.data, text.data, text.len, secret ? 0600 : 0644);
	if (rc == TSK_EXIST)
		why_set(why, WHY_NEVER, "key-exists",
		    "%s is already there: a key is never overwritten; choose "
		    "another name or move the old file away.",
		    path.data);
	else if (rc == TSK_SYSTEM || rc == TSK_FULL)
		why_system(why, WHY_NEVER, path.data);
	else if (rc != 0)
		why_set(why, WHY_NEVER, "bad-name", "%s: %s", path.data,
		    err_text(rc));
	explicit_bzero(text.data, text.cap);
	buf_fini(&text);
	buf_fini(&path);
	return rc;
}

/* The secret half first: if only one of the two gets written, it is the one
 * from which the other can be made again. */
static int
create_both(
    int dirfd, const char *name, const struct curve_key *key, struct why *why)
{
	int rc = create_one(dirfd, name, ".key", key, why);

	if (rc != 0)
		return rc;
	rc = create_one(dirfd, name, ".pub", key, why);
	if (rc != 0) {
		struct buf path;
		buf_init(&path, 4096);
		buf_printf(&path, "%s.key", name);
		(void)unlinkat(dirfd, path.data, 0);
		buf_fini(&path);
		return rc;
	}
	rc = file_dir_sync(dirfd);
	if (rc != 0)
		why_system(why, WHY_NEVER, name);
	return rc;
}

int
curve_save(const char *path, const struct curve_key *key, struct why *why)
{
	char *copy = mem_text(path);
	char *slash = strrchr(copy, '/');
	const char *folder = ".", *name = copy;

	if (slash != NULL) {
		name = slash + 1;
		*slash = '\0';
		folder = slash == copy ? "/" : copy;
	}
	int dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = TSK_SYSTEM;
	if (dirfd < 0)
		why_system(why, WHY_NEVER, folder);
	else
		rc = create_both(dirfd, name, key, why);
	if (dirfd >= 0)
		(void)close(dirfd);
	free(copy);
	return rc;
}

/* ---- reading ---- */

static int
refuse(struct why *why, const char *file, int rc, const char *sentence)
{
	why_set(why, WHY_NEVER, "bad-key", "%s: %s", file, sentence);
	return rc;
}

static int
check_private(const char *file, struct why *why)
{
	int rc = file_private(file);

	if (rc == TSK_DENIED)
		return refuse(why, file, rc,
		    "others may read this secret key: make it belong to the "
		    "program's user and chmod 600 it; if others could read it "
		    "for long, make a new key");
	if (rc == TSK_SYSTEM)
		why_system(why, WHY_NEVER, file);
	else if (rc != 0)
		return refuse(why, file, rc, err_text(rc));
	return rc;
}

static int
check_pair(const char *file, const struct key_file *parts, struct why *why)
{
	char public_key[CURVE_KEY_BYTES];

	if (!curve_form(parts->public_key))
		return refuse(why, file, TSK_INVALID,
		    "the public key is not 40 characters of Z85");
	if (curve_known(parts->public_key))
		return refuse(why, file, TSK_DENIED,
		    "this key is printed in the ZeroMQ manual and no secret: "
		    "make one of your own");
	if (*parts->secret_key == '\0')
		return 0;
	if (!curve_form(parts->secret_key))
		return refuse(why, file, TSK_INVALID,
		    "the secret key is not 40 characters of Z85");
	if (zmq_curve_public(public_key, parts->secret_key) != 0 ||
	    strcmp(public_key, parts->public_key) != 0)
		return refuse(why, file, TSK_INVALID,
		    "the public and the secret key do not belong together");
	return 0;
}

static bool
has_suffix(const char *text, const char *suffix)
{
	size_t n = strlen(text), m = strlen(suffix);

	return n >= m && strcmp(text + n - m, suffix) == 0;
}

static void
take_parts(struct curve_key *key, const struct key_file *parts)
{
	memcpy(key->public_key, parts->public_key, CURVE_KEY_BYTES);
	if (*parts->secret_key != '\0')
		memcpy(key->secret_key, parts->secret_key, CURVE_KEY_BYTES);
}

int
curve_load(const char *file, struct curve_key *key, struct why *why)
{
	struct key_file parts = {.public_key = NULL};
	bool secret = has_suffix(file, ".key");
	int rc = secret ? check_private(file, why) : 0;

	*key = (struct curve_key){.public_key = ""};
	if (rc == 0)
		rc = conf_load(file, key_rows, &parts, why);
	if (rc != 0)
		return rc;
	if (secret && *parts.secret_key == '\0')
		rc = refuse(why, file, TSK_INVALID,
		    "there is no secret key in it: it looks like the .pub "
		    "file");
	else if (!secret && *parts.secret_key != '\0')
		rc = check_private(file, why);
	if (rc == 0)
		rc = check_pair(file, &parts, why);
	if (rc == 0)
		take_parts(key, &parts);
	explicit_bzero(parts.secret_key, strlen(parts.secret_key));
	conf_free(key_rows, &parts);
	return rc;
}

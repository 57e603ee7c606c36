/* NAME
 *	vault - the folder of containers
 * SUMMARY
 *	see vault.h
 * DIAGNOSTICS
 *	never: settings, master, certificate-damaged, no-certificate.
 *	later: folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "crash.h"
#include "digest.h"
#include "file.h"

#include "vault.h"

#define SALT_FILE     "vault.json"
#define SALT_FILE_MAX 1024u
#define ENDING        ".office"
#define VERSION       1

struct vault {
	int dirfd;
	bool keyed;
	uint8_t salt[MASTER_SALT_BYTES];
	uint8_t root[MASTER_KEY_BYTES], facts_key[MASTER_KEY_BYTES];
};

static int
fail(int rc, struct why *why, const char *what)
{
	why_set(why, rc == TSK_SYSTEM || rc == TSK_FULL ? WHY_LATER : WHY_NEVER,
	    "folder", "The folder of certificates: %s: %s.", what,
	    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

static const char *
file_name(const char *number, char out[VAULT_FILE_BYTES])
{
	snprintf(out, VAULT_FILE_BYTES, "%.10s" ENDING, number);
	return out;
}

/* ---- the salt ---- */

/* What tells a wrong master secret at once, not at the first office. */
static void
check_text(
    const uint8_t root[MASTER_KEY_BYTES], const uint8_t *salt, char out[65])
{
	uint8_t check[MASTER_KEY_BYTES];

	master_derive(root, salt, "check", "", check);
	digest_hex(check, sizeof(check), out);
}

static int
salt_write(struct vault *v)
{
	char salt[2 * MASTER_SALT_BYTES + 1], check[65];
	json_t *root;
	char *text;
	int rc;

	check_text(v->root, v->salt, check);
	root = json_pack("{si ss ss}", "version", VERSION, "salt",
	    digest_hex(v->salt, sizeof(v->salt), salt), "check", check);
	text = json_dumps(root, JSON_INDENT(1));
	rc = file_create(v->dirfd, SALT_FILE, text, strlen(text), 0600);
	free(text);
	json_decref(root);
	return rc < 0 ? rc : file_dir_sync(v->dirfd);
}

static int
salt_read(struct vault *v, char check[66])
{
	struct buf text;
	json_t *root = NULL;
	int rc;

	buf_init(&text, SALT_FILE_MAX);
	rc = file_read(v->dirfd, SALT_FILE, SALT_FILE_MAX, &text);
	if (rc == 0)
		root = json_loadb(text.data, text.len, 0, NULL);
	const char *salt = json_string_value(json_object_get(root, "salt"));
	const char *known = json_string_value(json_object_get(root, "check"));
	if (rc == 0 && (salt == NULL || known == NULL ||
			   digest_unhex(salt, v->salt, MASTER_SALT_BYTES) < 0))
		rc = TSK_DAMAGED;
	else if (rc == 0 && json_integer_value(
				json_object_get(root, "version")) != VERSION)
		rc = TSK_VERSION;
	else if (rc == 0)
		snprintf(check, 66, "%s", known);
	json_decref(root);
	buf_fini(&text);
	return rc;
}

static int
take_master(struct vault *v, const char *master, bool make, struct why *why)
{
	char known[66] = "", check[65];
	int rc = salt_read(v, known);
	bool fresh = rc == TSK_NOTFOUND && make;

	if (fresh)
		digest_random(v->salt, sizeof(v->salt));
	else if (rc < 0)
		return fail(rc, why, SALT_FILE);
	rc = master_root(master, v->salt, v->root, why);
	if (rc < 0)
		return rc;
	if (fresh) {
		rc = salt_write(v);
		if (rc < 0)
			return fail(rc, why, SALT_FILE);
	} else {
		check_text(v->root, v->salt, check);
		if (CRYPTO_memcmp(check, known, 64) != 0 ||
		    strlen(known) != 64) {
			why_set(why, WHY_NEVER, "master",
			    "The master secret is not the one these "
			    "certificates were sealed with.");
			return TSK_DENIED;
		}
	}
	master_derive(v->root, v->salt, "facts", "", v->facts_key);
	v->keyed = true;
	return 0;
}

/* ---- opening ---- */

static int
open_folder(const char *folder, bool make, struct why *why)
{
	struct stat st;
	int rc = make ? file_dir_make(AT_FDCWD, folder, 0700) : 0;
	int fd = rc < 0 ? rc : file_dir_open(AT_FDCWD, folder);

	if (fd < 0)
		return fail(fd, why, folder);
	if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0) {
		close(fd);
		why_set(why, WHY_NEVER, "settings",
		    "%s: others may look into it; set its mode to 0700.",
		    folder);
		return TSK_DENIED;
	}
	return fd;
}

int
vault_open(const char *folder, const char *master, bool make,
    struct vault **out, struct why *why)
{
	struct vault *v;
	int fd = open_folder(folder, make, why), rc = 0;

	*out = NULL;
	if (fd < 0)
		return fd;
	v = mem_new(sizeof(*v));
	v->dirfd = fd;
	if (master[0] != '\0')
		rc = take_master(v, master, make, why);
	if (rc < 0)
		vault_close(&v);
	*out = v;
	return rc;
}

void
vault_close(struct vault **vault)
{
	if (*vault == NULL)
		return;
	close((*vault)->dirfd);
	OPENSSL_cleanse(*vault, sizeof(**vault));
	free(*vault);
	*vault = NULL;
}

/* ---- containers ---- */

void
vault_key(const struct vault *v, const struct container_facts *facts,
    uint8_t key[MASTER_KEY_BYTES])
{
	if (!v->keyed)
		panic("a vault without its master secret");
	master_derive(v->root, facts->salt, "office", facts->number, key);
}

int
vault_put(struct vault *v, struct container_facts *facts,
    const struct secrets *secrets, struct why *why)
{
	uint8_t key[MASTER_KEY_BYTES], id[16];
	char name[VAULT_FILE_BYTES];
	struct buf text;

	if (!number_office_form(facts->number, strlen(facts->number)))
		return fail(TSK_INVALID, why, "no office number");
	digest_random(id, sizeof(id));
	digest_hex(id, sizeof(id), facts->id);
	digest_random(facts->salt, sizeof(facts->salt));
	vault_key(v, facts, key);
	buf_init(&text, CONTAINER_MAX);
	container_seal(facts, secrets, v->facts_key, key, &text);
	OPENSSL_cleanse(key, sizeof(key));
	int rc = buf_ok(&text) ? 0 : TSK_TOOBIG;
	CRASH_POINT("national-before-container");
	if (rc == 0)
		rc = file_write(v->dirfd, file_name(facts->number, name),
		    text.data, text.len, 0600);
	CRASH_POINT("national-after-container");
	buf_fini(&text);
	facts->authentic = rc == 0;
	return rc < 0 ? fail(rc, why, name) : 0;
}

int
vault_remove(struct vault *v, const char *number, struct why *why)
{
	struct container_facts facts;
	char name[VAULT_FILE_BYTES];
	int rc = vault_facts(v, number, &facts, why);

	if (rc == TSK_NOTFOUND)
		return rc;
	rc = file_remove_tree(v->dirfd, file_name(number, name));
	if (rc == 0)
		rc = file_dir_sync(v->dirfd);
	return rc < 0 ? fail(rc, why, name) : 0;
}

static int
no_certificate(int rc, const char *number, struct why *why)
{
	if (rc == TSK_NOTFOUND)
		why_set(why, WHY_NEVER, "no-certificate",
		    "There is no certificate for %.10s.", number);
	else if (rc == TSK_VERSION)
		why_set(why, WHY_NEVER, "certificate-version",
		    "The certificate of %.10s was sealed by another version.",
		    number);
	else if (rc == TSK_SYSTEM)
		return fail(rc, why, number);
	else
		why_set(why, WHY_NEVER, "certificate-damaged",
		    "The container of %.10s is damaged or was changed; add the "
		    "certificate again.",
		    number);
	return rc;
}

static int
read_container(struct vault *v, const char *number, struct buf *out)
{
	char name[VAULT_FILE_BYTES];

	if (!number_office_form(number, strlen(number)))
		return TSK_NOTFOUND;
	return file_read(v->dirfd, file_name(number, name), CONTAINER_MAX, out);
}

int
vault_facts(struct vault *v, const char *number, struct container_facts *out,
    struct why *why)
{
	struct buf text;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&text, CONTAINER_MAX);
	rc = read_container(v, number, &text);
	if (rc == 0)
		rc = container_facts(
		    text.data, text.len, v->keyed ? v->facts_key : NULL, out);
	/* a container of another office under this name */
	if (rc == 0 && strcmp(out->number, number) != 0)
		rc = TSK_DAMAGED;
	buf_fini(&text);
	return rc < 0 ? no_certificate(rc, number, why) : 0;
}

static bool
take_number(const char *name, char number[NUMBER_OFFICE_BYTES])
{
	if (strlen(name) != NUMBER_OFFICE_CHARS + strlen(ENDING) ||
	    strcmp(name + NUMBER_OFFICE_CHARS, ENDING) != 0 ||
	    !number_office_form(name, NUMBER_OFFICE_CHARS))
		return false;
	snprintf(number, NUMBER_OFFICE_BYTES, "%.10s", name);
	return true;
}

int
vault_list(struct vault *v, struct container_facts **out, size_t *count,
    struct why *why)
{
	char **names = NULL, number[NUMBER_OFFICE_BYTES];
	int n = file_list(v->dirfd, &names);

	*out = NULL;
	*count = 0;
	if (n < 0)
		return fail(n, why, "listing it");
	*out = mem_new(((size_t)n + 1) * sizeof(**out));
	for (int i = 0; i < n; i++) {
		struct container_facts *facts = &(*out)[*count];
		if (!take_number(names[i], number))
			continue;
		if (vault_facts(v, number, facts, NULL) < 0) {
			memset(facts, 0, sizeof(*facts));
			snprintf(
			    facts->number, sizeof(facts->number), "%s", number);
		}
		(*count)++;
	}
	file_list_free(&names);
	return 0;
}

int64_t
vault_stamp(struct vault *v)
{
	struct stat st;

	if (fstat(v->dirfd, &st) != 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

int
vault_file(struct vault *v, const char *number)
{
	char name[VAULT_FILE_BYTES];
	int fd = openat(v->dirfd, file_name(number, name),
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? TSK_NOTFOUND : TSK_SYSTEM;
	return fd;
}

int
vault_open_office(
    struct vault *v, const char *number, struct secrets *out, struct why *why)
{
	uint8_t key[MASTER_KEY_BYTES];
	struct container_facts facts;
	struct buf text;
	int rc = vault_facts(v, number, &facts, why);

	memset(out, 0, sizeof(*out));
	if (rc < 0)
		return rc;
	buf_init(&text, CONTAINER_MAX);
	rc = read_container(v, number, &text);
	vault_key(v, &facts, key);
	if (rc == 0)
		rc = container_open(text.data, text.len, number, key, out);
	OPENSSL_cleanse(key, sizeof(key));
	buf_fini(&text);
	return rc < 0 ? no_certificate(rc, number, why) : 0;
}

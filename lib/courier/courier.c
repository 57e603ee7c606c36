/* NAME
 *	courier - bundles between two sites without a line, on a medium
 * DESCRIPTION
 *	Keys, memory, and what the agent asks; writing a medium is
 *	courier_export.c, reading one courier_import.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "digest.h"
#include "file.h"

#include "courier_inside.h"

#define KEY_FILE      "key"
#define US_FILE       "us.pub"
#define PEER_FILE     "peer.pub"
#define STATE_FILE    "state"
#define LOCK_FILE     ".lock"
#define STATE_MAX     (64u * 1024)
#define LOCK_PAUSE_NS (20 * 1000 * 1000)
#define LOCK_PAUSES   500
#define NOTE_MAX      256u

static const char *const folders[COURIER_FOLDERS] = {"courier", "out", "sent",
    "carried", "in", "known", "got", "owed", ".incoming"};

int
courier_fail(int rc, struct why *why, const char *what)
{
	if (rc == TSK_FULL)
		why_set(why, WHY_LATER, "disk-full", "The disk is full (%s).",
		    what);
	else
		why_set(why, WHY_LATER, "folder",
		    "The courier's folder: %s: "
		    "%s.",
		    what, rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

bool
courier_has(
    const struct courier *c, enum courier_folder folder, const char *name)
{
	return faccessat(c->fds[folder], name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int
courier_open_medium(const char *medium, struct why *why)
{
	int dir = file_dir_open(AT_FDCWD, medium);

	if (dir < 0)
		why_set(why, WHY_NEVER, "medium",
		    "The medium %s cannot be opened.", medium);
	return dir;
}

void
courier_direction(const uint8_t from[SEAL_ID_BYTES],
    const uint8_t to[SEAL_ID_BYTES], char out[9])
{
	uint8_t sum[DIGEST_BYTES];
	struct digest *d = digest_new();

	digest_add(d, from, SEAL_ID_BYTES);
	digest_add(d, to, SEAL_ID_BYTES);
	digest_end(&d, sum);
	digest_hex(sum, 4, out);
	for (char *p = out; *p != '\0'; p++)
		*p = *p >= 'a' ? (char)(*p - 'a' + 'A') : *p;
}

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
	dir = root < 0
		  ? root
		  : file_dir_below(root, folders[COURIER_ROOT], FOLDER_MODE);
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

/* ---- opening ---- */

static int
open_keys(struct courier *c, struct why *why)
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

static int
open_folders(struct courier *c, const char *spool, struct why *why)
{
	int rc = c->spool = file_dir_open(AT_FDCWD, spool);

	/* only init makes one: a wrong path is to be noticed */
	if (rc >= 0)
		c->fds[COURIER_ROOT] = rc =
		    file_dir_open(c->spool, folders[COURIER_ROOT]);
	for (int i = COURIER_ROOT + 1; i < COURIER_FOLDERS && rc >= 0; i++)
		c->fds[i] = rc = file_dir_below(
		    c->fds[COURIER_ROOT], folders[i], FOLDER_MODE);
	if (rc >= 0)
		c->lock = rc = openat(c->fds[COURIER_ROOT], LOCK_FILE,
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (rc == TSK_NOTFOUND) {
		why_set(why, WHY_NEVER, "no-keys",
		    "%s is no courier's folder: tasukictl courier init.",
		    spool);
		return rc;
	}
	return rc < 0
		   ? courier_fail(rc == -1 ? TSK_SYSTEM : rc, why, "opening it")
		   : 0;
}

int
courier_open(const char *spool, struct courier **out, struct why *why)
{
	struct courier *c = mem_new(sizeof(*c));
	int rc;

	c->spool = c->lock = -1;
	for (int i = 0; i < COURIER_FOLDERS; i++)
		c->fds[i] = -1;
	*out = c;
	rc = open_folders(c, spool, why);
	if (rc == 0)
		rc = open_keys(c, why);
	if (rc < 0)
		courier_close(out);
	return rc;
}

void
courier_close(struct courier **courier_p)
{
	struct courier *c = *courier_p;

	if (c == NULL)
		return;
	for (int i = 0; i < COURIER_FOLDERS; i++)
		if (c->fds[i] >= 0)
			close(c->fds[i]);
	if (c->lock >= 0)
		close(c->lock);
	if (c->spool >= 0)
		close(c->spool);
	seal_forget(&c->us);
	free(c);
	*courier_p = NULL;
}

/* ---- memory ---- */

static bool
memory_line(struct memory *m, const char *line)
{
	char hex[2 * SEAL_SERIAL_BYTES + 1];
	struct remembered *r = &m->have[m->count];

	if (sscanf(line, "sent %" SCNu64, &m->sent) == 1 ||
	    sscanf(line, "highest %" SCNu64, &m->highest) == 1)
		return true;
	if (m->count == HAVE_MAX ||
	    sscanf(line, "have %" SCNu64 " %32[0-9a-f]", &r->number, hex) !=
		2 ||
	    digest_unhex(hex, r->serial, SEAL_SERIAL_BYTES) != 0)
		return false;
	m->count++;
	return true;
}

static int
recall(struct courier *c)
{
	struct buf text;
	char *line, *rest;
	bool end = false, good = true;
	int rc;

	memset(&c->memory, 0, sizeof(c->memory));
	buf_init(&text, STATE_MAX);
	rc = file_read(c->fds[COURIER_ROOT], STATE_FILE, STATE_MAX - 1, &text);
	if (rc == TSK_NOTFOUND) {
		buf_fini(&text);
		return 0;
	}
	for (rest = text.data; rc == 0 && good && !end && rest != NULL;) {
		line = strsep(&rest, "\n");
		end = strcmp(line, "end") == 0;
		good = end || memory_line(&c->memory, line);
	}
	buf_fini(&text);
	return rc < 0 ? rc : good && end ? 0 : TSK_DAMAGED;
}

int
courier_remember(struct courier *c)
{
	const struct memory *m = &c->memory;
	char hex[2 * SEAL_SERIAL_BYTES + 1];
	struct buf text;
	int rc;

	buf_init(&text, STATE_MAX);
	buf_printf(&text, "sent %" PRIu64 "\nhighest %" PRIu64 "\n", m->sent,
	    m->highest);
	for (size_t i = 0; i < m->count; i++)
		buf_printf(&text, "have %" PRIu64 " %s\n", m->have[i].number,
		    digest_hex(m->have[i].serial, SEAL_SERIAL_BYTES, hex));
	buf_text(&text, "end\n");
	rc = buf_ok(&text) ? file_write(c->fds[COURIER_ROOT], STATE_FILE,
				 text.data, text.len, FILE_MODE)
			   : TSK_TOOBIG;
	buf_fini(&text);
	return rc;
}

/* A person's command waits for the agent, which holds the lock for moments;
 * the agent (no why) comes again by itself. */
static bool
lock(struct courier *c, bool patient)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

	for (int i = 0; flock(c->lock, LOCK_EX | LOCK_NB) != 0; i++) {
		if (!patient || i == LOCK_PAUSES)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

int
courier_lock(struct courier *c, struct why *why)
{
	if (!lock(c, why != NULL)) {
		why_set(why, WHY_LATER, "courier-busy",
		    "Another export or import is running.");
		return TSK_LATER;
	}
	int rc = recall(c);
	if (rc < 0) {
		courier_unlock(c);
		courier_fail(rc, why, "its memory (courier/state)");
	}
	return rc;
}

void
courier_unlock(struct courier *c)
{
	(void)flock(c->lock, LOCK_UN);
}

/* Only numbers younger than the oldest one remembered can be told. */
unsigned
courier_missing(const struct memory *m, uint64_t list[COURIER_MISSING])
{
	uint64_t from = 1;
	unsigned n = 0;

	if (m->count == HAVE_MAX) {
		from = m->highest;
		for (size_t i = 0; i < m->count; i++)
			from =
			    m->have[i].number < from ? m->have[i].number : from;
	}
	if (m->highest - from > 2 * HAVE_MAX)
		from = m->highest - 2 * HAVE_MAX;
	for (uint64_t number = from; number < m->highest; number++) {
		bool there = false;

		for (size_t i = 0; i < m->count && !there; i++)
			there = m->have[i].number == number;
		if (!there && n < COURIER_MISSING)
			list[n] = number;
		n += there ? 0 : 1;
	}
	return n;
}

/* ---- notes ---- */

int
courier_note_read(struct courier *c, enum courier_folder folder,
    const char *key, struct cargo_receipt *out)
{
	struct buf text;
	int rc;

	buf_init(&text, NOTE_MAX);
	rc = file_read(c->fds[folder], key, NOTE_MAX - 1, &text);
	if (rc == 0)
		rc = text.len == 0
			 ? TSK_DAMAGED
			 : cargo_receipt_parse(text.data, text.len, out);
	buf_fini(&text);
	return rc;
}

int
courier_note(struct courier *c, enum courier_folder folder,
    const struct cargo_receipt *receipt)
{
	struct cargo_receipt old;
	struct buf text;
	int rc = courier_note_read(c, folder, receipt->key, &old);

	/* delivered and refused are ends */
	if (rc == 0 && old.state >= receipt->state)
		return 0;
	buf_init(&text, NOTE_MAX);
	cargo_receipt_print(receipt, &text);
	rc = file_write(
	    c->fds[folder], receipt->key, text.data, text.len, FILE_MODE);
	buf_fini(&text);
	return rc;
}

/* ---- the agent ---- */

int
courier_offer(struct courier *c, const char *key)
{
	int rc = file_create(c->fds[COURIER_OUT], key, "", 0, FILE_MODE);

	if (rc == TSK_EXIST)
		return 0;
	return rc == 0 ? file_dir_sync(c->fds[COURIER_OUT]) : rc;
}

int
courier_withdraw(struct courier *c, const char *key)
{
	struct buf text;
	int rc = courier_lock(c, NULL);

	if (rc < 0)
		return TSK_LATER;
	buf_init(&text, 64);
	rc = file_read(c->fds[COURIER_OUT], key, 63, &text);
	if (rc == 0 && text.len > 0)
		rc = TSK_DENIED;
	else if (rc == 0)
		rc = file_remove_tree(c->fds[COURIER_OUT], key);
	else if (rc == TSK_NOTFOUND)
		rc = 0;
	buf_fini(&text);
	courier_unlock(c);
	return rc;
}

bool
courier_carried(struct courier *c, const char *key)
{
	return courier_has(c, COURIER_CARRIED, key);
}

int
courier_got(struct courier *c, const char *key, struct cargo_receipt *out)
{
	return courier_note_read(c, COURIER_GOT, key, out);
}

/* out first: what is no longer offered gets no receipts any more. */
void
courier_forget(struct courier *c, const char *key)
{
	static const enum courier_folder all[] = {
	    COURIER_OUT, COURIER_GOT, COURIER_CARRIED};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		(void)!file_remove_tree(c->fds[all[i]], key);
}

int
courier_in(struct courier *c, char ***names)
{
	return file_list(c->fds[COURIER_IN], names);
}

int
courier_in_open(struct courier *c, const char *key)
{
	return file_dir_open(c->fds[COURIER_IN], key);
}

int
courier_taken(struct courier *c, const char *key)
{
	return file_remove_tree(c->fds[COURIER_IN], key);
}

int
courier_owe(struct courier *c, const struct cargo_receipt *receipt)
{
	int rc = courier_lock(c, NULL);

	/* an import takes away what the peer has: not this word before it */
	if (rc < 0)
		return TSK_LATER;
	rc = courier_note(c, COURIER_OWED, receipt);
	courier_unlock(c);
	return rc;
}

int
courier_unknown(struct courier *c, const char *key)
{
	char **months;
	int n = file_list(c->fds[COURIER_KNOWN], &months), rc = 0;

	for (int i = 0; i < n && rc == 0; i++) {
		int dir = file_dir_open(c->fds[COURIER_KNOWN], months[i]);

		if (dir < 0)
			continue;
		rc = file_remove_tree(dir, key);
		close(dir);
	}
	if (n >= 0)
		file_list_free(&months);
	return n < 0 ? n : rc;
}

void
courier_tidy(struct courier *c)
{
	static const enum courier_folder all[] = {
	    COURIER_OUT, COURIER_CARRIED, COURIER_GOT, COURIER_OWED};

	if (courier_lock(c, NULL) < 0)
		return;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		(void)!file_tidy(c->fds[all[i]]);
	courier_unlock(c);
}

/* ---- looking ---- */

static unsigned
count_in(struct courier *c, enum courier_folder folder)
{
	char **names;
	int n = file_list(c->fds[folder], &names);

	if (n < 0)
		return 0;
	file_list_free(&names);
	return (unsigned)n;
}

static void
count_out(struct courier *c, struct courier_state *out)
{
	char **names;
	int n = file_list(c->fds[COURIER_OUT], &names);

	for (int i = 0; i < n; i++) {
		struct buf text;

		buf_init(&text, 64);
		if (courier_has(c, COURIER_CARRIED, names[i]))
			out->carried++;
		else if (file_read(c->fds[COURIER_OUT], names[i], 63, &text) ==
			     0 &&
			 text.len > 0)
			out->under_way++;
		else
			out->waiting++;
		buf_fini(&text);
	}
	if (n >= 0)
		file_list_free(&names);
}

int
courier_status(struct courier *c, struct courier_state *out, struct why *why)
{
	int rc;

	memset(out, 0, sizeof(*out));
	rc = courier_lock(c, why);
	if (rc < 0)
		return rc;
	out->sent = c->memory.sent;
	out->highest = c->memory.highest;
	out->missing = courier_missing(&c->memory, out->missing_first);
	count_out(c, out);
	out->in = count_in(c, COURIER_IN);
	out->owed = count_in(c, COURIER_OWED);
	seal_print(&c->us.public, out->us_print);
	seal_print(&c->peer, out->peer_print);
	courier_unlock(c);
	return 0;
}

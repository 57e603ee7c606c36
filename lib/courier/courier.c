/* NAME
 *	courier - bundles between two sites without a line, on a medium
 * DESCRIPTION
 *	Opening, and what the agent asks; keys are courier_keys.c, what is
 *	remembered courier_memory.c, writing a medium is courier_export.c,
 *	reading one courier_import.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "file.h"

#include "courier_inside.h"

#define LOCK_FILE ".lock"

static const char *const folders[COURIER_FOLDERS] = {COURIER_FOLDER, "out",
    "sent", "carried", "in", "known", "got", "owed", ".incoming"};

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

/* ---- opening ---- */

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
		rc = courier_keys_open(c, why);
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

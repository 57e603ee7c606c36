/* NAME
 *	courier_import - what a medium brought
 * DESCRIPTION
 *	Every bundle for us that lies there, by number.  Each is proved and read
 *	through before anything of it is taken; then parcels and receipts are
 *	put down, and last its serial is remembered.  A crash in between: it is
 *	imported again, and what is there already is known.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "digest.h"
#include "file.h"

#include "courier_inside.h"

#define MEDIUM_FILES_MAX 10000
#define AGE_MAX_MS       (390LL * 24 * 3600 * 1000) /* known/ goes back so far */
#define KNOWN_MONTHS     15
#define LISTING_MAX      (16u << 20)

/* One bundle on the medium. */
struct lying {
	char *folder, *name;
	struct seal_head head;
};

struct unpacking {
	struct courier *c;
	struct courier_report *report;
	int64_t now_ms;
	struct lying *lying;
	size_t count;
	/* the parcel being read */
	char key[CARGO_KEY_BYTES], tmp[CARGO_KEY_BYTES + 4];
	int dir; /* -1: none, or known */
};

/* ---- parcels ---- */

static int
open_known(struct courier *c, const char *key)
{
	char month[CLOCK_TEXT_BYTES];
	struct id id;
	unsigned leg;

	if (leg_key_parse(key, &id, &leg) != 0)
		return TSK_INVALID;
	clock_month(id_wall_ms(&id), month);
	return file_dir_below(c->fds[COURIER_KNOWN], month, FOLDER_MODE);
}

/* 1: it came before. */
static int
known(struct courier *c, const char *key)
{
	int dir, rc;

	if (courier_has(c, COURIER_IN, key))
		return 1;
	dir = open_known(c, key);
	if (dir < 0)
		return dir;
	rc = faccessat(dir, key, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	close(dir);
	return rc;
}

static int
make_known(struct courier *c, const char *key)
{
	int dir = open_known(c, key), rc;

	if (dir < 0)
		return dir;
	rc = file_write(dir, key, "", 0, FILE_MODE);
	close(dir);
	return rc;
}

/* The parcel that was begun is whole. */
static int
end_parcel(struct unpacking *u)
{
	struct courier *c = u->c;
	int rc;

	if (u->dir < 0)
		return 0;
	rc = file_dir_sync(u->dir);
	close(u->dir);
	u->dir = -1;
	CRASH_POINT("courier-unpacked");
	if (rc == 0)
		rc = file_move(c->fds[COURIER_INCOMING], u->tmp,
		    c->fds[COURIER_IN], u->key);
	if (rc == 0)
		rc = file_dir_sync(c->fds[COURIER_IN]);
	CRASH_POINT("courier-in");
	if (rc == 0)
		rc = make_known(c, u->key);
	if (rc == 0)
		u->report->parcels++;
	return rc;
}

static int
on_parcel(void *arg, const char *key, const void *manifest, size_t n)
{
	struct unpacking *u = arg;
	struct courier *c = u->c;
	int rc = end_parcel(u);

	if (rc < 0)
		return rc;
	rc = known(c, key);
	if (rc == 1)
		u->report->known++;
	if (rc != 0)
		return rc < 0 ? rc : 0;
	snprintf(u->key, sizeof(u->key), "%s", key);
	snprintf(u->tmp, sizeof(u->tmp), "%s.tmp", key);
	rc = file_remove_tree(c->fds[COURIER_INCOMING], u->tmp);
	if (rc == 0)
		u->dir = rc = file_dir_below(
		    c->fds[COURIER_INCOMING], u->tmp, FOLDER_MODE);
	return rc < 0 ? rc
		      : file_create(
			    u->dir, COURIER_PARCEL, manifest, n, FILE_MODE);
}

static int
on_document(void *arg, const char *name, const void *p, size_t n)
{
	struct unpacking *u = arg;

	return u->dir < 0 ? 0 : file_create(u->dir, name, p, n, FILE_MODE);
}

static int
on_receipt(void *arg, const struct cargo_receipt *receipt)
{
	struct unpacking *u = arg;
	int rc = end_parcel(u);

	/* of a parcel that is over nothing more is to be known */
	if (rc < 0 || !courier_has(u->c, COURIER_OUT, receipt->key))
		return rc;
	rc = courier_note(u->c, COURIER_GOT, receipt);
	if (rc == 0)
		u->report->receipts++;
	return rc;
}

/* ---- what the peer has ---- */

static int
apply_line(struct courier *c, const char *line)
{
	char key[CARGO_KEY_BYTES];
	struct cargo_receipt owed;
	int state;

	if (sscanf(line, "parcel %36s", key) == 1)
		return !courier_has(c, COURIER_OUT, key)
			   ? 0
			   : file_write(c->fds[COURIER_CARRIED], key, "", 0,
				 FILE_MODE);
	if (sscanf(line, "receipt %36s %d", key, &state) == 2 &&
	    courier_note_read(c, COURIER_OWED, key, &owed) == 0 &&
	    (int)owed.state == state)
		return file_remove_tree(c->fds[COURIER_OWED], key);
	return 0;
}

static bool
among(const struct cargo_head *head, const char *hex)
{
	uint8_t serial[SEAL_SERIAL_BYTES];

	if (digest_unhex(hex, serial, sizeof(serial)) != 0)
		return false;
	for (size_t i = 0; i < head->count; i++)
		if (memcmp(head->have[i], serial, sizeof(serial)) == 0)
			return true;
	return false;
}

/* One bundle of ours, if the peer names its serial. */
static int
apply_sent(struct courier *c, const struct cargo_head *head, const char *name)
{
	struct buf text;
	char *rest, *line;
	int rc;

	buf_init(&text, LISTING_MAX + 129);
	rc = file_read(c->fds[COURIER_SENT], name, LISTING_MAX + 128, &text);
	rest = text.data;
	line = rc == 0 && rest != NULL ? strsep(&rest, "\n") : NULL;
	if (line == NULL || strncmp(line, "serial ", 7) != 0 ||
	    !among(head, line + 7)) {
		buf_fini(&text);
		return rc;
	}
	while (rc == 0 && rest != NULL && (line = strsep(&rest, "\n")) != NULL)
		rc = apply_line(c, line);
	buf_fini(&text);
	CRASH_POINT("courier-acknowledged");
	return rc == 0 ? file_remove_tree(c->fds[COURIER_SENT], name) : rc;
}

static int
on_head(void *arg, const struct cargo_head *head)
{
	struct unpacking *u = arg;
	struct courier *c = u->c;
	char **names;
	int n = file_list(c->fds[COURIER_SENT], &names), rc = 0;

	for (int i = 0; i < n && rc == 0; i++)
		if (names[i][0] != '.')
			rc = apply_sent(c, head, names[i]);
	if (n >= 0)
		file_list_free(&names);
	/* our folder is older than what the peer has (a restored backup):
	 * never give out a number twice */
	if (head->highest > c->memory.sent)
		c->memory.sent = head->highest;
	return n < 0 ? n : rc;
}

/* ---- one bundle ---- */

static bool
have(const struct memory *m, const uint8_t serial[SEAL_SERIAL_BYTES])
{
	for (size_t i = 0; i < m->count; i++)
		if (memcmp(m->have[i].serial, serial, SEAL_SERIAL_BYTES) == 0)
			return true;
	return false;
}

static int
keep_serial(struct courier *c, const struct seal_head *head)
{
	struct memory *m = &c->memory;

	if (m->count == HAVE_MAX) {
		memmove(&m->have[0], &m->have[1],
		    (HAVE_MAX - 1) * sizeof(m->have[0]));
		m->count--;
	}
	m->have[m->count].number = head->number;
	memcpy(m->have[m->count++].serial, head->serial, SEAL_SERIAL_BYTES);
	if (head->number > m->highest)
		m->highest = head->number;
	return courier_remember(c);
}

static int
take(struct unpacking *u, const struct seal_head *head, const struct buf *plain)
{
	static const struct cargo_events events = {.head = on_head,
	    .parcel = on_parcel,
	    .document = on_document,
	    .receipt = on_receipt};
	int rc = cargo_read(plain->data, plain->len, &events, u);

	if (rc == 0)
		rc = end_parcel(u);
	if (u->dir >= 0)
		close(u->dir);
	u->dir = -1;
	CRASH_POINT("courier-taken");
	if (rc == 0)
		rc = keep_serial(u->c, head);
	CRASH_POINT("courier-remembered");
	if (rc < 0)
		return rc;
	u->report->bundles++;
	if (u->report->first == 0)
		u->report->first = head->number;
	u->report->last = head->number;
	return 0;
}

static int
import_file(struct unpacking *u, const struct buf *file)
{
	struct seal_head head;
	struct buf plain;
	int rc;

	buf_init(&plain, SEAL_FILE_MAX);
	rc = seal_open(
	    &u->c->us, &u->c->peer, file->data, file->len, &head, &plain);
	if (rc == 0 && cargo_read(plain.data, plain.len, NULL, NULL) != 0)
		rc = TSK_DAMAGED;
	if (rc == TSK_DAMAGED || rc == TSK_INVALID) {
		u->report->damaged++;
		rc = 0;
	} else if (rc == TSK_DENIED) {
		u->report->foreign++;
		rc = 0;
	} else if (rc == 0 && have(&u->c->memory, head.serial)) {
		u->report->already++;
	} else if (rc == 0 && u->now_ms - head.made_ms > AGE_MAX_MS) {
		u->report->old++;
	} else if (rc == 0) {
		rc = take(u, &head, &plain);
	}
	buf_fini(&plain);
	return rc;
}

/* ---- the medium ---- */

static int
import_one(struct unpacking *u, int medium, const struct lying *lying)
{
	int top = file_dir_open(medium, MEDIUM_FOLDER);
	int dir = top < 0 ? top : file_dir_open(top, lying->folder);
	struct buf file;
	int rc;

	if (top >= 0)
		close(top);
	buf_init(&file, SEAL_FILE_MAX + 1u);
	rc = dir < 0 ? dir : file_read(dir, lying->name, SEAL_FILE_MAX, &file);
	if (dir >= 0)
		close(dir);
	if (rc < 0) { /* a bad sector is the medium's, not ours */
		u->report->damaged++;
		rc = 0;
	} else if (file.len == 0) {
		u->report->damaged++;
	} else {
		rc = import_file(u, &file);
	}
	buf_fini(&file);
	return rc;
}

static bool
is_bundle(const char *name)
{
	size_t n = strlen(name), m = strlen(MEDIUM_END);

	/* FAT may give the letters back small */
	return name[0] != '.' && n > m &&
	       strcasecmp(name + n - m, MEDIUM_END) == 0;
}

/* Whose it says it is: what is for others is counted and left. */
static void
find_one(struct unpacking *u, int dir, const char *folder, const char *name)
{
	uint8_t us[SEAL_ID_BYTES], peer[SEAL_ID_BYTES];
	uint8_t bytes[SEAL_HEAD_BYTES];
	struct seal_head head;
	int fd =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	if (fd >= 0)
		close(fd);
	if (n < 0 || seal_peek(bytes, (size_t)n, &head) != 0) {
		u->report->damaged++;
		return;
	}
	seal_id(&u->c->us.public, us);
	seal_id(&u->c->peer, peer);
	if (memcmp(head.from, us, sizeof(us)) == 0 &&
	    memcmp(head.to, peer, sizeof(peer)) == 0)
		return; /* our own, on its way */
	if (memcmp(head.to, us, sizeof(us)) != 0 ||
	    memcmp(head.from, peer, sizeof(peer)) != 0) {
		u->report->foreign++;
		return;
	}
	if (u->count == MEDIUM_FILES_MAX)
		return;
	u->lying = mem_resize(u->lying, (u->count + 1) * sizeof(*u->lying));
	u->lying[u->count++] = (struct lying){
	    .folder = mem_text(folder), .name = mem_text(name), .head = head};
}

static void
find_all(struct unpacking *u, int medium)
{
	int top = file_dir_open(medium, MEDIUM_FOLDER), n, m;
	char **folders, **names;

	if (top < 0)
		return; /* nothing of ours there */
	n = file_list(top, &folders);
	for (int i = 0; i < n; i++) {
		int dir = file_dir_open(top, folders[i]);

		m = dir < 0 ? dir : file_list(dir, &names);
		for (int k = 0; k < m; k++)
			if (is_bundle(names[k]))
				find_one(u, dir, folders[i], names[k]);
		if (m >= 0)
			file_list_free(&names);
		if (dir >= 0)
			close(dir);
	}
	if (n >= 0)
		file_list_free(&folders);
	close(top);
}

static int
by_number(const void *a, const void *b)
{
	const struct lying *x = a, *y = b;

	if (x->head.number != y->head.number)
		return x->head.number < y->head.number ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int
tidy(struct courier *c)
{
	char **names;
	int n = file_list(c->fds[COURIER_INCOMING], &names), rc = 0;

	for (int i = 0; i < n && rc == 0; i++)
		rc = file_remove_tree(c->fds[COURIER_INCOMING], names[i]);
	if (n >= 0)
		file_list_free(&names);
	if (rc == 0 && n >= 0)
		n = file_list(c->fds[COURIER_KNOWN], &names);
	for (int i = 0; i + KNOWN_MONTHS < n && rc == 0; i++)
		rc = file_remove_tree(c->fds[COURIER_KNOWN], names[i]);
	if (n >= 0)
		file_list_free(&names);
	(void)!file_tidy(c->fds[COURIER_ROOT]);
	return n < 0 ? n : rc;
}

static int
import_locked(struct unpacking *u, int medium, struct why *why)
{
	int rc = tidy(u->c);

	if (rc == 0) {
		find_all(u, medium);
		if (u->count > 1)
			qsort(u->lying, u->count, sizeof(*u->lying), by_number);
	}
	for (size_t i = 0; i < u->count && rc == 0; i++)
		rc = import_one(u, medium, &u->lying[i]);
	u->report->missing =
	    courier_missing(&u->c->memory, u->report->missing_first);
	for (size_t i = 0; i < u->count; i++) {
		free(u->lying[i].folder);
		free(u->lying[i].name);
	}
	free(u->lying);
	return rc < 0 ? courier_fail(rc, why, "taking a bundle") : 0;
}

int
courier_import(struct courier *c, const char *medium, int64_t now_ms,
    struct courier_report *report, struct why *why)
{
	struct unpacking u = {
	    .c = c, .report = report, .now_ms = now_ms, .dir = -1};
	int dir = courier_open_medium(medium, why), rc;

	memset(report, 0, sizeof(*report));
	if (dir < 0)
		return dir;
	rc = courier_lock(c, why);
	if (rc == 0) {
		rc = import_locked(&u, dir, why);
		courier_unlock(c);
	}
	close(dir);
	return rc;
}

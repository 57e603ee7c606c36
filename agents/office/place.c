/* NAME
 *	place - one committed delivery into the inbox, and its marker
 * DESCRIPTION
 *	    .incoming/<id>.tmp/   being written; worthless after a crash
 *	    .incoming/<id>/       committed: the broker may forget it
 *	    受信/<name>           placed, never over another file
 *	    .received/<month>/<id> marker
 *
 *	The marker is the delivery's own manifest, with the leg after its end
 *	and, when the files have been placed, "placed" and a line for each file
 *	with the name it got.  It is renamed, not written anew, so that there is
 *	always exactly one of the two: a folder in .incoming with its manifest,
 *	or the marker.
 *
 *	Folders are used again (.incoming/.spare-N): ext4 looks past every inode
 *	that was freed in the last seconds, so that thousands of deliveries that
 *	each make and drop a folder slow down everybody on that disk.
 *
 *	A file of the same name and the same bytes is the file: a repeated
 *	delivery, or one whose move was interrupted.  Other bytes: the new file
 *	gets a free name, "X(2).CSV", and a notice says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "digest.h"
#include "file.h"
#include "log.h"

#include "first.h"
#include "manifest.h"
#include "pickup.h"
#include "place.h"
#include "mend.h"
#include "proof.h"
#include "reconcile.h"
#include "reject.h"

#define SAME_NAMES_MAX 9
#define MARKER_MAX     (64 * 1024)
#define SPARE_PREFIX   ".spare-"
#define SPARES_MAX     128

/* ---- committing ---- */

static void
temp_name(const struct id *id, char out[40])
{
	char text[ID_TEXT_BYTES];

	snprintf(out, 40, "%s.tmp", id_text(id, text));
}

static bool
there(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool
place_known(const struct office *office, const struct id *id)
{
	char name[ID_TEXT_BYTES];
	int month;
	bool known;

	if (there(office->folders.incoming, id_text(id, name)))
		return true;
	month = folders_month(office->folders.received, id);
	if (month < 0)
		return false;
	known = there(month, name);
	close(month);
	return known;
}

static int
from_errno(void)
{
	return errno == ENOSPC || errno == EDQUOT ? TSK_FULL : TSK_SYSTEM;
}

/* A new file, not synced: the batch has one barrier for all. */
static int
write_new(int dir, const char *name, const void *p, size_t n)
{
	const char *at = p;
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = 0;

	if (fd == -1)
		return from_errno();
	while (n > 0 && rc == 0) {
		ssize_t done = write(fd, at, n);

		if (done == -1 && errno != EINTR)
			rc = from_errno();
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
	}
	if (close(fd) == -1 && rc == 0)
		rc = from_errno();
	return rc;
}

static int
write_manifest(int dir, const struct wire_deliver *deliver)
{
	struct buf text;
	int rc;

	buf_init(&text, MARKER_MAX);
	manifest_print(&deliver->parcel, &text);
	buf_printf(&text, "leg %u\n", deliver->leg);
	rc = write_new(dir, MANIFEST_NAME, text.data, text.len);
	buf_fini(&text);
	return rc;
}

static int
write_all(int dir, const struct link_delivery *delivery)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	int rc = 0;

	for (size_t i = 0; i < parcel->document_count && rc == 0; i++) {
		rc = write_new(dir, parcel->documents[i].name,
		    delivery->bodies[i].data, delivery->bodies[i].bytes);
		CRASH_POINT("office-receive-file");
	}
	return rc == 0 ? write_manifest(dir, delivery->deliver) : rc;
}

/* ---- spare folders ---- */

static void
spare_name(unsigned n, char out[32])
{
	snprintf(out, 32, SPARE_PREFIX "%u", n);
}

/* An empty folder for a delivery: a spare one if there is any. */
static int
make_temp(struct office *office, const char *name)
{
	int incoming = office->folders.incoming;
	char spare[32];

	if (office->spares > 0) {
		spare_name(--office->spares, spare);
		if (renameat(incoming, spare, incoming, name) == 0)
			return 0;
	}
	return mkdirat(incoming, name, 0700) == -1 ? from_errno() : 0;
}

void
place_put_away(struct office *office, const struct id *id)
{
	int incoming = office->folders.incoming;
	char name[ID_TEXT_BYTES], spare[32];

	id_text(id, name);
	spare_name(office->spares, spare);
	if (office->spares < SPARES_MAX &&
	    renameat(incoming, name, incoming, spare) == 0)
		office->spares++;
	else
		(void)!file_remove_tree(incoming, name);
	CRASH_POINT("office-receive-put-away");
}

bool
place_is_spare(const char *name)
{
	return strncmp(name, SPARE_PREFIX, strlen(SPARE_PREFIX)) == 0;
}

int
place_write(struct office *office, const struct link_delivery *delivery)
{
	char name[40];
	int dir, rc;

	temp_name(&delivery->deliver->parcel.id, name);
	rc = file_remove_tree(office->folders.incoming, name);
	if (rc == 0)
		rc = make_temp(office, name);
	if (rc != 0)
		return rc;
	dir = file_dir_open(office->folders.incoming, name);
	rc = dir < 0 ? dir : write_all(dir, delivery);
	if (dir >= 0)
		close(dir);
	return rc;
}

void
place_drop(struct office *office, const struct id *id)
{
	char name[40];

	temp_name(id, name);
	(void)!file_remove_tree(office->folders.incoming, name);
}

int
place_commit(struct office *office, const struct id *id)
{
	char temp[40], name[ID_TEXT_BYTES];
	int rc;

	temp_name(id, temp);
	rc = file_move(office->folders.incoming, temp, office->folders.incoming,
	    id_text(id, name));
	CRASH_POINT("office-receive-renamed");
	return rc;
}

/* ---- placing ---- */

/* Is inbox/name a file with the bytes of this document? */
static bool
same_bytes(int inbox, const char *name, const struct wire_document *d)
{
	uint8_t digest[DIGEST_BYTES];
	struct buf bytes;
	bool same = false;

	buf_init(&bytes, WIRE_PARCEL_BYTES_MAX + 1u);
	if (file_read(inbox, name, d->bytes, &bytes) == 0 &&
	    bytes.len == d->bytes) {
		digest_sha256(bytes.data, bytes.len, digest);
		same = memcmp(digest, d->sha256, sizeof(digest)) == 0;
	}
	buf_fini(&bytes);
	return same;
}

static void
numbered(const char *name, unsigned n, char out[256])
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot == NULL ? strlen(name) : (size_t)(dot - name);

	if (n < 2)
		snprintf(out, 256, "%s", name);
	else
		snprintf(out, 256, "%.*s(%u)%s", (int)stem, name, n,
		    dot == NULL ? "" : dot);
}

/* The name under which these bytes lie in the inbox already. */
static bool
find_same(int inbox, const struct wire_document *d, char out[256])
{
	for (unsigned n = 1; n <= SAME_NAMES_MAX; n++) {
		numbered(d->name, n, out);
		if (!there(inbox, out))
			return false;
		if (same_bytes(inbox, out, d))
			return true;
	}
	return false;
}

static void
tell_conflict(struct office *office, const char *wanted, const char *given)
{
	struct buf text;

	buf_init(&text, 8192);
	text_add(&text, office->app->language, TEXT_CONFLICT, wanted, given,
	    office->app->settings->inbox);
	reject_notice(office, given, text.data);
	buf_fini(&text);
}

/* One document; out gets the name it has in the inbox. */
static int
move_document(struct office *office, int dir, const struct wire_document *d,
    char out[256])
{
	int inbox = office->folders.inbox, rc;

	snprintf(out, 256, "%s", d->name);
	rc = file_move(dir, d->name, inbox, d->name);
	if (rc == TSK_NOTFOUND) { /* moved before a crash */
		if (!find_same(inbox, d, out))
			snprintf(out, 256, "%s", d->name);
		return 0;
	}
	if (rc != TSK_EXIST)
		return rc;
	if (find_same(inbox, d, out))
		return unlinkat(dir, d->name, 0) == 0 ? 0 : TSK_SYSTEM;
	folders_free_name(inbox, d->name, out);
	tell_conflict(office, d->name, out);
	CRASH_POINT("office-receive-conflict");
	return file_move(dir, d->name, inbox, out);
}

/* ---- the marker ---- */

static uint32_t
read_leg(int dir)
{
	struct buf text;
	const char *line;
	unsigned leg = 0;

	buf_init(&text, MARKER_MAX + 1);
	if (file_read(dir, MANIFEST_NAME, MARKER_MAX, &text) == 0 &&
	    (line = strstr(text.data, "\nleg ")) != NULL &&
	    sscanf(line, " leg %u", &leg) != 1)
		leg = 0;
	buf_fini(&text);
	return leg;
}

static int
append_placed(int dir, const char *const *names, size_t count)
{
	struct buf lines;
	int fd, rc = 0;

	buf_init(&lines, MARKER_MAX);
	buf_text(&lines, "placed\n");
	for (size_t i = 0; i < count; i++)
		buf_printf(&lines, "file %s\n", names[i]);
	fd = openat(
	    dir, MANIFEST_NAME, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1 || write(fd, lines.data, lines.len) != (ssize_t)lines.len)
		rc = from_errno();
	if (fd != -1)
		close(fd);
	buf_fini(&lines);
	return rc;
}

/* The manifest becomes the marker. */
static int
move_marker(struct office *office, int dir, const struct id *id)
{
	char name[ID_TEXT_BYTES];
	int month = folders_month(office->folders.received, id), rc;

	if (month < 0)
		return month;
	rc = file_move(dir, MANIFEST_NAME, month, id_text(id, name));
	if (rc == TSK_EXIST) /* a lost rename came back: it says the same */
		rc = 0;
	/* TSK_INVALID: file_move() takes no hidden names; rename does */
	if (rc == TSK_INVALID && renameat(dir, MANIFEST_NAME, month, name) == 0)
		rc = 0;
	close(month);
	CRASH_POINT("office-receive-marked");
	return rc;
}

static int
move_all(struct office *office, int dir, const struct wire_parcel *p)
{
	char names[WIRE_DOCUMENTS_MAX][256];
	const char *list[WIRE_DOCUMENTS_MAX];
	uint32_t leg = read_leg(dir);
	int rc = 0;

	for (size_t i = 0; i < p->document_count && rc == 0; i++) {
		rc = move_document(office, dir, &p->documents[i], names[i]);
		CRASH_POINT("office-receive-placed");
		list[i] = names[i];
	}
	if (rc == 0)
		rc = append_placed(dir, list, p->document_count);
	if (rc == 0)
		rc = move_marker(office, dir, &p->id);
	if (rc == 0)
		pickup_add(office, &p->id, leg, list, p->document_count);
	return rc;
}

int
place_move(struct office *office, const struct id *id)
{
	char name[ID_TEXT_BYTES];
	struct wire_parcel *parcel = NULL;
	int dir = file_dir_open(office->folders.incoming, id_text(id, name));
	int rc;

	if (dir < 0)
		return dir;
	rc = manifest_read(dir, &parcel);
	if (rc == 0) {
		reconcile_received(office, dir, parcel);
		proof_received(office, dir, parcel);
		first_met(office, parcel->from);
		mend_received(office, dir, parcel);
		rc = move_all(office, dir, parcel);
	} else if (rc == TSK_NOTFOUND) /* it is the marker already */
		rc = 0;
	manifest_free(&parcel);
	/* the marker was there already */
	if (rc == 0)
		rc = file_remove_tree(dir, MANIFEST_NAME);
	close(dir);
	CRASH_POINT("office-receive-cleaned");
	return rc;
}

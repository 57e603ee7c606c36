/* NAME
 *	outbox_take - a unit's files into the folder of a parcel
 * DESCRIPTION
 *	Each step leaves something a restart can go on from:
 *
 *	    1. every member is still as it was seen, and nobody writes to it
 *	    2. 送信中/<id>/ is made and the members are renamed into it
 *	    3. they are judged there (outbox_judge.c): manifest or エラー
 *
 *	A folder without a manifest is taken apart again at start; one with a
 *	manifest is sent.
 * BUGS
 *	On a network share nobody can tell whether another machine still writes;
 *	there scan/stable decides alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "manifest.h"
#include "proof.h"
#include "outbox_inside.h"
#include "outgoing.h"

#define RETRY_MS 5000

/* ---- where a file lies ---- */

struct partner *
outbox_partner(struct outbox *box, const struct collect_file *f)
{
	const char *slash = strchr(f->name, '/');
	char folder[32];

	if (slash == NULL)
		return NULL;
	snprintf(
	    folder, sizeof(folder), "%.*s", (int)(slash - f->name), f->name);
	return outbox_partner_find(box, folder);
}

int
outbox_dir(struct outbox *box, const struct collect_file *f)
{
	struct partner *p;

	if (f->place == PLACE_HOLD)
		return box->office->folders.hold;
	if (strchr(f->name, '/') == NULL)
		return box->office->folders.outbox;
	p = outbox_partner(box, f);
	return p == NULL ? -1 : p->dir;
}

const char *
outbox_base(const struct collect_file *f)
{
	const char *slash = strchr(f->name, '/');

	return slash == NULL ? f->name : slash + 1;
}

/* ---- is it complete? ---- */

/* A read lease is refused while anybody has the file open for writing.  Where
 * leases don't exist (shares), nobody can say. */
static bool
being_written(int dir, const char *name)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool busy;

	if (fd == -1)
		return false;
	busy = fcntl(fd, F_SETLEASE, F_RDLCK) == -1 && errno == EAGAIN;
	if (!busy)
		(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	close(fd);
	return busy;
}

static bool
still_the_same(struct outbox *box, struct collect_file *f)
{
	int dir = outbox_dir(box, f);
	struct stat st;

	if (dir < 0 ||
	    fstatat(dir, outbox_base(f), &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode)) {
		f->changed_ms = box->now_ms; /* the next look decides */
		f->inode = 0;
		return false;
	}
	if ((uint64_t)st.st_size == f->bytes &&
	    outbox_mtime_ns(&st) == f->mtime_ns && st.st_ino == f->inode &&
	    !being_written(dir, outbox_base(f)))
		return true;
	f->bytes = (uint64_t)st.st_size;
	f->mtime_ns = outbox_mtime_ns(&st);
	f->inode = st.st_ino;
	f->changed_ms = box->now_ms;
	f->arrived = false;
	return false;
}

bool
outbox_unchanged(struct outbox *box, const struct collect_due *due)
{
	bool same = true;

	for (size_t i = 0; i < due->count; i++)
		if (!still_the_same(box, due->files[i]))
			same = false;
	return same;
}

/* ---- into our own folder ---- */

void
outbox_forget(struct outbox *box, const struct collect_due *due)
{
	for (size_t i = 0; i < due->count; i++)
		collect_gone(box->collect, due->files[i]->name);
}

/* Members that were renamed already go back. */
static void
give_back(
    struct outbox *box, const struct collect_due *due, int dir, size_t moved)
{
	for (size_t i = 0; i < moved; i++)
		(void)!file_move(dir, outbox_base(due->files[i]),
		    outbox_dir(box, due->files[i]), outbox_base(due->files[i]));
}

int
outbox_drop_folder(struct outbox *box, int dir, const char *name)
{
	(void)unlinkat(dir, OUTGOING_ORIGIN, 0);
	(void)unlinkat(dir, MANIFEST_NAME, 0);
	(void)unlinkat(dir, PROOF_NOTE_NAME, 0);
	if (unlinkat(box->office->folders.sending, name, AT_REMOVEDIR) == 0)
		return 0;
	log_error("office: folder=%s not dropped: %s", name, strerror(errno));
	return TSK_SYSTEM;
}

static int
move_members(struct outbox *box, const struct collect_due *due, int dir)
{
	int rc = 0;

	for (size_t i = 0; i < due->count; i++) {
		const struct collect_file *f = due->files[i];

		rc = file_move(
		    outbox_dir(box, f), outbox_base(f), dir, outbox_base(f));
		if (rc != 0) {
			give_back(box, due, dir, i);
			return rc;
		}
		CRASH_POINT("office-moved");
	}
	return 0;
}

static int
keep_origin(const struct collect_due *due, int dir)
{
	const char *slash = strchr(due->files[0]->name, '/');

	if (slash == NULL)
		return 0;
	return file_create(dir, OUTGOING_ORIGIN, due->files[0]->name,
	    (size_t)(slash - due->files[0]->name), 0600);
}

/* A descriptor of 送信中/<id> with the members in it, or TSK_*. */
static int
gather(struct outbox *box, const struct collect_due *due, const char *name)
{
	int sending = box->office->folders.sending, dir, rc;

	if (mkdirat(sending, name, 0700) == -1)
		return errno == ENOSPC || errno == EDQUOT ? TSK_FULL
							  : TSK_SYSTEM;
	CRASH_POINT("office-taken");
	dir = file_dir_open(sending, name);
	if (dir < 0)
		return dir;
	box->touched = true;
	rc = keep_origin(due, dir);
	if (rc == 0)
		rc = move_members(box, due, dir);
	if (rc == 0)
		return dir;
	(void)outbox_drop_folder(box, dir, name);
	close(dir);
	return rc;
}

/* ---- one unit ---- */

void
outbox_trouble(struct outbox *box, const struct collect_due *due, int rc)
{
	log_error("office: office=%s files=%zu cannot be taken: %s: %s",
	    box->office->label, due->count, err_text(rc), strerror(errno));
	collect_later(box->collect, due, box->now_ms + RETRY_MS);
}

void
outbox_take(struct outbox *box, const struct collect_due *due)
{
	struct id id = id_new(clock_wall_ms());
	char name[ID_TEXT_BYTES];
	int dir, rc;

	dir = gather(box, due, id_text(&id, name));
	if (dir < 0) {
		outbox_trouble(box, due, dir);
		return;
	}
	rc = outbox_judge(box, due, id, dir);
	if (rc != 0)
		log_error(
		    "office: parcel=%s not prepared: %s", name, err_text(rc));
	if (rc != 0) { /* the disk: everything back, try again later */
		give_back(box, due, dir, due->count);
		(void)outbox_drop_folder(box, dir, name);
		close(dir);
		collect_later(box->collect, due, box->now_ms + RETRY_MS);
		return;
	}
	close(dir);
	hold_forget(box->hold, due);
	outbox_forget(box, due);
}

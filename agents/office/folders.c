/* NAME
 *	folders - the folder tree of one office, by descriptors
 * DESCRIPTION
 *	    <office>/送信 受信 送信済 送信中 エラー 保留   for people
 *	    <office>/.incoming .received                 ours
 *	    <office>/.lock                               one agent at a time
 *	All names below are used relative to these descriptors, so that nobody
 *	can move a path under our feet, and links are never followed.
 *
 *	Durability by syncfs(2): a batch of a hundred parcels is a hundred new
 *	folders and three hundred files; one barrier for all of them costs what
 *	two or three fsync calls cost.
 * BUGS
 *	The folders of one office must lie on one file system.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "file.h"
#include "utf8.h"

#include "folders.h"

#define MODE       0700
#define NOTICE_MAX (1024 * 1024)

/* A descriptor that is open already keeps its number and gets the new folder. */
static int
open_as(struct folders *f, const char *name, int *out)
{
	int fd = file_dir_below(f->root, name, MODE), rc;

	if (fd < 0)
		return fd;
	if (*out < 0) {
		*out = fd;
		return 0;
	}
	rc = dup3(fd, *out, O_CLOEXEC) == -1 ? TSK_SYSTEM : 0;
	close(fd);
	return rc;
}

static int
lock(struct folders *f, const char *path, struct why *why)
{
	f->lock = openat(
	    f->root, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->lock == -1) {
		why_system(why, WHY_LATER, path);
		return TSK_SYSTEM;
	}
	if (flock(f->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	why_set(why, WHY_LATER, "folder-in-use",
	    "%s: another agent works in this folder.", path);
	return TSK_EXIST;
}

static int
open_all(struct folders *f, const struct settings *s)
{
	const struct {
		const char *name;
		int *fd;
	} all[] = {{s->outbox, &f->outbox}, {s->inbox, &f->inbox},
	    {s->sent, &f->sent}, {s->sending, &f->sending},
	    {s->rejected, &f->rejected}, {s->hold, &f->hold},
	    {".incoming", &f->incoming}, {".received", &f->received}};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(all) / sizeof(all[0]); i++)
		rc = open_as(f, all[i].name, all[i].fd);
	return rc;
}

int
folders_open(struct folders *f, const struct settings *settings,
    const char *path, struct why *why)
{
	int rc;

	memset(f, 0xff, sizeof(*f)); /* all -1 */
	f->root = file_dir_below(AT_FDCWD, path, MODE);
	rc = f->root < 0 ? f->root : 0;
	if (rc == 0) {
		rc = lock(f, path, why);
		if (rc != 0) {
			folders_close(f);
			return rc;
		}
		rc = open_all(f, settings);
	}
	if (rc == 0)
		return 0;
	why_set(why, WHY_LATER, "folder", "%s: cannot be used: %s: %s", path,
	    err_text(rc), strerror(errno));
	folders_close(f);
	return rc;
}

int
folders_remake(struct folders *f, const struct settings *settings)
{
	return open_all(f, settings);
}

void
folders_close(struct folders *f)
{
	int *const fds[] = {&f->root, &f->lock, &f->outbox, &f->inbox, &f->sent,
	    &f->sending, &f->rejected, &f->hold, &f->incoming, &f->received};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

int
folders_sync(const struct folders *f)
{
	if (syncfs(f->root) == 0)
		return 0;
	return errno == ENOSPC || errno == EDQUOT ? TSK_FULL : TSK_SYSTEM;
}

int
folders_month(int parent, const struct id *id)
{
	char month[CLOCK_TEXT_BYTES];
	int fd;

	clock_month(id_wall_ms(id), month);
	fd = file_dir_open(parent, month);
	return fd != TSK_NOTFOUND ? fd : file_dir_below(parent, month, MODE);
}

/* ---- names ---- */

static bool
taken(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       errno != ENOENT;
}

/* Where the extension begins; the end if there is none. */
static size_t
stem_bytes(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || dot == name || strlen(dot) > 16)
		return strlen(name);
	return (size_t)(dot - name);
}

void
folders_free_name(int dir, const char *wanted, char out[256])
{
	size_t stem = stem_bytes(wanted);
	const char *extension = wanted + stem;

	snprintf(out, 256, "%s", wanted);
	for (unsigned n = 2; taken(dir, out) && n < 100000; n++) {
		size_t room = 255 - strlen(extension) - 8, keep = stem;

		if (keep > room) {
			keep = room;
			while (keep > 0 &&
			       ((unsigned char)wanted[keep] & 0xc0) == 0x80)
				keep--;
		}
		snprintf(
		    out, 256, "%.*s(%u)%s", (int)keep, wanted, n, extension);
	}
}

/* One character of a name from anywhere, made harmless. */
static void
add_safe(struct buf *out, const char *p, size_t n, size_t *used)
{
	int32_t c = utf8_next(p, n, used);

	if (c < 0x20 || utf8_hidden(c) ||
	    (c < 0x80 && strchr("/\\:*?\"<>|", (int)c) != NULL))
		buf_char(out, '_');
	else
		buf_add(out, p, *used);
}

/* Cut the stem so that the whole is at most max bytes. */
static void
cut_name(struct buf *name, size_t max, char out[256])
{
	size_t stem = stem_bytes(name->data), tail = name->len - stem;
	size_t keep = stem;

	if (name->len > max)
		keep = utf8_cut(name->data, max > tail ? max - tail : 0);
	snprintf(out, 256, "%.*s%s", (int)keep, name->data, name->data + stem);
}

void
folders_safe_name(
    const char *raw, const char *nameless, size_t room, char out[256])
{
	size_t n = strlen(raw), used = 0;
	struct buf clean;

	buf_init(&clean, 1024);
	buf_char(&clean, '_'); /* taken away again if it is not needed */
	for (size_t i = 0; i < n; i += used)
		add_safe(&clean, raw + i, n - i, &used);
	while (clean.len > 1 && strchr(". ", clean.data[clean.len - 1]))
		clean.data[--clean.len] = '\0';
	cut_name(&clean, 255 - room, out);
	buf_fini(&clean);
	if (file_name_safe(out + 1))
		memmove(out, out + 1, strlen(out));
	else if (!file_name_safe(out))
		snprintf(out, 256, "%s", nameless);
}

int
folders_notice(int dir, const char *name, const char *text, size_t n)
{
	struct buf out;
	int rc;

	buf_init(&out, NOTICE_MAX);
	buf_text(&out, "\xef\xbb\xbf");
	for (size_t i = 0; i < n && out.len < NOTICE_MAX - 2; i++) {
		if (text[i] == '\n')
			buf_char(&out, '\r');
		buf_char(&out, text[i]);
	}
	rc = file_write(dir, name, out.data, out.len, 0600);
	buf_fini(&out);
	return rc;
}

/* NAME
 *	filing - the folder of the PDF agent: one folder a partner
 * SUMMARY
 *	see filing.h
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "crash.h"
#include "file.h"
#include "utf8.h"

#include "filing.h"
#include "months.h"

#define FOLDER_MODE      0750
#define FILE_MODE        0640
#define PLACE_MAX        4096u
#define NAME_BYTES       256
#define PARTNER_NAME_MAX 120 /* bytes; the number comes before it */
#define TRIES_MAX        100

struct filing {
	int root, incoming, received;
};

/* Where a committed parcel goes: three lines of the file "place". */
struct place {
	char to[NAME_BYTES], month[NAME_BYTES], base[NAME_BYTES];
};

static int
fail(int rc, struct why *why, const char *what)
{
	if (rc == TSK_FULL)
		why_set(why, WHY_LATER, "disk-full",
		    "The disk of the PDF folder is full (%s).", what);
	else if (rc == TSK_INVALID)
		why_set(why, WHY_NEVER, "bad-name",
		    "A name of the parcel cannot be used for a file (%s).",
		    what);
	else
		why_set(why, WHY_LATER, "folder", "The PDF folder: %s: %s.",
		    what, rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

int
filing_open(const char *path, struct filing **out, struct why *why)
{
	struct filing *f = mem_new(sizeof(*f));

	f->incoming = f->received = -1;
	f->root = file_dir_below(AT_FDCWD, path, FOLDER_MODE);
	if (f->root >= 0)
		f->incoming = file_dir_below(f->root, ".incoming", FOLDER_MODE);
	if (f->incoming >= 0)
		f->received = file_dir_below(f->root, ".received", FOLDER_MODE);
	*out = f;
	/* two agents in one folder would tidy up each other's work */
	if (f->received >= 0 && flock(f->incoming, LOCK_EX | LOCK_NB) < 0) {
		why_set(why, WHY_LATER, "folder-in-use",
		    "Another tasuki-pdf works in the folder %s.", path);
		filing_close(out);
		return TSK_LATER;
	}
	if (f->received >= 0)
		return 0;
	int rc = f->root < 0       ? f->root
		 : f->incoming < 0 ? f->incoming
				   : f->received;
	fail(rc, why, "opening it");
	filing_close(out);
	return rc;
}

void
filing_close(struct filing **filing_p)
{
	struct filing *f = *filing_p;

	if (f == NULL)
		return;
	const int fds[] = {f->root, f->incoming, f->received};
	for (size_t i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	free(f);
	*filing_p = NULL;
}

int
filing_dirfd(const struct filing *f)
{
	return f->root;
}

/* ---- place ---- */

static void
place_of(const struct filing_parcel *parcel, struct place *place)
{
	char stamp[CLOCK_TEXT_BYTES], month[CLOCK_TEXT_BYTES];
	char partner[PARTNER_NAME_MAX + 1] = "";
	size_t n = 0;

	/* what a folder may not be called becomes "_" */
	for (const char *p = parcel->to_name;
	     *p != '\0' && n < PARTNER_NAME_MAX; p++) {
		bool bad = (unsigned char)*p < 0x20 || *p == 0x7f ||
			   strchr("/\\:*?\"<>|", *p) != NULL;
		partner[n++] = bad ? '_' : *p;
	}
	partner[utf8_cut(partner, n)] = '\0';
	snprintf(place->to, NAME_BYTES, "%s_%s", parcel->to, partner);
	if (partner[0] == '\0' || !file_name_safe(place->to))
		snprintf(place->to, NAME_BYTES, "%s", parcel->to);

	clock_stamp(parcel->accepted_ms, stamp);
	if (strlen(parcel->month) == 6 && strcmp(parcel->month, "000000") != 0)
		snprintf(place->month, NAME_BYTES, "%.4s-%.2s", parcel->month,
		    parcel->month + 4);
	else
		snprintf(place->month, NAME_BYTES, "%s",
		    clock_month(parcel->accepted_ms, month));
	snprintf(place->base, NAME_BYTES, "%.8s_%s", stamp, parcel->from);
}

static int
place_write(int dirfd, const struct place *place)
{
	char text[PLACE_MAX];
	int n = snprintf(text, sizeof(text), "%s\n%s\n%s\n", place->to,
	    place->month, place->base);

	return file_create(dirfd, "place", text, (size_t)n, FILE_MODE);
}

static bool
take_line(char **text, char out[NAME_BYTES])
{
	char *end = strchr(*text, '\n');

	if (end == NULL || end - *text >= NAME_BYTES)
		return false;
	*end = '\0';
	snprintf(out, NAME_BYTES, "%s", *text);
	*text = end + 1;
	return file_name_safe(out);
}

static int
place_read(int dirfd, struct place *place)
{
	struct buf text;

	buf_init(&text, PLACE_MAX);
	int rc = file_read(dirfd, "place", PLACE_MAX, &text);
	if (rc == 0) {
		char *at = text.data;
		if (text.len == 0 || !take_line(&at, place->to) ||
		    !take_line(&at, place->month) ||
		    !take_line(&at, place->base))
			rc = TSK_DAMAGED;
	}
	buf_fini(&text);
	return rc;
}

/* ---- after the commit: marker, last move, tidy up ---- */

static int
mark(struct filing *f, const struct id *id, const char *text)
{
	char month[CLOCK_TEXT_BYTES];
	int dirfd = file_dir_below(
	    f->received, clock_month(id_wall_ms(id), month), FOLDER_MODE);

	if (dirfd < 0)
		return dirfd;
	int rc = file_create(dirfd, text, "", 0, FILE_MODE);
	if (rc == TSK_EXIST)
		rc = 0;
	if (rc == 0)
		rc = file_dir_sync(dirfd);
	close(dirfd);
	return rc;
}

/* The folder a person may have renamed, or the one that place asks for. */
static int
open_partner(struct filing *f, const char *wanted)
{
	char **names;
	int count = file_list(f->root, &names);
	int fd = -1;

	if (count < 0)
		return count;
	for (int i = 0; i < count && fd < 0; i++) {
		if (strncmp(names[i], wanted, NUMBER_OFFICE_CHARS) == 0 &&
		    (names[i][NUMBER_OFFICE_CHARS] == '_' ||
			names[i][NUMBER_OFFICE_CHARS] == '\0'))
			fd = file_dir_open(f->root, names[i]);
	}
	file_list_free(&names);
	return fd >= 0 ? fd : file_dir_below(f->root, wanted, FOLDER_MODE);
}

/* Twelve digits of the id are its time, enough for tasukictl parcel; more of
 * them where two parcels came within one millisecond. */
static int
move_parcel(int from, int month, const char *base, const char *id)
{
	static const int digits[] = {12, 16, 32};
	char name[NAME_BYTES];
	int rc = TSK_EXIST;

	for (int i = 0; i < TRIES_MAX && rc == TSK_EXIST; i++) {
		if (i < 3)
			snprintf(name, sizeof(name), "%.200s_%.*s", base,
			    digits[i], id);
		else
			snprintf(
			    name, sizeof(name), "%.200s_%s_%d", base, id, i);
		rc = file_move(from, "parcel", month, name);
	}
	if (rc == 0)
		rc = file_dir_sync(month);
	return rc == 0 ? file_dir_sync(from) : rc;
}

static int
move_into_place(
    struct filing *f, int from, const struct place *place, const char *id)
{
	int partner = open_partner(f, place->to);
	int month = partner < 0
			? partner
			: file_dir_below(partner, place->month, FOLDER_MODE);
	int rc = month < 0 ? month : move_parcel(from, month, place->base, id);

	if (month >= 0)
		close(month);
	if (partner >= 0)
		close(partner);
	return rc;
}

/* .incoming/ID is there: all that is left to do, any number of times. */
static int
finish(struct filing *f, const struct id *id, struct why *why)
{
	char text[ID_TEXT_BYTES];
	struct place place;
	int from = file_dir_open(f->incoming, id_text(id, text));

	if (from < 0)
		return fail(from, why, "reading a parcel");
	int rc = place_read(from, &place);
	if (rc == 0)
		rc = mark(f, id, text);
	CRASH_POINT("pdf-marked");
	if (rc == 0)
		rc = move_into_place(f, from, &place, text);
	if (rc == TSK_NOTFOUND && faccessat(from, "parcel", F_OK, 0) < 0)
		rc = 0; /* moved before a crash */
	close(from);
	CRASH_POINT("pdf-moved");
	if (rc == 0)
		rc = file_remove_tree(f->incoming, text);
	return rc < 0 ? fail(rc, why, "moving a parcel to its place") : 0;
}

/* ---- the commit ---- */

static int
write_files(int dirfd, const struct filing_parcel *parcel)
{
	int rc = 0;

	for (size_t i = 0; i < parcel->count && rc == 0; i++) {
		const struct filing_file *file = &parcel->files[i];
		rc = file_create(
		    dirfd, file->name, file->data, file->bytes, FILE_MODE);
		if (rc == TSK_EXIST)
			rc = TSK_INVALID; /* two documents of one name */
	}
	return rc < 0 ? rc : file_dir_sync(dirfd);
}

static int
write_parcel(int tmp, const struct filing_parcel *parcel)
{
	struct place place;
	int dirfd = file_dir_below(tmp, "parcel", FOLDER_MODE);

	if (dirfd < 0)
		return dirfd;
	int rc = write_files(dirfd, parcel);
	close(dirfd);
	if (rc < 0)
		return rc;
	place_of(parcel, &place);
	rc = place_write(tmp, &place);
	return rc < 0 ? rc : file_dir_sync(tmp);
}

static int
stage(
    struct filing *f, const char *tmp_name, const struct filing_parcel *parcel)
{
	int rc = file_remove_tree(f->incoming, tmp_name);

	if (rc < 0)
		return rc;
	int tmp = file_dir_below(f->incoming, tmp_name, FOLDER_MODE);
	if (tmp < 0)
		return tmp;
	rc = write_parcel(tmp, parcel);
	close(tmp);
	CRASH_POINT("pdf-written");
	return rc;
}

static void
tmp_name_of(const struct id *id, char out[ID_TEXT_BYTES + 4])
{
	char text[ID_TEXT_BYTES];

	snprintf(out, ID_TEXT_BYTES + 4, "%s.tmp", id_text(id, text));
}

void
filing_drop(struct filing *f, const struct id *id)
{
	char tmp_name[ID_TEXT_BYTES + 4];
	int kept = errno;

	/* a full disk wants its room back; absent is fine */
	tmp_name_of(id, tmp_name);
	if (file_remove_tree(f->incoming, tmp_name) < 0)
		errno = kept;
}

int
filing_stage(
    struct filing *f, const struct filing_parcel *parcel, struct why *why)
{
	char tmp_name[ID_TEXT_BYTES + 4];

	tmp_name_of(&parcel->id, tmp_name);
	int rc = stage(f, tmp_name, parcel);
	if (rc == 0)
		return 0;
	fail(rc, why, "writing a parcel");
	filing_drop(f, &parcel->id);
	return rc;
}

int
filing_commit(struct filing *f, const struct id *id, struct why *why)
{
	char text[ID_TEXT_BYTES], tmp_name[ID_TEXT_BYTES + 4];

	tmp_name_of(id, tmp_name);
	int rc =
	    file_move(f->incoming, tmp_name, f->incoming, id_text(id, text));
	if (rc == 0)
		rc = file_dir_sync(f->incoming);
	CRASH_POINT("pdf-committed");
	return rc < 0 ? fail(rc, why, "committing a parcel")
		      : finish(f, id, why);
}

int
filing_put(
    struct filing *f, const struct filing_parcel *parcel, struct why *why)
{
	int rc = filing_stage(f, parcel, why);

	return rc < 0 ? rc : filing_commit(f, &parcel->id, why);
}

int
filing_purge(struct filing *f, int64_t before_ms)
{
	return months_purge(f->received, before_ms);
}

/* ---- what is there already ---- */

static bool
exists(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int
filing_has(struct filing *f, const struct id *id, struct why *why)
{
	char text[ID_TEXT_BYTES], month[CLOCK_TEXT_BYTES];

	if (exists(f->incoming, id_text(id, text))) {
		int rc = finish(f, id, why);
		return rc < 0 ? rc : 1;
	}
	int dirfd =
	    file_dir_open(f->received, clock_month(id_wall_ms(id), month));
	if (dirfd == TSK_NOTFOUND)
		return 0;
	if (dirfd < 0)
		return fail(dirfd, why, "reading the markers");
	bool marked = exists(dirfd, text);
	close(dirfd);
	return marked;
}

static int
recover_one(struct filing *f, const char *name, struct why *why)
{
	struct id id;
	int rc;

	if (id_parse(name, &id) == 0) {
		rc = finish(f, &id, why);
		return rc < 0 ? rc : 1;
	}
	/* never committed: the broker sends it again */
	rc = file_remove_tree(f->incoming, name);
	return rc < 0 ? fail(rc, why, "removing a half parcel") : 0;
}

int
filing_recover(struct filing *f, struct why *why)
{
	char **names;
	int count = file_list(f->incoming, &names);
	int moved = 0;

	if (count < 0)
		return fail(count, why, "listing .incoming");
	for (int i = 0; i < count && moved >= 0; i++) {
		int rc = recover_one(f, names[i], why);
		moved = rc < 0 ? rc : moved + rc;
	}
	file_list_free(&names);
	return moved;
}

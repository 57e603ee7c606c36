/* NAME
 *	desk_inbox - what people downloaded
 * SUMMARY
 *	see desk_inbox.h
 */
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"
#include "desk_tree.h"
#include "file.h"
#include "log.h"

#include "desk_inbox.h"

#define FOLDER_MODE 0770
#define TAKEN       "受け取り済"
#define TRIES       100

void
desk_found_fini(struct desk_found *found)
{
	free(found->items);
	memset(found, 0, sizeof(*found));
}

/* ---- finding ---- */

static void
who(uid_t uid, char out[PARCEL_BY_BYTES])
{
	const struct passwd *user = getpwuid(uid);

	if (user != NULL)
		snprintf(out, PARCEL_BY_BYTES, "%s", user->pw_name);
	else
		snprintf(out, PARCEL_BY_BYTES, "uid %u", (unsigned)uid);
}

static struct driver_item *
add_item(struct desk_found *out)
{
	if ((out->count & (out->count + 1)) == 0) /* 0, 1, 3, 7... */
		out->items = mem_resize(
		    out->items, (2 * out->count + 2) * sizeof(*out->items));
	memset(&out->items[out->count], 0, sizeof(*out->items));
	return &out->items[out->count++];
}

static int64_t
ms_of(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

static void
find_file(int dir, const char *folder, const char *name, char prefix,
    int64_t stable_ms, int64_t now, struct desk_found *out)
{
	struct stat st;

	if (out->count >= DRIVER_ITEMS_MAX || name[0] == '.' ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return;
	int64_t age = now - ms_of(&st.st_ctim);
	if (age >= 0 && age < stable_ms) {
		out->growing = true;
		return;
	}
	if (strlen(folder) + strlen(name) + 3 >= PARCEL_REF_BYTES) {
		log_warn("desk: result=name-too-long bytes=%zu", strlen(name));
		return;
	}
	struct driver_item *item = add_item(out);
	snprintf(item->ref, sizeof(item->ref), "%c%s%s%s", prefix, folder,
	    folder[0] != '\0' ? "/" : "", name);
	snprintf(item->name, sizeof(item->name), "%s", name);
	memcpy(item->peer, folder, folder[0] != '\0' ? NUMBER_OFFICE_CHARS : 0);
	item->bytes = (uint64_t)st.st_size;
	item->state = ITEM_SENT;
	item->at_ms = ms_of(&st.st_mtim);
	who(st.st_uid, item->by);
}

static void
find_in(int dir, const char *folder, char prefix, int64_t stable_ms,
    int64_t now, struct desk_found *out)
{
	char **names;
	int count = file_list(dir, &names);

	for (int i = 0; i < count; i++) {
		int below = folder[0] == '\0' &&
				    number_office_form(names[i],
					strnlen(names[i], NUMBER_OFFICE_CHARS))
				? file_dir_open(dir, names[i])
				: -1;
		if (below >= 0) {
			find_in(below, names[i], prefix, stable_ms, now, out);
			close(below);
		} else {
			find_file(
			    dir, folder, names[i], prefix, stable_ms, now, out);
		}
	}
	if (count >= 0)
		file_list_free(&names);
}

int
desk_find(int parent, char prefix, int64_t stable_ms, int64_t now,
    struct desk_found *out)
{
	int dir = file_dir_below(parent, DESK_INBOX, FOLDER_MODE);

	if (dir < 0)
		return dir;
	find_in(dir, "", prefix, stable_ms, now, out);
	close(dir);
	return 0;
}

/* ---- one of them ---- */

/* The folder it lies in, and its name there. */
static int
open_ref(int parent, const char *ref, const char **name)
{
	char folder[PARCEL_REF_BYTES];
	const char *slash = strchr(ref, '/');
	int dir = file_dir_open(parent, DESK_INBOX);

	*name = slash != NULL ? slash + 1 : ref;
	if (dir < 0 || slash == NULL)
		return dir;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - ref), ref);
	int below = file_dir_open(dir, folder);
	close(dir);
	return below;
}

int
desk_load(int parent, const char *ref, struct buf *out)
{
	const char *name;
	int dir = open_ref(parent, ref, &name);

	if (dir < 0)
		return dir;
	int rc = file_read(dir, name, DRIVER_BYTES_MAX, out);
	close(dir);
	return rc;
}

/* The same name may have come before: "2 NAME", "3 NAME"... */
static int
move_away(int from, const char *name, int to)
{
	char other[DESK_NAME_BYTES];
	int rc = file_move(from, name, to, name);

	for (unsigned i = 2; rc == TSK_EXIST && i < TRIES; i++) {
		snprintf(other, sizeof(other), "%u %.240s", i, name);
		rc = file_move(from, name, to, other);
	}
	return rc == 0 ? file_dir_sync(to) : rc;
}

int
desk_taken(int parent, const char *ref, int64_t now)
{
	char day[DESK_DAY_BYTES], path[64];
	const char *name;
	int from = open_ref(parent, ref, &name), to, rc;

	if (from < 0)
		return from;
	snprintf(path, sizeof(path), TAKEN "/%s", desk_day(now, day));
	to = file_dir_below(parent, path, FOLDER_MODE);
	rc = to < 0 ? to : move_away(from, name, to);
	CRASH_POINT("national-desk-taken");
	if (to >= 0)
		close(to);
	close(from);
	return rc;
}

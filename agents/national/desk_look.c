/* NAME
 *	desk_look - what people did with the parcels on the desk
 * SUMMARY
 *	see desk_look.h
 * DIAGNOSTICS
 *	error: desk: parcel=... result=damaged (its entry)
 */
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "log.h"
#include "utf8.h"

#include "desk_look.h"

#define WHO      "担当者.txt"
#define WHY_FILE "理由.txt"
#define NOTE_MAX 4096

/* The first line of a text somebody wrote, in whatever encoding; "" if there
 * is none that can be read. */
static void
first_line(int dir, const char *file, char *out, size_t bytes)
{
	struct buf text;

	out[0] = '\0';
	buf_init(&text, NOTE_MAX + 1);
	if (file_read(dir, file, NOTE_MAX, &text) == 0 && text.len > 0) {
		char *line = text.data;
		if (text.len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
			line += 3;
		line[strcspn(line, "\r\n")] = '\0';
		size_t n = strlen(line);
		if (utf8_valid(line, n)) {
			n = n < bytes ? n : utf8_cut(line, bytes - 1);
			memcpy(out, line, n);
			out[n] = '\0';
		}
	}
	buf_fini(&text);
}

static void
owner_name(const struct stat *st, char out[PARCEL_BY_BYTES])
{
	const struct passwd *user = getpwuid(st->st_uid);

	if (user != NULL)
		snprintf(out, PARCEL_BY_BYTES, "%s", user->pw_name);
	else
		snprintf(out, PARCEL_BY_BYTES, "uid %u", (unsigned)st->st_uid);
}

/* Who: the name beside or in the folder, or who wrote the reason. */
static void
look_inside(int day, int folder, struct desk_entry *e)
{
	struct stat st;

	first_line(folder, WHO, e->by, sizeof(e->by));
	if (e->by[0] == '\0')
		first_line(day, WHO, e->by, sizeof(e->by));
	if (e->place == DESK_PROBLEM)
		first_line(folder, WHY_FILE, e->reason, sizeof(e->reason));
	if (e->by[0] == '\0' &&
	    fstatat(folder, WHY_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0)
		owner_name(&st, e->by);
}

static bool
lies_in(int day, const char *place, struct desk_entry *e)
{
	int dir = file_dir_open(day, place);
	int folder = dir < 0 ? dir : file_dir_open(dir, e->folder);
	struct stat st;

	if (dir >= 0)
		close(dir);
	if (folder < 0)
		return false;
	if (fstat(folder, &st) == 0) /* ctime: when it was moved */
		e->at_ms = (int64_t)st.st_ctim.tv_sec * 1000 +
			   st.st_ctim.tv_nsec / 1000000;
	look_inside(day, folder, e);
	close(folder);
	return true;
}

static void
look_up(int office, struct desk_entry *e)
{
	static const struct {
		const char *name;
		enum desk_place place;
	} places[] = {
	    {DESK_PLACE_TO_SEND, DESK_TO_SEND},
	    {DESK_PLACE_SENT, DESK_SENT},
	    {DESK_PLACE_PROBLEM, DESK_PROBLEM},
	};
	int day = file_dir_open(office, e->day);

	for (size_t i = 0; day >= 0 && i < 3; i++) {
		e->place = places[i].place;
		if (lies_in(day, places[i].name, e))
			break;
		e->place = DESK_GONE;
	}
	if (day >= 0)
		close(day);
}

static int
by_folder(const void *a, const void *b)
{
	const struct desk_entry *x = a, *y = b;
	int order = strcmp(x->day, y->day);

	return order != 0 ? order : strcmp(x->folder, y->folder);
}

int
desk_read_day(int office, const char *day, struct desk_list *out)
{
	int dir = desk_entries(office, day, false);
	char **names;
	int count = dir < 0 ? dir : file_list(dir, &names);

	if (count >= 0)
		out->entries = mem_resize(out->entries,
		    (out->count + (size_t)count + 1) * sizeof(*out->entries));
	for (int i = 0; i < count; i++) {
		struct desk_entry *e = &out->entries[out->count];
		struct id id;
		unsigned leg;
		if (leg_key_parse(names[i], &id, &leg) != 0)
			continue;
		if (desk_entry_read(dir, names[i], e) < 0) {
			log_error("desk: parcel=%s result=damaged", names[i]);
			continue;
		}
		look_up(office, e);
		out->count++;
	}
	if (count >= 0)
		file_list_free(&names);
	if (dir >= 0)
		close(dir);
	return count < 0 ? count : 0;
}

int
desk_read(int office, const char *since, struct desk_list *out)
{
	char **days;
	int count = desk_entry_days(office, &days), rc = 0;

	memset(out, 0, sizeof(*out));
	if (count < 0)
		return count == TSK_NOTFOUND ? 0 : count;
	for (int i = 0; i < count && rc == 0; i++) {
		if (desk_is_day(days[i]) && strcmp(days[i], since) >= 0)
			rc = desk_read_day(office, days[i], out);
	}
	file_list_free(&days);
	if (out->count > 1)
		qsort(
		    out->entries, out->count, sizeof(*out->entries), by_folder);
	return rc;
}

void
desk_list_fini(struct desk_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		parcel_free(&list->entries[i].documents);
	free(list->entries);
	memset(list, 0, sizeof(*list));
}

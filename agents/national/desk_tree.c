/* NAME
 *	desk_tree - the folders in which people find what to do
 * DESCRIPTION
 *	.tasuki/DAY/KEY is written before its folder appears: after a crash between
 *	the two the parcel is nowhere, and is laid out again under a new folder
 *	name.  What a person does is one rename; nothing has to be repaired.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"
#include "log.h"
#include "utf8.h"

#include "desk_look.h"
#include "desk_tree.h"

#define FOLDER_MODE  0770
#define FILE_MODE    0660
#define TO_SEND      DESK_PLACE_TO_SEND
#define SENT         DESK_PLACE_SENT
#define PROBLEM      DESK_PLACE_PROBLEM
#define TAKEN_BACK   "取消"
#define LAYING       ".laying"
#define NAME_CHARS   60
#define DOCUMENT_MAX (64u * 1024 * 1024)

/* ---- names ---- */

/* A name of the registry as a part of a folder's name. */
static void
folder_name(const char *number, const char *name, char out[DESK_NAME_BYTES])
{
	char part[NAME_CHARS + 1];

	snprintf(out, DESK_NAME_BYTES, "%s", number);
	if (name[0] == '\0' || !file_name_safe(name))
		return;
	snprintf(part, sizeof(part), "%s", name);
	if (strlen(name) > NAME_CHARS)
		part[utf8_cut(name, NAME_CHARS)] = '\0';
	snprintf(out, DESK_NAME_BYTES, "%s %s", number, part);
	if (!file_name_safe(out))
		snprintf(out, DESK_NAME_BYTES, "%s", number);
}

static bool
is_office(const char *name, const char *number)
{
	size_t n = strlen(number);

	return strncmp(name, number, n) == 0 &&
	       (name[n] == '\0' || name[n] == ' ');
}

int
desk_office(int root, const char *number, const char *name, bool make)
{
	char wanted[DESK_NAME_BYTES];
	char **names;
	int count = file_list(root, &names), rc = TSK_NOTFOUND;

	if (count < 0)
		return count;
	for (int i = 0; i < count && rc == TSK_NOTFOUND; i++) {
		if (is_office(names[i], number))
			rc = file_dir_open(root, names[i]);
	}
	file_list_free(&names);
	if (rc != TSK_NOTFOUND || !make)
		return rc;
	folder_name(number, name, wanted);
	return file_dir_below(root, wanted, FOLDER_MODE);
}

void
desk_offices(int root,
    void (*each)(void *arg, const char *office, const char *folder), void *arg)
{
	char number[NUMBER_OFFICE_BYTES];
	char **names;
	int count = file_list(root, &names);

	for (int i = 0; i < count; i++) {
		snprintf(number, sizeof(number), "%.10s", names[i]);
		if (number_office_form(number, strlen(number)))
			each(arg, number, names[i]);
	}
	if (count >= 0)
		file_list_free(&names);
}

void
desk_label(int root, const char *office, char out[DESK_NAME_BYTES])
{
	char **names;
	int count = file_list(root, &names);

	snprintf(out, DESK_NAME_BYTES, "%s", office);
	for (int i = 0; i < count; i++) {
		if (strncmp(names[i], office, NUMBER_OFFICE_CHARS) == 0)
			snprintf(out, DESK_NAME_BYTES, "%.255s", names[i]);
	}
	if (count >= 0)
		file_list_free(&names);
}

/* ---- laying out ---- */

static int
copy_document(const char *source, size_t i, const char *name, int to)
{
	char file[PARCEL_FILE_BYTES];
	struct buf bytes;
	int from = file_dir_open(AT_FDCWD, source), rc;

	if (from < 0)
		return from;
	buf_init(&bytes, DOCUMENT_MAX + 1u);
	rc = file_read(from, parcel_file(i, file), DOCUMENT_MAX, &bytes);
	if (rc == 0)
		rc = file_create(to, name, bytes.data, bytes.len, FILE_MODE);
	buf_fini(&bytes);
	close(from);
	return rc;
}

static int
fill(int day, const struct parcel *p, const char *source)
{
	int rc = file_remove_tree(day, LAYING);
	int dir = rc < 0 ? rc : file_dir_below(day, LAYING, FOLDER_MODE);

	if (dir < 0)
		return dir;
	rc = 0;
	for (size_t i = 0; i < p->count && rc == 0; i++) {
		if (p->documents[i].state == DOCUMENT_OPEN)
			rc =
			    copy_document(source, i, p->documents[i].name, dir);
	}
	if (rc == 0)
		rc = file_dir_sync(dir);
	close(dir);
	return rc;
}

/* The highest number a folder of this day has had. */
static unsigned
last_number(int day)
{
	static const char *const places[] = {
	    TO_SEND, SENT, PROBLEM, TAKEN_BACK};
	unsigned last = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int dir = file_dir_open(day, places[i]);
		char **names;
		int count = dir < 0 ? dir : file_list(dir, &names);
		for (int k = 0; k < count; k++) {
			unsigned n = (unsigned)strtoul(names[k], NULL, 10);
			last = n > last && n < 100000 ? n : last;
		}
		if (count >= 0)
			file_list_free(&names);
		if (dir >= 0)
			close(dir);
	}
	return last;
}

static int
appear(int office, int day, const struct desk_entry *e)
{
	int to_send = file_dir_below(day, TO_SEND, FOLDER_MODE), rc;

	if (to_send < 0)
		return to_send;
	rc = desk_entry_write(office, e);
	CRASH_POINT("national-desk-entry");
	if (rc == 0)
		rc = file_move(day, LAYING, to_send, e->folder);
	if (rc == 0)
		rc = file_dir_sync(to_send);
	CRASH_POINT("national-desk-laid");
	close(to_send);
	return rc;
}

static int
make_places(int day)
{
	static const char *const places[] = {SENT, PROBLEM};
	int rc = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && rc >= 0;
	     i++)
		rc = file_dir_make(day, places[i], FOLDER_MODE);
	return rc;
}

int
desk_lay(
    int office, const struct parcel *parcel, const char *source, int64_t now)
{
	struct parcel open = *parcel; /* the same documents */
	struct desk_entry e = {.documents = &open};
	char name[DESK_NAME_BYTES];
	int day, rc;

	parcel_key_of(parcel, e.key);
	desk_day(now, e.day);
	snprintf(e.to, sizeof(e.to), "%s", parcel->to);
	snprintf(e.to_name, sizeof(e.to_name), "%s", parcel->to_name);
	for (char *c = e.to_name; *c != '\0'; c++)
		*c = (unsigned char)*c < 0x20 ? ' ' : *c;
	day = file_dir_below(office, e.day, FOLDER_MODE);
	if (day < 0)
		return day;
	rc = make_places(day);
	if (rc >= 0)
		rc = fill(day, parcel, source);
	folder_name(parcel->to, parcel->to_name, name);
	snprintf(e.folder, sizeof(e.folder), "%02u %.240s",
	    last_number(day) + 1, name);
	if (rc == 0)
		rc = appear(office, day, &e);
	close(day);
	return rc;
}

/* ---- taking back ---- */

/* One rename decides between the person and us. */
static int
take_away(int office, const struct desk_entry *e)
{
	int day = file_dir_open(office, e->day);
	int from = day < 0 ? day : file_dir_open(day, TO_SEND);
	int to = from < 0 ? from : file_dir_below(day, TAKEN_BACK, FOLDER_MODE);
	int rc = to < 0 ? to : file_move(from, e->folder, to, e->folder);

	if (rc == 0)
		rc = file_dir_sync(to);
	CRASH_POINT("national-desk-taken-back");
	if (rc == 0)
		rc = file_remove_tree(to, e->folder);
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	if (day >= 0)
		close(day);
	return rc;
}

int
desk_withdraw(int office, const char *key)
{
	struct desk_entry e;
	int rc = desk_entry_find(office, key, &e);

	if (rc < 0)
		return rc == TSK_NOTFOUND ? TSK_DENIED : rc;
	rc = take_away(office, &e);
	parcel_free(&e.documents);
	if (rc == 0)
		rc = desk_entry_forget(office, e.day, key);
	return rc == TSK_NOTFOUND ? TSK_DENIED : rc;
}

/* ---- old days ---- */

static bool
has_work(int office, const char *day)
{
	struct desk_list list = {0};
	bool found = desk_read_day(office, day, &list) < 0 && errno != ENOENT;

	for (size_t i = 0; i < list.count; i++)
		found |= list.entries[i].place == DESK_TO_SEND;
	desk_list_fini(&list);
	return found;
}

static void
sweep_day(int office, const char *day)
{
	if (file_remove_tree(office, day) == 0 &&
	    desk_entry_sweep(office, day) == 0)
		log_info("desk: day=%s result=removed", day);
}

void
desk_sweep(int office, int64_t keep_ms, int64_t now)
{
	char last[DESK_DAY_BYTES];
	char **names;
	int count = file_list(office, &names);

	desk_day(now - keep_ms, last);
	for (int i = 0; i < count; i++) {
		if (desk_is_day(names[i]) && strcmp(names[i], last) < 0 &&
		    !has_work(office, names[i]))
			sweep_day(office, names[i]);
	}
	if (count >= 0)
		file_list_free(&names);
}

/* NAME
 *	desk_tree - the folders in which people find what to do
 * DESCRIPTION
 *	.tasuki/DAY/KEY is written before its folder appears: after a crash between
 *	the two the parcel is nowhere, and is laid out again under a new folder
 *	name.  What a person does is one rename; nothing has to be repaired.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"
#include "utf8.h"

#include "desk_tree.h"

#define FOLDER_MODE  0770
#define FILE_MODE    0660
#define TO_SEND      DESK_PLACE_TO_SEND
#define SENT         DESK_PLACE_SENT
#define PROBLEM      DESK_PLACE_PROBLEM
#define TAKEN_BACK   "取消"
#define WHO          "担当者.txt"
#define WHY_FILE     "理由.txt"
#define ENTRIES      ".tasuki"
#define LAYING       ".laying"
#define NAME_CHARS   60
#define NOTE_MAX     4096
#define ENTRY_MAX    65536
#define DOCUMENT_MAX (64u * 1024 * 1024)

const char *
desk_day(int64_t now, char out[DESK_DAY_BYTES])
{
	char text[CLOCK_TEXT_BYTES];

	snprintf(out, DESK_DAY_BYTES, "%.10s", clock_text(now, text));
	return out;
}

/* ---- names ---- */

static bool
is_day(const char *name)
{
	return strlen(name) == DESK_DAY_BYTES - 1 && name[4] == '-' &&
	       name[7] == '-' && strspn(name, "0123456789-") == 10;
}

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

/* ---- entries ---- */

/* The entries of a day. */
static int
open_entries(int office, const char *day, bool make)
{
	char path[sizeof(ENTRIES) + DESK_DAY_BYTES + 1];

	snprintf(path, sizeof(path), ENTRIES "/%.10s", day);
	return make ? file_dir_below(office, path, FOLDER_MODE)
		    : file_dir_open(office, path);
}

static int
write_entry(int office, const struct desk_entry *e)
{
	char hex[DIGEST_HEX_BYTES];
	struct buf text;
	int dir = open_entries(office, e->day, true), rc;

	if (dir < 0)
		return dir;
	buf_init(&text, ENTRY_MAX);
	buf_printf(
	    &text, "%s\n%s\n%s\n%s\n", e->day, e->folder, e->to, e->to_name);
	for (size_t i = 0; i < e->documents->count; i++) {
		const struct parcel_document *d = &e->documents->documents[i];
		buf_printf(&text, "%s %" PRIu64 " %s\n",
		    digest_hex(d->sha256, DIGEST_BYTES, hex), d->bytes,
		    d->name);
	}
	rc = buf_ok(&text)
		 ? file_write(dir, e->key, text.data, text.len, FILE_MODE)
		 : TSK_TOOBIG;
	buf_fini(&text);
	close(dir);
	return rc;
}

static int
read_document(char *line, struct parcel *p)
{
	struct parcel_document *d = &p->documents[p->count];
	const char *hex = strsep(&line, " ");
	const char *bytes = line != NULL ? strsep(&line, " ") : NULL;

	if (bytes == NULL || line == NULL || p->count == PARCEL_DOCUMENTS_MAX ||
	    digest_unhex(hex, d->sha256, DIGEST_BYTES) != 0)
		return TSK_DAMAGED;
	d->bytes = strtoull(bytes, NULL, 10);
	snprintf(d->name, sizeof(d->name), "%s", line);
	p->count++;
	return 0;
}

static void
take_text(char **rest, char *out, size_t bytes)
{
	const char *line = strsep(rest, "\n");

	snprintf(out, bytes, "%s", line != NULL ? line : "");
}

static int
read_entry(int dir, const char *key, struct desk_entry *e)
{
	struct buf text;
	int rc;

	memset(e, 0, sizeof(*e));
	buf_init(&text, ENTRY_MAX);
	rc = file_read(dir, key, ENTRY_MAX, &text);
	char *rest = text.data;
	if (rc == 0 && rest == NULL)
		rc = TSK_DAMAGED;
	if (rc == 0) {
		snprintf(e->key, sizeof(e->key), "%s", key);
		take_text(&rest, e->day, sizeof(e->day));
		take_text(&rest, e->folder, sizeof(e->folder));
		take_text(&rest, e->to, sizeof(e->to));
		take_text(&rest, e->to_name, sizeof(e->to_name));
		e->documents = parcel_new(PARCEL_DOCUMENTS_MAX);
		e->documents->count = 0;
	}
	while (rc == 0 && rest != NULL && *rest != '\0')
		rc = read_document(strsep(&rest, "\n"), e->documents);
	if (rc < 0)
		parcel_free(&e->documents);
	buf_fini(&text);
	return rc;
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
	rc = write_entry(office, e);
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

/* ---- where it is now ---- */

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
	    {TO_SEND, DESK_TO_SEND},
	    {SENT, DESK_SENT},
	    {PROBLEM, DESK_PROBLEM},
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

static int
read_day(int office, const char *day, struct desk_list *out)
{
	int dir = open_entries(office, day, false);
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
		if (read_entry(dir, names[i], e) < 0) {
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

/* Days with entries; none is no fault. */
static int
list_days(int office, char ***days)
{
	int dir = file_dir_open(office, ENTRIES);
	int count = dir < 0 ? dir : file_list(dir, days);

	if (dir >= 0)
		close(dir);
	return count;
}

int
desk_read(int office, const char *since, struct desk_list *out)
{
	char **days;
	int count = list_days(office, &days), rc = 0;

	memset(out, 0, sizeof(*out));
	if (count < 0)
		return count == TSK_NOTFOUND ? 0 : count;
	for (int i = 0; i < count && rc == 0; i++) {
		if (is_day(days[i]) && strcmp(days[i], since) >= 0)
			rc = read_day(office, days[i], out);
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

/* ---- taking back ---- */

static int
forget(int office, const char *day, const char *key)
{
	int dir = open_entries(office, day, false);

	if (dir < 0)
		return dir;
	int rc = file_remove_tree(dir, key);
	if (rc == 0)
		rc = file_dir_sync(dir);
	close(dir);
	return rc;
}

/* The newest one: a parcel may have been laid out before. */
static int
find_entry(int office, const char *key, struct desk_entry *e)
{
	char **days;
	int count = list_days(office, &days), rc = TSK_NOTFOUND;

	if (count < 0)
		return count;
	while (rc == TSK_NOTFOUND && count-- > 0) {
		int dir = open_entries(office, days[count], false);
		rc = dir < 0 ? dir : read_entry(dir, key, e);
		if (dir >= 0)
			close(dir);
	}
	file_list_free(&days);
	return rc;
}

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
	int rc = find_entry(office, key, &e);

	if (rc < 0)
		return rc == TSK_NOTFOUND ? TSK_DENIED : rc;
	rc = take_away(office, &e);
	parcel_free(&e.documents);
	if (rc == 0)
		rc = forget(office, e.day, key);
	return rc == TSK_NOTFOUND ? TSK_DENIED : rc;
}

/* ---- old days ---- */

static bool
has_work(int office, const char *day)
{
	struct desk_list list = {0};
	bool found = read_day(office, day, &list) < 0 && errno != ENOENT;

	for (size_t i = 0; i < list.count; i++)
		found |= list.entries[i].place == DESK_TO_SEND;
	desk_list_fini(&list);
	return found;
}

static void
sweep_day(int office, const char *day)
{
	int entries = file_dir_open(office, ENTRIES);

	if (file_remove_tree(office, day) == 0 &&
	    (entries < 0 || file_remove_tree(entries, day) == 0))
		log_info("desk: day=%s result=removed", day);
	if (entries >= 0)
		close(entries);
}

void
desk_sweep(int office, int64_t keep_ms, int64_t now)
{
	char last[DESK_DAY_BYTES];
	char **names;
	int count = file_list(office, &names);

	desk_day(now - keep_ms, last);
	for (int i = 0; i < count; i++) {
		if (is_day(names[i]) && strcmp(names[i], last) < 0 &&
		    !has_work(office, names[i]))
			sweep_day(office, names[i]);
	}
	if (count >= 0)
		file_list_free(&names);
}

/* NAME
 *	desk_entry - what is written down of a parcel on the desk
 * SUMMARY
 *	see desk_entry.h
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"

#include "desk_entry.h"

#define FOLDER_MODE 0770
#define FILE_MODE   0660
#define ENTRIES     ".tasuki"
#define ENTRY_MAX   65536

const char *
desk_day(int64_t now, char out[DESK_DAY_BYTES])
{
	char text[CLOCK_TEXT_BYTES];

	snprintf(out, DESK_DAY_BYTES, "%.10s", clock_text(now, text));
	return out;
}

bool
desk_is_day(const char *name)
{
	return strlen(name) == DESK_DAY_BYTES - 1 && name[4] == '-' &&
	       name[7] == '-' && strspn(name, "0123456789-") == 10;
}

int
desk_entries(int office, const char *day, bool make)
{
	char path[sizeof(ENTRIES) + DESK_DAY_BYTES + 1];

	snprintf(path, sizeof(path), ENTRIES "/%.10s", day);
	return make ? file_dir_below(office, path, FOLDER_MODE)
		    : file_dir_open(office, path);
}

int
desk_entry_write(int office, const struct desk_entry *e)
{
	char hex[DIGEST_HEX_BYTES];
	struct buf text;
	int dir = desk_entries(office, e->day, true), rc;

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

int
desk_entry_read(int dir, const char *key, struct desk_entry *e)
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

int
desk_entry_days(int office, char ***days)
{
	int dir = file_dir_open(office, ENTRIES);
	int count = dir < 0 ? dir : file_list(dir, days);

	if (dir >= 0)
		close(dir);
	return count;
}

int
desk_entry_forget(int office, const char *day, const char *key)
{
	int dir = desk_entries(office, day, false);

	if (dir < 0)
		return dir;
	int rc = file_remove_tree(dir, key);
	if (rc == 0)
		rc = file_dir_sync(dir);
	close(dir);
	return rc;
}

int
desk_entry_find(int office, const char *key, struct desk_entry *e)
{
	char **days;
	int count = desk_entry_days(office, &days), rc = TSK_NOTFOUND;

	if (count < 0)
		return count;
	while (rc == TSK_NOTFOUND && count-- > 0) {
		int dir = desk_entries(office, days[count], false);
		rc = dir < 0 ? dir : desk_entry_read(dir, key, e);
		if (dir >= 0)
			close(dir);
	}
	file_list_free(&days);
	return rc;
}

int
desk_entry_sweep(int office, const char *day)
{
	int entries = file_dir_open(office, ENTRIES);
	int rc = entries < 0 ? 0 : file_remove_tree(entries, day);

	if (entries >= 0)
		close(entries);
	return rc;
}

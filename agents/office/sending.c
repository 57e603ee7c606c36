/* NAME
 *	sending - the folder of one parcel that is being sent
 * DESCRIPTION
 *	The way back to the rejected ones, and what is done with the folders that
 *	are found at start.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "log.h"

#include "manifest.h"
#include "outgoing.h"
#include "reject.h"
#include "sending.h"

/* ---- rejecting ---- */

void
sending_reject(struct office *office, const struct id *id, const char *text)
{
	char name[ID_TEXT_BYTES], **names;
	int dir = file_dir_open(office->folders.sending, id_text(id, name));
	int n, rc = 0;

	if (dir < 0)
		return;
	n = file_list(dir, &names);
	for (int i = 0; rc == 0 && i < n; i++)
		if (names[i][0] != '.')
			rc = reject_file(office, dir, names[i], text);
	if (n >= 0)
		file_list_free(&names);
	close(dir);
	if (rc == 0)
		rc = file_remove_tree(office->folders.sending, name);
	if (rc == 0)
		rc = folders_sync(&office->folders);
	if (rc != 0)
		log_error("submit: parcel=%s not moved to rejected: %s", name,
		    err_text(rc));
}

/* ---- after a crash ---- */

/* The folder the members came from: the outbox, or a partner's below it. */
static int
origin_open(struct office *office, int dir)
{
	struct buf name;
	int to = TSK_NOTFOUND;

	buf_init(&name, 256);
	if (file_read(dir, OUTGOING_ORIGIN, 255, &name) == 0 &&
	    file_dir_make(office->folders.outbox, name.data, 0700) == 0)
		to = file_dir_open(office->folders.outbox, name.data);
	buf_fini(&name);
	return to >= 0 ? to : file_dir_open(office->folders.outbox, ".");
}

/* Members of a unit that was never complete go back where they came from. */
static void
take_apart(struct office *office, int dir, const char *name)
{
	char **names, free_name[256];
	int n = file_list(dir, &names), rc = 0;
	int to = origin_open(office, dir);

	for (int i = 0; i < n && rc == 0; i++) {
		if (names[i][0] == '.')
			continue;
		folders_free_name(to, names[i], free_name);
		rc = file_move(dir, names[i], to, free_name);
	}
	if (n >= 0)
		file_list_free(&names);
	if (to >= 0)
		close(to);
	if (rc == 0)
		rc = file_remove_tree(office->folders.sending, name);
	log_info("submit: folder=%s of an unfinished parcel taken apart "
		 "result=%s",
	    name, err_text(rc));
}

static int
compare_parcels(const void *a, const void *b)
{
	const struct wire_parcel *const *x = a, *const *y = b;
	int order = strcmp((*x)->to, (*y)->to);

	if (order == 0)
		order = strcmp((*x)->stamp, (*y)->stamp);
	return order != 0 ? order : id_compare(&(*x)->id, &(*y)->id);
}

void
outgoing_load(struct outgoing *out, struct office *office)
{
	char **names;
	int n = file_list(office->folders.sending, &names);
	struct wire_parcel **all;
	size_t count = 0;

	if (n < 0)
		return;
	all = mem_new(((size_t)n + 1) * sizeof(*all));
	for (int i = 0; i < n; i++) {
		int dir = file_dir_open(office->folders.sending, names[i]);
		struct id id;

		if (dir < 0)
			continue;
		if (id_parse(names[i], &id) == 0) {
			if (manifest_read(dir, &all[count]) == 0)
				count++;
			else
				take_apart(office, dir, names[i]);
		}
		close(dir);
	}
	file_list_free(&names);
	qsort(all, count, sizeof(*all), compare_parcels);
	for (size_t i = 0; i < count; i++) {
		outgoing_add(out, office, all[i], false);
		manifest_free(&all[i]);
	}
	free(all);
}

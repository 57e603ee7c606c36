/* NAME
 *	first - partners to whom nothing was sent yet
 * SUMMARY
 *	See first.h.
 * DIAGNOSTICS
 *	first: office=... partners=...: those found in the sent folders.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"
#include "log.h"
#include "manifest.h"

#include "first.h"

#define FOLDER ".known"
#define MAKING ".known.new"
#define ASKED  ".asked"

static int
open_known(const struct office *office)
{
	return file_dir_open(office->folders.root, FOLDER);
}

static void
mark(int dir, const char *name)
{
	int rc = file_name_safe(name) ? file_create(dir, name, "", 0, 0600)
				      : TSK_INVALID;

	if (rc != 0 && rc != TSK_EXIST)
		log_warn("first: partner not kept: %s", err_text(rc));
}

static bool
marked(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ---- the past ---- */

static void
learn_parcel(int month, const char *name, int known)
{
	struct wire_parcel *parcel = NULL;
	int dir = file_dir_open(month, name);

	if (dir < 0)
		return; /* no folder */
	if (manifest_read(dir, &parcel) == 0)
		mark(known, parcel->to);
	manifest_free(&parcel);
	close(dir);
}

static void
learn_month(int sent, const char *name, int known)
{
	int month = file_dir_open(sent, name);
	char **names;
	int n = month < 0 ? month : file_list(month, &names);

	for (int i = 0; i < n; i++)
		learn_parcel(month, names[i], known);
	if (n >= 0)
		file_list_free(&names);
	if (month >= 0)
		close(month);
}

static void
learn(const struct office *office, int known)
{
	char **names;
	int n = file_list(office->folders.sent, &names);

	for (int i = 0; i < n; i++)
		learn_month(office->folders.sent, names[i], known);
	if (n >= 0)
		file_list_free(&names);
	n = file_list(known, &names);
	if (n < 0)
		return;
	log_info("first: office=%s partners=%d", office->label, n);
	file_list_free(&names);
}

/* The folder gets its name when it is whole: after a crash it is made again. */
void
first_open(struct office *office)
{
	int root = office->folders.root, known = open_known(office);

	if (known < 0) {
		known = file_dir_below(root, MAKING, 0700);
		if (known < 0)
			return;
		learn(office, known);
		CRASH_POINT("office-known");
		int rc = file_move(root, MAKING, root, FOLDER);
		if (rc != 0)
			log_warn("first: office=%s folder not made: %s",
			    office->label, err_text(rc));
	}
	close(known);
}

/* ---- asking and telling ---- */

bool
first_known(const struct office *office, const char *number)
{
	int dir = open_known(office);
	bool known = dir < 0 || !file_name_safe(number) || marked(dir, number);

	if (dir >= 0)
		close(dir);
	return known;
}

void
first_met(struct office *office, const char *number)
{
	int dir = open_known(office);

	if (dir < 0)
		return;
	if (!marked(dir, number))
		mark(dir, number);
	close(dir);
}

bool
first_asked(struct office *office, const char *number)
{
	char name[NUMBER_OFFICE_BYTES + sizeof(ASKED)];
	int dir = open_known(office);

	if (dir < 0)
		return true;
	snprintf(name, sizeof(name), "%s" ASKED, number);
	bool asked = marked(dir, name);
	if (!asked)
		mark(dir, name);
	close(dir);
	return asked;
}

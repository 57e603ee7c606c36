/* NAME
 *	marks - what was brought in before
 * SUMMARY
 *	see marks.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <czmq.h>

#include "clock.h"
#include "file.h"
#include "log.h"

#include "marks.h"

#define FOLDER      "marks"
#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define KEEP_MS     (14LL * 31 * 24 * 3600 * 1000)

struct marks {
	int dir;
	int month_dir; /* of month */
	char month[CLOCK_TEXT_BYTES];
	zhashx_t *known; /* hex -> itself */
};

static void
load_month(struct marks *m, const char *month)
{
	int dir = file_dir_open(m->dir, month);
	char **names;
	int count = dir < 0 ? dir : file_list(dir, &names);

	for (int i = 0; i < count; i++) {
		if (strlen(names[i]) == DIGEST_HEX_BYTES - 1)
			zhashx_insert(m->known, names[i], m);
	}
	if (count >= 0)
		file_list_free(&names);
	if (dir >= 0)
		close(dir);
}

static int
load(struct marks *m, int64_t now)
{
	char oldest[CLOCK_TEXT_BYTES];
	char **names;
	int count = file_list(m->dir, &names);

	if (count < 0)
		return count;
	clock_month(now - KEEP_MS, oldest);
	for (int i = 0; i < count; i++) {
		if (strcmp(names[i], oldest) >= 0)
			load_month(m, names[i]);
		else if (file_remove_tree(m->dir, names[i]) < 0)
			log_warn(
			    "marks: month=%s result=not-removed", names[i]);
	}
	file_list_free(&names);
	return 0;
}

int
marks_open(int dirfd, int64_t now, struct marks **out, struct why *why)
{
	struct marks *m = mem_new(sizeof(*m));

	*out = m;
	m->month_dir = -1;
	m->known = zhashx_new();
	m->dir = file_dir_below(dirfd, FOLDER, FOLDER_MODE);
	int rc = m->dir < 0 ? m->dir : load(m, now);
	if (rc < 0) {
		why_set(why, WHY_LATER, "folder",
		    "What was brought in cannot be read: %s.", err_text(rc));
		marks_close(out);
	}
	return rc;
}

void
marks_close(struct marks **marks_p)
{
	struct marks *m = *marks_p;

	if (m == NULL)
		return;
	if (m->dir >= 0)
		close(m->dir);
	if (m->month_dir >= 0)
		close(m->month_dir);
	zhashx_destroy(&m->known);
	free(m);
	*marks_p = NULL;
}

bool
marks_has(struct marks *m, const uint8_t hash[DIGEST_BYTES])
{
	char hex[DIGEST_HEX_BYTES];

	return zhashx_lookup(m->known, digest_hex(hash, DIGEST_BYTES, hex)) !=
	       NULL;
}

static int
open_month(struct marks *m, int64_t now)
{
	char month[CLOCK_TEXT_BYTES];

	clock_month(now, month);
	if (m->month_dir >= 0 && strcmp(month, m->month) == 0)
		return 0;
	if (m->month_dir >= 0)
		close(m->month_dir);
	memcpy(m->month, month, sizeof(month));
	m->month_dir = file_dir_below(m->dir, month, FOLDER_MODE);
	return m->month_dir < 0 ? m->month_dir : 0;
}

int
marks_add(struct marks *m, const uint8_t hash[DIGEST_BYTES], int64_t now)
{
	char hex[DIGEST_HEX_BYTES];
	int rc = open_month(m, now);

	digest_hex(hash, DIGEST_BYTES, hex);
	if (rc == 0)
		rc = file_create(m->month_dir, hex, "", 0, FILE_MODE);
	if (rc == TSK_EXIST)
		rc = 0;
	if (rc == 0)
		rc = file_dir_sync(m->month_dir);
	if (rc == 0)
		zhashx_insert(m->known, hex, m);
	return rc;
}

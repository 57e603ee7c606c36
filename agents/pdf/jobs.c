/* NAME
 *	jobs - what was begun with a leg that leaves the house
 * SUMMARY
 *	see jobs.h
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "file.h"

#include "jobs.h"
#include "months.h"

#define FOLDER      ".jobs"
#define FOLDER_MODE 0750
#define FILE_MODE   0640
#define TEXT_MAX    256u
#define NAME_BYTES  (ID_TEXT_BYTES + 12)

struct jobs {
	int dirfd;
};

static const char *const names[] = {
    [JOB_NONE] = "none",
    [JOB_SENDING] = "sending",
    [JOB_SENT] = "sent",
    [JOB_UNKNOWN] = "unknown",
    [JOB_ASKED] = "asked",
};
#define STATES (sizeof(names) / sizeof(names[0]))

int
jobs_open(int root, struct jobs **out)
{
	int fd = file_dir_below(root, FOLDER, FOLDER_MODE);

	*out = NULL;
	if (fd < 0)
		return fd;
	*out = mem_new(sizeof(**out));
	(*out)->dirfd = fd;
	return 0;
}

void
jobs_close(struct jobs **jobs)
{
	if (*jobs == NULL)
		return;
	close((*jobs)->dirfd);
	free(*jobs);
	*jobs = NULL;
}

static void
name_of(const struct id *id, uint32_t leg, char out[NAME_BYTES])
{
	char text[ID_TEXT_BYTES];

	snprintf(out, NAME_BYTES, "%s-%" PRIu32, id_text(id, text), leg);
}

static int
parse(const struct buf *text)
{
	for (size_t i = 0; i < STATES; i++) {
		size_t n = strlen(names[i]);
		if (text->len > n && memcmp(text->data, names[i], n) == 0 &&
		    text->data[n] == ' ')
			return (int)i;
	}
	return JOB_UNKNOWN;
}

int
jobs_state(const struct jobs *jobs, const struct id *id, uint32_t leg)
{
	char name[NAME_BYTES], month[CLOCK_TEXT_BYTES];
	struct buf text;
	int dirfd =
	    file_dir_open(jobs->dirfd, clock_month(id_wall_ms(id), month));

	if (dirfd < 0)
		return dirfd == TSK_NOTFOUND ? JOB_NONE : dirfd;
	buf_init(&text, TEXT_MAX);
	name_of(id, leg, name);
	int rc = file_read(dirfd, name, TEXT_MAX, &text);
	if (rc == 0 || rc == TSK_TOOBIG)
		rc = parse(&text);
	else if (rc == TSK_NOTFOUND)
		rc = JOB_NONE;
	buf_fini(&text);
	close(dirfd);
	return rc;
}

int
jobs_note(const struct jobs *jobs, const struct id *id, uint32_t leg,
    enum job_state state, int64_t at_ms)
{
	char name[NAME_BYTES], month[CLOCK_TEXT_BYTES], text[TEXT_MAX];
	char at[CLOCK_TEXT_BYTES];

	clock_month(id_wall_ms(id), month);
	int dirfd = file_dir_below(jobs->dirfd, month, FOLDER_MODE);
	if (dirfd < 0)
		return dirfd;
	name_of(id, leg, name);
	int n = snprintf(
	    text, sizeof(text), "%s %s\n", names[state], clock_text(at_ms, at));
	int rc = file_write(dirfd, name, text, (size_t)n, FILE_MODE);
	close(dirfd);
	return rc;
}

int
jobs_purge(const struct jobs *jobs, int64_t before_ms)
{
	return months_purge(jobs->dirfd, before_ms);
}

/* NAME
 *	job - one parcel on its way to a hub, and what became of it
 * SUMMARY
 *	see job.h; the record is that of record.h, with a line "folder" and lines
 *	"name"
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "record.h"

#include "job.h"

#define ROW(name, kind, field) RECORD_ROW(struct job, name, kind, field)

/* folder and names are written and read by hand */
static const struct record_row rows[] = {
    ROW("from", RECORD_TEXT, from),
    ROW("to", RECORD_TEXT, to),
    ROW("month", RECORD_TEXT, month),
    ROW("tries", RECORD_COUNT, tries),
    ROW("made", RECORD_MOMENT, made_ms),
    ROW("handed", RECORD_MOMENT, handed_ms),
    ROW("seen", RECORD_MOMENT, seen_ms),
    ROW("ended", RECORD_MOMENT, ended_ms),
    ROW("code", RECORD_TEXT, code),
    ROW("text", RECORD_TEXT, text),
    ROW("by", RECORD_TEXT, by),
    ROW("told", RECORD_FLAG, told),
};

static const char *const states[] = {
    [JOB_QUEUED] = "queued",
    [JOB_LAYING] = "laying",
    [JOB_LAID] = "laid",
    [JOB_HANDED] = "handed",
    [JOB_SEEN] = "seen",
    [JOB_FAILED] = "failed",
    [JOB_RECALLED] = "recalled",
};

static const struct record_form form = {
    .version = "tasuki-hub-job 2",
    .seed = 0x687562u,
    .states = RECORD_WORDS(states),
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .id = offsetof(struct job, id),
    .leg = offsetof(struct job, leg),
    .state = offsetof(struct job, state),
};

const char *
job_state_name(enum job_state state)
{
	return record_word(&form.states, (unsigned)state);
}

const char *
job_key_of(const struct job *job, char out[JOB_KEY_BYTES])
{
	return leg_key(&job->id, job->leg, out);
}

const char *
job_part(const struct job *job, size_t i, char out[JOB_PART_BYTES])
{
	char key[JOB_KEY_BYTES];

	snprintf(out, JOB_PART_BYTES, ".%s-%02u.part", job_key_of(job, key),
	    (unsigned)(i % 100));
	return out;
}

void
job_say(struct job *job, const char *code, const char *format, ...)
{
	va_list args;

	snprintf(job->code, sizeof(job->code), "%s", code);
	va_start(args, format);
	record_print(job->text, sizeof(job->text), format, args);
	va_end(args);
}

void
job_free(struct job **job_p)
{
	struct job *job = *job_p;

	if (job == NULL)
		return;
	free(job->folder);
	for (size_t i = 0; i < job->name_count; i++)
		free(job->names[i]);
	free(job);
	*job_p = NULL;
}

/* ---- the record ---- */

static void
write_line(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s ", name);
	record_text(out, value);
	buf_char(out, '\n');
}

void
job_write(const struct job *job, struct buf *out)
{
	record_begin(out, &form, job);
	if (job->folder != NULL) /* "" is a folder, too */
		write_line(out, "folder", job->folder);
	for (size_t i = 0; i < job->name_count; i++)
		write_line(out, "name", job->names[i]);
	record_end(out, &form);
}

static int
take_line(void *record, const char *name, char *value)
{
	struct job *job = record;

	if (strcmp(name, "folder") == 0 && job->folder == NULL)
		job->folder = mem_text(value);
	if (strcmp(name, "name") != 0)
		return 0;
	if (job->name_count == JOB_FILES_MAX || !file_name_safe(value))
		return TSK_DAMAGED;
	job->names[job->name_count++] = mem_text(value);
	return 0;
}

int
job_read(const char *text, size_t n, struct job **out)
{
	int rc;

	*out = mem_new(sizeof(**out));
	rc = record_read(&form, text, n, take_line, *out);
	if (rc < 0)
		job_free(out);
	return rc;
}

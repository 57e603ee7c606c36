/* NAME
 *	job - one FAX: what is to go where, and what became of it
 * SUMMARY
 *	see job.h; the record is that of record.h
 */
#include <stdarg.h>
#include <stdio.h>

#include "record.h"

#include "job.h"

#define ROW(name, kind, field) RECORD_ROW(struct job, name, kind, field)

static const struct record_row rows[] = {
    ROW("from", RECORD_TEXT, from),
    ROW("to", RECORD_TEXT, to),
    ROW("from-name", RECORD_TEXT, from_name),
    ROW("to-name", RECORD_TEXT, to_name),
    ROW("month", RECORD_TEXT, month),
    ROW("number", RECORD_TEXT, number),
    ROW("clients", RECORD_COUNT, clients),
    ROW("pages", RECORD_COUNT, pages),
    ROW("superfine", RECORD_FLAG, superfine),
    ROW("test", RECORD_FLAG, test),
    ROW("hold", RECORD_FLAG, hold),
    ROW("tries", RECORD_COUNT, tries),
    ROW("round-tries", RECORD_COUNT, round_tries),
    ROW("job-tag", RECORD_TEXT, tag),
    ROW("ref", RECORD_TEXT, ref),
    ROW("lead", RECORD_TEXT, lead),
    ROW("made", RECORD_MOMENT, made_ms),
    ROW("due", RECORD_MOMENT, due_ms),
    ROW("sent", RECORD_MOMENT, sent_ms),
    ROW("ended", RECORD_MOMENT, ended_ms),
    ROW("code", RECORD_TEXT, code),
    ROW("text", RECORD_TEXT, text),
    ROW("remote", RECORD_TEXT, remote),
    ROW("pages-sent", RECORD_COUNT, pages_sent),
    ROW("yen", RECORD_MOMENT, yen),
    ROW("by", RECORD_TEXT, by),
    ROW("accepted", RECORD_FLAG, accepted),
    ROW("told", RECORD_FLAG, told),
};

static const char *const states[] = {
    [JOB_QUEUED] = "queued",
    [JOB_SENDING] = "sending",
    [JOB_CONFIRMED] = "confirmed",
    [JOB_FAILED] = "failed",
    [JOB_UNKNOWN] = "unknown",
    [JOB_RECALLED] = "recalled",
};

static const struct record_form form = {
    .version = "tasuki-fax-job 1",
    .seed = 0x666178u,
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

int
job_state_parse(const char *name)
{
	return record_word_parse(&form.states, name);
}

bool
job_ended(const struct job *job)
{
	return job->state != JOB_QUEUED && job->state != JOB_SENDING;
}

/* ---- names ---- */

const char *
job_key_of(const struct job *job, char out[JOB_KEY_BYTES])
{
	return leg_key(&job->id, job->leg, out);
}

void
job_try(struct job *job)
{
	char key[JOB_KEY_BYTES];

	job->tries++;
	job->round_tries++;
	job->ref[0] = '\0';
	job->accepted = false;
	job->refused = false;
	job->remote[0] = '\0';
	snprintf(job->tag, sizeof(job->tag), "%s-%u", job_key_of(job, key),
	    job->tries % 100000);
}

void
job_say(struct job *job, const char *code, const char *format, ...)
{
	va_list ap;

	snprintf(job->code, sizeof(job->code), "%s", code);
	va_start(ap, format);
	record_print(job->text, sizeof(job->text), format, ap);
	va_end(ap);
}

/* ---- text ---- */

void
job_write(const struct job *job, struct buf *out)
{
	record_begin(out, &form, job);
	record_end(out, &form);
}

int
job_read(const char *text, size_t n, struct job *job)
{
	struct job found = {0};
	int rc = record_read(&form, text, n, NULL, &found);

	if (rc == 0)
		*job = found;
	return rc;
}

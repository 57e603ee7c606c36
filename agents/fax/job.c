/* NAME
 *	job - one FAX: what is to go where, and what became of it
 * DESCRIPTION
 *	The text form is one "name value" a line and a last line "tag" with a
 *	checksum over all before it.  Lines nobody knows are passed over, so that
 *	an older program reads what a newer one wrote.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "utf8.h"

#include "job.h"

#define VERSION  "tasuki-fax-job 1"
#define TAG_SEED 0x666178u

#define ROW(name, kind, field) RECORD_ROW(struct job, name, kind, field)

/* id, leg and state are written and read by hand */
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
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char *const states[] = {
    [JOB_QUEUED] = "queued",
    [JOB_SENDING] = "sending",
    [JOB_CONFIRMED] = "confirmed",
    [JOB_FAILED] = "failed",
    [JOB_UNKNOWN] = "unknown",
    [JOB_RECALLED] = "recalled",
};
enum { STATES = sizeof(states) / sizeof(states[0]) };

const char *
job_state_name(enum job_state state)
{
	return (unsigned)state < STATES && states[state] != NULL ? states[state]
								 : "?";
}

int
job_state_parse(const char *name)
{
	for (int i = 1; i < (int)STATES; i++) {
		if (strcmp(states[i], name) == 0)
			return i;
	}
	return -1;
}

bool
job_ended(const struct job *job)
{
	return job->state != JOB_QUEUED && job->state != JOB_SENDING;
}

/* ---- names ---- */

const char *
job_key(const struct id *id, unsigned leg, char out[JOB_KEY_BYTES])
{
	char text[ID_TEXT_BYTES];

	snprintf(out, JOB_KEY_BYTES, "%s-%u", id_text(id, text), leg & 0xff);
	return out;
}

const char *
job_key_of(const struct job *job, char out[JOB_KEY_BYTES])
{
	return job_key(&job->id, job->leg, out);
}

int
job_key_parse(const char *text, struct id *id, unsigned *leg)
{
	char digits[ID_TEXT_BYTES], again[JOB_KEY_BYTES];
	const char *dash = strchr(text, '-');

	if (dash == NULL || dash - text != ID_TEXT_BYTES - 1 ||
	    strlen(dash + 1) > 3)
		return TSK_INVALID;
	memcpy(digits, text, ID_TEXT_BYTES - 1);
	digits[ID_TEXT_BYTES - 1] = '\0';
	*leg = (unsigned)strtoul(dash + 1, NULL, 10);
	if (id_parse(digits, id) != 0 ||
	    strcmp(job_key(id, *leg, again), text) != 0)
		return TSK_INVALID;
	return 0;
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
	int n = vsnprintf(job->text, sizeof(job->text), format, ap);
	va_end(ap);
	if (n >= (int)sizeof(job->text))
		job->text[utf8_cut(job->text, sizeof(job->text) - 1)] = '\0';
}

/* ---- text ---- */

void
job_write(const struct job *job, struct buf *out)
{
	char key[JOB_KEY_BYTES];

	buf_printf(out, VERSION "\nkey %s\nstate %s\n", job_key_of(job, key),
	    job_state_name(job->state));
	record_write(out, rows, ROWS, job);
	record_seal(out, TAG_SEED);
}

static int
take_line(struct job *job, const char *name, const char *value)
{
	if (strcmp(name, "key") == 0)
		return job_key_parse(value, &job->id, &job->leg);
	if (strcmp(name, "state") == 0) {
		int state = job_state_parse(value);
		job->state = (enum job_state)state;
		return state < 0 ? TSK_VERSION : 0;
	}
	record_take(rows, ROWS, name, value, job);
	return 0;
}

int
job_read(const char *text, size_t n, struct job *job)
{
	char *copy = record_unseal(text, n, TAG_SEED), *rest = copy;
	struct job found = {0};
	int rc = 0;

	if (copy == NULL)
		return TSK_DAMAGED;
	if (strcmp(strsep(&rest, "\n"), VERSION) != 0)
		rc = TSK_VERSION;
	while (rc == 0 && rest != NULL && *rest != '\0') {
		char *value = strsep(&rest, "\n");
		char *name = strsep(&value, " ");
		if (value != NULL)
			rc = take_line(&found, name, value);
	}
	free(copy);
	if (rc == 0 && (found.state == 0 || id_is_zero(&found.id)))
		rc = TSK_DAMAGED;
	if (rc == 0)
		*job = found;
	return rc == TSK_INVALID ? TSK_DAMAGED : rc;
}

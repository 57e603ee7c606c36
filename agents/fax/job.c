/* NAME
 *	job - one FAX: what is to go where, and what became of it
 * DESCRIPTION
 *	The text form is one "name value" a line and a last line "tag" with a
 *	checksum over all before it.  Lines nobody knows are passed over, so that
 *	an older program reads what a newer one wrote.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "utf8.h"

#include "job.h"

#define VERSION  "tasuki-fax-job 1"
#define TAG_SEED 0x666178u

enum kind { TEXT, COUNT, MOMENT, FLAG };

#define ROW(name, kind, field)                           \
	{                                                \
		name, kind, offsetof(struct job, field), \
		    sizeof(((struct job *)0)->field)     \
	}

/* id, leg and state are written and read by hand */
static const struct row {
	const char *name;
	enum kind kind;
	size_t offset, bytes;
} rows[] = {
    ROW("from", TEXT, from),
    ROW("to", TEXT, to),
    ROW("from-name", TEXT, from_name),
    ROW("to-name", TEXT, to_name),
    ROW("month", TEXT, month),
    ROW("number", TEXT, number),
    ROW("clients", COUNT, clients),
    ROW("pages", COUNT, pages),
    ROW("superfine", FLAG, superfine),
    ROW("test", FLAG, test),
    ROW("hold", FLAG, hold),
    ROW("tries", COUNT, tries),
    ROW("round-tries", COUNT, round_tries),
    ROW("job-tag", TEXT, tag),
    ROW("ref", TEXT, ref),
    ROW("lead", TEXT, lead),
    ROW("made", MOMENT, made_ms),
    ROW("due", MOMENT, due_ms),
    ROW("sent", MOMENT, sent_ms),
    ROW("ended", MOMENT, ended_ms),
    ROW("code", TEXT, code),
    ROW("text", TEXT, text),
    ROW("remote", TEXT, remote),
    ROW("pages-sent", COUNT, pages_sent),
    ROW("yen", MOMENT, yen),
    ROW("by", TEXT, by),
    ROW("accepted", FLAG, accepted),
    ROW("told", FLAG, told),
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

/* A value is one line, whatever a provider made up. */
static void
add_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		buf_char(out, (unsigned char)*text < 0x20 ? ' ' : *text);
}

static void
add_row(struct buf *out, const struct row *row, const void *at)
{
	buf_printf(out, "%s ", row->name);
	switch (row->kind) {
	case TEXT:
		add_text(out, at);
		break;
	case COUNT:
		buf_printf(out, "%u", *(const unsigned *)at);
		break;
	case MOMENT:
		buf_printf(out, "%" PRId64, *(const int64_t *)at);
		break;
	case FLAG:
		buf_printf(out, "%d", *(const bool *)at);
		break;
	}
	buf_char(out, '\n');
}

void
job_write(const struct job *job, struct buf *out)
{
	char key[JOB_KEY_BYTES];

	buf_printf(out, VERSION "\nkey %s\nstate %s\n", job_key_of(job, key),
	    job_state_name(job->state));
	for (size_t i = 0; i < ROWS; i++)
		add_row(out, &rows[i], (const char *)job + rows[i].offset);
	buf_printf(out, "tag %016" PRIx64 "\n",
	    digest_tag(out->data, out->len, TAG_SEED));
}

static void
take_row(const struct row *row, const char *value, void *at)
{
	switch (row->kind) {
	case TEXT:
		snprintf(at, row->bytes, "%s", value);
		break;
	case COUNT:
		*(unsigned *)at = (unsigned)strtoul(value, NULL, 10);
		break;
	case MOMENT:
		*(int64_t *)at = strtoll(value, NULL, 10);
		break;
	case FLAG:
		*(bool *)at = value[0] == '1';
		break;
	}
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
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0)
			take_row(&rows[i], value, (char *)job + rows[i].offset);
	}
	return 0;
}

/* Where the line "tag" begins, or NULL if there is none or it does not match. */
static const char *
tagged_end(const char *text, size_t n)
{
	char wanted[32];
	size_t tail = strlen("tag ") + 16 + 1;

	if (n < tail || text[n - 1] != '\n')
		return NULL;
	snprintf(wanted, sizeof(wanted), "tag %016" PRIx64 "\n",
	    digest_tag(text, n - tail, TAG_SEED));
	return memcmp(text + n - tail, wanted, tail) == 0 ? text + n - tail
							  : NULL;
}

int
job_read(const char *text, size_t n, struct job *job)
{
	const char *end = tagged_end(text, n);
	struct job found = {0};
	char *copy, *rest;
	int rc = 0;

	if (end == NULL || memchr(text, '\0', n) != NULL)
		return TSK_DAMAGED;
	copy = mem_new((size_t)(end - text) + 1);
	memcpy(copy, text, (size_t)(end - text));
	rest = copy;
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

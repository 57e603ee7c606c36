/* NAME
 *	driver_hylafax - a HylaFAX server, by its client protocol (port 4559)
 * DESCRIPTION
 *	USER, FORM TIFF, TYPE I, PASV, STOT puts the pages there; JNEW, JPARM ...,
 *	JSUBM makes the job.  VRES is always said (the server's own default is
 *	the coarse 98), nothing is chopped or scaled: our TIFF is 1728 dots wide
 *	already.  The job's tag (JOBINFO) is ours, so that a job is found again
 *	after a crash in the queues sendq and doneq.
 *
 *	The server dials hylafax/dials times; further tries are ours, by our
 *	office hours.
 * DIAGNOSTICS
 *	failed-busy, failed-no-answer, failed-line (later); failed-reported
 *	(never).  The server's own words go to the record with everything but
 *	letters and simple marks removed.
 * BUGS
 *	faxqclean must leave done jobs for longer than result/poll.
 *	Set MaxBatchJobs to 1 in the server's etc/config: it joins jobs for one
 *	number otherwise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "file.h"

#include "driver.h"
#include "ftp_line.h"
#include "template.h"

#define TIFF_MAX  (256u << 20)
#define FORMAT    "%j|%a|%p|%J|%s"
#define DIAL_MAX  64
#define STATE_MAX 200

struct hylafax {
	const struct fax_profile *profile;
};

/* A row of a queue. */
struct row {
	char id[16], state, tag[JOB_TAG_BYTES], status[STATE_MAX];
	unsigned pages;
	bool done; /* doneq */
};

static int
hylafax_open(const struct fax_profile *profile, void **out, struct why *why)
{
	struct hylafax *h = mem_new(sizeof(*h));

	(void)why;
	h->profile = profile;
	*out = h;
	return 0;
}

static void
hylafax_close(void *self)
{
	free(self);
}

/* The server's words are for people, and must not bring a number along. */
static void
clean(const char *text, char *out, size_t room)
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < room; text++) {
		bool letter = (*text >= 'A' && *text <= 'Z') ||
			      (*text >= 'a' && *text <= 'z') ||
			      strchr(" ,.;:()/-", *text) != NULL;
		if (letter)
			out[n++] = *text;
	}
	out[n] = '\0';
}

/* ---- the session ---- */

static int
log_in(const struct hylafax *h, struct ftp_line **line, struct why *why)
{
	const struct fax_profile *p = h->profile;
	int rc = ftp_open(p->hylafax.host, (unsigned)p->hylafax.port,
	    p->timeout_ms, line, why);

	if (rc < 0)
		return rc;
	rc = ftp_say(
	    *line, why, "USER %s", p->user[0] != '\0' ? p->user : "tasuki");
	if (rc == 331)
		rc = ftp_say(*line, why, "PASS %s", p->secret);
	if (rc == 230)
		return 0;
	if (rc >= 0)
		why_set(why, WHY_LATER, "login",
		    "The FAX server does not let us in.");
	ftp_close(line);
	return TSK_LATER;
}

/* A command that must be answered by 2xx. */
#define MUST(rc, line, why, ...)                                \
	do {                                                    \
		if ((rc) == 0) {                                \
			(rc) = ftp_say(line, why, __VA_ARGS__); \
			if ((rc) >= 200 && (rc) < 300)          \
				(rc) = 0;                       \
			else if ((rc) > 0)                      \
				(rc) = said_no(line, why);      \
		}                                               \
	} while (0)

static int
said_no(struct ftp_line *line, struct why *why)
{
	char words[STATE_MAX];

	clean(ftp_text(line), words, sizeof(words));
	why_set(why, WHY_NEVER, "failed-refused",
	    "The FAX server refused the job: %s", words);
	return TSK_INVALID;
}

/* ---- submit ---- */

static int
put_pages(struct ftp_line *line, const struct driver_job *job, struct why *why)
{
	struct buf tiff;
	int rc = 0;

	MUST(rc, line, why, "FORM TIFF");
	MUST(rc, line, why, "TYPE I");
	if (rc != 0)
		return rc;
	buf_init(&tiff, TIFF_MAX);
	if (file_read_path(job->tiff, TIFF_MAX, &tiff) < 0) {
		why_set(why, WHY_LATER, "folder", "The pages cannot be read.");
		rc = TSK_LATER;
	} else {
		rc = ftp_put(line, "STOT", tiff.data, tiff.len, why);
	}
	buf_fini(&tiff);
	return rc;
}

/* All that is always so: no notice by mail, no page cut, errors corrected, our
 * own resolution. */
static const char *const fixed[] = {
    "FROMUSER \"tasuki\"",
    "LASTTIME 020000",
    "SCHEDPRI 127",
    "EXTERNAL \"FAX\"",
    "NOTIFY \"none\"",
    "PAGEWIDTH 215",
    "PAGELENGTH 297",
    "PAGECHOP \"none\"",
    "USEECM YES",
};

static int
describe_call(const struct hylafax *h, struct ftp_line *line,
    const struct driver_job *job, struct why *why)
{
	const struct fax_profile *p = h->profile;
	struct buf dial;
	int rc = 0;

	buf_init(&dial, DIAL_MAX);
	if (template_fill(p->hylafax.dial, p, job, false, &dial) < 0 ||
	    dial.len == 0 || !buf_ok(&dial) ||
	    strpbrk(dial.data, "\"\\") != NULL)
		rc = said_no(line, why);
	MUST(rc, line, why, "JPARM DIALSTRING \"%s\"", dial.data);
	MUST(rc, line, why, "JPARM MAXDIALS %d", (int)p->hylafax.dials);
	MUST(rc, line, why, "JPARM MAXTRIES %d", (int)p->hylafax.tries);
	MUST(rc, line, why, "JPARM MODEM \"%s\"", p->hylafax.modem);
	buf_fini(&dial);
	return rc;
}

static int
describe(const struct hylafax *h, struct ftp_line *line,
    const struct driver_job *job, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		MUST(rc, line, why, "JPARM %s", fixed[i]);
	if (rc == 0)
		rc = describe_call(h, line, job, why);
	MUST(rc, line, why, "JPARM JOBINFO \"%s\"", job->tag);
	MUST(rc, line, why, "JPARM VRES %d", job->superfine ? 391 : 196);
	MUST(rc, line, why, "JPARM DOCUMENT %s", ftp_stored(line));
	return rc;
}

/* "New job created: jobid: 3 groupid: 3." */
static int
new_job(struct ftp_line *line, char *ref, struct why *why)
{
	int rc = 0;

	MUST(rc, line, why, "JNEW");
	if (rc != 0)
		return rc;
	const char *at = strstr(ftp_text(line), "jobid: ");
	size_t n = at == NULL ? 0 : strspn(at + 7, "0123456789");
	if (n == 0 || n > 15)
		return said_no(line, why);
	snprintf(ref, JOB_REF_BYTES, "%.*s", (int)n, at + 7);
	return 0;
}

static int
hylafax_submit(
    void *self, const struct driver_job *job, char *ref, struct why *why)
{
	struct hylafax *h = self;
	struct ftp_line *line = NULL;
	int rc = log_in(h, &line, why);

	if (rc < 0)
		return rc;
	rc = put_pages(line, job, why);
	if (rc == 0)
		rc = new_job(line, ref, why);
	if (rc == 0)
		rc = describe(h, line, job, why);
	if (rc == TSK_CLOSED)
		rc = TSK_LATER; /* not submitted yet: certainly not sent */
	MUST(rc, line, why, "JSUBM");
	CRASH_POINT("fax-hylafax-submitted");
	ftp_close(&line);
	return rc;
}

/* ---- looking ---- */

static bool
parse_row(char *text, bool done, struct row *row)
{
	char *rest = text;
	const char *id = strsep(&rest, "|"), *state = strsep(&rest, "|");
	const char *pages = strsep(&rest, "|"), *tag = strsep(&rest, "|");

	if (rest == NULL)
		return false;
	while (*id == ' ')
		id++;
	snprintf(row->id, sizeof(row->id), "%.15s", id);
	row->id[strcspn(row->id, " ")] = '\0';
	row->state = state[strspn(state, " ")];
	row->pages = (unsigned)strtoul(pages, NULL, 10);
	snprintf(row->tag, sizeof(row->tag), "%s", tag);
	clean(rest, row->status, sizeof(row->status));
	row->done = done;
	return true;
}

static bool
wanted(const struct row *row, const struct driver_job *job)
{
	if (job->ref[0] != '\0')
		return strcmp(row->id, job->ref) == 0;
	return strcmp(row->tag, job->tag) == 0;
}

static int
look_in(struct ftp_line *line, bool done, const struct driver_job *job,
    struct row *row, struct why *why)
{
	struct buf list;
	int rc;

	buf_init(&list, FTP_LIST_MAX);
	rc = ftp_get(line, done ? "LIST doneq" : "LIST sendq", &list, why);
	if (rc == 0)
		rc = TSK_NOTFOUND;
	for (char *rest = list.len > 0 ? list.data : NULL;
	     rest != NULL && rc == TSK_NOTFOUND;) {
		char *text = strsep(&rest, "\n");
		text[strcspn(text, "\r")] = '\0';
		if (parse_row(text, done, row) && wanted(row, job))
			rc = 0;
	}
	buf_fini(&list);
	return rc;
}

/* sendq first and again last: a job may move to doneq between two looks, and
 * one that fails may never come back. */
static int
look(struct ftp_line *line, const struct driver_job *job, struct row *row,
    struct why *why)
{
	int rc = 0;

	MUST(rc, line, why, "JOBFMT \"%s\"", FORMAT);
	if (rc == 0)
		rc = look_in(line, false, job, row, why);
	if (rc == TSK_NOTFOUND)
		rc = look_in(line, true, job, row, why);
	if (rc == TSK_NOTFOUND)
		rc = look_in(line, false, job, row, why);
	return rc == 0 || rc == TSK_NOTFOUND ? rc : TSK_LATER;
}

static int
ask(const struct hylafax *h, const struct driver_job *job, struct row *row,
    struct why *why)
{
	struct ftp_line *line = NULL;
	int rc = log_in(h, &line, why);

	if (rc == 0)
		rc = look(line, job, row, why);
	ftp_close(&line);
	return rc;
}

static int
hylafax_find(
    void *self, const struct driver_job *job, char *ref, struct why *why)
{
	struct row row;
	int rc = ask(self, job, &row, why);

	if (rc == 0)
		snprintf(ref, JOB_REF_BYTES, "%s", row.id);
	return rc;
}

/* What passes by itself, in the server's words. */
static const struct reason {
	const char *words, *code, *sentence;
} reasons[] = {
    {"usy", "failed-busy", "The line was busy."},
    {"o answer", "failed-no-answer", "Nobody answered."},
    {"o carrier", "failed-no-answer", "No FAX answered."},
    {"ingback", "failed-no-answer", "Nobody answered."},
    {"ialtone", "failed-line", "Our own line is dead."},
    {"odem", "failed-line", "The modem has a problem."},
    {"ill time", "failed-line", "The server gave up in time."},
    {"hangup", "failed-line", "The call was cut."},
};

static void
judge_failure(const struct row *row, struct why *why)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strstr(row->status, reasons[i].words) == NULL)
			continue;
		why_set(
		    why, WHY_LATER, reasons[i].code, "%s", reasons[i].sentence);
		return;
	}
	why_set(why, WHY_NEVER, "failed-reported", "The FAX server says: %s",
	    row->status);
}

static int
hylafax_poll(void *self, const struct driver_job *job,
    struct driver_report *report, struct why *why)
{
	struct row row;
	int rc = ask(self, job, &row, why);

	if (rc < 0)
		return rc;
	report->pages = row.pages;
	report->state = DRIVER_PENDING;
	if (row.state == 'R')
		report->state = DRIVER_SENDING;
	else if (row.done && row.state == 'D')
		report->state = DRIVER_CONFIRMED;
	else if (row.state == 'F' || row.done) {
		report->state = DRIVER_FAILED;
		judge_failure(&row, why);
	}
	return 0;
}

/* A suspended job is not sent any more; one on the line cannot be suspended.
 * Only then it is removed. */
static int
hylafax_cancel(void *self, const struct driver_job *job, struct why *why)
{
	struct ftp_line *line = NULL;
	int rc = log_in(self, &line, why);

	if (rc < 0)
		return TSK_DENIED;
	MUST(rc, line, why, "JSUSP %s", job->ref);
	MUST(rc, line, why, "JDELE %s", job->ref);
	ftp_close(&line);
	return rc == 0 ? 0 : TSK_DENIED;
}

const struct driver driver_hylafax = {
    .name = "hylafax",
    .open = hylafax_open,
    .close = hylafax_close,
    .submit = hylafax_submit,
    .find = hylafax_find,
    .poll = hylafax_poll,
    .cancel = hylafax_cancel,
};

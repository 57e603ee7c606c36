/* NAME
 *	driver_smtp - mail to a FAX provider, results by mail
 * DESCRIPTION
 *	One mail a FAX with the TIFF attached, one receiver, whose address is made
 *	of the number by the profile.  That the mail server took it says nothing
 *	about the FAX: only a result mail does, from an address the profile names,
 *	with our tag in it: in the subject, in the text, or in the headers of our
 *	own mail that it brings back.  The text of the result is compared with the
 *	profile's patterns, in the order busy, failed, confirmed.  A delivery
 *	report that says "failed" is a failure, too.
 *
 *	Result mails come into a Maildir or an IMAP folder.  A mail that was
 *	matched is removed from the Maildir once the job is over (it may bring
 *	the pages along); others are left alone.
 *
 *	Nobody can be asked whether a mail got there.  After a crash in between,
 *	or when the line broke, the FAX is unknown unless its result is there.
 * BUGS
 *	An IMAP folder is not tidied up.
 */
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"
#include "log.h"

#include "driver.h"
#include "mail.h"
#include "smtp.h"
#include "template.h"

#define TEXT_MAX   4096
#define SEEN_MAX   100000 /* mails remembered as somebody else's */
#define TAG_DIGITS (ID_TEXT_BYTES - 1)

/* A mail of the Maildir that was read. */
struct seen {
	LIST_ENTRY(seen) next;
	char *folder, *name; /* "new" or "cur" */
	char tag[JOB_TAG_BYTES];
	bool ours;
	enum driver_state state;
	struct why why;
};
LIST_HEAD(seen_list, seen);

struct mailer {
	const struct fax_profile *profile;
	regex_t busy, failed, confirmed;
	struct seen_list seen;
	size_t count;
};

/* ---- life ---- */

static void
mailer_close(void *self)
{
	struct mailer *m = self;
	struct seen *s;

	while ((s = LIST_FIRST(&m->seen)) != NULL) {
		LIST_REMOVE(s, next);
		free(s->name);
		free(s);
	}
	regfree(&m->busy);
	regfree(&m->failed);
	regfree(&m->confirmed);
	free(m);
}

static int
mailer_open(const struct fax_profile *profile, void **out, struct why *why)
{
	struct mailer *m = mem_new(sizeof(*m));
	const int flags = REG_EXTENDED | REG_NOSUB;

	(void)why;
	m->profile = profile;
	LIST_INIT(&m->seen);
	/* profile_load() has tried them */
	if (regcomp(&m->busy, profile->busy, flags) != 0 ||
	    regcomp(&m->failed, profile->failed, flags) != 0 ||
	    regcomp(&m->confirmed, profile->confirmed, flags) != 0)
		panic("a pattern that was right is wrong");
	*out = m;
	return 0;
}

/* ---- submit ---- */

static int
fill(struct mailer *m, const char *template, const struct driver_job *job,
    struct buf *out)
{
	buf_init(out, TEXT_MAX);
	int rc = template_fill(template, m->profile, job, false, out);
	if (rc == 0 && out->data == NULL)
		buf_text(out, "");
	return rc == 0 && buf_ok(out) ? 0 : TSK_INVALID;
}

/* ASCII without line ends: a header stays one line. */
static bool
plain_text(const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	}
	return true;
}

static int
mailer_submit(
    void *self, const struct driver_job *job, char *ref, struct why *why)
{
	struct mailer *m = self;
	const struct fax_profile *p = m->profile;
	struct buf to, subject, body, file;
	char id[JOB_TAG_BYTES + 32];
	int bad = fill(m, p->mail.to, job, &to) |
		  fill(m, p->mail.subject, job, &subject) |
		  fill(m, p->mail.body, job, &body) |
		  fill(m, p->mail.file, job, &file);
	int rc = TSK_INVALID;

	snprintf(id, sizeof(id), "<%s@tasuki.invalid>", job->tag);
	struct smtp_mail mail = {
	    .from = p->from,
	    .to = to.data,
	    .subject = subject.data,
	    .id = id,
	    .body = body.data != NULL ? body.data : "",
	    .file = file.data,
	    .path = job->tiff,
	    .date_ms = job->sent_ms,
	};
	if (bad == 0 && to.len > 0 && plain_text(subject.data) &&
	    plain_text(file.data))
		rc = smtp_send(p, &mail, why);
	else
		why_set(why, WHY_NEVER, "failed-refused",
		    "The mail cannot be made of the profile.");
	CRASH_POINT("fax-smtp-submitted");
	if (rc == 0)
		snprintf(ref, JOB_REF_BYTES, "%s", id);
	buf_fini(&to);
	buf_fini(&subject);
	buf_fini(&body);
	buf_fini(&file);
	return rc;
}

/* ---- results ---- */

static bool
matches(const regex_t *regex, const char *pattern, const char *text)
{
	return pattern[0] != '\0' && regexec(regex, text, 0, NULL, 0) == 0;
}

/* Something between the lines of ours: 32 hex digits, "-", leg, "-", try. */
static bool
find_tag(const char *text, char out[JOB_TAG_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	static const char digits[] = "0123456789";

	for (const char *p = text; *p != '\0'; p++) {
		size_t n = strspn(p, hex);
		if (n < TAG_DIGITS) {
			p += n > 0 ? n - 1 : 0;
			continue;
		}
		const char *at = p + n - TAG_DIGITS, *leg = p + n;
		size_t a = leg[0] == '-' ? strspn(leg + 1, digits) : 0;
		size_t b = a > 0 && leg[1 + a] == '-'
			       ? strspn(leg + 2 + a, digits)
			       : 0;
		if (a > 0 && a <= 3 && b > 0 && b <= 5) {
			snprintf(out, JOB_TAG_BYTES, "%.*s",
			    (int)(TAG_DIGITS + 2 + a + b), at);
			return true;
		}
		p = leg - 1;
	}
	return false;
}

/* What a mail says of the FAX with the tag in it. */
static void
judge(struct mailer *m, const struct mail *mail, struct seen *s)
{
	const struct fax_profile *p = m->profile;
	const char *text = mail->text.data;

	if (text == NULL || mail->delayed || !find_tag(text, s->tag))
		return;
	if (!mail->bounced && !mail_from(mail, p->mail.result_from)) {
		log_warn("mail: tag=%s result=not-believed why=\"It does not "
			 "come from an address of the provider.\"",
		    s->tag);
		return;
	}
	s->ours = true;
	s->state = DRIVER_FAILED;
	if (mail->bounced)
		why_set(&s->why, WHY_NEVER, "failed-bounced",
		    "The mail came back: the provider's address is wrong, or "
		    "it does not take our mail.");
	else if (matches(&m->busy, p->busy, text))
		why_set(&s->why, WHY_LATER, "failed-busy",
		    "The line was busy or nobody answered.");
	else if (matches(&m->failed, p->failed, text))
		why_set(&s->why, WHY_NEVER, "failed-reported",
		    "The provider says that it failed.");
	else if (matches(&m->confirmed, p->confirmed, text))
		s->state = DRIVER_CONFIRMED;
	else
		s->ours = false; /* "accepted", advertising: no result */
}

static bool
known(struct mailer *m, const char *name)
{
	struct seen *s;

	LIST_FOREACH(s, &m->seen, next)
	{
		if (strcmp(s->name, name) == 0)
			return true;
	}
	return false;
}

static void
read_mail(struct mailer *m, int dirfd, const char *folder, const char *name)
{
	struct seen *s;
	struct mail mail;
	struct buf bytes;

	if (known(m, name) || m->count >= SEEN_MAX)
		return;
	buf_init(&bytes, MAIL_MAX);
	if (file_read(dirfd, name, MAIL_MAX, &bytes) == 0) {
		s = mem_new(sizeof(*s));
		s->folder = (char *)(uintptr_t)folder;
		s->name = mem_text(name);
		mail_read(bytes.len > 0 ? bytes.data : "", bytes.len, &mail);
		judge(m, &mail, s);
		mail_fini(&mail);
		LIST_INSERT_HEAD(&m->seen, s, next);
		m->count++;
	}
	buf_fini(&bytes);
}

static int
open_folder(struct mailer *m, const char *folder)
{
	int root = file_dir_open(AT_FDCWD, m->profile->mail.maildir);
	int dirfd = root < 0 ? root : file_dir_open(root, folder);

	if (root >= 0)
		close(root);
	return dirfd;
}

static void
read_folder(struct mailer *m, const char *folder)
{
	int dirfd = open_folder(m, folder);
	char **names;

	if (dirfd < 0)
		return;
	int count = file_list(dirfd, &names);
	for (int i = 0; i < count; i++)
		read_mail(m, dirfd, folder, names[i]);
	if (count >= 0)
		file_list_free(&names);
	close(dirfd);
}

static struct seen *
result_of(struct mailer *m, const char *tag)
{
	struct seen *s;

	LIST_FOREACH(s, &m->seen, next)
	{
		/* the analyser does not see that LIST_REMOVE takes out */
		// NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
		if (s->ours && strcmp(s->tag, tag) == 0)
			return s;
	}
	return NULL;
}

/* One IMAP look is one job's. */
struct look {
	struct mailer *mailer;
	const char *tag;
	struct seen *result;
};

/* Several mails may name the job: "accepted" comes before the result. */
static bool
take_mail(void *arg, const char *p, size_t n)
{
	const struct look *look = arg;
	struct seen *s = look->result;
	struct mail mail;

	memset(s, 0, sizeof(*s));
	mail_read(p, n, &mail);
	judge(look->mailer, &mail, s);
	mail_fini(&mail);
	return s->ours && strcmp(s->tag, look->tag) == 0;
}

static int
mailer_poll(void *self, const struct driver_job *job,
    struct driver_report *report, struct why *why)
{
	struct mailer *m = self;
	struct seen here = {0}, *s = &here;

	if (m->profile->mail.maildir[0] != '\0') {
		read_folder(m, "new");
		read_folder(m, "cur");
		s = result_of(m, job->tag);
		if (s == NULL)
			return TSK_EMPTY;
	} else {
		struct look look = {m, job->tag, s};
		int rc =
		    smtp_fetch(m->profile, job->tag, take_mail, &look, why);
		if (rc < 0)
			return rc;
	}
	report->state = s->state;
	*why = s->why;
	return 0;
}

static int
mailer_find(
    void *self, const struct driver_job *job, char *ref, struct why *why)
{
	struct driver_report report = {0};

	/* its result says that it got there; nothing says that it did not */
	int rc = mailer_poll(self, job, &report, why);
	if (rc != 0)
		return rc == TSK_LATER ? TSK_LATER : TSK_EMPTY;
	snprintf(ref, JOB_REF_BYTES, "<%s@tasuki.invalid>", job->tag);
	return 0;
}

static int
mailer_cancel(void *self, const struct driver_job *job, struct why *why)
{
	(void)self;
	(void)job;
	why_set(why, WHY_LATER, "taken", "A mail cannot be called back.");
	return TSK_DENIED;
}

static void
mailer_forget(void *self, const struct driver_job *job)
{
	struct mailer *m = self;
	struct seen *s;

	/* more than once if somebody moved it from new to cur */
	while ((s = result_of(m, job->tag)) != NULL) {
		int dirfd = open_folder(m, s->folder);
		if (dirfd >= 0) {
			(void)!file_remove_tree(dirfd, s->name);
			close(dirfd);
		}
		LIST_REMOVE(s, next);
		m->count--;
		free(s->name);
		free(s);
	}
}

const struct driver driver_smtp = {
    .name = "smtp",
    .open = mailer_open,
    .close = mailer_close,
    .submit = mailer_submit,
    .find = mailer_find,
    .poll = mailer_poll,
    .cancel = mailer_cancel,
    .forget = mailer_forget,
};

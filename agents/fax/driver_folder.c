/* NAME
 *	driver_folder - a FAX as files, for other software or a person
 * DESCRIPTION
 *	    PATH/TAG.tif	the pages
 *	    PATH/TAG.job	who gets them: "name value" a line; the last file
 *				to appear, so whoever sees it may begin
 *	    PATH/TAG.result	written by the other side: "confirmed",
 *				"failed REASON" or "busy REASON", further words
 *				"pages=3" "yen=40" "remote=03 1234 5678"
 *	    PATH/TAG.cancel	written by us: please do not send
 *
 *	The other side may take TIFF and job file away at once.  So that a crash
 *	in the middle never shows a job twice, both are first made whole in
 *	.ready, then .begun/TAG is made, then they are renamed into place.  What
 *	is in .ready has not been handed over; what is begun and no longer in
 *	.ready has.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"

#include "driver.h"

#define FOLDER_MODE 0770
#define FILE_MODE   0660
#define RESULT_MAX  4096u
#define TIFF_MAX    (256u << 20)
#define NAME_MAX_   (JOB_TAG_BYTES + 16)

struct folder {
	int root, ready, begun;
};

static void
folder_close(void *self)
{
	struct folder *f = self;

	if (f == NULL)
		return;
	const int fds[] = {f->root, f->ready, f->begun};
	for (size_t i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	free(f);
}

static int
trouble(int rc, struct why *why, const char *what)
{
	why_set(why, WHY_LATER, rc == TSK_FULL ? "disk-full" : "folder",
	    "The folder of the FAX software: %s: %s.", what,
	    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return TSK_LATER;
}

static int
folder_open(const struct fax_profile *profile, void **out, struct why *why)
{
	struct folder *f = mem_new(sizeof(*f));

	f->ready = f->begun = -1;
	f->root = file_dir_below(AT_FDCWD, profile->folder.path, FOLDER_MODE);
	if (f->root >= 0)
		f->ready = file_dir_below(f->root, ".ready", FOLDER_MODE);
	if (f->ready >= 0)
		f->begun = file_dir_below(f->root, ".begun", FOLDER_MODE);
	if (f->begun < 0) {
		int rc = trouble(
		    f->root < 0 ? f->root : TSK_SYSTEM, why, "opening it");
		folder_close(f);
		return rc;
	}
	*out = f;
	return 0;
}

static const char *
file_name(const char *tag, const char *extension, char out[NAME_MAX_])
{
	snprintf(out, NAME_MAX_, "%s.%s", tag, extension);
	return out;
}

static bool
there(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ---- submit ---- */

static int
make_tiff(struct folder *f, const struct driver_job *job)
{
	char name[NAME_MAX_];
	struct buf tiff;
	int rc;

	buf_init(&tiff, TIFF_MAX);
	rc = file_read_path(job->tiff, TIFF_MAX, &tiff);
	if (rc == 0)
		rc = file_write(f->ready, file_name(job->tag, "tif", name),
		    tiff.data, tiff.len, FILE_MODE);
	buf_fini(&tiff);
	return rc;
}

static int
make_job(struct folder *f, const struct driver_job *job)
{
	char name[NAME_MAX_], text[1024];
	int n = snprintf(text, sizeof(text),
	    "tag %s\nnumber %s\npages %u\nresolution %s\nfrom %s\nto %s\n"
	    "month %s\nfile %s.tif\n",
	    job->tag, job->number, job->pages,
	    job->superfine ? "superfine" : "fine", job->from, job->to,
	    job->month, job->tag);

	return file_write(f->ready, file_name(job->tag, "job", name), text,
	    (size_t)n, FILE_MODE);
}

static int
show(struct folder *f, const char *tag, const char *extension)
{
	char name[NAME_MAX_];

	file_name(tag, extension, name);
	int rc = file_move(f->ready, name, f->root, name);
	if (rc == 0)
		rc = file_dir_sync(f->root);
	return rc == 0 ? file_dir_sync(f->ready) : rc;
}

static int
folder_submit(
    void *self, const struct driver_job *job, char *ref, struct why *why)
{
	struct folder *f = self;
	int rc = make_tiff(f, job);

	if (rc == 0)
		rc = make_job(f, job);
	CRASH_POINT("fax-folder-ready");
	if (rc == 0)
		rc = file_write(f->begun, job->tag, "", 0, FILE_MODE);
	if (rc == 0)
		rc = show(f, job->tag, "tif");
	CRASH_POINT("fax-folder-half");
	if (rc == 0)
		rc = show(f, job->tag, "job");
	CRASH_POINT("fax-folder-shown");
	if (rc < 0)
		return trouble(rc, why, "writing a job");
	snprintf(ref, JOB_REF_BYTES, "%s", job->tag);
	return 0;
}

static int
folder_find(
    void *self, const struct driver_job *job, char *ref, struct why *why)
{
	struct folder *f = self;
	char name[NAME_MAX_];

	if (!there(f->begun, job->tag) ||
	    there(f->ready, file_name(job->tag, "job", name))) {
		/* a TIFF shown without its job means nothing to anybody, and
		 * would be in the way of the next one */
		int rc =
		    file_remove_tree(f->root, file_name(job->tag, "tif", name));
		return rc < 0 ? trouble(rc, why, "tidying up") : TSK_NOTFOUND;
	}
	snprintf(ref, JOB_REF_BYTES, "%s", job->tag);
	return 0;
}

/* ---- result ---- */

static void
take_word(char *word, struct driver_report *report)
{
	if (strncmp(word, "pages=", 6) == 0)
		report->pages = (unsigned)strtoul(word + 6, NULL, 10);
	else if (strncmp(word, "yen=", 4) == 0)
		report->yen = strtoll(word + 4, NULL, 10);
	else if (strncmp(word, "remote=", 7) == 0)
		snprintf(
		    report->remote, sizeof(report->remote), "%s", word + 7);
}

static int
judge(char *text, struct driver_report *report, struct why *why)
{
	char *rest = text;
	const char *first = strsep(&rest, " \t");

	for (char *word; (word = strsep(&rest, " \t")) != NULL;)
		take_word(word, report);
	if (strcmp(first, "confirmed") == 0) {
		report->state = DRIVER_CONFIRMED;
		return 0;
	}
	report->state = DRIVER_FAILED;
	if (strcmp(first, "busy") == 0)
		why_set(why, WHY_LATER, "failed-busy",
		    "The line was busy or nobody answered.");
	else if (strcmp(first, "failed") == 0)
		why_set(why, WHY_NEVER, "failed-reported",
		    "The FAX software says that it failed.");
	else
		return TSK_EMPTY; /* half written, or no word of ours */
	return 0;
}

static int
folder_poll(void *self, const struct driver_job *job,
    struct driver_report *report, struct why *why)
{
	struct folder *f = self;
	char name[NAME_MAX_];
	struct buf text;
	int rc;

	buf_init(&text, RESULT_MAX);
	rc = file_read(
	    f->root, file_name(job->tag, "result", name), RESULT_MAX, &text);
	if (rc == 0 && text.len > 0) {
		text.data[strcspn(text.data, "\r\n")] = '\0';
		rc = judge(text.data, report, why);
	} else if (rc == 0 || rc == TSK_NOTFOUND) {
		rc = TSK_EMPTY;
	} else {
		rc = trouble(rc, why, "reading a result");
	}
	buf_fini(&text);
	return rc;
}

static int
folder_cancel(void *self, const struct driver_job *job, struct why *why)
{
	struct folder *f = self;
	char name[NAME_MAX_];
	int rc;

	/* whoever renames or removes it first has it */
	if (unlinkat(f->root, file_name(job->tag, "job", name), 0) == 0) {
		rc = file_dir_sync(f->root);
		if (rc == 0)
			rc = file_remove_tree(
			    f->root, file_name(job->tag, "tif", name));
		return rc < 0 ? trouble(rc, why, "taking a job back") : 0;
	}
	rc = file_write(
	    f->root, file_name(job->tag, "cancel", name), "", 0, FILE_MODE);
	if (rc < 0)
		return trouble(rc, why, "taking a job back");
	why_set(why, WHY_LATER, "taken",
	    "The FAX software has taken the job already.");
	return TSK_DENIED;
}

static void
folder_forget(void *self, const struct driver_job *job)
{
	static const char *const extensions[] = {
	    "tif", "job", "result", "cancel"};
	struct folder *f = self;
	char name[NAME_MAX_];

	for (size_t i = 0; i < 4; i++)
		(void)!file_remove_tree(
		    f->root, file_name(job->tag, extensions[i], name));
	(void)!file_remove_tree(f->begun, job->tag);
}

const struct driver driver_folder = {
    .name = "folder",
    .open = folder_open,
    .close = folder_close,
    .submit = folder_submit,
    .find = folder_find,
    .poll = folder_poll,
    .cancel = folder_cancel,
    .forget = folder_forget,
};

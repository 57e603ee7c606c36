/* NAME
 *	outbox - from files somebody dropped to parcels on the way
 * DESCRIPTION
 *	Looking: the watch tells names, collect decides what goes together and
 *	when.  Only regular files count; links, pipes and folders that are no
 *	partner's are left alone, with one notice.  Hidden files and the
 *	temporary names of other programs are not looked at.
 *
 *	Taking a unit (each step leaves something a restart can go on from):
 *	    1. every member is still as it was seen, and nobody writes to it
 *	    2. 送信中/<id>/ is made and the members are renamed into it
 *	    3. they are inspected there; errors: all go to エラー
 *	    4. the manifest is written
 *	    5. one barrier for the whole batch of units (folders_sync)
 *	    6. they are handed to outgoing
 *	A folder without a manifest is taken apart again at start; one with a
 *	manifest is sent.
 * BUGS
 *	On a network share nobody can tell whether another machine still writes;
 *	there scan/stable decides alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"
#include "number.h"

#include "collect.h"
#include "hold.h"
#include "inspect.h"
#include "manifest.h"
#include "outbox.h"
#include "outgoing.h"
#include "reject.h"
#include "status.h"
#include "receipts.h"

#define PASS_EVERY_MS 100
#define BATCH_UNITS   128
#define RETRY_MS      5000
#define FILES_MAX     50000 /* looked after at once; the rest waits its turn */

/* A folder in the outbox that is named with an office number. */
struct partner {
	struct outbox *outbox;
	char name[32];
	char number[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES];
	int dir, watch;
	struct partner *next;
};

struct outbox {
	struct office *office;
	struct collect *collect;
	struct hold *hold;
	struct partner *partners;
	int watch;
	int64_t next_pass_ms;
	/* the batch being made */
	struct wire_parcel *ready[BATCH_UNITS];
	size_t ready_count;
	bool touched; /* something moved: sync */
	int64_t now_ms;
};

static void on_outbox(enum watch_what what, const char *name, void *arg);
static void on_partner(enum watch_what what, const char *name, void *arg);

/* ---- looking ---- */

static bool
ends_with(const char *name, const char *tail)
{
	size_t n = strlen(name), t = strlen(tail);

	return n >= t && strcasecmp(name + n - t, tail) == 0;
}

/* Names other programs use while they write. */
static bool
temporary(const char *name)
{
	static const char *const tails[] = {
	    ".tmp", ".temp", ".part", ".partial", ".crdownload", "~", NULL};

	if (name[0] == '.' || strncmp(name, "~$", 2) == 0)
		return true;
	for (size_t i = 0; tails[i] != NULL; i++)
		if (ends_with(name, tails[i]))
			return true;
	return false;
}

static void
full_name(const struct partner *partner, const char *name, char out[300])
{
	if (partner == NULL)
		snprintf(out, 300, "%s", name);
	else
		snprintf(out, 300, "%s/%s", partner->name, name);
}

static int64_t
mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static struct partner *
partner_find(struct outbox *box, const char *name)
{
	struct partner *p;

	for (p = box->partners; p != NULL; p = p->next)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

/* "NUMBER" or "NUMBER_TYPE" */
static bool
partner_parse(const char *name, struct partner *p)
{
	size_t n = strlen(name);

	if (n != NUMBER_OFFICE_CHARS && n != NUMBER_OFFICE_CHARS + 3)
		return false;
	if (!number_office_form(name, NUMBER_OFFICE_CHARS))
		return false;
	if (n > NUMBER_OFFICE_CHARS &&
	    (name[NUMBER_OFFICE_CHARS] != '_' ||
		!number_type_form(name + NUMBER_OFFICE_CHARS + 1)))
		return false;
	memcpy(p->number, name, NUMBER_OFFICE_CHARS);
	if (n > NUMBER_OFFICE_CHARS)
		memcpy(p->type, name + NUMBER_OFFICE_CHARS + 1, 2);
	memcpy(p->name, name, n + 1);
	return true;
}

static void look_through(struct outbox *box, struct partner *partner);

static void
partner_open(struct outbox *box, const char *name)
{
	struct partner parsed = {0}, *p;
	int dir;

	if (name[0] == '.' || partner_find(box, name) != NULL)
		return;
	if (!partner_parse(name, &parsed)) {
		reject_notice(box->office, name,
		    text_of(box->office->app->language, TEXT_FOLDER_IN_OUTBOX));
		return;
	}
	dir = file_dir_open(box->office->folders.outbox, name);
	if (dir < 0)
		return;
	p = mem_dup(&parsed, sizeof(parsed));
	p->outbox = box;
	p->dir = dir;
	p->watch = watch_add(box->office->app->watch, dir, on_partner, p);
	p->next = box->partners;
	box->partners = p;
	look_through(box, p);
}

static void
partner_close(struct partner *p, bool watched)
{
	struct partner **at = &p->outbox->partners;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (watched)
		watch_remove(p->outbox->office->app->watch, p->watch);
	close(p->dir);
	free(p);
}

/* One name in the outbox or a partner folder, as it is now. */
static void
note(struct outbox *box, struct partner *partner, const char *name,
    enum collect_how how)
{
	int dir = partner == NULL ? box->office->folders.outbox : partner->dir;
	char full[300];
	struct stat st;
	struct collect_file *file;

	if (temporary(name))
		return;
	full_name(partner, name, full);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		const struct collect_file *old =
		    collect_find(box->collect, full);

		if (old != NULL && old->place == PLACE_OUTBOX)
			collect_gone(box->collect, full);
		return;
	}
	if (S_ISDIR(st.st_mode) && partner == NULL) {
		partner_open(box, name);
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		reject_notice(box->office, name,
		    text_of(box->office->app->language,
			S_ISDIR(st.st_mode) ? TEXT_FOLDER_IN_OUTBOX
					    : TEXT_LINK_IN_OUTBOX));
		return;
	}
	if (collect_count(box->collect) >= FILES_MAX &&
	    collect_find(box->collect, full) == NULL)
		return; /* the next look finds it */
	hold_replaced(box->hold, full);
	file = collect_see(box->collect, full, PLACE_OUTBOX, how,
	    (uint64_t)st.st_size, mtime_ns(&st), st.st_ino, clock_mono_ms());
	if (file->standard && !file->returned)
		file->returned = hold_returned(box->hold, file);
}

struct listing {
	char **names;
	size_t count, skip;
};

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
listed(const char *name, void *arg)
{
	const struct listing *l = arg;
	const char *key = name + l->skip;

	return bsearch(&key, l->names, l->count, sizeof(*l->names),
		   compare_names) != NULL;
}

static void
look_through(struct outbox *box, struct partner *partner)
{
	int dir = partner == NULL ? box->office->folders.outbox : partner->dir;
	struct listing l = {0};
	char prefix[40] = "";
	int n = file_list(dir, &l.names);

	if (n < 0)
		return;
	l.count = (size_t)n;
	if (partner != NULL)
		snprintf(prefix, sizeof(prefix), "%s/", partner->name);
	l.skip = strlen(prefix);
	collect_sweep(box->collect, PLACE_OUTBOX, prefix, listed, &l);
	for (size_t i = 0; i < l.count; i++)
		note(box, partner, l.names[i], HOW_SEEN);
	file_list_free(&l.names);
}

static void
wake(struct outbox *box)
{
	int64_t next = collect_next(box->collect);

	if (next == INT64_MAX)
		return;
	if (next < box->next_pass_ms)
		next = box->next_pass_ms;
	app_wake(box->office->app, next);
}

static void
on_change(struct outbox *box, struct partner *partner, enum watch_what what,
    const char *name)
{
	switch (what) {
	case WATCH_CLOSED:
	case WATCH_GONE:
	case WATCH_FOLDER:
		note(box, partner, name, HOW_SEEN);
		break;
	case WATCH_ARRIVED:
		note(box, partner, name, HOW_ARRIVED);
		break;
	case WATCH_LOOK:
		look_through(box, partner);
		break;
	case WATCH_END:
		break;
	}
	wake(box);
}

static void
on_outbox(enum watch_what what, const char *name, void *arg)
{
	struct outbox *box = arg;
	struct office *office = box->office;

	if (what == WATCH_END) {
		if (folders_remake(&office->folders, office->app->settings) !=
		    0)
			log_error("office: office=%s outbox is gone: %s",
			    office->label, strerror(errno));
		else
			box->watch = watch_add(office->app->watch,
			    office->folders.outbox, on_outbox, box);
		look_through(box, NULL);
		return;
	}
	on_change(box, NULL, what, name);
}

static bool
nobody(const char *name, void *arg)
{
	(void)name, (void)arg;
	return false;
}

static void
on_partner(enum watch_what what, const char *name, void *arg)
{
	struct partner *p = arg;
	char prefix[40];

	if (what == WATCH_END) {
		snprintf(prefix, sizeof(prefix), "%s/", p->name);
		collect_sweep(
		    p->outbox->collect, PLACE_OUTBOX, prefix, nobody, NULL);
		partner_close(p, false);
		return;
	}
	on_change(p->outbox, p, what, name);
}

/* ---- taking: where a file lies ---- */

static struct partner *
partner_of(struct outbox *box, const struct collect_file *f)
{
	const char *slash = strchr(f->name, '/');
	char folder[32];

	if (slash == NULL)
		return NULL;
	snprintf(
	    folder, sizeof(folder), "%.*s", (int)(slash - f->name), f->name);
	return partner_find(box, folder);
}

static int
place_dir(struct outbox *box, const struct collect_file *f)
{
	struct partner *p;

	if (f->place == PLACE_HOLD)
		return box->office->folders.hold;
	if (strchr(f->name, '/') == NULL)
		return box->office->folders.outbox;
	p = partner_of(box, f);
	return p == NULL ? -1 : p->dir;
}

static const char *
base_name(const struct collect_file *f)
{
	const char *slash = strchr(f->name, '/');

	return slash == NULL ? f->name : slash + 1;
}

/* ---- taking: is it complete? ---- */

/* A read lease is refused while anybody has the file open for writing.  Where
 * leases don't exist (shares), nobody can say. */
static bool
being_written(int dir, const char *name)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool busy;

	if (fd == -1)
		return false;
	busy = fcntl(fd, F_SETLEASE, F_RDLCK) == -1 && errno == EAGAIN;
	if (!busy)
		(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	close(fd);
	return busy;
}

static bool
still_the_same(struct outbox *box, struct collect_file *f)
{
	int dir = place_dir(box, f);
	struct stat st;

	if (dir < 0 ||
	    fstatat(dir, base_name(f), &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode)) {
		f->changed_ms = box->now_ms; /* the next look decides */
		f->inode = 0;
		return false;
	}
	if ((uint64_t)st.st_size == f->bytes && mtime_ns(&st) == f->mtime_ns &&
	    st.st_ino == f->inode && !being_written(dir, base_name(f)))
		return true;
	f->bytes = (uint64_t)st.st_size;
	f->mtime_ns = mtime_ns(&st);
	f->inode = st.st_ino;
	f->changed_ms = box->now_ms;
	f->arrived = false;
	return false;
}

static bool
all_the_same(struct outbox *box, const struct collect_due *due)
{
	bool same = true;

	for (size_t i = 0; i < due->count; i++)
		if (!still_the_same(box, due->files[i]))
			same = false;
	return same;
}

/* ---- taking: into our own folder ---- */

static void
forget_all(struct outbox *box, const struct collect_due *due)
{
	for (size_t i = 0; i < due->count; i++)
		collect_gone(box->collect, due->files[i]->name);
}

/* Members that were renamed already go back. */
static void
give_back(
    struct outbox *box, const struct collect_due *due, int dir, size_t moved)
{
	for (size_t i = 0; i < moved; i++)
		(void)!file_move(dir, base_name(due->files[i]),
		    place_dir(box, due->files[i]), base_name(due->files[i]));
}

/* Our own small files and the folder; never a file of somebody's: a folder that
 * still holds one is taken apart at the next start. */
static int
drop_folder(struct outbox *box, int dir, const char *name)
{
	(void)unlinkat(dir, OUTGOING_ORIGIN, 0);
	(void)unlinkat(dir, MANIFEST_NAME, 0);
	if (unlinkat(box->office->folders.sending, name, AT_REMOVEDIR) == 0)
		return 0;
	log_error("office: folder=%s not dropped: %s", name, strerror(errno));
	return TSK_SYSTEM;
}

static int
move_members(struct outbox *box, const struct collect_due *due, int dir)
{
	int rc = 0;

	for (size_t i = 0; i < due->count; i++) {
		const struct collect_file *f = due->files[i];

		rc = file_move(
		    place_dir(box, f), base_name(f), dir, base_name(f));
		if (rc != 0) {
			give_back(box, due, dir, i);
			return rc;
		}
		CRASH_POINT("office-moved");
	}
	return 0;
}

static int
keep_origin(const struct collect_due *due, int dir)
{
	const char *slash = strchr(due->files[0]->name, '/');

	if (slash == NULL)
		return 0;
	return file_create(dir, OUTGOING_ORIGIN, due->files[0]->name,
	    (size_t)(slash - due->files[0]->name), 0600);
}

/* A descriptor of 送信中/<id> with the members in it, or TSK_*. */
static int
gather(struct outbox *box, const struct collect_due *due, const char *name)
{
	int sending = box->office->folders.sending, dir, rc;

	if (mkdirat(sending, name, 0700) == -1)
		return errno == ENOSPC || errno == EDQUOT ? TSK_FULL
							  : TSK_SYSTEM;
	CRASH_POINT("office-taken");
	dir = file_dir_open(sending, name);
	if (dir < 0)
		return dir;
	box->touched = true;
	rc = keep_origin(due, dir);
	if (rc == 0)
		rc = move_members(box, due, dir);
	if (rc == 0)
		return dir;
	(void)drop_folder(box, dir, name);
	close(dir);
	return rc;
}

/* ---- taking: judging ---- */

static int
inspect_all(struct outbox *box, const struct collect_due *due, int dir,
    struct inspected *all, size_t *culprit)
{
	int rc = 0;

	*culprit = due->count;
	for (size_t i = 0; i < due->count && rc == 0; i++) {
		rc = inspect_file(box->office, dir, base_name(due->files[i]),
		    due->action == COLLECT_ATTACH, &all[i]);
		if (!all[i].good && *culprit == due->count)
			*culprit = i;
	}
	return rc;
}

static int
reject_unit(struct outbox *box, const struct collect_due *due, int dir,
    const struct inspected *all, size_t culprit)
{
	enum language language = box->office->app->language;
	struct buf text;
	int rc = 0;

	buf_init(&text, 200 * 1024);
	for (size_t i = 0; i < due->count && rc == 0; i++) {
		buf_clear(&text);
		if (all[i].good)
			text_add(&text, language, TEXT_CULPRIT,
			    base_name(due->files[culprit]), NULL, NULL);
		else
			buf_text(&text, all[i].text.data);
		rc = reject_file(
		    box->office, dir, base_name(due->files[i]), text.data);
	}
	buf_fini(&text);
	return rc;
}

static void
describe(struct outbox *box, const struct collect_due *due,
    const struct inspected *all, struct wire_parcel *p)
{
	struct office *office = box->office;
	const struct name *n = &due->files[0]->parsed;
	const struct partner *partner = partner_of(box, due->files[0]);

	memcpy(p->from, office->number, sizeof(p->from));
	if (partner != NULL) {
		memcpy(p->from_type, office->type, sizeof(p->from_type));
		memcpy(p->to, partner->number, sizeof(p->to));
		memcpy(p->to_type, partner->type, sizeof(p->to_type));
	} else {
		memcpy(p->from_type, n->from_type, sizeof(p->from_type));
		memcpy(p->to, n->to, sizeof(p->to));
		memcpy(p->to_type, n->to_type, sizeof(p->to_type));
		memcpy(p->stamp, n->stamp, sizeof(p->stamp));
		for (size_t i = 0; i < due->count; i++)
			if (due->files[i]->parsed.month[0] != '\0')
				memcpy(p->month, due->files[i]->parsed.month,
				    sizeof(p->month));
	}
	for (size_t i = 0; i < due->count; i++) {
		manifest_document(p, i, base_name(due->files[i]),
		    partner == NULL ? due->files[i]->parsed.kind : "");
		p->documents[i].bytes = all[i].bytes;
		p->documents[i].encoded_bytes = all[i].bytes;
		memcpy(p->documents[i].sha256, all[i].sha256, DIGEST_BYTES);
		if (all[i].clients > p->clients)
			p->clients = all[i].clients;
	}
}

static void
mark_repeat(struct outbox *box, struct wire_parcel *p)
{
	char content[MANIFEST_CONTENT_BYTES];

	manifest_content(p, content);
	if (!receipts_repeat(box->office, content, &p->repeat_of))
		memset(&p->repeat_of, 0, sizeof(p->repeat_of));
}

/* Attachments stand for themselves: the bad ones go, the others are sent.  The
 * good ones move to the front of both lists. */
static int
drop_bad(
    struct outbox *box, struct collect_due *due, int dir, struct inspected *all)
{
	struct inspected other;
	size_t good = 0;
	int rc = 0;

	for (size_t i = 0; i < due->count && rc == 0; i++) {
		struct collect_file *f = due->files[i];

		if (!all[i].good) {
			rc = reject_file(
			    box->office, dir, base_name(f), all[i].text.data);
			continue;
		}
		other = all[good];
		all[good] = all[i];
		all[i] = other;
		due->files[i] = due->files[good];
		due->files[good++] = f;
	}
	log_info("office: office=%s result=rejected files=%zu",
	    box->office->label, due->count - good);
	due->count = good;
	return rc;
}

/* Reject all of it; the status file tells it as one line. */
static int
refuse_unit(struct outbox *box, const struct collect_due *due,
    struct wire_parcel *p, int dir, const struct inspected *all, size_t culprit)
{
	char name[ID_TEXT_BYTES];
	int rc = reject_unit(box, due, dir, all, culprit);

	log_info("office: parcel=%s office=%s result=rejected documents=%zu",
	    id_text(&p->id, name), box->office->label, due->count);
	status_rejected(box->office->status, p);
	return rc != 0 ? rc : drop_folder(box, dir, name);
}

/* It is good: the manifest makes the folder a parcel of the batch. */
static int
make_parcel(struct outbox *box, struct wire_parcel **p, int dir)
{
	int rc;

	mark_repeat(box, *p);
	rc = manifest_write(dir, *p);
	CRASH_POINT("office-manifest");
	if (rc != 0)
		return rc;
	box->ready[box->ready_count++] = *p;
	*p = NULL;
	return 0;
}

/* The unit lies in its folder: send it or reject it. */
static int
judge(
    struct outbox *box, const struct collect_due *whole, struct id id, int dir)
{
	struct inspected *all = mem_new(whole->count * sizeof(*all));
	struct collect_due due = *whole;
	struct wire_parcel *p = NULL;
	char name[ID_TEXT_BYTES];
	size_t culprit;
	int rc = inspect_all(box, &due, dir, all, &culprit);

	if (rc == 0 && culprit < due.count && due.action == COLLECT_ATTACH &&
	    due.count > 1) {
		rc = drop_bad(box, &due, dir, all);
		culprit = due.count;
	}
	if (rc == 0 && due.count > 0) {
		p = manifest_new(due.count);
		p->id = id;
		describe(box, &due, all, p);
		rc = culprit < due.count
			 ? refuse_unit(box, &due, p, dir, all, culprit)
			 : make_parcel(box, &p, dir);
	} else if (rc == 0) {
		rc = drop_folder(box, dir, id_text(&id, name));
	}
	for (size_t i = 0; i < whole->count; i++)
		inspect_fini(&all[i]);
	free(all);
	manifest_free(&p);
	return rc;
}

/* ---- taking: one unit ---- */

static void
trouble(struct outbox *box, const struct collect_due *due, int rc)
{
	log_error("office: office=%s files=%zu cannot be taken: %s: %s",
	    box->office->label, due->count, err_text(rc), strerror(errno));
	collect_later(box->collect, due, box->now_ms + RETRY_MS);
}

static void
take_unit(struct outbox *box, const struct collect_due *due)
{
	struct id id = id_new(clock_wall_ms());
	char name[ID_TEXT_BYTES];
	int dir, rc;

	dir = gather(box, due, id_text(&id, name));
	if (dir < 0) {
		trouble(box, due, dir);
		return;
	}
	rc = judge(box, due, id, dir);
	if (rc != 0)
		log_error(
		    "office: parcel=%s not prepared: %s", name, err_text(rc));
	if (rc != 0) { /* the disk: everything back, try again later */
		give_back(box, due, dir, due->count);
		(void)drop_folder(box, dir, name);
		close(dir);
		collect_later(box->collect, due, box->now_ms + RETRY_MS);
		return;
	}
	close(dir);
	hold_forget(box->hold, due);
	forget_all(box, due);
}

/* ---- the other actions ---- */

/* Straight to the rejected ones with one text for all. */
static void
reject_due(struct outbox *box, const struct collect_due *due, const char *text)
{
	int rc = 0;

	for (size_t i = 0; i < due->count && rc == 0; i++)
		rc = reject_file(box->office, place_dir(box, due->files[i]),
		    base_name(due->files[i]), text);
	box->touched = true;
	if (rc != 0 && rc != TSK_NOTFOUND) {
		trouble(box, due, rc);
		return;
	}
	log_info("office: office=%s result=rejected files=%zu",
	    box->office->label, due->count);
	hold_forget(box->hold, due);
	forget_all(box, due);
}

static void
reject_stray(struct outbox *box, const struct collect_due *due)
{
	const char *name = base_name(due->files[0]);
	enum language language = box->office->app->language;
	struct inspected in;
	struct name parsed;
	struct why why = {0};

	if (!file_name_safe(name)) {
		reject_due(box, due, text_of(language, TEXT_BAD_NAME));
	} else if (name_parse(box->office->app->standard, name, &parsed,
		       &why) == TSK_NOTFOUND) {
		reject_due(box, due, text_of(language, TEXT_NOT_STANDARD));
	} else if (inspect_file(box->office, box->office->folders.outbox, name,
		       false, &in) == 0) {
		if (in.text.len == 0)
			text_add(&in.text, language, TEXT_NAME_GRAMMAR, NULL,
			    NULL, NULL);
		reject_due(box, due, in.text.data);
		inspect_fini(&in);
	}
}

static void
reject_incomplete(struct outbox *box, const struct collect_due *due)
{
	struct buf text;

	buf_init(&text, 8192);
	hold_describe(box->hold, due, TEXT_INCOMPLETE_REJECTED, &text);
	reject_due(box, due, text.data);
	buf_fini(&text);
}

/* Attachments: unsafe names are told one by one, the rest goes in parcels of at
 * most 64 documents and 64 MiB. */
static void
take_attachments(struct outbox *box, const struct collect_due *due)
{
	enum language language = box->office->app->language;
	struct collect_due part = *due, one = *due;
	uint64_t bytes = 0;
	size_t i;

	if (!file_name_safe(base_name(due->files[0]))) {
		one.count = 1;
		reject_due(box, &one, text_of(language, TEXT_BAD_NAME));
		return;
	}
	for (i = 0; i < due->count && i < WIRE_DOCUMENTS_MAX; i++) {
		bytes += due->files[i]->bytes;
		if (i > 0 && bytes > WIRE_PARCEL_BYTES_MAX)
			break;
		if (!file_name_safe(base_name(due->files[i])))
			break;
	}
	part.count = i;
	take_unit(box, &part);
}

static uint64_t
sum_bytes(const struct collect_due *due)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < due->count; i++)
		sum += due->files[i]->bytes;
	return sum;
}

static void
take_set(struct outbox *box, const struct collect_due *due)
{
	enum language language = box->office->app->language;

	if (due->count > WIRE_DOCUMENTS_MAX)
		reject_due(box, due, text_of(language, TEXT_TOO_MANY));
	else if (sum_bytes(due) > WIRE_PARCEL_BYTES_MAX)
		reject_due(box, due, text_of(language, TEXT_TOO_LARGE));
	else
		take_unit(box, due);
}

static void
on_due(const struct collect_due *due, void *arg)
{
	struct outbox *box = arg;

	if (!all_the_same(box, due))
		return;
	switch (due->action) {
	case COLLECT_SEND:
		take_set(box, due);
		break;
	case COLLECT_ATTACH:
		take_attachments(box, due);
		break;
	case COLLECT_HOLD:
		box->touched = true;
		hold_put(box->hold, due, box->now_ms);
		break;
	case COLLECT_REJECT:
		reject_incomplete(box, due);
		break;
	case COLLECT_STRAY:
		reject_stray(box, due);
		break;
	}
}

/* ---- the batch ---- */

/* One barrier, then all of the batch may be sent. */
static void
release_batch(struct outbox *box)
{
	int rc = box->touched ? folders_sync(&box->office->folders) : 0;

	CRASH_POINT("office-synced");
	for (size_t i = 0; i < box->ready_count; i++) {
		if (rc == 0)
			outgoing_add(box->office->app->outgoing, box->office,
			    box->ready[i]);
		manifest_free(&box->ready[i]);
	}
	if (rc != 0)
		log_error("office: office=%s parcels=%zu not durable: %s; they "
			  "are sent after the next start",
		    box->office->label, box->ready_count, err_text(rc));
	box->ready_count = 0;
	box->touched = false;
}

int64_t
outbox_work(struct outbox *box, int64_t now_ms)
{
	size_t taken;

	if (collect_next(box->collect) > now_ms)
		return collect_next(box->collect);
	if (now_ms < box->next_pass_ms)
		return box->next_pass_ms;
	box->now_ms = now_ms;
	taken = collect_take(box->collect, now_ms, BATCH_UNITS, on_due, box);
	release_batch(box);
	if (taken == BATCH_UNITS)
		return now_ms; /* more: the loop comes right back */
	box->next_pass_ms = now_ms + PASS_EVERY_MS;
	return collect_next(box->collect) < box->next_pass_ms
		   ? box->next_pass_ms
		   : collect_next(box->collect);
}

/* ---- life ---- */

struct outbox *
outbox_new(struct office *office)
{
	const struct settings *s = office->app->settings;
	struct outbox *box = mem_new(sizeof(*box));

	box->office = office;
	box->collect = collect_new(office->app->standard, s->set_wait_ms,
	    s->stable_ms, settings_incomplete(s));
	box->hold = hold_new(office, box->collect);
	box->watch = watch_add(
	    office->app->watch, office->folders.outbox, on_outbox, box);
	look_through(box, NULL);
	wake(box);
	return box;
}

void
outbox_free(struct outbox **box_p)
{
	struct outbox *box = *box_p;

	if (box == NULL)
		return;
	*box_p = NULL;
	while (box->partners != NULL)
		partner_close(box->partners, true);
	hold_free(&box->hold);
	collect_free(&box->collect);
	free(box);
}

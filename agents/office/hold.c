/* NAME
 *	hold - sets that wait for a member or a person, and the notice beside them
 * DESCRIPTION
 *	The notice is one text file a unit, named after partner and 連番, that
 *	lists the held files.  It is also our memory: a file that is listed
 *	there and turns up in the outbox was moved back by a person, who wants
 *	it sent as it is.  Therefore it is written under a hidden name first and
 *	gets its own when the files have moved; after a crash in between the
 *	move is finished at start, and nothing is mistaken for a person's wish.
 *
 *	A notice none of whose files is anywhere any more is
 *	removed when the folder is looked through.
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
#include "set.h"

#include "hold.h"
#include "reject.h"

#define NOTICE_MAX (64 * 1024)
#define BULLET     "・"
#define RETRY_MS   5000

struct hold {
	struct office *office;
	struct collect *collect;
	int watch;
	size_t notices; /* at least so many are there */
};

static void
notice_name(const struct hold *h, const struct name *n, char out[200])
{
	snprintf(out, 200, "%s%s%s_%s%s_%s.txt",
	    text_of(h->office->app->language, TEXT_PREFIX_HELD), n->from,
	    n->from_type, n->to, n->to_type, n->stamp);
}

/* ---- the words ---- */

/* "UPSIKYU UPHOSOKU" -> "第7表（…）、補足（…）" */
static void
add_kinds(const struct hold *h, const char *kinds, struct buf *out)
{
	char copy[256], *rest = copy, *kind;
	bool any = false;

	snprintf(copy, sizeof(copy), "%s", kinds);
	while ((kind = strsep(&rest, " ")) != NULL) {
		if (kind[0] == '\0')
			continue;
		if (any)
			buf_text(out, "、");
		buf_text(out, set_kind_ja(h->office->app->standard, kind));
		buf_printf(out, " %s", kind);
		any = true;
	}
}

void
hold_describe(struct hold *h, const struct collect_due *due, enum text text,
    struct buf *out)
{
	enum language language = h->office->app->language;
	struct buf kinds;

	buf_init(&kinds, 4096);
	buf_text(&kinds, "");
	add_kinds(h, due->missing, &kinds);
	if (due->state == SET_UNKNOWN || kinds.len == 0)
		text_add(out, language, TEXT_HELD_UNKNOWN, NULL, NULL, NULL);
	else
		text_add(out, language, text, kinds.data, NULL, NULL);
	buf_fini(&kinds);
}

static int
write_notice(struct hold *h, const struct collect_due *due, const char *first,
    const char *name)
{
	enum language language = h->office->app->language;
	const struct settings *s = h->office->app->settings;
	struct buf text;
	int rc;

	buf_init(&text, NOTICE_MAX);
	text_add(&text, language, TEXT_HELD_TITLE, NULL, NULL, NULL);
	if (first != NULL)
		text_add(&text, language, TEXT_HELD_FIRST,
		    due->files[0]->parsed.to, first, NULL);
	if (due->action == COLLECT_HOLD)
		hold_describe(h, due, TEXT_HELD_MISSING, &text);
	text_add(&text, language, TEXT_HELD_FILES, NULL, NULL, NULL);
	for (size_t i = 0; i < due->count; i++)
		buf_printf(&text, BULLET "%s\n", due->files[i]->name);
	if (due->action == COLLECT_HOLD)
		text_add(&text, language, TEXT_HELD_MISSING_REMEDY, s->outbox,
		    NULL, NULL);
	text_add(&text, language, TEXT_HELD_REMEDY, s->outbox, s->hold, NULL);
	rc = folders_notice(h->office->folders.hold, name, text.data, text.len);
	buf_fini(&text);
	return rc;
}

/* ---- putting ---- */

static void
see_held(struct hold *h, const char *name, int64_t now_ms)
{
	struct stat st;

	if (fstatat(h->office->folders.hold, name, &st, AT_SYMLINK_NOFOLLOW) ==
		-1 ||
	    !S_ISREG(st.st_mode))
		return;
	(void)collect_see(h->collect, name, PLACE_HOLD, HOW_SEEN,
	    (uint64_t)st.st_size,
	    (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
	    st.st_ino, now_ms);
}

void
hold_put(struct hold *h, const struct collect_due *due, const char *first,
    int64_t now_ms)
{
	struct folders *f = &h->office->folders;
	char hidden[201] = ".";
	int rc;

	notice_name(h, &due->files[0]->parsed, hidden + 1);
	rc = write_notice(h, due, first, hidden);
	CRASH_POINT("office-hold-noted");
	for (size_t i = 0; i < due->count && rc == 0; i++)
		if (due->files[i]->place == PLACE_OUTBOX)
			rc = file_move(f->outbox, due->files[i]->name, f->hold,
			    due->files[i]->name);
	CRASH_POINT("office-held");
	if (rc == 0 && renameat(f->hold, hidden, f->hold, hidden + 1) == -1)
		rc = TSK_SYSTEM;
	if (rc != 0) {
		log_error("office: office=%s set not put on hold: %s",
		    h->office->label, err_text(rc));
		collect_later(h->collect, due, now_ms + RETRY_MS);
	} else {
		log_info(
		    "office: office=%s result=held files=%zu missing=\"%s\" "
		    "first=%s",
		    h->office->label, due->count,
		    due->action == COLLECT_HOLD ? due->missing : "",
		    first != NULL ? "yes" : "no");
	}
	h->notices++;
	for (size_t i = 0; i < due->count; i++)
		see_held(h, due->files[i]->name, now_ms);
}

void
hold_forget(struct hold *h, const struct collect_due *due)
{
	char name[200];

	if (h->notices == 0 || !due->files[0]->standard)
		return;
	notice_name(h, &due->files[0]->parsed, name);
	if (unlinkat(h->office->folders.hold, name, 0) == 0)
		h->notices--;
}

/* ---- coming back ---- */

static bool
notice_lists(struct hold *h, const char *notice, const char *name)
{
	struct buf text;
	char wanted[300];
	bool found = false;

	snprintf(wanted, sizeof(wanted), BULLET "%s\r\n", name);
	buf_init(&text, NOTICE_MAX + 1);
	if (file_read(h->office->folders.hold, notice, NOTICE_MAX, &text) == 0)
		found = strstr(text.data, wanted) != NULL;
	buf_fini(&text);
	return found;
}

bool
hold_returned(struct hold *h, const struct collect_file *file)
{
	char notice[200];

	if (h->notices == 0)
		return false;
	notice_name(h, &file->parsed, notice);
	return notice_lists(h, notice, file->name);
}

void
hold_replaced(struct hold *h, const char *name)
{
	const struct collect_file *old = collect_find(h->collect, name);
	struct folders *f = &h->office->folders;

	if (old == NULL || old->place != PLACE_HOLD ||
	    faccessat(f->hold, name, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	if (reject_file(h->office, f->hold, name,
		text_of(h->office->app->language, TEXT_REPLACED_HELD)) != 0)
		log_warn("office: office=%s a replaced file stays on hold",
		    h->office->label);
}

/* ---- looking ---- */

/* Is any file of this notice still on hold or in the outbox? */
static bool
notice_needed(struct hold *h, const char *notice)
{
	struct buf text;
	char *rest;
	bool needed = false;

	buf_init(&text, NOTICE_MAX + 1);
	if (file_read(h->office->folders.hold, notice, NOTICE_MAX, &text) == 0)
		for (rest = text.data; rest != NULL && !needed;) {
			char *line = strsep(&rest, "\n");

			if (strncmp(line, BULLET, strlen(BULLET)) != 0)
				continue;
			line[strcspn(line, "\r")] = '\0';
			needed = collect_find(
				     h->collect, line + strlen(BULLET)) != NULL;
		}
	buf_fini(&text);
	return needed;
}

struct listing {
	char **names;
	size_t count;
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

	return bsearch(&name, l->names, l->count, sizeof(*l->names),
		   compare_names) != NULL;
}

static bool
is_notice(const struct hold *h, const char *name)
{
	const char *prefix =
	    text_of(h->office->app->language, TEXT_PREFIX_HELD);

	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static void
look_through(struct hold *h, bool tidy)
{
	int dir = h->office->folders.hold, n;
	struct listing l = {0};
	struct why why = {0};
	struct name parsed;

	n = file_list(dir, &l.names);
	if (n < 0)
		return;
	l.count = (size_t)n;
	h->notices = 0;
	collect_sweep(h->collect, PLACE_HOLD, "", listed, &l);
	for (size_t i = 0; i < l.count; i++)
		if (name_parse(h->office->app->standard, l.names[i], &parsed,
			&why) == 0 &&
		    collect_find(h->collect, l.names[i]) == NULL)
			see_held(h, l.names[i], clock_mono_ms());
	for (size_t i = 0; i < l.count; i++) {
		if (!is_notice(h, l.names[i]))
			continue;
		if (!tidy || notice_needed(h, l.names[i]))
			h->notices++;
		else
			(void)unlinkat(dir, l.names[i], 0);
	}
	file_list_free(&l.names);
}

static void
on_hold(enum watch_what what, const char *name, void *arg)
{
	struct hold *h = arg;
	const struct collect_file *file;

	if (what == WATCH_LOOK) {
		look_through(h, true);
	} else if (what == WATCH_END) {
		if (folders_remake(
			&h->office->folders, h->office->app->settings) == 0)
			h->watch = watch_add(h->office->app->watch,
			    h->office->folders.hold, on_hold, h);
	} else if (what == WATCH_GONE) {
		file = collect_find(h->collect, name);
		if (file != NULL && file->place == PLACE_HOLD &&
		    faccessat(h->office->folders.hold, name, F_OK,
			AT_SYMLINK_NOFOLLOW) == -1)
			collect_gone(h->collect, name);
	}
}

/* Finish what a crash interrupted: the files this notice lists belong here. */
static void
finish_notice(struct hold *h, const char *hidden)
{
	struct folders *f = &h->office->folders;
	struct buf text;
	char *rest;
	int rc = 0;

	buf_init(&text, NOTICE_MAX + 1);
	if (file_read(f->hold, hidden, NOTICE_MAX, &text) != 0)
		buf_clear(&text);
	for (rest = text.data; rest != NULL && rc == 0;) {
		char *line = strsep(&rest, "\n");
		const char *name = line + strlen(BULLET);

		if (strncmp(line, BULLET, strlen(BULLET)) != 0)
			continue;
		line[strcspn(line, "\r")] = '\0';
		rc = file_move(f->outbox, name, f->hold, name);
		if (rc == TSK_NOTFOUND || rc == TSK_EXIST)
			rc = 0; /* it is here, or a person took it away */
	}
	buf_fini(&text);
	if (rc != 0 || renameat(f->hold, hidden, f->hold, hidden + 1) == -1)
		log_error("office: office=%s a set is half on hold: %s",
		    h->office->label, err_text(rc));
}

static void
finish_notices(struct hold *h)
{
	char **names;
	int n = file_list(h->office->folders.hold, &names);

	for (int i = 0; i < n; i++)
		if (names[i][0] == '.' && is_notice(h, names[i] + 1))
			finish_notice(h, names[i]);
	if (n >= 0)
		file_list_free(&names);
}

struct hold *
hold_new(struct office *office, struct collect *collect)
{
	struct hold *h = mem_new(sizeof(*h));

	h->office = office;
	h->collect = collect;
	h->watch =
	    watch_add(office->app->watch, office->folders.hold, on_hold, h);
	finish_notices(h);
	look_through(h, false);
	return h;
}

void
hold_free(struct hold **h_p)
{
	free(*h_p);
	*h_p = NULL;
}

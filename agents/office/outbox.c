/* NAME
 *	outbox - from files somebody dropped to parcels on the way
 * DESCRIPTION
 *	This file looks: the watch tells names, collect decides what goes
 *	together and when.  Only regular files count; links, pipes and folders
 *	that are no partner's are left alone, with one notice.  Hidden files and
 *	the temporary names of other programs are not looked at.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "log.h"
#include "number.h"

#include "outbox.h"
#include "outbox_inside.h"
#include "reject.h"

#define PASS_EVERY_MS 100
#define FILES_MAX     50000 /* looked after at once; the rest waits its turn */

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

int64_t
outbox_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

struct partner *
outbox_partner_find(struct outbox *box, const char *name)
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

	if (name[0] == '.' || outbox_partner_find(box, name) != NULL)
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
	    (uint64_t)st.st_size, outbox_mtime_ns(&st), st.st_ino,
	    clock_mono_ms());
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

/* ---- working ---- */

int64_t
outbox_work(struct outbox *box, int64_t now_ms)
{
	size_t taken;

	if (collect_next(box->collect) > now_ms)
		return collect_next(box->collect);
	if (now_ms < box->next_pass_ms)
		return box->next_pass_ms;
	box->now_ms = now_ms;
	taken =
	    collect_take(box->collect, now_ms, OUTBOX_BATCH, outbox_due, box);
	outbox_release(box);
	if (taken == OUTBOX_BATCH)
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
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it unlinks itself */
		partner_close(box->partners, true);
	hold_free(&box->hold);
	collect_free(&box->collect);
	free(box);
}

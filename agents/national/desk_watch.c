/* NAME
 *	desk_watch - whether people did something on the desk
 * SUMMARY
 *	see desk_watch.h
 * DESCRIPTION
 *	A sign is made of the names and times of the folders in which things are
 *	moved.  Of the days of an office only those are looked at on which
 *	something is to be sent: the others do not change any more.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <czmq.h>

#include "digest.h"
#include "file.h"

#include "desk_inbox.h"
#include "desk_tree.h"
#include "desk_watch.h"

/* An office's folder, and how it looked when it was looked at. */
struct place {
	uint64_t sign;
	char **days; /* with something to send */
	size_t count;
};

struct desk_watch {
	int root;
	desk_changed_fn *changed;
	void *arg;
	zhashx_t *places; /* number -> struct place */
};

/* ---- days ---- */

static struct place *
place_of(struct desk_watch *w, const char *number)
{
	struct place *p = zhashx_lookup(w->places, number);

	if (p == NULL) {
		p = mem_new(sizeof(*p));
		zhashx_insert(w->places, number, p);
	}
	return p;
}

static void
forget_days(struct place *p)
{
	while (p->count > 0)
		free(p->days[--p->count]);
}

static void
add_day(struct place *p, const char *day)
{
	for (size_t i = 0; i < p->count; i++) {
		if (strcmp(p->days[i], day) == 0)
			return;
	}
	p->days = mem_resize(p->days, (p->count + 1) * sizeof(*p->days));
	p->days[p->count++] = mem_text(day);
}

void
desk_watch_days(struct desk_watch *w, const char *number,
    const struct desk_list *list, bool all)
{
	struct place *p = place_of(w, number);

	if (all)
		forget_days(p);
	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i].place == DESK_TO_SEND)
			add_day(p, list->entries[i].day);
	}
}

/* ---- signs ---- */

static uint64_t
sign_of(int dir, const char *name, uint64_t sign)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return sign;
	sign = digest_tag(name, strlen(name), sign);
	return digest_tag(&st.st_mtim, sizeof(st.st_mtim), sign);
}

/* The folder of downloads and what is below it. */
static uint64_t
sign_of_inbox(int parent, uint64_t sign)
{
	int inbox = file_dir_open(parent, DESK_INBOX);
	char **names;
	int count = inbox < 0 ? inbox : file_list(inbox, &names);

	sign = sign_of(parent, DESK_INBOX, sign);
	for (int i = 0; i < count; i++) {
		if (number_office_form(
			names[i], strnlen(names[i], NUMBER_OFFICE_CHARS)))
			sign = sign_of(inbox, names[i], sign);
	}
	if (count >= 0)
		file_list_free(&names);
	if (inbox >= 0)
		close(inbox);
	return sign;
}

/* Where people move the folders of one day. */
static uint64_t
sign_of_day(int office, const char *name, uint64_t sign)
{
	int day = file_dir_open(office, name);

	if (day < 0)
		return sign;
	sign = sign_of(day, DESK_PLACE_TO_SEND, sign);
	sign = sign_of(day, DESK_PLACE_SENT, sign);
	sign = sign_of(day, DESK_PLACE_PROBLEM, sign);
	close(day);
	return sign;
}

static void
compare(struct desk_watch *w, const char *number, uint64_t sign)
{
	struct place *p = place_of(w, number);

	if (p->sign != sign)
		w->changed(w->arg, number);
	p->sign = sign;
}

static void
look_at(void *arg, const char *number, const char *folder)
{
	struct desk_watch *w = arg;
	const struct place *p = place_of(w, number);
	int office = file_dir_open(w->root, folder);

	if (office < 0)
		return;
	uint64_t sign = sign_of_inbox(office, 1);
	for (size_t i = 0; i < p->count; i++)
		sign = sign_of_day(office, p->days[i], sign);
	close(office);
	compare(w, number, sign);
}

void
desk_watch_look(struct desk_watch *w)
{
	compare(w, DESK_ALL, sign_of_inbox(w->root, 1));
	desk_offices(w->root, look_at, w);
}

/* ---- life ---- */

static void
place_free(void **place_p)
{
	struct place *p = *place_p;

	forget_days(p);
	free(p->days);
	free(p);
	*place_p = NULL;
}

struct desk_watch *
desk_watch_new(int root, desk_changed_fn *changed, void *arg)
{
	struct desk_watch *w = mem_new(sizeof(*w));

	w->root = root;
	w->changed = changed;
	w->arg = arg;
	w->places = zhashx_new();
	zhashx_set_destructor(w->places, place_free);
	return w;
}

void
desk_watch_free(struct desk_watch **watch_p)
{
	struct desk_watch *w = *watch_p;

	if (w == NULL)
		return;
	zhashx_destroy(&w->places);
	free(w);
	*watch_p = NULL;
}

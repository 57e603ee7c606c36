/* NAME
 *	pickup - delivered files that left the inbox
 * DESCRIPTION
 *	The care software takes a file by moving, deleting or renaming it.  When
 *	the last file of a parcel is gone the broker is told "picked-up"; when
 *	the broker confirms, the marker gets the line "picked <ms>" and the
 *	parcel is forgotten here.  A file that is only opened or locked is still
 *	there: that is no pick-up.
 *
 *	The broker answers every settlement with the same (id, leg), also the
 *	one of the delivery.  So that the two are not mixed up, picked-up is
 *	said only after the delivery has been answered.
 * BUGS
 *	Who exchanges a file in the inbox for another of the same name has not
 *	picked it up in our eyes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "incoming.h"
#include "pickup.h"

#define MONTHS     3
#define MARKER_MAX (64 * 1024)

struct lying {
	struct id id;
	uint32_t leg;
	size_t left;     /* files still in the inbox */
	int64_t gone_ms; /* wall; 0 = not all gone */
	bool said;       /* in this session */
};

/* One name in the inbox; seldom more than one parcel waits for it. */
struct spot {
	struct lying **parcels;
	size_t count;
};

struct pickup {
	struct office *office;
	int watch;
	zhashx_t *parcels; /* id text -> struct lying */
	zhashx_t *spots;   /* name -> struct spot */
};

static void
spot_free(void **value)
{
	struct spot *s = *value;

	free(s->parcels);
	free(s);
	*value = NULL;
}

static void
lying_free(void **value)
{
	free(*value);
	*value = NULL;
}

/* ---- saying ---- */

static void
say(struct pickup *p, struct lying *l)
{
	struct wire_settle_item item = {0};
	char id[ID_TEXT_BYTES];

	if (l->gone_ms == 0 || l->said || !link_open(p->office->app->link) ||
	    incoming_awaits(p->office->app->incoming, &l->id))
		return;
	item.id = l->id;
	item.leg = l->leg;
	item.outcome = WIRE_OUTCOME_PICKED_UP;
	item.code = item.detail = "";
	item.at_ms = (uint64_t)l->gone_ms;
	l->said = true;
	log_info("pickup: parcel=%s office=%s result=picked-up",
	    id_text(&l->id, id), p->office->label);
	link_settle(p->office->app->link, &item, 0);
	CRASH_POINT("office-pickup-said");
}

void
pickup_try(struct pickup *p, const struct id *id)
{
	char key[ID_TEXT_BYTES];
	struct lying *l = zhashx_lookup(p->parcels, id_text(id, key));

	if (l != NULL)
		say(p, l);
}

void
pickup_report(struct pickup *p)
{
	for (struct lying *l = zhashx_first(p->parcels); l != NULL;
	     l = zhashx_next(p->parcels))
		say(p, l);
}

void
pickup_down(struct pickup *p)
{
	for (struct lying *l = zhashx_first(p->parcels); l != NULL;
	     l = zhashx_next(p->parcels))
		l->said = false;
}

void
pickup_settled(struct pickup *p, const struct id *id)
{
	char key[ID_TEXT_BYTES], line[48];
	struct lying *l = zhashx_lookup(p->parcels, id_text(id, key));
	int month, fd, n;

	if (l == NULL || !l->said)
		return;
	month = folders_month(p->office->folders.received, id);
	fd = month < 0 ? -1
		       : openat(month, key,
			     O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	n = snprintf(
	    line, sizeof(line), "picked %lld\n", (long long)l->gone_ms);
	if (fd == -1 || write(fd, line, (size_t)n) != n)
		log_warn(
		    "pickup: parcel=%s not noted: %s", key, strerror(errno));
	if (fd != -1)
		close(fd);
	if (month >= 0)
		close(month);
	CRASH_POINT("office-pickup-noted");
	zhashx_delete(p->parcels, key);
}

/* ---- watching ---- */

static bool
in_inbox(const struct pickup *p, const char *name)
{
	return faccessat(p->office->folders.inbox, name, F_OK,
		   AT_SYMLINK_NOFOLLOW) == 0 ||
	       errno != ENOENT;
}

static void
gone(struct pickup *p, const char *name)
{
	struct spot *s = zhashx_lookup(p->spots, name);

	if (s == NULL || in_inbox(p, name))
		return;
	for (size_t i = 0; i < s->count; i++) {
		struct lying *l = s->parcels[i];

		if (--l->left > 0)
			continue;
		l->gone_ms = clock_wall_ms();
		say(p, l);
	}
	zhashx_delete(p->spots, name);
}

/* Names first: gone() changes the table. */
static void
look_through(struct pickup *p)
{
	size_t count = zhashx_size(p->spots), n = 0;
	char **names = mem_new((count + 1) * sizeof(*names));

	for (void *s = zhashx_first(p->spots); s != NULL;
	     s = zhashx_next(p->spots))
		if (!in_inbox(p, zhashx_cursor(p->spots)))
			names[n++] = mem_text(zhashx_cursor(p->spots));
	for (size_t i = 0; i < n; i++) {
		gone(p, names[i]);
		free(names[i]);
	}
	free(names);
}

static void
on_inbox(enum watch_what what, const char *name, void *arg)
{
	struct pickup *p = arg;
	struct office *office = p->office;

	if (what == WATCH_GONE) {
		gone(p, name);
	} else if (what == WATCH_LOOK) {
		look_through(p);
	} else if (what == WATCH_END) {
		if (folders_remake(&office->folders, office->app->settings) ==
		    0)
			p->watch = watch_add(office->app->watch,
			    office->folders.inbox, on_inbox, p);
		look_through(p);
	}
}

static void
wait_for(struct pickup *p, const char *name, struct lying *l)
{
	struct spot *s = zhashx_lookup(p->spots, name);

	if (s == NULL) {
		s = mem_new(sizeof(*s));
		zhashx_insert(p->spots, name, s);
	}
	s->parcels =
	    mem_resize(s->parcels, (s->count + 1) * sizeof(*s->parcels));
	s->parcels[s->count++] = l;
}

void
pickup_add(struct office *office, const struct id *id, uint32_t leg,
    const char *const *names, size_t count)
{
	struct pickup *p = office->pickup;
	char key[ID_TEXT_BYTES];
	struct lying *l;

	if (zhashx_lookup(p->parcels, id_text(id, key)) != NULL)
		return;
	l = mem_new(sizeof(*l));
	l->id = *id;
	l->leg = leg;
	l->left = count;
	zhashx_insert(p->parcels, key, l);
	for (size_t i = 0; i < count; i++)
		wait_for(p, names[i], l);
	for (size_t i = 0; i < count; i++)
		gone(p, names[i]); /* it may have been taken already */
}

/* ---- markers ---- */

static void
load_marker(struct office *office, int month, const char *name)
{
	const char *names[WIRE_DOCUMENTS_MAX];
	size_t count = 0;
	unsigned leg = 0;
	bool picked = false;
	struct buf text;
	struct id id;
	char *rest;

	if (id_parse(name, &id) != 0)
		return;
	buf_init(&text, MARKER_MAX + 1);
	if (file_read(month, name, MARKER_MAX, &text) != 0 || text.len == 0) {
		buf_fini(&text);
		return;
	}
	for (rest = text.data; rest != NULL;) {
		char *line = strsep(&rest, "\n");

		if (strcmp(line, "placed") == 0)
			count = 0; /* a crash may have left an earlier list */
		else if (strncmp(line, "file ", 5) == 0 &&
			 count < WIRE_DOCUMENTS_MAX)
			names[count++] = line + 5;
		else if (strncmp(line, "picked ", 7) == 0)
			picked = true;
		else if (sscanf(line, "leg %u", &leg) == 1)
			continue;
	}
	if (!picked && count > 0)
		pickup_add(office, &id, leg, names, count);
	buf_fini(&text);
}

static void
load(struct office *office)
{
	char **months, **names;
	int n = file_list(office->folders.received, &months);

	for (int i = n > MONTHS ? n - MONTHS : 0; i < n; i++) {
		int month = file_dir_open(office->folders.received, months[i]);
		int markers = month < 0 ? -1 : file_list(month, &names);

		for (int k = 0; k < markers; k++)
			load_marker(office, month, names[k]);
		if (markers >= 0)
			file_list_free(&names);
		if (month >= 0)
			close(month);
	}
	if (n >= 0)
		file_list_free(&months);
}

struct pickup *
pickup_new(struct office *office)
{
	struct pickup *p = mem_new(sizeof(*p));

	p->office = office;
	p->parcels = zhashx_new();
	p->spots = zhashx_new();
	zhashx_set_destructor(p->parcels, lying_free);
	zhashx_set_destructor(p->spots, spot_free);
	office->pickup = p;
	p->watch =
	    watch_add(office->app->watch, office->folders.inbox, on_inbox, p);
	load(office);
	return p;
}

void
pickup_free(struct pickup **p_p)
{
	struct pickup *p = *p_p;

	if (p == NULL)
		return;
	*p_p = NULL;
	zhashx_destroy(&p->spots);
	zhashx_destroy(&p->parcels);
	free(p);
}

/* NAME
 *	driver_desk - a person with the desktop client or the browser
 * DESCRIPTION
 *	Lays parcels out in folders (desk_tree.h) with a checklist (desk_page.h)
 *	and looks what people did (desk_watch.h, desk_look.h).  Until the API
 *	opens this is the way: the desktop client until January 2027, the upload
 *	of the browser after it.
 *
 *	All orders are answered from a timer: the disk is local.
 * DIAGNOSTICS
 *	why: "desk-folder", "disk-full", WHY_LATER.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "clock.h"
#include "desk_inbox.h"
#include "desk_page.h"
#include "desk_tree.h"
#include "desk_watch.h"
#include "file.h"
#include "log.h"

#include "driver.h"

#define TURN_MS     1
#define FOLDER_MODE 0770
#define COMMON      'c' /* refs of the folder for all offices */
#define OWN         'o'

struct waiting {
	struct driver_order order;
	STAILQ_ENTRY(waiting) entry;
};

struct desk {
	zloop_t *loop;
	const struct national_settings *settings;
	const struct driver_events *events;
	void *arg;
	int root;
	int turn, scan; /* timers */
	STAILQ_HEAD(, waiting) waiting;
	struct desk_watch *watch;
	bool growing; /* somewhere a file was not whole yet */
	struct why trouble;
};

/* ---- offices ---- */

struct teller {
	void (*each)(void *arg, const char *office);
	void *arg;
};

static void
tell_office(void *arg, const char *office, const char *folder)
{
	const struct teller *t = arg;

	(void)folder;
	t->each(t->arg, office);
}

/* The folder for all offices is looked after as if it were one. */
static void
offices(void *self, void (*each)(void *arg, const char *office), void *arg)
{
	struct teller t = {each, arg};

	const struct desk *d = self;
	desk_offices(d->root, tell_office, &t);
	each(arg, DESK_ALL);
}

static bool
is_all(const char *office)
{
	return strcmp(office, DESK_ALL) == 0;
}

/* ---- answers ---- */

static int
trouble(int rc, struct why *why)
{
	if (rc == TSK_FULL)
		why_set(why, WHY_LATER, "disk-full",
		    "The disk of the desk's folder is full.");
	else
		why_set(why, WHY_LATER, "desk-folder", "The desk's folder: %s.",
		    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return TSK_LATER;
}

/* Only the disk can fail here: then nothing has happened, as laying out is done
 * by the last rename. */
static void
answer_plain(struct desk *d, const struct driver_order *o, int rc)
{
	struct driver_answer a = {.number = o->number, .rc = rc};

	if (rc == TSK_DENIED || rc == TSK_EMPTY)
		a.rc = TSK_INVALID; /* too late; there is nothing to wait for */
	else if (rc < 0 && rc != TSK_NOTFOUND)
		a.rc = trouble(rc, &a.why);
	a.scope = SCOPE_OFFICE;
	d->trouble = a.why;
	d->events->answer(d->arg, &a);
}

/* ---- sent ---- */

static void
fresh_pages(struct desk *d, int office, const char *number, const char *since)
{
	char label[DESK_NAME_BYTES];
	struct desk_list list;
	int rc = desk_read(office, since, &list);

	desk_label(d->root, number, label);
	if (rc == 0)
		desk_watch_days(d->watch, number, &list, false);
	if (rc == 0)
		rc = desk_pages(office, label, &list);
	if (rc < 0)
		log_warn("desk: office=%s page=not-written why=\"%s\"", number,
		    err_text(rc));
	desk_list_fini(&list);
}

static void
send_(struct desk *d, const struct driver_order *o)
{
	const struct parcel *p = o->parcel;
	char today[DESK_DAY_BYTES];
	int office = desk_office(d->root, p->from, p->from_name, true);
	int rc = office < 0 ? office
			    : desk_lay(office, p, o->folder, clock_wall_ms());

	if (rc < 0) {
		if (office >= 0)
			close(office);
		/* it may be there, if only the last sync failed: ask the
		 * list */
		struct driver_answer a = {.number = o->number,
		    .rc = office < 0 ? TSK_LATER : TSK_CLOSED,
		    .scope = SCOPE_OFFICE};
		(void)trouble(rc, &a.why);
		d->trouble = a.why;
		d->events->answer(d->arg, &a);
		return;
	}
	fresh_pages(d, office, p->from, desk_day(clock_wall_ms(), today));
	close(office);
	struct driver_result *results =
	    mem_new((p->count + 1) * sizeof(*results));
	struct driver_answer a = {.number = o->number, .results = results};
	for (size_t i = 0; i < p->count; i++) {
		results[i].state = DOCUMENT_HANDED;
		parcel_key_of(p, results[i].ref);
	}
	parcel_key_of(p, a.ref);
	d->trouble.class = WHY_NONE;
	d->events->answer(d->arg, &a);
	free(results);
}

static enum item_state
state_of(enum desk_place place)
{
	if (place == DESK_SENT)
		return ITEM_SENT;
	return place == DESK_PROBLEM ? ITEM_REFUSED : ITEM_WAITING;
}

static void
fill_item(struct driver_item *item, const struct desk_entry *e,
    const struct parcel_document *document)
{
	memset(item, 0, sizeof(*item));
	snprintf(item->ref, sizeof(item->ref), "%s", e->key);
	memcpy(item->name, document->name, sizeof(item->name));
	item->bytes = document->bytes;
	item->hashed = true;
	memcpy(item->sha256, document->sha256, DIGEST_BYTES);
	memcpy(item->peer, e->to, sizeof(item->peer));
	item->state = state_of(e->place);
	item->at_ms = 0; /* a clock of this machine says nothing new */
	memcpy(item->by, e->by, sizeof(item->by));
	if (item->state != ITEM_REFUSED)
		return;
	snprintf(item->code, sizeof(item->code), "failed-by-person");
	/* what people write may name a client: it stays on the desk */
	snprintf(item->text, sizeof(item->text),
	    "The person at the desk could not send it%s.",
	    e->reason[0] != '\0' ? "; the reason is on the checklist" : "");
}

static void
answer_list(
    struct desk *d, const struct driver_order *o, const struct desk_list *list)
{
	struct driver_answer a = {.number = o->number, .complete = true};
	struct driver_item *items;
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->entries[i].documents->count;
	items = mem_new((count + 1) * sizeof(*items));
	for (size_t i = 0; i < list->count; i++) {
		const struct desk_entry *e = &list->entries[i];
		if (e->place == DESK_GONE)
			continue;
		for (size_t k = 0; k < e->documents->count; k++)
			fill_item(
			    &items[a.count++], e, &e->documents->documents[k]);
	}
	a.items = items;
	d->trouble.class = WHY_NONE;
	d->events->answer(d->arg, &a);
	free(items);
}

static void
after_list(struct desk *d, int office, const char *number,
    const struct desk_list *list)
{
	char label[DESK_NAME_BYTES];

	desk_label(d->root, number, label);
	desk_watch_days(d->watch, number, list, true);
	if (desk_pages(office, label, list) < 0)
		log_warn("desk: office=%s page=not-written", number);
	desk_sweep(office, d->settings->desk_keep_ms, clock_wall_ms());
}

static void
list_sent(struct desk *d, const struct driver_order *o)
{
	char since[DESK_DAY_BYTES] = "";
	struct desk_list list = {0};
	int office = desk_office(d->root, o->office, "", false), rc = 0;

	if (o->since_ms > 0)
		desk_day(o->since_ms, since);
	if (office >= 0)
		rc = desk_read(office, since, &list);
	else if (office != TSK_NOTFOUND)
		rc = office;
	if (rc == 0 && office >= 0)
		after_list(d, office, o->office, &list);
	if (office >= 0)
		close(office);
	if (rc < 0)
		answer_plain(d, o, rc);
	else
		answer_list(d, o, &list);
	desk_list_fini(&list);
}

static void
withdraw(struct desk *d, const struct driver_order *o)
{
	char key[PARCEL_KEY_BYTES];
	int office = desk_office(d->root, o->office, "", false);
	int rc = office < 0
		     ? office
		     : desk_withdraw(office, parcel_key_of(o->parcel, key));

	if (rc == 0)
		fresh_pages(d, office, o->office, "");
	if (office >= 0)
		close(office);
	answer_plain(d, o, rc);
}

/* ---- received ---- */

static void
list_received(struct desk *d, const struct driver_order *o)
{
	int64_t now = clock_wall_ms(), stable = d->settings->desk_stable_ms;
	char prefix = is_all(o->office) ? COMMON : OWN;
	struct desk_found found = {0};
	int parent = prefix == COMMON
			 ? file_dir_open(d->root, ".")
			 : desk_office(d->root, o->office, "", true);
	int rc = parent < 0 ? parent
			    : desk_find(parent, prefix, stable, now, &found);

	if (parent >= 0)
		close(parent);
	d->growing |= found.growing;
	if (rc < 0) {
		answer_plain(d, o, rc);
	} else {
		struct driver_answer a = {.number = o->number,
		    .items = found.items,
		    .count = found.count,
		    .complete = true};
		d->events->answer(d->arg, &a);
	}
	desk_found_fini(&found);
}

static int
parent_of(struct desk *d, const struct driver_order *o)
{
	return o->ref[0] == COMMON ? file_dir_open(d->root, ".")
				   : desk_office(d->root, o->office, "", false);
}

static void
fetch(struct desk *d, const struct driver_order *o)
{
	const char *slash = strrchr(o->ref, '/');
	struct driver_document document = {
	    .name = slash != NULL ? slash + 1 : o->ref + 1};
	struct driver_answer a = {
	    .number = o->number, .documents = &document, .document_count = 1};
	struct buf bytes;
	int parent = parent_of(d, o), rc;

	buf_init(&bytes, DRIVER_BYTES_MAX + 1u);
	rc = parent < 0 ? parent : desk_load(parent, o->ref + 1, &bytes);
	if (parent >= 0)
		close(parent);
	document.data = bytes.data != NULL ? bytes.data : "";
	document.bytes = bytes.len;
	if (rc == 0)
		d->events->answer(d->arg, &a);
	else
		answer_plain(d, o, rc == TSK_TOOBIG ? TSK_DENIED : rc);
	buf_fini(&bytes);
}

static void
done(struct desk *d, const struct driver_order *o)
{
	int parent = parent_of(d, o);
	int rc = parent < 0 ? parent
			    : desk_taken(parent, o->ref + 1, clock_wall_ms());

	if (parent >= 0)
		close(parent);
	answer_plain(d, o, rc);
}

/* ---- orders ---- */

static void
carry_out(struct desk *d, const struct driver_order *o)
{
	switch (o->verb) {
	case DRIVER_SEND:
		send_(d, o);
		break;
	case DRIVER_LIST_SENT:
		list_sent(d, o);
		break;
	case DRIVER_LIST_RECEIVED:
		list_received(d, o);
		break;
	case DRIVER_FETCH:
		fetch(d, o);
		break;
	case DRIVER_DONE:
		done(d, o);
		break;
	case DRIVER_WITHDRAW:
		withdraw(d, o);
		break;
	}
}

static int
on_turn(zloop_t *loop, int timer, void *arg)
{
	struct desk *d = arg;
	struct waiting *w = STAILQ_FIRST(&d->waiting);

	(void)loop;
	(void)timer;
	d->turn = -1;
	if (w == NULL)
		return 0;
	STAILQ_REMOVE_HEAD(&d->waiting, entry);
	carry_out(d, &w->order);
	free(w);
	if (d->turn < 0 && !STAILQ_EMPTY(&d->waiting))
		d->turn = zloop_timer(d->loop, TURN_MS, 1, on_turn, d);
	return 0;
}

static void
order(void *self, const struct driver_order *o)
{
	struct desk *d = self;
	struct waiting *w = mem_new(sizeof(*w));

	w->order = *o;
	STAILQ_INSERT_TAIL(&d->waiting, w, entry);
	if (d->turn < 0)
		d->turn = zloop_timer(d->loop, TURN_MS, 1, on_turn, d);
}

/* ---- what people do ---- */

static void
on_changed(void *arg, const char *number)
{
	struct desk *d = arg;

	d->events->changed(d->arg, number);
}

static int
on_scan(zloop_t *loop, int timer, void *arg)
{
	struct desk *d = arg;

	(void)loop;
	(void)timer;
	desk_watch_look(d->watch);
	if (d->growing) {
		d->growing = false;
		d->events->changed(d->arg, "");
	}
	return 0;
}

/* ---- life ---- */

static int
check(const struct national_settings *s, struct why *why)
{
	if (s->desk_folder[0] != '\0')
		return 0;
	why_set(why, WHY_NEVER, "settings",
	    "The driver desk needs the setting desk/folder.");
	return TSK_INVALID;
}

static void
close_(void *self)
{
	struct desk *d = self;
	struct waiting *w;

	if (d == NULL)
		return;
	if (d->turn >= 0)
		zloop_timer_end(d->loop, d->turn);
	if (d->scan >= 0)
		zloop_timer_end(d->loop, d->scan);
	while ((w = STAILQ_FIRST(&d->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&d->waiting, entry);
		free(w);
	}
	desk_watch_free(&d->watch);
	if (d->root >= 0)
		close(d->root);
	free(d);
}

static int
open_(zloop_t *loop, const struct national_settings *settings, int dirfd,
    const struct driver_events *events, void *arg, void **out, struct why *why)
{
	struct desk *d = mem_new(sizeof(*d));
	int rc;

	(void)dirfd;
	*out = d;
	d->loop = loop;
	d->settings = settings;
	d->events = events;
	d->arg = arg;
	d->turn = d->scan = -1;
	STAILQ_INIT(&d->waiting);
	d->root = file_dir_below(AT_FDCWD, settings->desk_folder, FOLDER_MODE);
	rc = d->root < 0 ? d->root
			 : file_dir_make(d->root, DESK_INBOX, FOLDER_MODE);
	if (rc < 0)
		return trouble(rc, why);
	d->watch = desk_watch_new(d->root, on_changed, d);
	d->scan =
	    zloop_timer(loop, (size_t)settings->desk_scan_ms, 0, on_scan, d);
	return 0;
}

static void
health(void *self, const char *office, struct driver_health *out)
{
	struct desk *d = self;

	(void)office;
	memset(out, 0, sizeof(*out));
	out->state = d->trouble.class == WHY_NONE ? HEALTH_READY : HEALTH_LATER;
	out->why = d->trouble;
}

const struct driver driver_desk = {
    .name = "desk",
    .traits = DRIVER_LISTS | DRIVER_BY_HAND,
    .check = check,
    .open = open_,
    .close = close_,
    .order = order,
    .offices = offices,
    .health = health,
};

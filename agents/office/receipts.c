/* NAME
 *	receipts - what the broker said about the parcels of an office
 * DESCRIPTION
 *	送信済/YYYY-MM/<id>/.receipts, one line an event, appended:
 *
 *	    leg <n> <state> <way> <at ms> <code or -> <detail>
 *
 *	The month is inside the id, so a receipt finds its folder by itself.
 *	These lines are not synced: after a power cut the broker is asked again
 *	(query, after each welcome, for parcels with an unfinished leg).
 *
 *	送信済/YYYY-MM/.accepted, one line a parcel:
 *
 *	    <content> <id> <accepted ms> <ways>
 *
 *	so that the same content sent again can be marked as a repeat.  Losing a
 *	line loses one mark and nothing else: what lies in that folder has been
 *	accepted.
 * BUGS
 *	Parcels older than two months are not asked for after a restart.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "latest.h"
#include "manifest.h"
#include "receipts.h"
#include "proof.h"
#include "reconcile.h"
#include "status.h"

#define ACCEPTED_NAME ".accepted"
#define RECEIPTS_MAX  (256 * 1024)
#define ACCEPTED_MAX  (64u * 1024 * 1024)
#define MONTHS        2
#define LEGS_KEPT     64

struct sent {
	struct id id;
	uint64_t open, finished; /* bits of legs */
	uint64_t arrived;        /* delivered at least */
};

struct receipts {
	zhashx_t *open;     /* id text -> struct sent, not finished */
	zhashx_t *contents; /* content -> id text */
};

static void
free_value(void **value)
{
	free(*value);
	*value = NULL;
}

static struct receipts *
get(struct office *office)
{
	struct receipts *r = office->receipts;

	if (r != NULL)
		return r;
	r = mem_new(sizeof(*r));
	r->open = zhashx_new();
	r->contents = zhashx_new();
	zhashx_set_destructor(r->open, free_value);
	zhashx_set_destructor(r->contents, free_value);
	office->receipts = r;
	return r;
}

void
receipts_free(struct office *office)
{
	struct receipts *r = office->receipts;

	if (r == NULL)
		return;
	zhashx_destroy(&r->open);
	zhashx_destroy(&r->contents);
	free(r);
	office->receipts = NULL;
}

/* ---- appending ---- */

static void
append(int dir, const char *name, const char *text, size_t n)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1 || write(fd, text, n) != (ssize_t)n)
		log_warn("receipts: line not written: %s", strerror(errno));
	if (fd != -1)
		close(fd);
}

/* Nothing more will come from this leg by itself. */
static bool
finished(enum leg_state state, enum leg_way way)
{
	switch (state) {
	case LEG_PICKED_UP:
	case LEG_ANSWERED:
	case LEG_SUPERSEDED:
	case LEG_RECALLED:
	case LEG_CLOSED:
		return true;
	case LEG_DELIVERED:
		return way != WAY_BUS; /* paper is not picked up */
	case LEG_READY:
	case LEG_WAITING:
	case LEG_PARKED:
	case LEG_WORKING:
		break;
	}
	return false;
}

static void
track(struct receipts *r, const struct id *id, uint32_t leg, bool arrived,
    bool over)
{
	char key[ID_TEXT_BYTES];
	struct sent *s;

	if (leg >= LEGS_KEPT)
		return;
	s = zhashx_lookup(r->open, id_text(id, key));
	if (s == NULL) {
		s = mem_new(sizeof(*s));
		s->id = *id;
		zhashx_insert(r->open, key, s);
	}
	s->open |= 1ull << leg;
	if (arrived)
		s->arrived |= 1ull << leg;
	if (over)
		s->finished |= 1ull << leg;
	if (s->open == s->finished)
		zhashx_delete(r->open, key);
}

static int
open_parcel(struct office *office, const struct id *id)
{
	char text[ID_TEXT_BYTES];
	int month, dir;

	month = folders_month(office->folders.sent, id);
	if (month < 0)
		return month;
	dir = file_dir_open(month, id_text(id, text));
	close(month);
	return dir;
}

/* It is at the receiver: from now on nothing older may follow. */
static void
note_latest(struct office *office, int dir)
{
	struct wire_parcel *parcel = NULL;

	if (manifest_read(dir, &parcel) == 0)
		latest_note(office, parcel);
	manifest_free(&parcel);
}

bool
receipts_event(struct office *office, const struct wire_receipt *receipt)
{
	int dir = open_parcel(office, &receipt->id);
	struct buf line;

	if (dir < 0)
		return false;
	buf_init(&line, 1024);
	buf_printf(&line, "leg %u %u %u %" PRIu64 " %s %s\n", receipt->leg,
	    (unsigned)receipt->state, (unsigned)receipt->way, receipt->at_ms,
	    receipt->code[0] == '\0' ? "-" : receipt->code, receipt->detail);
	append(dir, RECEIPTS_NAME, line.data, line.len);
	buf_fini(&line);
	if (receipt->state == LEG_DELIVERED)
		note_latest(office, dir);
	close(dir);
	track(get(office), &receipt->id, receipt->leg,
	    receipt->state == LEG_DELIVERED,
	    finished(receipt->state, receipt->way));
	status_leg(office->status, &receipt->id, receipt->leg, receipt->state,
	    receipt->way, receipt->code, (int64_t)receipt->at_ms);
	return true;
}

/* ---- asking ---- */

static int
compare_ids(const void *a, const void *b)
{
	return id_compare(a, b);
}

/* In the order they were made: what the broker has forgotten is offered again
 * in the order of the answers. */
void
receipts_query(struct office *office)
{
	struct receipts *r = get(office);
	size_t count = zhashx_size(r->open), n = 0;
	struct id *ids = mem_new((count + 1) * sizeof(*ids));

	for (struct sent *s = zhashx_first(r->open); s != NULL;
	     s = zhashx_next(r->open))
		ids[n++] = s->id;
	qsort(ids, n, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < n; i += WIRE_ITEMS_MAX)
		(void)!link_query(office->app->link, ids + i,
		    n - i < WIRE_ITEMS_MAX ? n - i : WIRE_ITEMS_MAX);
	free(ids);
}

int
receipts_forgotten(struct office *office, const struct id *id)
{
	struct receipts *r = get(office);
	char name[ID_TEXT_BYTES];
	const struct sent *s = zhashx_lookup(r->open, id_text(id, name));
	int month, rc;

	if (s == NULL || s->open == (s->arrived | s->finished))
		return TSK_NOTFOUND;
	month = folders_month(office->folders.sent, id);
	if (month < 0)
		return month;
	rc = file_move(month, name, office->folders.sending, name);
	close(month);
	CRASH_POINT("office-taken-back");
	if (rc == 0)
		zhashx_delete(r->open, name);
	return rc;
}

/* ---- content ---- */

bool
receipts_repeat(struct office *office, const char *content, struct id *out)
{
	const char *id = zhashx_lookup(get(office)->contents, content);

	return id != NULL && id_parse(id, out) == 0;
}

static void
keep_content(struct receipts *r, const char *content, const char *id)
{
	zhashx_update(r->contents, content, mem_text(id));
}

void
receipts_accepted(struct office *office, const struct wire_parcel *parcel,
    const struct wire_accepted_item *item)
{
	char content[MANIFEST_CONTENT_BYTES], text[ID_TEXT_BYTES];
	struct buf line;
	int month = folders_month(office->folders.sent, &parcel->id);

	manifest_content(parcel, content);
	id_text(&parcel->id, text);
	buf_init(&line, 256);
	buf_printf(&line, "%s %s %" PRIu64 " %u\n", content, text,
	    item->accepted_ms, item->ways);
	if (month >= 0) {
		append(month, ACCEPTED_NAME, line.data, line.len);
		close(month);
	}
	buf_fini(&line);
	keep_content(get(office), content, text);
	track(get(office), &parcel->id, 0, false, false);
	status_parcel(
	    office->status, parcel, STATUS_ACCEPTED, clock_wall_ms(), "");
	status_ways(office->status, &parcel->id, item->ways);
	reconcile_sent(office, parcel);
}

/* Also ways and times of the rows that are there. */
static void
load_accepted(struct office *office, int month)
{
	char content[64], text_id[64];
	long long at_ms;
	unsigned ways;
	struct buf text;
	struct id id;
	char *rest;

	buf_init(&text, ACCEPTED_MAX);
	if (file_read(month, ACCEPTED_NAME, ACCEPTED_MAX - 1, &text) != 0)
		buf_clear(&text);
	for (rest = text.data; rest != NULL;) {
		const char *line = strsep(&rest, "\n");

		if (sscanf(line, "%63s %63s %lld %u", content, text_id, &at_ms,
			&ways) != 4 ||
		    id_parse(text_id, &id) != 0)
			continue;
		keep_content(get(office), content, text_id);
		status_ways(office->status, &id, ways);
	}
	buf_fini(&text);
}

/* ---- loading ---- */

/* True: it was delivered. */
static bool
load_leg(struct office *office, const struct id *id, const char *line)
{
	unsigned leg, state, way;
	char code[WIRE_CODE_BYTES_MAX + 1] = "";
	long long at_ms;

	if (sscanf(line, "leg %u %u %u %lld %31s", &leg, &state, &way, &at_ms,
		code) < 4 ||
	    state < LEG_READY || state > LEG_WORKING || way < WAY_BUS ||
	    way > WAY_PDF)
		return false;
	track(get(office), id, leg, state == LEG_DELIVERED,
	    finished((enum leg_state)state, (enum leg_way)way));
	status_leg(office->status, id, leg, (enum leg_state)state,
	    (enum leg_way)way, code, at_ms);
	return state == LEG_DELIVERED || state == LEG_PICKED_UP ||
	       state == LEG_ANSWERED;
}

static void
load_parcel(struct office *office, int month, const char *name)
{
	struct wire_parcel *parcel = NULL;
	char note[PROOF_NOTE_BYTES];
	struct buf text;
	struct id id;
	bool arrived = false;
	char *rest;
	int dir;

	if (id_parse(name, &id) != 0)
		return;
	dir = file_dir_open(month, name);
	if (dir < 0)
		return;
	if (manifest_read(dir, &parcel) == 0) {
		status_parcel(office->status, parcel, STATUS_ACCEPTED,
		    id_wall_ms(&id), proof_note(dir, note));
		track(get(office), &id, 0, false, false);
		buf_init(&text, RECEIPTS_MAX);
		if (file_read(dir, RECEIPTS_NAME, RECEIPTS_MAX - 1, &text) == 0)
			for (rest = text.data; rest != NULL;)
				arrived |=
				    load_leg(office, &id, strsep(&rest, "\n"));
		if (arrived)
			latest_note(office, parcel);
		buf_fini(&text);
		reconcile_load(office, dir, &id);
		manifest_free(&parcel);
	}
	close(dir);
}

static void
load_month(struct office *office, const char *name)
{
	int month = file_dir_open(office->folders.sent, name);
	char **names;
	int n;

	if (month < 0)
		return;
	n = file_list(month, &names);
	for (int i = 0; i < n; i++)
		load_parcel(office, month, names[i]);
	if (n >= 0)
		file_list_free(&names);
	load_accepted(office, month);
	close(month);
}

void
receipts_load(struct office *office)
{
	char **months;
	int n = file_list(office->folders.sent, &months), first;

	if (n < 0)
		return;
	first = n > MONTHS ? n - MONTHS : 0;
	for (int i = first; i < n; i++)
		load_month(office, months[i]);
	file_list_free(&months);
}

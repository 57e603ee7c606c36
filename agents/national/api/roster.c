/* NAME
 *	roster - the offices with a container, and when their certificates end
 * SUMMARY
 *	see roster.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "expiry.h"
#include "log.h"

#include "roster.h"

#define DAY_MS (24LL * 3600 * 1000)
#define JST_MS (9LL * 3600 * 1000)
#define NOTICE "certificate-expiry"

struct roster {
	struct vault *vault;
	const struct driver_events *events;
	void *arg;
	struct roster_office **offices; /* by number */
	size_t count;
	int64_t stamp_ns; /* of the folder, when it was read */
	int64_t hour;     /* of the last look */
	bool looked;      /* the first time is over */
};

struct roster *
roster_new(struct vault *vault, const struct driver_events *events, void *arg)
{
	struct roster *r = mem_new(sizeof(*r));

	r->vault = vault;
	r->events = events;
	r->arg = arg;
	return r;
}

void
roster_free(struct roster **roster)
{
	struct roster *r = *roster;

	if (r == NULL)
		return;
	for (size_t i = 0; i < r->count; i++)
		free(r->offices[i]);
	free(r->offices);
	free(r);
	*roster = NULL;
}

/* Where ${number} is, or belongs. */
static size_t
place_of(const struct roster *r, const char *number)
{
	size_t from = 0, to = r->count;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (strcmp(r->offices[mid]->facts.number, number) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

struct roster_office *
roster_find(const struct roster *r, const char *number)
{
	size_t i = place_of(r, number);

	return i < r->count && strcmp(r->offices[i]->facts.number, number) == 0
		   ? r->offices[i]
		   : NULL;
}

static struct roster_office *
insert(struct roster *r, const char *number)
{
	size_t i = place_of(r, number);
	struct roster_office *o = mem_new(sizeof(*o));

	r->offices =
	    mem_resize(r->offices, (r->count + 1) * sizeof(*r->offices));
	memmove(&r->offices[i + 1], &r->offices[i],
	    (r->count - i) * sizeof(*r->offices));
	r->offices[i] = o;
	r->count++;
	return o;
}

struct roster_office *
roster_take(struct roster *r, const struct container_facts *facts)
{
	struct roster_office *o = roster_find(r, facts->number);

	if (o == NULL)
		o = insert(r, facts->number);
	if (strcmp(o->facts.id, facts->id) != 0)
		memset(&o->last, 0, sizeof(o->last));
	o->facts = *facts;
	o->seen = true;
	return o;
}

/* ---- ends ---- */

static void
clear(struct roster *r, struct roster_office *o)
{
	if (o->told[0] != '\0')
		r->events->notice_clear(r->arg, o->facts.number, NOTICE);
	o->told[0] = '\0';
}

static void
say_end(struct roster *r, const struct roster_office *o, const struct expiry *e)
{
	char until[CLOCK_TEXT_BYTES], text[256];

	clock_people(o->facts.not_after_ms, until);
	if (e->stage == EXPIRY_OVER)
		snprintf(text, sizeof(text),
		    "The certificate ended on %s: this office's parcels wait.",
		    until);
	else
		snprintf(text, sizeof(text),
		    "The certificate ends on %s, in %lld days%s.", until,
		    (long long)e->days,
		    e->claims ? ", before the coming claim days are over" : "");
	r->events->notice(r->arg, o->facts.number, NOTICE, text);
}

static void
look_at_end(struct roster *r, struct roster_office *o, int64_t now)
{
	struct expiry e = expiry_of(o->facts.not_after_ms, now);
	const char *name = expiry_name(&e);
	int64_t day = (now + JST_MS) / DAY_MS;
	bool daily = e.stage >= EXPIRY_7 || e.claims;

	/* a damaged one has no dates; orders say what is wrong with it */
	if (!o->facts.authentic || strcmp(name, "ok") == 0) {
		clear(r, o);
		return;
	}
	if (strcmp(o->told, name) == 0 && (!daily || o->told_day == day))
		return;
	snprintf(o->told, sizeof(o->told), "%s", name);
	o->told_day = day;
	say_end(r, o, &e);
}

/* ---- the folder ---- */

static void
drop_unseen(struct roster *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct roster_office *o = r->offices[i];
		if (o->seen) {
			r->offices[kept++] = o;
			continue;
		}
		clear(r, o);
		free(o);
	}
	r->count = kept;
}

static void
take_all(struct roster *r, const struct container_facts *facts, size_t count)
{
	for (size_t i = 0; i < r->count; i++)
		r->offices[i]->seen = false;
	for (size_t i = 0; i < count; i++) {
		const struct roster_office *old =
		    roster_find(r, facts[i].number);
		bool new =
		    old == NULL || strcmp(old->facts.id, facts[i].id) != 0;
		(void)roster_take(r, &facts[i]);
		if (new && r->looked)
			r->events->changed(r->arg, facts[i].number);
	}
	drop_unseen(r);
	r->looked = true;
}

static void
read_folder(struct roster *r)
{
	struct container_facts *facts = NULL;
	struct why why = {0};
	size_t count = 0;

	if (vault_list(r->vault, &facts, &count, &why) < 0)
		/* what was known stays */
		log_warn("roster: code=%s why=\"%s\"", why.code, why.text);
	else
		take_all(r, facts, count);
	free(facts);
}

void
roster_look(struct roster *r, int64_t now, bool force)
{
	int64_t stamp = vault_stamp(r->vault);
	int64_t hour = now / (3600 * 1000);

	if (!force && stamp == r->stamp_ns && hour == r->hour)
		return;
	r->stamp_ns = stamp;
	r->hour = hour;
	read_folder(r);
	for (size_t i = 0; i < r->count; i++)
		look_at_end(r, r->offices[i], now);
}

size_t
roster_count(const struct roster *r)
{
	return r->count;
}

const char *
roster_number(const struct roster *r, size_t i)
{
	return r->offices[i]->facts.number;
}

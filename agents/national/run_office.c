/* NAME
 *	run_office - the offices, and when each is looked at
 * SUMMARY
 *	run_office(), run_offices(), run_changed() and run_wake_all() of run.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_inside.h"

struct station *
run_station(struct run *r, const char *office)
{
	struct station *s = zhashx_lookup(r->by_name, office);

	if (s != NULL)
		return s;
	s = mem_new(sizeof(*s));
	snprintf(s->office, sizeof(s->office), "%s", office);
	TAILQ_INIT(&s->pairs);
	TAILQ_INIT(&s->handing);
	TAILQ_INIT(&s->handed);
	s->by_receiver = zhashx_new();
	TAILQ_INIT(&s->watched);
	TAILQ_INIT(&s->stopped);
	TAILQ_INSERT_TAIL(&r->stations, s, entry);
	zhashx_insert(r->by_name, office, s);
	return s;
}

void
run_station_free(struct station *s)
{
	struct pair *p;

	while ((p = TAILQ_FIRST(&s->pairs)) != NULL) {
		TAILQ_REMOVE(&s->pairs, p, entry);
		free(p);
	}
	zhashx_destroy(&s->by_receiver);
	free(s->folder);
	free(s);
}

void
run_office(struct run *r, const char *office)
{
	run_station(r, office);
}

void
run_wake(struct station *s)
{
	s->next_ms = 0;
}

void
run_wake_all(struct run *r)
{
	struct station *s;

	TAILQ_FOREACH(s, &r->stations, entry)
	run_wake(s);
}

void
run_changed(struct run *r, const char *office, int64_t now)
{
	struct station *s;

	TAILQ_FOREACH(s, &r->stations, entry)
	{
		if (office[0] != '\0' && strcmp(s->office, office) != 0)
			continue;
		s->list_ms = s->watch_ms = now;
		s->blocked_ms = 0;
		run_wake(s);
	}
}

void
run_offices(struct run *r,
    void (*each)(void *arg, const struct run_office *office), void *arg)
{
	struct station *s;

	TAILQ_FOREACH(s, &r->stations, entry)
	{
		struct run_office o = {
		    .office = s->office,
		    .open = s->todo_count,
		    .watched = s->watched_count,
		    .stopped = s->stopped_count,
		    .blocked_ms = s->blocked_ms,
		    .why = &s->why,
		};
		r->driver->health(r->self, s->office, &o.health);
		each(arg, &o);
	}
}

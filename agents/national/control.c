/* NAME
 *	control - people look at parcels and decide (tasukictl national)
 * SUMMARY
 *	see control.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "clock.h"
#include "talk.h"

#include "control.h"

struct control {
	struct talk *talk;
	struct spool *spool;
	struct run *run;
	struct notices *notices;
	void (*changed)(void *arg);
	void *arg;
};

/* ---- rows ---- */

static json_t *
times_of(const struct parcel *p)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "accepted_ms",
	    (json_int_t)p->accepted_ms, "made_ms", (json_int_t)p->made_ms,
	    "due_ms", (json_int_t)p->due_ms, "handed_ms",
	    (json_int_t)p->handed_ms, "listed_ms", (json_int_t)p->listed_ms,
	    "fetched_ms", (json_int_t)p->fetched_ms, "ended_ms",
	    (json_int_t)p->ended_ms);
}

static json_t *
row_of(const struct task *t)
{
	const struct parcel *p = t->parcel;
	char key[PARCEL_KEY_BYTES], id[ID_TEXT_BYTES];
	json_t *row = json_pack(
	    "{s:s,s:s,s:i,s:s,s:b,s:b,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,"
	    "s:i,s:s,s:s,s:s,s:s}",
	    "job", parcel_key_of(p, key), "id", id_text(&p->id, id), "leg",
	    (int)p->leg, "state", parcel_state_name(p->state), "hold", p->hold,
	    "lent", t->lent, "from", p->from, "from_type", p->from_type, "to",
	    p->to, "to_type", p->to_type, "to_name", p->to_name, "month",
	    p->month, "stamp", p->stamp, "documents", (int)p->count, "clients",
	    (int)p->clients, "tries", (int)p->tries, "code", p->code, "text",
	    p->text, "ref", p->ref, "by", p->by);
	json_t *more = times_of(p);

	if (row != NULL && more != NULL)
		json_object_update(row, more);
	json_decref(more);
	return row != NULL ? row : json_object();
}

static json_t *
jobs(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *rows = json_array();

	(void)request;
	for (struct task *t = run_first(c->run); t != NULL;
	     t = run_next(c->run))
		json_array_append_new(rows, row_of(t));
	return json_pack("{s:b,s:o}", "ok", 1, "jobs", rows);
}

static void *
next_job(void *arg, void *task)
{
	const struct control *c = arg;

	return task == NULL ? run_first(c->run) : run_next(c->run);
}

static const char *
key_of(const void *thing, char out[LEG_KEY_BYTES])
{
	return parcel_key_of(((const struct task *)thing)->parcel, out);
}

static const struct talk_things things = {"parcel", next_job, key_of};

/* Names of the standard only: an attachment's may be about a client. */
static json_t *
documents_of(const struct parcel *p)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < p->count; i++) {
		const struct parcel_document *d = &p->documents[i];
		json_array_append_new(
		    rows, json_pack("{s:s,s:s,s:s,s:I,s:s}", "name",
			      d->kind[0] != '\0' ? d->name : "", "kind",
			      d->kind, "state", document_state_name(d->state),
			      "bytes", (json_int_t)d->bytes, "ref", d->ref));
	}
	return rows;
}

static json_t *
shown(struct control *c, const struct task *t)
{
	json_t *row = row_of(t);
	char *folder = spool_folder(c->spool, t->parcel);

	json_object_set_new(row, "folder", json_string(folder));
	json_object_set_new(row, "files", documents_of(t->parcel));
	free(folder);
	return json_pack("{s:b,s:o}", "ok", 1, "job", row);
}

static json_t *
show(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *answer = NULL;
	struct task *t = talk_named(&things, c, request, &answer);

	return t == NULL ? answer : shown(c, t);
}

static json_t *
decide(void *arg, const json_t *request)
{
	struct control *c = arg;
	const char *by = talk_text(request, "by");
	json_t *answer = NULL;
	struct task *t = talk_named(&things, c, request, &answer);
	struct why why = {0};

	if (t == NULL)
		return answer;
	if (by[0] == '\0')
		return talk_refuse("nobody", "A decision is somebody's: who?");
	struct id id = t->parcel->id;
	unsigned leg = t->parcel->leg;
	if (run_decide(c->run, t, talk_text(request, "verb"), by,
		clock_wall_ms(), &why) < 0)
		return talk_refuse(why.code, why.text);
	c->changed(c->arg);
	t = run_find(c->run, &id, leg);
	return t != NULL ? shown(c, t)
			 : json_pack("{s:b,s:{}}", "ok", 1, "job");
}

/* ---- offices and notices ---- */

static const char *
health_name(const struct driver_health *h)
{
	if (h->state == HEALTH_READY)
		return "ready";
	return h->state == HEALTH_PERSON ? "person" : "later";
}

static void
add_office(void *arg, const struct run_office *o)
{
	bool waits = o->blocked_ms > clock_wall_ms();
	bool ready = o->health.state == HEALTH_READY;
	const struct why *why = waits ? o->why : &o->health.why;

	json_array_append_new(
	    arg, json_pack("{s:s,s:s,s:i,s:i,s:i,s:I,s:I,s:s,s:s}", "office",
		     o->office, "state",
		     waits && ready ? "later" : health_name(&o->health), "open",
		     (int)o->open, "watched", (int)o->watched, "stopped",
		     (int)o->stopped, "until_ms",
		     (json_int_t)(waits ? o->blocked_ms : o->health.until_ms),
		     "expires_ms", (json_int_t)o->health.expires_ms, "code",
		     waits || !ready ? why->code : "", "text",
		     waits || !ready ? why->text : ""));
}

static json_t *
offices(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *rows = json_array();

	(void)request;
	run_offices(c->run, add_office, rows);
	return json_pack("{s:b,s:o}", "ok", 1, "offices", rows);
}

static json_t *
notices(void *arg, const json_t *request)
{
	struct control *c = arg;
	json_t *rows = json_array();

	(void)request;
	for (const struct notice *n = notices_first(c->notices); n != NULL;
	     n = notices_next(c->notices))
		json_array_append_new(rows,
		    json_pack("{s:s,s:s,s:s,s:i,s:I,s:I}", "office", n->office,
			"code", n->code, "text", n->text, "times",
			(int)n->times, "first_ms", (json_int_t)n->first_ms,
			"last_ms", (json_int_t)n->last_ms));
	return json_pack("{s:b,s:o}", "ok", 1, "notices", rows);
}

static json_t *
clear(void *arg, const json_t *request)
{
	struct control *c = arg;

	notices_clear(c->notices, talk_text(request, "office"),
	    talk_text(request, "code"));
	return json_pack("{s:b}", "ok", 1);
}

static const struct talk_command commands[] = {
    {"national.jobs", jobs},
    {"national.show", show},
    {"national.decide", decide},
    {"national.offices", offices},
    {"national.notices", notices},
    {"national.clear", clear},
};

int
control_new(zloop_t *loop, struct spool *spool, struct run *run,
    struct notices *all, void (*changed)(void *arg), void *arg,
    struct control **out, struct why *why)
{
	struct control *c = mem_new(sizeof(*c));

	c->spool = spool;
	c->run = run;
	c->notices = all;
	c->changed = changed;
	c->arg = arg;
	*out = c;
	return talk_new(loop, spool_dirfd(spool), commands,
	    sizeof(commands) / sizeof(commands[0]), c, &c->talk, why);
}

void
control_free(struct control **control_p)
{
	struct control *c = *control_p;

	if (c == NULL)
		return;
	talk_free(&c->talk);
	free(c);
	*control_p = NULL;
}

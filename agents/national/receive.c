/* NAME
 *	receive - what the national system holds for our offices
 * SUMMARY
 *	see receive.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"
#include "set.h"

#include "receive_inside.h"

#define MISSING 256

/* ---- life ---- */

struct receive *
receive_new(const struct receive_settings *settings,
    const struct standard *standard, struct marks *marks,
    receive_notice_fn *notice, void *arg)
{
	struct receive *r = mem_new(sizeof(*r));

	r->settings = *settings;
	r->standard = standard;
	r->marks = marks;
	r->notice = notice;
	r->arg = arg;
	r->boxes = zhashx_new();
	return r;
}

void
receive_inbound(struct receive *r, struct inbound *inbound)
{
	r->inbound = inbound;
}

void
receive_free(struct receive **receive_p)
{
	struct receive *r = *receive_p;

	if (r == NULL)
		return;
	for (struct box *b = zhashx_first(r->boxes); b != NULL;
	     b = zhashx_next(r->boxes)) {
		struct thing *t, *after;
		for (t = TAILQ_FIRST(&b->things); t != NULL; t = after) {
			after = TAILQ_NEXT(t, entry);
			receive_drop(r, b, t);
		}
		free(b);
	}
	zhashx_destroy(&r->boxes);
	free(r);
	*receive_p = NULL;
}

size_t
receive_count(const struct receive *r)
{
	return r->count;
}

void
receive_changed(struct receive *r, const char *office)
{
	for (struct box *b = zhashx_first(r->boxes); b != NULL;
	     b = zhashx_next(r->boxes)) {
		if (office[0] == '\0' || strcmp(b->office, office) == 0)
			b->list_ms = 0;
	}
}

/* ---- which sets are complete ---- */

static enum set_state
judge(struct receive *r, struct box *b, const char *key, int64_t *first,
    size_t *refs)
{
	struct name *names = NULL;
	char missing[MISSING];
	struct thing *t;
	size_t n = 0;

	*first = INT64_MAX;
	*refs = 0;
	TAILQ_FOREACH(t, &b->things, entry)
	{
		if (t->stage > FETCHED || strcmp(t->key, key) != 0)
			continue;
		names = mem_resize(names, (n + t->count) * sizeof(*names));
		for (size_t i = 0; i < t->count; i++)
			names[n++] = t->documents[i].parsed;
		*first = t->first_ms < *first ? t->first_ms : *first;
		++*refs;
	}
	enum set_state state =
	    set_judge(r->standard, names, n, missing, sizeof(missing));
	free(names);
	return state;
}

static void
want(struct box *b, const char *key)
{
	struct thing *t;

	TAILQ_FOREACH(t, &b->things, entry)
	if (t->stage == SEEN && strcmp(t->key, key) == 0)
		t->wanted = true;
}

/* Everything that may be fetched now; when the next one may be. */
static void
choose(struct receive *r, struct box *b, int64_t now, int64_t *when)
{
	struct thing *t;
	int64_t first;
	size_t refs;

	TAILQ_FOREACH(t, &b->things, entry)
	{
		if (t->stage != SEEN || t->wanted)
			continue;
		if (t->key[0] == '\0') {
			t->wanted = true;
			continue;
		}
		enum set_state state = judge(r, b, t->key, &first, &refs);
		if (state == SET_COMPLETE || (r->settings.whole && refs == 1) ||
		    now - first >= r->settings.set_ms)
			want(b, t->key);
		else if (first + r->settings.set_ms < *when)
			*when = first + r->settings.set_ms;
	}
}

/* ---- the next order ---- */

static void
order_for(struct driver_order *o, enum driver_verb verb, const struct thing *t)
{
	o->verb = verb;
	memcpy(o->ref, t->ref, sizeof(o->ref));
}

static bool
next_thing(struct receive *r, struct box *b, int64_t now,
    struct driver_order *o, int64_t *when)
{
	struct thing *t, *fetch = NULL;

	TAILQ_FOREACH(t, &b->things, entry)
	{
		bool fetches = t->stage == SEEN && t->wanted;
		if (!fetches && t->stage != DUE)
			continue;
		if (t->retry_ms > now) {
			*when = t->retry_ms < *when ? t->retry_ms : *when;
			continue;
		}
		if (t->stage == DUE) {
			order_for(o, DRIVER_DONE, t);
			return true;
		}
		if (fetch == NULL)
			fetch = t;
	}
	if (fetch == NULL || r->held > RECEIVE_HELD_MAX)
		return false;
	order_for(o, DRIVER_FETCH, fetch);
	return true;
}

bool
receive_next(struct receive *r, const char *office, int64_t now,
    struct driver_order *o, int64_t *when)
{
	struct box *b = receive_box(r, office);

	if (!r->settings.on)
		return false;
	choose(r, b, now, when);
	if (next_thing(r, b, now, o, when))
		return true;
	if (b->list_ms <= now || b->list_ms > now + r->settings.poll_ms) {
		b->list_ms = now + r->settings.poll_ms;
		o->verb = DRIVER_LIST_RECEIVED;
		o->since_ms = receive_since(r, b, now);
		return true;
	}
	*when = b->list_ms < *when ? b->list_ms : *when;
	return false;
}

/* ---- answers ---- */

static bool
take_bytes(struct receive *r, struct thing *t, const struct driver_answer *a)
{
	receive_empty(r, t);
	for (size_t i = 0; i < t->count; i++) {
		struct document *d = &t->documents[i];
		size_t k = 0;
		while (k < a->document_count &&
		       strcmp(a->documents[k].name, d->name) != 0)
			k++;
		if (k == a->document_count)
			return false; /* the list has changed since */
		buf_add(&d->bytes, a->documents[k].data, a->documents[k].bytes);
		if (!buf_ok(&d->bytes))
			return false;
		r->held += d->bytes.len;
	}
	return true;
}

static void
on_fetch(struct receive *r, struct box *b, struct thing *t,
    const struct driver_answer *a, int64_t now)
{
	if (a->rc == TSK_NOTFOUND) {
		receive_drop(r, b, t);
		return;
	}
	if (a->rc != 0 || !take_bytes(r, t, a)) {
		receive_empty(r, t);
		t->retry_ms = now + r->settings.wait_ms;
		log_warn("receive: office=%s result=not-fetched code=%s",
		    b->office, a->why.code);
		return;
	}
	t->stage = FETCHED;
	if (t->lonely)
		receive_person(r, b, t, PERSON_NO_NAME, now);
	else
		receive_keep(r, b, t, now);
}

static void
on_done(struct receive *r, struct box *b, struct thing *t,
    const struct driver_answer *a, int64_t now)
{
	if (a->rc != 0 && a->rc != TSK_NOTFOUND && a->rc != TSK_EMPTY &&
	    a->rc != TSK_INVALID) {
		t->retry_ms = now + r->settings.wait_ms;
		return;
	}
	CRASH_POINT("national-done");
	if (!r->settings.moves && marks_add(r->marks, t->mark, now) < 0)
		log_error("receive: office=%s result=not-marked", b->office);
	struct id id = t->id;
	receive_drop(r, b, t);
	struct thing *other;
	TAILQ_FOREACH(other, &b->things, entry)
	if (!id_is_zero(&id) && id_compare(&other->id, &id) == 0)
		return;
	if (!id_is_zero(&id))
		inbound_done(r->inbound, &id);
}

void
receive_answer(struct receive *r, const struct driver_order *o,
    const struct driver_answer *a, int64_t now)
{
	struct box *b = receive_box(r, o->office);
	struct thing *t = receive_find(b, o->ref);

	if (o->verb == DRIVER_LIST_RECEIVED) {
		if (a->rc == 0)
			receive_list(r, b, a, o->since_ms, now);
		receive_listed(r, b, a, now);
	} else if (t != NULL && o->verb == DRIVER_FETCH) {
		on_fetch(r, b, t, a, now);
	} else if (t != NULL) {
		on_done(r, b, t, a, now);
	}
}

/* ---- the broker ---- */

static void
mark_document(struct receive *r, const char *hex, int64_t now)
{
	uint8_t mark[DIGEST_BYTES];

	if (digest_unhex(hex, mark, DIGEST_BYTES) == 0 &&
	    marks_add(r->marks, mark, now) < 0)
		log_error("receive: result=not-marked");
}

static void
due(struct receive *r, struct box *b, const struct id *id, char *hex_ref)
{
	const char *hex = strsep(&hex_ref, " ");
	struct thing *t;

	if (hex_ref == NULL)
		return;
	t = receive_find(b, hex_ref);
	if (t == NULL) { /* of the time before a restart */
		t = receive_thing(r, b, hex_ref, id_wall_ms(id));
		(void)!digest_unhex(hex, t->mark, DIGEST_BYTES);
	}
	t->id = *id;
	t->stage = DUE;
	t->retry_ms = 0;
}

static void
ended(struct receive *r, const struct id *id, const char *source, bool accepted)
{
	char *copy = mem_text(source), *rest = copy, *line;
	struct box *b = NULL;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, "office ", 7) == 0)
			b = receive_box(r, line + 7);
		else if (strncmp(line, "ref ", 4) == 0 && b != NULL)
			due(r, b, id, line + 4);
		else if (strncmp(line, "mark ", 5) == 0 && accepted)
			mark_document(r, line + 5, id_wall_ms(id));
	}
	/* a second copy that came while the first was on its way */
	for (b = zhashx_first(r->boxes); b != NULL; b = zhashx_next(r->boxes)) {
		struct thing *t;
		TAILQ_FOREACH(t, &b->things, entry)
		if (t->stage == KEPT && id_compare(&t->id, id) == 0)
			t->stage = DUE;
	}
	free(copy);
}

void
receive_accepted(struct receive *r, const struct id *id, const char *source)
{
	ended(r, id, source, true);
}

void
receive_refused(struct receive *r, const struct id *id, const char *source,
    const char *code)
{
	char office[NUMBER_OFFICE_BYTES] = "";

	if (strncmp(source, "office ", 7) == 0)
		snprintf(office, sizeof(office), "%.10s", source + 7);
	r->notice(r->arg, office, "received-refused",
	    "The broker refused something that was received; it lies in the "
	    "folder inbound/refused.");
	log_warn("receive: office=%s result=refused code=%s", office, code);
	ended(r, id, source, false);
}

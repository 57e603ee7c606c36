/* NAME
 *	house - parcels with a scripted other side
 * SUMMARY
 *	see house.h
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "file.h"

#include "house.h"

/* ---- the scripted driver ---- */

static void
take_order(void *self, const struct driver_order *order)
{
	struct house *h = self;

	assert_true(h->count < 8);
	h->orders[h->count++] = *order;
	h->sends += order->verb == DRIVER_SEND;
}

static void
well(void *self, const char *office, struct driver_health *out)
{
	(void)self;
	(void)office;
	memset(out, 0, sizeof(*out));
	out->state = HEALTH_READY;
}

static const struct driver scripted = {
    .name = "scripted",
    .traits = DRIVER_LISTS,
    .order = take_order,
    .health = well,
};

/* ---- the owner ---- */

static void
on_tell(void *arg, struct task *task)
{
	((struct house *)arg)->told = task->parcel->state;
}

static void
on_step(void *arg, struct task *task)
{
	struct house *h = arg;

	snprintf(h->last_step, sizeof(h->last_step), "%s", task->parcel->code);
}

static bool
nothing_in(void *arg, const char *office, int64_t now,
    struct driver_order *order, int64_t *when)
{
	(void)arg, (void)office, (void)now, (void)order, (void)when;
	return false;
}

static void
on_notice(void *arg, const char *office, const char *code, const char *text)
{
	(void)office, (void)code, (void)text;
	((struct house *)arg)->notices++;
}

static void
on_clear(void *arg, const char *office, const char *code)
{
	(void)arg, (void)office, (void)code;
}

static const struct run_events events = {
    .tell = on_tell,
    .step = on_step,
    .inbound_next = nothing_in,
    .notice = on_notice,
    .notice_clear = on_clear,
};

/* ---- the house ---- */

static void
open_house(struct house *h)
{
	static const struct run_settings settings = {
	    .parallel = 4,
	    .poll_ms = 10000,
	    .soon_ms = 100,
	    .lag_ms = LAG,
	    .wait_min_ms = 1000,
	    .wait_max_ms = 8000,
	    .listed_ms = 600000,
	    .fetched_ms = 3600000,
	    .recent_ms = 600000,
	    .whole_ms = 1800000,
	    .remind_ms = 1000000,
	};
	struct why why = {0};

	assert_int_equal(spool_open(h->folder, &h->spool, &why), 0);
	h->run = run_new(&settings, h->spool, &events, h);
	run_driver(h->run, &scripted, h);
	assert_int_equal(run_load(h->run, h->now, &why), 0);
	h->count = 0;
}

static void
close_house(struct house *h)
{
	run_free(&h->run);
	spool_close(&h->spool);
}

/* As kill -9 and a start: what was with the driver is gone. */
void
restart(struct house *h)
{
	close_house(h);
	open_house(h);
	for (struct task *t = run_first(h->run); t != NULL;
	     t = run_next(h->run))
		run_lend(h->run, t);
}

int
set_up(void **state)
{
	struct house *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	strcpy(h->folder, "/tmp/tasuki-national-XXXXXX");
	assert_non_null(mkdtemp(h->folder));
	h->now = START;
	open_house(h);
	*state = h;
	return 0;
}

int
tear_down(void **state)
{
	struct house *h = *state;

	close_house(h);
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", h->folder);
	assert_int_equal(system(command), 0);
	free(h);
	return 0;
}

struct task *
add_named(struct house *h, const char *from, const char *to, const char *name,
    const char *kind)
{
	struct parcel *p = parcel_new(2);
	struct link_body bodies[2] = {{"one", 3}, {"two", 3}};
	struct task *t = NULL;
	struct why why = {0};

	p->id = id_new(h->now);
	p->state = PARCEL_PREPARED;
	strcpy(p->from, from);
	strcpy(p->to, to);
	p->accepted_ms = p->made_ms = p->due_ms = h->now++;
	for (size_t i = 0; i < 2; i++) {
		struct parcel_document *d = &p->documents[i];
		snprintf(d->name, sizeof(d->name), "%s-%zu.CSV", name, i);
		strcpy(d->kind, kind);
		d->bytes = 3;
		digest_sha256(bodies[i].data, 3, d->sha256);
	}
	assert_int_equal(run_add(h->run, p, bodies, h->now, &t, &why), 0);
	run_lend(h->run, t);
	return t;
}

struct task *
add(struct house *h)
{
	char name[32];

	snprintf(name, sizeof(name), "UPPLAN_%u", h->serial++);
	return add_named(h, OURS, THEIRS, name, "UPPLAN");
}

/* ---- what happens ---- */

void
tick(struct house *h, int64_t ms)
{
	h->now += ms;
	run_tick(h->run, h->now);
}

/* The next order of that kind; it must be there. */
struct driver_order
expect(struct house *h, enum driver_verb verb)
{
	assert_true(h->count > 0);
	struct driver_order o = h->orders[0];
	assert_int_equal(o.verb, verb);
	memmove(h->orders, h->orders + 1, --h->count * sizeof(o));
	return o;
}

void
answer_sent(struct house *h, const struct driver_order *o,
    enum document_state first, enum document_state second)
{
	struct driver_result results[2] = {
	    {.state = first, .ref = "N1"}, {.state = second, .ref = "N1"}};
	struct driver_answer a = {.number = o->number, .results = results};

	strcpy(results[0].code, first == DOCUMENT_REFUSED ? "E1" : "");
	strcpy(results[1].code, second == DOCUMENT_REFUSED ? "E2" : "");
	run_answer(h->run, &a, h->now);
}

void
answer_trouble(struct house *h, const struct driver_order *o, int rc,
    enum driver_scope scope)
{
	struct driver_answer a = {
	    .number = o->number, .rc = rc, .scope = scope};

	why_set(&a.why, WHY_LATER, "trouble", "Something is wrong.");
	run_answer(h->run, &a, h->now);
}

void
list_document(struct listing *l, const struct parcel *p, size_t i,
    enum item_state state, const char *ref, bool hashed)
{
	struct driver_item *item = &l->items[l->count++];

	memset(item, 0, sizeof(*item));
	strcpy(item->name, p->documents[i].name);
	strcpy(item->ref, ref);
	strcpy(item->peer, p->to);
	item->bytes = 3;
	item->hashed = hashed;
	memcpy(item->sha256, p->documents[i].sha256, DIGEST_BYTES);
	item->state = state;
}

void
list_parcel(struct listing *l, const struct parcel *p, enum item_state state,
    const char *ref)
{
	list_document(l, p, 0, state, ref, true);
	list_document(l, p, 1, state, ref, true);
}

void
answer_list(
    struct house *h, const struct driver_order *o, const struct listing *l)
{
	struct driver_answer a = {.number = o->number,
	    .items = l->items,
	    .count = l->count,
	    .complete = !l->incomplete};

	run_answer(h->run, &a, h->now);
}

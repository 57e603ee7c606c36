/* NAME
 *	load - senders and receivers that speak the real agents' protocol
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <czmq.h>

#include "clock.h"
#include "digest.h"
#include "link.h"

#include "load.h"

#define TICK_MS      20
#define CREDIT_BYTES (8u * 1024 * 1024)

struct slot {
	bool busy;
	struct id id;
	uint64_t no;
	uint8_t *body;
	struct link_body coded;
	enum wire_encoding encoding;
};

struct sender {
	struct client *client;
	struct room *room;
	struct link *link;
	struct slot *slots;
	unsigned window, busy;
	char from[NUMBER_OFFICE_BYTES], to[NUMBER_OFFICE_BYTES];
	bool up, stopped;
};

static void
settings_for(struct room *room, unsigned agent, struct link_settings *out)
{
	memset(out, 0, sizeof(*out));
	out->endpoint = room->endpoint;
	out->broker_key = room->broker.public_key;
	out->public_key = room->agents[agent].public_key;
	out->secret_key = room->agents[agent].secret_key;
	out->software = "tasuki-bench";
}

/* ---- sending ---- */

static void
slot_clear(struct sender *s, struct slot *slot)
{
	if (slot->encoding == WIRE_ENCODING_ZSTD)
		free((void *)(uintptr_t)slot->coded.data);
	slot->encoding = WIRE_ENCODING_NONE;
	slot->busy = false;
	s->busy--;
}

static int
submit(struct sender *s, struct slot *slot)
{
	size_t bytes = s->client->traffic->bytes;
	struct wire_document document = {
	    .name = "UPPLAN.CSV", .kind = "UPPLAN", .bytes = bytes};
	struct wire_parcel parcel = {
	    .clients = 40, .document_count = 1, .documents = &document};

	digest_sha256(slot->body, bytes, document.sha256);
	encode_body(slot->body, bytes, &slot->coded, &slot->encoding);
	document.encoding = slot->encoding;
	document.encoded_bytes = slot->coded.bytes;
	slot->id = id_new(clock_wall_ms());
	parcel.id = slot->id;
	memcpy(parcel.from, s->from, sizeof(parcel.from));
	memcpy(parcel.to, s->to, sizeof(parcel.to));
	memcpy(parcel.month, "202612", sizeof(parcel.month));
	snprintf(parcel.stamp, sizeof(parcel.stamp), "%014llu",
	    (unsigned long long)slot->no);
	return link_submit(s->link, &parcel, &slot->coded);
}

static struct slot *
slot_free(struct sender *s)
{
	for (unsigned i = 0; i < s->window; i++)
		if (!s->slots[i].busy)
			return &s->slots[i];
	return NULL;
}

static void
fill(struct sender *s)
{
	struct slot *slot;

	while (s->busy < s->window && traffic_may_send(s->client)) {
		slot = slot_free(s);
		slot->busy = true;
		s->busy++;
		slot->no = traffic_fill(s->client, slot->body);
		if (submit(s, slot) != 0) {
			traffic_fail(s->client, "the window is smaller");
			slot_clear(s, slot);
			return;
		}
	}
}

static struct slot *
slot_of(struct sender *s, const struct id *id)
{
	for (unsigned i = 0; i < s->window; i++)
		if (s->slots[i].busy && id_compare(&s->slots[i].id, id) == 0)
			return &s->slots[i];
	return NULL;
}

static void
on_accepted(struct link *link, const struct wire_accepted_item *item, void *arg)
{
	struct sender *s = arg;
	struct slot *slot = slot_of(s, &item->id);

	(void)link;
	if (slot == NULL)
		return;
	traffic_accepted(s->client, slot->no);
	slot_clear(s, slot);
}

static void
on_refused(struct link *link, const struct wire_refused *refused, void *arg)
{
	struct sender *s = arg;
	struct slot *slot = slot_of(s, &refused->id);

	(void)link;
	if (slot == NULL)
		return;
	s->client->refused++;
	fprintf(stderr, "refused: %s\n", refusal_row(refused->refusal)->name);
	traffic_fail(s->client, "a parcel was refused");
	slot_clear(s, slot);
}

static void
on_room(struct link *link, void *arg)
{
	(void)link;
	fill(arg);
}

static void
on_welcome(struct link *link, const struct wire_welcome *w, void *arg)
{
	struct sender *s = arg;

	(void)link;
	(void)w;
	s->up = true;
}

static void
on_down(struct link *link, const struct why *why, void *arg)
{
	struct sender *s = arg;

	(void)link;
	fprintf(stderr, "sender %u: %s\n", s->client->number, why->text);
	if (s->up)
		traffic_fail(s->client, "the connection was lost");
}

/* looks at what other threads say; nothing else happens here */
static int
sender_tick(zloop_t *loop, int timer, void *arg)
{
	struct sender *s = arg;

	(void)loop;
	(void)timer;
	if (s->up && !s->stopped && s->client->next == 0) {
		traffic_ready(s->client);
		fill(s);
	}
	if (!traffic_may_send(s->client)) {
		s->stopped = true;
		if (s->busy == 0 || atomic_load(&s->client->traffic->failed))
			return -1;
	}
	return 0;
}

static void
slots_make(struct sender *s)
{
	size_t bytes = s->client->traffic->bytes;

	s->window = s->client->traffic->window;
	s->slots = mem_new(s->window * sizeof(*s->slots));
	for (unsigned i = 0; i < s->window; i++) {
		s->slots[i].body = mem_new(bytes);
		digest_random(s->slots[i].body, bytes);
	}
}

static void
slots_free(struct sender *s)
{
	for (unsigned i = 0; i < s->window; i++) {
		if (s->slots[i].busy)
			slot_clear(s, &s->slots[i]);
		free(s->slots[i].body);
	}
	free(s->slots);
}

static const struct link_events sender_events = {
    .welcome = on_welcome,
    .down = on_down,
    .accepted = on_accepted,
    .refused = on_refused,
    .room = on_room,
};

void
load_sender(struct client *client, void *room_arg)
{
	struct room *room = room_arg;
	struct sender s = {.client = client, .room = room};
	struct link_settings settings;
	zloop_t *loop = zloop_new();
	struct why why;

	zloop_set_nonstop(loop, true);
	slots_make(&s);
	room_office(true, client->number, s.from);
	room_office(false, client->number % client->traffic->receivers, s.to);
	settings_for(room, client->number, &settings);
	if (link_new(loop, &settings, &sender_events, &s, &s.link, &why) != 0)
		traffic_fail(client, why.text);
	else {
		zloop_timer(loop, TICK_MS, 0, sender_tick, &s);
		zloop_start(loop);
		link_free(&s.link);
	}
	zloop_destroy(&loop);
	slots_free(&s);
}

/* ---- receiving ---- */

struct receiver {
	struct client *client; /* NULL: idle or first */
	struct link *link;
	bool up, greeted;
	unsigned *welcomed;
	int64_t first_ns, until_ns;
};

static void
settle(struct link *link, const struct wire_deliver *d)
{
	struct wire_settle_item item = {
	    .id = d->parcel.id,
	    .leg = d->leg,
	    .outcome = WIRE_OUTCOME_DELIVERED,
	    .code = "",
	    .detail = "",
	    .at_ms = (uint64_t)clock_wall_ms(),
	};
	uint64_t bytes = 0;

	for (size_t i = 0; i < d->parcel.document_count; i++)
		bytes += d->parcel.documents[i].encoded_bytes;
	link_settle(link, &item, bytes);
}

static void
on_deliver(struct link *link, const struct link_delivery *delivery, void *arg)
{
	struct receiver *r = arg;

	if (r->first_ns == 0)
		r->first_ns = clock_mono_ns();
	if (r->client != NULL)
		traffic_delivered(r->client, delivery->bodies[0].data,
		    delivery->bodies[0].bytes);
	settle(link, delivery->deliver);
}

static void
on_receiver_welcome(struct link *link, const struct wire_welcome *w, void *arg)
{
	struct receiver *r = arg;

	(void)link;
	(void)w;
	r->up = true;
	if (r->welcomed != NULL)
		++*r->welcomed;
}

static void
on_receiver_down(struct link *link, const struct why *why, void *arg)
{
	struct receiver *r = arg;

	(void)link;
	if (r->up && r->client != NULL) {
		fprintf(
		    stderr, "receiver %u: %s\n", r->client->number, why->text);
		traffic_fail(r->client, "the connection was lost");
	}
}

static const struct link_events receiver_events = {
    .welcome = on_receiver_welcome,
    .down = on_receiver_down,
    .deliver = on_deliver,
};

static int
receiver_tick(zloop_t *loop, int timer, void *arg)
{
	struct receiver *r = arg;

	(void)loop;
	(void)timer;
	if (r->up && !r->greeted) {
		r->greeted = true;
		/* not traffic_ready(): the loop must go on turning */
		atomic_fetch_add(&r->client->traffic->ready, 1);
	}
	return traffic_may_receive(r->client) ? 0 : -1;
}

void
load_receiver(struct client *client, void *room_arg)
{
	struct room *room = room_arg;
	struct receiver r = {.client = client};
	struct link_settings settings;
	zloop_t *loop = zloop_new();
	struct why why;

	zloop_set_nonstop(loop, true);
	settings_for(room, room->senders + client->number, &settings);
	settings.credit_parcels = client->traffic->window;
	settings.credit_bytes = CREDIT_BYTES;
	if (link_new(loop, &settings, &receiver_events, &r, &r.link, &why) != 0)
		traffic_fail(client, why.text);
	else {
		zloop_timer(loop, TICK_MS, 0, receiver_tick, &r);
		zloop_start(loop);
		link_free(&r.link);
	}
	zloop_destroy(&loop);
}

/* ---- idle, backlog, first ---- */

struct load_idle {
	zloop_t *loop;
	struct receiver *receivers;
	unsigned count, welcomed;
	int64_t until_ns;
};

static int
idle_tick(zloop_t *loop, int timer, void *arg)
{
	struct load_idle *idle = arg;

	(void)loop;
	(void)timer;
	return idle->welcomed >= idle->count || clock_mono_ns() > idle->until_ns
		   ? -1
		   : 0;
}

struct load_idle *
load_idle(struct room *room, unsigned count, double *seconds)
{
	struct load_idle *idle = mem_new(sizeof(*idle));
	int64_t begin = clock_mono_ns();
	struct link_settings settings;
	struct why why;

	idle->loop = zloop_new();
	zloop_set_nonstop(idle->loop, true);
	idle->count = count;
	idle->receivers = mem_new(count * sizeof(*idle->receivers));
	for (unsigned i = 0; i < count; i++) {
		settings_for(room, room->senders + i, &settings);
		settings.credit_parcels = 8;
		settings.credit_bytes = CREDIT_BYTES;
		settings.connect_timeout_ms = 60000;
		idle->receivers[i].welcomed = &idle->welcomed;
		if (link_new(idle->loop, &settings, &receiver_events,
			&idle->receivers[i], &idle->receivers[i].link,
			&why) != 0)
			panic("%s", why.text);
	}
	idle->until_ns = begin + 120000000000;
	zloop_timer(idle->loop, 5, 0, idle_tick, idle);
	zloop_start(idle->loop);
	*seconds = (double)(clock_mono_ns() - begin) / 1e9;
	if (idle->welcomed < count)
		fprintf(
		    stderr, "idle: %u of %u welcomed\n", idle->welcomed, count);
	return idle;
}

void
load_idle_end(struct load_idle **idle_p)
{
	struct load_idle *idle = *idle_p;

	for (unsigned i = 0; i < idle->count; i++)
		link_free(&idle->receivers[i].link);
	zloop_destroy(&idle->loop);
	free(idle->receivers);
	free(idle);
	*idle_p = NULL;
}

static int
backlog_tick(zloop_t *loop, int timer, void *arg)
{
	struct sender *s = arg;
	struct traffic *t = s->client->traffic;

	(void)loop;
	(void)timer;
	if (s->up && s->client->next == 0)
		fill(s);
	if (atomic_load(&t->accepted) >= t->receivers)
		atomic_store(&t->stop_senders, true);
	return atomic_load(&t->failed) ||
		       (!traffic_may_send(s->client) && s->busy == 0)
		   ? -1
		   : 0;
}

int
load_backlog(struct room *room, unsigned count, size_t bytes)
{
	struct traffic t = {.senders = 1, .window = 256, .bytes = bytes};
	struct client client = {.traffic = &t};
	struct driver driver = {.name = "backlog"};
	struct sender s = {.client = &client, .room = room};
	struct link_settings settings;
	zloop_t *loop = zloop_new();
	struct why why;

	t.receivers = count; /* here: how many are wanted */
	t.driver = &driver;
	t.sent_ns[0] = mem_new(TRAFFIC_PENDING * sizeof(*t.sent_ns[0]));
	zloop_set_nonstop(loop, true);
	slots_make(&s);
	room_office(true, 0, s.from);
	room_office(false, 0, s.to);
	settings_for(room, 0, &settings);
	if (link_new(loop, &settings, &sender_events, &s, &s.link, &why) != 0)
		traffic_fail(&client, why.text);
	else {
		zloop_timer(loop, 1, 0, backlog_tick, &s);
		zloop_start(loop);
		link_free(&s.link);
	}
	zloop_destroy(&loop);
	slots_free(&s);
	lat_free(&client.lat);
	free((void *)(uintptr_t)t.sent_ns[0]);
	return atomic_load(&t.failed) ? -1 : 0;
}

static int
first_tick(zloop_t *loop, int timer, void *arg)
{
	struct receiver *r = arg;

	(void)loop;
	(void)timer;
	return r->first_ns != 0 || clock_mono_ns() > r->until_ns ? -1 : 0;
}

int64_t
load_first(struct room *room, int timeout_ms)
{
	struct receiver r = {0};
	struct link_settings settings;
	zloop_t *loop = zloop_new();
	struct why why;

	zloop_set_nonstop(loop, true);
	r.until_ns = clock_mono_ns() + (int64_t)timeout_ms * 1000000;
	settings_for(room, room->senders, &settings);
	settings.credit_parcels = 1;
	settings.credit_bytes = CREDIT_BYTES;
	if (link_new(loop, &settings, &receiver_events, &r, &r.link, &why) != 0)
		panic("%s", why.text);
	zloop_timer(loop, 1, 0, first_tick, &r);
	zloop_start(loop);
	link_free(&r.link);
	zloop_destroy(&loop);
	return r.first_ns == 0 ? -1 : r.first_ns;
}

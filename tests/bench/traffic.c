/* NAME
 *	traffic - the work all brokers under test are given
 * DIAGNOSTICS
 *	A message that comes twice, damaged or from nowhere ends the run: then
 *	the figures would be worth nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "digest.h"
#include "err.h"

#include "traffic.h"

#define MAGIC         0x54534b42u
#define READY_MS      60000
#define PATIENCE_NS   5000000000 /* nothing moves for that long: it is over */
#define WATCH_TICK_NS 1000000

struct stamp {
	uint32_t magic, sender;
	uint64_t no;
};
_Static_assert(sizeof(struct stamp) == TRAFFIC_STAMP_BYTES, "stamp");

static void
nap(long ns)
{
	struct timespec t = {0, ns};

	nanosleep(&t, NULL);
}

void
traffic_fail(struct client *client, const char *what)
{
	if (!atomic_exchange(&client->traffic->failed, true))
		fprintf(stderr, "%s: client %u: %s\n",
		    client->traffic->driver->name, client->number, what);
	atomic_store(&client->traffic->stop_senders, true);
	atomic_store(&client->traffic->stop_receivers, true);
}

void
traffic_ready(struct client *client)
{
	atomic_fetch_add(&client->traffic->ready, 1);
	while (!atomic_load(&client->traffic->go) &&
	       !atomic_load(&client->traffic->failed))
		nap(500000);
}

bool
traffic_may_send(const struct client *client)
{
	return !atomic_load_explicit(
	    &client->traffic->stop_senders, memory_order_relaxed);
}

bool
traffic_may_receive(const struct client *client)
{
	return !atomic_load_explicit(
	    &client->traffic->stop_receivers, memory_order_relaxed);
}

/* lines of the sample, from another place each time */
static void
fill_csv(const struct traffic *t, uint64_t no, unsigned sender, uint8_t *body)
{
	uint64_t at = no * 7919 + (uint64_t)sender * 104729;
	size_t done = 0, n;

	at %= t->sample_bytes;
	while (done < t->bytes) {
		n = t->sample_bytes - (size_t)at;
		if (n > t->bytes - done)
			n = t->bytes - done;
		memcpy(body + done, t->sample + at, n);
		done += n;
		at = 0;
	}
}

uint64_t
traffic_fill(struct client *client, uint8_t *body)
{
	struct traffic *t = client->traffic;
	struct stamp stamp = {MAGIC, client->number, client->next++};

	if (t->content == CONTENT_CSV)
		fill_csv(t, stamp.no, client->number, body);
	memcpy(body, &stamp, sizeof(stamp));
	t->sent_ns[client->number][stamp.no % TRAFFIC_PENDING] =
	    clock_mono_ns();
	return stamp.no;
}

void
traffic_accepted(struct client *client, uint64_t no)
{
	struct traffic *t = client->traffic;
	int64_t sent = t->sent_ns[client->number][no % TRAFFIC_PENDING];

	if (sent < 0)
		sent = -sent;
	lat_add(&client->lat, clock_mono_ns() - sent);
	client->done++;
	atomic_fetch_add(&t->accepted, 1);
}

/* A sending time turned negative says: delivered already. */
void
traffic_delivered(struct client *client, const void *body, size_t bytes)
{
	struct traffic *t = client->traffic;
	_Atomic int64_t *slot;
	int64_t sent, now = clock_mono_ns();
	struct stamp stamp;

	if (bytes != t->bytes) {
		traffic_fail(client, "a message of another size came");
		return;
	}
	memcpy(&stamp, body, sizeof(stamp));
	if (stamp.magic != MAGIC || stamp.sender >= t->senders) {
		traffic_fail(client, "a message from nowhere came");
		return;
	}
	slot = &t->sent_ns[stamp.sender][stamp.no % TRAFFIC_PENDING];
	sent = atomic_load(slot);
	if (sent <= 0) {
		traffic_fail(client, "a message came twice");
		return;
	}
	atomic_store(slot, -sent);
	lat_add(&client->lat, now - sent);
	client->done++;
	atomic_fetch_add(&t->delivered, 1);
	atomic_store(&t->last_ns, now);
}

static void *
sender_main(void *arg)
{
	struct client *client = arg;

	client->traffic->driver->sender(client, client->traffic->driver->arg);
	return NULL;
}

static void *
receiver_main(void *arg)
{
	struct client *client = arg;

	client->traffic->driver->receiver(client, client->traffic->driver->arg);
	return NULL;
}

struct watch {
	const struct traffic *traffic;
	atomic_bool over;
	double rss, own;
};

/* peaks of the server's memory, four times a second */
static void *
watch_main(void *arg)
{
	struct watch *watch = arg;
	pid_t pid = watch->traffic->driver->server;
	double rss, own;

	for (int i = 0; !atomic_load(&watch->over); i++) {
		nap(10000000);
		if (i % 25 != 0)
			continue;
		rss = mem_rss(pid);
		own = mem_own(pid);
		if (rss > watch->rss)
			watch->rss = rss;
		if (own > watch->own)
			watch->own = own;
	}
	return NULL;
}

static bool
all_ready(struct traffic *t)
{
	unsigned want = t->senders + t->receivers;

	for (int i = 0; i < READY_MS; i++) {
		if (atomic_load(&t->failed))
			return false;
		if (atomic_load(&t->ready) == want)
			return true;
		nap(1000000);
	}
	fprintf(stderr, "%s: %u of %u clients connected\n", t->driver->name,
	    atomic_load(&t->ready), want);
	atomic_store(&t->failed, true);
	return false;
}

/* until everything accepted has arrived, or nothing moves any more */
static void
drain(struct traffic *t)
{
	int64_t moved = clock_mono_ns();
	unsigned long long last = 0, now;

	for (;;) {
		now = atomic_load(&t->delivered);
		if (now >= atomic_load(&t->accepted) || atomic_load(&t->failed))
			return;
		if (now != last)
			moved = clock_mono_ns();
		else if (clock_mono_ns() - moved > PATIENCE_NS)
			return;
		last = now;
		nap(WATCH_TICK_NS);
	}
}

struct before {
	int64_t ns;
	double server, self, written;
	struct cpu_row threads[32];
	size_t thread_count;
};

static void
look(const struct traffic *t, struct before *b)
{
	b->server = cpu_of(t->driver->server);
	b->self = cpu_self();
	b->written = disk_written(t->driver->folder);
	b->thread_count = cpu_threads(t->driver->server, b->threads, 32);
	b->ns = clock_mono_ns();
}

static void
threads_used(
    const struct before *from, const struct before *to, struct outcome *out)
{
	double n = (double)out->accepted;

	out->thread_count = 0;
	for (size_t i = 0; i < to->thread_count; i++) {
		struct cpu_row *row = &out->threads[out->thread_count++];

		/* threads are listed in order of birth, each time */
		*row = to->threads[i];
		if (i < from->thread_count)
			row->seconds -= from->threads[i].seconds;
		row->seconds = row->seconds * 1e6 / n;
	}
}

static void
sum_up(struct traffic *t, struct client *clients, struct outcome *out)
{
	struct lat accept = {0}, total = {0};

	for (unsigned i = 0; i < t->senders + t->receivers; i++) {
		lat_merge(i < t->senders ? &accept : &total, &clients[i].lat);
		out->refused += clients[i].refused;
		lat_free(&clients[i].lat);
	}
	out->accept_p50 = lat_ms(&accept, 50);
	out->accept_p99 = lat_ms(&accept, 99);
	out->total_p50 = lat_ms(&total, 50);
	out->total_p99 = lat_ms(&total, 99);
	lat_free(&accept);
	lat_free(&total);
}

static void
measure(struct traffic *t, struct client *clients, struct outcome *out)
{
	struct before from, to;
	struct watch watch = {.traffic = t};
	pthread_t watcher;
	double n;

	look(t, &from);
	pthread_create(&watcher, NULL, watch_main, &watch);
	atomic_store(&t->last_ns, from.ns);
	atomic_store(&t->go, true);
	while ((double)(clock_mono_ns() - from.ns) < t->seconds * 1e9 &&
	       !atomic_load(&t->failed))
		nap(WATCH_TICK_NS);
	atomic_store(&t->stop_senders, true);
	for (unsigned i = 0; i < t->senders; i++)
		pthread_join(clients[i].thread, NULL);
	out->seconds = (double)(clock_mono_ns() - from.ns) / 1e9;
	out->accepted = atomic_load(&t->accepted);
	drain(t);
	look(t, &to);
	atomic_store(&t->stop_receivers, true);
	for (unsigned i = t->senders; i < t->senders + t->receivers; i++)
		pthread_join(clients[i].thread, NULL);
	atomic_store(&watch.over, true);
	pthread_join(watcher, NULL);
	out->delivered = atomic_load(&t->delivered);
	n = out->accepted == 0 ? 1 : (double)out->accepted;
	out->accepted_s = (double)out->accepted / out->seconds;
	out->delivered_s = (double)out->delivered * 1e9 /
			   (double)(atomic_load(&t->last_ns) - from.ns + 1);
	out->server_us = (to.server - from.server) * 1e6 / n;
	out->client_us = (to.self - from.self) * 1e6 / n;
	out->written = (to.written - from.written) / n;
	out->rss_mb = watch.rss;
	out->own_mb = watch.own;
	threads_used(&from, &to, out);
}

static void
reset(struct traffic *t, const struct driver *driver)
{
	t->driver = driver;
	atomic_store(&t->ready, 0);
	atomic_store(&t->go, false);
	atomic_store(&t->stop_senders, false);
	atomic_store(&t->stop_receivers, false);
	atomic_store(&t->failed, false);
	atomic_store(&t->accepted, 0);
	atomic_store(&t->delivered, 0);
	for (unsigned i = 0; i < t->senders; i++)
		t->sent_ns[i] =
		    mem_new(TRAFFIC_PENDING * sizeof(*t->sent_ns[i]));
}

int
traffic_run(struct traffic *t, const struct driver *driver, struct outcome *out)
{
	unsigned count = t->senders + t->receivers;
	struct client *clients = mem_new(count * sizeof(*clients));

	memset(out, 0, sizeof(*out));
	reset(t, driver);
	for (unsigned i = count; i-- > 0;) { /* receivers first */
		bool sends = i < t->senders;

		clients[i].traffic = t;
		clients[i].number = sends ? i : i - t->senders;
		pthread_create(&clients[i].thread, NULL,
		    sends ? sender_main : receiver_main, &clients[i]);
	}
	if (all_ready(t)) {
		measure(t, clients, out);
	} else {
		atomic_store(&t->stop_senders, true);
		atomic_store(&t->stop_receivers, true);
		for (unsigned i = 0; i < count; i++)
			pthread_join(clients[i].thread, NULL);
	}
	sum_up(t, clients, out);
	for (unsigned i = 0; i < t->senders; i++)
		free((void *)(uintptr_t)t->sent_ns[i]);
	free(clients);
	return atomic_load(&t->failed) ? -1 : 0;
}

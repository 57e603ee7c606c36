/* NAME
 *	traffic - the work all brokers under test are given
 * DESCRIPTION
 *	N senders keep a window of unanswered messages; each message goes to the
 *	receiver of the same number (modulo).  A message begins with a stamp:
 *	who sent it and its number; the time of sending is kept here, so that
 *	the receiver's thread can tell how long it took.  Whoever drives the
 *	traffic (load.c: agents of ours, stack.c, rabbit.c) calls the functions
 *	below; traffic_run() starts the threads, measures and stops.
 */
#ifndef TASUKI_BENCH_TRAFFIC_H
#define TASUKI_BENCH_TRAFFIC_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "figures.h"

#define TRAFFIC_SENDERS_MAX 64
#define TRAFFIC_STAMP_BYTES 16
#define TRAFFIC_PENDING     (1u << 20) /* messages whose sending time is kept */

enum content { CONTENT_RANDOM, CONTENT_CSV };

struct traffic;
struct client {
	struct traffic *traffic;
	unsigned number; /* of the sender, or of the receiver */
	pthread_t thread;
	struct lat lat; /* sender: accepted; receiver: end to end */
	uint64_t next;  /* sender: number of the next message */
	uint64_t done, refused;
};

struct driver {
	const char *name;
	/* run in threads of their own until traffic_*_on() is false */
	void (*sender)(struct client *client, void *arg);
	void (*receiver)(struct client *client, void *arg);
	void *arg;
	pid_t server;
	const char *folder; /* of the server's data, for bytes written */
};

struct traffic {
	unsigned senders, receivers, window;
	size_t bytes;
	enum content content;
	const char *sample; /* CSV text to cut from */
	size_t sample_bytes;
	double seconds;
	/* while it runs */
	const struct driver *driver;
	atomic_uint ready;
	atomic_bool go, stop_senders, stop_receivers, failed;
	atomic_ullong accepted, delivered;
	_Atomic int64_t last_ns;
	_Atomic int64_t *sent_ns[TRAFFIC_SENDERS_MAX];
};

struct outcome {
	double seconds, accepted_s, delivered_s;
	double accept_p50, accept_p99, total_p50, total_p99; /* ms */
	double server_us, client_us;                         /* CPU a message */
	double rss_mb, own_mb;                               /* peaks */
	double written; /* bytes a message */
	uint64_t accepted, delivered, refused;
	struct cpu_row threads[32]; /* of the server, µs a message */
	size_t thread_count;
};

/* traffic_run(traffic, driver, out): 0, or -1 when a client failed. */
int traffic_run(
    struct traffic *traffic, const struct driver *driver, struct outcome *out);

/* ---- for drivers ---- */
/* this client is connected; waits for the others */
void traffic_ready(struct client *client);
void traffic_fail(struct client *client, const char *what);
bool traffic_may_send(const struct client *client);
bool traffic_may_receive(const struct client *client);
/* fill: a fresh body of traffic->bytes; its number is kept and timed */
uint64_t traffic_fill(struct client *client, uint8_t *body);
/* the broker took message number no */
void traffic_accepted(struct client *client, uint64_t no);
void traffic_delivered(struct client *client, const void *body, size_t bytes);

#endif

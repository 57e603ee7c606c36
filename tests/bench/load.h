/* NAME
 *	load - senders and receivers that speak the real agents' protocol
 * DESCRIPTION
 *	Each client is a thread with a loop and a link of its own, as in an
 *	agent: SHA-256 made and checked, zstd by encode_body().  What an office
 *	agent does besides (files, renames, fsync) is left out: the broker is
 *	under test.
 */
#ifndef TASUKI_BENCH_LOAD_H
#define TASUKI_BENCH_LOAD_H

#include "room.h"
#include "traffic.h"

/* arg of the driver is the struct room */
void load_sender(struct client *client, void *room);
void load_receiver(struct client *client, void *room);

/* load_idle(room, count, &seconds): hold count receivers open and welcomed;
 * release with load_idle_end(). */
struct load_idle;
struct load_idle *load_idle(struct room *room, unsigned count, double *seconds);
void load_idle_end(struct load_idle **idle);

/* load_backlog(room, count, bytes): submit count parcels for receiver 0 from
 * sender 0, window 256; 0 or -1. */
int load_backlog(struct room *room, unsigned count, size_t bytes);
/* load_first(room, timeout_ms): connect receiver 0 and wait for the first
 * delivery; ns of it, or -1. */
int64_t load_first(struct room *room, int timeout_ms);

#endif

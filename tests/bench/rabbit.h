/* NAME
 *	rabbit - RabbitMQ, quorum queues over TLS, on the same work
 * DESCRIPTION
 *	The server is started by tests/bench/relay; here are the clients.
 *	Built only where librabbitmq is installed.
 */
#ifndef TASUKI_BENCH_RABBIT_H
#define TASUKI_BENCH_RABBIT_H

#include "traffic.h"

struct rabbit {
	int port; /* TLS */
};

/* rabbit_ready(rabbit, queues): fresh queues; ends the process if there is no
 * server within a minute. */
void rabbit_ready(const struct rabbit *rabbit, unsigned queues);
void rabbit_sender(struct client *client, void *rabbit);
void rabbit_receiver(struct client *client, void *rabbit);

#endif

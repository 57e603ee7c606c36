/* NAME
 *	rabbit - RabbitMQ, quorum queues over TLS, on the same work
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>

#include "digest.h"
#include "err.h"

#include "rabbit.h"

#define TAGS    (1u << 16) /* unanswered at most */
#define CHANNEL 1
#define FRAME   131072
#define READY_S 60

static amqp_connection_state_t
dial(const struct rabbit *rabbit)
{
	amqp_connection_state_t c = amqp_new_connection();
	amqp_socket_t *socket = amqp_ssl_socket_new(c);

	if (socket == NULL)
		panic("rabbit: no TLS");
	amqp_ssl_socket_set_verify_peer(socket, 0);
	amqp_ssl_socket_set_verify_hostname(socket, 0);
	if (amqp_socket_open(socket, "127.0.0.1", rabbit->port) ==
		AMQP_STATUS_OK &&
	    amqp_login(
		c, "/", 0, FRAME, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest")
		    .reply_type == AMQP_RESPONSE_NORMAL &&
	    amqp_channel_open(c, CHANNEL) != NULL)
		return c;
	amqp_destroy_connection(c);
	return NULL;
}

static void
queue_name(unsigned queue, char out[32])
{
	snprintf(out, 32, "bench.%u", queue);
}

static bool
make_queue(amqp_connection_state_t c, unsigned queue)
{
	amqp_table_entry_t quorum = {.key = amqp_cstring_bytes("x-queue-type")};
	amqp_table_t table = {1, &quorum};
	char name[32];

	quorum.value.kind = AMQP_FIELD_KIND_UTF8;
	quorum.value.value.bytes = amqp_cstring_bytes("quorum");
	queue_name(queue, name);
	amqp_queue_delete(c, CHANNEL, amqp_cstring_bytes(name), 0, 0);
	if (amqp_get_rpc_reply(c).reply_type != AMQP_RESPONSE_NORMAL)
		return false;
	amqp_queue_declare(
	    c, CHANNEL, amqp_cstring_bytes(name), 0, 1, 0, 0, table);
	return amqp_get_rpc_reply(c).reply_type == AMQP_RESPONSE_NORMAL;
}

void
rabbit_ready(const struct rabbit *rabbit, unsigned queues)
{
	struct timespec second = {1, 0};
	amqp_connection_state_t c;
	unsigned made;

	for (int i = 0; i < READY_S; i++, nanosleep(&second, NULL)) {
		c = dial(rabbit);
		if (c == NULL)
			continue;
		for (made = 0; made < queues && make_queue(c, made); made++)
			;
		amqp_destroy_connection(c);
		if (made == queues)
			return;
	}
	fprintf(stderr, "bench: no RabbitMQ on port %d\n", rabbit->port);
	exit(1);
}

struct confirms {
	uint64_t nos[TAGS];
	bool open[TAGS];
	uint64_t low, next; /* delivery tags */
	unsigned count;
};

static void
confirm(struct client *client, struct confirms *cs, uint64_t tag, bool multiple)
{
	for (uint64_t t = multiple ? cs->low : tag; t <= tag; t++) {
		if (!cs->open[t % TAGS])
			continue;
		traffic_accepted(client, cs->nos[t % TAGS]);
		cs->open[t % TAGS] = false;
		cs->count--;
	}
	while (cs->low < cs->next && !cs->open[cs->low % TAGS])
		cs->low++;
}

/* waits for one frame, then takes all that are there; false: broken */
static bool
confirms_take(
    struct client *client, amqp_connection_state_t c, struct confirms *cs)
{
	struct timeval patience = {10, 0}, none = {0, 0};
	struct timeval *wait = &patience;
	amqp_frame_t frame;
	int rc;

	while ((rc = amqp_simple_wait_frame_noblock(c, &frame, wait)) ==
	       AMQP_STATUS_OK) {
		amqp_basic_ack_t *ack = frame.payload.method.decoded;

		wait = &none;
		if (frame.frame_type != AMQP_FRAME_METHOD)
			continue;
		if (frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
			return false;
		confirm(client, cs, ack->delivery_tag, ack->multiple != 0);
		amqp_maybe_release_buffers(c);
	}
	return rc == AMQP_STATUS_TIMEOUT && wait == &none;
}

static bool
publish(struct client *client, amqp_connection_state_t c, const char *queue,
    struct confirms *cs, uint8_t *body)
{
	amqp_basic_properties_t durable = {
	    ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = 2};
	amqp_bytes_t bytes = {client->traffic->bytes, body};

	cs->nos[cs->next % TAGS] = traffic_fill(client, body);
	cs->open[cs->next % TAGS] = true;
	cs->next++;
	cs->count++;
	return amqp_basic_publish(c, CHANNEL, amqp_cstring_bytes(""),
		   amqp_cstring_bytes(queue), 0, 0, &durable,
		   bytes) == AMQP_STATUS_OK;
}

void
rabbit_sender(struct client *client, void *rabbit)
{
	const struct traffic *t = client->traffic;
	struct confirms *cs = mem_new(sizeof(*cs));
	amqp_connection_state_t c = dial(rabbit);
	uint8_t *body = mem_new(t->bytes);
	bool ok = c != NULL;
	char queue[32];

	cs->low = cs->next = 1;
	digest_random(body, t->bytes);
	queue_name(client->number % t->receivers, queue);
	if (ok) {
		amqp_confirm_select(c, CHANNEL);
		traffic_ready(client);
	}
	while (ok && (cs->count > 0 || traffic_may_send(client))) {
		while (ok && cs->count < t->window && traffic_may_send(client))
			ok = publish(client, c, queue, cs, body);
		if (ok && cs->count > 0)
			ok = confirms_take(client, c, cs);
	}
	if (!ok)
		traffic_fail(client, "RabbitMQ broke off");
	if (c != NULL)
		amqp_destroy_connection(c);
	free(body);
	free(cs);
}

void
rabbit_receiver(struct client *client, void *rabbit)
{
	amqp_connection_state_t c = dial(rabbit);
	struct timeval tick = {0, 100000};
	amqp_envelope_t envelope;
	amqp_rpc_reply_t reply;
	char queue[32];

	if (c == NULL) {
		traffic_fail(client, "no RabbitMQ");
		return;
	}
	queue_name(client->number, queue);
	amqp_basic_qos(c, CHANNEL, 0, (uint16_t)client->traffic->window, 0);
	amqp_basic_consume(c, CHANNEL, amqp_cstring_bytes(queue),
	    amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
	traffic_ready(client);
	while (traffic_may_receive(client)) {
		amqp_maybe_release_buffers(c);
		reply = amqp_consume_message(c, &envelope, &tick, 0);
		if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION &&
		    reply.library_error == AMQP_STATUS_TIMEOUT)
			continue;
		if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
			traffic_fail(client, "RabbitMQ broke off");
			break;
		}
		traffic_delivered(client, envelope.message.body.bytes,
		    envelope.message.body.len);
		amqp_basic_ack(c, CHANNEL, envelope.delivery_tag, 0);
		amqp_destroy_envelope(&envelope);
	}
	amqp_destroy_connection(c);
}

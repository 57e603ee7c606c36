/* NAME
 *	stack - clients of the bare stack, and its process
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <czmq.h>

#include "digest.h"
#include "err.h"

#include "stack.h"
#include "stack_wire.h"

void
stack_open(struct stack *stack, const char *folder)
{
	char line[160] = "";
	int pipes[2];

	memset(stack, 0, sizeof(*stack));
	snprintf(stack->folder, sizeof(stack->folder), "%s", folder);
	if (pipe(pipes) != 0)
		panic("stack: no pipe");
	stack->pid = fork();
	if (stack->pid == 0) {
		char fd[16];

		/* a fresh image: libzmq does not survive a fork */
		snprintf(fd, sizeof(fd), "%d", pipes[1]);
		execl("/proc/self/exe", "bench-relay", "--serve-stack", folder,
		    fd, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	for (size_t n = 0; n < sizeof(line) - 1; n++)
		if (read(pipes[0], line + n, 1) != 1 || line[n] == '\n')
			break;
	close(pipes[0]);
	if (sscanf(line, "%63s %40s", stack->endpoint, stack->key) != 2)
		panic("stack: the server did not start");
}

void
stack_close(struct stack *stack)
{
	char path[320];
	int ended;

	kill(stack->pid, SIGTERM);
	waitpid(stack->pid, &ended, 0);
	snprintf(path, sizeof(path), "%s/stack.mdb", stack->folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/stack.mdb-lock", stack->folder);
	unlink(path);
}

static void *
dial(const struct stack *stack)
{
	char public_key[41], secret_key[41];
	void *socket = zmq_socket(zsys_init(), ZMQ_DEALER);
	int zero = 0, tick = 100;

	zmq_curve_keypair(public_key, secret_key);
	zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, stack->key, 41);
	zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, 41);
	zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret_key, 41);
	zmq_setsockopt(socket, ZMQ_SNDHWM, &zero, sizeof(zero));
	zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero));
	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &tick, sizeof(tick));
	if (zmq_connect(socket, stack->endpoint) != 0)
		panic("stack: no connection");
	return socket;
}

static bool
listen_to(struct client *client, void *socket, uint16_t queue, uint64_t credit)
{
	struct stack_head head = {STACK_LISTEN, queue, credit};

	zmq_send(socket, &head, sizeof(head), 0);
	for (int i = 0; i < 100; i++)
		if (zmq_recv(socket, &head, sizeof(head), 0) == sizeof(head))
			return true;
	traffic_fail(client, "no answer");
	return false;
}

static void
send_one(struct client *client, void *socket, uint16_t queue, uint8_t *body)
{
	struct stack_head head = {STACK_STORE, queue, 0};
	size_t bytes = client->traffic->bytes;

	head.no = traffic_fill(client, body);
	zmq_send(socket, &head, sizeof(head), ZMQ_SNDMORE);
	zmq_send(socket, body, bytes, 0);
}

void
stack_sender(struct client *client, void *stack_arg)
{
	const struct traffic *t = client->traffic;
	void *socket = dial(stack_arg);
	uint8_t *body = mem_new(t->bytes);
	uint16_t queue = (uint16_t)(client->number % t->receivers);
	struct stack_head head;
	unsigned open = 0;

	digest_random(body, t->bytes);
	/* queue 63 is nobody's: only to know that the line is up */
	if (listen_to(client, socket, 63, 0))
		traffic_ready(client);
	while (!atomic_load(&t->failed)) {
		while (open < t->window && traffic_may_send(client)) {
			send_one(client, socket, queue, body);
			open++;
		}
		if (open == 0)
			break;
		/* wait for one answer, then take all that are there */
		for (int flag = 0;; flag = ZMQ_DONTWAIT) {
			if (zmq_recv(socket, &head, sizeof(head), flag) !=
			    sizeof(head))
				break;
			traffic_accepted(client, head.no);
			open--;
		}
	}
	zmq_close(socket);
	free(body);
}

void
stack_receiver(struct client *client, void *stack_arg)
{
	void *socket = dial(stack_arg);
	struct stack_head head;
	zmq_msg_t body;

	if (listen_to(client, socket, (uint16_t)client->number,
		client->traffic->window))
		traffic_ready(client);
	while (traffic_may_receive(client)) {
		if (zmq_recv(socket, &head, sizeof(head), 0) != sizeof(head))
			continue;
		zmq_msg_init(&body);
		zmq_msg_recv(&body, socket, 0);
		traffic_delivered(
		    client, zmq_msg_data(&body), zmq_msg_size(&body));
		zmq_msg_close(&body);
		head.kind = STACK_DONE;
		zmq_send(socket, &head, sizeof(head), 0);
	}
	zmq_close(socket);
}

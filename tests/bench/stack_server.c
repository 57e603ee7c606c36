/* NAME
 *	stack_server - the bare stack's server
 * DESCRIPTION
 *	One thread: take what lies in the socket (at most STACK_BATCH), put it
 *	into one transaction together with the deletions, commit, answer, hand
 *	out.  Messages wait in memory while their queue is short; past that they
 *	are read back, as any real queue must.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb.h>
#include <zmq.h>

#include "err.h"

#include "stack.h"
#include "stack_wire.h"

#define QUEUES    64
#define KEPT      1024 /* of a queue in memory */
#define ROUTE_MAX 16

#define MUST(x)                                                 \
	do {                                                    \
		int rc_ = (x);                                  \
                                                                \
		if (rc_ != 0)                                   \
			panic("%s: %s", #x, mdb_strerror(rc_)); \
	} while (0)

struct route {
	uint8_t bytes[ROUTE_MAX];
	size_t count;
};

struct line {
	uint64_t stored, lent; /* numbers of the next to store, to lend */
	uint32_t credit;
	struct route receiver;
	struct {
		bool here;
		zmq_msg_t body;
	} kept[KEPT];
};

struct server {
	MDB_env *env;
	MDB_dbi db;
	MDB_txn *txn; /* of this batch, or NULL */
	void *socket;
	struct line lines[QUEUES];
	struct {
		struct route to;
		struct stack_head head;
	} answers[STACK_BATCH];
	size_t answer_count;
};

static void
begin(struct server *s)
{
	if (s->txn == NULL)
		MUST(mdb_txn_begin(s->env, NULL, 0, &s->txn));
}

static uint64_t
key_of(unsigned queue, uint64_t no)
{
	return (uint64_t)queue << 48 | no;
}

static void
store(struct server *s, const struct route *from, struct stack_head *head,
    zmq_msg_t *body)
{
	struct line *line = &s->lines[head->queue];
	uint64_t no = line->stored++, key = key_of(head->queue, no);
	MDB_val k = {sizeof(key), &key};
	MDB_val v = {zmq_msg_size(body), zmq_msg_data(body)};

	begin(s);
	MUST(mdb_put(s->txn, s->db, &k, &v, 0));
	if (no - line->lent < KEPT) {
		zmq_msg_init(&line->kept[no % KEPT].body);
		zmq_msg_move(&line->kept[no % KEPT].body, body);
		line->kept[no % KEPT].here = true;
	}
	s->answers[s->answer_count].to = *from;
	s->answers[s->answer_count].head = *head;
	s->answers[s->answer_count++].head.kind = STACK_STORED;
}

static void
done(struct server *s, const struct stack_head *head)
{
	uint64_t key = key_of(head->queue, head->no);
	MDB_val k = {sizeof(key), &key};

	begin(s);
	MUST(mdb_del(s->txn, s->db, &k, NULL));
	s->lines[head->queue].credit++;
}

/* one message of the socket; false: there is none */
static bool
take(struct server *s)
{
	struct stack_head head;
	struct route from;
	zmq_msg_t body;
	int n = zmq_recv(s->socket, from.bytes, ROUTE_MAX, ZMQ_DONTWAIT);

	if (n < 0)
		return false;
	from.count = (size_t)n;
	if (zmq_recv(s->socket, &head, sizeof(head), 0) != sizeof(head) ||
	    head.queue >= QUEUES)
		panic("stack: a bad message");
	zmq_msg_init(&body);
	if (head.kind == STACK_STORE) {
		zmq_msg_recv(&body, s->socket, 0);
		store(s, &from, &head, &body);
	} else if (head.kind == STACK_DONE) {
		done(s, &head);
	} else { /* STACK_LISTEN */
		s->lines[head.queue].receiver = from;
		s->lines[head.queue].credit = (uint32_t)head.no;
		s->answers[s->answer_count].to = from;
		s->answers[s->answer_count++].head = head;
	}
	zmq_msg_close(&body);
	return true;
}

static void
read_back(struct server *s, unsigned queue, uint64_t no, zmq_msg_t *body)
{
	uint64_t key = key_of(queue, no);
	MDB_val k = {sizeof(key), &key}, v;
	MDB_txn *txn;

	MUST(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn));
	MUST(mdb_get(txn, s->db, &k, &v));
	zmq_msg_init_size(body, v.mv_size);
	memcpy(zmq_msg_data(body), v.mv_data, v.mv_size);
	mdb_txn_abort(txn);
}

static void
hand_out(struct server *s, unsigned queue)
{
	struct line *line = &s->lines[queue];
	struct stack_head head = {STACK_LEND, (uint16_t)queue, 0};
	zmq_msg_t body;

	while (line->credit > 0 && line->lent < line->stored) {
		head.no = line->lent++;
		if (line->kept[head.no % KEPT].here) {
			zmq_msg_init(&body);
			zmq_msg_move(&body, &line->kept[head.no % KEPT].body);
			zmq_msg_close(&line->kept[head.no % KEPT].body);
			line->kept[head.no % KEPT].here = false;
		} else {
			read_back(s, queue, head.no, &body);
		}
		zmq_send(s->socket, line->receiver.bytes, line->receiver.count,
		    ZMQ_SNDMORE);
		zmq_send(s->socket, &head, sizeof(head), ZMQ_SNDMORE);
		if (zmq_msg_send(&body, s->socket, 0) == -1)
			zmq_msg_close(&body);
		line->credit--;
	}
}

static void
turn(struct server *s)
{
	s->answer_count = 0;
	for (unsigned i = 0; i < STACK_BATCH && take(s); i++)
		;
	if (s->txn != NULL)
		MUST(mdb_txn_commit(s->txn)); /* on disk: now say so */
	s->txn = NULL;
	for (size_t i = 0; i < s->answer_count; i++) {
		zmq_send(s->socket, s->answers[i].to.bytes,
		    s->answers[i].to.count, ZMQ_SNDMORE);
		zmq_send(s->socket, &s->answers[i].head,
		    sizeof(struct stack_head), 0);
	}
	for (unsigned i = 0; i < QUEUES; i++)
		hand_out(s, i);
}

static void
store_open(struct server *s, const char *folder)
{
	char path[320];
	MDB_txn *txn;

	snprintf(path, sizeof(path), "%s/stack.mdb", folder);
	MUST(mdb_env_create(&s->env));
	MUST(mdb_env_set_mapsize(s->env, (size_t)16 << 30));
	MUST(mdb_env_open(s->env, path, MDB_NOSUBDIR | MDB_NORDAHEAD, 0600));
	MUST(mdb_txn_begin(s->env, NULL, 0, &txn));
	MUST(mdb_dbi_open(txn, NULL, MDB_INTEGERKEY, &s->db));
	MUST(mdb_txn_commit(txn));
}

void
stack_serve(const char *folder, int out)
{
	struct server *s = mem_new(sizeof(*s));
	char public_key[41], secret_key[41], endpoint[64];
	size_t bytes = sizeof(endpoint);
	void *zmq = zmq_ctx_new();
	int zero = 0, one = 1;
	zmq_pollitem_t item;

	signal(SIGTERM, SIG_DFL);
	store_open(s, folder);
	s->socket = zmq_socket(zmq, ZMQ_ROUTER);
	zmq_setsockopt(s->socket, ZMQ_SNDHWM, &zero, sizeof(zero));
	zmq_setsockopt(s->socket, ZMQ_ROUTER_MANDATORY, &one, sizeof(one));
	zmq_curve_keypair(public_key, secret_key);
	zmq_setsockopt(s->socket, ZMQ_CURVE_SERVER, &one, sizeof(one));
	zmq_setsockopt(s->socket, ZMQ_CURVE_SECRETKEY, secret_key, 41);
	if (zmq_bind(s->socket, "tcp://127.0.0.1:*") != 0)
		panic("stack: no port");
	zmq_getsockopt(s->socket, ZMQ_LAST_ENDPOINT, endpoint, &bytes);
	dprintf(out, "%s %s\n", endpoint, public_key);
	close(out);
	item = (zmq_pollitem_t){s->socket, 0, ZMQ_POLLIN, 0};
	for (;;)
		if (zmq_poll(&item, 1, -1) > 0)
			turn(s);
}

/* NAME
 *	relay_test - a whole broker and its agents, over real sockets
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "room.h"

static const char *backend = "mem";

static struct room *
opened(const char *extra)
{
	return room_open(backend, extra);
}

/* submit -> accepted -> deliver -> settle -> settled, receipt */
static void
relays(void **state)
{
	struct room *r = opened("");
	struct peer *a = peer_new(r, &r->a), *b = peer_new(r, &r->b);
	struct id id;

	(void)state;
	peer_join(b, 1, 4);
	peer_join(a, 2, 0);
	id = peer_submit(a, 1, ROOM_A, ROOM_B, "20261101000000", 20000);
	peer_expect(a, WIRE_ACCEPTED);
	assert_int_equal(a->msg.accepted.count, 1);
	assert_false(a->msg.accepted.items[0].duplicate);
	assert_int_equal(a->msg.accepted.items[0].ways, 1u << WAY_BUS);
	peer_expect(b, WIRE_DELIVER);
	assert_int_equal(id_compare(&b->msg.deliver.parcel.id, &id), 0);
	assert_int_equal(b->frame_count, 1);
	assert_int_equal(zmq_msg_size(&b->frames[0]), 20000);
	assert_int_equal(*(char *)zmq_msg_data(&b->frames[0]), 1);
	peer_settle(b, &id, 0, WIRE_OUTCOME_DELIVERED, "");
	peer_expect(b, WIRE_SETTLED);
	peer_expect(a, WIRE_RECEIPT);
	assert_int_equal(a->msg.receipt.state, LEG_DELIVERED);
	peer_settle(b, &id, 0, WIRE_OUTCOME_PICKED_UP, "");
	peer_expect(b, WIRE_SETTLED);
	peer_expect(a, WIRE_RECEIPT);
	assert_int_equal(a->msg.receipt.state, LEG_PICKED_UP);
	/* once more: the same answer, no second parcel */
	peer_submit(a, 1, ROOM_A, ROOM_B, "20261101000000", 20000);
	peer_expect(a, WIRE_ACCEPTED);
	assert_true(a->msg.accepted.items[0].duplicate);
	assert_int_equal(room_counter(r, "delivered"), 1);
	peer_free(&a);
	peer_free(&b);
	room_close(&r);
}

int
main(void)
{
	const struct CMUnitTest mem[] = {
	    cmocka_unit_test(relays),
	};
	int failed = cmocka_run_group_tests_name("relay-mem", mem, NULL, NULL);

	backend = "lmdb";
	return failed +
	       cmocka_run_group_tests_name("relay-lmdb", mem, NULL, NULL);
}

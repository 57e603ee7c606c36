/* NAME
 *	test_leg_desk - what an agent is asked to do when its legs come and go
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "digest.h"
#include "leg_desk.h"

#include "peer.h"

#define LIMIT_MS 20000
#define BYTES    5 /* of the document */

enum fate { NONE, OPEN, OVER, FAILED };

/* One agent with room for one thing; what it was asked, a letter each. */
struct room {
	zloop_t *loop;
	struct peer peer;
	struct leg_desk *desk;
	enum fate thing; /* NONE: there is none */
	bool ended;      /* an end that is out of the way */
	enum why_class refuses;
	bool lent;
	struct buf asked;
	bool done;
	/* what the peer heard */
	struct wire_settle_item settle;
	char code[32];
	unsigned settles, parcels;
	uint64_t bytes;
};

/* ---- the agent ---- */

static void
note(void *arg, char letter)
{
	buf_char(&((struct room *)arg)->asked, letter);
}

static void *
find(void *arg, const struct id *id, unsigned leg)
{
	struct room *r = arg;

	assert_false(id_is_zero(id));
	assert_int_equal(leg, 1);
	return r->thing != NONE ? r : NULL;
}

static void *
next(void *arg, void *thing)
{
	struct room *r = arg;

	return thing == NULL && r->thing != NONE ? r : NULL;
}

static const char *
state_of(const void *thing)
{
	return ((const struct room *)thing)->thing == OPEN ? "open" : "over";
}

static bool
is_over(const void *thing)
{
	return ((const struct room *)thing)->thing >= OVER;
}

static bool
has_failed(const void *thing)
{
	return ((const struct room *)thing)->thing == FAILED;
}

static int
take(void *arg, const struct link_delivery *delivery, void **thing,
    struct why *why)
{
	struct room *r = arg;

	note(r, 'T');
	assert_int_equal(delivery->bodies[0].bytes, BYTES);
	if (r->refuses != 0) {
		why_set(why, r->refuses, "no-paper", "There is none.");
		return TSK_LATER;
	}
	r->thing = OPEN;
	*thing = r;
	return 0;
}

static void
lend(void *arg, void *thing, uint64_t credit)
{
	struct room *r = thing;

	note(arg, 'L');
	assert_int_equal(credit, BYTES);
	r->lent = true;
}

static void
unlend(void *arg, void *thing)
{
	struct room *r = thing;

	note(arg, 'u');
	r->lent = false;
	r->done = true;
}

static void
taken(void *arg, void *thing)
{
	(void)thing;
	note(arg, 't');
}

static void
again(void *arg, void *thing, const struct wire_deliver *deliver)
{
	(void)thing, (void)deliver;
	note(arg, 'A');
}

static bool
ended(void *arg, const struct wire_deliver *deliver, uint64_t credit)
{
	struct room *r = arg;
	struct wire_settle_item item = {.id = deliver->parcel.id,
	    .leg = deliver->leg,
	    .outcome = WIRE_OUTCOME_DELIVERED,
	    .code = "",
	    .detail = "",
	    .at_ms = 7};

	note(r, 'E');
	if (r->ended)
		leg_desk_settle(r->desk, &item, credit);
	return r->ended;
}

static void
recall(void *arg, void *thing, const char *code)
{
	(void)thing;
	assert_true(code[0] != '\0');
	note(arg, 'R');
}

static void
told(void *arg, void *thing)
{
	(void)thing;
	note(arg, 's');
}

static void
greet(void *arg, void *thing)
{
	(void)thing;
	note(arg, 'g');
}

static void
opened(void *arg, struct link *link)
{
	assert_true(link_open(link));
	note(arg, 'o');
}

static void
wake(void *arg)
{
	struct room *r = arg;

	note(r, '.');
	r->done = true;
}

static const struct leg_desk_ops ops = {
    .find = find,
    .next = next,
    .state = state_of,
    .over = is_over,
    .failed = has_failed,
    .take = take,
    .lend = lend,
    .unlend = unlend,
    .taken = taken,
    .again = again,
    .ended = ended,
    .recall = recall,
    .told = told,
    .greet = greet,
    .opened = opened,
    .wake = wake,
};

/* ---- the peer ---- */

static void
hear(struct peer *peer, const struct wire_msg *msg, zmq_msg_t *frames,
    size_t count, void *arg)
{
	struct room *r = arg;

	(void)peer, (void)frames, (void)count;
	if (msg->type != WIRE_SETTLE)
		return;
	if (msg->settle.count > 0) {
		r->settle = msg->settle.items[0];
		snprintf(r->code, sizeof(r->code), "%s", r->settle.code);
		r->settles++;
	}
	r->parcels += msg->settle.credit.parcels;
	r->bytes += msg->settle.credit.bytes;
	r->done = true;
}

static void
run(struct room *r)
{
	r->done = false;
	assert_true(peer_run(r->loop, &r->done, LIMIT_MS));
}

static struct room *
room_new(enum fate thing)
{
	struct room *r = mem_new(sizeof(*r));
	struct link_settings s = {0};
	struct leg_desk_settings settings = {
	    .link = &s, .queue = "hub/test", .role = "hub:test"};
	struct curve_key own;
	struct why why = {0};

	curve_new(&own);
	r->loop = zloop_new();
	r->thing = thing;
	buf_init(&r->asked, 1000);
	peer_open(&r->peer, r->loop, hear, r);
	s.endpoint = r->peer.endpoint;
	s.broker_key = r->peer.key.public_key;
	s.public_key = own.public_key;
	s.secret_key = own.secret_key;
	s.software = "test/1";
	/* before there is a desk nothing is settled, and nothing breaks */
	leg_desk_settle(NULL, &r->settle, 0);
	assert_int_equal(
	    leg_desk_open(r->loop, &settings, &ops, r, &r->desk, &why), 0);
	while (r->asked.len == 0 || r->asked.data[r->asked.len - 1] != '.')
		run(r);
	assert_string_equal(r->asked.data, thing == NONE ? "o." : "go.");
	buf_clear(&r->asked);
	return r;
}

static void
room_free(struct room *r)
{
	leg_desk_close(&r->desk);
	if (r->peer.socket != NULL)
		peer_close(&r->peer);
	zloop_destroy(&r->loop);
	buf_fini(&r->asked);
	free(r);
}

static void
say_deliver(struct room *r, bool recalled)
{
	static const struct link_body body = {"12345", BYTES};
	struct wire_document document = {.name = "a",
	    .kind = "",
	    .bytes = BYTES,
	    .encoding = WIRE_ENCODING_NONE,
	    .encoded_bytes = BYTES};
	struct wire_paper paper = {.reason = "",
	    .fax_number = "",
	    .test_code = "",
	    .from_name = "",
	    .to_name = "",
	    .recalled = recalled};
	struct wire_msg out = {.type = WIRE_DELIVER};
	struct wire_parcel *p = &out.deliver.parcel;

	digest_sha256(body.data, body.bytes, document.sha256);
	p->id = id_new(clock_wall_ms());
	memcpy(p->from, "1370100018", 11);
	memcpy(p->to, "1370100026", 11);
	p->document_count = 1;
	p->documents = &document;
	out.deliver.leg = 1;
	out.deliver.attempt = 1;
	out.deliver.queue = "hub/test";
	out.deliver.paper = recalled ? &paper : NULL;
	peer_say(&r->peer, &out, &body, 1);
}

/* ---- a leg comes ---- */

static const struct {
	const char *label;
	enum fate thing;
	bool ended, recalled;
	enum why_class refuses;
	const char *asked;
	enum wire_outcome outcome; /* 0: nothing is settled here */
	const char *code;
} cases[] = {
    {"new", NONE, false, false, 0, "ETLt.", 0, ""},
    {"refused for now", NONE, false, false, WHY_LATER, "ET.",
	WIRE_OUTCOME_LATER, "no-paper"},
    {"refused for good", NONE, false, false, WHY_NEVER, "ET.",
	WIRE_OUTCOME_NEVER, "no-paper"},
    {"taken back before it came", NONE, false, true, 0, "E.",
	WIRE_OUTCOME_NEVER, "recalled"},
    {"ended long ago", NONE, true, false, 0, "E.", WIRE_OUTCOME_DELIVERED, ""},
    {"open, again", OPEN, false, false, 0, "LA.", 0, ""},
    {"open, wanted back", OPEN, false, true, 0, "LR.", 0, ""},
    {"over, again", OVER, false, false, 0, "LA.", 0, ""},
    {"over, wanted back", OVER, false, true, 0, "LR.", 0, ""},
    {"failed, and somebody wants it", FAILED, false, false, 0, "TLt.", 0, ""},
    {"failed, wanted back", FAILED, false, true, 0, "LR.", 0, ""},
};

static void
a_leg_comes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct room *r = room_new(cases[i].thing);

		print_message("%s\n", cases[i].label);
		r->ended = cases[i].ended;
		r->refuses = cases[i].refuses;
		say_deliver(r, cases[i].recalled);
		run(r);
		while (cases[i].outcome != 0 && r->settles == 0)
			run(r);
		assert_string_equal(r->asked.data, cases[i].asked);
		assert_int_equal(r->settles, cases[i].outcome != 0);
		if (cases[i].outcome != 0) {
			assert_int_equal(r->settle.outcome, cases[i].outcome);
			assert_string_equal(r->code, cases[i].code);
			assert_int_equal(r->parcels, 1);
			assert_int_equal(r->bytes, BYTES);
		} else {
			assert_true(r->lent);
		}
		room_free(r);
	}
}

/* ---- the rest of its life ---- */

static void
lost_and_lent_again(void **state)
{
	struct room *r = room_new(OPEN);

	(void)state;
	say_deliver(r, false);
	run(r);
	assert_true(r->lent);
	buf_clear(&r->asked);
	peer_close(&r->peer);
	run(r); /* its port is free once we have noticed */
	assert_string_equal(r->asked.data, "u");
	assert_false(r->lent);
	peer_reopen(&r->peer);
	run(r);
	assert_string_equal(r->asked.data, "ugo.");
	room_free(r);
}

static void
settled_and_recalled(void **state)
{
	struct room *r = room_new(OPEN);
	struct wire_settled_item item = {.id = {{1}}, .leg = 1};
	struct wire_msg out = {.type = WIRE_SETTLED};

	(void)state;
	out.settled.items = &item;
	out.settled.count = 1;
	peer_say(&r->peer, &out, NULL, 0);
	run(r);
	assert_string_equal(r->asked.data, "s.");
	buf_clear(&r->asked);
	out = (struct wire_msg){.type = WIRE_RECALL};
	out.recall.id = item.id;
	out.recall.leg = 1;
	out.recall.code = "sender";
	peer_say(&r->peer, &out, NULL, 0);
	run(r);
	assert_string_equal(r->asked.data, "R.");
	buf_clear(&r->asked);
	r->thing = NONE; /* nobody's: it is heard, and that is all */
	peer_say(&r->peer, &out, NULL, 0);
	run(r);
	assert_string_equal(r->asked.data, ".");
	room_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_leg_comes),
	    cmocka_unit_test(lost_and_lent_again),
	    cmocka_unit_test(settled_and_recalled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

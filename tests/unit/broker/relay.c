/* NAME
 *	relay - what the tests of a whole broker say again and again
 * SUMMARY
 *	see relay.h
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

#include "relay.h"

static const char *relay_on;

const char *
relay_backend(void)
{
	return relay_on;
}

int
relay_cases(const char *name, relay_group_fn *group)
{
	static const char *const backends[] = {"mem", "lmdb"};
	char text[64];
	int failed = 0;

	for (size_t i = 0; i < 2; i++) {
		relay_on = backends[i];
		snprintf(text, sizeof(text), "%s-%s", name, relay_on);
		failed += group(text);
	}
	return failed;
}

struct room *
opened(const char *extra)
{
	return room_open(relay_on, extra);
}

void
expect_refused(struct peer *p, enum refusal refusal)
{
	int64_t until = clock_mono_ms() + ROOM_WAIT_MS;

	while (peer_hear(p, ROOM_WAIT_MS) && clock_mono_ms() < until) {
		if (p->msg.type != WIRE_REFUSED)
			continue;
		assert_string_equal(refusal_row(p->msg.refused.refusal)->name,
		    refusal_row(refusal)->name);
		return;
	}
	fail_msg("no refused %s came", refusal_row(refusal)->name);
}

void
expect_bye(struct peer *p, enum refusal refusal)
{
	int64_t until = clock_mono_ms() + ROOM_WAIT_MS;

	while (peer_hear(p, ROOM_WAIT_MS) && clock_mono_ms() < until) {
		if (p->msg.type != WIRE_BYE)
			continue;
		assert_int_equal(p->msg.bye.refusal, refusal);
		return;
	}
	fail_msg("no bye %s came", refusal_row(refusal)->name);
}

void
expect_deliver(struct peer *p, unsigned n)
{
	struct id id = room_id(n);

	peer_expect(p, WIRE_DELIVER);
	assert_memory_equal(p->msg.deliver.parcel.id.bytes, id.bytes, ID_BYTES);
}

void
settle(struct peer *p, unsigned n, enum wire_outcome outcome, const char *code)
{
	struct id id = room_id(n);

	peer_settle(p, &id, 0, outcome, code);
	peer_expect(p, WIRE_SETTLED);
}

json_t *
parcel_of(struct room *r, unsigned n)
{
	char text[ID_TEXT_BYTES];
	struct id id = room_id(n);

	return room_ask(r, json_pack("{s:s,s:s}", "command", "parcel", "id",
			       id_text(&id, text)));
}

void
expect_state(struct room *r, unsigned n, const char *state)
{
	json_t *o = parcel_of(r, n);
	json_t *leg = json_array_get(
	    json_object_get(json_object_get(o, "parcel"), "legs"), 0);

	assert_string_equal(
	    json_string_value(json_object_get(leg, "state")), state);
	json_decref(o);
}

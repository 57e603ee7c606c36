/* NAME
 *	fallback_test - whether paper goes out when its time has come
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fallback.h"

enum who { LENT, GONE };

/* A parcel for data (leg 0) and sleeping paper (leg 1). */
struct history {
	struct store_step steps[8];
	struct store_parcel parcel;
};

static void
step(struct history *h, uint8_t leg, enum leg_state state, const char *code)
{
	struct store_step *s = &h->steps[h->parcel.step_count++];

	memset(s, 0, sizeof(*s));
	s->leg = leg;
	s->state = state;
	strcpy(s->code, code);
}

static void
begin(struct history *h, enum leg_way way)
{
	memset(h, 0, sizeof(*h));
	h->parcel.steps = h->steps;
	h->parcel.leg_count = 2;
	h->parcel.legs[0].way = way;
	h->parcel.legs[1].way = WAY_PDF;
	step(h, 0, LEG_READY, "");
	step(h, 1, LEG_WAITING, "fallback");
}

static void
what_the_agent_said(void **state)
{
	static const struct {
		enum leg_way way;
		const char *said;
		enum who who;
		bool listed;
		enum fallback want;
	} cases[] = {
	    /* never with an agent */
	    {WAY_NATIONAL, NULL, GONE, false, FALLBACK_GOES},
	    {WAY_NATIONAL, NULL, LENT, false, FALLBACK_GOES},
	    /* it certainly waits there */
	    {WAY_NATIONAL, "queued", LENT, false, FALLBACK_GOES},
	    {WAY_NATIONAL, "held", LENT, true, FALLBACK_GOES},
	    {WAY_NATIONAL, "laid-out", LENT, false, FALLBACK_GOES},
	    /* it had it, and nobody can be asked */
	    {WAY_NATIONAL, "queued", GONE, false, FALLBACK_MAYBE_TWICE},
	    {WAY_NATIONAL, "laid-out", GONE, false, FALLBACK_MAYBE_TWICE},
	    /* the line broke in the middle */
	    {WAY_NATIONAL, "handing-over", LENT, false, FALLBACK_MAYBE_TWICE},
	    {WAY_NATIONAL, "handing-over", GONE, true, FALLBACK_MAYBE_TWICE},
	    /* the other side said that it has it */
	    {WAY_NATIONAL, "handed-over", LENT, false, FALLBACK_WAITS},
	    {WAY_NATIONAL, "handed-over", GONE, false, FALLBACK_WAITS},
	    {WAY_NATIONAL, "handed-over", LENT, true, FALLBACK_MAYBE_TWICE},
	    /* no other side that takes before it delivers */
	    {WAY_BUS, "queued", GONE, false, FALLBACK_GOES},
	    {WAY_HUB, "handed-over", LENT, false, FALLBACK_GOES},
	};
	struct history h;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&h, cases[i].way);
		if (cases[i].said != NULL)
			step(&h, 0, LEG_WORKING, cases[i].said);
		if (fallback_of(&h.parcel, 0, cases[i].who == LENT,
			cases[i].listed) != cases[i].want)
			fail_msg("case %zu", i);
	}
}

/* A session that was lost changes nothing over there; a list that shows that
 * it is not there does, and so does a person who queues it again. */
static void
the_last_word_counts(void **state)
{
	struct history h;

	(void)state;
	begin(&h, WAY_NATIONAL);
	step(&h, 0, LEG_WORKING, "handed-over");
	step(&h, 0, LEG_WAITING, "session-lost");
	assert_int_equal(
	    fallback_of(&h.parcel, 0, false, false), FALLBACK_WAITS);
	step(&h, 0, LEG_WORKING, "mandate-revoked");
	strcpy(h.steps[h.parcel.step_count - 1].agent, "broker");
	step(&h, 0, LEG_WAITING, "agent-away");
	assert_int_equal(
	    fallback_of(&h.parcel, 0, false, false), FALLBACK_WAITS);
	begin(&h, WAY_NATIONAL);
	step(&h, 0, LEG_WORKING, "handing-over");
	step(&h, 0, LEG_WORKING, "queued");
	assert_int_equal(fallback_of(&h.parcel, 0, true, false), FALLBACK_GOES);
	begin(&h, WAY_NATIONAL);
	step(&h, 0, LEG_WORKING, "handed-over");
	step(&h, 0, LEG_PARKED, "unknown");
	step(&h, 0, LEG_READY, "");
	assert_int_equal(
	    fallback_of(&h.parcel, 0, false, false), FALLBACK_GOES);
}

static void
said_once(void **state)
{
	struct history h;

	(void)state;
	begin(&h, WAY_NATIONAL);
	step(&h, 0, LEG_WORKING, "handed-over");
	assert_false(fallback_said(&h.parcel, 1));
	step(&h, 1, LEG_WAITING, "handed-over");
	step(&h, 0, LEG_WAITING, "session-lost");
	assert_true(fallback_said(&h.parcel, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_agent_said),
	    cmocka_unit_test(the_last_word_counts),
	    cmocka_unit_test(said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

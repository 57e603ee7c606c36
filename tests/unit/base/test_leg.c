/* NAME
 *	test_leg - words of states and ways
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "leg.h"

struct state_case {
	int state;
	const char *name;
	bool open;
};

static const struct state_case state_cases[] = {
    {LEG_READY, "ready", true},
    {LEG_WAITING, "waiting", true},
    {LEG_DELIVERED, "delivered", false},
    {LEG_PICKED_UP, "picked-up", false},
    {LEG_ANSWERED, "answered", false},
    {LEG_PARKED, "parked", true},
    {LEG_SUPERSEDED, "superseded", false},
    {LEG_RECALLED, "recalled", false},
    {LEG_CLOSED, "closed", false},
    {LEG_WORKING, "working", true},
    {0, "?", false},
    {LEG_WORKING + 1, "?", false},
    {-1, "?", false},
};

static void
states(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(state_cases) / sizeof(state_cases[0]);
	     i++) {
		const struct state_case *c = &state_cases[i];
		enum leg_state s = (enum leg_state)c->state;
		assert_string_equal(leg_state_name(s), c->name);
		assert_int_equal(leg_state_open(s), c->open);
		assert_int_equal(
		    strcmp(leg_state_ja(s), "?") == 0, c->name[0] == '?');
	}
}

struct way_case {
	const char *text;
	int way;
};

static const struct way_case way_cases[] = {
    {"bus", WAY_BUS},
    {"national", WAY_NATIONAL},
    {"hub", WAY_HUB},
    {"hub:abc", WAY_HUB},
    {"fax", WAY_FAX},
    {"pdf", WAY_PDF},
    {"hub:", -1},
    {"hubs", -1},
    {"", -1},
    {"?", -1},
    {"Bus", -1},
};

static void
ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(way_cases) / sizeof(way_cases[0]); i++)
		assert_int_equal(
		    leg_way_parse(way_cases[i].text), way_cases[i].way);
	for (int way = WAY_BUS; way <= WAY_PDF; way++) {
		const char *name = leg_way_name((enum leg_way)way);
		assert_int_equal(leg_way_parse(name), way);
		assert_string_not_equal(leg_way_ja((enum leg_way)way), "?");
	}
	assert_string_equal(leg_way_name((enum leg_way)99), "?");
}

static const struct {
	const char *text;
	int rc;
	unsigned leg;
} keys[] = {
    {"010203ab000000000000000000000000-0", 0, 0},
    {"0192aabbccdd70008000000000000001-255", 0, 255},
    {"0192aabbccdd70008000000000000001-256", TSK_INVALID, 0},
    {"0192aabbccdd70008000000000000001-01", TSK_INVALID, 0},
    {"0192aabbccdd70008000000000000001-+1", TSK_INVALID, 0},
    {"0192aabbccdd70008000000000000001--1", TSK_INVALID, 0},
    {"0192aabbccdd70008000000000000001-1 ", TSK_INVALID, 0},
    {"0192aabbccdd70008000000000000001_1", TSK_INVALID, 0},
    {"0192aabbccdd70008000000000000001-", TSK_INVALID, 0},
    {"0192aabbccdd70008000000000000001", TSK_INVALID, 0},
    {"0192aabbccdd7000800000000000001-0", TSK_INVALID, 0},
    {"0192AABBCCDD70008000000000000001-0", TSK_INVALID, 0},
    {"../../../../../etc/passwd-0", TSK_INVALID, 0},
    {"-0", TSK_INVALID, 0},
    {"", TSK_INVALID, 0},
};

static void
a_leg_has_one_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char again[LEG_KEY_BYTES];
		struct id id;
		unsigned leg = 7;

		print_message("%s\n", keys[i].text);
		assert_int_equal(
		    leg_key_parse(keys[i].text, &id, &leg), keys[i].rc);
		if (keys[i].rc != 0)
			continue;
		assert_int_equal(leg, keys[i].leg);
		assert_string_equal(leg_key(&id, leg, again), keys[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(states),
	    cmocka_unit_test(ways),
	    cmocka_unit_test(a_leg_has_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

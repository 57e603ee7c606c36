/* NAME
 *	test_dialog - the session's table (test_protocol_doc compares it with
 *	the page)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dialog.h"

#define A DIALOG_AGENT
#define B DIALOG_BROKER

static const struct {
	const char *name;
	enum dialog_end speaker;
	enum dialog_state from;
	enum wire_type type;
	enum dialog_verdict want;
	enum dialog_state to;
} cases[] = {
    {"hello opens", A, DIALOG_NEW, WIRE_HELLO, DIALOG_TAKE, DIALOG_HELLO},
    {"welcome answers", B, DIALOG_HELLO, WIRE_WELCOME, DIALOG_TAKE,
	DIALOG_OPEN},
    {"bye instead of welcome", B, DIALOG_HELLO, WIRE_BYE, DIALOG_TAKE,
	DIALOG_CLOSED},
    {"submit too early", A, DIALOG_HELLO, WIRE_SUBMIT, DIALOG_REFUSE,
	DIALOG_HELLO},
    {"ping of a stranger", A, DIALOG_NEW, WIRE_PING, DIALOG_REFUSE, DIALOG_NEW},
    {"submit of a stranger", A, DIALOG_NEW, WIRE_SUBMIT, DIALOG_REFUSE,
	DIALOG_NEW},
    {"second hello", A, DIALOG_OPEN, WIRE_HELLO, DIALOG_REFUSE, DIALOG_OPEN},
    {"submit", A, DIALOG_OPEN, WIRE_SUBMIT, DIALOG_TAKE, DIALOG_OPEN},
    {"an agent does not welcome", A, DIALOG_OPEN, WIRE_WELCOME, DIALOG_REFUSE,
	DIALOG_OPEN},
    {"a broker does not submit", B, DIALOG_OPEN, WIRE_SUBMIT, DIALOG_REFUSE,
	DIALOG_OPEN},
    {"accepted of an older session", B, DIALOG_HELLO, WIRE_ACCEPTED,
	DIALOG_IGNORE, DIALOG_HELLO},
    {"after bye", A, DIALOG_CLOSED, WIRE_HELLO, DIALOG_IGNORE, DIALOG_CLOSED},
    {"of a later version", A, DIALOG_NEW, WIRE_UNKNOWN, DIALOG_IGNORE,
	DIALOG_NEW},
    {"out of range", A, DIALOG_OPEN, (enum wire_type)99, DIALOG_IGNORE,
	DIALOG_OPEN},
    {"probe", B, DIALOG_OPEN, WIRE_PING, DIALOG_TAKE, DIALOG_OPEN},
    {"agent's bye", A, DIALOG_OPEN, WIRE_BYE, DIALOG_TAKE, DIALOG_CLOSED},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum dialog_state now = cases[i].from;

		if (dialog_step(cases[i].speaker, &now, cases[i].type) !=
			cases[i].want ||
		    now != cases[i].to)
			fail_msg("%s", cases[i].name);
	}
}

/* Whatever is said: closed stays closed, unknown never harms, and only hello
 * leads out of new but bye. */
static void
test_rules(void **state)
{
	(void)state;
	for (int end = A; end <= B; end++)
		for (int type = 0; type < WIRE_TYPES; type++)
			for (int from = 0; from < DIALOG_STATES; from++) {
				enum dialog_state now = (enum dialog_state)from;
				enum dialog_verdict verdict =
				    dialog_step((enum dialog_end)end, &now,
					(enum wire_type)type);

				if (from == DIALOG_CLOSED ||
				    type == WIRE_UNKNOWN)
					assert_int_equal(
					    verdict, DIALOG_IGNORE);
				if (verdict != DIALOG_TAKE)
					assert_int_equal((int)now, from);
				if (from == DIALOG_NEW && now != DIALOG_NEW)
					assert_true(type == WIRE_HELLO ||
						    type == WIRE_BYE);
			}
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(dialog_state_name(DIALOG_OPEN), "open");
	assert_string_equal(dialog_state_name(DIALOG_STATES), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_rules),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

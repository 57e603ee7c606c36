/* NAME
 *	test_number - check digits and forms
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "number.h"

struct digit_case {
	const char *body;
	char digit;
};

static const struct digit_case digit_cases[] = {
    {"030000010", '6'},
    {"030000000", '7'},
    {"13101", '1'},
    {"14100", '2'},
    {"27100", '7'},
    {"43507", '3'},
    {"3312001", '5'},
    {"11A223265", '5'},
    {"", '0'},
    {"1I", 0},
    {"1O", 0},
    {"1Q", 0},
    {"1a", 0},
    {"1-", 0},
};

/* T32 */
static void
check_digits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(digit_cases) / sizeof(digit_cases[0]);
	     i++) {
		const struct digit_case *c = &digit_cases[i];
		assert_int_equal(
		    number_check_digit(c->body, strlen(c->body)), c->digit);
	}
}

struct number_case {
	const char *number;
	bool form, check;
};

static const struct number_case office_cases[] = {
    {"1370100016", true, true},
    {"1370100024", true, true},
    {"1370100025", true, false},
    {"0300000100", true, false}, /* the standard's own sample */
    {"0300000106", true, true},
    {"11A2232655", true, true},
    {"11a2232655", false, false},
    {"1A70100016", false, false}, /* a letter only in the third place */
    {"13I0100016", false, false},
    {"137010001", false, false},
    {"13701000166", false, false},
    {"137010001 ", false, false},
    {"", false, false},
};

static void
office_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(office_cases) / sizeof(office_cases[0]);
	     i++) {
		const struct number_case *c = &office_cases[i];
		assert_int_equal(
		    number_office_form(c->number, strlen(c->number)), c->form);
		assert_int_equal(number_office_check(c->number), c->check);
	}
}

static void
insurer_numbers(void **state)
{
	(void)state;
	assert_true(number_insurer_check("131011"));
	assert_true(number_insurer_check("141002"));
	assert_true(number_insurer_check("271007"));
	assert_false(number_insurer_check("131012"));
	assert_false(number_insurer_check("13101"));
	assert_false(number_insurer_check("1310111"));
	assert_false(number_insurer_check("13A011"));
}

static void
service_types(void **state)
{
	(void)state;
	assert_true(number_type_form("43"));
	assert_true(number_type_form("A1"));
	assert_false(number_type_form("a1"));
	assert_false(number_type_form("4"));
	assert_false(number_type_form("431"));
	assert_false(number_type_form(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_digits),
	    cmocka_unit_test(office_numbers),
	    cmocka_unit_test(insurer_numbers),
	    cmocka_unit_test(service_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

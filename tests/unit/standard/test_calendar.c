/* NAME
 *	test_calendar - days that exist and days that do not
 */
#include "calendar.h"
#include "fixture.h"

enum what { DATE, MONTH, TIME, STAMP };

static const struct {
	const char *text;
	enum what what;
	bool right;
} cases[] = {
    {"20250228", DATE, true},
    {"20250229", DATE, false},
    {"20240229", DATE, true},
    {"20000229", DATE, true},
    {"19000229", DATE, false},
    {"21000229", DATE, false},
    {"20250430", DATE, true},
    {"20250431", DATE, false},
    {"20250132", DATE, false},
    {"20250100", DATE, false},
    {"20250001", DATE, false},
    {"20251301", DATE, false},
    {"00000101", DATE, false},
    {"00010101", DATE, true},
    {"99991231", DATE, true},
    {"2025022", DATE, false},
    {"202502280", DATE, false},
    {"2025O228", DATE, false},
    {"", DATE, false},
    {"202501", MONTH, true},
    {"202512", MONTH, true},
    {"202513", MONTH, false},
    {"202500", MONTH, false},
    {"000001", MONTH, false},
    {"20251", MONTH, false},
    {"20251x", MONTH, false},
    {"0000", TIME, true},
    {"2359", TIME, true},
    {"2400", TIME, false},
    {"2360", TIME, false},
    {"9999", TIME, false},
    {"900", TIME, false},
    {"09:0", TIME, false},
    {"20250228235959", STAMP, true},
    {"20250228000000", STAMP, true},
    {"20250229000000", STAMP, false},
    {"20250228240000", STAMP, false},
    {"20250228236000", STAMP, false},
    {"20250228235960", STAMP, false},
    {"2025022823595", STAMP, false},
    {"202502282359590", STAMP, false},
};

static void
every_case(void **state)
{
	static bool (*const is[])(const char *) = {
	    calendar_date, calendar_month, calendar_time, calendar_stamp};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (is[cases[i].what](cases[i].text) != cases[i].right)
			fail_msg("case %zu: %s", i, cases[i].text);
	}
}

static void
days_of_months(void **state)
{
	(void)state;
	assert_int_equal(calendar_days(2025, 2), 28);
	assert_int_equal(calendar_days(2024, 2), 29);
	assert_int_equal(calendar_days(2025, 12), 31);
	assert_int_equal(calendar_days(2025, 0), 0);
	assert_int_equal(calendar_days(2025, 13), 0);
	assert_int_equal(calendar_digits("0042", 4), 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_case),
	    cmocka_unit_test(days_of_months),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

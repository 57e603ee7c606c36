/* NAME
 *	test_wareki - eras and their change days
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "wareki.h"

static void
dates(void **state)
{
	static const struct {
		const char *date, *wanted;
	} cases[] = {
	    {"20260625", "令和8年6月25日"},
	    {"20190501", "令和元年5月1日"},
	    {"20190430", "平成31年4月30日"},
	    {"20191231", "令和元年12月31日"},
	    {"20200101", "令和2年1月1日"},
	    {"19890108", "平成元年1月8日"},
	    {"19890107", "昭和64年1月7日"},
	    {"19261225", "昭和元年12月25日"},
	    {"19261224", "大正15年12月24日"},
	    {"19120730", "大正元年7月30日"},
	    {"19120729", "明治45年7月29日"},
	    {"18680125", "明治元年1月25日"},
	    {"18680124", "18680124"},
	    {"20240229", "令和6年2月29日"},
	    {"20230229", "20230229"},
	    {"20261301", "20261301"},
	    {"20260600", "20260600"},
	    {"2026062", "2026062"},
	    {"2026-6-2", "2026-6-2"},
	    {"00000000", ""},
	    {"", ""},
	};
	char text[WAREKI_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		    wareki_date(cases[i].date, text), cases[i].wanted);
}

static void
months(void **state)
{
	static const struct {
		const char *month, *wanted;
	} cases[] = {
	    {"202612", "令和8年12月"},
	    {"201905", "令和元年5月"},
	    {"201904", "平成31年4月"},
	    {"198901", "昭和64年1月"}, /* its first day */
	    {"202613", "202613"},
	    {"000000", ""},
	};
	char text[WAREKI_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		    wareki_month(cases[i].month, text), cases[i].wanted);
}

static void
every_day_has_one_era(void **state)
{
	struct wareki before = {0}, date;
	char text[32];
	int changes = 0;

	(void)state;
	for (int day = 18680125; day < 20300101; day++) {
		snprintf(text, sizeof(text), "%d", day);
		if (!wareki_parse(text, &date))
			continue;
		assert_true(date.era >= before.era);
		changes += date.era != before.era;
		if (date.era != before.era)
			assert_int_equal(date.year, 1);
		else
			assert_true(date.year - before.year <= 1);
		before = date;
	}
	assert_int_equal(changes, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dates),
	    cmocka_unit_test(months),
	    cmocka_unit_test(every_day_has_one_era),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

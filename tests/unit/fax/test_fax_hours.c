/* NAME
 *	test_fax_hours - when a FAX may go out, to the minute
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "hours.h"

static const char *
holiday(void *arg, const char *day)
{
	(void)arg;
	return strcmp(day, "2026-11-23") == 0 ? "勤労感謝の日" : NULL;
}

/* "2026-11-20 17:59" in Japan; proleptic days from the civil date. */
static int64_t
moment(const char *text)
{
	int y, m, d, h, min, days = 0;

	assert_int_equal(
	    sscanf(text, "%d-%d-%d %d:%d", &y, &m, &d, &h, &min), 5);
	for (int year = 1970; year < y; year++)
		for (int month = 1; month <= 12; month++)
			days += clock_days_in_month(year, month);
	for (int month = 1; month < m; month++)
		days += clock_days_in_month(y, month);
	return ((days + d - 1) * 1440LL + h * 60 + min - 540) * 60000;
}

static const struct {
	const char *now, *next, *tomorrow;
} rows[] = {
    /* Friday; Monday the 23rd is a holiday */
    {"2026-11-20 08:29", "2026-11-20 08:30", "2026-11-24 08:30"},
    {"2026-11-20 08:30", "2026-11-20 08:30", "2026-11-24 08:30"},
    {"2026-11-20 17:59", "2026-11-20 17:59", "2026-11-24 08:30"},
    {"2026-11-20 18:00", "2026-11-24 08:30", "2026-11-24 08:30"},
    {"2026-11-20 23:59", "2026-11-24 08:30", "2026-11-24 08:30"},
    {"2026-11-21 12:00", "2026-11-24 08:30", "2026-11-24 08:30"},
    {"2026-11-23 12:00", "2026-11-24 08:30", "2026-11-24 08:30"},
    {"2026-11-24 00:00", "2026-11-24 08:30", "2026-11-25 08:30"},
    {"2027-12-31 18:01", "2028-01-03 08:30", "2028-01-03 08:30"},
};

static void
test_next(void **state)
{
	char *days[] = {"mon", "tue", "wed", "thu", "fri", NULL};
	struct hours hours;

	(void)state;
	assert_int_equal(hours_parse(days, "08:30", "18:00", &hours, NULL), 0);
	hours.holiday = holiday;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].now);
		int64_t now = moment(rows[i].now);
		assert_int_equal(hours_next(&hours, now), moment(rows[i].next));
		assert_int_equal(
		    hours_tomorrow(&hours, now), moment(rows[i].tomorrow));
	}
	hours.holidays = true;
	assert_int_equal(hours_next(&hours, moment("2026-11-23 12:00")),
	    moment("2026-11-23 12:00"));
}

static void
test_always_and_never(void **state)
{
	char *all[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};
	char *none[] = {NULL};
	struct hours hours;
	int64_t now = moment("2026-11-22 23:59");

	(void)state;
	assert_int_equal(hours_parse(all, "00:00", "24:00", &hours, NULL), 0);
	assert_int_equal(hours_next(&hours, now), now);
	assert_int_equal(hours_parse(none, "00:00", "24:00", &hours, NULL), 0);
	assert_int_equal(hours_next(&hours, now), -1);
	assert_int_equal(hours_tomorrow(&hours, now), -1);
}

static const struct {
	const char *day, *open, *close;
} wrong[] = {
    {"mon", "8:30", "18:00"},
    {"mon", "08:60", "18:00"},
    {"mon", "08:30", "24:01"},
    {"mon", "18:00", "08:30"},
    {"mon", "08:30", "08:30"},
    {"mon", "", "18:00"},
    {"Mon", "08:30", "18:00"},
    {"月", "08:30", "18:00"},
};

static void
test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char day[16];
		char *days[] = {day, NULL};
		struct hours hours;
		struct why why = {0};
		snprintf(day, sizeof(day), "%s", wrong[i].day);
		assert_int_equal(hours_parse(days, wrong[i].open,
				     wrong[i].close, &hours, &why),
		    TSK_INVALID);
		assert_string_equal(why.code, "settings");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_next),
	    cmocka_unit_test(test_always_and_never),
	    cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

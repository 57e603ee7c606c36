/* NAME
 *	test_clock - JST texts and calendar facts
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

struct text_case {
	int64_t ms;
	const char *text, *people, *month, *stamp;
};

static const struct text_case text_cases[] = {
    {1795305600123, "2026-11-22T09:00:00.123+09:00", "2026-11-22 09:00",
	"2026-11", "20261122090000"},
    {1795273199999, "2026-11-21T23:59:59.999+09:00", "2026-11-21 23:59",
	"2026-11", "20261121235959"},
    {1767193199999, "2025-12-31T23:59:59.999+09:00", "2025-12-31 23:59",
	"2025-12", "20251231235959"},
    {1767193200000, "2026-01-01T00:00:00.000+09:00", "2026-01-01 00:00",
	"2026-01", "20260101000000"},
    {1709132400000, "2024-02-29T00:00:00.000+09:00", "2024-02-29 00:00",
	"2024-02", "20240229000000"},
    {0, "1970-01-01T09:00:00.000+09:00", "", "1970-01", "19700101090000"},
    {-1, "1970-01-01T08:59:59.999+09:00", "1970-01-01 08:59", "1970-01",
	"19700101085959"},
    {-2208988800000, "1900-01-01T09:00:00.000+09:00", "1900-01-01 09:00",
	"1900-01", "19000101090000"},
};

static void
texts_are_jst(void **state)
{
	char out[CLOCK_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(text_cases) / sizeof(text_cases[0]);
	     i++) {
		const struct text_case *c = &text_cases[i];
		assert_string_equal(clock_text(c->ms, out), c->text);
		assert_string_equal(clock_people(c->ms, out), c->people);
		assert_string_equal(clock_month(c->ms, out), c->month);
		assert_string_equal(clock_stamp(c->ms, out), c->stamp);
	}
}

/* TZ must not matter; libc's own calendar is the witness, day by day. */
static void
agrees_with_libc(void **state)
{
	char ours[CLOCK_TEXT_BYTES], theirs[64];

	(void)state;
	for (int64_t day = -40000; day < 40000; day++) {
		time_t local = (time_t)(day * 86400 + 12 * 3600);
		struct tm tm;
		assert_non_null(gmtime_r(&local, &tm));
		assert_true(
		    strftime(theirs, sizeof(theirs), "%Y%m%d%H%M%S", &tm) > 0);
		clock_stamp((local - 9 * 3600) * 1000, ours);
		assert_string_equal(ours, theirs);
		assert_int_equal(
		    clock_weekday(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday),
		    tm.tm_wday);
		assert_in_range(tm.tm_mday, 1,
		    clock_days_in_month(tm.tm_year + 1900, tm.tm_mon + 1));
	}
}

static void
months(void **state)
{
	(void)state;
	assert_int_equal(clock_days_in_month(2024, 2), 29);
	assert_int_equal(clock_days_in_month(2026, 2), 28);
	assert_int_equal(clock_days_in_month(1900, 2), 28);
	assert_int_equal(clock_days_in_month(2000, 2), 29);
	assert_int_equal(clock_days_in_month(2026, 11), 30);
	assert_int_equal(clock_days_in_month(2026, 12), 31);
	assert_int_equal(clock_days_in_month(2026, 0), 0);
	assert_int_equal(clock_days_in_month(2026, 13), 0);
	assert_int_equal(clock_weekday(2026, 11, 22), 0);
	assert_int_equal(clock_weekday(2000, 2, 29), 2);
}

static void
time_goes_on(void **state)
{
	(void)state;
	int64_t ns = clock_mono_ns(), ms = clock_mono_ms();
	assert_true(ms >= ns / 1000000);
	assert_true(clock_mono_ns() >= ns);
	assert_true(clock_wall_ms() > 1700000000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_jst),
	    cmocka_unit_test(agrees_with_libc),
	    cmocka_unit_test(months),
	    cmocka_unit_test(time_goes_on),
	};

	(void)setenv("TZ", "America/New_York", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

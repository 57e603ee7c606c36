/* NAME
 *	test_expiry - when people hear that a certificate ends
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "expiry.h"
#include "shape.h"

static const struct {
	const char *now, *end, *name;
	int64_t days;
} rows[] = {
    {"2026-11-01T00:00:00+09:00", "2027-06-01T00:00:00+09:00", "ok", 212},
    {"2026-11-01T00:00:00+09:00", "2026-12-31T00:00:01+09:00", "ok", 60},
    {"2026-11-01T00:00:00+09:00", "2026-12-31T00:00:00+09:00", "60-days", 60},
    {"2026-11-01T00:00:00+09:00", "2026-12-11T00:00:00+09:00", "60-days", 40},
    /* over on the 10th of the next month: the claims will not go out */
    {"2026-11-01T00:00:00+09:00", "2026-12-10T23:59:59+09:00", "claim-days",
	39},
    {"2026-11-22T00:00:00+09:00", "2026-12-22T00:00:00+09:00", "30-days", 30},
    {"2026-11-22T00:00:00+09:00", "2026-12-05T00:00:00+09:00", "claim-days",
	13},
    {"2026-11-22T00:00:00+09:00", "2026-11-29T00:00:00+09:00", "7-days", 7},
    {"2026-11-22T00:00:00+09:00", "2026-11-22T00:00:01+09:00", "7-days", 0},
    {"2026-11-22T00:00:00+09:00", "2026-11-22T00:00:00+09:00", "expired", 0},
    {"2026-11-22T00:00:00+09:00", "2026-11-20T12:00:00+09:00", "expired", -2},
    /* the turn of the year, in JST */
    {"2026-12-31T14:59:59Z", "2027-01-11T00:00:00+09:00", "30-days", 10},
    {"2026-12-31T15:00:00Z", "2027-01-11T00:00:00+09:00", "claim-days", 10},
};

/* F38 */
static void
test_stages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("%s %s\n", rows[i].now, rows[i].end);
		struct expiry e =
		    expiry_of(shape_time(rows[i].end), shape_time(rows[i].now));
		assert_string_equal(expiry_name(&e), rows[i].name);
		assert_int_equal(e.days, rows[i].days);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_stages)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

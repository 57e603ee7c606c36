/* NAME
 *	test_tries - no login too many, whatever is killed
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "tries.h"

#include "temp.h"

#define OFFICE "0310000017"
#define NOW    1795500000000
#define MINUTE 60000

static const struct api_profile profile = {
    .tries = {.max = 2, .wait_ms = 30 * MINUTE, .locked_ms = 60 * MINUTE},
};

/* One row: a login at a minute, and what became of it. */
static const struct {
	const char *id;
	int minute;
	int may;    /* 0, TSK_LATER, TSK_DENIED */
	int became; /* enum tried; 0: killed before it was known */
	int locked_minutes;
} rows[] = {
    {"one", 0, 0, TRIED_REFUSED, 0},
    {"one", 29, TSK_LATER, 0, 0},
    {"one", 30, 0, TRIED_REFUSED, 0},
    {"one", 31, TSK_DENIED, 0, 0},
    {"one", 100000, TSK_DENIED, 0, 0}, /* until a person acts */
    {"two", 100001, 0, TRIED_OK, 0},   /* another container */
    {"two", 100001, 0, TRIED_OK, 0},
    {"two", 100002, 0, TRIED_NOTHING, 0},
    {"two", 100002, 0, TRIED_NOTHING, 0},
    {"two", 100002, 0, TRIED_UNKNOWN, 0}, /* counts */
    {"two", 100003, 0, 0, 0},             /* killed: counts, too */
    {"two", 100032, TSK_LATER, 0, 0},     /* two of which nobody knows */
    {"two", 100033, 0, 0, 0},             /* one each half hour */
    {"two", 100034, TSK_LATER, 0, 0},
    {"two", 100063, 0, TRIED_OK, 0}, /* all is well again */
    {"two", 100064, 0, TRIED_LOCKED, 90},
    {"two", 100153, TSK_LATER, 0, 0},
    {"two", 100154, 0, TRIED_LOCKED, 0},
    {"two", 100213, TSK_LATER, 0, 0},
    {"two", 100214, 0, 0, 0}, /* killed */
    {"two", 100215, 0, TRIED_REFUSED, 0},
    {"two", 100216, TSK_LATER, 0, 0},
    {"two", 100245, 0, TRIED_REFUSED, 0},
    {"two", 100300, TSK_DENIED, 0, 0},
};

static void
test_history(void **state)
{
	int dir = file_dir_open(AT_FDCWD, *state);
	struct tries t;
	struct outcome out;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t now = NOW + (int64_t)rows[i].minute * MINUTE;
		print_message("row %zu\n", i);
		assert_int_equal(tries_read(dir, OFFICE, rows[i].id, &t), 0);
		assert_int_equal(
		    tries_may(&profile, &t, now, &out), rows[i].may);
		if (rows[i].may != 0)
			continue;
		assert_int_equal(tries_begin(dir, OFFICE, &t, now), 0);
		if (rows[i].became == 0)
			continue;
		int64_t until = rows[i].locked_minutes == 0
				    ? 0
				    : now + rows[i].locked_minutes * MINUTE;
		assert_int_equal(tries_end(dir, OFFICE, &profile, &t,
				     (enum tried)rows[i].became, until, now),
		    0);
	}
	close(dir);
}

static void
test_damaged(void **state)
{
	int dir = file_dir_open(AT_FDCWD, *state);
	static const char *const texts[] = {"", "tries 1 one x 0 0 0\n",
	    "tries 1 one 1 0 0 0\nmore", "tries 2 one 0 0 0 0\n",
	    "tries 1 one -1 0 0 0\n", "tries 1 one 1 0\n"};
	struct tries t;
	struct outcome out;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		temp_put(*state, OFFICE ".login", texts[i]);
		assert_int_equal(tries_read(dir, OFFICE, "one", &t), 0);
		assert_int_equal(
		    tries_may(&profile, &t, NOW, &out), TSK_DENIED);
	}
	close(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_history, temp_setup, temp_teardown),
	    cmocka_unit_test_setup_teardown(
		test_damaged, temp_setup, temp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

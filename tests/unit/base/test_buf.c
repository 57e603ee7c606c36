/* NAME
 *	test_buf - growth, the limit and its sticky flag
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "buf.h"

static void
empty_is_text(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(b.data, "");
	buf_add(&b, NULL, 0);
	buf_clear(&b);
	assert_true(buf_ok(&b));
	assert_string_equal(b.data, "");
	buf_fini(&b);
	assert_string_equal(b.data, "");
}

static void
grows_and_stays_text(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	for (int i = 0; i < 20000; i++) {
		buf_printf(&b, "%05d", i);
		assert_int_equal(b.data[b.len], '\0');
	}
	assert_true(buf_ok(&b));
	assert_int_equal(b.len, 100000);
	assert_memory_equal(b.data + 99995, "19999", 6);
	buf_char(&b, 'x');
	assert_false(buf_ok(&b));
	buf_fini(&b);
}

static void
full_is_sticky(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	buf_text(&b, "abc");
	buf_text(&b, "def");
	assert_false(buf_ok(&b));
	buf_char(&b, 'x'); /* would fit, but the text is broken already */
	assert_string_equal(b.data, "abc");
	buf_clear(&b);
	buf_text(&b, "abcde");
	assert_true(buf_ok(&b));
	assert_string_equal(b.data, "abcde");
	buf_fini(&b);
	buf_printf(&b, "%s", "again");
	assert_string_equal(b.data, "again");
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(empty_is_text),
	    cmocka_unit_test(grows_and_stays_text),
	    cmocka_unit_test(full_is_sticky),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

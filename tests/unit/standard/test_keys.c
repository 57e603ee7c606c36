/* NAME
 *	test_keys - a set that grows and has an end
 */
#include "fixture.h"
#include "keys.h"

static void
order_and_repeats(void **state)
{
	struct keys keys = {0};
	bool fresh;

	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		assert_int_equal(keys_add(&keys, i * 7919, &fresh), i);
		assert_true(fresh);
	}
	for (uint64_t i = 0; i < 10000; i++) {
		assert_int_equal(keys_add(&keys, i * 7919, &fresh), i);
		assert_false(fresh);
	}
	assert_int_equal(keys.count, 10000);
	keys_fini(&keys);
	assert_int_equal(keys_add(&keys, 1, &fresh), 0);
	keys_fini(&keys);
}

static void
full(void **state)
{
	struct keys keys = {0};
	bool fresh;

	(void)state;
	for (uint64_t i = 0; i < KEYS_MAX; i++)
		(void)keys_add(&keys, i, &fresh);
	assert_int_equal(keys_add(&keys, KEYS_MAX, &fresh), KEYS_FULL);
	assert_false(fresh);
	assert_int_equal(keys_add(&keys, 5, &fresh), 5);
	assert_int_equal(keys.count, KEYS_MAX);
	keys_fini(&keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(order_and_repeats),
	    cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

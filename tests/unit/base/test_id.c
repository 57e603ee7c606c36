/* NAME
 *	test_id - order and uniqueness, in threads too
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "id.h"

#define THREADS    4
#define PER_THREAD 20000

static void
made_as_rfc_9562_says(void **state)
{
	int64_t now = 1795305600123;

	(void)state;
	struct id id = id_new(now);
	assert_true(id_wall_ms(&id) == now);
	assert_int_equal(id.bytes[6] >> 4, 7);
	assert_int_equal(id.bytes[8] >> 6, 2);
	assert_false(id_is_zero(&id));
}

static void
ascends_when_the_clock_does_not(void **state)
{
	(void)state;
	struct id before = id_new(1795305600200);
	for (int i = 0; i < 100000; i++) {
		/* the same millisecond, and a clock set back */
		struct id id = id_new(i % 2 == 0 ? 1795305600200 : 1000);
		assert_true(id_compare(&id, &before) > 0);
		assert_true(id_wall_ms(&id) == 1795305600200);
		before = id;
	}
}

static void *
make_many(void *arg)
{
	struct id *ids = arg;

	for (int i = 0; i < PER_THREAD; i++)
		ids[i] = id_new(1795305600300 + i / 100);
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	return id_compare(a, b);
}

static void
never_twice_in_threads(void **state)
{
	pthread_t threads[THREADS];
	struct id *ids = mem_new(sizeof(*ids) * THREADS * PER_THREAD);

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_many,
				     ids + i * PER_THREAD),
		    0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		const struct id *own = ids + i * PER_THREAD;
		for (int k = 1; k < PER_THREAD; k++)
			assert_true(id_compare(&own[k - 1], &own[k]) < 0);
	}
	qsort(ids, THREADS * PER_THREAD, sizeof(*ids), compare);
	for (int i = 1; i < THREADS * PER_THREAD; i++)
		assert_true(id_compare(&ids[i - 1], &ids[i]) < 0);
	free(ids);
}

struct parse_case {
	const char *text;
	int rc;
};

static const struct parse_case parse_cases[] = {
    {"019ab5c0a1b27def8123456789abcdef", 0},
    {"019AB5C0A1B27DEF8123456789ABCDEF", TSK_INVALID}, /* one spelling */
    {"019ab5c0a1b27def8123456789abcde", TSK_INVALID},
    {"019ab5c0a1b27def8123456789abcdef0", TSK_INVALID},
    {"019ab5c0-a1b2-7def-8123-456789abcdef", TSK_INVALID},
    {"../../../../../../../../../../..", TSK_INVALID},
    {"", TSK_INVALID},
};

static void
text_form(void **state)
{
	struct id id;
	char text[ID_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]);
	     i++) {
		const struct parse_case *c = &parse_cases[i];
		assert_int_equal(id_parse(c->text, &id), c->rc);
		if (c->rc == 0)
			assert_string_equal(id_text(&id, text), c->text);
	}
	memset(&id, 0, sizeof(id));
	assert_true(id_is_zero(&id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(made_as_rfc_9562_says),
	    cmocka_unit_test(ascends_when_the_clock_does_not),
	    cmocka_unit_test(never_twice_in_threads),
	    cmocka_unit_test(text_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

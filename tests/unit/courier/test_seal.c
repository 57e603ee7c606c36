/* NAME
 *	test_seal - opened by the right one, from the right one, whole, or not
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "seal.h"

#define TEXT "UPPLAN and what is in it"

struct three {
	struct seal_secret a, b, c;
	struct buf file;
};

static int
set_up(void **state)
{
	struct three *t = mem_new(sizeof(*t));
	struct seal_head head = {.number = 7, .made_ms = 1795000000000};

	seal_new(&t->a);
	seal_new(&t->b);
	seal_new(&t->c);
	memset(head.serial, 0x5a, sizeof(head.serial));
	buf_init(&t->file, 10000);
	assert_int_equal(seal_close(&t->a, &t->b.public, &head, TEXT,
			     strlen(TEXT), &t->file),
	    0);
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct three *t = *state;

	buf_fini(&t->file);
	free(t);
	return 0;
}

static int
open_as(const struct seal_secret *us, const struct seal_public *peer,
    const char *p, size_t n, struct seal_head *head)
{
	struct buf out;
	int rc;

	buf_init(&out, 10000);
	rc = seal_open(us, peer, p, n, head, &out);
	if (rc == 0)
		assert_string_equal(out.data, TEXT);
	else
		assert_int_equal(out.len, 0);
	buf_fini(&out);
	return rc;
}

/* T51 */
static void
by_the_right_one(void **state)
{
	struct three *t = *state;
	struct seal_head head;

	assert_int_equal(t->file.len,
	    SEAL_HEAD_BYTES + strlen(TEXT) + SEAL_TAG_BYTES + SEAL_SIGN_BYTES);
	assert_int_equal(
	    open_as(&t->b, &t->a.public, t->file.data, t->file.len, &head), 0);
	assert_int_equal(head.number, 7);
	assert_int_equal(head.made_ms, 1795000000000);
	assert_int_equal(head.serial[3], 0x5a);
	/* not by another, not as if from another, not by the sender */
	assert_int_equal(
	    open_as(&t->c, &t->a.public, t->file.data, t->file.len, &head),
	    TSK_DENIED);
	assert_int_equal(
	    open_as(&t->b, &t->c.public, t->file.data, t->file.len, &head),
	    TSK_DENIED);
	assert_int_equal(
	    open_as(&t->a, &t->b.public, t->file.data, t->file.len, &head),
	    TSK_DENIED);
	assert_null(memmem(t->file.data, t->file.len, "UPPLAN", 6));
}

/* T51 */
static void
every_byte_counts(void **state)
{
	struct three *t = *state;
	struct seal_head head;

	for (size_t i = 0; i < t->file.len; i++) {
		t->file.data[i] = (char)(t->file.data[i] ^ 4);
		assert_true(open_as(&t->b, &t->a.public, t->file.data,
				t->file.len, &head) < 0);
		t->file.data[i] = (char)(t->file.data[i] ^ 4);
		assert_true(
		    open_as(&t->b, &t->a.public, t->file.data, i, &head) < 0);
	}
}

/* T13: Whoever signs what another has sealed cannot pass it as his own. */
static void
signed_again(void **state)
{
	struct three *t = *state;
	struct seal_head head;
	struct seal_secret thief = t->c;

	/* the thief's signature, the sealed part of a's */
	struct seal_head own = {.number = 7};
	struct buf file;
	buf_init(&file, 10000);
	assert_int_equal(
	    seal_close(&thief, &t->b.public, &own, TEXT, strlen(TEXT), &file),
	    0);
	memcpy(file.data + SEAL_HEAD_BYTES, t->file.data + SEAL_HEAD_BYTES,
	    strlen(TEXT) + SEAL_TAG_BYTES);
	assert_int_equal(
	    open_as(&t->b, &thief.public, file.data, file.len, &head),
	    TSK_DAMAGED);
	buf_fini(&file);
}

static void
never_twice_the_same(void **state)
{
	struct three *t = *state;
	struct seal_head head = {.number = 7, .made_ms = 1795000000000};
	struct buf file;

	memset(head.serial, 0x5a, sizeof(head.serial));
	buf_init(&file, 10000);
	assert_int_equal(
	    seal_close(&t->a, &t->b.public, &head, TEXT, strlen(TEXT), &file),
	    0);
	assert_memory_not_equal(file.data + SEAL_HEAD_BYTES,
	    t->file.data + SEAL_HEAD_BYTES, strlen(TEXT));
	buf_fini(&file);
}

static void
no_key_no_seal(void **state)
{
	struct three *t = *state;
	struct seal_public none = {{0}, {0}};
	struct seal_head head = {.number = 1};
	struct buf file;

	buf_init(&file, 10000);
	assert_int_equal(
	    seal_close(&t->a, &none, &head, TEXT, 3, &file), TSK_INVALID);
	assert_int_equal(file.len, 0);
	buf_fini(&file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(by_the_right_one),
	    TEST(every_byte_counts),
	    TEST(signed_again),
	    TEST(never_twice_the_same),
	    TEST(no_key_no_seal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

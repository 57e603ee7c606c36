/* NAME
 *	test_err - texts, and reasons cut at a character
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "utf8.h"

static void
every_code_has_a_text(void **state)
{
	(void)state;
	for (int code = TSK_OK; code >= TSK_CLOSED; code--)
		assert_string_not_equal(err_text(code), "unknown error");
	assert_string_equal(err_text(1), "unknown error");
	assert_string_equal(err_text(TSK_CLOSED - 1), "unknown error");
	assert_string_equal(err_text(INT_MIN), "unknown error");
}

static void
why_is_cut_at_a_character(void **state)
{
	struct why why;
	char text[600];

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		size_t n = shift;
		memset(text, 'x', n);
		for (; n + 3 < sizeof(text); n += 3)
			memcpy(text + n, "襷", 3);
		text[n] = '\0';
		why_set(&why, WHY_LATER, "busy", "%s", text);
		assert_true(utf8_valid(why.text, strlen(why.text)));
		assert_true(strlen(why.text) >= sizeof(why.text) - 3);
		assert_memory_equal(text, why.text, strlen(why.text));
	}
	why_set(NULL, WHY_LATER, "busy", "nobody listens");
}

static void
why_system_says_errno(void **state)
{
	struct why why;

	(void)state;
	errno = ENOENT;
	why_system(&why, WHY_NEVER, "a.conf");
	assert_int_equal(errno, ENOENT);
	assert_int_equal(why.class, WHY_NEVER);
	assert_string_equal(why.text, "a.conf: No such file or directory");
}

static void
memory_is_zeroed_and_copied(void **state)
{
	(void)state;
	char *p = mem_new(100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	p = mem_resize(p, 200);
	free(p);
	p = mem_text("襷");
	assert_string_equal(p, "襷");
	free(p);
	free(mem_dup(NULL, 0));
}

struct utf8_case {
	const char *bytes;
	size_t n;
	int32_t character;
};

static const struct utf8_case utf8_cases[] = {
    {"a", 1, 'a'},
    {"\xc3\xa9", 2, 0xe9},
    {"襷", 3, 0x8977},
    {"\xf0\xa0\xae\xb7", 4, 0x20bb7},
    {"\xc0\xaf", 2, -1},         /* overlong '/' */
    {"\xe0\x80\xaf", 3, -1},     /* overlong '/' */
    {"\xed\xa0\x80", 3, -1},     /* surrogate */
    {"\xf4\x90\x80\x80", 4, -1}, /* above U+10FFFF */
    {"\xff", 1, -1},
    {"\x80", 1, -1},
    {"\xe8\xa5", 2, -1}, /* the end is missing */
    {"\xe8\x41\x41", 3, -1},
};

static void
utf8_is_strict(void **state)
{
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(utf8_cases) / sizeof(utf8_cases[0]);
	     i++) {
		const struct utf8_case *c = &utf8_cases[i];
		assert_int_equal(
		    utf8_next(c->bytes, c->n, &used), c->character);
		assert_int_equal(used, c->character < 0 ? 1 : c->n);
	}
	assert_int_equal(utf8_cut("襷", 0), 0);
	assert_int_equal(utf8_cut("襷", 1), 0);
	assert_int_equal(utf8_cut("襷", 2), 0);
	assert_int_equal(utf8_cut("襷", 3), 3);
	assert_int_equal(utf8_cut("a襷", 3), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_code_has_a_text),
	    cmocka_unit_test(why_is_cut_at_a_character),
	    cmocka_unit_test(why_system_says_errno),
	    cmocka_unit_test(memory_is_zeroed_and_copied),
	    cmocka_unit_test(utf8_is_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_table - tables and their mistakes
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "temp.h"

static void
reads_cells(void **state)
{
	struct table *t;
	struct why why;
	const char *path = temp_put(*state, "t.tsv",
	    "\xef\xbb\xbf# comment\n\nkind\tname\tnote\r\n"
	    "UPPLAN\t提供票\t\r\n# skipped\nUPJSK\t実績\nLAST\t\tx");

	assert_int_equal(table_load(path, &t, &why), 0);
	assert_int_equal(table_rows(t), 3);
	assert_int_equal(table_column(t, "name"), 1);
	assert_int_equal(table_column(t, "none"), -1);
	assert_string_equal(table_cell(t, 0, 1), "提供票");
	assert_string_equal(table_cell(t, 0, 2), "");
	assert_string_equal(table_cell(t, 1, 2), ""); /* short row */
	assert_string_equal(table_cell(t, 2, 1), "");
	assert_string_equal(table_cell(t, 2, 2), "x");
	assert_string_equal(table_cell(t, 3, 0), "");
	assert_string_equal(table_cell(t, 0, -1), "");
	assert_string_equal(table_cell(t, 0, 3), "");
	assert_int_equal(table_find(t, 0, "UPJSK"), 1);
	assert_int_equal(table_find(t, 0, "upjsk"), -1);
	assert_int_equal(table_find(t, -1, "UPJSK"), -1);
	table_free(&t);
	assert_null(t);
	table_free(&t);
}

static void
many_rows(void **state)
{
	char text[40000] = "a\tb\n";
	size_t n = strlen(text);
	struct table *t;
	struct why why;

	for (int i = 0; i < 2000; i++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%d\t%d\n", i, i * 2);
	const char *path = temp_put(*state, "t.tsv", text);
	assert_int_equal(table_load(path, &t, &why), 0);
	assert_int_equal(table_rows(t), 2000);
	assert_string_equal(table_cell(t, 1999, 1), "3998");
	assert_int_equal(table_find(t, 1, "3998"), 1999);
	table_free(&t);
}

static void
absent(void **state)
{
	struct table *t;
	struct why why;

	(void)state;
	assert_int_equal(
	    table_load("/nonexistent/t.tsv", &t, &why), TSK_NOTFOUND);
	assert_null(t);
	assert_non_null(strstr(why.text, "/nonexistent/t.tsv"));
}

struct bad_case {
	const char *text, *want;
};

static const struct bad_case bad_cases[] = {
    {"", ":0: the table has no header line"},
    {"# only\n\n", ":3: the table has no header line"},
    {"a\tb\n1\t2\n\n1\t2\t3\n", ":4: the line has more cells than the header"},
    {"a\tb\ta\n", ":1: two columns have the same name"},
    {"a\t\tb\n", ":1: a column has no name"},
    {"a\n\x8b\xb3\n", "not UTF-8"},
};

static void
mistakes(void **state)
{
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		const struct bad_case *c = &bad_cases[i];
		struct table *t;
		struct why why;
		const char *path = temp_put(*state, "bad.tsv", c->text);
		assert_int_equal(table_load(path, &t, &why), TSK_INVALID);
		assert_null(t);
		assert_ptr_equal(strstr(why.text, path), why.text);
		if (strstr(why.text, c->want) == NULL)
			fail_msg("case %zu: %s", i, why.text);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(reads_cells),
	    TEST(many_rows),
	    TEST(absent),
	    TEST(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

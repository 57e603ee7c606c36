/* NAME
 *	test_cell - cells that no spreadsheet takes for a formula (T26)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cell.h"

static const struct {
	const char *text, *wanted;
} cells[] = {
    {"", "\"\""},
    {"山田", "\"山田\""},
    {"a,b", "\"a,b\""},
    {"a\"b", "\"a\"\"b\""},
    {"=1+1", "\"'=1+1\""},
    {"+81", "\"'+81\""},
    {"-1", "\"'-1\""},
    {"@SUM(A1)", "\"'@SUM(A1)\""},
    {"\t=1", "\"'\t=1\""},
    {"\r=1", "\"' =1\""},
    {"\n=1", "\"' =1\""},
    {" =1", "\"' =1\""},
    {"\"=1", "\"'\"\"=1\""},
    {"＝1", "\"'＝1\""},
    {"＋1", "\"'＋1\""},
    {"－1", "\"'－1\""},
    {"＠A", "\"'＠A\""},
    {"−1", "\"'−1\""},
    {"'=1", "\"''=1\""},
    {"1=1", "\"1=1\""},
    {"two\r\nlines", "\"two  lines\""},
};

static void
test_cells(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		buf_clear(&out);
		cell_add(&out, cells[i].text);
		assert_string_equal(out.data, cells[i].wanted);
	}
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

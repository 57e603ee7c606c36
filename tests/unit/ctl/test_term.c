/* NAME
 *	test_term - display width, harmless cells, tables (agents/ctl/term.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "term.h"

static const struct {
	const char *name, *text;
	unsigned width;
	const char *safe;
} cells[] = {
    {"ascii", "office/1370100016", 17, "office/1370100016"},
    {"empty", "", 0, ""},
    {"kanji are two columns", "髙﨑", 4, "髙﨑"},
    {"half-width kana are one", "ｱｲ", 2, "ｱｲ"},
    {"escape", "a\033[31mb", 7, "a?[31mb"},
    {"line end", "a\nb\r", 4, "a?b?"},
    {"C1 control",
	"a\xc2\x9b"
	"b",
	3, "a?b"},
    {"right-to-left override",
	"a\xe2\x80\xae"
	"b",
	3, "a?b"},
    {"zero width",
	"a\xe2\x80\x8b"
	"b",
	3, "a?b"},
    {"broken UTF-8", "a\xff\xe9", 3, "a??"},
    {"cut character", "\xe9\xab", 2, "??"},
};

static void
test_cells(void **state)
{
	struct term term;

	(void)state;
	term_init(&term, stderr);
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		char *safe = term_safe(cells[i].text);

		print_message("  %s\n", cells[i].name);
		assert_string_equal(safe, cells[i].safe);
		assert_int_equal(term_width(cells[i].text), cells[i].width);
		free(safe);
	}
}

/* What a table of two columns looks like on a terminal of that width. */
static char *
printed(unsigned columns, const char *const *texts, size_t count)
{
	struct term_grid *grid = term_grid_new(2);
	char *text = NULL;
	size_t bytes = 0;
	struct term term = {
	    .out = open_memstream(&text, &bytes), .columns = columns};

	for (size_t i = 0; i < count; i++)
		term_grid_add(grid, texts[i], TERM_BAD, i % 2 == 1);
	term_grid_print(grid, &term);
	term_grid_free(&grid);
	fclose(term.out);
	return text;
}

static void
test_grid(void **state)
{
	static const char *const texts[] = {
	    "name", "n", "髙﨑", "10", "a", "7"};
	static const struct {
		unsigned columns;
		const char *wanted;
	} cases[] = {
	    {0, "name   n\n髙﨑  10\na      7\n"},
	    {80, "name   n\n髙﨑  10\na      7\n"},
	    {7, "name   …\n髙﨑  …\na      …\n"},
	    {3, "na…\n髙…\na  \n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = printed(cases[i].columns, texts, 6);

		if (cases[i].columns == 7 || cases[i].columns == 3) {
			/* cut lines never reach over the edge */
			for (char *line = strtok(text, "\n"); line != NULL;
			     line = strtok(NULL, "\n"))
				assert_true(
				    term_width(line) <= cases[i].columns);
		} else {
			assert_string_equal(text, cases[i].wanted);
		}
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cells),
	    cmocka_unit_test(test_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

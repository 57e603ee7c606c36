/* NAME
 *	reads_test - the column "editions" of a registry row
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "reads.h"

static const struct {
	const char *name, *text;
	bool good;
	int day;
	const char *wanted;
} cells[] = {
    {"nothing", "", true, 20261122, ""},
    {"one", "3", true, 20261122, "3"},
    {"two", "4.1 3", true, 20261122, "4.1 3"},
    {"commas", " 4.1,, 3 ,", true, 20261122, "4.1 3"},
    {"the last day counts", "3:..2026-12-31", true, 20261231, "3"},
    {"and the next does not", "3:..2026-12-31", true, 20270101, ""},
    {"a move", "3:..2026-12-31 4.1:2027-01-01..", true, 20261231, "3"},
    {"after it", "3:..2026-12-31 4.1:2027-01-01..", true, 20270101, "4.1"},
    {"both ends", "V3:20261201..20261231", true, 20261201, "V3"},
    {"one day", "V3:20261201..20261201", true, 20261202, ""},
    {"no days", "3: 4.1", false, 20261122, "4.1"},
    {"open at both ends", "3:.. 4.1", false, 20261122, "4.1"},
    {"no date", "3:..2026-02-30 4.1", false, 20261122, "4.1"},
    {"backwards", "3:20270101..20261231", false, 20270101, ""},
    {"no word", ":..2026-12-31", false, 20261122, ""},
    {"signs", "4.1; 3", false, 20261122, "3"},
    {"Japanese", "第3版", false, 20261122, ""},
    {"a long word", "12345678901234567", false, 20261122, ""},
    {"a very long word",
	"4.1:2026-01-01..2026-12-312026-01-01..2026-12-312026-01-01..2026-12",
	false, 20261122, ""},
};

static void
cell(void **state)
{
	char out[READS_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		if (reads_good(cells[i].text) != cells[i].good)
			fail_msg("%s: good?", cells[i].name);
		reads_of(cells[i].text, cells[i].day, out);
		if (strcmp(out, cells[i].wanted) != 0)
			fail_msg("%s: %s", cells[i].name, out);
	}
}

/* A row kept by a version that looked less closely. */
static void
bounded(void **state)
{
	char text[2048] = "", out[READS_BYTES];

	(void)state;
	while (strlen(text) < 2000)
		strcat(text, "1234567890123456 ");
	assert_false(reads_good(text));
	reads_of(text, 20261122, out);
	assert_int_equal(strlen(out), 15 * 17 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cell),
	    cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_findings - docs/findings.md says what findings.tsv says
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fixture.h"
#include "table.h"

static void
every_code_is_explained(void **state)
{
	char path[PATH_MAX];
	struct table *t;
	struct buf section;
	size_t n;
	char *page;

	(void)state;
	page = fixture_read(fixture_path("docs/findings.md", path), &n);
	assert_int_equal(
	    table_load(
		fixture_path("config/standard/findings.tsv", path), &t, NULL),
	    0);
	buf_init(&section, 1 << 16);
	for (size_t i = 0; i < table_rows(t); i++) {
		const char *c[6];
		static const char *const columns[] = {
		    "code", "level", "ja", "why_ja", "en", "why_en"};

		for (size_t j = 0; j < 6; j++)
			c[j] = table_cell(t, i, table_column(t, columns[j]));
		buf_clear(&section);
		buf_printf(&section, "### %s (%s)\n\n- %s\n  %s\n- %s\n  %s\n",
		    c[0], c[1], c[2], c[3], c[4], c[5]);
		if (strstr(page, section.data) == NULL)
			fail_msg("docs/findings.md lacks or differs: %s; run "
				 "docs/findings",
			    c[0]);
	}
	buf_fini(&section);
	table_free(&t);
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_code_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

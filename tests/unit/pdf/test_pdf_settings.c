/* NAME
 *	test_pdf_settings - the example file explains every setting
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "buf.h"
#include "settings.h"

static const char *
example(void)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/config/tasuki-pdf.conf",
	    getenv("TASUKI_SOURCE"));
	return path;
}

static void
loads(void **state)
{
	struct pdf_settings settings = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(
	    conf_load(example(), pdf_settings_rows, &settings, &why), 0);
	assert_string_equal(settings.common.name, "pdf");
	assert_string_equal(settings.standard, "");
	conf_free(pdf_settings_rows, &settings);
}

/* "# name = default" or "name = example" for every row, and nothing else. */
static void
explains_every_row(void **state)
{
	struct buf text;
	char line[512];
	size_t rows = 0, settings = 0;

	(void)state;
	buf_init(&text, 1u << 20);
	FILE *in = fopen(example(), "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		buf_text(&text, line);
		settings += strstr(line, " = ") != NULL;
	}
	fclose(in);
	for (const struct conf_row *row = pdf_settings_rows; row->path != NULL;
	     row++, rows++) {
		const char *slash = strrchr(row->path, '/');
		const char *name = slash == NULL ? row->path : slash + 1;
		char wanted[256];
		if (row->initial != NULL)
			snprintf(wanted, sizeof(wanted), "\n# %s = \"%s\"\n",
			    name, row->initial);
		else
			snprintf(wanted, sizeof(wanted), "%s%s = \"",
			    slash == NULL ? "\n" : "\n    ", name);
		if (strstr(text.data, wanted) == NULL)
			fail_msg("not explained: %s", row->path);
	}
	assert_int_equal(rows, settings);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loads),
	    cmocka_unit_test(explains_every_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

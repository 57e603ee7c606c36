/* NAME
 *	test_fax_settings - the example file explains every setting
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "buf.h"
#include "settings.h"

static const char *
example(void)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/config/tasuki-fax.conf",
	    getenv("TASUKI_SOURCE"));
	return path;
}

static void
loads(void **state)
{
	struct fax_settings settings = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(
	    conf_load(example(), fax_settings_rows, &settings, &why), 0);
	assert_string_equal(settings.common.name, "fax");
	assert_string_equal(settings.standard, "");
	conf_free(fax_settings_rows, &settings);
}

/* "# name = default" or "name = example" for every row, and nothing else. */
static size_t
explained(const struct buf *text, const struct conf_row *rows, bool within)
{
	size_t count = 0;

	for (const struct conf_row *row = rows; row->path != NULL; row++) {
		const char *slash = strrchr(row->path, '/');
		const char *name = slash == NULL ? row->path : slash + 1;
		const char *in = within || slash != NULL ? "    " : "";
		char wanted[256];

		if (row->type == CONF_SECTION) {
			snprintf(wanted, sizeof(wanted), "\n# %s\n", name);
			count += explained(text, row->rows, true);
		} else if (row->initial != NULL) {
			snprintf(wanted, sizeof(wanted), "\n%s# %s = \"%s\"\n",
			    in, name, row->initial);
			count++;
		} else {
			snprintf(wanted, sizeof(wanted), "\n%s%s%s = \"", in,
			    within ? "# " : "", name);
			count++;
		}
		if (strstr(text->data, wanted) == NULL)
			fail_msg("not explained: %s", row->path);
	}
	return count;
}

static void
explains_every_row(void **state)
{
	struct buf text;
	char line[512];
	size_t settings = 0;

	(void)state;
	buf_init(&text, 1u << 20);
	FILE *in = fopen(example(), "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		buf_text(&text, line);
		settings += strstr(line, " = ") != NULL;
	}
	fclose(in);
	assert_int_equal(explained(&text, fax_settings_rows, false), settings);
	buf_fini(&text);
}

static const struct {
	const char *line;
	const char *blamed; /* NULL: fine */
} settings_cases[] = {
    {"pages\n    resolution = \"superfine\"\n", NULL},
    {"pages\n    resolution = \"coarse\"\n", "pages/resolution"},
    {"pages\n    datasheet = \"always\"\n", NULL},
    {"pages\n    datasheet = \"maybe\"\n", "pages/datasheet"},
    {"hours\n    days = \"mon sun\"\n    close = \"24:00\"\n", NULL},
    {"hours\n    days = \"monday\"\n", "hours"},
    {"hours\n    open = \"25:00\"\n", "hours"},
    {"hours\n    open = \"19:00\"\n", "hours"},
};

static void
checks_what_rows_cannot(void **state)
{
	(void)state;
	for (size_t i = 0;
	     i < sizeof(settings_cases) / sizeof(settings_cases[0]); i++) {
		struct fax_settings settings = {0};
		struct why why = {0};
		char path[] = "/tmp/tasuki-fax.conf-XXXXXX";
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		dprintf(fd,
		    "name = \"fax\"\nkey = \"k\"\nfolder = \"f\"\n"
		    "provider = \"p\"\n"
		    "broker\n    endpoint = \"e\"\n    key = \"k\"\n%s",
		    settings_cases[i].line);
		close(fd);
		assert_int_equal(
		    conf_load(path, fax_settings_rows, &settings, &why), 0);
		unlink(path);
		int rc = settings_check(&settings, &why);
		if (settings_cases[i].blamed == NULL) {
			assert_int_equal(rc, 0);
		} else {
			assert_int_equal(rc, TSK_INVALID);
			assert_ptr_equal(
			    strstr(why.text, settings_cases[i].blamed),
			    why.text);
		}
		conf_free(fax_settings_rows, &settings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loads),
	    cmocka_unit_test(explains_every_row),
	    cmocka_unit_test(checks_what_rows_cannot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

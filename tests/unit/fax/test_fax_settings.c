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

#include "example.h"
#include "settings.h"

static void
loads(void **state)
{
	struct fax_settings settings = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(conf_load(example_path("tasuki-fax"),
			     fax_settings_rows, &settings, &why),
	    0);
	assert_string_equal(settings.common.name, "fax");
	assert_string_equal(settings.standard, "");
	conf_free(fax_settings_rows, &settings);
}

static void
explains_every_row(void **state)
{
	(void)state;
	example_explains("tasuki-fax", fax_settings_rows);
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

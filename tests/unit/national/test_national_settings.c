/* NAME
 *	test_national_settings - the example file explains every setting
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "example.h"
#include "settings.h"

static void
loads(void **state)
{
	struct national_settings settings = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(conf_load(example_path("tasuki-national"),
			     national_settings_rows, &settings, &why),
	    0);
	assert_string_equal(settings.driver, "desk");
	assert_int_equal(settings_check(&settings, &why), 0);
	conf_free(national_settings_rows, &settings);
}

static void
explains_every_row(void **state)
{
	(void)state;
	example_explains("tasuki-national", national_settings_rows);
}

static const struct {
	const char *driver, *folder;
	int64_t wait_min_ms;
	const char *blamed; /* NULL: fine */
} cases[] = {
    {"desk", "/somewhere", 1000, NULL},
    {"desk", "", 1000, "desk/folder"},
    {"fax", "/somewhere", 1000, "fax"},
    {"desk", "/somewhere", 99000, "wait/first"},
};

static void
checks_what_rows_cannot(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct national_settings s = {
		    .driver = (char *)(uintptr_t)cases[i].driver,
		    .desk_folder = (char *)(uintptr_t)cases[i].folder,
		    .wait_min_ms = cases[i].wait_min_ms,
		    .wait_max_ms = 60000,
		};
		struct why why = {0};
		int rc = settings_check(&s, &why);
		assert_int_equal(rc == 0, cases[i].blamed == NULL);
		if (rc < 0)
			assert_non_null(strstr(why.text, cases[i].blamed));
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

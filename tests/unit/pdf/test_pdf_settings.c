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
#include <unistd.h>
#include <cmocka.h>

#include "example.h"
#include "settings.h"

static void
loads(void **state)
{
	struct pdf_settings settings = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(conf_load(example_path("tasuki-pdf"),
			     pdf_settings_rows, &settings, &why),
	    0);
	assert_string_equal(settings.common.name, "pdf");
	assert_string_equal(settings.standard, "");
	conf_free(pdf_settings_rows, &settings);
}

static void
explains_every_row(void **state)
{
	(void)state;
	example_explains("tasuki-pdf", pdf_settings_rows);
}

static const struct {
	const char *line;
	const char *blamed; /* NULL: fine */
} settings_cases[] = {
    {"out = \"handover\"\n", NULL},
    {"out = \"pigeon\"\n", "out"},
    {"language = \"fr\"\n", "language"},
    {"documents\n    dubious = \"open\"\n", "documents/dubious"},
    {"print\n    printer = \"-o\"\n", "print/printer"},
    {"mail\n    server = \"http://a\"\n    from = \"a@b.jp\"\n", "mail/server"},
    {"mail\n    server = \"smtps://a\"\n", "mail/from"},
    {"mail\n    server = \"smtps://a\"\n    from = \"a@b.jp\"\n",
	"mail/passwords"},
    {"mail\n    server = \"smtps://a\"\n    from = \"a@b.jp\"\n"
     "    passwords = \"/x\"\n",
	NULL},
    {"partner\n    number = \"1379900093\"\n    out = \"mail\"\n"
     "    email = \"a@b.jp\"\n",
	NULL},
    {"partner\n    number = \"137\"\n", "partner/number"},
    {"partner\n    number = \"1379900093\"\n    out = \"x\"\n", "partner/out"},
    {"partner\n    number = \"1379900093\"\n    email = \"a b@c\"\n",
	"partner/email"},
    {"partner\n    number = \"1379900093\"\n    printer = \"a;b\"\n",
	"partner/printer"},
    {"partner\n    number = \"1379900093\"\n    qr = \"maybe\"\n",
	"partner/qr"},
};

static void
checks_what_rows_cannot(void **state)
{
	(void)state;
	for (size_t i = 0;
	     i < sizeof(settings_cases) / sizeof(settings_cases[0]); i++) {
		struct pdf_settings settings = {0};
		struct why why = {0};
		char path[] = "/tmp/tasuki-pdf-conf-XXXXXX";
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		dprintf(fd,
		    "name = \"pdf\"\nkey = \"k\"\nfolder = \"f\"\n"
		    "broker\n    endpoint = \"e\"\n    key = \"k\"\n%s",
		    settings_cases[i].line);
		close(fd);
		assert_int_equal(
		    conf_load(path, pdf_settings_rows, &settings, &why), 0);
		unlink(path);
		int rc = pdf_settings_check(&settings, &why);
		if (settings_cases[i].blamed == NULL) {
			assert_int_equal(rc, 0);
		} else {
			assert_int_equal(rc, TSK_INVALID);
			assert_ptr_equal(
			    strstr(why.text, settings_cases[i].blamed),
			    why.text);
		}
		conf_free(pdf_settings_rows, &settings);
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

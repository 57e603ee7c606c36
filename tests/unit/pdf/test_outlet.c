/* NAME
 *	test_outlet - settings, registry and default say how papers leave
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "outlet.h"

#define TO "1379900093"

static const struct {
	const char *section[4]; /* out, email, printer, qr of the settings */
	const char *registry[4];
	const char *def;  /* setting out */
	const char *want; /* "kind email printer qr", or "" bad-policy */
} cases[] = {
    {{"", "", "", ""}, {"", "", "", ""}, "folder", "folder - any 0"},
    {{"", "", "", ""}, {"", "", "", ""}, "handover", "handover - any 0"},
    {{"", "", "", ""}, {"printer", "", "p1", "1"}, "folder", "printer - p1 1"},
    {{"", "", "p2", "no"}, {"printer", "", "p1", "1"}, "folder",
	"printer - p2 0"},
    {{"folder", "", "", ""}, {"mail", "a@b.jp", "", ""}, "folder",
	"folder a@b.jp any 0"},
    {{"", "", "", ""}, {"mail", "a@b.jp", "", "yes"}, "folder",
	"mail a@b.jp any 1"},
    {{"mail", "c@d.jp", "", ""}, {"", "a@b.jp", "", ""}, "folder",
	"mail c@d.jp any 0"},
    {{"", "", "", ""}, {"mail", "", "", ""}, "folder", ""},
    {{"", "", "", ""}, {"mail", "a@b.jp\nBcc: c@d.jp", "", ""}, "folder", ""},
    {{"", "", "", ""}, {"pigeon", "", "", ""}, "folder", ""},
    {{"", "", "", ""}, {"printer", "", "-x", ""}, "folder", ""},
    {{"", "", "", ""}, {"printer", "", "a b", ""}, "folder", ""},
};

static void
chosen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pdf_partner section = {
		    .number = (char *)TO,
		    .out = (char *)cases[i].section[0],
		    .email = (char *)cases[i].section[1],
		    .printer = (char *)cases[i].section[2],
		    .qr = (char *)cases[i].section[3],
		};
		struct wire_note notes[] = {
		    {"pdf_out", cases[i].registry[0]},
		    {"email", cases[i].registry[1]},
		    {"pdf_printer", cases[i].registry[2]},
		    {"qr", cases[i].registry[3]},
		};
		struct wire_paper paper = {
		    .partner_count = 4,
		    .partner = notes,
		};
		struct pdf_settings settings = {
		    .out = (char *)cases[i].def,
		    .printer = (char *)"any",
		    .passwords = (char *)"/p",
		    .mail = {.server = "smtps://s"},
		    .partners = {&section, 1, sizeof(section)},
		};
		struct outlet outlet = {0};
		struct why why = {0};
		char got[256];

		int rc = outlet_of(&settings, TO, &paper, &outlet, &why);
		if (cases[i].want[0] == '\0') {
			assert_int_equal(rc, TSK_INVALID);
			assert_string_equal(why.code, "bad-policy");
			continue;
		}
		assert_int_equal(rc, 0);
		snprintf(got, sizeof(got), "%s %s %s %d",
		    outlet_name(outlet.kind),
		    outlet.email[0] == '\0' ? "-" : outlet.email,
		    outlet.printer, outlet.qr);
		assert_string_equal(got, cases[i].want);
	}
}

static void
without_a_server_no_mail(void **state)
{
	struct wire_note notes[] = {{"pdf_out", "mail"}, {"email", "a@b.jp"}};
	struct wire_paper paper = {.partner_count = 2, .partner = notes};
	struct pdf_settings settings = {
	    .out = (char *)"folder",
	    .printer = (char *)"",
	    .passwords = (char *)"",
	    .mail = {.server = ""},
	};
	struct outlet outlet;
	struct why why = {0};

	(void)state;
	assert_int_equal(
	    outlet_of(&settings, TO, &paper, &outlet, &why), TSK_INVALID);
	assert_int_equal(outlet_of(&settings, TO, NULL, &outlet, &why), 0);
	assert_int_equal(outlet.kind, OUTLET_FOLDER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chosen),
	    cmocka_unit_test(without_a_server_no_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

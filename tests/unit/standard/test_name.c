/* NAME
 *	test_name - names of all kinds and forms, and names that are none
 */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "name.h"

#define CM  "1370100016"
#define SP  "1370100024"
#define TS  "20250325101500"
#define V41 CM "_43_" SP "_11_" TS
#define V40 CM "_043_" SP "_011_" TS
#define V3  CM "_" SP "_" TS

static const struct {
	const char *kind;
	bool month, v3;
} kinds[] = {
    {"UPHOSOKU", true, true},
    {"UP1KYO", false, true},
    {"DLT1KYO", false, true},
    {"UP2KYO", false, true},
    {"UP3KYO", false, false},
    {"UPPLAN", true, true},
    {"UPJSK", true, true},
    {"DLTPLAN", true, true},
    {"DLTJSK", true, true},
    {"UPSIKYU", true, true},
    {"UPKIHON", false, false},
    {"UPKIHON_SUB1", false, false},
    {"UPKIHON_SUB2", false, false},
    {"UPKIHON_IMAGE", false, false},
    {"DLTKIHON", false, false},
    {"UPYOBO", false, false},
    {"UPYOBO_SUB", false, false},
    {"DLTYOBO", false, false},
};

static const struct {
	enum name_form form;
	const char *parts;
} forms[] = {{NAME_V4_1, V41}, {NAME_V4_0, V40}, {NAME_V3, V3}};

static void
right(const struct standard *standard, const char *text, const char *kind,
    enum name_form form)
{
	struct name name;
	struct why why = {0};
	char out[NAME_TEXT_BYTES];

	if (name_parse(standard, text, &name, &why) != 0)
		fail_msg("%s: %s", text, why.text);
	assert_string_equal(name.kind, kind);
	assert_int_equal(name.form, form);
	assert_string_equal(name.from, CM);
	assert_string_equal(name.to, SP);
	assert_string_equal(name.stamp, TS);
	assert_string_equal(name.from_type, form == NAME_V4_1 ? "43" : "");
	assert_string_equal(name.to_type, form == NAME_V4_1 ? "11" : "");
	assert_string_equal(name.to_code, form == NAME_V4_0 ? "011" : "");
	assert_false(name.odd);
	assert_string_equal(name_print(&name, out), text);
}

static void
every_kind_and_form(void **state)
{
	int count = 0;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		bool image = strcmp(kinds[i].kind, "UPKIHON_IMAGE") == 0;

		for (size_t j = 0; j < 3; j++) {
			char text[NAME_TEXT_BYTES];

			if (forms[j].form == NAME_V3 && !kinds[i].v3)
				continue;
			snprintf(text, sizeof text, "%s%s_%s%s", kinds[i].kind,
			    kinds[i].month ? "_202504" : "", forms[j].parts,
			    image ? "_0001.jpg" : ".CSV");
			right(*state, text, kinds[i].kind, forms[j].form);
			count++;
		}
	}
	assert_int_equal(count, 18 * 2 + 9);
}

static const struct {
	const char *text;
	int rc;
	const char *code;
	bool odd;
} cases[] = {
    {"UPPLAN_202504_" V41 ".csv", 0, "", false},
    {"UPPLAN_202504_" V41 ".Csv", 0, "", false},
    {"UPKIHON_IMAGE_" V41 "_0001.JPG", 0, "", false},
    {"UPHOSOKU_000000_" V41 ".CSV", 0, "", false},
    {"UPPLAN_202504_13A0100016_43_" SP "_A2_" TS ".CSV", 0, "", false},
    {"UPPLAN_202504_1370100017_43_" SP "_11_" TS ".CSV", 0, "", false},
    {"upplan_202504_" V41 ".CSV", 0, "", true},
    {"UPKIHON_000000_" V41 ".CSV", 0, "", true},
    {"UPKIHON_SUB1_000000_" V41 ".CSV", 0, "", true},

    {"", TSK_NOTFOUND, "name-not-standard", false},
    {"report.csv", TSK_NOTFOUND, "name-not-standard", false},
    {"UPKHON_" V41 ".CSV", TSK_NOTFOUND, "name-not-standard", false},
    {"DLTBET_202504_" V41 ".CSV", TSK_NOTFOUND, "name-not-standard", false},
    {"UPPLANX_202504_" V41 ".CSV", TSK_NOTFOUND, "name-not-standard", false},
    {" UPPLAN_202504_" V41 ".CSV", TSK_NOTFOUND, "name-not-standard", false},
    {"UPPLAN_202504_" V41 ".pdf", TSK_NOTFOUND, "name-not-standard", false},
    {"UPPLAN_202504_" V41 ".CSV.txt", TSK_NOTFOUND, "name-not-standard", false},

    {"UPPLAN", TSK_INVALID, "name-parts", false},
    {"UPPLAN.CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_.CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_" V41 ".CSV", TSK_INVALID, "name-parts", false},
    {"UP1KYO_202504_" V41 ".CSV", TSK_INVALID, "name-parts", false},
    {"UP1KYO_000000_" V41 ".CSV", TSK_INVALID, "name-parts", false},
    {"UPKIHON_202504_" V41 ".CSV", TSK_INVALID, "name-parts", false},
    {"UPKIHON_SUB3_" V41 ".CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_202504_" V41 "_1.CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_202504_" V41 "_0001.CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_202504_" V41 " (1).CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_202504_" V41 "0.CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_202504_137010001_43_" SP "_11_" TS ".CSV", TSK_INVALID,
	"name-parts", false},
    {"UPPLAN_202504_" CM "_43_" SP "_" TS ".CSV", TSK_INVALID, "name-parts",
	false},
    {"UPPLAN_202504_" CM "_43_" SP "_111_" TS ".CSV", TSK_INVALID, "name-parts",
	false},
    {"UPPLAN__202504_" V41 ".CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_202504_" V41 ".x.CSV", TSK_INVALID, "name-parts", false},
    {"UPKIHON_IMAGE_" V41 ".jpg", TSK_INVALID, "name-parts", false},
    {"UP3KYO_" V3 ".CSV", TSK_INVALID, "name-parts", false},
    {"UPPLAN_000000_" V41 ".CSV", TSK_INVALID, "name-month", false},
    {"UPPLAN_202500_" V41 ".CSV", TSK_INVALID, "name-month", false},
    {"UPPLAN_202513_" V41 ".CSV", TSK_INVALID, "name-month", false},
    {"UPPLAN_2025-4_" V41 ".CSV", TSK_INVALID, "name-month", false},
    {"UPPLAN_202504_13I0100016_43_" SP "_11_" TS ".CSV", TSK_INVALID,
	"name-office", false},
    {"UPPLAN_202504_" CM "_43_137010002a_11_" TS ".CSV", TSK_INVALID,
	"name-office", false},
    {"UPPLAN_202504_" CM "_4 _" SP "_11_" TS ".CSV", TSK_INVALID, "name-type",
	false},
    {"UPPLAN_202504_" CM "_43_" SP "_a2_" TS ".CSV", TSK_INVALID, "name-type",
	false},
    {"UPPLAN_202504_" CM "_04x_" SP "_011_" TS ".CSV", TSK_INVALID, "name-type",
	false},
    {"UPPLAN_202504_" CM "_43_" SP "_11_20250230101500.CSV", TSK_INVALID,
	"name-stamp", false},
    {"UPPLAN_202504_" CM "_43_" SP "_11_20250325101560.CSV", TSK_INVALID,
	"name-stamp", false},
    {"UPKIHON_IMAGE_" V41 "_0000.jpg", TSK_INVALID, "name-branch", false},
    {"UPKIHON_IMAGE_" V41 "_00a1.jpg", TSK_INVALID, "name-branch", false},
    {"UPKIHON_IMAGE_" V41 "_0001.CSV", TSK_INVALID, "name-extension", false},
    {"UPKIHON_IMAGE_" V41 "_0001.jpeg", TSK_INVALID, "name-extension", false},
    {"UPPLAN_202504_" V41 ".jpg", TSK_INVALID, "name-extension", false},
    {"UPPLAN_202504_" V41, TSK_INVALID, "name-extension", false},
};

static void
every_case(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct name name;
		struct why why = {0};
		int rc = name_parse(*state, cases[i].text, &name, &why);

		if (rc != cases[i].rc || strcmp(why.code, cases[i].code) != 0 ||
		    name.odd != (rc == 0 && cases[i].odd ? true : name.odd) ||
		    (rc == 0 && name.odd != cases[i].odd))
			fail_msg("%s: %d %s", cases[i].text, rc, why.code);
	}
}

/* An odd name, printed, is the strict one. */
static void
odd_becomes_strict(void **state)
{
	struct name name;
	char out[NAME_TEXT_BYTES];

	assert_int_equal(
	    name_parse(*state, "UPKIHON_000000_" V41 ".csv", &name, NULL), 0);
	assert_string_equal(name_print(&name, out), "UPKIHON_" V41 ".CSV");
	assert_int_equal(name_parse(*state, out, &name, NULL), 0);
	assert_false(name.odd);
}

/* A name goes into messages: nothing of it may steer a terminal. */
static void
no_control_in_reasons(void **state)
{
	struct name name;
	struct why why = {0};

	assert_int_equal(
	    name_parse(*state, "UPPLAN_\x1b[2J\r\n.CSV", &name, &why),
	    TSK_INVALID);
	for (const char *p = why.text; *p != '\0'; p++)
		assert_true((unsigned char)*p >= 0x20);
}

static void
long_names(void **state)
{
	char text[5000];
	struct name name;

	memset(text, '_', sizeof text);
	memcpy(text, "UPPLAN", 6);
	text[sizeof text - 1] = '\0';
	assert_int_equal(name_parse(*state, text, &name, NULL), TSK_INVALID);
	memset(text + 7, 'x', sizeof text - 8);
	assert_int_equal(name_parse(*state, text, &name, NULL), TSK_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_and_form),
	    cmocka_unit_test(every_case),
	    cmocka_unit_test(odd_becomes_strict),
	    cmocka_unit_test(no_control_in_reasons),
	    cmocka_unit_test(long_names),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

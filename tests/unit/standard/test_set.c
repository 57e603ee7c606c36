/* NAME
 *	test_set - which members make a set
 */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "set.h"

#define MEMBERS_MAX 10

/* "UPPLAN UPHOSOKU:000000" to names of one unit. */
static size_t
make(const char *text, enum name_form form, struct name *names)
{
	size_t count = 0;

	while (*text != '\0' && count < MEMBERS_MAX) {
		struct name *name = &names[count++];
		size_t n = strcspn(text, " ");
		size_t kind = strcspn(text, ": ");

		*name = (struct name){.form = form, .stamp = "20250325101500"};
		memcpy(name->kind, text, kind);
		if (text[kind] == ':')
			memcpy(name->month, text + kind + 1, 6);
		else
			memcpy(name->month, "202504", 7);
		text += n + (text[n] == ' ');
	}
	return count;
}

static const struct {
	enum name_form form;
	const char *members;
	enum set_state state;
	const char *missing;
} cases[] = {
    {NAME_V4_1, "", SET_UNKNOWN, ""},
    {NAME_V4_1, "UPPLAN UPSIKYU UPHOSOKU", SET_COMPLETE, ""},
    {NAME_V3, "UPPLAN UPSIKYU UPHOSOKU", SET_COMPLETE, ""},
    {NAME_V4_0, "UPHOSOKU UPSIKYU UPPLAN", SET_COMPLETE, ""},
    {NAME_V4_1, "UPPLAN", SET_PARTIAL, "UPSIKYU UPHOSOKU"},
    {NAME_V4_1, "UPPLAN UPHOSOKU", SET_PARTIAL, "UPSIKYU"},
    {NAME_V4_1, "UPHOSOKU", SET_PARTIAL, "UPPLAN UPSIKYU"},
    {NAME_V4_1, "UPHOSOKU:000000", SET_PARTIAL, "UP1KYO UP2KYO UP3KYO"},
    {NAME_V3, "UPHOSOKU:000000", SET_PARTIAL, "UP1KYO UP2KYO"},
    {NAME_V4_1, "UP1KYO UP2KYO UP3KYO UPHOSOKU:000000", SET_COMPLETE, ""},
    {NAME_V4_1, "UP1KYO UP2KYO UPHOSOKU:000000", SET_PARTIAL, "UP3KYO"},
    {NAME_V3, "UP1KYO UP2KYO UPHOSOKU:000000", SET_COMPLETE, ""},
    {NAME_V4_1, "UP1KYO UPHOSOKU:202504", SET_UNKNOWN, ""},
    {NAME_V4_1, "UPPLAN UPHOSOKU:000000", SET_UNKNOWN, ""},
    {NAME_V4_1, "UPPLAN UP1KYO", SET_UNKNOWN, ""},
    {NAME_V4_1, "UPJSK", SET_COMPLETE, ""},
    {NAME_V3, "DLTJSK", SET_COMPLETE, ""},
    {NAME_V4_1, "DLT1KYO", SET_COMPLETE, ""},
    {NAME_V4_1, "DLTPLAN", SET_COMPLETE, ""},
    {NAME_V4_1, "DLTKIHON", SET_COMPLETE, ""},
    {NAME_V4_1, "DLTYOBO", SET_COMPLETE, ""},
    {NAME_V3, "DLTYOBO", SET_UNKNOWN, ""},
    {NAME_V4_1, "DLTPLAN UPPLAN", SET_UNKNOWN, ""},
    {NAME_V4_1, "UPKIHON", SET_OPEN, "UPYOBO UPYOBO_SUB"},
    {NAME_V4_1, "UPYOBO UPYOBO_SUB", SET_OPEN, ""},
    {NAME_V4_1, "UPYOBO", SET_PARTIAL, "UPYOBO_SUB"},
    {NAME_V4_1, "UPKIHON_SUB1", SET_PARTIAL, "UPKIHON"},
    {NAME_V4_1, "UPKIHON_IMAGE UPKIHON_IMAGE", SET_PARTIAL, "UPKIHON"},
    {NAME_V4_1, "UPYOBO UPYOBO_SUB UPKIHON", SET_OPEN, ""},
    {NAME_V4_1,
	"UPYOBO UPYOBO_SUB UPKIHON UPKIHON_SUB1 UPKIHON_SUB2 UPKIHON_IMAGE",
	SET_OPEN, "UPKIHON_IMAGE"},
    {NAME_V3, "UPKIHON", SET_UNKNOWN, ""},
    {NAME_V4_1, "NOKIND", SET_UNKNOWN, ""},
};

static void
every_case(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct name names[MEMBERS_MAX] = {0};
		char missing[200];
		size_t count = make(cases[i].members, cases[i].form, names);
		enum set_state got =
		    set_judge(*state, names, count, missing, sizeof missing);

		if (got != cases[i].state ||
		    (*cases[i].missing != '\0' && got != SET_OPEN &&
			strcmp(missing, cases[i].missing) != 0) ||
		    (got == SET_OPEN && *missing == '\0') ||
		    (got != SET_OPEN && *cases[i].missing == '\0' &&
			*missing != '\0'))
			fail_msg(
			    "%s: %d \"%s\"", cases[i].members, got, missing);
	}
}

static void
short_buffer(void **state)
{
	struct name names[MEMBERS_MAX] = {0};
	char missing[10];
	size_t count = make("UPPLAN", NAME_V4_1, names);

	assert_int_equal(
	    set_judge(*state, names, count, missing, sizeof missing),
	    SET_PARTIAL);
	assert_string_equal(missing, "UPSIKYU");
}

static void
same_unit(void **state)
{
	struct name a, b;

	assert_int_equal(name_parse(*state,
			     "UPPLAN_202504_1370100016_43_1370100024_11_"
			     "20250325101500.CSV",
			     &a, NULL),
	    0);
	assert_int_equal(name_parse(*state,
			     "UPSIKYU_202504_1370100016_43_1370100024_11_"
			     "20250325101500.CSV",
			     &b, NULL),
	    0);
	assert_true(set_same(&a, &b));
	memcpy(b.to_type, "15", 3);
	assert_false(set_same(&a, &b));
	memcpy(b.to_type, "11", 3);
	b.stamp[13]++;
	assert_false(set_same(&a, &b));
	b = a;
	b.from[9]++;
	assert_false(set_same(&a, &b));
}

static void
names_of_kinds(void **state)
{
	assert_string_equal(
	    set_kind_ja(*state, "UPSIKYU"), "第7表（サービス利用票別表）");
	assert_string_equal(set_kind_ja(*state, "ZZZ"), "ZZZ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_case),
	    cmocka_unit_test(short_buffer),
	    cmocka_unit_test(same_unit),
	    cmocka_unit_test(names_of_kinds),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

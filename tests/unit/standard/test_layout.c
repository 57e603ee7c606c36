/* NAME
 *	test_layout - what the tables say, asked by name
 */
#include <string.h>

#include "fixture.h"
#include "layout.h"

static const struct {
	const char *kind, *field;
	unsigned no, v3;
} positions[] = {
    {"UPPLAN", "csv_version", 1, 1},
    {"UPPLAN", "service_code", 15, 15},
    {"UPPLAN", "tais_code", 16, 0},
    {"UPPLAN", "detail_no", 19, 16},
    {"UPPLAN", "service_office_number", 20, 17},
    {"UPPLAN", "identifier", 25, 22},
    {"UPJSK", "service_office_number", 20, 17},
    {"UPSIKYU", "count_or_days", 16, 13},
    {"UPSIKYU", "identifier", 37, 34},
    {"UPHOSOKU", "target_month", 63, 63},
    {"UP3KYO", "weekday", 7, 0},
    {"UPKIHON", "consent_name", 71, 0},
};

static void
every_position(void **state)
{
	for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
		const struct layout *layout =
		    layout_find(*state, positions[i].kind);
		unsigned no;

		assert_non_null(layout);
		no = layout_field(layout, positions[i].field);
		assert_int_equal(no, positions[i].no);
		assert_int_equal(
		    layout_position(layout, LAYOUT_V4, no), positions[i].no);
		assert_int_equal(
		    layout_position(layout, LAYOUT_V3, no), positions[i].v3);
	}
}

static const struct {
	const char *kind;
	unsigned v4, v3;
} columns[] = {
    {"UPHOSOKU", 63, 63},
    {"UP1KYO", 28, 28},
    {"DLT1KYO", 4, 4},
    {"UP2KYO", 22, 22},
    {"UP3KYO", 13, 0},
    {"UPPLAN", 25, 22},
    {"UPJSK", 25, 22},
    {"DLTPLAN", 4, 4},
    {"DLTJSK", 6, 6},
    {"UPSIKYU", 37, 34},
    {"UPKIHON", 71, 0},
    {"UPKIHON_SUB1", 7, 0},
    {"UPKIHON_SUB2", 11, 0},
    {"DLTKIHON", 4, 0},
    {"UPYOBO", 57, 0},
    {"UPYOBO_SUB", 17, 0},
    {"DLTYOBO", 4, 0},
};

static void
every_kind(void **state)
{
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
		const struct layout *layout =
		    layout_find(*state, columns[i].kind);

		assert_non_null(layout);
		assert_int_equal(
		    layout_columns(layout, LAYOUT_V4), columns[i].v4);
		assert_int_equal(
		    layout_columns(layout, LAYOUT_V3), columns[i].v3);
		assert_int_equal(layout_in_edition(*state, columns[i].kind,
				     layout_edition(*state, "202208")),
		    columns[i].v3 != 0);
	}
	assert_null(layout_find(*state, "UPKIHON_IMAGE"));
	assert_null(layout_find(*state, "NOKIND"));
	assert_int_equal(
	    layout_field(layout_find(*state, "UPPLAN"), "nothing"), 0);
	assert_int_equal(
	    layout_position(layout_find(*state, "UPPLAN"), LAYOUT_V4, 26), 0);
}

/* The value of a version does not grow with the edition. */
static void
editions(void **state)
{
	const struct layout_edition *e = layout_edition(*state, "202407");

	assert_non_null(e);
	assert_string_equal(e->edition, "4.1");
	assert_int_equal(e->form, NAME_V4_1);
	assert_int_equal(e->state, EDITION_CURRENT);
	e = layout_edition(*state, "202504");
	assert_string_equal(e->edition, "4.0");
	assert_int_equal(e->state, EDITION_OLD);
	e = layout_edition(*state, "202208");
	assert_int_equal(e->shape, LAYOUT_V3);
	assert_null(layout_edition(*state, "202404"));
	assert_null(layout_edition(*state, ""));
}

static void
masters(void **state)
{
	assert_string_equal(
	    standard_service_name(*state, "111111", "202611"), "身体介護１");
	assert_null(standard_service_name(*state, "111111", "202403"));
	assert_null(standard_service_name(*state, "119999", "202611"));
	assert_null(standard_service_name(*state, "", "202611"));
	assert_null(standard_service_name(*state, "zzzzzz", "202611"));
	assert_true(standard_service_rate(*state, "114114"));
	assert_false(standard_service_rate(*state, "111111"));
	assert_false(standard_service_rate(*state, "zzzzzz"));
	assert_string_equal(
	    standard_service_type_name(*state, "11"), "訪問介護");
	assert_null(standard_service_type_name(*state, "ZZ"));
	assert_string_equal(
	    standard_insurer_name(*state, "131011"), "千代田区");
	assert_string_equal(
	    standard_holiday(*state, "2026-11-23"), "勤労感謝の日");
	assert_null(standard_holiday(*state, "2026-11-24"));
}

static void
codes(void **state)
{
	const struct layout *layout = layout_find(*state, "UPHOSOKU");
	const struct layout_field *field =
	    &layout->fields[layout_field(layout, "care_level") - 1];

	assert_int_equal(field->format, FORMAT_CODES);
	assert_string_equal(layout_code_name(field->codes, "22"), "要介護２");
	assert_null(layout_code_name(field->codes, "99"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_position),
	    cmocka_unit_test(every_kind),
	    cmocka_unit_test(editions),
	    cmocka_unit_test(masters),
	    cmocka_unit_test(codes),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

/* NAME
 *	test_pivot - records a day become rows a service
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "pivot.h"

static struct pivot_use
use_of(const char *insured, const char *date, const char *code,
    const char *start, const char *count)
{
	struct pivot_use use = {
	    .insurer_number = "131227",
	    .insured_number = insured,
	    .created_date = "20261124",
	    .target_month = "202612",
	    .plan_office_number = "1379900010",
	    .plan_staff_name = "",
	    .short_stay_days = "0",
	    .service_date = date,
	    .per_diem_days = "",
	    .service_start_time = start,
	    .service_end_time = start,
	    .service_count = count,
	    .service_code = code,
	    .tais_code = "",
	    .equipment_notice_code = "",
	    .equipment_name = "",
	    .detail_no = "",
	    .service_office_number = "1379900028",
	    .service_office_name = "A",
	    .satellite_no = "",
	};

	return use;
}

static void
day_cells(void **state)
{
	/* side, client, date, code, start, count -> row of the client */
	static const struct {
		enum pivot_side side;
		const char *insured, *date, *code, *start, *count;
		size_t client, row, rows;
	} cases[] = {
	    {PIVOT_PLANNED, "1", "20261201", "111111", "0900", "1", 0, 0, 1},
	    {PIVOT_PLANNED, "1", "20261203", "111111", "0900", "1", 0, 0, 1},
	    {PIVOT_PLANNED, "1", "20261203", "111111", "1800", "1", 0, 1, 2},
	    {PIVOT_PLANNED, "2", "20261201", "111111", "0900", "1", 1, 0, 1},
	    {PIVOT_PLANNED, "1", "20261203", "111111", "0900", "2", 0, 0, 2},
	    {PIVOT_PLANNED, "1", "20261231", "116271", "9999", "1", 0, 2, 3},
	    {PIVOT_ACTUAL, "1", "20261202", "111111", "0900", "1", 0, 0, 3},
	    {PIVOT_ACTUAL, "1", "20261202", "111111", "1000", "1", 0, 3, 4},
	};
	struct pivot pivot;
	struct why why;

	(void)state;
	pivot_init(&pivot);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pivot_use use = use_of(cases[i].insured, cases[i].date,
		    cases[i].code, cases[i].start, cases[i].count);
		assert_int_equal(
		    pivot_add(&pivot, cases[i].side, &use, i + 1, &why), 0);
		struct pivot_client *c = &pivot.clients[cases[i].client];
		assert_int_equal(c->service_count, cases[i].rows);
		assert_string_equal(
		    c->services[cases[i].row].code, cases[i].code);
	}
	const struct pivot_service *s = pivot.clients[0].services;
	assert_int_equal(s[0].count[PIVOT_PLANNED][1], 1);
	assert_int_equal(s[0].count[PIVOT_PLANNED][2], 0);
	assert_int_equal(s[0].count[PIVOT_PLANNED][3], 3);
	assert_int_equal(s[0].total[PIVOT_PLANNED], 4);
	assert_int_equal(s[0].count[PIVOT_ACTUAL][2], 1);
	assert_int_equal(s[0].total[PIVOT_ACTUAL], 1);
	assert_int_equal(s[2].count[PIVOT_PLANNED][31], 1);
	pivot_fini(&pivot);
}

static void
refusals(void **state)
{
	static const struct {
		const char *month, *date, *count, *code; /* NULL: fine */
	} cases[] = {
	    {"202612", "20261231", "1", NULL},
	    {"202612", "20261201", "99", NULL},
	    {"202612", "20261201", "0", NULL},
	    {"202611", "20261131", "1", "bad-date"},
	    {"202602", "20260229", "1", "bad-date"},
	    {"202402", "20240229", "1", NULL},
	    {"202612", "20261101", "1", "bad-date"},
	    {"202612", "20261200", "1", "bad-date"},
	    {"202612", "2026120", "1", "bad-date"},
	    {"202612", "202612011", "1", "bad-date"},
	    {"202612", "2026120a", "1", "bad-date"},
	    {"202613", "20261301", "1", "bad-month"},
	    {"20261", "20261201", "1", "bad-month"},
	    {"", "20261201", "1", "bad-month"},
	    {"202612", "20261201", "", "bad-count"},
	    {"202612", "20261201", "-1", "bad-count"},
	    {"202612", "20261201", "100", "bad-count"},
	    {"202612", "20261201", "1x", "bad-count"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pivot pivot;
		struct why why = {0};
		struct pivot_use use = use_of(
		    "1", cases[i].date, "111111", "0900", cases[i].count);
		use.target_month = cases[i].month;
		pivot_init(&pivot);
		int rc = pivot_add(&pivot, PIVOT_PLANNED, &use, 7, &why);
		if (cases[i].code == NULL) {
			assert_int_equal(rc, 0);
		} else {
			assert_true(rc < 0);
			assert_string_equal(why.code, cases[i].code);
			assert_non_null(strstr(why.text, "Record 7"));
		}
		pivot_fini(&pivot);
	}
}

static void
persons(void **state)
{
	struct pivot pivot;
	struct why why;
	const char *fields[PERSON_FIELDS];
	char insured[16];

	(void)state;
	pivot_init(&pivot);
	for (int i = 0; i < 1000; i++) {
		snprintf(insured, sizeof(insured), "%010d", i);
		struct pivot_use use =
		    use_of(insured, "20261201", "111111", "0900", "1");
		assert_int_equal(
		    pivot_add(&pivot, PIVOT_PLANNED, &use, 1, &why), 0);
	}
	assert_int_equal(pivot.count, 1000);
	for (size_t i = 0; i < PERSON_FIELDS; i++)
		fields[i] = "x";
	fields[PERSON_INSURER] = "131227";
	fields[PERSON_INSURED] = "0000000777";
	fields[PERSON_MONTH] = "202612";
	fields[PERSON_NAME] = "髙﨑 ソノ";
	pivot_person(&pivot, fields);
	assert_string_equal(
	    pivot.clients[777].person[PERSON_NAME], "髙﨑 ソノ");
	fields[PERSON_INSURED] = "0000001777"; /* nobody: nothing happens */
	pivot_person(&pivot, fields);
	fields[PERSON_INSURED] = "0000000778";
	fields[PERSON_MONTH] = "000000"; /* goes with forms 1-3 */
	pivot_person(&pivot, fields);
	assert_string_equal(pivot.clients[778].person[PERSON_NAME], "");
	pivot_fini(&pivot);
	pivot_init(&pivot);
	pivot_person(&pivot, fields);
	pivot_fini(&pivot);
}

static void
limits(void **state)
{
	struct pivot pivot;
	struct why why;
	char code[16];
	int rc = 0;

	(void)state;
	pivot_init(&pivot);
	for (int i = 0; i <= PIVOT_SERVICES_MAX && rc == 0; i++) {
		snprintf(code, sizeof(code), "%06d", i);
		struct pivot_use use =
		    use_of("1", "20261201", code, "0900", "1");
		rc = pivot_add(&pivot, PIVOT_PLANNED, &use, 1, &why);
	}
	assert_int_equal(rc, TSK_TOOBIG);
	assert_string_equal(why.code, "too-many-services");
	pivot_fini(&pivot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(day_cells),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(persons),
	    cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

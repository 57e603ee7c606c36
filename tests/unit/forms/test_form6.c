/* NAME
 *	test_form6 - pages, refusals and repeatability of form 6
 * DESCRIPTION
 *	What stands on the paper is read back in tests/scenario/test_pdf.py.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "form6.h"
#include "standard.h"

#define FILE_MAX (4u * 1024 * 1024)

struct fixture {
	struct standard *standard;
	struct forms *forms;
};

static int
setup(void **state)
{
	struct fixture *f = mem_new(sizeof(*f));
	struct why why = {0};
	char dir[4096];

	snprintf(
	    dir, sizeof(dir), "%s/config/standard", getenv("TASUKI_SOURCE"));
	assert_int_equal(standard_load(dir, &f->standard, &why), 0);
	snprintf(dir, sizeof(dir), "%s/config/forms", getenv("TASUKI_SOURCE"));
	assert_int_equal(forms_load(dir, f->standard, &f->forms, &why), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	forms_free(&f->forms);
	standard_free(&f->standard);
	free(f);
	return 0;
}

static void
add_use(struct buf *csv, int client, const char *month, int day, int code,
    const char *office)
{
	buf_printf(csv,
	    "202407,131227,%010d,20261124,%s,1379900010,\"濵田 表子\",100,0,"
	    "%s%02d,,0900,1000,1,%06d,,,,,1379900028,\"%s\",,0,1379900010,\r\n",
	    client, month, month, day, code, office);
}

static int
draw(const struct fixture *f, const char *kind, const struct buf *csv,
    struct buf *pdf, struct form6_result *result, struct why *why)
{
	struct form6_document document = {"x.CSV", kind, csv->data, csv->len};
	struct form6_input input = {
	    .documents = &document,
	    .count = 1,
	    .from = "1379900010",
	    .reference = "0193a1b2c3d4",
	    .made_ms = 1795500000000,
	};

	return form6_draw(f->forms, &input, pdf, result, why);
}

static void
pages(void **state)
{
	static const struct {
		const char *kind;
		int clients, services;
		unsigned pages;
	} cases[] = {
	    {"UPPLAN", 1, 1, 1},
	    {"UPPLAN", 1, 13, 1},
	    {"UPPLAN", 1, 14, 2},
	    {"UPPLAN", 3, 27, 9},
	    {"UPJSK", 2, 13, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf csv, pdf, again;
		struct form6_result result;
		struct why why = {0};
		buf_init(&csv, FILE_MAX);
		buf_init(&pdf, FILE_MAX);
		buf_init(&again, FILE_MAX);
		for (int c = 0; c < cases[i].clients; c++) {
			for (int s = 0; s < cases[i].services; s++)
				add_use(&csv, c, "202612", 1 + s, 111111 + s,
				    "髙﨑①㈱");
		}
		assert_int_equal(
		    draw(*state, cases[i].kind, &csv, &pdf, &result, &why), 0);
		assert_int_equal(result.pages, cases[i].pages);
		assert_int_equal(result.clients, cases[i].clients);
		assert_int_equal(
		    result.services, cases[i].clients * cases[i].services);
		assert_int_equal(
		    result.actual, strcmp(cases[i].kind, "UPJSK") == 0);
		assert_string_equal(result.month, "202612");
		assert_memory_equal(pdf.data, "%PDF-", 5);
		/* the same input gives the same bytes */
		assert_int_equal(
		    draw(*state, cases[i].kind, &csv, &again, &result, &why),
		    0);
		assert_int_equal(pdf.len, again.len);
		assert_memory_equal(pdf.data, again.data, pdf.len);
		buf_fini(&again);
		buf_fini(&pdf);
		buf_fini(&csv);
	}
}

static void
refusals(void **state)
{
#define HEAD "202407,131227,0000000001,20261124,202612,1379900010,"
#define TAIL ",,0900,1000,1,111111,,,,,1379900028,\"x\",,0,1379900010,\r\n"
	static const struct {
		const char *csv, *code; /* NULL: fine */
	} cases[] = {
	    {HEAD ",100,0,20261201" TAIL, NULL},
	    {HEAD "\"a\"\"b\r\nc\",100,0,20261201" TAIL, NULL},
	    {"version,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x\r\n" HEAD
	     ",100,0,20261201" TAIL,
		NULL},
	    {"\r\n" HEAD ",100,0,20261201" TAIL, NULL},
	    /* V3: without the three columns of equipment */
	    {"202208,131227,0000000001,20261124,202612,1379900010,,1,0,"
	     "20261201,,0900,1000,1,111111,,1379900028,\"x\",,0,,\r\n",
		NULL},
	    {"", "no-services"},
	    {HEAD ",100,0,20270101" TAIL, "bad-date"},
	    {"202407,131227,1\r\n", "bad-csv"},
	    {HEAD "\"open,100,0,20261201" TAIL, "bad-csv"},
	    {HEAD "\"a\"b,100,0,20261201" TAIL, "bad-csv"},
	    {HEAD "\"\xf0\x40\",100,0,20261201" TAIL, "bad-csv"}, /* gaiji */
	    {HEAD "\"\x81\",100,0,20261201" TAIL, "bad-csv"},
	    {"\xff\xfe\x30\x00", "bad-csv"},
	    /* a private character that no font has */
	    {HEAD "\"あ\xee\x80\x80\",100,0,20261201" TAIL, "glyph-missing"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf csv, pdf;
		struct form6_result result;
		struct why why = {0};
		buf_init(&csv, FILE_MAX);
		buf_init(&pdf, FILE_MAX);
		buf_text(&csv, cases[i].csv);
		if (csv.len == 0)
			buf_text(&csv, "\r\n");
		int rc = draw(*state, "UPPLAN", &csv, &pdf, &result, &why);
		if (cases[i].code == NULL) {
			assert_int_equal(rc, 0);
			assert_int_equal(result.pages, 1);
		} else {
			assert_true(rc < 0);
			assert_string_equal(why.code, cases[i].code);
			assert_int_equal(why.class, WHY_NEVER);
			assert_int_equal(pdf.len, 0);
		}
		buf_fini(&pdf);
		buf_fini(&csv);
	}
}

/* A name of any length gets onto the paper: smaller, never cut. */
static void
long_names(void **state)
{
	static const int lengths[] = {1, 30, 100, 1000, 5000};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct buf csv, name, pdf;
		struct form6_result result;
		struct why why = {0};
		buf_init(&csv, FILE_MAX);
		buf_init(&name, FILE_MAX);
		buf_init(&pdf, FILE_MAX);
		for (int n = 0; n < lengths[i]; n++)
			buf_text(&name, "邊");
		add_use(&csv, 1, "202602", 28, 111111, name.data);
		assert_int_equal(
		    draw(*state, "UPPLAN", &csv, &pdf, &result, &why), 0);
		assert_int_equal(result.pages, 1);
		buf_fini(&pdf);
		buf_fini(&name);
		buf_fini(&csv);
	}
}

static void
tables(void **state)
{
	static const struct {
		const char *table, *text; /* of the message */
	} cases[] = {
	    {"item\tname\nlabel\tx\n", "there is no paper row"},
	    {"item\tname\n", "a form has 1 to"},
	    {"item\tname\tx\nwindow\tx\t1\n", "the column \"item\""},
	    {"item\tname\tx\npaper\tx\t-1\n", "the column \"x\""},
	    {"item\tname\twidth\theight\npaper\t\t297\t210\n",
		"there is no place \"time\""},
	};
	struct fixture *f = *state;
	char dir[] = "/tmp/tasuki-form-XXXXXX", path[64];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/form6.tsv", dir);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct forms *forms;
		struct why why = {0};
		FILE *out = fopen(path, "w");
		assert_non_null(out);
		fputs(cases[i].table, out);
		fclose(out);
		assert_true(forms_load(dir, f->standard, &forms, &why) < 0);
		assert_null(forms);
		assert_non_null(strstr(why.text, cases[i].text));
	}
	remove(path);
	remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pages),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(long_names),
	    cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

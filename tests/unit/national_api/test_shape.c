/* NAME
 *	test_shape - templates, paths and words of a profile
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "shape.h"

static const struct shape_values values = {
    .text[SHAPE_TO] = "0310000025",
    .text[SHAPE_REF] = "../a?b#c d",
    .text[SHAPE_CURSOR] = "",
    .text[SHAPE_SINCE] = "2026-11-24T15:00:00+09:00",
    .text[SHAPE_USER] = "a\"b\\c\n",
    .text[SHAPE_TOKEN] = "t\r\nX: y",
};

/* A value never becomes anything else where it stands. */
static void
test_addresses(void **state)
{
	static const struct {
		const char *path, *query, *wanted; /* NULL: refused */
	} rows[] = {
	    {"/sent", "", "/sent"},
	    {"/sent/{to}", "", "/sent/0310000025"},
	    {"/r/{ref}/x", "", "/r/..%2Fa%3Fb%23c%20d/x"},
	    {"/s", "limit=5&cursor={cursor}", "/s?limit=5"},
	    {"/s", "cursor={cursor}&since={since}",
		"/s?since=2026-11-24T15%3A00%3A00%2B09%3A00"},
	    {"/s", "cursor={cursor}", "/s"},
	    {"/s", "a={to}-{cursor}&&b=1", "/s?a=0310000025-&b=1"},
	    {"/{nobody}", "", NULL},
	    {"/{to", "", NULL},
	    {"/s", "a={}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf out;
		buf_init(&out, 200);
		print_message("%s?%s\n", rows[i].path, rows[i].query);
		int rc = shape_path(rows[i].path, &values, &out);
		if (rc == 0)
			rc = shape_query(rows[i].query, &values, &out);
		if (rows[i].wanted == NULL)
			assert_int_equal(rc, TSK_INVALID);
		else
			assert_string_equal(out.data, rows[i].wanted);
		assert_true(shape_check(rows[i].path) == (rc == 0) ||
			    rows[i].query[0] != '\0');
		buf_fini(&out);
	}
}

static void
test_header(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 200);
	assert_int_equal(shape_text("B {to}", &values, &out), 0);
	assert_string_equal(out.data, "B 0310000025");
	assert_int_equal(shape_text("B {token}", &values, &out), TSK_INVALID);
	buf_fini(&out);
	buf_init(&out, 4);
	assert_int_equal(shape_text("B {to}", &values, &out), TSK_TOOBIG);
	buf_fini(&out);
}

static int
put_files(const struct shape_values *v, struct buf *out)
{
	(void)v;
	buf_text(out, "[1,2]");
	return 0;
}

static void
test_bodies(void **state)
{
	static const struct {
		const char *body, *wanted; /* NULL: refused */
	} rows[] = {
	    {"{\"u\":\"{user}\"}", "{\"u\":\"a\\\"b\\\\c\\u000a\"}"},
	    {"{\"a\":{\"b\":[\"{to}\",\"x{to}y\",1,null,true,false]}}",
		"{\"a\":{\"b\":[\"0310000025\",\"x0310000025y\",1,null,true,"
		"false]}}"},
	    {"{\"f\":\"{files}\"}", "{\"f\":[1,2]}"},
	    {"{\"f\":\"x{files}\"}", "{\"f\":\"x\"}"},
	    {"{\"f\":\"{cursor}\"}", "{\"f\":\"\"}"},
	    {"{\"f\":\"{nobody}\"}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct shape_values v = values;
		struct buf out;
		json_t *body = json_loads(rows[i].body, 0, NULL);

		assert_non_null(body);
		v.files = put_files;
		buf_init(&out, 200);
		print_message("%s\n", rows[i].body);
		int rc = shape_body(body, &v, &out);
		assert_true(shape_body_check(body) == (rc == 0));
		if (rows[i].wanted == NULL)
			assert_int_equal(rc, TSK_INVALID);
		else
			assert_string_equal(out.data, rows[i].wanted);
		buf_fini(&out);
		json_decref(body);
	}
}

static void
test_paths(void **state)
{
	static const char text[] =
	    "{\"a\":{\"b\":[{\"c\":\"d\"},7]},\"e\":null,\"t\":true,"
	    "\"long\":\"0123456789012345678\"}";
	static const struct {
		const char *path, *wanted;
	} rows[] = {
	    {"a.b.0.c", "d"}, {"a.b.1", "7"}, {"a.b.2", ""}, {"a.b.x", ""},
	    {"a.b", ""}, {"e", ""}, {"t", "true"}, {"", ""}, {"a..b", ""},
	    {"nothing", ""}, {"long", ""}, /* half a name is none */
	};
	json_t *root = json_loads(text, 0, NULL);
	char word[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(
		    shape_word(root, rows[i].path, word, sizeof(word)),
		    rows[i].wanted);
	json_decref(root);
}

static void
test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t wanted;
	} rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2026-11-24T15:00:05.123+09:00", 1795500005123},
	    {"2026-11-24T06:00:05Z", 1795500005000},
	    {"2026-11-24T06:00:05.1234567+0000", 1795500005123},
	    {"1795500005", 1795500005000},
	    {"1795500005123", 1795500005123},
	    {"", 0},
	    {"-5", 0},
	    {"2026-11-24", 0},
	    {"2026-11-24T06:00:05", 0},
	    {"2026-13-24T06:00:05Z", 0},
	    {"soon", 0},
	    {"2026-11-24T06:00:05+99:00", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("%s\n", rows[i].text);
		assert_int_equal(shape_time(rows[i].text), rows[i].wanted);
	}
}

static void
test_words(void **state)
{
	static const struct {
		const char *words, *word;
		bool wanted;
	} rows[] = {
	    {"0000 W*", "0000", true},
	    {"0000 W*", "W001", true},
	    {"0000 W*", "W", true},
	    {"0000 W*", "A001", false},
	    {"0000 W*", "00000", false},
	    {"0000 W*", "", false},
	    {"", "", false},
	    {"", "x", false},
	    {"5*", "503", true},
	    {"*", "x", true},
	    {"*", "", false},
	    {"a  b", "b", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("%s|%s\n", rows[i].words, rows[i].word);
		assert_true(
		    shape_match(rows[i].words, rows[i].word) == rows[i].wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_header),
	    cmocka_unit_test(test_bodies),
	    cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_rows - registry files to JSON and back (agents/ctl/rows.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cell.h"
#include "rows.h"

#define HEAD "office_number,name\r\n"

static const struct {
	const char *name, *bytes;
	size_t count;       /* 0 = broken */
	const char *wanted; /* name of the last row, or part of the sentence */
	size_t line;        /* of the last row */
} cases[] = {
    {"plain", HEAD "1,a\r\n", 1, "a", 2},
    {"LF only", "office_number,name\n1,a\n2,b\n", 2, "b", 3},
    {"any order", "name,office_number\n髙,1\n", 1, "髙", 2},
    {"byte-order mark", "\xef\xbb\xbfname,office_number\nx,1\n", 1, "x", 2},
    {"MS932", "name,office_number\n\xfb\xfc\x95\x5c,1\n", 1, "髙表", 2},
    {"quoted line break", HEAD "1,\"a\r\nb\"\r\n2,\"c,\"\"d\"\r\n", 2, "c,\"d",
	4},
    {"short row", HEAD "1\r\n", 1, NULL, 2},
    {"blank lines", HEAD "\r\n\r\n1,a\r\n\r\n", 1, "a", 4},
    {"blanks around a heading", " office_number , name\n1,a\n", 1, "a", 2},
    {"no line end", HEAD "1,a", 1, "a", 2},
    {"empty", "", 0, "empty", 0},
    {"no number", "name\na\n", 0, "office_number", 0},
    {"column twice", "office_number,a,a\n", 0, "twice: a", 0},
    {"too many cells", HEAD "1,a\r\n2,b,c\r\n", 0, ":3: ", 0},
    {"open quote", HEAD "1,\"a\r\n", 0, ":2: ", 0},
    {"stray quote", HEAD "1,a\"b\r\n", 0, ":2: ", 0},
    {"UTF-16", "\xff\xfeo\0f\0", 0, "UTF-16", 0},
};

static void
put(const char *path, const char *bytes)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	fwrite(bytes, 1, strlen(bytes), file);
	assert_int_equal(fclose(file), 0);
}

/* The name in the last row; NULL = it has none. */
static void
assert_name(const struct rows *rows, const char *wanted)
{
	const char *name = json_string_value(json_object_get(
	    json_array_get(rows->array, rows->count - 1), "name"));

	if (wanted == NULL)
		assert_null(name);
	else
		assert_string_equal(name, wanted);
}

static void
test_load(void **state)
{
	char path[] = "/tmp/test_rows.XXXXXX";

	(void)state;
	close(mkstemp(path));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rows rows;
		struct why why = {0};
		int rc;

		print_message("  %s\n", cases[i].name);
		put(path, cases[i].bytes);
		rc = rows_load(path, &rows, &why);
		if (cases[i].count == 0) {
			assert_int_equal(rc, TSK_INVALID);
			assert_non_null(strstr(why.text, cases[i].wanted));
			assert_non_null(strstr(why.text, path));
			continue;
		}
		assert_int_equal(rc, 0);
		assert_int_equal(rows.count, cases[i].count);
		assert_name(&rows, cases[i].wanted);
		assert_int_equal(
		    rows_line(&rows, rows.count - 1), cases[i].line);
		rows_fini(&rows);
	}
	unlink(path);
}

static const struct {
	const char *name, *bytes;
	struct rows_wish wish;
	size_t count; /* 0 = broken */
	const char *wanted;
} wishes[] = {
    {"cut in a row", HEAD "1,a\r\n2", {0}, 0, "middle of a row"},
    {"cut in a cell", HEAD "1,a\r\n2,b", {0}, 2, ""},
    {"a whole file", HEAD "1,a\r\n2,b", {.whole = true}, 0, "middle"},
    {"whole it is", HEAD "1,a\r\n2,b\r\n", {.whole = true}, 2, ""},
    {"skipped lines", "list of\r\n" HEAD "1,a\r\n", {.skip = 1}, 1, ""},
    {"foreign", "x,y\r\n1,a\r\n", {.foreign = true}, 1, ""},
    {"not MS932", HEAD "1,髙\r\n", {.encoding = "ms932"}, 0, "ms932"},
    {"not UTF-8", HEAD "1,\x95\x5c\r\n", {.encoding = "utf-8"}, 0, "utf-8"},
    {"neither matters", HEAD "1,a\r\n", {.encoding = "ms932"}, 1, ""},
};

static void
test_wishes(void **state)
{
	char path[] = "/tmp/test_rows.XXXXXX";

	(void)state;
	close(mkstemp(path));
	for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++) {
		struct rows rows;
		struct why why = {0};
		int rc;

		print_message("  %s\n", wishes[i].name);
		put(path, wishes[i].bytes);
		rc = rows_load_as(path, &wishes[i].wish, &rows, &why);
		assert_int_equal(rc, wishes[i].count == 0 ? TSK_INVALID : 0);
		if (rc != 0) {
			assert_non_null(strstr(why.text, wishes[i].wanted));
			continue;
		}
		assert_int_equal(rows.count, wishes[i].count);
		assert_int_equal(strlen(rows.sha256), 64);
		assert_int_equal(json_array_size(rows.columns), 2);
		rows_fini(&rows);
	}
	unlink(path);
}

/* What is written is read again as the same rows. */
static void
test_round(void **state)
{
	char path[] = "/tmp/test_rows.XXXXXX";
	json_t *array = json_pack("[{ssssss},{ssss}]", "office_number", "1",
	    "name", "髙,\"①\"\r\n=", "zeal", "kept", "office_number", "2",
	    "inside", "1");
	const char *wanted = "office_number,service_type,name,inside,way,"
			     "fax_number,folder_agent,valid_from,valid_to,"
			     "zeal\r\n1,,\"髙,\"\"①\"\"\r\n=\",,,,,,,kept\r\n"
			     "2,,,1,,,,,,\r\n";
	struct rows rows;
	struct why why = {0};
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	(void)state;
	rows_write(array, out);
	fclose(out);
	assert_string_equal(text, wanted);
	close(mkstemp(path));
	put(path, text);
	assert_int_equal(rows_load(path, &rows, &why), 0);
	assert_string_equal(json_string_value(json_object_get(
				json_array_get(rows.array, 0), "name")),
	    "髙,\"①\"\r\n=");
	assert_int_equal(rows_line(&rows, 1), 4);
	rows_fini(&rows);
	unlink(path);
	free(text);
	json_decref(array);
}

/* T26: names of others, opened in a spreadsheet, calculate nothing; and are the
 * same when they come back. */
static void
test_formulas(void **state)
{
	static const char *const names[] = {"=1+1", "+81-3", "-1", "@a", "＝1",
	    "\t=1", " =1", "'=1", "\"=1\"", "'quoted", "a=1", "'", NULL};
	char path[] = "/tmp/test_rows.XXXXXX";

	(void)state;
	close(mkstemp(path));
	for (size_t i = 0; names[i] != NULL; i++) {
		json_t *array = json_pack(
		    "[{ssss}]", "office_number", "1", "name", names[i]);
		struct rows rows;
		struct why why = {0};
		char *text = NULL, *cell;
		size_t bytes = 0;
		FILE *out = open_memstream(&text, &bytes);

		rows_write(array, out);
		fclose(out);
		cell = strstr(text, "\r\n1,,") + 5;
		assert_false(
		    cell_formula(cell) && strncmp(cell, "\"'", 2) != 0);
		put(path, text);
		assert_int_equal(rows_load(path, &rows, &why), 0);
		assert_name(&rows, names[i]);
		rows_fini(&rows);
		free(text);
		json_decref(array);
	}
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_load),
	    cmocka_unit_test(test_wishes),
	    cmocka_unit_test(test_round),
	    cmocka_unit_test(test_formulas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

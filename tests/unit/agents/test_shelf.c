/* NAME
 *	test_shelf - what is on it is whole, what is over has only its record
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "file.h"
#include "shelf.h"

#include "temp.h"

#define KEY   "0192aabbccdd70008000aabbccddee01-0"
#define OTHER "0192aabbccdd70008000aabbccddee02-0"

static struct shelf *
open_shelf(void **state)
{
	struct shelf *shelf = NULL;
	struct why why = {0};

	assert_int_equal(shelf_open(*state, "test", "jobs", &shelf, &why), 0);
	return shelf;
}

static void
put(struct shelf *shelf, const char *key, const char *record)
{
	static const struct shelf_file files[] = {
	    {"first", "1", 1, NULL},
	    {"record", "2", 1, "documents"}, /* any name but ours, there */
	    {"b", "33", 2, "documents"},
	    {"last", "", 0, NULL},
	};
	struct why why = {0};
	struct buf text;

	buf_init(&text, 100);
	buf_text(&text, record);
	assert_int_equal(shelf_put(shelf, key, &text, files, 4, &why), 0);
	buf_fini(&text);
}

static void
assert_file(int dirfd, const char *name, const char *wanted)
{
	struct buf text;

	buf_init(&text, 100);
	assert_int_equal(file_read(dirfd, name, 99, &text), 0);
	assert_string_equal(text.len > 0 ? text.data : "", wanted);
	buf_fini(&text);
}

struct seen {
	unsigned good, bad;
	char record[100];
};

static void
see(void *arg, const char *key, const char *text, size_t n, int rc)
{
	struct seen *seen = arg;

	assert_int_equal(strlen(key), strlen(KEY));
	if (rc < 0) {
		assert_null(text);
		seen->bad++;
		return;
	}
	seen->good++;
	memcpy(seen->record, text, n);
	seen->record[n] = '\0';
}

static void
comes_back(void **state)
{
	struct shelf *shelf = open_shelf(state);
	struct seen seen = {0};
	struct why why = {0};

	put(shelf, KEY, "one");
	int dirfd = shelf_folder(shelf, KEY);
	assert_true(dirfd >= 0);
	assert_file(dirfd, "first", "1");
	assert_file(dirfd, "last", "");
	assert_file(dirfd, "record", "one");
	int documents = file_dir_open(dirfd, "documents");
	assert_file(documents, "record", "2");
	assert_file(documents, "b", "33");
	(void)close(documents);
	(void)close(dirfd);
	put(shelf, KEY, "two"); /* in the place of the first */
	shelf_close(&shelf);
	shelf = open_shelf(state);
	assert_int_equal(shelf_load(shelf, see, &seen, &why), 0);
	assert_int_equal(seen.good, 1);
	assert_string_equal(seen.record, "two");
	shelf_close(&shelf);
}

static void
over(void **state)
{
	struct shelf *shelf = open_shelf(state);
	struct why why = {0};
	struct buf text;

	buf_init(&text, 100);
	put(shelf, KEY, "one");
	assert_int_equal(shelf_ended(shelf, KEY, "2026-11", &text), 0);
	for (int i = 0; i < 2; i++) { /* queued again, and over again */
		buf_clear(&text);
		buf_text(&text, i == 0 ? "end" : "end again");
		assert_int_equal(
		    shelf_end(shelf, KEY, "2026-11", &text, &why), 0);
		assert_int_equal(shelf_folder(shelf, KEY), TSK_NOTFOUND);
		buf_clear(&text);
		assert_int_equal(shelf_ended(shelf, KEY, "2026-11", &text), 1);
		assert_string_equal(text.data, i == 0 ? "end" : "end again");
		put(shelf, KEY, "once more");
	}
	int root = shelf_dirfd(shelf), month;
	char **names;
	month = file_dir_open(root, "ended");
	assert_true(month >= 0);
	int ended = file_dir_open(month, "2026-11");
	int folder = file_dir_open(ended, KEY);
	assert_int_equal(file_list(folder, &names), 1); /* the record */
	file_list_free(&names);
	(void)close(folder);
	(void)close(ended);
	(void)close(month);
	buf_fini(&text);
	shelf_close(&shelf);
}

static void
what_cannot_be_read_is_said(void **state)
{
	struct shelf *shelf = open_shelf(state);
	struct seen seen = {0};
	struct why why = {0};

	put(shelf, KEY, "one");
	put(shelf, OTHER, "two");
	int dirfd = shelf_folder(shelf, OTHER);
	assert_int_equal(file_write(dirfd, "record", "", 0, 0600), 0);
	(void)close(dirfd);
	/* what was being written when somebody died: never there */
	dirfd = file_dir_below(shelf_dirfd(shelf), ".incoming/x.tmp", 0700);
	assert_true(dirfd >= 0);
	(void)close(dirfd);
	assert_int_equal(shelf_load(shelf, see, &seen, &why), 0);
	assert_int_equal(seen.good, 1);
	assert_int_equal(seen.bad, 1);
	assert_int_equal(
	    file_dir_open(shelf_dirfd(shelf), ".incoming/x.tmp"), TSK_NOTFOUND);
	shelf_close(&shelf);
}

static void
one_agent_a_folder(void **state)
{
	struct shelf *shelf = open_shelf(state), *second = NULL;
	struct why why = {0};

	assert_int_equal(
	    shelf_open(*state, "test", "jobs", &second, &why), TSK_LATER);
	assert_null(second);
	assert_string_equal(why.code, "folder-in-use");
	shelf_close(&shelf);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(comes_back),
	    TEST(over),
	    TEST(what_cannot_be_read_is_said),
	    TEST(one_agent_a_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* made in November 2026 */
static const struct id one = {{0x01, 0xa2, 0x01, 0x32, 0x3f, 0x80, 0x70, 0,
    0x80, 0, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 1}};
static const struct id other = {{0x01, 0xa2, 0x01, 0x32, 0x3f, 0x80, 0x70, 0,
    0x80, 0, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 2}};

static struct shelf *
open_shelf(void **state)
{
	struct shelf *shelf = NULL;
	struct why why = {0};

	assert_int_equal(shelf_open(*state, "test", "jobs", &shelf, &why), 0);
	return shelf;
}

static void
put(struct shelf *shelf, const struct id *id, const char *record)
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
	assert_int_equal(shelf_put(shelf, id, 0, &text, files, 4, &why), 0);
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
see(void *arg, const struct id *id, unsigned leg, const char *text, size_t n,
    int rc)
{
	struct seen *seen = arg;

	assert_int_equal(id_compare(id, rc < 0 ? &other : &one), 0);
	assert_int_equal(leg, 0);
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

	put(shelf, &one, "one");
	int dirfd = shelf_folder(shelf, &one, 0);
	assert_true(dirfd >= 0);
	assert_file(dirfd, "first", "1");
	assert_file(dirfd, "last", "");
	assert_file(dirfd, "record", "one");
	int documents = file_dir_open(dirfd, "documents");
	assert_file(documents, "record", "2");
	assert_file(documents, "b", "33");
	(void)close(documents);
	(void)close(dirfd);
	put(shelf, &one, "two"); /* in the place of the first */
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
	put(shelf, &one, "one");
	assert_int_equal(shelf_ended(shelf, &one, 0, &text), 0);
	for (int i = 0; i < 2; i++) { /* queued again, and over again */
		buf_clear(&text);
		buf_text(&text, i == 0 ? "end" : "end again");
		assert_int_equal(shelf_end(shelf, &one, 0, &text, &why), 0);
		assert_int_equal(shelf_folder(shelf, &one, 0), TSK_NOTFOUND);
		buf_clear(&text);
		assert_int_equal(shelf_ended(shelf, &one, 0, &text), 1);
		assert_string_equal(text.data, i == 0 ? "end" : "end again");
		put(shelf, &one, "once more");
	}
	int root = shelf_dirfd(shelf), month;
	char key[LEG_KEY_BYTES];
	char **names;
	month = file_dir_open(root, "ended");
	assert_true(month >= 0);
	int ended = file_dir_open(month, "2026-11");
	int folder = file_dir_open(ended, leg_key(&one, 0, key));
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

	put(shelf, &one, "one");
	put(shelf, &other, "two");
	int dirfd = shelf_folder(shelf, &other, 0);
	assert_int_equal(file_write(dirfd, "record", "", 0, 0600), 0);
	(void)close(dirfd);
	dirfd = file_dir_below(shelf_dirfd(shelf), "jobs/notes", 0700);
	(void)close(dirfd); /* no leg's: passed over */
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

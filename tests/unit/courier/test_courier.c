/* NAME
 *	test_courier - two folders and media between them
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "courier.h"
#include "file.h"

#define NOW 1795000000000

struct room {
	char path[64];
	int dir;
	struct courier *a, *b;
};

static const char *
at(const struct room *r, const char *name)
{
	static char paths[4][128];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", r->path, name);
	return path;
}

static struct courier *
meet(struct room *r, const char *us, const char *peer)
{
	char a[SEAL_PRINT_BYTES], b[SEAL_PRINT_BYTES], file[160];
	struct courier *out = NULL;
	struct why why = {0};

	snprintf(file, sizeof(file), "%s/%s/courier/us.pub", r->path, peer);
	if (courier_init(at(r, us), us, file, a, b, &why) != 0)
		fail_msg("%s", why.text);
	assert_int_equal(strlen(b), SEAL_PRINT_BYTES - 1);
	assert_int_equal(courier_open(at(r, us), &out, &why), 0);
	return out;
}

static int
set_up(void **state)
{
	struct room *r = mem_new(sizeof(*r));
	char a[SEAL_PRINT_BYTES], b[SEAL_PRINT_BYTES];
	struct why why = {0};

	strcpy(r->path, "/tmp/tasuki-courier-XXXXXX");
	assert_non_null(mkdtemp(r->path));
	r->dir = file_dir_open(AT_FDCWD, r->path);
	assert_int_equal(courier_init(at(r, "a"), "a", NULL, a, b, &why), 0);
	assert_int_equal(courier_open(at(r, "a"), &r->a, &why), TSK_NOTFOUND);
	assert_string_equal(why.code, "no-peer");
	assert_int_equal(courier_init(at(r, "b"), "b", NULL, a, b, &why), 0);
	r->a = meet(r, "a", "b");
	r->b = meet(r, "b", "a");
	*state = r;
	return 0;
}

static int
tear_down(void **state)
{
	struct room *r = *state;
	int tmp = file_dir_open(AT_FDCWD, "/tmp");

	courier_close(&r->a);
	courier_close(&r->b);
	close(r->dir);
	assert_int_equal(file_remove_tree(tmp, r->path + 5), 0);
	close(tmp);
	free(r);
	return 0;
}

/* A job of one document, as the agent keeps it. */
static void
job(struct room *r, struct courier *c, const char *site, unsigned n,
    char key[CARGO_KEY_BYTES])
{
	struct id id = id_new(NOW + n);
	char path[128], text[ID_TEXT_BYTES];
	int dir;

	snprintf(key, CARGO_KEY_BYTES, "%s-0", id_text(&id, text));
	snprintf(path, sizeof(path), "%s/jobs/%s/documents", site, key);
	assert_int_equal(file_dir_make(r->dir, path, 0700), 0);
	dir = file_dir_open(r->dir, path);
	assert_int_equal(file_create(dir, "a.CSV", "bytes", 5, 0600), 0);
	close(dir);
	snprintf(path, sizeof(path), "%s/jobs/%s", site, key);
	dir = file_dir_open(r->dir, path);
	assert_int_equal(file_create(dir, ".parcel", "manifest", 8, 0600), 0);
	close(dir);
	assert_int_equal(courier_offer(c, key), 0);
	assert_int_equal(courier_offer(c, key), 0);
}

static const char *
medium(struct room *r, const char *name)
{
	assert_int_equal(file_dir_make(r->dir, name, 0700), 0);
	return at(r, name);
}

static struct courier_report
export_to(struct room *r, struct courier *c, const char *name)
{
	struct courier_report report;
	struct why why = {0};

	if (courier_export(c, medium(r, name), NOW, &report, &why) != 0)
		fail_msg("%s", why.text);
	return report;
}

static struct courier_report
import_from(struct room *r, struct courier *c, const char *name, int64_t now)
{
	struct courier_report report;
	struct why why = {0};

	if (courier_import(c, medium(r, name), now, &report, &why) != 0)
		fail_msg("%s", why.text);
	return report;
}

static void
owe(struct courier *c, const char *key, enum cargo_state state)
{
	struct cargo_receipt receipt = {.state = state, .at_ms = NOW};

	snprintf(receipt.key, sizeof(receipt.key), "%s", key);
	assert_int_equal(courier_owe(c, &receipt), 0);
}

static void
there_and_back(void **state)
{
	struct room *r = *state;
	char key[CARGO_KEY_BYTES], **names;
	struct cargo_receipt got;
	struct courier_report report;

	job(r, r->a, "a", 1, key);
	assert_int_equal(export_to(r, r->a, "m").parcels, 1);
	report = import_from(r, r->b, "m", NOW);
	assert_int_equal(report.parcels, 1);
	assert_int_equal(report.missing, 0);
	assert_int_equal(courier_in(r->b, &names), 1);
	assert_string_equal(names[0], key);
	file_list_free(&names);
	int dir = courier_in_open(r->b, key);
	struct buf bytes;
	buf_init(&bytes, 100);
	assert_int_equal(file_read(dir, "a.CSV", 99, &bytes), 0);
	assert_string_equal(bytes.data, "bytes");
	buf_fini(&bytes);
	close(dir);
	assert_int_equal(courier_taken(r->b, key), 0);
	/* the same again: known though it is gone from here */
	assert_int_equal(import_from(r, r->b, "m", NOW).already, 1);
	export_to(r, r->a, "m2");
	assert_int_equal(import_from(r, r->b, "m2", NOW).known, 1);
	/* carried is known before it is delivered */
	export_to(r, r->b, "back");
	import_from(r, r->a, "back", NOW);
	assert_true(courier_carried(r->a, key));
	assert_int_equal(courier_got(r->a, key, &got), TSK_NOTFOUND);
	assert_int_equal(export_to(r, r->a, "m3").parcels, 0);
	owe(r->b, key, CARGO_ACCEPTED);
	owe(r->b, key, CARGO_DELIVERED);
	owe(r->b, key, CARGO_ACCEPTED); /* never back */
	assert_int_equal(export_to(r, r->b, "back2").receipts, 1);
	import_from(r, r->a, "back2", NOW);
	assert_int_equal(courier_got(r->a, key, &got), 0);
	assert_int_equal(got.state, CARGO_DELIVERED);
	/* the receipt is carried until we say that we have it */
	assert_int_equal(export_to(r, r->b, "back3").receipts, 1);
	export_to(r, r->a, "m4");
	import_from(r, r->b, "m4", NOW);
	assert_int_equal(export_to(r, r->b, "back4").receipts, 0);
	courier_forget(r->a, key);
	assert_false(courier_carried(r->a, key));
}

/* F50 */
static void
lost_and_found(void **state)
{
	struct room *r = *state;
	struct courier_report report;
	char key[CARGO_KEY_BYTES];

	for (unsigned i = 0; i < 3; i++) {
		char name[8];

		job(r, r->a, "a", i, key);
		snprintf(name, sizeof(name), "m%u", i);
		assert_int_equal(export_to(r, r->a, name).parcels, i + 1);
	}
	report = import_from(r, r->b, "m2", NOW);
	assert_int_equal(report.parcels, 3);
	assert_int_equal(report.missing, 2);
	assert_int_equal(report.missing_first[0], 1);
	assert_int_equal(report.missing_first[1], 2);
	report = import_from(r, r->b, "m0", NOW);
	assert_int_equal(report.known, 1);
	assert_int_equal(report.missing, 1);
	assert_int_equal(report.missing_first[0], 2);
	/* one from the bottom of a drawer */
	report = import_from(r, r->b, "m1", NOW + 400LL * 24 * 3600 * 1000);
	assert_int_equal(report.old, 1);
	assert_int_equal(report.parcels, 0);
}

static void
taken_back(void **state)
{
	struct room *r = *state;
	char first[CARGO_KEY_BYTES], second[CARGO_KEY_BYTES];

	job(r, r->a, "a", 1, first);
	export_to(r, r->a, "m");
	job(r, r->a, "a", 2, second);
	assert_int_equal(courier_withdraw(r->a, first), TSK_DENIED);
	assert_int_equal(courier_withdraw(r->a, second), 0);
	assert_int_equal(export_to(r, r->a, "m").parcels, 1);
}

/* The sender's folder comes back from a backup: numbers would be given out
 * twice, and serials tell them apart. */
static void
restored_sender(void **state)
{
	struct room *r = *state;
	char key[CARGO_KEY_BYTES];
	struct buf old;
	int dir;

	buf_init(&old, 100000);
	export_to(r, r->a, "m0");
	dir = file_dir_open(r->dir, "a/courier");
	assert_int_equal(file_read(dir, "state", 99999, &old), 0);
	export_to(r, r->a, "m1");
	import_from(r, r->b, "m0", NOW);
	import_from(r, r->b, "m1", NOW);
	assert_int_equal(file_write(dir, "state", old.data, old.len, 0600), 0);
	close(dir);
	buf_fini(&old);
	job(r, r->a, "a", 1, key);
	assert_int_equal(export_to(r, r->a, "m2").last, 2); /* once more */
	assert_int_equal(import_from(r, r->b, "m2", NOW).parcels, 1);
	export_to(r, r->b, "back");
	import_from(r, r->a, "back", NOW);
	assert_true(courier_carried(r->a, key));
	assert_int_equal(export_to(r, r->a, "m3").last, 3);
}

static void
one_peer_a_folder(void **state)
{
	struct room *r = *state;
	char a[SEAL_PRINT_BYTES], b[SEAL_PRINT_BYTES], file[160];
	struct why why = {0};

	assert_int_equal(courier_init(at(r, "c"), "c", NULL, a, b, &why), 0);
	snprintf(file, sizeof(file), "%s/c/courier/us.pub", r->path);
	assert_int_equal(
	    courier_init(at(r, "a"), "a", file, a, b, &why), TSK_EXIST);
	/* not our own keys, and not any file */
	assert_int_equal(
	    courier_init(at(r, "c"), "c", file, a, b, &why), TSK_INVALID);
	assert_int_equal(
	    courier_init(at(r, "c"), "c", "/etc/passwd", a, b, &why),
	    TSK_INVALID);
	assert_int_equal(
	    courier_init(at(r, "c"), "no name", NULL, a, b, &why), TSK_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(there_and_back),
	    TEST(lost_and_found),
	    TEST(taken_back),
	    TEST(restored_sender),
	    TEST(one_peer_a_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_hub_lay - laid once whatever a crash left, in a real folder
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
#include "lay.h"

struct room {
	char path[64];
	int dir;
	struct hub_settings settings;
	struct place place;
	struct job job;
	struct lay *lay;
};

static int
set_up(void **state)
{
	struct room *r = mem_new(sizeof(*r));
	struct why why;

	strcpy(r->path, "/tmp/tasuki-lay-XXXXXX");
	assert_non_null(mkdtemp(r->path));
	r->dir = file_dir_open(AT_FDCWD, r->path);
	r->settings.path = r->path;
	r->place.driver = &driver_folder;
	assert_int_equal(
	    driver_folder.open(&r->settings, &r->place.self, &why), 0);
	r->job.id = id_new(1795000000000);
	r->job.folder = (char *)(uintptr_t) "out";
	r->job.names[0] = (char *)(uintptr_t) "a.CSV";
	r->job.names[1] = (char *)(uintptr_t) "b.CSV";
	r->job.name_count = 2;
	r->lay = lay_new(&r->job, NULL, NULL);
	buf_text(&r->lay->files[0].bytes, "first");
	buf_text(&r->lay->files[1].bytes, "second");
	*state = r;
	return 0;
}

static int
tear_down(void **state)
{
	struct room *r = *state;
	int tmp = file_dir_open(AT_FDCWD, "/tmp");

	lay_free(&r->lay);
	driver_folder.close(r->place.self);
	close(r->dir);
	assert_int_equal(file_remove_tree(tmp, r->path + 5), 0);
	close(tmp);
	free(r);
	return 0;
}

static size_t
count(struct room *r)
{
	struct driver_list list = {0};
	struct why why;
	size_t n;

	assert_int_equal(
	    driver_folder.list(r->place.self, "out", &list, &why), 0);
	n = list.count;
	driver_list_fini(&list);
	return n;
}

static void
assert_there(struct room *r, const char *name, const char *text)
{
	struct why why;
	struct buf bytes;

	buf_init(&bytes, 100);
	assert_int_equal(
	    driver_folder.get(r->place.self, "out", name, 99, &bytes, &why), 0);
	assert_string_equal(bytes.data, text);
	buf_fini(&bytes);
}

static void
put_file(struct room *r, const char *name, const char *text)
{
	struct why why;

	assert_int_equal(driver_folder.put(r->place.self, "out", name, text,
			     strlen(text), &why),
	    0);
}

static void
laid_and_named(void **state)
{
	struct room *r = *state;

	assert_int_equal(lay_put(&r->lay->order, &r->place), 0);
	assert_int_equal(count(r), 2);
	/* a crash here, and once more */
	assert_int_equal(lay_put(&r->lay->order, &r->place), 0);
	assert_int_equal(count(r), 2);
	assert_int_equal(lay_name(&r->lay->order, &r->place), 0);
	assert_there(r, "a.CSV", "first");
	assert_there(r, "b.CSV", "second");
	assert_int_equal(lay_name(&r->lay->order, &r->place), 0);
	assert_int_equal(count(r), 2);
}

static void
taken_at_once(void **state)
{
	struct room *r = *state;
	struct why why;

	assert_int_equal(lay_put(&r->lay->order, &r->place), 0);
	/* named, taken by the hub, and a crash before the second */
	assert_int_equal(driver_folder.move(r->place.self, "out",
			     r->lay->files[0].part, "out", "a.CSV", &why),
	    0);
	assert_int_equal(
	    driver_folder.remove(r->place.self, "out", "a.CSV", &why), 0);
	assert_int_equal(lay_name(&r->lay->order, &r->place), 0);
	assert_int_equal(count(r), 1);
	assert_there(r, "b.CSV", "second");
}

static void
the_same_is_as_good(void **state)
{
	struct room *r = *state;

	put_file(r, "a.CSV", "first");
	assert_int_equal(lay_put(&r->lay->order, &r->place), 0);
	assert_int_equal(lay_name(&r->lay->order, &r->place), 0);
	assert_int_equal(count(r), 2);
	assert_there(r, "a.CSV", "first");
}

/* T22 */
static void
others_stay(void **state)
{
	struct room *r = *state;

	put_file(r, "b.CSV", "other!");
	assert_int_equal(lay_put(&r->lay->order, &r->place), TSK_EXIST);
	assert_string_equal(r->lay->order.why.code, "name-taken");
	assert_int_equal(count(r), 1);
	assert_there(r, "b.CSV", "other!");
}

static void
others_in_between_stay(void **state)
{
	struct room *r = *state;

	assert_int_equal(lay_put(&r->lay->order, &r->place), 0);
	put_file(r, "a.CSV", "longer than ours");
	assert_int_equal(lay_name(&r->lay->order, &r->place), TSK_EXIST);
	assert_there(r, "a.CSV", "longer than ours");
}

static void
taken_back(void **state)
{
	struct room *r = *state;

	put_file(r, "c.CSV", "theirs");
	assert_int_equal(lay_put(&r->lay->order, &r->place), 0);
	assert_int_equal(count(r), 3);
	assert_int_equal(lay_clear(&r->lay->order, &r->place), 0);
	assert_int_equal(count(r), 1);
	assert_there(r, "c.CSV", "theirs");
}

static void
watched(void **state)
{
	struct room *r = *state;
	struct watch *watch = watch_new(false, NULL, NULL);
	struct why why;

	put_file(r, "a.CSV", "x");
	put_file(r, "b.CSV", "x");
	watch_add(watch, &r->job, "out");
	assert_int_equal(watch_look(&watch->order, &r->place), 0);
	assert_false(watch->items[0].seen);
	assert_int_equal(
	    driver_folder.remove(r->place.self, "out", "a.CSV", &why), 0);
	assert_int_equal(watch_look(&watch->order, &r->place), 0);
	assert_false(watch->items[0].seen); /* one of two */
	assert_int_equal(
	    driver_folder.remove(r->place.self, "out", "b.CSV", &why), 0);
	assert_int_equal(watch_look(&watch->order, &r->place), 0);
	assert_true(watch->items[0].seen);
	watch_free(&watch);
}

/* T21 */
static void
links_lead_nowhere(void **state)
{
	struct room *r = *state;
	struct why why;
	struct buf bytes;

	put_file(r, "a.CSV", "x");
	assert_int_equal(symlinkat("/etc/passwd", r->dir, "out/link"), 0);
	buf_init(&bytes, 1 << 20);
	assert_true(driver_folder.get(r->place.self, "out", "link", 1 << 20,
			&bytes, &why) < 0);
	assert_true(
	    driver_folder.put(r->place.self, "out", "link", "x", 1, &why) < 0);
	assert_int_equal(count(r), 1);
	buf_fini(&bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(laid_and_named),
	    TEST(taken_at_once),
	    TEST(the_same_is_as_good),
	    TEST(others_stay),
	    TEST(others_in_between_stay),
	    TEST(taken_back),
	    TEST(watched),
	    TEST(links_lead_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

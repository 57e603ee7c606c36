/* NAME
 *	test_inbound - what came in is kept once, and known after a restart
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
#include "inbound.h"
#include "manifest.h"

#define NOW 1795000000000

struct room {
	char path[64];
	struct inbound *in;
	unsigned accepted, refused;
	char source[64];
};

static void
on_accepted(void *arg, const struct id *id, const char *source)
{
	struct room *r = arg;

	(void)id;
	r->accepted++;
	snprintf(r->source, sizeof(r->source), "%s", source);
}

static void
on_refused(void *arg, const struct id *id, const char *source,
    const struct wire_refused *refused)
{
	struct room *r = arg;

	(void)id, (void)refused;
	r->refused++;
	snprintf(r->source, sizeof(r->source), "%s", source);
}

static const struct inbound_events events = {on_accepted, on_refused};

static void
open_it(struct room *r)
{
	struct why why = {0};

	if (inbound_open(r->path, &events, r, &r->in, &why) != 0)
		fail_msg("%s", why.text);
	assert_int_equal(inbound_load(r->in, NOW, &why), 0);
}

static int
set_up(void **state)
{
	struct room *r = mem_new(sizeof(*r));

	strcpy(r->path, "/tmp/tasuki-inbound-XXXXXX");
	assert_non_null(mkdtemp(r->path));
	open_it(r);
	*state = r;
	return 0;
}

static int
tear_down(void **state)
{
	struct room *r = *state;
	int tmp = file_dir_open(AT_FDCWD, "/tmp");

	inbound_close(&r->in);
	assert_int_equal(file_remove_tree(tmp, r->path + 5), 0);
	close(tmp);
	free(r);
	return 0;
}

static void
again(struct room *r)
{
	inbound_close(&r->in);
	open_it(r);
}

static int
put(struct room *r, const char *name, const char *text, struct id *id)
{
	struct wire_parcel *p = manifest_new(1);
	struct link_body body = {text, strlen(text)};
	struct why why = {0};
	int rc;

	memcpy(p->from, "1379900010", 11);
	memcpy(p->to, "1379900028", 11);
	manifest_document(p, 0, name, "");
	p->id = *id;
	rc = inbound_put(r->in, p, &body, "where it lay", NOW, &why);
	*id = p->id;
	manifest_free(&p);
	return rc;
}

static void
kept_once(void **state)
{
	struct room *r = *state;
	struct id first = {{0}}, same = {{0}}, other = {{0}};

	assert_int_equal(put(r, "a.pdf", "bytes", &first), 0);
	assert_int_equal(put(r, "a.pdf", "bytes", &same), TSK_EXIST);
	assert_int_equal(id_compare(&first, &same), 0);
	assert_int_equal(put(r, "a.pdf", "others", &other), 0);
	assert_int_equal(inbound_count(r->in), 2);
	again(r);
	assert_int_equal(inbound_count(r->in), 2);
	assert_int_equal(inbound_state(r->in, &first), INBOUND_OPEN);
	memset(&same, 0, sizeof(same));
	assert_int_equal(put(r, "a.pdf", "bytes", &same), TSK_EXIST);
}

static void
accepted_until_done(void **state)
{
	struct room *r = *state;
	struct id id = {{0}}, same = {{0}};

	assert_int_equal(put(r, "a.pdf", "bytes", &id), 0);
	struct wire_accepted_item item = {.id = id};
	assert_true(inbound_accepted(r->in, &item));
	assert_int_equal(r->accepted, 1);
	assert_string_equal(r->source, "where it lay");
	assert_int_equal(inbound_count(r->in), 0);
	again(r); /* the owner died before it removed the source */
	assert_int_equal(r->accepted, 2);
	assert_int_equal(inbound_state(r->in, &id), INBOUND_ACCEPTED);
	inbound_done(r->in, &id);
	again(r);
	assert_int_equal(r->accepted, 2);
	assert_int_equal(inbound_state(r->in, &id), INBOUND_DONE);
	assert_int_equal(put(r, "a.pdf", "bytes", &same), TSK_EXIST);
	item.id = id_new(NOW);
	assert_false(inbound_accepted(r->in, &item));
}

static void
refused_for_good(void **state)
{
	struct room *r = *state;
	struct id id = {{0}}, same = {{0}};

	assert_int_equal(put(r, "a.pdf", "bytes", &id), 0);
	struct wire_refused refused = {
	    .id = id, .refusal = REFUSAL_BUSY, .later = true, .detail = ""};
	assert_true(inbound_refused(r->in, &refused, NOW));
	assert_int_equal(inbound_state(r->in, &id), INBOUND_OPEN);
	refused.refusal = REFUSAL_UNKNOWN_RECEIVER;
	refused.later = false;
	assert_true(inbound_refused(r->in, &refused, NOW));
	assert_int_equal(r->refused, 1);
	assert_string_equal(r->source, "where it lay");
	assert_int_equal(inbound_state(r->in, &id), INBOUND_REFUSED);
	again(r);
	assert_int_equal(put(r, "a.pdf", "bytes", &same), TSK_EXIST);
	assert_int_equal(inbound_state(r->in, &same), INBOUND_REFUSED);
}

static void
an_id_of_its_own(void **state)
{
	struct room *r = *state;
	struct id a = id_new(NOW), b = id_new(NOW), same = a;

	/* two parcels with the same bytes are two when they say so */
	assert_int_equal(put(r, "a.pdf", "bytes", &a), 0);
	assert_int_equal(put(r, "a.pdf", "bytes", &b), 0);
	assert_int_equal(put(r, "b.pdf", "others", &same), TSK_EXIST);
	struct wire_refused refused = {
	    .id = a, .refusal = REFUSAL_NO_WAY, .detail = ""};
	for (int i = 0; i < 2; i++) {
		assert_true(inbound_refused(r->in, &refused, NOW));
		same = a;
		assert_int_equal(put(r, "a.pdf", "bytes", &same), TSK_EXIST);
		assert_int_equal(inbound_forget(r->in, &a), 0);
		same = a;
		assert_int_equal(put(r, "a.pdf", "bytes", &same), 0);
	}
	again(r);
	assert_int_equal(inbound_count(r->in), 2);
}

static const char *const bad_names[] = {
    "", ".hidden", "a/b", "..", "con", "x\x01y", NULL};

static void
never_what_the_wire_refuses(void **state)
{
	struct room *r = *state;

	for (size_t i = 0; bad_names[i] != NULL; i++) {
		struct id id = {{0}};

		assert_int_equal(put(r, bad_names[i], "x", &id), TSK_INVALID);
	}
	assert_int_equal(inbound_count(r->in), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(kept_once),
	    TEST(accepted_until_done),
	    TEST(refused_for_good),
	    TEST(an_id_of_its_own),
	    TEST(never_what_the_wire_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

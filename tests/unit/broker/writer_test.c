/* NAME
 *	writer_test - batches that are more than one transaction takes
 * DESCRIPTION
 *	On the real store (LMDB), which refuses more than 256 MiB at once by what
 *	it reckons beforehand: nothing of that size is written here.
 */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "file.h"
#include "log.h"

#include "writer.h"

#define AT_MS   1793491200000
#define WAIT_MS 60000
#define MIB     (1024 * 1024)
#define HUGE_   260   /* pieces of 1 MiB: too much for any transaction */
#define MANY    65000 /* notes: just fit, but not together with FEW */
#define FEW     3000

struct rig {
	char folder[64];
	struct store *store;
	struct writer *writer;
	struct work *works;
	size_t count, room;
};

static int
set_up(void **state)
{
	struct rig *d = mem_new(sizeof(*d));
	struct store_settings settings = {.backend = STORE_LMDB};
	char path[80];
	struct why why = {0};

	log_open("writer-test", LOG_ERROR_);
	snprintf(d->folder, sizeof(d->folder), "/tmp/tasuki-writer-XXXXXX");
	assert_non_null(mkdtemp(d->folder));
	snprintf(path, sizeof(path), "%s/store", d->folder);
	settings.path = path;
	if (store_open(&settings, &d->store, &why) != 0)
		fail_msg("store_open: %s", why.text);
	assert_int_equal(writer_start(d->store, &d->writer, &why), 0);
	d->room = MANY + FEW;
	d->works = mem_new(d->room * sizeof(*d->works));
	*state = d;
	return 0;
}

static int
tear_down(void **state)
{
	struct rig *d = *state;
	int tmp = open("/tmp", O_DIRECTORY | O_CLOEXEC);

	writer_free(&d->writer);
	store_close(&d->store);
	assert_int_equal(file_remove_tree(tmp, strrchr(d->folder, '/') + 1), 0);
	close(tmp);
	free(d->works);
	free(d);
	return 0;
}

static struct work *
put(struct rig *d, enum store_op_type type, bool joined)
{
	struct work *work = &d->works[d->count++];

	assert_true(d->count <= d->room);
	memset(work, 0, sizeof(*work));
	work->op.type = type;
	work->op.actor = "broker";
	work->op.at_ms = AT_MS;
	work->op.rc = TSK_SYSTEM; /* nobody has run it */
	work->joined = joined;
	return work;
}

static struct work *
put_note(struct rig *d, bool joined)
{
	struct work *work = put(d, STORE_NOTE, joined);

	work->op.note.subject = "test";
	work->op.note.text = "a";
	writer_put(d->writer, work);
	return work;
}

/* Pieces of parcels nobody has sent: one byte array for all of them. */
static struct work *
put_huge(struct rig *d, size_t pieces)
{
	static const char piece[MIB];
	struct work *first = &d->works[d->count];
	size_t i;

	for (i = 0; i < pieces; i++) {
		struct work *work = put(d, STORE_STAGE, i + 1 < pieces);

		work->op.stage.id.bytes[0] = 1;
		work->op.stage.piece.chunk = (uint32_t)i;
		work->op.stage.piece.data = piece;
		work->op.stage.piece.bytes = MIB;
		writer_put(d->writer, work);
	}
	return first;
}

/* Until all have come back. */
static void
run(struct rig *d)
{
	struct pollfd fd = {.fd = writer_fd(d->writer), .events = POLLIN};
	struct work *work;
	size_t back = 0;

	writer_flush(d->writer, -1);
	while (back < d->count) {
		assert_true(poll(&fd, 1, WAIT_MS) > 0);
		for (work = writer_take(d->writer); work != NULL;
		     work = work->next)
			back++;
	}
	assert_int_equal(back, d->count);
}

static uint64_t
audited(struct rig *d)
{
	struct store_stats stats;

	assert_int_equal(store_stats(d->store, &stats), 0);
	return stats.audit_entries;
}

static uint64_t
staged(struct rig *d)
{
	struct store_stats stats;

	assert_int_equal(store_stats(d->store, &stats), 0);
	return stats.staged_pieces;
}

/* What belongs together and is too much is refused, whole; what came before and
 * after it is kept, and the broker goes on. */
static void
test_only_what_is_too_big(void **state)
{
	struct rig *d = *state;
	struct work *before = put_note(d, false);
	struct work *huge = put_huge(d, HUGE_);
	struct work *after = put_note(d, false);
	size_t i;

	run(d);
	assert_false(writer_broken(d->writer, NULL));
	assert_int_equal(before->op.rc, 0);
	assert_int_equal(after->op.rc, 0);
	for (i = 0; i < HUGE_; i++)
		assert_int_equal(huge[i].op.rc, TSK_TOOBIG);
	assert_int_equal(audited(d), 2);
	assert_int_equal(staged(d), 0);
}

static void
test_goes_on_afterwards(void **state)
{
	struct rig *d = *state;
	struct work *small;

	(void)put_huge(d, HUGE_);
	run(d);
	d->count = 0;
	small = put_huge(d, 2);
	run(d);
	assert_int_equal(small[0].op.rc, 0);
	assert_int_equal(small[1].op.rc, 0);
	assert_int_equal(staged(d), 2);
}

/* Too much only together: in two transactions, nothing refused. */
static void
test_cut_between_works(void **state)
{
	struct rig *d = *state;
	uint64_t commits, ops, full;
	size_t i;

	for (i = 0; i < FEW; i++)
		(void)put_note(d, false);
	for (i = 0; i < MANY; i++)
		(void)put_note(d, i + 1 < MANY);
	run(d);
	assert_false(writer_broken(d->writer, NULL));
	for (i = 0; i < d->count; i++)
		assert_int_equal(d->works[i].op.rc, 0);
	assert_int_equal(audited(d), FEW + MANY);
	writer_commits(d->writer, &commits, &ops, &full);
	assert_int_equal(commits, 2);
	assert_int_equal(ops, FEW + MANY);
	assert_int_equal(full, 0);
}

/* The last one says it is joined, and nothing comes after it. */
static void
test_joined_to_nothing(void **state)
{
	struct rig *d = *state;
	struct work *huge = put_huge(d, HUGE_);

	huge[HUGE_ - 1].joined = true;
	run(d);
	assert_false(writer_broken(d->writer, NULL));
	assert_int_equal(huge[0].op.rc, TSK_TOOBIG);
	assert_int_equal(huge[HUGE_ - 1].op.rc, TSK_TOOBIG);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(test_only_what_is_too_big),
	    CASE(test_goes_on_afterwards),
	    CASE(test_cut_between_works),
	    CASE(test_joined_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

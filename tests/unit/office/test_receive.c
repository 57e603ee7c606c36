/* NAME
 *	test_receive - a delivery into the inbox, killed at every point
 * DESCRIPTION
 *	A child does what incoming does with one delivery: write, commit, move.
 *	It is killed at a crash point; the next one begins like an agent that
 *	starts, and finishes, with the delivery sent again as the broker would.
 *	Whatever point it was: each file is in the inbox once, whole.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "digest.h"
#include "file.h"
#include "incoming.h"
#include "log.h"
#include "office.h"
#include "pickup.h"
#include "place.h"

#define FILES 3

static const char *const texts[FILES] = {"plan\r\n", "table 7\r\n", ""};
static const char *const file_names[FILES] = {
    "UPPLAN_X.CSV", "UPSIKYU_X.CSV", "empty.txt"};

struct bench {
	char path[64];
	struct settings settings;
	struct app app;
	struct office office;
	struct wire_document documents[FILES];
	struct link_body bodies[FILES];
	struct wire_deliver deliver;
	struct link_delivery delivery;
};

static void
bench_delivery(struct bench *b, uint8_t tail)
{
	struct wire_parcel *p = &b->deliver.parcel;

	memset(p, 0, sizeof(*p));
	p->id = id_new(1795000000000);
	p->id.bytes[15] = tail;
	memcpy(p->from, "1379900010", 11);
	memcpy(p->to, "1379900028", 11);
	p->document_count = FILES;
	p->documents = b->documents;
	for (size_t i = 0; i < FILES; i++) {
		struct wire_document *d = &b->documents[i];

		d->name = file_names[i];
		d->kind = "";
		d->bytes = d->encoded_bytes = strlen(texts[i]);
		digest_sha256(texts[i], d->bytes, d->sha256);
		b->bodies[i].data = texts[i];
		b->bodies[i].bytes = d->bytes;
	}
	b->deliver.queue = "office/1379900028";
	b->deliver.leg = 2;
	b->delivery.deliver = &b->deliver;
	b->delivery.bodies = b->bodies;
}

static void
bench_make(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	strcpy(b->path, "/tmp/tasuki-receive-XXXXXX");
	assert_non_null(mkdtemp(b->path));
	b->settings.outbox = (char *)(uintptr_t) "送信";
	b->settings.inbox = (char *)(uintptr_t) "受信";
	b->settings.sent = (char *)(uintptr_t) "送信済";
	b->settings.sending = (char *)(uintptr_t) "送信中";
	b->settings.rejected = (char *)(uintptr_t) "エラー";
	b->settings.hold = (char *)(uintptr_t) "保留";
	bench_delivery(b, 1);
}

static int
nothing(zloop_t *loop, int timer, void *arg)
{
	(void)loop, (void)timer, (void)arg;
	return 0;
}

/* The office as an agent that starts finds it. */
static void
bench_open(struct bench *b)
{
	struct why why = {0};

	if (folders_open(&b->office.folders, &b->settings, b->path, &why) != 0)
		panic("%s", why.text);
	b->app.settings = &b->settings;
	b->app.loop = zloop_new();
	b->app.work = nothing;
	b->app.work_timer = -1;
	b->app.watch = watch_new(b->app.loop, 60000);
	b->app.offices = &b->office;
	b->app.office_count = 1;
	b->office.app = &b->app;
	b->office.spares = 0;
	snprintf(b->office.label, sizeof(b->office.label), "1379900028");
	b->app.incoming = incoming_new(&b->app);
	(void)pickup_new(&b->office);
	incoming_load(b->app.incoming, &b->office);
	(void)incoming_work(b->app.incoming, 1);
}

static void
bench_close(struct bench *b)
{
	pickup_free(&b->office.pickup);
	incoming_free(&b->app.incoming);
	watch_free(&b->app.watch);
	zloop_destroy(&b->app.loop);
	folders_close(&b->office.folders);
}

static void
bench_drop(struct bench *b)
{
	int tmp = file_dir_open(AT_FDCWD, "/tmp");

	assert_int_equal(file_remove_tree(tmp, b->path + 5), 0);
	close(tmp);
}

/* What incoming does with a delivery, without a broker. */
static void
receive(struct bench *b)
{
	const struct id *id = &b->deliver.parcel.id;

	if (place_known(&b->office, id))
		return;
	if (place_write(&b->office, &b->delivery) != 0 ||
	    folders_sync(&b->office.folders) != 0 ||
	    place_commit(&b->office, id) != 0 ||
	    file_dir_sync(b->office.folders.incoming) != 0 ||
	    place_move(&b->office, id) != 0)
		panic("a delivery failed");
}

static void
expect_file(int dir, const char *name, const char *text)
{
	struct buf bytes;

	buf_init(&bytes, 1000);
	assert_int_equal(file_read(dir, name, 999, &bytes), 0);
	assert_string_equal(bytes.data == NULL ? "" : bytes.data, text);
	buf_fini(&bytes);
}

static void
expect_count(int dir, int wanted)
{
	char **names;
	int n = file_list(dir, &names);

	assert_int_equal(n, wanted);
	file_list_free(&names);
}

static void
expect_inbox(struct bench *b)
{
	for (size_t i = 0; i < FILES; i++)
		expect_file(b->office.folders.inbox, file_names[i], texts[i]);
	expect_count(b->office.folders.inbox, FILES);
	assert_true(place_known(&b->office, &b->deliver.parcel.id));
}

/* ---- kills ---- */

/* 0: it finished; 1: it was killed at the point. */
static int
in_child(struct bench *b, const char *crash)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("TASUKI_CRASH", crash, 1);
		bench_open(b);
		receive(b);
		bench_close(b);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return 1;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	return 0;
}

static const char *const points[] = {
    "office-receive-file",
    "office-receive-renamed",
    "office-receive-placed",
    "office-receive-marked",
    "office-receive-cleaned",
};

static unsigned
kill_at(const char *point, unsigned pass)
{
	struct bench b;
	char crash[64];
	unsigned killed;

	bench_make(&b);
	snprintf(crash, sizeof(crash), "%s:%u", point, pass);
	killed = (unsigned)in_child(&b, crash);
	bench_open(&b);
	receive(&b);
	expect_inbox(&b);
	receive(&b); /* again: settled, not written */
	expect_inbox(&b);
	bench_close(&b);
	bench_drop(&b);
	return killed;
}

/* F02 */
static void
test_kills(void **state)
{
	unsigned kills = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		for (unsigned pass = 1; pass <= FILES; pass++)
			kills += kill_at(points[i], pass);
	print_message("killed %u times at %zu points\n", kills,
	    sizeof(points) / sizeof(points[0]));
#ifdef TASUKI_CRASH_POINTS
	assert_true(kills >= 9);
#endif
}

/* ---- names that are taken ---- */

static void
put(int dir, const char *name, const char *text)
{
	assert_int_equal(file_create(dir, name, text, strlen(text), 0600), 0);
}

static void
test_conflict(void **state)
{
	struct bench b;
	char **names;
	int n;

	(void)state;
	bench_make(&b);
	bench_open(&b);
	put(b.office.folders.inbox, file_names[0], "mine");
	put(b.office.folders.inbox, file_names[1], texts[1]);
	receive(&b);
	expect_file(b.office.folders.inbox, file_names[0], "mine");
	expect_file(b.office.folders.inbox, file_names[1], texts[1]);
	expect_file(b.office.folders.inbox, "UPPLAN_X(2).CSV", texts[0]);
	expect_count(b.office.folders.inbox, FILES + 1);
	n = file_list(b.office.folders.rejected, &names);
	assert_int_equal(n, 1);
	assert_non_null(strstr(names[0], "UPPLAN_X(2).CSV"));
	file_list_free(&names);
	/* the same under another id: all of it is there already */
	bench_delivery(&b, 2);
	receive(&b);
	expect_count(b.office.folders.inbox, FILES + 1);
	bench_close(&b);
	bench_drop(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kills),
	    cmocka_unit_test(test_conflict),
	};

	log_open("test", LOG_ERROR_);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_driver_api - the driver api with real workers, nobody answering
 * DESCRIPTION
 *	The spawner is this program again: main() looks for --spawner first.
 *	With somebody answering: tests/scenario/test_national_api.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "driver.h"
#include "file.h"
#include "pkcs12.h"
#include "pool.h"
#include "vault.h"
#include "spawner.h"

#include "p12.h"
#include "temp.h"

#define A      "0310000017"
#define B      "1379900010"
#define C      "1379900036"
#define NOBODY "1379900028"
#define WAIT_S 60

struct room {
	struct national_settings settings;
	zloop_t *loop;
	void *driver;
	int dirfd, listener;
	char secret[300], containers[300], profile[300], base[64];
	/* what came */
	struct driver_answer answer;
	unsigned answers, notices;
	char notice[64];
	pid_t child, spawner;
	int caller;
};

/* ---- what the driver says ---- */

static void
on_answer(void *arg, const struct driver_answer *answer)
{
	struct room *r = arg;

	r->answer = *answer;
	r->answers++;
}

static void
on_changed(void *arg, const char *office)
{
	(void)arg;
	(void)office;
}

static void
on_notice(void *arg, const char *office, const char *code, const char *text)
{
	struct room *r = arg;

	r->notices++;
	snprintf(r->notice, sizeof(r->notice), "%s %s", office, code);
	print_message("%s: %s\n", r->notice, text);
}

static void
on_clear(void *arg, const char *office, const char *code)
{
	(void)arg;
	(void)office;
	(void)code;
}

static const struct driver_events events = {
    on_answer, on_changed, on_notice, on_clear};

/* ---- a room ---- */

static void
add(struct room *r, const char *number, int days)
{
	struct container_facts facts = {0};
	struct buf p12, modern;
	struct secrets s;
	struct vault *v;
	struct why why = {0};

	buf_init(&p12, CONTAINER_P12_MAX);
	buf_init(&modern, CONTAINER_P12_MAX);
	snprintf(facts.number, sizeof(facts.number), "%s", number);
	p12_make(number, days, "p12-password", false, &p12);
	assert_int_equal(pkcs12_look(p12.data, p12.len, "p12-password", &facts,
			     &modern, &why),
	    0);
	assert_int_equal(secrets_make(p12.data, p12.len, "p12-password",
			     "user-name", "login-password", &s),
	    0);
	assert_int_equal(
	    vault_open(r->containers, r->secret, true, &v, &why), 0);
	assert_int_equal(vault_put(v, &facts, &s, &why), 0);
	vault_close(&v);
	secrets_fini(&s);
	buf_fini(&p12);
}

/* A port that takes connections and says nothing. */
static void
listen_somewhere(struct room *r)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);

	r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(r->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(r->listener, 8), 0);
	assert_int_equal(
	    getsockname(r->listener, (struct sockaddr *)&at, &n), 0);
	snprintf(r->base, sizeof(r->base), "https://127.0.0.1:%d",
	    ntohs(at.sin_port));
}

static void
write_profile(struct room *r, const char *folder, const char *base)
{
	static const char text[] =
	    "name = \"nobody\"\npayload = \"4.1\"\nbase = \"%s\"\n"
	    "hosts = \"127.0.0.1\"\nlogin\n    path = \"/l\"\n"
	    "    body = '{\"p\": \"{password}\"}'\nsent\n    path = \"/s\"\n"
	    "received\n    path = \"/r\"\nfetch\n    path = \"/f/{ref}\"\n"
	    "send\n    path = \"/s\"\n    file = '{\"n\": \"{file_name}\"}'\n"
	    "codes\n    at = \"c\"\n    ok = \"0\"\n";
	char filled[1024];

	snprintf(filled, sizeof(filled), text, base);
	snprintf(r->profile, sizeof(r->profile), "%s",
	    temp_put(folder, "profile.conf", filled));
}

static void
room_open(struct room *r, const char *folder, bool listening)
{
	struct why why = {0};

	memset(r, 0, sizeof(*r));
	snprintf(r->secret, sizeof(r->secret), "%s",
	    temp_put(folder, "secret", "0123456789012345678901234\n"));
	assert_int_equal(chmod(r->secret, 0600), 0);
	snprintf(r->containers, sizeof(r->containers), "%s/c", folder);
	listen_somewhere(r);
	if (!listening) {
		close(r->listener);
		r->listener = -1;
	}
	write_profile(r, folder, r->base);
	add(r, A, 400);
	add(r, B, -1);
	add(r, C, 400);
	r->settings = (struct national_settings){
	    .parallel = 4,
	    .api_workers = 4,
	    .api_profile = r->profile,
	    .api_containers = r->containers,
	    .api_secret = r->secret,
	    .api_idle_ms = 60000,
	};
	r->dirfd = file_dir_open(AT_FDCWD, folder);
	r->loop = zloop_new();
	int rc = driver_api.open(
	    r->loop, &r->settings, r->dirfd, &events, r, &r->driver, &why);
	if (rc < 0)
		print_message("%s\n", why.text);
	assert_int_equal(rc, 0);
}

static int
on_tick(zloop_t *loop, int timer, void *arg)
{
	struct room *r = arg;

	(void)loop;
	(void)timer;
	return r->answers > 0 ? -1 : 0;
}

static void
room_wait(struct room *r)
{
	int64_t until = clock_mono_ms() + WAIT_S * 1000;
	int timer = zloop_timer(r->loop, 10, 0, on_tick, r);

	while (r->answers == 0 && clock_mono_ms() < until)
		(void)zloop_start(r->loop);
	zloop_timer_end(r->loop, timer);
	assert_int_equal(r->answers, 1);
	r->answers = 0;
}

static void
room_close(struct room *r)
{
	driver_api.close(r->driver);
	zloop_destroy(&r->loop);
	close(r->dirfd);
	if (r->listener >= 0)
		close(r->listener);
	if (r->caller > 0)
		close(r->caller);
	/* no worker outlives the driver */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
order(struct room *r, const char *office, enum driver_verb verb)
{
	struct driver_order o = {.number = 7, .verb = verb};

	snprintf(o.office, sizeof(o.office), "%s", office);
	driver_api.order(r->driver, &o);
	assert_int_equal(r->answers, 0); /* never from inside */
}

/* ---- cases ---- */

static void
test_known_before(void **state)
{
	struct driver_health health;
	struct room r;

	room_open(&r, *state, false);
	/* B's certificate ended yesterday, and A's lasts */
	assert_int_equal(r.notices, 1);
	assert_string_equal(r.notice, B " certificate-expiry");
	order(&r, B, DRIVER_LIST_SENT);
	room_wait(&r);
	assert_int_equal(r.answer.rc, TSK_DENIED);
	assert_int_equal(r.answer.scope, SCOPE_OFFICE);
	assert_string_equal(r.answer.why.code, "certificate-expired");
	driver_api.health(r.driver, B, &health);
	assert_int_equal(health.state, HEALTH_PERSON);
	assert_true(health.expires_ms > 0);
	order(&r, NOBODY, DRIVER_LIST_SENT);
	room_wait(&r);
	assert_int_equal(r.answer.rc, TSK_DENIED);
	assert_string_equal(r.answer.why.code, "no-certificate");
	/* a new one, and the office may go on */
	add(&r, B, 400);
	order(&r, B, DRIVER_LIST_SENT);
	room_wait(&r);
	assert_int_equal(r.answer.rc, TSK_LATER);
	assert_string_equal(r.answer.why.code, "national-line");
	driver_api.health(r.driver, A, &health);
	assert_int_equal(health.state, HEALTH_READY);
	room_close(&r);
}

static void
test_nobody_there(void **state)
{
	struct room r;
	char path[400];

	room_open(&r, *state, false);
	for (int i = 0; i < 5; i++) { /* it did not come to a login */
		order(&r, A, DRIVER_LIST_RECEIVED);
		room_wait(&r);
		assert_int_equal(r.answer.rc, TSK_LATER);
		assert_int_equal(r.answer.scope, SCOPE_ALL);
		assert_string_equal(r.answer.why.code, "national-line");
	}
	snprintf(path, sizeof(path), "%s/" A ".login", (char *)*state);
	assert_int_equal(access(path, F_OK), -1);
	room_close(&r);
}

static pid_t
child_of(pid_t parent)
{
	char path[64];
	int pid = 0;

	snprintf(
	    path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	(void)fclose(f);
	return pid;
}

static void
shows_nothing(pid_t pid, const char *what)
{
	char path[64];
	struct buf text;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return; /* not even root may look */
	buf_init(&text, 1u << 16);
	char part[512];
	for (ssize_t n; (n = read(fd, part, sizeof(part))) > 0;)
		buf_add(&text, part, (size_t)n);
	close(fd);
	static const char *const words[] = {
	    "password", "user-name", A, "01234567890"};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_null(text.len == 0 ? NULL
					  : memmem(text.data, text.len,
						words[i], strlen(words[i])));
	buf_fini(&text);
}

/* The worker is at its login when somebody connects. */
static int
on_connect(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct room *r = arg;

	zloop_poller_end(loop, item);
	r->child = child_of(r->spawner = child_of(getpid()));
	shows_nothing(r->child, "cmdline");
	shows_nothing(r->child, "environ");
	assert_int_equal(kill(r->child, SIGKILL), 0);
	return 0;
}

static void
test_worker_dies(void **state)
{
	struct room r;
	char path[400];

	room_open(&r, *state, true);
	zmq_pollitem_t item = {.fd = r.listener, .events = ZMQ_POLLIN};
	zloop_poller(r.loop, &item, on_connect, &r);
	order(&r, A, DRIVER_LIST_SENT);
	room_wait(&r);
	assert_true(r.child > 0);
	assert_int_equal(r.answer.rc, TSK_LATER);
	assert_string_equal(r.answer.why.code, "worker");
	/* nobody knows whether that login was said: it stays counted */
	snprintf(path, sizeof(path), "%s/" A ".login", (char *)*state);
	assert_int_equal(access(path, F_OK), 0);
	room_close(&r);
}

/* With the spawner end its workers; the next order gets a new one. */
static int
on_connect_spawner(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct room *r = arg;
	pid_t spawner = child_of(getpid());

	assert_int_not_equal(spawner, r->spawner);
	r->spawner = spawner;
	zloop_poller_end(loop, item);
	/* kept open: the worker must not end for want of a line */
	if (r->caller > 0)
		close(r->caller);
	r->caller = accept(r->listener, NULL, NULL);
	assert_true(r->caller > 0);
	assert_int_equal(kill(spawner, SIGKILL), 0);
	return 0;
}

static void
test_spawner_dies(void **state)
{
	struct room r;

	room_open(&r, *state, true);
	zmq_pollitem_t item = {.fd = r.listener, .events = ZMQ_POLLIN};
	for (int i = 0; i < 2; i++) {
		zloop_poller(r.loop, &item, on_connect_spawner, &r);
		order(&r, i == 0 ? A : C, DRIVER_LIST_SENT);
		room_wait(&r);
		assert_int_equal(r.answer.rc, TSK_LATER);
		assert_string_equal(r.answer.why.code, "worker");
	}
	room_close(&r);
}

/* Who comes next waits for the workers of who went. */
static void
test_lock(void **state)
{
	struct room r;

	room_open(&r, *state, true);
	int dirfd = dup(r.dirfd);
	assert_int_equal(pool_lock(dirfd, 0), TSK_LATER);
	room_close(&r);
	int fd = pool_lock(dirfd, 0);
	assert_true(fd >= 0);
	close(fd);
	close(dirfd);
}

/* The gateway stops while a worker waits for an answer. */
static int
on_connect_leave(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct room *r = arg;

	zloop_poller_end(loop, item);
	r->child = child_of(child_of(getpid()));
	return -1;
}

static void
test_stop_under_way(void **state)
{
	struct room r;

	room_open(&r, *state, true);
	zmq_pollitem_t item = {.fd = r.listener, .events = ZMQ_POLLIN};
	zloop_poller(r.loop, &item, on_connect_leave, &r);
	order(&r, A, DRIVER_LIST_SENT);
	(void)zloop_start(r.loop);
	assert_true(r.child > 0);
	room_close(&r);
	assert_int_equal(r.answers, 0); /* none after close */
}

#define CASE(test) \
	cmocka_unit_test_setup_teardown(test, temp_setup, temp_teardown)

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], SPAWNER_OPTION) == 0)
		spawner_main(argv[2]);
	const struct CMUnitTest tests[] = {
	    CASE(test_known_before),
	    CASE(test_nobody_there),
	    CASE(test_worker_dies),
	    CASE(test_spawner_dies),
	    CASE(test_lock),
	    CASE(test_stop_under_way),
	};

	zsys_handler_set(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

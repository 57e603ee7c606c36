/* NAME
 *	test_log - a line stays a line
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "file.h"
#include "log.h"
#include "temp.h"

#define THREADS    4
#define PER_THREAD 500
#define LINES      500 /* more than a pipe or a socket holds */

/* stderr goes into a file of the test's folder while it runs */
struct capture {
	char path[512];
	int saved;
};

static void
capture_begin(struct capture *c, const char *folder)
{
	(void)snprintf(
	    c->path, sizeof(c->path), "%s", temp_put(folder, "log", ""));
	int fd = open(c->path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(fd >= 0);
	c->saved = dup(STDERR_FILENO);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	(void)close(fd);
}

static void
capture_end(struct capture *c, struct buf *out)
{
	assert_true(dup2(c->saved, STDERR_FILENO) >= 0);
	(void)close(c->saved);
	buf_init(out, 1 << 20);
	assert_int_equal(file_read_path(c->path, 1 << 20, out), 0);
}

struct line_case {
	const char *given, *wanted;
};

static const struct line_case cases[] = {
    {"deliver: result=later", "deliver: result=later"},
    {"name=計画書", "name=計画書"},
    {"forged\n2026 info x", "forged\\n2026 info x"},
    {"tab\there", "tab\\there"},
    {"bell\a esc\x1b[31m", "bell\\x07 esc\\x1b[31m"},
    {"c1\xc2\x9b", "c1\\xc2\\x9b"},
    {"bidi\xe2\x80\xae", "bidi\\xe2\\x80\\xae"},
    {"sjis\x8b\xb3", "sjis\\x8b\\xb3"},
    {"del\x7f", "del\\x7f"},
};

static void
lines_are_escaped(void **state)
{
	struct capture capture;
	struct buf out;

	log_open("test", LOG_INFO_);
	capture_begin(&capture, *state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		log_info("%s", cases[i].given);
	capture_end(&capture, &out);
	char *saved = NULL;
	char *line = strtok_r(out.data, "\n", &saved);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_non_null(line);
		assert_memory_equal(line + 23, "+09:00 test info ", 17);
		assert_string_equal(line + 40, cases[i].wanted);
		line = strtok_r(NULL, "\n", &saved);
	}
	assert_null(line);
	buf_fini(&out);
}

static void
levels(void **state)
{
	struct capture capture;
	struct buf out;

	log_open("test", LOG_WARN_);
	capture_begin(&capture, *state);
	log_debug("one");
	log_info("two");
	log_warn("three");
	log_error("four");
	capture_end(&capture, &out);
	assert_null(strstr(out.data, "one"));
	assert_null(strstr(out.data, "two"));
	assert_non_null(strstr(out.data, " warn three\n"));
	assert_non_null(strstr(out.data, " error four\n"));
	buf_fini(&out);
	assert_int_equal(log_level_parse("debug"), LOG_DEBUG_);
	assert_int_equal(log_level_parse("error"), LOG_ERROR_);
	assert_int_equal(log_level_parse("loud"), -1);
}

static void
long_lines_are_cut(void **state)
{
	struct capture capture;
	struct buf out;
	char text[5000];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_open("test", LOG_INFO_);
	capture_begin(&capture, *state);
	log_info("%s", text);
	log_info("next");
	capture_end(&capture, &out);
	char *newline = strchr(out.data, '\n');
	assert_non_null(newline);
	assert_in_range(newline - out.data, 1000, 2047);
	assert_non_null(strstr(newline, " info next\n"));
	buf_fini(&out);
}

static void *
talk(void *arg)
{
	for (int i = 0; i < PER_THREAD; i++)
		log_info("thread=%c%c%c%c end", *(char *)arg, *(char *)arg,
		    *(char *)arg, *(char *)arg);
	return NULL;
}

static void
threads_do_not_mix(void **state)
{
	struct capture capture;
	struct buf out;
	pthread_t threads[THREADS];
	char names[THREADS] = {'a', 'b', 'c', 'd'};
	int count = 0;

	log_open("test", LOG_INFO_);
	capture_begin(&capture, *state);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, talk, &names[i]), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	capture_end(&capture, &out);
	char *saved = NULL;
	for (char *line = strtok_r(out.data, "\n", &saved); line != NULL;
	     line = strtok_r(NULL, "\n", &saved), count++) {
		const char *t = strstr(line, "thread=");
		assert_non_null(t);
		assert_true(t[7] == t[8] && t[8] == t[9] && t[9] == t[10]);
		assert_string_equal(t + 11, " end");
	}
	assert_int_equal(count, THREADS * PER_THREAD);
	buf_fini(&out);
}

/* What is there now. */
static ssize_t
recv_some(int fd, char *out, size_t max)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1 ? read(fd, out, max) : 0;
}

/* Whoever reads stderr has stopped: no line waits for ever, the first
 * after it goes on says how many are missing, and no line is half. */
static void
nobody_reads(int ends[2])
{
	static char text[1 << 20];
	int saved = dup(STDERR_FILENO);
	size_t have = 0;
	ssize_t n;

	log_open("test", LOG_INFO_);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	for (int i = 0; i < LINES; i++)
		log_info("line=%04d %0900d", i, i);
	/* it reads again: what got out, whole, and then the rest */
	while ((n = recv_some(ends[0], text + have, sizeof(text) - have)) > 0)
		have += (size_t)n;
	log_info("goes on");
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)close(ends[1]);
	while ((n = read(ends[0], text + have, sizeof(text) - have)) > 0)
		have += (size_t)n;
	(void)close(ends[0]);
	text[have] = '\0';
	int out = 0, lost = 0;
	char *at = NULL;
	for (char *line = strtok_r(text, "\n", &at); line != NULL;
	     line = strtok_r(NULL, "\n", &at)) {
		if (strstr(line, "line=") != NULL) {
			assert_int_equal(strlen(line), 40 + 10 + 900);
			assert_int_equal(lost, 0);
			out++;
		} else if (strstr(line, "result=lost lines=") != NULL) {
			lost = atoi(strstr(line, "lines=") + 6);
		} else {
			assert_non_null(strstr(line, " info goes on"));
			assert_int_equal(out + lost, LINES);
			out = 0;
		}
	}
	assert_true(lost > 0);
	assert_int_equal(out, 0);
}

/* F47 */
static void
a_pipe_nobody_reads(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	nobody_reads(ends);
}

/* F47 */
static void
a_socket_nobody_reads(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	nobody_reads(ends);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lines_are_escaped),
	    TEST(levels),
	    TEST(long_lines_are_cut),
	    TEST(threads_do_not_mix),
	    TEST(a_pipe_nobody_reads),
	    TEST(a_socket_nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

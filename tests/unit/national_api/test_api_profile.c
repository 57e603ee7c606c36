/* NAME
 *	test_api_profile - what a profile may say, and what an answer then means
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exchange.h"
#include "file.h"
#include "judge.h"
#include "profile.h"
#include "shape.h"

#include "temp.h"

#define NOW 1795500000000

static const char *
practice(void)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/config/national/practice.conf",
	    getenv("TASUKI_SOURCE"));
	return path;
}

static void
load_practice(struct api_profile *p)
{
	struct why why = {0};
	int rc = api_profile_load(practice(), p, &why);

	if (rc < 0)
		print_message("%s\n", why.text);
	assert_int_equal(rc, 0);
}

/* One line of the example replaced by another. */
static const struct {
	const char *old, *new, *word; /* word: in the sentence; NULL: fine */
	int rc;
} slips[] = {
    {"limits\n", "limits\n", NULL, 0},
    {"payload = \"4.1\"", "payload = \"5.0\"", "5.0", TSK_VERSION},
    {"payload = \"4.1\"", "payload = \"3\"", "Known: 4.1", TSK_VERSION},
    {"base = \"https://127.0.0.1:8443\"", "base = \"http://127.0.0.1\"",
	"https", TSK_INVALID},
    {"base = \"https://127.0.0.1:8443\"", "base = \"https://a@b\"", "https",
	TSK_INVALID},
    {"hosts = \"127.0.0.1\"", "hosts = \"\"", "hosts", TSK_INVALID},
    {"path = \"/auth/v1/login\"", "path = \"auth\"", "login", TSK_INVALID},
    {"path = \"/auth/v1/login\"", "path = \"/{password}\"", "secret",
	TSK_INVALID},
    {"path = \"/auth/v1/login\"", "path = \"/{nobody}\"", "braces",
	TSK_INVALID},
    {"path = \"/auth/v1/login\"", "# nothing", "no path", TSK_INVALID},
    {"{\"user_id\": \"{user}\"", "{\"user_id\": {user}", "no JSON",
	TSK_INVALID},
    {"limit=500&cursor={cursor}", "t={token}", "secret", TSK_INVALID},
    {"as = \"national-set\"", "as = \"National Set\"", "say/as", TSK_INVALID},
    {"# maintenance = \"sun@00:00-06:00 daily@02:30-03:00\"",
	"maintenance = \"sunday@00:00-06:00\"", "window", TSK_INVALID},
    {"    at = \"result.code\"\n", "", "codes/at", TSK_INVALID},
    {"    ref = \"item_id\"\n", "    reference = \"item_id\"\n", "reference",
	TSK_INVALID},
};

static char *
replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	struct buf out;

	assert_non_null(at);
	buf_init(&out, 1u << 20);
	buf_add(&out, text, (size_t)(at - text));
	buf_text(&out, new);
	buf_text(&out, at + strlen(old));
	char *copy = mem_text(out.data);
	buf_fini(&out);
	return copy;
}

static void
test_slips(void **state)
{
	struct buf text;

	buf_init(&text, 1u << 20);
	assert_int_equal(file_read_path(practice(), 1u << 20, &text), 0);
	for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++) {
		struct api_profile p;
		struct why why = {0};
		char *made = replaced(text.data, slips[i].old, slips[i].new);

		int rc = api_profile_load(
		    temp_put(*state, "profile.conf", made), &p, &why);
		print_message("%s: %s\n", slips[i].new, why.text);
		assert_int_equal(rc, slips[i].rc);
		if (slips[i].word != NULL)
			assert_non_null(strstr(why.text, slips[i].word));
		api_profile_fini(&p);
		free(made);
	}
	buf_fini(&text);
}

/* T37: only hosts of the list, only https, nobody's user name. */
static void
test_hosts(void **state)
{
	static const struct {
		const char *url;
		bool wanted;
	} rows[] = {
	    {"https://127.0.0.1:8443/x", true},
	    {"https://127.0.0.1/x", true},
	    {"http://127.0.0.1:8443/x", false},
	    {"https://localhost:8443/x", false},
	    {"https://127.0.0.1@evil.example/x", false},
	    {"https://evil.example/127.0.0.1", false},
	    {"https://127.0.0.1.evil.example/", false},
	    {"file:///etc/passwd", false},
	    {"", false},
	};
	struct api_profile p;

	(void)state;
	load_practice(&p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("%s\n", rows[i].url);
		assert_true(
		    exchange_allowed(&p, rows[i].url) == rows[i].wanted);
	}
	api_profile_fini(&p);
}

/* 2026-11-22 is a Sunday. */
static void
test_windows(void **state)
{
	static const struct {
		const char *window, *now, *end; /* end "": not now; NULL: bad */
	} rows[] = {
	    {"sun@00:00-06:00", "2026-11-22T05:59:59+09:00",
		"2026-11-22T06:00:00+09:00"},
	    {"sun@00:00-06:00", "2026-11-22T06:00:00+09:00", ""},
	    {"sun@00:00-06:00", "2026-11-23T05:00:00+09:00", ""},
	    {"daily@23:00-24:00", "2026-11-21T14:30:00Z",
		"2026-11-22T00:00:00+09:00"},
	    {"2026-11-22@00:00-24:00", "2026-11-22T12:00:00+09:00",
		"2026-11-23T00:00:00+09:00"},
	    {"2026-11-22@00:00-24:00", "2026-11-21T12:00:00+09:00", ""},
	    {"2026-02-30@00:00-24:00", "2026-11-21T12:00:00+09:00", NULL},
	    {"sun@06:00-05:00", "2026-11-22T05:00:00+09:00", NULL},
	    {"sun@0:00-06:00", "2026-11-22T05:00:00+09:00", NULL},
	    {"sun 00:00-06:00", "2026-11-22T05:00:00+09:00", NULL},
	    {"sunday@00:00-06:00", "2026-11-22T05:00:00+09:00", NULL},
	    {"", "2026-11-22T05:00:00+09:00", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t end;
		print_message("%s %s\n", rows[i].window, rows[i].now);
		int rc =
		    api_window(rows[i].window, shape_time(rows[i].now), &end);
		assert_int_equal(rc, rows[i].end == NULL ? TSK_INVALID : 0);
		if (rows[i].end != NULL)
			assert_int_equal(end, shape_time(rows[i].end));
	}
}

static const struct {
	long status;
	int64_t after_s;
	const char *body; /* NULL: no JSON */
	int rc;
	enum judge_scope scope;
	int64_t wait_ms;
	const char *code;
} answers[] = {
    {200, 0, "{\"result\":{\"code\":\"0000\"}}", 0, JUDGE_ORDER, 0, ""},
    {200, 0, "{\"result\":{\"code\":\"W001\"}}", 0, JUDGE_ORDER, 0, ""},
    {200, 0, "{\"result\":{\"code\":\"B001\"}}", TSK_INVALID, JUDGE_ORDER, 0,
	"national-unregistered"},
    {200, 0, "{\"result\":{\"code\":\"Z9 \\n<script>\"}}", TSK_INVALID,
	JUDGE_ORDER, 0, "national-Z9script"},
    {200, 0, "{\"result\":{\"code\":\"A001\"}}", TSK_DENIED, JUDGE_OFFICE, 0,
	"national-login"},
    {200, 0, "{\"result\":{\"code\":\"A002\"}}", TSK_LATER, JUDGE_OFFICE,
	3600000, "national-locked"},
    {200, 0,
	"{\"result\":{\"code\":\"A002\"},"
	"\"locked_until\":\"2026-11-24T15:10:00+09:00\"}",
	TSK_LATER, JUDGE_OFFICE, 600000, "national-locked"},
    {200, 0,
	"{\"result\":{\"code\":\"A002\"},"
	"\"locked_until\":\"9999-01-01T00:00:00Z\"}",
	TSK_LATER, JUDGE_OFFICE, 86400000, "national-locked"},
    {200, 0, "{\"result\":{\"code\":\"B008\"}}", TSK_NOTFOUND, JUDGE_ORDER, 0,
	"national-gone"},
    {200, 0, "{\"other\":1}", TSK_CLOSED, JUDGE_ORDER, 0, "national-unsure"},
    {200, 0, NULL, TSK_CLOSED, JUDGE_ORDER, 0, "national-unsure"},
    {302, 0, NULL, TSK_CLOSED, JUDGE_ALL, 0, "national-answer"},
    {400, 0, "{\"error\":{\"code\":\"S400\"}}", TSK_INVALID, JUDGE_ORDER, 0,
	"national-S400"},
    {403, 0, NULL, TSK_DENIED, JUDGE_OFFICE, 0, "national-person"},
    {404, 0, NULL, TSK_NOTFOUND, JUDGE_ORDER, 0, "national-gone"},
    {500, 0, NULL, TSK_CLOSED, JUDGE_ORDER, 0, "national-unsure"},
    {503, 0, NULL, TSK_LATER, JUDGE_ALL, 300000, "national-pause"},
    {503, 60, NULL, TSK_LATER, JUDGE_ALL, 60000, "national-pause"},
    {503, 60, "{\"error\":{\"until\":\"2026-11-24T15:20:00+09:00\"}}",
	TSK_LATER, JUDGE_ALL, 1200000, "national-pause"},
};

static void
test_answers(void **state)
{
	struct api_profile p;

	(void)state;
	load_practice(&p);
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		json_t *root = answers[i].body == NULL
				   ? NULL
				   : json_loads(answers[i].body, 0, NULL);
		struct outcome out;

		print_message("%ld %s\n", answers[i].status,
		    answers[i].body == NULL ? "" : answers[i].body);
		struct judgement j = judge_answer(
		    &p, answers[i].status, answers[i].after_s, root, NOW);
		judge_outcome(&p, &j, NOW, &out);
		json_decref(root);
		assert_int_equal(out.rc, answers[i].rc);
		assert_int_equal(out.scope, answers[i].scope);
		assert_int_equal(out.retry_ms,
		    answers[i].wait_ms == 0 ? 0 : NOW + answers[i].wait_ms);
		assert_string_equal(out.why.code, answers[i].code);
	}
	api_profile_fini(&p);
}

/* The manual page names every setting. */
static void
test_manual(void **state)
{
	char path[1024], wanted[128];
	struct buf text;

	(void)state;
	snprintf(path, sizeof(path), "%s/docs/tasuki-national-api.md",
	    getenv("TASUKI_SOURCE"));
	buf_init(&text, 1u << 20);
	assert_int_equal(file_read_path(path, 1u << 20, &text), 0);
	for (const struct conf_row *r = api_profile_rows; r->path != NULL;
	     r++) {
		snprintf(wanted, sizeof(wanted), "`%s`", r->path);
		if (strstr(text.data, wanted) == NULL)
			fail_msg("%s is not in %s", r->path, path);
	}
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_slips, temp_setup, temp_teardown),
	    cmocka_unit_test(test_hosts),
	    cmocka_unit_test(test_windows),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_fax_template - names in braces, and what must never get through
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "smtp.h"
#include "template.h"

static const struct {
	const char *template;
	bool url;
	const char *wanted; /* NULL: refused */
} rows[] = {
    {"{intl}@fax.example", false, "81312345678@fax.example"},
    {"{number}@cl1.example", false, "0312345678@cl1.example"},
    {"FAX={e164}@x", false, "FAX=+81312345678@x"},
    {"https://x/?n={e164}&r={tag}", true, "https://x/?n=%2B81312345678&r=a-1"},
    {"https://x/{ref}/cancel", true, "https://x/..%2F..%3Fa/cancel"},
    {"{pages}{user}{office}", false, "3me1370100008"}, {"", false, ""},
    {"{nobody}", false, NULL}, {"{number", false, NULL}, {"{}", false, NULL},
    {"{from}", false, NULL}, /* it holds a line end */
};

static void
test_fill(void **state)
{
	struct fax_profile profile = {
	    .user = (char *)"me", .from = (char *)"a@b\r\nBcc: c@d"};
	struct driver_job job = {.tag = "a-1",
	    .ref = "../..?a",
	    .number = "0312345678",
	    .from = "1370100008",
	    .pages = 3};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out;
		buf_init(&out, 256);
		buf_text(&out, "");
		print_message("%s\n", rows[i].template);
		int rc = template_fill(
		    rows[i].template, &profile, &job, rows[i].url, &out);
		if (rows[i].wanted == NULL) {
			assert_int_equal(rc, TSK_INVALID);
		} else {
			assert_int_equal(rc, 0);
			assert_string_equal(
			    out.len > 0 ? out.data : "", rows[i].wanted);
		}
		buf_fini(&out);
	}
}

/* T29 */
static void
test_addresses(void **state)
{
	(void)state;
	assert_true(smtp_address_ok("81312345678@fax.example"));
	assert_true(smtp_address_ok("FAX=+81312345678@fax.example"));
	assert_false(smtp_address_ok("a@b,c@d"));
	assert_false(smtp_address_ok("a@b c@d"));
	assert_false(smtp_address_ok("<a@b>"));
	assert_false(smtp_address_ok("a@b\r\nBcc:c"));
	assert_false(smtp_address_ok("a"));
	assert_false(smtp_address_ok("@b"));
	assert_false(smtp_address_ok("a@"));
	assert_false(smtp_address_ok("a@b@c"));
	assert_false(smtp_address_ok(""));
}

static void
test_urls(void **state)
{
	(void)state;
	assert_true(http_url_ok("https://rest.example/x"));
	assert_true(http_url_ok("http://127.0.0.1:8080/x"));
	assert_true(http_url_ok("http://localhost/x"));
	assert_false(http_url_ok("http://rest.example/x"));
	assert_false(http_url_ok("http://127.0.0.1.evil.example/"));
	assert_false(http_url_ok("http://localhost.evil.example/"));
	assert_false(http_url_ok("file:///etc/passwd"));
	assert_false(http_url_ok("https://"));
	assert_false(http_url_ok(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fill),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

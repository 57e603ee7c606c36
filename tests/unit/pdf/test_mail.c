/* NAME
 *	test_mail - no value can add a header, nothing is lost on the way
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mail.h"

static void
addresses(void **state)
{
	static const struct {
		const char *address;
		bool ok;
	} cases[] = {
	    {"a@b.jp", true},
	    {"first.last+tag@mail.example.jp", true},
	    {"", false},
	    {"a", false},
	    {"@b.jp", false},
	    {"a@", false},
	    {"a@b@c", false},
	    {"a b@c.jp", false},
	    {"a@b.jp\r\nBcc: x@y.jp", false},
	    {"a@b.jp\n", false},
	    {"<a@b.jp>", false},
	    {"\"a\"@b.jp", false},
	    {"a@b.jp,c@d.jp", false},
	    {"-oX@b.jp", false},
	    {"a@-b.jp", false},
	    {"a@.jp", false},
	    {"a@b.jp.", false},
	    {"利用者@b.jp", false},
	    {"a@b.jp>", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    mail_address_ok(cases[i].address), cases[i].ok);
}

static struct mail
sample(void)
{
	return (struct mail){
	    .from = "from@office.example",
	    .from_name = "",
	    .to = "to@partner.example",
	    .subject = "subject",
	    .text = "text\n",
	    .message_id = "tasuki-1-0@office.example",
	    .at_ms = 1795500000000, /* 2026-11-24 15:00:00 JST */
	    .file_name = "a.pdf",
	    .file = "%PDF",
	    .file_bytes = 4,
	};
}

static const char *
compose(const struct mail *mail, struct buf *out)
{
	buf_init(out, 1u << 20);
	assert_int_equal(mail_compose(mail, out), 0);
	return out->data;
}

/* T29 */
static void
headers(void **state)
{
	static const char *const wanted[] = {
	    "Date: Tue, 24 Nov 2026 15:00:00 +0900\r\n",
	    "Message-ID: <tasuki-1-0@office.example>\r\n",
	    "From: <from@office.example>\r\n",
	    "To: <to@partner.example>\r\n",
	    "Subject: =?UTF-8?B?c3ViamVjdA==?=\r\n",
	    "\r\n\r\ndGV4dAo=\r\n",
	    "filename*=UTF-8''a.pdf\r\n",
	    "\r\n\r\nJVBERg==\r\n",
	};
	struct mail mail = sample();
	struct buf out;

	(void)state;
	const char *text = compose(&mail, &out);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (strstr(text, wanted[i]) == NULL)
			fail_msg("missing: %s", wanted[i]);
	}
	buf_fini(&out);
}

/* T21.
 * Every line at most 78 characters and ended by CR LF; only known headers. */
static void
nothing_gets_out_of_its_place(void **state)
{
	static const char *const evil[] = {
	    "x\r\nBcc: evil@example.jp",
	    "x\n\n.\nQUIT",
	    "=?UTF-8?B?x?=",
	    "長い名前長い名前長い名前長い名前長い名前長い名前長い名前長い名前",
	    "%s\"';\\",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		struct mail mail = sample();
		struct buf out;
		mail.subject = mail.text = mail.from_name = mail.file_name =
		    evil[i];
		const char *text = compose(&mail, &out);
		assert_null(strstr(text, "\nBcc"));
		assert_null(strstr(text, "\nQUIT"));
		assert_null(strstr(text, "\r\n.\r\n"));
		for (const char *p = text; *p != '\0';) {
			const char *end = strstr(p, "\r\n");
			assert_non_null(end);
			assert_null(memchr(p, '\n', (size_t)(end - p)));
			/* a file name of RFC 2231 is one long word */
			if (strncmp(p, " filename*", 10) != 0)
				assert_true(end - p <= 78);
			p = end + 2;
		}
		buf_fini(&out);
	}
}

static void
limits(void **state)
{
	struct mail mail = sample();
	struct buf out;
	char *big = mem_new(200000);

	(void)state;
	mail.file = big;
	mail.file_bytes = 200000;
	buf_init(&out, 100000);
	assert_int_equal(mail_compose(&mail, &out), TSK_TOOBIG);
	buf_fini(&out);
	mail.to = "a b@c";
	assert_int_equal(mail_compose(&mail, &out), TSK_INVALID);
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(headers),
	    cmocka_unit_test(nothing_gets_out_of_its_place),
	    cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

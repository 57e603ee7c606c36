/* NAME
 *	test_fax_mail - what is read out of result mails
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail.h"

#define TAG "01a20183860c7e928d1ca1af9e571572-0-1"

static const struct {
	const char *name, *mail, *from;
	const char *holds; /* a text it must show */
	bool bounced, delayed;
} rows[] = {
    {"plain",
	"From: FAX <Result@Fax.Example>\r\nSubject: sent " TAG
	"\r\n\r\nYour fax was sent.\r\n",
	"result@fax.example", "sent " TAG "\nYour fax was sent.", false, false},
    {"words",
	"From: a@b.jp\nSubject: =?UTF-8?B?6YCB5L+h5a6M?=\n"
	" =?UTF-8?Q?=E4=BA=86?= " TAG "\n\nx\n",
	"a@b.jp", "送信完了 " TAG, false, false},
    {"iso-2022-jp",
	"From: a@b.jp\nContent-Type: text/plain; charset=ISO-2022-JP\n\n"
	"\x1b$BAw?.40N;\x1b(B\n",
	"a@b.jp", "送信完了", false, false},
    {"base64 shift_jis",
	"From: a@b.jp\nContent-Type: text/plain; charset=\"Shift_JIS\"\n"
	"Content-Transfer-Encoding: base64\n\nkZeQTYquTpi5\nlw==\n",
	"a@b.jp", "送信", false, false},
    {"quoted",
	"From: a@b.jp\nContent-Transfer-Encoding: quoted-printable\n"
	"Content-Type: text/plain; charset=utf-8\n\n"
	"=E9=80=81=E4=BF=A1=\n=E5=AE=8C=E4=BA=86 3=\r\npages\n",
	"a@b.jp", "送信完了 3pages", false, false},
    {"report",
	"From: MAILER-DAEMON@mx.test\nContent-Type: multipart/report;\n"
	" boundary=\"=_b\"\n\n--=_b\nContent-Type: text/plain\n\nSorry\n"
	"--=_b\nContent-Type: message/delivery-status\n\n"
	"Reporting-MTA: dns; x\n\nAction: failed\n\n"
	"--=_b\nContent-Type: message/rfc822\n\nSubject: ===" TAG
	"\n\nbody\n--=_b--\n",
	"mailer-daemon@mx.test", "===" TAG, true, false},
    {"delayed",
	"From: m@mx.test\nContent-Type: multipart/report; boundary=b\n\n"
	"--b\nContent-Type: message/delivery-status\n\nAction: delayed\n"
	"--b--\n",
	"m@mx.test", NULL, false, true},
    {"reply", "From: a@b.jp\nIn-Reply-To: <" TAG "@tasuki.invalid>\n\nok\n",
	"a@b.jp", "<" TAG "@tasuki.invalid>", false, false},
    {"no sender", "Subject: x\n\ny\n", "", "x\ny", false, false},
    {"cut off",
	"From: a@b.jp\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
	"Content-Type: text/plain\n\nsent",
	"a@b.jp", "sent", false, false},
    {"an image is passed over",
	"From: a@b.jp\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
	"Content-Type: image/tiff\n\nsent\n--b--\n",
	"a@b.jp", NULL, false, false},
    {"nothing", "", "", NULL, false, false},
    {"only a word", "=?utf-8?B?", "", NULL, false, false},
    {"words without end", "Subject: =?utf-8?B?6YCB\n\n", "", "=?utf-8?B?6YCB",
	false, false},
    {"unknown charset", "Subject: =?x-none?Q?sent?=\n\n", "", "sent", false,
	false},
    {"utf-16",
	"From: a@b.jp\nContent-Type: text/plain; charset=UTF-16BE\n"
	"Content-Transfer-Encoding: base64\n\nkAFP4VuMToY=\n",
	"a@b.jp", "送信完了", false, false},
    {"a NUL in letters",
	"From: a@b.jp\nSubject: =?UTF-7?Q?sent+AAA-ok?=\n\nx\n", "a@b.jp",
	"sent ok\nx", false, false},
    {"broken bytes",
	"Content-Type: text/plain; charset=utf-8\n\nsent \xff\xfe ok\n", "",
	"sent ?? ok", false, false},
};

static void
test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mail mail;
		print_message("%s\n", rows[i].name);
		mail_read(rows[i].mail, strlen(rows[i].mail), &mail);
		assert_string_equal(mail.from, rows[i].from);
		assert_int_equal(mail.bounced, rows[i].bounced);
		assert_int_equal(mail.delayed, rows[i].delayed);
		if (rows[i].holds != NULL) {
			assert_non_null(mail.text.data);
			if (strstr(mail.text.data, rows[i].holds) == NULL)
				fail_msg("only: %s", mail.text.data);
		} else if (mail.text.data != NULL) {
			assert_null(strstr(mail.text.data, "sent"));
		}
		mail_fini(&mail);
	}
}

static void
test_senders(void **state)
{
	struct mail mail = {.from = "result@fax.example"};

	(void)state;
	assert_true(mail_from(&mail, "result@fax.example"));
	assert_true(mail_from(&mail, "a@b.c  Result@Fax.Example"));
	assert_true(mail_from(&mail, "@fax.example"));
	assert_false(mail_from(&mail, "@example"));
	assert_false(mail_from(&mail, "fax.example"));
	assert_false(mail_from(&mail, "esult@fax.example"));
	assert_false(mail_from(&mail, "@"));
	assert_false(mail_from(&mail, ""));
	strcpy(mail.from, "");
	assert_false(mail_from(&mail, ""));
	assert_false(mail_from(&mail, "@fax.example"));
	strcpy(mail.from, "x@evil.example");
	assert_false(mail_from(&mail, "@fax.example result@fax.example"));
}

/* Boxes in boxes end at a depth. */
static void
test_deep(void **state)
{
	size_t n = 200000;
	char *text = malloc(n * 32 + 1);
	struct mail mail;
	size_t used = 0;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		used += (size_t)sprintf(
		    text + used, "Content-Type:message/rfc822\n\n");
	mail_read(text, used, &mail);
	mail_fini(&mail);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_senders),
	    cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_fax_number - which texts are FAX numbers, and what is refused why
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "fax_number.h"

static const struct row {
	const char *text;
	const char *wanted; /* digits, or the code of the refusal */
} rows[] = {
    /* however it is written */
    {"03-1234-5678", "0312345678"},
    {"0312345678", "0312345678"},
    {"(03)1234-5678", "0312345678"},
    {"03(1234)5678", "0312345678"},
    {"+81-3-1234-5678", "0312345678"},
    {"+81312345678", "0312345678"},
    /* area codes of two to five digits */
    {"06-6123-4567", "0661234567"},
    {"011-234-5678", "0112345678"},
    {"054-234-5678", "0542345678"},
    {"04-7123-4567", "0471234567"},
    {"0267-12-3456", "0267123456"},
    {"0776-12-3456", "0776123456"},
    {"088-612-3456", "0886123456"},
    {"098-867-1234", "0988671234"},
    {"099-213-1234", "0992131234"},
    {"01267-2-3456", "0126723456"},
    {"09912-2-3456", "0991223456"},
    {"050-1234-5678", "05012345678"},
    {"0120-123-456", "0120123456"},
    {"0800-123-4567", "08001234567"},
    /* prefixes */
    {"184-03-1234-5678", "fax-prefix"},
    {"1840312345678", "fax-prefix"},
    {"186-03-1234-5678", "fax-prefix"},
    {"0033-03-1234-5678", "fax-abroad"},
    {"010-81-3-1234-5678", "fax-abroad"},
    {"0081312345678", "fax-abroad"},
    {"+1-212-555-1234", "fax-abroad"},
    {"+81-03-1234-5678", "fax-area"},
    {"00", "fax-abroad"},
    {"003-1234-5678", "fax-abroad"},
    /* characters that dial on, or mean nothing */
    {"03-1234-5678#", "fax-character"},
    {"03-1234-5678*1", "fax-character"},
    {"03-1234-5678,,1", "fax-character"},
    {"03-1234-5678 ", "fax-character"},
    {"03--1234-5678", "fax-character"},
    {"-03-1234-5678", "fax-character"},
    {"03-1234-5678-", "fax-character"},
    {"03-1234-5678\r\nBcc: a", "fax-character"},
    {"03.1234.5678", "fax-character"},
    {"((03)1234-5678", "fax-character"},
    {"(03-1234-5678", "fax-character"},
    {"03)1234-5678", "fax-character"},
    {")03(1234-5678", "fax-character"},
    {"()0312345678", "fax-character"},
    {"０３-1234-5678", "fax-character"},
    {"03ー1234ー5678", "fax-character"},
    {"tel:0312345678", "fax-character"},
    {"+", "fax-abroad"},
    {"++81312345678", "fax-character"},
    {"-", "fax-character"},
    /* areas and lengths */
    {"", "fax-empty"},
    {"3-1234-5678", "fax-area"},
    {"1234-5678", "fax-area"},
    {"0", "fax-area"},
    {"03", "fax-area"},
    {"0131234567", "fax-area"},
    {"0101234567", "fax-abroad"},
    {"0411234567", "fax-area"},
    {"0711234567", "fax-area"},
    {"03-1234-567", "fax-length"},
    {"03-1234-56789", "fax-length"},
    {"0312345678031234567", "fax-length"},
    {"03-1234-5678-03-1234-5678", "fax-length"},
    {"050-1234-567", "fax-length"},
    {"050-1234-56789", "fax-length"},
    {"0120-12-345", "fax-length"},
    {"0800-123-456", "fax-length"},
    /* kinds that no FAX answers, or that cost */
    {"090-1234-5678", "fax-kind"},
    {"080-1234-5678", "fax-kind"},
    {"070-1234-5678", "fax-kind"},
    {"060-1234-5678", "fax-kind"},
    {"020-1234-5678", "fax-kind"},
    {"0570-123-456", "fax-kind"},
    {"0990-123-456", "fax-kind"},
    {"0180-123-456", "fax-kind"},
};

/* T31 */
static void
test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[FAX_NUMBER_BYTES];
		struct why why = {0};
		int rc = fax_number_parse(rows[i].text, out, &why);
		if (rows[i].wanted[0] == '0') {
			assert_int_equal(rc, 0);
			assert_string_equal(out, rows[i].wanted);
			continue;
		}
		print_message("%s\n", rows[i].text);
		assert_int_equal(rc, TSK_INVALID);
		assert_string_equal(why.code, rows[i].wanted);
		assert_int_equal(why.class, WHY_NEVER);
		assert_string_equal(out, "");
		assert_int_equal(
		    fax_number_parse(rows[i].text, out, NULL), TSK_INVALID);
	}
}

/* T31: No digit more or less, and no swap at the front, makes another number of
 * equal standing out of a number of ten digits with an area code of three. */
static void
test_slips(void **state)
{
	const char *number = "0542345678";
	char slip[32], out[FAX_NUMBER_BYTES];

	(void)state;
	for (size_t i = 0; i < 10; i++) { /* one digit lost */
		memcpy(slip, number, i);
		strcpy(slip + i, number + i + 1);
		assert_int_equal(
		    fax_number_parse(slip, out, NULL), TSK_INVALID);
	}
	for (size_t i = 1; i <= 10; i++) { /* one digit twice */
		memcpy(slip, number, i);
		strcpy(slip + i, number + i - 1);
		if (i == 1)
			continue; /* 00542345678: below */
		assert_int_equal(
		    fax_number_parse(slip, out, NULL), TSK_INVALID);
	}
	assert_int_equal(fax_number_parse("00542345678", out, NULL), -4);
}

static void
test_helpers(void **state)
{
	char e164[FAX_E164_BYTES], mask[FAX_TEXT_MAX + 1];

	(void)state;
	assert_string_equal(
	    fax_number_e164("05012345678", e164), "+815012345678");
	assert_true(fax_number_same("03-1234-5678", "+81312345678"));
	assert_false(fax_number_same("03-1234-5678", "03-1234-5679"));
	assert_false(fax_number_same("", ""));
	assert_false(fax_number_same("03", "03"));
	assert_string_equal(fax_number_mask("0312345678", mask), "******5678");
	assert_string_equal(fax_number_mask("678", mask), "678");
	assert_string_equal(fax_number_mask("", mask), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_slips),
	    cmocka_unit_test(test_helpers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_charset - MS932 strictly, and what a file is written in
 */
#include <string.h>

#include "charset.h"
#include "fixture.h"

static struct charset *charset;

static int
set_up(void **state)
{
	(void)state;
	return charset_new(&charset, NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	charset_free(&charset);
	return 0;
}

static const struct {
	const char *name, *bytes;
	enum charset_fault fault;
	size_t at;
	const char *utf8;
} texts[] = {
    {"empty", "", CHARSET_GOOD, 0, ""},
    {"ascii", "a\\b~|", CHARSET_GOOD, 0, "a\\b~|"},
    {"second byte 5C", "\x95\x5C\x83\x5C\x94\x5C\x8F\x5C", CHARSET_GOOD, 0,
	"表ソ能十"},
    {"second byte 7C", "\x83\x7C", CHARSET_GOOD, 0, "ポ"},
    {"half kana", "\xB6\xB2\xBA\xDE", CHARSET_GOOD, 0, "ｶｲｺﾞ"},
    {"IBM and NEC", "\xFB\xFC\xED\x95\x87\x40", CHARSET_GOOD, 0, "髙﨑①"},
    {"NEC selected", "\xEE\xE0", CHARSET_GOOD, 0, "髙"},
    {"wave", "\x81\x60\x81\x7C\x81\x61", CHARSET_GOOD, 0, "～－∥"},
    {"gaiji first", "a\xF0\x40", CHARSET_GAIJI, 1, NULL},
    {"gaiji last", "\xF9\xFC", CHARSET_GAIJI, 0, NULL},
    {"before gaiji", "\xEF\x40", CHARSET_UNDEFINED, 0, "\xEF\xBF\xBD"},
    {"after gaiji", "\xFA\x40", CHARSET_GOOD, 0, "ⅰ"},
    {"empty row", "\x85\x40", CHARSET_UNDEFINED, 0, "\xEF\xBF\xBD"},
    {"last row", "\xFC\x4C", CHARSET_UNDEFINED, 0, "\xEF\xBF\xBD"},
    {"80", "ab\x80", CHARSET_UNDEFINED, 2, "ab\xEF\xBF\xBD"},
    {"A0", "\xA0", CHARSET_UNDEFINED, 0, "\xEF\xBF\xBD"},
    {"FD", "\xFD", CHARSET_UNDEFINED, 0, "\xEF\xBF\xBD"},
    {"FF", "\xFF", CHARSET_UNDEFINED, 0, "\xEF\xBF\xBD"},
    {"lone lead", "a\x83", CHARSET_HALF, 1, "a\xEF\xBF\xBD"},
    {"lead and quote", "\x83\"", CHARSET_HALF, 0, "\xEF\xBF\xBD\""},
    {"lead and 7F", "\x83\x7F", CHARSET_HALF, 0, "\xEF\xBF\xBD\x7F"},
    {"lead and FD", "\x83\xFD", CHARSET_HALF, 0, "\xEF\xBF\xBD\xEF\xBF\xBD"},
};

static void
every_text(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		size_t n = strlen(texts[i].bytes), at = 0;

		if (charset_check(charset, texts[i].bytes, n, &at) !=
			texts[i].fault ||
		    (texts[i].fault != CHARSET_GOOD && at != texts[i].at))
			fail_msg("%s", texts[i].name);
		buf_clear(&out);
		charset_to_utf8(charset, texts[i].bytes, n, &out);
		if (texts[i].utf8 != NULL && out.len > 0)
			assert_string_equal(out.data, texts[i].utf8);
	}
	buf_fini(&out);
}

/* What is decoded can be encoded, and decodes to the same again; no second
 * byte is a quote, a comma or a line end. */
static void
every_pair(void **state)
{
	struct buf utf8, back;
	unsigned pairs = 0;

	(void)state;
	buf_init(&utf8, 100);
	buf_init(&back, 100);
	for (unsigned code = 0x8000; code <= 0xFFFF; code++) {
		char in[2] = {(char)(code >> 8), (char)(code & 0xFF)};
		uint32_t one, two;
		size_t at;

		if (charset_check(charset, in, 2, &at) != CHARSET_GOOD ||
		    charset_next(charset, in, 2, &one) != 2)
			continue;
		pairs++;
		assert_true((code & 0xFF) >= 0x40);
		buf_clear(&utf8);
		buf_clear(&back);
		charset_to_utf8(charset, in, 2, &utf8);
		assert_int_equal(charset_from_utf8(
				     charset, utf8.data, utf8.len, &back, NULL),
		    0);
		assert_int_equal(back.len, 2);
		assert_int_equal(charset_next(charset, back.data, 2, &two), 2);
		assert_int_equal(one, two);
	}
	/* JIS X 0208, NEC row 13, NEC selected and IBM extensions */
	assert_int_equal(pairs, 6879 + 83 + 374 + 388);
	buf_fini(&utf8);
	buf_fini(&back);
}

static const struct {
	const char *utf8, *bytes;
	size_t at;
} encodings[] = {
    {"髙", "\xFB\xFC", 0}, /* the preferred one of two codes */
    {"a表", "a\x95\x5C", 0}, {"ｶ", "\xB6", 0}, {"～", "\x81\x60", 0},
    {"𠮷", NULL, 0}, {"a剝", NULL, 1}, {"ab—", NULL, 2}, {"é", NULL, 0},
    {"\xE3\x81", NULL, 0},     /* cut */
    {"\xED\xA0\x80", NULL, 0}, /* a surrogate */
};

static void
every_encoding(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
		const char *utf8 = encodings[i].utf8;
		size_t at = 99;
		int rc;

		buf_clear(&out);
		rc = charset_from_utf8(charset, utf8, strlen(utf8), &out, &at);
		if (encodings[i].bytes == NULL) {
			assert_int_equal(rc, TSK_INVALID);
			assert_int_equal(at, encodings[i].at);
		} else {
			assert_int_equal(rc, 0);
			assert_string_equal(out.data, encodings[i].bytes);
		}
	}
	buf_fini(&out);
}

#define BYTES(s) s, sizeof(s) - 1
static const struct {
	const char *p;
	size_t n;
	enum charset_kind kind;
} guesses[] = {
    {BYTES(""), CHARSET_MS932},
    {BYTES("202407,139998"), CHARSET_MS932},
    {BYTES("\xEF\xBB\xBF"
	   "202407"),
	CHARSET_UTF8_BOM},
    {BYTES("202407,介護"), CHARSET_UTF8},
    {BYTES("202407,介\xE8\xAD"), CHARSET_UTF8}, /* cut */
    {BYTES("202407,\x89\xEE\x8C\xEC"), CHARSET_MS932},
    {BYTES("\xC2\xB1\xC2\xB1"), CHARSET_MS932}, /* ﾂｱﾂｱ, or UTF-8 of 2 */
    {BYTES("\xFF\xFE"
	   "2\0"),
	CHARSET_UTF16},
    {BYTES("\xFE\xFF\0002"), CHARSET_UTF16},
    {BYTES("2\0000\0002\0004\0000\0007\000"), CHARSET_UTF16},
    {BYTES("\0002\0000\0002\0004\0000\0007"), CHARSET_UTF16},
    {BYTES("202407\0"), CHARSET_MS932},
};

static void
every_guess(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
		if (charset_guess(guesses[i].p, guesses[i].n) !=
		    guesses[i].kind)
			fail_msg("guess %zu", i);
	}
}

static const struct {
	const char *p;
	size_t n;
	const char *wanted;
} utf16[] = {
    {BYTES(""), ""},
    {BYTES("\xFF\xFE"), ""},
    {BYTES("\xFF\xFE\x4B\x4E"), "\xE4\xB9\x8B"},
    {BYTES("\xFE\xFF\x4E\x4B"), "\xE4\xB9\x8B"},
    {BYTES("2\0\xE9\0"), "2\xC3\xA9"},
    {BYTES("\0002\0\xE9"), "2\xC3\xA9"},
    {BYTES("\xFE\xFF\xD8\x42\xDF\xB7"), "\xF0\xA0\xAE\xB7"}, /* 𠮷 */
    /* damage: a half alone, at the end, twice, the second one first; a byte */
    {BYTES("\xFE\xFF\xD8\x42\0002"), "\xEF\xBF\xBD"
				     "2"},
    {BYTES("\xFE\xFF\xD8\x42"), "\xEF\xBF\xBD"},
    {BYTES("\xFE\xFF\xD8\x42\xD8\x42\xDF\xB7"), "\xEF\xBF\xBD\xF0\xA0\xAE\xB7"},
    {BYTES("\xFE\xFF\xDF\xB7\xD8\x42"), "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {BYTES("\xFF\xFE"
	   "2\0002"),
	"2\xEF\xBF\xBD"},
};

static void
every_utf16(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof utf16 / sizeof utf16[0]; i++) {
		buf_clear(&out);
		buf_text(&out, "");
		charset_from_utf16(utf16[i].p, utf16[i].n, &out);
		assert_string_equal(out.data, utf16[i].wanted);
	}
	buf_fini(&out);
}

static void
ascii(void **state)
{
	char text[40];

	(void)state;
	memset(text, 'a', sizeof text);
	for (size_t n = 0; n <= sizeof text; n++)
		assert_true(charset_ascii(text, n));
	for (size_t at = 0; at < sizeof text; at++) {
		text[at] = (char)0x80;
		assert_false(charset_ascii(text, sizeof text));
		assert_true(charset_ascii(text, at));
		text[at] = 'a';
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_text),
	    cmocka_unit_test(every_pair),
	    cmocka_unit_test(every_encoding),
	    cmocka_unit_test(every_guess),
	    cmocka_unit_test(every_utf16),
	    cmocka_unit_test(ascii),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

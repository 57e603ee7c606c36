/* NAME
 *	test_record - what an agent keeps of a leg comes back, or not at all
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "leg.h"
#include "record.h"

enum state { OPEN = 1, OVER };

struct thing {
	char name[8];
	unsigned tries;
	int64_t at_ms;
	bool told;
	enum state state;
	unsigned leg;
	struct id id;
	unsigned extra; /* lines of the owner's own */
};

#define ROW(name, kind, field) RECORD_ROW(struct thing, name, kind, field)

static const struct record_row rows[] = {
    ROW("name", RECORD_TEXT, name),
    ROW("tries", RECORD_COUNT, tries),
    ROW("at", RECORD_MOMENT, at_ms),
    ROW("told", RECORD_FLAG, told),
};
static const char *const states[] = {[OPEN] = "open", [OVER] = "over"};

static const struct record_form form = {
    .version = "thing 1",
    .seed = 7,
    .states = RECORD_WORDS(states),
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .id = offsetof(struct thing, id),
    .leg = offsetof(struct thing, leg),
    .state = offsetof(struct thing, state),
};

static int
take_line(void *record, const char *name, char *value)
{
	struct thing *thing = record;

	if (strcmp(name, "extra") == 0)
		thing->extra++;
	return strcmp(value, "bad") == 0 ? TSK_DENIED : 0;
}

static void
comes_back(void **state)
{
	struct thing thing = {.id = {{1, 2, 3}},
	    .leg = 4,
	    .state = OVER,
	    .name = "a\nb c",
	    .tries = 4000000000u,
	    .at_ms = -5,
	    .told = true};
	struct thing back = {0};
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	record_begin(&text, &form, &thing);
	buf_text(&text, "extra 1\nextra 2\n");
	record_end(&text, &form);
	assert_int_equal(
	    record_read(&form, text.data, text.len, take_line, &back), 0);
	assert_int_equal(id_compare(&back.id, &thing.id), 0);
	assert_int_equal(back.leg, 4);
	assert_int_equal(back.state, OVER);
	assert_string_equal(back.name, "a b c"); /* one line */
	assert_true(back.tries == 4000000000u && back.at_ms == -5);
	assert_true(back.told);
	assert_int_equal(back.extra, 2);
	/* every single byte counts, and so does the end */
	for (size_t i = 0; i < text.len; i++) {
		struct thing bad = {0};

		text.data[i] ^= 1;
		assert_int_equal(
		    record_read(&form, text.data, text.len, NULL, &bad),
		    TSK_DAMAGED);
		text.data[i] ^= 1;
		assert_int_equal(
		    record_read(&form, text.data, i, NULL, &bad), TSK_DAMAGED);
	}
	buf_fini(&text);
}

/* ---- texts of others ---- */

#define KEY "key 0192aabbccdd70008000aabbccddeeff-0\n"

static const struct {
	const char *text; /* without its tag */
	int rc;
} texts[] = {
    {"thing 1\n" KEY "state open\n", 0},
    {"thing 1\nstate open\n" KEY "later words of a newer one\n\nlone\n", 0},
    {"thing 1\n" KEY "state open\nname much-too-long\n", 0},
    {"thing 2\n" KEY "state open\n", TSK_VERSION},
    {"thing 1\n" KEY "state sleeping\n", TSK_VERSION},
    {"thing 1\n" KEY "state \n", TSK_VERSION},
    {"thing 1\n" KEY, TSK_DAMAGED},
    {"thing 1\nstate open\n", TSK_DAMAGED},
    {"thing 1\nkey 0\nstate open\n", TSK_DAMAGED},
    {"thing 1\nkey 00000000000000000000000000000000-0\nstate open\n",
	TSK_DAMAGED},
    {"thing 1\n" KEY "state open\nextra bad\n", TSK_DENIED},
    {"", TSK_VERSION},
};

static void
texts_of_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct thing thing = {0};
		struct buf text;

		print_message("%s\n", texts[i].text);
		buf_init(&text, 4096);
		buf_text(&text, texts[i].text);
		record_end(&text, &form);
		assert_int_equal(
		    record_read(&form, text.data, text.len, take_line, &thing),
		    texts[i].rc);
		buf_fini(&text);
	}
}

static void
another_form_is_not_read(void **state)
{
	struct record_form other = form;
	struct thing thing = {.id = {{1}}, .state = OPEN};
	struct buf text;

	(void)state;
	other.seed = 8;
	buf_init(&text, 4096);
	record_begin(&text, &other, &thing);
	record_end(&text, &other);
	assert_int_equal(
	    record_read(&form, text.data, text.len, NULL, &thing), TSK_DAMAGED);
	buf_fini(&text);
}

static void
words(void **state)
{
	(void)state;
	assert_string_equal(record_word(&form.states, OPEN), "open");
	assert_string_equal(record_word(&form.states, 0), "?");
	assert_string_equal(record_word(&form.states, 3), "?");
	assert_int_equal(record_word_parse(&form.states, "over"), OVER);
	assert_int_equal(record_word_parse(&form.states, "Over"), -1);
	assert_int_equal(record_word_parse(&form.states, ""), -1);
}

static void __attribute__((format(printf, 3, 4)))
print(char *out, size_t bytes, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	record_print(out, bytes, format, args);
	va_end(args);
}

static void
a_sentence_is_cut_between_characters(void **state)
{
	char out[6];

	(void)state;
	print(out, sizeof(out), "%s", "襷襷襷");
	assert_string_equal(out, "襷");
	print(out, sizeof(out), "%d", 12345);
	assert_string_equal(out, "12345");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_back),
	    cmocka_unit_test(texts_of_others),
	    cmocka_unit_test(another_form_is_not_read),
	    cmocka_unit_test(words),
	    cmocka_unit_test(a_sentence_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

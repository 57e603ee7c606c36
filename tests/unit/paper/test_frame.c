/* Frames: what goes in comes out, what is damaged never gets in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base45.h"
#include "digest.h"
#include "frame.h"

static void
base45_is_rfc9285(void **state)
{
	static const struct {
		const char *plain, *coded;
	} rows[] = {
	    {"", ""},
	    {"AB", "BB8"},
	    {"Hello!!", "%69 VD92EX0"},
	    {"base-45", "UJCLQE7W581"},
	    {"ietf!", "QED8WEX0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf text;
		uint8_t back[64];
		size_t n = strlen(rows[i].plain);

		buf_init(&text, 100);
		base45_write((const uint8_t *)rows[i].plain, n, &text);
		assert_int_equal(text.len, strlen(rows[i].coded));
		if (text.len > 0)
			assert_memory_equal(text.data, rows[i].coded, text.len);
		assert_int_equal(
		    base45_read(rows[i].coded, text.len, back, sizeof(back)),
		    (long)n);
		assert_memory_equal(back, rows[i].plain, n);
		buf_fini(&text);
	}
}

static void
base45_refuses(void **state)
{
	static const struct {
		const char *text;
		size_t room;
		long rc;
	} rows[] = {
	    {"A", 8, TSK_INVALID},   /* no group has one character */
	    {"::", 8, TSK_INVALID},  /* over 255 */
	    {"GGX", 8, TSK_INVALID}, /* over 65535 */
	    {"bb8", 8, TSK_INVALID}, /* small letters */
	    {"B\n8", 8, TSK_INVALID},
	    {"BB8", 1, TSK_TOOBIG},
	};
	uint8_t back[8];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(base45_read(rows[i].text, strlen(rows[i].text),
				     back, rows[i].room),
		    rows[i].rc);
}

static void
comes_back(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 3, 719, FRAME_PAYLOAD_MAX};
	uint8_t payload[FRAME_PAYLOAD_MAX], room[FRAME_BYTES_MAX];

	(void)state;
	digest_random(payload, sizeof(payload));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct frame in = {0xfedcba98, 3, 64, payload, sizes[i]};
		struct frame out;
		struct buf text;

		buf_init(&text, FRAME_TEXT_MAX);
		frame_write(&in, &text);
		assert_true(buf_ok(&text));
		assert_int_equal(
		    frame_read(text.data, text.len, room, &out), 0);
		assert_int_equal(out.set, in.set);
		assert_int_equal(out.part, 3);
		assert_int_equal(out.of, 64);
		assert_int_equal(out.bytes, sizes[i]);
		assert_memory_equal(out.payload, payload, sizes[i]);
		buf_fini(&text);
	}
}

static void
every_changed_character_is_noticed(void **state)
{
	static const char payload[] = "twenty-three characters";
	struct frame in = {7, 1, 2, (const uint8_t *)payload, 23}, out;
	uint8_t room[FRAME_BYTES_MAX];
	struct buf text;

	(void)state;
	buf_init(&text, FRAME_TEXT_MAX);
	frame_write(&in, &text);
	for (size_t i = 0; i < text.len; i++) {
		char was = text.data[i];
		text.data[i] = was == '0' ? '1' : '0';
		assert_true(frame_read(text.data, text.len, room, &out) < 0);
		text.data[i] = was;
	}
	for (size_t n = 0; n < text.len; n++)
		assert_true(frame_read(text.data, n, room, &out) < 0);
	assert_int_equal(frame_read(text.data, text.len, room, &out), 0);
	buf_fini(&text);
}

static void
others_are_told_apart(void **state)
{
	uint8_t later[FRAME_HEAD_BYTES] = {2}, room[FRAME_BYTES_MAX];
	struct frame out;
	struct buf text;

	(void)state;
	assert_int_equal(
	    frame_read("https://example.jp", 18, room, &out), TSK_NOTFOUND);
	assert_int_equal(frame_read("", 0, room, &out), TSK_NOTFOUND);
	assert_int_equal(frame_read("TASUKI:", 7, room, &out), TSK_DAMAGED);
	buf_init(&text, FRAME_TEXT_MAX);
	buf_text(&text, FRAME_PREFIX);
	base45_write(later, sizeof(later), &text);
	assert_int_equal(
	    frame_read(text.data, text.len, room, &out), TSK_VERSION);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(base45_is_rfc9285),
	    cmocka_unit_test(base45_refuses),
	    cmocka_unit_test(comes_back),
	    cmocka_unit_test(every_changed_character_is_noticed),
	    cmocka_unit_test(others_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

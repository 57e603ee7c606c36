/* NAME
 *	test_t30 - a whole telephone call between two FAX machines, in memory
 * DESCRIPTION
 *	What tasuki-fax hands to a provider is sent by T.30 here: the pages must
 *	arrive dot for dot, also over a bad line as long as errors are corrected,
 *	and what went wrong must show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"
#include "pages.h"

#define CALLER   "03 9876 5432"
#define ANSWERER "03 1234 5678"
#define CALL_MAX (50 * 60 * 20) /* 20 minutes of 20 ms */
#define HANGUP   50             /* a second after both are done */

struct line {
	unsigned
	    noise; /* a burst of 60 ms in so many pieces of 20 ms; 0: none */
	unsigned cut_at; /* the answerer vanishes after so many; 0: never */
	bool ecm;
};

struct call {
	struct machine caller, answerer;
	struct pages sent, received;
	char folder[64], out[96], in[96];
};

static void
open_call(struct call *c, size_t pages, unsigned width, unsigned seed)
{
	memset(c, 0, sizeof(*c));
	strcpy(c->folder, "/tmp/tasuki-t30-XXXXXX");
	assert_non_null(mkdtemp(c->folder));
	snprintf(c->out, sizeof(c->out), "%s/out.tif", c->folder);
	snprintf(c->in, sizeof(c->in), "%s/in.tif", c->folder);
	pages_make(&c->sent, pages, width, 800, seed);
	assert_int_equal(pages_write(&c->sent, c->out, 0), 0);
}

static void
close_call(struct call *c)
{
	pages_free(&c->sent);
	pages_free(&c->received);
	unlink(c->out);
	unlink(c->in);
	rmdir(c->folder);
}

/* 60 ms of rubbish, again and again, while pages are on the line. */
static void
disturb(const struct line *line, unsigned piece, unsigned *state,
    int16_t samples[MACHINE_SAMPLES])
{
	if (line->noise == 0 || piece < 500 || piece % line->noise > 2)
		return;
	for (int i = 0; i < MACHINE_SAMPLES; i++) {
		*state = *state * 1664525u + 1013904223u;
		samples[i] = (int16_t)((int)(*state >> 16) % 16000 - 8000);
	}
}

static void
run_call(struct call *c, const struct line *line)
{
	int16_t there[MACHINE_SAMPLES], back[MACHINE_SAMPLES];
	unsigned state = 1, done = 0;

	machine_init(&c->caller, true, CALLER, c->out, line->ecm);
	machine_init(&c->answerer, false, ANSWERER, c->in, line->ecm);
	for (unsigned n = 0; n < CALL_MAX && done < HANGUP; n++) {
		bool gone = line->cut_at > 0 && n > line->cut_at;
		machine_tx(&c->caller, there);
		machine_tx(&c->answerer, back);
		disturb(line, n, &state, there);
		if (gone)
			memset(back, 0, sizeof(back));
		machine_rx(&c->caller, back);
		if (!gone)
			machine_rx(&c->answerer, there);
		done += c->caller.over && (c->answerer.over || gone);
	}
	machine_fini(&c->caller);
	machine_fini(&c->answerer);
}

static void
assert_same(struct call *c)
{
	char text[128] = "";

	assert_int_equal(pages_read(&c->received, c->in), 0);
	if (pages_differ(&c->sent, &c->received, text, sizeof(text)))
		fail_msg("%s", text);
}

static void
test_bit_exact(void **state)
{
	const struct line line = {.ecm = true};
	struct call c;

	(void)state;
	open_call(&c, 3, 1728, 1);
	run_call(&c, &line);
	assert_true(c.caller.over && c.answerer.over);
	assert_int_equal(c.caller.status, 0);
	assert_int_equal(c.answerer.status, 0);
	assert_int_equal(c.caller.pages, 3);
	assert_int_equal(c.answerer.pages, 3);
	assert_true(c.caller.corrected);
	assert_int_equal(c.caller.rate, 14400);
	/* each knows whom it talked to */
	assert_string_equal(c.caller.remote, ANSWERER);
	assert_string_equal(c.answerer.remote, CALLER);
	assert_same(&c);
	close_call(&c);
}

static void
test_noise_is_corrected(void **state)
{
	const struct line line = {.ecm = true, .noise = 300};
	struct call c;

	(void)state;
	open_call(&c, 2, 1728, 2);
	run_call(&c, &line);
	assert_int_equal(c.caller.status, 0);
	assert_int_equal(c.answerer.pages, 2);
	assert_true(c.caller.retries > 0);
	assert_same(&c);
	close_call(&c);
}

/* Why error correction is asked for: without it the call is a success and the
 * page is not. */
static void
test_noise_without_correction(void **state)
{
	const struct line line = {.ecm = false, .noise = 300};
	struct call c;
	char text[128];

	(void)state;
	open_call(&c, 1, 1728, 3);
	run_call(&c, &line);
	assert_false(c.caller.corrected);
	if (c.caller.status == 0 && pages_read(&c.received, c.in) == 0) {
		assert_true(c.answerer.bad_rows > 0);
		assert_int_equal(
		    pages_differ(&c.sent, &c.received, text, sizeof(text)), 1);
	}
	close_call(&c);
}

static void
test_the_other_side_vanishes(void **state)
{
	const struct line line = {.ecm = true, .cut_at = 700};
	struct call c;

	(void)state;
	open_call(&c, 2, 1728, 4);
	run_call(&c, &line);
	assert_true(c.caller.over);
	assert_int_not_equal(c.caller.status, 0);
	close_call(&c);
}

/* 1728 dots or nothing: a width no machine has is refused before any page. */
static void
test_other_widths_fail(void **state)
{
	const struct line line = {.ecm = true};
	struct call c;

	(void)state;
	open_call(&c, 1, 1700, 5);
	run_call(&c, &line);
	assert_true(c.caller.over);
	assert_int_not_equal(c.caller.status, 0);
	assert_int_equal(c.answerer.pages, 0);
	close_call(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bit_exact),
	    cmocka_unit_test(test_noise_is_corrected),
	    cmocka_unit_test(test_noise_without_correction),
	    cmocka_unit_test(test_the_other_side_vanishes),
	    cmocka_unit_test(test_other_widths_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_fax_job - records there and back, and what is no record
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

static struct job
sample(void)
{
	struct job job = {.id = {{1, 2, 3, 0xab}}, .leg = 2};

	job.state = JOB_SENDING;
	strcpy(job.from, "1370100008");
	strcpy(job.to, "13A0100016");
	strcpy(job.to_name, "㈱德永 福祉用具");
	strcpy(job.number, "0312345678");
	strcpy(job.month, "202612");
	job.clients = 40;
	job.pages = 55;
	job.superfine = true;
	job.sent_ms = 1795321726500;
	job.yen = 40;
	job.accepted = true;
	job_say(&job, "sending", "Handed to the provider.");
	job_try(&job);
	return job;
}

static void
write_it(const struct job *job, struct buf *out)
{
	buf_init(out, JOB_RECORD_MAX);
	job_write(job, out);
	assert_true(buf_ok(out));
}

static void
test_there_and_back(void **state)
{
	struct job job = sample(), back;
	struct buf text;

	(void)state;
	write_it(&job, &text);
	assert_int_equal(job_read(text.data, text.len, &back), 0);
	assert_int_equal(back.state, JOB_SENDING);
	assert_int_equal(back.leg, 2);
	assert_int_equal(id_compare(&back.id, &job.id), 0);
	assert_string_equal(back.to_name, job.to_name);
	assert_string_equal(back.tag, "010203ab000000000000000000000000-2-1");
	assert_string_equal(back.text, "Handed to the provider.");
	assert_int_equal(back.sent_ms, job.sent_ms);
	assert_int_equal(back.pages, 55);
	assert_true(back.superfine);
	assert_false(back.accepted); /* a new try is not accepted yet */
	assert_false(back.hold || back.told || back.lent);
	buf_fini(&text);
}

/* Whatever byte of a record is another one, it is noticed. */
static void
test_damage(void **state)
{
	struct job job = sample(), back;
	struct buf text;

	(void)state;
	write_it(&job, &text);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		assert_true(job_read(text.data, text.len, &back) < 0);
		text.data[i] ^= 1;
		assert_true(job_read(text.data, i, &back) < 0);
	}
	buf_fini(&text);
}

/* A provider's word with line ends in it cannot become a line of a record. */
static void
test_line_ends(void **state)
{
	struct job job = sample(), back;
	struct buf text;

	(void)state;
	strcpy(job.ref, "7\nstate confirmed");
	write_it(&job, &text);
	assert_int_equal(job_read(text.data, text.len, &back), 0);
	assert_int_equal(back.state, JOB_SENDING);
	assert_string_equal(back.ref, "7 state confirmed");
	buf_fini(&text);
}

static void
test_states(void **state)
{
	(void)state;
	for (int s = JOB_QUEUED; s <= JOB_RECALLED; s++)
		assert_int_equal(
		    job_state_parse(job_state_name((enum job_state)s)), s);
	assert_int_equal(job_state_parse("sent"), -1);
	assert_string_equal(job_state_name((enum job_state)0), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_damage),
	    cmocka_unit_test(test_line_ends),
	    cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

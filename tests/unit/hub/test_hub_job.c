/* NAME
 *	test_hub_job - the record of a job comes back as it was, or not at all
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "job.h"

static struct job *
example(void)
{
	struct job *job = mem_new(sizeof(*job));

	job->id = id_new(1795000000000);
	job->leg = 3;
	job->state = JOB_LAID;
	strcpy(job->from, "1379900010");
	strcpy(job->to, "1379900028");
	strcpy(job->month, "202612");
	job->tries = 4;
	job->made_ms = 1;
	job->handed_ms = 1795000000001;
	job_say(job, "line", "The hub's \"server\": %s.", "連絡");
	strcpy(job->by, "佐藤");
	job->told = true;
	job->folder = mem_text("out/1379900028");
	job->names[job->name_count++] = mem_text("計画 書.CSV");
	job->names[job->name_count++] = mem_text("b.ok");
	return job;
}

static void
comes_back(void **state)
{
	struct job *job = example(), *again = NULL;
	char key[JOB_KEY_BYTES], other[JOB_KEY_BYTES], part[JOB_PART_BYTES];
	struct buf text;

	(void)state;
	buf_init(&text, JOB_RECORD_MAX);
	job_write(job, &text);
	assert_int_equal(job_read(text.data, text.len, &again), 0);
	assert_string_equal(job_key_of(job, key), job_key_of(again, other));
	assert_int_equal(again->state, JOB_LAID);
	assert_int_equal(again->tries, 4);
	assert_int_equal(again->handed_ms, 1795000000001);
	assert_string_equal(again->text, job->text);
	assert_string_equal(again->by, "佐藤");
	assert_true(again->told);
	assert_string_equal(again->folder, "out/1379900028");
	assert_int_equal(again->name_count, 2);
	assert_string_equal(again->names[0], "計画 書.CSV");
	assert_true(job_part(job, 1, part)[0] == '.');
	/* every single byte counts, and so does the end */
	for (size_t i = 0; i < text.len; i++) {
		struct job *bad = NULL;

		text.data[i] ^= 1;
		assert_int_equal(
		    job_read(text.data, text.len, &bad), TSK_DAMAGED);
		assert_null(bad);
		text.data[i] ^= 1;
		assert_int_equal(job_read(text.data, i, &bad), TSK_DAMAGED);
	}
	buf_fini(&text);
	job_free(&job);
	job_free(&again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

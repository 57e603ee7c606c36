/* NAME
 *	test_secrets - passwords, jobs and months on disk
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "file.h"
#include "jobs.h"
#include "months.h"
#include "secrets.h"

#define NUMBER "1379900093"

struct fixture {
	char path[64];
	int dirfd;
};

static int
setup(void **state)
{
	struct fixture *f = mem_new(sizeof(*f));

	strcpy(f->path, "/tmp/tasuki-secrets-XXXXXX");
	if (mkdtemp(f->path) == NULL)
		return -1;
	f->dirfd = file_dir_open(AT_FDCWD, f->path);
	*state = f;
	return f->dirfd < 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char **names;
	int n = file_list(f->dirfd, &names);

	for (int i = 0; i < n; i++)
		assert_int_equal(file_remove_tree(f->dirfd, names[i]), 0);
	file_list_free(&names);
	close(f->dirfd);
	rmdir(f->path);
	free(f);
	return 0;
}

static void
made_once_and_told_once(void **state)
{
	struct fixture *f = *state;
	char first[SECRET_BYTES], again[SECRET_BYTES];
	struct secrets *secrets;
	struct why why = {0};
	struct stat st;

	assert_int_equal(secrets_open(f->path, &secrets, &why), 0);
	assert_int_equal(secrets_get(secrets, NUMBER, first, &why), 0);
	assert_int_equal(strlen(first), 16);
	assert_null(strpbrk(first, "01lo"));
	assert_int_equal(fstatat(f->dirfd, NUMBER, &st, 0), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_true(secrets_due(secrets, NUMBER));
	secrets_close(&secrets);
	/* after a restart the same one, and the letter is still due */
	assert_int_equal(secrets_open(f->path, &secrets, &why), 0);
	assert_int_equal(secrets_get(secrets, NUMBER, again, &why), 0);
	assert_string_equal(first, again);
	assert_true(secrets_due(secrets, NUMBER));
	assert_int_equal(secrets_told(secrets, NUMBER), 0);
	assert_false(secrets_due(secrets, NUMBER));
	/* removed by a person: another one, and another letter */
	assert_int_equal(unlinkat(f->dirfd, NUMBER, 0), 0);
	assert_int_equal(secrets_get(secrets, NUMBER, again, &why), 0);
	assert_string_not_equal(first, again);
	assert_true(secrets_due(secrets, NUMBER));
	secrets_close(&secrets);
}

static void
given_ones(void **state)
{
	static const struct {
		const char *text;
		int rc;
		const char *secret;
	} cases[] = {
	    {"agreed-word\n", 0, "agreed-word"},
	    {"ひみつのことば\r\nnote\n", 0, "ひみつのことば"},
	    {"short\n", TSK_INVALID, NULL},
	    {"", TSK_INVALID, NULL},
	    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\n", TSK_INVALID, NULL},
	};
	struct fixture *f = *state;
	struct secrets *secrets;
	struct why why = {0};

	assert_int_equal(secrets_open(f->path, &secrets, &why), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[SECRET_BYTES];
		assert_int_equal(file_write(f->dirfd, NUMBER, cases[i].text,
				     strlen(cases[i].text), 0600),
		    0);
		assert_int_equal(
		    secrets_get(secrets, NUMBER, got, &why), cases[i].rc);
		if (cases[i].rc == 0)
			assert_string_equal(got, cases[i].secret);
		assert_false(secrets_due(secrets, NUMBER));
	}
	assert_int_equal(
	    secrets_get(secrets, "../../etc/x", (char[SECRET_BYTES]){0}, &why),
	    TSK_INVALID);
	secrets_close(&secrets);
}

static void
open_to_others_is_refused(void **state)
{
	struct fixture *f = *state;
	struct secrets *secrets;
	struct why why = {0};

	assert_int_equal(fchmod(f->dirfd, 0750), 0);
	assert_int_equal(secrets_open(f->path, &secrets, &why), TSK_DENIED);
	assert_int_equal(why.class, WHY_NEVER);
	assert_int_equal(fchmod(f->dirfd, 0700), 0);
}

static void
jobs_are_kept(void **state)
{
	static const enum job_state states[] = {
	    JOB_SENDING, JOB_SENT, JOB_UNKNOWN, JOB_ASKED, JOB_NONE};
	struct fixture *f = *state;
	struct jobs *jobs;
	struct id id;

	assert_int_equal(id_parse("019ab6e4f2017abc8000000000000000", &id), 0);
	assert_int_equal(jobs_open(f->dirfd, &jobs), 0);
	assert_int_equal(jobs_state(jobs, &id, 0), JOB_NONE);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		assert_int_equal(jobs_note(jobs, &id, 3, states[i], 1000), 0);
		jobs_close(&jobs);
		assert_int_equal(jobs_open(f->dirfd, &jobs), 0);
		assert_int_equal(jobs_state(jobs, &id, 3), states[i]);
		assert_int_equal(jobs_state(jobs, &id, 0), JOB_NONE);
	}
	/* whatever is in there: unknown is what asks a person */
	int month = file_dir_open(f->dirfd, ".jobs/2025-11");
	assert_true(month >= 0);
	assert_int_equal(file_write(month, "019ab6e4f2017abc8000000000000000-3",
			     "rubbish", 7, 0600),
	    0);
	close(month);
	assert_int_equal(jobs_state(jobs, &id, 3), JOB_UNKNOWN);
	jobs_close(&jobs);
}

static void
months_go(void **state)
{
	static const struct {
		const char *name;
		bool stays;
	} cases[] = {
	    {"2025-12", false},
	    {"2026-10", false},
	    {"2026-11", true}, /* of the limit itself */
	    {"2027-01", true},
	    {"2025-1", true},
	    {"2025_12", true},
	    {"notes", true},
	};
	struct fixture *f = *state;
	const size_t count = sizeof(cases) / sizeof(cases[0]);

	for (size_t i = 0; i < count; i++)
		assert_int_equal(
		    file_dir_make(f->dirfd, cases[i].name, 0700), 0);
	assert_int_equal(months_purge(f->dirfd, 1795500000000), 2);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(
		    faccessat(f->dirfd, cases[i].name, F_OK, 0) == 0,
		    cases[i].stays);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		made_once_and_told_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(given_ones, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		open_to_others_is_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(jobs_are_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(months_go, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

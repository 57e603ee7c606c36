/* NAME
 *	test_curve - keys in files
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <czmq.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "curve.h"
#include "temp.h"

#define MANUAL_PUBLIC "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define MANUAL_SECRET "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

static const char *
below(void **state, const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", (const char *)*state, name);
	return path;
}

static void
saved_and_loaded(void **state)
{
	struct curve_key made, read;
	struct stat st;
	struct why why;

	curve_new(&made);
	assert_true(curve_form(made.public_key));
	assert_int_equal(curve_save(below(state, "agent"), &made, &why), 0);
	assert_int_equal(stat(below(state, "agent.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(below(state, "agent.pub"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(curve_load(below(state, "agent.key"), &read, &why), 0);
	assert_string_equal(read.public_key, made.public_key);
	assert_string_equal(read.secret_key, made.secret_key);
	assert_int_equal(curve_load(below(state, "agent.pub"), &read, &why), 0);
	assert_string_equal(read.public_key, made.public_key);
	assert_string_equal(read.secret_key, "");
	curve_wipe(&made);
	for (size_t i = 0; i < sizeof(made.secret_key); i++)
		assert_int_equal(made.secret_key[i], 0);
}

static void
never_overwritten(void **state)
{
	struct curve_key key;
	struct why why;

	curve_new(&key);
	assert_int_equal(curve_save(below(state, "a"), &key, &why), 0);
	assert_int_equal(curve_save(below(state, "a"), &key, &why), TSK_EXIST);
	/* only the public half is there: no secret half may be left over */
	(void)temp_put(*state, "b.pub", "x");
	assert_int_equal(curve_save(below(state, "b"), &key, &why), TSK_EXIST);
	assert_non_null(strstr(why.text, "b.pub is already there"));
	assert_int_equal(access(below(state, "b.key"), F_OK), -1);
	assert_int_equal(curve_save("/nonexistent/a", &key, &why), TSK_SYSTEM);
}

static void
others_may_not_read_it(void **state)
{
	static const mode_t modes[] = {0644, 0640, 0604, 0660};
	struct curve_key key;
	struct why why;

	curve_new(&key);
	assert_int_equal(curve_save(below(state, "a"), &key, &why), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(below(state, "a.key"), modes[i]), 0);
		assert_int_equal(
		    curve_load(below(state, "a.key"), &key, &why), TSK_DENIED);
		assert_non_null(strstr(why.text, "chmod 600"));
		assert_string_equal(key.secret_key, "");
	}
	/* a secret under another name is still a secret */
	assert_int_equal(
	    rename(below(state, "a.key"), temp_put(*state, "a.txt", "")), 0);
	assert_int_equal(
	    curve_load(below(state, "a.txt"), &key, &why), TSK_DENIED);
}

/* zcert(3) and we read each other's files. */
static void
zcert_reads_ours_and_we_its(void **state)
{
	struct curve_key key;
	struct why why;

	curve_new(&key);
	assert_int_equal(curve_save(below(state, "ours"), &key, &why), 0);
	zcert_t *cert = zcert_load(below(state, "ours.key"));
	assert_non_null(cert);
	assert_string_equal(zcert_public_txt(cert), key.public_key);
	assert_string_equal(zcert_secret_txt(cert), key.secret_key);
	zcert_destroy(&cert);
	cert = zcert_new();
	assert_non_null(cert);
	zcert_set_meta(cert, "name", "%s", "office 1");
	assert_int_equal(
	    zcert_save_secret(cert, below(state, "theirs.key")), 0);
	assert_int_equal(chmod(below(state, "theirs.key"), 0600), 0);
	if (curve_load(below(state, "theirs.key"), &key, &why) != 0)
		fail_msg("%s", why.text);
	assert_string_equal(zcert_public_txt(cert), key.public_key);
	assert_string_equal(zcert_secret_txt(cert), key.secret_key);
	zcert_destroy(&cert);
}

struct file_case {
	const char *name, *text;
	int rc;
	const char *want;
};

static const struct file_case file_cases[] = {
    {"a.key", "", TSK_INVALID, ":1: \"curve/public-key\" is not set"},
    {"a.key", "curve\n    public-key = \"short\"\n    secret-key = \"x\"\n",
	TSK_INVALID, "the public key is not 40 characters"},
    {"a.key", "curve\n    public-key = \"" MANUAL_PUBLIC "\"\n", TSK_INVALID,
	"no secret key in it"},
    {"a.key",
	"curve\n    public-key = \"" MANUAL_PUBLIC
	"\"\n    secret-key = \"" MANUAL_SECRET "\"\n",
	TSK_DENIED, "printed in the ZeroMQ manual"},
    {"a.pub", "curve\n    public-key = \"" MANUAL_PUBLIC "\"\n", TSK_DENIED,
	"printed in the ZeroMQ manual"},
    {"a.key",
	"curve\n    public-key = \"c2@nNlm-3DlKy=!fj$^AhdN4C}uvM{A3zk8hSc:X\"\n"
	"    secret-key = \"" MANUAL_SECRET "\"\n",
	TSK_INVALID, "do not belong together"},
    {"a.pub", "curve\n    publik-key = \"x\"\n", TSK_INVALID,
	":2: there is no setting"},
    {"none.key", NULL, TSK_NOTFOUND, "none.key: "},
    {"none.pub", NULL, TSK_NOTFOUND, "none.pub: "},
};

static void
bad_files(void **state)
{
	for (size_t i = 0; i < sizeof(file_cases) / sizeof(file_cases[0]);
	     i++) {
		const struct file_case *c = &file_cases[i];
		struct curve_key key;
		struct why why = {0};
		if (c->text != NULL)
			(void)temp_put(*state, c->name, c->text);
		int rc = curve_load(below(state, c->name), &key, &why);
		if (rc != c->rc || strstr(why.text, c->want) == NULL)
			fail_msg("case %zu: %d %s", i, rc, why.text);
	}
}

struct form_case {
	const char *key;
	bool form, known;
};

static const struct form_case form_cases[] = {
    {MANUAL_PUBLIC, true, true},
    {"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", true, true},
    {"c2@nNlm-3DlKy=!fj$^AhdN4C}uvM{A3zk8hSc:X", true, false},
    {"", false, false},
    {"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI", false, false},
    {"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hIDD", false, false},
    {"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{h D", false, false},
    {"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{h\"D", false, false},
};

static void
forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(form_cases) / sizeof(form_cases[0]);
	     i++) {
		const struct form_case *c = &form_cases[i];
		assert_int_equal(curve_form(c->key), c->form);
		assert_int_equal(curve_known(c->key), c->known);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(saved_and_loaded),
	    TEST(never_overwritten),
	    TEST(others_may_not_read_it),
	    TEST(zcert_reads_ours_and_we_its),
	    TEST(bad_files),
	    TEST(forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

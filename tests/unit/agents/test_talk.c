/* NAME
 *	test_talk - a thing is named by the beginning of its key
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "talk.h"

#define ONE "0192aabbccdd70008000aabbccddee01-0"
#define TWO "0192aabbccdd70008000aabbccddee02-0"
/* a leg of the same parcel */
#define TWO_AGAIN "0192aabbccdd70008000aabbccddee02-1"

static const char *const keys[] = {ONE, TWO, TWO_AGAIN, NULL};

static void *
next(void *arg, void *thing)
{
	const char *const *at = thing == NULL ? arg : (char **)thing + 1;

	return *at != NULL ? (void *)(uintptr_t)at : NULL;
}

static const char *
key_of(const void *thing, char out[LEG_KEY_BYTES])
{
	strcpy(out, *(const char *const *)thing);
	return out;
}

static const struct talk_things things = {"job", next, key_of};

static const struct {
	const char *name, *found, *code;
} cases[] = {
    {ONE, ONE, NULL},
    {TWO, TWO, NULL},
    {TWO_AGAIN, TWO_AGAIN, NULL},
    {"0192aabbccdd70008000aabbccddee01", ONE, NULL},
    {"0192aabbccdd70008000aabbccddee02", NULL, "ambiguous"},
    {"0192", NULL, "ambiguous"},
    {"", NULL, "ambiguous"},
    {ONE "0", NULL, "not-found"},
    {"x", NULL, "not-found"},
};

static void
names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *request = json_pack("{s:s}", "job", cases[i].name);
		json_t *answer = NULL;
		const char *const *found = talk_named(
		    &things, (void *)(uintptr_t)keys, request, &answer);

		print_message("%s\n", cases[i].name);
		if (cases[i].found != NULL) {
			assert_non_null(found);
			assert_string_equal(*found, cases[i].found);
			assert_null(answer);
		} else {
			assert_null(found);
			assert_string_equal(
			    talk_text(answer, "code"), cases[i].code);
			assert_true(strstr(talk_text(answer, "error"),
					" job ") != NULL);
		}
		json_decref(answer);
		json_decref(request);
	}
}

static void
nothing_is_there(void **state)
{
	const char *const none[] = {NULL};
	json_t *request = json_object(), *answer = NULL;

	(void)state;
	assert_null(
	    talk_named(&things, (void *)(uintptr_t)none, request, &answer));
	assert_string_equal(talk_text(answer, "code"), "not-found");
	json_decref(answer);
	json_decref(request);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(nothing_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

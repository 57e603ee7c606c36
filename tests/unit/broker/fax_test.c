/* NAME
 *	fax_test - when a FAX number may be used
 * DESCRIPTION
 *	Two people, or a code that was read back; never the number of before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fax.h"

static bool
usable(const json_t *record, const char *number)
{
	struct fax fax;

	fax_view(record, number, &fax);
	return fax.verified;
}

/* Takes the old record. */
static json_t *
then(json_t *old, json_t *next)
{
	assert_non_null(next);
	json_decref(old);
	return next;
}

static void
two_people(void **state)
{
	struct why why = {0};
	json_t *r = NULL;

	(void)state;
	assert_null(fax_entered(NULL, "", "a", 1));
	assert_null(fax_verified(NULL, "b", 1, &why));
	r = then(r, fax_entered(r, "0312345678", "Suzuki Hanako", 1));
	assert_false(usable(r, "0312345678"));
	assert_null(fax_entered(r, "0312345678", "b", 2));
	assert_null(fax_verified(r, "suzukihanako", 2, &why));
	assert_string_equal(why.code, "same-person");
	r = then(r, fax_verified(r, "b", 3, &why));
	assert_true(usable(r, "0312345678"));
	/* a row with another number than the record's: never */
	assert_false(usable(r, "0312345679"));
	assert_null(fax_verified(r, "c", 3, &why));
	r = then(r, fax_delivered(r, 4));
	assert_null(fax_delivered(r, 5));
	r = then(r, fax_entered(r, "0312345679", "b", 6));
	assert_false(usable(r, "0312345679"));
	assert_string_equal(
	    json_string_value(json_object_get(r, "state")), "frozen");
	assert_null(fax_delivered(r, 7));
	/* and the old one back: verified again, or not */
	r = then(r, fax_entered(r, "0312345678", "b", 8));
	assert_false(usable(r, "0312345678"));
	json_decref(r);
}

static void
a_code(void **state)
{
	struct why why = {0};
	json_t *r = NULL, *shown;
	bool right;
	int i;

	(void)state;
	r = then(r, fax_entered(r, "0312345678", "a", 1));
	assert_null(fax_read_back(r, "123456", "a", 2, &right, &why));
	r = then(r, fax_tested(r, "123456", "a", 2, &why));
	shown = fax_shown(r);
	assert_null(json_object_get(shown, "code"));
	json_decref(shown);
	r = then(r, fax_read_back(r, "123457", "a", 3, &right, &why));
	assert_false(right);
	assert_null(
	    fax_read_back(r, "123456", "a", 4 + FAX_CODE_MS, &right, &why));
	r = then(r, fax_read_back(r, "123456", "a", 4, &right, &why));
	assert_true(right && usable(r, "0312345678"));
	r = then(r, fax_frozen(r, "c", 5, &why));
	assert_false(usable(r, "0312345678"));
	r = then(r, fax_tested(r, "654321", "a", 6, &why));
	for (i = 0; i < FAX_TRIES; i++)
		r = then(r, fax_read_back(r, "000000", "a", 7, &right, &why));
	assert_null(fax_read_back(r, "654321", "a", 8, &right, &why));
	for (i = 0; i < 3 * FAX_HISTORY; i++)
		r = then(r, fax_tested(r, "111111", "a", 9, &why));
	assert_int_equal(
	    json_array_size(json_object_get(r, "history")), FAX_HISTORY);
	json_decref(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_people),
	    cmocka_unit_test(a_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_national_parcel - the record of a parcel
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "parcel.h"

static struct parcel *
sample(void)
{
	struct parcel *p = parcel_new(2);

	p->id = id_new(1790000000000);
	p->leg = 3;
	p->state = PARCEL_HANDING;
	strcpy(p->from, "1370100018");
	strcpy(p->from_type, "43");
	strcpy(p->to, "1370200021");
	strcpy(p->to_name, "きぼう 訪問介護");
	strcpy(p->month, "202612");
	p->clients = 12;
	p->tries = 2;
	p->hold = true;
	p->handing_ms = 1790000001234;
	strcpy(p->ref, "N0001");
	parcel_say(p, "handing-over", "One line\nand another.");
	strcpy(p->documents[0].name, "UPPLAN 1.CSV");
	strcpy(p->documents[0].kind, "UPPLAN");
	p->documents[0].bytes = 77;
	p->documents[0].sha256[0] = 0xab;
	p->documents[0].state = DOCUMENT_LISTED;
	strcpy(p->documents[0].ref, "a ref with\nspace");
	strcpy(p->documents[1].name, "連絡 12月.pdf");
	return p;
}

static void
write_and_read(const struct parcel *p, struct parcel **out)
{
	struct buf text;

	buf_init(&text, PARCEL_RECORD_MAX);
	parcel_write(p, &text);
	assert_int_equal(parcel_read(text.data, text.len, out), 0);
	buf_fini(&text);
}

static void
comes_back(void **state)
{
	struct parcel *p = sample(), *q = NULL;

	(void)state;
	write_and_read(p, &q);
	assert_memory_equal(&q->id, &p->id, sizeof(p->id));
	assert_int_equal(q->leg, 3);
	assert_int_equal(q->state, PARCEL_HANDING);
	assert_string_equal(q->to_name, "きぼう 訪問介護");
	assert_string_equal(q->text, "One line and another.");
	assert_true(q->hold && !q->told);
	assert_int_equal(q->handing_ms, 1790000001234);
	assert_int_equal(q->count, 2);
	assert_string_equal(q->documents[0].name, "UPPLAN 1.CSV");
	assert_string_equal(q->documents[0].ref, "a_ref_with_space");
	assert_int_equal(q->documents[0].state, DOCUMENT_LISTED);
	assert_memory_equal(
	    q->documents[0].sha256, p->documents[0].sha256, DIGEST_BYTES);
	assert_string_equal(q->documents[1].name, "連絡 12月.pdf");
	assert_string_equal(q->documents[1].kind, "");
	assert_string_equal(q->documents[1].ref, "");
	assert_int_equal(q->documents[1].state, DOCUMENT_OPEN);
	parcel_free(&p);
	parcel_free(&q);
}

/* Every single changed or missing byte is noticed. */
static void
damage_is_noticed(void **state)
{
	struct parcel *p = sample(), *q = NULL;
	struct buf text;

	(void)state;
	buf_init(&text, PARCEL_RECORD_MAX);
	parcel_write(p, &text);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		assert_int_not_equal(parcel_read(text.data, text.len, &q), 0);
		assert_null(q);
		text.data[i] ^= 1;
		assert_int_not_equal(parcel_read(text.data, i, &q), 0);
	}
	buf_fini(&text);
	parcel_free(&p);
}

static void
states_have_names(void **state)
{
	(void)state;
	for (int s = PARCEL_PREPARED; s <= PARCEL_RECALLED; s++)
		assert_int_equal(
		    parcel_state_parse(parcel_state_name((enum parcel_state)s)),
		    s);
	for (int s = DOCUMENT_OPEN; s <= DOCUMENT_REFUSED; s++)
		assert_int_equal(document_state_parse(document_state_name(
				     (enum document_state)s)),
		    s);
	assert_int_equal(parcel_state_parse("sent"), -1);
	assert_int_equal(document_state_parse(""), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_back),
	    cmocka_unit_test(damage_is_noticed),
	    cmocka_unit_test(states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

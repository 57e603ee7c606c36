/* NAME
 *	version_test - which parcels are versions of one another
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "version.h"

static void
versions(void **state)
{
	struct wire_document docs[2] = {
	    {.name = "a", .kind = "UPPLAN"}, {.name = "b", .kind = "UPSIKYU"}};
	struct wire_document back[2] = {docs[1], docs[0]};
	struct wire_parcel p = {.from = "1370100016",
			       .to = "1370100024",
			       .month = "202612",
			       .stamp = "20261124150000",
			       .clients_mark = {1},
			       .document_count = 2,
			       .documents = docs},
			   q = p;

	(void)state;
	strcpy(q.stamp, "20261124150001");
	q.documents = back;
	assert_true(version_of(&p) != 0);
	assert_true(version_of(&p) == version_of(&q));
	strcpy(q.month, "202701");
	assert_true(version_of(&p) != version_of(&q));
	q = p;
	q.clients_mark[15] = 1;
	assert_true(version_of(&p) != version_of(&q));
	q = p;
	q.document_count = 1;
	assert_true(version_of(&p) != version_of(&q));
	q = p;
	strcpy(q.to_type, "11");
	assert_true(version_of(&p) != version_of(&q));
	/* not known: no version of anything */
	memset(q.clients_mark, 0, sizeof(q.clients_mark));
	assert_true(version_of(&q) == 0);
	q = p;
	q.stamp[0] = '\0';
	assert_true(version_of(&q) == 0);
	docs[1].kind = "";
	assert_true(version_of(&p) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_leg_list - what an agent keeps of its legs, in order and found
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "err.h"
#include "leg_list.h"

#define MANY 3000

struct thing {
	unsigned number;
	struct leg_entry entry;
};

/* Ids in no order at all: others make them. */
static struct id
id_of(unsigned number)
{
	struct id id = {{0}};
	unsigned scattered = number * 2654435761u;

	memcpy(id.bytes, &scattered, sizeof(scattered));
	memcpy(id.bytes + 8, &number, sizeof(number));
	return id;
}

static struct thing *
add(struct leg_list *l, unsigned number, unsigned leg)
{
	struct thing *thing = mem_new(sizeof(*thing));
	struct id id = id_of(number);

	thing->number = number;
	leg_list_add(l, &thing->entry, thing, &id, leg);
	return thing;
}

static struct thing *
find(const struct leg_list *l, unsigned number, unsigned leg)
{
	struct id id = id_of(number);

	return leg_list_find(l, &id, leg);
}

static void
drop(struct leg_list *l, struct thing *thing)
{
	leg_list_remove(l, &thing->entry);
	free(thing);
}

static void
drop_all(struct leg_list **l)
{
	struct thing *thing;

	while ((thing = leg_list_next(*l, NULL)) != NULL)
		drop(*l, thing);
	leg_list_free(l);
	assert_null(*l);
}

static void
test_found(void **state)
{
	struct leg_list *l = leg_list_new();
	struct thing *one, *other;

	(void)state;
	assert_null(find(l, 1, 0));
	one = add(l, 1, 0);
	other = add(l, 1, 1); /* the same parcel, by another way */
	assert_ptr_equal(find(l, 1, 0), one);
	assert_ptr_equal(find(l, 1, 1), other);
	assert_null(find(l, 1, 2));
	assert_null(find(l, 2, 0));
	drop(l, one);
	assert_null(find(l, 1, 0));
	one = add(l, 1, 0);
	assert_ptr_equal(find(l, 1, 0), one);
	drop_all(&l);
}

static void
test_by_age(void **state)
{
	struct leg_list *l = leg_list_new();
	struct thing *thing = NULL;
	unsigned expected = 0;

	(void)state;
	assert_null(leg_list_next(l, NULL));
	for (unsigned i = 0; i < 10; i++)
		(void)add(l, i, 0);
	drop(l, find(l, 0, 0));
	drop(l, find(l, 5, 0));
	drop(l, find(l, 9, 0));
	(void)add(l, 5, 0); /* once more: the youngest */
	static const unsigned order[] = {1, 2, 3, 4, 6, 7, 8, 5};
	while ((thing = leg_list_next(
		    l, thing == NULL ? NULL : &thing->entry)) != NULL)
		assert_int_equal(thing->number, order[expected++]);
	assert_int_equal(expected, sizeof(order) / sizeof(order[0]));
	drop_all(&l);
}

static void
test_lines(void **state)
{
	struct leg_list *l = leg_list_new();
	struct thing *a = add(l, 1, 0), *b = add(l, 2, 0), *c = add(l, 3, 0);

	(void)state;
	assert_null(leg_list_line_first(&a->entry));
	assert_null(leg_list_line_next(&a->entry));
	leg_list_line_up(l, &a->entry, "x>y");
	leg_list_line_up(l, &b->entry, "x>z");
	leg_list_line_up(l, &c->entry, "x>y");
	assert_ptr_equal(leg_list_line_first(&c->entry), a);
	assert_ptr_equal(leg_list_line_next(&a->entry), c);
	assert_null(leg_list_line_next(&c->entry));
	assert_ptr_equal(leg_list_line_first(&b->entry), b);
	leg_list_leave(l, &a->entry);
	leg_list_leave(l, &a->entry); /* it stands in none */
	assert_ptr_equal(leg_list_line_first(&c->entry), c);
	leg_list_line_up(l, &a->entry, "x>y"); /* behind all others */
	assert_ptr_equal(leg_list_line_first(&a->entry), c);
	drop(l, c); /* out of its line, too */
	assert_ptr_equal(leg_list_line_first(&a->entry), a);
	assert_null(leg_list_line_next(&a->entry));
	drop(l, a); /* and the line is gone; another of its name is new */
	leg_list_line_up(l, &(a = add(l, 4, 0))->entry, "x>y");
	assert_ptr_equal(leg_list_line_first(&a->entry), a);
	drop_all(&l);
}

static void
test_things_stay(void **state)
{
	struct leg_list *l = leg_list_new();
	struct thing *a = add(l, 1, 0), *b = add(l, 2, 0);

	(void)state;
	leg_list_line_up(l, &a->entry, "line");
	leg_list_line_up(l, &b->entry, "line");
	leg_list_free(&l);
	assert_null(a->entry.thing);
	assert_null(leg_list_line_first(&b->entry));
	free(a);
	free(b);
	leg_list_free(&l); /* of NULL: nothing */
}

/* Against a plain table, with as many as a month brings. */
static void
test_many(void **state)
{
	static struct thing *table[MANY];
	struct leg_list *l = leg_list_new();
	unsigned step = 0;

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		table[i] = NULL;
	for (unsigned i = 0; i < 5 * MANY; i++) {
		unsigned at = (step += 1237) % MANY;
		char line[16];

		assert_ptr_equal(find(l, at, at % 3), table[at]);
		if (table[at] != NULL) {
			drop(l, table[at]);
			table[at] = NULL;
			continue;
		}
		table[at] = add(l, at, at % 3);
		snprintf(line, sizeof(line), "%u", at % 50);
		leg_list_line_up(l, &table[at]->entry, line);
	}
	for (unsigned i = 0; i < MANY; i++)
		assert_ptr_equal(find(l, i, i % 3), table[i]);
	drop_all(&l);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_found),
	    cmocka_unit_test(test_by_age),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_things_stay),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
